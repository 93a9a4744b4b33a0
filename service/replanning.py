"""At start: plans anew what was planned from other settings, holidays or zones than today's.

Only what is unsent. What the user fixed by hand keeps what the clock there was to show (T12). Each
interview is one transaction, each move one event that says what has changed; what comes out at the
same minute is left as it is. Run again, it finds nothing. Where every mail has to be approved, what
was moved, or scheduled before that was asked for, is held for it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from service import editing, interviews, outbox, slots, timing
from service.actions.office import Office
from service.errors import ServiceError
from service.logs import log
from service.records import FollowUp, Interview, Slot
from service.states import State, WaitingFor

_CHANGED = {
    "settings": "the [timing] settings have changed",
    "holidays": "the public holidays were updated",
    "zones": "the time zones were updated",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A mail that goes at another time than it was to go at, or is held (then `slot` is None)."""

    follow_up: FollowUp
    was: Slot
    slot: Slot | None


def bring_up_to_date(office: Office) -> list[Moved]:
    """Plan anew what was planned otherwise; return what has moved by that."""
    basis = slots.find_basis(office.policy)
    with office.database.read() as connection:
        found = outbox.list_planned_otherwise(connection, basis, office.now())
    moved: list[Moved] = []
    for candidate_id, interview_id in found:
        with editing.write(office.database) as connection:
            interview = interviews.get(connection, interview_id, candidate_id=candidate_id)
            moved += _bring_one(office, connection, interview, candidate_id, basis)
    for each in moved:
        log.warning("mail moved", action="replan", follow_up=each.follow_up.id)
    if office.is_approval_required:
        _hold_unapproved(office)
    return moved


def _bring_one(
    office: Office, connection: sa.Connection, interview: Interview, candidate_id: int, basis: str
) -> list[Moved]:
    now = office.now()
    listed = [
        each.follow_up
        for each in outbox.list_follow_ups(connection, candidate_id, interview_id=interview.id)
    ]
    moved: list[Moved] = []
    for follow_up in listed:
        was = follow_up.slot
        if was is None or was.at <= now or was.basis == basis:
            continue
        if follow_up.state not in (State.HELD, State.SCHEDULED):
            continue
        try:
            slot = _plan_one(office, connection, interview, follow_up, was, now)
        except ServiceError as error:
            log.error(
                "mail cannot be planned", action="replan", follow_up=follow_up.id, error=error
            )
            slot = None
        if slot is not None and (slot.at, slot.zone) == (was.at, was.zone):
            outbox.note_slot(connection, follow_up.id, replace(slot, basis=basis))
            continue
        after = _move(office, connection, follow_up, slot, was, basis)
        moved.append(Moved(after, was, slot))
    return moved


def _plan_one(
    office: Office,
    connection: sa.Connection,
    interview: Interview,
    follow_up: FollowUp,
    was: Slot,
    now: datetime,
) -> Slot | None:
    if was.is_fixed:
        return slots.keep_wall(connection, follow_up, office.policy)
    if was.target_at <= now:
        return slots.reconsider(connection, follow_up, office.policy, now)
    candidate = interviews.get_candidate(connection, follow_up.candidate_id)
    planned = slots.plan(connection, interview, candidate, office.policy, now)
    key = next(each.key for each in interview.people if each.id == follow_up.person_id)
    # Who reads nothing of it any more keeps the time; whether it goes at all is another matter.
    return planned.slots.get(key, was)


def _move(
    office: Office,
    connection: sa.Connection,
    follow_up: FollowUp,
    slot: Slot | None,
    was: Slot,
    basis: str,
) -> FollowUp:
    when = timing.describe(was, user_zone=was.zone)
    reason = f"{_say_change(was.basis, basis)}; it was to go {when}"
    if slot is not None:
        return editing.move(
            connection,
            follow_up,
            replace(slot, basis=basis),
            at=office.now(),
            by="service",
            reason=reason,
            off=office.off(),
        )
    if follow_up.state is State.HELD:
        return follow_up
    return outbox.hold(
        connection,
        follow_up.id,
        WaitingFor.NEW_SLOT,
        at=office.now(),
        by="service",
        reason=reason,
    )


def _hold_unapproved(office: Office) -> None:
    with office.database.write() as connection:
        for follow_up_id in outbox.list_unapproved(connection):
            outbox.await_approval(connection, follow_up_id, at=office.now())


def _say_change(before: str, after: str) -> str:
    """Say which words of the two bases differ."""
    known, today = before.split(), after.split()
    changed = [word.partition("-")[0] for word in today if word not in known]
    return " and ".join(_CHANGED[each] for each in changed)
