"""Stores and reads candidates, and interviews with their talks and people.

Functions take the connection of the caller's transaction and never commit. Nothing is read or
compared across candidates.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import overrides, threads
from service.errors import NotFound
from service.records import Candidate, Interview, Kind, Person, Place, Talk
from service.schema import candidates, follow_ups, interviews, mailboxes, people, talks
from service.states import WaitingFor

# Asked for every interview that is stored, and built once: to build one takes longer than to ask.
_INTERVIEW: sa.BindParameter[int] = sa.bindparam("interview")
_CANDIDATE: sa.BindParameter[int] = sa.bindparam("candidate")
_ONE = (
    sa.select(interviews, mailboxes.c.address.label("mailbox_address"))
    .outerjoin(
        mailboxes,
        (mailboxes.c.id == interviews.c.mailbox_id) & mailboxes.c.disconnected_at.is_(None),
    )
    .where(interviews.c.id == _INTERVIEW, interviews.c.candidate_id == _CANDIDATE)
)
_TALKS = sa.select(talks).where(talks.c.interview_id == _INTERVIEW).order_by(talks.c.starts_at)
_PEOPLE = sa.select(people).where(people.c.interview_id == _INTERVIEW).order_by(people.c.position)
_SAME_DAY = sa.select(interviews.c.id).where(
    interviews.c.candidate_id == _CANDIDATE,
    interviews.c.company_key == sa.bindparam("company"),
    interviews.c.day == sa.bindparam("day"),
)
_SAME_PEOPLE = (
    sa.select(talks.c.interview_id)
    .join(people, people.c.interview_id == talks.c.interview_id)
    .where(
        talks.c.candidate_id == _CANDIDATE,
        talks.c.starts_at.in_(sa.bindparam("moments", expanding=True)),
        sa.func.lower(people.c.address).in_(sa.bindparam("addresses", expanding=True)),
    )
    .limit(1)
)
_ADD = sa.insert(interviews).returning(interviews.c.id)
_ADD_TO = {table: sa.insert(table) for table in (talks, people)}

_WAITING_FOR_THE_USER = (WaitingFor.WORDS, WaitingFor.INTERVIEW, WaitingFor.ADDRESS)


def fold(text: str) -> str:
    """Return `text` as it is compared: no case, no doubled blanks, no accents' variants."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def place_of(interview: Interview, person: Person) -> Place:
    """Return where `person` reads: their own place, the interview's, else its zone alone."""
    return person.place or interview.place or Place(zone=interview.zone)


def find_candidate(connection: sa.Connection) -> Candidate | None:
    """Return the one candidate of a private installation, or None before first use."""
    found = connection.execute(sa.select(candidates).order_by(candidates.c.id).limit(1))
    row = found.mappings().one_or_none()
    return _read_candidate(row) if row else None


def get_candidate(connection: sa.Connection, candidate_id: int) -> Candidate:
    """Return the candidate to whom a stored row belongs."""
    found = connection.execute(sa.select(candidates).where(candidates.c.id == candidate_id))
    return _read_candidate(found.mappings().one())


def _read_candidate(row: sa.RowMapping) -> Candidate:
    return Candidate(
        id=row["id"],
        name=row["name"],
        zone=row["zone"],
        language=row["language"],
        signature=tuple(row["signature"]),
    )


def save_candidate(connection: sa.Connection, candidate: Candidate, *, at: datetime) -> Candidate:
    """Store a new candidate, or the changed name, zone, language and signature of a known one."""
    values = {
        "name": candidate.name,
        "zone": candidate.zone,
        "language": candidate.language,
        "signature": list(candidate.signature),
    }
    if candidate.id is not None:
        connection.execute(
            sa.update(candidates).where(candidates.c.id == candidate.id).values(values)
        )
        return candidate
    statement = sa.insert(candidates).values(created_at=at, **values).returning(candidates.c.id)
    return replace(candidate, id=connection.execute(statement).scalar_one())


def find_same(
    connection: sa.Connection, candidate_id: int, interview: Interview
) -> Interview | None:
    """Return the stored interview that `interview` is about again, by design's rule of identity.

    The same calendar event; else the same company and day; else a talk at the same moment with
    somebody in common, however the company was spelt: that, too, would be a second mail.
    """
    for talk in interview.talks:
        if talk.calendar_uid is None:
            continue
        interview_id = connection.scalar(
            sa.select(talks.c.interview_id).where(
                talks.c.candidate_id == candidate_id,
                talks.c.calendar_uid == talk.calendar_uid,
                talks.c.recurrence_id == (talk.recurrence_id or ""),
            )
        )
        if interview_id is not None:
            return get(connection, interview_id, candidate_id=candidate_id)
    about = {"candidate": candidate_id, "company": fold(interview.company), "day": interview.day}
    interview_id = connection.scalar(_SAME_DAY, about)
    interview_id = interview_id or _find_by_people(connection, candidate_id, interview)
    if interview_id is None:
        return None
    return get(connection, interview_id, candidate_id=candidate_id)


