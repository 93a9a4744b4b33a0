"""Finds few mails among many: what the page shows first, and what was sent, by words and time.

Reads no more than is shown, however much is stored.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service import outbox
from service.actions import looking
from service.actions.looking import Timeline
from service.actions.office import Office, id_of
from service.outbox import Listed
from service.records import Candidate, FollowUp
from service.schema import findings, follow_ups, interviews
from service.states import FINAL, State
from service.writing.findings import Severity

MOST = 100
"""How many mails that are to come are shown at once at most."""

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the page shows first. `findings` counts, by mail, what the user is to look at."""

    timeline: Timeline
    later: int
    """How many more are to come than are shown."""
    findings: dict[int, int]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for among the sent mails; days are those of the user, both included."""

    words: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SentPage:
    """Sent mails, the latest first. `next_before` is the id to go on from, None at the end."""

    mails: tuple[Listed, ...]
    next_before: int | None


def look_ahead(office: Office, candidate: Candidate) -> Ahead:
    """Return what needs the user, what goes out in the coming two weeks, and what went lately."""
    now, zone = office.now(), ZoneInfo(candidate.zone)
    today = now.astimezone(zone).date()
    end = datetime.combine(today + looking.LOOK_AHEAD + timedelta(days=1), time(), zone)
    lately = datetime.combine(today - timedelta(days=1), time(), zone)
    columns = follow_ups.c
    is_open = columns.state.not_in(FINAL)
    mine = columns.candidate_id == id_of(candidate)
    with office.database.read() as connection:
        is_soon = sa.or_(columns.slot_at.is_(None), columns.slot_at < end)
        coming = sa.select(columns.id).where(mine, is_open, is_soon)
        ids = connection.scalars(coming.order_by(columns.slot_at, columns.id).limit(MOST)).all()
        count = connection.scalar(sa.select(sa.func.count()).where(mine, is_open)) or 0
        went = sa.select(columns.id).where(
            mine, columns.state == State.SENT, columns.sent_at >= lately
        )
        sent = connection.scalars(went.order_by(columns.sent_at.desc()).limit(_SHOWN)).all()
        listed = outbox.list_follow_ups(connection, id_of(candidate), ids=[*ids, *sent])
        found = _count_findings(connection, ids)
    return Ahead(looking.look_ahead(listed, candidate.zone, now), count - len(ids), found)


def has_mails(office: Office, candidate: Candidate) -> bool:
    """Whether the candidate has any mail at all."""
    with office.database.read() as connection:
        query = sa.select(follow_ups.c.id).where(follow_ups.c.candidate_id == id_of(candidate))
        return connection.scalar(query.limit(1)) is not None


def search_sent(
    office: Office, candidate: Candidate, search: Search, *, before: int | None = None
) -> SentPage:
    """Return sent mails in which each word is in the name, address, company, role or subject."""
    columns, zone = follow_ups.c, ZoneInfo(candidate.zone)
    query = (
        sa.select(columns.id, columns.sent_at)
        .join(interviews, interviews.c.id == columns.interview_id)
        .where(columns.candidate_id == id_of(candidate), columns.state == State.SENT)
    )
    for word in search.words.split():
        fields = (
            columns.to_name,
            columns.to_address,
            interviews.c.company,
            interviews.c.role,
            columns.subject,
        )
        query = query.where(sa.or_(*(each.icontains(word, autoescape=True) for each in fields)))
    if search.since is not None:
        query = query.where(columns.sent_at >= datetime.combine(search.since, time(), zone))
    if search.until is not None:
        after = datetime.combine(search.until + timedelta(days=1), time(), zone)
        query = query.where(columns.sent_at < after)
    with office.database.read() as connection:
        if before is not None:
            last = outbox.get(connection, before, candidate_id=id_of(candidate))
            query = query.where(
                sa.tuple_(columns.sent_at, columns.id) < sa.tuple_(last.sent_at, last.id)
            )
        query = query.order_by(columns.sent_at.desc(), columns.id.desc()).limit(_SHOWN + 1)
        ids = [row.id for row in connection.execute(query)]
        shown = ids[:_SHOWN]
        listed = outbox.list_follow_ups(connection, id_of(candidate), ids=shown)
    by_id = {each.follow_up.id: each for each in listed}
    mails = tuple(by_id[each] for each in shown)
    return SentPage(mails, shown[-1] if len(ids) > _SHOWN else None)


def find_sent_id(office: Office, follow_up: FollowUp) -> str:
    """Return what the provider, or the mail itself, calls what was sent; empty where unknown."""
    with office.database.read() as connection:
        attempts = outbox.list_attempts(connection, follow_up.id)
    known = (each.sent_id or each.message_id or "" for each in reversed(attempts))
    return next(filter(None, known), "")


def _count_findings(connection: sa.Connection, ids: Collection[int]) -> dict[int, int]:
    query = (
        sa.select(findings.c.follow_up_id, sa.func.count())
        .where(
            findings.c.follow_up_id.in_(ids),
            findings.c.accepted_at.is_(None),
            findings.c.severity != Severity.HINT,
        )
        .group_by(findings.c.follow_up_id)
    )
    return {int(follow_up_id): int(count) for follow_up_id, count in connection.execute(query)}
