"""The transitions of design's table, and the changes that leave the state alone.

`TRANSITIONS` is the table; every function below is one row of it and uses nothing else to move a
follow-up. docs/states.md is drawn from it, and a test holds both against each other.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from service.errors import Conflict, WrongState
from service.outbox.rows import read_follow_up, record_event, slot_values
from service.records import FollowUp, Slot, Text
from service.schema import attempts, follow_ups
from service.states import Proof, State, Step, WaitingFor


@dataclass(frozen=True, slots=True)
class Transition:
    """One verb of the table: the states it leaves, and those it may lead to."""

    sources: frozenset[State]
    targets: frozenset[State]


def _row(sources: set[State], *targets: State) -> Transition:
    return Transition(frozenset(sources), frozenset(targets))


_S = State
TRANSITIONS: dict[str, Transition] = {
    "schedule": _row({_S.HELD}, _S.SCHEDULED),
    "hold": _row({_S.HELD, _S.SCHEDULED, _S.SENDING}, _S.HELD),
    "claim": _row({_S.SCHEDULED}, _S.SENDING),
    "confirm": _row(set(_S) - {_S.SENT}, _S.SENT),
    "postpone": _row({_S.SENDING}, _S.SCHEDULED),
    "release": _row({_S.SENDING}, _S.SCHEDULED),
    "disprove": _row({_S.SENDING, _S.UNCONFIRMED}, _S.SCHEDULED, _S.HELD),
    "refuse": _row({_S.SENDING}, _S.FAILED),
    "lose": _row({_S.SENDING}, _S.UNCONFIRMED),
    "retry": _row({_S.FAILED}, _S.SCHEDULED, _S.HELD),
    "stop": _row({_S.HELD, _S.SCHEDULED, _S.FAILED}, _S.STOPPED),
    "restore": _row({_S.STOPPED}, _S.HELD),
}
"""A stop that was asked for while sending is honoured at the next proof of absence: `postpone`,
`release`, `disprove` and `hold` then lead to `stopped` instead."""

_HONOUR_STOP = frozenset({"postpone", "release", "disprove", "hold"})
_NEEDS_ATTEMPT = frozenset({"postpone", "release", "refuse", "lose"})
_CHANGEABLE = (State.HELD, State.SCHEDULED)


def add(
    connection: sa.Connection,
    *,
    candidate_id: int,
    interview_id: int,
    person_id: int,
    mailbox_id: int | None,
    to_name: str,
    to_address: str | None,
    company_key: str,
    day: date,
    text: Text,
    is_edited: bool,
    slot: Slot | None,
    waiting_for: WaitingFor | None,
    at: datetime,
    by: str = "user",
) -> FollowUp:
    """Store a new follow-up: `scheduled`, or `held` when `waiting_for` says what for.

    Raises:
        Conflict: there is a live or sent one to this reader about this company and day.

    """
    state = State.HELD if waiting_for else State.SCHEDULED
    values: dict[str, Any] = {
        "candidate_id": candidate_id,
        "interview_id": interview_id,
        "person_id": person_id,
        "mailbox_id": mailbox_id,
        "version": 1,
        "state": state,
        "waiting_for": waiting_for,
        "to_name": to_name,
        "to_address": to_address,
        "reader_key": (to_address or to_name).casefold(),
        "company_key": company_key,
        "day": day,
        "subject": text.subject,
        "body": text.body,
        "is_edited": is_edited,
        **slot_values(slot),
        "send_key": secrets.token_hex(16),
        "tries": 0,
        "created_at": at,
        "updated_at": at,
    }
    try:
        row = (
            connection.execute(sa.insert(follow_ups).values(values).returning(*follow_ups.c))
            .mappings()
            .one()
        )
    except IntegrityError as error:
        raise _same_reader(to_name) from error
    follow_up = read_follow_up(row)
    record_event(connection, follow_up, "submit", at=at, by=by, to_state=state)
    return follow_up


def schedule(
    connection: sa.Connection,
    follow_up_id: int,
    *,
    at: datetime,
    by: str,
    slot: Slot | None = None,
    reason: str = "",
) -> FollowUp:
    """Move held -> scheduled, with a new slot when one is given."""
    values = slot_values(slot) if slot else {}
    return _move_state(
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
) -> FollowUp:
    """Move to held; out of sending only with its attempt, when certainly nothing was sent."""
    return _move_state(
        connection,
        "hold",
        follow_up_id,
        State.HELD,
        at=at,
        by=by,
        reason=reason,
        attempt_id=attempt_id,
        waiting_for=waiting_for,
    )


def claim(
    connection: sa.Connection,
    follow_up: FollowUp,
    *,
    mailbox_id: int,
    access: str,
    owner: str,
    at: datetime,
) -> FollowUp:
    """Move scheduled -> sending, with a new attempt; guarded by the version that was seen due."""
    attempt_id = connection.execute(
        sa.insert(attempts)
        .values(
            follow_up_id=follow_up.id,
            mailbox_id=mailbox_id,
            owner=owner,
            access=access,
            started_at=at,
            step=Step.CLAIMED,
            looks=0,
        )
        .returning(attempts.c.id)
    ).scalar_one()
    return _move_state(
        connection,
        "claim",
        follow_up.id,
        State.SENDING,
        at=at,
        by="service",
        reason="",
        version=follow_up.version,
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
    return _move_state(
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
    return _move_state(
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
    return _move_state(
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
    slot: Slot | None,
    next_try_at: datetime | None = None,
) -> FollowUp:
    """Move sending or unconfirmed -> scheduled in `slot`, or held for a new one without it."""
    values = slot_values(slot) if slot else {}
    return _move_state(
        connection,
        "disprove",
        follow_up_id,
        State.SCHEDULED if slot else State.HELD,
        at=at,
        by=by,
        reason=reason,
        attempt_id=attempt_id,
        waiting_for=None if slot else WaitingFor.NEW_SLOT,
        next_try_at=next_try_at,
        last_error=reason,
        **values,
    )


def refuse(
    connection: sa.Connection, follow_up_id: int, *, attempt_id: int, at: datetime, reason: str
) -> FollowUp:
    """Move sending -> failed: refused for good, certainly not sent."""
    return _move_state(
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
    return _move_state(
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


def retry(
    connection: sa.Connection, follow_up_id: int, *, at: datetime, slot: Slot | None
) -> FollowUp:
    """Move failed -> scheduled in a new slot, or held for one."""
    values = slot_values(slot) if slot else {}
    return _move_state(
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


def stop(
    connection: sa.Connection, follow_up_id: int, *, at: datetime, by: str, reason: str = ""
) -> FollowUp:
    """Move held, scheduled or failed -> stopped."""
    return _move_state(connection, "stop", follow_up_id, State.STOPPED, at=at, by=by, reason=reason)


def restore(connection: sa.Connection, follow_up_id: int, *, at: datetime) -> FollowUp:
    """Move stopped -> held for the user, who approves or moves it."""
    try:
        return _move_state(
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
        raise _same_reader("this reader") from error


def ask_stop(connection: sa.Connection, follow_up_id: int, *, at: datetime) -> FollowUp:
    """Note that the user wants a follow-up stopped that is being sent right now."""
    return _change(
        connection,
        follow_up_id,
        "ask-stop",
        states=(State.SENDING,),
        at=at,
        by="user",
        stop_asked_at=at,
    )


def move(
    connection: sa.Connection,
    follow_up_id: int,
    slot: Slot,
    *,
    at: datetime,
    by: str,
    reason: str = "",
    version: int | None = None,
) -> FollowUp:
    """Give a held or scheduled follow-up another slot; a postponement is forgotten."""
    return _change(
        connection,
        follow_up_id,
        "move",
        at=at,
        by=by,
        reason=reason,
        version=version,
        next_try_at=None,
        **slot_values(slot),
    )


def write_text(
    connection: sa.Connection,
    follow_up_id: int,
    text: Text,
    *,
    is_edited: bool,
    at: datetime,
    by: str,
    version: int | None = None,
    action: str = "edit",
) -> FollowUp:
    """Give a held or scheduled follow-up another text."""
    return _change(
        connection,
        follow_up_id,
        action,
        at=at,
        by=by,
        version=version,
        subject=text.subject,
        body=text.body,
        is_edited=is_edited,
    )


def adopt_text(
    connection: sa.Connection, follow_up_id: int, text: Text, *, at: datetime
) -> FollowUp:
    """Take over the text that the user gave the draft in their mailbox, while it is being sent."""
    return _change(
        connection,
        follow_up_id,
        "adopt-text",
        states=(State.SENDING,),
        at=at,
        by="user",
        reason="you edited the draft in your mailbox",
        subject=text.subject,
        body=text.body,
        is_edited=True,
    )


def readdress(
    connection: sa.Connection,
    follow_up_id: int,
    *,
    to_name: str,
    to_address: str | None,
    mailbox_id: int | None,
    at: datetime,
    by: str = "user",
) -> FollowUp:
    """Say whom a held or scheduled follow-up goes to, and from which mailbox."""
    try:
        return _change(
            connection,
            follow_up_id,
            "readdress",
            at=at,
            by=by,
            to_name=to_name,
            to_address=to_address,
            reader_key=(to_address or to_name).casefold(),
            mailbox_id=mailbox_id,
        )
    except IntegrityError as error:
        raise _same_reader(to_name) from error


def _move_state(
    connection: sa.Connection,
    verb: str,
    follow_up_id: int,
    target: State,
    *,
    at: datetime,
    by: str,
    reason: str,
    attempt_id: int | None = None,
    new_attempt_id: int | None = None,
    event_attempt_id: int | None = None,
    version: int | None = None,
    **values: Any,
) -> FollowUp:
    """One guarded UPDATE and its event, or `WrongState`."""
    before = _lock(connection, follow_up_id)
    allowed = TRANSITIONS[verb].sources
    needs_attempt = before.state is State.SENDING and (verb in _NEEDS_ATTEMPT or verb == "hold")
    if verb in _HONOUR_STOP and before.stop_asked_at and before.state in TRANSITIONS[verb].sources:
        target, reason = State.STOPPED, "stopped as you asked; nothing was sent"
        values.pop("waiting_for", None)
    values["waiting_for"] = values.get("waiting_for") if target is State.HELD else None
    guard = [follow_ups.c.id == follow_up_id, follow_ups.c.state.in_(allowed)]
    if needs_attempt or (verb == "disprove" and attempt_id is not None):
        guard.append(follow_ups.c.attempt_id == attempt_id)
    if version is not None:
        guard.append(follow_ups.c.version == version)
    row = (
        connection.execute(
            sa.update(follow_ups)
            .where(*guard)
            .values(
                state=target,
                version=follow_ups.c.version + 1,
                attempt_id=new_attempt_id if target is State.SENDING else None,
                stop_asked_at=None,
                updated_at=at,
                **values,
            )
            .returning(*follow_ups.c)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise _refuse_verb(verb, before)
    after = read_follow_up(row)
    record_event(
        connection,
        after,
        verb,
        at=at,
        by=by,
        reason=reason,
        from_state=before.state,
        to_state=target,
        attempt_id=attempt_id or new_attempt_id or event_attempt_id,
    )
    return after


def _change(
    connection: sa.Connection,
    follow_up_id: int,
    action: str,
    *,
    at: datetime,
    by: str,
    reason: str = "",
    states: tuple[State, ...] = _CHANGEABLE,
    version: int | None = None,
    **values: Any,
) -> FollowUp:
    """Change columns without leaving the state; guarded by states and the version that was seen."""
    before = _lock(connection, follow_up_id)
    guard = [follow_ups.c.id == follow_up_id, follow_ups.c.state.in_(states)]
    if version is not None:
        guard.append(follow_ups.c.version == version)
    row = (
        connection.execute(
            sa.update(follow_ups)
            .where(*guard)
            .values(version=follow_ups.c.version + 1, updated_at=at, **values)
            .returning(*follow_ups.c)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        if before.state in states:
            raise Conflict(
                f"f{follow_up_id} was changed meanwhile.", f"callback show f{follow_up_id}"
            )
        raise _refuse_verb(action, before)
    after = read_follow_up(row)
    record_event(connection, after, action, at=at, by=by, reason=reason)
    return after


def _lock(connection: sa.Connection, follow_up_id: int) -> FollowUp:
    row = (
        connection.execute(
            sa.select(follow_ups).where(follow_ups.c.id == follow_up_id).with_for_update()
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise WrongState(f"There is no f{follow_up_id}.", "callback list --all")
    return read_follow_up(row)


def _refuse_verb(verb: str, before: FollowUp) -> WrongState:
    article = f"f{before.id} to {before.to_name} is {before.state}"
    hints = {
        State.UNCONFIRMED: f"callback sent f{before.id}, or callback not-sent f{before.id}",
        State.SENT: "A mail that went cannot be taken back.",
        State.STOPPED: f"callback restore f{before.id}",
        State.FAILED: f"callback retry f{before.id}",
    }
    return WrongState(
        f"{article}; it cannot be changed by {verb} now.",
        hints.get(before.state, f"callback show f{before.id}"),
    )


def _same_reader(name: str) -> Conflict:
    return Conflict(
        f"There is already a mail to {name} about this company and day.", "callback list --all"
    )
