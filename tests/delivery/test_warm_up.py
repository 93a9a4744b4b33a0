"""What takes long to load is loaded when the service starts, or before others have to wait."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import outbox
from service.actions import steering
from service.records import FollowUp, Text
from service.states import State
from service.vault import VARIABLE
from service.writing.checks import words
from tests.delivery.conftest import LOCAL, Install
from tests.delivery.installation import Installation
from tests.factories import open_test_app


def test_vault_and_providers_in_use_are_loaded(install: Install) -> None:
    """A mail that is due does not wait for libraries."""
    at = install(LOCAL)
    app, _ = at.another()
    assert not app.vault.is_made
    app.mailboxes.warm_up()
    assert app.vault.is_made


def test_nothing_is_loaded_before_a_mailbox_is_connected(tmp_path: Path) -> None:
    """No key is made for nothing."""
    with open_test_app(tmp_path) as app:
        app.mailboxes.warm_up()
        assert not app.vault.is_made


def test_what_cannot_be_loaded_stops_nothing(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service starts with a wrong key, too; the mail that needs it says so."""
    at = install(LOCAL)
    app, delivery = at.another()
    monkeypatch.setenv(VARIABLE, "no key")
    app.mailboxes.warm_up()
    at.queue.add()
    assert delivery.work(at.id) == 0
    assert "mailbox cannot be opened" in at.logged()


def _miss(at: Installation, _follow_up: FollowUp) -> None:
    at.clock.pass_by(timedelta(hours=2))
    at.work()


def _send_unchecked(at: Installation, follow_up: FollowUp) -> None:
    text = Text(follow_up.subject, f"{follow_up.body}\nMy reference is on its way.")
    with at.app.database.write() as connection:
        outbox.write_text(
            connection, follow_up.id, text, is_edited=True, at=at.clock.now(), by="user"
        )
    at.work()
    assert at.state(follow_up) is State.SENT


def _move(at: Installation, follow_up: FollowUp) -> None:
    steering.move(at.office, at.candidate, follow_up, "tomorrow 9:30")


@pytest.mark.parametrize("act", [_miss, _send_unchecked, _move])
def test_no_write_waits_for_the_words_of_the_checks(
    install: Install, act: Callable[[Installation, FollowUp], None]
) -> None:
    """They are loaded before: on a busy computer that takes longer than others wait for a turn."""
    at = install(LOCAL)
    follow_up = at.queue.add()
    words.load_every_words.cache_clear()
    words._read_words.cache_clear()
    at_begin: list[int] = []
    at_commit: list[int] = []
    with at.app.database.read() as connection:
        engine = connection.engine

    def note(seen: list[int], connection: sa.Connection) -> None:
        if connection.get_execution_options().get("callback_writes"):
            seen.append(words._read_words.cache_info().currsize)

    sa.event.listen(engine, "begin", lambda connection: note(at_begin, connection))
    sa.event.listen(engine, "commit", lambda connection: note(at_commit, connection))
    act(at, follow_up)
    assert at_begin == at_commit
    assert at_begin[-1] > 0
