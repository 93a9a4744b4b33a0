"""Sign-ins are proved when they are given and every evening; only the provider's word ends one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from providers.errors import SignInAgain
from service.app import App
from service.clock import real_now
from service.mailboxes.evenings import SPREAD, next_evening
from service.mailboxes.probing import AGAIN, Prober
from service.schema import grants, mailboxes
from service.states import State
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.loopback.exchange import Request, request_to
from tests.loopback.faults import Fault
from tests.loopback.google import LoopbackGoogle, answers
from tests.loopback.microsoft import entra_answers
from tests.loopback.server import Response

THREADS = 8
KINDS = ("gmail-drafts", "outlook-send-only")


def _prober(at: Installation, *, ahead: timedelta = timedelta()) -> Prober:
    """Return what probes by a clock that is so far ahead of the computer's."""
    return Prober(at.app.database, at.app.mailboxes, lambda: real_now() + ahead)


def _refreshes(at: Installation) -> int:
    return len(at.server.bench.server.requests_to("POST", at.server.bench.token_path))


def _next_probe(at: Installation) -> datetime | None:
    with at.app.database.read() as connection:
        return connection.scalar(sa.select(mailboxes.c.next_probe_at))


def _answer_refresh(at: Installation, answer: Response) -> None:
    """Answer the next refresh so; the redeeming of a code goes on as ever."""
    is_token = request_to("POST", at.server.bench.token_path)

    def is_refresh(request: Request) -> bool:
        return is_token(request) and request.form().get("grant_type") == ["refresh_token"]

    at.server.bench.server.faults.add(Fault(is_refresh, "before", answer))


def _age_grant(at: Installation, age: timedelta) -> None:
    with at.app.database.write() as connection:
        connection.execute(sa.update(grants).values(granted_at=real_now() - age))


@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_in_is_refreshed_before_it_is_stored(install: Install, kind: str) -> None:
    """Two requests for tokens: the code, and the first refresh; the next probe is an evening's."""
    at = install(kind)
    assert _refreshes(at) == 2
    at.app.mailboxes.open(at.mailbox).mailbox.close()
    assert _refreshes(at) == 2
    following = _next_probe(at)
    assert following is not None
    assert real_now() < following < real_now() + timedelta(days=1) + SPREAD


