"""When the interview was, typed as people say it: by flag, at the prompt, and what comes back."""

from pathlib import Path

import pytest

from tests.cli.papers import ONE, PANEL, WHY, make_invitation, write
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.e2e.product import Product

WITHOUT_TIMES = tuple(
    each for each in ONE if each not in ("--starts", "2026-12-08 14:00", "--ends", "15:00")
)
TOLD = "Interview Tuesday 8 December 2026 14:00 to 15:00 in London\n"


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("today 14:00", "3pm"),
        ("today 2pm", "1 hour"),
        ("heute 14 Uhr", "15 Uhr"),
        ("aujourd'hui à 14h", "15h"),
        ("hoy a las 2 de la tarde", "a las 3 de la tarde"),
        ("今日14時", "15時"),
    ],
)
def test_what_was_understood_is_said_in_full(shell: Shell, starts: str, ends: str) -> None:
    """A misread day would be seen: weekday, date, year and both hours stand above the mails."""
    printed = shell("add", *WITHOUT_TIMES, "--starts", starts, "--ends", ends, "--yes")
    assert printed.out.startswith(TOLD)
    assert printed.out.count("2026") == 1
    assert shell.states() == {"Henrik Vogt": "scheduled"}


@pytest.mark.parametrize("name", ["panel.toml", "invitation.ics"])
def test_a_flag_says_otherwise_than_a_file(shell: Shell, tmp_path: Path, name: str) -> None:
    """The times on the invitation were other than those of the day: the flags win, as all do."""
    path = write(tmp_path, name, PANEL if name.endswith("toml") else make_invitation())
    flags = ("--where", "London", "--met", "all", "--why", WHY, "--ends", "15:45")
    printed = shell("add", path, *flags, "--dry-run")
    assert printed.out.startswith("Interview Tuesday 8 December 2026 14:00 to 15:45 in London\n")
    printed = shell("add", path, *flags[:-2], "--starts", "yesterday 10:30", "--dry-run")
    assert printed.out.startswith("Interview Monday 7 December 2026 10:30 to 11:30 in London\n")
    said = shell.refuse("add", path, *flags, "--starts", "friday 10:30", "--yes")
    assert "--starts: 'friday 10:30' may mean Friday 4 December" in said


def test_the_talks_of_a_file_keep_their_own_times(shell: Shell, tmp_path: Path) -> None:
    """One end for several talks would be that of none."""
    talk = '[[talks]]\nstarts = 2026-12-08 {0}:00:00\nends = "{0}:30"\n'
    times = "starts = 2026-12-08 14:00:00\nends = 2026-12-08 15:00:00\n"
    assert times in PANEL
    path = write(tmp_path, "day.toml", PANEL.replace(times, "") + talk.format(10) + talk.format(14))
    said = shell.refuse("add", path, "--ends", "16:00", "--yes")
    assert said.startswith("--starts and --ends are for an interview of one talk.\n")


def test_it_is_said_on_both_clocks(shell: Shell) -> None:
    """Who was far from the readers sees their own hours, too."""
    flags = ("--where", "Boston", "--starts", "yesterday 14:00", "--ends", "15:00")
    printed = shell("add", *WITHOUT_TIMES, *flags, "--dry-run")
    assert printed.out.startswith("Interview Monday 7 December 2026 14:00 to 15:00 in Boston (")


@pytest.mark.parametrize(
    ("starts", "said"),
    [
        (
            "friday 14:00",
            (
                "'friday 14:00' may mean Friday 4 December 2026 14:00 or Friday 11 December 2026"
                " 14:00, on the clock in London. Write '2026-12-04 14:00' or '2026-12-11 14:00'."
            ),
        ),
        ("2026-12-08", "'2026-12-08' names no hour. Write '2026-12-08 09:30', on the clock in"),
        ("soon", "'soon' is not understood. Write it like '2026-12-08 14:00', 'yesterday 14:00'"),
        ("yesterday 3", "'yesterday 3' may mean Monday 7 December 2026 03:00 or Monday 7"),
    ],
)
def test_a_flag_that_is_not_clear_says_what_to_type(shell: Shell, starts: str, said: str) -> None:
    """No file was given, so none is to be mended."""
    refusal = shell.refuse("add", *ONE, "--starts", starts, "--yes")
    assert refusal.startswith(
        "What was given cannot be used: there is one problem.\n  - --starts: "
    )
    assert said in refusal
    assert refusal.endswith("\n  callback add --help says what each flag takes.\n")


