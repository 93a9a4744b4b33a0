"""What a user does with mails that exist: approve, pause, move, stop, restore, retry, settle.

Each takes the ids of follow-ups; `find` turns what the user typed (a mail or an interview) into
them.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from service import interviews, outbox, timing
from service.actions import planning
from service.actions.office import Office, id_of
from service.errors import BadInput, WrongState
from service.records import Candidate, FollowUp, Place, Slot
from service.schema import findings
from service.states import Proof, State, WaitingFor
from service.writing.findings import Severity

SEND_NOW_DELAY = timedelta(seconds=20)
"""How long `send-now` waits, so that it can still be stopped."""

_ID = re.compile(r"(?P<kind>[fi]?)(?P<number>\d{1,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What an id named: one mail, or all mails of an interview."""

    follow_ups: tuple[FollowUp, ...]
    interview_id: int


def find(office: Office, candidate: Candidate, typed: str) -> Found:
    """Return what `typed` names: "f12" or "12" a mail, "i3" an interview with all its mails.

    Raises:
        BadInput: it is no id.
        NotFound: there is no such mail or interview.

    """
    match = _ID.fullmatch(typed.strip())
    if match is None:
        raise BadInput(
            f'"{typed}" is no id.', "Ids look like f12 (a mail) or i3 (an interview): callback list"
        )
    number = int(match["number"])
    with office.database.read() as connection:
        if match["kind"].lower() != "i":
            follow_up = outbox.get(connection, number, candidate_id=id_of(candidate))
            return Found((follow_up,), follow_up.interview_id)
        interviews.get(connection, number, candidate_id=id_of(candidate))
        listed = outbox.list_follow_ups(connection, id_of(candidate), interview_id=number)
    return Found(tuple(each.follow_up for each in listed), number)


