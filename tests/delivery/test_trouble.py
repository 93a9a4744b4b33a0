"""Trouble of the storage or of a row leaves the rest of the queue as it should be."""

import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa

from providers.errors import Rejected
from service import leases
from service.clock import real_now
from service.errors import StorageUnusable
from service.schema import mailboxes
from service.states import State
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation


@pytest.fixture
def at(install: Install) -> Installation:
    """Return an installation whose mailbox is on this computer."""
    return install("local-drafts")


def test_a_round_that_ends_badly_gives_its_lease_back(at: Installation) -> None:
    """The next process need not wait three minutes for what this one could not do."""
    at.queue.add()
    with at.app.database.write() as connection:
        connection.execute(sa.update(mailboxes).values(disconnected_at=at.clock.now()))
        stuck = "BEGIN SELECT RAISE(ABORT, 'stuck'); END"
        connection.exec_driver_sql(f"CREATE TRIGGER t BEFORE UPDATE ON follow_ups {stuck}")
    with pytest.raises(sa.exc.IntegrityError):
        at.delivery.work(at.id)
    other, _ = at.another()
    assert leases.take(other.database, other.owner(), at.id) is not None


def test_storage_that_fails_while_a_mail_is_planned_holds_nothing(at: Installation) -> None:
    """A database that is busy for a moment makes no row one that cannot be planned."""
    follow_up = at.queue.add()
    at.clock.pass_by(timedelta(hours=1))
    fails = [True]

    def fail_once(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM interviews" in statement and fails:
            fails.clear()
            busy = sqlite3.OperationalError("database is locked")
            raise sa.exc.OperationalError(statement, {}, busy)

    sa.event.listen(at.app.database._engine, "before_cursor_execute", fail_once)
    with pytest.raises(StorageUnusable):
        at.delivery.work(at.id)
    assert fails == []
    assert at.state(follow_up) is State.SCHEDULED
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT


def test_a_late_answer_leaves_what_has_ended_as_it_was(at: Installation) -> None:
    """The attempt that sent the mail goes on saying so."""
    follow_up = at.queue.add()
    at.work()
    (sent,) = at.attempts(follow_up)
    late = Rejected("conflict", "The draft was changed meanwhile.")
    at.record().refuse(at.queue.get(follow_up), sent.id, late)
    assert at.attempts(follow_up) == [sent]
    assert at.state(follow_up) is State.SENT


def test_a_lease_is_counted_from_before_it_was_asked_for(at: Installation) -> None:
    """Whatever the database's clock says, ours must not think that the lease lasts longer."""
    asked_at = real_now()
    lease = at.delivery._renew(at.id)
    with at.app.database.read() as connection:
        stored = connection.scalar(sa.select(mailboxes.c.lease_until))
    assert lease is not None
    assert stored is not None
    assert asked_at + leases.LEASE <= lease.until <= stored
