"""What is doubtful about a slot, though the rules allow it: warnings that stop nothing.

An office may be as good as closed on a working day, an estimated holiday may fall a day sooner or
later, and the user's computer has to be awake while its owner sleeps.
"""

from datetime import date, datetime, timedelta
from typing import Final

from service.timing import words
from service.timing.openings import Desk
from service.timing.rules import find_zone

_USER_SLEEPS_UNTIL_HOUR: Final = 6
_DAY: Final = timedelta(days=1)


def warn_of_day(desk: Desk, at: datetime) -> tuple[str, ...]:
    """Return what is doubtful about the reader's day on which this instant falls."""
    day = desk.day_of(at)
    calendar = desk.calendar
    if calendar.is_rest(day) or calendar.is_own_working_day(day):
        return ()
    warnings: list[str] = []
    if name := calendar.quiet_name(day):
        label = words.label_holiday(name)
        warnings.append(f"{words.name_day(day)} {label.one}: most offices are closed")
    elif is_bridge_day(desk, day):
        warnings.append(
            f"{words.name_day(day)} lies between a holiday and another rest day: many take it off"
        )
    if near := _find_estimate_beside(desk, day):
        other = words.name_day(day) if abs(near - day) == _DAY else "it"
        turned = "a holiday" if abs(near - day) == _DAY else "a working day"
        warnings.append(
            f"{words.name_day(near)} is only estimated as "
            f"{words.name_holiday(calendar.holiday_name(near))}: "
            f"{other} may turn out to be {turned}"
        )
    return tuple(warnings)


def warn_of_night(at: datetime, zone: str, user_zone: str) -> tuple[str, ...]:
    """Return a warning where the slot is at night for the user, whose computer has to be awake."""
    here = at.astimezone(find_zone(user_zone))
    there = at.astimezone(find_zone(zone))
    is_same_clock = here.replace(tzinfo=None) == there.replace(tzinfo=None)
    if is_same_clock or here.hour >= _USER_SLEEPS_UNTIL_HOUR:
        return ()
    return (f"that is {words.name_minute(here)} for you: whatever sends it must be awake then",)


def is_bridge_day(desk: Desk, day: date) -> bool:
    """Tell whether this working day stands alone between rest days of which one is a holiday."""
    calendar = desk.calendar
    around = (day - _DAY, day + _DAY)
    return all(calendar.is_rest(other) for other in around) and any(
        calendar.holiday_name(other) for other in around
    )


def _find_estimate_beside(desk: Desk, day: date) -> date | None:
    """Return an estimated holiday that bears on this day: the next, or one just waited for."""
    following = day + _DAY
    if words.is_estimate(desk.calendar.holiday_name(following)):
        return following
    before = day - _DAY
    while desk.calendar.is_rest(before):
        if words.is_estimate(desk.calendar.holiday_name(before)):
            return before
        before -= _DAY
    return None
