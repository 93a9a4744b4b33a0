"""An installation to type into: its owner is Ana, connected to Gmail and to the local mailbox."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from providers.base import Access, Grant
from service.actions.office import id_of
from service.app import App
from service.config import Settings
from tests.cli.papers import OWN_ADDRESS, PANEL, write
from tests.cli.shell import Shell
from tests.databases import copy_home, with_storage
from tests.e2e.product import Product
from tests.factories import open_test_app

REFRESH_TOKEN = "planted-refresh-token"
ACCESS_TOKEN = "planted-access-token"
MONDAY_EVENING = datetime(2026, 12, 7, 18, 0, tzinfo=UTC)
TUESDAY_EVENING = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)
"""The interviews of these tests are on Tuesday 8 December, from 14:00 to 15:00 in London."""


@pytest.fixture(scope="session")
def stranger_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data of somebody who has started the program, and done nothing yet."""
    folder = tmp_path_factory.mktemp("stranger") / "data"
    app = App(with_storage(Settings(), folder), None, folder=folder)
    app.prepare()
    app.close()
    return folder


@pytest.fixture(scope="session")
def ana_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data of Ana, who is connected."""
    product = Product(tmp_path_factory.mktemp("ana") / "data")
    product.call("connect", "local", "--name", "Ana Lindqvist")
    connect_gmail(product.home, OWN_ADDRESS)
    return product.home


def connect_gmail(home: Path, address: str) -> None:
    """Store a Gmail mailbox and its grant, as `connect` leaves them."""
    grant = Grant(
        address=address,
        account_id=address,
        name="Ana Lindqvist",
        scopes=("openid",),
        secret=REFRESH_TOKEN,
        access_token=ACCESS_TOKEN,
        expires_at=datetime(2036, 1, 1, tzinfo=UTC),
    )
    with open_test_app(home) as app:
        candidate = app.office.candidate()
        app.mailboxes.store(id_of(candidate), "gmail", Access.DRAFTS, grant, name=candidate.name)


@pytest.fixture
def stranger(
    stranger_home: Path,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """Type commands on the evening of the interviews, as nobody yet."""
    copy_home(stranger_home, home)
    return Shell(home, capsys, monkeypatch, TUESDAY_EVENING)


@pytest.fixture
def shell(
    ana_home: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """Type commands on the evening of the interviews, as Ana."""
    copy_home(ana_home, home)
    return Shell(home, capsys, monkeypatch, TUESDAY_EVENING)


@pytest.fixture
def panel(shell: Shell, tmp_path: Path) -> Shell:
    """Return Ana's shell with the two mails of i1 scheduled: f1 to Marisol and f2 to Priya."""
    shell("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    return shell


@pytest.fixture
def product(ana_home: Path, tmp_path: Path) -> Product:
    """Return Ana's installation for real processes; their clock stands at Tuesday evening."""
    product = Product(tmp_path / "data")
    copy_home(ana_home, product.home)
    product.set_clock(TUESDAY_EVENING, rate=0)
    return product


@pytest.fixture
def new_product(tmp_path: Path) -> Product:
    """Return an installation that was never started; its clock stands at Tuesday evening."""
    product = Product(tmp_path / "data")
    product.set_clock(TUESDAY_EVENING, rate=0)
    return product
