"""What becomes of a slot that was missed: service off, computer asleep, mailbox signed out (T11).

Delivery asks `may_send_now` and `is_missed` right before it sends. What was missed is given a new
slot with notice; what has become stale is held, and the user is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from service.records import Place, RestDays, Slot
from service.timing import words
from service.timing.cautions import warn_of_day, warn_of_night
from service.timing.openings import (
    Desk,
    Opening,
    ceil_minute,
    find_opening,
    measure_working_time,
    open_desk,
)
from service.timing.rules import NOTICE, STALE_AFTER, Policy
from service.timing.spread import Mail, spread


def may_send_now(slot: Slot, now: datetime) -> bool:
    """Tell whether the slot has come and has not run out."""
    return slot.at <= now <= slot.until


def is_missed(slot: Slot, due_at: datetime, now: datetime) -> bool:
    """Tell whether it is so late that it must be planned anew, not sent at once.

    `due_at` is when it should have gone: the slot, or a later retry that the provider asked for.
    """
    return now > slot.until or now - max(due_at, slot.at) > NOTICE


def is_stale(slot: Slot, place: Place, policy: Policy, now: datetime) -> bool:
    """Tell whether more than 48 h of working days have passed since its target (T11)."""
    return _is_stale(slot, open_desk(place, policy), now)


def replan(
    slot: Slot,
    place: Place,
    policy: Policy,
    now: datetime,
    key: str,
    *,
    user_zone: str,
    others: Sequence[datetime] = (),
) -> Slot | None:
    """Return the slot that takes a missed one's place, None when it would be stale by then.

    On its own day it may go from ten minutes from now until 20:30; otherwise inside the window of a
    working day, or on the next working morning. `others` are the instants of the interview's other
    mails, from which it keeps its distance (T08). `target_at` stays, so that staleness is counted
    from the first target. A slot still to come is returned as it is. What the user had fixed by
    hand is no longer fixed: nobody named the new time.
    """
    if now <= slot.at:
        return slot
    desk = open_desk(place, policy)
    notice = ceil_minute(now + NOTICE)
    opening = _find_own_day_opening(desk, slot, notice)
    if opening is None:
        opening = find_opening(desk, notice, desk.day_of(notice))
    missed = f"could not go on {words.name_minute(desk.read_at(slot.at))}"
    moved = _move(slot, desk, opening, key, others, missed)
    return moved and _warn(moved, desk, user_zone)


def reconsider(
    slot: Slot,
    place: Place,
    policy: Policy,
    now: datetime,
    key: str,
    *,
    user_zone: str,
    others: Sequence[datetime] = (),
) -> Slot | None:
    """Return a late slot that is still to come as the settings and data of today have it.

    It stays where its day and hour are still possible; else it is planned again as `replan` does.
    """
    desk = open_desk(place, policy)
    day = desk.day_of(slot.at)
    morning = desk.instant(day, policy.earliest)
    is_asked_for = policy.rest_days is RestDays.SEND and day == desk.day_of(slot.target_at)
    is_open = desk.may_open(day) or is_asked_for
    if is_open and morning <= slot.at <= desk.lasts_until(slot.at):
        return slot
    notice = ceil_minute(now + NOTICE)
    gone = f"{words.name_minute(desk.read_at(slot.at))} is no longer possible"
    opening = find_opening(desk, notice, max(day, desk.day_of(notice)))
    moved = _move(slot, desk, opening, key, others, gone)
    return moved and _warn(moved, desk, user_zone)


def _move(
    slot: Slot,
    desk: Desk,
    opening: Opening,
    key: str,
    others: Sequence[datetime],
    reason: str,
) -> Slot | None:
    """Return the slot moved into the opening, or the next with room; None when stale by then."""
    mail = Mail(key, desk.zone, desk.day_of(slot.at))
    while not (instants := spread(opening, [mail], others)):
        opening = find_opening(desk, opening.start, desk.day_of(opening.start) + timedelta(days=1))
    if _is_stale(slot, desk, opening.start):
        return None
    at = instants[0]
    moved = f"moved to {words.name_minute(desk.read_at(at))}"
    return replace(
        slot,
        at=at,
        until=desk.lasts_until(at),
        zone=desk.zone.key,
        reasons=(*slot.reasons, reason, *opening.reasons, moved),
        is_fixed=False,
    )


def _warn(slot: Slot, desk: Desk, user_zone: str) -> Slot:
    warnings = (*warn_of_day(desk, slot.at), *warn_of_night(slot.at, slot.zone, user_zone))
    return replace(slot, warnings=warnings)


def _is_stale(slot: Slot, desk: Desk, now: datetime) -> bool:
    return measure_working_time(desk.calendar, desk.zone, slot.target_at, now) > STALE_AFTER


def _find_own_day_opening(desk: Desk, slot: Slot, notice: datetime) -> Opening | None:
    """Find what is left of the slot's own day, a rest day included when it was to go on one."""
    day = desk.day_of(slot.at)
    start = max(notice, desk.instant(day, desk.policy.earliest))
    close = desk.lasts_until(slot.at)
    return Opening(start, close) if desk.day_of(notice) == day and start <= close else None
