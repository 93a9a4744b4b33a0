"""Few rounds compute at once, however many wait for their provider."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service import interviews
from service.clock import real_now
from service.delivery.desk import SEATS, Desk
from service.records import Candidate
from service.states import State
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.factories import Queue
from tests.loopback.exchange import request_to
from tests.loopback.faults import WAIT_SECONDS, Fault

MANY = SEATS + 2


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Return more threads than there are seats."""
    with ThreadPoolExecutor(MANY) as pool:
        yield pool


@pytest.mark.parametrize("kind", ["gmail-drafts", "outlook-send-only"])
def test_more_rounds_wait_for_the_provider_than_sit_at_the_desk(
    install: Install, pool: ThreadPoolExecutor, kind: str
) -> None:
    """A slow provider holds up its own mailbox alone."""
    at = install(kind)
    queues = [_join(at, number) for number in range(MANY)]
    follow_ups = [queue.add(address=f"reader{n}@x.example") for n, queue in enumerate(queues)]
    bench = at.server.bench
    sending = request_to("POST", bench.sending)
    held = [bench.server.faults.add(Fault(sending, "before", "hang")) for _ in range(MANY)]
    rounds = [pool.submit(at.delivery.work, queue.mailbox_id) for queue in queues]
    for fault in held:
        fault.wait_until_hit()
    bench.server.faults.clear()
    assert [each.result(WAIT_SECONDS) for each in rounds] == [1] * MANY
    assert [queues[0].get(each).state for each in follow_ups] == [State.SENT] * MANY


def test_as_many_sit_at_the_desk_as_it_has_seats(pool: ThreadPoolExecutor) -> None:
    """Who finds none free waits until one is given up."""
    desk = Desk(2)
    both = threading.Barrier(2)
    sitting: list[int] = []
    seen: list[int] = []

    def sit(number: int) -> None:
        with desk.seat():
            sitting.append(number)
            both.wait(WAIT_SECONDS)
            seen.append(len(sitting))
            both.wait(WAIT_SECONDS)
            sitting.remove(number)

    for each in [pool.submit(sit, number) for number in range(MANY * 2)]:
        each.result(WAIT_SECONDS)
    assert set(seen) == {2}


def test_a_seat_given_up_is_another_ones_meanwhile(pool: ThreadPoolExecutor) -> None:
    """Whoever is away waits for a seat when the call is over, however it ended."""
    desk = Desk(1)
    seen: list[str] = []

    def sit() -> None:
        with desk.seat():
            seen.append("another")

    def call() -> None:
        with desk.away():
            pool.submit(sit).result(WAIT_SECONDS)
            raise TimeoutError("the provider did not answer")

    with desk.seat():
        with pytest.raises(TimeoutError, match="did not answer"):
            call()
        seen.append("back")
    pool.submit(sit).result(WAIT_SECONDS)
    assert seen == ["another", "back", "another"]


def _join(at: Installation, number: int) -> Queue:
    """Connect the mailbox for one more candidate."""
    with at.app.database.write() as connection:
        candidate = interviews.save_candidate(
            connection, Candidate(f"Kim Candidate {number}", "Europe/London"), at=real_now()
        )
    return Queue(at.app.database, candidate, at.connect(candidate).id)
