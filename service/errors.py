"""Every error that reaches a user, in one tree: what happened, and what to type next.

`code` is for logs and `--json`; the message names the thing it happened to; the hint is the next
command. No token, key, subject or body ever stands in one.
"""

from typing import ClassVar


class ServiceError(Exception):
    """What was asked for could not be done; nothing was changed unless the message says so."""

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInput(ServiceError):
    """A submission, a flag or a file cannot be used; `problems` lists everything wrong at once."""

    code = "bad-input"
    exit_code = 2

    def __init__(self, message: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.problems = problems


class BadInvitation(BadInput):
    """A calendar invitation or its mail cannot be used as an interview."""

    code = "bad-invitation"


class BadConfiguration(BadInput):
    """The configuration is missing, contradictory or unreadable."""

    code = "bad-configuration"


class NotFound(ServiceError):
    """There is no such thing, or it belongs to somebody else."""

    code = "not-found"


class WrongState(ServiceError):
    """The follow-up is in a state in which this cannot be done."""

    code = "wrong-state"


class Conflict(ServiceError):
    """Somebody else changed it first; nothing was overwritten."""

    code = "conflict"


class StorageUnusable(ServiceError):
    """The database is busy, read-only, full, or newer than this program."""

    code = "storage-unusable"


class VaultUnusable(ServiceError):
    """The key that opens the stored sign-ins is missing, exposed or the wrong one."""

    code = "vault-unusable"


class MailboxUnusable(ServiceError):
    """A mailbox is not connected, signed out or refused."""

    code = "mailbox-unusable"


class NotTold(ServiceError):
    """A way to reach the user did not take what they were to be told."""

    code = "not-told"


class SignInFailed(ServiceError):
    """The sign-in was denied, incomplete or ran out of time."""

    code = "sign-in-failed"


class ClockUnusable(ServiceError):
    """`$CALLBACK_CLOCK` cannot be read, or must not be used here."""

    code = "clock-unusable"
    exit_code = 2
