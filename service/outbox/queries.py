"""What is due, what is next, and what stands where. Reads only."""

from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from service.errors import NotFound
from service.outbox.rows import read_follow_up
from service.records import FollowUp
from service.schema import attempts, events, follow_ups, interviews, mailboxes, talks
from service.states import State


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a follow-up's history."""

    at: datetime
    action: str
    from_state: str | None
    to_state: str | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A follow-up with what a list shows beside it."""

    follow_up: FollowUp
    company: str
    role: str
    mailbox: str | None
    city: str | None
    """Where the reader is, as the user said it."""
    over_at: datetime
    """When the interview's last talk ends."""


def get(
    connection: sa.Connection, follow_up_id: int, *, candidate_id: int | None = None
) -> FollowUp:
    """Return one follow-up.

    Raises:
        NotFound: there is none, or it belongs to another candidate.

    """
    query = sa.select(follow_ups).where(follow_ups.c.id == follow_up_id)
    if candidate_id is not None:
        query = query.where(follow_ups.c.candidate_id == candidate_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no mail f{follow_up_id}.", "callback list --all")
    return read_follow_up(row)


def find_due(connection: sa.Connection, mailbox_id: int, now: datetime) -> FollowUp | None:
    """Return the follow-up of this mailbox that has been due longest, or None."""
    row = (
        connection.execute(
            sa.select(follow_ups)
            .join(mailboxes, mailboxes.c.id == follow_ups.c.mailbox_id)
            .where(
                follow_ups.c.state == State.SCHEDULED,
                follow_ups.c.mailbox_id == mailbox_id,
                follow_ups.c.due_at <= now,
                mailboxes.c.disconnected_at.is_(None),
            )
            .order_by(follow_ups.c.due_at)
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return read_follow_up(row) if row else None


def list_scheduled(connection: sa.Connection, mailbox_id: int) -> list[FollowUp]:
    """Return every scheduled follow-up of a mailbox."""
    rows = connection.execute(
        sa.select(follow_ups).where(
            follow_ups.c.state == State.SCHEDULED, follow_ups.c.mailbox_id == mailbox_id
        )
    ).mappings()
    return [read_follow_up(row) for row in rows]


def find_mailboxes_with_work(connection: sa.Connection, now: datetime) -> list[int]:
    """Return the ids of the mailboxes that have a due follow-up or an attempt to be settled."""
    due = (
        sa.select(follow_ups.c.mailbox_id)
        .join(mailboxes, mailboxes.c.id == follow_ups.c.mailbox_id)
        .where(
            follow_ups.c.state == State.SCHEDULED,
            follow_ups.c.due_at <= now,
            mailboxes.c.signed_out_at.is_(None),
            mailboxes.c.disconnected_at.is_(None),
            sa.or_(mailboxes.c.blocked_until.is_(None), mailboxes.c.blocked_until <= now),
        )
    )
    open_attempts = (
        sa.select(attempts.c.mailbox_id)
        .join(mailboxes, mailboxes.c.id == attempts.c.mailbox_id)
        .where(
            attempts.c.ended_at.is_(None),
            sa.or_(
                attempts.c.next_look_at.is_(None),
                # What was looked for once waits for a sign-in where there is none.
                sa.and_(attempts.c.next_look_at <= now, mailboxes.c.signed_out_at.is_(None)),
            ),
        )
    )
    return sorted(connection.scalars(sa.union(due, open_attempts)))


def find_next_wake(connection: sa.Connection, now: datetime) -> datetime | None:
    """Return the next moment after `now` at which something is due or to be looked at."""
    next_due = sa.select(sa.func.min(follow_ups.c.due_at)).where(
        follow_ups.c.state == State.SCHEDULED, follow_ups.c.due_at > now
    )
    next_look = (
        sa.select(sa.func.min(attempts.c.next_look_at))
        .join(mailboxes, mailboxes.c.id == attempts.c.mailbox_id)
        .where(
            attempts.c.ended_at.is_(None),
            attempts.c.next_look_at > now,
            mailboxes.c.signed_out_at.is_(None),
        )
    )
    unblocked = sa.select(sa.func.min(mailboxes.c.blocked_until)).where(
        mailboxes.c.blocked_until > now
    )
    found = [connection.scalar(query) for query in (next_due, next_look, unblocked)]
    return min((moment for moment in found if moment is not None), default=None)


def list_follow_ups(
    connection: sa.Connection, candidate_id: int, *, interview_id: int | None = None
) -> list[Listed]:
    """Return the candidate's follow-ups by the time they go out, those without a slot last."""
    over = (
        sa.select(talks.c.interview_id, sa.func.max(talks.c.ends_at).label("over_at"))
        .group_by(talks.c.interview_id)
        .subquery()
    )
    query = (
        sa.select(
            follow_ups,
            interviews.c.company.label("company"),
            interviews.c.role.label("role"),
            interviews.c.city.label("city"),
            mailboxes.c.address.label("mailbox_address"),
            over.c.over_at,
        )
        .join(over, over.c.interview_id == follow_ups.c.interview_id)
        .join(interviews, interviews.c.id == follow_ups.c.interview_id)
        .outerjoin(mailboxes, mailboxes.c.id == follow_ups.c.mailbox_id)
        .where(follow_ups.c.candidate_id == candidate_id)
        .order_by(follow_ups.c.slot_at.is_(None), follow_ups.c.slot_at, follow_ups.c.id)
    )
    if interview_id is not None:
        query = query.where(follow_ups.c.interview_id == interview_id)
    return [
        Listed(
            read_follow_up(row),
            row["company"],
            row["role"],
            row["mailbox_address"],
            row["city"],
            row["over_at"],
        )
        for row in connection.execute(query).mappings()
    ]


@dataclass(frozen=True, slots=True)
class Note:
    """What one reader was written, or is to be written, about one interview with a company."""

    follow_up_id: int
    interview_id: int
    reader_key: str
    to_name: str
    day: date
    body: str = field(repr=False)


def list_notes(connection: sa.Connection, candidate_id: int, company_key: str) -> list[Note]:
    """Return every text of this candidate for people of a company, stopped ones left out."""
    columns = follow_ups.c
    rows = connection.execute(
        sa.select(
            columns.id,
            columns.interview_id,
            columns.reader_key,
            columns.to_name,
            columns.day,
            columns.body,
        )
        .where(
            columns.candidate_id == candidate_id,
            columns.company_key == company_key,
            columns.state != State.STOPPED,
            columns.body != "",
        )
        .order_by(columns.day, columns.id)
    )
    return [Note(*row) for row in rows]


def list_slots(connection: sa.Connection, follow_up: FollowUp) -> list[datetime]:
    """Return when the other mails of the same interview go or went, for keeping a distance."""
    return list(
        connection.scalars(
            sa.select(follow_ups.c.slot_at).where(
                follow_ups.c.interview_id == follow_up.interview_id,
                follow_ups.c.id != follow_up.id,
                follow_ups.c.slot_at.is_not(None),
                follow_ups.c.state != State.STOPPED,
            )
        )
    )


def list_events(connection: sa.Connection, follow_up_id: int) -> list[Event]:
    """Return the history of one follow-up, oldest first."""
    rows = connection.execute(
        sa.select(events).where(events.c.follow_up_id == follow_up_id).order_by(events.c.id)
    ).mappings()
    return [
        Event(
            row["at"], row["action"], row["from_state"], row["to_state"], row["by"], row["reason"]
        )
        for row in rows
    ]


def count_states(connection: sa.Connection, candidate_id: int) -> dict[str, int]:
    """Return how many follow-ups stand in each state."""
    rows = connection.execute(
        sa.select(follow_ups.c.state, sa.func.count())
        .where(follow_ups.c.candidate_id == candidate_id)
        .group_by(follow_ups.c.state)
    )
    return {str(state): int(count) for state, count in rows}
