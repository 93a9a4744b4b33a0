"""When a talk was, as people type it: past or to come, and when it ended."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput
from service.records import Place
from service.timing import describe_talk, parse_end, parse_start
from service.timing.words import MONTHS

BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
ZONE = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 12, 7, 7, tzinfo=UTC)
"""Eight o'clock in Berlin."""
SATURDAY = datetime(2026, 12, 12, 7, tzinfo=UTC)
START = datetime(2026, 12, 8, 14, tzinfo=ZONE)


def read(typed: str, now: datetime = MONDAY) -> str:
    """Return the start that is read in Berlin, as its clock shows it."""
    return f"{parse_start(typed, BERLIN, now):%Y-%m-%d %H:%M}"


def refuse(typed: str, now: datetime = MONDAY) -> BadInput:
    """Return the refusal of a start."""
    with pytest.raises(BadInput) as caught:
        parse_start(typed, BERLIN, now)
    return caught.value


def read_end(typed: str, starts_at: datetime = START) -> str:
    """Return the end that is read of a talk, as the clock in Berlin shows it."""
    return f"{parse_end(typed, starts_at, BERLIN, MONDAY):%d %H:%M}"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-12-08 14:00", "2026-12-08 14:00"),
        ("yesterday 14:00", "2026-12-06 14:00"),
        ("yesterday 2pm", "2026-12-06 14:00"),
        ("yesterday afternoon at 2", "2026-12-06 14:00"),
        ("2pm yesterday", "2026-12-06 14:00"),
        ("the day before yesterday at 3pm", "2026-12-05 15:00"),
        ("today 2pm", "2026-12-07 14:00"),
        ("tomorrow 14:00", "2026-12-08 14:00"),
        ("last friday 14:00", "2026-12-04 14:00"),
        ("friday last week 14:00", "2026-12-04 14:00"),
        ("last week friday 14:00", "2026-12-04 14:00"),
        ("this past friday 14:00", "2026-12-04 14:00"),
        ("this friday 14:00", "2026-12-11 14:00"),
        ("the coming friday 14:00", "2026-12-11 14:00"),
        ("friday next week 14:00", "2026-12-18 14:00"),
        ("2 days ago at 14:00", "2026-12-05 14:00"),
        ("a week ago 2pm", "2026-11-30 14:00"),
        ("20 november 14:00", "2026-11-20 14:00"),
        ("20 january 14:00", "2027-01-20 14:00"),
        ("friday, 20 november, 14:00", "2026-11-20 14:00"),
        ("friday the 4th at 14:00", "2026-12-04 14:00"),
        ("friday the 11th at 14:00", "2026-12-11 14:00"),
        ("gestern 14 Uhr", "2026-12-06 14:00"),
        ("gestern Nachmittag um halb drei", "2026-12-06 14:30"),
        ("vorgestern 9:30", "2026-12-05 09:30"),
        ("am letzten Freitag um 14 Uhr", "2026-12-04 14:00"),
        ("vergangenen Freitag, 14 Uhr", "2026-12-04 14:00"),
        ("Freitag letzter Woche 14 Uhr", "2026-12-04 14:00"),
        ("letzte Woche Freitag 14 Uhr", "2026-12-04 14:00"),
        ("vor 2 Tagen um 14 Uhr", "2026-12-05 14:00"),
        ("am 20. November um 14 Uhr", "2026-11-20 14:00"),
        ("hier à 14h", "2026-12-06 14:00"),
        ("hier après-midi à 2h", "2026-12-06 14:00"),
        ("avant-hier 15h30", "2026-12-05 15:30"),
        ("vendredi dernier à 14h", "2026-12-04 14:00"),
        ("vendredi de la semaine dernière à 14h", "2026-12-04 14:00"),
        ("il y a 2 jours à 14h", "2026-12-05 14:00"),
        ("ayer a las 2 de la tarde", "2026-12-06 14:00"),
        ("anteayer 10:00", "2026-12-05 10:00"),
        ("el viernes pasado a las 14:00", "2026-12-04 14:00"),
        ("el viernes de la semana pasada 14:00", "2026-12-04 14:00"),
        ("hace 2 días a las 14", "2026-12-05 14:00"),
        ("昨日14時", "2026-12-06 14:00"),
        ("昨日の午後2時", "2026-12-06 14:00"),
        ("一昨日10時", "2026-12-05 10:00"),
        ("先週の金曜日14時", "2026-12-04 14:00"),
        ("この前の金曜日の14時", "2026-12-04 14:00"),
        ("2日前の14時", "2026-12-05 14:00"),
        ("11月20日14時", "2026-11-20 14:00"),
    ],
)
def test_a_start_is_read_in_both_directions(typed: str, expected: str) -> None:
    """What says its day is read, whether that is past or to come."""
    assert read(typed) == expected


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("friday 14:00", ("Friday 11 December 2026", "Friday 18 December 2026")),
        ("Freitag 14 Uhr", ("Friday 11 December", "Friday 18 December")),
        ("vendredi 14h", ("Friday 11 December", "Friday 18 December")),
        ("el viernes a las 14", ("Friday 11 December", "Friday 18 December")),
        ("金曜日14時", ("Friday 11 December", "Friday 18 December")),
        ("saturday 14:00", ("5 December 2026", "12 December 2026", "19 December 2026")),
        ("this friday 14:00", ("Friday 11 December", "Friday 18 December")),
        ("last friday 14:00", ("Friday 4 December", "Friday 11 December")),
        ("letzten Freitag 14 Uhr", ("Friday 4 December", "Friday 11 December")),
        ("vendredi dernier 14h", ("Friday 4 December", "Friday 11 December")),
        ("el viernes pasado 14:00", ("Friday 4 December", "Friday 11 December")),
        ("この前の金曜日14時", ("Friday 4 December", "Friday 11 December")),
        ("sunday last week 14:00", ("29 November", "6 December")),
        ("vor 8 Tagen 14 Uhr", ("4 December", "5 December")),
        ("yesterday 3", ("03:00", "15:00")),
        ("9.12. 14 Uhr", ("12 September 2026", "9 December 2026")),
    ],
)
def test_a_start_with_several_readings_is_refused_with_all(
    typed: str, named: tuple[str, ...]
) -> None:
    """Said on a Saturday: no direction is guessed, and what stands in the hint can be typed."""
    refusal = refuse(typed, SATURDAY)
    assert all(each in refusal.message for each in named)
    written = re.findall(r"'([^']*)'", refusal.hint)
    assert [read(each, SATURDAY) for each in written] == written
    assert len(written) == len(named)


