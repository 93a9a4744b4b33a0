"""The attempts: one claim of a follow-up each, with every step it has committed.

A dead attempt is judged by its last step alone, so each function here is called, and committed,
before what it announces is done.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.schema import UtcDateTime, attempts, follow_ups
from service.states import State, Step

_OPEN_ONE = sa.update(attempts).where(
    attempts.c.id == sa.bindparam("attempt"), attempts.c.ended_at.is_(None)
)
_ANNOUNCE = _OPEN_ONE.where(
    sa.exists().where(
        follow_ups.c.id == attempts.c.follow_up_id,
        follow_ups.c.attempt_id == attempts.c.id,
        follow_ups.c.stop_asked_at.is_(None),
    )
)
_ONE = sa.update(attempts).where(attempts.c.id == sa.bindparam("attempt"))
_LOOKED_FOR = (
    sa.select(attempts)
    .where(
        attempts.c.mailbox_id == sa.bindparam("mailbox"),
        attempts.c.ended_at.is_not(None),
        attempts.c.next_look_at <= sa.bindparam("now", type_=UtcDateTime()),
    )
    .order_by(attempts.c.next_look_at)
)


def _announced_before(place: str) -> sa.ScalarSelect[datetime | None]:
    """Return when the send was announced that is so many places back from the last one."""
    return (
        sa.select(attempts.c.announced_at)
        .where(
            attempts.c.mailbox_id == sa.bindparam("mailbox"), attempts.c.announced_at.is_not(None)
        )
        .order_by(attempts.c.announced_at.desc())
        .offset(sa.bindparam(place, type_=sa.Integer()))
        .limit(1)
        .scalar_subquery()
    )


_PACE = sa.select(
    sa.type_coerce(_announced_before("minute"), UtcDateTime()),
    sa.type_coerce(_announced_before("day"), UtcDateTime()),
)
_OPEN = (
    sa.select(attempts)
    .join(
        follow_ups,
        (follow_ups.c.id == attempts.c.follow_up_id) & (follow_ups.c.attempt_id == attempts.c.id),
    )
    .where(
        attempts.c.mailbox_id == sa.bindparam("mailbox"),
        attempts.c.ended_at.is_(None),
        follow_ups.c.state == State.SENDING,
    )
    .order_by(attempts.c.id)
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send a follow-up."""

    id: int
    follow_up_id: int
    mailbox_id: int
    owner: str
    access: str
    started_at: datetime
    step: Step
    announced_at: datetime | None
    draft_id: str | None
    draft_text_hash: str | None = field(repr=False)
    draft_is_outdated: bool
    message_id: str | None
    sent_id: str | None
    answer: str | None
    looks: int
    next_look_at: datetime | None
    outcome: str | None
    proof: str | None = None


def note_draft(
    connection: sa.Connection,
    attempt_id: int,
    *,
    draft_id: str,
    text_hash: str,
    message_id: str | None,
) -> None:
    """Remember the draft of an open attempt, before anything is done with it."""
    _update(
        connection,
        attempt_id,
        step=Step.DRAFTED,
        draft_is_outdated=False,
        draft_is_gone=False,
        draft_id=draft_id,
        draft_text_hash=text_hash,
        message_id=message_id,
    )


def forget_draft(connection: sa.Connection, follow_up_id: int, draft_id: str) -> None:
    """Note that a draft is gone, whoever took it away: no later attempt asks for it."""
    connection.execute(
        sa.update(attempts)
        .where(attempts.c.follow_up_id == follow_up_id, attempts.c.draft_id == draft_id)
        .values(draft_is_gone=True)
    )


def outdate_draft(
    connection: sa.Connection, attempt_id: int, follow_up_id: int, draft_id: str
) -> None:
    """Note, before it is done, that the service takes a draft away, not the user."""
    connection.execute(
        sa.update(attempts)
        .where(
            attempts.c.follow_up_id == follow_up_id,
            sa.or_(attempts.c.draft_id == draft_id, attempts.c.id == attempt_id),
        )
        .values(draft_id=draft_id, draft_is_outdated=True)
    )


def list_written(connection: sa.Connection, follow_up_id: int) -> set[str]:
    """Return what tells apart every text that attempts have written into drafts so far."""
    hashes = connection.scalars(
        sa.select(attempts.c.draft_text_hash).where(
            attempts.c.follow_up_id == follow_up_id, attempts.c.ended_at.is_not(None)
        )
    )
    return {each for each in hashes if each}


def announce(connection: sa.Connection, attempt_id: int, *, at: datetime) -> bool:
    """Say that the sending call may be made at any moment from now on.

    Return whether it may: the attempt holds its follow-up, and nobody has asked to stop that.
    """
    said = {"attempt": attempt_id, "step": Step.ANNOUNCED, "announced_at": at}
    return connection.execute(_ANNOUNCE, said).rowcount == 1


def look_again_at(
    connection: sa.Connection, attempt_id: int, moment: datetime, *, refused: str | None = None
) -> None:
    """Count one look, and say when the next is due; `refused` is how the send was refused."""
    said = {"answer": refused} if refused is not None else {}
    look = _OPEN_ONE.values(looks=attempts.c.looks + 1)
    connection.execute(look, {"attempt": attempt_id, "next_look_at": moment, **said})


