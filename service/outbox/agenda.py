"""What is due, and what comes next in which mailbox: the questions the scheduler asks. Reads only.

They are asked for every mail, and built once: to build one takes several times as long as to ask.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.outbox.rows import read_follow_up
from service.records import FollowUp
from service.schema import UtcDateTime, attempts, follow_ups, mailboxes
from service.states import State

_NOW = sa.bindparam("now", type_=UtcDateTime())
_UNTIL = sa.bindparam("until", type_=UtcDateTime())

_IS_SIGNED_IN = mailboxes.c.signed_out_at.is_(None) & mailboxes.c.disconnected_at.is_(None)

_IS_OPEN = _IS_SIGNED_IN & (
    mailboxes.c.blocked_until.is_(None) | (mailboxes.c.blocked_until <= _NOW)
)
"""Whether mails may go from a mailbox now."""

_FIRST_DUE = (
    sa.select(follow_ups)
    .join(mailboxes, mailboxes.c.id == follow_ups.c.mailbox_id)
    .where(
        follow_ups.c.state == State.SCHEDULED,
        follow_ups.c.mailbox_id == sa.bindparam("mailbox"),
        follow_ups.c.due_at <= _NOW,
        mailboxes.c.disconnected_at.is_(None),
    )
    .order_by(follow_ups.c.due_at)
    .limit(1)
)

_WITH_WORK = sa.union(
    # The mailbox is looked up, and not joined: PostgreSQL would rather read them all, each second.
    sa.select(follow_ups.c.mailbox_id).where(
        follow_ups.c.state == State.SCHEDULED,
        follow_ups.c.due_at <= _NOW,
        sa.select(_IS_OPEN).where(mailboxes.c.id == follow_ups.c.mailbox_id).scalar_subquery(),
    ),
    sa.select(attempts.c.mailbox_id)
    .join(mailboxes, mailboxes.c.id == attempts.c.mailbox_id)
    .where(
        attempts.c.ended_at.is_(None),
        attempts.c.next_look_at.is_(None)
        # What was looked for once waits for a sign-in where there is none.
        | ((attempts.c.next_look_at <= _NOW) & mailboxes.c.signed_out_at.is_(None)),
    ),
    # What has ended is looked for when the mailbox can be opened, and nothing depends on it.
    sa.select(attempts.c.mailbox_id)
    .join(mailboxes, mailboxes.c.id == attempts.c.mailbox_id)
    .where(
        attempts.c.ended_at.is_not(None),
        attempts.c.next_look_at <= _NOW,
        _IS_OPEN,
    ),
)

_MOMENTS = sa.union_all(
    sa.select(follow_ups.c.due_at.label("at"), follow_ups.c.mailbox_id.label("mailbox_id"))
    .join(mailboxes, mailboxes.c.id == follow_ups.c.mailbox_id)
    .where(
        follow_ups.c.state == State.SCHEDULED,
        follow_ups.c.due_at > _NOW,
        follow_ups.c.due_at <= _UNTIL,
        _IS_SIGNED_IN,
    ),
    sa.select(attempts.c.next_look_at, attempts.c.mailbox_id)
    .join(mailboxes, mailboxes.c.id == attempts.c.mailbox_id)
    .where(
        attempts.c.ended_at.is_(None) | mailboxes.c.disconnected_at.is_(None),
        attempts.c.next_look_at > _NOW,
        attempts.c.next_look_at <= _UNTIL,
        mailboxes.c.signed_out_at.is_(None),
    ),
    sa.select(mailboxes.c.blocked_until, mailboxes.c.id).where(
        mailboxes.c.blocked_until > _NOW, mailboxes.c.blocked_until <= _UNTIL, _IS_SIGNED_IN
    ),
).subquery()
_COMING = (
    sa.select(_MOMENTS.c.at, _MOMENTS.c.mailbox_id)
    .distinct()
    .order_by(_MOMENTS.c.at)
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When something falls due in a mailbox, may be looked for, or its provider's wait ends."""

    at: datetime
    mailbox_id: int


def find_due(connection: sa.Connection, mailbox_id: int, now: datetime) -> FollowUp | None:
    """Return the follow-up of this mailbox that has been due longest, or None."""
    given = {"mailbox": mailbox_id, "now": now}
    row = connection.execute(_FIRST_DUE, given).mappings().one_or_none()
    return read_follow_up(row) if row else None


def find_mailboxes_with_work(connection: sa.Connection, now: datetime) -> list[int]:
    """Return the ids of the mailboxes that have a due follow-up or an attempt to be settled."""
    return sorted(connection.scalars(_WITH_WORK, {"now": now}))


def list_coming(
    connection: sa.Connection, now: datetime, *, until: datetime, most: int
) -> list[Moment]:
    """Return the next moments after `now` and up to `until`, the earliest first, `most` of them."""
    rows = connection.execute(_COMING, {"now": now, "until": until, "most": most})
    return [Moment(at, mailbox_id) for at, mailbox_id in rows]
