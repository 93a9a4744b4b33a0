"""The draft of an attempt: made new, or taken over from an earlier attempt that left one behind.

A left-over draft is re-read before it is used. The user's edit goes out, after checks; what was
sent by hand is confirmed; what was deleted is put to the user; what was overtaken by a change made
here is replaced. A draft is deleted only when it was just read as unsent.
"""

from collections.abc import Callable
from typing import NoReturn, Protocol, TypeVar

from providers.base import Draft, Mail, OpenMailbox, Sight, Trace
from service import editing, outbox
from service.clock import Clock
from service.database import Database
from service.delivery import decisions
from service.delivery.record import Record
from service.outbox import Attempt
from service.records import FollowUp, Mailbox, Text
from service.states import Proof, WaitingFor
from service.writing.findings import Severity

T = TypeVar("T")


class Ended(Exception):
    """The attempt is over and recorded; nothing more is to be done."""


class Ask(Protocol):
    """Makes one call to the mailbox, with a newer token when the first is refused."""

    def __call__(self, call: Callable[[OpenMailbox], T]) -> T:
        """Return what the call returns."""


class Drafts:
    """Drafts in one mailbox, for the attempts that are made there."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        record: Record,
        mailbox: Mailbox,
        ask: Ask,
        off: editing.Off,
    ) -> None:
        self._database = database
        self._clock = clock
        self._record = record
        self._mailbox = mailbox
        self._ask = ask
        self._off = off

    def prepare(self, follow_up: FollowUp, attempt_id: int, mail: Mail) -> str:
        """Make or take over the draft, commit its id and return it.

        Raises:
            Ended: there is nothing to send now; that is recorded.
            ProviderError: the provider did not do what was asked.

        """
        draft = self._take_over(follow_up, attempt_id) if follow_up.tries > 1 else None
        if draft is None:
            draft = self._ask(lambda mailbox: mailbox.create_draft(mail, follow_up.send_key))
        with self._database.write() as connection:
            # What was taken over may have brought the user's own text with it.
            current = outbox.get(connection, follow_up.id) if follow_up.tries > 1 else follow_up
            outbox.note_draft(
                connection,
                attempt_id,
                draft_id=draft.id,
                text_hash=hash_follow_up(current),
                message_id=draft.message_id,
            )
        return draft.id

    def _take_over(self, follow_up: FollowUp, attempt_id: int) -> Draft | None:
        """Re-read what an earlier attempt left behind; None when a new draft is to be made."""
        with self._database.read() as connection:
            earlier = outbox.find_earlier_draft(connection, follow_up.id, self._mailbox.id)
            written = outbox.list_written(connection, follow_up.id)
        if earlier is None:
            return None
        draft_id = earlier.draft_id
        draft = self._ask(lambda mailbox: mailbox.read_draft(draft_id)) if draft_id else None
        draft = draft or self._ask(lambda mailbox: mailbox.find_draft(follow_up.send_key))
        if draft is None:
            if draft_id is not None and not earlier.draft_is_outdated:
                self._end_without(follow_up, attempt_id, earlier, draft_id)
            return None
        if not draft.is_standing:
            self._record.confirm(
                follow_up, attempt_id, Proof.SENT_COPY, reason="you sent the draft by hand"
            )
            raise Ended
        ours = hash_follow_up(follow_up)
        theirs = decisions.hash_mail(draft.subject, draft.body, draft.recipients)
        if theirs == ours:
            return draft
        if theirs in written:
            self._replace(follow_up, attempt_id, draft.id)
            return None
        # What a draft that nobody noted began with may be the text of any attempt before.
        before = {earlier.draft_text_hash} if draft_id else written
        is_changed_here = earlier.draft_is_outdated or before != {ours}
        return self._adopt(follow_up, attempt_id, draft, is_changed_here=is_changed_here)

    def _replace(self, follow_up: FollowUp, attempt_id: int, draft_id: str) -> None:
        """Take away a draft that holds what was changed here since."""
        with self._database.write() as connection:
            outbox.outdate_draft(connection, attempt_id, follow_up.id, draft_id)
        self._ask(lambda mailbox: mailbox.delete_draft(draft_id))
        with self._database.write() as connection:
            outbox.forget_draft(connection, follow_up.id, draft_id)

    def _end_without(
        self, follow_up: FollowUp, attempt_id: int, earlier: Attempt, draft_id: str
    ) -> NoReturn:
        """Confirm what was sent by hand; hold what was deleted, which was never announced."""
        trace = Trace(send_key=follow_up.send_key, message_id=earlier.message_id)
        seen = self._ask(lambda mailbox: mailbox.look(trace))
        if seen.sight is Sight.SENT:
            self._record.confirm(
                follow_up,
                attempt_id,
                Proof.SENT_COPY,
                reason="you sent the draft by hand",
                sent_id=seen.sent_id,
            )
            raise Ended
        with self._database.write() as connection:
            outbox.forget_draft(connection, follow_up.id, draft_id)
        self._hold(
            follow_up,
            attempt_id,
            WaitingFor.APPROVAL,
            "its draft was deleted or sent in your mailbox; say which",
        )

    def _adopt(
        self, follow_up: FollowUp, attempt_id: int, draft: Draft, *, is_changed_here: bool
    ) -> Draft:
        """Let the user's own text in the draft go out, once it has passed the checks."""
        wanted = decisions.fold_addresses([follow_up.to_address or ""])
        if decisions.fold_addresses(draft.recipients) != wanted:
            self._hold(
                follow_up,
                attempt_id,
                WaitingFor.APPROVAL,
                "the recipients were changed in its draft; nothing was sent",
            )
        if is_changed_here:
            self._hold(
                follow_up,
                attempt_id,
                WaitingFor.APPROVAL,
                "it was changed both here and in its draft; delete the draft, or change it here",
            )
        text = Text(draft.subject, draft.body)
        if self._has_errors(follow_up, text):
            self._hold(
                follow_up,
                attempt_id,
                WaitingFor.CORRECTION,
                "a check found an error in the text you gave its draft",
            )
        with self._database.write() as connection:
            outbox.adopt_text(connection, follow_up.id, text, at=self._clock.now())
        return draft

    def _hold(
        self, follow_up: FollowUp, attempt_id: int, waiting_for: WaitingFor, reason: str
    ) -> NoReturn:
        self._record.hold(follow_up, attempt_id, waiting_for, reason)
        raise Ended

    def _has_errors(self, follow_up: FollowUp, text: Text) -> bool:
        with self._database.read() as connection:
            found = editing.examine(connection, follow_up, text, off=self._off)
        return found is None or any(each.severity is Severity.ERROR for each in found)


def hash_follow_up(follow_up: FollowUp) -> str:
    """Return what tells the mail of a follow-up apart from another text or reader."""
    return decisions.hash_mail(follow_up.subject, follow_up.body, [follow_up.to_address or ""])
