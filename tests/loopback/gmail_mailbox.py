"""One Gmail mailbox: its messages, its drafts, and what has left it.

A message never changes: replacing a draft's content makes a new message under the same draft id,
sending makes a new message with SENT and ends the draft. Each send that was executed is one
delivery, whether or not anybody was told.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from tests.loopback import gmail_mime as mime
from tests.loopback import google_answers as answers
from tests.loopback.google_answers import Refused

SYSTEM_LABELS = frozenset(
    {"CHAT", "DRAFT", "IMPORTANT", "INBOX", "SENT", "SPAM", "STARRED", "TRASH", "UNREAD"}
)


@dataclass(eq=False, slots=True)
class StoredMessage:
    """One message as the mailbox holds it; `raw` has the line ends of the wire."""

    id: str
    thread_id: str
    labels: frozenset[str]
    raw: bytes = field(repr=False)
    stored_at: datetime
    history_id: int
    is_indexed: bool

    @property
    def mail(self) -> EmailMessage:
        """The message, parsed anew."""
        return mime.parse(self.raw)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail that left the mailbox, as its readers got it (without Bcc).

    `by` says whether a client or the user's own hand sent it; `id` is the sent message's.
    """

    account: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage = field(repr=False)
    by: Literal["api", "hand"]
    id: str
    draft_id: str | None


class Mailbox:
    """The messages and drafts of one account."""

    def __init__(self, address: str, now: Callable[[], datetime]) -> None:
        self.address = address
        self.messages: dict[str, StoredMessage] = {}
        self.drafts: dict[str, str] = {}
        """Draft id -> message id, oldest first."""
        self.wrappers: dict[str, str] = {}
        """Draft ids that still answer although sent -> the sent message's id."""
        self.deliveries: list[Delivery] = []
        self.keeps_wrappers = False
        """Whether a sent draft can still be read, then with a message that has SENT."""
        self.search_lags = False
        """Whether new messages are not found by `q` until `catch_up_search`; listing shows them."""
        self.history_id = 1000
        self._now = now

    def create_draft(self, raw: bytes, thread_id: str | None) -> tuple[str, StoredMessage]:
        """Store a new draft; return its id and its message."""
        draft_id = f"r{secrets.randbits(62)}"
        message = self._store_draft(raw, thread_id)
        self.drafts[draft_id] = message.id
        return draft_id, message

    def read_draft(self, draft_id: str) -> StoredMessage:
        """Return the draft's message; a kept wrapper's is the sent one."""
        message_id = self.drafts.get(draft_id) or self.wrappers.get(draft_id)
        if message_id is None:
            raise Refused(answers.not_found())
        return self.messages[message_id]

    def replace_draft(self, draft_id: str, raw: bytes, thread_id: str | None) -> StoredMessage:
        """Give the draft a new message; its thread stays unless the subject changes."""
        old = self.standing_draft(draft_id)
        is_same_subject = mime.parse(raw)["Subject"] == old.mail["Subject"]
        if is_same_subject and thread_id in {None, old.thread_id}:
            message = self._store_draft(raw, None, in_thread=old.thread_id)
        else:
            message = self._store_draft(raw, thread_id)
        del self.messages[old.id]
        self.drafts[draft_id] = message.id
        return message

    def delete_draft(self, draft_id: str) -> None:
        """Delete the draft and its message for good."""
        del self.messages[self.standing_draft(draft_id).id]
        del self.drafts[draft_id]

    def send_draft(self, draft_id: str, by: Literal["api", "hand"]) -> StoredMessage:
        """Send the draft as it stands, and end it."""
        draft = self.standing_draft(draft_id)
        sent = self._send(draft.raw, draft.thread_id, by, draft_id)
        del self.messages[draft.id]
        del self.drafts[draft_id]
        if self.keeps_wrappers:
            self.wrappers[draft_id] = sent.id
        return sent

    def send(self, raw: bytes, thread_id: str | None) -> StoredMessage:
        """Send a mail that is no draft."""
        self._check_thread(raw, thread_id)
        return self._send(raw, thread_id, "api", None)

    def receive(self, raw: bytes) -> StoredMessage:
        """Put a mail from somebody else into the inbox, in a thread of its own."""
        return self._store(raw, None, frozenset({"INBOX", "UNREAD"}))

    def standing_draft(self, draft_id: str) -> StoredMessage:
        """Return the message of a draft that has not been sent; refuse any other id."""
        if draft_id in self.wrappers:
            raise Refused(answers.bad_request("Message not a draft"))
        return self.read_draft(draft_id)

    def catch_up_search(self) -> None:
        """Let the search know every message of this moment."""
        for message in self.messages.values():
            message.is_indexed = True

    def _store_draft(
        self, raw: bytes, thread_id: str | None, *, in_thread: str | None = None
    ) -> StoredMessage:
        raw = mime.with_own_sender(raw, self.address)
        mail = mime.parse(raw)
        mime.recipients_of(mail)
        self._check_thread(raw, thread_id)
        if mail["Message-ID"] is None:
            raw = mime.with_header(raw, "Message-ID", _new_message_id())
        return self._store(raw, thread_id or in_thread, frozenset({"DRAFT"}))

    def _send(
        self, raw: bytes, thread_id: str | None, by: Literal["api", "hand"], draft_id: str | None
    ) -> StoredMessage:
        recipients = mime.recipients_of(mime.parse(raw))
        if not recipients:
            raise Refused(answers.bad_request("Recipient address required"))
        now = self._now()
        raw = mime.with_header(
            mime.with_own_sender(raw, self.address), "Message-ID", _new_message_id()
        )
        if mime.parse(raw)["Date"] is None:
            raw = mime.with_header(raw, "Date", format_datetime(now).encode())
        labels = {"SENT"}
        if self.address in recipients:
            labels |= {"INBOX", "UNREAD"}
        sent = self._store(raw, thread_id, frozenset(labels))
        sender = mime.sender_of(sent.mail)
        assert sender is not None
        self.deliveries.append(
            Delivery(
                self.address,
                now,
                sender.addr_spec,
                recipients,
                mime.parse(mime.with_header(raw, "Bcc", None)),
                by,
                sent.id,
                draft_id,
            )
        )
        return sent

    def _store(self, raw: bytes, thread_id: str | None, labels: frozenset[str]) -> StoredMessage:
        message_id = f"19{secrets.token_hex(7)}"
        self.history_id += 1
        message = StoredMessage(
            message_id,
            thread_id or message_id,
            labels,
            raw,
            self._now().astimezone(UTC),
            self.history_id,
            is_indexed=not self.search_lags,
        )
        self.messages[message_id] = message
        return message

    def _check_thread(self, raw: bytes, thread_id: str | None) -> None:
        """Refuse a thread that is not there or that the mail does not answer."""
        if thread_id is None:
            return
        thread = [m.mail for m in self.messages.values() if m.thread_id == thread_id]
        if not thread:
            raise Refused(answers.not_found())
        mail = mime.parse(raw)
        cited = mime.cited_ids(mail)
        is_cited = any(str(other["Message-ID"]) in cited for other in thread)
        if not is_cited or mime.bare_subject(mail) != mime.bare_subject(thread[0]):
            raise Refused(answers.bad_request("Invalid thread_id value"))


def _new_message_id() -> bytes:
    return f"<CA{secrets.token_urlsafe(24)}@mail.gmail.com>".encode()
