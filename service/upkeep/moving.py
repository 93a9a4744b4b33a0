"""Moves everything from one database to another, whole or not at all; the old one is left unused.

Both are held while it lasts, so that nothing is changed in the midst, and all of it arrives in one
transaction. Two databases cannot commit as one. The new one is therefore marked as arriving until
the old one is marked as moved: between the two a kill leaves nothing that two services could send
from, and the same move done again ends it. The tables of the old one are renamed, too: a window
that was left open on it finds nothing to write to, and what it was told is not lost unseen.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError

from service import heartbeats
from service.database import ARRIVING, MOVED, SCHEMA_VERSION, Database
from service.errors import BadInput, Conflict, StorageUnusable
from service.schema import metadata

Watch = Callable[[int, int], None]
"""Is told how many steps are done, and of how many: a row to write is one, one to read back too."""

_BATCH = 1000
"""How many rows are held in memory at a time."""

_MODULUS = 1 << 256

_ANOTHER = "Choose an empty database: a new file, or one made by createdb."


@dataclass(frozen=True, slots=True)
class Contents:
    """How many rows a table has, and the sum of their hashes: databases sort differently."""

    count: int = 0
    hash: int = 0

    def add(self, rows: Sequence[sa.Row[Any]]) -> "Contents":
        """Return it with some more rows."""
        hashes = (hashlib.sha256(repr(tuple(row)).encode()).digest() for row in rows)
        total = sum(int.from_bytes(each) for each in hashes)
        return Contents(self.count + len(rows), (self.hash + total) % _MODULUS)


def move(source: Database, target: Database, watch: Watch) -> Mapping[str, Contents]:
    """Move everything; return what each table holds, empty where only the end was left to do.

    Raises:
        BadInput: both are the same database, or there is none yet.
        Conflict: a service runs on one of them, or the new one holds something.
        StorageUnusable: one of them cannot be used, or what arrived is not what was there; nothing
            was moved.

    """
    if _place(source) == _place(target):
        raise BadInput("That is the database that is in use now.", _ANOTHER)
    with ExitStack() as locks:
        for database in (source, target):
            locks.enter_context(heartbeats.alone(database))
        if source.version() is None:
            raise BadInput("There is nothing to move yet.", "Set [storage] url to the new one.")
        if _end_earlier(source, target):
            return {}
        source.prepare()
        _empty_arrived(target)
        target.prepare()
        number = f"{SCHEMA_VERSION}-{secrets.token_hex(8)}"
        with source.hold() as old:
            _refuse_running(old, source)
            with target.hold() as new:
                _refuse_full(new, target)
                contents = _copy(source, old, target, new, watch)
                _mark(new, ARRIVING + number)
            _leave(old)
            _mark(old, MOVED + number)
        _open_arrived(target)
    return contents


def _place(database: Database) -> object:
    return database.file.resolve() if database.file else database.url


def _end_earlier(source: Database, target: Database) -> bool:
    """End a move of just these two that was cut short after the old one was marked as moved."""
    left, arrived = source.version() or "", target.version() or ""
    if not left.startswith(MOVED) or arrived != ARRIVING + left.removeprefix(MOVED):
        return False
    _open_arrived(target)
    return True


def _empty_arrived(target: Database) -> None:
    """Take away what arrived in a move that was cut short before the old database was left."""
    if not (target.version() or "").startswith(f"{ARRIVING}{SCHEMA_VERSION}-"):
        return
    with target.hold() as new:
        for table in reversed(metadata.sorted_tables):
            new.execute(sa.delete(table))
        _mark(new, SCHEMA_VERSION)


def _open_arrived(target: Database) -> None:
    with target.write() as new:
        _mark(new, SCHEMA_VERSION)


def _mark(connection: sa.Connection, version: str) -> None:
    query = sa.text("UPDATE alembic_version SET version_num = :version")
    connection.execute(query, {"version": version})


def _refuse_running(connection: sa.Connection, database: Database) -> None:
    """Refuse while a service lives on PostgreSQL; on SQLite its lock has told already."""
    if database.is_sqlite:
        return
    for beat in heartbeats.list_services(connection):
        if beat.is_alive:
            raise Conflict(
                f"A service runs on this database: process {beat.pid} on {beat.host}.",
                "Stop every service first; one that was killed is taken for gone after 45 seconds.",
            )


def _refuse_full(connection: sa.Connection, database: Database) -> None:
    for table in metadata.sorted_tables:
        if connection.scalar(sa.select(sa.exists(sa.select(sa.text("1")).select_from(table)))):
            where = database.url.render_as_string(hide_password=True)
            raise Conflict(f"The database {where} holds something already.", _ANOTHER)


def _copy(
    source: Database, old: sa.Connection, target: Database, new: sa.Connection, watch: Watch
) -> dict[str, Contents]:
    counts = sa.select(sa.func.count())
    tables = metadata.sorted_tables
    total = 2 * sum(old.scalar(counts.select_from(table)) or 0 for table in tables)
    done = 0
    contents = {}
    for table in tables:
        sent = arrived = Contents()
        for rows in _read(old, table):
            _write(new, table, rows)
            sent = sent.add(rows)
            watch(done := done + len(rows), total)
        for rows in _read(new, table):
            arrived = arrived.add(rows)
            watch(done := done + len(rows), total)
        if arrived != sent:
            raise StorageUnusable(
                f"What arrived of {table.name} is not what was there: {arrived.count} rows of "
                f"{sent.count}.",
                "Nothing was moved. Please report it with both versions of the databases.",
            )
        if "id" in table.c:
            last_id = source.find_last_id(old, table.name)
            if last_id:
                target.set_last_id(new, table.name, last_id)
        contents[table.name] = sent
    if not target.is_sqlite:
        new.execute(sa.text("ANALYZE"))
    return contents


def _read(connection: sa.Connection, table: sa.Table) -> Iterator[Sequence[sa.Row[Any]]]:
    query = sa.select(table).execution_options(yield_per=_BATCH)
    return connection.execute(query).partitions()


def _write(connection: sa.Connection, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
    """Add rows as they are; what the database works out itself is left to it."""
    values = [dict(zip(table.c.keys(), row, strict=True)) for row in rows]
    for computed in (column.name for column in table.c if column.computed is not None):
        for each in values:
            del each[computed]
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(table), values)
    except DataError:
        for each in values:
            _try_one(connection, table, each)
        raise


def _try_one(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> None:
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(table), [values])
    except DataError as error:
        row = next(iter(values.values()))
        raise StorageUnusable(
            f"The row {row} of {table.name} holds what the new database does not take: "
            f"{str(error.orig).splitlines()[0]}.",
            "Nothing was moved.",
        ) from error


def _leave(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        connection.execute(sa.text(f"ALTER TABLE {table.name} RENAME TO {MOVED[:-1]}_{table.name}"))
