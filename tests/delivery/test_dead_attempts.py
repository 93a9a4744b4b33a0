"""What a dead process left open is judged by its last committed step, in the next round."""

from datetime import timedelta

import pytest

from providers.base import Access
from service.states import Proof, State, Step
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.factories import count_attempts
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.providers.bench import ADDRESS

SETTLE = timedelta(minutes=15)
"""How long Graph may show a mail as a draft that it has accepted."""


def test_claimed_is_released_and_sent_in_the_next_round(any_mailbox: Installation) -> None:
    """Nothing was asked of the provider: the mail is due as before."""
    follow_up = any_mailbox.queue.add()
    any_mailbox.leave_attempt(follow_up, Step.CLAIMED)
    assert any_mailbox.work() == 1
    assert any_mailbox.state(follow_up) is State.SENT
    assert any_mailbox.events(follow_up) == ["submit", "claim", "release", "claim", "confirm"]
    assert [a.outcome for a in any_mailbox.attempts(follow_up)] == ["release", "confirm"]


def test_a_draft_nobody_noted_is_found_by_its_key(any_drafts: Installation) -> None:
    """Killed between the provider's answer and the commit: the one draft is used, not a second."""
    follow_up = any_drafts.queue.add()
    any_drafts.leave_attempt(follow_up, Step.CLAIMED, is_draft_made=True)
    any_drafts.work()
    assert any_drafts.state(follow_up) is State.SENT
    assert any_drafts.far.draft_ids() == []
    assert len(any_drafts.far.went()) == 1


def test_drafted_is_released_and_that_draft_is_sent(any_drafts: Installation) -> None:
    """A draft that stands is used again."""
    follow_up = any_drafts.queue.add()
    any_drafts.leave_attempt(follow_up, Step.DRAFTED)
    (left,) = any_drafts.far.draft_ids()
    assert any_drafts.work() == 1
    assert any_drafts.state(follow_up) is State.SENT
    assert [a.draft_id for a in any_drafts.attempts(follow_up)] == [left, left]
    assert any_drafts.far.draft_ids() == []


@pytest.mark.parametrize("kind", ["gmail-drafts", "local-drafts"])
def test_announced_and_not_executed_is_disproved_by_the_standing_draft(
    install: Install, kind: str
) -> None:
    """The draft stands: nothing went, and the mail goes now, once."""
    at = install(kind)
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    at.work()
    assert at.state(follow_up) is State.SENT
    assert at.events(follow_up) == ["submit", "claim", "disprove", "claim", "confirm"]
    assert at.far.draft_ids() == []


@pytest.mark.parametrize(
    ("kind", "proof"),
    [
        ("gmail-drafts", Proof.DRAFT_CONSUMED),
        ("outlook-drafts", Proof.SENT_COPY),
        ("local-drafts", Proof.SENT_COPY),
    ],
)
def test_announced_and_executed_is_confirmed_by_looking(
    install: Install, kind: str, proof: Proof
) -> None:
    """It went although nobody was told; the look proves it, and nothing is sent again."""
    at = install(kind)
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.proof) == (State.SENT, proof)
    assert len(at.far.went()) == 1


@pytest.mark.parametrize("is_executed", [False, True])
def test_announced_without_drafts_is_put_to_the_user(
    send_only: Installation, *, is_executed: bool
) -> None:
    """Nothing can be looked at: the service does not guess and does not send again."""
    follow_up = send_only.queue.add()
    send_only.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=is_executed)
    send_only.run_until_quiet()
    assert send_only.state(follow_up) is State.UNCONFIRMED
    assert send_only.server.bench.sends() == is_executed


