"""One attempt: draft, announce, call, record. Every step is committed before the next is taken.

Whatever kills the process leaves a last committed step, by which `rounds` settles the attempt.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from providers.base import Access, Mail, OpenMailbox, Receipt, Sight, Trace
from providers.errors import OutcomeUnknown, ProviderError, Rejected, SignInAgain, TryLater
from service import editing, leases, outbox, timing
from service.clock import Clock, real_now
from service.database import Database
from service.delivery import decisions
from service.delivery.decisions import Verdict
from service.delivery.drafts import Drafts, Ended
from service.delivery.lookback import LookBack
from service.delivery.record import Record
from service.errors import MailboxUnusable
from service.logs import log
from service.mailboxes import Mailboxes, Opened
from service.outbox import Attempt
from service.records import FollowUp, Mailbox, Thread
from service.states import Proof, Step, WaitingFor

ACCESS_TOKEN_REFUSED = "access-token-refused"  # noqa: S105 - a code, no token
"""The code with which providers say that a token was refused, not that the scope is missing."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease as it was taken, by both clocks: the wall clock may be set while we work."""

    until: datetime
    monotonic_until: float

    @classmethod
    def taken(cls, until: datetime) -> "Lease":
        """Note a lease that was taken just now."""
        return cls(until, time.monotonic() + (until - real_now()).total_seconds())

    def has_margin(self, more: timedelta = timedelta(0)) -> bool:
        """Whether enough is left for a call that sends, with its timeouts, and some time more."""
        left = min(
            (self.until - real_now()).total_seconds(), self.monotonic_until - time.monotonic()
        )
        return left >= (leases.MARGIN + more).total_seconds()


class _NotNow(Exception):
    """The moment passed, or the clock was set before it, between the last commit and the call.

    The call was therefore not made.
    """


