"""What a check says about a mail."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """The mail is held until it is changed or the finding expressly accepted."""
    WARNING = "warning"
    """The mail is held until the finding is accepted or gone."""
    HINT = "hint"
    """Shown quietly; never blocks."""


class Where(StrEnum):
    """The part of the mail that `place` counts in."""

    SUBJECT = "subject"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that one rule found.

    `place` is where (start, end) in the characters of subject or body, None when it is about the
    whole or about what is not there. `message` says what to do and may quote the text.
    """

    rule: str
    severity: Severity
    place: tuple[int, int] | None
    message: str
    where: Where = Where.BODY