def approve(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Schedule a held mail that lacks nothing but the user's word; a passed slot is planned anew.

    The word accepts the warnings of its checks, too; an error it does not.

    Raises:
        WrongState: it lacks something that a word cannot give; the hint says what to do.

    """
    _refuse_incomplete(office, candidate, follow_up, accepts_warnings=True)
    now = office.now()
    slot = _coming_slot(office, candidate, follow_up)
    if slot is None:
        raise WrongState(
            f"The time of f{follow_up.id} to {follow_up.to_name} has passed for too long.",
            f'callback move f{follow_up.id} "tomorrow 9:30", or callback stop f{follow_up.id}',
        )
    with office.database.write() as connection:
        connection.execute(
            sa.update(findings)
            .where(
                findings.c.follow_up_id == follow_up.id,
                findings.c.severity == Severity.WARNING,
                findings.c.accepted_at.is_(None),
            )
            .values(accepted_at=now, accepted_by="user")
        )
        return outbox.schedule(connection, follow_up.id, at=now, by="user", slot=slot)


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
    _refuse_incomplete(office, candidate, follow_up)
    slot = _coming_slot(office, candidate, follow_up)
    with office.database.write() as connection:
        return outbox.retry(connection, follow_up.id, at=office.now(), slot=slot)


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


def mark_not_sent(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Note the user's word that it did not go; it is scheduled again, or held when it is stale."""
    if follow_up.state is not State.UNCONFIRMED:
        raise WrongState(
            f"f{follow_up.id} to {follow_up.to_name} is {follow_up.state}, not unconfirmed.",
            f"callback show f{follow_up.id}",
        )
    slot = _coming_slot(office, candidate, follow_up)
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
    place, _key = _reader(office, candidate, follow_up)
    moment = timing.parse_when(typed, place, office.now())
    apart = timedelta(minutes=planning.MINUTES_APART_WHEN_FIXED * position)
    moved = _move_to(office, candidate, follow_up, place, moment + apart)
    if moved.waiting_for is WaitingFor.NEW_SLOT:
        return approve(office, candidate, moved)
    return moved


def send_now(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Give a mail the slot of 20 seconds from now; a held one is approved, if a word is enough."""
    _refuse_incomplete(office, candidate, follow_up)
    place, _key = _reader(office, candidate, follow_up)
    moment = office.now() + SEND_NOW_DELAY
    moved = _move_to(office, candidate, follow_up, place, moment, to_the_second=True)
    return approve(office, candidate, moved) if moved.state is State.HELD else moved


def _refuse_incomplete(
    office: Office,
    candidate: Candidate,
    follow_up: FollowUp,
    *,
    accepts_warnings: bool = False,
) -> None:
    """Raise when a mail lacks something that the user's word cannot give.

    Judged by what it is, not by what it waited for: a mail that was paused or restored may still
    lack its words, and must not go out without them.
    """
    obstacle = _find_obstacle(office, candidate, follow_up)
    if obstacle is WaitingFor.ACCEPTANCE and accepts_warnings:
        return
    if obstacle is not None:
        what, hint = _LACKING[obstacle]
        raise WrongState(
            f"f{follow_up.id} to {follow_up.to_name} waits for {what}.",
            hint.format(f"f{follow_up.id}", f"i{follow_up.interview_id}"),
        )


def _find_obstacle(office: Office, candidate: Candidate, follow_up: FollowUp) -> WaitingFor | None:
    with office.database.read() as connection:
        interview = interviews.get(
            connection, follow_up.interview_id, candidate_id=id_of(candidate)
        )
        open_severities = set(
            connection.scalars(
                sa.select(findings.c.severity).where(
                    findings.c.follow_up_id == follow_up.id, findings.c.accepted_at.is_(None)
                )
            )
        )
    obstacles = {
        WaitingFor.ADDRESS: follow_up.to_address is None,
        WaitingFor.INTERVIEW: interview.took_place is not True,
        WaitingFor.WORDS: not follow_up.body.strip() or follow_up.waiting_for is WaitingFor.WORDS,
        WaitingFor.CORRECTION: Severity.ERROR in open_severities,
        WaitingFor.MAILBOX: follow_up.mailbox_id is None,
        WaitingFor.ACCEPTANCE: Severity.WARNING in open_severities,
    }
    return next((each for each, stands in obstacles.items() if stands), None)


def _move_to(
    office: Office,
    candidate: Candidate,
    follow_up: FollowUp,
    place: Place,
    moment: datetime,
    *,
    to_the_second: bool = False,
) -> FollowUp:
    with office.database.read() as connection:
        interview = interviews.get(
            connection, follow_up.interview_id, candidate_id=follow_up.candidate_id
        )
    slot = timing.fix(
        moment,
        place,
        office.policy,
        office.now(),
        interview.ends_at,
        user_zone=candidate.zone,
    )
    if to_the_second:
        slot = replace(slot, at=moment, target_at=moment)
    with office.database.write() as connection:
        return outbox.move(
            connection,
            follow_up.id,
            slot,
            at=office.now(),
            by="user",
            reason="you named the time",
            version=follow_up.version,
        )


def _coming_slot(office: Office, candidate: Candidate, follow_up: FollowUp) -> Slot | None:
    """Return the slot if it is still to come, else the next one by T11; None when it is stale."""
    slot, now = follow_up.slot, office.now()
    place, key = _reader(office, candidate, follow_up)
    if slot is None:
        return None
    if slot.at > now:
        return slot
    with office.database.read() as connection:
        others = outbox.list_slots(connection, follow_up)
    return timing.replan(
        slot, place, office.policy, now, key, user_zone=candidate.zone, others=others
    )


def _reader(office: Office, candidate: Candidate, follow_up: FollowUp) -> tuple[Place, str]:
    with office.database.read() as connection:
        interview = interviews.get(
            connection, follow_up.interview_id, candidate_id=id_of(candidate)
        )
    person = next(each for each in interview.people if each.id == follow_up.person_id)
    return interviews.place_of(interview, person), person.key


_LACKING = {
    WaitingFor.WORDS: ("your own words", "callback debrief {1}"),
    WaitingFor.INTERVIEW: ("your word that the interview took place", "callback debrief {1}"),
    WaitingFor.ADDRESS: ("an address", "callback debrief {1}"),
    WaitingFor.CORRECTION: (
        "a correction of its text",
        'callback show {0}; change it: callback debrief {1} --why "..."',
    ),
    WaitingFor.ACCEPTANCE: ("your decision about a finding", "callback approve {0}"),
    WaitingFor.MAILBOX: ("a mailbox", "callback connect gmail, or callback connect outlook"),
}
