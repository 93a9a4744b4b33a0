"""Looking at mails and steering them: what each command prints, and what it does to the mail."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.papers import ONE, OWN_ADDRESS, PANEL, write
from tests.cli.shell import Shell

NOT_RUNNING = "Nothing is running that would send. Start it:  callback run\n"
FIRST = "Wednesday 9 December 09:10 in London"
SECOND = "Wednesday 9 December 09:18 in London"


def test_show_is_the_whole_mail_with_its_history(panel: Shell) -> None:
    """State, reader, sender, slot and why, text, and every event in plain words."""
    (shown,) = panel.json("show", "f1")
    text = "\n".join(f"  {line}" if line else "" for line in shown["body"].splitlines())
    printed = panel("show", "f1")
    first, _, rest = printed.out.partition("\n")
    assert first.split() == ["f1", "scheduled"]
    assert rest == (
        "To        Marisol Duarte <m.duarte@tidewater.example>\n"
        "About     Tidewater Clinic, Ward Sister\n"
        f"From      {OWN_ADDRESS} (gmail)\n"
        f"Subject   {shown['subject']}\n"
        f"Goes out  {FIRST}\n"
        "          the morning after the talk of Tuesday 8 December\n"
        f"\n{text}\n\n"
        "  Tuesday 8 December 18:00 in London  added by you\n\n"
    )
    assert panel("show", "i1").out.startswith(printed.out)
    assert [mail["id"] for mail in panel.json("show", "i1")] == ["f1", "f2"]


def test_move_says_the_new_time_in_full_and_how_to_go_back(panel: Shell) -> None:
    """Weekday, date, year and whose clock; what the rules would have avoided; the former time."""
    printed = panel("move", "f1", "tomorrow 10:00")
    assert printed.err == NOT_RUNNING
    assert printed.out == (
        "f1 to Marisol Duarte: moved\n"
        "  goes out Wednesday 9 December 2026 10:00 in London\n"
        "  It was Wednesday 9 December 2026 09:10 in London\n"
        '  Back to that:  callback move f1 "2026-12-09 09:10"\n'
    )
    assert panel.mails()["f1"]["goes_out_at"] == "2026-12-09T10:00:00+00:00"
    assert panel("reschedule", "f1", "tomorrow 03:00").out == (
        "f1 to Marisol Duarte: moved\n"
        "  goes out Wednesday 9 December 2026 03:00 in London\n"
        "  ! 03:00 is outside 08:30 to 18:30 there\n"
        "  It was Wednesday 9 December 2026 10:00 in London\n"
        '  Back to that:  callback move f1 "2026-12-09 10:00"\n'
    )
    panel("move", "f1", "2026-12-09 09:10")
    assert panel.mails()["f1"]["goes_out_at"] == "2026-12-09T09:10:00+00:00"


def test_move_tells_the_users_own_hour_and_day(panel: Shell) -> None:
    """A reader far away: their clock first, then the user's with its own day."""
    panel("add", *ONE[:4], "--where", "Auckland", *ONE[6:], "--yes")
    assert panel("move", "f3", "friday 10:00").out.splitlines()[1] == (
        "  goes out Friday 11 December 2026 10:00 in Auckland"
        " (Thursday 10 December 21:00 for you in London)"
    )


@pytest.mark.parametrize("typed", ["明日10時", "morgen 10 Uhr", "demain à 10h", "mañana a las 10"])
def test_move_reads_the_users_language(panel: Shell, typed: str) -> None:
    """Quoted or not, and in each language in which mails are written."""
    panel("move", "f1", *typed.split())
    assert panel.mails()["f1"]["goes_out_at"] == "2026-12-09T10:00:00+00:00"


