"""Every way to go wrong, at every call, with every provider and access: where the mail ends.

In each round of each cell no mail goes twice, none counts as sent that did not go, and none that
went waits to go again (`Installation.check_promises`). `matrix` has the cells and the rules.
"""

import pytest

from providers.base import Access
from service.states import State
from tests.delivery import matrix
from tests.delivery.conftest import DRAFTS, SEND_ONLY, Install
from tests.delivery.matrix import NO_FAULTS, PLACES, Cell, Place

_BOTH = ("drop", "reset", "hang", "truncate", "garbage", "500", "502", "503", "504")
_CONNECTIONS = {"connection-refused", "connection-untrusted", "connection-hang-up"}
_AT_ANY_CALL = _CONNECTIONS | {f"{when}-{what}" for when in ("before", "after") for what in _BOTH}
_AT_MAIL_CALLS = {"before-503-with-time", "after-503-with-time", "400", "401", "403-bare"} | {
    *("404", "409", "412", "429-bare", "429-with-time"),
}
_AT_GMAIL = {"429-retry-after", "403-scope", "403-policy", "403-rate", "403-project-rate"} | {
    *("403-daily", "403-not-enabled"),
}
_AT_GRAPH = {"403-denied", "403-send-as", "403-suspended", "403-limit", "404-no-mailbox"}
_AT_REFRESHES = {"400-grant-ended", "400-unknown", "401-client", "403-unknown", "404-page"} | {
    *("409-page", "412-page", "429-bare", "429-with-time", "after-503-with-time"),
}
_CELLS = matrix.cells()


@pytest.mark.parametrize("cell", _CELLS, ids=lambda cell: cell.name)
def test_a_fault_ends_as_the_rules_say(share: Install, cell: Cell) -> None:
    """The state in which the mail comes to rest, and how often it was delivered."""
    at = share(cell.kind)
    end = matrix.run(at, cell)
    assert end == matrix.expect(cell)
    if end.state is State.SENT:
        assert at.drafts_since() == 0
    assert at.drafts_since() <= (at.access is Access.DRAFTS)


@pytest.mark.parametrize("kind", [*DRAFTS, *SEND_ONLY])
def test_no_cell_is_missing(kind: str) -> None:
    """Each step of each provider and access meets every fault that issue and facts name."""
    provider, _, access_name = kind.partition("-")
    access = Access(access_name)
    own = _AT_GMAIL if provider == "gmail" else _AT_GRAPH
    there = {(cell.place, cell.case.name) for cell in _CELLS if cell.kind == kind}
    for place in PLACES[access]:
        is_refresh = place.value.startswith("refresh")
        wanted = _AT_ANY_CALL | (_AT_REFRESHES if is_refresh else _AT_MAIL_CALLS | own)
        missing = {name for name in wanted if (place, name) not in there}
        assert missing == {name for name in wanted if (provider, place, name) in NO_FAULTS}
    assert {place for place, _ in there} == set(PLACES[access])


def test_the_user_is_asked_only_about_a_lost_answer_without_drafts() -> None:
    """With drafts a server that comes back leaves nothing unconfirmed."""
    asked = [cell for cell in _CELLS if matrix.expect(cell).state is State.UNCONFIRMED]
    assert {(cell.access, cell.place) for cell in asked} == {(Access.SEND_ONLY, Place.SEND)}
    for cell in _CELLS:
        end = matrix.expect(cell)
        assert end.delivered <= 1
        assert end.delivered == 1 or end.state is not State.SENT
        assert not end.delivered or end.state in (State.SENT, State.UNCONFIRMED)