def test_announced_at_graph_is_looked_at_for_a_quarter_of_an_hour(install: Install) -> None:
    """Graph may still send what it shows as a draft: only after 15 minutes it is proof."""
    at = install("outlook-drafts")
    follow_up = at.queue.add()
    announced_at = at.clock.now()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    looks = 0
    while at.clock.now() - announced_at < SETTLE:
        at.work()
        looks += 1
        assert at.state(follow_up) is State.SENDING
        assert at.server.bench.sends() == 0
        wake = at.next_wake()
        assert wake is not None
        at.clock.move_to(wake)
    assert 3 <= looks <= 15
    at.work()
    assert "disprove" in at.events(follow_up)
    # By now it is late, so that the user gets notice before it goes.
    again = at.queue.get(follow_up)
    assert again.state is State.SCHEDULED
    assert again.slot is not None
    assert again.slot.at >= at.clock.now() + timedelta(minutes=10)
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


def test_graph_taking_its_time_is_waited_for(install: Install) -> None:
    """Still shown as a draft after 14 minutes, then moved: one mail, and it counts as sent."""
    at = install("outlook-drafts")
    microsoft = _microsoft(at)
    microsoft.mailbox(ADDRESS).reads_before_settling = None
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    at.work()
    at.clock.pass_by(timedelta(minutes=14))
    at.work()
    assert at.state(follow_up) is State.SENDING
    microsoft.settle()
    at.run_until_quiet()
    assert at.queue.get(follow_up).proof == Proof.SENT_COPY
    assert at.server.bench.sends() == 1


@pytest.mark.parametrize("survives", [True, False], ids=["key-kept", "key-lost"])
def test_a_sent_copy_at_graph_is_found_though_its_id_changed(
    install: Install, *, survives: bool
) -> None:
    """One page of the documentation says that the id changes: key or Message-ID finds the copy."""
    at = install("outlook-drafts")
    box = _microsoft(at).mailbox(ADDRESS)
    box.immutable_id_changes_on_send = True
    box.extended_survive_send = survives
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert at.server.bench.sends() == 1


def test_a_draft_gone_at_graph_and_not_found_is_put_to_the_user(install: Install) -> None:
    """Neither draft nor copy: after 15 minutes nobody can tell."""
    at = install("outlook-drafts")
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    (draft_id,) = at.far.draft_ids()
    _microsoft(at).delete_draft(ADDRESS, draft_id, for_good=True)
    at.work()
    assert at.state(follow_up) is State.SENDING
    at.run_until_quiet()
    assert at.state(follow_up) is State.UNCONFIRMED
    assert at.far.went() == []


@pytest.mark.parametrize("step", [Step.CLAIMED, Step.ANNOUNCED])
def test_a_dead_attempt_found_an_hour_later_gives_notice_before_it_goes(
    install: Install, step: Step
) -> None:
    """Proof of absence does not make a late mail go at once (T11)."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, step)
    at.clock.pass_by(timedelta(hours=1))
    at.work()
    after = at.queue.get(follow_up)
    assert after.state is State.SCHEDULED
    assert after.slot is not None
    assert after.slot.at >= at.clock.now() + timedelta(minutes=10)
    assert at.far.went() == []
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT


def test_a_stale_dead_attempt_is_held_for_a_new_slot(install: Install) -> None:
    """Nothing went, and the text may be wrong by now: the user is asked."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    at.clock.pass_by(timedelta(days=7))
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, "new-slot")
    assert at.far.went() == []


def test_several_dead_attempts_are_settled_in_one_round(any_mailbox: Installation) -> None:
    """Every open attempt is judged, each by its own step."""
    claimed = any_mailbox.queue.add(company="Claimed", address="claimed@tidewater.example")
    announced = any_mailbox.queue.add(company="Sent", address="sent@tidewater.example")
    any_mailbox.leave_attempt(claimed, Step.CLAIMED)
    any_mailbox.leave_attempt(announced, Step.ANNOUNCED, is_executed=True)
    any_mailbox.run_until_quiet()
    is_blind = any_mailbox.access is Access.SEND_ONLY
    assert any_mailbox.state(claimed) is State.SENT
    assert any_mailbox.state(announced) is (State.UNCONFIRMED if is_blind else State.SENT)
    assert count_attempts(any_mailbox.app.database, Step.ENDED) == 3


def _microsoft(at: Installation) -> LoopbackMicrosoft:
    server = at.server.bench.server
    assert isinstance(server, LoopbackMicrosoft)
    return server
