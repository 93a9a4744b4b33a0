"""What comes next: noted in order, for mailboxes that can be worked then."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service import outbox
from service.outbox import Moment
from service.schema import mailboxes
from tests.factories import TUESDAY, WEDNESDAY_MORNING, Queue, make_slot

SECOND = timedelta(seconds=1)
DUE = [WEDNESDAY_MORNING + n * SECOND for n in range(3)]


def _list(queue: Queue, now: datetime, until: datetime, most: int = 10) -> list[Moment]:
    with queue.database.read() as connection:
        return outbox.list_coming(connection, now, until=until, most=most)


def _set_mailbox(queue: Queue, **values: datetime) -> None:
    with queue.database.write() as connection:
        connection.execute(sa.update(mailboxes).values(values))


@pytest.fixture
def due(queue: Queue) -> Queue:
    """Return a queue with three mails, a second apart, submitted in another order."""
    for number in (2, 0, 1):
        queue.add(company=f"Number {number}", slot=make_slot(DUE[number]))
    return queue


def test_what_comes_is_listed_by_its_time(due: Queue) -> None:
    """The earliest first, what is due already left out, and nothing beyond the end."""
    moments = [Moment(at, due.mailbox_id) for at in DUE]
    assert _list(due, DUE[0] - SECOND, DUE[2]) == moments
    assert _list(due, DUE[0], DUE[1]) == moments[1:2]
    assert _list(due, DUE[0] - SECOND, DUE[2], most=2) == moments[:2]


def test_nothing_comes_in_a_mailbox_that_is_signed_out(due: Queue) -> None:
    """It waits for the user, not for a moment."""
    _set_mailbox(due, signed_out_at=TUESDAY)
    assert _list(due, DUE[0] - SECOND, DUE[2]) == []


def test_the_end_of_a_providers_wait_comes_too(due: Queue) -> None:
    """What fell due meanwhile goes as soon as the provider lets it."""
    until = DUE[2] + SECOND
    _set_mailbox(due, blocked_until=until)
    assert Moment(until, due.mailbox_id) in _list(due, DUE[2], until)
