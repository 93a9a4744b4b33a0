"""Whose sign-in it is: the account that mails wait for, a renamed one, another one, a new owner."""

from datetime import timedelta

import pytest

from service import outbox
from service.errors import SignInFailed
from service.records import Mailbox
from service.states import State, Step
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.loopback import browser
from tests.loopback.google import LoopbackGoogle
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.providers.bench import ADDRESS, REDIRECT

OTHER = "kim.other@example.com"
KINDS = ("gmail-drafts", "outlook-send-only")


def _choose(at: Installation, address: str) -> None:
    """Have the browser be signed in to this account, which is made if there is none."""
    server = at.server.bench.server
    if isinstance(server, LoopbackGoogle):
        if address not in server.oauth.accounts:
            server.add_account(address)
        server.oauth.signs_in = address
    else:
        assert isinstance(server, LoopbackMicrosoft)
        if address not in server.entra.accounts:
            server.add_account(address)
        server.entra.signs_in = address


def _connect(at: Installation, *, is_other_allowed: bool = False) -> Mailbox:
    assert at.candidate.id is not None
    begun = at.app.mailboxes.begin(
        at.candidate.id, at.provider, at.access, REDIRECT, is_other_allowed=is_other_allowed
    )
    answer = browser.visit(begun.url, at.server.bench.server.ca_bundle)
    return at.app.mailboxes.finish(
        at.candidate.id,
        begun.state,
        answer,
        name="Kim Candidate",
        is_other_allowed=is_other_allowed,
    )


def _sign_out(at: Installation) -> None:
    at.server.bench.revoke()
    at.server.bench.expire_tokens()
    at.work()
    assert at.stored_mailbox().signed_out_at is not None


def _google(at: Installation) -> LoopbackGoogle:
    google = at.server.bench.server
    assert isinstance(google, LoopbackGoogle)
    return google


def _recreate(at: Installation) -> None:
    """Have the account deleted, and its address given to a new one."""
    google = _google(at)
    del google.oauth.accounts[ADDRESS]
    google.add_account(ADDRESS)


@pytest.mark.parametrize("kind", KINDS)
def test_while_mails_wait_the_page_proposes_the_account_that_is_signed_out(
    install: Install, kind: str
) -> None:
    """Whoever just runs `connect` again comes back to it, and the mail goes."""
    at = install(kind)
    follow_up = at.queue.add()
    _sign_out(at)
    _choose(at, OTHER)
    server = at.server.bench.server
    if isinstance(server, LoopbackGoogle):
        server.oauth.signs_in = None
    else:
        assert isinstance(server, LoopbackMicrosoft)
        server.entra.signs_in = None
    assert _connect(at).id == at.id
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT


@pytest.mark.parametrize("kind", KINDS)
def test_another_account_is_refused_while_mails_wait_for_the_first(
    install: Install, kind: str
) -> None:
    """It is named, nothing is stored, and the mail still waits."""
    at = install(kind)
    follow_up = at.queue.add()
    _sign_out(at)
    _choose(at, OTHER)
    with pytest.raises(SignInFailed) as caught:
        _connect(at)
    assert OTHER in caught.value.message
    assert ADDRESS in caught.value.message
    assert "--another-account" in caught.value.hint
    assert at.candidate.id is not None
    assert [mailbox.address for mailbox in at.app.mailboxes.list(at.candidate.id)] == [ADDRESS]
    assert at.state(follow_up) is State.SCHEDULED


@pytest.mark.parametrize("kind", KINDS)
def test_another_account_that_is_asked_for_comes_beside_the_first(
    install: Install, kind: str
) -> None:
    """What waits for the first account goes on waiting for it."""
    at = install(kind)
    follow_up = at.queue.add()
    _sign_out(at)
    _choose(at, OTHER)
    mailbox = _connect(at, is_other_allowed=True)
    assert (mailbox.address, mailbox.id == at.id) == (OTHER, False)
    assert at.stored_mailbox().signed_out_at is not None
    at.run_until_quiet()
    assert at.state(follow_up) is State.SCHEDULED


def test_another_account_is_free_while_nothing_waits(install: Install) -> None:
    """A mailbox that is signed out and has nothing to send is in nobody's way."""
    at = install("gmail-drafts")
    at.server.bench.revoke()
    at.age_token()
    at.queue.add(state=State.STOPPED)
    at.app.mailboxes.sign_out(at.mailbox, "A test.")
    _choose(at, OTHER)
    assert _connect(at).address == OTHER


def test_a_refused_account_is_given_back_to_google(install: Install) -> None:
    """No access is kept that nobody here uses."""
    at = install("gmail-drafts")
    at.queue.add()
    _sign_out(at)
    _choose(at, OTHER)
    with pytest.raises(SignInFailed):
        _connect(at)
    (grant,) = _google(at).oauth.grants.of(OTHER)
    assert grant.ended == "revoked"


def test_giving_back_a_refused_account_does_not_end_its_own_mailbox(install: Install) -> None:
    """Google ends all sign-ins of an account at once: one that is in use here is left alone."""
    at = install("gmail-drafts")
    _choose(at, OTHER)
    other = _connect(at)
    _choose(at, ADDRESS)
    at.queue.add()
    _sign_out(at)
    _choose(at, OTHER)
    with pytest.raises(SignInFailed):
        _connect(at)
    at.app.mailboxes.probe(other)
    assert at.app.mailboxes.get(other.id).signed_out_at is None


def test_an_account_with_a_new_address_is_the_same_mailbox(install: Install) -> None:
    """Its lasting id says so: what waits goes from the new address."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    _sign_out(at)
    google = _google(at)
    account = google.oauth.accounts.pop(ADDRESS)
    account.address = OTHER
    google.oauth.accounts[OTHER] = account
    google.gmail.mailboxes[OTHER] = google.gmail.mailboxes.pop(ADDRESS)
    mailbox = _connect(at)
    assert (mailbox.id, mailbox.address) == (at.id, OTHER)
    at.delivery.work(at.id)
    assert at.state(follow_up) is State.SENT


def test_an_address_with_a_new_owner_is_refused_unless_asked_for(install: Install) -> None:
    """An address may be given to somebody else; only its user can say that this is meant."""
    at = install("gmail-drafts")
    _recreate(at)
    with pytest.raises(SignInFailed) as caught:
        _connect(at)
    assert "another account now" in caught.value.message
    assert _connect(at, is_other_allowed=True).id == at.id


def test_a_new_owner_waits_until_every_mail_of_the_former_is_settled(install: Install) -> None:
    """In the new account the draft is gone, which would be taken for proof that it was sent."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    _recreate(at)
    with pytest.raises(SignInFailed) as caught:
        _connect(at, is_other_allowed=True)
    assert "callback disconnect" in caught.value.hint
    assert at.state(follow_up) is State.SENDING


def test_a_new_owner_is_not_asked_for_the_mails_of_the_former(install: Install) -> None:
    """What became unconfirmed in the old account stays so, and is the user's to say."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    at.app.mailboxes.disconnect(at.mailbox)
    at.delivery.work(at.id)
    assert at.state(follow_up) is State.UNCONFIRMED
    _recreate(at)
    assert _connect(at, is_other_allowed=True).id == at.id
    with at.app.database.read() as connection:
        far_off = at.clock.now() + timedelta(days=400)
        assert outbox.find_looked_for(connection, at.id, far_off) == []
    at.run_until_quiet()
    assert at.state(follow_up) is State.UNCONFIRMED
