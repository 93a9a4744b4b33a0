"""Says that a service is alive, and tells whether one is. Real time."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.clock import Clock, real_now
from service.database import Database
from service.leases import Owner
from service.schema import heartbeats

ALIVE = timedelta(seconds=45)
"""A service that has not been heard of for longer is taken for dead."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last word of one service process."""

    owner: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    clock_at: datetime

    @property
    def is_alive(self) -> bool:
        """Whether it was heard of lately."""
        return real_now() - self.beat_at < ALIVE


def beat(database: Database, owner: Owner, clock: Clock, version: str) -> None:
    """Say that this process is alive; the first word also says since when."""
    now = real_now()
    with database.write() as connection:
        updated = connection.execute(
            sa.update(heartbeats)
            .where(heartbeats.c.owner == owner.id)
            .values(beat_at=now, clock_at=clock.now())
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
            )
        )


def leave(database: Database, owner: Owner) -> None:
    """Say that this process has stopped as it should; its row stays, as long silent."""
    with database.write() as connection:
        connection.execute(
            sa.update(heartbeats)
            .where(heartbeats.c.owner == owner.id)
            .values(beat_at=real_now() - 2 * ALIVE)
        )


def find_last(connection: sa.Connection) -> Heartbeat | None:
    """Return the latest word of any service, or None when none has ever run."""
    row = (
        connection.execute(sa.select(heartbeats).order_by(heartbeats.c.beat_at.desc()).limit(1))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    return Heartbeat(
        owner=row["owner"],
        host=row["host"],
        pid=row["pid"],
        started_at=row["started_at"],
        beat_at=row["beat_at"],
        clock_at=row["clock_at"],
    )
