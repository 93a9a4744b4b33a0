"""The mailbox on this computer: a Maildir in a folder of the test's."""

import errno
import os
import resource
import stat
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from providers import mime
from providers.base import Access, Grant, Sight, Trace
from providers.errors import OutcomeUnknown, ProviderError, Rejected, TryLater
from providers.local import Local, LocalMailbox, LocalSettings, classify
from tests.providers.bench import ADDRESS, KEY, MAIL, Bench
from tests.providers.contract import DraftsContract, ProviderContract


class LocalBench(Bench):
    """A local mailbox in a folder that is not there yet."""

    access = Access.DRAFTS

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.provider = Local(LocalSettings(folder))

    def sign_in(self) -> Grant:
        """See `Bench`."""
        flow = self.provider.begin_sign_in(self.access, "", "the-state", login_hint=ADDRESS)
        return self.provider.finish_sign_in(flow, "", self.access)

    def mails(self) -> Sequence[EmailMessage]:
        """See `Bench`."""
        files = [*(self.folder / "new").iterdir(), *(self.folder / "cur").iterdir()]
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def edit(self, draft_id: str, body: str) -> None:
        """See `Bench`."""
        file = self.folder / "drafts" / draft_id
        mail = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
        mail.set_content(body)
        file.write_bytes(mail.as_bytes())

    def discard(self, draft_id: str) -> None:
        """See `Bench`."""
        (self.folder / "drafts" / draft_id).unlink()

    def send_by_hand(self, draft_id: str) -> None:
        """See `Bench`; mail programs know no drafts folder of ours, so the file is moved."""
        (self.folder / "drafts" / draft_id).rename(self.folder / "new" / draft_id)

    def read_in_a_mail_program(self, name: str, flags: str = ":2,S") -> None:
        """Show a mail to its owner, as mail programs note it."""
        (self.folder / "new" / name).rename(self.folder / "cur" / f"{name}{flags}")


@pytest.fixture
def local(tmp_path: Path) -> LocalBench:
    """Give a local mailbox."""
    return LocalBench(tmp_path / "mail")


class TestLocal(ProviderContract, DraftsContract):
    """The local mailbox."""

    @pytest.fixture
    def bench(self, local: LocalBench) -> Bench:
        """Give the bench."""
        return local


