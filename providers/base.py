"""What every provider offers: signing in, and one open mailbox to draft, send and look in.

Two halves. A `Provider` signs in, refreshes and revokes; a `OpenMailbox` holds a bare access token
and makes exactly one HTTP request for each of its calls that sends. Nothing here waits, retries,
stores or reads a clock; callers pass the time where a mail needs one.

Every call raises only the errors of `providers.errors`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

TIMEOUT_SECONDS = 30.0
"""Longest wait for a connection, and for each read, of any call to a provider."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many mails a mailbox sends in any minute and any 24 hours, below its provider's limits.

    The provider counts what other programs send from the account, too.
    """

    per_minute: int
    per_day: int


class Access(StrEnum):
    """How much of the mailbox the user allows."""

    DRAFTS = "drafts"
    """Write drafts and send them: a lost answer can be settled by looking."""
    SEND_ONLY = "send-only"
    """Send and nothing else: a lost answer is put to the user."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one reader, complete. `date` is aware and becomes the Date header."""

    sender_name: str
    sender_address: str
    to_name: str
    to_address: str
    subject: str = field(repr=False)
    body: str = field(repr=False)
    date: datetime
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as the provider holds it now.

    `is_standing` is True while it is certainly an unsent draft, False once it was sent. The texts
    are read back so that an edit by the user is noticed; `recipients` are bare addresses.
    """

    id: str
    is_standing: bool
    subject: str = field(repr=False)
    body: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider's word that it took the mail; Graph gives no `sent_id` (202, empty)."""

    sent_id: str | None = None
    message_id: str | None = None


class Sight(StrEnum):
    """What a look for a mail found."""

    SENT = "sent"
    """Proof that it went."""
    STANDING = "standing"
    """Our draft stands unsent: proof of absence once `settle_seconds` have passed."""
    ABSENT = "absent"
    """Proof that it did not go, where the provider keeps a whole record, as `local` does."""
    UNKNOWN = "unknown"
    """Neither."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of a look; `proof` names what was found when `sight` is SENT."""

    sight: Sight
    proof: str | None = None
    sent_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything known of one attempt by which its mail can be found again."""

    send_key: str
    draft_id: str | None = None
    sent_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in under way: the page to open, and what must be kept (encrypted) until the answer.

    `payload` is JSON that only the provider that made it understands; it holds the PKCE verifier.
    """

    url: str = field(repr=False)
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceFlow:
    """A sign-in on another device: what the user types where. `expires_in_seconds` from now."""

    verification_url: str
    user_code: str
    expires_in_seconds: int
    interval_seconds: int
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in or a refresh gave.

    `account_id` is the provider's lasting id of the account (sub, oid); `secret` is JSON that only
    the provider understands and that alone must be kept, encrypted; `access_token` is good until
    `expires_at` (aware UTC, real time).
    """

    address: str
    account_id: str
    name: str
    scopes: tuple[str, ...]
    secret: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_at: datetime


class OpenMailbox(ABC):
    """One mailbox opened with a bare access token. One thread uses it at a time."""

    @abstractmethod
    def create_draft(self, mail: Mail, send_key: str) -> Draft:
        """Store `mail` as a draft that carries `send_key`; a lost answer may leave one behind."""

    @abstractmethod
    def read_draft(self, draft_id: str) -> Draft | None:
        """Return the draft as it stands now, or None when it is gone."""

    @abstractmethod
    def find_draft(self, send_key: str) -> Draft | None:
        """Return the unsent draft that carries `send_key`, or None when none is to be seen."""

    @abstractmethod
    def send_draft(self, draft_id: str) -> Receipt:
        """Send that very draft: one request on the wire."""

    @abstractmethod
    def delete_draft(self, draft_id: str) -> None:
        """Delete the draft if it still stands; a draft that is gone is no error."""

    @abstractmethod
    def send(self, mail: Mail, send_key: str) -> Receipt:
        """Send `mail` at once, without a draft: one request on the wire."""

    @abstractmethod
    def look(self, trace: Trace) -> Seen:
        """Look whether the mail of `trace` went, stands or cannot be told.

        A look that is refused proves nothing: it raises, and UNKNOWN is what a look that was
        answered could not tell.
        """

    def heard_at(self) -> datetime | None:
        """Return the provider's time as its last answer gave it; None where none has."""
        return None

    def ask_time(self) -> datetime | None:
        """Ask for the provider's time, by a request that reads nothing; None where it has none."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Give back connections. The mailbox is not used afterwards."""


class Provider(ABC):
    """One kind of mailbox. Holds endpoints and client, never a token; may be shared by threads."""

    name: ClassVar[str]
    accesses: ClassVar[tuple[Access, ...]]
    """The accesses it offers, its default first."""
    settle_seconds: ClassVar[float]
    """How long a draft may still be seen standing although a send of it was executed."""
    pace: ClassVar[Pace | None]
    """How fast it may be sent from it, None where nobody counts."""
    is_remote: ClassVar[bool]
    """Whether its calls wait for a network: as long as `TIMEOUT_SECONDS`, and longer."""

    @abstractmethod
    def begin_sign_in(
        self, access: Access, redirect_uri: str, state: str, *, login_hint: str | None = None
    ) -> Flow:
        """Return the consent page's address for `access`, with PKCE and the given `state`."""

    @abstractmethod
    def finish_sign_in(self, flow: Flow, answer_url: str, access: Access) -> Grant:
        """Redeem the address on which the browser ended.

        Raise `SignInAgain` for a denied or partial consent, a foreign state, or a grant that cannot
        be refreshed; `TryLater` when the provider cannot be reached.
        """

    @abstractmethod
    def refresh(self, secret: str) -> Grant:
        """Get a fresh access token. Raise `SignInAgain` only when the grant itself has ended."""

    @abstractmethod
    def revoke(self, secret: str) -> str | None:
        """End the grant at the provider; return None when done, else the page for the user."""

    @abstractmethod
    def open(self, access_token: str, address: str) -> OpenMailbox:
        """Open the mailbox `address` with a bare access token; no request is made yet."""
