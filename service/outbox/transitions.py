"""The transitions of design's table: every function is one row of it."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from service import threads
from service.errors import WrongState
from service.outbox.changes import readdress
from service.outbox.guarded import move_state, same_reader
from service.outbox.rows import read_follow_up, record_submitted, slot_values
from service.records import FollowUp, Slot, Text, Thread
from service.schema import attempts, follow_ups
from service.states import Proof, State, Step, WaitingFor

_ADD = sa.insert(follow_ups).returning(*follow_ups.c)
_BEGIN = sa.insert(attempts).returning(attempts.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A follow-up to be stored: `scheduled`, or `held` when `waiting_for` says what for."""

    candidate_id: int
    interview_id: int
    person_id: int
    mailbox_id: int | None
    to_name: str
    to_address: str | None
    company_key: str
    day: date
    text: Text
    is_edited: bool
    slot: Slot | None
    waiting_for: WaitingFor | None
    thread: Thread | None = None
    checked_key: str | None = None
    """What its findings were found in, None where nothing was looked for yet."""


def add_all(
    connection: sa.Connection, new: Sequence[New], *, at: datetime, by: str = "user"
) -> list[FollowUp]:
    """Store new follow-ups, and return them in their order.

    Raises:
        Conflict: there is a live or sent one to one of these readers about this company and day.

    """
    if not new:
        return []
    rows = [_values(each, at) for each in new]
    try:
        added = connection.execute(_ADD, rows).mappings().all()
    except IntegrityError as error:
        raise same_reader(" or ".join(each.to_name for each in new)) from error
    # Not every database returns them in the order in which they were given.
    by_key = {row["send_key"]: read_follow_up(row) for row in added}
    stored = [by_key[row["send_key"]] for row in rows]
    record_submitted(connection, stored, at=at, by=by)
    return stored


def _values(new: New, at: datetime) -> dict[str, Any]:
    return {
        "candidate_id": new.candidate_id,
        "interview_id": new.interview_id,
        "person_id": new.person_id,
        "mailbox_id": new.mailbox_id,
        "version": 1,
        "state": State.HELD if new.waiting_for else State.SCHEDULED,
        "waiting_for": new.waiting_for,
        "to_name": new.to_name,
        "to_address": new.to_address,
        "reader_key": (new.to_address or new.to_name).casefold(),
        "company_key": new.company_key,
        "day": new.day,
        "subject": new.text.subject,
        "body": new.text.body,
        "is_edited": new.is_edited,
        "thread": threads.write(new.thread),
        "checked_key": new.checked_key,
        **slot_values(new.slot),
        "send_key": secrets.token_hex(16),
        "tries": 0,
        "created_at": at,
        "updated_at": at,
    }


def schedule(
    connection: sa.Connection,
    follow_up_id: int,
    *,
    at: datetime,
    by: str,
    slot: Slot | None = None,
    reason: str = "",
    is_approved: bool = False,
) -> FollowUp:
    """Move held -> scheduled, with a new slot when one is given; by the user's word or without."""
    values = slot_values(slot) if slot else {}
    if is_approved:
        values["approved_at"] = at
    return move_state(
        connection, "schedule", follow_up_id, State.SCHEDULED, at=at, by=by, reason=reason, **values
    )


def hold(
    connection: sa.Connection,
    follow_up_id: int,
    waiting_for: WaitingFor,
    *,
    at: datetime,
    by: str,
    reason: str,
    attempt_id: int | None = None,
    version: int | None = None,
) -> FollowUp:
    """Move to held; out of sending only with its attempt, when certainly nothing was sent."""
    withdrawn: dict[str, Any] = {"approved_at": None} if waiting_for is WaitingFor.APPROVAL else {}
    return move_state(
        connection,
        "hold",
        follow_up_id,
        State.HELD,
        at=at,
        by=by,
        reason=reason,
        attempt_id=attempt_id,
        version=version,
        waiting_for=waiting_for,
        **withdrawn,
    )


