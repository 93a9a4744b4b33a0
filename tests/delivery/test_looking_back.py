"""Mails whose attempts have ended are looked for again for a day: proof may come late."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import outbox
from service.actions import steering
from service.outbox import Attempt
from service.records import FollowUp, Slot
from service.schema import mailboxes
from service.states import Proof, State, Step
from tests.delivery.conftest import DRAFTS, LOCAL, Install
from tests.delivery.installation import Installation
from tests.loopback.microsoft import LoopbackMicrosoft, graph_answers
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS

HOUR = timedelta(hours=1)
FIRST = timedelta(minutes=15)


def _microsoft(at: Installation) -> LoopbackMicrosoft:
    server = at.server.bench.server
    assert isinstance(server, LoopbackMicrosoft)
    return server


def _take_time(at: Installation) -> LoopbackMicrosoft:
    """Let Graph leave what it accepts in Drafts until it is told to settle."""
    microsoft = _microsoft(at)
    microsoft.mailbox(ADDRESS).reads_before_settling = None
    return microsoft


def _lose(at: Installation) -> FollowUp:
    """Leave a mail that went, by an answer nobody heard, and that cannot be seen for a while."""
    microsoft = _take_time(at)
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    with microsoft.lock:
        hidden, microsoft.mailbox(ADDRESS).messages = microsoft.mailbox(ADDRESS).messages, []
    at.clock.pass_by(FIRST)
    at.work()
    assert at.state(follow_up) is State.UNCONFIRMED
    with microsoft.lock:
        microsoft.mailbox(ADDRESS).messages = hidden
    return follow_up


def _last(at: Installation, follow_up: FollowUp) -> Attempt:
    return at.attempts(follow_up)[-1]


@pytest.mark.parametrize("kind", DRAFTS)
def test_an_accepted_mail_gets_its_proof_a_quarter_of_an_hour_later(
    install: Install, kind: str
) -> None:
    """The provider's word is replaced by what was seen, with an event and nothing else."""
    at = install(kind)
    follow_up = at.queue.add()
    at.work()
    sent = at.queue.get(follow_up)
    assert (sent.state, sent.proof) == (State.SENT, Proof.ACCEPTED)
    assert at.next_wake() == at.clock.now() + FIRST
    at.run_until_quiet()
    proved = at.queue.get(follow_up)
    assert (proved.state, proved.sent_at) == (State.SENT, sent.sent_at)
    seen = Proof.DRAFT_CONSUMED if kind == "gmail-drafts" else Proof.SENT_COPY
    assert proved.proof == _last(at, follow_up).proof == seen
    assert at.events(follow_up) == ["submit", "claim", "confirm", "prove"]
    assert at.server.bench.sends() == 1


@pytest.mark.parametrize("kind", ["gmail-send-only", "outlook-send-only", LOCAL])
def test_where_a_look_tells_nothing_none_is_made(install: Install, kind: str) -> None:
    """Blindly sent, or kept on this computer: nothing is left to be done."""
    at = install(kind)
    at.queue.add()
    at.work()
    assert at.run_until_quiet() == 0


def test_an_accepted_mail_whose_draft_stands_an_hour_later_is_put_to_the_user(
    install: Install,
) -> None:
    """Graph said yes, and did nothing that can be seen: the service does not send it again."""
    at = install("outlook-drafts")
    _take_time(at)
    follow_up = at.queue.add()
    at.work()
    at.clock.pass_by(FIRST)
    at.work()
    assert at.state(follow_up) is State.SENT
    at.clock.pass_by(HOUR - FIRST)
    at.work()
    doubted = at.queue.get(follow_up)
    assert (doubted.state, doubted.proof, doubted.sent_at) == (State.UNCONFIRMED, None, None)
    assert at.events(follow_up)[-1] == "doubt"
    at.run_until_quiet()
    assert at.state(follow_up) is State.UNCONFIRMED
    assert at.server.bench.sends() == 1


def test_a_doubted_mail_that_went_after_all_counts_as_sent(install: Install) -> None:
    """Graph took two hours: the proof settles it without the user."""
    at = install("outlook-drafts")
    microsoft = _take_time(at)
    follow_up = at.queue.add()
    at.work()
    at.clock.pass_by(HOUR)
    at.work()
    assert at.state(follow_up) is State.UNCONFIRMED
    microsoft.settle()
    at.run_until_quiet()
    assert at.queue.get(follow_up).proof == Proof.SENT_COPY
    assert at.server.bench.sends() == 1


def test_the_user_s_word_settles_a_doubted_mail(install: Install) -> None:
    """Said not to have gone, the draft that stands is sent; nobody looks for the old attempt."""
    at = install("outlook-drafts")
    microsoft = _microsoft(at)
    at.server.bench.arm(at.server.bench.sending, "before", Response(202))
    follow_up = at.queue.add()
    at.delivery.work(at.id)
    at.clock.pass_by(HOUR)
    at.delivery.work(at.id)
    assert at.state(follow_up) is State.UNCONFIRMED
    assert len(at.far.draft_ids()) == 1
    steering.mark_not_sent(at.office, at.queue.get(follow_up))
    assert _last(at, follow_up).next_look_at is None
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(microsoft.delivered) == 1
    assert at.far.draft_ids() == []


def test_proof_that_comes_late_confirms_a_lost_mail(install: Install) -> None:
    """The user need not answer any more."""
    at = install("outlook-drafts")
    follow_up = _lose(at)
    _microsoft(at).settle()
    at.run_until_quiet()
    confirmed = at.queue.get(follow_up)
    assert (confirmed.state, confirmed.proof) == (State.SENT, Proof.SENT_COPY)
    assert at.server.bench.sends() == 1


