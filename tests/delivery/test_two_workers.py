"""Several processes on one queue: one mailbox is worked by one of them at a time."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from providers.base import Access
from service import leases
from service.actions import steering
from service.app import App
from service.config import Storage
from service.delivery import Delivery
from service.delivery.attempt import Lease
from service.errors import WrongState
from service.states import Proof, State, Step
from tests.delivery.conftest import DRAFTS, LOCAL, SEND_ONLY, Install
from tests.delivery.installation import Installation
from tests.delivery.late_fault import LateFault
from tests.factories import make_slot
from tests.loopback.faults import Ending, Fault, When
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Response, request_to
from tests.providers.bench import ADDRESS


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Return threads for what has to happen at the same time."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


@dataclass(slots=True)
class Held:
    """A worker whose sending call is held by the server."""

    fault: Fault
    worker: Future[int]

    def release(self) -> None:
        """Let the answer go, and wait for what the worker makes of it."""
        self.fault.release()
        self.worker.result()


def test_a_mailbox_that_another_works_is_left_alone(served: Installation) -> None:
    """The second process returns at once, having asked nobody for anything."""
    follow_up = served.queue.add()
    other, _ = served.another()
    assert leases.take(other.database, other.owner(), served.id) is not None
    asked = len(served.server.bench.server.log)
    assert served.work() == 0
    assert served.state(follow_up) is State.SCHEDULED
    assert len(served.server.bench.server.log) == asked


def test_two_processes_at_once_send_each_mail_once(
    any_mailbox: Installation, pool: ThreadPoolExecutor
) -> None:
    """Whoever has the lease works; the other one finds nothing left."""
    at = any_mailbox
    for number in range(4):
        at.queue.add(company=f"Number {number}", address=f"reader{number}@tidewater.example")
    deliveries = [at.delivery, at.another()[1], at.another()[1]]
    tried = [future.result() for future in [pool.submit(d.work, at.id) for d in deliveries]]
    assert sum(tried) == 4
    at.check_promises()
    assert len(at.far.went()) == 4


def test_while_one_is_sending_the_other_returns(
    served: Installation, pool: ThreadPoolExecutor
) -> None:
    """A mail in hand is nobody else's business while the lease holds."""
    follow_up = served.queue.add()
    _, second = served.another()
    held = _send_and_hold(served, served.delivery, pool, "before", "hang")
    assert second.work(served.id) == 0
    assert served.state(follow_up) is State.SENDING
    held.release()
    assert served.state(follow_up) is State.SENT
    assert len(served.far.went()) == 1


def test_the_lease_of_a_dead_process_is_taken_at_once(any_mailbox: Installation) -> None:
    """Nobody waits three minutes for a process that was killed."""
    follow_up = any_mailbox.queue.add()
    dead = leases.Owner(any_mailbox.office.owners)
    assert leases.take(any_mailbox.app.database, dead, any_mailbox.id) is not None
    assert any_mailbox.work() == 0
    dead.leave()
    assert any_mailbox.work() == 1
    assert any_mailbox.state(follow_up) is State.SENT


def test_two_data_folders_on_one_database_see_each_other_alive(
    install: Install, tmp_path: Path
) -> None:
    """With `[storage] url` the database may lie elsewhere: who lives is told beside it."""
    at = install(LOCAL)
    follow_up = at.queue.add()
    settings = replace(
        at.far.settings(), storage=Storage(url=f"sqlite:///{at.folder / 'callback.db'}")
    )
    elsewhere = App(settings, None, folder=tmp_path / "elsewhere", clock=at.clock)
    elsewhere.prepare()
    assert leases.take(elsewhere.database, elsewhere.owner(), at.id) is not None
    tried = at.delivery.work(at.id)
    elsewhere.close()
    assert tried == 0
    assert at.state(follow_up) is State.SCHEDULED


def test_a_round_gives_its_lease_back(any_mailbox: Installation) -> None:
    """The next process need not wait for it to run out."""
    any_mailbox.queue.add()
    any_mailbox.work()
    other, _ = any_mailbox.another()
    assert leases.take(other.database, other.owner(), any_mailbox.id) is not None


@dataclass(frozen=True, slots=True)
class Late:
    """An answer that comes after the lease has ended, and whether the send was executed."""

    when: When
    what: Response | Ending


_LATE = {
    "yes": Late("after", "hang"),
    "executed-late": Late("before", "hang"),
    "throttled": Late("before", Response(429, json={"error": {}})),
    "dropped-unsent": Late("before", "drop"),
    "dropped-sent": Late("after", "drop"),
    "failed-sent": Late("after", Response(503, body=b"")),
    "failed-unsent": Late("before", Response(503, body=b"")),
    "absent": Late("before", Response(404, json={"error": {"code": 404, "status": "NOT_FOUND"}})),
    "refused": Late("before", Response(400, json={"error": {"code": "x"}})),
    "token-refused": Late("before", Response(401, json={"error": {"code": "x"}})),
}


