"""Looks again for mails whose attempts have ended: proof may come late. Once a day has passed, not.

A mail that counts as sent on the provider's word alone gets its proof, or is put to the user when
its draft still stands; one that nobody could tell about is confirmed or disproved. The same looks
tidy up: the draft that a stopped mail left behind is taken away, if certainly nobody needs it.
"""

from datetime import datetime, timedelta

from providers.base import Seen, Sight, Trace
from providers.errors import ProviderError, SignInAgain
from service import outbox
from service.clock import Clock
from service.database import Database
from service.delivery import decisions
from service.delivery.drafts import Ask
from service.delivery.record import Record
from service.logs import log
from service.outbox import Attempt
from service.records import FollowUp, Mailbox
from service.states import Proof, State

_PROVES_UNSENT = frozenset({"postpone", "release", "disprove", "hold", "refuse"})
"""Outcomes after which certainly nothing went, although a send may have been announced."""

_TIDY_AGAIN = timedelta(hours=1)
_MOST_TIDYING = 5
"""How often it is tried to take a left-over draft away."""


class LookBack:
    """Looks in one mailbox, one attempt at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        record: Record,
        mailbox: Mailbox,
        ask: Ask,
        settle_seconds: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._record = record
        self._mailbox = mailbox
        self._ask = ask
        self._settle_seconds = settle_seconds

    def run(self, attempt: Attempt) -> None:
        """Look for the mail of an ended attempt, or for the draft that it left behind.

        Raises:
            SignInAgain: the mailbox is signed out; it is looked for again after the next sign-in.

        """
        with self._database.read() as connection:
            follow_up = outbox.get(connection, attempt.follow_up_id)
        is_stopped = follow_up.state is State.STOPPED
        try:
            if not decisions.can_look(self._mailbox.access):
                self._leave(attempt)  # signed in again since, with less access
            elif is_stopped:
                self._tidy(follow_up, attempt)
            elif _is_open(follow_up, attempt):
                self._look(follow_up, attempt)
            else:
                self._leave(attempt)
        except SignInAgain:
            raise
        except ProviderError as error:
            log.warning("could not look back", action="look", code=error.code, attempt=attempt.id)
            self._look_later(attempt, is_stopped=is_stopped)

    def _look(self, follow_up: FollowUp, attempt: Attempt) -> None:
        trace = Trace(
            send_key=follow_up.send_key, draft_id=attempt.draft_id, message_id=attempt.message_id
        )
        seen = self._ask(lambda mailbox: mailbox.look(trace))
        now = self._clock.now()
        announced_at = attempt.announced_at or now
        is_accepted = attempt.proof == Proof.ACCEPTED
        if seen.sight is Sight.SENT:
            self._prove(follow_up, attempt, seen)
        elif is_accepted and seen.sight is Sight.STANDING and _is_doubtful(follow_up, attempt, now):
            self._record.doubt(
                follow_up,
                attempt.id,
                "the provider took it, and an hour later its draft still stands: look in Sent",
                look_at=decisions.next_look_back(announced_at, now),
            )
        elif not is_accepted and self._is_disproved(seen, now - announced_at):
            self._record.disprove(follow_up, attempt.id)
        else:
            self._look_later(attempt, is_stopped=False)

    def _prove(self, follow_up: FollowUp, attempt: Attempt, seen: Seen) -> None:
        proof = seen.proof or Proof.SENT_COPY
        record = self._record.prove if follow_up.state is State.SENT else self._record.confirm
        record(follow_up, attempt.id, proof, sent_id=seen.sent_id, message_id=seen.message_id)

    def _is_disproved(self, seen: Seen, announced_for: timedelta) -> bool:
        verdict = decisions.judge(
            seen, announced_for=announced_for, settle_seconds=self._settle_seconds
        )
        return verdict is decisions.Verdict.DISPROVE

    def _tidy(self, follow_up: FollowUp, attempt: Attempt) -> None:
        """Delete the draft of a stopped mail, unless it may have been sent or holds other words."""
        with self._database.read() as connection:
            attempts = outbox.list_attempts(connection, follow_up.id)
            written = outbox.list_written(connection, follow_up.id)
            last = outbox.find_earlier_draft(connection, follow_up.id, self._mailbox.id) or attempt
        draft_id = last.draft_id
        if all(each.announced_at is None or each.outcome in _PROVES_UNSENT for each in attempts):
            if draft_id is not None:
                draft = self._ask(lambda mailbox: mailbox.read_draft(draft_id))
            else:
                draft = self._ask(lambda mailbox: mailbox.find_draft(follow_up.send_key))
            if draft is not None and draft.is_standing:
                text = decisions.hash_mail(draft.subject, draft.body, draft.recipients)
                if text in written and self._is_still_stopped(follow_up):
                    self._delete(follow_up, last, draft.id)
        self._leave(attempt)

    def _is_still_stopped(self, follow_up: FollowUp) -> bool:
        with self._database.read() as connection:
            return outbox.get(connection, follow_up.id).state is State.STOPPED

    def _delete(self, follow_up: FollowUp, attempt: Attempt, draft_id: str) -> None:
        with self._database.write() as connection:
            outbox.outdate_draft(connection, attempt.id, follow_up.id, draft_id)
        self._ask(lambda mailbox: mailbox.delete_draft(draft_id))
        with self._database.write() as connection:
            outbox.forget_draft(connection, follow_up.id, draft_id)
        log.info("draft taken away", action="tidy", follow_up=follow_up.id, attempt=attempt.id)

    def _look_later(self, attempt: Attempt, *, is_stopped: bool) -> None:
        now = self._clock.now()
        moment = decisions.next_look_back(attempt.announced_at or now, now)
        if is_stopped:
            moment = now + _TIDY_AGAIN if attempt.looks < _MOST_TIDYING else None
        with self._database.write() as connection:
            outbox.look_back_at(connection, attempt.id, moment)

    def _leave(self, attempt: Attempt) -> None:
        with self._database.write() as connection:
            outbox.look_back_at(connection, attempt.id, None)


def _is_open(follow_up: FollowUp, attempt: Attempt) -> bool:
    """Whether anything is left to be found out about the mail of an attempt."""
    if follow_up.state is State.UNCONFIRMED:
        return True
    return follow_up.state is State.SENT and follow_up.proof == attempt.proof == Proof.ACCEPTED


def _is_doubtful(follow_up: FollowUp, attempt: Attempt, now: datetime) -> bool:
    is_late = now - (attempt.announced_at or now) >= decisions.DOUBTED_AFTER
    return is_late and follow_up.state is State.SENT
