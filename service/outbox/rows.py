"""Turns rows of `follow_ups` into records, and writes the event beside a change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service import threads
from service.records import FollowUp, Slot
from service.schema import events
from service.states import State, WaitingFor

_RECORD = sa.insert(events)


def read_follow_up(row: sa.RowMapping) -> FollowUp:
    """Return the record of one row of `follow_ups`."""
    return FollowUp(
        id=row["id"],
        candidate_id=row["candidate_id"],
        interview_id=row["interview_id"],
        person_id=row["person_id"],
        mailbox_id=row["mailbox_id"],
        version=row["version"],
        state=State(row["state"]),
        waiting_for=WaitingFor(row["waiting_for"]) if row["waiting_for"] else None,
        to_name=row["to_name"],
        to_address=row["to_address"],
        subject=row["subject"],
        body=row["body"],
        is_edited=row["is_edited"],
        slot=_read_slot(row),
        next_try_at=row["next_try_at"],
        attempt_id=row["attempt_id"],
        send_key=row["send_key"],
        tries=row["tries"],
        last_error=row["last_error"],
        stop_asked_at=row["stop_asked_at"],
        sent_at=row["sent_at"],
        proof=row["proof"],
        day=row["day"],
        thread=threads.read(row["thread"]),
        checked_key=row["checked_key"],
        shown_at=row["shown_at"],
        shown_version=row["shown_version"],
        approved_at=row["approved_at"],
    )


def slot_values(slot: Slot | None) -> dict[str, Any]:
    """Return the columns that hold `slot`; all empty for None."""
    return {
        "slot_at": slot.at if slot else None,
        "slot_until": slot.until if slot else None,
        "slot_target_at": slot.target_at if slot else None,
        "slot_zone": slot.zone if slot else None,
        "slot_wall": slot.at.astimezone(ZoneInfo(slot.zone)).isoformat() if slot else None,
        "slot_basis": slot.basis if slot else None,
        "slot_reasons": list(slot.reasons) if slot else [],
        "slot_warnings": list(slot.warnings) if slot else [],
        "slot_fixed": slot.is_fixed if slot else False,
    }


def record_event(
    connection: sa.Connection,
    follow_up: FollowUp,
    action: str,
    *,
    at: datetime,
    by: str,
    reason: str = "",
    from_state: State | None = None,
    to_state: State | None = None,
    attempt_id: int | None = None,
) -> None:
    """Write the event row of a change to `follow_up`."""
    values = {
        **_of(follow_up),
        "at": at,
        "attempt_id": attempt_id,
        "action": action,
        "from_state": from_state,
        "to_state": to_state,
        "by": by,
        "reason": reason,
    }
    connection.execute(_RECORD, values)


def record_submitted(
    connection: sa.Connection, follow_ups: Sequence[FollowUp], *, at: datetime, by: str
) -> None:
    """Write the event rows of new follow-ups."""
    how = {"at": at, "action": "submit", "by": by, "reason": ""}
    rows = [{**_of(each), **how, "to_state": each.state} for each in follow_ups]
    connection.execute(_RECORD, rows)


def _of(follow_up: FollowUp) -> dict[str, Any]:
    return {
        "candidate_id": follow_up.candidate_id,
        "interview_id": follow_up.interview_id,
        "follow_up_id": follow_up.id,
        "mailbox_id": follow_up.mailbox_id,
    }


def _read_slot(row: sa.RowMapping) -> Slot | None:
    if row["slot_at"] is None:
        return None
    return Slot(
        at=row["slot_at"],
        until=row["slot_until"],
        target_at=row["slot_target_at"],
        zone=row["slot_zone"],
        reasons=tuple(row["slot_reasons"]),
        warnings=tuple(row["slot_warnings"]),
        is_fixed=row["slot_fixed"],
        basis=row["slot_basis"] or "",
    )
