"""Threads of one process take turns to write, and what they wrote is committed together."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from service.database import Database
from service.errors import StorageUnusable
from service.schema import candidates
from tests.factories import TUESDAY, Queue

WAIT_SECONDS = 5.0


@pytest.fixture
def another() -> Iterator[ThreadPoolExecutor]:
    """Return another thread."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def _insert(connection: sa.Connection, name: str) -> None:
    connection.execute(
        sa.insert(candidates).values(
            name=name, zone="UTC", language="en", signature=[], created_at=TUESDAY
        )
    )


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(sa.select(candidates.c.name).order_by(candidates.c.id)))


def _fail(*, when: bool) -> None:
    if when:
        raise RuntimeError


def _await_waiting(database: Database) -> None:
    """Return once a thread waits for its turn."""
    give_up = time.monotonic() + WAIT_SECONDS
    while not database._turns._waiting:
        assert time.monotonic() < give_up


def test_what_waits_is_committed_together_with_what_went_before(
    file_queue: Queue, another: ThreadPoolExecutor
) -> None:
    """One flush of the disk for both; neither returns before it, and nobody sees a half."""
    database = file_queue.database
    commits: list[bool] = []

    @sa.event.listens_for(database._engine, "commit")
    def _note(connection: sa.Connection) -> None:
        commits.append(bool(connection.get_execution_options().get("callback_writes")))

    def write_second() -> list[str]:
        with database.write() as connection:
            _insert(connection, "second")
            return _names(database)

    with database.write() as connection:
        _insert(connection, "first")
        second = another.submit(write_second)
        _await_waiting(database)
    assert second.result(WAIT_SECONDS) == ["Ana Lindqvist"]
    assert _names(database) == ["Ana Lindqvist", "first", "second"]
    assert commits.count(True) == 1


@pytest.mark.parametrize(("failing", "kept"), [("first", "second"), ("second", "first")])
def test_a_write_that_fails_is_undone_alone(
    file_queue: Queue, another: ThreadPoolExecutor, failing: str, kept: str
) -> None:
    """The error is told to the one that met it, and costs no other what it wrote."""
    database = file_queue.database

    def write(name: str, meanwhile: Callable[[], None] = lambda: None) -> bool:
        try:
            with database.write() as connection:
                _insert(connection, name)
                meanwhile()
                _fail(when=name == failing)
        except RuntimeError:
            return False
        return True

    second = []

    def begin_second() -> None:
        second.append(another.submit(write, "second"))
        _await_waiting(database)

    is_first_kept = write("first", begin_second)
    assert (is_first_kept, second[0].result(WAIT_SECONDS)) == (kept == "first", kept == "second")
    assert _names(database) == ["Ana Lindqvist", kept]


def test_what_the_database_undid_of_itself_is_told_to_all(
    file_queue: Queue, another: ThreadPoolExecutor
) -> None:
    """A full disk may take back all that is not committed; OR ROLLBACK does so for certain."""
    database = file_queue.database

    def lose_all() -> None:
        with database.write() as connection:
            connection.execute(
                sa.text(
                    "INSERT OR ROLLBACK INTO candidates "
                    "SELECT * FROM candidates WHERE name = 'Ana Lindqvist'"
                )
            )

    def write_first() -> None:
        with database.write() as connection:
            _insert(connection, "first")
            second.append(another.submit(lose_all))
            _await_waiting(database)

    second: list[Future[None]] = []
    with pytest.raises(StorageUnusable):
        write_first()
    assert isinstance(second[0].exception(WAIT_SECONDS), sa.exc.IntegrityError)
    assert _names(database) == ["Ana Lindqvist"]
    with database.write() as connection:
        _insert(connection, "later")
    assert _names(database) == ["Ana Lindqvist", "later"]


def test_a_write_that_was_handed_on_to_nobody_is_committed(file_queue: Queue) -> None:
    """The thread that waited gave up just then: whoever wrote commits it after all."""
    file_queue.database._turns._waiting += 1
    with file_queue.database.write() as connection:
        _insert(connection, "alone")
    file_queue.database._turns._waiting -= 1
    assert _names(file_queue.database) == ["Ana Lindqvist", "alone"]


def test_a_turn_that_does_not_come_is_told_in_time(
    file_queue: Queue, another: ThreadPoolExecutor
) -> None:
    """A thread waits for another as long as it would for another process."""
    impatient = Database(str(file_queue.database.url), busy_timeout_seconds=0.05)

    def write() -> None:
        with impatient.write() as connection:
            _insert(connection, "late")

    with impatient.write() as connection:
        _insert(connection, "first")
        assert isinstance(another.submit(write).exception(WAIT_SECONDS), StorageUnusable)
    assert _names(impatient) == ["Ana Lindqvist", "first"]
    impatient.close()
