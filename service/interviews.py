"""Stores and reads candidates, and interviews with their talks and people.

Functions take the connection of the caller's transaction and never commit. Nothing is read or
compared across candidates.
"""

import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import overrides, threads
from service.errors import NotFound
from service.records import Candidate, Interview, Kind, Person, Place, Talk
from service.schema import candidates, follow_ups, interviews, mailboxes, people, talks
from service.states import WaitingFor

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
    interview_id = connection.scalar(
        sa.select(interviews.c.id).where(
            interviews.c.candidate_id == candidate_id,
            interviews.c.company_key == fold(interview.company),
            interviews.c.day == interview.day,
        )
    )
    interview_id = interview_id or _find_by_people(connection, candidate_id, interview)
    if interview_id is None:
        return None
    return get(connection, interview_id, candidate_id=candidate_id)


def _find_by_people(
    connection: sa.Connection, candidate_id: int, interview: Interview
) -> int | None:
    addresses = [person.address.casefold() for person in interview.people if person.address]
    found: int | None = connection.scalar(
        sa.select(talks.c.interview_id)
        .join(people, people.c.interview_id == talks.c.interview_id)
        .where(
            talks.c.candidate_id == candidate_id,
            talks.c.starts_at.in_([talk.starts_at for talk in interview.talks]),
            sa.func.lower(people.c.address).in_(addresses),
        )
        .limit(1)
    )
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
    row = (
        connection.execute(
            sa.select(interviews, mailboxes.c.address.label("mailbox_address"))
            .outerjoin(
                mailboxes,
                (mailboxes.c.id == interviews.c.mailbox_id) & mailboxes.c.disconnected_at.is_(None),
            )
            .where(interviews.c.id == interview_id, interviews.c.candidate_id == candidate_id)
        )
        .mappings()
        .one_or_none()
    )
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
        interview_id = connection.execute(
            sa.insert(interviews)
            .values(candidate_id=candidate_id, created_at=at, **values)
            .returning(interviews.c.id)
        ).scalar_one()
    else:
        interview_id = interview.id
        connection.execute(
            sa.update(interviews).where(interviews.c.id == interview_id).values(values)
        )
    for talk in interview.talks:
        _save_talk(connection, candidate_id, interview_id, talk)
    save_people(connection, replace(interview, id=interview_id))
    return get(connection, interview_id, candidate_id=candidate_id)


def note_took_place(connection: sa.Connection, interview_id: int, *, took_place: bool) -> None:
    """Note the user's word whether it took place."""
    connection.execute(
        sa.update(interviews).where(interviews.c.id == interview_id).values(took_place=took_place)
    )


def save_people(connection: sa.Connection, interview: Interview) -> None:
    """Store what has changed of the people of a stored interview; those without an id are added."""
    assert interview.id is not None  # noqa: S101 - it was stored before
    for position, person in enumerate(interview.people):
        _save_person(connection, interview.id, position, person)


def save_talks(connection: sa.Connection, candidate_id: int, interview: Interview) -> None:
    """Store what has changed of the talks of a stored interview."""
    assert interview.id is not None  # noqa: S101 - it came from the database
    for talk in interview.talks:
        _save_talk(connection, candidate_id, interview.id, talk)


def _save_talk(connection: sa.Connection, candidate_id: int, interview_id: int, talk: Talk) -> None:
    values = {
        "interview_id": interview_id,
        "candidate_id": candidate_id,
        "starts_at": talk.starts_at,
        "ends_at": talk.ends_at,
        "zone": talk.zone,
        "title": talk.title,
        "calendar_uid": talk.calendar_uid,
        "recurrence_id": talk.recurrence_id or "",
        "sequence": talk.sequence,
    }
    if talk.id is None:
        connection.execute(sa.insert(talks).values(values))
    else:
        connection.execute(sa.update(talks).where(talks.c.id == talk.id).values(values))


def _save_person(
    connection: sa.Connection, interview_id: int, position: int, person: Person
) -> None:
    values = {
        "interview_id": interview_id,
        "position": position,
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
    if person.id is None:
        connection.execute(sa.insert(people).values(values))
    else:
        connection.execute(sa.update(people).where(people.c.id == person.id).values(values))


def _read_talks(connection: sa.Connection, interview_id: int) -> list[Talk]:
    rows = connection.execute(
        sa.select(talks).where(talks.c.interview_id == interview_id).order_by(talks.c.starts_at)
    ).mappings()
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
    rows = connection.execute(
        sa.select(people).where(people.c.interview_id == interview_id).order_by(people.c.position)
    ).mappings()
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
