"""What the user has seen: shown whole with its time, and nothing about it has changed since."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from service import outbox
from service.actions import looking
from service.database import Database
from service.records import FollowUp
from tests.cli.conftest import TUESDAY_EVENING
from tests.cli.papers import ONE, PANEL, write
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.databases import list_rows
from tests.e2e.product import Product
from tests.factories import open_test_app


def _get(home: Path, follow_up_id: int = 1) -> FollowUp:
    with open_test_app(home) as app, app.database.read() as connection:
        return outbox.get(connection, follow_up_id)


def _seen_at(home: Path, follow_up_id: int = 1) -> datetime | None:
    """Return when the mail was seen as it is now, None when it was not."""
    follow_up = _get(home, follow_up_id)
    return follow_up.shown_at if follow_up.is_shown else None


@pytest.mark.parametrize("command", [("show", "f1"), ("preview", "f1"), ("show", "i1")])
def test_what_is_shown_whole_is_seen(panel: Shell, command: tuple[str, str]) -> None:
    """Text and time are on the screen; nothing else about the mail changes by that."""
    before = _get(panel.home)
    assert before.shown_at is None
    panel(*command)
    assert _seen_at(panel.home) == TUESDAY_EVENING
    after = _get(panel.home)
    assert replace(after, shown_at=None, shown_version=None) == before
    assert (_seen_at(panel.home, 2) is not None) is (command[1] == "i1")


@pytest.mark.parametrize(
    "command", [("list",), ("list", "--all"), ("show", "f1", "--json"), ("preview", "f1", "--json")]
)
def test_a_line_of_a_list_and_what_a_program_reads_is_not_seen(
    panel: Shell, command: tuple[str, ...]
) -> None:
    """A list has no text, and JSON no reader."""
    before = list_rows(panel.home)
    panel(*command)
    assert list_rows(panel.home) == before


@pytest.mark.parametrize(
    "change", [("move", "f1", "tomorrow 10:00"), ("edit", "f1", "--subject", "Thank you, Marisol")]
)
def test_another_time_or_text_is_yet_to_be_seen(panel: Shell, change: tuple[str, ...]) -> None:
    """What was seen is another mail."""
    panel("preview", "f1")
    panel(*change)
    assert _seen_at(panel.home) is None
    panel.wait_until(TUESDAY_EVENING + timedelta(hours=1))
    panel("show", "f1")
    assert _seen_at(panel.home) == TUESDAY_EVENING + timedelta(hours=1)


def test_another_state_alone_leaves_it_seen(panel: Shell) -> None:
    """Held and let go again with the text and the time that were seen."""
    panel("preview", "f1")
    panel("pause", "f1")
    assert _seen_at(panel.home) == TUESDAY_EVENING
    panel("approve", "f1")
    assert _seen_at(panel.home) == TUESDAY_EVENING


def test_a_mail_let_go_at_another_time_is_yet_to_be_seen(panel: Shell) -> None:
    """Its slot passed while it was held: the new one was not on the screen beside the text."""
    panel("preview", "f1")
    panel("pause", "f1")
    panel.wait_until(TUESDAY_EVENING + timedelta(hours=17))
    panel("approve", "f1")
    assert _seen_at(panel.home) is None


def test_what_changed_while_it_was_shown_is_not_seen(panel: Shell) -> None:
    """The screen had the version before."""
    before = _get(panel.home)
    panel("edit", "f1", "--subject", "Thank you, Marisol")
    with open_test_app(panel.home) as app:
        looking.note_shown(app.office, [before])
    assert _get(panel.home).shown_at is None


def test_what_went_is_looked_at_without_a_trace(panel: Shell) -> None:
    """There is nothing to be seen in time any more."""
    panel("sent", "f1")
    before = list_rows(panel.home)
    panel("show", "f1")
    assert list_rows(panel.home) == before


@pytest.mark.sqlite
def test_a_busy_database_does_not_keep_a_mail_from_being_shown(panel: Shell) -> None:
    """Somebody else writes for long: that it was shown is not noted, and that is all."""
    file = panel.home / "callback.db"
    with open_test_app(panel.home) as app, closing(connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        quick = Database(f"sqlite:///{file}", busy_timeout_seconds=0.01)
        looking.note_shown(replace(app.office, database=quick), [_get(panel.home)])
        quick.close()
    assert _get(panel.home).shown_at is None


def test_what_is_agreed_to_at_the_prompt_is_seen(product: Product) -> None:
    """Its mails stood on the screen before the question; with --yes nobody is taken to read."""
    with Terminal(product, "add", *ONE) as terminal:
        terminal.answer("Schedule 1 mail?")
        terminal.finish()
    assert _seen_at(product.home) == TUESDAY_EVENING


def test_with_yes_nobody_is_taken_to_have_read(product: Product, tmp_path: Path) -> None:
    """On a terminal, too: --yes is for scripts."""
    with Terminal(product, "add", write(tmp_path, "panel.toml", PANEL), "--yes") as terminal:
        terminal.finish()
    assert _get(product.home).shown_at is None


def test_what_was_written_in_the_editor_is_seen(panel: Shell, tmp_path: Path) -> None:
    """The editor held it whole, and its time was printed."""
    editor = write(tmp_path, "editor.sh", '#!/bin/sh\nsed -i "s/^Subject: .*/Subject: Hi/" "$1"\n')
    Path(editor).chmod(0o700)
    panel.environment.setenv("EDITOR", editor)
    panel.environment.delenv("VISUAL", raising=False)
    panel("edit", "f1")
    follow_up = _get(panel.home)
    assert follow_up.subject == "Hi"
    assert follow_up.is_shown is (follow_up.state == "scheduled")
