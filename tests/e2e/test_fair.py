"""A mailbox with many mails due does not delay the others."""

import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import slots
from service.app import App
from service.database import Database
from service.schema import events, follow_ups
from service.states import State
from tests.crowds import let_checks_pass, multiply
from tests.databases import make_url
from tests.e2e.product import Product
from tests.factories import Queue, make_slot

NOW = datetime(2026, 12, 9, 10, 0, tzinfo=UTC)
SMALL = 99
"""Mailboxes with one mail each."""

MOST_MEANWHILE = 50
WAIT_SECONDS = 30

_SENT = (
    sa.select(follow_ups.c.mailbox_id)
    .join(events, events.c.follow_up_id == follow_ups.c.id)
    .where(events.c.to_state == State.SENT)
    .order_by(events.c.id)
)


@pytest.mark.parametrize(
    ("big", "mails"),
    [
        pytest.param(1, 1000, id="one-with-1000"),
        pytest.param(20, 100, id="more-with-100-than-are-worked-at-once"),
    ],
)
def test_the_others_are_delivered_before_it_has_had_50(
    product: Product, tmp_path: Path, big: int, mails: int
) -> None:
    """99 mailboxes with one mail due each, behind those with many: whoever waits has a turn."""
    product.set_clock(NOW)
    product.connect_local()
    many, few = range(1, big + 1), range(big + 1, big + 1 + SMALL)
    with product.opened() as app:
        _fill(app, [box for box in many for _ in range(mails)] + [*few])
    with (
        closing(Database(make_url(product.home))) as database,
        product.running(tmp_path / "fair.log") as service,
    ):
        sent = _wait_for(service, database, few)
    meanwhile = Counter(sent[: 1 + max(sent.index(each) for each in few)])
    assert [meanwhile[each] for each in few] == [1] * SMALL
    assert all(meanwhile[each] < MOST_MEANWHILE for each in many), meanwhile


def _fill(app: App, mails: Sequence[int]) -> None:
    """Let a mail be due for each number: it goes from the mailbox of that number, 1 the first."""
    slot = replace(make_slot(NOW), basis=slots.find_basis(app.office.policy))
    Queue(app.database, app.office.candidate(), 1).add(slot=slot)
    multiply(app.database, len(mails), boxes=max(mails), step=timedelta(0))
    with app.database.write() as connection:
        for number, box in enumerate(mails, start=1):
            one = sa.update(follow_ups).where(follow_ups.c.id == number)
            connection.execute(one.values(mailbox_id=box))
    let_checks_pass(app.database)


def _wait_for(
    service: subprocess.Popen[bytes], database: Database, few: Sequence[int]
) -> list[int]:
    """Wait until each of these has had its mail; return whose turn it was, mail by mail."""
    give_up = time.monotonic() + WAIT_SECONDS
    sent: list[int] = []
    while not set(few) <= set(sent):
        assert time.monotonic() < give_up, Counter(sent)
        with pytest.raises(subprocess.TimeoutExpired):
            service.wait(0.2)
        with database.read() as connection:
            sent = list(connection.scalars(_SENT))
    return sent
