"""Times as people type them: what is read, what has two readings, and what is refused."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput
from service.records import Place
from service.timing import parse_when, readings, spoken
from service.timing.meanings import Moment
from service.timing.words import MONTHS, WEEKDAYS

BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 12, 7, 7, tzinfo=UTC)
"""A Monday, eight o'clock in Berlin."""


def read(typed: str) -> str:
    """Return what is read in Berlin, as its clock shows it."""
    return f"{parse_when(typed, BERLIN, NOW):%Y-%m-%d %H:%M}"


def refuse(typed: str) -> BadInput:
    """Return the refusal of a text."""
    with pytest.raises(BadInput) as caught:
        parse_when(typed, BERLIN, NOW)
    assert caught.value.hint
    return caught.value


def attempt(typed: str) -> datetime | None:
    """Return what is read, None when it is refused with a hint."""
    try:
        return parse_when(typed, BERLIN, NOW)
    except BadInput as error:
        hint = error.hint
    assert hint
    return None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-12-09 10:00", "2026-12-09 10:00"),
        ("2026-12-09T10:00", "2026-12-09 10:00"),
        ("2026-12-09 9:05", "2026-12-09 09:05"),
        ("2026-12-09 10am", "2026-12-09 10:00"),
        ("2026/12/09 10:00", "2026-12-09 10:00"),
        ("2026-12-09T10:00:30", "2026-12-09 10:00"),
        ("2026-12-09T10:00Z", "2026-12-09 11:00"),
        ("2026-12-09 10:00 -05:00", "2026-12-09 16:00"),
        ("today 17:40", "2026-12-07 17:40"),
        ("today 07:00", "2026-12-07 07:00"),
        ("tonight at 6", "2026-12-07 18:00"),
        ("this afternoon at 3", "2026-12-07 15:00"),
        ("tomorrow 10:00", "2026-12-08 10:00"),
        ("TOMORROW at 10:00", "2026-12-08 10:00"),
        ("  tomorrow,  9am ", "2026-12-08 09:00"),
        ("tomorrow 10", "2026-12-08 10:00"),
        ("tomorrow at ten o'clock", "2026-12-08 10:00"),
        ("tomorrow 8", "2026-12-08 08:00"),
        ("tomorrow 12", "2026-12-08 12:00"),
        ("tomorrow 15", "2026-12-08 15:00"),
        ("tomorrow 03:00", "2026-12-08 03:00"),
        ("tomorrow 3 pm", "2026-12-08 15:00"),
        ("tomorrow 10h30", "2026-12-08 10:30"),
        ("tomorrow noon", "2026-12-08 12:00"),
        ("at noon tomorrow", "2026-12-08 12:00"),
        ("9:30 tomorrow", "2026-12-08 09:30"),
        ("9:30 tomorrow morning", "2026-12-08 09:30"),
        ("tomorrow afternoon at 3", "2026-12-08 15:00"),
        ("tomorrow half past nine", "2026-12-08 09:30"),
        ("tomorrow at quarter to ten", "2026-12-08 09:45"),
        ("tomorrow at a quarter past 10", "2026-12-08 10:15"),
        ("the day after tomorrow 9:30", "2026-12-09 09:30"),
        ("tuesday 9:30", "2026-12-08 09:30"),
        ("fri 9.30", "2026-12-11 09:30"),
        ("10am on friday", "2026-12-11 10:00"),
        ("7 am friday", "2026-12-11 07:00"),
        ("on Tue 9:30 pm", "2026-12-08 21:30"),
        ("this sunday 12pm", "2026-12-13 12:00"),
        ("friday next week 10:00", "2026-12-18 10:00"),
        ("friday the 11th at 10", "2026-12-11 10:00"),
        ("in 2 hours", "2026-12-07 10:00"),
        ("in two hours", "2026-12-07 10:00"),
        ("in an hour", "2026-12-07 09:00"),
        ("in half an hour", "2026-12-07 08:30"),
        ("in an hour and a half", "2026-12-07 09:30"),
        ("in 1 hour and 10 minutes", "2026-12-07 09:10"),
        ("in 90 minutes", "2026-12-07 09:30"),
        ("in a day at 10", "2026-12-08 10:00"),
        ("friday 10", "2026-12-11 10:00"),
        ("in 45 min", "2026-12-07 08:45"),
        ("3 hours from now", "2026-12-07 11:00"),
        ("in 2 days 10:00", "2026-12-09 10:00"),
        ("in a week at 9:30", "2026-12-14 09:30"),
        ("9 December 10:00", "2026-12-09 10:00"),
        ("Dec 9 at 10am", "2026-12-09 10:00"),
        ("Dec 9th 10:00", "2026-12-09 10:00"),
        ("9th of December at 9:30", "2026-12-09 09:30"),
        ("on the 9th of december, 2026 at 10", "2026-12-09 10:00"),
        ("9. december 2027 10:00", "2027-12-09 10:00"),
        ("Wednesday 9 December 09:12", "2026-12-09 09:12"),
        ("Wed, 9 Dec 2026 09:12", "2026-12-09 09:12"),
        ("Wednesday 2026-12-09 09:12", "2026-12-09 09:12"),
        ("13/12 10:00", "2026-12-13 10:00"),
        ("25.12. 10:00", "2026-12-25 10:00"),
        ("12/25/2026 10:00", "2026-12-25 10:00"),
        ("04/04 10:00", "2027-04-04 10:00"),
        ("wed 12/9 10:00", "2026-12-09 10:00"),
    ],
)
def test_english_is_read_on_the_readers_clock(typed: str, expected: str) -> None:
    """T14: what has one reading is read, in the reader's zone."""
    assert read(typed) == expected
    assert parse_when(typed, BERLIN, NOW).tzinfo == ZONE


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("morgen 10:00", "2026-12-08 10:00"),
        ("morgen um 10 Uhr", "2026-12-08 10:00"),
        ("morgen 10 Uhr 30", "2026-12-08 10:30"),
        ("morgen früh um 9", "2026-12-08 09:00"),
        ("morgen halb zehn", "2026-12-08 09:30"),
        ("morgen Viertel nach neun", "2026-12-08 09:15"),
        ("übermorgen 9:30", "2026-12-09 09:30"),
        ("am Freitag um 9 Uhr", "2026-12-11 09:00"),
        ("Freitag Nachmittag um 3", "2026-12-11 15:00"),
        ("am Mittwoch, den 9. Dezember, 10 Uhr", "2026-12-09 10:00"),
        ("9. Dez. 10 Uhr", "2026-12-09 10:00"),
        ("3. März 10 Uhr", "2027-03-03 10:00"),
        ("Mittwoch 9.12. 10 Uhr", "2026-12-09 10:00"),
        ("in einer halben Stunde", "2026-12-07 08:30"),
        ("in 2 Tagen um 10 Uhr", "2026-12-09 10:00"),
        ("demain 10h", "2026-12-08 10:00"),
        ("demain à 10 heures", "2026-12-08 10:00"),
        ("demain à 9h du matin", "2026-12-08 09:00"),
        ("demain à midi", "2026-12-08 12:00"),
        ("demain 9 heures et demie", "2026-12-08 09:30"),
        ("demain à dix heures moins le quart", "2026-12-08 09:45"),
        ("après-demain 9h30", "2026-12-09 09:30"),
        ("aujourd'hui 17h", "2026-12-07 17:00"),
        ("le vendredi 11 décembre à 9h", "2026-12-11 09:00"),
        ("1er février 10h", "2027-02-01 10:00"),
        ("dans une demi-heure", "2026-12-07 08:30"),
        ("dans 2 jours à 10h", "2026-12-09 10:00"),
        ("mañana a las 10", "2026-12-08 10:00"),
        ("manana a las 10", "2026-12-08 10:00"),
        ("mañana a las nueve y media", "2026-12-08 09:30"),
        ("mañana por la mañana a las 9", "2026-12-08 09:00"),
        ("mañana a las 5 de la tarde", "2026-12-08 17:00"),
        ("pasado mañana 9:30", "2026-12-09 09:30"),
        ("el viernes a las 9:30", "2026-12-11 09:30"),
        ("9 de diciembre de 2026 a las 10", "2026-12-09 10:00"),
        ("dentro de 2 horas", "2026-12-07 10:00"),
        ("en media hora", "2026-12-07 08:30"),
        ("明日10時", "2026-12-08 10:00"),
        ("明日の朝9時半に", "2026-12-08 09:30"),
        ("明日 10:00", "2026-12-08 10:00"),
        ("明日午後3時", "2026-12-08 15:00"),
        ("明日の正午", "2026-12-08 12:00"),
        ("あさって9時30分", "2026-12-09 09:30"),
        ("金曜日10時5分", "2026-12-11 10:05"),
        ("来週の金曜日10時", "2026-12-18 10:00"),
        ("12月9日(水)10時", "2026-12-09 10:00"),
        ("2026年12月9日10時", "2026-12-09 10:00"),
        ("12/9(水)10時", "2026-12-09 10:00"),
        ("2時間後", "2026-12-07 10:00"),
        ("2日後10時", "2026-12-09 10:00"),
    ],
)
def test_other_languages_are_read(typed: str, expected: str) -> None:
    """Candidates type in the language in which they write, with and without its accents."""
    assert read(typed) == expected


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("03/04 10:00", ("Saturday 3 April 2027 10:00", "Thursday 4 March 2027 10:00")),
        ("3.4. 10:00", ("3 April", "4 March")),
        ("9.12. 10 Uhr", ("9 December 2026", "12 September 2027")),
        ("12/9 10:00", ("9 December 2026", "12 September 2027")),
        ("03-04-2027 10:00", ("3 April", "4 March")),
        ("monday 9:30", ("Monday 7 December", "Monday 14 December")),
        ("next monday 9:30", ("Monday 7 December", "Monday 14 December")),
        ("next friday 9:30", ("Friday 11 December", "Friday 18 December")),
        ("vendredi prochain 10h", ("Friday 11 December", "Friday 18 December")),
        ("sunday next week 10:00", ("Sunday 13 December", "Sunday 20 December")),
        ("tomorrow 3", ("8 December 2026 03:00", "8 December 2026 15:00")),
        ("tomorrow 3:30", ("8 December 2026 03:30", "8 December 2026 15:30")),
        ("morgen um halb vier", ("03:30", "15:30")),
        ("7 am Freitag", ("07:00", "19:00")),
        ("half ten tomorrow", ("09:30", "10:30")),
        ("10 dec 9", ("9 December 2026 10:00", "10 December 2026 09:00")),
        ("tomorrow 0", ("8 December 2026 00:00", "9 December 2026 00:00")),
        ("friday midnight", ("11 December 2026 00:00", "12 December 2026 00:00")),
        ("friday 12am", ("11 December 2026 00:00", "12 December 2026 00:00")),
        ("in 8 Tagen um 10 Uhr", ("14 December", "15 December")),
        ("dans 15 jours à 10h", ("21 December", "22 December")),
    ],
)
def test_what_has_two_readings_is_refused_with_both(typed: str, named: tuple[str, str]) -> None:
    """No ambiguous order of day and month is taken silently, nor any other choice of two."""
    refusal = refuse(typed)
    assert all(each in refusal.message for each in named)
    written = re.findall(r"'([^']*)'", refusal.hint or "")
    assert [read(each) for each in written] == written
    assert len(written) == len(named)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "soon",
        "tomorow 10:00",
        "maybe tomorrow 10:00",
        "not tomorrow 10:00",
        "tomorrow 10:00 PST",
        "tomorrow 10:00 or 11:00",
        "tomorrow 10:00 - 11:00",
        "friday or saturday 10:00",
        "before friday 10:00",
        "every friday 10:00",
        "the friday after next 10:00",
        "first friday 10:00",
        "2 hours ago",
        "tomorrow 10:0",
        "tomorrow at a",
        "tomorrow 1000",
        "in 1,5 hours",
        "in 99999 hours",
        "may 10:00",
        "9 dex 10:00",
        "03/04/27 10:00",
        "20261209 10:00",
        "viertel zehn morgen",
        "明日10時頃",
    ],
)
def test_what_is_not_understood_whole_is_refused(typed: str) -> None:
    """Half of what was typed is never used, and the refusal shows how to write it."""
    assert "is not understood" in refuse(typed).message


