"""How late a mail goes out, beside APScheduler's own job store in the same run.

The service runs in its own process, as users run it, on the office of `lateness_office`. Nothing in
it is changed to be measured: a mail's row says when it was claimed and when its end was recorded
(after it stood in the mailbox, flushed), and the file system says when it was placed there. The
peer's job does nothing but note the time.
"""

import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks import lateness_office
from service import timing
from service.app import LOCAL_FOLDER
from service.clock import real_now
from service.records import Place
from service.schema import attempts, follow_ups
from service.states import State

REACH_ONE_SECONDS = 0.050
REACH_SPREAD_SECONDS = 0.100
REACH_PLAN_SECONDS = 0.001

SINGLES = 100
PLANS = 501

_WARMING_UP = timedelta(seconds=4)
_STORING = timedelta(seconds=12)
_LONGEST_SECONDS = 180
_TICK_SECONDS = 0.004
"""How coarsely the file system tells time: it may say so much too early."""


@dataclass(frozen=True, slots=True)
class Case:
    """When the mails of one measurement fall due, in seconds from its start."""

    title: str
    offsets: tuple[float, ...]
    reach_seconds: float | None


CASES = (
    # The golden ratio keeps the moments from falling in step with the scheduler's looks.
    Case(
        "one mail due at a time",
        tuple(n * 0.6180339887 for n in range(SINGLES)),
        REACH_ONE_SECONDS,
    ),
    Case("2,000 over 20 s", tuple(n / 100 for n in range(2000)), REACH_SPREAD_SECONDS),
    Case("1,000 in one second", (0.0,) * 1000, None),
)


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late each mail was, in seconds: claimed, in the mailbox, and recorded as sent."""

    claimed: tuple[float, ...]
    placed: tuple[float, ...]
    recorded: tuple[float, ...]


def show() -> None:
    """Print the tables."""
    _show_plan()
    mailboxes = lateness_office.MAILBOXES
    print(f"lateness over {mailboxes} local mailboxes, p50 and p99 in ms; early ones must be none")
    with tempfile.TemporaryDirectory() as folder:
        office = Path(folder) / "office"
        office.mkdir()
        lateness_office.make(office)
        for case in CASES:
            _show_case(case, office)


def _show_case(case: Case, office: Path) -> None:
    peer = measure_peer(case)
    ours = measure(case, office)
    reach = case.reach_seconds
    verdict = ""
    if reach is not None:
        verdict = "reached" if _percentile(ours.recorded, 99) <= reach else "NOT REACHED"
        verdict = f"{verdict} (at most {reach * 1000:.0f} ms)"
    print(f"{case.title}: {len(case.offsets)} mails")
    print(_line("claimed", ours.claimed))
    print(_line("in the mailbox", ours.placed, _TICK_SECONDS))
    print(_line("recorded as sent", ours.recorded), "", verdict)
    print(_line("APScheduler's job", peer))


def _line(what: str, seconds: Sequence[float], grain: float = 0.0) -> str:
    early = sum(each < -grain for each in seconds)
    p50, p99 = (_percentile(seconds, n) * 1000 for n in (50, 99))
    return f"  {what:18} p50 {p50:8.1f}  p99 {p99:8.1f}  early {early}"


def measure(case: Case, office: Path) -> Lateness:
    """Let the mails of a case fall due in a running service."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(office, home)
        app = lateness_office.open_office(home)
        try:
            with _service(home):
                start = real_now() + _WARMING_UP
                lateness_office.move(app, _moments(case, start))
                assert real_now() < start, "the mails were not moved in time"
                _wait(app.database.read, len(case.offsets), case.offsets[-1])
            with app.database.read() as connection:
                return _read(connection, home / LOCAL_FOLDER / "new")
        finally:
            app.close()