def await_approval(connection: sa.Connection, follow_up_id: int, *, at: datetime) -> FollowUp:
    """Hold what was scheduled and has yet to be approved."""
    return hold(
        connection,
        follow_up_id,
        WaitingFor.APPROVAL,
        at=at,
        by="service",
        reason="it needs your word before it goes",
    )


def claim(
    connection: sa.Connection,
    follow_up: FollowUp,
    *,
    mailbox_id: int,
    access: str,
    owner: str,
    at: datetime,
    text_hash: str = "",
) -> FollowUp:
    """Move scheduled -> sending, with a new attempt; guarded by the version that was seen due.

    `text_hash` tells what this attempt will write into a draft, should it die before it can say.
    """
    values: dict[str, Any] = {
        "follow_up_id": follow_up.id,
        "mailbox_id": mailbox_id,
        "owner": owner,
        "access": access,
        "started_at": at,
        "step": Step.CLAIMED,
        "draft_text_hash": text_hash,
        "draft_is_outdated": False,
        "draft_is_gone": False,
        "looks": 0,
    }
    attempt_id = connection.execute(_BEGIN, values).scalar_one()
    return move_state(
        connection,
        "claim",
        follow_up.id,
        State.SENDING,
        at=at,
        by="service",
        reason="",
        version=follow_up.version,
        seen=follow_up,
        new_attempt_id=attempt_id,
        tries=follow_up.tries + 1,
    )


def confirm(
    connection: sa.Connection,
    follow_up_id: int,
    proof: Proof | str,
    *,
    at: datetime,
    by: str,
    reason: str = "",
    attempt_id: int | None = None,
) -> FollowUp:
    """Move any but sent -> sent. By a provider's proof only for the attempt it belongs to.

    A proof that comes for an attempt which lost its follow-up still counts: the mail went. The
    caller passes the `attempt_id` so that the event says whose proof it was.
    """
    return move_state(
        connection,
        "confirm",
        follow_up_id,
        State.SENT,
        at=at,
        by=by,
        reason=reason,
        event_attempt_id=attempt_id,
        proof=proof,
        sent_at=at,
    )


def confirm_claimed(
    connection: sa.Connection, claimed: FollowUp, proof: Proof | str, *, at: datetime, reason: str
) -> FollowUp:
    """Confirm by a provider's proof what an attempt claimed and has ended, as `confirm` does.

    As a rule nothing has touched it since, and it need not be read again.
    """
    if claimed.state is State.SENDING:
        with suppress(WrongState):
            return move_state(
                connection,
                "confirm",
                claimed.id,
                State.SENT,
                at=at,
                by="provider",
                reason=reason,
                event_attempt_id=claimed.attempt_id,
                version=claimed.version,
                seen=claimed,
                has_ended=True,
                proof=proof,
                sent_at=at,
            )
    return confirm(
        connection,
        claimed.id,
        proof,
        at=at,
        by="provider",
        reason=reason,
        attempt_id=claimed.attempt_id,
    )


def postpone(
    connection: sa.Connection,
    follow_up_id: int,
    *,
    attempt_id: int,
    next_try_at: datetime,
    at: datetime,
    reason: str,
) -> FollowUp:
    """Move sending -> scheduled: certainly not sent, to be tried again at `next_try_at`."""
    return move_state(
        connection,
        "postpone",
        follow_up_id,
        State.SCHEDULED,
        at=at,
        by="service",
        reason=reason,
        attempt_id=attempt_id,
        next_try_at=next_try_at,
        last_error=reason,
    )


def release(
    connection: sa.Connection, follow_up_id: int, *, attempt_id: int, at: datetime, reason: str
) -> FollowUp:
    """Move sending -> scheduled: the attempt died before it announced a send."""
    return move_state(
        connection,
        "release",
        follow_up_id,
        State.SCHEDULED,
        at=at,
        by="service",
        reason=reason,
        attempt_id=attempt_id,
    )


