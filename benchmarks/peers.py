"""The job stores of others, each asked in its own words for what ours is asked for.

A job does nothing and is due a year from now, unless it is said to be due. Where many are to be
there before anything is measured, they are copies of one that was stored the usual way.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa

from tests import databases

LATER = timedelta(days=365)
T = TypeVar("T")


def do_nothing() -> None:
    """Be what is to be done."""


class Peer(ABC):
    """A job store in a folder, or where an address says for those on PostgreSQL."""

    name: ClassVar[str]
    is_sqlite: ClassVar[bool]

    @abstractmethod
    def __init__(self, where: Any) -> None: ...

    @abstractmethod
    def store(self, due_at: datetime) -> None:
        """Store one job durably."""

    @abstractmethod
    def multiply(self, count: int) -> None:
        """Let there be so many jobs like the only one there is."""

    @abstractmethod
    def take_due(self) -> int:
        """Claim every job that is due now, as its worker does; return how many there were."""

    @abstractmethod
    def close(self) -> None:
        """Give back what was opened."""


class APScheduler(Peer):
    """APScheduler 3 with its SQLAlchemyJobStore, on WAL with synchronous=FULL."""

    name = "APScheduler"
    is_sqlite = True

    def __init__(self, folder: Path) -> None:
        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
        from apscheduler.schedulers.background import BackgroundScheduler

        self._engine = sa.create_engine(f"sqlite:///{folder / 'apscheduler.db'}")
        sa.event.listen(self._engine, "connect", _set_up)
        self._jobs = SQLAlchemyJobStore(engine=self._engine)
        self._scheduler = BackgroundScheduler(jobstores={"default": self._jobs}, timezone=UTC)
        self._scheduler.start(paused=True)

    def store(self, due_at: datetime) -> None:
        """See `Peer`."""
        self._scheduler.add_job(
            do_nothing, "date", run_date=due_at, misfire_grace_time=None, coalesce=True
        )

    def multiply(self, count: int) -> None:
        """See `Peer`."""
        _multiply(
            self._engine,
            "INSERT INTO apscheduler_jobs (id, next_run_time, job_state) "
            "SELECT 'job ' || n, next_run_time + n, job_state FROM numbers, apscheduler_jobs",
            count,
        )

    def take_due(self) -> int:
        """See `Peer`: a job that has no further time is taken out before it is run."""
        due = self._jobs.get_due_jobs(datetime.now(UTC))
        for job in due:
            self._jobs.remove_job(job.id)
        return len(due)

    def close(self) -> None:
        """See `Peer`."""
        self._scheduler.shutdown(wait=False)
        self._engine.dispose()


class Huey(Peer):
    """Huey on SQLite in WAL, each write flushed."""

    name = "huey"
    is_sqlite = True

    def __init__(self, folder: Path) -> None:
        from huey import SqliteHuey

        self._file = folder / "huey.db"
        self._huey = SqliteHuey(filename=str(self._file), fsync=True, utc=True)
        self._task = self._huey.task()(do_nothing)

    def store(self, due_at: datetime) -> None:
        """See `Peer`."""
        self._task.schedule(eta=due_at)

    def multiply(self, count: int) -> None:
        """See `Peer`."""
        engine = sa.create_engine(f"sqlite:///{self._file}")
        _multiply(
            engine,
            "INSERT INTO schedule (queue, data, timestamp) "
            "SELECT queue, data, timestamp + n FROM numbers, schedule",
            count,
        )
        engine.dispose()

    def take_due(self) -> int:
        """See `Peer`: a scheduler moves what is due to a queue, a worker takes it from there."""
        now = datetime.now(UTC).replace(tzinfo=None)
        for task in self._huey.read_schedule(now):
            self._huey.enqueue(task)
        taken = 0
        while self._huey.dequeue() is not None:
            taken += 1
        return taken

    def close(self) -> None:
        """See `Peer`."""
        self._huey.storage.close()


class Procrastinate(Peer):
    """Procrastinate on PostgreSQL."""

    name = "procrastinate"
    is_sqlite = False

    def __init__(self, url: str) -> None:
        from procrastinate import App, SyncPsycopgConnector

        self._engine = sa.create_engine(url)
        connector = SyncPsycopgConnector(conninfo=_conninfo(url))
        self._app = App(connector=connector)
        self._app.open()
        self._app.schema_manager.apply_schema()
        self._task = self._app.task(name="nothing")(do_nothing)
        with self._engine.begin() as connection:
            worker = sa.text("SELECT procrastinate_register_worker_v1()")
            self._worker = connection.execute(worker).scalar_one()

    def store(self, due_at: datetime) -> None:
        """See `Peer`."""
        self._task.configure(schedule_at=due_at).defer()

    def multiply(self, count: int) -> None:
        """See `Peer`."""
        _multiply(
            self._engine,
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at) "
            "SELECT queue_name, task_name, args, scheduled_at + n * interval '1 second' "
            "FROM numbers, procrastinate_jobs",
            count,
        )

    def take_due(self) -> int:
        """See `Peer`: a worker fetches one job after the other."""
        from procrastinate.sql import queries

        taken = 0
        while True:
            row = self._app.connector.get_sync_connector().execute_query_one(
                query=queries["fetch_job"], queues=None, worker_id=self._worker
            )
            if row["id"] is None:
                return taken
            taken += 1

    def close(self) -> None:
        """See `Peer`."""
        self._app.close()
        self._engine.dispose()


class PgQueuer(Peer):
    """pgqueuer on PostgreSQL, which takes what is due a batch at a time."""

    name = "pgqueuer"
    is_sqlite = False

    def __init__(self, url: str) -> None:
        import uuid

        import psycopg
        from pgqueuer.queries import EntrypointExecutionParameter, Queries

        self._engine = sa.create_engine(url)
        self._loop = asyncio.new_event_loop()
        opening = psycopg.AsyncConnection.connect(_conninfo(url), autocommit=True)
        self._connection = self._loop.run_until_complete(opening)
        self._queries = Queries.from_psycopg_connection(self._connection)
        self._run(self._queries.install)
        self._entrypoints: Any = {"nothing": EntrypointExecutionParameter(0)}
        self._manager: Any = uuid.uuid4()

    def _run(self, call: Callable[..., Awaitable[T]], *given: Any, **named: Any) -> T:
        async def do() -> T:
            return await call(*given, **named)

        return self._loop.run_until_complete(do())

    def store(self, due_at: datetime) -> None:
        """See `Peer`."""
        self._run(self._queries.enqueue, "nothing", None, execute_after=due_at - datetime.now(UTC))

    def multiply(self, count: int) -> None:
        """See `Peer`."""
        _multiply(
            self._engine,
            "INSERT INTO pgqueuer (priority, entrypoint, status, execute_after) "
            "SELECT priority, entrypoint, status, execute_after + n * interval '1 second' "
            "FROM numbers, pgqueuer",
            count,
        )

    def take_due(self) -> int:
        """See `Peer`."""
        jobs = self._run(
            self._queries.dequeue,
            batch_size=1000,
            entrypoints=self._entrypoints,
            queue_manager_id=self._manager,
            global_concurrency_limit=None,
            heartbeat_timeout=timedelta(seconds=30),
        )
        return len(jobs)

    def close(self) -> None:
        """See `Peer`."""
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()
        self._engine.dispose()


@contextmanager
def opened(kind: type[Peer], folder: Path) -> Iterator[Peer]:
    """Open an empty job store."""
    peer = kind(folder if kind.is_sqlite else databases.make_url(folder, "postgresql"))
    try:
        yield peer
    finally:
        peer.close()


PEERS: tuple[type[Peer], ...] = (APScheduler, Huey, Procrastinate, PgQueuer)


def _set_up(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _multiply(engine: sa.Engine, insert: str, count: int) -> None:
    """Run an INSERT ... SELECT over a table `numbers`, whose `n` is 1 and so on."""
    numbers = (
        "WITH RECURSIVE numbers(n) AS "
        "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :last) SELECT"
    )
    with engine.begin() as connection:
        many = sa.text(insert.replace("SELECT", numbers, 1))
        connection.execute(many, {"last": count - 1})
        if engine.dialect.name != "sqlite":
            connection.execute(sa.text("ANALYZE"))


def _conninfo(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
