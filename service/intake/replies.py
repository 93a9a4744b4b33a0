"""A mail that somebody wrote to the user (.eml) -> the thread that the follow-up answers in."""

import email
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage

from service.errors import BadInput
from service.intake import addresses, kinds, texts
from service.records import Thread

_MOST_REFERENCES = 50
"""A thread is found by its last mails; a header of thousands is nobody's."""
_HINT = "Save the mail that this person wrote to you, as an .eml file, and give that."


@dataclass(frozen=True, slots=True)
class Answered:
    """The thread of a mail, and the address of who wrote it."""

    thread: Thread
    address: str


def read_answered(data: bytes, file_name: str) -> Answered:
    """Read the mail that is to be answered.

    Raises:
        BadInput: it is no mail, or lacks what a thread is found by.

    """
    if kinds.tell_kind(data, file_name) is not kinds.Kind.MAIL:
        raise BadInput(f"{file_name} is no mail.", _HINT)
    try:
        message = email.message_from_bytes(kinds.strip_first_line(data), policy=policy.default)
        answered = _read(message, file_name)
    except (ValueError, LookupError, TypeError, AttributeError, MessageError) as error:
        raise BadInput(f"{file_name} is damaged: its headers are no mail's.", _HINT) from error
    return answered


def _read(message: EmailMessage, file_name: str) -> Answered:
    message_id = _find_ids(message, "Message-ID")[-1:]
    sender = message["From"]
    address = addresses.find_address(sender.addresses[0].addr_spec if sender else "")
    subject = " ".join(str(message["Subject"] or "").split())
    lacking = [
        name
        for name, is_there in (
            ("Message-ID", bool(message_id)),
            ("sender", bool(address)),
            ("subject", bool(subject)),
        )
        if not is_there
    ]
    if lacking or address is None:
        raise BadInput(f"{file_name} has no {', no '.join(lacking)}.", _HINT)
    problem = texts.find_problem(subject)
    if problem:
        raise BadInput(f"The subject of {file_name} {problem}.", _HINT)
    before = _find_ids(message, "References") or _find_ids(message, "In-Reply-To")
    return Answered(Thread(message_id[0], tuple(before[-_MOST_REFERENCES:]), subject), address)


def _find_ids(message: EmailMessage, header: str) -> list[str]:
    """Return the message ids of a header (RFC 5322 3.6.4), each with its brackets."""
    words = str(message[header] or "").replace(">", "> ").split()
    return [
        word
        for word in words
        if word.startswith("<") and word.endswith(">") and word.isascii() and len(word) > 2
    ]