def test_the_refusal_shows_the_words_that_make_no_sense() -> None:
    """Who added a zone learns that this is what is not read, and whose clock it is."""
    refusal = refuse("tomorrow 10:00 PST")
    assert refusal.message == "'tomorrow 10:00 PST' is not understood from 'pst' on."
    assert (refusal.hint or "").endswith("on the clock in Berlin.")


@pytest.mark.parametrize(
    "typed",
    [
        "tomorrow 25:00",
        "tomorrow 24:00",
        "tomorrow 10:60",
        "tomorrow 13pm",
        "tomorrow 0am",
        "tomorrow morning 15:00",
        "2026-02-30 10:00",
        "2026-02-30 10am",
        "2026-13-01 10:00",
        "31 june 10:00",
        "30 february 10:00",
        "13/13 10:00",
        "0001-01-01 00:30",
        "9999-12-31 23:59",
        "9999-12-31 midnight",
    ],
)
def test_what_there_is_not_is_refused(typed: str) -> None:
    """A day that no calendar has is a slip, and is not moved to the next that there is."""
    assert re.search(r"there is|of this time", refuse(typed).message)


@pytest.mark.parametrize(
    ("typed", "said", "hint"),
    [
        ("tomorrow", "names no hour", "Write 'tomorrow 09:30', on the clock in Berlin."),
        ("morgen", "names no hour", "Write 'morgen 09:30', on the clock in Berlin."),
        ("tomorrow morning", "names no hour", "Write 'tomorrow morning 09:30', on the clock"),
        ("friday afternoon", "names no hour", "Write 'friday afternoon 14:30', on the clock"),
        ("in 3 days", "names no hour", "Write 'in 3 days 09:30', on the clock in Berlin."),
        ("明日", "names no hour", "Write '明日 09:30', on the clock in Berlin."),
        ("10:00", "names no day", "Write 'today 10:00' or 'tomorrow 10:00', on the clock"),
        ("07:30", "names no day", "Write 'tomorrow 07:30', on the clock in Berlin."),
        ("noon", "names no day", "Write 'today noon' or 'tomorrow noon', on the clock"),
        ("at 3", "names no day", "Write it like"),
        ("next week", "names no day", "Write the day and the hour"),
        ("now", "leaves no time to stop it", "callback send-now"),
        ("2 hours later", "does not say from when it counts", "Write 'in 2 hours'"),
        ("friday 11", "may name a day alone, or mean Friday 11 December 2026 11:00", "Write it"),
        ("mar 10", "may name a day alone, or mean Tuesday 8 December 2026 10:00", "Write it"),
        ("9 mar", "may name a day alone, or mean Tuesday 8 December 2026 09:00", "Write it"),
    ],
)
def test_what_names_no_moment_is_refused_with_what_to_type(
    typed: str, said: str, hint: str
) -> None:
    """What is understood and not enough is completed by the user, never by a guess."""
    refusal = refuse(typed)
    assert said in refusal.message
    assert (refusal.hint or "").startswith(hint)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("🙂 tomorrow 10:00", "slightly smiling face (U+1F642)"),
        ("tomorrow 10:00\x00", "control character (U+0000)"),
        ("\u202etomorrow 10:00", "right-to-left override (U+202E)"),
        ("tomorrow 10:00\u200f", "right-to-left mark (U+200F)"),
        ("\u0662\u0660-12-09 10:00", "arabic-indic digit two (U+0662)"),
        ("tomorrow \u0661\u0660:00", "arabic-indic digit one (U+0661)"),
        ("tomorrow 1\u03380:00", "combining long solidus overlay (U+0338)"),
        ("\udc80 10:00", "(U+DC80)"),
        ("tomorrow 10:00 " * 700, "is too long for a time: 10500 characters"),
    ],
)
def test_strange_text_is_refused_at_once_by_name(typed: str, named: str) -> None:
    """What cannot be seen, or looks like a figure and is none, is shown by what it is."""
    refuse("tomorrow")
    began = perf_counter()
    refusal = refuse(typed)
    assert perf_counter() - began < 1
    assert named in refusal.message
    assert len(refusal.message) < 200


