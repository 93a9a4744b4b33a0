"""Writes how an attempt ended: the transition, its event and the attempt, in one transaction.

An outcome that cannot be written at once (a full disk, a busy database) is tried again for a while:
a mail that went must not be forgotten. If it never can be, the attempt stays open at its last step
and is settled by looking. An attempt that has lost its follow-up changes nothing but itself.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from providers.errors import Rejected, TryLater
from service import outbox, slots, timing
from service.clock import Clock
from service.database import Database
from service.errors import StorageUnusable, WrongState
from service.logs import log
from service.outbox import Attempt
from service.records import FollowUp, Slot
from service.states import Proof, State, WaitingFor

_WAITS_SECONDS = (0.1, 0.5, 2.0, 5.0, 10.0)
"""How long the record of an outcome is tried again when storage refuses it."""


class Record:
    """How attempts end. `plan_anew` gives a follow-up whose slot has passed its next one (T11)."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        plan_anew: "PlanAnew",
    ) -> None:
        self._database = database
        self._clock = clock
        self._plan_anew = plan_anew

    def confirm(
        self,
        follow_up: FollowUp,
        attempt_id: int,
        proof: Proof | str,
        *,
        reason: str = "",
        sent_id: str | None = None,
        message_id: str | None = None,
        look_at: datetime | None = None,
    ) -> None:
        """Record that it went; `look_at` is when a better proof than this is looked for."""

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.end_attempt(
                connection,
                attempt_id,
                at=now,
                outcome="confirm",
                proof=proof,
                sent_id=sent_id,
                message_id=message_id,
                next_look_at=look_at,
            )
            if follow_up.attempt_id == attempt_id:
                outbox.confirm_claimed(connection, follow_up, proof, at=now, reason=reason)
                return
            outbox.confirm(
                connection,
                follow_up.id,
                proof,
                at=now,
                by="provider",
                reason=reason,
                attempt_id=attempt_id,
            )

        self._write(write, "confirm", follow_up, attempt_id)

    def postpone(
        self, follow_up: FollowUp, attempt_id: int, error: TryLater, next_try_at: datetime
    ) -> None:
        """Record that it certainly did not go, and is tried again."""

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.end_attempt(
                connection, attempt_id, at=now, outcome="postpone", answer=error.code
            )
            outbox.postpone(
                connection,
                follow_up.id,
                attempt_id=attempt_id,
                next_try_at=next_try_at,
                at=now,
                reason=error.detail,
            )

        self._write(write, "postpone", follow_up, attempt_id, code=error.code)

    def release(self, follow_up: FollowUp, attempt_id: int, reason: str) -> None:
        """Give it back: nothing was announced, it is due as before."""

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.end_attempt(connection, attempt_id, at=now, outcome="release")
            outbox.release(connection, follow_up.id, attempt_id=attempt_id, at=now, reason=reason)

        self._write(write, "release", follow_up, attempt_id)

    def refuse(self, follow_up: FollowUp, attempt_id: int, error: Rejected) -> None:
        """Record that the provider refused it for good."""

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.end_attempt(connection, attempt_id, at=now, outcome="refuse", answer=error.code)
            outbox.refuse(
                connection, follow_up.id, attempt_id=attempt_id, at=now, reason=error.detail
            )

        self._write(write, "refuse", follow_up, attempt_id, code=error.code)

    def lose(
        self,
        follow_up: FollowUp,
        attempt_id: int,
        reason: str,
        *,
        gone_draft_id: str | None = None,
        look_at: datetime | None = None,
    ) -> None:
        """Record that nobody can tell whether it went; `gone_draft_id` was seen to be gone.

        `look_at` is when it is looked for again, since proof may come late.
        """

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.end_attempt(connection, attempt_id, at=now, outcome="lose", next_look_at=look_at)
            if gone_draft_id is not None:
                outbox.forget_draft(connection, follow_up.id, gone_draft_id)
            outbox.lose(connection, follow_up.id, attempt_id=attempt_id, at=now, reason=reason)

        self._write(write, "lose", follow_up, attempt_id)

    def hold(
        self, follow_up: FollowUp, attempt_id: int, waiting_for: WaitingFor, reason: str
    ) -> None:
        """Hold it: nothing was sent, and the user is needed."""

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.end_attempt(connection, attempt_id, at=now, outcome="hold")
            outbox.hold(
                connection,
                follow_up.id,
                waiting_for,
                at=now,
                by="service",
                reason=reason,
                attempt_id=attempt_id,
            )

        self._write(write, "hold", follow_up, attempt_id)

    def disprove(self, follow_up: FollowUp, attempt_id: int) -> None:
        """Record the proof that nothing went: due again, or held when its time has passed."""
        is_lost = follow_up.state is State.UNCONFIRMED

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.end_attempt(connection, attempt_id, at=now, outcome="disprove")
            outbox.disprove(
                connection,
                follow_up.id,
                at=now,
                by="service",
                reason="the draft still stands: nothing was sent",
                attempt_id=None if is_lost else attempt_id,
                event_attempt_id=attempt_id,
                slot=self._plan_anew(connection, follow_up),
                version=follow_up.version if is_lost else None,
            )

        self._write(write, "disprove", follow_up, attempt_id)

    def doubt(
        self, follow_up: FollowUp, attempt_id: int, reason: str, *, look_at: datetime | None
    ) -> None:
        """Record that what the provider took seems not to have gone, and ask the user."""

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.look_back_at(connection, attempt_id, look_at)
            outbox.doubt(connection, follow_up.id, attempt_id=attempt_id, at=now, reason=reason)

        self._write(write, "doubt", follow_up, attempt_id)

    def prove(
        self,
        follow_up: FollowUp,
        attempt_id: int,
        proof: Proof | str,
        *,
        sent_id: str | None,
        message_id: str | None,
    ) -> None:
        """Record the proof that was seen of a mail which counted as sent before."""

        def write(connection: sa.Connection, now: datetime) -> None:
            outbox.add_proof(connection, attempt_id, proof, sent_id=sent_id, message_id=message_id)
            outbox.prove(connection, follow_up.id, proof, at=now)

        self._write(write, "prove", follow_up, attempt_id)

    def look_again(self, attempt: Attempt, moment: datetime, *, refused: str | None = None) -> None:
        """Leave it open: neither proof nor disproof yet. `refused`: the code the send met with."""
        with self._database.write() as connection:
            outbox.look_again_at(connection, attempt.id, moment, refused=refused)

    def _write(
        self,
        write: Callable[[sa.Connection, datetime], None],
        action: str,
        follow_up: FollowUp,
        attempt_id: int,
        *,
        code: str | None = None,
    ) -> None:
        ids: dict[str, Any] = {
            "follow_up": follow_up.id,
            "attempt": attempt_id,
            "mailbox": follow_up.mailbox_id,
        }
        for wait in (*_WAITS_SECONDS, None):
            try:
                with self._database.write() as connection:
                    write(connection, self._clock.now())
            except WrongState:
                log.warning("late answer", action=action, code=code, **ids)
                self._end_late(attempt_id, action)
                return
            except StorageUnusable:
                if wait is None:
                    raise
                time.sleep(wait)
            else:
                _tell(action, code, ids)
                return

    def _end_late(self, attempt_id: int, action: str) -> None:
        """Close an attempt that lost its follow-up, so that nobody looks for it for ever."""
        with self._database.write() as connection:
            outbox.end_late(connection, attempt_id, at=self._clock.now(), outcome=f"late-{action}")