@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_in_that_cannot_be_refreshed_is_refused_at_once(install: Install, kind: str) -> None:
    """The user is still there; the mailbox of before stays as it was."""
    at = install(kind)
    before = at.stored_mailbox()
    refused = (
        answers.oauth_error(400, "invalid_grant", "Bad Request")
        if at.provider == "gmail"
        else entra_answers.interaction_required()
    )
    _answer_refresh(at, refused)
    with pytest.raises(SignInAgain):
        at.connect()
    assert at.stored_mailbox() == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_that_cannot_be_asked_at_once_is_asked_by_the_next_round(
    install: Install, kind: str
) -> None:
    """Trouble on the way refuses no sign-in; it is proved as soon as that is over."""
    at = install(kind)
    _answer_refresh(at, Response(503))
    at.connect()
    assert _next_probe(at) is None
    before = _refreshes(at)
    assert _prober(at).round() == 1
    assert _refreshes(at) == before + 1
    assert _next_probe(at) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_every_evening_each_sign_in_is_proved_once(install: Install, kind: str) -> None:
    """However many services share the work, and although the token is good for long."""
    at = install(kind)
    other, _ = at.another()
    before = _refreshes(at)
    assert _prober(at).round() == 0
    for evenings in (1, 2):
        ahead = timedelta(days=evenings) + SPREAD
        start = threading.Barrier(THREADS)

        def probe(app: App, ahead: timedelta = ahead, start: Barrier = start) -> int:
            prober = Prober(app.database, app.mailboxes, lambda: real_now() + ahead)
            start.wait()
            return prober.round()

        with ThreadPoolExecutor(THREADS) as pool:
            rounds = [pool.submit(probe, app) for app in (at.app, other) * (THREADS // 2)]
        assert sum(each.result() for each in rounds) == 1
        assert _refreshes(at) == before + evenings


@pytest.mark.parametrize("kind", KINDS)
def test_a_probe_that_is_refused_signs_out_before_any_mail_needs_it(
    install: Install, kind: str
) -> None:
    """The evening before: the mail of the morning stands, and waits for the user."""
    at = install(kind)
    follow_up = at.queue.add()
    at.server.bench.revoke()
    assert _prober(at, ahead=timedelta(days=2)).round() == 1
    assert at.stored_mailbox().signed_out_at is not None
    assert at.state(follow_up) is State.SCHEDULED
    assert _prober(at, ahead=timedelta(days=9)).round() == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", ["gone", 503, 429])
def test_trouble_on_the_way_signs_nobody_out_and_is_tried_again(
    install: Install, kind: str, trouble: str | int
) -> None:
    """No network, a server in trouble, too many questions: the grant stays, and is asked again."""
    at = install(kind)
    server = at.server.bench.server
    ahead = timedelta(days=2)
    if isinstance(trouble, int):
        at.server.bench.arm(at.server.bench.token_path, "before", Response(trouble))
    else:
        server.stop()
    assert _prober(at, ahead=ahead).round() == 1
    if trouble == "gone":
        server.start()
    assert at.stored_mailbox().signed_out_at is None
    assert _prober(at, ahead=ahead).round() == 0
    before = _refreshes(at)
    assert _prober(at, ahead=ahead + AGAIN).round() == 1
    assert _refreshes(at) == before + 1


def test_a_good_token_waits_for_no_refresh(install: Install) -> None:
    """A mail goes while a probe hangs: neither its lease nor its lock is in the way."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    held = at.server.bench.arm(at.server.bench.token_path, "before", "hang")
    with ThreadPoolExecutor(1) as pool:
        probe = pool.submit(at.app.mailboxes.probe, at.mailbox)
        held.wait_until_hit()
        at.work()
        assert at.state(follow_up) is State.SENT
        held.release()
        assert probe.exception() is None


@pytest.mark.parametrize(
    ("is_testing", "days", "is_named"),
    [
        (None, 6.4, False),
        (None, 7.0, True),
        (None, 7.9, True),
        (None, 8.1, False),
        (True, 7.0, True),
        (True, 20.0, True),
        (False, 7.0, False),
    ],
)
def test_a_grant_that_ends_after_a_week_names_the_cause(
    install: Install, *, is_testing: bool | None, days: float, is_named: bool
) -> None:
    """Seven days of a project in Testing, unless the user has said that it is none."""
    at = install("gmail-drafts")
    if is_testing is not None:
        at.app.mailboxes.note_testing(at.mailbox, is_testing=is_testing)
    at.server.bench.revoke()
    _age_grant(at, timedelta(days=days))
    with pytest.raises(SignInAgain) as caught:
        at.app.mailboxes.probe(at.stored_mailbox())
    reason = at.stored_mailbox().signed_out_reason or ""
    assert caught.value.detail == reason
    assert ("after seven days, as it does" in reason) is is_named


def test_a_project_in_testing_ends_the_sign_in_a_week_after_it_was_given(install: Install) -> None:
    """It is known beforehand, by the moment of consent and not by that of a refresh."""
    at = install("gmail-drafts")
    assert at.app.mailboxes.ends_at(at.mailbox) is None
    at.app.mailboxes.note_testing(at.mailbox, is_testing=True)
    _age_grant(at, timedelta(days=3))
    at.app.mailboxes.probe(at.mailbox)
    ends_at = at.app.mailboxes.ends_at(at.stored_mailbox())
    assert ends_at is not None
    assert abs(ends_at - real_now() - timedelta(days=4)) < timedelta(minutes=1)
    google = at.server.bench.server
    assert isinstance(google, LoopbackGoogle)
    google.oauth.grants.is_testing = True
    google.advance(timedelta(days=7, minutes=1))
    with pytest.raises(SignInAgain):
        at.app.mailboxes.probe(at.stored_mailbox())


@pytest.mark.parametrize(
    ("now", "evening"),
    [
        (datetime(2026, 12, 7, 12, 0, tzinfo=UTC), datetime(2026, 12, 7, 17, 0, tzinfo=UTC)),
        (datetime(2026, 12, 7, 17, 0, tzinfo=UTC), datetime(2026, 12, 8, 17, 0, tzinfo=UTC)),
        # The clocks go back in the night to 25 October.
        (datetime(2026, 10, 24, 17, 0, tzinfo=UTC), datetime(2026, 10, 25, 17, 0, tzinfo=UTC)),
    ],
)
def test_the_evening_is_the_candidates_own(now: datetime, evening: datetime) -> None:
    """Six o'clock in Paris, whatever the computer's zone, the days of clock changes included."""
    assert next_evening("Europe/Paris", now, 30) == evening
