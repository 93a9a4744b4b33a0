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

_OFFSET_PREFIX = re.compile(r"^\((?:utc|gmt)[^)]*\)\s*", re.IGNORECASE)
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
    return None


def zones_of_abbreviation(text: str) -> tuple[str, ...]:
    """Return the zones that an abbreviation in capitals may mean, the likeliest first."""
    table: dict[str, list[str]] = wordlists.read_table("zones")["abbreviations"]
    return tuple(table.get(text.strip(), ()))


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
    for unusable in ("factory", "localtime"):
        known.pop(unusable, None)
    return known


@cache
def _candidates() -> tuple[str, ...]:
    tables = wordlists.read_table("zones")
    common: list[str] = tables["common"]["zones"]
    renamed: dict[str, str] = tables["renamed"]
    others = (renamed.get(zone, zone) for zone in WINDOWS_TO_OLSON.values())
    return tuple(dict.fromkeys((*common, *(z for z in others if not z.startswith("Etc/")))))
