"""`callback debrief`: did it take place, whom, one line each, why; then the mails are scheduled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import MONDAY_EVENING, TUESDAY_EVENING
from tests.cli.papers import (
    AWAKE,
    MARISOL_LINE,
    PRIYA_LINE,
    SECOND_WHY,
    WHY,
    make_invitation,
    write,
)
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.e2e.product import Product

INVITED = ("--where", "London", "--company", "Tidewater Clinic", "--role", "Ward Sister", "--yes")
TOLD = (
    *("--took-place", "--met", "Marisol", "--met", "Priya", "--why", f"{WHY} {SECOND_WHY}"),
    *("--line", f"Marisol: {MARISOL_LINE}", "--line", f"Priya: {PRIYA_LINE}", "--yes"),
)


@pytest.fixture
def invited(shell: Shell, tmp_path: Path) -> Shell:
    """Return Ana's shell on the evening of an interview whose invitation she added before."""
    shell.wait_until(MONDAY_EVENING)
    shell("add", write(tmp_path, "invitation.ics", make_invitation()), *INVITED)
    shell.wait_until(TUESDAY_EVENING)
    return shell


@pytest.fixture
def invited_product(product: Product, tmp_path: Path) -> Product:
    """Return the same for a real terminal."""
    product.set_clock(MONDAY_EVENING, rate=0)
    product.call("add", write(tmp_path, "invitation.ics", make_invitation()), *INVITED)
    product.set_clock(TUESDAY_EVENING, rate=0)
    return product


def test_debrief_asks_shows_and_schedules(invited_product: Product) -> None:
    """Took place, whom, why, one line each; then the mails whole, the question, and their slots."""
    with Terminal(invited_product, "debrief") as terminal:
        terminal.answer("Did it take place?", "y")
        terminal.answer("Numbers of those", "1 2")
        terminal.answer("Why:", f"{WHY} {SECOND_WHY}")
        terminal.answer("Marisol Duarte:", MARISOL_LINE)
        terminal.answer("Priya Raman:", PRIYA_LINE)
        terminal.answer("Schedule these?")
        screen = terminal.finish()
    asked, _, shown = screen.partition("--- 1 of 2 ")
    assert asked == (
        "i1  Tidewater Clinic, Ward Sister\n"
        "Did it take place? [Y/n] y\n"
        "Whom did you really meet?\n"
        "  1 [x] Marisol Duarte <m.duarte@tidewater.example>\n"
        "  2 [x] Priya Raman <p.raman@tidewater.example>\n"
        "  3 [ ] People Team <no-reply@tidewater.example>, organiser; no-reply address; reads like"
        " a team or a mailbox\n"
        "Numbers of those (Enter: as ticked, none: nobody): 1 2\n"
        "Why do you want to work there, in your own words? One or more whole sentences;\n"
        "they stand in the mails as you type them.\n"
        f"Why: {WHY} {SECOND_WHY}\n"
        "One thing you talked about with each, as you would say it to them:\n"
        f"  Marisol Duarte: {MARISOL_LINE}\n"
        f"  Priya Raman: {PRIYA_LINE}\n"
    )
    mails, _, stored = shown.partition("Schedule these? [Y/n] \n")
    assert "Goes out  Wednesday 9 December 09:10 in London\n" in mails
    assert "Goes out  Wednesday 9 December 09:18 in London\n" in mails
    assert "waits" not in mails
    assert screen.count(AWAKE) == 1
    assert stored.replace(AWAKE, "") == (
        "i1  Tidewater Clinic: stored\n"
        "f1  to Marisol Duarte: scheduled, Wednesday 9 December 09:10 in London\n"
        "f2  to Priya Raman: scheduled, Wednesday 9 December 09:18 in London\n"
        "Nothing is running that would send. Start it:  callback run\n"
    )


def test_debrief_declined_leaves_everything_as_it_was(invited_product: Product) -> None:
    """No at the end stores nothing: the mails wait for their words as before."""
    before = invited_product.mails()
    with Terminal(invited_product, "debrief", *TOLD[:-1]) as terminal:
        terminal.answer("Schedule these?", "n")
        assert terminal.finish(expect=1).endswith("Nothing was stored.\n")
    assert invited_product.mails() == before


