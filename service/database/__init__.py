"""Opens the database, brings it up to date, and gives the two kinds of transaction.

`read()` sees one consistent state. `write()` takes SQLite's write lock at once, so that what was
read inside it still holds when it commits; on PostgreSQL that holds of what was read FOR UPDATE.
Both are short and never open during network I/O.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from service.database import explaining, postgresql, sqlite
from service.database.turns import Turns
from service.errors import StorageUnusable

SCHEMA_VERSION = "0005"
"""The newest migration this program knows; a test holds it against the migrations themselves."""

BUSY_TIMEOUT_SECONDS = 10.0
"""How long a transaction waits for another process's."""

_MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


class Database:
    """One engine, with the two kinds of transaction. Shared by threads."""

    def __init__(self, url: str, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        self.url = sa.make_url(url)
        make_engine = (sqlite if self.is_sqlite else postgresql).make_engine
        self._engine = make_engine(self.url, busy_timeout_seconds)
        self._turns = Turns(self._engine, busy_timeout_seconds)
        # On PostgreSQL each statement would see what is committed just then.
        self._still = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}

    @property
    def is_sqlite(self) -> bool:
        """Whether the queue is a file on this computer."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The database file, where it is one."""
        return sqlite.find_file(self.url) if self.is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a transaction that only reads.

        Raises:
            StorageUnusable: the database cannot be used now; the message says why.

        """
        with (
            explaining.translated(self.url),
            self._engine.connect().execution_options(**self._still) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write(self, turn: str | None = None) -> Iterator[sa.Connection]:
        """Open a transaction that writes: commits at the end, rolls back when an error leaves it.

        A thread must not open a second one inside it. On PostgreSQL, where several write at once,
        those of the same `turn` wait for each other, so that what is read there and not there still
        holds: for what is looked for first and added when there is none.

        Raises:
            StorageUnusable: the database is busy, read-only or full; nothing was changed.

        """
        with explaining.translated(self.url):
            if self.is_sqlite:
                with self._turns.write() as connection:
                    yield connection
            else:
                with (
                    self._engine.connect().execution_options(callback_writes=True) as connection,
                    connection.begin(),
                ):
                    if turn is not None:
                        postgresql.take_turn(connection, turn)
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

            sqlite.make_private(file)
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
                f"The database {explaining.show(self.url)} was written by a newer Call Back.",
                "Install the newest version again; nothing was changed.",
            ) from error
        with self.write() as connection:
            if not self.is_sqlite:
                postgresql.lock_for_migration(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
