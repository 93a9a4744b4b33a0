"""How what is different for one interview is kept in its column `policy`."""

from datetime import date, time
from typing import Any

from service.records import Overrides, RestDays


def write(own: Overrides) -> dict[str, Any] | None:
    """Return what is stored; None when nothing is different."""
    values: dict[str, Any] = {
        "earliest": own.earliest.isoformat("minutes") if own.earliest else None,
        "rest_days": own.rest_days,
        "days_off": [day.isoformat() for day in sorted(own.days_off)],
        "working_days": [day.isoformat() for day in sorted(own.working_days)],
    }
    return {name: value for name, value in values.items() if value} or None


def read(stored: dict[str, Any] | None) -> Overrides:
    """Return the overrides that were stored."""
    stored = stored or {}
    earliest, rest_days = stored.get("earliest"), stored.get("rest_days")
    return Overrides(
        earliest=time.fromisoformat(earliest) if earliest else None,
        rest_days=RestDays(rest_days) if rest_days else None,
        days_off=frozenset(map(date.fromisoformat, stored.get("days_off", ()))),
        working_days=frozenset(map(date.fromisoformat, stored.get("working_days", ()))),
    )
