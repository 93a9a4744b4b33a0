"""Tokens, grants and blocks: who is refreshed, who is signed out, and what waits meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from providers.base import Access
from providers.errors import SignInAgain
from service.actions import accounts
from service.app import App
from service.errors import MailboxUnusable
from service.schema import grants
from service.states import State, Step, WaitingFor
from tests.delivery.conftest import DRAFTS, SEND_ONLY, Install
from tests.delivery.installation import Installation
from tests.delivery.late_fault import LateFault
from tests.loopback.faults import Ending, Fault, When
from tests.loopback.server import Response, request_to

THREADS = 12


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Return threads for what has to happen at the same time."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield pool


def _refreshes(at: Installation) -> int:
    return len(at.server.bench.server.requests_to("POST", at.server.bench.token_path))


def test_a_refused_token_is_refreshed_once_and_the_mail_goes(served: Installation) -> None:
    """401 proves that nothing was executed: one refresh, one more request, one mail."""
    follow_up = served.queue.add()
    before = _refreshes(served)
    served.server.bench.expire_tokens()
    served.work()
    assert served.state(follow_up) is State.SENT
    assert _refreshes(served) == before + 1
    assert len(served.attempts(follow_up)) == 1
    assert served.stored_mailbox().signed_out_at is None


def test_a_token_refused_at_the_send_itself_is_refreshed(served: Installation) -> None:
    """The same after the announcement: two requests to send, of which one was executed."""
    follow_up = served.queue.add()
    served.clock.alarms.append(lambda: served.is_announced() and _expire(served))
    served.work()
    assert served.state(follow_up) is State.SENT
    assert served.server.bench.sends() == 2
    assert len(served.far.went()) == 1


def test_a_token_about_to_end_is_refreshed_before_use(served: Installation) -> None:
    """No mail is begun with a token that may end on the way."""
    served.age_token()
    follow_up = served.queue.add()
    before = _refreshes(served)
    served.work()
    assert served.state(follow_up) is State.SENT
    assert _refreshes(served) == before + 1
    assert served.server.bench.sends() == 1


@pytest.mark.parametrize("when", ["before-a-claim", "at-a-call", "at-the-send"])
def test_a_revoked_grant_signs_the_mailbox_out_and_its_mail_waits(
    served: Installation, when: str
) -> None:
    """Waiting is visible, costs no further requests, and ends with a new sign-in."""
    follow_up = served.queue.add()
    if when == "at-the-send":
        served.clock.alarms.append(lambda: served.is_announced() and _revoke(served))
    else:
        _revoke(served)
        if when == "before-a-claim":
            served.age_token()
    served.work()
    mailbox = served.stored_mailbox()
    assert mailbox.signed_out_at is not None
    assert mailbox.signed_out_reason
    assert served.state(follow_up) is State.SCHEDULED
    assert not served.has_work()
    asked = len(served.server.bench.server.log)
    assert served.work() == 0
    assert len(served.server.bench.server.log) == asked
    served.clock.pass_by(timedelta(minutes=2))
    assert served.connect().id == served.id
    assert served.stored_mailbox().signed_out_at is None
    served.run_until_quiet()
    assert served.state(follow_up) is State.SENT


def test_signed_in_again_hours_later_the_mail_gives_notice(served: Installation) -> None:
    """What waited for a sign-in goes under the rules for missed slots (T11)."""
    follow_up = served.queue.add()
    _revoke(served)
    served.work()
    served.clock.pass_by(timedelta(hours=3))
    served.connect()
    signed_in_at = served.clock.now()
    served.run_until_quiet()
    sent_at = served.queue.get(follow_up).sent_at
    assert sent_at is not None
    assert sent_at >= signed_in_at + timedelta(minutes=10)


def test_a_missing_scope_signs_out_with_a_reason(served: Installation) -> None:
    """A box that was unticked is told apart from a token that is old: no refresh mends it."""
    follow_up = served.queue.add()
    served.server.bench.narrow()
    before = _refreshes(served)
    served.work()
    assert served.stored_mailbox().signed_out_at is not None
    assert served.state(follow_up) is State.SCHEDULED
    assert _refreshes(served) == before


@pytest.mark.parametrize("is_old", [False, True], ids=["token-good", "token-old"])
def test_a_network_that_is_gone_signs_nobody_out(served: Installation, *, is_old: bool) -> None:
    """The mail waits and goes when the network is back."""
    if is_old:
        served.age_token()
    follow_up = served.queue.add()
    server = served.server.bench.server
    server.stop()
    for _ in range(3):
        served.clock.move_to(served.next_wake() or served.clock.now())
        served.delivery.work(served.id)
    assert served.state(follow_up) is State.SCHEDULED
    assert served.stored_mailbox().signed_out_at is None
    server.start()
    served.run_until_quiet()
    assert served.state(follow_up) is State.SENT


def test_a_block_is_kept_even_while_something_else_is_looked_at(install: Install) -> None:
    """Asked to wait, the service sends nothing from this mailbox until then."""
    at = install("outlook-drafts")
    looked_at = at.queue.add(company="Looked at", address="looked@tidewater.example")
    at.leave_attempt(looked_at, Step.ANNOUNCED)
    waiting = at.queue.add(company="Waiting", address="waiting@tidewater.example")
    until = at.clock.now() + timedelta(minutes=5)
    at.app.mailboxes.block(at.mailbox, until, "Microsoft asks to slow down.")
    while at.clock.now() < until:
        if at.has_work():
            at.work()
        assert at.state(waiting) is State.SCHEDULED
        assert at.server.drafts_made() == 1
        at.clock.pass_by(timedelta(minutes=1))
    at.run_until_quiet()
    assert at.state(waiting) is State.SENT


def test_a_wait_without_end_is_cut_short(send_only: Installation) -> None:
    """A provider's number may be nonsense: the mail is not lost over it, nor taken for unknown."""
    follow_up = send_only.queue.add()
    headers = {"Retry-After": "999999999999999"}
    send_only.server.bench.arm(
        send_only.server.bench.sending, "before", Response(429, json={"error": {}}, headers=headers)
    )
    send_only.work()
    assert send_only.state(follow_up) is State.SCHEDULED


