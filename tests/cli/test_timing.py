"""When a mail goes: chosen around a rest day, different for one interview, kept through it all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.papers import (
    MARISOL_LINE,
    ONE,
    PANEL,
    PRIYA_LINE,
    SECOND_WHY,
    WHY,
    make_invitation,
    write,
)
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.e2e.product import Product

FRIDAY_EVENING = datetime(2026, 12, 11, 19, 0, tzinfo=UTC)
FRIDAY = ("--starts", "2026-12-11 14:00", "--ends", "15:00")
INVITED = ("--where", "London", "--company", "Tidewater Clinic")
REPRESENTATIVE = (
    "--agency",
    "Rourke & Hale",
    "--representative",
    "Niamh Rourke <n@rourke.example>",
)


def when(shell: Shell, mail: str = "f1") -> str:
    """Return when a mail goes, to the minute, in UTC."""
    return str(shell.mails()[mail]["goes_out_at"])[:16]


def test_the_way_chosen_at_the_question_stays_with_the_interview(product: Product) -> None:
    """Added again, or told about, the interview goes the way that was chosen, without a question.

    The mails are shown once more with the times and words they have by that choice.
    """
    product.set_clock(FRIDAY_EVENING, rate=0)
    with Terminal(product, "add", *ONE, *FRIDAY) as terminal:
        terminal.answer("Number: [1]", "2")
        terminal.answer("Schedule 1 mail?")
        screen = terminal.finish()
    assert screen.count("Goes out  Saturday 12 December 09:18 in London") == 1
    again = product.call("add", *ONE, *FRIDAY, "--yes")
    assert "as you chose" in again.stderr
    assert [mail["goes_out_at"][:16] for mail in product.mails()] == ["2026-12-12T09:18"]


def test_flags_say_what_is_different_for_one_interview(shell: Shell) -> None:
    """Earliest hour, days off and working days, each with a flag, shown with the reason."""
    shell.wait_until(FRIDAY_EVENING)
    flags = ("--earliest", "10:30", "--day-off", "2026-12-14", "--working-day", "2026-12-12")
    printed = shell("add", *ONE, *FRIDAY, *flags, "--yes")
    assert "Goes out  Saturday 12 December 10:" in printed.out
    assert "not before 10:30 there, as you set it" in printed.out
    assert "Saturday 12 December is one of your working days" in printed.out
    shell("add", *ONE, *FRIDAY, "--day-off", "2026-12-12", "--yes")
    assert when(shell) >= "2026-12-15T10:30"


def test_a_file_says_it_in_a_table(shell: Shell, tmp_path: Path) -> None:
    """[timing] has the keys of the setting of that name."""
    text = PANEL.replace("2026-12-08", "2026-12-11").replace(
        "[[people]]",
        '[timing]\nrest_days = "send"\nearliest = 11:00:00\n\n[[people]]',
        1,
    )
    shell.wait_until(FRIDAY_EVENING)
    shell("add", write(tmp_path, "panel.toml", text), "--yes")
    assert all(when(shell, mail)[:13] == "2026-12-12T11" for mail in ("f1", "f2"))


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--earliest", "25:00"), "--earliest: is no hour of the day"),
        (("--earliest", "05:00"), "--timing: earliest is 05:00"),
        (("--day-off", "24.12.2026"), "--day-off 1: is no date (example: --day-off 2026-12-24)"),
        (
            ("--day-off", "2026-12-24", "--working-day", "2026-12-24"),
            "2026-12-24 stands in both days_off and working_days",
        ),
    ],
)
def test_a_wrong_flag_is_refused_by_its_name(
    shell: Shell, flags: tuple[str, ...], told: str
) -> None:
    """The refusal names the flag and shows a right one; nothing is stored."""
    assert told in shell.refuse("add", *ONE, *flags, "--yes")


def test_two_mails_to_one_reader_keep_their_distance(shell: Shell) -> None:
    """Two interviews of one day through one agency: its representative hears at two minutes (T08).

    The later submission gives way; submitted again, both stay where they are.
    """
    second = (
        "--company",
        "Tidewater Clinic",
        "--role",
        "Ward Sister",
        "--starts",
        "2026-12-08 10:00",
    )
    shell("add", *ONE, *REPRESENTATIVE, "--yes")
    shell("add", *ONE, *second, "--ends", "11:00", *REPRESENTATIVE, "--yes")
    before = [when(shell, "f1"), when(shell, "f2")]
    moments = [datetime.fromisoformat(each) for each in before]
    assert abs((moments[1] - moments[0]).total_seconds()) >= 4 * 60
    shell("add", *ONE, *REPRESENTATIVE, "--yes")
    assert [when(shell, "f1"), when(shell, "f2")] == before


def test_the_service_plans_anew_what_the_settings_have_changed(shell: Shell) -> None:
    """At its start a mail moves to the new hour, its history says why, and once is enough."""
    shell("add", *ONE, "--yes")
    assert when(shell)[:13] == "2026-12-09T09"
    shell.environment.setenv("CALLBACK_TIMING__EARLIEST", "11:00")
    shell("run", "--once")
    assert when(shell)[:13] == "2026-12-09T11"
    shown = shell("show", "f1").out
    assert "the [timing] settings have changed; it was to go Wednesday 9 December 09:" in shown
    shell("run", "--once")
    assert shell("show", "f1").out == shown


def test_a_day_off_set_later_moves_what_was_to_go_on_it(shell: Shell) -> None:
    """Also a mail that was late already, and had its second time."""
    shell("add", *ONE, "--mailbox", "local", "--yes")
    shell.wait_until(datetime(2026, 12, 9, 21, 0, tzinfo=UTC))
    shell("run", "--once")
    assert when(shell)[:10] == "2026-12-10"
    shell.environment.setenv("CALLBACK_TIMING__DAYS_OFF", "2026-12-10")
    shell("run", "--once")
    assert when(shell)[:10] == "2026-12-11"
    assert "is no longer possible" in shell("show", "f1").out


def test_what_the_user_fixed_stays(shell: Shell) -> None:
    """A time that was named by hand is nobody's to change."""
    shell("add", *ONE, "--yes")
    shell("move", "f1", "2026-12-09 16:20")
    shell.environment.setenv("CALLBACK_TIMING__DAYS_OFF", "2026-12-09")
    shell("run", "--once")
    assert when(shell) == "2026-12-09T16:20"


