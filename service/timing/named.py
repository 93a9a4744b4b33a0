"""The user's own time (T14): any time is accepted, with a warning where the rules would not."""

from datetime import UTC, datetime, timedelta

from service.errors import BadInput
from service.records import Place, Slot
from service.timing import words
from service.timing.cautions import warn_of_day, warn_of_night
from service.timing.openings import Desk, ceil_minute, measure_working_time, open_desk
from service.timing.rules import FIXED_FOR, HEAD_START, STALE_AFTER, WINDOW_OPENS, Policy

_SURELY_LATE = STALE_AFTER + timedelta(days=1)
"""A mail of the morning after that is stale by T11 goes out a day and 48 h after the talk."""


def fix(
    when_local: datetime,
    place: Place,
    policy: Policy,
    now: datetime,
    ends_at: datetime,
    *,
    user_zone: str,
) -> Slot:
    """Return the slot for a time that the user named; `when_local` is aware, in any zone.

    It holds for three hours, or until 20:30 there where that is later. BadInput when it is past, or
    before the interview's end. In a zone's own tzinfo an hour that the clocks leave out or show
    twice is settled (`fold` is heeded) and said in a warning.
    """
    desk = open_desk(place, policy)
    at = ceil_minute(when_local.astimezone(UTC))
    told = words.describe_moment(at, place.zone, user_zone=user_zone, city=place.city)
    if at <= now:
        raise BadInput(f"{told} is past.", "Name a time to come, like 'tomorrow 10:00'.")
    if at < ends_at:
        end = words.name_minute(desk.read_at(ends_at))
        raise BadInput(
            f"{told} is before the end of the interview ({end} there).",
            "Name a time after it; the morning after is usual.",
        )
    local = desk.read_at(at)
    return Slot(
        at=at,
        until=max(at + FIXED_FOR, desk.lasts_until(at)),
        target_at=at,
        zone=place.zone,
        reasons=(f"you named {words.name_day(local)} {local.year} {local:%H:%M}",),
        warnings=(
            *_warn_of_clock_change(when_local, place.zone),
            *_warn_of_rules(desk, at, ends_at),
            *warn_of_day(desk, at),
            *warn_of_night(at, place.zone, user_zone),
        ),
        is_fixed=True,
    )


def _warn_of_clock_change(when: datetime, zone: str) -> list[str]:
    """Say which hour is meant when the clocks leave it out or show it twice on that day (T12)."""
    told = f"{when:%H:%M} on {words.name_day(when)} in {words.name_zone(zone, when)}"
    exact = when.astimezone(UTC).astimezone(when.tzinfo)
    if exact.replace(tzinfo=None) != when.replace(tzinfo=None):
        return [f"the clocks leave out {told}: {exact:%H:%M} is meant"]
    if when.replace(fold=0).utcoffset() == when.replace(fold=1).utcoffset():
        return []
    which = "second" if when.fold else "first"
    return [f"the clocks show {told} twice: the {which} one is meant"]


def _warn_of_rules(desk: Desk, at: datetime, ends_at: datetime) -> list[str]:
    """Say what the rules would have avoided."""
    local = desk.read_at(at)
    day = local.date()
    warnings: list[str] = []
    if desk.calendar.region.note:
        warnings.append(desk.calendar.region.note)
    if desk.calendar.is_rest(day):
        warnings += words.tell_days([(day, desk.label(day))])
    closes = desk.calendar.closes_at(day)
    if not WINDOW_OPENS <= local.time() <= closes:
        warnings.append(f"{local:%H:%M} is outside {WINDOW_OPENS:%H:%M} to {closes:%H:%M} there")
    if day == desk.day_of(ends_at):
        warnings.append("this is still the day on which the interview ended")
    elif at < ends_at + HEAD_START:
        warnings.append("this is less than 3 hours after the interview")
    if measure_working_time(desk.calendar, desk.zone, ends_at, at) > _SURELY_LATE:
        days = (day - desk.day_of(ends_at)).days
        warnings.append(f"this is {days} days after the interview: check that the words still fit")
    return warnings
