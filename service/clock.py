"""The clock under which slots and retries stand: the computer's own, or a rehearsal's.

`$CALLBACK_CLOCK` runs the whole service under another clock, for the demo and for rehearsals:

    2026-12-08T07:30:00+01:00                                    that moment, then as fast as life
    2026-12-08T07:30:00+01:00,rate=600                           ten minutes a second
    2026-12-08T07:30:00+01:00,rate=600,since=2026-11-22T20:00Z   the same for several processes:
                                                                 the clock stood at START at SINCE

Leases, timeouts and the expiry of tokens never use this clock; they use real time.
"""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.errors import ClockUnusable

VARIABLE = "CALLBACK_CLOCK"
_EXAMPLE = f'for example {VARIABLE}="2026-12-08T07:30:00+01:00,rate=600"'


def real_now() -> datetime:
    """Return the computer's own time, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The service's time. `rate` clock seconds pass in one real second; 0 stands still."""

    start: datetime | None = None
    since: datetime | None = None
    rate: float = 1.0

    @property
    def is_real(self) -> bool:
        """Whether this is simply the computer's clock."""
        return self.start is None

    def now(self) -> datetime:
        """Return the present moment of this clock, aware UTC."""
        if self.start is None or self.since is None:
            return real_now()
        try:
            return self.start + (real_now() - self.since) * self.rate
        except OverflowError as error:
            raise ClockUnusable(f"{VARIABLE} has run out of years.", _EXAMPLE) from error

    def seconds_until(self, moment: datetime) -> float:
        """Return how many real seconds pass until `moment`; at least 0, infinite when it stands."""
        distance = (moment - self.now()).total_seconds()
        if distance <= 0:
            return 0.0
        return distance / self.rate if self.rate else float("inf")

    def seconds_since(self, moment: datetime) -> float:
        """Return how many of this clock's seconds have passed since `moment`."""
        return (self.now() - moment).total_seconds()


def from_environment() -> Clock:
    """Return the clock that `$CALLBACK_CLOCK` describes, or the real one.

    Raises:
        ClockUnusable: the value cannot be read.

    """
    value = os.environ.get(VARIABLE, "").strip()
    return parse(value) if value else Clock()


def parse(value: str) -> Clock:
    """Read `START[,rate=R][,since=REAL]`; see the module's docstring."""
    start_text, *options = (part.strip() for part in value.split(","))
    rate, since = 1.0, real_now()
    for option in options:
        key, _, text = option.partition("=")
        if key == "rate":
            rate = _read_rate(text)
        elif key == "since":
            since = _read_moment(text)
        else:
            raise ClockUnusable(f'{VARIABLE} has the unknown part "{option}".', _EXAMPLE)
    return Clock(start=_read_moment(start_text), since=since, rate=rate)


def spell(clock: Clock) -> str:
    """Return the value of `$CALLBACK_CLOCK` under which another process shares this clock."""
    if clock.start is None or clock.since is None:
        return ""
    return f"{clock.start.isoformat()},rate={clock.rate!r},since={clock.since.isoformat()}"


class JumpWatch:
    """Notices that the wall clock moved otherwise than the monotonic one: set by hand, or a sleep.

    Both are read from the computer, not from a rehearsal's clock. Where the monotonic clock counts
    on through a suspend, a sleep is not a jump; the caller sees it in how late it was woken.
    """

    TOLERANCE = timedelta(seconds=2)

    def __init__(self) -> None:
        self._wall, self._monotonic = real_now(), time.monotonic()

    def jump(self) -> timedelta:
        """Return by how much the wall clock jumped since the last call; zero within tolerance."""
        wall, monotonic = real_now(), time.monotonic()
        jump = (wall - self._wall) - timedelta(seconds=monotonic - self._monotonic)
        self._wall, self._monotonic = wall, monotonic
        return jump if abs(jump) > self.TOLERANCE else timedelta()


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ClockUnusable(f'{VARIABLE} holds "{text}", which is no time.', _EXAMPLE) from error
    if moment.tzinfo is None:
        raise ClockUnusable(f'{VARIABLE} holds "{text}" without a time zone.', _EXAMPLE)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ClockUnusable(f'{VARIABLE} holds "{text}", which is no time.', _EXAMPLE) from error


def _read_rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError as error:
        raise ClockUnusable(f'{VARIABLE} has the rate "{text}".', _EXAMPLE) from error
    if not 0 <= rate <= 1_000_000:
        raise ClockUnusable(f"{VARIABLE} has the rate {text}: 0 to 1000000 is meant.", _EXAMPLE)
    return rate