def test_many_threads_and_two_processes_make_one_refresh(
    install: Install, pool: ThreadPoolExecutor
) -> None:
    """Whoever comes second uses what the first one got."""
    at = install("outlook-drafts")
    other, _ = at.another()
    at.age_token()
    before = _refreshes(at)
    apps = [at.app, other] * (THREADS // 2)
    tokens = [future.result() for future in [pool.submit(_open, app, at) for app in apps]]
    assert set(tokens) == {2}
    assert _refreshes(at) == before + 1


def test_a_sign_in_while_an_old_refresh_is_under_way_wins(
    install: Install, pool: ThreadPoolExecutor
) -> None:
    """The newer grant is neither overwritten by the older one's refresh nor forgotten."""
    at = install("outlook-drafts")
    held, fault = _refresh_held(at, pool, "before", "hang")
    at.connect()
    newest = _stored(at)
    fault.release()
    assert held.exception() is None
    assert _stored(at) == newest


def test_a_sign_in_while_an_old_grant_is_refused_stays_signed_in(
    install: Install, pool: ThreadPoolExecutor
) -> None:
    """The refusal was about the grant of before."""
    at = install("gmail-drafts")
    refused = Response(400, json={"error": "invalid_grant", "error_description": "Revoked."})
    held, fault = _refresh_held(at, pool, "before", refused)
    at.connect()
    fault.release()
    assert isinstance(held.exception(), SignInAgain | None)
    assert at.stored_mailbox().signed_out_at is None


def test_a_refresh_that_ends_after_a_disconnection_stores_nothing(
    install: Install, pool: ThreadPoolExecutor
) -> None:
    """Disconnected means that no token is kept."""
    at = install("outlook-drafts")
    held, fault = _refresh_held(at, pool, "before", "hang")
    at.app.mailboxes.disconnect(at.mailbox)
    fault.release()
    assert isinstance(held.exception(), MailboxUnusable | None)
    assert _stored(at) is None


@pytest.mark.parametrize("step", [Step.CLAIMED, Step.DRAFTED])
def test_disconnected_while_sending_the_mail_waits_for_another_mailbox(
    install: Install, step: Step
) -> None:
    """Nothing stays scheduled in a mailbox from which nothing can go: nobody would hear of it."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, step)
    accounts.disconnect(at.office, at.candidate, at.mailbox)
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.MAILBOX)


@pytest.mark.parametrize(
    ("kind", "is_announced"),
    # Without a draft nothing is asked of the provider before the announcement.
    [*((kind, False) for kind in DRAFTS), *((kind, True) for kind in (*DRAFTS, *SEND_ONLY))],
)
def test_disconnected_under_a_living_worker_the_mail_waits_for_another_mailbox(
    install: Install, kind: str, *, is_announced: bool
) -> None:
    """The same where the process lives on; a refused token proves that nothing went."""
    at = install(kind)
    follow_up = at.queue.add()

    def disconnect() -> bool:
        is_now = at.is_announced() if is_announced else at.state(follow_up) is State.SENDING
        if is_now:
            at.server.bench.expire_tokens()
            accounts.disconnect(at.office, at.candidate, at.mailbox)
        return is_now

    at.clock.alarms.append(disconnect)
    at.delivery.work(at.id)
    assert at.clock.alarms == []
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.MAILBOX)
    assert at.far.went() == []


def test_without_its_key_a_mailbox_waits_and_the_round_ends(install: Install) -> None:
    """A key file that is gone is the user's to put back; until then there is no hurry."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    (at.folder / "vault.key").rename(at.folder / "kept-elsewhere")
    _, delivery = at.another()
    assert delivery.work(at.id) == 0
    assert at.state(follow_up) is State.SCHEDULED
    assert at.stored_mailbox().blocked_until is not None
    (at.folder / "kept-elsewhere").rename(at.folder / "vault.key")
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT


def test_an_ended_access_is_said_in_one_sentence_without_secrets(served: Installation) -> None:
    """What the user reads of it names no token."""
    _revoke(served)
    served.queue.add()
    served.work()
    reason = served.stored_mailbox().signed_out_reason or ""
    assert reason.endswith((".", ")"))
    assert not [secret for secret in served.server.bench.secrets() if secret in reason]


def test_after_a_change_of_access_the_new_one_is_used(install: Install) -> None:
    """Connected again with the narrower access, the same mailbox sends without drafts."""
    at = install("gmail-drafts")
    at.access = Access.SEND_ONLY
    assert at.connect().id == at.id
    follow_up = at.queue.add()
    at.work()
    assert at.state(follow_up) is State.SENT
    assert at.server.drafts_made() == 0


def _expire(at: Installation) -> bool:
    at.server.bench.expire_tokens()
    return True


def _revoke(at: Installation) -> bool:
    at.server.bench.revoke()
    at.server.bench.expire_tokens()
    return True


def _open(app: App, at: Installation) -> int:
    opened = app.mailboxes.open(at.mailbox)
    opened.mailbox.close()
    return opened.version


def _refresh_held(
    at: Installation, pool: ThreadPoolExecutor, when: When, what: Response | Ending
) -> tuple[Future[None], Fault]:
    """Begin a refresh, and return once its request is held by the server."""
    kind: Callable[..., Fault] = Fault if what == "hang" else LateFault
    path = at.server.bench.token_path
    fault = at.server.bench.server.faults.add(kind(request_to("POST", path), when, what))
    held = pool.submit(at.app.mailboxes.probe, at.mailbox)
    fault.wait_until_hit()
    return held, fault


def _stored(at: Installation) -> tuple[int, bytes] | None:
    with at.app.database.read() as connection:
        row = connection.execute(sa.select(grants.c.version, grants.c.secret)).one_or_none()
    return (row[0], row[1]) if row else None
