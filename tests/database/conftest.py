"""A queue in a new SQLite file for every test that touches storage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import Queue, make_queue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """Return a database with one candidate and one mailbox."""
    queue = make_queue(tmp_path)
    yield queue
    queue.database.close()
