"""Mails kept from going until their day was over, and mails that would go before their time."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service.delivery.attempt import Lease
from service.records import FollowUp
from service.schema import talks
from service.states import State, WaitingFor
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.factories import WEDNESDAY_MORNING

NEXT_MORNING = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
MOST_MINUTES = timedelta(minutes=30)


def test_throttled_until_the_window_has_closed_it_goes_the_next_morning(
    served: Installation,
) -> None:
    """The provider says "in twelve hours", which is night where it is read: nobody writes then."""
    at = served
    follow_up = at.queue.add()
    fault = at.server.throttled_until(at.clock.now(), 12 * 3600)
    at.server.bench.arm(at.server.bench.sending, "before", fault)
    at.run_until_quiet()
    _assert_went_in_the_morning(at, follow_up)


def test_signed_in_again_at_night_it_goes_the_next_morning(served: Installation) -> None:
    """Somebody mends the sign-in before going to bed; the mail keeps to the reader's hours."""
    at = served
    follow_up = at.queue.add()
    _sign_out(at)
    at.clock.move_to(WEDNESDAY_MORNING.replace(hour=23))
    at.connect()
    at.run_until_quiet()
    _assert_went_in_the_morning(at, follow_up)


@pytest.mark.parametrize("kind", ["gmail-drafts", "outlook-send-only"])
def test_signed_in_again_three_working_days_later_it_is_held(install: Install, kind: str) -> None:
    """By then the words may be wrong: the user is asked."""
    at = install(kind)
    follow_up = at.queue.add()
    _sign_out(at)
    at.clock.pass_by(timedelta(days=5))  # a weekend lies between
    at.connect()
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.NEW_SLOT)
    assert at.far.went() == []


def test_before_the_interview_is_over_nothing_goes(any_mailbox: Installation) -> None:
    """The talk was moved, or the clock is wrong: no thanks for what has not taken place."""
    at = any_mailbox
    follow_up = at.queue.add()
    _move_talk(at, follow_up, at.clock.now() + timedelta(hours=3))
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.INTERVIEW)
    assert at.far.went() == []
    assert at.far.draft_ids() == []


def test_moved_just_before_the_call_the_thanks_are_held(any_mailbox: Installation) -> None:
    """An invitation comes in after the first check, while a draft is made."""
    at = any_mailbox
    follow_up = at.queue.add()

    def renew() -> Lease | None:
        _move_talk(at, follow_up, at.clock.now() + timedelta(days=1))
        return at.take_lease()

    at.carry(at.claim(follow_up), renew=renew)
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.INTERVIEW)
    assert at.far.went() == []


def test_a_clock_set_back_at_the_last_moment_does_not_send_early(
    any_mailbox: Installation,
) -> None:
    """By the clock that is right now, the slot has yet to come: it goes then, once."""
    at = any_mailbox
    follow_up = at.queue.add()

    def set_back() -> bool:
        if at.is_announced():
            at.clock.pass_by(timedelta(hours=-1))
            return True
        return False

    at.clock.alarms.append(set_back)
    at.work()
    assert at.clock.alarms == []
    assert at.state(follow_up) is State.SCHEDULED
    assert at.far.went() == []
    assert not at.has_work()
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert after.sent_at == WEDNESDAY_MORNING
    assert len(at.far.went()) == 1


def _assert_went_in_the_morning(at: Installation, follow_up: FollowUp) -> None:
    after = at.queue.get(follow_up)
    assert after.state is State.SENT
    assert after.sent_at is not None
    assert NEXT_MORNING < after.sent_at < NEXT_MORNING + MOST_MINUTES
    assert len(at.far.went()) == 1


def _sign_out(at: Installation) -> None:
    """Have the access taken back at the provider, and let the service find out."""
    at.server.bench.revoke()
    at.server.bench.expire_tokens()
    at.work()
    assert at.stored_mailbox().signed_out_at is not None


def _move_talk(at: Installation, follow_up: FollowUp, over_at: datetime) -> None:
    with at.app.database.write() as connection:
        connection.execute(
            sa.update(talks)
            .where(talks.c.interview_id == follow_up.interview_id)
            .values(starts_at=over_at - timedelta(hours=1), ends_at=over_at)
        )
