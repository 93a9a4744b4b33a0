"""What an operator sees of all candidates: states, counts and times. No text, name or address.

Read in one short transaction, each part from an index, however many mails are stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service import heartbeats
from service.actions import looking
from service.actions.office import Office
from service.heartbeats import Heartbeat
from service.schema import UtcDateTime, candidates, follow_ups, mailboxes, notices
from service.states import State, WaitingFor

OVERDUE = timedelta(minutes=5)
"""How long a mail may be due in a mailbox that can send, before an operator should look."""

_NOW = sa.bindparam("now", type_=UtcDateTime())

_COUNTS = sa.select(
    follow_ups.c.candidate_id, follow_ups.c.state, follow_ups.c.waiting_for, sa.func.count()
).group_by(follow_ups.c.candidate_id, follow_ups.c.state, follow_ups.c.waiting_for)

_DUE = (
    sa.select(
        mailboxes.c.candidate_id,
        mailboxes.c.id.label("mailbox_id"),
        sa.func.count().label("number"),
        sa.func.min(follow_ups.c.due_at).label("oldest_at"),
    )
    .join(follow_ups, follow_ups.c.mailbox_id == mailboxes.c.id)
    .where(follow_ups.c.state == State.SCHEDULED, follow_ups.c.due_at <= _NOW)
    .group_by(mailboxes.c.candidate_id, mailboxes.c.id)
)

_MAILBOXES = (
    sa.select(
        mailboxes.c.id,
        mailboxes.c.candidate_id,
        mailboxes.c.provider,
        mailboxes.c.access,
        mailboxes.c.signed_out_at,
        mailboxes.c.blocked_until,
    )
    .where(mailboxes.c.disconnected_at.is_(None))
    .order_by(mailboxes.c.id)
)

_UNTOLD = sa.select(sa.func.count()).where(
    notices.c.told_at.is_(None), notices.c.settled_at.is_(None), notices.c.tries > 0
)


class Health(StrEnum):
    """Whether a mailbox can send."""

    SIGNED_IN = "signed-in"
    """It can."""
    BLOCKED = "blocked"
    """Its provider asked to wait, and that time has not come."""
    SIGNED_OUT = "signed-out"
    """Its sign-in has ended: only the user can renew it."""


class Concern(StrEnum):
    """What needs somebody's attention."""

    NOT_RUNNING = "not-running"
    """No service runs that would send."""
    NOT_LOOKING = "not-looking"
    """A service says that it lives, and no longer looks for what is due."""
    SIGNED_OUT = "signed-out"
    """A mailbox is signed out: its candidate has to sign in again."""
    BLOCKED = "blocked"
    """Mails are due in a mailbox whose provider asked to wait."""
    OVERDUE = "overdue"
    """Mails have been due for more than five minutes in a mailbox that can send."""
    UNCONFIRMED = "unconfirmed"
    """Nobody can tell whether these mails went: their candidate has to say."""
    FAILED = "failed"
    """These mails were refused for good: their candidate has to decide."""
    UNTOLD = "untold"
    """Notices that no channel has taken yet: somebody does not hear of what needs them."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is due and has not gone."""

    count: int = 0
    oldest_at: datetime | None = None

    def __add__(self, other: "Due") -> "Due":
        moments = [each.oldest_at for each in (self, other) if each.oldest_at is not None]
        return Due(self.count + other.count, min(moments, default=None))

    def overdue_seconds(self, now: datetime) -> float:
        """Return for how long the oldest has been due; 0 when nothing is."""
        return (now - self.oldest_at).total_seconds() if self.oldest_at else 0.0


@dataclass(frozen=True, slots=True)
class SeenMailbox:
    """A connected mailbox, without its address."""

    id: int
    candidate_id: int
    provider: str
    access: str
    health: Health
    signed_out_at: datetime | None
    blocked_until: datetime | None
    due: Due


@dataclass(frozen=True, slots=True)
class SeenService:
    """A service that was heard of lately."""

    heartbeat: Heartbeat
    is_running: bool
    is_looking: bool


