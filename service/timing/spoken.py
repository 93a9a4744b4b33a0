"""Times as people type them, read where the reader is: "tomorrow 10:00", "in 2 hours".

Strict on purpose: what has two readings is refused with both named, and what is not understood
whole is refused, never half of it used. Whoever calls echoes the result with both zones.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from service.errors import BadInput
from service.records import Place
from service.timing.rules import find_zone
from service.timing.words import MONTHS, WEEKDAYS, name_day

_HINT: Final = (
    "Write it like '2026-12-09 10:00', 'tomorrow 10:00', 'monday 9:30', '9 december 10:00' "
    "or 'in 2 hours'."
)
_DAY: Final = timedelta(days=1)

_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ t](\d{1,2}:\d{2})(?::(\d{2}))?\s*(z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_LATER = re.compile(r"in (\d{1,4}|an?) ?(minutes?|mins?|hours?|h)", re.ASCII)
_TIMED = re.compile(
    r"(?P<day>.*?)\s*\b(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})|(?P<bare>\d{1,2}))\s*(?P<half>am|pm)?",
    re.ASCII,
)
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?[.]?", re.ASCII)
_WRITTEN = re.compile(
    r"(?:(?P<first>\d{1,2})(?:st|nd|rd|th)?\.? (?P<month>[a-z]+)|"
    r"(?P<other>[a-z]+) (?P<last>\d{1,2})(?:st|nd|rd|th)?)(?: (?P<year>\d{4}))?",
    re.ASCII,
)


def parse_when(text: str, place: Place, now: datetime) -> datetime:
    """Return the time that was typed, aware, in the reader's zone.

    Days and hours are those of the reader's clock; a date without a year is the next such one. It
    may be past: that is `fix`'s matter. BadInput when it is not understood or has two readings, as
    03/04 has, and the weekday that today is.
    """
    zone = find_zone(place.zone)
    typed = re.sub(r"[\s,]+", " ", text.casefold().replace(" at ", " ")).strip()
    if found := _MOMENT.fullmatch(typed):
        return _read_moment(found, zone, text)
    if found := _LATER.fullmatch(typed):
        amount = 1 if found[1].startswith("a") else int(found[1])
        unit = timedelta(minutes=1) if found[2].startswith("m") else timedelta(hours=1)
        return (now + amount * unit).astimezone(zone)
    today = now.astimezone(zone).date()
    found = _TIMED.fullmatch(typed)
    if not found or (found["bare"] and not found["half"]):
        raise BadInput(f"{text!r} names no hour that could be understood.", _HINT)
    clock = _read_time(found, text)
    return datetime.combine(_read_day(found["day"], today, text), clock, zone)


def _read_moment(found: re.Match[str], zone: ZoneInfo, text: str) -> datetime:
    day, clock, seconds, offset = found.groups()
    offset = (offset or "").replace("z", "+00:00")
    try:
        exact = datetime.fromisoformat(f"{day}T{clock:0>5}:{seconds or '00'}{offset}")
    except ValueError as error:
        raise BadInput(f"{text!r} is no date and hour that there is.", _HINT) from error
    return exact.astimezone(zone) if exact.tzinfo else exact.replace(tzinfo=zone)


def _read_time(found: re.Match[str], text: str) -> time:
    hour, minute = int(found["hour"] or found["bare"]), int(found["minute"] or 0)
    first, last = (1, 12) if found["half"] else (0, 23)
    if not first <= hour <= last or minute > 59:
        raise BadInput(f"{text!r} names no hour that there is.", _HINT)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    return time(hour, minute)


def _read_day(typed: str, today: date, text: str) -> date:
    relative = {"today": 0, "tomorrow": 1, "day after tomorrow": 2, "the day after tomorrow": 2}
    if typed in relative:
        return today + relative[typed] * _DAY
    if not typed:
        raise BadInput(f"{text!r} names no day.", f"Write 'today {text}' or 'tomorrow {text}'.")
    words = typed.removeprefix("on ").split(" ")
    weekday = _find_name(words[-1], WEEKDAYS)
    if weekday is not None and words[:-1] in ([], ["next"], ["this"], ["coming"]):
        return _read_weekday(weekday, words[:-1] == ["next"], today, text)
    weekday = _find_name(words[0], WEEKDAYS)
    rest = " ".join(words if weekday is None else words[1:])
    day = _read_date(rest, today, text)
    if weekday is not None and day.weekday() != weekday:
        raise BadInput(
            f"{text!r}: {day.day} {MONTHS[day.month - 1]} {day.year} is a "
            f"{WEEKDAYS[day.weekday()]}, not a {WEEKDAYS[weekday]}.",
            _HINT,
        )
    return day


def _read_weekday(weekday: int, is_next: bool, today: date, text: str) -> date:
    ahead = (weekday - today.weekday()) % 7
    near, far = today + ahead * _DAY, today + (ahead + 7) * _DAY
    if is_next or ahead == 0:
        raise BadInput(
            f"{text!r} may mean {name_day(near)} or {name_day(far)} (where the reader is).",
            f"Write the date, like '{near.isoformat()} 10:00'.",
        )
    return near


def _read_date(typed: str, today: date, text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed, re.ASCII):
            return date.fromisoformat(typed)
        if found := _NUMBERS.fullmatch(typed):
            return _read_numbers(found, today, text)
        if found := _WRITTEN.fullmatch(typed):
            month = _find_name(found["month"] or found["other"], MONTHS)
            if month is not None:
                return _settle(
                    found["year"], month + 1, int(found["first"] or found["last"]), today
                )
    except ValueError as error:
        raise BadInput(f"{text!r} is no date that there is.", _HINT) from error
    raise BadInput(f"{text!r} is not understood.", _HINT)


def _read_numbers(found: re.Match[str], today: date, text: str) -> date:
    """Read 25/12 or 12/25; refuse what could be either order, and years of two digits."""
    first, second, year = int(found[1]), int(found[3]), found[4]
    if year and len(year) == 2:
        raise BadInput(f"{text!r} has a year of two digits.", _HINT)
    months = range(1, len(MONTHS) + 1)
    if first in months and second in months and first != second:
        readings = f"{first} {MONTHS[second - 1]} or {second} {MONTHS[first - 1]}"
        raise BadInput(
            f"{text!r} may mean {readings}.", f"Write '{first} {MONTHS[second - 1]} ...'."
        )
    day, month = (first, second) if second in months else (second, first)
    return _settle(year, month, day, today)


def _settle(year: str | None, month: int, day: int, today: date) -> date:
    """Return the date, in the named year or the first one from today in which it comes."""
    if year:
        return date(int(year), month, day)
    for candidate in range(today.year, today.year + 8):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return date(today.year, month, day)


def _find_name(word: str, names: tuple[str, ...]) -> int | None:
    """Find a day or month by its name or its first three letters or more."""
    bare = word.removesuffix(".")
    if len(bare) < len("mon"):
        return None
    return next((n for n, name in enumerate(names) if name.casefold().startswith(bare)), None)
