"""The rounds over one mailbox, under its lease: settle what is open, then send what is due."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from providers.base import Access
from providers.errors import ProviderError, SignInAgain, TryLater
from service import editing, leases, outbox, timing
from service.clock import Clock, real_now
from service.database import Database
from service.delivery import decisions
from service.delivery.attempt import Courier, Lease
from service.delivery.desk import Desk
from service.delivery.drafts import hash_follow_up
from service.delivery.pace import PutOff, find_full
from service.delivery.record import Record, is_missed, make_planner
from service.delivery.waits import Waits
from service.errors import Conflict, ServiceError, StorageUnusable, WrongState
from service.logs import log
from service.mailboxes import Mailboxes
from service.outbox import Attempt
from service.records import FollowUp, Mailbox
from service.states import Step, WaitingFor

_RESERVE = timedelta(seconds=40)
"""What must be left of a lease beyond its margin, or it is renewed before the next mail."""


_TURN = 10
"""After so many mails of one mailbox others have their turn, if any wait."""


class Delivery:
    """Delivers for every mailbox of this installation. Shared by threads, one per mailbox."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mailboxes: Mailboxes,
        owner: leases.Owner,
        policy: timing.Policy,
        off: editing.Off = frozenset(),
        *,
        is_approval_required: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._mailboxes = mailboxes
        self._owner = owner
        self._plan_anew = make_planner(clock, policy)
        self._record = Record(database, clock, self._plan_anew)
        self._off = off
        self._is_approval_required = is_approval_required
        self._desk = Desk()
        self._waits = Waits(mailboxes, clock, PutOff(database, self._plan_anew, off))

    def work(
        self,
        mailbox_id: int,
        *,
        is_stopping: Callable[[], bool] = lambda: False,
        makes_way: Callable[[], bool] = lambda: False,
    ) -> int:
        """Do all there is to do in one mailbox; return how many mails were tried.

        Returns 0 when another process works it. Stops between two mails when asked, and after a
        few when `makes_way` says that others wait.
        """
        if self._waits.is_clock_wrong(mailbox_id):
            return 0
        with self._desk.seat():
            return self._work(mailbox_id, is_stopping, makes_way)

    def _work(
        self, mailbox_id: int, is_stopping: Callable[[], bool], makes_way: Callable[[], bool]
    ) -> int:
        lease = self._renew(mailbox_id)
        if lease is None:
            return 0
        courier: Courier | None = None
        try:
            mailbox = self._mailboxes.get(mailbox_id)
            courier = self._send_for(mailbox, lease)
            to_look_for = self._settle(mailbox, courier)
            if courier is None:
                self._hold_stale(mailbox)
                return 0
            is_able = not self._waits.is_blocked(mailbox) and self._is_clock_right(mailbox, courier)
            tried = self._deliver(mailbox, courier, is_stopping, makes_way) if is_able else 0
            if not is_stopping():
                self._look_back(courier, to_look_for)
            return tried
        finally:
            try:
                if courier is not None:
                    courier.opened.mailbox.close()
                self._hold_stranded(mailbox_id)
                self._hold_unapproved(mailbox_id)
            finally:
                leases.give_back(self._database, self._owner, mailbox_id)

    def _renew(self, mailbox_id: int) -> Lease | None:
        """Take or renew the lease; by our clocks, from before it was asked for.

        The database's own clock, by which others see it end, may differ from this computer's.
        """
        asked_at = real_now()
        until = leases.take(self._database, self._owner, mailbox_id)
        return Lease.taken(asked_at + leases.LEASE) if until else None

    def _send_for(self, mailbox: Mailbox, lease: Lease) -> Courier | None:
        """Open the mailbox; None when it cannot be worked now, and then say until when."""
        if mailbox.signed_out_at is not None or mailbox.disconnected_at is not None:
            return None
        try:
            with self._away(mailbox):
                opened = self._mailboxes.open(mailbox)
        except SignInAgain as error:
            log.error("mailbox signed out", action="open", mailbox=mailbox.id, code=error.code)
            return None
        except TryLater as error:
            self._waits.block(mailbox, error)
            return None
        except (ProviderError, ServiceError) as error:
            log.error("mailbox cannot be opened", action="open", mailbox=mailbox.id, error=error)
            detail = error.detail if isinstance(error, ProviderError) else error.message
            self._waits.block(mailbox, TryLater("unusable", detail))
            return None
        self._waits.forget_failures(mailbox)
        return Courier(
            self._database,
            self._clock,
            self._mailboxes,
            self._record,
            mailbox=mailbox,
            opened=opened,
            lease=lease,
            renew=_Keeper(lease, lambda: self._renew(mailbox.id)),
            away=lambda: self._away(mailbox),
            off=self._off,
        )

    def _away(self, mailbox: Mailbox) -> AbstractContextManager[None]:
        """Leave the desk for a call to the mailbox, if it is one that waits for a network."""
        return self._desk.away() if self._mailboxes.provider(mailbox).is_remote else nullcontext()

    def _is_clock_right(self, mailbox: Mailbox, courier: Courier) -> bool:
        """Ask for the time where it was wrong, before anything is claimed or planned by it."""
        if not self._waits.has_clock_been_wrong(mailbox):
            return True
        try:
            courier.check_clock(asks=True)
        except ProviderError:
            self._waits.note_wrong_clock(mailbox)
            return False
        self._waits.note_right_clock(mailbox)
        return True

    # Settling what a dead attempt left open

    def _settle(self, mailbox: Mailbox, courier: Courier | None) -> list[Attempt]:
        """Judge every open attempt by its last step: under our lease nobody is at work on it.

        Return the ended ones whose mails are to be looked for again.
        """
        with self._database.read() as connection:
            attempts = outbox.find_open(connection, mailbox.id)
            to_look_for = outbox.find_looked_for(connection, mailbox.id, self._clock.now())
        for attempt in attempts:
            with self._database.read() as connection:
                follow_up = outbox.get(connection, attempt.follow_up_id)
            try:
                self._settle_one(mailbox, courier, follow_up, attempt)
            except Exception as error:  # noqa: BLE001 - one follow-up must not stop the others
                log.error("attempt not settled", action="settle", attempt=attempt.id, error=error)
        return to_look_for

    def _look_back(self, courier: Courier, attempts: Iterable[Attempt]) -> None:
        """Look again for mails whose attempts have ended, after what was due has gone."""
        for attempt in attempts:
            try:
                if courier.look_back(attempt) is not None:
                    return
            except Exception as error:  # noqa: BLE001 - one follow-up must not stop the others
                log.error("attempt not settled", action="look", attempt=attempt.id, error=error)
                self._look_no_more(attempt)

    def _look_no_more(self, attempt: Attempt) -> None:
        with self._database.write() as connection:
            outbox.look_back_at(connection, attempt.id, None)

    def _settle_one(
        self,
        mailbox: Mailbox,
        courier: Courier | None,
        follow_up: FollowUp,
        attempt: Attempt,
    ) -> None:
        if attempt.step is not Step.ANNOUNCED:
            self._record.release(follow_up, attempt.id, "the service was interrupted")
        elif attempt.access == Access.SEND_ONLY or mailbox.disconnected_at is not None:
            # Connected again within a day, a mailbox that shows its drafts can be looked into.
            now, look_at = self._clock.now(), None
            if decisions.can_look(attempt.access):
                look_at = decisions.next_look_back(attempt.announced_at or now, now)
            reason = "the service was interrupted while sending"
            self._record.lose(follow_up, attempt.id, reason, look_at=look_at)
        elif attempt.next_look_at is not None and attempt.next_look_at > self._clock.now():
            return
        elif courier is None:
            self._record.look_again(attempt, decisions.next_look(attempt.looks, self._clock.now()))
        else:
            courier.settle_announced(follow_up, attempt)

    def _hold_stranded(self, mailbox_id: int) -> None:
        """Hold what was given back to a mailbox that the user disconnected meanwhile."""
        mailbox = self._mailboxes.get(mailbox_id)
        if mailbox.disconnected_at is None:
            return
        now = self._clock.now()
        with self._database.write() as connection:
            for follow_up in outbox.list_scheduled(connection, mailbox_id):
                reason = f"{mailbox.address} was disconnected"
                outbox.take_mailbox(connection, follow_up, at=now, by="service", reason=reason)

    def _hold_unapproved(self, mailbox_id: int) -> None:
        """Hold at once what this round gave another time, where that has to be approved anew."""
        if not self._is_approval_required:
            return
        with self._database.write() as connection:
            for follow_up in outbox.list_scheduled(connection, mailbox_id):
                if follow_up.approved_at is None:
                    outbox.await_approval(connection, follow_up.id, at=self._clock.now())

    def _hold_stale(self, mailbox: Mailbox) -> None:
        """Hold what a mailbox that cannot be opened has kept until its text may be wrong.

        While it is signed out nothing is held: what is stale then is found after the next sign-in.
        """
        if mailbox.signed_out_at is not None or mailbox.disconnected_at is not None:
            return
        with self._database.write() as connection:
            due = outbox.find_due(connection, mailbox.id, self._clock.now())
            if due is not None and self._plan_anew(connection, due) is None:
                self._hold_as_stale(connection, due)

    # Sending what is due

    def _deliver(
        self,
        mailbox: Mailbox,
        courier: Courier,
        is_stopping: Callable[[], bool],
        makes_way: Callable[[], bool],
    ) -> int:
        tried = 0
        while not is_stopping():
            if tried and tried % _TURN == 0:
                if makes_way():
                    return tried
                self._desk.pass_on()
            claimed = self._claim(mailbox)
            if claimed is None:
                return tried
            follow_up, over_at = claimed
            tried += 1
            attempt_id = follow_up.attempt_id
            assert attempt_id is not None  # noqa: S101 - a CHECK holds it while sending
            try:
                error = courier.run(follow_up, attempt_id, over_at)
            except Exception as unexpected:  # noqa: BLE001 - one follow-up must not stop the others
                log.error(
                    "attempt broke off", action="send", follow_up=follow_up.id, error=unexpected
                )
                self._break_off(mailbox, follow_up, attempt_id)
                return tried
            if isinstance(error, TryLater):
                self._waits.wait_after(mailbox, error)
            if error is not None:
                return tried
            self._waits.forget_failures(mailbox)
        return tried

    def _break_off(self, mailbox: Mailbox, follow_up: FollowUp, attempt_id: int) -> None:
        """Postpone what an unexpected error stopped before its send was announced."""
        with self._database.read() as connection:
            step = next(
                (a.step for a in outbox.find_open(connection, mailbox.id) if a.id == attempt_id),
                None,
            )
        later = TryLater("unexpected", "Something unexpected went wrong; it is tried again.")
        if step not in (None, Step.ANNOUNCED):
            moment = decisions.next_try(later, follow_up.tries, self._clock.now())
            self._record.postpone(follow_up, attempt_id, later, moment)
        self._waits.block(mailbox, later)

    def _claim(self, mailbox: Mailbox) -> "_Claimed | None":
        """Claim what has been due longest; what missed its slot is planned anew instead (T11)."""
        pace = self._mailboxes.provider(mailbox).pace
        while True:
            due: FollowUp | None = None
            claimed: _Claimed | None = None
            now = self._clock.now()
            try:
                with self._database.write() as connection:
                    due = outbox.find_due(connection, mailbox.id, now)
                    if due is None:
                        return None
                    full = find_full(connection, mailbox, pace, now)
                    is_late = full is None and is_missed(due, now)
                    if full is None and not is_late:
                        claimed = self._claim_one(connection, mailbox, due)
                if is_late:
                    self._plan_late(due)
            except (WrongState, Conflict):
                continue
            except Exception as error:
                if due is None or isinstance(error, StorageUnusable):
                    raise
                log.error("mail cannot be claimed", action="claim", follow_up=due.id, error=error)
                self._put_to_user(due)
                continue
            if full is not None:
                self._waits.wait_for_room(mailbox, full)
                return None
            if claimed is not None:
                return claimed

    def _claim_one(
        self, connection: sa.Connection, mailbox: Mailbox, due: FollowUp
    ) -> "_Claimed | None":
        if self._is_approval_required and due.approved_at is None:
            outbox.await_approval(connection, due.id, at=self._clock.now())
            return None
        claimed = outbox.claim(
            connection,
            due,
            mailbox_id=mailbox.id,
            access=mailbox.access,
            owner=self._owner.id,
            at=self._clock.now(),
            text_hash=hash_follow_up(due),
        )
        return _Claimed(claimed, outbox.find_over_at(connection, due.interview_id))

    def _put_to_user(self, follow_up: FollowUp) -> None:
        """Hold a row that breaks what touches it: neither forgotten nor tried at every tick."""
        with self._database.write() as connection:
            outbox.hold(
                connection,
                follow_up.id,
                WaitingFor.NEW_SLOT,
                at=self._clock.now(),
                by="service",
                reason="something about this mail could not be worked out; look at it",
            )

    def _plan_late(self, follow_up: FollowUp) -> None:
        with editing.write(self._database) as connection:
            slot = self._plan_anew(connection, follow_up)
            if slot is None:
                self._hold_as_stale(connection, follow_up)
                return
            before = len(follow_up.slot.reasons) if follow_up.slot else 0
            reason = next(iter(slot.reasons[before:]), "its slot was missed")
            editing.move(
                connection,
                follow_up,
                slot,
                at=self._clock.now(),
                by="service",
                reason=reason,
                off=self._off,
            )
        log.warning("slot missed, planned anew", action="move", follow_up=follow_up.id)

    def _hold_as_stale(self, connection: sa.Connection, follow_up: FollowUp) -> None:
        outbox.hold(
            connection,
            follow_up.id,
            WaitingFor.NEW_SLOT,
            at=self._clock.now(),
            by="service",
            reason="its time has passed by more than two working days; the text may be stale",
            version=follow_up.version,
        )
        log.error("mail needs you", action="hold", follow_up=follow_up.id)


class _Claimed(NamedTuple):
    """A claimed follow-up, and when its interview ends."""

    follow_up: FollowUp
    over_at: datetime | None


class _Keeper:
    """Keeps the lease of a round: renewed when a few mails more may not be covered by it."""

    def __init__(self, lease: Lease, renew: Callable[[], Lease | None]) -> None:
        self._lease: Lease | None = lease
        self._renew = renew

    def __call__(self) -> Lease | None:
        """Return a lease that lasts for the mail at hand, None when another process has it."""
        if self._lease is None or not self._lease.has_margin(_RESERVE):
            self._lease = self._renew()
        return self._lease
