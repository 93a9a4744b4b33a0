"""Which days people work where a reader is: weekends, public holidays, half days, own days.

The data is that of the `holidays` package, imported when a calendar is first needed because the
commands that plan nothing should not wait for it. One year of one region is read once per process
(`read_year` is a cached pure function). The user's own lists come before all of it (T06).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from service.records import Place
from service.timing.rules import WINDOW_CLOSES, Policy

if TYPE_CHECKING:
    from holidays import HolidayBase

_SATURDAY: Final = 5

_HALF_WEEKDAYS: Final[Mapping[tuple[str, int], time]] = MappingProxyType({("AE", 4): time(12)})
"""Weekdays (Monday is 0) on which a country works until the hour given. The Emirates' Friday: the
federal week since 1 January 2022."""

_NOON: Final = time(12)
_OFFICES_CLOSE: Final = time(18)
_BEFORE_CLOSING_MINUTES: Final = 30
"""The last mail goes so long before the office closes."""

_YEAR_END: Final = "part of the New Year break"


@dataclass(frozen=True, slots=True)
class Year:
    """What is known of one year of one region.

    `rest` maps each rest day to the holiday's name, "" for a plain weekend. `closes` maps half days
    to the last minute for a mail. `quiet` names working days on which most offices are shut.
    `made_up` holds the weekend days that are worked to make up for a day off elsewhere.
    """

    rest: Mapping[date, str]
    closes: Mapping[date, time]
    quiet: Mapping[date, str]
    made_up: frozenset[date]


@dataclass(frozen=True, slots=True)
class Region:
    """A country and region whose calendar is known; `note` says what is not, for people to read."""

    country: str | None
    subdivision: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one reader, the user's own lists included."""

    region: Region
    policy: Policy

    def is_rest(self, day: date) -> bool:
        """Tell whether nobody is expected to work on this day."""
        if day in self.policy.days_off:
            return True
        return day not in self.policy.working_days and day in self._year(day).rest

    def is_own_day_off(self, day: date) -> bool:
        """Tell whether it rests because the user's `days_off` says so."""
        return day in self.policy.days_off

    def is_own_working_day(self, day: date) -> bool:
        """Tell whether it is a working day only because the user's `working_days` says so."""
        return day in self.policy.working_days and day in self._year(day).rest

    def is_made_up(self, day: date) -> bool:
        """Tell whether it is a weekend day that the whole country works, as China does."""
        return not self.is_rest(day) and day in self._year(day).made_up

    def holiday_name(self, day: date) -> str:
        """Return the holiday's name as `holidays` gives it, "" when there is none."""
        return self._year(day).rest.get(day, "")

    def quiet_name(self, day: date) -> str:
        """Return why most offices are shut on this working day, "" when they are not."""
        return self._year(day).quiet.get(day, "")

    def closes_at(self, day: date) -> time:
        """Return the last minute for a mail on this day (T10), on the reader's wall clock."""
        if day in self.policy.working_days or self.is_rest(day):
            return WINDOW_CLOSES
        return self._year(day).closes.get(day, WINDOW_CLOSES)

    def _year(self, day: date) -> Year:
        return read_year(self.region.country, self.region.subdivision, day.year)


def open_calendar(place: Place, policy: Policy) -> Calendar:
    """Return the calendar for a place; what is unknown about it stands in `region.note` (T05)."""
    return Calendar(find_region(place.country, place.subdivision), policy)


@lru_cache(maxsize=4096)
def find_region(country: str | None, subdivision: str | None) -> Region:
    """Find what `holidays` knows: the region, else the country, else neither, and say so."""
    if not country:
        return Region(
            None, note="the country is not known: Saturday and Sunday rest, no holidays are known"
        )
    code = country.upper()
    calendar = _open_country(code)
    if calendar is None:
        return Region(None, note=f"no holidays are known for {code}: Saturday and Sunday rest")
    if not subdivision:
        return Region(code)
    known = _subdivisions(calendar)
    if not known:
        return Region(code)
    wanted = subdivision.removeprefix(f"{code}-")
    if wanted not in known:
        return Region(
            code,
            note=f"the region {subdivision!r} of {code} is not known: "
            "only the holidays of the whole country count",
        )
    return Region(code, wanted)


