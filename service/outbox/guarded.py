"""The table of transitions, and the two guarded UPDATEs that everything in the queue goes through.

`TRANSITIONS` is the table; docs/states.md is drawn from it, and a test holds both against each
other. Each UPDATE writes its event row in the same transaction, or raises and leaves nothing.
Statements are built once: to build one takes several times as long as to run it.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from service.errors import Conflict, WrongState
from service.outbox.rows import read_follow_up, record_event
from service.records import FollowUp
from service.schema import attempts, follow_ups
from service.states import State, Step


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
    "doubt": _row({_S.SENT}, _S.UNCONFIRMED),
    "retry": _row({_S.FAILED}, _S.SCHEDULED, _S.HELD),
    "stop": _row({_S.HELD, _S.SCHEDULED, _S.FAILED}, _S.STOPPED),
    "restore": _row({_S.STOPPED}, _S.HELD),
}
"""A stop that was asked for while sending is honoured at the next proof of absence: `postpone`,
`release`, `disprove` and `hold` then lead to `stopped` instead."""

_HONOUR_STOP = frozenset({"postpone", "release", "disprove", "hold"})
_NEEDS_ATTEMPT = frozenset({"postpone", "release", "refuse", "lose"})
_CHANGEABLE = (State.HELD, State.SCHEDULED)

_LOCK = (
    sa.select(follow_ups).where(follow_ups.c.id == sa.bindparam("follow_up_id")).with_for_update()
)
_CLOSE = sa.update(attempts).where(
    attempts.c.id == sa.bindparam("attempt"), attempts.c.ended_at.is_(None)
)
_LOOK_NO_MORE = (
    sa.update(attempts)
    .where(
        attempts.c.follow_up_id == sa.bindparam("of"),
        attempts.c.ended_at.is_not(None),
        attempts.c.next_look_at.is_not(None),
    )
    .values(next_look_at=None)
)
_LAST_WITH_DRAFT = (
    sa.select(sa.func.max(attempts.c.id))
    .where(
        attempts.c.follow_up_id == sa.bindparam("of"),
        attempts.c.access == "drafts",
        attempts.c.ended_at.is_not(None),
        attempts.c.draft_is_gone.is_(False),
    )
    .scalar_subquery()
)
_TIDY = sa.update(attempts).where(attempts.c.id == _LAST_WITH_DRAFT)


def move_state(
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
    seen: FollowUp | None = None,
    has_ended: bool = False,
    **values: Any,
) -> FollowUp:
    """One guarded UPDATE and its event, or `WrongState`.

    `seen` is what the caller read of the follow-up; it must be given with its `version`, which
    then proves that nothing has changed since. With `has_ended` the caller has closed the attempt
    that holds it.
    """
    before = seen or _lock(connection, follow_up_id)
    allowed = TRANSITIONS[verb].sources
    needs_attempt = before.state is State.SENDING and (verb in _NEEDS_ATTEMPT or verb == "hold")
    if verb in _HONOUR_STOP and before.stop_asked_at and before.state in TRANSITIONS[verb].sources:
        target, reason = State.STOPPED, "stopped as you asked; nothing was sent"
        values.pop("waiting_for", None)
    values["waiting_for"] = values.get("waiting_for") if target is State.HELD else None
    by_attempt = needs_attempt or (verb == "disprove" and attempt_id is not None)
    values |= {
        "state": target,
        "attempt_id": new_attempt_id if target is State.SENDING else None,
        "stop_asked_at": before.stop_asked_at if target is State.UNCONFIRMED else None,
        "updated_at": at,
    }
    guard = {"holder": attempt_id} if by_attempt else {}
    row = _update(connection, follow_up_id, allowed, guard, version, values)
    if row is None:
        raise _refuse_verb(verb, _lock(connection, follow_up_id))
    after = read_follow_up(row)
    if before.attempt_id not in (None, after.attempt_id) and not has_ended:
        _close_attempt(connection, before.attempt_id, verb, at)
    if before.state is State.UNCONFIRMED:
        connection.execute(_LOOK_NO_MORE, {"of": follow_up_id})
    if target is State.STOPPED and before.tries:
        # What a round of its mailbox then looks for is the draft that was left there.
        connection.execute(_TIDY, {"of": follow_up_id, "next_look_at": at})
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


def _close_attempt(connection: sa.Connection, attempt_id: int, verb: str, at: datetime) -> None:
    """End an attempt whose follow-up was taken from it, so that nobody works on it for ever."""
    ended = {"step": Step.ENDED, "ended_at": at, "outcome": verb, "next_look_at": None}
    connection.execute(_CLOSE, {"attempt": attempt_id, **ended})


def _update(
    connection: sa.Connection,
    follow_up_id: int,
    states: frozenset[State],
    guard: dict[str, Any],
    version: int | None,
    values: dict[str, Any],
) -> sa.RowMapping | None:
    """Set the values of a follow-up that the guards let through; return its row, if they did."""
    if version is not None:
        guard = {**guard, "seen_version": version}
    update = _guarded_update(states, frozenset(guard))
    given = {"follow_up_id": follow_up_id, **guard, **values}
    return connection.execute(update, given).mappings().one_or_none()


@cache
def _guarded_update(states: frozenset[State], guard: frozenset[str]) -> sa.Executable:
    """Return the UPDATE behind these guards; the columns to set are named when it is executed."""
    update = sa.update(follow_ups).where(
        follow_ups.c.id == sa.bindparam("follow_up_id"), follow_ups.c.state.in_(states)
    )
    if "holder" in guard:
        update = update.where(follow_ups.c.attempt_id == sa.bindparam("holder"))
    if "seen_version" in guard:
        update = update.where(follow_ups.c.version == sa.bindparam("seen_version"))
    return update.values(version=follow_ups.c.version + 1).returning(*follow_ups.c)


def change(
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
    values["updated_at"] = at
    row = _update(connection, follow_up_id, frozenset(states), {}, version, values)
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
    row = connection.execute(_LOCK, {"follow_up_id": follow_up_id}).mappings().one_or_none()
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
        f"{article}; {_IMPOSSIBLE.get(verb, 'it cannot be changed now')}.",
        hints.get(before.state, f"callback show f{before.id}"),
    )


_IMPOSSIBLE = {
    "schedule": "only a held mail can be approved",
    "hold": "only a held or scheduled mail can be paused",
    "move": "only a held or scheduled mail can be moved",
    "stop": "it cannot be stopped any more",
    "restore": "only a stopped mail can be restored",
    "retry": "only a failed mail can be tried again",
    "confirm": "it is noted as sent already",
}


def same_reader(name: str) -> Conflict:
    """Return the error that says that this reader has a mail already."""
    return Conflict(
        f"There is already a mail to {name} about this company and day.", "callback list --all"
    )