def _find_by_people(
    connection: sa.Connection, candidate_id: int, interview: Interview
) -> int | None:
    addresses = [person.address.casefold() for person in interview.people if person.address]
    given = {
        "candidate": candidate_id,
        "moments": [talk.starts_at for talk in interview.talks],
        "addresses": addresses,
    }
    found: int | None = connection.scalar(_SAME_PEOPLE, given)
    return found


def find_place(connection: sa.Connection, candidate_id: int, company: str) -> Place | None:
    """Return where this company's readers were said to be the last time, or None."""
    row = (
        connection.execute(
            sa.select(interviews)
            .where(
                interviews.c.candidate_id == candidate_id,
                interviews.c.company_key == fold(company),
                interviews.c.zone.is_not(None),
            )
            .order_by(interviews.c.day.desc(), interviews.c.id.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return _read_place(row) if row else None


def list_invited_as(connection: sa.Connection, candidate_id: int) -> frozenset[str]:
    """Return the addresses at which this candidate was invited so far."""
    invited_as = interviews.c.invited_as
    query = sa.select(invited_as).where(
        interviews.c.candidate_id == candidate_id, invited_as.is_not(None)
    )
    return frozenset(connection.scalars(query.distinct()))


def list_companies(connection: sa.Connection, candidate_id: int, *, but: str) -> list[str]:
    """Return the companies of this candidate's interviews, but the one with this folded name."""
    return list(
        connection.scalars(
            sa.select(interviews.c.company)
            .where(interviews.c.candidate_id == candidate_id, interviews.c.company_key != but)
            .distinct()
            .order_by(interviews.c.company)
        )
    )


def find_by_uid(
    connection: sa.Connection, candidate_id: int, uid: str, recurrence_id: str | None
) -> Interview | None:
    """Return the interview that this invitation made, or None."""
    interview_id = connection.scalar(
        sa.select(talks.c.interview_id).where(
            talks.c.candidate_id == candidate_id,
            talks.c.calendar_uid == uid,
            talks.c.recurrence_id == (recurrence_id or ""),
        )
    )
    return get(connection, interview_id, candidate_id=candidate_id) if interview_id else None


def get(connection: sa.Connection, interview_id: int, *, candidate_id: int) -> Interview:
    """Return one interview with its talks and people.

    Raises:
        NotFound: there is none, or it belongs to another candidate.

    """
    given = {"interview": interview_id, "candidate": candidate_id}
    row = connection.execute(_ONE, given).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no interview i{interview_id}.", "callback list --all")
    return Interview(
        id=row["id"],
        company=row["company"],
        company_short=row["company_short"],
        role=row["role"],
        agency=row["agency"],
        place=_read_place(row),
        reasons=row["reasons"],
        language=row["language"],
        took_place=row["took_place"],
        invited_as=row["invited_as"],
        mailbox=row["mailbox_address"],
        overrides=overrides.read(row["policy"]),
        talks=tuple(_read_talks(connection, interview_id)),
        people=tuple(_read_people(connection, interview_id)),
    )


def list_waiting(connection: sa.Connection, candidate_id: int) -> list[Interview]:
    """Return the interviews that wait for the user's word or words, oldest first."""
    waits = sa.exists().where(
        follow_ups.c.interview_id == interviews.c.id,
        follow_ups.c.waiting_for.in_(_WAITING_FOR_THE_USER),
    )
    ids = connection.scalars(
        sa.select(interviews.c.id)
        .where(
            interviews.c.candidate_id == candidate_id,
            sa.or_(interviews.c.took_place.is_(None), waits),
        )
        .order_by(interviews.c.day, interviews.c.id)
    ).all()
    return [get(connection, interview_id, candidate_id=candidate_id) for interview_id in ids]


def save(
    connection: sa.Connection,
    candidate_id: int,
    interview: Interview,
    *,
    mailbox_id: int | None,
    at: datetime,
) -> Interview:
    """Store a new interview, or what has changed of a stored one; return it with its ids.

    People and talks are matched by their ids; those without one are added. Nothing is removed.
    """
    place = interview.place
    values: dict[str, Any] = {
        "company": interview.company,
        "company_key": fold(interview.company),
        "company_short": interview.company_short,
        "role": interview.role,
        "agency": interview.agency,
        **_place_values(place),
        "language": interview.language,
        "reasons": interview.reasons,
        "day": interview.day,
        "took_place": interview.took_place,
        "invited_as": interview.invited_as,
        "mailbox_id": mailbox_id,
        "policy": overrides.write(interview.overrides),
    }
    if interview.id is None:
        own = {"candidate_id": candidate_id, "created_at": at, **values}
        interview_id = connection.execute(_ADD, own).scalar_one()
    else:
        interview_id = interview.id
        connection.execute(
            sa.update(interviews).where(interviews.c.id == interview_id).values(values)
        )
    stored = replace(interview, id=interview_id)
    save_talks(connection, candidate_id, stored)
    save_people(connection, stored)
    return get(connection, interview_id, candidate_id=candidate_id)


def note_took_place(connection: sa.Connection, interview_id: int, *, took_place: bool) -> None:
    """Note the user's word whether it took place."""
    connection.execute(
        sa.update(interviews).where(interviews.c.id == interview_id).values(took_place=took_place)
    )


def save_people(connection: sa.Connection, interview: Interview) -> None:
    """Store what has changed of the people of a stored interview; those without an id are added."""
    rows = [
        (person.id, {"interview_id": interview.id, "position": position, **_person_values(person)})
        for position, person in enumerate(interview.people)
    ]
    _save_rows(connection, people, rows)


def save_talks(connection: sa.Connection, candidate_id: int, interview: Interview) -> None:
    """Store what has changed of the talks of a stored interview; those without an id are added."""
    of = {"interview_id": interview.id, "candidate_id": candidate_id}
    rows = [(talk.id, {**of, **_talk_values(talk)}) for talk in interview.talks]
    _save_rows(connection, talks, rows)


def _save_rows(
    connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[int | None, dict[str, Any]]]
) -> None:
    """Add the rows without an id, all at once, and change the others."""
    new = [values for row_id, values in rows if row_id is None]
    if new:
        connection.execute(_ADD_TO[table], new)
    for row_id, values in rows:
        if row_id is not None:
            connection.execute(sa.update(table).where(table.c.id == row_id).values(values))


def _talk_values(talk: Talk) -> dict[str, Any]:
    return {
        "starts_at": talk.starts_at,
        "ends_at": talk.ends_at,
        "zone": talk.zone,
        "title": talk.title,
        "calendar_uid": talk.calendar_uid,
        "recurrence_id": talk.recurrence_id or "",
        "sequence": talk.sequence,
    }


def _person_values(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "address": person.address,
        "kind": person.kind,
        "is_met": person.is_met,
        "is_direct": person.is_direct,
        "passed_on_by": person.passed_on_by,
        "line": person.line,
        "reasons": person.reasons or None,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "form_of_address": person.form_of_address,
        "title": person.title,
        "language": person.language,
        **_place_values(person.place),
        "subject": person.subject,
        "body": person.body,
        "thread": threads.write(person.thread),
        "note": person.note,
    }


def _read_talks(connection: sa.Connection, interview_id: int) -> list[Talk]:
    rows = connection.execute(_TALKS, {"interview": interview_id}).mappings()
    return [
        Talk(
            id=row["id"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            zone=row["zone"],
            title=row["title"],
            calendar_uid=row["calendar_uid"],
            recurrence_id=row["recurrence_id"] or None,
            sequence=row["sequence"],
        )
        for row in rows
    ]


def _read_people(connection: sa.Connection, interview_id: int) -> list[Person]:
    rows = connection.execute(_PEOPLE, {"interview": interview_id}).mappings()
    return [
        Person(
            id=row["id"],
            name=row["name"],
            address=row["address"],
            kind=Kind(row["kind"]),
            is_met=row["is_met"],
            is_direct=row["is_direct"],
            passed_on_by=row["passed_on_by"],
            line=row["line"],
            reasons=row["reasons"] or "",
            given_name=row["given_name"],
            family_name=row["family_name"],
            form_of_address=row["form_of_address"],
            title=row["title"],
            language=row["language"],
            place=_read_place(row),
            subject=row["subject"],
            body=row["body"],
            thread=threads.read(row["thread"]),
            note=row["note"],
        )
        for row in rows
    ]


def _place_values(place: Place | None) -> dict[str, str | None]:
    return {
        "city": place.city if place else None,
        "zone": place.zone if place else None,
        "country": place.country if place else None,
        "subdivision": place.subdivision if place else None,
    }


def _read_place(row: sa.RowMapping) -> Place | None:
    if row["zone"] is None:
        return None
    return Place(
        zone=row["zone"],
        city=row["city"],
        country=row["country"],
        subdivision=row["subdivision"],
    )
