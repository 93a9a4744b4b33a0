"""A stop while a mail is being sent, a slot that was missed, a computer that slept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service import leases, outbox
from service.actions import steering
from service.clock import real_now
from service.delivery.attempt import Lease
from service.records import FollowUp
from service.states import State, Step, WaitingFor
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.factories import make_slot
from tests.loopback.faults import Fault
from tests.loopback.server import request_to

NOTICE = timedelta(minutes=10)


def test_stopped_between_claim_and_announcement_it_is_not_sent(any_mailbox: Installation) -> None:
    """The last moment at which a stop is certain to be in time."""
    at = any_mailbox
    follow_up = at.queue.add()

    def renew() -> Lease | None:
        _stop(at, follow_up.id)
        return at.take_lease()

    at.carry(at.claim(follow_up), renew=renew)
    assert at.state(follow_up) is State.STOPPED
    assert at.far.went() == []
    at.run_until_quiet()
    assert at.far.went() == []


@pytest.mark.parametrize("step", [Step.CLAIMED, Step.ANNOUNCED])
@pytest.mark.parametrize("kind", ["gmail-drafts", "outlook-drafts", "local-drafts"])
def test_a_stop_while_sending_is_honoured_at_proof_of_absence(
    install: Install, kind: str, step: Step
) -> None:
    """As soon as it is certain that nothing went, the mail is stopped and not due again."""
    at = install(kind)
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, step)
    _stop(at, follow_up.id)
    at.run_until_quiet()
    assert at.state(follow_up) is State.STOPPED
    assert at.far.went() == []


@pytest.mark.parametrize("kind", ["gmail-send-only", "outlook-send-only"])
def test_a_stop_while_throttled_is_honoured(install: Install, kind: str) -> None:
    """A 429 proves that nothing went."""
    at = install(kind)
    follow_up = at.queue.add()
    fault = at.server.throttled_until(at.clock.now(), 60)
    at.server.bench.arm(at.server.bench.sending, "before", fault)
    at.clock.alarms.append(lambda: at.is_announced() and _stop(at, follow_up.id))
    at.run_until_quiet()
    assert at.state(follow_up) is State.STOPPED
    assert at.far.went() == []


def test_a_stop_during_the_refresh_after_a_refused_token_is_honoured(
    served: Installation,
) -> None:
    """A refused token proves that nothing went: the call is not made again after a stop."""
    at = served
    follow_up = at.queue.add()
    bench = at.server.bench
    at.clock.alarms.append(lambda: at.is_announced() and _expire(at))
    path = bench.token_path
    fault = bench.server.faults.add(Fault(request_to("POST", path), "before", "hang"))
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(at.delivery.work, at.id)
        fault.wait_until_hit()
        _stop(at, follow_up.id)
        fault.release()
        worker.result()
    assert at.far.went() == []
    assert at.state(follow_up) is State.STOPPED


def test_a_stop_that_came_too_late_does_not_hide_that_it_went(any_drafts: Installation) -> None:
    """What went is sent, whatever was asked for meanwhile."""
    follow_up = any_drafts.queue.add()
    any_drafts.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    _stop(any_drafts, follow_up.id)
    any_drafts.run_until_quiet()
    assert any_drafts.state(follow_up) is State.SENT


def test_a_stop_outlives_a_lost_answer(send_only: Installation) -> None:
    """Asked to stop, then lost, then settled by the user as not sent: it is stopped, not sent."""
    follow_up = send_only.queue.add()
    send_only.leave_attempt(follow_up, Step.ANNOUNCED)
    _stop(send_only, follow_up.id)
    send_only.run_until_quiet()
    assert send_only.state(follow_up) is State.UNCONFIRMED
    steering.mark_not_sent(send_only.office, send_only.queue.get(follow_up))
    send_only.run_until_quiet()
    assert send_only.state(follow_up) is State.STOPPED
    assert send_only.far.went() == []


def test_a_stopped_mail_is_never_claimed(any_mailbox: Installation) -> None:
    """Stopped before its slot, it stays where it is."""
    follow_up = any_mailbox.queue.add(State.STOPPED)
    assert any_mailbox.work() == 0
    assert any_mailbox.state(follow_up) is State.STOPPED
    assert any_mailbox.far.went() == []


@pytest.mark.parametrize(("late", "goes_at_once"), [(9, True), (11, False), (240, False)])
def test_a_late_mail_gives_notice_after_ten_minutes(
    install: Install, late: int, *, goes_at_once: bool
) -> None:
    """More than ten minutes late, it is planned anew, so that there is time to step in (T11)."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.clock.pass_by(timedelta(minutes=late))
    found_at = at.clock.now()
    assert at.work() == goes_at_once
    after = at.queue.get(follow_up)
    if goes_at_once:
        assert after.state is State.SENT
        return
    assert after.state is State.SCHEDULED
    assert "move" in at.events(follow_up)
    _assert_has_notice(at, follow_up.id, found_at)
    assert at.server.bench.server.requests_to("POST", ".*(drafts|send)") == ()
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT


def test_a_mail_late_by_more_than_two_working_days_is_held(any_mailbox: Installation) -> None:
    """By then the text may be wrong: the user gives it a new time."""
    follow_up = any_mailbox.queue.add()
    any_mailbox.clock.pass_by(timedelta(days=6))
    assert any_mailbox.work() == 0
    after = any_mailbox.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.NEW_SLOT)
    assert any_mailbox.far.went() == []


