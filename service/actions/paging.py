"""Lists what is stored page by page, for programs: each goes on from the id the last one ended.

An id never changes and is never given twice, so that nothing is missed or told twice while one
turns the pages, whatever is added meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy as sa

from service import interviews, outbox
from service.actions.office import Office, id_of
from service.outbox import Listed
from service.records import Candidate, Interview
from service.schema import events, follow_ups
from service.schema import interviews as interviews_table
from service.states import State

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of a list. `next_id` is where the next page begins, None at the end."""

    items: tuple[Item, ...]
    next_id: int | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the candidate's, with what it happened to."""

    id: int
    at: datetime
    interview_id: int | None
    follow_up_id: int | None
    action: str
    from_state: str | None
    to_state: str | None
    by: str
    reason: str


def list_follow_ups(
    office: Office,
    candidate: Candidate,
    *,
    states: Collection[State],
    interview_id: int | None,
    before: int | None,
    limit: int,
) -> Page[Listed]:
    """Return the candidate's follow-ups, the one that was stored last first."""
    columns = follow_ups.c
    query = sa.select(columns.id).where(columns.candidate_id == id_of(candidate))
    if states:
        query = query.where(columns.state.in_(states))
    if interview_id is not None:
        query = query.where(columns.interview_id == interview_id)
    if before is not None:
        query = query.where(columns.id < before)
    with office.database.read() as connection:
        ids = connection.scalars(query.order_by(columns.id.desc()).limit(limit + 1)).all()
        listed = outbox.list_follow_ups(connection, id_of(candidate), ids=ids[:limit])
    newest_first = sorted(listed, key=lambda each: each.follow_up.id, reverse=True)
    return Page(tuple(newest_first), _next(ids, limit))


def list_interviews(
    office: Office, candidate: Candidate, *, before: int | None, limit: int
) -> Page[Interview]:
    """Return the candidate's interviews, the one that was stored last first."""
    columns = interviews_table.c
    query = sa.select(columns.id).where(columns.candidate_id == id_of(candidate))
    if before is not None:
        query = query.where(columns.id < before)
    with office.database.read() as connection:
        ids = connection.scalars(query.order_by(columns.id.desc()).limit(limit + 1)).all()
        found = tuple(
            interviews.get(connection, each, candidate_id=id_of(candidate)) for each in ids[:limit]
        )
    return Page(found, _next(ids, limit))


def list_events(
    office: Office,
    candidate: Candidate,
    *,
    follow_up_id: int | None,
    after: int | None,
    limit: int,
) -> Page[Happening]:
    """Return what happened to the candidate's mails, oldest first."""
    columns = events.c
    query = sa.select(
        columns.id,
        columns.at,
        columns.interview_id,
        columns.follow_up_id,
        columns.action,
        columns.from_state,
        columns.to_state,
        columns.by,
        columns.reason,
    ).where(columns.candidate_id == id_of(candidate))
    if follow_up_id is not None:
        query = query.where(columns.follow_up_id == follow_up_id)
    if after is not None:
        query = query.where(columns.id > after)
    with office.database.read() as connection:
        rows = connection.execute(query.order_by(columns.id).limit(limit + 1)).all()
    return Page(tuple(Happening(*row) for row in rows[:limit]), _next([r.id for r in rows], limit))


def _next(ids: Sequence[int], limit: int) -> int | None:
    """Return the last id of this page when there is more behind it."""
    return ids[limit - 1] if len(ids) > limit else None
