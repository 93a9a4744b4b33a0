"""No token, code or word of a mail where it does not belong: files, log, errors."""

import logging
import traceback
from pathlib import Path

import pytest

from providers.base import Access
from providers.errors import ProviderError
from service.records import FollowUp
from service.states import State
from tests.delivery.conftest import Install
from tests.delivery.faults import MAIL_CASES, TOKEN_CASES
from tests.delivery.installation import Installation
from tests.loopback.google import LoopbackGoogle
from tests.providers.bench import ADDRESS, REDIRECT

_FEWEST = 3
"""A sign-in alone makes a code, an access token and a refresh token."""


def test_no_token_stands_in_any_file_of_the_installation(served: Installation) -> None:
    """Grants are encrypted in the database, its WAL and its free pages, through a whole life."""
    _live(served)
    files = [path for path in served.folder.rglob("*") if path.is_file()]
    assert {"callback.db", "callback.db-wal", "vault.key"} <= {path.name for path in files}
    assert _found_in(served, b"".join(path.read_bytes() for path in files)) == []


def test_no_token_and_no_word_of_a_mail_is_logged(
    served: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither by the product nor by a library below it, whatever the level."""
    caplog.set_level(logging.DEBUG)
    follow_up = _live(served)
    logged = "\n".join([caplog.text, *(str(vars(record)) for record in caplog.records)])
    assert "mail sent" in logged
    assert _found_in(served, logged.encode()) == []
    assert follow_up.subject not in logged
    assert "m.duarte@tidewater.example" not in caplog.text


@pytest.mark.parametrize("name", ["after-garbage", "500", "401-client"])
def test_no_token_stands_in_an_error_of_a_refresh(served: Installation, name: str) -> None:
    """Neither in its text nor in what caused it."""
    case = TOKEN_CASES[name]
    what = case.what(served.server, served.clock.now())
    served.server.bench.arm(served.server.bench.token_path, case.when, what)
    with pytest.raises(ProviderError) as caught:
        served.app.mailboxes.probe(served.mailbox)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert _found_in(served, told.encode()) == []


def test_a_sign_in_under_way_keeps_nothing_in_clear(served: Installation) -> None:
    """Neither the state nor the verifier can be read from the files; used, the flow is wiped."""
    assert served.candidate.id is not None
    begun = served.app.mailboxes.begin(
        served.candidate.id, served.provider, served.access, REDIRECT
    )
    stored = _read(served.folder)
    assert begun.state.encode() not in stored
    assert b"code_verifier" not in stored
    assert begun.state not in repr(begun)
    assert begun.url not in repr(begun)


def test_signing_in_reads_none_of_the_users_own_drafts(install: Install) -> None:
    """The consent page says that the app can manage drafts; it looks into none without need."""
    at = install("gmail-drafts")
    google = at.server.bench.server
    assert isinstance(google, LoopbackGoogle)
    for number in range(3):
        google.mailbox(ADDRESS).create_draft(f"Subject: private {number}\r\n\r\nHi".encode(), None)
    before = len(google.requests_to("GET", "/gmail/v1/users/me/drafts/.*"))
    at.connect()
    assert len(google.requests_to("GET", "/gmail/v1/users/me/drafts/.*")) == before


def test_what_is_handed_around_shows_no_secret(served: Installation) -> None:
    """A repr ends up in logs and tracebacks."""
    opened = served.app.mailboxes.open(served.mailbox)
    told = repr(
        [
            opened,
            served.app.vault(),
            served.app.mailboxes._grants.read(served.id),
            served.queue.add(),
        ]
    )
    opened.mailbox.close()
    key = (served.folder / "vault.key").read_text("ascii").strip()
    assert _found_in(served, told.encode()) == []
    assert key not in told
    assert "Dear" not in told


def _live(at: Installation) -> FollowUp:
    """Go through connecting, sending, refreshing, refusals and a lost grant."""
    follow_up = at.queue.add()
    for name in ("401", "429-bare", "400"):
        case = MAIL_CASES[at.provider][name]
        path = at.server.creating if at.access is Access.DRAFTS else at.server.bench.sending
        at.server.bench.arm(path, case.when, case.what(at.server, at.clock.now()))
    other = at.queue.add(company="Another", address="another@tidewater.example")
    at.age_token()
    at.run_until_quiet()
    at.server.bench.revoke()
    at.server.bench.expire_tokens()
    third = at.queue.add(company="Third", address="third@tidewater.example")
    at.clock.move_to(third.slot.at if third.slot else at.clock.now())
    at.work()
    at.connect()
    at.run_until_quiet()
    states = {at.state(each) for each in (follow_up, other, third)}
    assert State.SENT in states
    return follow_up


def _read(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _found_in(at: Installation, told: bytes) -> list[str]:
    """Return the server's secrets that stand in `told`."""
    issued = at.server.bench.secrets()
    assert len(issued) >= _FEWEST
    return [secret for secret in issued if secret.encode() in told]
