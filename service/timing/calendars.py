"""Which days people work where a reader is: weekends, public holidays, half days, own days.

The data is that of the `holidays` package, imported when a calendar is first needed because the
commands that plan nothing should not wait for it. One year of one region is read once per process
(`read_year` is a cached pure function). The user's own lists come before all of it (T06).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
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

_HALF_DAYS_OF_SOME: Final = frozenset({"CN"})
"""Where half days are those of women, the young or soldiers alone, and offices stay open."""

_NOON: Final = time(12)
_OFFICES_CLOSE: Final = time(18)
_BEFORE_CLOSING_MINUTES: Final = 30
"""The last mail goes so long before the office closes."""

_YEAR_END: Final = "part of the New Year break"

QUIET_DAYS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        # The eve is no holiday in law, and work ends with the day before by nearly all agreements.
        "AT": ("bank", ("Christmas Eve",)),
        # Cities make them holidays, or everybody takes them off; the federal calendar leaves it.
        "BR": ("optional", ("Carnival", "Corpus Christi")),
        # Ontario's first Monday of August, given by most employers though no law asks for it.
        "CA": ("optional", ("Civic Holiday",)),
        # A holiday in the towns of Bavaria where most are Catholic, Munich among them.
        "DE": ("catholic", ("Assumption Day",)),
        "DK": ("optional", ("Constitution Day", "Christmas Eve", "New Year's Eve")),
        # General holidays of banks, schools and the government, kept by offices, not by all shops.
        "HK": ("optional", ("",)),
        # Days that the government adds to the greatest feast, when the country travels home.
        "ID": ("government", ("Eid al-Fitr",)),
        # The days between the first and the last of both feasts.
        "IL": ("optional", ("Pesach", "Sukkot")),
        # A paid day off for employees, though no public holiday before 2026.
        "KR": ("bank", ("Labor Day", "Workers' Day")),
        "PT": ("optional", ("Carnival", "Christmas Eve")),
        # Offices shut with the banks for these; the banks' other days are worked elsewhere.
        "UY": ("bank", ("Carnival", "Tourism Week")),
    }
)
"""Working days on which most offices are shut: the category of `holidays` and what is in the names.

Besides these its `de_facto` days count, all of them. Left out, since offices are open as usual: the
banks' other days (US, BE, SE), days of the civil service (IN, MO, TH), `school`, `unofficial`,
`workday`, Good Friday where it is only the banks' (AT, IE), and what one faith or people keeps."""


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
    region = find_region(place.country, place.subdivision)
    if region.country and not place.subdivision and not place.city and _has_regions(region.country):
        note = f"where in {region.country} is not known: only holidays of the whole country count"
        region = replace(region, note=note)
    return Calendar(region, policy)


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
    if "half_day" in public.supported_categories and country not in _HALF_DAYS_OF_SOME:
        half = _read(country, subdivision, year, "half_day")
        closes |= {day: _half_day_closes(str(name)) for day, name in half.items()}
    quiet = _read_quiet(country, subdivision, year, public.supported_categories)
    if country == "JP":
        quiet |= {day: _YEAR_END for day in days if _is_japanese_year_end(day)}
    made_up = frozenset(day for day in days if day not in rest and public.is_weekend(day))
    return _freeze(rest, closes, quiet, made_up)


def _read_quiet(
    country: str, subdivision: str | None, year: int, known: Collection[str]
) -> dict[date, str]:
    quiet: dict[date, str] = {}
    if "de_facto" in known:
        de_facto = _read(country, subdivision, year, "de_facto")
        quiet |= {day: str(name) for day, name in de_facto.items()}
    if country in QUIET_DAYS:
        category, wanted = QUIET_DAYS[country]
        for day, name in _read(country, subdivision, year, category).items():
            if any(part in name for part in wanted):
                quiet[day] = str(name)
    return quiet


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


@lru_cache(maxsize=256)
def _has_regions(country: str) -> bool:
    calendar = _open_country(country)
    return calendar is not None and bool(calendar.subdivisions)


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
