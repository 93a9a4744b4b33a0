"""`callback add`: what may be handed in, what is shown of it, and what is stored then."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MONDAY_EVENING, connect_gmail
from tests.cli.papers import (
    AWAKE,
    MARISOL_LINE,
    ONE,
    OWN_ADDRESS,
    PANEL,
    PRIYA_LINE,
    SECOND_WHY,
    WHY,
    make_invitation,
    make_mail,
    write,
)
from tests.cli.shell import Shell
from tests.databases import list_rows

NOT_RUNNING = "Nothing is running that would send. Start it:  callback run\n"
MET = (
    *("--met", "Marisol", "--met", "Priya", "--why", WHY),
    *("--line", f"Marisol: {MARISOL_LINE}", "--line", f"Priya: {PRIYA_LINE}"),
)
"""What an invitation does not say."""

JSON_PANEL = json.dumps(
    {
        "company": "Tidewater Clinic",
        "role": "Ward Sister",
        "starts": "2026-12-08T14:00",
        "ends": "15:00",
        "where": "London",
        "why": f"{WHY} {SECOND_WHY}",
        "people": [
            {"name": "Marisol Duarte", "email": "m.duarte@tidewater.example", "line": MARISOL_LINE},
            {"name": "Priya Raman", "email": "p.raman@tidewater.example", "line": PRIYA_LINE},
        ],
    }
)
FLAGS = (
    *("--company", "Tidewater Clinic", "--role", "Ward Sister", "--where", "London"),
    *("--starts", "2026-12-08 14:00", "--ends", "15:00", "--why", f"{WHY} {SECOND_WHY}"),
    *("--person", "Marisol Duarte <m.duarte@tidewater.example>"),
    *("--person", "Priya Raman <p.raman@tidewater.example>"),
    *("--line", f"Marisol: {MARISOL_LINE}", "--line", f"Priya: {PRIYA_LINE}"),
)


def test_add_shows_every_mail_whole_with_its_time_and_why(shell: Shell, tmp_path: Path) -> None:
    """Reader, sender, subject, slot, reasons and the whole text; then what was stored."""
    panel = write(tmp_path, "panel.toml", PANEL)
    first, second = _plan(shell, panel)
    printed = shell("add", panel, "--yes")
    assert printed.out == (
        "Interview Tuesday 8 December 2026 14:00 to 15:00 in London\n"
        "--- 1 of 2 ------------------------------------------------------------\n"
        "To        Marisol Duarte <m.duarte@tidewater.example>\n"
        "From      ana.lindqvist@example.com (gmail)\n"
        "Goes out  Wednesday 9 December 09:10 in London\n"
        "          the morning after the talk of Tuesday 8 December\n"
        f"Subject   {first['subject']}\n"
        f"\n{_indent(first['body'])}\n\n"
        "--- 2 of 2 ------------------------------------------------------------\n"
        "To        Priya Raman <p.raman@tidewater.example>\n"
        "From      ana.lindqvist@example.com (gmail)\n"
        "Goes out  Wednesday 9 December 09:18 in London\n"
        "          the morning after the talk of Tuesday 8 December\n"
        f"Subject   {second['subject']}\n"
        f"\n{_indent(second['body'])}\n\n"
        "------------------------------------------------------------------------\n"
        "Your sentences\n"
        f"  {MARISOL_LINE}\n"
        "      to Marisol Duarte\n"
        f"  {WHY}\n"
        "      to Marisol Duarte, Priya Raman\n"
        f"  {SECOND_WHY}\n"
        "      to Marisol Duarte\n"
        f"  {PRIYA_LINE}\n"
        "      to Priya Raman\n"
        "i1  Tidewater Clinic: stored\n"
        "f1  to Marisol Duarte: scheduled, Wednesday 9 December 09:10 in London\n"
        "f2  to Priya Raman: scheduled, Wednesday 9 December 09:18 in London\n"
    )
    assert printed.err == AWAKE + NOT_RUNNING


def test_what_is_shown_is_what_is_stored(shell: Shell, tmp_path: Path) -> None:
    """The preview is the truth: subject, text and slot of each mail are stored unchanged."""
    panel = write(tmp_path, "panel.toml", PANEL)
    planned = _plan(shell, panel)
    shell("add", panel, "--yes")
    stored = shell.json("show", "i1")
    for name in ("subject", "body", "goes_out_at"):
        assert [mail[name] for mail in stored] == [mail[name] for mail in planned]


def test_each_mail_is_made_of_the_users_own_words(shell: Shell, tmp_path: Path) -> None:
    """Everybody reads their own line; the reasons all stand in some mail; no two are alike."""
    first, second = _plan(shell, write(tmp_path, "panel.toml", PANEL))
    assert MARISOL_LINE in first["body"]
    assert MARISOL_LINE not in second["body"]
    assert PRIYA_LINE in second["body"]
    assert WHY in first["body"] + second["body"]
    assert SECOND_WHY in first["body"] + second["body"]
    assert first["subject"] != second["subject"]


@pytest.mark.parametrize(
    ("name", "text"), [("panel.toml", PANEL), ("panel.json", JSON_PANEL), ("-", PANEL)]
)
def test_the_same_interview_from_any_source_is_the_same(
    shell: Shell, tmp_path: Path, name: str, text: str
) -> None:
    """TOML, JSON, standard input and flags lead to the same mails."""
    by_flags = shell.json("add", *FLAGS, "--dry-run")
    if name == "-":
        printed = shell("add", "-", "--dry-run", "--json", typed=text.encode())
    else:
        printed = shell("add", write(tmp_path, name, text), "--dry-run", "--json")
    assert json.loads(printed.out) == by_flags


@pytest.mark.parametrize("name", ["invitation.ics", "invitation.eml"])
def test_an_invitation_is_read_with_the_words_it_lacks(
    shell: Shell, tmp_path: Path, name: str
) -> None:
    """The .ics and the mail that carried it: who declined is left out, who is ticked is met."""
    text = make_invitation()
    path = write(tmp_path, name, make_mail(text) if name.endswith("eml") else text)
    printed = shell("add", path, "--where", "London", *MET, "--yes")
    assert "left out: Tom Okafor, declined\n" in printed.err
    assert shell.states() == {"Marisol Duarte": "scheduled", "Priya Raman": "scheduled"}
    assert {mail["from"] for mail in shell.mails().values()} == {OWN_ADDRESS}


def test_a_dry_run_stores_nothing(shell: Shell, tmp_path: Path) -> None:
    """`--dry-run` shows all of it and leaves no row behind, not even for somebody new."""
    before = list_rows(shell.home)
    printed = shell("add", write(tmp_path, "panel.toml", PANEL), "--dry-run")
    assert printed.out.count("\nTo        ") == 2
    assert printed.err.replace(AWAKE, "") == "Nothing was stored: this was a dry run.\n"
    assert list_rows(shell.home) == before


def test_add_as_json_names_the_interview_and_its_mails(shell: Shell, tmp_path: Path) -> None:
    """`--json` prints one value and nothing beside it on the same stream."""
    added = shell.json("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    assert added["interview"] == "i1"
    assert added["follow_ups"] == list(shell.mails().values())


def test_a_guess_is_shown_as_one(shell: Shell, tmp_path: Path) -> None:
    """What the invitation does not say is named, with its value and the flag that mends it."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    printed = shell("add", invitation, "--where", "London", *MET, "--dry-run")
    assert "guessed, not known: company Tidewater (--company says otherwise)\n" in printed.err
    printed = shell(
        "add", invitation, "--where", "London", "--company", "Tidewater", *MET, "--dry-run"
    )
    assert "guessed, not known: company" not in printed.err


