"""Installations for every kind of mailbox and access, each with its own server or folder."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from providers.base import Access
from service.database import Database
from tests import databases
from tests.delivery.far import Far, FarFolder, FarGoogle, FarMicrosoft
from tests.delivery.installation import Installation
from tests.loopback.google import LoopbackGoogle
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority
from tests.providers.bench import ADDRESS
from tests.providers.gmail_bench import GmailBench
from tests.providers.outlook_bench import OutlookBench

Install = Callable[[str], Installation]

DRAFTS = ("gmail-drafts", "outlook-drafts")
SEND_ONLY = ("gmail-send-only", "outlook-send-only")
LOCAL = "local-drafts"

READS_BEFORE_MOVED = 2
"""How often Graph still shows a mail as a draft that it has accepted for sending."""


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return one certificate authority for all servers."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file as the migrations make it; copied, they run once for all tests."""
    file = tmp_path_factory.mktemp("empty") / "callback.db"
    database = Database(f"sqlite:///{file}")
    database.prepare()
    database.close()
    return file


@pytest.fixture
def install(
    authority: Authority, empty_database: Path, tmp_path: Path, home: Path
) -> Iterator[Install]:
    """Return a function that sets up an installation by the name of its mailbox and access."""
    put_database(empty_database, home)
    with ExitStack() as stack:
        yield lambda kind: set_up(stack, authority, kind, home, tmp_path)


@pytest.fixture(scope="module")
def share(
    authority: Authority, empty_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Install]:
    """Return a function like `install` that sets up each kind once for all tests of a module.

    What was before counts no longer: see `Installation.turn_page`.
    """
    made: dict[str, Installation] = {}
    with ExitStack() as stack:

        def share_one(kind: str) -> Installation:
            if kind not in made:
                home = tmp_path_factory.mktemp(kind)
                put_database(empty_database, home)
                settings = tmp_path_factory.mktemp("settings")
                made[kind] = set_up(stack, authority, kind, home, settings)
            made[kind].turn_page()
            return made[kind]

        yield share_one


def put_database(empty: Path, home: Path) -> None:
    """Spare the product its migrations; a database of PostgreSQL is a copy already."""
    if databases.find_usual() == "sqlite":
        shutil.copy(empty, home / empty.name)


def set_up(
    stack: ExitStack, authority: Authority, kind: str, home: Path, settings: Path
) -> Installation:
    """Set up an installation in `home`, with its server, until `stack` is closed."""
    provider, _, access_name = kind.partition("-")
    access = Access(access_name)
    far: Far = FarFolder(home)
    if provider == "gmail":
        google = stack.enter_context(LoopbackGoogle(authority))
        far = FarGoogle(GmailBench(google, access, settings))
    elif provider == "outlook":
        microsoft = stack.enter_context(LoopbackMicrosoft(authority))
        far = FarMicrosoft(OutlookBench(microsoft, access))
        microsoft.mailbox(ADDRESS).reads_before_settling = READS_BEFORE_MOVED
    installation = Installation(home, provider, access, far)
    stack.callback(installation.close)
    return installation


@pytest.fixture(params=[*DRAFTS, *SEND_ONLY, LOCAL])
def any_mailbox(request: pytest.FixtureRequest, install: Install) -> Installation:
    """Return an installation with each kind of mailbox and access in turn."""
    return install(request.param)


@pytest.fixture(params=[*DRAFTS, *SEND_ONLY])
def served(request: pytest.FixtureRequest, install: Install) -> Installation:
    """Return an installation with a real provider, in each access."""
    return install(request.param)


@pytest.fixture(params=DRAFTS)
def with_drafts(request: pytest.FixtureRequest, install: Install) -> Installation:
    """Return an installation with a real provider, in access `drafts`."""
    return install(request.param)


@pytest.fixture(params=SEND_ONLY)
def send_only(request: pytest.FixtureRequest, install: Install) -> Installation:
    """Return an installation with a real provider, in access `send-only`."""
    return install(request.param)


@pytest.fixture(params=[*DRAFTS, LOCAL])
def any_drafts(request: pytest.FixtureRequest, install: Install) -> Installation:
    """Return an installation in access `drafts`, the local mailbox included."""
    return install(request.param)
