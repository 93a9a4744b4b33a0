"""The scheduler keeps looking, whatever a round, a tick or a slow thread does to it."""

import logging
import queue as queues
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from service.clock import Clock, real_now
from service.heartbeats import LOOKING_SECONDS
from service.scheduler import Chore, Scheduler
from tests.delivery.installation import HandClock
from tests.factories import WEDNESDAY_MORNING, Queue, make_queue, make_slot

WAIT_SECONDS = 5.0
"""Longest wait for a round; a look comes every second at the latest."""


@dataclass(slots=True)
class Rounds:
    """Takes the place of delivery: hands each round over to the test, which says how it ends."""

    begun: "queues.Queue[int]" = field(default_factory=queues.Queue)
    is_failing: bool = False
    may_end: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_end.set()

    def work(self, mailbox_id: int) -> None:
        """Do one round."""
        self.begun.put(mailbox_id)
        assert self.may_end.wait(WAIT_SECONDS)
        if self.is_failing:
            raise RuntimeError("this round fails")


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """Return a queue with one mailbox."""
    queue = make_queue(tmp_path)
    yield queue
    queue.database.close()


@pytest.fixture
def rounds() -> Rounds:
    """Return rounds that end well."""
    return Rounds()


@pytest.fixture
def scheduler(queue: Queue, rounds: Rounds) -> Iterator[Scheduler]:
    """Return a running scheduler, a minute before the mails of the tests are due."""
    start = WEDNESDAY_MORNING - timedelta(minutes=1)
    clock = Clock(start=start, since=real_now(), rate=600)
    scheduler = Scheduler(queue.database, clock, rounds.work)
    scheduler.start()
    yield scheduler
    rounds.may_end.set()
    if not scheduler.is_stopping:
        scheduler.stop()


def test_it_tells_when_it_last_looked(queue: Queue, rounds: Rounds) -> None:
    """By real time, whatever its clock shows; before its start that is long ago."""
    scheduler = Scheduler(queue.database, HandClock(), rounds.work)
    assert not scheduler.is_looking
    assert real_now() - scheduler.looked_at >= timedelta(seconds=LOOKING_SECONDS)
    before = real_now() - timedelta(seconds=1)
    scheduler.look()
    assert before < scheduler.looked_at <= real_now()


def test_a_due_mail_gets_its_round(queue: Queue, rounds: Rounds, scheduler: Scheduler) -> None:
    """The mailbox with the due mail is worked, and no sooner than that."""
    queue.add()
    assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id
    assert scheduler._clock.now() >= WEDNESDAY_MORNING


def test_a_round_that_fails_is_not_the_last(
    queue: Queue, rounds: Rounds, scheduler: Scheduler
) -> None:
    """A bad row never stops the loop."""
    rounds.is_failing = True
    queue.add()
    for _ in range(3):
        assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id
    assert not scheduler.is_stopping


def test_a_mailbox_in_work_is_not_handed_out_again(
    queue: Queue, rounds: Rounds, scheduler: Scheduler
) -> None:
    """One thread at a time works a mailbox; a second look passes it by."""
    rounds.may_end.clear()
    queue.add()
    rounds.begun.get(timeout=WAIT_SECONDS)
    scheduler.look()
    assert rounds.begun.empty()
    rounds.may_end.set()
    assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id


@pytest.fixture
def idle(queue: Queue, rounds: Rounds) -> Iterator[Scheduler]:
    """Return a scheduler that nothing wakes, half a second before the mails of the tests."""
    clock = HandClock(start=WEDNESDAY_MORNING, since=real_now())
    clock.move_to(WEDNESDAY_MORNING - timedelta(seconds=0.5))
    scheduler = Scheduler(queue.database, clock, rounds.work, most_coming=2)
    yield scheduler
    rounds.may_end.set()
    scheduler._pool.shutdown()


def test_what_falls_due_in_a_mailbox_that_is_worked_has_its_round_at_once(
    queue: Queue, rounds: Rounds, idle: Scheduler
) -> None:
    """The round in hand may have asked for the last time; nobody waits for the next look."""
    rounds.may_end.clear()
    queue.add(slot=make_slot(idle._clock.now()))
    idle.look()
    rounds.begun.get(timeout=WAIT_SECONDS)
    idle.look()
    rounds.may_end.set()
    assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id
    idle._pool.shutdown()
    assert rounds.begun.empty()


def test_a_moment_that_was_noted_has_its_round_when_it_comes_and_not_before(
    queue: Queue, rounds: Rounds, idle: Scheduler
) -> None:
    """A look notes what comes before the next one: then nobody has to be asked."""
    queue.add()
    idle.look()
    idle._hand_over_due()
    assert rounds.begun.empty()
    assert idle._seconds_to_next() <= 0.5
    clock = idle._clock
    assert isinstance(clock, HandClock)
    clock.move_to(WEDNESDAY_MORNING)
    queue.database.close()
    idle._hand_over_due()
    assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id


def test_more_than_a_look_can_note_brings_the_next_look_forward(
    queue: Queue, idle: Scheduler
) -> None:
    """What comes after the last moment that was noted is asked for when that one comes."""
    for number in range(3):
        moment = idle._clock.now() + timedelta(seconds=number / 10 + 0.1)
        queue.add(company=f"Number {number}", slot=make_slot(moment))
    idle.look()
    assert [moment.at - idle._clock.now() for moment in idle._coming] == [
        timedelta(seconds=0.1),
        timedelta(seconds=0.2),
    ]
    assert idle._look_at <= time.monotonic() + 0.2


