"""What cannot be used is refused: a clear message on stderr, and not a row is changed.

`Shell.refuse` holds every case to that: exit code 1 or 2, nothing on stdout, no traceback, and the
database as it was.
"""

import json
from pathlib import Path

import pytest

from tests.cli.papers import ONE, PANEL, WHY, make_invitation, write
from tests.cli.shell import Shell

EXPORT = "  Save the invitation as an .ics or .eml file, or give the interview as flags or TOML.\n"
SAVE_ICS = (
    "  Open the meeting in Outlook, choose File > Save As > iCalendar Format (.ics), and add that"
    " file; in Outlook on the web, download the invite.ics attached to the mail.\n"
)
HALF_A_CHARACTER = "a\udcffb"
"""What a shell makes of a byte that is no text."""


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.ics", b"%PDF-1.4\n", f"is a PDF and not an invitation.\n{EXPORT}"),
        (
            "a.ics",
            b"PK\x03\x04abc",
            f"is a zip archive or an Office document and not an invitation.\n{EXPORT}",
        ),
        (
            "a.msg",
            b"\xd0\xcf\x11\xe0abc",
            f"is an Outlook .msg file, which only Outlook reads.\n{SAVE_ICS}",
        ),
        ("a.msg", b"Hello", f"is named as an Outlook .msg file.\n{SAVE_ICS}"),
        ("a.ics", b"", f"is empty.\n{EXPORT}"),
        ("a.eml", b"<html><body>", f"is a web page and not an invitation.\n{EXPORT}"),
        ("a.toml", b"\x01\x02\x00\x03\xfe", f"is not a text file.\n{EXPORT}"),
    ],
)
def test_a_file_is_named_for_what_it_is(
    shell: Shell, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    """Its content tells, not its name; the hint says what to hand in instead."""
    path = write(tmp_path, name, data)
    assert shell.refuse("add", path, "--yes") == f"{path} {said}"


def test_text_that_is_no_calendar_is_not_taken_for_toml(shell: Shell, tmp_path: Path) -> None:
    """A file named .ics that holds no calendar is told that, not where its TOML is wrong."""
    said = shell.refuse("add", write(tmp_path, "a.ics", "See you on Tuesday!"), "--yes")
    assert "TOML:" not in said
    assert "calendar" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("END:VEVENT\n", "", "is damaged: the end of its event is missing."),
        ("BEGIN:VEVENT", "BEGIN:VTODO", "is damaged: the end of its event is missing."),
        ("METHOD:REQUEST", "METHOD:REPLY", "is somebody's answer to an invitation"),
        ("METHOD:REQUEST", "METHOD:COUNTER", "proposes another time"),
        ("20261208T140000", "20161208T140000", "more than a year ago"),
        ("20261208T1", "20361208T1", "more than two years ahead"),
        ("DTSTART;TZID=Europe/London:20261208T140000", "DTSTART:soon", "start"),
    ],
)
def test_an_invitation_that_cannot_be_used_says_why(
    shell: Shell, tmp_path: Path, old: str, new: str, said: str
) -> None:
    """No wrong schedule is ever made of an invitation that says something else."""
    path = write(tmp_path, "a.ics", make_invitation().replace(old, new))
    assert said in shell.refuse("add", path, "--where", "London", "--yes")


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (("--where", "Mars/Olympus"), "--where: no city or time zone “Mars/Olympus” is known"),
        (("--where", "Cambridge"), "--where: “Cambridge” may be one of several: Cambridge, ENG"),
        (("--starts", "2016-12-08 14:00"), "--starts: it was on 8 December 2016, more than a year"),
        (("--starts", "2036-12-08 14:00"), "--starts: it is on 8 December 2036, more than two"),
        (("--ends", "13:00"), "--ends: "),
        (("--person", "Ines <ines>"), "--person 2 (email): is no mail address"),
        (("--person", "Ines\nMelo"), "--person 2 (name): has a line break; it must be one line"),
        (("--company", "Harbour\nFoods"), "--company: has a line break; it must be one line"),
        (("--role", HALF_A_CHARACTER), "--role: holds half of a character"),
        (("--why", HALF_A_CHARACTER), "--why: holds half of a character (a lone surrogate)"),
        (("--agency", "Rourke"), "--representative"),
    ],
)
def test_a_flag_that_cannot_be_used_is_named_with_an_example(
    shell: Shell, flags: tuple[str, ...], problem: str
) -> None:
    """The message names the flag, what is wrong with it, and one that would be right."""
    said = shell.refuse("add", *ONE, *flags, "--yes")
    assert said.startswith("What was given cannot be used: there ")
    assert f"  - {problem}" in said
    assert "(example: --" in said
    assert said.endswith("\n  callback add --help says what each flag takes.\n")


