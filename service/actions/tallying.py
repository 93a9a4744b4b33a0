"""Counts what became of attempts since the installation began, whichever process made them.

The events are only ever added to, so that what is counted never falls: a tally reads on from the
last event that it has counted, by the table's key. It reads the last few again each time: on
PostgreSQL an event may be committed after one that has a higher id.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from service.database import Database
from service.schema import attempts, events, follow_ups, mailboxes

SENT = "confirm"
"""The decision by which a mail counts as sent."""

DECISIONS = (SENT, "postpone", "release", "hold", "refuse", "lose", "disprove", "doubt")
"""What an attempt may lead to; docs/states.md says when."""

_STEP = 10_000
"""How many events are read in one transaction, so that each stays short at the first count."""

OVERLAP = 1_000
"""How many events are read again: far more than can be on their way at one time."""

_LAST = sa.select(sa.func.max(events.c.id))
_NEXT = (
    sa.select(
        events.c.id,
        events.c.action,
        events.c.at,
        mailboxes.c.provider,
        attempts.c.answer,
        attempts.c.announced_at,
        follow_ups.c.slot_at,
    )
    .select_from(events)
    .join(attempts, attempts.c.id == events.c.attempt_id)
    .join(mailboxes, mailboxes.c.id == attempts.c.mailbox_id)
    .outerjoin(follow_ups, (follow_ups.c.id == events.c.follow_up_id) & (events.c.action == SENT))
    .where(
        events.c.id > sa.bindparam("after"),
        events.c.id <= sa.bindparam("until"),
        events.c.action.in_(DECISIONS),
        events.c.by != "user",
    )
)


@dataclass(frozen=True, slots=True)
class Attempted:
    """What some attempts have in common; `answer` is the code they met with, empty without one."""

    provider: str
    decision: str
    answer: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What has been counted so far."""

    attempts: dict[Attempted, int]
    lateness: tuple[int, ...]
    """How many mails were announced within each of the limits and no earlier one; then the rest."""
    lateness_seconds: float
    """The sum of all, where a mail that was early counts 0."""


class Tally:
    """What one process has counted; shared by threads. `limits` of lateness are in seconds."""

    def __init__(self, database: Database, limits: Sequence[float]) -> None:
        self._database = database
        self._limits = tuple(limits)
        self._lock = threading.Lock()
        self._last = 0
        self._recent: set[int] = set()
        """What was counted of those that are read again."""
        self._attempts: Counter[Attempted] = Counter()
        self._lateness = [0] * (len(self._limits) + 1)
        self._lateness_seconds = 0.0

    def count(self) -> Counted:
        """Read what is new, and return all that was counted.

        Raises:
            StorageUnusable: the database cannot be read now; nothing is counted twice afterwards.

        """
        with self._lock:
            while self._count_on():
                pass
            return Counted(dict(self._attempts), tuple(self._lateness), self._lateness_seconds)

    def _count_on(self) -> bool:
        """Count the next events; return whether there are more."""
        with self._database.read() as connection:
            last = connection.scalar(_LAST) or 0
            until = min(last, self._last + _STEP)
            rows = connection.execute(_NEXT, {"after": self._last - OVERLAP, "until": until}).all()
        for row in rows:
            if row.id not in self._recent:
                self._recent.add(row.id)
                self._add(row)
        self._last = max(self._last, until)
        self._recent = {each for each in self._recent if each > self._last - OVERLAP}
        return self._last < last

    def _add(self, row: Any) -> None:
        self._attempts[Attempted(row.provider, row.action, row.answer or "")] += 1
        if row.action != SENT or row.slot_at is None:
            return
        went_at = row.announced_at or row.at
        seconds = max(0.0, (went_at - row.slot_at).total_seconds())
        self._lateness[bisect_left(self._limits, seconds)] += 1
        self._lateness_seconds += seconds
