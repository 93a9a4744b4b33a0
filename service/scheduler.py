"""When to look again. Holds no follow-ups: the table is the truth, APScheduler only keeps time.

One job that looks every `POLL_SECONDS`, because another process may have submitted something, and
ticks in between when something falls due: a look notes what comes before the next one, so that a
tick need ask nobody. Rounds run in a pool of threads, one mailbox in one thread at a time; a tick
hands work over and returns. What falls due in a mailbox that is worked has its round right after,
for that one may have asked for the last time already. A watch notices
when the computer's clock was set or stood still, and looks at once: APScheduler counts by the wall
clock and would fall silent for as long as it was set back.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor as TickPool
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from service import outbox
from service.clock import Clock, JumpWatch, real_now
from service.database import Database
from service.heartbeats import LOOKING_SECONDS
from service.logs import log

POLL_SECONDS = 1.0
"""How soon a follow-up is noticed that another process made due at once. Real time."""

WATCH_SECONDS = 0.5
WORKERS = 16
"""How many mailboxes are worked at the same time."""

MOST_COMING = 1000
"""How many moments a look notes at most; when they have passed, it looks again."""


@dataclass(frozen=True, slots=True)
class Chore:
    """What is done every so many seconds of real time, beside the sending, by one thread."""

    name: str
    seconds: float
    do: Callable[[], object]


_LOOK = "look"
_INSTANCES = 10


class Scheduler:
    """Keeps looking until it is stopped. `work` does all there is to do in one mailbox.

    Chores begin at once; one that takes longer than its time is not begun a second time.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        work: Callable[[int], object],
        chores: Iterable[Chore] = (),
        *,
        most_coming: int = MOST_COMING,
    ) -> None:
        self._database = database
        self._clock = clock
        self._work = work
        self._chores = tuple(chores)
        self._most_coming = most_coming
        self._busy: dict[int, bool] = {}
        """The mailboxes in hand, and whether each has had something fall due since its start."""
        self._busy_lock = threading.Lock()
        self._coming: deque[outbox.Moment] = deque()
        self._look_at = 0.0
        """When to look again, by the monotonic clock."""
        self._looked_at = -LOOKING_SECONDS
        """When it last looked, and was answered, by the same."""
        self._tick_lock = threading.RLock()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="mailbox")
        self._ticks = TickPool()
        # misfire_grace_time=None: the default of one second drops what comes late, without a word.
        self._timer = BackgroundScheduler(
            timezone=UTC,
            executors={"default": self._ticks},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        # Its watch begins here: a clock set before the thread is up must not go unseen.
        self._watch = threading.Thread(
            target=self._watch_clocks, args=[JumpWatch()], name="clock-watch", daemon=True
        )

    @property
    def is_stopping(self) -> bool:
        """Whether work in hand should be the last."""
        return self._stopping.is_set()

    @property
    def is_looking(self) -> bool:
        """Whether it has looked lately for what is due, as whoever watches the service asks."""
        return time.monotonic() - self._looked_at < LOOKING_SECONDS

    @property
    def looked_at(self) -> datetime:
        """When it last looked, and was answered, in real time; long ago before it started."""
        return real_now() - timedelta(seconds=time.monotonic() - self._looked_at)

    def makes_way(self, mailbox_id: int) -> bool:
        """Whether the round over a mailbox is to end, because others wait for theirs.

        It is then taken up again after them.
        """
        with self._busy_lock:
            do_others_wait = len(self._busy) > WORKERS
            if do_others_wait:
                self._busy[mailbox_id] = True
        return do_others_wait

    def start(self) -> None:
        """Start looking, and the chores; returns at once."""
        # Several instances: APScheduler drops a job for good that falls due while the thread of
        # its last run has not quite ended. The interval runs on whatever becomes of one tick.
        self._timer.add_job(
            self._tick,
            _Every(POLL_SECONDS),
            id=_LOOK,
            next_run_time=real_now(),
            max_instances=_INSTANCES,
        )
        for chore in self._chores:
            self._timer.add_job(
                self._do,
                _Every(chore.seconds),
                args=[chore],
                id=chore.name,
                next_run_time=real_now(),
            )
        self._looked_at = time.monotonic()
        self._timer.start()
        self._watch.start()

    def stop(self) -> None:
        """Stop looking, and wait until every mail in hand is finished."""
        self._stopping.set()
        self._watch.join()
        # Asked to wait, APScheduler does so under the lock that a tick needs to set the next one.
        self._timer.shutdown(wait=False)
        self._ticks.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def look(self) -> None:
        """Hand every mailbox with work to a thread, and note what comes before the next look."""
        with self._tick_lock:
            now, looked_at = self._clock.now(), time.monotonic()
            until = now + timedelta(seconds=POLL_SECONDS * self._clock.rate)
            with self._database.read() as connection:
                mailbox_ids = outbox.find_mailboxes_with_work(connection, now)
                coming = outbox.list_coming(connection, now, until=until, most=self._most_coming)
            is_all = len(coming) < self._most_coming
            seconds = POLL_SECONDS if is_all else self._clock.seconds_until(coming[-1].at)
            self._coming, self._look_at = deque(coming), looked_at + seconds
            self._looked_at = looked_at
        for mailbox_id in mailbox_ids:
            self._hand_over(mailbox_id)

    def _tick(self) -> None:
        with self._tick_lock:
            try:
                if time.monotonic() >= self._look_at:
                    self.look()
                else:
                    self._hand_over_due()
                seconds = self._seconds_to_next()
            except Exception as error:  # noqa: BLE001 - one tick must not end the service
                log.error("look failed", action="look", error=error)
                seconds = POLL_SECONDS
        if seconds < POLL_SECONDS and not self.is_stopping:
            moment = real_now() + timedelta(seconds=seconds)
            try:
                self._timer.modify_job(_LOOK, next_run_time=moment)
            except JobLookupError:
                if not self.is_stopping:
                    raise

    def _hand_over_due(self) -> None:
        """Hand over the mailboxes whose noted moments have come; each looks for itself what is."""
        now = self._clock.now()
        while self._coming and self._coming[0].at <= now:
            self._hand_over(self._coming.popleft().mailbox_id)

    def _seconds_to_next(self) -> float:
        seconds = max(0.0, self._look_at - time.monotonic())
        if self._coming:
            seconds = min(seconds, self._clock.seconds_until(self._coming[0].at))
        return seconds

    def _hand_over(self, mailbox_id: int) -> None:
        with self._busy_lock:
            if mailbox_id in self._busy:
                self._busy[mailbox_id] = True
                return
            self._busy[mailbox_id] = False
        self._pool.submit(self._work_one, mailbox_id)

    def _work_one(self, mailbox_id: int) -> None:
        with self._busy_lock:
            self._busy[mailbox_id] = False
        try:
            self._work(mailbox_id)
        except Exception as error:  # noqa: BLE001 - one mailbox must not stop the others
            log.error("round failed", action="work", mailbox=mailbox_id, error=error)
        finally:
            with self._busy_lock:
                has_more = self._busy.pop(mailbox_id)
        if has_more and not self.is_stopping:
            self._hand_over(mailbox_id)

    def _do(self, chore: Chore) -> None:
        try:
            chore.do()
        except Exception as error:  # noqa: BLE001 - one chore must not end the service
            log.error("chore failed", action=chore.name, error=error)

    def _watch_clocks(self, watch: JumpWatch) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            jump = watch.jump()
            if jump:
                seconds = int(jump.total_seconds())
                log.warning("the clock jumped", action="clock", seconds=seconds)
                self._look_at = 0.0
                for job in self._timer.get_jobs():
                    job.modify(next_run_time=real_now())


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Comes round so many seconds after it last did; what was missed is not made up for.

    APScheduler's own interval trigger lists every moment that was missed, which coalescing throws
    away: a clock that stood in 2020 and is set right makes that hundreds of millions of moments,
    for minutes, and out of memory (APScheduler 3.11.3, `Job._get_run_times`, 2026-11).
    """

    def __init__(self, seconds: float) -> None:
        self._step = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """Return when it next comes round, counted from `now`."""
        return now + self._step
