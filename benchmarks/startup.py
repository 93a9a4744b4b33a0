"""How long a command takes to answer, beside the libraries it cannot do without.

The peer is `python -c "import sqlalchemy, typer"`. Commands alternate with the peer, run for run,
so that a slow moment of the computer meets both; the ratio is that of the medians.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from service import outbox
from service.states import State
from tests.factories import make_queue

RUNS = 15
MAILS = 1000
REACH = 2.0
PEER = (sys.executable, "-c", "import sqlalchemy, typer")
FORBIDDEN = ("googleapiclient", "google", "msal", "fastapi", "uvicorn", "alembic")


def show() -> None:
    """Print the table."""
    with _home() as environment:
        print("start of a command, median of", RUNS, "runs; reach: at most", REACH)
        for name in ("--help", "list"):
            command = (sys.executable, "-m", "service", name)
            ours, peer = _measure(command, environment)
            ratio = ours / peer
            verdict = "reached" if ratio <= REACH else "NOT REACHED"
            loaded = _loaded_libraries(command, environment)
            print(
                f"callback {name:8} {ours * 1000:6.0f} ms  peer {peer * 1000:6.0f} ms  "
                f"ratio {ratio:4.2f}  {verdict}  loads {', '.join(loaded) or 'none of'} "
                f"{'' if loaded else ', '.join(FORBIDDEN)}"
            )


@contextmanager
def _home() -> Iterator[dict[str, str]]:
    """Give a home with 1,000 follow-ups."""
    with tempfile.TemporaryDirectory() as folder:
        queue = make_queue(Path(folder))
        for number in range(MAILS):
            queue.add(State.SCHEDULED, company=f"Company {number}")
        with queue.database.read() as connection:
            assert len(outbox.list_follow_ups(connection, queue.candidate.id or 0)) == MAILS
        queue.database.close()
        yield {**os.environ, "CALLBACK_HOME": folder}


def _measure(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    ours, peers = [], []
    for _run in range(RUNS):
        ours.append(_time(command, environment))
        peers.append(_time(PEER, environment))
    return statistics.median(ours), statistics.median(peers)


def _time(command: Sequence[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def _loaded_libraries(command: Sequence[str], environment: dict[str, str]) -> list[str]:
    """Return which of the libraries that must not be loaded are loaded all the same."""
    done = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    names = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines())
    modules = {name.partition(".")[0] for name in names}
    return sorted(modules & set(FORBIDDEN))