def test_debrief_by_flags_asks_nothing(invited: Shell) -> None:
    """Everything said with flags: the mails are those of a dialogue."""
    invited("debrief", *TOLD)
    assert invited.states() == {"Marisol Duarte": "scheduled", "Priya Raman": "scheduled"}


def test_who_was_not_met_is_not_written_to(invited: Shell) -> None:
    """Invited is not met: the mail to somebody who was not there is stopped."""
    invited("debrief", "--took-place", "--met", "Priya", "--why", WHY, "--yes")
    assert invited.states() == {"Marisol Duarte": "stopped", "Priya Raman": "scheduled"}


def test_a_debrief_that_is_incomplete_names_every_flag(invited: Shell) -> None:
    """Without anybody to ask, all that is missing is one answer, and nothing is changed."""
    said = invited.refuse("debrief", "--took-place", "--yes")
    assert said == (
        "i1  Tidewater Clinic, Ward Sister\n"
        "More is needed, and there is nobody to ask.\n"
        "  - invited is not met: --met NAME for each of Marisol Duarte, Priya Raman, People Team,"
        " or --met all\n"
        "  - your own reasons are missing: --why 'I would like to ...'\n"
    )
    said = invited.refuse("debrief", "--yes")
    assert said.endswith("It is not said whether it took place.\n  --took-place, or --cancelled\n")


def test_a_line_that_is_missing_keeps_its_mail_waiting(invited: Shell) -> None:
    """Two were met and one line is given: both mails wait for words, nothing is made up."""
    invited("debrief", *TOLD[:7], "--line", f"Marisol: {MARISOL_LINE}", "--yes")
    assert invited.states()["Priya Raman"] == "held: words"
    assert PRIYA_LINE not in invited.json("show", "f2")[0]["body"]
    invited("debrief", "i1", "--took-place", "--line", f"Priya: {PRIYA_LINE}", "--yes")
    assert invited.states() == {"Marisol Duarte": "scheduled", "Priya Raman": "scheduled"}


def test_what_did_not_take_place_is_stopped(invited: Shell) -> None:
    """`--cancelled`: noted, its mails stopped, and nobody is asked about it again."""
    printed = invited("debrief", "--cancelled")
    assert printed.out == (
        "i1  noted: it did not take place\n"
        "f1 to Marisol Duarte: stopped\nf2 to Priya Raman: stopped\n"
    )
    assert set(invited.states().values()) == {"stopped"}
    said = invited.refuse("debrief")
    assert said == "No interview waits to be told about.\n  callback add invitation.ics\n"


def test_no_at_the_first_question_stops_the_mails(invited_product: Product) -> None:
    """The same by dialogue: one question, one answer."""
    with Terminal(invited_product, "debrief", "i1") as terminal:
        terminal.answer("Did it take place?", "n")
        assert terminal.finish().endswith(
            "i1  noted: it did not take place\n"
            "f1 to Marisol Duarte: stopped\nf2 to Priya Raman: stopped\n"
        )


def test_an_interview_that_has_not_ended_cannot_be_told_about(invited: Shell) -> None:
    """Nobody can say how it went before it is over; the same word afterwards is taken."""
    invited.wait_until(datetime(2026, 12, 8, 14, 59, tzinfo=UTC))
    said = invited.refuse("debrief", "i1", *TOLD)
    assert said == (
        "The interview with Tidewater Clinic has not ended yet.\n"
        "  callback debrief asks again when it has.\n"
    )
    said = invited.refuse("debrief", *TOLD)
    assert said == "No interview waits to be told about.\n  callback list shows what is coming.\n"
    invited.wait_until(datetime(2026, 12, 8, 15, 1, tzinfo=UTC))
    invited("debrief", "i1", *TOLD)
    assert set(invited.states().values()) == {"scheduled"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("i9", "There is no interview i9.\n  callback list --all\n"),
        ("soon", '"soon" is no interview.\n  Interviews look like i3.\n'),
    ],
)
def test_an_interview_that_is_not_there_is_said_to_be_missing(
    invited: Shell, typed: str, said: str
) -> None:
    """An id that names nothing changes nothing."""
    assert invited.refuse("debrief", typed, "--cancelled") == said


def test_debrief_as_json_prints_one_value(invited: Shell) -> None:
    """`--json` shows what was stored, as `list --json` does."""
    told = invited.json("debrief", *TOLD)
    follow_ups = list(invited.mails().values())
    assert told == {"interview": "i1", "follow_ups": follow_ups, "choices": []}
