"""The peer in its own process: APScheduler with its own job store, jobs that note the time.

`python -m benchmarks.lateness_peer FOLDER` reads the moments of its jobs from `moments.json` there,
as seconds since the epoch, and writes how late each job began to `lateness.json`.
"""

import importlib
import json
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from service.scheduler import WORKERS

_lateness: list[float] = []
_is_done = threading.Event()


def note(moment: float, jobs: int) -> None:
    """Do the job: note how late it begins."""
    _lateness.append(time.time() - moment)
    if len(_lateness) == jobs:
        _is_done.set()


def run(folder: Path) -> None:
    """Run one date job at each moment."""
    moments: list[float] = json.loads((folder / "moments.json").read_text())
    engine = sa.create_engine(f"sqlite:///{folder / 'jobs.db'}")
    sa.event.listen(engine, "connect", _set_up)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        jobstores={"default": SQLAlchemyJobStore(engine=engine)},
        executors={"default": ThreadPoolExecutor(WORKERS)},
        job_defaults={"misfire_grace_time": None},
    )
    scheduler.start(paused=True)
    for moment in moments:
        scheduler.add_job(
            "benchmarks.lateness_peer:note",
            "date",
            run_date=datetime.fromtimestamp(moment, UTC),
            args=(moment, len(moments)),
        )
    assert time.time() < moments[0], "the jobs were not stored in time"
    scheduler.resume()
    _is_done.wait()
    scheduler.shutdown()
    (folder / "lateness.json").write_text(json.dumps(_lateness))


def _set_up(connection: Any, _record: Any) -> None:
    """Keep jobs as safe as the service keeps its mails."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


if __name__ == "__main__":
    # Jobs are found by their module's name: they must count there, not in `__main__`.
    importlib.import_module("benchmarks.lateness_peer").run(Path(sys.argv[1]))
