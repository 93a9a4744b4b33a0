"""Processes: one that is killed while it tells, and two that find the same at once."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from service import config
from service.app import App
from service.clock import spell
from service.notices import ledger
from service.records import Candidate
from tests.databases import with_storage
from tests.delivery.installation import HandClock, make_clock
from tests.loopback.faults import Fault
from tests.loopback.server import request_to
from tests.notices.inbox import Inbox
from tests.notices.telling import Standing, make_teller

ROOT = Path(__file__).parents[2]
SECONDS = 60.0


@pytest.fixture
def clock() -> HandClock:
    """Return the clock of this process; those of the others stand where it began."""
    return make_clock()


@pytest.fixture
def environment(home: Path, inbox: Inbox, clock: HandClock) -> Mapping[str, str]:
    """Return the settings of an installation that tells by the inbox alone."""
    settings = {
        "CALLBACK_HOME": str(home),
        "CALLBACK_CLOCK": spell(clock),
        "CALLBACK_NOTIFY__URLS": inbox.address,
        "CALLBACK_NOTIFY__MAIL": "false",
        "CALLBACK_NETWORK__CA_BUNDLE": str(inbox.ca_bundle),
    }
    return {**os.environ, **settings}


@pytest.fixture
def app(
    environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, clock: HandClock, home: Path
) -> Iterator[App]:
    """Return the installation as this process sees it."""
    for name, value in environment.items():
        if name.startswith("CALLBACK_"):
            monkeypatch.setenv(name, value)
    settings, _ = config.load()
    app = App(with_storage(settings, home), None, folder=home, clock=clock)
    app.prepare()
    app.office.save_candidate(Candidate("Kim Candidate", "Europe/London"))
    yield app
    app.close()


def start(environment: Mapping[str, str], key: str) -> subprocess.Popen[bytes]:
    """Start a process that tells one matter."""
    command = [sys.executable, "-m", "tests.notices.teller", key]
    return subprocess.Popen(command, env=dict(environment), cwd=ROOT)


def test_a_service_killed_while_it_tells_leaves_the_matter_to_be_told_again(
    app: App, inbox: Inbox, environment: Mapping[str, str], clock: HandClock
) -> None:
    """Nobody knows whether it was taken: told again when the claim ends, and then never more."""
    fault = inbox.faults.add(Fault(request_to("POST", "/.*"), "after", "hang"))
    process = start(environment, "a")
    fault.wait_until_hit(SECONDS)
    process.kill()
    process.wait(SECONDS)
    fault.release()
    standing = Standing(app.office.candidate())
    standing.put("a")
    teller = make_teller(app, standing)
    assert teller.round() == 0
    assert len(inbox.notes) == 1
    clock.pass_by(ledger.FIRST_WAIT)
    assert [teller.round(), teller.round()] == [1, 0]
    clock.pass_by(ledger.LONGEST_WAIT)
    assert teller.round() == 0
    assert len(inbox.notes) == 2


@pytest.mark.usefixtures("app")
def test_what_one_service_is_telling_another_does_not_tell(
    inbox: Inbox, environment: Mapping[str, str]
) -> None:
    """Two real processes on one database: the second finds the matter in hand, and ends."""
    fault = inbox.faults.add(Fault(request_to("POST", "/.*"), "before", "hang"))
    first = start(environment, "a")
    fault.wait_until_hit(SECONDS)
    second = start(environment, "a")
    assert second.wait(SECONDS) == 0
    fault.release()
    assert first.wait(SECONDS) == 0
    assert [title for title, _ in inbox.notes] == ["Call Back: a is signed out"]


def test_what_one_channel_takes_is_told_though_another_does_not(
    app: App, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, clock: HandClock, home: Path
) -> None:
    """It is in the row by which it was told; the other's failure is no reason to tell it again."""
    monkeypatch.setenv(
        "CALLBACK_NOTIFY__URLS", f"jsons://localhost:1/none,{inbox.address},nonsense://here"
    )
    settings, _ = config.load()
    several = App(with_storage(settings, home), None, folder=home, clock=clock)
    standing = Standing(app.office.candidate())
    standing.put("a")
    teller = make_teller(several, standing)
    assert [teller.round(), teller.round()] == [1, 0]
    several.close()
    assert len(inbox.notes) == 1
