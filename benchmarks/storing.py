"""How fast composed follow-ups are stored, beside raw SQLite and the job stores of others.

Panels of three, an interview to a transaction, by the product's own action. The limit is the same
rows in the same grouping by raw sqlite3, WAL and FULL, into the same tables with all indexes. Both
take turns, so that a slow moment of the disk meets both.
"""

import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.peers import LATER, PEERS, Peer, opened
from providers.base import Access
from service.actions import planning, submitting
from service.actions.office import id_of
from service.actions.planning import Plan
from service.app import App
from service.clock import Clock, real_now
from service.config import Settings
from service.database import Database
from service.records import Candidate, Interview, Person
from service.schema import events, follow_ups, interviews, people, talks
from service.states import State
from tests.factories import make_interview

PANELS = 300
PEOPLE = 3
CHUNK = 50
NOW = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)
"""The evening of the interviews."""

_TABLES = (interviews, talks, people, follow_ups, events)
_LINES = (
    "You told me how bed {} is kept free for the night.",
    "I liked how you count the quiet minutes on ward {}.",
    "The rota number {} that you agreed among yourselves impressed me.",
)


REACH = 0.4
"""Of the limit."""

JOBS = 300
"""How many single jobs are stored by each of the others, and rows by raw sqlite3."""


@dataclass(frozen=True, slots=True)
class Storing:
    """Follow-ups a second: stored by us, stored raw, and written, checked and stored by us."""

    ours: float
    limit: float
    end_to_end: float


def show() -> None:
    """Print the table."""
    found = measure()
    ratio = found.ours / found.limit
    verdict = "reached" if ratio >= REACH else "NOT REACHED"
    print("storing, a second, each transaction flushed")
    print(
        f"  panels of three    {found.ours:7,.0f}  raw sqlite3 {found.limit:7,.0f}  "
        f"ratio {ratio:4.2f}  {verdict} (at least {REACH})"
    )
    print(f"  the same, written and checked first {found.end_to_end:7,.0f}")
    single = measure_raw()
    print(f"  one row to a transaction, raw sqlite3 {single:7,.0f}")
    for peer in PEERS:
        jobs = measure_peer(peer)
        print(f"  one job, {peer.name:14} {jobs:7,.0f}  ratio to that {jobs / single:4.2f}")


def measure_raw() -> float:
    """Return how many rows of one table, without indexes, raw sqlite3 stores a second."""
    with tempfile.TemporaryDirectory() as folder, closing(_connect(Path(folder) / "raw.db")) as raw:
        raw.execute("CREATE TABLE job (id INTEGER PRIMARY KEY, due REAL, body TEXT)")
        began = time.perf_counter()
        for number in range(JOBS):
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("INSERT INTO job (due, body) VALUES (?, ?)", (number, "a job" * 20))
            raw.execute("COMMIT")
        return JOBS / (time.perf_counter() - began)


def measure_peer(kind: type[Peer]) -> float:
    """Return how many single jobs another job store stores a second."""
    due_at = datetime.now(UTC) + LATER
    with tempfile.TemporaryDirectory() as folder, opened(kind, Path(folder)) as peer:
        peer.store(due_at)
        began = time.perf_counter()
        for _job in range(JOBS):
            peer.store(due_at)
        return JOBS / (time.perf_counter() - began)


def measure() -> Storing:
    """Store the panels by turns, ours and raw."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with _office(Path(folder) / "plans") as app:
            plans = [_draw_up(app, number) for number in range(PANELS)]
        planning_seconds = time.perf_counter() - began
        with _office(Path(folder) / "rows") as app:
            for plan in plans:
                _store(app, plan)
            rows = _read(app.database)
        ours = limit = 0.0
        raw = Path(folder) / "raw"
        with _office(raw):
            pass
        with (
            _office(Path(folder) / "ours") as app,
            closing(_connect(raw / "callback.db")) as connection,
        ):
            for first in range(0, PANELS, CHUNK):
                began = time.perf_counter()
                for plan in plans[first : first + CHUNK]:
                    _store(app, plan)
                ours += time.perf_counter() - began
                began = time.perf_counter()
                for each in rows[first : first + CHUNK]:
                    _store_raw(connection, each)
                limit += time.perf_counter() - began
    mails = PANELS * PEOPLE
    return Storing(mails / ours, mails / limit, mails / (planning_seconds + ours))


@contextmanager
def _office(folder: Path) -> Iterator[App]:
    """Open an office of one candidate with a local mailbox."""
    clock = Clock(start=NOW, since=real_now(), rate=0)
    app = App(Settings(), None, folder=folder, clock=clock)
    try:
        app.prepare()
        candidate = app.office.save_candidate(Candidate("Ana Lindqvist", "Europe/London"))
        begun = app.mailboxes.begin(id_of(candidate), "local", Access.DRAFTS, "http://localhost/")
        app.mailboxes.finish(id_of(candidate), begun.state, "", name=candidate.name)
        yield app
    finally:
        app.close()


def _draw_up(app: App, number: int) -> Plan:
    plan = planning.draw_up(app.office, app.office.candidate(), _make_interview(number))
    assert [mail.waiting_for for mail in plan.mails] == [None] * PEOPLE, plan.mails
    return plan


def _make_interview(number: int) -> Interview:
    names = ("Marisol Duarte", "Owen Hughes", "Priya Nair")
    panel = [
        Person(
            name,
            f"{name.split()[0].lower()}{number}@example.com",
            line=line.format(number),
            is_met=True,
        )
        for name, line in zip(names, _LINES, strict=True)
    ]
    interview = make_interview(*panel, company=f"Northgate {number} Hospital")
    return replace(interview, mailbox="local")


def _store(app: App, plan: Plan) -> None:
    done = submitting.submit(app.office, app.office.candidate(), plan)
    assert [each.state for each in done.follow_ups] == [State.SCHEDULED] * PEOPLE


def _read(database: Database) -> list[list[tuple[str, list[tuple[Any, ...]]]]]:
    """Return the rows that were stored, by interview: each table's statement with its rows."""
    stored: dict[int, dict[str, list[tuple[Any, ...]]]] = {}
    with database.read() as connection:
        for table in _TABLES:
            columns = [column.name for column in table.c if column.computed is None]
            # By the driver's own statements: no type of ours comes between.
            insert = str(sa.insert(sa.table(table.name, *map(sa.column, columns))))
            insert = re.sub(r":\w+", "?", insert)
            query: Any = sa.select(*map(sa.column, columns)).select_from(sa.table(table.name))
            of = columns.index("id" if table is interviews else "interview_id")
            for row in connection.execute(query.order_by(sa.column("id"))):
                stored.setdefault(row[of], {}).setdefault(insert, []).append(tuple(row))
    return [list(each.items()) for _id, each in sorted(stored.items())]


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _store_raw(
    connection: sqlite3.Connection, panel: Sequence[tuple[str, list[tuple[Any, ...]]]]
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for insert, rows in panel:
        connection.executemany(insert, rows)
    connection.execute("COMMIT")
