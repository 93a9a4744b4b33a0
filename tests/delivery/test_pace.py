"""A mailbox sends no faster than its provider allows, and says when a day is full."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from providers.base import Access
from service import outbox
from service.records import FollowUp
from service.schema import attempts
from service.states import State, WaitingFor
from tests.delivery.conftest import LOCAL, Install
from tests.delivery.installation import Installation
from tests.factories import make_slot
from tests.loopback.google import answers as google
from tests.loopback.microsoft import graph_answers
from tests.loopback.server import Response

SERVED = ("gmail-drafts", "outlook-send-only")


def _announce(at: Installation, mails: int, moment: datetime) -> None:
    """Let a number of sends have been announced at a moment."""
    before = at.queue.add(State.STOPPED, company="Before", address="before@tidewater.example")
    ended = {
        "follow_up_id": before.id,
        "mailbox_id": at.id,
        "owner": "test",
        "access": Access.SEND_ONLY,
        "started_at": moment,
        "announced_at": moment,
        "ended_at": moment,
        "step": "ended",
        "outcome": "confirm",
        "draft_is_outdated": False,
        "draft_is_gone": True,
        "looks": 0,
    }
    with at.app.database.write() as connection:
        connection.execute(sa.insert(attempts), [ended] * mails)


def _pace(at: Installation) -> tuple[int, int]:
    pace = at.app.mailboxes.provider(at.mailbox).pace
    assert pace is not None
    return pace.per_minute, pace.per_day


def _reason(at: Installation, follow_up: FollowUp) -> str:
    with at.app.database.read() as connection:
        return outbox.list_events(connection, follow_up.id)[-1].reason


@pytest.mark.parametrize("kind", SERVED)
def test_a_full_minute_is_waited_out(install: Install, kind: str) -> None:
    """With one mail too many in the minute, the mailbox waits until the first of them is past."""
    at = install(kind)
    started_at = at.clock.now()
    _announce(at, _pace(at)[0], started_at - timedelta(seconds=20))
    follow_up = at.queue.add()
    assert at.work() == 0
    assert at.stored_mailbox().blocked_until == started_at + timedelta(seconds=40)
    assert not at.has_work()
    at.run_until_quiet()
    assert at.queue.get(follow_up).sent_at == started_at + timedelta(seconds=40)


@pytest.mark.parametrize("kind", SERVED)
def test_one_less_than_a_full_minute_goes_at_once(install: Install, kind: str) -> None:
    """The pace delays nobody who sends a few mails; the last there is room for fills it."""
    at = install(kind)
    _announce(at, _pace(at)[0] - 1, at.clock.now())
    for company in ("One", "Two"):
        at.queue.add(company=company, address=f"{company.lower()}@tidewater.example")
    assert at.work() == 1
    assert at.stored_mailbox().blocked_until == at.clock.now() + timedelta(minutes=1)


def test_a_full_day_waits_for_the_next_and_says_so(install: Install) -> None:
    """What was due today goes in tomorrow's window, and so does what falls due later today."""
    at = install("gmail-drafts")
    started_at = at.clock.now()
    _announce(at, _pace(at)[1], started_at - timedelta(hours=1))
    follow_up = at.queue.add()
    later = at.queue.add(
        company="Later",
        address="later@tidewater.example",
        slot=make_slot(started_at + timedelta(hours=2)),
    )
    assert at.work() == 0
    for each in (follow_up, later):
        waiting = at.queue.get(each)
        assert waiting.state is State.SCHEDULED
        assert waiting.slot is not None
        assert waiting.slot.at.date() == started_at.date() + timedelta(days=1)
        said = "the daily limit of this mailbox is reached; it goes Thursday 10 December "
        assert _reason(at, each).startswith(said)
    assert not at.has_work()
    at.run_until_quiet()
    assert at.state(follow_up) is at.state(later) is State.SENT


def test_a_full_day_that_has_room_again_in_time_moves_nothing(install: Install) -> None:
    """Mails of yesterday noon make room today at noon, and the mail goes this afternoon."""
    at = install("gmail-drafts")
    started_at = at.clock.now()
    _announce(at, _pace(at)[1], started_at - timedelta(hours=21))
    follow_up = at.queue.add()
    at.work()
    assert "move" not in at.events(follow_up)
    at.run_until_quiet()
    sent_at = at.queue.get(follow_up).sent_at
    assert sent_at is not None
    assert sent_at - started_at < timedelta(hours=4)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("gmail-drafts", google.mail_sending_limit()),
        ("gmail-send-only", google.daily_limit_exceeded()),
        ("outlook-send-only", graph_answers.message_limit()),
        ("outlook-drafts", graph_answers.message_limit(400)),
    ],
    ids=["gmail", "google-project", "outlook-send-only", "outlook-drafts"],
)
def test_a_limit_that_the_provider_names_waits_for_the_next_day(
    install: Install, kind: str, answer: Response
) -> None:
    """It certainly did not go; it goes the next morning, and until then nothing is tried."""
    at = install(kind)
    started_at = at.clock.now()
    at.server.bench.arm(at.server.bench.sending, "before", answer)
    follow_up = at.queue.add()
    at.work()
    waiting = at.queue.get(follow_up)
    assert (waiting.state, waiting.tries) == (State.SCHEDULED, 1)
    assert waiting.slot is not None
    assert waiting.slot.at.date() == started_at.date() + timedelta(days=1)
    assert _reason(at, follow_up).startswith("the daily limit of this mailbox is reached; it goes")
    assert at.server.bench.sends() == 1
    assert not at.has_work()
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert at.server.bench.sends() == 2


def test_a_limit_that_ends_today_is_waited_out_today(install: Install) -> None:
    """Gmail may say "retry after 11:12": that is within the mail's own window."""
    at = install("gmail-drafts")
    started_at = at.clock.now()
    fault = at.server.throttled_until(started_at, 7200)
    at.server.bench.arm(at.server.bench.sending, "before", fault)
    follow_up = at.queue.add()
    at.work()
    assert at.queue.get(follow_up).next_try_at == started_at + timedelta(hours=2)
    at.run_until_quiet()
    assert at.queue.get(follow_up).sent_at == started_at + timedelta(hours=2)


def test_day_after_day_over_the_limit_ends_with_a_question(install: Install) -> None:
    """Retries end when the words may be stale: the user is asked for a new time."""
    at = install("outlook-send-only")
    for _ in range(6):
        at.server.bench.arm(at.server.bench.sending, "before", graph_answers.message_limit())
    follow_up = at.queue.add()
    at.run_until_quiet()
    held = at.queue.get(follow_up)
    assert (held.state, held.waiting_for) == (State.HELD, WaitingFor.NEW_SLOT)
    assert 2 <= held.tries <= 3
    assert at.far.went() == []


def test_on_this_computer_nobody_counts(install: Install) -> None:
    """The local mailbox has no pace, and is not asked for one."""
    at = install(LOCAL)
    assert at.app.mailboxes.provider(at.mailbox).pace is None
    _announce(at, 1000, at.clock.now())
    at.queue.add()
    assert at.work() == 1


def test_a_mailbox_that_cannot_be_opened_keeps_nothing_until_it_is_stale(install: Install) -> None:
    """With the sign-in server gone for days, the user is asked before the words are wrong."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.server.bench.server.stop()
    at.age_token()
    at.work()
    assert at.state(follow_up) is State.SCHEDULED
    at.clock.pass_by(timedelta(days=6))
    at.age_token()
    at.work()
    held = at.queue.get(follow_up)
    assert (held.state, held.waiting_for) == (State.HELD, WaitingFor.NEW_SLOT)
