"""SQLite in a file: WAL with synchronous=FULL, so that what was committed survives a power cut."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from service.errors import StorageUnusable

_CONNECTIONS = 24
"""How many connections are kept open: the scheduler's threads, and some for whoever looks."""


def make_engine(url: sa.URL, busy_timeout_seconds: float) -> sa.Engine:
    """Return the engine; a transaction for writing takes the write lock as it begins."""
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
        statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
        driver: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
        try:
            # By the driver: SQLAlchemy's own way takes as long as a statement, at each transaction.
            driver.execute(statement)
        except sqlite3.Error as error:
            raise OperationalError(statement, None, error) from error

    return engine


def find_file(url: sa.URL) -> Path | None:
    """Return the database file, where it is one."""
    if not url.database or url.database.startswith(":"):
        return None
    return Path(url.database.removeprefix("file:").partition("?")[0])


def make_private(file: Path) -> None:
    """Create the file so that only the user can read it; SQLite gives its WAL the same mode.

    Raises:
        StorageUnusable: it cannot be created.

    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageUnusable(
            f"The database {file} cannot be created: {error.strerror}.",
            "Choose another folder with $CALLBACK_HOME, or mend its permissions.",
        ) from error


def find_last_id(connection: sa.Connection, table: str) -> int:
    """Return the highest id that was ever given in a table, 0 for none."""
    query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    return connection.scalar(query, {"table": table}) or 0


def set_last_id(connection: sa.Connection, table: str, last_id: int) -> None:
    """Let ids go on after this one, although no row may bear it."""
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table})
    connection.execute(
        sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"),
        {"table": table, "last": last_id},
    )
