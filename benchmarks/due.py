"""How long it takes to ask what is due, beside the job stores of others, at a thousand and more.

First with nothing due, which is asked every second; then with a hundred due, all claimed. Ours is
the look of the scheduler, and the claims are those of delivery, a transaction each.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from benchmarks.peers import LATER, PEERS, Peer, opened
from service import outbox
from service.clock import real_now
from service.database import Database
from service.schema import follow_ups
from tests import databases
from tests.crowds import multiply
from tests.factories import make_queue, make_slot

SIZES = (1_000, 1_000_000)
ASKED = 30
OURS = "Call Back"
DUE = 100
CLAIMED = 7
"""How often a hundred are claimed, at the smallest size."""


REACH_MS = 0.5
"""With nothing due, on SQLite."""

REACH_GROWTH = 1.3
"""With a thousand times as many pending."""

REACH_CLAIMED_MS = 8.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Median milliseconds: with nothing due by size, and with a hundred due and claimed."""

    name: str
    nothing_due: dict[int, float]
    claimed: float


def show() -> None:
    """Print the table."""
    few, many = SIZES
    print(f"what is due, ms: nothing at {few:,} and {many:,} pending; {DUE} due and claimed")
    for asked in measure():
        growth = asked.nothing_due[many] / asked.nothing_due[few]
        print(
            f"  {asked.name:24} {asked.nothing_due[few]:8.2f} {asked.nothing_due[many]:8.2f}  "
            f"growth {growth:6.1f}  claimed {asked.claimed:7.1f}  {_judge(asked, growth)}"
        )


def _judge(asked: Asked, growth: float) -> str:
    if not asked.name.startswith(OURS):
        return ""
    missed = []
    if asked.name.endswith("sqlite") and asked.nothing_due[SIZES[0]] > REACH_MS:
        missed.append(f"at most {REACH_MS} ms")
    if growth > REACH_GROWTH:
        missed.append(f"growth at most {REACH_GROWTH}")
    if asked.claimed > REACH_CLAIMED_MS:
        missed.append(f"claimed in at most {REACH_CLAIMED_MS:.0f} ms")
    return f"NOT REACHED: {', '.join(missed)}" if missed else "reached"


def measure() -> list[Asked]:
    """Ask all of them."""
    found = [_measure_ours(kind) for kind in databases.BOTH]
    return found + [_measure_peer(peer) for peer in PEERS]


def _measure_ours(kind: str) -> Asked:
    nothing, claimed = {}, 0.0
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            queue = make_queue(Path(folder), kind)
            queue.add(slot=make_slot(real_now() + LATER))
            with closing(queue.database) as database:
                multiply(database, size, boxes=1000, owners=1000)
                if kind == "postgresql":
                    with database.write() as connection:
                        connection.execute(sa.text("ANALYZE"))
                nothing[size] = _median(lambda: _look(database), ASKED)
                if size == SIZES[0]:
                    claimed = _median_claimed(
                        lambda: _let_be_due(database), lambda: _claim(database)
                    )
    return Asked(f"{OURS} on {kind}", nothing, claimed)


def _look(database: Database) -> None:
    """Ask as the scheduler does at each look."""
    now = real_now()
    with database.read() as connection:
        outbox.find_mailboxes_with_work(connection, now)
        outbox.list_coming(connection, now, until=now + timedelta(seconds=1), most=1000)


def _let_be_due(database: Database) -> None:
    """Let a hundred more of one mailbox be due."""
    waiting = (
        sa.select(follow_ups.c.id)
        .where(follow_ups.c.state == "scheduled")
        .order_by(follow_ups.c.id)
        .limit(DUE)
    )
    due_at = real_now() - timedelta(minutes=1)
    with database.write() as connection:
        ids = connection.scalars(waiting).all()
        due = sa.update(follow_ups).where(follow_ups.c.id.in_(ids))
        connection.execute(due.values(mailbox_id=1, slot_at=due_at))


def _claim(database: Database) -> int:
    now = real_now()
    with database.read() as connection:
        (box,) = outbox.find_mailboxes_with_work(connection, now)
    claimed = 0
    while True:
        with database.write() as connection:
            due = outbox.find_due(connection, box, now)
            if due is None:
                return claimed
            outbox.claim(connection, due, mailbox_id=box, access="drafts", owner="bench", at=now)
        claimed += 1


def _measure_peer(kind: type[Peer]) -> Asked:
    nothing, claimed = {}, 0.0
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, opened(kind, Path(folder)) as peer:
            peer.store(datetime.now(UTC) + LATER)
            peer.multiply(size)
            nothing[size] = _median(peer.take_due, ASKED)
            if size == SIZES[0]:
                claimed = _median_claimed(partial(_store_due, peer), peer.take_due)
    return Asked(kind.name, nothing, claimed)


def _store_due(peer: Peer) -> None:
    for _job in range(DUE):
        peer.store(datetime.now(UTC) - timedelta(seconds=1))


def _median_claimed(prepare: Callable[[], None], claim: Callable[[], int]) -> float:
    taken = []
    for _run in range(CLAIMED):
        prepare()
        began = time.perf_counter()
        assert claim() == DUE
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _median(ask: Callable[[], object], runs: int) -> float:
    ask()
    taken = []
    for _run in range(runs):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