def test_settings_that_change_nothing_leave_no_trace(shell: Shell) -> None:
    """A day off in another month moves nothing and writes no history."""
    shell("add", *ONE, "--yes")
    shown = shell("show", "f1").out
    shell.environment.setenv("CALLBACK_TIMING__DAYS_OFF", "2027-05-01")
    shell("run", "--once")
    assert shell("show", "f1").out == shown


def test_a_time_named_for_a_talk_that_moved_past_it_is_planned_anew(
    shell: Shell, tmp_path: Path
) -> None:
    """No mail thanks for a talk that is still to come (T13); another named time stays."""
    shell.wait_until(datetime(2026, 12, 7, 18, 0, tzinfo=UTC))
    shell("add", write(tmp_path, "first.ics", make_invitation()), *INVITED, "--yes")
    shell("move", "f1", "2026-12-09 16:20")
    shell("move", "f2", "2026-12-11 10:20")
    later = make_invitation(day="20261209", sequence=1).replace("T140000", "T160000")
    later = later.replace("T150000", "T170000")
    printed = shell("add", write(tmp_path, "later.ics", later), *INVITED, "--yes")
    assert "the time you named lies before the end of the talk now" in printed.out
    assert when(shell, "f1")[:13] == "2026-12-10T09"
    assert when(shell, "f2") == "2026-12-11T10:20"


def test_an_interview_that_moved_is_asked_about_again(shell: Shell, tmp_path: Path) -> None:
    """That the talk took place was said of the hour it had before (T13): nothing goes by itself."""
    lines = ("--line", f"Marisol: {MARISOL_LINE}", "--line", f"Priya: {PRIYA_LINE}")
    told = (*INVITED, "--met", "all", "--why", f"{WHY} {SECOND_WHY}", *lines)
    shell.wait_until(datetime(2026, 12, 8, 16, 0, tzinfo=UTC))
    shell("add", write(tmp_path, "first.ics", make_invitation()), *told, "--yes")
    later = make_invitation(day="20261210", sequence=1)
    shell("add", write(tmp_path, "later.ics", later), "--yes")
    assert set(shell.states().values()) == {"held: interview"}
    shell.wait_until(datetime(2026, 12, 10, 16, 0, tzinfo=UTC))
    shell("debrief", "i1", "--took-place", "--yes")
    assert when(shell)[:13] == "2026-12-11T09"


def test_an_update_asks_for_nothing_that_is_known(shell: Shell, tmp_path: Path) -> None:
    """A newer version of a known invitation needs no flags again, an older one is told to be old.

    What moves is said on the readers' clock, also where the invitation counts in UTC (T01).
    """
    told = (*INVITED, "--met", "all", "--why", WHY)
    newer = make_invitation(sequence=2).replace("T150000", "T153000")
    shell("add", write(tmp_path, "newer.ics", newer), *told, "--yes")
    printed = shell("add", write(tmp_path, "older.ics", make_invitation(sequence=1)), "--yes")
    assert "older than the one that is stored; its time is ignored" in printed.err
    utc = make_invitation(sequence=3).replace(
        "TZID=Europe/London:20261208T1", "VALUE=DATE-TIME:20261208T0"
    )
    utc = utc.replace("T040000", "T090000Z").replace("T050000", "T100000Z")
    printed = shell("add", write(tmp_path, "utc.ics", utc), "--yes")
    assert (
        "moved from Tuesday 8 December 14:00 in London to Tuesday 8 December 09:00" in printed.err
    )


