"""Tells what a file is by its content, whatever its name says, and turns its bytes into text."""

import codecs
import re
from enum import StrEnum

from service.errors import BadInput

LARGEST = 5 * 1024 * 1024
"""Bytes; an invitation with pictures is far below."""

_MAIL_HEADER = re.compile(
    rb"^(?:From|To|Cc|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version"
    rb"|Content-Type|Content-Transfer-Encoding|Content-Disposition|Reply-To|Sender|X-[\w-]+|DKIM-Signature|ARC-[\w-]+|Authentication-Results)"
    rb"[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FIRST_LINE = re.compile(rb"\A\s*(?:From [^\n]*|>From [^\n]*|\d+[ \t]*)\r?\n")
"""What a mailbox file (mbox) or Apple Mail (.emlx) puts before the mail itself."""
_CHARSET = re.compile(
    r"(?:cp|iso8859-|koi8-|gb|big5|shift_jis|euc_|iso2022_|utf-16|utf-32|mac-|tis-).*|ascii|utf-8"
)
_SAVE_ICS = (
    "Open the meeting in Outlook, choose File > Save As > iCalendar Format (.ics), and add that"
    " file; in Outlook on the web, download the invite.ics attached to the mail."
)
_EXPORT = "Save the invitation as an .ics or .eml file, or give the interview as flags or TOML."


class Kind(StrEnum):
    """What a file holds, as far as intake can read it."""

    CALENDAR = "calendar"
    MAIL = "mail"
    JSON = "json"
    TOML = "toml"


def tell_kind(data: bytes, file_name: str) -> Kind:
    """Return what `data` is; raise `BadInput` naming what it is where it cannot be read."""
    if len(data) > LARGEST:
        raise BadInput(f"{file_name} is larger than 5 MB.", _EXPORT)
    _refuse_foreign(data, file_name)
    start = _as_ascii(data).lstrip(b"\xef\xbb\xbf\r\n\t ")
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        return Kind.CALENDAR
    if is_mail(start):
        return Kind.MAIL
    if re.search(rb"(?:\A|[\r\n])BEGIN:VCALENDAR[ \t]*[\r\n]", start, re.IGNORECASE):
        return Kind.CALENDAR
    named_json = file_name.casefold().endswith(".json")
    if start[:1] == b"{" or (start[:1] == b"[" and named_json):
        return Kind.JSON
    if b"\x00" in start:
        raise BadInput(f"{file_name} is not a text file.", _EXPORT)
    return Kind.TOML


def is_mail(data: bytes) -> bool:
    """Tell whether `data` begins with the headers of a mail."""
    head = re.split(rb"\r?\n\r?\n", strip_first_line(data), maxsplit=1)[0]
    first = head.lstrip().split(b"\n", 1)[0]
    return bool(_MAIL_HEADER.match(first)) and len(_MAIL_HEADER.findall(head)) > 1


def strip_first_line(data: bytes) -> bytes:
    """Return a mail without the line that a mailbox file puts before it."""
    return _FIRST_LINE.sub(b"", data.lstrip(b"\xef\xbb\xbf\r\n"), count=1)


def decode(data: bytes, charset: str | None = None) -> str:
    """Return the text of `data`: by its byte order mark, UTF-8, `charset`, else as Windows does."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if data[1:2] == b"\x00" and data[:1] != b"\x00":
        return data.decode("utf-16-le", "replace")
    if data[:1] == b"\x00" and data[1:2] != b"\x00":
        return data.decode("utf-16-be", "replace")
    for encoding in ("utf-8", _known_charset(charset)):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def _known_charset(charset: str | None) -> str:
    """Return the codec of a charset that mails are written in; Python has others that are none."""
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        return "utf-8"
    return name if _CHARSET.fullmatch(name) else "utf-8"


def decode_strictly(data: bytes, file_name: str) -> str:
    """Return the text of a file that people write; raise `BadInput` where it is not UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in data[:2]:
        return decode(data).lstrip("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(
            f"{file_name} is not UTF-8 text (line {line}).", "Save it as UTF-8 and add it again."
        ) from error


def _as_ascii(data: bytes) -> bytes:
    """Return the start of `data` as one byte a character, so that UTF-16 can be looked at, too."""
    start = data[:65536]
    if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} or b"\x00" in start[:2]:
        return decode(start).encode("ascii", "replace")
    return start


def _refuse_foreign(data: bytes, file_name: str) -> None:
    if not data.strip(b"\xef\xbb\xbf\r\n\t \x00"):
        raise BadInput(f"{file_name} is empty.", _EXPORT)
    named_so = file_name.casefold().endswith(".msg")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(f"{file_name} is an Outlook .msg file, which only Outlook reads.", _SAVE_ICS)
    head = data.lstrip(b"\xef\xbb\xbf\r\n\t ")[:512]
    folded = head.lower()
    for begins, what in (
        (b"%pdf", "a PDF"),
        (b"pk\x03\x04", "a zip archive or an Office document"),
        (b"\x1f\x8b", "a compressed archive"),
        (b"\x89png", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"gif8", "a picture"),
        (b'x\x9f>"', "a winmail.dat, Outlook's own wrapping of a mail,"),
        (b"{\\rtf", "an RTF document"),
        (b"begin:vcard", "a contact card"),
        (b"<!doctype html", "a web page"),
        (b"<html", "a web page"),
        (b"<?xml", "an XML file"),
    ):
        if folded.startswith(begins) or data.lower().startswith(begins):
            raise BadInput(f"{file_name} is {what} and not an invitation.", _EXPORT)
    if named_so and not is_mail(head):
        raise BadInput(f"{file_name} is named as an Outlook .msg file.", _SAVE_ICS)
