"""Which days are worked where: weekends, holidays, regions, half days, and what is not known."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.records import Place
from service.timing import Policy, Reader, plan
from service.timing.calendars import QUIET_DAYS, find_region, open_calendar, read_year


def works(
    country: str | None, day: date, subdivision: str | None = None, policy: Policy | None = None
) -> bool:
    """Tell whether a reader in this country works on the day."""
    place = Place("UTC", country=country, subdivision=subdivision)
    return not open_calendar(place, policy or Policy()).is_rest(day)


@pytest.mark.parametrize(
    ("country", "rests"),
    [("DE", (5, 6)), ("SA", (4, 5)), ("IL", (4, 5)), ("BN", (4, 6)), ("HK", (6,)), ("IR", (4,))],
)
def test_weekend_is_the_countrys_own(country: str, rests: tuple[int, ...]) -> None:
    """T04: Saturday and Sunday are not the weekend everywhere."""
    monday = date(2026, 8, 3)
    week = [monday + timedelta(days=n) for n in range(7)]
    names = read_year(country, None, 2026).rest
    assert tuple(d.weekday() for d in week if names.get(d) == "") == rests


def test_holiday_of_one_state_is_none_in_another() -> None:
    """T04: 8 March rests in Berlin, not in Munich."""
    day = date(2027, 3, 8)
    assert not works("DE", day, "BE")
    assert works("DE", day, "BY")
    assert works("DE", day)


def test_saturday_that_makes_up_for_a_holiday_is_worked() -> None:
    """T04: China works on Saturday 10 October 2026, and the slot says why."""
    assert works("CN", date(2026, 10, 10))
    ends_at = datetime(2026, 10, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
    readers = [Reader("ada@harbour.example", Place("Asia/Shanghai", "Shanghai", "CN", None))]
    (slot,) = plan(ends_at, ends_at, readers, Policy(), ends_at, user_zone="Asia/Shanghai")
    assert slot.reasons[-1] == "Saturday 10 October is worked there to make up for a holiday"


@pytest.mark.parametrize(
    ("country", "subdivision", "note"),
    [
        (None, None, "the country is not known: Saturday and Sunday rest, no holidays are known"),
        ("ZZ", None, "no holidays are known for ZZ: Saturday and Sunday rest"),
        ("HolidayBase", None, "no holidays are known for HOLIDAYBASE: Saturday and Sunday rest"),
        (
            "DE",
            "XX",
            "the region 'XX' of DE is not known: only the holidays of the whole country count",
        ),
        ("DE", "BE", ""),
        ("DE", "DE-BE", ""),
        ("de", None, ""),
        ("AE", "SH", ""),
    ],
)
def test_region_that_is_not_known_falls_back_and_says_so(
    country: str | None, subdivision: str | None, note: str
) -> None:
    """T05: the country's calendar, else only the weekend, and the reader of the slot learns it."""
    assert find_region(country, subdivision).note == note


def test_country_of_an_unknown_region_keeps_its_holidays() -> None:
    """T05: only what the region adds is not known."""
    assert not works("DE", date(2026, 12, 25), "Atlantis")


def test_own_lists_come_before_everything() -> None:
    """T06: they override weekend, holidays and half days."""
    christmas, friday = date(2026, 12, 25), date(2026, 12, 11)
    policy = Policy(days_off=frozenset({date(2026, 12, 9)}), working_days=frozenset({christmas}))
    assert works("DE", christmas, "BE", policy)
    assert not works("DE", date(2026, 12, 9), "BE", policy)
    dubai = Place("Asia/Dubai", country="AE")
    assert open_calendar(dubai, Policy()).closes_at(friday) == time(11, 30)
    own = Policy(working_days=frozenset({friday}))
    assert open_calendar(dubai, own).closes_at(friday) == time(18, 30)


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "closes"),
    [
        ("AE", None, date(2026, 12, 11), time(11, 30)),
        ("IS", None, date(2026, 12, 24), time(12, 30)),
        ("TR", None, date(2026, 10, 28), time(12, 30)),
        ("US", "PR", date(2026, 12, 24), time(11, 30)),
        ("EE", None, date(2026, 12, 23), time(14, 30)),
        ("AU", "SA", date(2026, 12, 24), time(18, 30)),
        ("GR", None, date(2026, 12, 24), time(11, 30)),
        ("US", "NY", date(2026, 12, 24), time(18, 30)),
    ],
)
def test_half_day_closes_half_an_hour_before_the_office(
    country: str, subdivision: str | None, day: date, closes: time
) -> None:
    """T10: the hour that the calendar names, noon where it names none, never after 18:30."""
    place = Place("UTC", country=country, subdivision=subdivision)
    assert open_calendar(place, Policy()).closes_at(day) == closes


