"""Time zones by every name that people and calendar programs give them.

Answers with IANA names only. A name that may mean several zones has no answer here but in
`zones_of_abbreviation`; one that is not known is None, so that the caller asks.
"""

import re
import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from functools import cache

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from service.intake import wordlists

_OFFSET_PREFIX = re.compile(r"^\(?(?:utc|gmt)[^)]*\)\s*", re.IGNORECASE)
_OFFSET = re.compile(
    r"(?P<named>utc|gmt)?\s*(?P<sign>[+\N{MINUS SIGN}\N{EN DASH}-])\s*"
    r"(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?",
    re.IGNORECASE,
)
_COMPARED_FROM = datetime(2026, 1, 1, 12)  # noqa: DTZ001  # a wall clock
"""A year whose rules are those that hold until further notice."""
_DAYS_COMPARED = 200
"""On each side of the event, so that a whole year with both changes of the clock is seen."""


def resolve_zone(name: str) -> str | None:
    """Return the IANA zone for an IANA, Windows or Exchange name or a clear abbreviation."""
    cleaned = name.strip().strip("\"'").replace("\\,", ",").replace("\\;", ";").strip()
    abbreviated = zones_of_abbreviation(cleaned)
    if abbreviated:
        return abbreviated[0] if len(abbreviated) == 1 else None
    for candidate in _forms(cleaned):
        zone = _known_zones().get(candidate)
        if zone is not None:
            return zone
    return _find_shown(cleaned)


def zones_of_abbreviation(text: str) -> tuple[str, ...]:
    """Return the zones that an abbreviation may mean, the likeliest first."""
    table: dict[str, list[str]] = wordlists.read_table("zones")["abbreviations"]
    return tuple(table.get(text.strip().upper(), ()))


def zone_of_offset(text: str) -> str | None:
    """Return the zone of "GMT+2", "UTC-05:00" or "+05:30" as people mean it: east is plus.

    None for an offset at which every clock is changed twice a year: it is nobody's zone.
    """
    found = _OFFSET.fullmatch(text.strip(" ()"))
    if found is None or not (found["named"] or found["minutes"]):
        return None
    sign = 1 if found["sign"] == "+" else -1
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    shown = f"{'+' if sign > 0 else '-'}{int(found['hours']):02}:{found['minutes'] or '00'}"
    odd: dict[str, str] = wordlists.read_table("zones")["offsets"]
    return fixed_zone(sign * offset) or odd.get(shown)


def keep_same_clock(first: str, second: str) -> bool:
    """Tell whether two zones show the same time all through a year, as the rules now stand."""
    return first == second or _read_clock(first) == _read_clock(second)


def match_zone(rules: tzinfo, near: datetime) -> str | None:
    """Return a zone whose clock is that of `rules` on every day of the year around `near`.

    Several zones may keep the same clock (Berlin, Paris, Rome); the best known is returned, so the
    wall clock is right and the place is not known by it.
    """
    middle = near.replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
    days = [middle + timedelta(days=n) for n in range(-_DAYS_COMPARED, _DAYS_COMPARED + 1)]
    wanted = [rules.utcoffset(day) for day in days]
    for zone in _candidates():
        clock = zoneinfo.ZoneInfo(zone)
        if all(clock.utcoffset(d) == w for d, w in zip(days, wanted, strict=True)):
            return zone
    return None


def fixed_zone(offset: timedelta) -> str | None:
    """Return the IANA zone of a whole-hour offset from UTC; its name has the sign turned."""
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest or not -12 <= hours <= 14:
        return None
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def is_utc(zone: str) -> bool:
    """Tell whether a zone is plain UTC, which says nothing about where anybody is."""
    return zone == "UTC"


def _find_shown(cleaned: str) -> str | None:
    """Return the zone that Windows shows as "(UTC+01:00) Amsterdam, Berlin, ...", cut off or not.

    Without the offset in front its cities are a list of cities.
    """
    folded = " ".join(cleaned.casefold().split())
    shown = _OFFSET_PREFIX.sub("", folded)
    if shown == folded or not shown:
        return None
    tables = wordlists.read_table("zones")
    names: dict[str, str] = tables["shown"] | tables["aliases"]
    cut = shown.rstrip(" .,…")
    zones = {zone for name, zone in names.items() if name == shown or name.startswith(f"{cut}, ")}
    return zones.pop() if len(zones) == 1 else None


def _forms(cleaned: str) -> Iterator[str]:
    """Yield the folded forms under which a name may be known, the most exact first."""
    folded = " ".join(cleaned.casefold().split())
    without_offset = _OFFSET_PREFIX.sub("", folded)
    for form in (folded, without_offset):
        yield form
        yield form.replace(" ", "_")
    if cleaned.startswith("/") or "://" in cleaned:
        # RFC 5545 3.2.19: "/vendor.example/20050126_1/Europe/Berlin"; the tail is what is known.
        parts = [part for part in folded.split("/") if part]
        for start in range(1, len(parts)):
            yield "/".join(parts[start:])


@cache
def _known_zones() -> dict[str, str]:
    tables = wordlists.read_table("zones")
    renamed: dict[str, str] = tables["renamed"]
    known = {zone.casefold(): renamed.get(zone, zone) for zone in zoneinfo.available_timezones()}
    known |= {w.casefold(): renamed.get(zone, zone) for w, zone in WINDOWS_TO_OLSON.items()}
    known |= tables["aliases"]
    for unusable in ("factory", "localtime", *tables["abbreviations"]):
        # IANA's "EST" is no clock that anybody in New York keeps.
        known.pop(unusable.casefold(), None)
    return known


@cache
def _read_clock(zone: str) -> tuple[timedelta | None, ...]:
    clock = zoneinfo.ZoneInfo(zone)
    return tuple(clock.utcoffset(_COMPARED_FROM + timedelta(days=n)) for n in range(365))


@cache
def _candidates() -> tuple[str, ...]:
    tables = wordlists.read_table("zones")
    common: list[str] = tables["common"]["zones"]
    renamed: dict[str, str] = tables["renamed"]
    others = (renamed.get(zone, zone) for zone in WINDOWS_TO_OLSON.values())
    return tuple(dict.fromkeys((*common, *(z for z in others if not z.startswith("Etc/")))))
