"""Killed before and after every commit of a delivery: the next process makes it right."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pytest
import sqlalchemy as sa

from providers.base import Access
from service import outbox
from service.records import FollowUp, Text
from service.states import State
from tests.delivery.conftest import LOCAL, Install
from tests.delivery.installation import Installation
from tests.factories import make_slot

MOST_POINTS = 60

Moment = Literal["commit", "begin"]


class Killed(BaseException):
    """The process is gone; nothing in it catches this or gets a word in afterwards."""


@dataclass(slots=True)
class _Death:
    """Ends every use of the database from the `at`-th one on."""

    at: int
    seen: int = 0

    def come(self, _connection: sa.Connection) -> None:
        self.seen += 1
        if self.seen >= self.at:
            raise Killed


MOMENTS = pytest.mark.parametrize(
    "moment",
    [
        pytest.param("commit", id="before-each-commit"),
        pytest.param("begin", id="after-each-commit"),
    ],
)
"""Dying at a transaction's begin is dying after the commit before it and all that followed it."""


@MOMENTS
def test_killed_at_any_commit_the_mail_goes_once_or_is_asked_about(
    any_mailbox: Installation, moment: Moment
) -> None:
    """Access `drafts` and `local`: exactly once. Send-only: at most once, and the rest is said."""
    ends = {State.SENT}
    if any_mailbox.access is Access.SEND_ONLY:
        ends.add(State.UNCONFIRMED)
    points = _die_at_each(any_mailbox, moment, ends, lambda _follow_up: None)
    assert points > 8
    assert any_mailbox.broken() == []
    assert any_mailbox.far.draft_ids() == []


@MOMENTS
@pytest.mark.parametrize("kind", ["gmail-drafts", LOCAL])
def test_killed_while_an_old_draft_is_replaced_the_new_text_goes_once(
    install: Install, kind: str, moment: Moment
) -> None:
    """The draft that the service itself takes away is no word of the user's."""
    at = install(kind)

    def leave_old_draft(follow_up: FollowUp) -> None:
        at.carry(at.claim(follow_up), renew=lambda: None)
        with at.app.database.write() as connection:
            text = Text(follow_up.subject, follow_up.body.replace("very happy", "truly happy"))
            outbox.write_text(
                connection, follow_up.id, text, is_edited=True, at=at.clock.now(), by="user"
            )

    points = _die_at_each(at, moment, {State.SENT}, leave_old_draft)
    assert points > 8
    assert at.broken() == []
    assert at.far.draft_ids() == []
    for mail in at.far.went():
        assert "truly happy" in mail.get_content()


def _die_at_each(
    at: Installation, moment: Moment, ends: set[State], prepare: Callable[[FollowUp], None]
) -> int:
    """Kill a delivery at its first, second ... use of the database; return how many there are."""
    for point in range(1, MOST_POINTS):
        address = f"reader{point}@tidewater.example"
        follow_up = at.queue.add(
            company=f"Number {point}", address=address, slot=make_slot(at.clock.now())
        )
        prepare(follow_up)
        has_died = _die(at, moment, _Death(point))
        at.check_promises()
        at.run_until_quiet()
        assert at.state(follow_up) in ends, f"killed at {moment} {point}"
        if not has_died:
            return point
    raise AssertionError("a delivery has more transactions than this test knows")


def _die(at: Installation, moment: Moment, death: _Death) -> bool:
    """Work the mailbox in a process that may die; say whether it did."""
    app, delivery = at.another()
    sa.event.listen(app.database._engine, moment, death.come)
    try:
        delivery.work(at.id)
    except Killed:
        return True
    finally:
        app.owner().leave()
        app.database.close()
    return False