def test_an_end_that_was_not_given_is_shown_as_a_guess_on_the_readers_clock(shell: Shell) -> None:
    """One hour is assumed; the hour that is shown is the one on the reader's wall."""
    flags = [each for each in ONE if each not in ("--ends", "15:00")]
    printed = shell("add", *flags, "--where", "Berlin", "--dry-run")
    assert "guessed, not known: ends" in printed.err
    assert "15:00" in printed.err
    assert "14:00" not in printed.err


def test_a_reader_elsewhere_is_shown_on_both_clocks(shell: Shell) -> None:
    """The slot is the reader's morning; the user reads beside it when that is here."""
    flags = ("--where", "New York City", "--starts", "2026-12-08 10:00", "--ends", "11:00")
    printed = shell("add", *ONE, *flags, "--yes")
    assert "Goes out  Wednesday 9 December 09:05 in New York City (14:05 for you)\n" in printed.out
    assert "awake and online on Wednesday 9 December 14:05 in London.\n" in printed.err
    assert "  09:05  New York City  (14:05)  f1  Henrik Vogt" in shell("list").out


def test_a_time_of_the_users_own_is_kept_and_judged(shell: Shell) -> None:
    """`--at` overrides the slot; what the rules would have avoided is said, and it is stored."""
    printed = shell("add", *ONE, "--at", "tomorrow 22:00", "--yes")
    assert (
        "Goes out  Wednesday 9 December 22:00 in London\n"
        "          you named Wednesday 9 December 2026 22:00\n"
        "          ! 22:00 is outside 08:30 to 18:30 there\n"
    ) in printed.out
    assert shell.mails()["f1"]["goes_out_at"] == "2026-12-09T22:00:00+00:00"


