"""Says in words what a database cannot do now, and what helps. No value of a row stands in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import StorageUnusable

_MISTAKES = (IntegrityError, ProgrammingError, DataError)
"""What a statement did wrong, rather than the database."""

_SQLITE = (
    (
        "SQLITE_READONLY",
        "The database {where} is read-only.",
        "Mend the permissions of the file and its folder; nothing was changed.",
    ),
    (
        "SQLITE_FULL",
        "There is no room left for the database {where}.",
        "Make room on the disk and try again; nothing was changed.",
    ),
    (
        "SQLITE_CANTOPEN",
        "The database {where} cannot be opened.",
        "Check that its folder exists and may be read, or set $CALLBACK_HOME.",
    ),
    (
        "SQLITE_NOTADB",
        "{where} is no database of Call Back.",
        "Check [storage] url and $CALLBACK_HOME.",
    ),
    (
        "SQLITE_CORRUPT",
        "The database {where} is damaged.",
        "Stop the service and put a backup in its place.",
    ),
)
_BUSY = ("40001", "40P01", "55P03", "57014")
"""Serialization failure, deadlock, a lock or a statement that took too long."""

_POSTGRESQL = (
    (
        "25006",
        "The database {where} is read-only.",
        "It may be a standby: [storage] url is to name the primary.",
    ),
    (
        "53100",
        "There is no room left for the database {where}.",
        "Make room on its disk and try again; nothing was changed.",
    ),
    (
        "53300",
        "The database {where} takes no more connections.",
        "Raise its max_connections, or run fewer processes.",
    ),
    (
        "28",
        "The database {where} refuses this user or password.",
        "Check [storage] url.",
    ),
    (
        "3D000",
        "There is no database {where}.",
        "Make it with createdb, or check [storage] url.",
    ),
)
"""By the beginning of SQLSTATE (PostgreSQL, appendix A)."""


@contextmanager
def translated(url: sa.URL) -> Iterator[None]:
    """Raise what the database cannot do now as `StorageUnusable`; mistakes of ours as they are."""
    try:
        yield
    except PoolTimeout as error:
        raise busy(url) from error
    except DBAPIError as error:
        # SQLite's own name for a file that is no database is a mere DatabaseError.
        if isinstance(error, _MISTAKES) or not isinstance(
            error, OperationalError | sa.exc.InternalError | sa.exc.DatabaseError
        ):
            raise
        raise explain(error, url) from error


def explain(error: DBAPIError, url: sa.URL) -> StorageUnusable:
    """Return an error of the database in words."""
    if isinstance(error.orig, sqlite3.Error):
        return _explain_sqlite(error.orig, url)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _BUSY:
        return busy(url)
    for prefix, message, hint in _POSTGRESQL:
        if state.startswith(prefix):
            return StorageUnusable(message.format(where=show(url)), hint)
    return StorageUnusable(
        f"The database {show(url)} cannot be reached.",
        "Check that it runs, and [storage] url; whatever was not confirmed is looked at again.",
    )


def busy(url: sa.URL) -> StorageUnusable:
    """Return the error of a database whose turn does not come."""
    return StorageUnusable(f"The database {show(url)} is busy.", "Try again; nothing was changed.")


def show(url: sa.URL) -> str:
    """Return where a database is, without its password."""
    return url.render_as_string(hide_password=True).removeprefix("sqlite:///")


def _explain_sqlite(error: sqlite3.Error, url: sa.URL) -> StorageUnusable:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy(url)
    for prefix, message, hint in _SQLITE:
        if name.startswith(prefix):
            return StorageUnusable(message.format(where=show(url)), hint)
    return StorageUnusable(f"The database {show(url)} cannot be used: {error}.", "callback doctor")
