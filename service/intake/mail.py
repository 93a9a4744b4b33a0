"""The mail that carried an invitation -> the calendars in it and who is named in its headers."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from service.errors import BadInvitation
from service.intake import addresses, kinds
from service.intake.names import tidy

_HINT = "Save the invitation itself as an .ics file, or give the interview as flags or as TOML."
_CALENDAR_TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_NAMING_HEADERS = ("From", "Sender", "Reply-To", "To", "Cc")
_ADDRESSED_HEADERS = ("Delivered-To", "X-Original-To", "To")
_DEEPEST = 3
_BEGIN = re.compile(rb"^\s*BEGIN:VCALENDAR", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailedCalendars:
    """The calendars of a mail as text, the likeliest first; `method` as the mail calls them.

    `names` are display names by folded address; `addressed_to` the addresses it was sent to.
    """

    texts: tuple[str, ...]
    method: str | None
    names: dict[str, str]
    addressed_to: tuple[str, ...]


def read_mail(data: bytes, file_name: str) -> MailedCalendars:
    """Find the calendars in a mail, also in one that was forwarded as an attachment."""
    try:
        return _read(email.message_from_bytes(kinds.strip_first_line(data)), file_name)
    except RecursionError as error:
        raise BadInvitation(f"{file_name} is nested too deep to be a mail.", _HINT) from error
    except (ValueError, LookupError, TypeError, MessageError) as error:
        # What the email package raises on headers that no mail program writes.
        raise BadInvitation(f"{file_name} is damaged: its headers are no mail's.", _HINT) from error


def _read(message: Message, file_name: str) -> MailedCalendars:
    parts = list(_walk(message, 0))
    found = [part for part in parts if _is_calendar(part)]
    if not found:
        raise BadInvitation(f"{file_name} is a mail without a calendar in it{_why(parts)}.", _HINT)
    found.sort(key=lambda part: part.get_content_type() != "text/calendar")
    methods = [str(part.get_param("method", "") or "") for part in found]
    headed = [message, *(part for part in parts if part is not message and "From" in part)]
    names = {address.casefold(): name for name, address in _people(headed, _NAMING_HEADERS) if name}
    return MailedCalendars(
        texts=tuple(kinds.decode(_content(p), p.get_content_charset()) for p in found),
        method=next((m.strip().upper() for m in methods if m.strip()), None),
        names=names,
        addressed_to=tuple(
            dict.fromkeys(address for _, address in _people([message], _ADDRESSED_HEADERS))
        ),
    )


def _walk(message: Message, depth: int) -> Iterator[Message]:
    """Yield all parts, those of mails attached as files, too."""
    for part in message.walk():
        yield part
        name = (part.get_filename() or "").casefold()
        if name.endswith(".eml") and not part.is_multipart() and depth < _DEEPEST:
            content = _content(part)
            if kinds.is_mail(content):
                yield from _walk(email.message_from_bytes(content), depth + 1)


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_calendar(part: Message) -> bool:
    if part.is_multipart():
        return False
    name = (part.get_filename() or part.get_param("name") or "") or ""
    named_so = isinstance(name, str) and name.casefold().endswith((".ics", ".vcs", ".ical"))
    is_typed = part.get_content_type() in _CALENDAR_TYPES or named_so
    content = _content(part)
    return bool(content.strip()) and (is_typed or _BEGIN.match(content) is not None)


def _why(parts: list[Message]) -> str:
    """Say what there is instead."""
    names = [(part.get_filename() or "").casefold() for part in parts]
    if "winmail.dat" in names or any("ms-tnef" in p.get_content_type() for p in parts):
        return ": Outlook wrapped it in a winmail.dat, which only Outlook reads"
    if any(part.get_content_type().startswith("text/") for part in parts):
        return "; it only speaks of the time in words"
    return ""


def _people(messages: list[Message], headers: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for message in messages:
        for header in headers:
            values = [tidy(str(value)) for value in message.get_all(header, [])]
            for name, address in getaddresses(values):
                found = addresses.find_address(address)
                if found:
                    yield _decoded(name), found


def _decoded(name: str) -> str:
    """Decode "=?utf-8?Q?Kr=C3=BCger=2C_Sabine?=", which is one name although it holds a comma."""
    try:
        return tidy(str(make_header(decode_header(name))))
    except (ValueError, LookupError, MessageError):
        return name