def test_wrong_weekday_is_named() -> None:
    """A weekday beside a date is a check on it."""
    with pytest.raises(BadInput, match="9 December 2026 is a Wednesday, not a Tuesday"):
        parse_when("Tuesday 9 December 10:00", BERLIN, NOW)


def test_a_day_that_was_is_not_read_as_one_of_next_year() -> None:
    """Yesterday's date is a slip; the mail would wait for a year."""
    refusal = refuse("6 december 10:00")
    assert "comes next on Monday 6 December 2027 10:00" in refusal.message
    assert "'2027-12-06 10:00'" in (refusal.hint or "")
    assert read("6 december 2027 10:00") == "2027-12-06 10:00"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("yesterday 10:00", "2026-12-06 10:00"),
        ("the day before yesterday 10:00", "2026-12-05 10:00"),
        ("vorgestern 10 Uhr", "2026-12-05 10:00"),
        ("last friday 10:00", "2026-12-04 10:00"),
        ("vendredi dernier 10h", "2026-12-04 10:00"),
        ("2 days ago 10:00", "2026-12-05 10:00"),
    ],
)
def test_a_time_that_was_is_read_as_that(typed: str, expected: str) -> None:
    """That it is past is said by whoever fixes the slot, with the day that was understood."""
    assert read(typed) == expected