@pytest.mark.parametrize(
    ("typed", "said", "hint"),
    [
        ("14:00", "names no day", "Write 'yesterday 14:00' or 'today 14:00', on the clock"),
        ("yesterday", "names no hour", "Write 'yesterday 09:30', on the clock in Berlin."),
        ("hier", "names no hour", "Write 'hier 09:30', on the clock in Berlin."),
        ("2026-12-08", "names no hour", "Write '2026-12-08 09:30', on the clock in Berlin."),
        ("friday", "names no hour", "Write it like '2026-12-08 14:00', 'yesterday 14:00'"),
        ("last week", "names no day", "Write the day and the hour, like 'friday last week 10:00'"),
        ("in 2 hours", "counts from now", "Write the hour on the clock, like 'today 14:00'."),
        ("now", "names no hour", "Write the hour on the clock, like 'today 14:00'."),
        ("soon", "is not understood.", "Write it like '2026-12-08 14:00', 'yesterday 14:00'"),
        ("yesterday 14:00 CET", "is not understood from 'cet' on", "Write it like"),
        ("31 june 10:00", "is no day and hour that there is", "Write it like"),
        ("29 february 10:00", "is nearest on Tuesday 29 February 2028", "If that is meant, write"),
        ("monday 20 november 14:00", "20 November 2026 is a Friday, not a Monday", "Write it"),
        ("friday the 5th 14:00", "5 December 2026 is a Saturday, not a Friday", "Write it like"),
    ],
)
def test_a_start_that_cannot_be_used_says_what_to_type(typed: str, said: str, hint: str) -> None:
    """What is understood and not enough is completed by the user, never by a guess."""
    refusal = refuse(typed)
    assert said in refusal.message
    assert refusal.hint.startswith(hint)


@given(st.dates(date(2026, 6, 8), date(2027, 6, 7)))
@settings(max_examples=150, deadline=None)
def test_a_date_without_a_year_is_the_nearest(day: date) -> None:
    """Every day of the half year before and after is named by its date alone."""
    assert read(f"{day.day} {MONTHS[day.month - 1]} 14:00") == f"{day} 14:00"


