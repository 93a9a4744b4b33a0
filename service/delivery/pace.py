"""How fast a mailbox is sent from: below its provider's limits, counted by the sends announced.

A full minute makes the mailbox wait until there is room. A full day, ours or the provider's own,
makes what cannot go before its window closes go in the next one, and says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from providers.base import Pace
from service import editing, outbox, timing
from service.database import Database
from service.delivery.record import PlanAnew
from service.errors import Conflict, WrongState
from service.logs import log
from service.records import FollowUp, Mailbox, Slot
from service.states import WaitingFor

DAY_IS_FULL = "the daily limit of this mailbox is reached"

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Full:
    """A pace has no room for another mail before `until`; `reason` is why, one sentence."""

    until: datetime
    reason: str


def find_full(
    connection: sa.Connection, mailbox: Mailbox, pace: Pace | None, now: datetime
) -> Full | None:
    """Return until when a mailbox has sent enough, None while it may go on. One query."""
    if pace is None:
        return None
    in_minute, in_day = outbox.find_announced(
        connection, mailbox.id, per_minute=pace.per_minute, per_day=pace.per_day
    )
    if in_day is not None and now < in_day + _DAY:
        return Full(in_day + _DAY, f"{_begin(DAY_IS_FULL)}: {pace.per_day} mails in 24 hours.")
    if in_minute is not None and now < in_minute + _MINUTE:
        reason = f"No more than {pace.per_minute} mails a minute go from one mailbox."
        return Full(in_minute + _MINUTE, reason)
    return None


class PutOff:
    """Gives another time to what a mailbox cannot send while its own time lasts."""

    def __init__(self, database: Database, plan_anew: PlanAnew, off: editing.Off) -> None:
        self._database = database
        self._plan_anew = plan_anew
        self._off = off

    def run(self, mailbox: Mailbox, until: datetime, reason: str, *, now: datetime) -> None:
        """Move what falls due before `until`, and whose window closes before, beyond that (T11)."""
        with self._database.read() as connection:
            scheduled = outbox.list_scheduled(connection, mailbox.id)
        for follow_up in scheduled:
            slot = follow_up.slot
            if slot is None or slot.until >= until or _due_at(follow_up, slot) > until:
                continue
            try:
                with editing.write(self._database) as connection:
                    self._move(connection, follow_up, until, reason, now)
            except (WrongState, Conflict):
                continue  # the user was quicker, and theirs is the word

    def _move(
        self,
        connection: sa.Connection,
        follow_up: FollowUp,
        until: datetime,
        reason: str,
        now: datetime,
    ) -> None:
        slot = self._plan_anew(connection, follow_up, until)
        if slot is None:
            outbox.hold(
                connection,
                follow_up.id,
                WaitingFor.NEW_SLOT,
                at=now,
                by="service",
                reason=f"{reason}, and by the next day its text may be stale",
                version=follow_up.version,
            )
            log.error("mail needs you", action="hold", follow_up=follow_up.id)
            return
        goes = timing.describe_moment(slot.at, slot.zone, user_zone=slot.zone)
        editing.move(
            connection,
            follow_up,
            slot,
            at=now,
            by="service",
            reason=f"{reason}; it goes {goes}",
            off=self._off,
        )
        log.warning("mail put off", action="move", follow_up=follow_up.id)


def _due_at(follow_up: FollowUp, slot: Slot) -> datetime:
    return max(slot.at, follow_up.next_try_at or slot.at)


def _begin(words: str) -> str:
    return words[0].upper() + words[1:]
