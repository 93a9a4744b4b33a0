"""Sends the user a test mail, so that a mailbox is known to send before it has to."""

from service import delivery
from service.actions.office import Office
from service.records import Mailbox, Text

_TEXT = Text(
    "Test from Call Back",
    "This mail came to you from your own mailbox, through Call Back.\n\n"
    "Your thank-you mails will go out the same way.",
)


def send_test(office: Office, mailbox: Mailbox) -> None:
    """Send a test mail from a mailbox to its own address.

    Raises:
        MailboxUnusable: it could not be sent, or it is not known whether it was.

    """
    delivery.send_to_self(office.mailboxes, mailbox, _TEXT, now=office.now())