def test_a_date_as_near_in_both_years_is_refused() -> None:
    """Over a leap day two such dates may be equally far: none is the nearest."""
    now = datetime(2027, 9, 1, 10, tzinfo=UTC)
    far = (now + timedelta(days=183)).date()
    assert (far.month, far.day) == (3, 2)
    refusal = refuse("2 march 14:00", now)
    assert "2 March 2027" in refusal.message
    assert "2 March 2028" in refusal.message


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("15:00", "08 15:00"),
        ("3pm", "08 15:00"),
        ("3", "08 15:00"),
        ("at 3:30", "08 15:30"),
        ("until half past three", "08 15:30"),
        ("midnight", "09 00:00"),
        ("1h", "08 15:00"),
        ("for 45 minutes", "08 14:45"),
        ("an hour and a half", "08 15:30"),
        ("bis 15 Uhr", "08 15:00"),
        ("eine Stunde", "08 15:00"),
        ("15h30", "08 15:30"),
        ("jusqu'à 15h", "08 15:00"),
        ("une heure", "08 15:00"),
        ("hasta las 15", "08 15:00"),
        ("una hora y media", "08 15:30"),
        ("15時まで", "08 15:00"),
        ("1時間半", "08 15:30"),
        ("45分間", "08 14:45"),
        ("tuesday 15:00", "08 15:00"),
        ("8 december 15:00", "08 15:00"),
        ("2026-12-08 15:00", "08 15:00"),
        ("13:00", "08 13:00"),
    ],
)
def test_an_end_is_read_from_its_start(typed: str, expected: str) -> None:
    """An hour alone is one of that day, after the start where it may be; or it is how long."""
    assert read_end(typed) == expected


@pytest.mark.parametrize(
    ("typed", "hour", "said"),
    [
        ("2h", 9, "may mean Tuesday 8 December 2026 11:00 or Tuesday 8 December 2026 14:00"),
        ("3", 2, "may mean Tuesday 8 December 2026 03:00 or Tuesday 8 December 2026 15:00"),
        ("soon", 14, "is not understood"),
        ("friday", 14, "names no hour"),
        ("25:00", 14, "is no day and hour that there is"),
        ("9 hours", 14, "is no day and hour that there is"),
    ],
)
def test_an_end_that_is_not_clear_is_refused(typed: str, hour: int, said: str) -> None:
    """Two hours and two o'clock are one text in French: both are named."""
    with pytest.raises(BadInput) as caught:
        read_end(typed, START.replace(hour=hour))
    assert said in caught.value.message
    assert caught.value.hint.startswith("Write ")


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_start_and_an_end_or_refused(typed: str) -> None:
    """Nothing that can be typed does anything else, and every refusal says what to type."""
    reads: tuple[Callable[[], datetime], ...] = (
        lambda: parse_start(typed, BERLIN, MONDAY),
        lambda: parse_end(typed, START, BERLIN, MONDAY),
    )
    for parse in reads:
        try:
            assert parse().tzinfo == ZONE
        except BadInput as error:
            assert error.hint  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    ("ends_at", "user_zone", "told"),
    [
        (
            datetime(2026, 11, 20, 20, tzinfo=UTC),
            "America/New_York",
            "Friday 20 November 2026 14:00 to 15:00 in Boston",
        ),
        (
            datetime(2026, 11, 20, 20, tzinfo=UTC),
            "Europe/Berlin",
            "Friday 20 November 2026 14:00 to 15:00 in Boston (20:00 to 21:00 for you)",
        ),
        (
            datetime(2026, 11, 20, 20, tzinfo=UTC),
            "Asia/Tokyo",
            (
                "Friday 20 November 2026 14:00 to 15:00 in Boston"
                " (Saturday 21 November 2026 04:00 to 05:00 for you)"
            ),
        ),
        (
            datetime(2026, 11, 21, 6, tzinfo=UTC),
            "America/New_York",
            "Friday 20 November 2026 14:00 to Saturday 21 November 01:00 in Boston",
        ),
    ],
)
def test_a_talk_is_said_in_full(ends_at: datetime, user_zone: str, told: str) -> None:
    """Weekday, year and both hours: what was understood is seen, on both clocks."""
    starts_at = datetime(2026, 11, 20, 19, tzinfo=UTC)
    said = describe_talk(starts_at, ends_at, "America/New_York", user_zone=user_zone, city="Boston")
    assert said == told
