"""Time zones under the names that people and calendar programs give them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from service.intake import wordlists
from service.intake.zones import fixed_zone, match_zone, resolve_zone, zones_of_abbreviation


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/london", "Europe/London"),
        ("America/New York", "America/New_York"),
        ('"America/New_York"', "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("w. europe standard time", "Europe/Berlin"),
        ("FLE Standard Time", "Europe/Kyiv"),
        ("India Standard Time", "Asia/Kolkata"),
        ("Argentina Standard Time", "America/Argentina/Buenos_Aires"),
        ("Pacific Time (US & Canada)\\, Tijuana", "America/Los_Angeles"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "Europe/Berlin"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("/vendor.example/20050126_1/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("PST", "America/Los_Angeles"),
        ("EST", "America/New_York"),
        ("CEST", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT+5", "Etc/GMT+5"),
    ],
)
def test_known_name_gives_the_iana_zone(name: str, zone: str) -> None:
    """EST is New York's clock to people, whatever the legacy zone of that name is."""
    assert resolve_zone(name) == zone


@pytest.mark.parametrize(
    "name",
    [
        *("", "Eastern", "IST", "CST", "GMT", "Customized Time Zone", "Factory", "\x00", "../x"),
        *("GMT+5", "GMT +0100 (Standard) / GMT +0200 (Daylight)", "tzone://Microsoft/Custom"),
    ],
)
def test_unknown_or_ambiguous_name_gives_none(name: str) -> None:
    """Nothing is guessed: the caller looks at the rules of the file or asks."""
    assert resolve_zone(name) is None


def test_ambiguous_abbreviation_lists_what_it_may_mean() -> None:
    """The caller can offer these."""
    assert zones_of_abbreviation("IST") == ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem")


def test_every_windows_zone_is_known() -> None:
    """The whole table of CLDR ends in zones that this computer has."""
    found = {name: resolve_zone(name) for name in WINDOWS_TO_OLSON}
    assert {name for name, zone in found.items() if zone not in available_timezones()} == set()


def test_every_zone_of_the_tables_exists() -> None:
    """A slip in the data file would only show when somebody has that zone."""
    tables = wordlists.read_table("zones")
    named = {zone for zones in tables["abbreviations"].values() for zone in zones}
    named |= set(tables["aliases"].values()) | set(tables["renamed"].values())
    named |= set(tables["common"]["zones"])
    assert named - available_timezones() == set()


@pytest.mark.parametrize(
    "zone",
    ["Europe/London", "America/Phoenix", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"],
)
def test_clock_of_a_zone_is_found_by_its_offsets(zone: str) -> None:
    """A year of offsets on both sides tells zones apart that agree for a season."""
    found = match_zone(ZoneInfo(zone), datetime(2026, 6, 1, 10))  # noqa: DTZ001  # a wall clock
    assert found is not None
    days = [datetime(2026, 1, 1, 12) + timedelta(days=n) for n in range(300)]  # noqa: DTZ001  # as above
    assert all(ZoneInfo(found).utcoffset(d) == ZoneInfo(zone).utcoffset(d) for d in days)


@pytest.mark.parametrize(
    ("hours", "zone"), [(0, "UTC"), (1, "Etc/GMT-1"), (-5, "Etc/GMT+5"), (5.5, None), (20, None)]
)
def test_fixed_offset_has_a_zone_for_whole_hours(hours: float, zone: str | None) -> None:
    """IANA has fixed zones for whole hours only, with the sign turned round."""
    assert fixed_zone(timedelta(hours=hours)) == zone
