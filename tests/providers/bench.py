"""One provider with what a test needs around it: a server, an account, and its owner's hands."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import AddressHeader
from email.message import EmailMessage

from providers.base import Access, Grant, Mail, OpenMailbox, Provider, Receipt, Trace
from tests.loopback.faults import Ending, Fault, When
from tests.loopback.server import LoopbackServer, Response, request_to

ADDRESS = "kim@example.com"
REDIRECT = "http://localhost:8765"
KEY = "k3y-Of_one-mail-0123456789abcdef"

MAIL = Mail(
    sender_name="Kim Candidate",
    sender_address=ADDRESS,
    to_name="Jo Reader",
    to_address="jo@company.example",
    subject="Thank you for your time",
    body="Dear Jo,\n\nthank you for the talk.\n\nKim\n",
    date=datetime(2026, 11, 24, 9, 12, tzinfo=UTC),
)

Moment = tuple[When, Ending | Response]


class Bench(ABC):
    """One provider with one access, an account in it, and the hands of its owner."""

    provider: Provider
    access: Access

    @abstractmethod
    def sign_in(self) -> Grant:
        """Go through the whole sign-in as the owner would."""

    @abstractmethod
    def mails(self) -> Sequence[EmailMessage]:
        """Return every mail that left, in order, whatever the provider said."""

    def settle(self) -> None:
        """Let the server finish what it has accepted, if it has a way of taking its time."""
        return

    def open(self) -> OpenMailbox:
        """Sign in and open the mailbox."""
        grant = self.sign_in()
        return self.provider.open(grant.access_token, grant.address)

    def edit(self, draft_id: str, body: str) -> None:
        """Edit a draft as its owner does in a mail program."""
        raise NotImplementedError

    def discard(self, draft_id: str) -> None:
        """Delete a draft as its owner does in a mail program."""
        raise NotImplementedError

    def send_by_hand(self, draft_id: str) -> None:
        """Send a draft as its owner does in a mail program."""
        raise NotImplementedError


class ServedBench(Bench):
    """A bench whose provider speaks HTTPS with a loopback server."""

    server: LoopbackServer
    sending: str
    """The path of the one call that sends, as an expression."""
    mail_calls: str
    """The paths of all mail calls."""
    token_path: str
    asked_scope: str
    """A scope the access needs, as the server names it, and `asked_words` as its page does."""
    asked_words: str

    @abstractmethod
    def distrusting(self) -> Provider:
        """Return the same provider without the server's CA."""

    @abstractmethod
    def secrets(self) -> frozenset[str]:
        """Return every code and token that the server ever gave away."""

    @abstractmethod
    def deny_consent(self) -> None:
        """Have the owner say no on the consent page."""

    @abstractmethod
    def untick(self, scope: str) -> None:
        """Have the owner leave out one scope on the consent page."""

    @abstractmethod
    def revoke(self) -> None:
        """Have the owner take the grant back."""

    @abstractmethod
    def expire_tokens(self) -> None:
        """Let every access token of this moment be expired."""

    @abstractmethod
    def narrow(self) -> None:
        """Leave the token without any scope for mail."""

    @abstractmethod
    def throttled(self, seconds: int) -> Response:
        """Return the server's answer to too many calls, with the time to wait."""

    def arm(self, path: str, when: When, what: Response | Ending, method: str = "POST") -> Fault:
        """Disturb the next request to a path."""
        return self.server.faults.add(Fault(request_to(method, path), when, what))

    def sends(self) -> int:
        """Count the requests on the wire that asked to send."""
        return len(self.server.requests_to("POST", self.sending))


def send(bench: Bench, box: OpenMailbox, mail: Mail = MAIL) -> Receipt:
    """Send one mail in the way of the bench's access."""
    if bench.access is Access.SEND_ONLY:
        return box.send(mail, KEY)
    return box.send_draft(box.create_draft(mail, KEY).id)


def prepare(bench: Bench, box: OpenMailbox) -> tuple[Trace, Callable[[], Receipt]]:
    """Do all that comes before the one call that sends; return its trace and that call."""
    if bench.access is Access.SEND_ONLY:
        return Trace(KEY), lambda: box.send(MAIL, KEY)
    draft = box.create_draft(MAIL, KEY)
    return Trace(KEY, draft.id, message_id=draft.message_id), lambda: box.send_draft(draft.id)


def reader_of(mail: EmailMessage) -> tuple[str, str]:
    """Return the name and address of a mail's only reader."""
    header = mail["To"]
    assert isinstance(header, AddressHeader)
    (reader,) = header.addresses
    return reader.display_name, reader.addr_spec


def body_of(mail: EmailMessage) -> str:
    """Return a mail's text with plain line ends."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").strip("\n")


def with_text(mail: Mail, field: str, text: str) -> Mail:
    """Return a mail with one of its texts replaced, by name."""
    if field == "subject":
        return replace(mail, subject=text)
    if field == "to_name":
        return replace(mail, to_name=text)
    assert field == "sender_name"
    return replace(mail, sender_name=text)
