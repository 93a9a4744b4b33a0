"""What stands where, and how it came there. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import NamedTuple

import sqlalchemy as sa

from service.errors import NotFound
from service.outbox.rows import read_follow_up
from service.records import FollowUp
from service.schema import events, follow_ups, interviews, mailboxes, people, talks
from service.states import State

# Asked for every mail, and built once: to build one takes several times as long as to ask it.
_ONE = sa.select(follow_ups).where(follow_ups.c.id == sa.bindparam("follow_up"))
_OVER = sa.select(sa.func.max(talks.c.ends_at)).where(
    talks.c.interview_id == sa.bindparam("interview")
)
_OVER_OF_MAIL = (
    sa.select(sa.func.max(talks.c.ends_at))
    .where(talks.c.interview_id == follow_ups.c.interview_id)
    .scalar_subquery()
)
_STANDING = sa.select(follow_ups.c.attempt_id, follow_ups.c.stop_asked_at, _OVER_OF_MAIL).where(
    follow_ups.c.id == sa.bindparam("follow_up")
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a follow-up's history."""

    id: int
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
    took_place: bool | None
    """What the user said of the interview, None while they have said nothing."""


def get(
    connection: sa.Connection, follow_up_id: int, *, candidate_id: int | None = None
) -> FollowUp:
    """Return one follow-up.

    Raises:
        NotFound: there is none, or it belongs to another candidate.

    """
    row = connection.execute(_ONE, {"follow_up": follow_up_id}).mappings().one_or_none()
    if row is None or candidate_id not in (None, row["candidate_id"]):
        raise NotFound(f"There is no mail f{follow_up_id}.", "callback list --all")
    return read_follow_up(row)


class Standing(NamedTuple):
    """What decides whether a claimed follow-up may still go."""

    attempt_id: int | None
    """The attempt that holds it."""
    stop_asked_at: datetime | None
    over_at: datetime | None
    """When the last talk of its interview ends; None when it has none."""


def find_standing(connection: sa.Connection, follow_up_id: int) -> Standing:
    """Return what decides whether a claimed follow-up may still go."""
    return Standing(*connection.execute(_STANDING, {"follow_up": follow_up_id}).one())


def list_scheduled(connection: sa.Connection, mailbox_id: int) -> list[FollowUp]:
    """Return every scheduled follow-up of a mailbox."""
    rows = connection.execute(
        sa.select(follow_ups).where(
            follow_ups.c.state == State.SCHEDULED, follow_ups.c.mailbox_id == mailbox_id
        )
    ).mappings()
    return [read_follow_up(row) for row in rows]


def list_unapproved(connection: sa.Connection) -> list[int]:
    """Return what is scheduled, and was not let go by the user or was moved since."""
    unapproved = sa.select(follow_ups.c.id).where(
        follow_ups.c.state == State.SCHEDULED, follow_ups.c.approved_at.is_(None)
    )
    return list(connection.scalars(unapproved.order_by(follow_ups.c.id)))


def list_follow_ups(
    connection: sa.Connection,
    candidate_id: int,
    *,
    interview_id: int | None = None,
    ids: Collection[int] | None = None,
    states: Collection[State] | None = None,
) -> list[Listed]:
    """Return the candidate's follow-ups by the time they go out, those without a slot last.

    All of them, or those of one interview, or those in some states.
    """
    query = (
        sa.select(
            follow_ups,
            interviews.c.company.label("company"),
            interviews.c.role.label("role"),
            interviews.c.took_place.label("took_place"),
            # A person's own place replaces the interview's whole, a city without a name included.
            sa.case((people.c.zone.is_not(None), people.c.city), else_=interviews.c.city).label(
                "city"
            ),
            mailboxes.c.address.label("mailbox_address"),
            _OVER_OF_MAIL.label("over_at"),
        )
        .join(interviews, interviews.c.id == follow_ups.c.interview_id)
        .join(people, people.c.id == follow_ups.c.person_id)
        .outerjoin(
            mailboxes,
            (mailboxes.c.id == follow_ups.c.mailbox_id)
            # Always so; said, it spares looking through everybody's.
            & (mailboxes.c.candidate_id == follow_ups.c.candidate_id),
        )
        .where(follow_ups.c.candidate_id == candidate_id)
        .order_by(follow_ups.c.slot_at.is_(None), follow_ups.c.slot_at, follow_ups.c.id)
    )
    if interview_id is not None:
        query = query.where(follow_ups.c.interview_id == interview_id)
    if ids is not None:
        query = query.where(follow_ups.c.id.in_(ids))
    if states is not None:
        query = query.where(follow_ups.c.state.in_(states))
    return [
        Listed(
            read_follow_up(row),
            row["company"],
            row["role"],
            row["mailbox_address"],
            row["city"],
            row["over_at"],
            row["took_place"],
        )
        for row in connection.execute(query).mappings()
    ]


