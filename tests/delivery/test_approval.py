"""Where every mail has to be approved: what delivery gives another time waits for the word anew."""

from datetime import timedelta

import pytest

from service.actions import steering
from service.delivery import Delivery
from service.records import FollowUp
from service.states import State, Step, WaitingFor
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation


@pytest.fixture
def at(install: Install) -> Installation:
    """Return an installation whose rounds send only what was approved."""
    at = install("local-drafts")
    at.delivery = Delivery(
        at.app.database,
        at.clock,
        at.app.mailboxes,
        at.app.owner(),
        at.office.policy,
        is_approval_required=True,
    )
    return at


def _approve(at: Installation, follow_up: FollowUp) -> FollowUp:
    return steering.approve(at.office, at.candidate, at.queue.get(follow_up))


def test_found_not_sent_within_its_time_it_goes_by_the_word_it_has(at: Installation) -> None:
    """A crash is no change of the mail: nobody is asked twice for the same."""
    follow_up = _approve(at, at.queue.add(State.HELD))
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


def test_found_not_sent_hours_later_it_waits_for_the_word_anew(at: Installation) -> None:
    """The time that was approved is over; the new one is held in the round that made it."""
    follow_up = _approve(at, at.queue.add(State.HELD))
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    at.clock.pass_by(timedelta(hours=4))
    at.work()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.APPROVAL)
    assert after.approved_at is None
    assert at.far.went() == []
    _approve(at, follow_up)
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


def test_put_off_within_its_time_it_keeps_the_word(at: Installation) -> None:
    """Another try of the same mail at the same slot is what was approved."""
    follow_up = _approve(at, at.queue.add(State.HELD))
    at.carry(at.claim(follow_up), renew=lambda: None)
    assert at.state(follow_up) is State.SCHEDULED
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
