"""What a user does with mails that exist: approve, pause, move, stop, restore, retry, settle.

Each takes one follow-up as it was seen; `finding` turns what the user typed into them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

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
    now = office.now()
    slot = _coming_slot(office, follow_up)
    if slot is None:
        raise WrongState(
            f"The time of f{follow_up.id} to {follow_up.to_name} has passed for too long.",
            f'callback move f{follow_up.id} "tomorrow 9:30", or callback stop f{follow_up.id}',
        )
    with office.database.write() as connection:
        current = follow_up
        if slot != follow_up.slot:
            current = editing.move(
                connection, follow_up, slot, at=now, by="user", reason="", off=office.off()
            )
        if editing.find_obstacle(editing.list_findings(connection, follow_up.id)) is not None:
            return current
        return outbox.schedule(connection, follow_up.id, at=now, by="user")


def let_go(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Schedule a mail whose text or mailbox was just mended; else it waits for what it lacks.

    A mail that waits for the user's word alone goes on waiting for it.
    """
    with office.database.read() as connection:
        current = outbox.get(connection, follow_up.id)
    if current.waiting_for not in _MENDED:
        return current
    obstacle = find_obstacle(office, candidate, current)
    if obstacle is None and _coming_slot(office, current) is None:
        obstacle = WaitingFor.NEW_SLOT
    if obstacle is None:
        return approve(office, candidate, current)
    if obstacle is current.waiting_for:
        return current
    with office.database.write() as connection:
        return outbox.hold(
            connection, current.id, obstacle, at=office.now(), by="service", reason=""
        )


def pause(office: Office, follow_up: FollowUp) -> FollowUp:
    """Hold a scheduled mail until the user approves it again."""
    with office.database.write() as connection:
        return outbox.hold(
            connection,
            follow_up.id,
            WaitingFor.USER,
            at=office.now(),
            by="user",
            reason="paused",
        )


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
    with office.database.write() as connection:
        after = outbox.retry(connection, follow_up.id, at=office.now(), slot=slot)
        return editing.bring_up_to_date(
            connection, follow_up, after, at=office.now(), off=office.off()
        )


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
        return outbox.disprove(
            connection,
            follow_up.id,
            at=office.now(),
            by="user",
            reason="you said that it did not go",
            slot=slot,
            version=follow_up.version,
        )


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
    if moved.waiting_for is WaitingFor.NEW_SLOT:
        return approve(office, candidate, moved)
    return moved


def send_now(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Give a mail the slot of 20 seconds from now; a held one is approved, if a word is enough."""
    refuse_incomplete(office, candidate, follow_up)
    moment = office.now() + SEND_NOW_DELAY
    moved = _move_to(office, candidate, follow_up, moment, to_the_second=True)
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
    with office.database.write() as connection:
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
