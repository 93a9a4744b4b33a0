"""Every query of the service's loop finds its rows by an index, with a million mails stored."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service import daemon, heartbeats, replanning, slots
from service.app import make_policy
from service.clock import real_now
from service.config import Timing
from service.mailboxes.probing import Prober
from service.notices.rounds import make_notifier
from service.records import FollowUp
from service.scheduler import Scheduler
from service.schema import attempts, findings, follow_ups, grants, mailboxes, notices
from service.states import State, Step
from tests.crowds import add_like_first, multiply
from tests.databases import BOTH, make_url
from tests.delivery import plans
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.delivery.plans import Heard
from tests.factories import TUESDAY, WEDNESDAY_MORNING, Queue, make_queue, make_slot
from tests.loopback.exchange import Response
from tests.loopback.faults import Ending, When

SMALL = frozenset({"candidates", "heartbeats", "vault_keys"})
"""Tables that are read whole on purpose: who is to be told, which services live."""

BOXES = 1000


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let everything of a test be on this database."""
    monkeypatch.setenv("TEST_DATABASE", request.param)
    return str(request.param)


@pytest.fixture
def heard(kind: str, install: Install, home: Path, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Return every statement that the loop gave to this database, in all that may happen in it."""
    if kind == "postgresql":
        monkeypatch.setenv("CALLBACK_STORAGE__URL", make_url(home))
    at = install("gmail-drafts")
    with plans.listening() as heard:
        _do_everything(at, heard)
    return heard


@pytest.mark.parametrize(
    "mails",
    [
        pytest.param(30_000, id="30000"),
        pytest.param(1_000_000, id="a-million", marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
def test_every_query_of_the_loop_uses_an_index(
    kind: str, heard: Heard, tmp_path: Path, mails: int
) -> None:
    """As the database plans it, for as many mails of 1,000 mailboxes and candidates."""
    queue = make_queue(tmp_path / "crowd", kind)
    with closing(queue.database) as database:
        _fill(queue, mails)
        whole = {
            statement: read
            for statement, given in heard.statements.items()
            if (read := set(plans.find_read_whole(database, statement, given)) - SMALL)
        }
    assert len(heard.statements) > 60
    assert not whole, "\n\n".join(f"{read}: {statement}" for statement, read in whole.items())


def _fill(queue: Queue, mails: int) -> None:
    """Store so many mails of 1,000 mailboxes and candidates: to come, checked, each tried once."""
    database = queue.database
    mail = queue.add(slot=make_slot(WEDNESDAY_MORNING + timedelta(hours=1)))
    later = real_now() + timedelta(days=3)
    basis = slots.find_basis(make_policy(Timing()))
    with database.write() as connection:
        connection.execute(sa.update(mailboxes).values(next_probe_at=later))
        connection.execute(sa.update(follow_ups).values(slot_basis=basis))
        for table, values in _FIRST.items():
            of_mail = {"follow_up_id": mail.id} if "follow_up_id" in table.c else {}
            connection.execute(sa.insert(table).values(of_mail | values))
    multiply(database, mails, boxes=BOXES, owners=BOXES)
    add_like_first(database, findings, "follow_up_id", mails)
    add_like_first(database, attempts, "follow_up_id", mails)
    add_like_first(database, notices, "candidate_id", BOXES, "matter")
    with database.write() as connection:
        spread = attempts.c.id % BOXES + 1
        connection.execute(sa.update(attempts).values(mailbox_id=spread))
        if not database.is_sqlite:
            connection.execute(sa.text("ANALYZE"))


_FIRST: dict[sa.Table, dict[str, Any]] = {
    grants: {
        "mailbox_id": 1,
        "version": 1,
        "key_id": "a key",
        "account_id": "ana@example.com",
        "granted_at": TUESDAY,
        "refreshed_at": TUESDAY,
        "expires_at": TUESDAY,
        "scopes": [],
        "secret": b"secret",
        "access_token": b"token",
    },
    findings: {"rule": "tone", "severity": "note", "message": "a word"},
    attempts: {
        "mailbox_id": 1,
        "owner": "of before",
        "access": "drafts",
        "started_at": TUESDAY,
        "step": Step.ENDED,
        "announced_at": TUESDAY,
        "ended_at": TUESDAY,
        "outcome": "confirm",
        "draft_is_outdated": False,
        "draft_is_gone": True,
        "looks": 0,
    },
    notices: {
        "candidate_id": 1,
        "matter": "a matter",
        "subject": "a subject",
        "message": "a message",
        "created_at": TUESDAY,
        "told_at": TUESDAY,
        "tries": 1,
    },
}
"""A row of each of these, like which the others are."""


def _do_everything(at: Installation, heard: Heard) -> None:
    """Let the service start, look, work in every way that it can, and stop."""
    pulse = heartbeats.Pulse(at.app.database, at.app.owner(), at.clock, "1.0", real_now)
    scheduler = Scheduler(at.app.database, at.clock, lambda _mailbox: None)
    pulse.beat()
    plain, earlier = _add(at, "plain"), _add(at, "earlier")
    with heard.aside(), at.app.database.write() as connection:
        connection.execute(sa.update(follow_ups).values(slot_basis="rules-0"))
    replanning.bring_up_to_date(at.office)
    scheduler.look()
    at.run_until_quiet()
    assert at.state(plain) is at.state(earlier) is State.SENT
    _send_with_trouble(at, heard)
    _settle_the_dead(at, heard)
    _wait_and_be_late(at, heard)
    Prober(at.app.database, at.app.mailboxes, lambda: real_now() + timedelta(days=2)).round()
    scheduler.look()
    pulse.leave()


def _send_with_trouble(at: Installation, heard: Heard) -> None:
    """Put off, lost on the way, and looked for; a token that must be refreshed."""
    bench = at.server.bench
    troubles: tuple[tuple[When, Response | Ending], ...] = (
        ("before", at.server.throttled_until(at.clock.now(), 60)),
        ("after", "drop"),
        ("before", "drop"),
    )
    for number, (when, what) in enumerate(troubles):
        with heard.aside():
            at.age_token()
        _add(at, f"trouble {number}")
        bench.arm(bench.sending, when, what)
        at.run_until_quiet()


def _settle_the_dead(at: Installation, heard: Heard) -> None:
    """Settle what a killed process left after each step."""
    for step in (Step.CLAIMED, Step.DRAFTED, Step.ANNOUNCED):
        follow_up = _add(at, f"left {step}")
        with heard.aside():
            at.leave_attempt(follow_up, step)
        at.run_until_quiet()


def _wait_and_be_late(at: Installation, heard: Heard) -> None:
    """Meet a full day, a missed slot, one that is too old, a missing approval, a disconnect."""
    pace = at.app.mailboxes.provider(at.mailbox).pace
    assert pace is not None
    follow_up = _add(at, "full")
    with heard.aside(), at.app.database.write() as connection:
        ended = dict(connection.execute(sa.select(attempts).limit(1)).mappings().one())
        del ended["id"]
        many = [ended | {"announced_at": at.clock.now()}] * pace.per_day
        connection.execute(sa.insert(attempts), many)
    at.work()
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    _add(at, "late")
    at.clock.pass_by(timedelta(hours=13))
    at.work()
    _add(at, "stale", at.clock.now() - timedelta(days=9))
    at.run_until_quiet()
    approving = daemon.make_delivery(at.app)
    approving._is_approval_required = True
    _add(at, "unapproved")
    approving.work(at.id)
    notifier = make_notifier(at.app)
    assert notifier.round()
    _add(at, "left behind")
    with heard.aside(), at.app.database.write() as connection:
        connection.execute(sa.update(mailboxes).values(disconnected_at=real_now()))
    at.work()
    notifier.round()


def _add(at: Installation, name: str, moment: datetime | None = None) -> FollowUp:
    return at.queue.add(
        company=f"Firm {name}",
        address=f"{name.replace(' ', '-')}@tidewater.example",
        slot=make_slot(moment or at.clock.now()),
    )
