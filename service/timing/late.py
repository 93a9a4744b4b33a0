"""What becomes of a slot that was missed: service off, computer asleep, mailbox signed out (T11).

Delivery asks `may_send_now` and `is_missed` right before it sends. What was missed is given a new
slot with notice; what has become stale is held, and the user is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from service.records import Place, Slot
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
    desk = open_desk(place, policy)
    return measure_working_time(desk.calendar, desk.zone, slot.target_at, now) > STALE_AFTER


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
    mail = Mail(key, desk.zone, desk.day_of(slot.at))
    while not (instants := spread(opening, [mail], others)):
        opening = find_opening(desk, notice, desk.day_of(opening.start) + timedelta(days=1))
    if is_stale(slot, place, policy, opening.start):
        return None
    at = instants[0]
    return replace(
        slot,
        at=at,
        until=desk.lasts_until(at),
        zone=place.zone,
        reasons=(
            *slot.reasons,
            f"could not go on {words.name_minute(desk.read_at(slot.at))}",
            *opening.reasons,
            f"moved to {words.name_minute(desk.read_at(at))}",
        ),
        warnings=(*warn_of_day(desk, at), *warn_of_night(at, place.zone, user_zone)),
        is_fixed=False,
    )


def _find_own_day_opening(desk: Desk, slot: Slot, notice: datetime) -> Opening | None:
    """Find what is left of the slot's own day, a rest day included when it was to go on one."""
    day = desk.day_of(slot.at)
    start = max(notice, desk.instant(day, desk.policy.earliest))
    close = desk.lasts_until(slot.at)
    return Opening(start, close) if desk.day_of(notice) == day and start <= close else None
