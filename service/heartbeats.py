"""Says that a service is alive, and tells whether one is. Real time.

A clock that stands before what was recorded here is wrong, or was wrong then. Nothing can tell
which, so that it is only said: in the log, by `callback status` and by `callback doctor`.
"""

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service.clock import Clock, real_now
from service.database import Database
from service.errors import Conflict
from service.leases import Owner
from service.logs import log
from service.schema import events, heartbeats
from service.timing.words import name_day

BEAT_SECONDS = 10
"""How often a service says that it is alive."""

ALIVE = timedelta(seconds=45)
"""A service that has not been heard of for longer is taken for dead."""

LOOKING_SECONDS = 60.0
"""A service that has not looked for so long for what is due is stuck, or its database is gone."""

TOLERANCE = timedelta(minutes=10)
"""How far a clock may stand before what was recorded: computers that share a database differ."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last word of one service process."""

    owner: str
    host: str
    pid: int
    version: str
    started_at: datetime
    beat_at: datetime
    clock_at: datetime
    looked_at: datetime | None
    """When it had last looked for what is due, and was answered."""

    @property
    def is_alive(self) -> bool:
        """Whether it was heard of lately; a word from the future is one of another clock."""
        return abs(real_now() - self.beat_at) < ALIVE

    @property
    def is_looking(self) -> bool:
        """Whether it is alive and looks for what is due, and does not only say that it lives."""
        if self.looked_at is None or not self.is_alive:
            return False
        return (self.beat_at - self.looked_at).total_seconds() < LOOKING_SECONDS


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Hold the lock of the one service on a SQLite database; PostgreSQL lets many share one.

    It lies beside the database: with `[storage] url` two data folders may share one.

    Raises:
        Conflict: a service runs on it.

    """
    file = database.file
    if file is None:
        yield
        return
    from filelock import FileLock, Timeout

    path = file.resolve().with_name(f"{file.name}.service")
    lock = FileLock(path, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise Conflict(
            f"A service already runs on {file}, and one is enough: it sends what falls due.",
            "callback status",
        ) from error
    try:
        yield
    finally:
        lock.release()


class Pulse:
    """The heartbeat of one service, which notices a clock that stands before what was recorded.

    `looked_at` tells when the service last looked for what is due: it may live and do so no more.
    """

    def __init__(
        self,
        database: Database,
        owner: Owner,
        clock: Clock,
        version: str,
        looked_at: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._owner = owner
        self._clock = clock
        self._version = version
        self._looked_at = looked_at
        self._is_behind = False

    def beat(self) -> None:
        """Say that this process is alive; say once in the log when its clock is found behind."""
        now = self._clock.now()
        with self._database.read() as connection:
            recorded_at = find_ahead(connection, now)
        beat(self._database, self._owner, self._clock, self._version, self._looked_at())
        if recorded_at is not None and not self._is_behind:
            log.warning(
                "the clock stands before what was recorded here",
                action="clock",
                shows=now.isoformat(timespec="seconds"),
                recorded=recorded_at.isoformat(timespec="seconds"),
            )
        self._is_behind = recorded_at is not None

    def leave(self) -> None:
        """Say that this process has stopped as it should; its row stays, as long silent.

        What other services wrote under a clock that was ahead of ours is forgotten now: it was
        said while this one ran, and must not be said for ever.
        """
        limit = self._clock.now() + TOLERANCE
        with self._database.write() as connection:
            connection.execute(sa.delete(heartbeats).where(heartbeats.c.clock_at > limit))
            connection.execute(
                sa.update(heartbeats)
                .where(heartbeats.c.owner == self._owner.id)
                .values(beat_at=real_now() - 2 * ALIVE)
            )


def beat(database: Database, owner: Owner, clock: Clock, version: str, looked_at: datetime) -> None:
    """Say that this process is alive; the first word also says since when."""
    now = real_now()
    with database.write() as connection:
        updated = connection.execute(
            sa.update(heartbeats)
            .where(heartbeats.c.owner == owner.id)
            .values(beat_at=now, clock_at=clock.now(), looked_at=looked_at)
        )
        if updated.rowcount:
            return
        connection.execute(sa.delete(heartbeats).where(heartbeats.c.beat_at < now - 10 * ALIVE))
        connection.execute(
            sa.insert(heartbeats).values(
                owner=owner.id,
                host=socket.gethostname(),
                pid=os.getpid(),
                version=version,
                started_at=now,
                beat_at=now,
                clock_at=clock.now(),
                looked_at=looked_at,
            )
        )


def find_last(connection: sa.Connection) -> Heartbeat | None:
    """Return the latest word of any service, or None when none has ever run.

    The one nearest to now: a clock that was ahead once must not hide the service that runs.
    """
    now = real_now()
    words = list_services(connection)
    return min(words, key=lambda word: abs(now - word.beat_at), default=None)


def list_services(connection: sa.Connection) -> list[Heartbeat]:
    """Return the last word of every service that was heard of lately, the one heard last first."""
    rows = connection.execute(sa.select(heartbeats).order_by(heartbeats.c.beat_at.desc()))
    return [Heartbeat(**row) for row in rows.mappings()]


def find_own(connection: sa.Connection, owner_id: str) -> Heartbeat | None:
    """Return the last word of one service, or None when it has said none."""
    own = sa.select(heartbeats).where(heartbeats.c.owner == owner_id)
    row = connection.execute(own).mappings().one_or_none()
    return Heartbeat(**row) if row else None


def try_write(database: Database) -> None:
    """Write something and take it away, to prove that the database can be written.

    Raises:
        StorageUnusable: it cannot; the message says why.

    """
    trial, now = f"trial-{secrets.token_hex(8)}", real_now()
    said = {"host": "", "pid": 0, "version": "", "started_at": now, "beat_at": now, "clock_at": now}
    with database.write() as connection:
        connection.execute(sa.insert(heartbeats).values(owner=trial, **said))
        connection.execute(sa.delete(heartbeats).where(heartbeats.c.owner == trial))


def find_ahead(connection: sa.Connection, now: datetime) -> datetime | None:
    """Return the newest moment recorded here if the clock, at `now`, stands before it, else None.

    The last event counts and not the latest one, so that a clock that was ahead once is forgotten
    as soon as something is recorded under the right one.
    """
    last_id = sa.select(sa.func.max(events.c.id)).scalar_subquery()
    last_event = sa.select(events.c.at).where(events.c.id == last_id)
    last_beat = sa.select(sa.func.max(heartbeats.c.clock_at))
    recorded = [connection.scalar(query) for query in (last_event, last_beat)]
    newest = max((moment for moment in recorded if moment is not None), default=None)
    return newest if newest is not None and newest > now + TOLERANCE else None


def describe_ahead(recorded_at: datetime, now: datetime, zone: str) -> str:
    """Say that the clock, at `now`, stands before what was recorded here; on the user's clock."""
    shown, recorded = (_name(moment, ZoneInfo(zone)) for moment in (now, recorded_at))
    return f"this computer's clock shows {shown}, but something was recorded here on {recorded}"


def _name(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{name_day(local)} {local.year} at {local:%H:%M}"
