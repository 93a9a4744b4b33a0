"""A queue in a new database, of SQLite and of PostgreSQL, for every test of the storage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.factories import Queue, make_queue


@pytest.fixture(params=BOTH)
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Queue]:
    """Return a database with one candidate and one mailbox."""
    queue = make_queue(tmp_path, request.param)
    yield queue
    queue.database.close()


@pytest.fixture
def file_queue(tmp_path: Path) -> Iterator[Queue]:
    """Return the same in a SQLite file, for what holds of files alone."""
    queue = make_queue(tmp_path, "sqlite")
    yield queue
    queue.database.close()
