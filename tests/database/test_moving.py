"""Everything is moved to another database whole, and never is there a second one to send from."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service import heartbeats
from service.clock import real_now
from service.database import Database
from service.errors import BadInput, Conflict, StorageUnusable
from service.schema import UtcDateTime, candidates, follow_ups, interviews, metadata
from service.schema import heartbeats as beats
from service.states import State
from service.upkeep import moving
from tests import databases
from tests.crowds import multiply
from tests.delivery import mortal
from tests.delivery.mortal import Moment
from tests.factories import TUESDAY, Queue, make_queue

Rows = dict[str, list[str]]

KINDS = pytest.mark.parametrize(
    ("kind", "other"),
    [
        pytest.param("sqlite", "postgresql", id="to-postgresql"),
        pytest.param("postgresql", "sqlite", id="to-sqlite"),
        pytest.param("sqlite", "sqlite", id="to-another-file"),
    ],
)
MOMENT = datetime(2026, 12, 8, 14, 0, 0, 123456, tzinfo=UTC)
"""With a fraction of a second, which databases might keep differently."""

SAMPLES: dict[type[sa.types.TypeEngine[Any]], Any] = {
    UtcDateTime: MOMENT,
    sa.Text: "Zoë Ñandú-Łukasz 山田 🎉\n'quoted' \"twice\" \\n 100% :name",
    sa.Integer: 7,
    sa.Boolean: True,
    sa.LargeBinary: bytes(range(256)),
    sa.Date: date(2026, 12, 8),
    sa.JSON: {"z": 1, "a": [None, 0.1, "é", {"deep": False}]},
}
MOST_POINTS = 30
FEWEST_POINTS = 2


def _ignore(_done: int, _total: int) -> None:
    return


def _read(database: Database) -> Rows:
    """Return every row of every table."""
    with database.read() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in metadata.sorted_tables
        }


def _fill(queue: Queue) -> None:
    """Put something into every table: mails in every state, and a sample of every kind of value."""
    for number, state in enumerate(State):
        queue.add(state, company=f"Firm {number}")
    with queue.database.write() as connection:
        for table in metadata.sorted_tables:
            if connection.scalar(sa.select(sa.func.count()).select_from(table)):
                continue
            values = {column.name: _sample(column) for column in table.c}
            connection.execute(sa.insert(table).values(values))


def _sample(column: sa.Column[Any]) -> Any:
    if column.name == "id" or column.foreign_keys:
        return 1
    return SAMPLES[type(column.type)]


@pytest.fixture
def target(tmp_path: Path, other: str) -> Iterator[Database]:
    """Return the database that is moved to, with nothing in it."""
    database = Database(_target_url(tmp_path, other))
    yield database
    database.close()


def _target_url(folder: Path, kind: str) -> str:
    return databases.make_url(folder / "new", kind)


@pytest.fixture
def full(tmp_path: Path, kind: str) -> Iterator[Queue]:
    """Return a queue with something in every table."""
    queue = make_queue(tmp_path, kind)
    _fill(queue)
    yield queue
    queue.database.close()


@KINDS
def test_all_of_it_arrives_and_the_old_one_is_left(full: Queue, target: Database) -> None:
    """Every value of every row; no id is given again; the old database refuses to be used."""
    with full.database.write() as connection:
        gone = sa.insert(candidates).values(
            name="Gone", zone="UTC", language="en", signature=[], created_at=TUESDAY
        )
        last_id = connection.execute(gone.returning(candidates.c.id)).scalar_one()
        connection.execute(sa.delete(candidates).where(candidates.c.id == last_id))
    before = _read(full.database)
    assert all(before.values()), "a table without a row proves nothing"
    steps: list[tuple[int, int]] = []
    contents = moving.move(full.database, target, lambda done, all_of: steps.append((done, all_of)))
    assert _read(target) == before
    assert {name: table.count for name, table in contents.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1] == 2 * sum(len(rows) for rows in before.values())
    target.prepare()
    with target.write() as connection:
        assert connection.execute(gone.returning(candidates.c.id)).scalar_one() == last_id + 1
    with pytest.raises(StorageUnusable, match="was moved to another one"):
        full.database.prepare()


@KINDS
def test_a_window_left_open_on_the_old_one_finds_nothing(full: Queue, target: Database) -> None:
    """It is told so: what it writes is not lost in a database that nobody looks into."""
    moving.move(full.database, target, _ignore)
    with (
        pytest.raises((StorageUnusable, sa.exc.ProgrammingError)),
        full.database.write() as connection,
    ):
        connection.execute(sa.update(follow_ups).values(last_error="said in the old window"))


@pytest.mark.parametrize(
    "mails",
    [
        pytest.param(2_500, id="2500-mails"),
        pytest.param(
            100_000, id="100000-mails", marks=[pytest.mark.slow, pytest.mark.timeout(1200)]
        ),
    ],
)
def test_there_and_back_it_is_identical(tmp_path: Path, mails: int) -> None:
    """From a file to PostgreSQL, and from there to a new file."""
    queue = make_queue(tmp_path, "sqlite")
    queue.add()
    multiply(queue.database, mails, boxes=20)
    _fill(queue)
    there = Database(databases.make_url(tmp_path / "there", "postgresql"))
    back = Database(databases.make_url(tmp_path / "back", "sqlite"))
    try:
        before = _read(queue.database)
        moving.move(queue.database, there, _ignore)
        moving.move(there, back, _ignore)
        assert _read(back) == before
        assert len(before["follow_ups"]) == mails + len(State)
    finally:
        for database in (queue.database, there, back):
            database.close()


@KINDS
def test_it_is_refused_while_a_service_runs(full: Queue, kind: str, target: Database) -> None:
    """Its word on PostgreSQL, its lock beside a file; and not any more when it has stopped."""
    with full.database.write() as connection:
        connection.execute(sa.update(beats).values(beat_at=real_now()))
    before = _read(full.database)
    said = {
        "postgresql": "A service runs on this database: process 7 on",
        "sqlite": "A service already runs",
    }
    with heartbeats.alone(full.database), pytest.raises(Conflict, match=said[kind]):
        moving.move(full.database, target, _ignore)
    assert _read(full.database) == before
    with full.database.write() as connection:
        silent = real_now() - heartbeats.ALIVE
        connection.execute(sa.update(beats).values(beat_at=silent))
    full.database.prepare()
    moving.move(full.database, target, _ignore)
    assert len(_read(target)["follow_ups"]) == len(before["follow_ups"])


def test_a_service_on_the_new_file_is_refused_too(tmp_path: Path) -> None:
    """It might have begun to fill it."""
    with (
        closing(make_queue(tmp_path).database) as source,
        closing(Database(databases.make_url(tmp_path / "new", "sqlite"))) as target,
    ):
        target.prepare()
        with (
            heartbeats.alone(target),
            pytest.raises(Conflict, match="A service already runs"),
        ):
            moving.move(source, target, _ignore)
        source.prepare()


@KINDS
def test_what_holds_something_is_not_moved_to(
    tmp_path: Path, full: Queue, target: Database
) -> None:
    """Nothing is mixed, and nothing is written over."""
    moving.move(full.database, target, _ignore)
    arrived = _read(target)
    with closing(make_queue(tmp_path / "other").database) as other:
        with pytest.raises(Conflict, match="holds something already"):
            moving.move(other, target, _ignore)
        other.prepare()
    assert _read(target) == arrived


def test_what_cannot_be_moved_is_said(tmp_path: Path) -> None:
    """To itself, by whatever path; and from a database that is not there."""
    queue = make_queue(tmp_path, "sqlite")
    queue.database.close()
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    itself = Database(f"sqlite:///{tmp_path / 'link' / 'callback.db'}")
    with pytest.raises(BadInput, match="in use now"):
        moving.move(queue.database, itself, _ignore)
    nowhere = Database(f"sqlite:///{tmp_path / 'nowhere.db'}")
    with pytest.raises(BadInput, match="nothing to move"):
        moving.move(nowhere, Database(f"sqlite:///{tmp_path / 'new.db'}"), _ignore)
    assert not list(tmp_path.glob("n*.db"))


def test_a_value_that_postgresql_does_not_take_is_named(tmp_path: Path) -> None:
    """SQLite keeps a NUL in a text; nothing is moved, and the row is said."""
    queue = make_queue(tmp_path, "sqlite")
    queue.add(company="Firm A")
    follow_up = queue.add(company="Firm B")
    with queue.database.write() as connection:
        where = interviews.c.id == follow_up.interview_id
        connection.execute(sa.update(interviews).where(where).values(reasons="cut\0off"))
    named = f"row {follow_up.interview_id} of interviews"
    with closing(Database(_target_url(tmp_path, "postgresql"))) as target:
        with pytest.raises(StorageUnusable, match=named):
            moving.move(queue.database, target, _ignore)
        target.prepare()
        assert not any(_read(target).values())
    with closing(queue.database):
        queue.database.prepare()


@KINDS
@pytest.mark.parametrize("moment", ["commit", "begin"])
def test_killed_at_any_moment_one_database_is_in_use(
    tmp_path: Path, kind: str, other: str, moment: Moment
) -> None:
    """Before and after every commit: never two, and the same move done again ends it."""
    log = tmp_path / "killed.log"
    with mortal.starting(log) as mortals:
        for point in range(1, MOST_POINTS):
            folder = tmp_path / str(point)
            queue, url = make_queue(folder, kind), _target_url(folder, other)
            with closing(queue.database) as source, closing(Database(url)) as target:
                _fill(queue)
                before = _read(source)
                environment = {
                    **os.environ,
                    "CALLBACK_HOME": str(folder),
                    "CALLBACK_STORAGE__URL": databases.make_url(folder, kind),
                }
                order = ("upkeep", "move-database", url)
                was_killed = mortals.run(environment, order, moment, point)
                if was_killed:
                    assert not (_holds_mails(source) and _holds_mails(target))
                    assert not mortals.run(environment, order, moment, MOST_POINTS)
                assert _read(target) == before, log.read_text()
                assert not _holds_mails(source)
                if not was_killed:
                    assert point > FEWEST_POINTS, log.read_text()
                    return
    pytest.fail("it did not come to its end")


def _holds_mails(database: Database) -> bool:
    """Whether a service that is started on it would find something to send."""
    try:
        database.prepare()
    except StorageUnusable:
        return False
    return bool(_read(database)["follow_ups"])