def test_every_problem_of_a_file_is_said_at_once(shell: Shell) -> None:
    """One run tells all: wrong, unknown and missing keys, each with its example."""
    said = shell.refuse(
        "add", "-", typed=b'company = "T"\nfirm = "T"\nstarts = "soon"\n[[people]]\nemail = "x"\n'
    )
    assert said.startswith("Standard input cannot be used: there are 5 problems.\n")
    for problem in (
        (
            "starts: is no date and time in figures, as a file needs: it may be read on another day"
            " than it was written (example: starts = 2026-12-08 14:00:00)"
        ),
        "people[1].email: is no mail address: ",
        "firm: is no key here; did you mean company?",
        'role: is missing (example: role = "Site Engineer")',
        "people[1].name: is missing",
    ):
        assert f"  - {problem}" in said


@pytest.mark.parametrize(
    ("without", "problem"),
    [
        ("why", "why: is missing: your own reasons are what the mails are made of"),
        ("people", "people: is missing: nobody is named to thank"),
    ],
)
def test_a_submission_without_reasons_or_people_is_refused(
    shell: Shell, without: str, problem: str
) -> None:
    """No generic text is ever made up, and there must be somebody to thank."""
    whole = {
        "company": "Tidewater Clinic",
        "role": "Ward Sister",
        "starts": "2026-12-08T14:00",
        "where": "London",
        "why": WHY,
        "people": [{"name": "Marisol Duarte"}],
    }
    whole.pop(without)
    assert problem in shell.refuse("add", "-", typed=json.dumps(whole).encode())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (b'{"company": "a\\u0000b"}', "company: holds a NUL character"),
        (b'company = "a\\u0000b"', "company: holds a NUL character"),
        (b'{"company": "a\\ud800b"}', "company: holds half of a character (a lone surrogate)"),
        (b'company = "\xff"', "Standard input is not UTF-8 text (line 1)."),
        (b'{"company": "a"', "Standard input cannot be read as JSON: "),
        (b"company = ", "Standard input cannot be read as TOML: "),
        (b"", "Standard input is empty."),
    ],
)
def test_characters_that_cannot_be_kept_are_refused_from_standard_input(
    shell: Shell, typed: bytes, said: str
) -> None:
    """NUL, lone surrogates and bytes that are no text are found before anything is stored."""
    assert said in shell.refuse("add", "-", typed=typed)


@pytest.mark.parametrize("text", ["two\nlines", HALF_A_CHARACTER])
@pytest.mark.parametrize("flag", ["--company", "--role", "--agency", "--name"])
def test_a_flag_beside_a_file_is_held_to_the_same_rules(
    stranger: Shell, tmp_path: Path, flag: str, text: str
) -> None:
    """What is laid over a file may bring no line break into a subject, and nothing unstorable."""
    panel = write(tmp_path, "panel.toml", PANEL)
    name = () if flag == "--name" else ("--name", "Ana Lindqvist")
    assert flag in stranger.refuse("add", panel, *name, flag, text, "--yes")


