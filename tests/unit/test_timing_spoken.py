"""Times as people type them, on Monday 7 December 2026, eight o'clock in Berlin."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.errors import BadInput
from service.records import Place
from service.timing import parse_when

BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
NOW = datetime(2026, 12, 7, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-12-09 10:00", "2026-12-09 10:00"),
        ("2026-12-09T10:00", "2026-12-09 10:00"),
        ("2026-12-09 9:05", "2026-12-09 09:05"),
        ("2026-12-09T10:00:30", "2026-12-09 10:00"),
        ("2026-12-09T10:00Z", "2026-12-09 11:00"),
        ("2026-12-09 10:00 -05:00", "2026-12-09 16:00"),
        ("today 17:40", "2026-12-07 17:40"),
        ("today 07:00", "2026-12-07 07:00"),
        ("tomorrow 10:00", "2026-12-08 10:00"),
        ("Tomorrow at 10:00", "2026-12-08 10:00"),
        ("  tomorrow,  9am ", "2026-12-08 09:00"),
        ("the day after tomorrow 9:30", "2026-12-09 09:30"),
        ("tuesday 9:30", "2026-12-08 09:30"),
        ("on Tue 9:30 pm", "2026-12-08 21:30"),
        ("this sunday 12pm", "2026-12-13 12:00"),
        ("friday 12am", "2026-12-11 00:00"),
        ("in 2 hours", "2026-12-07 10:00"),
        ("in an hour", "2026-12-07 09:00"),
        ("in 90 minutes", "2026-12-07 09:30"),
        ("in 45 min", "2026-12-07 08:45"),
        ("9 December 10:00", "2026-12-09 10:00"),
        ("Dec 9th 10:00", "2026-12-09 10:00"),
        ("9. december 2027 10:00", "2027-12-09 10:00"),
        ("6 december 10:00", "2027-12-06 10:00"),
        ("29 feb 10:00", "2028-02-29 10:00"),
        ("Wednesday 9 December 09:12", "2026-12-09 09:12"),
        ("Wednesday 2026-12-09 09:12", "2026-12-09 09:12"),
        ("25/12 10:00", "2026-12-25 10:00"),
        ("12/25/2026 10:00", "2026-12-25 10:00"),
        ("04/04 10:00", "2027-04-04 10:00"),
    ],
)
def test_time_is_read_on_the_readers_clock(typed: str, read: str) -> None:
    """T14: what has one reading is read, in the reader's zone."""
    when = parse_when(typed, BERLIN, NOW)
    assert f"{when:%Y-%m-%d %H:%M}" == read
    assert when.tzinfo == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("03/04 10:00", ("3 April", "4 March")),
        ("3.4. 10:00", ("3 April", "4 March")),
        ("03-04-2027 10:00", ("3 April", "4 March")),
        ("monday 9:30", ("Monday 7 December", "Monday 14 December")),
        ("next friday 9:30", ("Friday 11 December", "Friday 18 December")),
    ],
)
def test_time_with_two_readings_is_refused_with_both(typed: str, readings: tuple[str, str]) -> None:
    """No ambiguous order of day and month is taken silently, nor the weekday that today is."""
    with pytest.raises(BadInput) as caught:
        parse_when(typed, BERLIN, NOW)
    assert all(reading in caught.value.message for reading in readings)
    assert caught.value.hint


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "soon",
        "tomorrow",
        "tomorrow 9",
        "10:00",
        "tomorrow 25:00",
        "tomorrow 10:60",
        "tomorrow 13pm",
        "tomorrow 0am",
        "tomorow 10:00",
        "morgen 10:00",
        "tomorrow 10:00 PST",
        "maybe tomorrow 10:00",
        "2026-02-30 10:00",
        "2026-13-01 10:00",
        "31 june 10:00",
        "30 february 10:00",
        "13/13 10:00",
        "03/04/27 10:00",
        "may 10:00",
        "9 dex 10:00",
        "in 3 days",
        "in 99999 hours",
        "２０２６-12-09 10:00",  # noqa: RUF001 - digits of full width are no digits here
        "Tuesday 9 December 10:00",
    ],
)
def test_time_that_is_not_understood_whole_is_refused(typed: str) -> None:
    """Half of what was typed is never used, and the refusal shows how to write it."""
    with pytest.raises(BadInput) as caught:
        parse_when(typed, BERLIN, NOW)
    assert caught.value.hint


def test_wrong_weekday_is_named() -> None:
    """A weekday beside a date is a check on it."""
    with pytest.raises(BadInput, match="9 December 2026 is a Wednesday, not a Tuesday"):
        parse_when("Tuesday 9 December 10:00", BERLIN, NOW)


def test_tomorrow_is_the_readers() -> None:
    """T01: at eight on Monday in Berlin it is still Sunday in Honolulu."""
    when = parse_when("tomorrow 10:00", Place("Pacific/Honolulu"), NOW)
    assert when.isoformat() == "2026-12-07T10:00:00-10:00"


def test_hours_from_now_are_real_hours() -> None:
    """T12: two hours across the change of the clocks are two hours."""
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    when = parse_when("in 2 hours", BERLIN, before)
    assert when.isoformat() == "2027-03-28T04:30:00+02:00"
