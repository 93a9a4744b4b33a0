"""Mail to the user's own address, by whichever of their mailboxes is healthy."""

from datetime import timedelta

import pytest

from service.errors import NotTold
from service.notices.channels.own_mail import OwnMail
from service.notices.records import Matter, compose
from tests.delivery.conftest import DRAFTS, SEND_ONLY, Install
from tests.delivery.installation import Installation
from tests.loopback.faults import Ending, Fault
from tests.loopback.server import Response, request_to
from tests.notices.telling import SECOND, connect_second, notes_to_self
from tests.providers.bench import reader_of

NOTE = compose([Matter("1", 1, "A sign-in has ended", "Connect it again:\n  callback connect")])


def readers(at: Installation) -> list[str]:
    """Return to whom mails went, in order."""
    return [reader_of(mail)[1] for mail in at.far.went()]


@pytest.mark.parametrize("kind", [*DRAFTS, *SEND_ONLY])
def test_a_note_reaches_the_users_own_address(install: Install, kind: str) -> None:
    """By either provider, with either access; it is no follow-up, and leaves no draft."""
    at = install(kind)
    channel = OwnMail(at.office, at.candidate)
    channel.look()
    channel.tell(NOTE)
    assert notes_to_self(at) == [
        ("Call Back: A sign-in has ended", "Connect it again:\n  callback connect")
    ]
    assert at.far.draft_ids() == []


def test_a_local_mailbox_reaches_nobody(install: Install) -> None:
    """What is kept on this computer is seen by nobody who is not looking for it."""
    at = install("local-drafts")
    channel = OwnMail(at.office, at.candidate)
    for verb in (channel.look, lambda: channel.tell(NOTE)):
        with pytest.raises(NotTold, match="No mailbox that sends is signed in") as caught:
            verb()
        assert caught.value.hint.startswith("callback connect")
    assert at.far.went() == []


def test_the_healthy_mailbox_tells_of_the_sick_one(install: Install) -> None:
    """One that is signed out or told to wait is not asked; another of the user's is."""
    at = install("gmail-drafts")
    connect_second(at)
    channel = OwnMail(at.office, at.candidate)
    at.app.mailboxes.block(at.mailbox, at.clock.now() + timedelta(hours=1), "asked to wait")
    channel.tell(NOTE)
    at.clock.pass_by(timedelta(hours=2))
    channel.tell(NOTE)
    at.app.mailboxes.sign_out(at.mailbox, "taken back")
    channel.tell(NOTE)
    assert readers(at) == [SECOND, at.mailbox.address, SECOND]
    assert len(at.server.bench.server.requests_to("POST", "/gmail/.*/send")) == 3


def test_when_one_mailbox_does_not_take_it_the_next_is_asked(install: Install) -> None:
    """A sign-in may have ended without anybody knowing: it is found out, and gone around."""
    at = install("gmail-drafts")
    connect_second(at)
    at.age_token()
    fault = Fault(request_to("POST", "/token"), "before", Response(400, {"error": "invalid_grant"}))
    at.server.bench.server.faults.add(fault)
    OwnMail(at.office, at.candidate).tell(NOTE)
    assert fault.hits == 1
    assert readers(at) == [SECOND]
    assert at.stored_mailbox().signed_out_at is not None


@pytest.mark.parametrize("ending", ["drop", "truncate", "garbage"])
def test_a_note_whose_answer_was_lost_counts_as_not_taken(install: Install, ending: Ending) -> None:
    """The user is better told twice than not at all; what is said has no word of the note."""
    at = install("outlook-send-only")
    at.server.bench.arm(at.server.bench.sending, "after", ending)
    with pytest.raises(NotTold, match="may have arrived or not") as caught:
        OwnMail(at.office, at.candidate).tell(NOTE)
    assert "sign-in" not in str(caught.value)
    assert len(notes_to_self(at)) == 1
