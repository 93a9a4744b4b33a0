"""Times as people type them: when a mail is to go ("tomorrow 10:00"), and when a talk was.

Strict on purpose: what has two readings is refused with both named, and what is not understood
whole is refused, never half of it used. Whoever calls echoes the result in full.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from service.errors import BadInput
from service.records import Place
from service.timing.rules import YEARS, find_zone
from service.timing.words import MONTHS, WEEKDAYS, name_day, name_zone

if TYPE_CHECKING:
    from service.timing.meanings import Lack, Moment

_LONGEST: Final = 80
_SHOWN: Final = 40
_FAR: Final = timedelta(days=183)
"""A date without a year that is farther than this was more likely meant in another one."""
_DAY: Final = timedelta(days=1)

_INSTANT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ t](\d{2}:\d{2})(?::(\d{2}))? ?(z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_JAPANESE: Final = "[\u3040-\u30ff\u4e00-\u9fff]"
_WIDE: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""What a Japanese keyboard types for ASCII."""
_PAUSES: Final = re.compile(rf"(?<={_JAPANESE})[ ]|[ ](?={_JAPANESE})")


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a typed time is for: what is offered to type, and what is understood and never one."""

    hint: str
    days: tuple[str, str]
    untimed: Mapping[str, tuple[str, str]]
    is_talk: bool = True
    starts_at: datetime | None = None


_MAIL: Final = _Matter(
    "Write it like '2026-12-09 10:00', 'tomorrow 10:00', 'friday 9:30', '9 december 10:00' "
    "or 'in 2 hours'",
    ("today", "tomorrow"),
    {
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
    },
    is_talk=False,
)
_START: Final = _Matter(
    "Write it like '2026-12-08 14:00', 'yesterday 14:00', 'today 2pm' or '8 december 14:00'",
    ("yesterday", "today"),
    {
        "now": ("names no hour", "Write the hour on the clock, like 'today 14:00'."),
        "later": ("does not say from when it counts", "Write the day and the hour."),
        "count": (
            "counts from now, and names no hour",
            "Write the hour on the clock, like 'today 14:00'.",
        ),
        "week": (
            "names no day",
            "Write the day and the hour, like 'friday last week 10:00' or '2026-12-04 10:00'.",
        ),
    },
)
_END: Final = _Matter("Write it like '15:00', '3pm' or '45 minutes'", ("", ""), {})


def parse_when(text: str, place: Place, now: datetime) -> datetime:
    """Return the time that was typed for a mail, aware, in the reader's zone.

    Days and hours are those of the reader's clock; a date without a year is the next such one. It
    may be past: that is `fix`'s matter. BadInput when it is not understood or has two readings, as
    03/04, a bare 3, and the weekday that today is have.
    """
    return _parse(text, place, now, _MAIL)


def parse_start(text: str, place: Place, now: datetime) -> datetime:
    """Return when a talk began, or is to begin, as it was typed, aware, in the zone of its place.

    A date without a year is the nearest such one. BadInput as of `parse_when`, and for a weekday
    alone, which may be the last or the coming one.
    """
    return _parse(text, place, now, _START)


def parse_end(text: str, starts_at: datetime, place: Place, now: datetime) -> datetime:
    """Return when a talk ended that began at `starts_at`, aware, in the zone of its place.

    Typed as an hour ("3pm", on the day of the start), as how long it took ("45 minutes"), or as
    `parse_start` takes it. Of two readings the one is meant that lies within a day of the start: a
    bare 3 is the afternoon, where the talk began at 14:00.
    """
    return _parse(text, place, now, replace(_END, starts_at=starts_at))


def _parse(text: str, place: Place, now: datetime, matter: _Matter) -> datetime:
    zone = find_zone(place.zone)
    text = text.translate(_WIDE)
    _refuse_strange(text, matter)
    typed = fold(text)
    if found := _INSTANT.fullmatch(typed):
        return _read_instant(found, zone, text, matter)
    clock = f"on the clock in {place.city or name_zone(place.zone, now)}"
    readings, unread = _find(typed, now, zone, matter)
    if unread is not None:
        whole = unread in (typed, "")
        where = "" if whole else f" from {unread!r} on"
        raise BadInput(f"{text!r} is not understood{where}.", f"{matter.hint}, {clock}.")
    moments = [each for each in readings if not isinstance(each, str)]
    lacks = {str(each) for each in readings if isinstance(each, str)}
    if not moments:
        raise _lack(text, lacks, now, zone, clock, matter)
    if "hour" in lacks:
        told = " or ".join(_name(each) for each in sorted({each.at for each in moments}))
        raise BadInput(
            f"{text!r} may name a day alone, or mean {told}.", f"{matter.hint}, {clock}."
        )
    moment = _choose(_sift(moments, now, text, matter), text, clock, matter)
    if moment.day.is_yearless and abs(moment.at - now) > _FAR + _DAY:
        comes = "is nearest" if matter.is_talk else "comes next"
        raise BadInput(
            f"{text!r} {comes} on {_name(moment.at)}.",
            f"If that is meant, write its year: '{moment.at:%Y-%m-%d %H:%M}'.",
        )
    return moment.at


def _sift(
    moments: "Collection[Moment]", now: datetime, text: str, matter: _Matter
) -> "Collection[Moment]":
    """Leave out what cannot be meant, as long as something is left."""
    if starts_at := matter.starts_at:
        fitting = [each for each in moments if starts_at < each.at <= starts_at + _DAY]
        return fitting or moments
    right = {each.at for each in moments if each.day.is_right}
    if not matter.is_talk and len(right) > 1 and max(right) <= now:
        raise BadInput(
            f"{text!r} is past, whichever day is meant.",
            "Name a time to come, like 'tomorrow 10:00'.",
        )
    return moments


def _refuse_strange(text: str, matter: _Matter) -> None:
    """Refuse what no keyboard types by accident, before anything else looks at it."""
    if len(text) > _LONGEST:
        raise BadInput(
            f"{text[:_SHOWN]!r}... is too long for a time: {len(text)} characters.",
            f"{matter.hint}.",
        )
    for each in unicodedata.normalize("NFC", text):
        is_plain = (each.isascii() and each.isprintable()) or each in "\t\n\r\u2019\u3001"
        if not is_plain and unicodedata.category(each) not in ("Ll", "Lu", "Lo", "Lm", "Zs"):
            name = unicodedata.name(each, "control character").lower()
            raise BadInput(
                f"{text!r} holds what cannot be read in a time: {name} (U+{ord(each):04X}).",
                f"Type it without; figures as 0 to 9. {matter.hint}.",
            )


def fold(text: str) -> str:
    """Return the text in small letters without accents, single spaces between its words."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
    spaced = re.sub(r"[\s,、]+", " ", unicodedata.normalize("NFC", bare)).strip()
    return _PAUSES.sub("", spaced)