class PlanAnew(Protocol):
    """Gives a follow-up its next slot under T11, or None when it is stale."""

    def __call__(
        self, connection: sa.Connection, follow_up: FollowUp, free_at: datetime | None = None
    ) -> Slot | None:
        """Return the slot as it is while it has not passed, with `free_at` one after that."""


def make_planner(clock: Clock, policy: timing.Policy) -> PlanAnew:
    """Return what plans follow-ups anew under this policy; trouble of the storage is raised."""

    def plan_anew(
        connection: sa.Connection, follow_up: FollowUp, free_at: datetime | None = None
    ) -> Slot | None:
        now = free_at or clock.now()
        if free_at is None and not is_missed(follow_up, now):
            return follow_up.slot
        try:
            return slots.plan_missed(connection, follow_up, policy, now)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - a row that cannot be planned is the user's
            log.error("mail cannot be planned", action="plan", follow_up=follow_up.id, error=error)
            return None

    return plan_anew


def is_missed(follow_up: FollowUp, now: datetime) -> bool:
    """Tell whether a scheduled mail is so late that it must be planned anew."""
    slot = follow_up.slot
    assert slot is not None  # noqa: S101 - a CHECK holds it for what is scheduled or sending
    return timing.is_missed(slot, max(slot.at, follow_up.next_try_at or slot.at), now)


def _tell(action: str, code: str | None, ids: dict[str, Any]) -> None:
    sentences = {
        "confirm": "mail sent",
        "postpone": "mail postponed",
        "release": "claim given back",
        "disprove": "mail was not sent",
        "prove": "proof was seen",
    }
    if action in sentences:
        log.info(sentences[action], action=action, code=code, **ids)
    else:
        log.error("mail needs you", action=action, code=code, **ids)
