"""What Gmail reads from the raw text of a mail, what it writes into it, and how it shows it."""

import base64
import binascii
import html
import re
from collections.abc import Collection
from email import message_from_bytes, policy
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from typing import Any

from tests.loopback import google_answers as answers
from tests.loopback.exchange import Response
from tests.loopback.google_answers import Refused

_RECIPIENT_HEADERS = ("To", "Cc", "Bcc")


def decode_raw(raw: str) -> bytes:
    """Return the mail in a `raw` field, with line ends as on the wire; refuse other alphabets."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", raw):
        raise Refused(_not_base64())
    bare = raw.rstrip("=")
    try:
        text = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error as error:
        raise Refused(_not_base64()) from error
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def parse(raw: bytes) -> EmailMessage:
    """Parse a mail."""
    return message_from_bytes(raw, policy=policy.SMTP)


def recipients_of(mail: EmailMessage) -> tuple[str, ...]:
    """Return the bare addresses of To, Cc and Bcc; refuse a header that holds something else."""
    found: list[str] = []
    for name in _RECIPIENT_HEADERS:
        for header in mail.get_all(name, []):
            addresses = header.addresses if isinstance(header, AddressHeader) else ()
            if str(header).strip() and not addresses:
                raise Refused(answers.bad_request(f"Invalid {name} header"))
            for address in addresses:
                if not address.username or "." not in address.domain:
                    raise Refused(answers.bad_request(f"Invalid {name} header"))
                found.append(address.addr_spec)
    return tuple(found)


def sender_of(mail: EmailMessage) -> Address | None:
    """Return the first address of From, if there is one."""
    header = mail["From"]
    addresses = header.addresses if isinstance(header, AddressHeader) else ()
    return addresses[0] if addresses else None


def with_own_sender(raw: bytes, address: str) -> bytes:
    """Return the mail with From rewritten to the account's address, unless it is that already."""
    sender = sender_of(parse(raw))
    if sender is not None and sender.addr_spec.lower() == address.lower():
        return raw
    name = sender.display_name if sender else ""
    header = EmailMessage(policy=policy.SMTP)
    header["From"] = Address(name, addr_spec=address)
    return with_header(raw, "From", header.as_bytes().split(b":", 1)[1].strip())


def with_header(raw: bytes, name: str, value: bytes | None) -> bytes:
    """Return the mail with every such header replaced by one at the top, or dropped for None.

    All other bytes stay as they are.
    """
    head, separator, body = raw.partition(b"\r\n\r\n")
    fields = re.findall(rb"[^\r\n]+(?:\r\n[ \t][^\r\n]*)*", head)
    kept = [field for field in fields if field.split(b":")[0].strip().lower() != _lower(name)]
    if value is not None:
        kept.insert(0, name.encode() + b": " + value)
    return b"\r\n".join(kept) + (separator or b"\r\n\r\n") + body


def without_custom_headers(raw: bytes) -> bytes:
    """Return the mail without its X- headers."""
    for name in {name for name in parse(raw).keys() if name.lower().startswith("x-")}:  # noqa: SIM118 - a Message is no mapping; iterating it is not typed
        raw = with_header(raw, name, None)
    return raw


def cited_ids(mail: EmailMessage) -> frozenset[str]:
    """Return the Message-IDs that the mail answers."""
    cited = " ".join(str(mail[name] or "") for name in ("References", "In-Reply-To"))
    return frozenset(re.findall(r"<[^<>\s]+>", cited))


def bare_subject(mail: EmailMessage) -> str:
    """Return the subject without what replying and forwarding put in front."""
    prefixes = r"^(?:(?:re|fwd?|aw)\s*:\s*)+"
    return re.sub(prefixes, "", str(mail["Subject"] or "").strip(), flags=re.IGNORECASE)


def edited(
    mail: EmailMessage, subject: str | None, body: str | None, to: str | None
) -> EmailMessage:
    """Return what Gmail's web page makes of a draft: all headers kept, the text also as HTML."""
    plain = mail.get_body(("plain",))
    text = body if body is not None else plain.get_content() if plain else ""
    result = EmailMessage(policy=policy.SMTP)
    for name, value in mail.items():
        if not name.lower().startswith("content-") and name.lower() != "mime-version":
            result[name] = value
    for name, new in (("Subject", subject), ("To", to)):
        if new is not None:
            del result[name]
            result[name] = new
    result.set_content(text)
    paragraphs = html.escape(text).replace("\n", "<br>")
    result.add_alternative(f'<div dir="ltr">{paragraphs}</div>', subtype="html")
    return result


def snippet_of(mail: EmailMessage) -> str:
    """Return the first words of the text, as lists of mails show them."""
    plain = mail.get_body(("plain",))
    return html.escape(" ".join(str(plain.get_content()).split())[:100]) if plain else ""


def payload_of(mail: EmailMessage, *, part_id: str = "") -> dict[str, Any]:
    """Return a mail, or one part of it, as the `payload` of format=full."""
    part: dict[str, Any] = {
        "partId": part_id,
        "mimeType": mail.get_content_type(),
        "filename": mail.get_filename() or "",
        "headers": headers_of(mail, None),
    }
    if mail.is_multipart():
        prefix = f"{part_id}." if part_id else ""
        part["body"] = {"size": 0}
        part["parts"] = [
            payload_of(child, part_id=f"{prefix}{number}")
            for number, child in enumerate(mail.iter_parts())
            if isinstance(child, EmailMessage)
        ]
        return part
    content = mail.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    part["body"] = {"size": len(data), "data": base64.urlsafe_b64encode(data).decode()}
    return part


def headers_of(mail: EmailMessage, only: Collection[str] | None) -> list[dict[str, str]]:
    """Return the headers, decoded; only those named if names are given."""
    wanted = None if only is None else {name.lower() for name in only}
    return [
        {"name": name, "value": str(value)}
        for name, value in mail.items()
        if wanted is None or name.lower() in wanted
    ]


def _not_base64() -> Response:
    return answers.bad_request(
        "Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed"
    )


def _lower(name: str) -> bytes:
    return name.lower().encode()
