"""Mail to the user's own address: copies, tests, notices. No follow-up, and sent at least once.

Whoever gets it twice is the user, who is better told twice than not at all.
"""

import secrets
from datetime import datetime

from providers.base import Mail
from providers.errors import OutcomeUnknown, ProviderError, SignInAgain
from service.errors import MailboxUnusable
from service.mailboxes import Mailboxes
from service.records import Mailbox, Text


def send_to_self(mailboxes: Mailboxes, mailbox: Mailbox, text: Text, *, now: datetime) -> None:
    """Send a text from a mailbox to its own address.

    No lease is taken: it touches no follow-up and no draft of one, it may come a second time at
    worst, and the user who asks for it should not wait behind the mails in hand.

    Raises:
        MailboxUnusable: it could not be sent, or it is not known whether it was.

    """
    mail = Mail(
        sender_name=mailbox.name,
        sender_address=mailbox.address,
        to_name=mailbox.name,
        to_address=mailbox.address,
        subject=text.subject,
        body=text.body,
        date=now,
    )
    try:
        opened = mailboxes.open(mailbox)
        try:
            opened.mailbox.send(mail, secrets.token_hex(16))
        finally:
            opened.mailbox.close()
    except SignInAgain as error:
        raise MailboxUnusable(
            f"{mailbox.address} is signed out: {error.detail}",
            f"callback connect {mailbox.provider}",
        ) from error
    except OutcomeUnknown as error:
        raise MailboxUnusable(
            f"{mailbox.address} gave no answer: the mail may have arrived or not.",
            "Look in the inbox.",
        ) from error
    except ProviderError as error:
        raise MailboxUnusable(
            f"{mailbox.address} did not take it: {error.detail}", "callback doctor"
        ) from error