class TestMaildir:
    """What only the local mailbox does."""

    def test_is_private_to_its_owner(self, local: LocalBench) -> None:
        """Nobody else on the computer reads along."""
        box = local.open()
        box.create_draft(MAIL, KEY)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in local.folder.rglob("*")}
        assert modes == {0o700, 0o600}
        assert stat.S_IMODE(local.folder.stat().st_mode) == 0o700

    def test_has_a_default_address(self, local: LocalBench) -> None:
        """It can be connected without saying anything."""
        flow = local.provider.begin_sign_in(Access.DRAFTS, "", "s")
        assert flow.url == ""
        assert local.provider.finish_sign_in(flow, "", Access.DRAFTS).address == "you@localhost"

    def test_a_sent_mail_leaves_no_draft(self, local: LocalBench) -> None:
        """The file of a sent mail is named by its key, once."""
        box = local.open()
        receipt = box.send_draft(box.create_draft(MAIL, KEY).id)
        assert receipt.sent_id == KEY
        files = sorted(p.relative_to(local.folder) for p in local.folder.rglob("*") if p.is_file())
        assert files == [Path("new", KEY)]

    @pytest.mark.parametrize("flags", ["", ":2,", ":2,S", ":2,FRS", ";2,S", "!2,S"])
    def test_a_mail_that_was_read_is_not_sent_again(self, local: LocalBench, flags: str) -> None:
        """Mail programs move and rename what was seen; it stays sent."""
        box = local.open()
        box.send_draft(box.create_draft(MAIL, KEY).id)
        local.read_in_a_mail_program(KEY, flags)
        draft = box.create_draft(MAIL, KEY)
        assert box.look(Trace(KEY)).sight is Sight.SENT
        assert box.send_draft(draft.id).sent_id == KEY
        assert len(local.mails()) == 1
        assert list((local.folder / "drafts").iterdir()) == []

    def test_a_longer_name_is_another_mail(self, local: LocalBench) -> None:
        """A key that begins like another is not taken for it."""
        box = local.open()
        box.send_draft(box.create_draft(MAIL, f"{KEY}-2").id)
        local.read_in_a_mail_program(f"{KEY}-2")
        assert box.look(Trace(KEY)).sight is Sight.ABSENT

    def test_a_crash_after_placing_counts_as_sent(self, local: LocalBench) -> None:
        """With both names there, the mail went; sending again tidies up."""
        box = local.open()
        draft = box.create_draft(MAIL, KEY)
        (local.folder / "new" / KEY).hardlink_to(local.folder / "drafts" / KEY)
        assert box.look(Trace(KEY, draft.id)).sight is Sight.SENT
        box.send_draft(draft.id)
        assert len(local.mails()) == 1
        assert list((local.folder / "drafts").iterdir()) == []

    def test_a_mail_deleted_after_sending_stays_sent(self, local: LocalBench) -> None:
        """What its owner threw away does not come back."""
        box = local.open()
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        (local.folder / "new" / KEY).unlink()
        assert box.look(Trace(KEY, draft.id)).sight is Sight.SENT
        with pytest.raises(Rejected) as caught:
            box.send_draft(draft.id)
        assert caught.value.code == "not-found"

    def test_a_draft_is_replaced_by_one_with_the_same_key(self, local: LocalBench) -> None:
        """An attempt that was repeated leaves one draft."""
        box = local.open()
        first = box.create_draft(MAIL, KEY)
        assert box.create_draft(MAIL, KEY).id == first.id
        assert [path.name for path in (local.folder / "drafts").iterdir()] == [KEY]

    def test_what_was_never_made_is_absent(self, local: LocalBench) -> None:
        """The folder is a complete record."""
        assert local.open().look(Trace(KEY)).sight is Sight.ABSENT

    @pytest.mark.parametrize(
        "refusal",
        [OSError(errno.EPERM, "no"), OSError(errno.EOPNOTSUPP, "no"), NotImplementedError()],
    )
    def test_a_folder_without_links_sends_once_too(
        self, tmp_path: Path, refusal: Exception
    ) -> None:
        """Where links are refused, the draft itself is moved, which can happen once."""

        def refuse(source: Path, target: Path) -> None:
            del source, target
            raise refusal

        box = LocalMailbox(tmp_path, refuse)
        draft = box.create_draft(MAIL, KEY)
        assert box.send_draft(draft.id) == box.send_draft(draft.id)
        files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
        assert files == [Path("new", KEY)]

    def test_a_failing_link_sends_nothing(self, tmp_path: Path) -> None:
        """Any other refusal leaves the draft standing, to be tried again."""

        def fail(source: Path, target: Path) -> None:
            del source, target
            raise OSError(errno.EIO, "broken")

        draft = LocalMailbox(tmp_path).create_draft(MAIL, KEY)
        with pytest.raises(TryLater):
            LocalMailbox(tmp_path, fail).send_draft(draft.id)
        assert LocalMailbox(tmp_path).look(Trace(KEY, draft.id)).sight is Sight.STANDING

    @pytest.mark.parametrize("key", ["../../etc/passwd", "a/b-0123456789", "", "short", "a" * 300])
    def test_a_key_never_leaves_the_folder(self, local: LocalBench, key: str) -> None:
        """A name is a name."""
        box = local.open()
        for call in (box.read_draft, box.send_draft, box.delete_draft, box.find_draft):
            with pytest.raises(Rejected) as caught:
                call(key)
            assert caught.value.code == "bad-key"
        with pytest.raises(Rejected):
            box.create_draft(MAIL, key)

    def test_something_else_in_its_place_is_refused(self, tmp_path: Path) -> None:
        """A file where the folder should be is not touched."""
        (tmp_path / "mail").write_text("mine")
        with pytest.raises(Rejected) as caught:
            LocalBench(tmp_path / "mail").sign_in()
        assert caught.value.code == "folder-unusable"
        assert (tmp_path / "mail").read_text() == "mine"

    def test_a_full_disk_leaves_nothing_behind(self, local: LocalBench) -> None:
        """A mail is stored whole or not at all, and may be tried again."""
        box = local.open()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            with pytest.raises(TryLater) as caught:
                box.create_draft(MAIL, KEY)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert caught.value.code == "disk-full"
        assert [path for path in local.folder.rglob("*") if path.is_file()] == []

    @pytest.mark.parametrize(
        ("number", "kind", "code"),
        [
            (errno.ENOSPC, TryLater, "disk-full"),
            (errno.EDQUOT, TryLater, "disk-full"),
            (errno.EROFS, Rejected, "folder-read-only"),
            (errno.EACCES, Rejected, "folder-read-only"),
            (errno.ENOTDIR, Rejected, "folder-unusable"),
            (errno.EIO, TryLater, "disk-failed"),
        ],
    )
    def test_a_failing_disk_is_judged_by_when(
        self, number: int, kind: type[ProviderError], code: str
    ) -> None:
        """Before the mail is placed nothing was sent; after that it is not known."""
        error = OSError(number, os.strerror(number))
        before = classify(error, sends=False)
        assert (type(before), before.code) == (kind, code)
        assert type(classify(error, sends=True)) is OutcomeUnknown

    def test_a_mail_names_its_key_and_date(self, local: LocalBench) -> None:
        """Every mail is whole, as a mail program wants it."""
        box = local.open()
        box.send_draft(box.create_draft(MAIL, KEY).id)
        raw = (local.folder / "new" / KEY).read_bytes()
        headers = mime.read(raw).headers
        assert headers["message-id"] == f"<{KEY}@example.com>"
        assert headers["date"] == "Tue, 24 Nov 2026 09:12:00 +0000"

    def test_revoking_keeps_the_mails(self, local: LocalBench) -> None:
        """Disconnecting deletes nothing."""
        box = local.open()
        box.send_draft(box.create_draft(MAIL, KEY).id)
        assert local.provider.revoke(local.sign_in().secret) is None
        assert len(local.mails()) == 1
