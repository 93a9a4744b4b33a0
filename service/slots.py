"""The slots of stored interviews: gathers for `timing` what it needs, and asks it.

Alone knows which policy holds for an interview and what a slot was planned from. Functions take the
connection of the caller's transaction and never commit.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import tzdata

from service import interviews, outbox, timing
from service.records import Candidate, FollowUp, Interview, Place, Slot
from service.timing import Choice, Policy, Reader
from service.writing import readers

MINUTES_APART_WHEN_FIXED = 5
"""A panel whose time the user named still gets its mails one after the other (T08)."""

Slots = dict[str, Slot]
"""Slots by `Person.key` of their reader."""


@dataclass(frozen=True, slots=True)
class Planned:
    """When each reader of an interview is written to.

    `choices` are the ways around a rest day (T04), each with a slot for each of `readers` in order.
    `stale` are the keys of those to whom it goes so late that its words may be wrong (T11).
    """

    slots: Slots
    readers: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    stale: frozenset[str] = frozenset()


def plan(
    connection: sa.Connection,
    interview: Interview,
    candidate: Candidate,
    policy: Policy,
    now: datetime,
) -> Planned:
    """Plan the mails of an interview, stored or not.

    Raises:
        BadInput: what is different for this interview contradicts itself.

    """
    desks = _list_readers(interview)
    if not desks:
        return Planned({})
    own = policy.override(interview.overrides)
    basis = find_basis(policy)
    taken = _list_taken(connection, interview, candidate, desks)
    last = max(interview.talks, key=lambda talk: talk.ends_at)
    talk = (last.starts_at, last.ends_at, desks, own)
    planned = timing.plan(*talk, now, user_zone=candidate.zone, taken=taken)
    in_time = timing.plan(*talk, last.ends_at, user_zone=candidate.zone, taken=taken)
    keys = tuple(reader.key for reader in desks)
    return Planned(
        slots={key: replace(slot, basis=basis) for key, slot in zip(keys, planned, strict=True)},
        readers=keys,
        choices=tuple(timing.choices(*talk, now, user_zone=candidate.zone, taken=taken)),
        stale=frozenset(
            desk.key
            for desk, slot, usual in zip(desks, planned, in_time, strict=True)
            if timing.is_stale(usual, desk.place, own, slot.at)
        ),
    )


def fix_all(
    interview: Interview, candidate: Candidate, policy: Policy, now: datetime, moment: datetime
) -> Planned:
    """Plan the mails of an interview for a time that the user named, one after the other (T14).

    Raises:
        BadInput: it is past, or before the interview's end.

    """
    desks = _list_readers(interview)
    return Planned(
        {
            reader.key: _fix(
                interview, reader.place, candidate, policy, now, spread(moment, position)
            )
            for position, reader in enumerate(desks)
        },
        tuple(reader.key for reader in desks),
    )


def fix(
    connection: sa.Connection,
    follow_up: FollowUp,
    candidate: Candidate,
    policy: Policy,
    now: datetime,
    moment: datetime,
) -> Slot:
    """Return the slot of a stored mail at a time that the user named; raises as `fix_all` does."""
    interview, reader = find_reader(connection, follow_up)
    return _fix(interview, reader.place, candidate, policy, now, moment)


def spread(moment: datetime, position: int) -> datetime:
    """Return when the mail at `position` of several goes, whose first goes at `moment`."""
    if position == 0:
        return moment
    # In UTC: added to a wall clock it would be forgotten which of two equal hours is meant.
    apart = timedelta(minutes=MINUTES_APART_WHEN_FIXED * position)
    return (moment.astimezone(UTC) + apart).astimezone(moment.tzinfo)


def plan_missed(
    connection: sa.Connection, follow_up: FollowUp, policy: Policy, now: datetime
) -> Slot | None:
    """Return the slot if it is still to come, else the next one by T11; None when it is stale."""
    slot = follow_up.slot
    if slot is None or slot.at > now:
        return slot
    interview, reader = find_reader(connection, follow_up)
    planned = timing.replan(
        slot,
        reader.place,
        policy.override(interview.overrides),
        now,
        reader.key,
        user_zone=interviews.get_candidate(connection, follow_up.candidate_id).zone,
        others=outbox.list_slots(connection, follow_up),
    )
    return planned and replace(planned, basis=find_basis(policy))


def reconsider(
    connection: sa.Connection, follow_up: FollowUp, policy: Policy, now: datetime
) -> Slot | None:
    """Return the slot of a mail that goes late as settings and data have it now; None when stale.

    It stays where its day and hour are still possible.
    """
    assert follow_up.slot is not None  # noqa: S101 - what has none is not asked about
    interview, reader = find_reader(connection, follow_up)
    slot = timing.reconsider(
        follow_up.slot,
        reader.place,
        policy.override(interview.overrides),
        now,
        reader.key,
        user_zone=interviews.get_candidate(connection, follow_up.candidate_id).zone,
        others=outbox.list_slots(connection, follow_up),
    )
    return slot and replace(slot, basis=find_basis(policy))


def keep_wall(connection: sa.Connection, follow_up: FollowUp, policy: Policy) -> Slot:
    """Return a slot that the user fixed so that its clock shows what it was to show (T12).

    Another instant, should the rules of its zone have changed since it was stored.
    """
    assert follow_up.slot is not None  # noqa: S101 - what has none is not asked about
    slot, wall = follow_up.slot, outbox.find_wall(connection, follow_up.id)
    local = slot.at.astimezone(ZoneInfo(slot.zone))
    if wall is None or wall.replace(tzinfo=None) == local.replace(tzinfo=None):
        return replace(slot, basis=find_basis(policy))
    at = wall.replace(tzinfo=local.tzinfo).astimezone(UTC)
    by = at - slot.at
    return replace(
        slot,
        at=at,
        until=slot.until + by,
        target_at=slot.target_at + by,
        basis=find_basis(policy),
    )


def find_reader(connection: sa.Connection, follow_up: FollowUp) -> tuple[Interview, Reader]:
    """Return the interview of a stored mail, and where its reader is."""
    interview = interviews.get(
        connection, follow_up.interview_id, candidate_id=follow_up.candidate_id
    )
    person = next(each for each in interview.people if each.id == follow_up.person_id)
    return interview, Reader(person.key, interviews.place_of(interview, person))


@lru_cache(maxsize=16)
def find_basis(policy: Policy) -> str:
    """Return what tells slots apart that were planned from other settings or data.

    Three words: a digest of the settings, the version of the holidays, that of the zones.
    """
    settings = (
        policy.earliest.isoformat(),
        policy.rest_days,
        *sorted(day.isoformat() for day in policy.days_off),
        "/",
        *sorted(day.isoformat() for day in policy.working_days),
    )
    digest = hashlib.sha256("\n".join(settings).encode()).hexdigest()[:12]
    return f"settings-{digest} holidays-{version('holidays')} zones-{tzdata.IANA_VERSION}"


def _list_readers(interview: Interview) -> list[Reader]:
    return [
        Reader(each.reader.key, interviews.place_of(interview, each.reader))
        for each in readers.route(interview).readers
    ]


def _list_taken(
    connection: sa.Connection, interview: Interview, candidate: Candidate, desks: list[Reader]
) -> list[datetime]:
    if candidate.id is None:
        return []
    keys = [reader.key for reader in desks]
    return outbox.list_slots_before(connection, candidate.id, keys, interview_id=interview.id)


def _fix(
    interview: Interview,
    place: Place,
    candidate: Candidate,
    policy: Policy,
    now: datetime,
    moment: datetime,
) -> Slot:
    slot = timing.fix(
        moment,
        place,
        policy.override(interview.overrides),
        now,
        interview.ends_at,
        user_zone=candidate.zone,
    )
    return replace(slot, basis=find_basis(policy))
