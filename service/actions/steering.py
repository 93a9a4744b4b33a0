"""What a user does with mails that exist: approve, pause, move, stop, restore, retry, settle.

Each takes one follow-up as it was seen; `finding` turns what the user typed into them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from service import editing, interviews, outbox, slots, timing
from service.actions.office import Office, id_of
from service.errors import WrongState
from service.records import Candidate, FollowUp, Slot
from service.states import Proof, State, WaitingFor

SEND_NOW_DELAY = timedelta(seconds=20)
"""How long `send-now` waits, so that it can still be stopped."""

_MENDED = (WaitingFor.CORRECTION, WaitingFor.ACCEPTANCE, WaitingFor.MAILBOX)
"""What ends by a change of the mail, without another word of the user."""


def approve(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Schedule a held mail that lacks nothing but the user's word; a passed slot is planned anew.

    What its checks found the word does not accept: that is `accept`, rule by rule.

    Raises:
        WrongState: it lacks something that a word cannot give; the hint says what to do.

    """
    refuse_incomplete(office, candidate, follow_up)
    return _schedule(office, follow_up, is_approved=True)


def let_go(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Schedule a mail whose text or mailbox was just mended; else it waits for what it lacks.

    A mail that waits for the user's word alone goes on waiting for it, and so does one that was
    never approved where that is required.
    """
    with office.database.read() as connection:
        current = outbox.get(connection, follow_up.id)
    if current.waiting_for not in _MENDED:
        return current
    obstacle = find_obstacle(office, candidate, current)
    if obstacle is None and _coming_slot(office, current) is None:
        obstacle = WaitingFor.NEW_SLOT
    if obstacle is None and lacks_approval(office, current):
        obstacle = WaitingFor.APPROVAL
    if obstacle is None:
        return _schedule(office, current)
    if obstacle is current.waiting_for:
        return current
    return _hold(office, current, obstacle, by="service", reason="")


def lacks_approval(office: Office, follow_up: FollowUp) -> bool:
    """Whether it has to be approved before it goes, and was not."""
    return office.is_approval_required and follow_up.approved_at is None


def pause(office: Office, follow_up: FollowUp) -> FollowUp:
    """Hold a scheduled mail until the user approves it again."""
    return _hold(office, follow_up, WaitingFor.USER, by="user", reason="paused")


def stop(office: Office, follow_up: FollowUp, *, reason: str = "") -> FollowUp:
    """Stop a mail for good; one that is being sent right now is stopped if it still can be."""
    with office.database.write() as connection:
        current = outbox.get(connection, follow_up.id)
        if current.state is State.SENDING:
            return outbox.ask_stop(connection, follow_up.id, at=office.now())
        return outbox.stop(connection, follow_up.id, at=office.now(), by="user", reason=reason)


def restore(office: Office, follow_up: FollowUp) -> FollowUp:
    """Take a stopped mail back; it is held until it is approved or moved."""
    with office.database.write() as connection:
        return outbox.restore(connection, follow_up.id, at=office.now())


def retry(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Schedule a failed mail anew."""
    refuse_incomplete(office, candidate, follow_up)
    slot = _coming_slot(office, follow_up)
    with editing.write(office.database) as connection:
        after = outbox.retry(connection, follow_up.id, at=office.now(), slot=slot)
        after = editing.bring_up_to_date(
            connection, follow_up, after, at=office.now(), off=office.off()
        )
    return _await_approval(office, after)


def mark_sent(office: Office, follow_up: FollowUp) -> FollowUp:
    """Note the user's word that it went; it is never sent again."""
    with office.database.write() as connection:
        return outbox.confirm(
            connection,
            follow_up.id,
            Proof.USER,
            at=office.now(),
            by="user",
            reason="you said that it went",
        )


def mark_not_sent(office: Office, follow_up: FollowUp) -> FollowUp:
    """Note the user's word that it did not go; it is scheduled again, or held when it is stale."""
    if follow_up.state is not State.UNCONFIRMED:
        raise WrongState(
            f"f{follow_up.id} to {follow_up.to_name} is {follow_up.state}, not unconfirmed.",
            f"callback show f{follow_up.id}",
        )
    slot = _coming_slot(office, follow_up)
    with office.database.write() as connection:
        after = outbox.disprove(
            connection,
            follow_up.id,
            at=office.now(),
            by="user",
            reason="you said that it did not go",
            slot=slot,
            version=follow_up.version,
        )
    return _await_approval(office, after)


def move(
    office: Office, candidate: Candidate, follow_up: FollowUp, typed: str, *, position: int = 0
) -> FollowUp:
    """Give a mail the time that the user typed, read where the reader is.

    `position` counts the mails of one interview that are moved together: they keep their distance
    (T08). One that was held because its time had passed is scheduled by that.
    """
    with office.database.read() as connection:
        _interview, reader = slots.find_reader(connection, follow_up)
    moment = slots.spread(timing.parse_when(typed, reader.place, office.now()), position)
    moved = _move_to(office, candidate, follow_up, moment)
    if moved.waiting_for is not WaitingFor.NEW_SLOT:
        return moved
    if lacks_approval(office, moved):
        return _hold(office, moved, WaitingFor.APPROVAL, by="service", reason="")
    refuse_incomplete(office, candidate, moved)
    return _schedule(office, moved)


def send_now(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Give a mail the slot of 20 seconds from now; a held one is approved, if a word is enough."""
    refuse_incomplete(office, candidate, follow_up)
    moment = office.now() + SEND_NOW_DELAY
    moved = _move_to(office, candidate, follow_up, moment, to_the_second=True)
    moved = _await_approval(office, moved)
    return approve(office, candidate, moved) if moved.state is State.HELD else moved


def refuse_incomplete(office: Office, candidate: Candidate, follow_up: FollowUp) -> None:
    """Raise when a mail lacks something that the user's word cannot give.

    Judged by what it is, not by what it waited for: a mail that was paused or restored may still
    lack its words, and must not go out without them.
    """
    obstacle = find_obstacle(office, candidate, follow_up)
    if obstacle is not None:
        what, hint = _LACKING[obstacle]
        raise WrongState(
            f"f{follow_up.id} to {follow_up.to_name} waits for {what}.",
            hint.format(f"f{follow_up.id}", f"i{follow_up.interview_id}"),
        )


def find_obstacle(office: Office, candidate: Candidate, follow_up: FollowUp) -> WaitingFor | None:
    """Return what a mail still lacks before it can go, judged by what it is; None when nothing."""
    with office.database.read() as connection:
        interview = interviews.get(
            connection, follow_up.interview_id, candidate_id=id_of(candidate)
        )
        kept = editing.list_findings(connection, follow_up.id)
    judged = editing.find_obstacle(kept)
    obstacles = {
        WaitingFor.ADDRESS: follow_up.to_address is None,
        WaitingFor.INTERVIEW: interview.took_place is not True,
        WaitingFor.WORDS: not follow_up.body.strip() or follow_up.waiting_for is WaitingFor.WORDS,
        WaitingFor.CORRECTION: judged is WaitingFor.CORRECTION,
        WaitingFor.MAILBOX: follow_up.mailbox_id is None,
        WaitingFor.ACCEPTANCE: judged is WaitingFor.ACCEPTANCE,
    }
    return next((each for each, stands in obstacles.items() if stands), None)


def _schedule(office: Office, follow_up: FollowUp, *, is_approved: bool = False) -> FollowUp:
    """Schedule a held mail that lacks nothing; what has a finding in its new slot stays held.

    What was shown of it holds on, unless its text or its time changes by that.
    """
    now = office.now()
    slot = _coming_slot(office, follow_up)
    if slot is None:
        raise WrongState(
            f"The time of f{follow_up.id} to {follow_up.to_name} has passed for too long.",
            f'callback move f{follow_up.id} "tomorrow 9:30", or callback stop f{follow_up.id}',
        )
    with editing.write(office.database) as connection:
        current = follow_up
        if slot != follow_up.slot:
            current = editing.move(
                connection, follow_up, slot, at=now, by="user", reason="", off=office.off()
            )
        if editing.find_obstacle(editing.list_findings(connection, follow_up.id)) is not None:
            return current
        scheduled = outbox.schedule(
            connection, follow_up.id, at=now, by="user", is_approved=is_approved
        )
        return _keep_shown(connection, current, scheduled)


def _hold(
    office: Office, follow_up: FollowUp, waiting_for: WaitingFor, *, by: str, reason: str
) -> FollowUp:
    """Hold a mail; what was shown of it holds on, since neither its text nor its time changes."""
    with office.database.write() as connection:
        held = outbox.hold(
            connection, follow_up.id, waiting_for, at=office.now(), by=by, reason=reason
        )
        return _keep_shown(connection, follow_up, held)


def _await_approval(office: Office, follow_up: FollowUp) -> FollowUp:
    """Hold what was scheduled by the way, where it has yet to be approved."""
    if follow_up.state is State.SCHEDULED and lacks_approval(office, follow_up):
        return _hold(office, follow_up, WaitingFor.APPROVAL, by="service", reason="")
    return follow_up


def _keep_shown(connection: sa.Connection, before: FollowUp, after: FollowUp) -> FollowUp:
    """Let what was shown `before` count for `after`, the very next version, of another state."""
    shown_at = before.shown_at
    if shown_at is None or not before.is_shown or after.version != before.version + 1:
        return after
    outbox.note_shown(connection, after.id, after.version, at=shown_at)
    return replace(after, shown_version=after.version)


def _move_to(
    office: Office,
    candidate: Candidate,
    follow_up: FollowUp,
    moment: datetime,
    *,
    to_the_second: bool = False,
) -> FollowUp:
    with office.database.read() as connection:
        slot = slots.fix(connection, follow_up, candidate, office.policy, office.now(), moment)
    if to_the_second:
        slot = replace(slot, at=moment, target_at=moment)
    with editing.write(office.database) as connection:
        return editing.move(
            connection,
            follow_up,
            slot,
            at=office.now(),
            by="user",
            reason="you named the time",
            off=office.off(),
        )


def _coming_slot(office: Office, follow_up: FollowUp) -> Slot | None:
    """Return the slot if it is still to come, else the next one by T11; None when it is stale."""
    with office.database.read() as connection:
        return slots.plan_missed(connection, follow_up, office.policy, office.now())


_LACKING = {
    WaitingFor.WORDS: ("your own words", "callback debrief {1}"),
    WaitingFor.INTERVIEW: ("your word that the interview took place", "callback debrief {1}"),
    WaitingFor.ADDRESS: ("an address", "callback debrief {1}"),
    WaitingFor.CORRECTION: ("a correction of its text", "callback edit {0}"),
    WaitingFor.ACCEPTANCE: (
        "your decision about a finding",
        "callback preview {0}, then callback edit {0} or callback accept {0} RULE",
    ),
    WaitingFor.MAILBOX: ("a mailbox", "callback connect gmail, or callback connect outlook"),
}