def _find(
    typed: str, now: datetime, zone: ZoneInfo, matter: _Matter
) -> "tuple[frozenset[Moment | Lack], str | None]":
    """Return every reading, or none and what could not be read."""
    # Imported here: the grammar's parser takes its time to load, and most commands read no time.
    from service.timing import readings

    try:
        if matter.starts_at is not None:
            return readings.find_end(typed, matter.starts_at, now, zone), None
        find = readings.find_start if matter.is_talk else readings.find
        return find(typed, now, zone), None
    except readings.Unread as error:
        return frozenset(), error.rest


def _read_instant(found: re.Match[str], zone: ZoneInfo, text: str, matter: _Matter) -> datetime:
    day, clock, seconds, offset = found.groups()
    offset = (offset or "").replace("z", "+00:00")
    try:
        exact = datetime.fromisoformat(f"{day}T{clock}:{seconds or '00'}{offset}")
    except ValueError as error:
        raise BadInput(f"{text!r} is no date and hour that there is.", f"{matter.hint}.") from error
    if exact.year not in YEARS:
        raise BadInput(f"{text!r} is not of this time.", f"{matter.hint}.")
    return exact.astimezone(zone) if exact.tzinfo else exact.replace(tzinfo=zone)


def _choose(moments: "Collection[Moment]", text: str, clock: str, matter: _Matter) -> "Moment":
    """Return the only moment that is meant; a weekday beside a date is a check on it."""
    right = {each.at: each for each in moments if each.day.is_right}
    if not right:
        wrong = min(moments, key=lambda each: each.at)
        day, weekday = wrong.day.date, wrong.day.weekday or 0
        raise BadInput(
            f"{text!r}: {day.day} {MONTHS[day.month - 1]} {day.year} is a "
            f"{WEEKDAYS[day.weekday()]}, not a {WEEKDAYS[weekday]}.",
            f"{matter.hint}.",
        )
    first, *others = sorted(right)
    if others:
        named = _list(_name(each) for each in (first, *others))
        written = _list(f"'{each:%Y-%m-%d %H:%M}'" for each in (first, *others))
        raise BadInput(f"{text!r} may mean {named}, {clock}.", f"Write {written}.")
    return right[first]


def _name(at: datetime) -> str:
    return f"{name_day(at)} {at.year} {at:%H:%M}"


def _list(choices: Iterable[str]) -> str:
    """Return "one, another or a third"."""
    *most, last = choices
    return f"{', '.join(most)} or {last}" if most else last


def _lack(
    text: str,
    lacks: Collection[str],
    now: datetime,
    zone: ZoneInfo,
    clock: str,
    matter: _Matter,
) -> BadInput:
    """Return the error for what is understood and names no moment, with what can be typed."""
    for lack, (said, hint) in matter.untimed.items():
        if lack in lacks:
            return BadInput(f"{text!r} {said}.", hint)
    typed = text.strip()
    if "day" in lacks:
        said, tries = "names no day", [f"{day} {typed}" for day in matter.days]
    elif "hour" in lacks:
        said, tries = "names no hour", [f"{typed} {hour}" for hour in ("09:30", "14:30", "17:30")]
    else:
        said, tries = "is no day and hour that there is", []
    read = [repr(each) for each in tries if _is_read(each, now, zone, matter)]
    chosen = read if "day" in lacks else read[:1]
    hint = f"Write {' or '.join(chosen)}" if chosen else matter.hint
    return BadInput(f"{text!r} {said}.", f"{hint}, {clock}.")


def _is_read(text: str, now: datetime, zone: ZoneInfo, matter: _Matter) -> bool:
    """Tell whether a text has one reading, which is to come where it is for a mail."""
    readings, _unread = _find(fold(text), now, zone, matter)
    moments = {each.at for each in readings if not isinstance(each, str)}
    return len(moments) == 1 and (matter.is_talk or min(moments) > now)
