"""A database that cannot be used says which, why and what to do, and loses nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from service.database import Database
from service.errors import StorageUnusable
from service.schema import candidates
from tests.factories import TUESDAY, Queue


def _insert(connection: sa.Connection, name: str) -> None:
    connection.execute(
        sa.insert(candidates).values(
            name=name, zone="UTC", language="en", signature=[], created_at=TUESDAY
        )
    )


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(sa.select(candidates.c.name).order_by(candidates.c.id)))


def test_an_error_inside_a_transaction_leaves_nothing_behind(queue: Queue) -> None:
    """All of a transaction or none of it."""
    with pytest.raises(RuntimeError), queue.database.write() as connection:
        _insert(connection, "half")
        raise RuntimeError
    assert _names(queue.database) == ["Ana Lindqvist"]


def test_a_read_only_database_says_so(file_queue: Queue, tmp_path: Path) -> None:
    """mode=ro: reading works, writing is refused with what to mend."""
    url = f"sqlite:///file:{tmp_path / 'callback.db'}?mode=ro&uri=true"
    database = Database(url)
    assert _names(database) == ["Ana Lindqvist"]
    with pytest.raises(StorageUnusable, match="read-only"), database.write() as connection:
        _insert(connection, "new")
    database.close()
    assert _names(file_queue.database) == ["Ana Lindqvist"]


def test_a_full_disk_says_so_and_loses_nothing(file_queue: Queue) -> None:
    """max_page_count stands in for a full disk: the error is SQLite's own."""
    with file_queue.database.read() as connection:
        pages = connection.scalar(sa.text("PRAGMA page_count"))
    with pytest.raises(StorageUnusable, match="no room left"), file_queue.database.write() as c:
        c.execute(sa.text(f"PRAGMA max_page_count = {pages}"))
        _insert(c, "x" * 1_000_000)
    assert _names(file_queue.database) == ["Ana Lindqvist"]


def test_a_busy_database_says_so(queue: Queue, tmp_path: Path) -> None:
    """A second writer waits, then is told; the first one's work stands."""
    url = f"sqlite:///{tmp_path / 'callback.db'}"
    impatient = Database(url, busy_timeout_seconds=0.05)
    with queue.database.write() as connection:
        _insert(connection, "first")
        with pytest.raises(StorageUnusable, match="busy"), impatient.write() as second:
            _insert(second, "second")
    impatient.close()
    assert _names(queue.database) == ["Ana Lindqvist", "first"]


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    """A file of another kind under our name is not overwritten."""
    file = tmp_path / "callback.db"
    file.write_text("Dear diary, " * 100)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(StorageUnusable, match=r"no database of Call Back"):
        database.prepare()
    database.close()
    assert file.read_text().startswith("Dear diary")
