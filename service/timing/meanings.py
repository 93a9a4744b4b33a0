"""What a typed time may mean: values of the tree that the grammar makes of a text.

Every method returns the set of all values that its part of the tree may have, so that two readings
of a part are two of the whole. What cannot be, like a 31 June or 25:00, has none.
"""

# The methods of Meaning are the grammar's rules, by name: those that need a word have one.
# ruff: noqa: D102

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from lark import Token, Transformer, Tree

from service.timing.rules import YEARS

DAY: Final = timedelta(days=1)
_NOON: Final = 12 * 60
_MIDNIGHT: Final = 24 * 60
_PARTS: Final = {
    "MORNING": range(_NOON),
    "AFTERNOON": range(_NOON, 20 * 60),
    "EVENING": range(17 * 60, _MIDNIGHT),
}
"""Which minutes of a day its parts may mean."""
_NIGHT: Final = range(20 * 60, _MIDNIGHT)
"""An hour that may be one of the morning is none so long after the offices close."""
_IDIOMS: Final = {("de", 8): 7, ("fr", 8): 7, ("fr", 15): 14, ("es", 8): 7, ("es", 15): 14}
"""Numbers of days that are also said for one week or two."""
_RELATIVE: Final = ("BEFORE_YESTERDAY", "YESTERDAY", "TODAY", "TOMORROW", "AFTER_TOMORROW")


class Lack(StrEnum):
    """Why a text that is understood names no moment."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    NOW = "now"
    LATER = "later"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Day:
    """A date as it was typed: with its weekday beside it, or without its year."""

    date: date
    weekday: int | None = None
    is_yearless: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it is the weekday that it is said to be."""
        return self.weekday in (None, self.date.weekday())


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading, aware, in the reader's zone."""

    at: datetime
    day: Day


Words = dict[tuple[str, str], set[Any]]
"""The values of words, by the kind of their token and by themselves."""
Found = frozenset[Any]
"""All values that a part of a tree may have."""


def read(
    tree: Tree[Token], words: Words, now: datetime, zone: ZoneInfo
) -> frozenset[Moment | Lack]:
    """Return all that a tree may mean that is said at `now`, on the clock of the zone."""
    found: frozenset[Moment | Lack] = Meaning(words, now, zone).transform(tree)
    return found


