"""What the user hears of a sign-in: that it has ended, what waits for it, and how to sign in."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.actions import steering
from service.clock import real_now
from service.schema import grants, mailboxes
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.factories import WEDNESDAY_MORNING, make_slot
from tests.notices.listener import Listener


def _sign_out(at: Installation) -> None:
    """Have the access taken back at the provider, and let the service find out."""
    at.server.bench.revoke()
    at.server.bench.expire_tokens()
    at.work()
    assert at.stored_mailbox().signed_out_at is not None


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("gmail-drafts", "callback connect gmail"),
        ("outlook-send-only", "callback connect outlook"),
    ],
)
def test_signed_out_is_told_once_with_what_waits(install: Install, kind: str, command: str) -> None:
    """How many mails, when the first was due, and the one command; not per mail, not per try."""
    at = install(kind)
    listener = Listener(at.office, at.candidate)
    at.queue.add()
    later = make_slot(WEDNESDAY_MORNING + timedelta(hours=2))
    at.queue.add(name="Priya Raman", address="p.raman@example.com", company="Other", slot=later)
    _sign_out(at)
    told = listener.hear_one()
    assert told.subject == f"{at.mailbox.address} is signed out"
    assert told.message == (
        f"{at.mailbox.address} is signed out, and sends nothing before you sign in again. 2 mails "
        "wait for it; the first was due Wednesday 9 December 09:12 in London."
        f"\n\n  {command}"
    )
    at.clock.pass_by(timedelta(hours=3))
    at.work()
    assert listener.hear() == []


def test_signed_out_again_is_told_again(install: Install) -> None:
    """In between the user had connected it, and heard nothing."""
    at = install("gmail-drafts")
    listener = Listener(at.office, at.candidate)
    at.queue.add()
    _sign_out(at)
    first = listener.hear_one()
    at.connect()
    assert listener.hear() == []
    at.run_until_quiet()
    now = make_slot(at.clock.now())
    at.queue.add(name="Priya Raman", address="p.raman@example.com", company="Other", slot=now)
    _sign_out(at)
    again = listener.hear_one()
    assert again.subject == first.subject
    assert "1 mail waits for it" in again.message


def test_signed_out_with_nothing_to_send_says_so(install: Install) -> None:
    """Nothing is in a hurry, and the next interview may come."""
    at = install("gmail-drafts")
    follow_up = at.queue.add()
    _sign_out(at)
    steering.stop(at.office, at.queue.get(follow_up))
    told = Listener(at.office, at.candidate).hear_one()
    assert "No mail waits for it now." in told.message


def _grant_since(at: Installation, days: float) -> None:
    """Let the sign-in have been given that long ago, by a project that Google calls Testing."""
    granted_at = real_now() - timedelta(days=days) + timedelta(seconds=30)
    with at.app.database.write() as connection:
        connection.execute(sa.update(grants).values(granted_at=granted_at))
        connection.execute(sa.update(mailboxes).values(is_testing=True))


def test_a_sign_in_that_ends_before_a_mail_is_due_is_told_before(install: Install) -> None:
    """When it ends, which mail is due when, and to connect again now; once."""
    at = install("gmail-drafts")
    listener = Listener(at.office, at.candidate)
    at.queue.add(slot=make_slot(WEDNESDAY_MORNING + timedelta(hours=36)))
    _grant_since(at, 4.9)
    assert listener.hear() == []
    _grant_since(at, 6)
    told = listener.hear_one()
    assert told.subject == f"Your sign-in of {at.mailbox.address} ends before a mail is due"
    assert told.message == (
        f"Your sign-in of {at.mailbox.address} ends Thursday 10 December 09:12 in London, and "
        "f1 to Marisol Duarte, Tidewater Clinic is due Thursday 10 December 21:12 in London: "
        "connect again now.\n\n  callback connect gmail"
    )
    at.connect()
    assert listener.hear() == []


@pytest.mark.parametrize("hours", [1, 23, 24 * 8])
def test_a_sign_in_that_lasts_long_enough_or_for_which_nothing_helps_is_not_told(
    install: Install, hours: int
) -> None:
    """Due before its end; or so late that a sign-in of today would have ended, too."""
    at = install("gmail-drafts")
    at.queue.add(slot=make_slot(WEDNESDAY_MORNING + timedelta(hours=hours)))
    _grant_since(at, 6)
    assert Listener(at.office, at.candidate).hear() == []


def test_a_sign_in_that_does_not_end_by_itself_is_not_told(install: Install) -> None:
    """A project in production, or one of which nobody knows: nothing ends after a week."""
    at = install("gmail-drafts")
    at.queue.add(slot=make_slot(WEDNESDAY_MORNING + timedelta(hours=36)))
    _grant_since(at, 6)
    with at.app.database.write() as connection:
        connection.execute(sa.update(mailboxes).values(is_testing=False))
    assert Listener(at.office, at.candidate).hear() == []
