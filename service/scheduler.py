"""When to look again. Holds no follow-ups: the table is the truth, APScheduler only keeps time.

One job that looks every `POLL_SECONDS`, because another process may have submitted something, and
sooner when something is due sooner. Rounds run in a pool of
threads, one mailbox in one thread at a time; a tick hands work over and returns. A watch notices
when the computer's clock was set or stood still, and looks at once: APScheduler counts by the wall
clock and would fall silent for as long as it was set back.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from service import outbox
from service.clock import Clock, JumpWatch, real_now
from service.database import Database
from service.errors import StorageUnusable
from service.logs import log

POLL_SECONDS = 1.0
"""How soon a follow-up is noticed that another process made due at once. Real time."""

BEAT_SECONDS = 10
"""How often the service says that it is alive. Real time."""

WATCH_SECONDS = 0.5
WORKERS = 16
"""How many mailboxes are worked at the same time."""

_LOOK = "look"
_INSTANCES = 10


class Scheduler:
    """Keeps looking until it is stopped. `work` does all there is to do in one mailbox."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        work: Callable[[int], object],
        beat: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._work = work
        self._beat = beat
        self._busy: set[int] = set()
        self._busy_lock = threading.Lock()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="mailbox")
        # misfire_grace_time=None: the default of one second drops what comes late, without a word.
        self._timer = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._watch = threading.Thread(target=self._watch_clocks, name="clock-watch", daemon=True)

    @property
    def is_stopping(self) -> bool:
        """Whether work in hand should be the last."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Start looking, and saying that we are alive; returns at once."""
        # Several instances: APScheduler drops a job for good that falls due while the thread of
        # its last run has not quite ended. The interval runs on whatever becomes of one tick.
        self._timer.add_job(
            self._tick,
            IntervalTrigger(seconds=POLL_SECONDS, timezone=UTC),
            id=_LOOK,
            next_run_time=real_now(),
            max_instances=_INSTANCES,
        )
        self._timer.add_job(
            self._say_alive, IntervalTrigger(seconds=BEAT_SECONDS, timezone=UTC), id="beat"
        )
        self._timer.start()
        self._watch.start()

    def stop(self) -> None:
        """Stop looking, and wait until every mail in hand is finished."""
        self._stopping.set()
        self._timer.shutdown(wait=True)
        self._pool.shutdown(wait=True)
        self._watch.join()

    def look(self) -> None:
        """Hand every mailbox that has work, and is not worked already, to a thread."""
        with self._database.read() as connection:
            mailbox_ids = outbox.find_mailboxes_with_work(connection, self._clock.now())
        for mailbox_id in mailbox_ids:
            with self._busy_lock:
                if mailbox_id in self._busy:
                    continue
                self._busy.add(mailbox_id)
            self._pool.submit(self._work_one, mailbox_id)

    def _tick(self) -> None:
        try:
            self.look()
            seconds = self._seconds_to_next()
        except Exception as error:  # noqa: BLE001 - one tick must not end the service
            log.error("look failed", action="look", error=error)
            seconds = POLL_SECONDS
        if seconds < POLL_SECONDS and not self.is_stopping:
            moment = real_now() + timedelta(seconds=seconds)
            self._timer.modify_job(_LOOK, next_run_time=moment)

    def _seconds_to_next(self) -> float:
        with self._database.read() as connection:
            moment = outbox.find_next_wake(connection, self._clock.now())
        return min(POLL_SECONDS, self._clock.seconds_until(moment)) if moment else POLL_SECONDS

    def _work_one(self, mailbox_id: int) -> None:
        try:
            self._work(mailbox_id)
        except Exception as error:  # noqa: BLE001 - one mailbox must not stop the others
            log.error("round failed", action="work", mailbox=mailbox_id, error=error)
        finally:
            with self._busy_lock:
                self._busy.discard(mailbox_id)

    def _say_alive(self) -> None:
        try:
            self._beat()
        except StorageUnusable as error:
            log.error("heartbeat failed", action="beat", error=error)

    def _watch_clocks(self) -> None:
        watch = JumpWatch()
        while not self._stopping.wait(WATCH_SECONDS):
            jump = watch.jump()
            if jump:
                seconds = int(jump.total_seconds())
                log.warning("the clock jumped", action="clock", seconds=seconds)
                for job in self._timer.get_jobs():
                    job.modify(next_run_time=real_now())
