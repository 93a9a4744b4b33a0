"""How timing speaks: days, moments and reasons in English.

Not `strftime`: its names of days and months follow the computer's language settings. Sentences name
the weekday and the date, never "tomorrow", so that they stay true while they are stored.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.records import Slot
from service.timing.rules import find_zone

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_ESTIMATED = re.compile(r"\((observed, )?estimated\)")
_CLUTTER = re.compile(r"\s*\(substituted from [^)]*\)")


@dataclass(frozen=True, slots=True)
class Label:
    """What is said of one day, and of several in a row."""

    one: str
    many: str


WEEKEND = Label("is a weekend day", "are the weekend")
OWN_DAY_OFF = Label("is one of your days off", "are among your days off")


def describe(slot: Slot, *, user_zone: str, city: str | None = None) -> str:
    """Return one line: "Wednesday 9 December 09:12 in New York (15:12 for you)"."""
    return describe_moment(slot.at, slot.zone, user_zone=user_zone, city=city)


def describe_moment(at: datetime, zone: str, *, user_zone: str, city: str | None = None) -> str:
    """Say an instant on the clock of a zone, and on the user's where that shows another hour.

    `city` is what the reader's place is called; the zone's own city stands in for it.
    """
    there = at.astimezone(find_zone(zone))
    here = at.astimezone(find_zone(user_zone))
    line = f"{name_minute(there)} in {city or name_zone(zone, at)}"
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return line
    own = f"{here:%H:%M}" if here.date() == there.date() else name_minute(here)
    return f"{line} ({own} for you)"


def describe_talk(
    starts_at: datetime, ends_at: datetime, zone: str, *, user_zone: str, city: str | None = None
) -> str:
    """Return "Friday 20 November 2026 14:00 to 15:00 in Boston (20:00 to 21:00 for you)"."""
    starts, ends = (each.astimezone(find_zone(zone)) for each in (starts_at, ends_at))
    line = f"{_name_span(starts, ends)} in {city or name_zone(zone, starts_at)}"
    own = [each.astimezone(find_zone(user_zone)) for each in (starts_at, ends_at)]
    if own[0].replace(tzinfo=None) == starts.replace(tzinfo=None):
        return line
    is_same_day = [each.date() for each in own] == [starts.date(), ends.date()]
    told = f"{own[0]:%H:%M} to {own[1]:%H:%M}" if is_same_day else _name_span(*own)
    return f"{line} ({told} for you)"


def _name_span(starts: datetime, ends: datetime) -> str:
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else name_minute(ends)
    return f"{name_day(starts)} {starts.year} {starts:%H:%M} to {until}"


def name_zone(zone: str, at: datetime) -> str:
    """Name a zone for people: its city, or its distance from UTC then where it has none."""
    if "/" in zone and not zone.startswith("Etc/"):
        return zone.rsplit("/", 1)[1].replace("_", " ")
    offset = at.astimezone(find_zone(zone)).strftime("%z")
    return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"


def name_day(day: date) -> str:
    """Return "Wednesday 9 December"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def name_minute(local: datetime) -> str:
    """Return "Wednesday 9 December 09:12"."""
    return f"{name_day(local)} {local:%H:%M}"


def is_estimate(holiday: str) -> bool:
    """Tell whether a holiday's date is an estimate, for every name that stands for the day."""
    return bool(holiday) and all(_ESTIMATED.search(part) for part in holiday.split("; "))


def name_holiday(holiday: str) -> str:
    """Return the names that `holidays` gives for a day as they may stand in a sentence."""
    bare = _CLUTTER.sub("", _ESTIMATED.sub(lambda found: "(observed)" if found[1] else "", holiday))
    names = [re.sub(r"\s+", " ", name).strip() for name in bare.split(";")]
    return " and ".join("a day off" if name == "Day off" else name for name in names if name)


def label_holiday(holiday: str) -> Label:
    """Return what is said of a day with this holiday name; an estimate is said to be one (T04)."""
    name = name_holiday(holiday)
    if not is_estimate(holiday):
        return Label(f"is {name}", f"are {name}")
    note = f"expected to be {name}; the date is an estimate"
    return Label(f"is {note}", f"are {note.replace('date is an estimate', 'dates are estimates')}")


def tell_days(days: Sequence[tuple[date, Label]]) -> tuple[str, ...]:
    """Return one sentence for each run of days of which the same is said, in their order."""
    sentences: list[str] = []
    run: list[date] = []
    for position, (day, label) in enumerate(days):
        run.append(day)
        following = days[position + 1] if position + 1 < len(days) else None
        if following != (day + timedelta(days=1), label):
            sentences.append(_tell_run(run, label))
            run = []
    return tuple(sentences)


def _tell_run(run: Sequence[date], label: Label) -> str:
    first, last = run[0], run[-1]
    if len(run) == 1:
        return f"{name_day(first)} {label.one}"
    joint = "and" if len(run) == len((first, last)) else "to"
    start = name_day(first)
    if first.month == last.month:
        start = start.removesuffix(f" {MONTHS[first.month - 1]}")
    return f"{start} {joint} {name_day(last)} {label.many}"