def disprove(
    connection: sa.Connection,
    follow_up_id: int,
    *,
    at: datetime,
    by: str,
    reason: str,
    attempt_id: int | None = None,
    event_attempt_id: int | None = None,
    slot: Slot | None,
    next_try_at: datetime | None = None,
    version: int | None = None,
) -> FollowUp:
    """Move sending or unconfirmed -> scheduled in `slot`, or held for a new one without it.

    Out of sending with its `attempt_id`; `event_attempt_id` is that of an attempt which has ended.
    Another slot than it had, which the service gives it, has to be approved anew.
    """
    values = slot_values(slot) if slot else {}
    if slot is not None and by == "service":
        moved = (follow_ups.c.id == follow_up_id, follow_ups.c.slot_at != slot.at)
        connection.execute(sa.update(follow_ups).where(*moved).values(approved_at=None))
    return move_state(
        connection,
        "disprove",
        follow_up_id,
        State.SCHEDULED if slot else State.HELD,
        at=at,
        by=by,
        reason=reason,
        attempt_id=attempt_id,
        event_attempt_id=event_attempt_id,
        waiting_for=None if slot else WaitingFor.NEW_SLOT,
        next_try_at=next_try_at,
        last_error=reason,
        version=version,
        **values,
    )


def refuse(
    connection: sa.Connection, follow_up_id: int, *, attempt_id: int, at: datetime, reason: str
) -> FollowUp:
    """Move sending -> failed: refused for good, certainly not sent."""
    return move_state(
        connection,
        "refuse",
        follow_up_id,
        State.FAILED,
        at=at,
        by="service",
        reason=reason,
        attempt_id=attempt_id,
        last_error=reason,
    )


def lose(
    connection: sa.Connection, follow_up_id: int, *, attempt_id: int, at: datetime, reason: str
) -> FollowUp:
    """Move sending -> unconfirmed: no answer, and no proof either way."""
    return move_state(
        connection,
        "lose",
        follow_up_id,
        State.UNCONFIRMED,
        at=at,
        by="service",
        reason=reason,
        attempt_id=attempt_id,
        last_error=reason,
    )


def doubt(
    connection: sa.Connection, follow_up_id: int, *, attempt_id: int, at: datetime, reason: str
) -> FollowUp:
    """Move sent -> unconfirmed: the provider took it, and its draft is still seen standing."""
    return move_state(
        connection,
        "doubt",
        follow_up_id,
        State.UNCONFIRMED,
        at=at,
        by="service",
        reason=reason,
        event_attempt_id=attempt_id,
        proof=None,
        sent_at=None,
        last_error=reason,
    )


def retry(
    connection: sa.Connection, follow_up_id: int, *, at: datetime, slot: Slot | None
) -> FollowUp:
    """Move failed -> scheduled in a new slot, or held for one."""
    values = slot_values(slot) if slot else {}
    return move_state(
        connection,
        "retry",
        follow_up_id,
        State.SCHEDULED if slot else State.HELD,
        at=at,
        by="user",
        reason="",
        waiting_for=None if slot else WaitingFor.NEW_SLOT,
        next_try_at=None,
        **values,
    )


def take_mailbox(
    connection: sa.Connection, follow_up: FollowUp, *, at: datetime, by: str, reason: str
) -> FollowUp:
    """Take its mailbox from a held or scheduled follow-up; a scheduled one waits for another."""
    if follow_up.state is State.SCHEDULED:
        hold(connection, follow_up.id, WaitingFor.MAILBOX, at=at, by=by, reason=reason)
    return readdress(
        connection,
        follow_up.id,
        to_name=follow_up.to_name,
        to_address=follow_up.to_address,
        mailbox_id=None,
        at=at,
        by=by,
    )


def stop(
    connection: sa.Connection, follow_up_id: int, *, at: datetime, by: str, reason: str = ""
) -> FollowUp:
    """Move held, scheduled or failed -> stopped."""
    return move_state(connection, "stop", follow_up_id, State.STOPPED, at=at, by=by, reason=reason)


def restore(connection: sa.Connection, follow_up_id: int, *, at: datetime) -> FollowUp:
    """Move stopped -> held for the user, who approves or moves it."""
    try:
        return move_state(
            connection,
            "restore",
            follow_up_id,
            State.HELD,
            at=at,
            by="user",
            reason="",
            waiting_for=WaitingFor.USER,
        )
    except IntegrityError as error:
        raise same_reader("this reader") from error