class Meaning(Transformer[Token, Any]):
    """Reads a tree at a moment, in a zone, as the time of a mail: days are those to come."""

    def __init__(self, words: Words, now: datetime, zone: ZoneInfo) -> None:
        super().__init__()
        self._words = words
        self._now = now
        self._zone = zone
        self._today = now.astimezone(zone).date()

    def _ambig(self, found: list[Found]) -> Found:
        return frozenset().union(*found)

    def start(self, found: list[Found]) -> Found:
        return found[0]

    # Moments.

    def day_first(self, found: list[Found]) -> Found:
        return self._join(found[0], found[1])

    def clock_first(self, found: list[Found]) -> Found:
        return self._join(found[1], found[0])

    def clock_day_part(self, found: list[Found]) -> Found:
        minutes, days, parts = found
        return self._join(days, self.in_part([minutes, parts]))

    def part_of_today_first(self, found: list[Found]) -> Found:
        return self._join(frozenset({Day(self._today)}), self.part_first(found))

    def clock_first_today(self, found: list[Found]) -> Found:
        return self.part_of_today_first([found[1], found[0]])

    def ahead(self, found: list[Found]) -> Found:
        moments = [(self._now + span).astimezone(self._zone) for span in found[0]]
        return frozenset(Moment(at, Day(at.date())) for at in moments)

    def dayless(self, _found: list[Found]) -> Found:
        return frozenset({Lack.DAY})

    def hourless(self, found: list[Found]) -> Found:
        """Take no day that there is not for one: friday 11 is a day only where that is a Friday."""
        is_day = any(not isinstance(each, Day) or each.is_right for each in found[0])
        return frozenset({Lack.HOUR} if is_day else ())

    def now(self, _found: list[Found]) -> Found:
        return frozenset({Lack.NOW})

    def week(self, _found: list[Found]) -> Found:
        return frozenset({Lack.WEEK})

    def later(self, _found: list[Found]) -> Found:
        return frozenset({Lack.LATER})

    def _join(self, days: Found, minutes: Found) -> Found:
        return frozenset(
            Moment(
                datetime.combine(
                    day.date + minute // _MIDNIGHT * DAY,
                    time(minute % _MIDNIGHT // 60, minute % 60),
                    self._zone,
                ),
                day,
            )
            for day, minute in product(days, minutes)
        )

    # How long from now.

    def hours(self, found: list[Found]) -> Found:
        return frozenset(timedelta(hours=amount) for amount in found[0])

    def minutes(self, found: list[Found]) -> Found:
        return frozenset(timedelta(minutes=amount) for amount in found[0])

    def hours_and_minutes(self, found: list[Found]) -> Found:
        return frozenset(timedelta(hours=h, minutes=m) for h, m in product(*found))

    def figures(self, found: list[Token]) -> Found:
        return self.hours_and_minutes([self.amount([each]) for each in found])

    def hours_and_a_half(self, found: list[Found]) -> Found:
        return frozenset(timedelta(hours=amount, minutes=30) for amount in found[0])

    def half_an_hour(self, _found: list[Found]) -> Found:
        return frozenset({timedelta(minutes=30)})

    # Days.

    def relative(self, found: list[Token]) -> Found:
        return self._from_today({_RELATIVE.index(found[0].type) - _RELATIVE.index("TODAY")})

    def in_days(self, found: list[Any]) -> Found:
        return self._from_today(self._count_off(found))

    def in_weeks(self, found: list[Found]) -> Found:
        return self._from_today(7 * amount for amount in found[0])

    def days_ago(self, found: list[Any]) -> Found:
        return self._from_today(-amount for amount in self._count_off(found))

    def weeks_ago(self, found: list[Found]) -> Found:
        return self._from_today(-7 * amount for amount in found[0])

    def bare(self, found: list[Found]) -> Found:
        return self.coming(found)

    def of_this_week(self, found: list[Found]) -> Found:
        return self.coming(found)

    def coming(self, found: list[Found]) -> Found:
        """Return the first to come; on such a day it may be that day or the one a week later."""
        ahead = self._count_days(found[0])
        return self._from_today(ahead | ({7} if 0 in ahead else set()))

    def past(self, found: list[Found]) -> Found:
        """Return the last that was; that is not today."""
        return self._from_today(ahead - 7 for ahead in self._count_days(found[0]))

    def next_of_two(self, found: list[Found]) -> Found:
        """To some the next Friday is the first to come, to some the one after it."""
        ahead = self._count_days(found[0])
        return self._from_today(ahead | {each + 7 for each in ahead})

    def last_of_two(self, found: list[Found]) -> Found:
        """To some the last Friday is the last that was, to some that of the week before."""
        return self.past(found) | self.in_last_week(found)

    def in_next_week(self, found: list[Found]) -> Found:
        return self._in_week(found[0], 1)

    def in_last_week(self, found: list[Found]) -> Found:
        return self._in_week(found[0], -1)

    def _in_week(self, weekdays: Found, weeks: int) -> Found:
        """Weeks begin on Monday, or on Sunday: said on a Sunday, or of one, that differs."""
        past_monday = self._today.weekday()
        past_sunday = (past_monday + 1) % 7
        return self._from_today(
            7 * weeks - past + offset
            for weekday in weekdays
            for past, offset in ((past_monday, weekday), (past_sunday, (weekday + 1) % 7))
        )

    def weekday_and_date(self, found: list[Found]) -> Found:
        return frozenset(
            Day(day.date, weekday, day.is_yearless) for weekday, day in product(*found)
        )

    def weekday_and_number(self, found: list[Any]) -> Found:
        """Return the first such day of a month; it is one only when it is that weekday."""
        weekdays, number = found
        ahead = (self._today + offset * DAY for offset in range(62))
        day = next((each for each in ahead if each.day == int(number)), None)
        return frozenset(Day(day, weekday) for weekday in weekdays if day)

    def date_and_weekday(self, found: list[Found]) -> Found:
        return self.weekday_and_date([found[1], found[0]])

    def iso(self, found: list[Token]) -> Found:
        year, month, day = (int(part) for part in re.split(r"[-/.]", found[0]))
        return self._settle([(year, month, day)])

    def numeric(self, found: list[Token]) -> Found:
        """Read the day before the month and the month before the day, as both are customary."""
        first, second, *year = (int(part) for part in re.findall("[0-9]+", found[0]))
        named = year[0] if year else None
        return self._settle([(named, second, first), (named, first, second)])

    def day_month(self, found: list[Any]) -> Found:
        day, months, *year = found
        return self._settle((int(year[0]) if year else None, month, int(day)) for month in months)

    def month_day(self, found: list[Any]) -> Found:
        return self.day_month([found[1], found[0], *found[2:]])

    def ja_date(self, found: list[Token]) -> Found:
        *year, month, day = (int(each) for each in found)
        return self._settle([(year[0] if year else None, month, day)])

    def weekday(self, found: list[Token]) -> Found:
        return frozenset(number - 1 for number in self._mean(found[0]))

    def month(self, found: list[Token]) -> Found:
        return frozenset(self._mean(found[0]))

    def _from_today(self, days: Iterable[int]) -> Found:
        return frozenset(Day(self._today + each * DAY) for each in days)

    def _count_off(self, found: list[Any]) -> set[int]:
        """Return how many days are meant: eight are also said for a week."""
        amounts = set(found[0])
        for language in self._mean(found[1]) if len(found) > 1 else ():
            amounts |= {_IDIOMS.get((language, amount), amount) for amount in found[0]}
        return amounts

    def _count_days(self, weekdays: Found) -> set[int]:
        return {(weekday - self._today.weekday()) % 7 for weekday in weekdays}

    def _settle(self, dates: Iterable[tuple[int | None, int, int]]) -> Found:
        """Return those dates that there are; without a year the first one from today on."""
        found = set()
        for year, month, day in dates:
            years = [year] if year else range(self._today.year, self._today.year + 9)
            there_are = (make_date(each, month, day) for each in years)
            coming = (each for each in there_are if each and (year or each >= self._today))
            found |= {Day(each, is_yearless=year is None) for each in [next(coming, None)] if each}
        return frozenset(found)

    # Hours: the minutes of the day that may be meant.

    def plain(self, found: list[Found]) -> Found:
        """Between the morning and the evening of an hour, the evening is out of question late."""
        (minutes,) = found
        return frozenset(m for m in minutes if not (m in _NIGHT and m - _NOON in minutes))

    def in_part(self, found: list[Found]) -> Found:
        minutes, parts = found
        return frozenset(m for m in minutes if any(m in _PARTS[part] for part in parts))

    def part_first(self, found: list[Found]) -> Found:
        return self.in_part([found[1], found[0]])

    def part(self, found: list[Token]) -> Found:
        return frozenset({found[0].type.removeprefix("THIS_")})

    def exact(self, found: list[Token]) -> Found:
        hour, *rest = found
        minute = int(rest[0]) if rest else 0
        return _read_clock(hour, minute, rest[1].type if len(rest) > 1 else None)

    def full(self, found: list[Any]) -> Found:
        half = found[1].type if len(found) > 1 else None
        minutes = {m for hour in found[0] for m in _read_clock(hour, 0, half)}
        return frozenset(minutes | ({_MIDNIGHT} if 0 in minutes else set()))

    def noon(self, _found: list[Found]) -> Found:
        return frozenset({_NOON})

    def midnight(self, _found: list[Found]) -> Found:
        return frozenset({0, _MIDNIGHT})

    def half_past(self, found: list[Found]) -> Found:
        return self._shift(found[0], 30)

    def half_to(self, found: list[Found]) -> Found:
        return self._shift(found[0], -30)

    def half_past_or_to(self, found: list[Found]) -> Found:
        """Half ten is 10:30 in England; to whom thinks in German it is 9:30."""
        return self.half_past(found) | self.half_to(found)

    def quarter_past(self, found: list[Found]) -> Found:
        return self._shift(found[0], 15)

    def quarter_to(self, found: list[Found]) -> Found:
        return self._shift(found[0], -15)

    def hour(self, found: list[Token]) -> Found:
        """Return how the hour is written in figures."""
        return frozenset(str(number) for number in self._mean(found[0]))

    def _shift(self, hours: Found, minutes: int) -> Found:
        return frozenset((m + minutes) % _MIDNIGHT for h in hours for m in _read_clock(h, 0))

    def amount(self, found: list[Token]) -> Found:
        """Return how many: an article is one."""
        return (
            frozenset(int(number) for number in self._mean(found[0])) if found else frozenset({1})
        )

    def _mean(self, token: Token) -> set[Any]:
        """Return the values of a word; figures stand for themselves."""
        return self._words.get((token.type, str(token)), {str(token)})


def _read_clock(typed: str, minute: int, half: str | None = None) -> Found:
    """Return which minutes of the day an hour and minute may be: 3:30 is two, 03:30 and 15 one."""
    hour = int(typed)
    if minute >= 60 or hour >= 24 or (half and not 1 <= hour <= 12):
        return frozenset()
    if half:
        return frozenset({hour % 12 * 60 + minute + (_NOON if half == "PM" else 0)})
    start = hour * 60 + minute
    is_either = hour in range(1, 12) and not typed.startswith("0")
    return frozenset({start, start + _NOON} if is_either else {start})


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date that there is, of a year in which anything could be meant."""
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None
