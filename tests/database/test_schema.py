"""The migrations make the tables of schema.py, and the tables hold what must always hold."""

import threading
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError, StatementError

from service.database import SCHEMA_VERSION, Database
from service.errors import StorageUnusable
from service.schema import events, follow_ups, metadata
from tests.factories import Queue

ROOT = Path(__file__).parent.parent.parent


def test_migrations_from_empty_equal_the_schema(queue: Queue) -> None:
    """What a new database gets is what the program expects."""
    with queue.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_constraints_of_a_migrated_database_equal_the_schema(queue: Queue) -> None:
    """CHECKs, which the comparison above does not see, are those of schema.py."""
    with queue.database.read() as connection:
        inspector = sa.inspect(connection)
        for table in metadata.tables.values():
            wanted = {
                str(each.name) for each in table.constraints if isinstance(each, sa.CheckConstraint)
            }
            found = {str(each["name"]) for each in inspector.get_check_constraints(table.name)}
            assert found == wanted, table.name


def test_the_version_the_program_knows_is_the_newest_migration() -> None:
    """`SCHEMA_VERSION` lets every start skip Alembic; it must not lag behind."""
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert script.get_current_head() == SCHEMA_VERSION


def test_the_database_and_its_folder_are_private(tmp_path: Path) -> None:
    """Only the user can read the queue, its WAL included."""
    database = Database(f"sqlite:///{tmp_path / 'data' / 'callback.db'}")
    database.prepare()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    for path in (tmp_path / "data").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name
    database.close()


def test_two_starters_make_one_database(tmp_path: Path) -> None:
    """Both wait for each other; neither fails, and the tables are made once."""
    databases = [Database(f"sqlite:///{tmp_path / 'callback.db'}") for _ in range(4)]
    threads = [threading.Thread(target=database.prepare) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        with database.read() as connection:
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            assert found == SCHEMA_VERSION
        database.close()


def test_a_database_of_a_newer_program_is_refused(queue: Queue) -> None:
    """An older program never touches what it does not know."""
    with queue.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageUnusable, match="newer Call Back"):
        queue.database.prepare()


@pytest.mark.parametrize(
    "values",
    [
        {"state": "posted"},
        {"state": "held"},
        {"waiting_for": "words"},
        {"state": "held", "waiting_for": "patience"},
        {"slot_at": None},
        {"mailbox_id": None},
        {"to_address": None},
        {"state": "sending"},
        {"state": "sent"},
        {"proof": "accepted"},
    ],
    ids=str,
)
def test_no_row_can_stand_against_the_rules(queue: Queue, values: dict[str, object]) -> None:
    """Each CHECK prevents a row that the states do not allow."""
    follow_up = queue.add()
    with pytest.raises(IntegrityError), queue.database.write() as connection:
        connection.execute(
            sa.update(follow_ups).where(follow_ups.c.id == follow_up.id).values(values)
        )


def test_a_time_without_a_zone_never_reaches_the_database(queue: Queue) -> None:
    """Naive times are how tools end up an hour off."""
    with pytest.raises(StatementError, match="without a zone"), queue.database.write() as c:
        c.execute(sa.update(events).values(at=datetime(2026, 12, 9, 9, 0)))  # noqa: DTZ001 - the point
