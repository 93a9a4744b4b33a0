"""Where a mail may go: the first stretch of a reader's day that the rules allow.

All distances are measured in real time between instants; only the corners of a day (`earliest`, the
window's ends) are wall-clock times, and become instants through the reader's zone (T12).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.errors import BadInput
from service.records import Place
from service.timing import words
from service.timing.calendars import Calendar, open_calendar
from service.timing.rules import (
    LAST_RESORT,
    SAME_DAY_AFTER,
    WINDOW_OPENS,
    Policy,
    find_zone,
)

_SEARCH_DAYS = 366


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of a day, ends included, both UTC. `reasons` say why not sooner."""

    start: datetime
    close: datetime
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a mail is read: the clock there, the calendar there, and the policy for it."""

    zone: ZoneInfo
    calendar: Calendar
    policy: Policy

    def read_at(self, instant: datetime) -> datetime:
        """Return what the clock there shows."""
        return instant.astimezone(self.zone)

    def day_of(self, instant: datetime) -> date:
        """Return the date there."""
        return self.read_at(instant).date()

    def instant(self, day: date, wall: time) -> datetime:
        """Return when the clock there shows this time.

        An hour that comes twice means the first one. One that is left out means as long after the
        change as it would have been after the hour before it.
        """
        return datetime.combine(day, wall, self.zone).astimezone(UTC)

    def may_open(self, day: date) -> bool:
        """Tell whether a mail may go on this day without being asked to (T04)."""
        return not self.calendar.is_rest(day)

    def opens(self, day: date) -> datetime:
        """Return the start of the window (T10); an `earliest` before it opens it sooner."""
        return self.instant(day, min(WINDOW_OPENS, self.policy.earliest))

    def closes(self, day: date) -> datetime:
        """Return the end of the window (T10), sooner on a half day."""
        return self.instant(day, self.calendar.closes_at(day))

    def lasts_until(self, instant: datetime) -> datetime:
        """Return until when a slot at this instant may go without being planned anew (T11)."""
        return self.instant(self.day_of(instant), LAST_RESORT)

    def label(self, day: date) -> words.Label:
        """Return what is to be said of this rest day."""
        if self.calendar.is_own_day_off(day):
            return words.OWN_DAY_OFF
        if name := self.calendar.holiday_name(day):
            return words.label_holiday(name)
        return words.WEEKEND


def open_desk(place: Place, policy: Policy) -> Desk:
    """Return where a mail is read; BadInput for a zone that does not exist."""
    return Desk(find_zone(place.zone), open_calendar(place, policy), policy)


def ceil_minute(instant: datetime) -> datetime:
    """Return the whole minute at or after an instant, in UTC."""
    exact = instant.astimezone(UTC)
    whole = exact.replace(second=0, microsecond=0)
    return whole if whole == exact else whole + timedelta(minutes=1)


def find_opening(
    desk: Desk,
    not_before: datetime,
    from_day: date,
    *,
    latest: time | None = None,
    rest_day: date | None = None,
) -> Opening:
    """Return the first opening from `from_day` on that starts no sooner than `not_before`.

    It starts at the policy's `earliest`, or at `not_before` where that is later and no later than
    `latest` (the window's end when None). `rest_day` is one on which it may go all the same (T04's
    `send` means the morning after, and no other). BadInput when the next year has none, which only
    the user's own days off can bring about.
    """
    passed: list[tuple[date, words.Label]] = []
    for offset in range(_SEARCH_DAYS):
        day = from_day + timedelta(days=offset)
        if not desk.may_open(day) and day != rest_day:
            passed.append((day, desk.label(day)))
            continue
        close = desk.closes(day)
        morning = desk.instant(day, desk.policy.earliest)
        start = max(morning, not_before)
        limit = close
        if latest is not None and start > morning:
            limit = min(close, desk.instant(day, latest))
        if start <= limit:
            return Opening(start, close, words.tell_days(passed))
        passed.append((day, _label_missed(desk, morning, limit)))
    raise BadInput(
        f"No working day is left from {words.name_day(from_day)} {from_day.year} on for a year.",
        "Look at days_off in [timing].",
    )


def find_same_day_opening(desk: Desk, ends_at: datetime, day: date) -> Opening | None:
    """Return the opening on the talk's own day (T04), None when it ended too late for one."""
    earliest = desk.instant(day, desk.policy.earliest)
    usual = desk.policy.earliest == Policy().earliest
    start = max(ceil_minute(ends_at + SAME_DAY_AFTER), desk.opens(day) if usual else earliest)
    close = desk.closes(day)
    return Opening(start, close) if start <= close and desk.day_of(start) == day else None


def measure_working_time(
    calendar: Calendar, zone: ZoneInfo, start: datetime, end: datetime
) -> timedelta:
    """Return how much of the time between two instants lies on working days (T11)."""
    total = timedelta()
    day = start.astimezone(zone).date()
    while (opens := datetime.combine(day, time(), zone).astimezone(UTC)) < end:
        following = day + timedelta(days=1)
        closes = datetime.combine(following, time(), zone).astimezone(UTC)
        if not calendar.is_rest(day):
            total += max(min(end, closes) - max(start, opens), timedelta())
        day = following
    return total


def _label_missed(desk: Desk, morning: datetime, limit: datetime) -> words.Label:
    if morning > limit:
        note = f"closes at {desk.read_at(limit):%H:%M}, before your earliest hour"
        return words.Label(note, note.replace("closes", "close"))
    note = f"has no time left before {desk.read_at(limit):%H:%M}"
    return words.Label(note, note.replace("has", "have", 1))