def test_a_lost_mail_whose_draft_is_seen_standing_is_disproved(install: Install) -> None:
    """The draft was only out of sight: it did not go, and goes at the next decent time."""
    at = install("outlook-drafts")
    microsoft = _microsoft(at)
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    box = microsoft.mailbox(ADDRESS)
    with microsoft.lock:
        hidden, box.messages = box.messages, []
    at.clock.pass_by(FIRST)
    at.work()
    assert at.state(follow_up) is State.UNCONFIRMED
    with microsoft.lock:
        box.messages = hidden
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert at.events(follow_up)[:4] == ["submit", "claim", "lose", "disprove"]
    assert len(at.far.went()) == 1


def test_looks_come_at_growing_distances_for_a_day(install: Install) -> None:
    """A quarter of an hour, one, four, twelve and 24 hours after the send; then never again."""
    at = install("outlook-drafts")
    microsoft = _take_time(at)
    follow_up = at.queue.add()
    started_at = at.clock.now()
    at.work()
    with microsoft.lock:
        microsoft.mailbox(ADDRESS).messages.clear()
    waits = []
    while (wake := at.next_wake()) is not None:
        waits.append(wake - started_at)
        at.clock.move_to(wake)
        at.work()
    assert waits == [FIRST, HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR]
    assert at.state(follow_up) is State.SENT
    assert not at.has_work()


@pytest.mark.parametrize("kind", DRAFTS)
def test_a_look_that_fails_is_made_at_the_next_distance(install: Install, kind: str) -> None:
    """No storm of requests at a server in trouble."""
    at = install(kind)
    follow_up = at.queue.add()
    at.work()
    at.clock.pass_by(FIRST)
    at.server.bench.arm(at.server.looking, "before", Response(503, body=b""), method="GET")
    at.work()
    assert not at.has_work()
    assert at.queue.get(follow_up).proof == Proof.ACCEPTED
    at.run_until_quiet()
    assert at.queue.get(follow_up).proof != Proof.ACCEPTED
    assert at.broken() == []


@pytest.mark.parametrize("column", ["signed_out_at", "disconnected_at"])
def test_nobody_looks_into_a_mailbox_that_is_not_connected(install: Install, column: str) -> None:
    """It is looked into after the next sign-in; until then there is nothing to do."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.work()
    with at.app.database.write() as connection:
        connection.execute(sa.update(mailboxes).values({column: at.clock.now()}))
    at.clock.pass_by(HOUR)
    assert not at.has_work()
    assert at.next_wake() is None
    at.connect()
    at.run_until_quiet()
    assert at.queue.get(follow_up).proof == Proof.DRAFT_CONSUMED


def test_lost_by_a_disconnect_it_is_found_after_the_next_sign_in(install: Install) -> None:
    """Nobody could look meanwhile; connected again, the draft tells that it went."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)
    with at.app.database.write() as connection:
        connection.execute(sa.update(mailboxes).values(disconnected_at=at.clock.now()))
    at.work()
    assert at.state(follow_up) is State.UNCONFIRMED
    assert at.next_wake() is None
    at.connect()
    at.run_until_quiet()
    assert at.queue.get(follow_up).proof == Proof.DRAFT_CONSUMED
    assert at.server.bench.sends() == 1


def test_signed_in_again_without_drafts_nothing_is_looked_for(install: Install) -> None:
    """The narrower access can read no draft; asking would sign the mailbox out."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.work()
    asked = len(at.server.bench.server.log)
    with at.app.database.write() as connection:
        connection.execute(sa.update(mailboxes).values(access="send-only"))
    at.run_until_quiet()
    assert at.queue.get(follow_up).proof == Proof.ACCEPTED
    assert len(at.server.bench.server.log) == asked
    assert at.next_wake() is None


def test_a_look_that_ends_the_sign_in_is_the_last_until_the_next(install: Install) -> None:
    """Signed out by what it was told, it asks nothing more."""
    at = install("outlook-drafts")
    at.queue.add()
    at.work()
    at.clock.pass_by(FIRST)
    at.server.bench.arm(at.server.looking, "before", graph_answers.access_denied(), method="GET")
    at.work()
    assert at.stored_mailbox().signed_out_at is not None
    assert not at.has_work()
    assert at.broken() == []


def test_what_is_due_goes_before_anything_is_looked_for(install: Install) -> None:
    """A look may take its timeouts; a mail that is due does not wait for that."""
    at = install("gmail-drafts")
    at.queue.add(company="First", address="first@tidewater.example")
    at.work()
    at.clock.pass_by(FIRST)
    second = at.queue.add(company="Second", address="second@tidewater.example")
    with at.app.database.write() as connection:
        outbox.move(
            connection,
            second.id,
            _slot_now(at, second),
            at=at.clock.now(),
            by="user",
        )
    before = len(at.server.bench.server.log)
    at.work()
    paths = [entry.path for entry in at.server.bench.server.log[before:]]
    sent = next(n for n, path in enumerate(paths) if path.endswith("/drafts/send"))
    assert sent < len(paths) - 1
    assert at.state(second) is State.SENT


def _slot_now(at: Installation, follow_up: FollowUp) -> Slot:
    slot = follow_up.slot
    assert slot is not None
    return replace(slot, at=at.clock.now(), target_at=at.clock.now())
