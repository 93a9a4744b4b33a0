"""Nothing is sent by a clock that the provider's answers show to be wrong."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from providers.errors import TryLater
from service.delivery import decisions
from service.records import FollowUp
from service.states import State
from tests.delivery.installation import Installation

HOUR = timedelta(hours=1)


def _add_by_wrong_clock(at: Installation, off_by: timedelta) -> FollowUp:
    at.server.bench.server.date_is_off_by = off_by
    follow_up = at.queue.add()
    at.work()
    return follow_up


@pytest.mark.parametrize("off_by", [3 * HOUR, -3 * HOUR], ids=["behind", "ahead"])
def test_nothing_is_sent_by_a_wrong_clock(served: Installation, off_by: timedelta) -> None:
    """The reason names both times, and the mail waits for the right one."""
    follow_up = _add_by_wrong_clock(served, off_by)
    waiting = served.queue.get(follow_up)
    assert (waiting.state, waiting.tries) == (State.SCHEDULED, 1)
    assert waiting.last_error is not None
    assert waiting.last_error.startswith("This computer's clock says ")
    assert waiting.last_error.endswith(": nothing is sent until it is set right.")
    assert served.attempts(follow_up)[-1].answer == "clock-wrong"
    assert served.sends() == 0


def test_by_a_wrong_clock_nothing_more_is_claimed_or_planned(served: Installation) -> None:
    """What falls due by it is not late, whatever it says; and no round asks at every tick."""
    follow_up = _add_by_wrong_clock(served, 3 * HOUR)
    asked = len(served.server.bench.server.log)
    served.clock.pass_by(HOUR)
    for _ in range(3):
        assert served.work() == 0
    assert len(served.server.bench.server.log) == asked
    _let_pass(served)
    assert served.work() == 0
    assert served.queue.get(follow_up).tries == 1
    assert "move" not in served.events(follow_up)
    assert served.sends() == 0


def test_set_right_the_mail_goes(served: Installation) -> None:
    """Both clocks agree again: the mail is due by the right one, however far ours was ahead."""
    follow_up = _add_by_wrong_clock(served, -3 * HOUR)
    served.server.bench.server.date_is_off_by = timedelta()
    _let_pass(served)
    served.run_until_quiet()
    assert served.state(follow_up) is State.SENT
    assert served.sends() == 1


@pytest.mark.parametrize("minutes", [-9, 9])
def test_a_clock_that_is_a_little_off_is_no_matter(served: Installation, minutes: int) -> None:
    """A few minutes more or less harm nobody."""
    follow_up = _add_by_wrong_clock(served, timedelta(minutes=minutes))
    assert served.state(follow_up) is State.SENT


def test_a_draft_made_by_a_wrong_clock_is_the_one_that_goes(with_drafts: Installation) -> None:
    """It stands meanwhile, and no second one is made."""
    at = with_drafts
    _add_by_wrong_clock(at, 3 * HOUR)
    assert len(at.far.draft_ids()) == 1
    at.server.bench.server.date_is_off_by = timedelta()
    _let_pass(at)
    at.run_until_quiet()
    assert at.server.drafts_made() == 1
    assert at.far.draft_ids() == []


def test_with_drafts_the_time_costs_no_request(with_drafts: Installation) -> None:
    """It came with the answer to the draft."""
    with_drafts.queue.add()
    with_drafts.work()
    assert with_drafts.server.bench.server.requests_to("HEAD", ".*") == ()


def test_without_drafts_the_time_is_asked_for_once_a_round(send_only: Installation) -> None:
    """Before the first mail, by the connection that it takes; the next has its answer."""
    for company in ("One", "Two"):
        send_only.queue.add(company=company, address=f"{company.lower()}@tidewater.example")
    assert send_only.work() == 2
    assert len(send_only.server.bench.server.requests_to("HEAD", ".*")) == 1


def test_a_clock_ahead_is_tried_again_by_the_right_time() -> None:
    """A next try by the wrong time would keep the mail for hours once the clock is set back."""
    right = datetime(2026, 12, 9, 6, 12, tzinfo=UTC)
    wrong = right + 3 * HOUR
    with pytest.raises(TryLater) as caught:
        decisions.refuse_wrong_clock(right, wrong, wrong)
    assert decisions.next_try(caught.value, 1, wrong) == right + decisions.CLOCK_WAIT
    assert "09 Dec 09:12 UTC" in caught.value.detail
    assert "09 Dec 06:12 UTC" in caught.value.detail


def _let_pass(at: Installation) -> None:
    """Let the minutes have passed for which nothing is asked; no clock of a test counts them."""
    waits = at.delivery._waits._clock_wrong_until
    for mailbox_id in waits:
        waits[mailbox_id] = time.monotonic()