def test_a_time_that_is_past_is_refused(shell: Shell) -> None:
    """A slot in the past is no slot, and nothing is stored for it."""
    said = shell.refuse("add", *ONE, "--at", "2026-12-08 17:00", "--yes")
    assert said.startswith("Tuesday 8 December 17:00 in London is past.\n")


@pytest.mark.parametrize(
    ("rest_days", "goes_out"),
    [
        (None, "Monday 14 December 09:18"),
        ("next-working-day", "Monday 14 December 09:18"),
        ("same-day", "Friday 11 December 18:26"),
        ("send", "Saturday 12 December 09:18"),
    ],
)
def test_on_a_friday_the_rest_days_flag_decides(
    shell: Shell, rest_days: str | None, goes_out: str
) -> None:
    """Where the morning after rests, `--rest-days` chooses; the setting does where it is silent."""
    shell.wait_until(datetime(2026, 12, 11, 18, 0, tzinfo=UTC))
    chosen = ("--rest-days", rest_days) if rest_days else ()
    printed = shell("add", *ONE, "--starts", "2026-12-11 14:00", *chosen, "--yes")
    assert f"Goes out  {goes_out} in London\n" in printed.out
    assert f"f1  to Henrik Vogt: scheduled, {goes_out} in London\n" in printed.out


def test_a_wait_over_days_follows_the_setting_and_says_so(shell: Shell) -> None:
    """With --yes nobody is asked: the setting decides, and the flag against it is named."""
    shell.wait_until(datetime(2026, 12, 24, 18, 0, tzinfo=UTC))
    printed = shell("add", *ONE, "--starts", "2026-12-24 10:00", "--ends", "11:00", "--yes")
    assert "no working day there: the next working day, as is set. Others:\n" in printed.err
    assert "  --rest-days send: Friday 25 December 09:" in printed.err
    assert "Goes out  Tuesday 29 December 09:" in printed.out


def test_an_agency_gets_one_mail_with_the_thanks_to_pass_on(shell: Shell) -> None:
    """All goes to the representative, also where the interviewer's address is known."""
    printed = shell("add", *ONE, "--agency", "Rourke Recruiting", *_REPRESENTATIVE, "--yes")
    assert "--- 1 of 1 -" in printed.out
    assert (
        "To        Niamh Rourke <niamh@rourke.example>\nPass on   to Henrik Vogt\n"
    ) in printed.out
    assert "  For Henrik Vogt:\n" in printed.out
    assert shell.states() == {"Niamh Rourke": "scheduled"}


def test_somebody_marked_direct_is_written_to_beside_the_agency(
    shell: Shell, tmp_path: Path
) -> None:
    """Only the user's own word lets a mail go past the agency."""
    through_agency = PANEL.replace(
        'name = "Priya Raman"', 'name = "Priya Raman"\ndirect = true'
    ) + (
        '[agency]\nname = "Rourke Recruiting"\nrepresentative = "Niamh Rourke"\n'
        'email = "niamh@rourke.example"\n'
    )
    planned = _plan(shell, write(tmp_path, "agency.toml", through_agency))
    assert {mail["to"]["address"] for mail in planned} == {
        "niamh@rourke.example",
        "p.raman@tidewater.example",
    }


