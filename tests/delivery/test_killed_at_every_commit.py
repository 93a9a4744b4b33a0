"""Real processes, killed before and after every commit of a delivery: the next makes it right.

A kill is a SIGKILL of `callback run --once` at its first, second ... use of the database, until one
of them comes to its end. After each, whatever the mail is then in the middle of is settled by
rounds under the promises of `Installation`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from providers.base import Access
from service import config, outbox
from service.clock import Clock, real_now, spell
from service.records import FollowUp, Text
from service.states import State, Step
from tests.delivery import mortal
from tests.delivery.conftest import DRAFTS, LOCAL, SEND_ONLY, Install
from tests.delivery.installation import Installation
from tests.delivery.mortal import Moment, Mortals
from tests.factories import make_slot

MOST_POINTS = 60
FEWEST_POINTS = 4

MOMENTS = pytest.mark.parametrize(
    "moment",
    [
        pytest.param("commit", id="before-each-commit"),
        pytest.param("begin", id="after-each-commit"),
    ],
)
"""Dying at a transaction's begin is dying after the commit before it and all that followed it."""


@dataclass(frozen=True, slots=True)
class Story:
    """What a delivery finds: `prepare` brings it about for one mail, before the process starts."""

    kinds: tuple[str, ...]
    prepare: Callable[[Installation, FollowUp], None]
    is_announced: bool = False
    """Whether a send stands announced already, which nobody can look for without drafts."""
    may_be_replaced: bool = False


def _leave_nothing(_at: Installation, _follow_up: FollowUp) -> None:
    return


def _age_token(at: Installation, _follow_up: FollowUp) -> None:
    at.age_token()


def _refuse_token(at: Installation, _follow_up: FollowUp) -> None:
    at.server.bench.expire_tokens()


def _leave_draft(at: Installation, follow_up: FollowUp) -> None:
    at.leave_attempt(follow_up, Step.DRAFTED)


def _leave_lost_draft(at: Installation, follow_up: FollowUp) -> None:
    at.leave_attempt(follow_up, Step.CLAIMED, is_draft_made=True)


def _announce(at: Installation, follow_up: FollowUp) -> None:
    at.leave_attempt(follow_up, Step.ANNOUNCED)


def _send(at: Installation, follow_up: FollowUp) -> None:
    at.leave_attempt(follow_up, Step.ANNOUNCED, is_executed=True)


def _leave_old_draft(at: Installation, follow_up: FollowUp) -> None:
    """Leave a draft whose text is changed here afterwards."""
    at.carry(at.claim(follow_up), renew=lambda: None)
    with at.app.database.write() as connection:
        text = Text(follow_up.subject, follow_up.body.replace("very happy", "truly happy"))
        outbox.write_text(
            connection, follow_up.id, text, is_edited=True, at=at.clock.now(), by="user"
        )


_SERVED = (*DRAFTS, *SEND_ONLY)
STORIES = {
    "plain": Story((*_SERVED, LOCAL), _leave_nothing),
    "token-aged": Story(_SERVED, _age_token),
    "token-refused": Story(_SERVED, _refuse_token),
    "draft-left": Story((*DRAFTS, LOCAL), _leave_draft),
    "draft-lost": Story((*DRAFTS, LOCAL), _leave_lost_draft),
    "draft-outdated": Story((*DRAFTS, LOCAL), _leave_old_draft, may_be_replaced=True),
    "announced": Story((*_SERVED, LOCAL), _announce, is_announced=True),
    "sent-unheard": Story((*_SERVED, LOCAL), _send, is_announced=True),
}


_QUICK = frozenset({"plain", "sent-unheard"})
"""The stories of every run of the suite; `make soak` has all."""


@pytest.fixture(scope="module")
def mortals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortals]:
    """Return what runs the processes that are killed."""
    with mortal.starting(tmp_path_factory.mktemp("mortals") / "log") as mortals:
        yield mortals


@MOMENTS
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(name, kind, marks=[] if name in _QUICK else pytest.mark.slow)
        for name, story in STORIES.items()
        for kind in story.kinds
    ],
)
def test_killed_at_any_commit_the_mail_goes_once_or_is_asked_about(
    install: Install, mortals: Mortals, name: str, kind: str, moment: Moment
) -> None:
    """Access `drafts` and `local`: exactly once. Send-only: at most once, and the rest is said."""
    at, story = install(kind), STORIES[name]
    ends = {State.SENT}
    if at.access is Access.SEND_ONLY:
        ends = {State.UNCONFIRMED} if story.is_announced else {State.SENT, State.UNCONFIRMED}
    points = 0
    for point in range(1, MOST_POINTS):
        follow_up = _add(at, f"{name}-{moment}-{point}")
        story.prepare(at, follow_up)
        was_killed = mortals.run(environment(at), ["run", "--once"], moment, point)
        at.bury()
        at.check_promises()
        at.run_until_quiet()
        assert at.state(follow_up) in ends, f"killed at {moment} {point}"
        points = point
        if not was_killed:
            break
    assert FEWEST_POINTS <= points < MOST_POINTS - 1
    assert at.broken() == []
    assert at.far.draft_ids() == []
    if story.may_be_replaced:
        for mail in at.far.went()[-points:]:
            assert "truly happy" in mail.get_content()


def environment(at: Installation) -> dict[str, str]:
    """Return the environment of another process of an installation, its clock standing as it is."""
    settings = at.far.settings()
    given = {
        "HOME": str(at.folder),
        "HOMEPATH": str(at.folder),
        "CALLBACK_HOME": str(at.folder),
        "CALLBACK_CLOCK": spell(Clock(at.clock.now(), real_now(), 0)),
        "CALLBACK_STORAGE__URL": at.app.settings.storage.url or "",
        "CALLBACK_NETWORK__CA_BUNDLE": str(settings.network.ca_bundle or ""),
        **_spell(settings.gmail, "GMAIL", "client_file", "revoke_uri", "api_endpoint"),
        **_spell(settings.outlook, "OUTLOOK", "client_id", "authority", "graph_endpoint"),
    }
    return {name: value for name, value in given.items() if value}


def _spell(section: config.Gmail | config.Outlook, name: str, *keys: str) -> dict[str, str]:
    return {f"CALLBACK_{name}__{key.upper()}": str(getattr(section, key) or "") for key in keys}


def _add(at: Installation, name: str) -> FollowUp:
    return at.queue.add(
        company=f"Company {name}",
        address=f"{name}@tidewater.example",
        slot=make_slot(at.clock.now()),
    )