@lru_cache(maxsize=1024)
def read_year(country: str | None, subdivision: str | None, year: int) -> Year:
    """Read one year of one region; the arguments must come from `find_region`."""
    days = [date.fromordinal(n) for n in range(_first(year), _first(year + 1))]
    if country is None:
        rest = {day: "" for day in days if day.weekday() >= _SATURDAY}
        return _freeze(rest, {}, {}, frozenset())
    public = _read(country, subdivision, year, "public")
    rest = {day: str(public.get(day, "")) for day in days if not public.is_working_day(day)}
    closes = {
        day: _before(_HALF_WEEKDAYS[country, day.weekday()])
        for day in days
        if (country, day.weekday()) in _HALF_WEEKDAYS
    }
    if "half_day" in public.supported_categories:
        half = _read(country, subdivision, year, "half_day")
        closes |= {day: _half_day_closes(str(name)) for day, name in half.items()}
    quiet: dict[date, str] = {}
    if "de_facto" in public.supported_categories:
        de_facto = _read(country, subdivision, year, "de_facto")
        quiet |= {day: str(name) for day, name in de_facto.items()}
    if country == "JP":
        quiet |= {day: _YEAR_END for day in days if _is_japanese_year_end(day)}
    made_up = frozenset(day for day in days if day not in rest and public.is_weekend(day))
    return _freeze(rest, closes, quiet, made_up)


def _freeze(
    rest: dict[date, str],
    closes: dict[date, time],
    quiet: dict[date, str],
    made_up: frozenset[date],
) -> Year:
    return Year(MappingProxyType(rest), MappingProxyType(closes), MappingProxyType(quiet), made_up)


def _first(year: int) -> int:
    return date(year, 1, 1).toordinal()


def _open_country(code: str) -> "HolidayBase | None":
    import holidays

    if len(code) != len("DE") or not code.isalpha():
        return None
    try:
        return holidays.country_holidays(code)
    except NotImplementedError:
        return None


def _subdivisions(calendar: "HolidayBase") -> frozenset[str]:
    """Return all codes it takes but the deprecated ones, which raise a warning."""
    parent = calendar.parent_entity.subdivisions if calendar.parent_entity else ()
    return frozenset((*calendar.subdivisions, *calendar.subdivisions_aliases, *parent))


def _read(country: str, subdivision: str | None, year: int, category: str) -> "HolidayBase":
    """Read one category of one year.

    The language is always named: without one the package goes by the environment, and a reason
    would read differently in the service than in a terminal.
    """
    import holidays

    bare = holidays.country_holidays(country)
    language = "en_US" if "en_US" in bare.supported_languages else bare.default_language
    return holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=year,
        language=language,
        categories=(category,),
    )


def _half_day_closes(name: str) -> time:
    """Read the hour out of "Christmas Eve (from 1pm)"; a half day without one ends at noon."""
    if found := re.search(r"\(from (\d{1,2})(am|pm)\)", name):
        hour = int(found[1]) % 12 + (12 if found[2] == "pm" else 0)
        return _before(time(hour))
    if found := re.search(r"shortened by (\d) hours", name):
        return _before(time(_OFFICES_CLOSE.hour - int(found[1])))
    return _before(_NOON)


def _before(closing: time) -> time:
    minutes = closing.hour * 60 + closing.minute - _BEFORE_CLOSING_MINUTES
    return min(time(minutes // 60, minutes % 60), WINDOW_CLOSES)


def _is_japanese_year_end(day: date) -> bool:
    """29 December to 3 January, from the country notes of the timing facts."""
    month_and_day = (day.month, day.day)
    return month_and_day >= (12, 29) or month_and_day <= (1, 3)
