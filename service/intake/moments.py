"""A time as a calendar writes it -> an instant and the zone in which it was meant.

The zone is looked for by its name first, since that is what the person saw who wrote the time, then
by the rules that the file brings along. What cannot be placed is left floating: the caller asks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.prop import vDDDTypes

from service.intake import zones
from service.intake.calendar_text import Line, clean_zone_name

_YEARS = range(1900, 2200)
_RULE = re.compile(r"^RRULE[^:]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_SAFE_RULE = re.compile(
    r"FREQ=YEARLY(?:;(?:INTERVAL=1|WKST=\w\w|BYMONTH=\d{1,2}|BYDAY=[+-]?\d?(?:SU|MO|TU|WE|TH|FR|SA)"
    r"|BYMONTHDAY=[\d,]+|BYHOUR=\d{1,2}|BYMINUTE=\d{1,2}|BYSECOND=\d{1,2}|UNTIL=\w+))*",
    re.IGNORECASE,
)
"""Yearly rules with one value a part: others can keep dateutil busy for hours."""


class Basis(StrEnum):
    """How the zone of a time was found."""

    NAMED = "named"
    """The calendar names it."""
    UTC = "utc"
    """Written in UTC, which says nothing about a place."""
    MATCHED = "matched"
    """The calendar describes a clock that a known zone keeps."""
    OFFSET = "offset"
    """The calendar describes a clock that no known zone keeps; the instant is right."""
    FLOATING = "floating"
    """No zone, or one that is not known."""


@dataclass(frozen=True, slots=True)
class Written:
    """A time as written: on the wall clock of `zone_name`, or in UTC, or only a day."""

    wall: datetime
    zone_name: str | None = None
    is_utc: bool = False
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (None while floating) and the IANA zone to show it in."""

    at: datetime | None
    zone: str
    basis: Basis


def read_written(line: Line) -> Written:
    """Return the time in a DTSTART, DTEND or RECURRENCE-ID; raise `ValueError` for none."""
    value = _parse(line.value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return _checked(Written(datetime.combine(value, time()), is_day=True))
    if not isinstance(value, datetime):
        raise ValueError(f"{line.name} is no date: {line.value[:40]!r}")  # noqa: TRY004  # the value of a file, not of a call
    zone_name = line.params.get("TZID")
    if value.tzinfo is not None:
        return _checked(Written(value.astimezone(UTC).replace(tzinfo=None), zone_name, is_utc=True))
    return _checked(Written(value, zone_name))


def read_duration(line: Line) -> timedelta:
    """Return the time in a DURATION; raise `ValueError` for none."""
    value = _parse(line.value)
    if not isinstance(value, timedelta):
        raise ValueError(f"DURATION is none: {line.value[:40]!r}")  # noqa: TRY004  # as above
    return value


def place(written: Written, rules: Mapping[str, str], floating_zone: str | None) -> Moment:
    """Return the instant of `written`; `rules` are the VTIMEZONEs of the file by TZID.

    `floating_zone` is what the user named for times without a zone.
    """
    name = clean_zone_name(written.zone_name) if written.zone_name is not None else None
    zone = zones.resolve_zone(name) if name else None
    if written.is_utc:
        at = written.wall.replace(tzinfo=UTC)
        zone = zone or _only_zone(rules)
        return Moment(at, zone, Basis.NAMED) if zone else Moment(at, "UTC", Basis.UTC)
    described = _find_rules(name, rules) if name else None
    if zone and not _contradicts(described, zone, written.wall):
        basis = Basis.UTC if zones.is_utc(zone) else Basis.NAMED
        return Moment(_at(written.wall, ZoneInfo(zone)), zone, basis)
    if described is not None:
        return _place_by_rules(written.wall, described)
    if floating_zone:
        return Moment(_at(written.wall, ZoneInfo(floating_zone)), floating_zone, Basis.NAMED)
    return Moment(None, "UTC", Basis.FLOATING)


def _contradicts(described: tzinfo | None, zone: str, wall: datetime) -> bool:
    """Tell whether the rules are of another place ("EST" in Sydney), not only out of date."""
    known = ZoneInfo(zone).utcoffset(wall)
    offset = described.utcoffset(wall) if described else None
    return offset is not None and known is not None and abs(offset - known) > timedelta(hours=1)


def _place_by_rules(wall: datetime, described: tzinfo) -> Moment:
    zone = zones.match_zone(described, wall)
    if zone:
        return Moment(_at(wall, ZoneInfo(zone)), zone, Basis.MATCHED)
    offset = described.utcoffset(wall) or timedelta()
    fixed = zones.fixed_zone(offset) or "UTC"
    return Moment((wall - offset).replace(tzinfo=UTC), fixed, Basis.OFFSET)


def disagrees(written: Written, rules: Mapping[str, str]) -> bool:
    """Tell whether the file describes another clock for a zone than the zone is known to keep."""
    name = clean_zone_name(written.zone_name or "")
    zone = zones.resolve_zone(name) if name and not written.is_utc else None
    described = _read_rules(rules[name]) if zone and name in rules else None
    if zone is None or described is None:
        return False
    return described.utcoffset(written.wall) != ZoneInfo(zone).utcoffset(written.wall)


def find_hint(rules: Mapping[str, str], zone_hint: str | None, near: datetime) -> str | None:
    """Return a zone that the file names or describes elsewhere: to be offered, never taken."""
    names = [*([zone_hint] if zone_hint else []), *rules]
    for name in names:
        zone = zones.resolve_zone(clean_zone_name(name))
        if zone is None and name in rules and name:
            described = _read_rules(rules[name])
            zone = zones.match_zone(described, near) if described else None
        if zone and not zones.is_utc(zone):
            return zone
    return None


def _only_zone(rules: Mapping[str, str]) -> str | None:
    """Return the zone that a file brings along although it writes its times in UTC."""
    named = [zones.resolve_zone(name) for name in rules if name]
    return named[0] if len(named) == 1 else None


def _at(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _find_rules(name: str, rules: Mapping[str, str]) -> tzinfo | None:
    text = rules.get(name)
    if text is None and len(rules) == 1:
        text = next(iter(rules.values()))  # products cut or misspell the name in one of the places
    return _read_rules(text) if text else None


def _read_rules(text: str) -> tzinfo | None:
    if not all(_SAFE_RULE.fullmatch(rule.strip()) for rule in _RULE.findall(text)):
        return None
    try:
        component = Timezone.from_ical(f"BEGIN:VTIMEZONE\r\n{text}\r\nEND:VTIMEZONE\r\n")
        described = component.to_tz(lookup_tzid=False)  # type: ignore[attr-defined]  # typed as its base class
        described.utcoffset(datetime(2020, 1, 1))  # noqa: DTZ001  # a wall clock has no zone yet
    except (ValueError, KeyError, AttributeError, TypeError, IndexError, OverflowError):
        return None  # what dateutil and icalendar raise on half a VTIMEZONE
    return described if isinstance(described, tzinfo) else None


def _parse(value: str) -> object:
    try:
        found: object = vDDDTypes.from_ical(value)  # type: ignore[no-untyped-call]  # icalendar leaves it untyped
    except ValueError:
        return datetime.fromisoformat(value)  # "2026-12-08T09:00:00", "20261208T0900"
    return found


def _checked(written: Written) -> Written:
    if written.wall.year not in _YEARS:
        raise ValueError(f"the year {written.wall.year} cannot be")
    return written
