"""How many meetings a repeating event stands for: all that has to be known is whether it is one.

Looks two years ahead and at rules by day, week, month and year only, so that no rule can keep it
busy. Where it cannot tell, the answer is that it is a series.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from dateutil import rrule  # type: ignore[import-untyped]  # publishes no types; used in one place

_HORIZON = timedelta(days=731)
_UTC_SLACK = timedelta(hours=15)
"""UNTIL is in UTC and the start on a wall clock: whatever the zone, no occurrence is missed."""
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_PARTS = frozenset(
    {"FREQ", "COUNT", "UNTIL", "INTERVAL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}
)


def has_end(rule: str) -> bool:
    """Tell whether a rule says when the series ends."""
    parts = _split(rule)
    return "COUNT" in parts or "UNTIL" in parts


def find_occurrences(
    starts: datetime,
    rule: str | None,
    added: Iterable[datetime],
    excluded: Iterable[datetime],
    at_most: int,
) -> list[datetime] | None:
    """Return the first `at_most` starts on the wall clock; None when they cannot be told."""
    by_rule = [starts] if rule is None else _expand(starts, rule, at_most + len(set(excluded)))
    if by_rule is None:
        return None
    everything = {starts, *by_rule, *added} - set(excluded)
    return sorted(everything)[:at_most]


def _expand(starts: datetime, rule: str, at_most: int) -> list[datetime] | None:
    parts = _split(rule)
    if parts.get("FREQ") not in _FREQUENCIES or not parts.keys() <= _PARTS or not has_end(rule):
        return None
    if not re.fullmatch(r"[1-9]\d{0,3}", parts.get("INTERVAL", "1")):
        return None  # dateutil never ends with an interval of 0
    try:
        count = int(parts["COUNT"]) if "COUNT" in parts else None
        until = _until(parts["UNTIL"]) if "UNTIL" in parts else starts + _HORIZON
        last = min(until, starts + _HORIZON)
        kept = {k: v for k, v in parts.items() if k not in {"COUNT", "UNTIL"}}
        kept["UNTIL"] = f"{last:%Y%m%dT%H%M%S}"  # without it dateutil looks on to the year 9999
        series = rrule.rrulestr(";".join(f"{k}={v}" for k, v in kept.items()), dtstart=starts)
        found: list[datetime] = series.between(starts, last, inc=True)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if count is not None and count > len(found):
        # COUNT is not reached within the horizon: there are more than have been seen.
        return None if len(found) < at_most else found[:at_most]
    return found[: min(at_most, count if count is not None else at_most)]


def _until(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if len(value) == len("20261208"):
        return moment + timedelta(days=1)
    return moment.replace(tzinfo=None) + _UTC_SLACK


def _split(rule: str) -> dict[str, str]:
    """Return the parts of a rule; Exchange writes blanks between its days."""
    bare = re.sub(r"\s", "", rule).upper()
    return dict(part.split("=", 1) for part in bare.split(";") if "=" in part)
