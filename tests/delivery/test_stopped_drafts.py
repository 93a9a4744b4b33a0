"""The draft that a stopped mail left in the user's mailbox is taken away, where nobody needs it."""

from datetime import timedelta

import pytest

from service.actions import steering
from service.records import FollowUp
from service.states import State
from tests.delivery.conftest import DRAFTS, Install
from tests.delivery.installation import Installation
from tests.loopback.server import Response


@pytest.fixture
def stopped(any_drafts: Installation) -> tuple[Installation, FollowUp]:
    """Return an installation with a mail that was stopped after its draft was made."""
    return any_drafts, _stop_drafted(any_drafts)


def _stop_drafted(at: Installation) -> FollowUp:
    follow_up = at.queue.add()
    at.carry(at.claim(follow_up), renew=lambda: None)
    assert len(at.far.draft_ids()) == 1
    return steering.stop(at.office, at.queue.get(follow_up))


def test_it_is_taken_away_in_the_next_round(stopped: tuple[Installation, FollowUp]) -> None:
    """The command itself asks no provider; the round does, once."""
    at, follow_up = stopped
    assert len(at.far.draft_ids()) == 1
    assert at.has_work()
    at.work()
    assert at.far.draft_ids() == []
    assert not at.has_work()
    assert at.next_wake() is None
    assert at.state(follow_up) is State.STOPPED
    assert at.far.went() == []


def test_restored_later_it_goes_by_a_new_draft(stopped: tuple[Installation, FollowUp]) -> None:
    """That we took the old one away is no word of the user's."""
    at, follow_up = stopped
    at.work()
    steering.restore(at.office, at.queue.get(follow_up))
    steering.approve(at.office, at.candidate, at.queue.get(follow_up))
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


def test_restored_before_the_round_it_stays(stopped: tuple[Installation, FollowUp]) -> None:
    """Nothing is taken from a mail that is wanted again."""
    at, follow_up = stopped
    left = at.far.draft_ids()
    steering.restore(at.office, at.queue.get(follow_up))
    at.work()
    assert at.far.draft_ids() == left
    assert not at.has_work()


def test_with_other_words_in_it_it_is_the_user_s(stopped: tuple[Installation, FollowUp]) -> None:
    """Whoever stopped the mail may be about to send it by hand."""
    at, _ = stopped
    (left,) = at.far.draft_ids()
    at.far.edit(left, "My own words.")
    at.work()
    assert at.far.draft_ids() == [left]
    assert not at.has_work()


@pytest.mark.parametrize("kind", DRAFTS)
def test_on_a_draft_that_may_have_been_sent_no_hand_is_laid(install: Install, kind: str) -> None:
    """The provider said that it took it; the user says that it did not go, and stops the mail."""
    at = install(kind)
    taken = {"gmail": Response(json={"id": "taken"}), "outlook": Response(202)}[at.provider]
    at.server.bench.arm(at.server.bench.sending, "before", taken)
    follow_up = at.queue.add()
    at.delivery.work(at.id)
    left = at.far.draft_ids()
    at.clock.pass_by(timedelta(hours=1))
    at.delivery.work(at.id)
    steering.mark_not_sent(at.office, at.queue.get(follow_up))
    steering.stop(at.office, at.queue.get(follow_up))
    at.run_until_quiet()
    assert at.state(follow_up) is State.STOPPED
    assert at.far.draft_ids() == left
    assert len(left) == 1


@pytest.mark.parametrize("kind", DRAFTS)
def test_a_stop_honoured_at_proof_of_absence_takes_the_draft_away(
    install: Install, kind: str
) -> None:
    """A 429 proves that nothing went: what the stop came upon is cleared, too."""
    at = install(kind)
    follow_up = at.queue.add()
    fault = at.server.throttled_until(at.clock.now(), 60)
    at.server.bench.arm(at.server.bench.sending, "before", fault)

    def stop() -> bool:
        if at.is_announced():
            steering.stop(at.office, at.queue.get(follow_up))
            return True
        return False

    at.clock.alarms.append(stop)
    at.run_until_quiet()
    assert at.state(follow_up) is State.STOPPED
    assert at.far.draft_ids() == []


@pytest.mark.parametrize("kind", DRAFTS)
def test_a_draft_that_cannot_be_taken_away_now_is_an_hour_later(
    install: Install, kind: str
) -> None:
    """A server in trouble is not asked at every tick."""
    at = install(kind)
    _stop_drafted(at)
    at.server.bench.arm(at.server.looking, "before", Response(503, body=b""), method="GET")
    at.work()
    assert len(at.far.draft_ids()) == 1
    assert at.next_wake() == at.clock.now() + timedelta(hours=1)
    at.run_until_quiet()
    assert at.far.draft_ids() == []
