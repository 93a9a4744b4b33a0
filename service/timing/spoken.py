"""Times as people type them, read where the reader is: "tomorrow 10:00", "in 2 hours".

Strict on purpose: what has two readings is refused with both named, and what is not understood
whole is refused, never half of it used. Whoever calls echoes the result with both zones.
"""

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from service.errors import BadInput
from service.records import Place
from service.timing.rules import YEARS, find_zone
from service.timing.words import MONTHS, WEEKDAYS, name_day, name_zone

if TYPE_CHECKING:
    from service.timing.meanings import Lack, Moment

_HINT: Final = (
    "Write it like '2026-12-09 10:00', 'tomorrow 10:00', 'friday 9:30', '9 december 10:00' "
    "or 'in 2 hours'"
)
_LONGEST: Final = 80
_SHOWN: Final = 40
_FAR: Final = timedelta(days=183)
"""A date without a year that comes later than this was more likely meant in the year that it is."""

_INSTANT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ t](\d{2}:\d{2})(?::(\d{2}))? ?(z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_JAPANESE: Final = "[\u3040-\u30ff\u4e00-\u9fff]"
_WIDE: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""What a Japanese keyboard types for ASCII."""
_PAUSES: Final = re.compile(rf"(?<={_JAPANESE})[ ]|[ ](?={_JAPANESE})")

_UNTIMED: Final = {
    "now": (
        "leaves no time to stop it",
        "callback send-now sends a mail in 20 seconds; or write 'in 5 minutes'.",
    ),
    "later": (
        "does not say from when it counts",
        "Write 'in 2 hours', which counts from now, or the day and the hour.",
    ),
    "week": (
        "names no day",
        "Write the day and the hour, like 'friday 10:00' or '2026-12-18 10:00'.",
    ),
}
"""What is understood and never a moment: what is wrong with it, and what to type."""


def parse_when(text: str, place: Place, now: datetime) -> datetime:
    """Return the time that was typed, aware, in the reader's zone.

    Days and hours are those of the reader's clock; a date without a year is the next such one. It
    may be past: that is `fix`'s matter. BadInput when it is not understood or has two readings, as
    03/04, a bare 3, and the weekday that today is have.
    """
    zone = find_zone(place.zone)
    text = text.translate(_WIDE)
    _refuse_strange(text)
    typed = fold(text)
    if found := _INSTANT.fullmatch(typed):
        return _read_instant(found, zone, text)
    clock = f"on the clock in {place.city or name_zone(place.zone, now)}"
    readings, unread = _find(typed, now, zone)
    if unread is not None:
        whole = unread in (typed, "")
        where = "" if whole else f" from {unread!r} on"
        raise BadInput(f"{text!r} is not understood{where}.", f"{_HINT}, {clock}.")
    moments = [each for each in readings if not isinstance(each, str)]
    lacks = {str(each) for each in readings if isinstance(each, str)}
    if not moments:
        raise _lack(text, lacks, now, zone, clock)
    if "hour" in lacks:
        told = " or ".join(_name(each) for each in sorted({each.at for each in moments}))
        raise BadInput(f"{text!r} may name a day alone, or mean {told}.", f"{_HINT}, {clock}.")
    moment = _choose(moments, text, clock)
    if moment.day.is_yearless and moment.at - now > _FAR:
        raise BadInput(
            f"{text!r} comes next on {_name(moment.at)}.",
            f"If that is meant, write its year: '{moment.at:%Y-%m-%d %H:%M}'.",
        )
    return moment.at


def _refuse_strange(text: str) -> None:
    """Refuse what no keyboard types by accident, before anything else looks at it."""
    if len(text) > _LONGEST:
        raise BadInput(
            f"{text[:_SHOWN]!r}... is too long for a time: {len(text)} characters.", f"{_HINT}."
        )
    for each in unicodedata.normalize("NFC", text):
        is_plain = (each.isascii() and each.isprintable()) or each in "\t\n\r\u2019\u3001"
        if not is_plain and unicodedata.category(each) not in ("Ll", "Lu", "Lo", "Lm", "Zs"):
            name = unicodedata.name(each, "control character").lower()
            raise BadInput(
                f"{text!r} holds what cannot be read in a time: {name} (U+{ord(each):04X}).",
                f"Type it without; figures as 0 to 9. {_HINT}.",
            )


def fold(text: str) -> str:
    """Return the text in small letters without accents, single spaces between its words."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
    spaced = re.sub(r"[\s,、]+", " ", unicodedata.normalize("NFC", bare)).strip()
    return _PAUSES.sub("", spaced)


def _find(
    typed: str, now: datetime, zone: ZoneInfo
) -> "tuple[frozenset[Moment | Lack], str | None]":
    """Return every reading, or none and what could not be read."""
    # Imported here: the grammar's parser takes its time to load, and most commands read no time.
    from service.timing import readings

    try:
        return readings.find(typed, now, zone), None
    except readings.Unread as error:
        return frozenset(), error.rest


def _read_instant(found: re.Match[str], zone: ZoneInfo, text: str) -> datetime:
    day, clock, seconds, offset = found.groups()
    offset = (offset or "").replace("z", "+00:00")
    try:
        exact = datetime.fromisoformat(f"{day}T{clock}:{seconds or '00'}{offset}")
    except ValueError as error:
        raise BadInput(f"{text!r} is no date and hour that there is.", f"{_HINT}.") from error
    if exact.year not in YEARS:
        raise BadInput(f"{text!r} is not of this time.", f"{_HINT}.")
    return exact.astimezone(zone) if exact.tzinfo else exact.replace(tzinfo=zone)


def _choose(moments: "Collection[Moment]", text: str, clock: str) -> "Moment":
    """Return the only moment that is meant; a weekday beside a date is a check on it."""
    right = {each.at: each for each in moments if each.day.is_right}
    if not right:
        wrong = min(moments, key=lambda each: each.at)
        day, weekday = wrong.day.date, wrong.day.weekday or 0
        raise BadInput(
            f"{text!r}: {day.day} {MONTHS[day.month - 1]} {day.year} is a "
            f"{WEEKDAYS[day.weekday()]}, not a {WEEKDAYS[weekday]}.",
            f"{_HINT}.",
        )
    first, *others = sorted(right)
    if others:
        named = " or ".join(_name(each) for each in (first, *others))
        written = " or ".join(f"'{each:%Y-%m-%d %H:%M}'" for each in (first, *others))
        raise BadInput(f"{text!r} may mean {named}, {clock}.", f"Write {written}.")
    return right[first]


def _name(at: datetime) -> str:
    return f"{name_day(at)} {at.year} {at:%H:%M}"


def _lack(text: str, lacks: Collection[str], now: datetime, zone: ZoneInfo, clock: str) -> BadInput:
    """Return the error for what is understood and names no moment, with what can be typed."""
    for lack, (said, hint) in _UNTIMED.items():
        if lack in lacks:
            return BadInput(f"{text!r} {said}.", hint)
    typed = text.strip()
    if "day" in lacks:
        said, tries = "names no day", [f"{day} {typed}" for day in ("today", "tomorrow")]
    elif "hour" in lacks:
        said, tries = "names no hour", [f"{typed} {hour}" for hour in ("09:30", "14:30", "17:30")]
    else:
        said, tries = "is no day and hour that there is", []
    read = [repr(each) for each in tries if _is_read(each, now, zone)]
    chosen = read if "day" in lacks else read[:1]
    hint = f"Write {' or '.join(chosen)}" if chosen else _HINT
    return BadInput(f"{text!r} {said}.", f"{hint}, {clock}.")


def _is_read(text: str, now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a text has one reading, and that is to come."""
    readings, _unread = _find(fold(text), now, zone)
    moments = {each.at for each in readings if not isinstance(each, str)}
    return len(moments) == 1 and min(moments) > now
