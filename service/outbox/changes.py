"""Changes that leave the state alone: another slot, text, reader, or a stop that is asked for."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from service import threads
from service.outbox.guarded import change, same_reader
from service.outbox.rows import read_follow_up, slot_values
from service.records import FollowUp, Slot, Text, Thread
from service.schema import follow_ups
from service.states import Proof, State


def ask_stop(connection: sa.Connection, follow_up_id: int, *, at: datetime) -> FollowUp:
    """Note that the user wants a follow-up stopped that is being sent right now."""
    return change(
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
    """Give a held or scheduled follow-up another slot; a postponement is forgotten.

    What the service moves has to be approved anew, where that is asked for.
    """
    withdrawn: dict[str, Any] = {"approved_at": None} if by == "service" else {}
    return change(
        connection,
        follow_up_id,
        "move",
        at=at,
        by=by,
        reason=reason,
        version=version,
        next_try_at=None,
        **withdrawn,
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
    reason: str = "",
) -> FollowUp:
    """Give a held or scheduled follow-up another text."""
    return change(
        connection,
        follow_up_id,
        action,
        at=at,
        by=by,
        reason=reason,
        version=version,
        subject=text.subject,
        body=text.body,
        is_edited=is_edited,
    )


def answer(
    connection: sa.Connection,
    follow_up_id: int,
    thread: Thread | None,
    *,
    at: datetime,
) -> FollowUp:
    """Make a held or scheduled follow-up the answer to a mail; None makes it a mail of its own."""
    return change(
        connection, follow_up_id, "answer", at=at, by="user", thread=threads.write(thread)
    )


def note_checked(connection: sa.Connection, follow_up_id: int, key: str) -> None:
    """Note in what a follow-up's findings were found; that is no change of the follow-up."""
    connection.execute(
        sa.update(follow_ups).where(follow_ups.c.id == follow_up_id).values(checked_key=key)
    )


def note_slot(connection: sa.Connection, follow_up_id: int, slot: Slot) -> None:
    """Note why a follow-up goes when it goes anyway; that is no change of the follow-up."""
    connection.execute(
        sa.update(follow_ups).where(follow_ups.c.id == follow_up_id).values(slot_values(slot))
    )


def note_shown(connection: sa.Connection, follow_up_id: int, version: int, *, at: datetime) -> None:
    """Note that the user was shown this version, whole; that is no change of the follow-up.

    One that has changed meanwhile is left alone: what it is now was not shown.
    """
    connection.execute(
        sa.update(follow_ups)
        .where(follow_ups.c.id == follow_up_id, follow_ups.c.version == version)
        .values(shown_at=at, shown_version=version)
    )


def adopt_text(
    connection: sa.Connection, follow_up_id: int, text: Text, *, at: datetime
) -> FollowUp:
    """Take over the text that the user gave the draft in their mailbox, while it is being sent."""
    return change(
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


def prove(
    connection: sa.Connection, follow_up_id: int, proof: Proof | str, *, at: datetime
) -> FollowUp:
    """Add to a sent follow-up, so far on the provider's word alone, a proof that was seen."""
    return change(
        connection,
        follow_up_id,
        "prove",
        states=(State.SENT,),
        at=at,
        by="provider",
        proof=proof,
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
    company_key: str | None = None,
    day: date | None = None,
) -> FollowUp:
    """Say whom a held or scheduled follow-up goes to, from which mailbox, about which interview.

    What says nothing new leaves no event and changes no version.
    """
    about: dict[str, Any] = {"company_key": company_key, "day": day}
    values = {
        "to_name": to_name,
        "to_address": to_address,
        "reader_key": (to_address or to_name).casefold(),
        "mailbox_id": mailbox_id,
        **{name: value for name, value in about.items() if value is not None},
    }
    is_so = (follow_ups.c[name].is_not_distinct_from(value) for name, value in values.items())
    same = sa.select(follow_ups).where(
        follow_ups.c.id == follow_up_id,
        follow_ups.c.state.in_((State.HELD, State.SCHEDULED)),
        *is_so,
    )
    row = connection.execute(same.with_for_update()).mappings().one_or_none()
    if row is not None:
        return read_follow_up(row)
    try:
        return change(connection, follow_up_id, "readdress", at=at, by=by, **values)
    except IntegrityError as error:
        raise same_reader(to_name) from error