def test_a_chore_that_fails_or_takes_long_stops_nothing(queue: Queue, rounds: Rounds) -> None:
    """A failing chore is done again at its time; mails go while a slow one is under way."""
    begun: queues.Queue[str] = queues.Queue()
    may_end = threading.Event()

    def fail() -> None:
        begun.put("failing")
        raise RuntimeError("this chore fails")

    def wait() -> None:
        begun.put("slow")
        assert may_end.wait(2 * WAIT_SECONDS)

    chores = [Chore("fail", 0.05, fail), Chore("wait", 0.05, wait)]
    clock = Clock(start=WEDNESDAY_MORNING, since=real_now(), rate=1)
    scheduler = Scheduler(queue.database, clock, rounds.work, chores)
    scheduler.start()
    done = [begun.get(timeout=WAIT_SECONDS) for _ in range(4)]
    queue.add()
    assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id
    may_end.set()
    scheduler.stop()
    assert done.count("slow") == 1


def test_stopping_waits_for_the_round_in_hand(
    queue: Queue, rounds: Rounds, scheduler: Scheduler
) -> None:
    """SIGTERM interrupts no mail."""
    rounds.may_end.clear()
    queue.add()
    rounds.begun.get(timeout=WAIT_SECONDS)
    stopping = threading.Thread(target=scheduler.stop)
    stopping.start()
    assert scheduler._stopping.wait(WAIT_SECONDS)
    assert stopping.is_alive()
    rounds.may_end.set()
    stopping.join(WAIT_SECONDS)
    assert not stopping.is_alive()


def test_a_database_that_was_gone_for_a_while_is_looked_at_again(
    queue: Queue, rounds: Rounds, scheduler: Scheduler
) -> None:
    """A tick that cannot read is followed by another."""
    queue.add()
    failed = _Seen("look failed")
    with _listening("callback", failed):
        with queue.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE attempts RENAME TO attempts_elsewhere")
        assert failed.event.wait(WAIT_SECONDS)
    rounds.begun = queues.Queue()
    with queue.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE attempts_elsewhere RENAME TO attempts")
    assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id
    assert not scheduler.is_stopping


def test_a_tick_whose_thread_ends_slowly_is_not_the_last(
    queue: Queue, rounds: Rounds, scheduler: Scheduler
) -> None:
    """The next look may fall due while the last one's thread has not quite ended.

    APScheduler counts that one as still running, and drops a job for good that may not run twice.
    The thread is held where it writes that the tick has ended, until the next look is due.
    """
    slow = _SlowEnd()
    try:
        with _listening("apscheduler.executors.default", slow):
            assert slow.is_holding.wait(WAIT_SECONDS)
            queue.add()
            assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id
    finally:
        slow.may_end.set()
    assert rounds.begun.get(timeout=WAIT_SECONDS) == queue.mailbox_id
    assert not scheduler.is_stopping


def test_moments_that_were_missed_are_not_made_up_for(scheduler: Scheduler) -> None:
    """A clock set right after years would else list a moment for every second of them."""
    for job in scheduler._timer.get_jobs():
        assert len(job._get_run_times(real_now() + timedelta(days=1))) == 1


def test_a_tick_that_is_setting_the_next_one_does_not_hold_up_the_end(
    queue: Queue, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """APScheduler's own waiting holds the lock that such a tick asks for: neither would ever end.

    The tick is let go when the pool of ticks is being closed, which is under that lock.
    """
    scheduler = Scheduler(queue.database, HandClock(), rounds.work)
    timer, ticks = scheduler._timer, scheduler._ticks
    is_setting, is_closing = threading.Event(), threading.Event()
    modify_job, shutdown = timer.modify_job, ticks.shutdown

    def set_next(*args: object, **named: object) -> None:
        is_setting.set()
        assert is_closing.wait(WAIT_SECONDS)
        modify_job(*args, **named)

    def close(wait: bool = True) -> None:
        is_closing.set()
        shutdown(wait)

    monkeypatch.setattr(timer, "modify_job", set_next)
    monkeypatch.setattr(ticks, "shutdown", close)
    scheduler.start()
    assert is_setting.wait(WAIT_SECONDS)
    ending = threading.Thread(target=scheduler.stop, daemon=True)
    ending.start()
    ending.join(WAIT_SECONDS)
    assert not ending.is_alive()


class _SlowEnd(logging.Handler):
    """Holds the first tick just before APScheduler notes that it has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.is_holding = threading.Event()
        self.may_end = threading.Event()

    def handle(self, record: logging.LogRecord) -> bool:
        """Wait here and not in `emit`, under whose lock every other tick would wait, too."""
        if "executed" in record.getMessage() and not self.is_holding.is_set():
            self.is_holding.set()
            self.may_end.wait(2 * WAIT_SECONDS)
        return True


class _Seen(logging.Handler):
    """Notices one sentence in a log."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence
        self.event = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == self.sentence:
            self.event.set()


@contextmanager
def _listening(logger_name: str, handler: logging.Handler) -> Iterator[None]:
    """Let `handler` have the records of a logger from level info on."""
    logger = logging.getLogger(logger_name)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
