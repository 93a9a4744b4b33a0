"""What the typed time of a talk may mean, which may be past as well as to come.

As `meanings`, but for what is said about a day without saying which way it lies: a weekday alone
is the last one or the coming one, a date without its year the nearest.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from lark import Token, Tree

from service.timing.meanings import DAY, Day, Found, Lack, Meaning, Moment, Words, make_date

_LONGEST: Final = timedelta(hours=8)
"""What is longer was meant as an hour of the day: 15h is three o'clock in French."""
_LEAP: Final = 8
"""Years between which a 29 February lies, whatever year it is."""


def read_start(
    tree: Tree[Token], words: Words, now: datetime, zone: ZoneInfo
) -> frozenset[Moment | Lack]:
    """Return all that a tree may mean as the beginning of a talk, said at `now`."""
    found: frozenset[Moment | Lack] = _TalkMeaning(words, now, zone).transform(tree)
    return found


def read_end(
    tree: Tree[Token], words: Words, starts_at: datetime, now: datetime, zone: ZoneInfo
) -> frozenset[Moment | Lack]:
    """Return all that a tree may mean as the end of a talk that starts then, aware."""
    found: frozenset[Moment | Lack] = _EndMeaning(words, starts_at, now, zone).transform(tree)
    return found


class _TalkMeaning(Meaning):
    """Reads days in both directions."""

    def ahead(self, _found: list[Found]) -> Found:
        """Take no count from now: its minutes would be those of the typing."""
        return frozenset({Lack.COUNT})

    def bare(self, found: list[Found]) -> Found:
        """Return the last and the coming one; on such a day that day, too."""
        return self.past(found) | self.coming(found)

    def of_this_week(self, found: list[Found]) -> Found:
        """Return both for what has passed this week: on a Saturday, this Friday."""
        passed = {weekday for weekday in found[0] if weekday < self._today.weekday()}
        return self.coming(found) | self.past([frozenset(passed)])

    def weekday_and_number(self, found: list[Any]) -> Found:
        """Return the last and the coming day of that number; the weekday tells which it is."""
        weekdays, number = found
        near: set[Day] = set()
        for step in (-1, 1):
            days = (self._today + step * offset * DAY for offset in range(62))
            day = next((each for each in days if each.day == int(number)), None)
            near |= {Day(day, weekday) for weekday in weekdays if day}
        right = frozenset(each for each in near if each.is_right)
        return right or self._find_nearest(near)

    def _settle(self, dates: Iterable[tuple[int | None, int, int]]) -> Found:
        """Return those dates that there are; without a year the nearest one."""
        found: set[Day] = set()
        for year, month, day in dates:
            this = self._today.year
            years = [year] if year else range(this - _LEAP, this + _LEAP + 1)
            there_are = (make_date(each, month, day) for each in years)
            found |= self._find_nearest(
                {Day(each, is_yearless=year is None) for each in there_are if each}
            )
        return frozenset(found)

    def _find_nearest(self, days: Iterable[Day]) -> Found:
        """Return the day that is the least far from today; both, where two are."""
        far = {day: abs(day.date - self._today) for day in days}
        return frozenset(day for day in far if far[day] == min(far.values()))


class _EndMeaning(_TalkMeaning):
    """Reads an hour on the day on which the talk starts, or how long it takes."""

    def __init__(self, words: Words, starts_at: datetime, now: datetime, zone: ZoneInfo) -> None:
        super().__init__(words, now, zone)
        self._starts_at = starts_at.astimezone(zone)

    def end_clock(self, found: list[Found]) -> Found:
        return self._join(frozenset({Day(self._starts_at.date())}), found[0])

    def end_span(self, found: list[Found]) -> Found:
        spans = [span for span in found[0] if timedelta(0) < span <= _LONGEST]
        # Counted on the wall clock: a talk is over before the clocks change in the night.
        ends = [self._starts_at + span for span in spans]
        return frozenset(Moment(at, Day(at.date())) for at in ends)

    def end_moment(self, found: list[Found]) -> Found:
        return found[0]

    def end_day(self, found: list[Found]) -> Found:
        return self.hourless(found)