def test_a_time_with_two_readings_moves_nothing(panel: Shell) -> None:
    """Both are named in full and written so that they can be typed; said once for all mails."""
    assert panel.refuse("move", "i1", "9/12 10:00") == (
        "'9/12 10:00' may mean Wednesday 9 December 2026 10:00 or Sunday 12 September 2027 10:00,"
        " on the clock in London.\n"
        "  Write '2026-12-09 10:00' or '2027-09-12 10:00'.\n"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("today 12:00", "Tuesday 8 December 12:00 in London is past."),
        ("today 14:30", "Tuesday 8 December 14:30 in London is past."),
        ("tuesday 10:00", "may mean Tuesday 8 December 2026 10:00 or Tuesday 15 December 2026"),
        ("tomorrow morning", "Write 'tomorrow morning 09:30', on the clock in London."),
        ("now", "callback send-now"),
        ("tomorrow 10:00 \u202e", "right-to-left override (U+202E)"),
    ],
)
def test_a_wrong_time_is_refused_in_plain_words(panel: Shell, typed: str, said: str) -> None:
    """What is past, vague or strange leaves the mail as it was."""
    assert said in panel.refuse("move", "f1", typed)


def test_the_doubled_and_the_missing_hour_are_said(panel: Shell) -> None:
    """T12: of an hour that comes twice the first is meant; back to the second names its offset."""
    missing = panel("move", "f1", "2027-03-28 01:30").out
    assert (
        "  ! the clocks leave out 01:30 on Sunday 28 March in London: 02:30 is meant\n" in missing
    )
    assert "  goes out Sunday 28 March 2027 02:30 in London\n" in missing
    doubled = panel("move", "f1", "2027-10-31 01:30").out
    assert "  ! the clocks show 01:30 on Sunday 31 October in London twice: the first" in doubled
    panel("move", "f1", "2027-10-31T01:30Z")
    back = panel("move", "f1", "tomorrow 10:00").out
    assert '  Back to that:  callback move f1 "2027-10-31 01:30+0000"\n' in back
    panel("move", "f1", "2027-10-31 01:30+0000")
    assert panel.mails()["f1"]["goes_out_at"] == "2027-10-31T01:30:00+00:00"


def test_a_moved_mail_names_its_day_anew(panel: Shell) -> None:
    """T15: where the words for the day change with the time, it is said."""
    before = panel.json("show", "f1")[0]["body"]
    printed = panel("move", "f1", "2026-12-18 10:00").out
    assert panel.json("show", "f1")[0]["body"] != before
    assert "  Its words for the day have changed with it:  callback preview f1\n" in printed


def test_moving_an_interview_keeps_its_mails_apart(panel: Shell) -> None:
    """A panel that is moved still gets its mails one after the other (T08), each of them told."""
    printed = panel("move", "i1", "2026-12-10 11:00").out
    first, second = (datetime.fromisoformat(m["goes_out_at"]) for m in panel.mails().values())
    assert first == datetime(2026, 12, 10, 11, 0, tzinfo=UTC)
    assert 4 <= (second - first).total_seconds() / 60 <= 9
    assert "f1 to Marisol Duarte: moved\n  goes out Thursday 10 December 2026 11:00" in printed
    assert "f2 to Priya Raman: moved\n  goes out Thursday 10 December 2026 11:05" in printed


def test_pause_holds_and_approve_lets_go(panel: Shell) -> None:
    """A paused mail waits for its user and nobody else; approved it has its slot again."""
    assert panel("pause", "i1").out == (
        f"f1 to Marisol Duarte: paused\n  held; would go out {FIRST}\n"
        f"f2 to Priya Raman: paused\n  held; would go out {SECOND}\n"
    )
    assert panel.states() == {"Marisol Duarte": "held: user", "Priya Raman": "held: user"}
    assert panel("approve", "f1").out == f"f1 to Marisol Duarte: scheduled\n  goes out {FIRST}\n"
    assert panel("approve", "i1").out == f"f2 to Priya Raman: scheduled\n  goes out {SECOND}\n"


def test_stop_and_restore_work_on_a_mail_and_on_an_interview(panel: Shell) -> None:
    """Stopped is not sent; restored waits for a word of its own before it goes."""
    assert panel("stop", "i1").out == (
        "f1 to Marisol Duarte: stopped\nf2 to Priya Raman: stopped\n"
    )
    assert panel("restore", "f1").out == (
        "f1 to Marisol Duarte: restored; callback approve lets it go out\n"
        f"  held; would go out {FIRST}\n"
    )
    assert panel.states() == {"Marisol Duarte": "held: user", "Priya Raman": "stopped"}
    assert panel("restore", "i1").out.startswith("f2 to Priya Raman: restored")


