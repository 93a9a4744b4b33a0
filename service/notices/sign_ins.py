"""What the user must hear of a mailbox: signed out, soon to be, or made to wait by its provider."""

from collections.abc import Iterator
from datetime import timedelta

from service.actions import looking
from service.actions.office import Office
from service.clock import real_now
from service.notices.records import Matter
from service.notices.view import View, count, name
from service.outbox import Listed
from service.records import Mailbox
from service.states import State

ENDS_SOON = timedelta(days=2)
"""How long before a sign-in ends by itself the user is told, when a mail is due after that."""

RENEWED_FOR = timedelta(days=6)
"""How far ahead mails are looked at then: a new sign-in would not last for what is due later."""

LONG_WAIT = timedelta(minutes=30)
"""A provider's wait is a matter when it lasts for so long beyond the slot of a mail."""


def find(office: Office, view: View) -> Iterator[Matter]:
    """Return what the user must hear of each mailbox."""
    for mailbox in view.mailboxes:
        if mailbox.signed_out_at is not None:
            yield _tell_signed_out(view, mailbox)
            continue
        ending = _find_ending(office, view, mailbox)
        if ending is not None:
            yield ending
        waiting = _list_waiting(view, mailbox)
        if waiting:
            yield _tell_wait(view, mailbox, waiting)


def list_held_up(view: View) -> frozenset[int]:
    """Return the mails that wait for their mailbox, of which the user hears as one matter."""
    return frozenset(
        each.follow_up.id
        for mailbox in view.mailboxes
        for each in (
            view.scheduled_in(mailbox) if mailbox.signed_out_at else _list_waiting(view, mailbox)
        )
    )


def _tell_signed_out(view: View, mailbox: Mailbox) -> Matter:
    signed_out_at = mailbox.signed_out_at
    assert signed_out_at is not None  # noqa: S101 - the caller looked
    waiting = view.scheduled_in(mailbox)
    told = "No mail waits for it now."
    if waiting:
        wait = "waits" if len(waiting) == 1 else "wait"
        first = waiting[0]
        is_late = (looking.moment_of(first) or view.now) <= view.now
        when = "the first was" if is_late else "the next is"
        told = f"{count(len(waiting), 'mail')} {wait} for it; {when} due {view.tell_time(first)}."
    return Matter(
        key=f"mailbox-{mailbox.id}-signed-out-{signed_out_at.isoformat()}",
        candidate_id=view.candidate_id,
        subject=f"{mailbox.address} is signed out",
        message=(
            f"{mailbox.address} is signed out, and sends nothing before you sign in again. {told}"
            f"\n\n  callback connect {mailbox.provider}"
        ),
    )


def _find_ending(office: Office, view: View, mailbox: Mailbox) -> Matter | None:
    """Tell of a sign-in that will have ended by itself before a mail is due."""
    ends_at = office.mailboxes.ends_at(mailbox)
    if ends_at is None:
        return None
    # The sign-in ends by real time, the mails go by the service's clock.
    ends_by_clock = view.now + (ends_at - real_now())
    if not view.now < ends_by_clock <= view.now + ENDS_SOON:
        return None
    due = [
        each
        for each in looking.sort_by_moment(view.listed)
        if each.follow_up.mailbox_id == mailbox.id
        and each.follow_up.state in (State.SCHEDULED, State.HELD)
        and (moment := looking.moment_of(each)) is not None
        and ends_by_clock <= moment <= view.now + RENEWED_FOR
    ]
    if not due:
        return None
    return Matter(
        key=f"mailbox-{mailbox.id}-ends-{ends_at.isoformat()}",
        candidate_id=view.candidate_id,
        subject=f"Your sign-in of {mailbox.address} ends before a mail is due",
        message=(
            f"Your sign-in of {mailbox.address} ends {view.tell_moment(ends_by_clock)}, and "
            f"{name(due[0])} is due {view.tell_time(due[0])}: connect again now.\n\n"
            f"  callback connect {mailbox.provider}"
        ),
    )


def _list_waiting(view: View, mailbox: Mailbox) -> list[Listed]:
    """Return the mails whose slot will be long over when the provider lets the mailbox send."""
    until = mailbox.blocked_until
    if until is None or until <= view.now:
        return []
    return [
        each
        for each in view.scheduled_in(mailbox)
        if each.follow_up.slot and each.follow_up.slot.at + LONG_WAIT < until
    ]


def _tell_wait(view: View, mailbox: Mailbox, waiting: list[Listed]) -> Matter:
    until, first = mailbox.blocked_until, min(waiting, key=_slot_key)
    slot = first.follow_up.slot
    assert until is not None  # noqa: S101 - the caller looked
    assert slot is not None  # noqa: S101 - the same
    reason = (mailbox.blocked_reason or "").rstrip(".")
    wait = "goes" if len(waiting) == 1 else "go"
    return Matter(
        key=f"mailbox-{mailbox.id}-waits-f{first.follow_up.id}-{slot.at.isoformat()}",
        candidate_id=view.candidate_id,
        subject=f"{mailbox.address} has to wait before it sends",
        message=(
            f"{mailbox.address} has to wait until {view.tell_moment(until)}"
            f"{f': {reason}' if reason else ''}. {count(len(waiting), 'mail')}, the first "
            f"{name(first)}, {wait} at the next decent time after that; nothing is lost.\n\n"
            f"  callback list"
        ),
    )


def _slot_key(listed: Listed) -> tuple[str, int]:
    slot = listed.follow_up.slot
    return (slot.at.isoformat() if slot else "", listed.follow_up.id)
