"""The mailbox on this computer: a Maildir that any mail program can open. It sends to nobody.

A mail's file is named by its send key. `drafts/` is ours; sending places the draft's file in `new/`
by a hard link, which is refused where the name is taken, and then takes it out of `drafts/`. A mail
that is in `new/` or `cur/` was sent. A crash between the two steps leaves both names, and the mail
counts as sent.
"""

import errno
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from providers import mime
from providers.base import (
    Access,
    Draft,
    Flow,
    Grant,
    Mail,
    OpenMailbox,
    Pace,
    Provider,
    Receipt,
    Seen,
    Sight,
    Trace,
)
from providers.errors import OutcomeUnknown, ProviderError, Rejected, SignInAgain, TryLater

ADDRESS = "you@localhost"
"""The mailbox's address when none is given; nothing is ever delivered there."""

_NO_END = datetime(9000, 1, 1, tzinfo=UTC)
_FOLDERS = ("tmp", "new", "cur", "drafts")
_NAME = re.compile(r"[A-Za-z0-9_=-]{8,200}")
_FLAGS = re.compile(r"[:;!]2,[A-Za-z]*")
"""What mail programs put behind a name in `cur/`; the colon is no character for it on Windows."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """`folder` is the Maildir; it is made when it is first needed, private to the user."""

    folder: Path


class Local(Provider):
    """The mailbox on this computer."""

    name: ClassVar[str] = "local"
    accesses: ClassVar[tuple[Access, ...]] = (Access.DRAFTS,)
    settle_seconds: ClassVar[float] = 0.0
    pace: ClassVar[Pace | None] = None
    is_remote: ClassVar[bool] = False

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings

    def begin_sign_in(
        self, access: Access, redirect_uri: str, state: str, *, login_hint: str | None = None
    ) -> Flow:
        """Return a flow without a page; its answer may be anything, and may be empty."""
        del access, redirect_uri, state
        return Flow(url="", payload=json.dumps({"address": login_hint or ADDRESS}))

    def finish_sign_in(self, flow: Flow, answer_url: str, access: Access) -> Grant:
        """Make the Maildir; raise `Rejected` when it cannot be made there."""
        del answer_url, access
        LocalMailbox(self._settings.folder).prepare()
        return self.refresh(flow.payload)

    def refresh(self, secret: str) -> Grant:
        """See `Provider`. There is nothing secret, and no end."""
        try:
            address = str(json.loads(secret)["address"])
        except (ValueError, KeyError, TypeError) as error:
            raise SignInAgain("grant-unreadable", "Connect the local mailbox again.") from error
        return Grant(
            address=address,
            account_id=str(self._settings.folder),
            name="",
            scopes=(),
            secret=secret,
            access_token="",
            expires_at=_NO_END,
        )

    def revoke(self, secret: str) -> str | None:
        """See `Provider`. The mails stay where they are."""
        del secret
        return None

    def open(self, access_token: str, address: str) -> "LocalMailbox":
        """See `Provider`."""
        del access_token, address
        return LocalMailbox(self._settings.folder)


class LocalMailbox(OpenMailbox):
    """One Maildir. `link` is how a file gets a second name; not every file system has a way."""

    def __init__(self, folder: Path, link: Callable[[Path, Path], None] = os.link) -> None:
        self._folder = folder
        self._link = link

    def prepare(self) -> None:
        """Make the folders that are missing."""
        with _failing(sends=False):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in _FOLDERS:
                (self._folder / name).mkdir(mode=0o700, exist_ok=True)

    def create_draft(self, mail: Mail, send_key: str) -> Draft:
        """See `OpenMailbox`. A draft with the same key is replaced."""
        name = _name_from(send_key)
        message_id = mime.message_id_from(send_key, mail.sender_address)
        raw = mime.write(mail, {"Message-ID": message_id})
        self.prepare()
        with _failing(sends=False):
            self._store(name, raw)
        return Draft(
            id=name,
            is_standing=True,
            subject=mail.subject,
            body=mime.tidy(mail.body),
            recipients=(mime.wire_address(mail.to_address),),
            message_id=message_id,
        )

    def read_draft(self, draft_id: str) -> Draft | None:
        """See `OpenMailbox`."""
        name = _name_from(draft_id)
        with _failing(sends=False):
            sent = self._find_sent(name)
            path = sent or self._folder / "drafts" / name
            try:
                return _draft_from(name, path.read_bytes(), is_standing=sent is None)
            except FileNotFoundError:
                return None

    def find_draft(self, send_key: str) -> Draft | None:
        """See `OpenMailbox`."""
        draft = self.read_draft(send_key)
        return draft if draft is not None and draft.is_standing else None

    def send_draft(self, draft_id: str) -> Receipt:
        """See `OpenMailbox`. A draft that was sent before gives the same receipt again."""
        name = _name_from(draft_id)
        with _failing(sends=False):
            if self._find_sent(name) is None:
                self._place(name)
        with _failing(sends=True):
            _flush_folder(self._folder / "new")
            (self._folder / "drafts" / name).unlink(missing_ok=True)
        return self._receipt(name)

    def delete_draft(self, draft_id: str) -> None:
        """See `OpenMailbox`."""
        with _failing(sends=False):
            (self._folder / "drafts" / _name_from(draft_id)).unlink(missing_ok=True)

    def send(self, mail: Mail, send_key: str) -> Receipt:
        """See `OpenMailbox`."""
        return self.send_draft(self.create_draft(mail, send_key).id)

    def look(self, trace: Trace) -> Seen:
        """See `OpenMailbox`. A draft that is gone was sent, even if the mail was deleted since."""
        draft = self.read_draft(trace.draft_id or trace.send_key)
        if draft is None and trace.draft_id is None:
            return Seen(Sight.ABSENT)
        if draft is None:
            return Seen(Sight.SENT, "draft-consumed", trace.draft_id)
        if draft.is_standing:
            return Seen(Sight.STANDING, message_id=draft.message_id)
        return Seen(Sight.SENT, "sent-copy", draft.id, draft.message_id)

    def close(self) -> None:
        """See `OpenMailbox`. Nothing is held open."""

    def _store(self, name: str, raw: bytes) -> None:
        """Write a draft whole or not at all, and down to the disk."""
        temporary = self._folder / "tmp" / f"{name}.{os.getpid()}"
        try:
            with open(temporary, "wb", opener=_open_private) as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._folder / "drafts" / name)
        finally:
            temporary.unlink(missing_ok=True)
        _flush_folder(self._folder / "drafts")

    def _place(self, name: str) -> None:
        """Put a draft into `new/`, where no such name may be yet."""
        draft, target = self._folder / "drafts" / name, self._folder / "new" / name
        try:
            self._link(draft, target)
        except FileExistsError:
            return
        except FileNotFoundError as error:
            raise Rejected("not-found", "The draft is not there any more.") from error
        except (OSError, NotImplementedError) as error:
            if isinstance(error, OSError) and error.errno not in _NO_LINKS:
                raise
            # A file system without links. The draft moves in one step, so that it can do so once;
            # Windows refuses a name that is taken, elsewhere it is the same mail.
            draft.rename(target)

    def _find_sent(self, name: str) -> Path | None:
        """Find a sent mail. Mail programs move it from `new/` to `cur/`, never back."""
        new = self._folder / "new" / name
        if new.exists():
            return new
        try:
            entries = list((self._folder / "cur").iterdir())
        except FileNotFoundError:
            return None
        for entry in entries:
            rest = entry.name.removeprefix(name)
            if entry.name.startswith(name) and (not rest or _FLAGS.fullmatch(rest)):
                return entry
        return None

    def _receipt(self, name: str) -> Receipt:
        """Read from the mail that lies there who it is; the user may have rewritten the draft."""
        sent = self._find_sent(name)
        with _failing(sends=True):
            try:
                message_id = mime.read_message_id(sent.read_bytes()) if sent else None
            except FileNotFoundError:
                message_id = None  # a mail program was quicker to move it on
        return Receipt(sent_id=name, message_id=message_id)


def classify(error: OSError, *, sends: bool) -> ProviderError:
    """Return what a failure of the file system means."""
    if sends:
        return OutcomeUnknown("disk-failed", "The disk failed after the mail was placed.")
    if error.errno in _FULL:
        return TryLater("disk-full", "The disk is full; the mail was not stored.")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        detail = "The folder of the local mailbox cannot be written."
        return Rejected("folder-read-only", detail)
    if isinstance(error, FileExistsError | NotADirectoryError):
        return Rejected("folder-unusable", "Something else is where the local mailbox should be.")
    return TryLater("disk-failed", "The disk failed; the mail was not stored.")


@contextmanager
def _failing(*, sends: bool) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise classify(error, sends=sends) from error


def _name_from(key: str) -> str:
    if not _NAME.fullmatch(key):
        raise Rejected("bad-key", "That is no id of a mail on this computer.")
    return key


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT | os.O_TRUNC, 0o600)


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder outlast a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _draft_from(name: str, raw: bytes, *, is_standing: bool) -> Draft:
    written = mime.read(raw)
    return Draft(
        id=name,
        is_standing=is_standing,
        subject=written.subject,
        body=written.body,
        recipients=written.recipients,
        message_id=written.message_id,
    )
