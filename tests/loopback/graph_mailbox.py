"""One loopback Outlook mailbox: its messages, their ids, and what was handed on for delivery.

A send is accepted first and executed later: the message stays a draft in Drafts until `settle`, or
until it has been read `reads_before_settling` times, and is then found in Sent Items. It counts as
delivered at once. A second send before that delivers a second time, which is the worst that the
documentation leaves open.
"""

import base64
import html
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Literal

from tests.loopback import graph_answers as answers
from tests.loopback.graph_answers import Refused
from tests.loopback.graph_message import READERS, address_of, make_mail, parse_mime, sender_of

FOLDERS = ("inbox", "drafts", "sentitems", "deleteditems", "outbox")

ONLY_IN_DRAFTS = frozenset(
    {
        "bccRecipients",
        "body",
        "ccRecipients",
        "from",
        "internetMessageId",
        "replyTo",
        "sender",
        "subject",
        "toRecipients",
    }
)
SETTABLE = ONLY_IN_DRAFTS | {
    "categories",
    "flag",
    "importance",
    "inferenceClassification",
    "isDeliveryReceiptRequested",
    "isRead",
    "isReadReceiptRequested",
}
PROPERTIES = SETTABLE | {
    "bodyPreview",
    "changeKey",
    "conversationId",
    "createdDateTime",
    "hasAttachments",
    "id",
    "internetMessageHeaders",
    "isDraft",
    "lastModifiedDateTime",
    "parentFolderId",
    "receivedDateTime",
    "sentDateTime",
    "webLink",
}

_ID = re.compile(r"AA(Mk|kA)[A-Za-z0-9_-]{40,}=")
_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")
_PROPERTY_ID = re.compile(
    r"(?P<type>[A-Z][A-Za-z]+) (?:(?P<tag>0x[0-9A-Fa-f]{1,4})"
    r"|\{(?P<set>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}"
    r" (?P<name>(?:Name|Id) \S.*))"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail that left the mailbox, as its readers got it (without Bcc).

    `by` says whether a client or the owner's own hand sent it. `id` and `draft_id` are immutable
    ids; `draft_id` is None for sendMail. `extended` are the message's extended properties.
    """

    account: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage = field(repr=False)
    by: Literal["api", "hand"]
    id: str
    draft_id: str | None
    extended: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Message:
    """One message. `extended` are its single-value extended properties by normalised id."""

    properties: dict[str, Any]
    headers: list[dict[str, str]]
    extended: dict[str, str]
    folder: str
    immutable_id: str = field(default_factory=lambda: _new_id("AAkA"))
    folder_id: str = field(default_factory=lambda: _new_id("AAMk"))
    reads_left: int | None = None
    is_queued: bool = False

    @property
    def is_draft(self) -> bool:
        """Whether the store still calls it a draft."""
        return bool(self.properties["isDraft"])

    def touch(self, now: str) -> None:
        """Give it a new change key and time of change."""
        self.properties["changeKey"] = base64.b64encode(secrets.token_bytes(16)).decode()
        self.properties["lastModifiedDateTime"] = now

    def move(self, folder: str) -> None:
        """Move it; the id that is not immutable changes."""
        self.folder = folder
        self.folder_id = _new_id("AAMk")


class Mailbox:
    """The messages of one account. Times are the server's; `deliver` is told of every sending."""

    def __init__(
        self, address: str, name: str, now: Callable[[], float], deliver: Callable[[Delivery], None]
    ) -> None:
        self.address = address
        self.name = name
        self.messages: list[Message] = []
        self.reads_before_settling: int | None = None
        """How often a queued message is still read as a draft; None: until `settle`."""
        self.immutable_id_changes_on_send = False
        """What one page of the documentation says and another denies."""
        self.extended_survive_send = True
        self._now = now
        self._deliver = deliver

    # -- what Graph does

    def create(
        self,
        properties: Mapping[str, Any],
        headers: list[dict[str, str]],
        extended: Mapping[str, str],
        folder: str = "drafts",
    ) -> Message:
        """Store a draft and return it."""
        now = self._timestamp()
        message = Message(
            {**self._defaults(now), **properties}, headers, dict(extended), folder=folder
        )
        message.touch(now)
        self.messages.append(message)
        return message

    def find(self, message_id: str, *, by_immutable_id: bool) -> Message:
        """Return the message with this id, of the kind of ids the request asked for."""
        if not _ID.fullmatch(message_id):
            raise Refused(answers.malformed_id())
        for message in self.messages:
            if message_id == (message.immutable_id if by_immutable_id else message.folder_id):
                return message
        raise Refused(answers.item_not_found())

    def change(
        self, message: Message, properties: Mapping[str, Any], extended: Mapping[str, str]
    ) -> None:
        """Change a message; what only a draft lets be changed is refused as a whole otherwise."""
        if not message.is_draft and ONLY_IN_DRAFTS & properties.keys():
            raise Refused(answers.not_a_draft())
        message.properties.update(properties)
        message.extended.update(extended)
        message.touch(self._timestamp())

    def delete(self, message: Message) -> None:
        """Move to Deleted Items; what lies there already is gone for good."""
        if message.folder == "deleteditems":
            self.messages.remove(message)
        else:
            message.is_queued = False
            message.move("deleteditems")

    def send(self, message: Message) -> None:
        """Accept a draft for sending: delivered now, moved to Sent Items later."""
        if not message.is_draft:
            raise Refused(answers.item_not_found())
        self._check_sender(message)
        self._hand_over(message, "api", message.immutable_id)
        self._queue(message)

    def send_new(
        self, properties: Mapping[str, Any], headers: list[dict[str, str]], *, keeps_copy: bool
    ) -> None:
        """Accept a message that was no draft before. Extended properties are not carried."""
        message = Message(
            {**self._defaults(self._timestamp()), **properties}, headers, {}, "drafts"
        )
        self._check_sender(message)
        self._hand_over(message, "api", None)
        if keeps_copy:
            message.touch(self._timestamp())
            self.messages.append(message)
            self._queue(message)

    def note_read(self) -> None:
        """Count one look into the mailbox; what was looked at often enough is then moved."""
        for message in self.messages:
            if message.is_queued and message.reads_left is not None:
                if message.reads_left == 0:
                    self._finish(message)
                else:
                    message.reads_left -= 1

    def settle(self) -> None:
        """Let the service finish what it has accepted."""
        for message in self.messages:
            if message.is_queued:
                self._finish(message)

    # -- what the owner does in Outlook

    def edit_by_hand(
        self, message: Message, subject: str | None, body: str | None, to: str | None
    ) -> None:
        """Edit a standing draft in Outlook on the web, which makes HTML of its text."""
        changed: dict[str, Any] = {}
        if subject is not None:
            changed["subject"] = subject
        if body is not None:
            lines = "".join(f"<div>{html.escape(line)}<br></div>" for line in body.split("\n"))
            changed["body"] = {
                "contentType": "html",
                "content": f"<html><body>{lines}</body></html>",
            }
        if to is not None:
            changed["toRecipients"] = [{"emailAddress": {"name": to, "address": to}}]
        self.change(message, changed, {})

    def send_by_hand(self, message: Message, *, changes_message_id: bool) -> None:
        """Send a standing draft; classic Outlook on a desktop gives it another Message-ID."""
        if changes_message_id:
            message.properties["internetMessageId"] = self._new_message_id()
        self._hand_over(message, "hand", message.immutable_id)
        self._finish(message)

    def receive(self, mail: EmailMessage) -> Message:
        """Put a mail from somebody else into the inbox."""
        properties, headers = parse_mime(mail.as_bytes())
        sender = sender_of(mail)
        return self.create(
            {**properties, "from": sender, "sender": sender, "isDraft": False, "isRead": False},
            headers,
            {},
            "inbox",
        )

    def _queue(self, message: Message) -> None:
        message.is_queued = True
        message.reads_left = self.reads_before_settling
        if message.reads_left == 0:
            self._finish(message)

    def _finish(self, message: Message) -> None:
        message.is_queued = False
        message.move("sentitems")
        message.properties["isDraft"] = False
        message.properties["sentDateTime"] = self._timestamp()
        if self.immutable_id_changes_on_send:
            message.immutable_id = _new_id("AAkA")
        if not self.extended_survive_send:
            message.extended.clear()
        message.touch(self._timestamp())

    def _check_sender(self, message: Message) -> None:
        """Refuse another's address and readers that are none; write the owner's name over From."""
        for name in ("from", "sender"):
            address = address_of(message.properties.get(name))
            if address.lower() != self.address.lower():
                raise Refused(answers.send_as_denied())
            message.properties[name] = self._owner()
        readers = _readers_of(message)
        if not readers:
            raise Refused(answers.invalid_recipients("A message can't be sent without recipients."))
        for reader in readers:
            if not _ADDRESS.fullmatch(reader):
                text = f"Recipient '{reader}' is not resolved."
                raise Refused(answers.invalid_recipients(text))

    def _hand_over(
        self, message: Message, by: Literal["api", "hand"], draft_id: str | None
    ) -> None:
        at = datetime.fromtimestamp(self._now(), UTC)
        properties = message.properties
        self._deliver(
            Delivery(
                self.address,
                at,
                address_of(properties["from"]),
                _readers_of(message),
                make_mail(properties, message.headers, at),
                by,
                message.immutable_id,
                draft_id,
                dict(message.extended),
            )
        )

    def _owner(self) -> dict[str, Any]:
        return {"emailAddress": {"name": self.name, "address": self.address}}

    def _timestamp(self) -> str:
        return f"{datetime.fromtimestamp(self._now(), UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _new_message_id(self) -> str:
        return f"<{secrets.token_hex(16).upper()}@outlook.example>"

    def _defaults(self, now: str) -> dict[str, Any]:
        return {
            "createdDateTime": now,
            "receivedDateTime": now,
            "sentDateTime": now,
            "hasAttachments": False,
            "internetMessageId": self._new_message_id(),
            "subject": "",
            "importance": "normal",
            "conversationId": _new_id("AAQk"),
            "isDeliveryReceiptRequested": False,
            "isReadReceiptRequested": False,
            "isRead": True,
            "isDraft": True,
            "inferenceClassification": "focused",
            "categories": [],
            "body": {"contentType": "text", "content": ""},
            "sender": self._owner(),
            "from": self._owner(),
            "toRecipients": [],
            "ccRecipients": [],
            "bccRecipients": [],
            "replyTo": [],
            "flag": {"flagStatus": "notFlagged"},
        }


def folder_id(name: str) -> str:
    """Return the id of a well-known folder."""
    return f"AQMk{base64.urlsafe_b64encode(name.encode()).decode().rstrip('=')}="


def normalise_property_id(text: str) -> str:
    """Return the id of an extended property as Graph keeps it: the set's GUID in small letters.

    Raise Refused for what is no such id.
    """
    found = _PROPERTY_ID.fullmatch(text)
    if not found:
        raise Refused(
            answers.graph_error(400, "ErrorInvalidProperty", f"'{text}' is no extended property.")
        )
    if found["tag"]:
        return f"{found['type']} 0x{int(found['tag'], 16):x}"
    return f"{found['type']} {{{found['set'].lower()}}} {found['name']}"


def _readers_of(message: Message) -> tuple[str, ...]:
    return tuple(
        address_of(recipient) for kind in READERS.values() for recipient in message.properties[kind]
    )


def _new_id(prefix: str) -> str:
    return f"{prefix}{secrets.token_urlsafe(60)}="