def test_a_retry_that_was_asked_for_is_not_late(any_mailbox: Installation) -> None:
    """Told to come back in two hours, the mail goes then, without another notice."""
    at = any_mailbox
    follow_up = at.queue.add()
    attempt_id = at.leave_attempt(follow_up, Step.CLAIMED)
    later = at.clock.now() + timedelta(hours=2)
    with at.app.database.write() as connection:
        outbox.end_attempt(connection, attempt_id, at=at.clock.now(), outcome="postpone")
        outbox.postpone(
            connection,
            follow_up.id,
            attempt_id=attempt_id,
            next_try_at=later,
            at=at.clock.now(),
            reason="busy",
        )
    at.clock.move_to(later)
    assert at.work() == 1
    assert at.queue.get(follow_up).sent_at == later


@pytest.mark.parametrize("hours", [1, 5, 14])
def test_slept_between_announcement_and_call_it_is_not_sent(
    any_mailbox: Installation, hours: int
) -> None:
    """The computer was closed just then: awake again, the mail is late and gives notice first.

    The last of the three wakes after the slot itself has run out.
    """
    at = any_mailbox
    follow_up = at.queue.add()

    def sleep() -> bool:
        if at.is_announced():
            at.clock.pass_by(timedelta(hours=hours))
            return True
        return False

    at.clock.alarms.append(sleep)
    at.work()
    woken_at = at.clock.now()
    assert at.far.went() == []
    assert at.clock.alarms == []
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert after.state is State.SENT
    assert after.sent_at is not None
    assert after.sent_at >= woken_at + NOTICE
    assert len(at.far.went()) == 1


def test_a_lease_with_little_left_allows_no_call() -> None:
    """A call may take its timeouts: with less left than that, another process may step in."""
    now = real_now()
    assert Lease.taken(now + leases.LEASE).has_margin()
    assert not Lease.taken(now + leases.MARGIN - timedelta(seconds=1)).has_margin()
    assert not Lease.taken(now - timedelta(seconds=1)).has_margin()


def test_a_lease_counts_by_both_clocks() -> None:
    """A wall clock that was set back makes no lease longer."""
    whole = Lease.taken(real_now() + leases.LEASE)
    set_back = Lease(whole.until + timedelta(hours=1), whole.monotonic_until - 120)
    slept = Lease(whole.until - timedelta(seconds=120), whole.monotonic_until + 3600)
    assert whole.has_margin()
    assert not set_back.has_margin()
    assert not slept.has_margin()


def test_a_row_that_cannot_be_planned_anew_does_not_stop_the_others(install: Install) -> None:
    """A zone that this computer does not know is that mail's trouble alone."""
    at = install("gmail-drafts")
    bad = _add_unplannable(at)
    good = at.queue.add(
        company="Good",
        address="good@tidewater.example",
        slot=make_slot(at.clock.now() + timedelta(hours=1)),
    )
    at.clock.pass_by(timedelta(hours=1))
    at.delivery.work(at.id)
    assert at.state(good) is State.SENT
    assert at.state(bad) is not State.SENT


@pytest.mark.parametrize("step", [None, Step.CLAIMED, Step.ANNOUNCED])
def test_a_row_that_cannot_be_planned_anew_is_put_to_the_user(
    install: Install, step: Step | None
) -> None:
    """It is neither forgotten without a word nor tried at every tick."""
    at = install("gmail-drafts")
    bad = _add_unplannable(at)
    if step is not None:
        at.leave_attempt(bad, step)
    at.clock.pass_by(timedelta(hours=1))
    at.run_until_quiet()
    assert at.state(bad) is State.HELD
    assert at.far.went() == []


def test_a_time_the_user_names_while_the_mail_is_planned_anew_stays(install: Install) -> None:
    """The service read the row as late; the user has moved it since, and theirs is the word."""
    at = install("local-drafts")
    follow_up = at.queue.add()
    at.clock.pass_by(timedelta(hours=1))
    theirs = make_slot(at.clock.now() + timedelta(days=1))
    other, _ = at.another()
    writes: list[str] = []

    def move_before_the_second(_connection: sa.Connection, _options: object) -> None:
        writes.append("lease" if not writes else "claim")
        if len(writes) == 2:
            with other.database.write() as connection:
                outbox.move(connection, follow_up.id, theirs, at=at.clock.now(), by="user")

    sa.event.listen(
        at.app.database._engine, "set_connection_execution_options", move_before_the_second
    )
    at.work()
    assert len(writes) > 2
    after = at.queue.get(follow_up)
    assert (after.state, after.slot) == (State.SCHEDULED, theirs)


def _add_unplannable(at: Installation) -> FollowUp:
    """Add a follow-up whose reader is in a zone that this computer does not know."""
    follow_up = at.queue.add(company="Bad", address="bad@tidewater.example")
    with at.app.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE interviews SET zone = 'Nowhere/Atlantis' WHERE id = ?",
            (follow_up.interview_id,),
        )
    return follow_up


def _expire(at: Installation) -> bool:
    at.server.bench.expire_tokens()
    return True


def _stop(at: Installation, follow_up_id: int) -> bool:
    with at.app.database.read() as connection:
        follow_up = outbox.get(connection, follow_up_id)
    steering.stop(at.office, follow_up)
    return True


def _assert_has_notice(at: Installation, follow_up_id: int, now: datetime) -> None:
    with at.app.database.read() as connection:
        slot = outbox.get(connection, follow_up_id).slot
    assert slot is not None
    assert slot.at >= now + NOTICE
