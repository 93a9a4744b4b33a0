"""Heartbeats: which service runs, and what they tell of a clock that stands wrong."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import heartbeats, outbox
from service.clock import Clock, real_now
from service.heartbeats import TOLERANCE, Heartbeat, Pulse
from service.leases import Owner
from service.schema import heartbeats as table
from tests.factories import Queue, make_queue

NOW = datetime(2026, 12, 9, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
BEHIND = "the clock stands before what was recorded here"


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """Return a queue in a database in which nothing has happened yet."""
    queue = make_queue(tmp_path)
    yield queue
    queue.database.close()


@dataclass(slots=True)
class Services:
    """Services on one database, each with its clock standing where it is told."""

    queue: Queue
    folder: Path

    def start(self, at: datetime) -> Pulse:
        """Start a service; it has beaten once."""
        clock = Clock(start=at, since=real_now(), rate=0)
        pulse = Pulse(self.queue.database, Owner(self.folder), clock, "1.0", real_now)
        pulse.beat()
        return pulse

    def find_ahead(self, now: datetime) -> datetime | None:
        """Look for what was recorded ahead of `now`."""
        with self.queue.database.read() as connection:
            return heartbeats.find_ahead(connection, now)

    def find_last(self) -> Heartbeat:
        """Return the last word of any service."""
        with self.queue.database.read() as connection:
            last = heartbeats.find_last(connection)
        assert last is not None
        return last


@pytest.fixture
def services(queue: Queue, tmp_path: Path) -> Services:
    """Return services on one database."""
    return Services(queue, tmp_path / "owners")


def test_before_anything_was_recorded_no_clock_is_wrong(services: Services) -> None:
    """A new installation may be set up at any time."""
    assert services.find_ahead(NOW - timedelta(days=3650)) is None


@pytest.mark.parametrize("step", [timedelta(), TOLERANCE, timedelta(days=-1)])
def test_a_clock_that_stands_after_what_was_recorded_is_believed(
    services: Services, step: timedelta
) -> None:
    """Or so little before it as the clocks of two computers differ."""
    services.start(NOW)
    assert services.find_ahead(NOW - step) is None


def test_a_clock_that_stands_before_the_last_heartbeat_is_noticed(services: Services) -> None:
    """The last thing that was recorded here may be that a service ran."""
    services.start(NOW)
    assert services.find_ahead(NOW - TOLERANCE - timedelta(seconds=1)) == NOW


def test_a_clock_that_stands_before_the_last_event_is_noticed(services: Services) -> None:
    """The newer of both is told."""
    services.start(NOW)
    _record(services.queue, LATER)
    assert services.find_ahead(NOW - timedelta(days=1)) == LATER


def test_a_clock_that_was_ahead_once_is_forgotten(services: Services) -> None:
    """Put right, it is said to stand wrong only until the next event and the end of a service."""
    _record(services.queue, LATER)
    services.start(LATER)
    assert services.find_ahead(NOW) == LATER
    _record(services.queue, NOW)
    assert services.find_ahead(NOW) == LATER
    services.start(NOW).leave()
    assert services.find_ahead(NOW) is None


def test_a_service_says_once_that_its_clock_stands_behind(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    """At start, not with every heartbeat."""
    services.start(LATER)
    with caplog.at_level(logging.WARNING, "callback"):
        pulse = services.start(NOW)
        pulse.beat()
    assert [record.getMessage() for record in caplog.records] == [BEHIND]
    (fields,) = (vars(record)["fields"] for record in caplog.records)
    assert fields["shows"] == NOW.isoformat()
    assert fields["recorded"] == LATER.isoformat()


def test_a_heartbeat_from_the_future_is_no_sign_of_life(services: Services) -> None:
    """It was written under another clock; its service may be long gone."""
    services.start(NOW)
    assert services.find_last().is_alive
    _shift(services.queue, timedelta(days=365))
    assert not services.find_last().is_alive


def test_a_heartbeat_from_the_future_hides_no_service_that_runs(services: Services) -> None:
    """Nobody is told that nothing is sent while it is."""
    services.start(NOW)
    _shift(services.queue, timedelta(days=365))
    services.start(LATER)
    assert services.find_last().is_alive
    assert services.find_last().clock_at == LATER


def test_a_service_that_left_is_not_alive(services: Services) -> None:
    """It said so."""
    services.start(NOW).leave()
    assert not services.find_last().is_alive


@pytest.mark.parametrize(("seconds", "is_looking"), [(0, True), (59, True), (61, False)])
def test_a_service_says_when_it_looked(
    queue: Queue, services: Services, seconds: int, *, is_looking: bool
) -> None:
    """One that lives and has not looked for a minute for what is due sends nothing."""
    looked_at = real_now() - timedelta(seconds=seconds)
    heartbeats.beat(queue.database, Owner(None), Clock(), "1.0", looked_at)
    found = services.find_last()
    assert found.looked_at == looked_at
    assert found.is_alive
    assert found.is_looking is is_looking


def test_a_service_that_left_looks_no_more(services: Services) -> None:
    """However lately it did."""
    services.start(NOW).leave()
    assert not services.find_last().is_looking


def test_a_trial_write_leaves_nothing(queue: Queue) -> None:
    """It proves that the database can be written, and is no service."""
    heartbeats.try_write(queue.database)
    with queue.database.read() as connection:
        assert heartbeats.list_services(connection) == []


def _record(queue: Queue, at: datetime) -> None:
    """Let something happen to a mail at `at`."""
    follow_up = queue.add(company=f"Company {at}", address=f"m{at:%H}@tidewater.example")
    with queue.database.write() as connection:
        outbox.stop(connection, follow_up.id, at=at, by="user")


def _shift(queue: Queue, step: timedelta) -> None:
    """Have every heartbeat so far written under a clock that was `step` ahead."""
    with queue.database.write() as connection:
        connection.execute(sa.update(table).values(beat_at=real_now() + step))