def test_a_restored_mail_whose_time_has_passed_goes_the_next_working_morning(panel: Shell) -> None:
    """Approving plans a passed slot anew (T11), and the new one is shown with its reason."""
    panel("stop", "i1")
    panel.wait_until(datetime(2026, 12, 9, 21, 0, tzinfo=UTC))
    panel("restore", "f1")
    printed = panel("approve", "f1")
    assert "  goes out Thursday 10 December 09:" in printed.out
    assert panel.mails()["f1"]["reasons"][-1].startswith("moved to Thursday 10 December 09:")


def test_a_failed_mail_is_retried(panel: Shell) -> None:
    """Refused for good is not the end: it is shown how to try again, and retry schedules."""
    panel.bring(1, "failed")
    assert "Next      callback retry f1\n" in panel("show", "f1").out
    assert panel.refuse("retry", "f2").startswith("f2 to Priya Raman is scheduled")
    panel("retry", "f1")
    assert panel.states()["Marisol Duarte"] == "scheduled"


def test_an_unconfirmed_mail_is_settled_by_its_user(panel: Shell) -> None:
    """Only a person can tell: it went, or it did not; until then it cannot be stopped or moved."""
    panel.bring(1, "unconfirmed")
    panel.bring(2, "unconfirmed")
    for command in (("stop",), ("approve",), ("move", "tomorrow 10:00"), ("send-now",)):
        assert "unconfirmed" in panel.refuse(command[0], "f1", *command[1:])
    assert panel("sent", "f1").out == "f1 to Marisol Duarte: noted as sent\n"
    assert "proof: user" in panel("show", "f1").out
    assert panel("not-sent", "f2").out.startswith("f2 to Priya Raman: scheduled again\n")
    assert panel.states() == {"Marisol Duarte": "sent", "Priya Raman": "scheduled"}


@pytest.mark.parametrize("command", ["approve", "pause", "stop", "restore", "retry", "not-sent"])
def test_what_went_cannot_be_changed(panel: Shell, command: str) -> None:
    """Sent is the end: every other command is refused, by the mail's name and in plain words."""
    panel("sent", "f1")
    said = panel.refuse(command, "f1")
    assert said.startswith("f1 to Marisol Duarte is sent")
    assert "changed by" not in said


def test_a_mail_that_is_being_sent_can_still_be_asked_to_stop(panel: Shell) -> None:
    """While it is on its way the wish is noted, and honoured if it turns out not to have gone."""
    panel.bring(1, "sending")
    assert panel("stop", "f1").out == (
        "f1 to Marisol Duarte: stopped\n"
        "  It is being sent right now; it is stopped if it still can be. callback list tells.\n"
    )
    assert panel.states()["Marisol Duarte"] == "sending"


def test_send_now_waits_twenty_seconds(panel: Shell) -> None:
    """It goes in 20 seconds, as it says, and until then it can be stopped."""
    panel.wait_until(datetime(2026, 12, 8, 18, 0, 41, tzinfo=UTC))
    printed = panel("send-now", "f1")
    assert printed.out.startswith(
        "f1 to Marisol Duarte: goes out in 20 seconds; callback stop ends it\n"
    )
    assert panel.mails()["f1"]["goes_out_at"] == "2026-12-08T18:01:01+00:00"
    panel("stop", "f1")
    assert panel.states() == {"Marisol Duarte": "stopped", "Priya Raman": "scheduled"}


def test_status_says_whether_it_runs_and_what_is_next(panel: Shell) -> None:
    """Running or not, the next mail, when the computer must be awake, and how many there are."""
    assert panel("status").out == (
        "running    no: nothing is sent until you type callback run\n"
        f"next       f1 to Marisol Duarte, {FIRST}\n"
        f"           this computer must be awake and online on {FIRST}\n"
        "mails      2 scheduled\n"
    )
    panel.wait_until(datetime(2026, 12, 9, 9, 15, tzinfo=UTC))
    panel.bring(2, "failed")
    assert panel("status").out == (
        "running    no: nothing is sent until you type callback run\n"
        "overdue    f1 to Marisol Duarte\n"
        "needs you  f2 to Priya Raman failed\n"
        "mails      1 failed, 1 scheduled\n"
    )


