"""Nothing that opens a mailbox is ever shown, and nobody else here can read the data."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import ACCESS_TOKEN, REFRESH_TOKEN, connect_gmail
from tests.cli.papers import ONE, OWN_ADDRESS, PANEL, write
from tests.e2e.product import Product

LOOKING = (
    (("mailboxes",), 0),
    (("mailboxes", "--json"), 0),
    (("doctor",), 1),
    (("status", "--json"), 0),
    (("list", "--all", "--json"), 0),
    (("show", "i1"), 0),
    (("show", "i1", "--json"), 0),
    (("--debug", "add", *ONE, "--mailbox", "other@example.com", "--yes"), 1),
    (("run", "--once"), 0),
    (("disconnect", "local"), 0),
)
"""Commands that come near a sign-in, and how each ends."""


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """Make new files as open as can be, unless their maker says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def used(new_product: Product, tmp_path: Path) -> Product:
    """Return an installation that has signed in to Gmail and added an interview."""
    new_product.call("connect", "local", "--name", "Ana Lindqvist")
    connect_gmail(new_product.home, OWN_ADDRESS)
    new_product.call("add", write(tmp_path, "panel.toml", PANEL), "--mailbox", "local", "--yes")
    return new_product


def test_no_key_and_no_token_is_printed_or_stored_open(used: Product) -> None:
    """The key and what it seals are in no output, no log and no file but the key's own."""
    key = (used.home / "vault.key").read_text().strip()
    for command, code in LOOKING:
        used.call(*command, expect=code)
        stored = [path for path in used.home.rglob("*") if path.is_file()]
        texts = [path.read_bytes() for path in stored if path.name != "vault.key"]
        for secret in (key, REFRESH_TOKEN, ACCESS_TOKEN):
            assert secret not in "\n".join(used.printed)
            assert not [text for text in texts if secret.encode() in text]


@pytest.mark.sqlite
@pytest.mark.usefixtures("open_to_all")
def test_data_is_private_to_its_user(used: Product) -> None:
    """The data folder is closed to others, and so is every file and folder in it."""
    used.call("run", "--once")
    assert used.home.stat().st_mode & 0o777 == 0o700
    inside = list(used.home.rglob("*"))
    assert {"callback.db", "vault.key", "owners"} <= {path.name for path in inside}
    for path in inside:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
