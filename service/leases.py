"""One mailbox is worked by one process at a time; says who works it, and notices the dead.

A lease is a row's owner and a real time after which anybody may take it. On SQLite each owner also
holds an OS lock on a file named by its id, so that the lease of a killed process is free at once.
"""

import secrets
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from filelock import FileLock

from service.clock import real_now
from service.database import Database
from service.schema import mailboxes

LEASE = timedelta(seconds=180)
"""How long a lease holds unless renewed; see `delivery.rounds` for when it is."""

MARGIN = timedelta(seconds=100)
"""What must be left of a lease before a call that sends: its timeouts, with room to spare."""

REFRESH_LEASE = timedelta(seconds=90)
"""How long one refresh of a grant may take before another process may try."""

_OF = mailboxes.c.id == sa.bindparam("mailbox")
_TAKE = sa.update(mailboxes).where(_OF)


class Owner:
    """This process among those that share the database. Held from start to `leave`.

    `folder` is where the owners of this computer hold their lock files, None on PostgreSQL.
    """

    def __init__(self, folder: Path | None) -> None:
        self.id = secrets.token_hex(8)
        self._folder = folder
        self._lock: FileLock | None = None
        if self._folder is not None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _os_lock(_lock_file(self._folder, self.id))
            self._lock.acquire()

    def is_dead(self, owner_id: str) -> bool:
        """Whether `owner_id` is a process of this computer that is certainly gone."""
        return owner_id != self.id and is_dead(self._folder, owner_id)

    def leave(self) -> None:
        """Give up the identity; its leases are free from now on."""
        if self._lock is not None and self._folder is not None:
            _lock_file(self._folder, self.id).unlink(missing_ok=True)
            self._lock.release()


def is_dead(folder: Path | None, owner_id: str) -> bool:
    """Whether the owner with this id is certainly gone: nobody holds its lock file any more.

    `folder` is where owners of this computer hold theirs; without one nothing is certain.
    """
    if folder is None:
        return False
    file = _lock_file(folder, owner_id)
    if not file.exists():
        return True
    lock = _os_lock(file)
    try:
        lock.acquire()
    except TimeoutError:
        return False
    file.unlink(missing_ok=True)
    lock.release()
    return True


def _lock_file(folder: Path, owner_id: str) -> Path:
    return folder / f"{owner_id}.lock"


def _os_lock(file: Path) -> "FileLock":
    from filelock import FileLock

    return FileLock(file, timeout=0, mode=0o600, thread_local=False)


def take(database: Database, owner: Owner, mailbox_id: int) -> datetime | None:
    """Take or renew the lease on a mailbox; return its end, None when another has it."""
    return _take(database, owner, mailbox_id, "lease", LEASE)


def give_back(database: Database, owner: Owner, mailbox_id: int) -> None:
    """End the lease on a mailbox, if it is still ours."""
    _give_back(database, owner, mailbox_id, "lease")


def take_refresh(database: Database, owner: Owner, mailbox_id: int) -> datetime | None:
    """Take the right to refresh the grant of a mailbox; None when another has it."""
    return _take(database, owner, mailbox_id, "refresh", REFRESH_LEASE)


def give_back_refresh(database: Database, owner: Owner, mailbox_id: int) -> None:
    """End the right to refresh, if it is still ours."""
    _give_back(database, owner, mailbox_id, "refresh")


def _take(
    database: Database, owner: Owner, mailbox_id: int, kind: str, length: timedelta
) -> datetime | None:
    with database.write() as connection:
        row = connection.execute(_find(kind), {"mailbox": mailbox_id}).one_or_none()
        if row is None:
            return None
        holder, held_until = row
        now = _now(connection)
        is_free = holder in (None, owner.id) or held_until <= now or owner.is_dead(holder)
        if not is_free:
            return None
        until = now + length
        held = {f"{kind}_owner": owner.id, f"{kind}_until": until}
        connection.execute(_TAKE, {"mailbox": mailbox_id, **held})
        return until


def _give_back(database: Database, owner: Owner, mailbox_id: int, kind: str) -> None:
    free = {f"{kind}_owner": None, f"{kind}_until": None}
    with database.write() as connection:
        connection.execute(_find_own(kind), {"mailbox": mailbox_id, "holder": owner.id, **free})


@cache
def _find(kind: str) -> sa.Select[Any, Any]:
    owner, until = mailboxes.c[f"{kind}_owner"], mailboxes.c[f"{kind}_until"]
    return sa.select(owner, until).where(_OF).with_for_update(skip_locked=True)


@cache
def _find_own(kind: str) -> sa.Update:
    return sa.update(mailboxes).where(_OF, mailboxes.c[f"{kind}_owner"] == sa.bindparam("holder"))


def _now(connection: sa.Connection) -> datetime:
    """Return real time: this computer's for SQLite, the database's where many share it."""
    if connection.dialect.name == "sqlite":
        return real_now()
    moment: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment
