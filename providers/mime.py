"""Writing and reading the RFC 5322 message of a mail, the same for every provider that takes one.

Header lines are made with `email.header` and not by `EmailMessage`: when that folds a long header
(seen on Python 3.11.7, 2026-11) it drops the quotes around a name with a comma, so that one reader
becomes two, loses spaces between encoded words, and encodes message ids longer than a line.
https://github.com/python/cpython/issues/80222 and https://github.com/python/cpython/issues/87720
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from functools import lru_cache
from html.parser import HTMLParser

import idna

from providers.base import Mail
from providers.errors import Rejected

_LINE = 76
"""Longest line (RFC 2045 6.7, RFC 2047 2), below the 78 that RFC 5322 recommends."""

_PLAIN_HEADER = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it was read back. `recipients` are bare addresses of To, Cc and Bcc."""

    subject: str = field(repr=False)
    body: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    message_id: str | None
    headers: Mapping[str, str] = field(repr=False)
    """Every header by its name in lower case."""


def write(mail: Mail, extra: Mapping[str, str] | None = None) -> bytes:
    """Return `mail` as a message with CRLF line ends; `extra` are further headers, all ASCII.

    The body is quoted-printable, so that the user's lines may be as long as they like and none is
    wrapped. Raise `Rejected` for a mail that `check` refuses.
    """
    check(mail)
    lines = [
        _address_line("From", mail.sender_name, mail.sender_address),
        _address_line("To", mail.to_name, mail.to_address),
        f"Subject: {_encode_words(mail.subject, 'Subject')}",
        f"Date: {format_datetime(mail.date)}",
    ]
    if mail.in_reply_to:
        references = mail.references or (mail.in_reply_to,)
        lines += [f"In-Reply-To: {mail.in_reply_to}", "References: " + "\r\n ".join(references)]
    lines += [f"{name}: {value}" for name, value in (extra or {}).items()]
    content = EmailMessage(policy=policy.SMTP.clone(max_line_length=_LINE))
    content.set_content(mail.body, charset="utf-8", cte="quoted-printable")
    return "\r\n".join([*lines, ""]).encode("ascii") + content.as_bytes()


def check(mail: Mail) -> None:
    """Raise `Rejected` for what no mail can carry: line breaks in a header, text that is none."""
    for value in (mail.sender_name, mail.to_name, mail.subject):
        if len(value.splitlines()) > 1 or value != value.strip("\r\n") or "\0" in value:
            detail = "A name or the subject has a line break in it."
            raise Rejected("line-break-in-header", detail)
    for message_id in (mail.in_reply_to, *mail.references):
        if message_id is not None and not _MESSAGE_ID.fullmatch(message_id):
            raise Rejected("bad-message-id", "The mail that is answered has an unreadable id.")
    for value in (mail.sender_name, mail.to_name, mail.subject, mail.body):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Rejected("not-text", "A name, the subject or the body is not text.") from error


@lru_cache(maxsize=1024)
def wire_address(address: str) -> str:
    """Return an address as headers carry it, its domain in ASCII; raise `Rejected` if it cannot be.

    Addresses were checked when they were entered; this is the last gate before a header.
    """
    local, at, domain = address.rpartition("@")
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii") if at else ""
    except idna.IDNAError:
        domain = ""
    if not domain or not _LOCAL_PART.fullmatch(local):
        raise Rejected("bad-address", "An address of the mail cannot be written into a header.")
    return f"{local}@{domain}"


def message_id_from(send_key: str, address: str) -> str:
    """Return the Message-ID that carries `send_key`, in the domain of `address`."""
    return f"<{send_key}@{wire_address(address).rpartition('@')[2]}>"


def read(raw: bytes) -> Written:
    """Read a message back; what cannot be decoded is replaced, never raised."""
    message = message_from_bytes(raw, policy=policy.default)
    headers = {name.lower(): value for name, value in _decoded_headers(message)}
    return Written(
        subject=headers.get("subject", ""),
        body=_body_of(message),
        recipients=tuple(_recipients_of(message)),
        message_id=headers.get("message-id", "").strip() or None,
        headers=headers,
    )


def read_message_id(raw: bytes) -> str | None:
    """Return the Message-ID alone, without taking the rest of the message apart."""
    message = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    return str(message.get("Message-ID", "")).strip() or None


def tidy(text: str) -> str:
    """Return a body in the one form in which bodies are compared: LF, no blanks at line ends."""
    return "\n".join(line.rstrip() for line in re.split(r"\r\n|\r|\n", text)).strip("\n")


def text_of_html(markup: str) -> str:
    """Return the words of a page, its lines as a mail program breaks them."""
    reader = _TextOfHtml()
    reader.feed(markup)
    reader.close()
    return "".join(reader.parts)


def _address_line(header: str, name: str, address: str) -> str:
    bare = wire_address(address)
    if not name.strip():
        return f"{header}: {bare}"
    phrase = name
    if not _ATOMS.fullmatch(name):
        phrase = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    if not _can_stand(name) or len(phrase) > _LINE - len(header) - 2:
        phrase = _as_encoded_words(name, header)
    return f"{header}: {phrase}\r\n <{bare}>"


def _encode_words(text: str, header: str) -> str:
    if not text or (_can_stand(text) and len(text) <= _LINE - len(header) - 2):
        return text
    return _as_encoded_words(text, header)


def _can_stand(text: str) -> bool:
    return bool(_PLAIN_HEADER.fullmatch(text)) and "=?" not in text


def _as_encoded_words(text: str, header: str) -> str:
    # Encoded words are read as they stand, commas, quotes and spaces included, wherever they break.
    return Header(text, "utf-8", _LINE, header).encode(linesep="\r\n")


def _decoded_headers(message: EmailMessage) -> Iterable[tuple[str, str]]:
    for name in dict.fromkeys(message.keys()):
        try:
            yield name, str(message[name])
        except (MessageError, ValueError, IndexError, LookupError, AttributeError):
            # The parser of some Python versions fails on headers that other programs wrote.
            yield name, ""


def _recipients_of(message: EmailMessage) -> Iterable[str]:
    for name in ("To", "Cc", "Bcc"):
        for header in message.get_all(name, []):
            if isinstance(header, AddressHeader):
                yield from (address.addr_spec for address in header.addresses)


def _body_of(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        text = bytes(part.get_payload(decode=True) or b"").decode("utf-8", errors="replace")
    return tidy(text_of_html(text) if part.get_content_subtype() == "html" else text)


class _TextOfHtml(HTMLParser):
    """Keeps the words of a page and breaks lines where a mail program does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._is_hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - html.parser's
        """Break the line before a block, and at a br."""
        self._is_hidden = self._is_hidden or tag in ("style", "script", "title")
        if tag in ("br", "p", "div", "li", "tr"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a part that is not shown, and leave a blank line after a paragraph."""
        if tag in ("style", "script", "title"):
            self._is_hidden = False
        elif tag == "p":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text that is shown; line breaks of the source are blanks."""
        if not self._is_hidden:
            self.parts.append(re.sub(r"\s+", " ", data))
