"""Answers that tempt to a wrong conclusion, each one after a send was announced."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from providers.base import Access
from service.states import State, Step
from tests.delivery.conftest import DRAFTS, Install
from tests.delivery.faults import MAIL_CASES
from tests.delivery.installation import Installation
from tests.loopback.faults import Fault, When
from tests.loopback.google import LoopbackGoogle
from tests.loopback.google import answers as google
from tests.loopback.server import Response, request_to
from tests.providers.bench import ADDRESS

NOT_THE_PROVIDERS = {
    "page": Response(404, body=b"<html>Not Found</html>", headers={"Content-Type": "text/html"}),
    "json": Response(404, json={"message": "no route matched"}),
    "error": Response(404, json={"error": "not found"}),
}


@pytest.mark.parametrize("name", NOT_THE_PROVIDERS)
@pytest.mark.parametrize("kind", DRAFTS)
def test_a_404_of_something_in_between_is_no_proof(install: Install, kind: str, name: str) -> None:
    """A company's proxy has an answer for everything; only Gmail's own says a draft is gone."""
    at = install(kind)
    follow_up = at.queue.add()
    at.server.bench.arm(at.server.bench.sending, "before", "drop")
    at.server.bench.arm(at.server.looking, "before", NOT_THE_PROVIDERS[name], method="GET")
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


@pytest.mark.parametrize("is_seen", [True, False], ids=["looked-at-once", "look-failed-once"])
def test_a_draft_deleted_just_before_the_send_does_not_count_as_sent(
    install: Install, *, is_seen: bool
) -> None:
    """The one send ever made was refused, as the draft was not there: nobody got a mail.

    That it was refused is not forgotten when the look comes to nothing at first.
    """
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    bench = at.server.bench
    if not is_seen:
        bench.arm(at.server.looking, "before", google.backend_error(), method="GET")
    send = request_to("POST", bench.sending)
    fault = bench.server.faults.add(Fault(send, "before", "hang"))
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(at.delivery.work, at.id)
        fault.wait_until_hit()
        at.far.discard(at.far.draft_ids()[0])
        fault.release()
        worker.result()
    at.run_until_quiet()
    assert at.far.went() == []
    assert at.state(follow_up) in (State.HELD, State.UNCONFIRMED)


@pytest.mark.parametrize("name", ["403-policy", "403-not-enabled"])
def test_an_account_closed_to_the_send_and_the_look_has_failed(install: Install, name: str) -> None:
    """The send itself was refused, so that nothing went: there is nothing to ask the user."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    what = MAIL_CASES["gmail"][name].what(at.server, at.clock.now())
    for method, path in (("POST", at.server.bench.sending), ("GET", at.server.looking)):
        fault = Fault(request_to(method, path), "before", what, times=None)
        at.server.bench.server.faults.add(fault)
    at.run_until_quiet()
    assert at.state(follow_up) is State.FAILED
    assert at.far.went() == []


def test_a_sent_draft_that_gmail_still_shows_counts_as_sent(install: Install) -> None:
    """Sometimes the draft's id goes on answering, with the sent message behind it."""
    at = install("gmail-drafts")
    server = at.server.bench.server
    assert isinstance(server, LoopbackGoogle)
    server.mailbox(ADDRESS).keeps_wrappers = True
    at.server.bench.arm(at.server.bench.sending, "after", "drop")
    follow_up = at.queue.add()
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert at.server.bench.sends() == 1


def test_an_address_that_no_header_can_hold_is_put_to_the_user(any_mailbox: Installation) -> None:
    """It was taken when it was entered, and cannot be sent to: that is said, not tried for ever."""
    follow_up = any_mailbox.queue.add(address="zoë@tidewater.example")
    any_mailbox.run_until_quiet()
    assert any_mailbox.state(follow_up) in (State.FAILED, State.HELD)
    assert any_mailbox.far.went() == []


def test_an_unsent_mail_is_not_sent_by_a_look(served: Installation) -> None:
    """Looking asks and never sends."""
    follow_up = served.queue.add()
    served.leave_attempt(follow_up, Step.ANNOUNCED)
    before = served.server.bench.sends()
    served.delivery.work(served.id, is_stopping=lambda: True)
    assert served.server.bench.sends() == before == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_closed_without_an_answer_saw_one_request(
    served: Installation, when: When
) -> None:
    """No library below repeats a send by itself."""
    served.server.bench.arm(served.server.bench.sending, when, "drop")
    served.queue.add()
    served.delivery.work(served.id, is_stopping=_StopAfter(1))
    assert served.server.bench.sends() == 1
    assert len(served.far.went()) == (when == "after")
    served.run_until_quiet()
    is_sent_again = when == "before" and served.access is Access.DRAFTS
    assert served.server.bench.sends() == 1 + is_sent_again


def test_a_server_that_is_busy_again_and_again_gets_the_mail_in_the_end(
    served: Installation,
) -> None:
    """Asked to wait five times over, nothing is lost and each try is counted."""
    busy = served.server.bench.throttled(1) if served.provider == "outlook" else None
    answer = busy or google.rate_limit_exceeded()
    calls = request_to("POST", served.server.bench.mail_calls)
    served.server.bench.server.faults.add(Fault(calls, "before", answer, times=5))
    follow_up = served.queue.add()
    served.run_until_quiet()
    after = served.queue.get(follow_up)
    assert (after.state, after.tries) == (State.SENT, 6)
    assert len(served.far.went()) == 1


class _StopAfter:
    """Says stop once a number of mails has been begun."""

    def __init__(self, mails: int) -> None:
        self._left = mails

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0