def measure_peer(case: Case) -> list[float]:
    """Let the peer's jobs fall due at the same distances."""
    with tempfile.TemporaryDirectory() as folder:
        moments = [moment.timestamp() for moment in _moments(case, real_now() + _STORING)]
        (Path(folder) / "moments.json").write_text(json.dumps(moments))
        command = (sys.executable, "-m", "benchmarks.lateness_peer", folder)
        subprocess.run(command, check=True, timeout=_LONGEST_SECONDS)
        seconds: list[float] = json.loads((Path(folder) / "lateness.json").read_text())
    assert len(seconds) == len(case.offsets)
    return seconds


def _moments(case: Case, start: datetime) -> list[datetime]:
    return [start + timedelta(seconds=offset) for offset in case.offsets]


@contextmanager
def _service(home: Path) -> Iterator[None]:
    """Run the service as users run it, from its first word to its last."""
    environment = {**os.environ, "CALLBACK_HOME": str(home)}
    log = home / "service.log"
    with log.open("w") as words:
        process = subprocess.Popen(
            (sys.executable, "-m", "service", "run"), env=environment, stderr=words
        )
        try:
            while "service started" not in log.read_text():
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _wait(
    read: Callable[[], AbstractContextManager[sa.Connection]], mails: int, last: float
) -> None:
    """Wait until all have gone, looking rarely: to look costs the service time."""
    time.sleep(_WARMING_UP.total_seconds() + last + 0.5)
    give_up = time.monotonic() + _LONGEST_SECONDS
    query = sa.select(sa.func.count()).where(follow_ups.c.state == State.SENT)
    while time.monotonic() < give_up:
        with read() as connection:
            if connection.scalar(query) == mails:
                return
        time.sleep(1)
    raise AssertionError("not all mails went")


def _read(connection: sa.Connection, placed: Path) -> Lateness:
    """Read from the table and the mailbox when each mail went."""
    rows = connection.execute(
        sa.select(
            follow_ups.c.slot_at, attempts.c.started_at, follow_ups.c.sent_at, attempts.c.sent_id
        )
        .join(attempts, attempts.c.follow_up_id == follow_ups.c.id)
        .where(follow_ups.c.state == State.SENT)
    ).all()
    assert len(rows) == len(list(placed.iterdir())), "a mail was tried twice, or is not there"
    claimed, recorded, files = [], [], []
    for due_at, started_at, sent_at, name in rows:
        stood_at = datetime.fromtimestamp((placed / name).stat().st_ctime, UTC)
        claimed.append((started_at - due_at).total_seconds())
        recorded.append((sent_at - due_at).total_seconds())
        files.append((stood_at - due_at).total_seconds())
    return Lateness(tuple(claimed), tuple(files), tuple(recorded))


def _percentile(seconds: Sequence[float], n: int) -> float:
    """Return the smallest value that `n` percent of the values do not exceed."""
    return sorted(seconds)[math.ceil(len(seconds) * n / 100) - 1]


def _show_plan() -> None:
    """Print how long one slot takes, once its country's calendar is loaded."""
    now = datetime(2026, 12, 8, 16, 0, tzinfo=UTC)
    reader = timing.Reader(
        "m.duarte@example.com", Place("Europe/London", country="GB", subdivision="ENG")
    )
    ends_at = now - timedelta(hours=1)
    seconds = []
    for _run in range(PLANS):
        began = time.perf_counter()
        timing.plan(
            ends_at - timedelta(hours=1),
            ends_at,
            [reader],
            timing.Policy(),
            now,
            user_zone="Europe/London",
        )
        seconds.append(time.perf_counter() - began)
    median = statistics.median(seconds[1:])
    verdict = "reached" if median < REACH_PLAN_SECONDS else "NOT REACHED"
    print(
        f"one slot, median of {PLANS - 1} once the calendar is loaded  {median * 1000:.3f} ms"
        f"  (the first, loading it: {seconds[0] * 1000:.0f} ms)  {verdict} (under 1 ms)"
    )
