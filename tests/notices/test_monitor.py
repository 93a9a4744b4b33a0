"""The monitor outside: called over real HTTPS, and never a reason for anything but a warning."""

import logging
from pathlib import Path

import pytest

from service import config
from service.app import App
from service.errors import BadConfiguration, NotTold
from service.notices.monitor import Monitor, find_monitor
from tests.databases import with_storage
from tests.delivery.installation import make_clock
from tests.loopback.faults import Ending, Fault
from tests.loopback.server import Response, request_to
from tests.notices.inbox import SECRET, Inbox


def test_a_ping_is_one_call(inbox: Inbox) -> None:
    """A plain GET of the address; nothing is sent along."""
    Monitor(f"{inbox.url}/{SECRET}", inbox.ca_bundle).ping()
    (entry,) = inbox.log
    assert (entry.method, entry.status, entry.request.body) == ("GET", 200, b"")


@pytest.mark.parametrize("what", [Response(500), Response(404), "drop", "reset"])
def test_a_ping_that_fails_is_a_warning_without_the_address(
    inbox: Inbox, caplog: pytest.LogCaptureFixture, what: Response | Ending
) -> None:
    """Nothing else follows from it; whoever asks for the reason hears a sentence."""
    inbox.faults.add(Fault(request_to("GET", "/.*"), "before", what, times=None))
    found = Monitor(f"{inbox.url}/{SECRET}", inbox.ca_bundle)
    caplog.set_level(logging.DEBUG, "callback")
    found.ping()
    assert [record.getMessage() for record in caplog.records] == ["monitor not reached"]
    with pytest.raises(NotTold) as caught:
        found.call()
    assert caught.value.message.startswith("The monitor ")
    assert SECRET not in caught.value.message + str(vars(caplog.records[0])) + repr(found)


def test_a_monitor_that_is_not_trusted_is_not_called(inbox: Inbox) -> None:
    """`[network] ca_bundle` holds for it, too; what is said leads there."""
    with pytest.raises(NotTold, match="ca_bundle"):
        Monitor(f"{inbox.url}/{SECRET}", None).call()
    assert inbox.log == ()


def test_only_a_monitor_that_is_set_is_called_and_none_in_a_rehearsal(home: Path) -> None:
    """Under another clock a monitor outside would be told what is not so."""
    outside = config.Settings(notify=config.Notify(ping_url="https://monitor.example/uuid"))
    here = config.Settings(notify=config.Notify(ping_url="https://localhost:1/uuid"))
    rehearsal = make_clock()
    for settings, clock, is_called in (
        (config.Settings(), None, False),
        (outside, None, True),
        (outside, rehearsal, False),
        (here, rehearsal, True),
    ):
        app = App(with_storage(settings, home), None, folder=home, clock=clock)
        assert (find_monitor(app) is not None) is is_called
        app.close()


def test_addresses_that_are_none_are_reported_without_being_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which one, and what one looks like; a slip may leave half a password in it."""
    monkeypatch.setenv("CALLBACK_NOTIFY__PING_URL", f"http://monitor.example/{SECRET}")
    monkeypatch.setenv("CALLBACK_NOTIFY__URLS", f"{SECRET}:/x")
    with pytest.raises(BadConfiguration) as caught:
        config.load()
    urls, ping_url = caught.value.problems
    example = 'urls = ["ntfy://a-topic-that-nobody-guesses"]'
    assert urls == f"[notify] urls: no address (number 1; for example {example})"
    example = 'ping_url = "https://hc-ping.com/your-uuid"'
    assert ping_url == f"[notify] ping_url: no https address (for example {example})"


def test_commas_inside_an_address_are_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the environment a comma ends an address only where another one begins."""
    monkeypatch.setenv(
        "CALLBACK_NOTIFY__URLS", "mailto://a:b@mail.example?to=x@a.example,y@b.example, ntfy://t"
    )
    settings, _ = config.load()
    assert settings.notify.urls == (
        "mailto://a:b@mail.example?to=x@a.example,y@b.example",
        "ntfy://t",
    )