@pytest.mark.parametrize("command", ["list", "mailboxes", "status"])
def test_everything_that_reads_prints_json_from_the_first_day_on(
    stranger: Shell, command: str
) -> None:
    """`--json` is one valid value on standard output, also before anything was set up."""
    printed = stranger(command, "--json")
    assert json.loads(printed.out) is not None


def test_status_as_json_names_ids(panel: Shell) -> None:
    """The same facts for programs."""
    panel.bring(2, "unconfirmed")
    status = panel.json("status")
    assert status["next"] == panel.mails()["f1"]
    assert (status["is_running"], status["heartbeat_at"]) == (False, None)
    assert (status["needs_you"], status["overdue"]) == (["f2"], [])
    assert status["counts"] == {"scheduled": 1, "unconfirmed": 1}


def test_mailboxes_shows_each_with_its_sign_in(shell: Shell) -> None:
    """Address, provider, access and health; the local one is said to send to nobody."""
    printed = re.sub(r"proved today \d\d:\d\d", "proved TODAY", shell("mailboxes").out)
    assert printed == (
        "you@localhost (kept on this computer, sent to nobody)  access drafts  signed in\n"
        "ana.lindqvist@example.com (gmail)                      access drafts"
        "  signed in, proved TODAY\n"
    )
    assert [(each["address"], each["signed_out_at"]) for each in shell.json("mailboxes")] == [
        ("you@localhost", None),
        (OWN_ADDRESS, None),
    ]


def test_disconnect_forgets_the_sign_in_and_holds_its_mails(shell: Shell, tmp_path: Path) -> None:
    """What was to go from it waits for another mailbox; nothing is scheduled from nowhere."""
    shell("add", write(tmp_path, "panel.toml", PANEL), "--mailbox", "local", "--yes")
    printed = shell("disconnect", "local")
    assert printed.out.startswith(
        "Disconnected you@localhost (kept on this computer, sent to nobody);"
        " its sign-in is forgotten here.\n"
    )
    assert "Mails that now wait for another mailbox: 2\n" in printed.out
    assert set(shell.states().values()) == {"held: mailbox"}
    assert [each["address"] for each in shell.json("mailboxes")] == [OWN_ADDRESS]


def test_disconnect_says_so_when_the_provider_cannot_be_told(shell: Shell) -> None:
    """Without its client the grant cannot be revoked: forgotten here all the same, and said."""
    printed = shell("disconnect", OWN_ADDRESS)
    assert "The provider could not be told" in printed.err
    assert printed.out.startswith("Disconnected ana.lindqvist@example.com (gmail);")
    assert [each["address"] for each in shell.json("mailboxes")] == ["you@localhost"]


def test_doctor_names_each_broken_thing_and_its_command(shell: Shell) -> None:
    """Every line is ok or says what to type; with something to mend the exit code is 1."""
    lines = shell("doctor", expect=1).out.splitlines()
    assert lines[-1].endswith(" to mend")
    broken = [n for n, line in enumerate(lines) if line.startswith("MEND")]
    assert [lines[n].removeprefix("MEND  ") for n in broken] == [
        "$CALLBACK_CLOCK is set: the service runs under another clock",
        "ana.lindqvist@example.com (gmail, access drafts): No Google client is set up yet.",
        "nothing can reach you when something needs you",
        "nothing is running that would send",
    ]
    assert [lines[n + 1].strip() for n in broken] == [
        "unset CALLBACK_CLOCK",
        'Follow docs/gmail.md, then set [gmail] client_file = "client_secret.json".',
        'Set [notify] urls = ["ntfy://a-topic-that-nobody-guesses"]; docs/notices.md says how.',
        "callback run",
    ]
    assert "ok    you@localhost (local, access drafts) is signed in" in lines
