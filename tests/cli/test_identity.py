"""The same interview handed in again: gaps are filled, people added, nothing is sent twice."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import MONDAY_EVENING
from tests.cli.papers import PANEL, make_invitation, write
from tests.cli.shell import Shell
from tests.databases import list_rows

LONDON = ("--where", "London", "--company", "Tidewater Clinic", "--yes")
THURSDAY_EVENING = datetime(2026, 12, 10, 18, 0, tzinfo=UTC)


@pytest.fixture
def invited(shell: Shell, tmp_path: Path) -> Shell:
    """Return Ana's shell on Monday, the invitation for Tuesday just added."""
    shell.wait_until(MONDAY_EVENING)
    _add(shell, tmp_path, make_invitation())
    return shell


def _add(shell: Shell, folder: Path, text: str) -> str:
    """Add an invitation; return what was said beside the mails."""
    return shell("add", write(folder, "invitation.ics", text), *LONDON).err


def test_adding_the_same_again_makes_no_second_mail(shell: Shell, tmp_path: Path) -> None:
    """The same file twice: said to be known, and nothing is changed."""
    panel = write(tmp_path, "panel.toml", PANEL)
    shell("add", panel, "--yes")
    before = shell.mails()
    printed = shell("add", panel, "--yes")
    assert printed.err.startswith("This is about i1, which you added before.\n")
    assert shell.mails() == before


def test_what_differs_is_shown_and_changes_what_is_unsent(shell: Shell, tmp_path: Path) -> None:
    """New reasons are taken over and said; the mails are written anew and stay the same ones."""
    shell("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    changed = PANEL.replace("to the last", "to the very last")
    printed = shell("add", write(tmp_path, "panel.toml", changed), "--yes")
    assert "  your reasons are changed\n" in printed.err
    assert list(shell.mails()) == ["f1", "f2"]
    assert "to the very last" in shell.json("show", "f1")[0]["body"]


def test_a_mail_that_went_is_left_as_it_is(shell: Shell, tmp_path: Path) -> None:
    """What is sent is never made again, whatever is handed in."""
    shell("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    shell("sent", "f1")
    sent = shell.json("show", "f1")
    changed = PANEL.replace("to the last", "to the very last")
    printed = shell("add", write(tmp_path, "panel.toml", changed), "--yes")
    assert "f1  to Marisol Duarte: sent, left as it is\n" in printed.out
    assert shell.json("show", "f1") == sent
    assert shell.states() == {"Marisol Duarte": "sent", "Priya Raman": "scheduled"}


def test_a_gap_is_filled_and_a_person_added(invited: Shell, tmp_path: Path) -> None:
    """A file about the same day and company brings the words; the invitation's people stay."""
    third = '[[people]]\nname = "Henrik Vogt"\nemail = "h.vogt@tidewater.example"\nline = "Sea."\n'
    invited.wait_until(datetime(2026, 12, 8, 18, 0, tzinfo=UTC))
    printed = invited("add", write(tmp_path, "panel.toml", PANEL + third), "--yes")
    assert "  Henrik Vogt is added\n" in printed.err
    assert list(invited.mails()) == ["f1", "f2", "f3"]
    assert set(invited.states().values()) == {"held: interview"}


def test_a_higher_sequence_moves_the_interview_and_its_mails(
    invited: Shell, tmp_path: Path
) -> None:
    """The organiser's update moves the talk; what it changes is said on the reader's clock."""
    said = _add(invited, tmp_path, make_invitation(sequence=1, day="20261210"))
    assert "the talk moved from " in said
    assert "UTC" not in said
    assert [mail["goes_out_at"][:10] for mail in invited.mails().values()] == ["2026-12-11"] * 2


def test_an_older_invitation_moves_nothing(invited: Shell, tmp_path: Path) -> None:
    """Mails may arrive out of order: the higher SEQUENCE counts."""
    _add(invited, tmp_path, make_invitation(sequence=1, day="20261210"))
    before = invited.mails()
    said = _add(invited, tmp_path, make_invitation())
    assert "  this invitation is older than the one that is stored; its time is ignored\n" in said
    assert invited.mails() == before


def test_a_cancellation_stops_what_is_unsent(invited: Shell, tmp_path: Path) -> None:
    """METHOD:CANCEL names the interview and stops its mails; nothing else is touched."""
    cancelled = write(tmp_path, "cancel.ics", make_invitation(method="CANCEL", sequence=1))
    before = invited.mails()
    said = invited("add", cancelled).err
    assert said.startswith("This cancels “Interview: Ward Sister” on Tuesday 8 December 2026")
    assert "--yes" in said
    assert invited.mails() == before
    printed = invited("add", cancelled, "--yes")
    assert printed.out == "f1 to Marisol Duarte: stopped\nf2 to Priya Raman: stopped\n"
    assert set(invited.states().values()) == {"stopped"}


def test_a_cancellation_of_something_unknown_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    """Cancelled before it was ever added: said so, nothing stored."""
    cancelled = write(tmp_path, "cancel.ics", make_invitation(method="CANCEL", sequence=1))
    before = list_rows(shell.home)
    printed = shell("add", cancelled, "--yes")
    assert printed.err.endswith(
        "It is about no interview with unsent mails; nothing was changed.\n"
    )
    assert list_rows(shell.home) == before


def test_invited_anew_after_a_cancellation_the_mails_come_back(
    invited: Shell, tmp_path: Path
) -> None:
    """Cancelled and then set again (a higher SEQUENCE): the interview is on, its mails are held."""
    cancelled = write(tmp_path, "cancel.ics", make_invitation(method="CANCEL", sequence=1))
    invited("add", cancelled, "--yes")
    _add(invited, tmp_path, make_invitation(sequence=2, day="20261210"))
    assert set(invited.states().values()) == {"held: words"}
    invited.wait_until(THURSDAY_EVENING)
    assert "callback debrief i1" in invited().out


def test_set_anew_under_another_uid_the_interview_is_on(invited: Shell, tmp_path: Path) -> None:
    """Many offices cancel and send a new event: the same company and day, but it is on again."""
    cancelled = write(tmp_path, "cancel.ics", make_invitation(method="CANCEL", sequence=1))
    invited("add", cancelled, "--yes")
    _add(invited, tmp_path, make_invitation().replace("UID:interview-1", "UID:interview-2"))
    assert "held: words" in invited.states().values()


def test_an_invitation_from_before_its_cancellation_brings_nothing_back(
    invited: Shell, tmp_path: Path
) -> None:
    """An update that the cancellation overtook is older than it, though newer than the first."""
    cancelled = write(tmp_path, "cancel.ics", make_invitation(method="CANCEL", sequence=2))
    invited("add", cancelled, "--yes")
    _add(invited, tmp_path, make_invitation(sequence=1, day="20261210"))
    assert set(invited.states().values()) == {"stopped"}


def test_the_old_invitation_after_its_cancellation_says_why_nothing_is_stored(
    invited: Shell, tmp_path: Path
) -> None:
    """What was cancelled is not scheduled by its old invitation, and the user is told so."""
    cancelled = write(tmp_path, "cancel.ics", make_invitation(method="CANCEL", sequence=1))
    invited("add", cancelled, "--yes")
    printed = invited("add", write(tmp_path, "invitation.ics", make_invitation()), *LONDON)
    assert "cancelled" in printed.out + printed.err
    assert set(invited.states().values()) == {"stopped"}
