"""Every way to go wrong, at every call, with every provider and access: where the mail ends.

In each round and case no mail goes twice, none counts as sent that did not go, and none that went
waits to go again (`Installation.check_promises`); the tests say where it comes to rest.
"""

import pytest

from providers.base import Access
from service.records import FollowUp
from service.states import State
from tests.delivery.conftest import DRAFTS, SEND_ONLY, Install
from tests.delivery.faults import MAIL_CASES, TOKEN_CASES, Case, Kind
from tests.delivery.installation import Installation
from tests.factories import make_slot

_ENDS = {
    Kind.LOST: State.SENT,
    Kind.LATER: State.SENT,
    Kind.TOKEN: State.SENT,
    Kind.REFUSED: State.FAILED,
    Kind.SCOPE: State.SCHEDULED,
}


def _cases(kinds: tuple[str, ...], *, leave_out: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [
        (kind, name)
        for kind in kinds
        for name in MAIL_CASES[kind.partition("-")[0]]
        if f"{kind} {name}" not in leave_out
    ]


@pytest.mark.parametrize(("kind", "name"), _cases(DRAFTS))
def test_a_fault_at_creating_the_draft(share: Install, kind: str, name: str) -> None:
    """A lost draft is found again by its key: one mail goes and no draft is left behind."""
    at = share(kind)
    case = _arm(at, name, at.server.creating)
    follow_up = _add(at)
    at.run_until_quiet()
    _check_end(at, follow_up, case, _ENDS[case.kind])
    assert at.sends() == (1 if _ENDS[case.kind] is State.SENT else 0)


@pytest.mark.parametrize(("kind", "name"), _cases(DRAFTS))
def test_a_fault_at_sending_a_draft(share: Install, kind: str, name: str) -> None:
    """A lost answer is settled by looking at the draft, and never by asking the user."""
    at = share(kind)
    case = _arm(at, name, at.server.bench.sending)
    follow_up = _add(at)
    at.run_until_quiet()
    _check_end(at, follow_up, case, _ENDS[case.kind])
    if case.kind is Kind.LOST and case.when == "after":
        assert at.sends() == 1


@pytest.mark.parametrize(("kind", "name"), _cases(SEND_ONLY))
def test_a_fault_at_sending_without_a_draft(share: Install, kind: str, name: str) -> None:
    """What cannot be looked up is put to the user; what was certainly not executed goes again."""
    at = share(kind)
    case = _arm(at, name, at.server.bench.sending)
    follow_up = _add(at)
    at.run_until_quiet()
    is_lost = case.kind is Kind.LOST
    _check_end(at, follow_up, case, State.UNCONFIRMED if is_lost else _ENDS[case.kind])
    if is_lost:
        assert at.sends() == 1
        assert at.went_since() == (case.when == "after")


@pytest.mark.parametrize("went", [False, True], ids=["did-not-go", "went"])
@pytest.mark.parametrize(
    ("kind", "name"),
    # Gmail's "no such draft" is its proof that the draft was sent, so that it cannot be a fault.
    _cases(DRAFTS, leave_out=("gmail-drafts 404",)),
)
def test_a_fault_at_looking(share: Install, kind: str, name: str, *, went: bool) -> None:
    """A look that fails or is refused proves nothing; the next one settles it."""
    at = share(kind)
    case = MAIL_CASES[at.provider][name]
    at.server.bench.arm(at.server.bench.sending, "after" if went else "before", "drop")
    at.server.bench.arm(
        at.server.looking, case.when, case.what(at.server, at.clock.now()), method="GET"
    )
    follow_up = _add(at)
    at.run_until_quiet()
    if case.kind is Kind.SCOPE:
        at.connect()
        at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert at.went_since() == 1
    assert at.sends() == (1 if went else 2)
    assert at.broken() == []


@pytest.mark.parametrize("name", TOKEN_CASES)
@pytest.mark.parametrize("kind", [*DRAFTS, *SEND_ONLY])
def test_a_fault_at_refreshing(share: Install, kind: str, name: str) -> None:
    """A sign-in server in trouble makes a mail wait, and signs nobody out."""
    at = share(kind)
    case = TOKEN_CASES[name]
    at.server.bench.expire_tokens()
    what = case.what(at.server, at.clock.now())
    at.server.bench.arm(at.server.bench.token_path, case.when, what)
    follow_up = _add(at)
    at.run_until_quiet()
    assert at.stored_mailbox().signed_out_at is None
    assert at.state(follow_up) is State.SENT
    assert at.went_since() == 1


@pytest.mark.parametrize("name", TOKEN_CASES)
def test_a_fault_at_refreshing_before_anything_is_claimed(share: Install, name: str) -> None:
    """A token that has run out is refreshed before a mail is touched; a failure waits its turn."""
    at = share("gmail-drafts")
    case = TOKEN_CASES[name]
    at.age_token()
    what = case.what(at.server, at.clock.now())
    at.server.bench.arm(at.server.bench.token_path, case.when, what)
    follow_up = _add(at)
    at.work()
    assert at.state(follow_up) is State.SCHEDULED
    assert at.attempts(follow_up) == []
    at.run_until_quiet()
    assert at.stored_mailbox().signed_out_at is None
    assert at.state(follow_up) is State.SENT


def _add(at: Installation) -> FollowUp:
    """Add a follow-up that is due, to a reader and about a company of its own."""
    number = len(at.server.bench.server.log)
    return at.queue.add(
        company=f"Number {number}",
        address=f"reader{number}@tidewater.example",
        slot=make_slot(at.clock.now()),
    )


def _arm(at: Installation, name: str, path: str) -> Case:
    case = MAIL_CASES[at.provider][name]
    at.server.bench.arm(path, case.when, case.what(at.server, at.clock.now()))
    return case


def _check_end(at: Installation, follow_up: FollowUp, case: Case, expected: State) -> None:
    assert at.state(follow_up) is expected
    assert at.broken() == []
    assert (at.stored_mailbox().signed_out_at is not None) == (case.kind is Kind.SCOPE)
    if expected is State.SENT:
        assert at.went_since() == 1
        assert at.drafts_since() == 0
    elif expected in (State.FAILED, State.SCHEDULED):
        assert at.went_since() == 0
        assert at.drafts_since() <= (at.access is Access.DRAFTS)