def test_without_a_place_everything_is_still_said_at_once(shell: Shell) -> None:
    """A time needs its place, and what no place would make clear is said with it."""
    flags = ("--company", "Harbour Foods", "--starts", "sometime", "--ends", "whenever", "--yes")
    said = shell.refuse("add", *flags)
    for problem in (
        "--starts: 'sometime' is not understood.",
        "--ends: 'whenever' is not understood.",
        "--role: is missing",
        "--person: is missing",
        "--where: is missing",
        "--why: is missing",
    ):
        assert f"  - {problem}" in said


def test_a_mail_is_not_moved_to_a_day_that_was(shell: Shell) -> None:
    """The day that was understood is named, and that it is past."""
    shell("add", *ONE, "--yes")
    assert shell.refuse("move", "f1", "yesterday 10:00") == (
        "Monday 7 December 10:00 in London is past.\n"
        "  Name a time to come, like 'tomorrow 10:00'.\n"
    )
    assert "is past, whichever day is meant" in shell.refuse("move", "f1", "last sunday 10:00")


@pytest.mark.parametrize(
    "answer",
    [
        "today 14:00, London",
        "tuesday, 8 december 14:00, London",
        "heute, 14 Uhr, London, England",
        "8 décembre à 14h, Londres",
        "今日14時、ロンドン",
    ],
)
def test_time_and_city_are_told_apart(product: Product, answer: str) -> None:
    """Both may hold commas: the city begins where it leaves a time that can be read."""
    with Terminal(product, "add") as terminal:
        terminal.answer("When and in which city was it", answer)
        terminal.answer("Which role, at which company", "Quality Manager at Harbour Foods")
        terminal.answer("Whom did you meet", "Henrik Vogt <h.vogt@harbour.example>")
        terminal.answer("Why:", WHY)
        terminal.answer("Schedule 1 mail?")
        assert TOLD in terminal.finish()


def test_what_is_wrong_with_an_answer_is_said_and_asked_again(product: Product) -> None:
    """Each refusal fits the answer; a city that is missing or misspelt costs no second time."""
    with Terminal(product, "add") as terminal:
        terminal.answer("When and in which city was it", "tuesday 14:00, Cambridge, MA")
        terminal.answer("When and in which city was it", "lunchtime somewhere")
        terminal.answer("When and in which city was it", "today 14:00, Lodnonn")
        terminal.answer("In which city was it?", "London")
        terminal.interrupt("Which role, at which company")
        screen = terminal.finish(expect=1)
    assert "'tuesday 14:00' may mean Tuesday 1 December 2026 14:00, Tuesday 8 December" in screen
    assert "on the clock in Cambridge" in screen
    assert "Write the time, a comma and a larger city nearby: yesterday 14:00, London" in screen
    assert "No such city or time zone is known; name a larger city nearby." in screen


def test_only_what_no_flag_gave_is_asked(product: Product) -> None:
    """A time by flag leaves the city to be asked, a city the time; a wrong one is said at once."""
    with Terminal(product, "add", "--starts", "today 14:00") as terminal:
        terminal.answer("In which city was it?", "London")
        terminal.interrupt("Which role, at which company")
        terminal.finish(expect=1)
    with Terminal(product, "add", "--where", "London") as terminal:
        terminal.answer("When was it, on the clock in London", "today 3")
        terminal.answer("When was it, on the clock in London", "today 14:00")
        terminal.interrupt("Which role, at which company")
        terminal.finish(expect=1)
    with Terminal(product, "add", "--where", "London", "--starts", "soon") as terminal:
        assert "'soon' is not understood" in terminal.finish(expect=2)