def get_listed(connection: sa.Connection, follow_up: FollowUp) -> Listed:
    """Return one stored follow-up as a list shows it."""
    listed = list_follow_ups(
        connection, follow_up.candidate_id, interview_id=follow_up.interview_id
    )
    return next(each for each in listed if each.follow_up.id == follow_up.id)


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
    """Return when the mails go or went from which this one keeps a distance.

    Those of the same interview, and whatever else the same reader is written.
    """
    columns = follow_ups.c
    reader = (follow_up.to_address or follow_up.to_name).casefold()
    return list(
        connection.scalars(
            sa.select(columns.slot_at).where(
                columns.candidate_id == follow_up.candidate_id,
                sa.or_(
                    columns.interview_id == follow_up.interview_id, columns.reader_key == reader
                ),
                columns.id != follow_up.id,
                columns.slot_at.is_not(None),
                columns.state != State.STOPPED,
            )
        )
    )


def list_slots_before(
    connection: sa.Connection,
    candidate_id: int,
    reader_keys: Collection[str],
    *,
    interview_id: int | None,
) -> list[datetime]:
    """Return when these readers are written about interviews that were stored before this one.

    Only those: of two interviews one gives way, and each is planned again to the same minute.
    """
    columns = follow_ups.c
    query = sa.select(columns.slot_at).where(
        columns.candidate_id == candidate_id,
        columns.reader_key.in_(reader_keys),
        columns.slot_at.is_not(None),
        columns.state != State.STOPPED,
    )
    if interview_id is not None:
        query = query.where(columns.interview_id < interview_id)
    return list(connection.scalars(query))


def list_planned_otherwise(
    connection: sa.Connection, basis: str, now: datetime
) -> list[tuple[int, int]]:
    """Return candidate and interview of what is to come and was not planned from `basis`."""
    columns, planned_from = follow_ups.c, follow_ups.c.slot_basis
    # As the index says it, and in parts: no index answers "other than".
    to_come = sa.text("follow_ups.state IN ('held', 'scheduled')")
    others = (planned_from.is_(None), planned_from < basis, planned_from > basis)
    each = sa.select(columns.candidate_id, columns.interview_id).where(
        to_come, columns.slot_at > now
    )
    rows = connection.execute(sa.union(*(each.where(other) for other in others)))
    return sorted(
        ((candidate_id, interview_id) for candidate_id, interview_id in rows), key=itemgetter(1)
    )


def find_wall(connection: sa.Connection, follow_up_id: int) -> datetime | None:
    """Return what the reader's clock was to show when this mail goes, as it was when stored."""
    wall = connection.scalar(
        sa.select(follow_ups.c.slot_wall).where(follow_ups.c.id == follow_up_id)
    )
    return datetime.fromisoformat(wall) if wall else None


def find_over_at(connection: sa.Connection, interview_id: int) -> datetime | None:
    """Return when the last talk of an interview ends, None when it has none."""
    over_at: datetime | None = connection.scalar(_OVER, {"interview": interview_id})
    return over_at


def list_events(connection: sa.Connection, follow_up_id: int) -> list[Event]:
    """Return the history of one follow-up, oldest first."""
    rows = connection.execute(
        sa.select(events).where(events.c.follow_up_id == follow_up_id).order_by(events.c.id)
    ).mappings()
    return [_read_event(row) for row in rows]


def list_moved(connection: sa.Connection, candidate_id: int) -> dict[int, Event]:
    """Return by follow-up how the service gave it the time that it has, where the service did.

    Only what is still to go, and only while nobody has moved it again.
    """
    moves = _list_last(
        connection,
        candidate_id,
        events.c.action == "move",
        follow_ups.c.state.in_((State.HELD, State.SCHEDULED)),
    )
    return {follow_up_id: event for follow_up_id, event in moves.items() if event.by == "service"}


def list_arrivals(
    connection: sa.Connection, candidate_id: int, states: Collection[State]
) -> dict[int, Event]:
    """Return by follow-up how it came to where it stands, for those that stand in `states`."""
    return _list_last(
        connection, candidate_id, events.c.to_state.is_not(None), follow_ups.c.state.in_(states)
    )


def _list_last(
    connection: sa.Connection, candidate_id: int, *conditions: sa.ColumnElement[bool]
) -> dict[int, Event]:
    """Return by follow-up the last of its events for which the conditions hold."""
    last = (
        sa.select(sa.func.max(events.c.id).label("id"))
        .join(follow_ups, follow_ups.c.id == events.c.follow_up_id)
        .where(follow_ups.c.candidate_id == candidate_id, *conditions)
        .group_by(events.c.follow_up_id)
        .subquery()
    )
    rows = connection.execute(sa.select(events).join(last, last.c.id == events.c.id)).mappings()
    return {row["follow_up_id"]: _read_event(row) for row in rows}


def _read_event(row: sa.RowMapping) -> Event:
    return Event(
        row["id"],
        row["at"],
        row["action"],
        row["from_state"],
        row["to_state"],
        row["by"],
        row["reason"],
    )


def count_states(connection: sa.Connection, candidate_id: int) -> dict[str, int]:
    """Return how many follow-ups stand in each state."""
    rows = connection.execute(
        sa.select(follow_ups.c.state, sa.func.count())
        .where(follow_ups.c.candidate_id == candidate_id)
        .group_by(follow_ups.c.state)
    )
    return {str(state): int(count) for state, count in rows}