def test_what_is_submitted_long_after_the_talk_is_held(shell: Shell) -> None:
    """More than 48 working hours after the target nothing goes without the user's word (T11)."""
    shell.wait_until(datetime(2026, 12, 14, 12, 0, tzinfo=UTC))
    printed = shell("add", *ONE, "--yes")
    assert "this goes out 6 days after the talk: check that the words still fit" in printed.out
    assert shell.states() == {"Henrik Vogt": "held: approval"}
    shell("approve", "f1")
    assert shell.states() == {"Henrik Vogt": "scheduled"}
    shell("add", *ONE, "--yes")
    assert shell.states() == {"Henrik Vogt": "scheduled"}


def test_long_after_the_talk_the_user_is_asked(product: Product) -> None:
    """At the prompt the question is put, and nothing is agreed to by Enter."""
    product.set_clock(datetime(2026, 12, 14, 12, 0, tzinfo=UTC), rate=0)
    with Terminal(product, "add", *ONE) as terminal:
        terminal.answer("Send to Henrik Vogt all the same?", "y")
        terminal.answer("Schedule 1 mail?")
        terminal.finish()
    assert [mail["state"] for mail in product.mails()] == ["scheduled"]


def test_too_late_for_the_same_day_is_said(shell: Shell) -> None:
    """Who wants the same day and cannot have it reads why, and never "as you chose"."""
    shell.wait_until(datetime(2026, 12, 11, 19, 0, tzinfo=UTC))
    starts = ("--starts", "2026-12-11 16:31", "--ends", "17:31")
    printed = shell("add", *ONE, *starts, "--rest-days", "same-day", "--yes")
    assert "the talk ended too late to send on Friday 11 December" in printed.out
    assert "it is too late for the day of the interview, so the next working day" in printed.err


def test_choices_name_only_those_whom_they_concern(shell: Shell, tmp_path: Path) -> None:
    """Of a panel in several places each way is told by who goes otherwise by it (T04)."""
    riyadh = '[[people]]\nname = "Huda Nasser"\nemail = "h.nasser@tidewater.example"\n'
    text = PANEL.replace("[[people]]", f'{riyadh}where = "Riyadh"\nline = "{WHY}"\n\n[[people]]', 1)
    thursday = text.replace("2026-12-08", "2026-12-10")
    shell.wait_until(datetime(2026, 12, 10, 16, 0, tzinfo=UTC))
    printed = shell("add", write(tmp_path, "panel.toml", thursday), "--yes")
    assert "--rest-days send: Friday 11 December 09:" in printed.err
    assert "in Riyadh" in printed.err
    assert "to Huda Nasser: the morning after" in printed.err


def test_other_people_at_another_hour_are_a_further_talk(shell: Shell) -> None:
    """Two submissions of one day and company with nobody in common: counted from the last (T09)."""
    second = ("--starts", "2026-12-08 16:00", "--ends", "17:00")
    other = tuple("Aoife Byrne <a.byrne@harbour.example>" if "Henrik" in w else w for w in ONE)
    shell("add", *ONE, "--yes")
    printed = shell("add", *other, *second, "--yes")
    assert "a further talk at Tuesday 8 December 16:00 in London is added" in printed.err


def test_the_list_says_what_the_service_moved(shell: Shell) -> None:
    """On top, with the reason; a time that the user names then is the user's again."""
    shell("add", *ONE, "--yes")
    shell.environment.setenv("CALLBACK_TIMING__EARLIEST", "11:00")
    shell("run", "--once")
    printed = shell("list").out
    assert printed.startswith("Moved\n  f1 to Henrik Vogt: the [timing] settings have changed; it")
    shell("move", "f1", "2026-12-09 16:20")
    assert "Moved" not in shell("list").out


def test_the_choices_are_there_for_scripts(shell: Shell) -> None:
    """JSON shows each way with its times; what is followed is what it says."""
    shell.wait_until(FRIDAY_EVENING)
    planned = shell.json("add", *ONE, *FRIDAY, "--dry-run")
    assert [each["rest_days"] for each in planned["choices"]] == ["next-working-day", "send"]
    (default,) = (each for each in planned["choices"] if each["is_default"])
    assert default["goes_out_at"] == {"h.vogt@harbour.example": planned["mails"][0]["goes_out_at"]}
    stored = shell.json("add", *ONE, *FRIDAY, "--rest-days", "send", "--yes")
    assert stored["choices"][1]["goes_out_at"] == {
        "h.vogt@harbour.example": stored["follow_ups"][0]["goes_out_at"]
    }