def test_what_is_past_either_way_is_not_asked_about() -> None:
    """Neither reading could be typed instead: both would be refused."""
    refusal = refuse("last sunday 10:00")
    assert refusal.message == "'last sunday 10:00' is past, whichever day is meant."


def test_tomorrow_is_the_readers() -> None:
    """T01: at eight on Monday in Berlin it is still Sunday in Honolulu."""
    when = parse_when("tomorrow 10:00", Place("Pacific/Honolulu"), NOW)
    assert when.isoformat() == "2026-12-07T10:00:00-10:00"


def test_hours_from_now_are_real_hours() -> None:
    """T12: two hours across the change of the clocks are two hours."""
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    when = parse_when("in 2 hours", BERLIN, before)
    assert when.isoformat() == "2027-03-28T04:30:00+02:00"


@pytest.mark.parametrize("mark", ["/", "."])
@pytest.mark.parametrize("year", ["", "2027"])
def test_no_order_of_day_and_month_is_chosen(mark: str, year: str) -> None:
    """Of all pairs of numbers those are read that are one date, whatever comes first."""
    first_day = date(2027, 1, 1)
    days = {first_day + timedelta(days=offset) for offset in range(183)}
    for day in sorted(days):
        typed = f"{day.day:02}{mark}{day.month:02}{mark if year else ''}{year} 10:00"
        swapped = f"{day.month:02}{mark}{day.day:02}{mark if year else ''}{year} 10:00"
        if day.day <= len(MONTHS) and day.day != day.month:
            assert "may mean" in refuse(typed).message
            assert "may mean" in refuse(swapped).message
        elif day <= date(2027, 6, 7):
            assert read(typed) == read(swapped) == f"{day} 10:00"


