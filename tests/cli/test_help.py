"""What the command line says of itself: its help, the one next step, and how little it loads."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.cli import ALIASES, COMMANDS
from service.schema import mailboxes
from tests.cli.conftest import MONDAY_EVENING
from tests.cli.papers import ONE, PANEL, make_invitation, write
from tests.cli.shell import Shell
from tests.e2e.product import CALLBACK, Product
from tests.factories import open_test_app

HEAVY = ("googleapiclient", "google", "msal", "fastapi", "uvicorn", "alembic")
"""Libraries of single commands, which the help and the list do without."""


def test_help_lists_every_command_with_what_it_does(stranger: Shell) -> None:
    """The table of commands is the help: each has its line, in the order of a job's life."""
    _usage, _, listed = stranger("--help").out.partition("Commands:\n")
    width = max(map(len, COMMANDS))
    expected = [f"  {name:<{width}}  {text}" for name, (_path, text) in COMMANDS.items()]
    assert listed.rstrip().splitlines() == expected


@pytest.mark.parametrize("name", [*COMMANDS, *ALIASES])
def test_every_command_explains_itself(stranger: Shell, name: str) -> None:
    """Each command's own help begins with its sentence and explains every option it has."""
    text = COMMANDS[ALIASES.get(name, name)][1]
    printed = stranger(name, "--help")
    usage, sentence, *rest = [line for line in printed.out.splitlines() if line.strip()]
    assert usage.startswith("Usage: ")
    assert sentence.strip() == text
    assert "  --help" in "\n".join(rest)
    assert not [line for line in rest if line.split()[0].startswith("--") and len(line.split()) < 2]
    assert printed.err == ""


def test_help_says_that_the_command_is_callback(stranger: Shell) -> None:
    """What is shown can be typed: the usage names the command, however it was started."""
    assert stranger("--help").out.startswith("Usage: callback [OPTIONS] COMMAND [ARGS]...\n")
    assert stranger("list", "--help").out.startswith("Usage: callback list [OPTIONS]\n")


@pytest.mark.parametrize("command", ["--help", "list"])
def test_help_and_list_load_no_library_of_another_command(product: Product, command: str) -> None:
    """Quick commands stay quick: no provider's, no web and no migration library is imported."""
    product.call("add", *ONE, "--yes")
    done = subprocess.run(
        [CALLBACK[0], "-X", "importtime", *CALLBACK[1:], command],
        env=product.environment(),
        cwd=product.home.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in _import_lines(done)}
    assert {"service", "typer"} <= imported
    assert not imported & set(HEAVY)
    assert done.stdout


def _import_lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("import time:")]


def test_the_first_step_is_to_look_and_to_connect(stranger: Shell) -> None:
    """Whoever has done nothing yet is shown the demo and how to connect."""
    assert stranger().out == (
        "Next: see what it does with callback demo, then connect your mailbox:\n"
        "  callback connect gmail, or callback connect outlook\n"
    )


def test_connected_the_next_step_is_an_interview(shell: Shell) -> None:
    """With a mailbox and nothing to send the one thing left is to add an interview."""
    assert shell().out == "Next: add an interview:\n  callback add invitation.ics\n"


def test_a_mail_that_needs_the_user_is_the_next_step(shell: Shell, tmp_path: Path) -> None:
    """A held mail comes before everything that runs by itself, with the command it needs."""
    shell("add", *ONE, "--yes")
    shell("add", write(tmp_path, "panel.toml", PANEL.replace("line =", "# ")), "--yes")
    assert shell().out == (
        "Next: f2 to Marisol Duarte waits for your words:\n  callback debrief i2\n"
    )


def test_before_the_interview_there_is_nothing_to_tell(shell: Shell, tmp_path: Path) -> None:
    """A next step is one that can be taken: no debrief is asked for before the interview ended."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    shell.wait_until(MONDAY_EVENING)
    shell("add", invitation, "--where", "London", "--company", "Tidewater Clinic", "--yes")
    assert "has not ended yet" in shell("debrief", "i1", "--took-place", expect=1).err
    assert "callback debrief" not in shell().out
    assert "callback debrief" not in shell("list").out
    shell.wait_until(datetime(2026, 12, 8, 15, 30, tzinfo=UTC))
    assert "  callback debrief i1\n" in shell().out


def test_scheduled_mails_need_a_service_that_runs(shell: Shell) -> None:
    """What is scheduled goes nowhere by itself, and the next step says so."""
    shell("add", *ONE, "--yes")
    assert shell().out == (
        "Next: mails are scheduled, and nothing is running that would send them:\n  callback run\n"
    )


def test_a_lost_sign_in_comes_first(shell: Shell) -> None:
    """Signed out nothing can be sent: signing in again comes before all else."""
    shell("add", *ONE, "--yes")
    with open_test_app(shell.home) as app, app.database.write() as connection:
        connection.execute(
            sa.update(mailboxes)
            .where(mailboxes.c.provider == "gmail")
            .values(signed_out_at=MONDAY_EVENING, signed_out_reason="the grant was revoked")
        )
    assert shell().out == (
        "Next: ana.lindqvist@example.com is signed out. Sign in again:\n  callback connect gmail\n"
    )


def test_all_well_while_the_service_runs(product: Product, tmp_path: Path) -> None:
    """Scheduled and running: nothing to do, and no command warns that nothing is running."""
    log = tmp_path / "service.log"
    added = product.call("add", *ONE, "--mailbox", "you@localhost", "--yes")
    assert "Nothing is running" in added.stderr
    with product.running(log) as process:
        while "service started" not in log.read_text():
            assert process.poll() is None, log.read_text()
        assert product.call().stdout == (
            "Nothing to do: all is scheduled, and the service is running.\n  callback list\n"
        )
        assert product.call("list").stderr == ""
        assert "running    yes, process " in product.call("status").stdout
