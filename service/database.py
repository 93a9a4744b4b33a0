"""Opens the database, brings it up to date, and gives the two kinds of transaction.

`read()` sees one consistent state; `write()` takes SQLite's write lock at once, so that what was
read inside it still holds when it commits. Both are short and never open during network I/O.
SQLite runs in WAL with synchronous=FULL: what was committed survives a power cut. The threads of
one process take turns to write to it, and what they wrote is committed together, with one flush of
the disk: SQLite has no queue for its write lock, it lets threads sleep and try again, up to a tenth
of a second at a time.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from service.errors import StorageUnusable

SCHEMA_VERSION = "0005"
"""The newest migration this program knows; a test holds it against the migrations themselves."""

BUSY_TIMEOUT_SECONDS = 10.0
"""How long a transaction waits for another process's."""

_CONNECTIONS = 24
"""How many connections are kept open: the scheduler's threads, and some for whoever looks."""

_LEFT_ALONE_SECONDS = 0.1
"""After so long a thread whose write was handed on looks whether there is anybody to commit it."""

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class Database:
    """One engine, with the two kinds of transaction. Shared by threads."""

    def __init__(self, url: str, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        self.url = sa.make_url(url)
        self._engine = _make_engine(self.url, busy_timeout_seconds)
        self._turns = _Turns(self._engine, busy_timeout_seconds)

    @property
    def is_sqlite(self) -> bool:
        """Whether the queue is a file on this computer."""
        return self._engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """The database file, where it is one."""
        if not self.is_sqlite or not self.url.database or self.url.database.startswith(":"):
            return None
        return Path(self.url.database.removeprefix("file:").partition("?")[0])

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a transaction that only reads.

        Raises:
            StorageUnusable: the database cannot be used now; the message says why.

        """
        with _translated(self.url), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open a transaction that writes: commits at the end, rolls back when an error leaves it.

        A thread must not open a second one inside it.

        Raises:
            StorageUnusable: the database is busy, read-only or full; nothing was changed.

        """
        with _translated(self.url):
            if self.is_sqlite:
                with self._turns.write() as connection:
                    yield connection
            else:
                with self._engine.connect() as connection, connection.begin():
                    yield connection

    def prepare(self) -> None:
        """Create the database or bring it up to date; quick when there is nothing to do.

        Safe against a second starter (one waits for the other) and against being killed: each
        migration is one transaction.

        Raises:
            StorageUnusable: it cannot be opened, or was written by a newer program.

        """
        version = self._version()
        if version == SCHEMA_VERSION:
            return
        file = self.file
        if file is not None:
            from filelock import FileLock

            _make_private(file)
            with FileLock(f"{file}.migrating", timeout=60, mode=0o600):
                self._migrate()
            return
        self._migrate()

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def _version(self) -> str | None:
        file = self.file
        if file is not None and not file.exists():
            return None
        with self.read() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return None
            version: str | None = connection.scalar(
                sa.text("SELECT version_num FROM alembic_version")
            )
            return version

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        version = self._version()
        try:
            ScriptDirectory.from_config(config).get_revision(version or "base")
        except CommandError as error:
            raise StorageUnusable(
                f"The database {_show(self.url)} was written by a newer Call Back.",
                "Install the newest version again; nothing was changed.",
            ) from error
        with self.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@dataclass(slots=True)
class _Batch:
    """What several threads write in one transaction; `error` is why it could not be committed."""

    connection: sa.Connection
    transaction: sa.RootTransaction
    writes: int = 0
    error: BaseException | None = None
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def can_go_on(self) -> bool:
        """Whether there is a sound transaction that another may write in."""
        return self.error is None and self.transaction.is_active


class _Turns:
    """The writes of one process to SQLite: one thread after the other, several to a commit.

    Whoever has written hands the open transaction on to the next that waits, and waits itself
    until it is committed; whoever finds nobody waiting commits it. A write that fails is undone
    alone. No batch holds more writes than there are threads, for each waits for its end.
    """

    def __init__(self, engine: sa.Engine, timeout_seconds: float) -> None:
        self._engine = engine
        self._timeout_seconds = timeout_seconds
        self._turn = threading.Lock()
        self._waiting = 0
        self._waiting_lock = threading.Lock()
        self._batch: _Batch | None = None

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Take a turn; what was written in it is committed when this returns."""
        self._take_turn()
        try:
            batch = self._batch = self._batch or self._begin()
            try:
                with self._part_of(batch):
                    yield batch.connection
            finally:
                if not (self._waiting and batch.can_go_on):
                    self._end(batch)
        finally:
            self._turn.release()
        self._wait(batch)

    def _take_turn(self) -> None:
        with self._waiting_lock:
            self._waiting += 1
        is_mine = self._turn.acquire(timeout=self._timeout_seconds)
        with self._waiting_lock:
            self._waiting -= 1
        if not is_mine:
            raise _busy(_show(self._engine.url))

    def _begin(self) -> _Batch:
        connection = self._engine.connect().execution_options(callback_writes=True)
        try:
            return _Batch(connection, connection.begin())
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def _part_of(self, batch: _Batch) -> Iterator[None]:
        """Undo what one thread wrote when it fails: alone, or with the batch that it began."""
        batch.writes += 1
        part = batch.transaction if batch.writes == 1 else batch.connection.begin_nested()
        try:
            yield
            if part is not batch.transaction:
                part.commit()
        except BaseException as error:
            try:
                part.rollback()
            except DBAPIError as undone:
                # SQLite has undone all of it already, as it may on a full disk.
                batch.error = error if isinstance(error, DBAPIError) else undone
            raise

    def _end(self, batch: _Batch) -> None:
        """Commit what was handed on so far; whoever wrote it hears in `_wait` if that failed."""
        self._batch = None
        try:
            if batch.can_go_on:
                batch.transaction.commit()
        except BaseException as error:  # noqa: BLE001 - it is raised where each of them waits
            batch.error = error
        finally:
            if batch.error is not None:
                batch.connection.invalidate()
            batch.connection.close()
            batch.is_over.set()

    def _wait(self, batch: _Batch) -> None:
        # Whoever was waiting for a turn may have given up just as the batch was handed on.
        while not batch.is_over.wait(_LEFT_ALONE_SECONDS):
            if self._turn.acquire(blocking=False):
                if self._batch is batch:
                    self._end(batch)
                self._turn.release()
        if isinstance(batch.error, DBAPIError):
            raise _explain(batch.error, self._engine.url) from batch.error
        if batch.error is not None:
            raise batch.error


def _make_engine(url: sa.URL, busy_timeout_seconds: float) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
    # hide_parameters: an error of the database must not carry the text of a mail into a log.
    # pool_size: one for each thread that works. What goes beyond the pool is opened anew each time,
    # which slows all of them down so far that they never catch up.
    engine = sa.create_engine(
        url,
        connect_args={"timeout": busy_timeout_seconds},
        hide_parameters=True,
        pool_size=_CONNECTIONS,
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        # SQLAlchemy's begin event below opens transactions, not the driver's guess.
        connection.isolation_level = None
        cursor = connection.cursor()
        if "mode=ro" not in str(url):
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("callback_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_private(file: Path) -> None:
    """Create the file so that only the user can read it; SQLite gives its WAL the same mode."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageUnusable(
            f"The database {file} cannot be created: {error.strerror}.",
            "Choose another folder with $CALLBACK_HOME, or mend its permissions.",
        ) from error


