"""What the first mail would wait for is loaded when the service starts."""

from pathlib import Path

import pytest

from service.vault import VARIABLE
from tests.delivery.conftest import LOCAL, Install
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
