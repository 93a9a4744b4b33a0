"""The settings of timing, its constants with the rule each comes from, and its values.

Constants are what nobody would change; what somebody would is in `Policy`, the `[timing]` settings.
"""

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import BadInput
from service.records import Overrides, Place, RestDays, Slot

HEAD_START = timedelta(hours=3)
"""T03: the least time between the end of the talk and a mail of the next morning."""

HEAD_START_UNTIL = time(11, 30)
"""T03: how late that morning a mail may go that had to wait for its head start."""

SAME_DAY_AFTER = timedelta(hours=1)
"""T04: how long after the talk a mail goes that is sent on the talk's own day."""

WINDOW_OPENS = time(8, 30)
"""T10: the start of the hours at which a mail may go without being asked for."""

WINDOW_CLOSES = time(18, 30)
"""T10: the end of those hours, itself included."""

LAST_RESORT = time(20, 30)
"""T11: until when a slot missed on its own day may still go that day."""

NOTICE = timedelta(minutes=10)
"""T11: the time the user has to step in before something late goes out."""

STALE_AFTER = timedelta(hours=48)
"""T11: time on working days after the target, beyond which the user is asked."""

NATURAL_MINUTES = (2, 28)
"""T07: the fewest and the most minutes that are added to a target."""

MINUTES_APART = (4, 9)
"""T08: the fewest and the most minutes between two mails about one interview."""

LONGEST_DEFAULT_WAIT_DAYS = 3
"""T04: a wait of more calendar days than this is never chosen for the user beforehand."""

FIXED_FOR = timedelta(hours=3)
"""How long a time that the user named holds, where T11 gives it no longer."""

EARLIEST_FROM, EARLIEST_UNTIL = time(6), time(18)
"""What `earliest` may be set to: before is night, after leaves no room in the window."""

YEARS = range(2000, 3000)
"""The years that can be typed; whatever lies beyond is a slip."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The `[timing]` settings, or those of one interview.

    `earliest` is the reader's wall clock. `days_off` and `working_days` override weekend and
    holidays for every reader (T06); they are dates where the reader is. A contradiction raises
    BadInput.
    """

    earliest: time = time(9)
    rest_days: RestDays = RestDays.NEXT_WORKING_DAY
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        problems: list[str] = []
        if not EARLIEST_FROM <= self.earliest.replace(tzinfo=None) <= EARLIEST_UNTIL:
            problems.append(
                f"earliest is {self.earliest:%H:%M}; it must lie between "
                f"{EARLIEST_FROM:%H:%M} and {EARLIEST_UNTIL:%H:%M}, like 09:00"
            )
        if self.earliest.second or self.earliest.microsecond or self.earliest.tzinfo:
            problems.append("earliest is hours and minutes on the reader's clock, like 09:00")
        problems += [
            f"{day.isoformat()} stands in both days_off and working_days"
            for day in sorted(self.days_off & self.working_days)
        ]
        if problems:
            raise BadInput(
                f"timing: {'; '.join(problems)}.", "Correct it.", problems=tuple(problems)
            )

    def override(self, own: Overrides) -> "Policy":
        """Return the policy of an interview of which `own` is different; BadInput as ever."""
        return replace(
            self,
            earliest=own.earliest or self.earliest,
            rest_days=own.rest_days or self.rest_days,
            days_off=(self.days_off - own.working_days) | own.days_off,
            working_days=(self.working_days - own.days_off) | own.working_days,
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail, and where. `key` is stable text (`Person.key`) that seeds its minute."""

    key: str
    place: Place


@dataclass(frozen=True, slots=True)
class Choice:
    """One way around a rest day with its real times: a slot per reader, in the readers' order."""

    rest_days: RestDays
    slots: tuple[Slot, ...]
    is_default: bool


def find_zone(name: str) -> ZoneInfo:
    """Return the named time zone; BadInput when this computer has no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            f"{name!r} is not a time zone.", "Name the city, or a zone like Europe/Berlin."
        ) from error
