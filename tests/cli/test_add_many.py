"""`callback add jobs.csv`: many interviews, each whole or not at all, none sent unseen."""

import json
from pathlib import Path

import pytest

from tests.cli.papers import MARISOL_LINE, PRIYA_LINE, WHY, write
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.databases import list_rows
from tests.e2e.product import Product

HEADER = "company,role,starts,ends,where,why,name,email,line\n"
PANEL = (
    f'Tidewater Clinic,Ward Sister,2026-12-08 14:00,15:00,London,"{WHY}",'
    f"Marisol Duarte,m.duarte@tidewater.example,{MARISOL_LINE}\n"
    "Tidewater Clinic,,2026-12-08 14:00,,,,"
    f"Priya Raman,p.raman@tidewater.example,{PRIYA_LINE}\n"
)
SINGLE = (
    "Harbour Foods,Quality Manager,2026-12-08 09:00,10:00,London,"
    "I have made small kitchens pass large audits.,"
    "Henrik Vogt,h.vogt@harbour.example,You told me how the cold store is kept cold.\n"
)
BAD = "Oakfield,Clerk,2026-12-08 09:00,10:00,London,I like how you file.,Tom Hale,tom at oak,\n"


@pytest.fixture
def jobs(tmp_path: Path) -> str:
    """Write a file of two interviews that can be used and one that cannot."""
    return write(tmp_path, "jobs.csv", HEADER + PANEL + BAD + SINGLE)


def test_many_are_stored_and_wait_for_approval(shell: Shell, jobs: str) -> None:
    """What can be used is stored and held; what cannot is named with line and reason."""
    printed = shell("add", jobs, expect=1)
    assert printed.out.splitlines() == [
        "i1  Tidewater Clinic (line 2): 2 mails wait for your approval",
        "i2  Harbour Foods (line 5): 1 mail waits for your approval",
    ]
    assert "refused  line 4: email: is no mail address" in printed.err
    assert "2 interviews stored, 1 refused.\n  3 mails wait for your approval\n" in printed.err
    assert set(shell.states().values()) == {"held: approval"}
    shell("approve", "i1")
    assert shell.states() == {
        "Marisol Duarte": "scheduled",
        "Priya Raman": "scheduled",
        "Henrik Vogt": "held: approval",
    }


def test_with_yes_they_are_scheduled_and_nothing_comes_twice(shell: Shell, jobs: str) -> None:
    """The same file with the user's word lets go what was held; a third time changes nothing."""
    shell("add", jobs, expect=1)
    printed = shell("add", jobs, "--yes", expect=1)
    assert printed.out.splitlines() == [
        "i1  Tidewater Clinic (line 2, known before): 2 mails: scheduled",
        "i2  Harbour Foods (line 5, known before): 1 mail: scheduled",
    ]
    before = [each for each in list_rows(shell.home) if "follow_ups" in each]
    shell("add", jobs, expect=1)
    assert [each for each in list_rows(shell.home) if "follow_ups" in each] == before


def test_what_has_no_mailbox_yet_waits_for_approval_all_the_same(
    stranger: Shell, jobs: str
) -> None:
    """Connecting one later must not send what nobody has looked at."""
    printed = stranger("add", jobs, "--name", "Ana Lindqvist", expect=1)
    assert "3 mails wait for your approval" in printed.err


def test_a_dry_run_says_the_same_and_stores_nothing(shell: Shell, jobs: str) -> None:
    """Nobody is a row more than before."""
    before = list_rows(shell.home)
    printed = shell("add", jobs, "--dry-run", expect=1)
    assert printed.out.splitlines()[0] == (
        "Tidewater Clinic (line 2): 2 mails wait for your approval"
    )
    assert "2 interviews would be stored, 1 refused." in printed.err
    assert list_rows(shell.home) == before


def test_as_json_each_is_told_with_its_lines(shell: Shell, jobs: str) -> None:
    """For whoever made the file with a program."""
    told = json.loads(shell("add", jobs, "--json", expect=1).out)
    assert [each["lines"] for each in told["interviews"]] == [[2, 3], [5]]
    assert [each["interview"] for each in told["interviews"]] == ["i1", "i2"]
    assert [each["lines"] for each in told["refused"]] == [[4]]
    assert told["refused"][0]["company"] == "Oakfield"


def test_flags_of_a_single_interview_are_refused(shell: Shell, jobs: str) -> None:
    """They would be said of all of them."""
    for flags in (("--company", "Oakfield"), ("--at", "tomorrow 10:00"), ("--me", "a@b.example")):
        said = shell.refuse("add", jobs, *flags)
        assert "holds many interviews: what is said of one must stand in it." in said


def test_lines_of_json_come_from_standard_input(shell: Shell) -> None:
    """As a program writes them."""
    one = {
        "company": "Harbour Foods",
        "role": "Quality Manager",
        "starts": "2026-12-08T09:00",
        "where": "London",
        "why": "I have made small kitchens pass large audits.",
        "people": [{"name": "Henrik Vogt", "email": "h.vogt@harbour.example"}],
    }
    other = {**one, "company": "Oakfield Works", "starts": "2026-12-08T11:00"}
    typed = "\n".join(json.dumps(each) for each in (one, other)).encode()
    printed = shell("add", "-", typed=typed)
    assert [each.partition(":")[0] for each in printed.out.splitlines()] == [
        "i1  Harbour Foods (line 1)",
        "i2  Oakfield Works (line 2)",
    ]


def test_at_a_terminal_it_is_asked_first_and_shows_how_far_it_is(
    product: Product, jobs: str
) -> None:
    """How many can be added, how many not; a bar while it works."""
    with Terminal(product, "add", jobs) as terminal:
        terminal.answer("Add them?")
        screen = terminal.finish(expect=1)
    assert "2 interviews can be added, 1 cannot." in screen
    assert "100%" in screen
    assert "2 interviews stored, 1 refused." in screen
