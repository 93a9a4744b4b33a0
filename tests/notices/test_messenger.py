"""Services of apprise: a note posted over real HTTPS, and of the address nothing but its kind."""

import sys

import pytest

from service.errors import NotTold
from service.notices.channels.messenger import Messenger
from service.notices.records import Matter, compose
from tests.loopback.faults import Fault
from tests.loopback.server import Response, request_to
from tests.notices.inbox import SECRET, Inbox

NOTE = compose([Matter("1", 1, "Kim & Co <signed out>", "Connect it again:\n  callback connect")])


def test_a_note_is_posted_as_it_is(inbox: Inbox) -> None:
    """Its title and its text arrive, once; looking posts nothing."""
    messenger = Messenger(inbox.address, inbox.ca_bundle)
    messenger.look()
    assert inbox.notes == []
    messenger.tell(NOTE)
    assert inbox.notes == [(NOTE.subject, NOTE.body)]
    assert messenger.name == "jsons"


def test_what_the_service_does_not_take_is_said_without_its_address(inbox: Inbox) -> None:
    """Refused, failed, hung up: one sentence, with the status where there is one."""
    messenger = Messenger(inbox.address.replace(SECRET, "guessed-secret"), inbox.ca_bundle)
    with pytest.raises(NotTold) as caught:
        messenger.tell(NOTE)
    assert caught.value.message == (
        "The service could not be reached, or did not take it (status 401)."
    )
    inbox.faults.add(Fault(request_to("POST", "/.*"), "before", "drop"))
    with pytest.raises(NotTold, match=r"did not take it\.$"):
        Messenger(inbox.address, inbox.ca_bundle).tell(NOTE)
    assert "guessed-secret" not in repr(messenger) + repr(caught.value)


def test_a_server_whose_certificate_is_not_trusted_gets_no_note(inbox: Inbox) -> None:
    """Only `[network] ca_bundle` makes it trusted."""
    with pytest.raises(NotTold):
        Messenger(inbox.address, None).tell(NOTE)
    assert inbox.log == ()


@pytest.mark.parametrize("address", ["ntyf://topic", "tgram://", "jsons://"])
def test_an_address_that_nobody_serves_is_noticed_by_looking(address: str) -> None:
    """A slip of the fingers comes out before something has to be told."""
    with pytest.raises(NotTold, match="not complete, or apprise knows no such service"):
        Messenger(address, None).look()


def test_without_apprise_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is an extra, and not everybody has it."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(NotTold) as caught:
        Messenger("ntfy://topic", None).look()
    assert caught.value.message == "ntfy needs apprise, which is not installed."
    assert caught.value.hint == "pipx inject call-back apprise"


def test_one_note_is_one_request(inbox: Inbox) -> None:
    """What fails is not repeated at once: the next round does that."""
    inbox.faults.add(Fault(request_to("POST", "/.*"), "before", Response(503), times=None))
    with pytest.raises(NotTold, match="status 503"):
        Messenger(inbox.address, inbox.ca_bundle).tell(NOTE)
    assert len(inbox.log) == 1
