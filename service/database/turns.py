"""The writes of one process to SQLite: one thread after the other, several to a commit.

SQLite has no queue for its write lock, it lets threads sleep and try again, up to a tenth of a
second at a time; and each commit costs a flush of the disk.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from service.database import explaining

_LEFT_ALONE_SECONDS = 0.1
"""After so long a thread whose write was handed on looks whether there is anybody to commit it."""


@dataclass(slots=True)
class _Batch:
    """What several threads write in one transaction; `error` is why it could not be committed."""

    connection: sa.Connection
    transaction: sa.RootTransaction
    writes: int = 0
    error: BaseException | None = None
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def can_go_on(self) -> bool:
        """Whether there is a sound transaction that another may write in."""
        return self.error is None and self.transaction.is_active


class Turns:
    """Gives the threads of a process their turn to write.

    Whoever has written hands the open transaction on to the next that waits, and waits itself
    until it is committed; whoever finds nobody waiting commits it. A write that fails is undone
    alone. No batch holds more writes than there are threads, for each waits for its end.
    """

    def __init__(self, engine: sa.Engine, timeout_seconds: float) -> None:
        self._engine = engine
        self._timeout_seconds = timeout_seconds
        self._turn = threading.Lock()
        self._waiting = 0
        self._waiting_lock = threading.Lock()
        self._batch: _Batch | None = None

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Take a turn; what was written in it is committed when this returns."""
        self._take_turn()
        try:
            batch = self._batch = self._batch or self._begin()
            try:
                with self._part_of(batch):
                    yield batch.connection
            finally:
                if not (self._waiting and batch.can_go_on):
                    self._end(batch)
        finally:
            self._turn.release()
        self._wait(batch)

    def _take_turn(self) -> None:
        with self._waiting_lock:
            self._waiting += 1
        is_mine = self._turn.acquire(timeout=self._timeout_seconds)
        with self._waiting_lock:
            self._waiting -= 1
        if not is_mine:
            raise explaining.busy(self._engine.url)

    def _begin(self) -> _Batch:
        connection = self._engine.connect().execution_options(callback_writes=True)
        try:
            return _Batch(connection, connection.begin())
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def _part_of(self, batch: _Batch) -> Iterator[None]:
        """Undo what one thread wrote when it fails: alone, or with the batch that it began."""
        batch.writes += 1
        part = batch.transaction if batch.writes == 1 else batch.connection.begin_nested()
        try:
            yield
            if part is not batch.transaction:
                part.commit()
        except BaseException as error:
            try:
                part.rollback()
            except DBAPIError as undone:
                # SQLite has undone all of it already, as it may on a full disk.
                batch.error = error if isinstance(error, DBAPIError) else undone
            raise

    def _end(self, batch: _Batch) -> None:
        """Commit what was handed on so far; whoever wrote it hears in `_wait` if that failed."""
        self._batch = None
        try:
            if batch.can_go_on:
                batch.transaction.commit()
        except BaseException as error:  # noqa: BLE001 - it is raised where each of them waits
            batch.error = error
        finally:
            if batch.error is not None:
                batch.connection.invalidate()
            batch.connection.close()
            batch.is_over.set()

    def _wait(self, batch: _Batch) -> None:
        # Whoever was waiting for a turn may have given up just as the batch was handed on.
        while not batch.is_over.wait(_LEFT_ALONE_SECONDS):
            if self._turn.acquire(blocking=False):
                if self._batch is batch:
                    self._end(batch)
                self._turn.release()
        if isinstance(batch.error, DBAPIError):
            raise explaining.explain(batch.error, self._engine.url) from batch.error
        if batch.error is not None:
            raise batch.error