@pytest.mark.parametrize("flag", ["--why", "--line"])
def test_words_for_a_file_are_held_to_the_same_rules(
    shell: Shell, tmp_path: Path, flag: str
) -> None:
    """Reasons and lines hold nothing that cannot be kept, given at once or at the debrief."""
    panel = write(tmp_path, "panel.toml", PANEL)
    words = (flag, HALF_A_CHARACTER if flag == "--why" else f"Marisol: {HALF_A_CHARACTER}")
    assert flag in shell.refuse("add", panel, *words, "--yes")
    shell("add", panel, "--yes")
    assert flag in shell.refuse("debrief", "i1", "--took-place", *words, "--yes")


def test_an_agency_without_a_representative_is_refused(shell: Shell, tmp_path: Path) -> None:
    """Nobody there could pass the thanks on: said at once, no interview without mails is made."""
    panel = write(tmp_path, "panel.toml", PANEL)
    assert "--representative" in shell.refuse("add", panel, "--agency", "Rourke", "--yes")


def test_everything_that_is_missing_is_said_at_once(stranger: Shell) -> None:
    """Flags alone, nobody to ask: each missing one is named in one answer, the user's name too."""
    said = stranger.refuse("add", "--company", "Harbour Foods", "--yes")
    for flag in ("--role", "--starts", "--person", "--where", "--why", "--name"):
        assert f"{flag} " in said.replace(":", " ")


def test_a_mailbox_that_is_not_connected_is_refused(shell: Shell) -> None:
    """Nothing goes from a mailbox that nobody authorised."""
    said = shell.refuse("add", *ONE, "--mailbox", "other@example.com", "--yes")
    assert said == "The mailbox other@example.com is not connected.\n  callback mailboxes\n"


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--met", "Nobody", '--met "Nobody" names nobody.'),
        ("--address", "Marisol: nobody", '"nobody" is neither an address nor one person here'),
        ("--address", "Marisol: a@b@c", '"a@b@c" is no mail address: '),
        ("--line", "Nobody: I liked it.", '"Nobody: I liked it."'),
        ("--at", "at dawn", "'at dawn' is not understood from 'dawn' on."),
        ("--where", "Mars/Olympus", 'No city or time zone "Mars/Olympus" is known.'),
    ],
)
def test_a_flag_that_fits_nothing_in_the_file_is_refused(
    shell: Shell, tmp_path: Path, flag: str, value: str, said: str
) -> None:
    """A name that is not there, an address that is none, a time that cannot be read."""
    panel = PANEL.replace("line = ", 'title = "Dr."\nline = ')
    assert said in shell.refuse("add", write(tmp_path, "panel.toml", panel), flag, value, "--yes")


def test_a_file_that_is_not_there_is_said_to_be_missing(shell: Shell, tmp_path: Path) -> None:
    """A slip in the path, or a folder in place of a file."""
    said = shell.refuse("add", "nowhere.toml")
    assert said.startswith("nowhere.toml cannot be opened: No such file or directory.\n")
    assert "cannot be opened: Is a directory." in shell.refuse("add", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "f9"), "There is no mail f9.\n  callback list --all\n"),
        (("stop", "i9"), "There is no interview i9.\n  callback list --all\n"),
        (("move", "f9", "tomorrow 10:00"), "There is no mail f9.\n  callback list --all\n"),
        (("approve", "soon"), '"soon" is no id.\n'),
        (("sent", "f"), '"f" is no id.\n'),
        (("disconnect", "other@example.com"), "other@example.com names no connected mailbox.\n"),
        (("list", "--colour"), "No such option: --colour"),
        (("lost",), "No such command 'lost'."),
        (("add", "--rest-days", "never"), "'never' is not one of 'next-working-day'"),
    ],
)
def test_what_is_not_there_is_not_changed(
    shell: Shell, arguments: tuple[str, ...], said: str
) -> None:
    """An id, a mailbox, an option or a command that does not exist."""
    assert said in shell.refuse(*arguments)