def end_attempt(
    connection: sa.Connection,
    attempt_id: int,
    *,
    at: datetime,
    outcome: str,
    answer: str | None = None,
    proof: str | None = None,
    sent_id: str | None = None,
    message_id: str | None = None,
    next_look_at: datetime | None = None,
) -> None:
    """Close an attempt with the transition it led to; a late proof may be added to a closed one.

    `next_look_at` says when its mail is looked for although it has ended, since proof may come
    late; without it, nobody looks any more.
    """
    values: dict[str, Any] = {
        "step": Step.ENDED,
        "ended_at": at,
        "outcome": outcome,
        "next_look_at": next_look_at,
    }
    given = {"answer": answer, "proof": proof, "sent_id": sent_id, "message_id": message_id}
    values |= {key: value for key, value in given.items() if value is not None}
    connection.execute(_ONE, {"attempt": attempt_id, **values})


def end_late(connection: sa.Connection, attempt_id: int, *, at: datetime, outcome: str) -> None:
    """Close an attempt that lost its follow-up; what has ended before keeps its outcome."""
    _update(
        connection, attempt_id, step=Step.ENDED, ended_at=at, outcome=outcome, next_look_at=None
    )


def look_back_at(connection: sa.Connection, attempt_id: int, moment: datetime | None) -> None:
    """Count one look for the mail of an ended attempt; `moment` is when the next is due, if any."""
    look = _ONE.values(looks=attempts.c.looks + 1)
    connection.execute(look, {"attempt": attempt_id, "next_look_at": moment})


def add_proof(
    connection: sa.Connection,
    attempt_id: int,
    proof: str,
    *,
    sent_id: str | None,
    message_id: str | None,
) -> None:
    """Note the proof that an ended attempt's mail went; it is not looked for any more."""
    given = {"sent_id": sent_id, "message_id": message_id}
    known = {key: value for key, value in given.items() if value is not None}
    connection.execute(_ONE, {"attempt": attempt_id, "proof": proof, "next_look_at": None, **known})


def find_looked_for(connection: sa.Connection, mailbox_id: int, now: datetime) -> list[Attempt]:
    """Return the ended attempts of a mailbox for whose mail it is time to look again."""
    rows = connection.execute(_LOOKED_FOR, {"mailbox": mailbox_id, "now": now}).mappings()
    return [_read(row) for row in rows]


def find_announced(
    connection: sa.Connection, mailbox_id: int, *, per_minute: int, per_day: int
) -> tuple[datetime | None, datetime | None]:
    """Return when the last sends but so many were announced: what a pace is measured by.

    None where there were fewer; `per_minute` and `per_day` are how many a minute and a day allow.
    """
    places = {"minute": per_minute - 1, "day": per_day - 1}
    in_minute, in_day = connection.execute(_PACE, {"mailbox": mailbox_id, **places}).one()
    return in_minute, in_day


def find_open(connection: sa.Connection, mailbox_id: int) -> list[Attempt]:
    """Return the attempts of a mailbox whose follow-ups are still `sending`, oldest first."""
    rows = connection.execute(_OPEN, {"mailbox": mailbox_id}).mappings()
    return [_read(row) for row in rows]


def find_earlier_draft(
    connection: sa.Connection, follow_up_id: int, mailbox_id: int
) -> Attempt | None:
    """Return the ended attempt that left, or may have left, a draft in this mailbox; else None.

    The last one whose draft is known; else the last one, which may have died before it could say.
    """
    row = (
        connection.execute(
            sa.select(attempts)
            .where(
                attempts.c.follow_up_id == follow_up_id,
                attempts.c.mailbox_id == mailbox_id,
                attempts.c.ended_at.is_not(None),
                attempts.c.access == "drafts",
            )
            .order_by(
                sa.or_(attempts.c.draft_id.is_(None), attempts.c.draft_is_gone),
                attempts.c.id.desc(),
            )
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return _read(row) if row else None


def list_attempts(connection: sa.Connection, follow_up_id: int) -> list[Attempt]:
    """Return every attempt of one follow-up, oldest first."""
    rows = connection.execute(
        sa.select(attempts).where(attempts.c.follow_up_id == follow_up_id).order_by(attempts.c.id)
    ).mappings()
    return [_read(row) for row in rows]


def _update(connection: sa.Connection, attempt_id: int, **values: Any) -> None:
    connection.execute(_OPEN_ONE, {"attempt": attempt_id, **values})


def _read(row: sa.RowMapping) -> Attempt:
    return Attempt(
        id=row["id"],
        follow_up_id=row["follow_up_id"],
        mailbox_id=row["mailbox_id"],
        owner=row["owner"],
        access=row["access"],
        started_at=row["started_at"],
        step=Step(row["step"]),
        announced_at=row["announced_at"],
        draft_id=None if row["draft_is_gone"] else row["draft_id"],
        draft_text_hash=row["draft_text_hash"],
        draft_is_outdated=row["draft_is_outdated"],
        message_id=row["message_id"],
        sent_id=row["sent_id"],
        answer=row["answer"],
        looks=row["looks"],
        next_look_at=row["next_look_at"],
        outcome=row["outcome"],
        proof=row["proof"],
    )
