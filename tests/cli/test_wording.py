"""The text of a mail at the command line: preview, edit, accept, check, answer, copy."""

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.cli.papers import OWN_ADDRESS, PANEL, write
from tests.cli.shell import Shell

BODY = """Dear Marisol Duarte,

Thank you for taking the time to talk with me on Tuesday.

Your plan for quieter nights is one I would love to help with, and I would be very glad to join
Tidewater Clinic as your Ward Sister.

I look forward to hearing from you.

Kind regards,
Ana Lindqvist
"""
BAD = BODY.replace("Marisol Duarte", "Ms Durate").replace("quieter nights", "[topic]")
NOT_RUNNING = "Nothing is running that would send. Start it:  callback run\n"


@pytest.fixture
def panel(shell: Shell, tmp_path: Path) -> Shell:
    """Return Ana's shell with the two mails of i1 scheduled: f1 to Marisol and f2 to Priya."""
    shell("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    return shell


def test_an_error_holds_the_mail_until_it_is_mended(panel: Shell, tmp_path: Path) -> None:
    """`edit` says what is found now; mended, the mail is scheduled again at its old time."""
    edited = panel("edit", "f1", "--body-file", write(tmp_path, "bad.txt", BAD))
    assert edited.out == (
        "found: misspelled-name (Is it Duarte? You wrote Durate.)\n"
        "found: placeholder-left (A gap was left unfilled: “[topic]”.)\n"
        "f1 to Marisol Duarte: needs a correction\n"
        f"Subject   {panel.mails()['f1']['subject']}\n"
        "\n"
        "   1  error  misspelled-name   Is it Duarte? You wrote Durate.\n"
        "   2  error  placeholder-left  A gap was left unfilled: “[topic]”.\n"
    )
    assert panel.states()["Marisol Duarte"] == "held: correction"
    mended = panel("edit", "f1", "--body-file", write(tmp_path, "good.txt", BODY))
    assert mended.out == (
        "mended: misspelled-name (Is it Duarte? You wrote Durate.)\n"
        "mended: placeholder-left (A gap was left unfilled: “[topic]”.)\n"
        "f1 to Marisol Duarte: scheduled\n"
        "Goes out  Wednesday 9 December 09:10 in London\n"
        "          the morning after the talk of Tuesday 8 December\n"
        f"Subject   {panel.mails()['f1']['subject']}\n"
    )
    assert panel.states()["Marisol Duarte"] == "scheduled"


def test_preview_marks_what_was_found_in_its_place(panel: Shell, tmp_path: Path) -> None:
    """Carets and a number stand below the words, the messages below the mail."""
    bad = write(tmp_path, "bad.txt", f"Subject: Thanks!\n\n{BAD}")
    panel("edit", "f1", "--body-file", bad)
    printed = panel("preview", "f1")
    assert printed.out == (
        "f1       needs a correction\n"
        "To        Marisol Duarte <m.duarte@tidewater.example>\n"
        "Goes out  Wednesday 9 December 09:10 in London\n"
        "          the morning after the talk of Tuesday 8 December\n"
        "Subject   Thanks!\n"
        "          ^^^^^^1\n"
        "\n"
        "  Dear Ms Durate,\n"
        "          ^^^^^^2\n"
        "\n"
        "  Thank you for taking the time to talk with me on Tuesday.\n"
        "\n"
        "  Your plan for [topic] is one I would love to help with, and I would be very\n"
        "                ^^^^^^^3\n"
        "  glad to join\n"
        "  Tidewater Clinic as your Ward Sister.\n"
        "\n"
        "  I look forward to hearing from you.\n"
        "\n"
        "  Kind regards,\n"
        "  Ana Lindqvist\n"
        "\n"
        "   1  warning  vague-subject     “Thanks” says little. Add the role.\n"
        "   2  error    misspelled-name   Is it Duarte? You wrote Durate.\n"
        "   3  error    placeholder-left  A gap was left unfilled: “[topic]”.\n"
        "\n"
    )
    assert printed.err == (
        "Change it:   callback edit f1\n"
        "Let stand:   callback accept f1 misspelled-name placeholder-left vague-subject\n"
    )
    (found,) = [each for each in panel.json("preview", "i1") if each["id"] == "f1"]
    assert [each["rule"] for each in found["findings"]] == [
        "vague-subject",
        "misspelled-name",
        "placeholder-left",
    ]


def test_accept_lets_a_finding_stand_by_name(panel: Shell, tmp_path: Path) -> None:
    """The last acceptance schedules the mail; a rule that found nothing is refused."""
    panel("edit", "f1", "--body-file", write(tmp_path, "bad.txt", BAD))
    assert "Nothing that no-thanks found holds f1." in panel.refuse("accept", "f1", "no-thanks")
    first = panel("accept", "f1", "misspelled-name")
    assert first.out.startswith("f1 to Marisol Duarte: needs a correction\n")
    last = panel("accept", "f1", "placeholder-left")
    assert last.out.startswith("f1 to Marisol Duarte: scheduled\n")
    assert last.err == ""
    assert "  ok  error  misspelled-name" in panel("preview", "f1").out


def test_accept_without_a_rule_lists_them(panel: Shell, tmp_path: Path) -> None:
    """Nothing is accepted wholesale by a slip; the command to copy stands there."""
    panel("edit", "f1", "--body-file", write(tmp_path, "bad.txt", BAD))
    printed = panel("accept", "f1", expect=2)
    assert printed.err == (
        "Say which finding may stand.\n  callback accept f1 misspelled-name placeholder-left\n"
    )
    assert panel.states()["Marisol Duarte"] == "held: correction"


def test_approve_does_not_accept(panel: Shell, tmp_path: Path) -> None:
    """A word that lets a mail go says nothing about what is wrong with it."""
    text = BODY.replace("I look forward to hearing from you.\n\n", "")
    panel("edit", "f1", "--body-file", write(tmp_path, "short.txt", text))
    assert panel.states()["Marisol Duarte"] == "held: acceptance"
    assert panel.refuse("approve", "f1") == (
        "f1 to Marisol Duarte waits for your decision about a finding.\n"
        "  callback preview f1, then callback edit f1 or callback accept f1 RULE\n"
    )


def test_edit_opens_the_users_editor(
    panel: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subject and text stand in one file; what is saved is what the mail says from then on."""
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[-1])\n"
        "text = file.read_text(encoding='utf-8')\n"
        "assert text.startswith('Subject: ')\n"
        "file.write_text(text.replace('Dear Marisol Duarte', 'Dear Ms Duarte'), encoding='utf-8')\n"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{__import__('sys').executable} {script}")
    assert panel("edit", "f1").out.startswith("f1 to Marisol Duarte: scheduled\n")
    (shown,) = panel.json("preview", "f1")
    assert shown["body"].startswith("Dear Ms Duarte,\n\n")
    assert panel("edit", "f1").err == "Nothing was changed.\n"


def test_an_editor_that_fails_changes_nothing(
    panel: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash of the editor is no empty mail."""
    monkeypatch.setenv("VISUAL", "false")
    assert "nothing was changed" in panel.refuse("edit", "f1")
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert "cannot be started" in panel.refuse("edit", "f1")


def test_an_emptied_text_is_refused(panel: Shell, tmp_path: Path) -> None:
    """Nobody means to send nothing."""
    said = panel.refuse("edit", "f1", "--body-file", write(tmp_path, "empty.txt", "Subject: \n\n"))
    assert said == (
        "The text cannot be used.\n"
        "  - the subject is empty\n"
        "  - the text is empty\n"
        "  Nothing was changed.\n"
    )


def test_check_judges_any_text_and_stores_nothing(panel: Shell, tmp_path: Path) -> None:
    """A text is judged as its reader would get it; exit 1 when it would be held."""
    text = write(tmp_path, "mine.txt", f"Subject: Thank you, Ward Sister\n\n{BODY}")
    good = panel("check", text, "--for", "f1")
    assert good.err == "Nothing was found.\n"
    printed = panel("check", text, "--for", "i1", "--to", "Priya", expect=1)
    assert "wrong-name" in printed.out
    assert "You are writing to Priya Raman but greet Marisol Duarte." in printed.out
    found = json.loads(panel("check", text, "--for", "f2", "--json", expect=1).out)
    assert "wrong-name" in [each["rule"] for each in found]
    typed = panel("check", "-", "--for", "f1", typed=b"Thank you.", expect=1)
    assert "empty-body" in typed.out


def test_check_reads_a_mail_with_its_headers(panel: Shell, tmp_path: Path) -> None:
    """Whom it is to, who else gets it and whether it answers a mail are read from it."""
    mail = (
        "From: Ana <ana@example.com>\r\nTo: Marisol <m.duarte@tidewater.example>\r\n"
        "Cc: Priya <p.raman@tidewater.example>\r\nSubject: Re: Ward Sister\r\n"
        "In-Reply-To: <a@tidewater.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"\r\n{BODY}"
    )
    printed = panel("check", write(tmp_path, "mail.eml", mail), expect=1)
    assert "more-than-one-recipient" in printed.out
    assert "fake-reply" not in printed.out


def test_check_lists_every_rule(shell: Shell) -> None:
    """Their ids are what `accept` and the setting take."""
    listed = dict(line.split() for line in shell("check", "--rules").out.splitlines())
    assert listed["wrong-name"] == "error"
    assert listed["stock-phrase"] == "hint"


def test_a_mail_answers_the_one_its_reader_wrote(panel: Shell, tmp_path: Path) -> None:
    """It takes that mail's subject; a mail of somebody else is refused."""
    answered = (
        "From: Marisol Duarte <m.duarte@tidewater.example>\r\nTo: ana@example.com\r\n"
        "Subject: Your visit\r\nMessage-ID: <b@tidewater.example>\r\n\r\nSee you then.\r\n"
    )
    file = write(tmp_path, "hers.eml", answered)
    printed = panel("edit", "f1", "--reply", file)
    assert "Subject   Re: Your visit\n" in printed.out
    assert panel.states()["Marisol Duarte"] == "scheduled"
    said = panel.refuse("edit", "f2", "--reply", file)
    assert "is a mail of m.duarte@tidewater.example; f2 goes to p.raman@tidewater.example" in said
    assert "is no mail" in panel.refuse("edit", "f1", "--reply", write(tmp_path, "x.eml", "hello"))


def test_added_with_a_mail_to_answer_the_subject_is_its(shell: Shell, tmp_path: Path) -> None:
    """`add --reply` gives the thread to whoever wrote the mail, and to nobody else."""
    answered = (
        "From: Priya Raman <p.raman@tidewater.example>\r\nTo: ana@example.com\r\n"
        "Subject: AW: Tuesday\r\nMessage-ID: <b@tidewater.example>\r\n\r\nSee you then.\r\n"
    )
    file = write(tmp_path, "hers.eml", answered)
    shell("add", write(tmp_path, "panel.toml", PANEL), "--reply", file, "--yes")
    subjects = {mail["to"]["name"]: mail["subject"] for mail in shell.mails().values()}
    assert subjects["Priya Raman"] == "AW: Tuesday"
    assert "Tuesday" not in subjects["Marisol Duarte"] or "AW:" not in subjects["Marisol Duarte"]


def test_a_copy_goes_to_the_users_own_address(shell: Shell, tmp_path: Path) -> None:
    """Marked as a copy, once, and the mail itself stays where it was."""
    shell("add", write(tmp_path, "panel.toml", PANEL), "--mailbox", "local", "--yes")
    printed = shell("preview", "f1", "--send-to-me")
    (kept,) = (shell.home / "sent-locally").rglob("new/*")
    mail = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert mail["Subject"] == f"Copy: {shell.mails()['f1']['subject']}"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("[This is a copy for you of the mail to Marisol Duarte.")
    assert mail["To"] == mail["From"]
    assert OWN_ADDRESS not in printed.out
    assert shell.states()["Marisol Duarte"] == "scheduled"


def test_a_form_a_language_and_reasons_of_their_own(shell: Shell, tmp_path: Path) -> None:
    """What the flags say of one person changes that person's mail alone."""
    shell(
        *("add", write(tmp_path, "panel.toml", PANEL), "--yes"),
        *("--form", "Marisol: Ms", "--why-for", "Priya: You teach every new nurse yourself."),
    )
    bodies = {each["to"]["name"]: each["body"] for each in shell.json("preview", "i1")}
    assert bodies["Marisol Duarte"].startswith("Dear Ms Duarte,")
    assert "You teach every new nurse yourself." in bodies["Priya Raman"]
    assert "You teach every new nurse yourself." not in bodies["Marisol Duarte"]


def test_flags_alone_say_form_and_language_too(shell: Shell) -> None:
    """Whatever a file may say of the mails' language, flags without a file may say."""
    shell(
        *("add", "--company", "Stadtwerke Ehrenfurt GmbH", "--role", "Elektrikerin (m/w/d)"),
        *("--starts", "2026-12-08 14:00", "--ends", "15:00", "--where", "Köln"),
        *("--person", "Sabine Krüger <s.krueger@stadtwerke.example>", "--language", "de"),
        *("--form", "Sabine: Frau", "--yes"),
        *("--why", "Bei Ihnen wird repariert, bevor etwas ausfällt."),
    )
    (mail,) = shell.json("preview", "i1")
    assert mail["state"] == "scheduled"
    assert mail["body"].startswith("Sehr geehrte Frau Krüger,\n\n")
    assert "Bei Ihnen wird repariert, bevor etwas ausfällt." in mail["body"]


def test_a_reader_in_another_language_waits_for_words_in_it(shell: Shell, tmp_path: Path) -> None:
    """English reasons do not go into a German mail: it is held, and says what it needs."""
    job = write(tmp_path, "panel.toml", PANEL)
    printed = shell("add", job, "--language", "Priya: de", "--yes")
    assert (
        "still missing: your own words in the language of Priya Raman: "
        '--why-for "Priya Raman: ..."\n'
    ) in printed.err
    assert shell.states() == {"Marisol Duarte": "scheduled", "Priya Raman": "held: words"}


def test_a_check_that_is_switched_off_finds_nothing(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`[checks] off` names rules; one that does not exist is said at once."""
    shell("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    text = write(tmp_path, "bad.txt", BAD)
    monkeypatch.setenv("CALLBACK_CHECKS__OFF", "misspelled-name,placeholder-left")
    assert shell("check", text, "--for", "f1", "--subject", "Thank you, Ward Sister").code == 0
    monkeypatch.setenv("CALLBACK_CHECKS__OFF", "misspelt-name")
    assert '[checks] off: there is no check "misspelt-name"' in shell.refuse(
        *("check", text, "--for", "f1")
    )
