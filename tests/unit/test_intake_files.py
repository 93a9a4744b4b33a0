"""One file to add, whatever it is, and a folder of them as a table."""

from pathlib import Path

import pytest

from service.errors import BadInput
from service.intake.files import read_file
from service.intake.invitation import Invitation
from service.intake.kinds import Kind, tell_kind
from service.intake.submission import Submission, render_example
from service.intake.table import Outcome, Row, describe_folder
from tests.unit.intake_calendars import FOLDER, NOW, OWN, SHARED, make_calendar, make_event


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make_calendar(make_event()), Kind.CALENDAR),
        (b"\xef\xbb\xbf" + make_calendar(make_event()), Kind.CALENDAR),
        (make_calendar(make_event()).decode().encode("utf-16"), Kind.CALENDAR),
        (b"From: a@b.example\r\nSubject: x\r\n\r\nBEGIN:VCALENDAR\r\n", Kind.MAIL),
        (b"From a@b Mon Jul  6\nReceived: x\nSubject: y\n\nz", Kind.MAIL),
        (b'  {"company": "x"}', Kind.JSON),
        (b"[[people]]\nname = 'x'", Kind.TOML),
        (b'company = "x"', Kind.TOML),
        (b"from: here\nand so on", Kind.TOML),
    ],
)
def test_content_tells_the_kind(data: bytes, kind: Kind) -> None:
    """The name of a file is the sender's business."""
    assert tell_kind(data, "whatever.txt") is kind


def test_standard_input_is_read_by_content_and_called_so() -> None:
    """A file name of "-" is standard input, also in messages."""
    assert isinstance(read_file("-", make_calendar(make_event()), OWN, NOW), Invitation)
    assert isinstance(read_file("-", render_example().encode(), OWN, NOW), Submission)
    with pytest.raises(BadInput) as caught:
        read_file("-", b"%PDF-1.4", OWN, NOW)
    assert caught.value.message == "Standard input is a PDF and not an invitation."


def test_folder_is_described_file_by_file(tmp_path: Path) -> None:
    """Each file has a row: what would become of it, or why nothing."""
    (tmp_path / "1.ics").write_bytes(make_calendar(make_event("SUMMARY:Interview: Line Cook")))
    (tmp_path / "2.ics").write_bytes(make_calendar(make_event(), method="CANCEL"))
    (tmp_path / "3.toml").write_text(render_example(), encoding="utf-8")
    (tmp_path / "4.ics").write_bytes(b"")
    (tmp_path / "5.ics").write_bytes((FOLDER / "zoom-floating-unfolded.ics").read_bytes())
    (tmp_path / "6.ics").mkdir()
    rows = describe_folder(sorted(tmp_path.glob("[1-9].*")), OWN, NOW)
    assert rows == [
        Row(
            "1.ics",
            Outcome.INTERVIEW,
            "Tue 14 Jul 2026 10:00-11:00 Europe/Berlin; company Harborlight (a guess);"
            " role Line Cook (a guess); to tick: Tom Adeyemi; unticked: Rosa Whitlock (organiser).",
        ),
        Row(
            "2.ics",
            Outcome.CANCELS,
            "This cancels a meeting on Tuesday 14 July 2026 at 10:00 (Europe/Berlin).",
        ),
        Row(
            "3.toml",
            Outcome.INTERVIEW,
            "Tue 08 Dec 2026 14:00-15:00 Europe/London; company Tidewater Systems;"
            " role Site Engineer; to tick: Sabine Krüger, Tom Adeyemi",
        ),
        Row("4.ics", Outcome.REFUSED, "is empty."),
        Row(
            "5.ics",
            Outcome.ASKS,
            "It speaks of “Interview” on Monday 21 September 2026 at 10:00, but of no time zone"
            " that is known. Perhaps Europe/Berlin.",
        ),
        Row("6.ics", Outcome.REFUSED, "cannot be opened: Is a directory."),
    ]


def test_every_example_has_a_row() -> None:
    """No file of the examples, or of those beside the project, ends in anything but an answer."""
    folders = [folder for folder in (FOLDER, SHARED) if folder.is_dir()]
    paths = [p for folder in folders for p in sorted(folder.iterdir()) if p.suffix != ".md"]
    rows = describe_folder(paths, OWN, None)
    assert len(rows) >= len(list(FOLDER.iterdir()))
    assert [row.file for row in rows if not row.text] == []


def test_years_are_judged_when_now_is_given() -> None:
    """An example of 2026 is years ago for somebody in 2031, and read without a now."""
    path = FOLDER / "exchange-teams.ics"
    (late,) = describe_folder([path], OWN, NOW.replace(year=2031))
    assert late.outcome is Outcome.REFUSED
    assert "more than a year ago" in late.text
    assert describe_folder([path], OWN, None)[0].outcome is Outcome.INTERVIEW
