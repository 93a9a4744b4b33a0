"""What was told and what is still to be told: the table `notices`, each change one guarded write.

A notice is claimed before it is told: its next try is put off until the telling must be over, so
that of two services only one tells it, and a crash in the middle leaves it to be told again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.database import Database
from service.notices.records import Matter
from service.schema import notices

FIRST_WAIT = timedelta(minutes=5)
"""Until the second try; longer than telling by every channel may take."""

LONGEST_WAIT = timedelta(hours=1)

_UNTOLD = sa.and_(notices.c.told_at.is_(None), notices.c.settled_at.is_(None))


@dataclass(frozen=True, slots=True)
class _Row:
    """What is known of one matter; `text` is its subject and message."""

    text: tuple[str, str]
    is_told: bool
    is_settled: bool


def bring_up_to_date(
    database: Database, candidate_id: int, standing: Mapping[str, Matter], *, at: datetime
) -> list[str]:
    """Note which matters stand now; return the keys of those that are to be told at `at`.

    What was not told yet and stands no more is settled. What comes back before it was ever told is
    to be told again, in its present words.
    """
    with database.read() as connection:
        rows = _read(connection, candidate_id, standing)
    changed = [
        matter for key, matter in standing.items() if key not in rows or _differs(rows[key], matter)
    ]
    gone = [
        key
        for key, row in rows.items()
        if key not in standing and not row.is_told and not row.is_settled
    ]
    if changed or gone:
        with database.write() as connection:
            for matter in changed:
                _note(connection, matter, at)
            _settle(connection, gone, at)
    with database.read() as connection:
        due = sa.select(notices.c.matter).where(
            notices.c.candidate_id == candidate_id, _UNTOLD, _is_due(at)
        )
        found = list(connection.scalars(due.order_by(notices.c.id)))
    # Another service may have noted one meanwhile that we did not find.
    return [key for key in found if key in standing]


def claim(database: Database, keys: Sequence[str], *, at: datetime) -> list[str]:
    """Take notices in hand to tell them now; return the keys of those that nobody else has.

    They count as tried from here on, and come up again when they are not recorded as told.
    """
    claimed = []
    with database.write() as connection:
        for key in keys:
            tries = connection.scalar(
                sa.update(notices)
                .where(notices.c.matter == key, _UNTOLD, _is_due(at))
                .values(tries=notices.c.tries + 1, last_error=None)
                .returning(notices.c.tries)
            )
            if tries is None:
                continue
            claimed.append(key)
            connection.execute(
                sa.update(notices)
                .where(notices.c.matter == key)
                .values(next_try_at=at + wait_after(tries))
            )
    return claimed


def wait_after(tries: int) -> timedelta:
    """Return how long after so many tries in vain the next one comes: twice as long each time."""
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)


def wait_no_more(database: Database) -> None:
    """Let what could not be told before be told now, rather than up to an hour later.

    What another service has in hand is left to it: no try of it has failed yet.
    """
    waiting = sa.and_(
        _UNTOLD, notices.c.next_try_at.is_not(None), notices.c.last_error.is_not(None)
    )
    with database.read() as connection:
        if connection.scalar(sa.select(notices.c.id).where(waiting).limit(1)) is None:
            return
    with database.write() as connection:
        connection.execute(sa.update(notices).where(waiting).values(next_try_at=None))


def record_told(
    database: Database, keys: Sequence[str], by: Sequence[str], *, at: datetime
) -> None:
    """Record which channels took these notices: they are never told again."""
    with database.write() as connection:
        connection.execute(
            sa.update(notices)
            .where(notices.c.matter.in_(keys), notices.c.told_at.is_(None))
            .values(told_at=at, told_by=", ".join(by), next_try_at=None, last_error=None)
        )


def record_untold(database: Database, keys: Sequence[str], error: str) -> None:
    """Record why no channel took these notices."""
    with database.write() as connection:
        connection.execute(
            sa.update(notices)
            .where(notices.c.matter.in_(keys), notices.c.told_at.is_(None))
            .values(last_error=error)
        )


def _read(connection: sa.Connection, candidate_id: int, standing: Iterable[str]) -> dict[str, _Row]:
    """Return what is known of the matters that stand, and of those that wait to be told."""
    rows = connection.execute(
        sa.select(notices).where(
            notices.c.candidate_id == candidate_id,
            sa.or_(_UNTOLD, notices.c.matter.in_(list(standing))),
        )
    ).mappings()
    return {
        row["matter"]: _Row(
            (row["subject"], row["message"]),
            row["told_at"] is not None,
            row["settled_at"] is not None,
        )
        for row in rows
    }


def _differs(row: _Row, matter: Matter) -> bool:
    """Whether an untold matter has new words, or was settled and has come back."""
    return not row.is_told and (row.is_settled or row.text != (matter.subject, matter.message))


def _note(connection: sa.Connection, matter: Matter, at: datetime) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(notices)
    statement = insert.values(
        candidate_id=matter.candidate_id,
        matter=matter.key,
        subject=matter.subject,
        message=matter.message,
        created_at=at,
        tries=0,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[notices.c.matter],
            set_={"subject": matter.subject, "message": matter.message, "settled_at": None},
            where=notices.c.told_at.is_(None),
        )
    )


def _settle(connection: sa.Connection, keys: Sequence[str], at: datetime) -> None:
    if keys:
        connection.execute(
            sa.update(notices)
            .where(notices.c.matter.in_(keys), _UNTOLD)
            .values(settled_at=at, next_try_at=None)
        )


def _is_due(at: datetime) -> sa.ColumnElement[bool]:
    """Whether a notice may be tried at `at`; a clock that was wrong has put off what is too far."""
    next_try_at = notices.c.next_try_at
    return sa.or_(next_try_at.is_(None), next_try_at <= at, next_try_at > at + LONGEST_WAIT)