@contextmanager
def _translated(url: sa.URL) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise _explain(error, url) from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(
            error.orig, sqlite3.IntegrityError
        ):
            raise _explain(error, url) from error
        raise


def _explain(error: DBAPIError, url: sa.URL) -> StorageUnusable:
    where = _show(url)
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _busy(where)
    for prefix, message, hint in (
        (
            "SQLITE_READONLY",
            f"The database {where} is read-only.",
            "Mend the permissions of the file and its folder; nothing was changed.",
        ),
        (
            "SQLITE_FULL",
            f"There is no room left for the database {where}.",
            "Make room on the disk and try again; nothing was changed.",
        ),
        (
            "SQLITE_CANTOPEN",
            f"The database {where} cannot be opened.",
            "Check that its folder exists and may be read, or set $CALLBACK_HOME.",
        ),
        (
            "SQLITE_NOTADB",
            f"{where} is no database of Call Back.",
            "Check [storage] url and $CALLBACK_HOME.",
        ),
        (
            "SQLITE_CORRUPT",
            f"The database {where} is damaged.",
            "Stop the service and put a backup in its place.",
        ),
    ):
        if name.startswith(prefix):
            return StorageUnusable(message, hint)
    return StorageUnusable(f"The database {where} cannot be used: {error.orig}.", "callback doctor")


def _busy(where: str) -> StorageUnusable:
    return StorageUnusable(f"The database {where} is busy.", "Try again; nothing was changed.")


def _show(url: sa.URL) -> str:
    return url.render_as_string(hide_password=True).removeprefix("sqlite:///")
