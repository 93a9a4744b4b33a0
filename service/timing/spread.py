"""Natural minutes: which minute each mail of one opening takes (T07, T08, T10).

Nothing here is random: a minute comes from a hash of the reader and the interview's day, so that it
is the same in the preview, in the service, after a restart and on another computer.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from service.timing.openings import Opening
from service.timing.rules import MINUTES_APART, NATURAL_MINUTES

_LEAST_APART = timedelta(minutes=MINUTES_APART[0])


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to be placed: its reader's key and clock, and the interview's day there."""

    key: str
    zone: ZoneInfo
    day: date

    @property
    def seed(self) -> int:
        """A number that is always the same for this reader and day."""
        digest = sha256(f"{self.key}\n{self.day.isoformat()}".encode()).digest()
        return int.from_bytes(digest[:8], "big")

    def may_go(self, instant: datetime, taken: Collection[datetime]) -> bool:
        """Tell whether it may go at this minute: not on the hour, not beside another mail."""
        on_the_hour = instant.astimezone(self.zone).minute == 0
        return not on_the_hour and all(abs(instant - other) >= _LEAST_APART for other in taken)


def spread(
    opening: Opening, mails: Sequence[Mail], taken: Collection[datetime] = ()
) -> list[datetime]:
    """Return an instant for each mail in order; fewer when the opening has no room for more.

    `taken` are the instants of other mails that the same people read. Where the usual distances
    would leave the opening, the mails close up to the least distance.
    """
    relaxed = _walk_relaxed(opening, mails, taken)
    if len(relaxed) == len(mails):
        return relaxed
    usual = opening.start + timedelta(minutes=NATURAL_MINUTES[0])
    attempts = [_walk_tight(opening, mails, taken, start) for start in (usual, opening.start)]
    return max(attempts, key=len)


def _walk_relaxed(
    opening: Opening, mails: Sequence[Mail], taken: Collection[datetime]
) -> list[datetime]:
    instants: list[datetime] = []
    for mail in mails:
        last, (least, most) = (
            (instants[-1], MINUTES_APART) if instants else (opening.start, NATURAL_MINUTES)
        )
        minutes = (last + timedelta(minutes=m) for m in range(least, most + 1))
        free = [at for at in minutes if at <= opening.close and mail.may_go(at, taken)]
        if free:
            instants.append(free[mail.seed % len(free)])
        elif chosen := _find_next(opening, mail, taken, last + timedelta(minutes=most)):
            instants.append(chosen)
        else:
            break
    return instants


def _walk_tight(
    opening: Opening, mails: Sequence[Mail], taken: Collection[datetime], start: datetime
) -> list[datetime]:
    instants: list[datetime] = []
    for mail in mails:
        chosen = _find_next(opening, mail, taken, start)
        if chosen is None:
            break
        instants.append(chosen)
        start = chosen + _LEAST_APART
    return instants


def _find_next(
    opening: Opening, mail: Mail, taken: Collection[datetime], start: datetime
) -> datetime | None:
    chosen = start
    while chosen <= opening.close:
        if mail.may_go(chosen, taken):
            return chosen
        chosen += timedelta(minutes=1)
    return None