_SPOKEN_DAYS = {
    "en": ("today", "tomorrow", "tuesday", "this friday", "9 dec", "December 13th", "13/12"),
    "de": ("heute", "morgen", "dienstag", "am Freitag", "9. Dezember", "13. Dez.", "13.12."),
    "fr": ("aujourd'hui", "demain", "mardi", "ce vendredi", "le 9 décembre", "13 déc.", "13/12"),
    "es": ("hoy", "mañana", "martes", "el viernes", "9 de diciembre", "13 dic", "13/12"),
}
_DAYS_MEANT = (7, 8, 8, 11, 9, 13, 13)
_SPOKEN_HOURS = {
    "en": "at {}",
    "de": "um {} Uhr",
    "fr": "à {}h",
    "es": "a las {}",
}


@given(
    st.sampled_from(sorted(_SPOKEN_DAYS)),
    st.integers(0, len(_DAYS_MEANT) - 1),
    st.integers(8, 23),
    st.integers(0, 59) | st.none(),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_any_day_with_any_hour_is_read(
    language: str, number: int, hour: int, minute: int | None, is_clock_first: bool
) -> None:
    """In every language each way to name a day goes with each way to name an hour."""
    day = _SPOKEN_DAYS[language][number]
    clock = _SPOKEN_HOURS[language].format(hour) if minute is None else f"{hour}:{minute:02}"
    typed = f"{clock} {day}" if is_clock_first else f"{day} {clock}"
    assert read(typed) == f"2026-12-{_DAYS_MEANT[number]:02} {hour:02}:{minute or 0:02}", typed


_VOCABULARY = re.findall(
    r"\S+",
    "today tomorrow morgen mañana demain friday vendredi am um at a las à on the in next this of de"
    " morning früh matin pm uhr h heures noon midi half past to quarter et demie 9 10 11 12 13 9:30"
    " 10:00 03/04 13/12 9. 11th dec dezember mar days hours 2 2026-12-09 2027 or not every monday",
)


@given(st.lists(st.sampled_from(_VOCABULARY), min_size=1, max_size=6))
@settings(max_examples=600, deadline=None)
def test_whatever_is_read_can_be_told_and_read_again(words: list[str]) -> None:
    """A time that is accepted is one: written out it is the same, and no figure of it was lost."""
    typed = " ".join(words)
    when = attempt(typed)
    if when is None:
        return
    told = f"{WEEKDAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {when:%Y %H:%M}"
    assert parse_when(told, BERLIN, NOW) == when
    assert parse_when(f"{when:%Y-%m-%d %H:%M}", BERLIN, NOW) == when
    if "in" not in words and not {"quarter", "half", "demie"} & set(words):
        kept = {when.year, when.month, when.day, when.hour, when.hour - 12, when.minute}
        assert {int(figure) for figure in re.findall(r"\d+", typed)} <= kept
    assert not {"or", "not", "every"} & set(words)


@given(st.text(max_size=100))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_with_a_hint(typed: str) -> None:
    """Nothing that can be typed does anything else."""
    when = attempt(typed)
    assert when is None or when.tzinfo == ZONE


@pytest.mark.parametrize("language", readings.LANGUAGES)
def test_words_stand_as_they_are_looked_up(language: str) -> None:
    """A word with an accent or a capital in the lists would never be found."""
    words = readings.list_words(language)
    forms = [form for entries in words.values() for entry in entries for form in entry]
    assert [spoken.fold(form) for form in forms] == forms
    assert len(words["weekdays"]) == len(WEEKDAYS)


def test_readings_are_all_found() -> None:
    """Two ways to read a text are two moments, not the first that was found."""
    found = readings.find("10 dec 9", NOW, ZONE)
    assert {f"{each.at:%d %H}" for each in found if isinstance(each, Moment)} == {"10 09", "09 10"}


def test_the_grammar_is_loaded_only_for_a_typed_time() -> None:
    """`callback list` must be quick: the parser is not imported with the rest of the timing."""
    code = "import service.timing, service.cli.steering, sys; sys.exit('lark' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_japanese_keyboard_types_is_read() -> None:
    """Its figures and colons are wide ones."""
    assert read("明日\uff11\uff10時") == read("明日10時")
    assert read("tomorrow \uff11\uff10\uff1a\uff13\uff10") == read("tomorrow 10:30")