@pytest.mark.parametrize("name", _LATE)
@pytest.mark.parametrize("kind", [*DRAFTS, *SEND_ONLY])
def test_a_late_answer_sends_nothing_again_and_spoils_nothing(
    share: Install, pool: ThreadPoolExecutor, kind: str, name: str
) -> None:
    """The lease ended on the way and another process has settled the mail by what it could see."""
    at = share(kind)
    late = _LATE[name]
    follow_up = at.queue.add(
        company=name, address=f"{name}@tidewater.example", slot=make_slot(at.clock.now())
    )
    first, second = at.another()[1], at.delivery
    held = _send_and_hold(at, first, pool, late.when, late.what)
    at.end_lease()
    second.work(at.id)
    at.run_until_quiet()
    _let_graph_finish(at)
    is_blind = at.access is Access.SEND_ONLY
    settled = State.UNCONFIRMED if is_blind else State.SENT
    assert at.state(follow_up) is settled
    held.release()
    at.run_until_quiet()
    at.check_promises()
    is_proof = late.what == "hang"
    assert at.state(follow_up) is (State.SENT if is_proof else settled)
    assert at.went_since() == (late.when == "after" or not is_blind or is_proof)


def test_a_late_yes_stops_the_attempt_that_came_after(install: Install) -> None:
    """The proof of an earlier attempt counts, and the later one makes no call."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    first_id = at.leave_attempt(follow_up, Step.ANNOUNCED)
    at.record().disprove(at.queue.get(follow_up), first_id)
    claimed = at.claim(follow_up)

    def renew() -> Lease | None:
        at.record().confirm(claimed, first_id, Proof.ACCEPTED)
        return at.take_lease()

    at.carry(claimed, renew=renew)
    assert at.state(follow_up) is State.SENT
    assert at.server.bench.sends() == 0
    at.delivery.work(at.id)
    assert not at.has_work()


def test_a_worker_that_lost_its_lease_before_announcing_makes_no_call(
    any_mailbox: Installation,
) -> None:
    """It was too slow: the mail is the other process's now."""
    at = any_mailbox
    follow_up = at.queue.add()
    other, second = at.another()
    claimed = at.claim(follow_up)

    def renew() -> Lease | None:
        at.end_lease()
        assert second.work(at.id) == 1
        assert leases.take(other.database, other.owner(), at.id) is not None
        return at.take_lease()

    at.carry(claimed, renew=renew)
    at.check_promises()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1
    leases.give_back(other.database, other.owner(), at.id)
    at.run_until_quiet()


@pytest.mark.parametrize("kind", ["outlook-drafts", "gmail-send-only"])
def test_the_users_word_while_it_is_looked_for_ends_the_attempt(
    install: Install, kind: str
) -> None:
    """Told that it went, the service stops looking: no attempt is worked for ever."""
    at = install(kind)
    server = at.server.bench.server
    if isinstance(server, LoopbackMicrosoft):
        server.mailbox(ADDRESS).reads_before_settling = None
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    if at.access is Access.DRAFTS:
        at.work()
    assert at.state(follow_up) is State.SENDING
    steering.mark_sent(at.office, at.queue.get(follow_up))
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.proof) == (State.SENT, Proof.USER)
    at.clock.pass_by(timedelta(days=1))
    assert not at.has_work()


def test_a_stale_word_of_the_user_does_not_touch_what_is_being_sent(
    send_only: Installation,
) -> None:
    """Said twice that it did not go, while the service sends it again since the first time."""
    at = send_only
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    at.run_until_quiet()
    seen = at.queue.get(follow_up)
    assert seen.state is State.UNCONFIRMED
    steering.mark_not_sent(at.office, seen)
    at.clock.move_to(at.next_wake() or at.clock.now())
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    with pytest.raises(WrongState):
        steering.mark_not_sent(at.office, seen)
    at.run_until_quiet()
    assert at.state(follow_up) is State.UNCONFIRMED
    assert len(at.far.went()) == 1


def _send_and_hold(
    at: Installation,
    delivery: Delivery,
    pool: ThreadPoolExecutor,
    when: When,
    what: Response | Ending,
) -> Held:
    """Have a worker send, and return once its request is held by the server."""
    bench = at.server.bench
    kind = Fault if what == "hang" else LateFault
    fault = bench.server.faults.add(kind(request_to("POST", bench.sending), when, what))
    worker = pool.submit(delivery.work, at.id)
    fault.wait_until_hit()
    return Held(fault, worker)


def _let_graph_finish(at: Installation) -> None:
    """Have the Graph of the tests move what it accepted, so that a second send is refused."""
    server = at.server.bench.server
    if isinstance(server, LoopbackMicrosoft):
        server.settle()