@pytest.mark.parametrize(
    ("zone", "country", "talk", "warning"),
    [
        (
            "Europe/Stockholm",
            "SE",
            "2026-12-23 15:00",
            "Thursday 24 December is Christmas Eve: most offices are closed",
        ),
        (
            "America/Sao_Paulo",
            "BR",
            "2027-02-08 15:00",
            "Tuesday 9 February is Carnival: most offices are closed",
        ),
        (
            "Asia/Hong_Kong",
            "HK",
            "2027-03-25 15:00",
            "Friday 26 March is Good Friday: most offices are closed",
        ),
        (
            "Asia/Tokyo",
            "JP",
            "2026-12-28 15:00",
            "Tuesday 29 December is part of the New Year break: most offices are closed",
        ),
        (
            "Europe/Paris",
            "FR",
            "2027-05-06 15:00",
            "Friday 7 May lies between a holiday and another rest day: many take it off",
        ),
    ],
)
def test_working_day_on_which_offices_are_empty_is_warned_of(
    zone: str, country: str, talk: str, warning: str
) -> None:
    """T04: what is no public holiday stays a working day, and the user is told."""
    ends_at = datetime.fromisoformat(talk).replace(tzinfo=ZoneInfo(zone))
    readers = [Reader("ada@harbour.example", Place(zone, country=country))]
    (slot,) = plan(ends_at, ends_at, readers, Policy(), ends_at, user_zone=zone)
    assert slot.warnings == (warning,)


def test_names_do_not_follow_the_language_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reason reads the same in a terminal and in a service with another language."""
    monkeypatch.setenv("LANGUAGE", "fr")
    read_year.cache_clear()
    assert read_year("DE", "BE", 2026).rest[date(2026, 12, 25)] == "Christmas Day"
    assert read_year("GU", None, 2026).rest[date(2026, 12, 25)] == "Christmas Day"


def test_day_of_one_faith_is_worked_and_warned_of_where_most_keep_it() -> None:
    """T04: Assumption Day is a holiday of most towns of Bavaria, and of nobody in Berlin."""
    assumption = date(2028, 8, 15)
    for region, name in (("BY", "Assumption Day"), ("BE", ""), (None, "")):
        calendar = open_calendar(Place("Europe/Berlin", "A", "DE", region), Policy())
        assert (calendar.is_rest(assumption), calendar.quiet_name(assumption)) == (False, name)


def test_every_country_with_quiet_days_has_some() -> None:
    """A category or a name that `holidays` gave up would be missed in silence."""
    regions = {"CA": "ON", "DE": "BY"}
    years = range(2024, 2030)
    without = [
        country
        for country in QUIET_DAYS
        if not any(read_year(country, regions.get(country), year).quiet for year in years)
    ]
    assert without == []


def test_days_that_are_worked_as_usual_are_not_warned_of() -> None:
    """A warning on every small feast would be read by nobody: the banks' days, observances."""
    for country, region in (("US", "NY"), ("IE", None), ("BE", None), ("TH", None)):
        assert read_year(country, region, 2026).quiet == {}


@pytest.mark.parametrize(
    ("place", "note"),
    [
        (
            Place("Europe/Berlin", country="DE"),
            "where in DE is not known: only holidays of the whole country count",
        ),
        (Place("Europe/Paris", "Paris", "FR"), ""),
        (Place("Europe/Berlin", country="DE", subdivision="BY"), ""),
        (Place("Asia/Tokyo", country="JP"), ""),
    ],
)
def test_country_without_a_city_says_that_its_region_is_not_known(place: Place, note: str) -> None:
    """T05: in Japan it makes no difference, in Germany it does."""
    assert open_calendar(place, Policy()).region.note == note


@pytest.mark.parametrize(
    ("zone", "country", "talk", "reason", "warning"),
    [
        (
            "Africa/Nairobi",
            "KE",
            "2027-03-08 15:00",
            "Tuesday 9 March is expected to be Eid al-Fitr; the date is an estimate",
            (
                "Tuesday 9 March is only estimated as Eid al-Fitr: "
                "Wednesday 10 March may turn out to be a holiday"
            ),
        ),
        (
            "Africa/Cairo",
            "EG",
            "2027-06-09 15:00",
            (
                "Thursday 10 June is expected to be Islamic New Year (observed); "
                "the date is an estimate"
            ),
            (
                "Thursday 10 June is only estimated as Islamic New Year (observed): "
                "it may turn out to be a working day"
            ),
        ),
    ],
)
def test_mail_moved_by_an_estimated_holiday_says_so_twice(
    zone: str, country: str, talk: str, reason: str, warning: str
) -> None:
    """The reason names the day as an estimate, and a warning says what may come otherwise."""
    ends_at = datetime.fromisoformat(talk).replace(tzinfo=ZoneInfo(zone))
    readers = [Reader("ada@harbour.example", Place(zone, country=country))]
    (slot,) = plan(ends_at, ends_at, readers, Policy(), ends_at, user_zone=zone)
    assert reason in slot.reasons
    assert warning in slot.warnings