@dataclass(slots=True)
class Standing:
    """How many mails stand where; those of one candidate, or of all."""

    states: dict[State, int] = field(default_factory=dict)
    waiting: dict[WaitingFor, int] = field(default_factory=dict)
    due: Due = Due()

    def add(self, state: State, waiting_for: WaitingFor | None, count: int) -> None:
        """Count mails of one state."""
        self.states[state] = self.states.get(state, 0) + count
        if waiting_for is not None:
            self.waiting[waiting_for] = self.waiting.get(waiting_for, 0) + count


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that somebody should look at; `count` is how many mails, or notices."""

    concern: Concern
    candidate_id: int | None = None
    mailbox_id: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """How everything stands at one moment of the service's clock."""

    now: datetime
    services: tuple[SeenService, ...]
    total: Standing
    candidates: dict[int, Standing]
    mailboxes: tuple[SeenMailbox, ...]
    untold: int

    @property
    def attention(self) -> list[Attention]:
        """What needs somebody, the most general first."""
        return list(_find_concerns(self))


def oversee(office: Office) -> Overview:
    """Return how everything stands.

    Raises:
        StorageUnusable: the database cannot be read now.

    """
    now = office.now()
    with office.database.read() as connection:
        words = heartbeats.list_services(connection)
        ids = connection.scalars(sa.select(candidates.c.id).order_by(candidates.c.id)).all()
        counts = connection.execute(_COUNTS).all()
        due = [
            (row.candidate_id, row.mailbox_id, Due(row.number, row.oldest_at))
            for row in connection.execute(_DUE, {"now": now})
        ]
        rows = connection.execute(_MAILBOXES).all()
        untold = connection.scalar(_UNTOLD) or 0
    total, standings = Standing(), {each: Standing() for each in ids}
    in_mailbox: dict[int, Due] = {}
    for candidate_id, mailbox_id, number in due:
        total.due += number
        standings[candidate_id].due += number
        in_mailbox[mailbox_id] = number
    for candidate_id, state, waiting_for, count in counts:
        found = State(state), WaitingFor(waiting_for) if waiting_for else None, count
        total.add(*found)
        standings[candidate_id].add(*found)
    return Overview(
        now=now,
        services=tuple(_see_service(office, each) for each in words),
        total=total,
        candidates=standings,
        mailboxes=tuple(_see_mailbox(row, now, in_mailbox.get(row.id, Due())) for row in rows),
        untold=untold,
    )


def _see_service(office: Office, word: Heartbeat) -> SeenService:
    is_running = looking.is_alive(office, word)
    return SeenService(word, is_running, is_running and word.is_looking)


def _see_mailbox(
    row: Any,
    now: datetime,
    due: Due,
) -> SeenMailbox:
    health = Health.SIGNED_IN
    if row.signed_out_at is not None:
        health = Health.SIGNED_OUT
    elif row.blocked_until is not None and row.blocked_until > now:
        health = Health.BLOCKED
    return SeenMailbox(
        id=row.id,
        candidate_id=row.candidate_id,
        provider=row.provider,
        access=row.access,
        health=health,
        signed_out_at=row.signed_out_at,
        blocked_until=row.blocked_until,
        due=due,
    )


def _find_concerns(seen: Overview) -> Iterator[Attention]:
    if not any(each.is_running for each in seen.services):
        yield Attention(Concern.NOT_RUNNING)
    for service in seen.services:
        if service.is_running and not service.is_looking:
            yield Attention(Concern.NOT_LOOKING)
    for mailbox in seen.mailboxes:
        concern = _find_concern(mailbox, seen.now)
        if concern is not None:
            yield Attention(concern, mailbox.candidate_id, mailbox.id, mailbox.due.count)
    for candidate_id, standing in seen.candidates.items():
        for state, concern in _LEFT_TO_THEM.items():
            if count := standing.states.get(state):
                yield Attention(concern, candidate_id, count=count)
    if seen.untold:
        yield Attention(Concern.UNTOLD, count=seen.untold)


_LEFT_TO_THEM = {State.UNCONFIRMED: Concern.UNCONFIRMED, State.FAILED: Concern.FAILED}
"""Where nothing happens before the candidate has said something."""


def _find_concern(mailbox: SeenMailbox, now: datetime) -> Concern | None:
    if mailbox.health is Health.SIGNED_OUT:
        return Concern.SIGNED_OUT
    if mailbox.health is Health.BLOCKED:
        return Concern.BLOCKED if mailbox.due.count else None
    return Concern.OVERDUE if mailbox.due.overdue_seconds(now) > OVERDUE.total_seconds() else None
