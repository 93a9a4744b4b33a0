"""A second opinion on slots: the timing rules once more, by scanning days and minutes.

It shares no code with `service.timing`: it asks the `holidays` package itself and tries one minute
after the other, where the product computes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from service.records import Place, Slot
from service.timing import Policy, RestDays

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Case:
    """One interview with one reader."""

    starts_at: datetime
    ends_at: datetime
    place: Place
    policy: Policy

    @property
    def day(self) -> date:
        """The interview's day where the reader is."""
        return self.starts_at.astimezone(ZoneInfo(self.place.zone)).date()


@lru_cache(maxsize=2000)
def load(country: str, subdivision: str | None) -> holidays.HolidayBase:
    """Load a country's own calendar."""
    return holidays.country_holidays(country, subdiv=subdivision, years=range(2025, 2031))


@lru_cache(maxsize=2000)
def load_half_days(country: str, subdivision: str | None) -> dict[date, str]:
    """Load the half days of a country that has any; China's are those of a few people only."""
    if country == "CN" or "half_day" not in load(country, subdivision).supported_categories:
        return {}
    return holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=range(2025, 2031),
        language="en_US",
        categories=("half_day",),
    )


def is_rest(case: Case, day: date) -> bool:
    """Tell whether the reader rests on this day."""
    if day in case.policy.days_off:
        return True
    if day in case.policy.working_days:
        return False
    if case.place.country is None:
        return day.weekday() in (5, 6)
    return not load(case.place.country, case.place.subdivision).is_working_day(day)


def at(case: Case, day: date, wall: time) -> datetime:
    """Return the instant of a wall-clock time there."""
    return datetime.combine(day, wall, ZoneInfo(case.place.zone)).astimezone(UTC)


def ceil(instant: datetime) -> datetime:
    """Return the next whole minute."""
    floor = instant.replace(second=0, microsecond=0)
    return floor if floor == instant else floor + MINUTE


def find_target(case: Case) -> datetime:
    """Return the first minute that the rules allow, before natural minutes."""
    is_same_day = case.policy.rest_days is RestDays.SAME_DAY and is_rest(case, case.day + DAY)
    if is_same_day:
        opens = time(8, 30) if case.policy.earliest == time(9) else case.policy.earliest
        soon = max(ceil(case.ends_at + HOUR), at(case, case.day, opens))
        if soon <= at(case, case.day, closes(case, case.day)) and on_day(case, soon, case.day):
            return soon
    day = case.day + DAY
    while True:
        if is_asked_for(case, day) or not is_rest(case, day):
            wall = case.policy.earliest
            while wall <= max(time(11, 30), case.policy.earliest) and wall <= closes(case, day):
                if at(case, day, wall) >= case.ends_at + 3 * HOUR:
                    return at(case, day, wall)
                wall = (datetime.combine(day, wall) + MINUTE).time()
        day += DAY


def is_asked_for(case: Case, day: date) -> bool:
    """Tell whether this is the one rest day on which `send` lets a mail go."""
    return case.policy.rest_days is RestDays.SEND and day == case.day + DAY


def on_day(case: Case, instant: datetime, day: date) -> bool:
    """Tell whether the instant lies on this day there."""
    return instant.astimezone(ZoneInfo(case.place.zone)).date() == day


def closes(case: Case, day: date) -> time:
    """Return the window's end: sooner on an Emirates' Friday and on a calendar's half days."""
    country = case.place.country
    if country is None or day in case.policy.working_days or is_rest(case, day):
        return time(18, 30)
    if country == "AE" and day.weekday() == 4:
        return time(11, 30)
    name = load_half_days(country, case.place.subdivision).get(day)
    if name is None:
        return time(18, 30)
    known = {
        "1pm)": time(12, 30),
        "6pm)": time(17, 30),
        "7pm)": time(18, 30),
        "hours)": time(14, 30),
    }
    return known.get(name.split()[-1], time(11, 30))


def judge(case: Case, slot: Slot) -> list[str]:
    """Return what is wrong with the slot of a case that was planned in time."""
    zone = ZoneInfo(case.place.zone)
    local = slot.at.astimezone(zone)
    target = find_target(case)
    on_own_day = local.date() == case.day and case.policy.rest_days is RestDays.SAME_DAY
    may_rest = is_asked_for(case, local.date()) or on_own_day
    head_start = HOUR if on_own_day else 3 * HOUR
    wrong = {
        "not the first that qualifies": slot.target_at != target,
        "before the day after": local.date() <= case.day and not on_own_day,
        "on a rest day": is_rest(case, local.date()) and not may_rest,
        "outside the window": not time(8, 30) <= local.time() <= time(18, 30),
        "too soon after the end": slot.at < case.ends_at + head_start,
        "on the hour": local.minute == 0,
        "before its target": slot.at < slot.target_at,
        "no natural minute": slot.at - slot.target_at > 28 * MINUTE,
        "runs out at another time": slot.until != at(case, local.date(), time(20, 30)),
    }
    return [what for what, is_so in wrong.items() if is_so]
