"""Every transition has its words."""

import pytest

from service.actions import history
from service.clock import real_now
from service.outbox import Event
from service.outbox.guarded import TRANSITIONS

OTHERS = (
    "submit",
    "compose",
    "edit",
    "answer",
    "adopt-text",
    "move",
    "readdress",
    "claim",
    "prove",
)


@pytest.mark.parametrize("action", [*TRANSITIONS, *OTHERS])
def test_what_happened_is_said_in_words(action: str) -> None:
    """Never by the name that the tables use; who did it is said where it was the user."""
    told = {by: history.tell(_make(action, by)) for by in ("user", "service")}
    assert told["service"] in history._HAPPENED.values()
    assert told["user"] == f"{told['service']} by you"


def _make(action: str, by: str) -> Event:
    return Event(
        id=1, at=real_now(), action=action, from_state=None, to_state=None, by=by, reason=""
    )