def test_a_person_without_an_address_waits_for_one_or_for_who_passes_it_on(shell: Shell) -> None:
    """Nobody is dropped and no address is made up: the mail is held, and says how it goes on."""
    both = (*ONE[:-2], "--person", "Henrik Vogt", "--person", "Ines Melo <ines@harbour.example>")
    lines = ("--line", "Henrik: Your cold store is a cathedral.", "--line", "Ines: I know boats.")
    printed = shell("add", *both, *lines, "--yes")
    assert (
        "still missing: an address for Henrik Vogt, or who passes it on: "
        '--address "Henrik Vogt: ..."\n'
    ) in printed.err
    assert shell.states() == {"Ines Melo": "scheduled", "Henrik Vogt": "held: address"}
    printed = shell("add", *both, *lines, "--address", "Henrik: Ines", "--yes")
    assert "Pass on   to Henrik Vogt\n" in printed.out
    assert shell.states() == {"Ines Melo": "scheduled", "Henrik Vogt": "stopped"}


def test_two_people_without_their_own_lines_wait_for_words(shell: Shell) -> None:
    """With two or more people each needs a line of its own; until then nothing is scheduled."""
    printed = shell("add", *ONE, "--person", "Ines Melo <ines@harbour.example>", "--yes")
    assert printed.err.endswith(
        "still missing: one thing you talked about with Henrik Vogt:"
        ' --line "Henrik Vogt: ..."\n'
        "still missing: one thing you talked about with Ines Melo:"
        ' --line "Ines Melo: ..."\n'
    )
    assert "    callback debrief i1\n" in printed.out
    assert shell.states() == {"Henrik Vogt": "held: words", "Ines Melo": "held: words"}


def test_the_invited_mailbox_sends(shell: Shell, tmp_path: Path) -> None:
    """Of several mailboxes the one counts to which the invitation was addressed."""
    connect_gmail(shell.home, "ana@second.example")
    invitation = write(tmp_path, "i.ics", make_invitation(own_address="ana@second.example"))
    shell("add", invitation, "--where", "London", *MET, "--yes")
    assert {mail["from"] for mail in shell.mails().values()} == {"ana@second.example"}


def test_between_several_mailboxes_the_user_is_told_how_to_choose(shell: Shell) -> None:
    """Held for a mailbox although two are connected: the way on is to name one of them."""
    connect_gmail(shell.home, "ana@second.example")
    printed = shell("add", *ONE, "--yes")
    assert shell.states() == {"Henrik Vogt": "held: mailbox"}
    assert "--mailbox" in printed.out
    shell("add", *ONE, "--mailbox", "ana@second.example", "--yes")
    assert shell.states() == {"Henrik Vogt": "scheduled"}


def test_the_local_mailbox_is_used_when_it_is_named(shell: Shell) -> None:
    """`local` is asked for by its name, and what is kept here is said to go to nobody."""
    printed = shell("add", *ONE, "--mailbox", "local", "--yes")
    assert "From      you@localhost (kept on this computer, sent to nobody)\n" in printed.out


def test_without_a_mailbox_mails_are_held_for_one(stranger: Shell) -> None:
    """Everything can be written before anything is connected; it is scheduled afterwards."""
    stranger("add", *ONE, "--name", "Ana Lindqvist", "--yes")
    assert stranger.states() == {"Henrik Vogt": "held: mailbox"}
    connect_gmail(stranger.home, OWN_ADDRESS)
    stranger("add", *ONE, "--yes")
    assert stranger.states() == {"Henrik Vogt": "scheduled"}


def test_an_interview_to_come_is_held_until_it_took_place(shell: Shell, tmp_path: Path) -> None:
    """Even with every word given before the end, nothing is scheduled without the user's word."""
    shell.wait_until(MONDAY_EVENING)
    printed = shell("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    assert "It is still to come." in printed.err
    assert "awake" not in printed.err
    assert shell.states() == {"Marisol Duarte": "held: interview", "Priya Raman": "held: interview"}
    assert "approve" not in shell("approve", "i1", expect=1).out
    shell.wait_until(datetime(2026, 12, 8, 18, 0, tzinfo=UTC))
    shell("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    assert shell.states() == {"Marisol Duarte": "held: interview", "Priya Raman": "held: interview"}


_REPRESENTATIVE = ("--representative", "Niamh Rourke <niamh@rourke.example>")


def _plan(shell: Shell, *arguments: str) -> Any:
    return shell.json("add", *arguments, "--dry-run")["mails"]


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())