class Courier:
    """Carries claimed follow-ups, one at a time, through one opened mailbox."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mailboxes: Mailboxes,
        record: Record,
        *,
        mailbox: Mailbox,
        opened: Opened,
        lease: Lease,
        renew: Callable[[], Lease | None],
        away: Callable[[], AbstractContextManager[None]],
        off: editing.Off,
    ) -> None:
        self._database = database
        self._clock = clock
        self._mailboxes = mailboxes
        self._record = record
        self._mailbox = mailbox
        self._lease = lease
        self._renew = renew
        self._away = away
        self.opened = opened
        self._off = off
        self._provider = mailboxes.provider(mailbox)
        self._drafts = Drafts(database, clock, record, mailbox, self._ask, off)
        self._look_back = LookBack(
            database, clock, record, mailbox, self._ask, self._provider.settle_seconds
        )

    def run(
        self, follow_up: FollowUp, attempt_id: int, over_at: datetime | None
    ) -> ProviderError | None:
        """Send the claimed follow-up; return the error that stops this mailbox for now, if any.

        `over_at` is when its interview ends, as it was stored when the follow-up was claimed.
        """
        try:
            self._check_again(follow_up, attempt_id, over_at)
            draft_id = None
            if self._mailbox.access == Access.DRAFTS:
                draft_id = self._drafts.prepare(follow_up, attempt_id, self._mail(follow_up))
            self.check_clock()
            self._announce(follow_up, attempt_id)
            receipt = self._ask(
                lambda mailbox: self._send(mailbox, follow_up, attempt_id, draft_id)
            )
        except Ended:
            return None
        except _NotNow:
            # Due when it was: what is late by now is planned again, with notice (T11).
            slept = TryLater(
                "window-closed", "The computer slept, or its clock was set, just before the call."
            )
            self._record.postpone(follow_up, attempt_id, slept, _due_at(follow_up))
            return None
        except SignInAgain as error:
            return self._signed_out(follow_up, attempt_id, error)
        except TryLater as error:
            return self._postpone(follow_up, attempt_id, error)
        except (Rejected, OutcomeUnknown) as error:
            return self._settle_answer(follow_up, attempt_id, error)
        self._record.confirm(
            follow_up,
            attempt_id,
            Proof.ACCEPTED,
            sent_id=receipt.sent_id,
            message_id=receipt.message_id,
            look_at=self._first_look_back(),
        )
        return None

    def look_back(self, attempt: Attempt) -> SignInAgain | None:
        """Look for the mail of an ended attempt; return the error that signs this mailbox out."""
        try:
            self._look_back.run(attempt)
        except SignInAgain as error:
            self._mailboxes.sign_out(self._mailbox, error.detail, version=self.opened.version)
            return error
        return None

    def check_clock(self, *, asks: bool = False) -> None:
        """Raise `TryLater` when the provider's last answer, or one now, shows our clock is wrong.

        Nothing is sent by a clock that is wrong. Where no draft was made nothing was heard yet, so
        that this costs a request on the connection that the mail takes next.
        """
        heard_at = None if asks else self.opened.mailbox.heard_at()
        if heard_at is None and self._provider.is_remote:
            heard_at = self._ask(lambda mailbox: mailbox.ask_time())
        if heard_at is not None:
            decisions.refuse_wrong_clock(heard_at, real_now(), self._clock.now())

    def _first_look_back(self) -> datetime | None:
        """Return when to look for a mail that is announced now; None where a look tells nothing."""
        if not (self._provider.is_remote and decisions.can_look(self._mailbox.access)):
            return None
        now = self._clock.now()
        return decisions.next_look_back(now, now)

    def _check_again(self, follow_up: FollowUp, attempt_id: int, over_at: datetime | None) -> None:
        """Hold what the checks would not let pass today: late text may say what is no longer so."""
        now = self._clock.now()
        self._hold_unless_over(follow_up, attempt_id, over_at, now)
        if editing.is_checked(follow_up, off=self._off, now=now):
            return
        with editing.write(self._database) as connection:
            obstacle = editing.check_again(connection, follow_up, off=self._off, now=now)
        if obstacle is not None:
            reason = "a check found something in it just before it was to go"
            self._record.hold(follow_up, attempt_id, obstacle, reason)
            raise Ended

    def _hold_unless_over(
        self, follow_up: FollowUp, attempt_id: int, over_at: datetime | None, now: datetime
    ) -> None:
        """Hold thanks for an interview that is not over by this clock, whatever its slot says."""
        if over_at is None or over_at <= now:
            return
        reason = "by this computer's clock the interview is not over yet"
        self._record.hold(follow_up, attempt_id, WaitingFor.INTERVIEW, reason)
        raise Ended

    def _ask(self, call: Callable[[OpenMailbox], T]) -> T:
        """Make a call, once more with a newer token when this one was refused.

        A refused token proves that nothing was executed, so that this is safe for a send too.
        """
        with self._away():
            return self._ask_away(call)

    def _ask_away(self, call: Callable[[OpenMailbox], T]) -> T:
        try:
            return call(self.opened.mailbox)
        except SignInAgain as error:
            if error.code != ACCESS_TOKEN_REFUSED:
                raise
        stale = self.opened
        try:
            self.opened = self._mailboxes.open(self._mailbox, refused=stale)
        except (Rejected, OutcomeUnknown) as error:
            # The sign-in server's trouble is none of this mail's.
            raise TryLater(error.code, error.detail, request_id=error.request_id) from error
        except MailboxUnusable as error:
            raise TryLater("disconnected", error.message) from error
        stale.mailbox.close()
        return call(self.opened.mailbox)

    def _announce(self, follow_up: FollowUp, attempt_id: int) -> None:
        """Commit that the call may come, unless the user asked to stop; the lease is to last."""
        lease = self._renew()
        if lease is None:
            self._record.release(follow_up, attempt_id, "another process took over this mailbox")
            raise Ended
        self._lease = lease
        with self._database.write() as connection:
            if outbox.announce(connection, attempt_id, at=self._clock.now()):
                return
        self._record.release(follow_up, attempt_id, "stopped before it was sent")
        raise Ended

    def _send(
        self, mailbox: OpenMailbox, follow_up: FollowUp, attempt_id: int, draft_id: str | None
    ) -> Receipt:
        """Make the one call that sends, if it may still be made this very moment."""
        with self._database.read() as connection:
            standing = outbox.find_standing(connection, follow_up.id)
        if standing.attempt_id != attempt_id:
            raise Ended
        if standing.stop_asked_at is not None:
            self._record.release(follow_up, attempt_id, "stopped before it was sent")
            raise Ended
        slot = follow_up.slot
        assert slot is not None  # noqa: S101 - a CHECK holds it for what is sending
        now, due_at = self._clock.now(), _due_at(follow_up)
        self._hold_unless_over(follow_up, attempt_id, standing.over_at, now)
        is_now = due_at <= now and not timing.is_missed(slot, due_at, now)
        if not is_now or not self._lease.has_margin():
            raise _NotNow
        if draft_id is not None:
            return mailbox.send_draft(draft_id)
        return mailbox.send(self._mail(follow_up), follow_up.send_key)

    def _settle_answer(
        self, follow_up: FollowUp, attempt_id: int, error: Rejected | OutcomeUnknown
    ) -> ProviderError | None:
        """Settle a refused or lost answer: by looking, where an announced send can be seen."""
        with self._database.read() as connection:
            attempts = outbox.find_open(connection, self._mailbox.id)
        attempt = next((each for each in attempts if each.id == attempt_id), None)
        if attempt is None:
            return None
        is_announced = attempt.step is Step.ANNOUNCED
        if is_announced and decisions.can_look(self._mailbox.access):
            self.settle_announced(follow_up, attempt, error)
        elif isinstance(error, Rejected):
            self._record.refuse(follow_up, attempt_id, error)
        elif is_announced:
            self._record.lose(follow_up, attempt_id, error.detail)
        else:
            later = TryLater(error.code, error.detail, request_id=error.request_id)
            return self._postpone(follow_up, attempt_id, later)
        return None

    def settle_announced(
        self, follow_up: FollowUp, attempt: Attempt, error: ProviderError | None = None
    ) -> None:
        """Look for an announced mail, and confirm, disprove, lose or look again later."""
        now = self._clock.now()
        if error is None and attempt.answer is not None:
            # The send was refused, and could not be looked for then: it is judged as refused now.
            error = Rejected(attempt.answer, "The provider refused to send it.")
        trace = Trace(
            send_key=follow_up.send_key,
            draft_id=attempt.draft_id,
            message_id=attempt.message_id,
        )
        try:
            seen = self._ask(lambda mailbox: mailbox.look(trace))
        except ProviderError as unseen:
            self._settle_unseen(follow_up, attempt, error, unseen)
            return
        if isinstance(error, Rejected):
            if seen.sight in (Sight.STANDING, Sight.ABSENT):
                self._record.refuse(follow_up, attempt.id, error)
                return
            if seen.proof == Proof.DRAFT_CONSUMED:
                # Our only send was refused: somebody else took the draft away, or sent it.
                self._record.lose(
                    follow_up, attempt.id, error.detail, gone_draft_id=attempt.draft_id
                )
                return
        verdict = decisions.judge(
            seen,
            announced_for=now - (attempt.announced_at or now),
            settle_seconds=self._provider.settle_seconds,
        )
        if verdict is Verdict.CONFIRM:
            self._record.confirm(
                follow_up,
                attempt.id,
                seen.proof or Proof.SENT_COPY,
                sent_id=seen.sent_id,
                message_id=seen.message_id,
            )
        elif verdict is Verdict.DISPROVE:
            self._record.disprove(follow_up, attempt.id)
        elif verdict is Verdict.LOSE:
            detail = error.detail if error else "the service was interrupted while sending"
            self._record.lose(
                follow_up,
                attempt.id,
                detail,
                gone_draft_id=attempt.draft_id,
                look_at=decisions.next_look_back(attempt.announced_at or now, now),
            )
        else:
            self._record.look_again(attempt, decisions.next_look(attempt.looks, now))

    def _settle_unseen(
        self,
        follow_up: FollowUp,
        attempt: Attempt,
        error: ProviderError | None,
        unseen: ProviderError,
    ) -> None:
        """Go on from a look that was not answered: it proves nothing."""
        now = self._clock.now()
        log.warning("could not look", action="look", code=unseen.code, attempt=attempt.id)
        if isinstance(unseen, SignInAgain):
            self._mailboxes.sign_out(self._mailbox, unseen.detail, version=self.opened.version)
        if isinstance(error, Rejected) and isinstance(unseen, Rejected):
            # The send was refused for certain, and the account is closed to looking, too.
            self._record.refuse(follow_up, attempt.id, error)
        elif now - (attempt.announced_at or now) > decisions.LONGEST_LOOKING:
            self._record.lose(follow_up, attempt.id, "it could not be looked for within a day")
        else:
            refused = error.code if isinstance(error, Rejected) else None
            moment = decisions.next_look(attempt.looks, now)
            self._record.look_again(attempt, moment, refused=refused)

    def _postpone(
        self,
        follow_up: FollowUp,
        attempt_id: int,
        error: TryLater,
        *,
        after: timedelta | None = None,
    ) -> TryLater:
        now = self._clock.now()
        if follow_up.slot is not None:
            error = decisions.end_with_day(error, follow_up.slot.zone, now)
        moment = decisions.next_try(error, follow_up.tries, now) if after is None else now + after
        self._record.postpone(follow_up, attempt_id, error, moment)
        return error

    def _signed_out(self, follow_up: FollowUp, attempt_id: int, error: SignInAgain) -> SignInAgain:
        """Give the follow-up back: it waits, scheduled, until the mailbox is signed in again."""
        self._mailboxes.sign_out(self._mailbox, error.detail, version=self.opened.version)
        later = TryLater(error.code, error.detail)
        self._postpone(follow_up, attempt_id, later, after=timedelta())
        return error

    def _mail(self, follow_up: FollowUp) -> Mail:
        assert follow_up.to_address is not None  # noqa: S101 - a CHECK holds it
        return Mail(
            sender_name=self._mailbox.name,
            sender_address=self._mailbox.address,
            to_name=follow_up.to_name,
            to_address=follow_up.to_address,
            subject=follow_up.subject,
            body=follow_up.body,
            date=self._clock.now(),
            in_reply_to=follow_up.thread.message_id if follow_up.thread else None,
            references=_references(follow_up.thread),
        )


def _references(thread: Thread | None) -> tuple[str, ...]:
    """Return the mails before it in its thread and the one that is answered (RFC 5322 3.6.4)."""
    return (*thread.references, thread.message_id) if thread else ()


def _due_at(follow_up: FollowUp) -> datetime:
    slot = follow_up.slot
    assert slot is not None  # noqa: S101 - a CHECK holds it for what is sending
    return max(slot.at, follow_up.next_try_at or slot.at)
