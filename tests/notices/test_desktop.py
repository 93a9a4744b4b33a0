"""A notification on the screen: shown by the system, and never a reason to hang or to break."""

from collections.abc import Iterator

import pytest

from service.errors import NotTold
from service.notices import channels
from service.notices.channels.desktop import Desktop
from service.notices.records import Matter, compose
from tests.delivery.conftest import Install
from tests.notices.screen import Screen

SIGNED_OUT = Matter("1", 1, "Kim & Co <signed out>", "Connect it again:\n  callback connect gmail")
FAILED = Matter("2", 1, "A mail was refused", "Look at it:\n  callback show f1")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """Sit before a screen."""
    with Screen() as screen:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", screen.address)
        yield screen


def test_a_matter_is_shown_until_it_is_seen(screen: Screen) -> None:
    """Title and text stand there as they are, whatever in them looks like markup."""
    Desktop().look()
    assert screen.shown == []
    Desktop().tell(compose([SIGNED_OUT]))
    assert screen.shown == [
        (
            "Call Back",
            "Call Back: Kim & Co <signed out>",
            "Connect it again:\n  callback connect gmail",
            0,
        )
    ]
    Desktop().tell(compose([Matter("3", 1, "A & B", "<b>Kim & Co</b>")]))
    assert screen.shown[-1][2] == "&lt;b&gt;Kim &amp; Co&lt;/b&gt;"


def test_several_matters_are_shown_as_a_list(screen: Screen) -> None:
    """There is room for a few lines: what each is about, and where to read on."""
    Desktop().tell(compose([SIGNED_OUT, FAILED]))
    (_, title, text, _), *others = screen.shown
    assert others == []
    assert title == "Call Back: 2 things for you"
    assert text.splitlines() == [
        "- Kim &amp; Co &lt;signed out&gt;",
        "- A mail was refused",
        "callback list",
    ]


def test_a_screen_that_hangs_is_given_up(screen: Screen) -> None:
    """The service goes on after its time limit."""
    screen.is_frozen = True
    with pytest.raises(NotTold, match="longer than 2 seconds"):
        Desktop(seconds=2).tell(compose([FAILED]))
    assert screen.shown == []


def test_without_anybody_who_shows_it_a_note_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server has a session bus, but no desktop; or the bus is one that ended long ago."""
    with Screen(has_notifications=False) as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        for verb in (Desktop().look, lambda: Desktop().tell(compose([FAILED]))):
            with pytest.raises(NotTold, match="Nothing in this session shows notifications"):
                verb()
    with pytest.raises(NotTold, match="Nothing in this session shows notifications"):
        Desktop().look()


def test_without_a_session_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A headless service does not even try."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert not Desktop.is_possible()


@pytest.mark.usefixtures("screen")
def test_a_rehearsal_leaves_the_screen_alone(install: Install) -> None:
    """Under another clock nothing is real but what is on this computer's own servers."""
    at = install("local-drafts")
    assert Desktop.is_possible()
    assert [each.name for each in channels.list_channels(at.app, at.candidate)] == ["mail"]
