"""Opens the database, brings it up to date, and gives the two kinds of transaction.

`read()` sees one consistent state. `write()` takes SQLite's write lock at once, so that what was
read inside it still holds when it commits; on PostgreSQL that holds of what was read FOR UPDATE.
Both are short and never open during network I/O.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from service.database import explaining, postgresql, sqlite
from service.database.turns import Turns
from service.errors import BadConfiguration, StorageUnusable
from service.schema import metadata

SCHEMA_VERSION = "0006"
"""The newest migration this program knows; a test holds it against the migrations themselves."""

BUSY_TIMEOUT_SECONDS = 10.0
"""How long a transaction waits for another process's."""

MOVED, ARRIVING = "moved-", "arriving-"
"""How the version begins of a database that was moved away, and of one that is being moved to."""

_MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


class Database:
    """One engine, with the two kinds of transaction. Shared by threads.

    Raises:
        BadConfiguration: the address cannot be read, or its driver is not installed.

    """

    def __init__(self, url: str, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> None:
        try:
            self.url = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError) as error:
            raise BadConfiguration(
                "The address of the database cannot be read.",
                "Like postgresql+psycopg://callback@db.example/callback",
            ) from error
        self._kind = sqlite if self.is_sqlite else postgresql
        self._engine: sa.Engine = self._kind.make_engine(self.url, busy_timeout_seconds)
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

    @contextmanager
    def hold(self) -> Iterator[sa.Connection]:
        """Open a transaction that writes, for as long as it takes, while nobody else does.

        Raises:
            StorageUnusable: somebody else's write does not end; nothing was changed.

        """
        with self.write() as connection:
            if not self.is_sqlite:
                postgresql.hold(connection, [table.name for table in metadata.sorted_tables])
            yield connection

    def find_last_id(self, connection: sa.Connection, table: str) -> int:
        """Return the highest id that was ever given in a table, 0 for none."""
        find: Callable[[sa.Connection, str], int] = self._kind.find_last_id
        return find(connection, table)

    def set_last_id(self, connection: sa.Connection, table: str, last_id: int) -> None:
        """Let ids go on after this one, although no row may bear it."""
        self._kind.set_last_id(connection, table, last_id)

    def prepare(self) -> None:
        """Create the database or bring it up to date; quick when there is nothing to do.

        Safe against a second starter (one waits for the other) and against being killed: each
        migration is one transaction.

        Raises:
            StorageUnusable: it cannot be opened, was written by a newer program, or was moved.

        """
        version = self.version()
        if version == SCHEMA_VERSION:
            return
        self._refuse_moved(version or "")
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

    def version(self) -> str | None:
        """Return which migration it is at, or that it was moved; None before the first."""
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

    def _refuse_moved(self, version: str) -> None:
        if version.startswith(MOVED):
            raise StorageUnusable(
                f"The database {explaining.show(self.url)} was moved to another one.",
                "Set [storage] url to that one, or start with a new $CALLBACK_HOME.",
            )
        if version.startswith(ARRIVING):
            raise StorageUnusable(
                f"The database {explaining.show(self.url)} was being moved to, and that was cut "
                "short.",
                "Do the same move again, or make this one anew; the old one is in use.",
            )

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        version = self.version()
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
