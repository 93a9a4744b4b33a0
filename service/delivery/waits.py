"""Why a mailbox is left alone: its provider asks for it, its pace is full, the clock is wrong."""

import time
from datetime import datetime

from providers.errors import TryLater
from service.clock import Clock
from service.delivery import decisions
from service.delivery.pace import DAY_IS_FULL, Full, PutOff
from service.logs import log
from service.mailboxes import Mailboxes
from service.records import Mailbox


class Waits:
    """The waits of all mailboxes. A wait for the right clock lives with the process alone."""

    def __init__(self, mailboxes: Mailboxes, clock: Clock, put_off: PutOff) -> None:
        self._mailboxes = mailboxes
        self._clock = clock
        self._put_off = put_off
        self._failures: dict[int, int] = {}
        self._clock_wrong_until: dict[int, float] = {}
        """Mailboxes whose providers tell another time, by the monotonic clock."""

    def is_blocked(self, mailbox: Mailbox) -> bool:
        """Whether a stored wait is still on; looking is allowed meanwhile, sending not."""
        return mailbox.blocked_until is not None and mailbox.blocked_until > self._clock.now()

    def block(self, mailbox: Mailbox, error: TryLater) -> datetime:
        """Wait for as long as the provider, or the failures so far, ask for; return until when."""
        failures = self._failures.get(mailbox.id, 0) + 1
        self._failures[mailbox.id] = failures
        until = decisions.next_try(error, failures, self._clock.now())
        log.warning("mailbox waits", action="block", mailbox=mailbox.id, code=error.code)
        self._mailboxes.block(mailbox, until, error.detail)
        return until

    def forget_failures(self, mailbox: Mailbox) -> None:
        """Count anew from here: the mailbox could be used."""
        self._failures.pop(mailbox.id, None)

    def wait_after(self, mailbox: Mailbox, error: TryLater) -> None:
        """Wait after a mail that could not go, and put off what then cannot go either."""
        if error.code == decisions.CLOCK_WRONG:
            self.note_wrong_clock(mailbox)
            return
        until = self.block(mailbox, error)
        is_day = error.code in decisions.DAY_LIMITS
        self._put_off_until(mailbox, until, DAY_IS_FULL if is_day else error.detail.rstrip("."))

    def wait_for_room(self, mailbox: Mailbox, full: Full) -> None:
        """Wait until the pace of a mailbox has room for another mail."""
        log.warning("mailbox waits", action="block", mailbox=mailbox.id, code="pace")
        self._mailboxes.block(mailbox, full.until, full.reason)
        self._put_off_until(mailbox, full.until, DAY_IS_FULL)

    def is_clock_wrong(self, mailbox_id: int) -> bool:
        """Whether our clock was found wrong, too short a time ago to ask again."""
        return time.monotonic() < self._clock_wrong_until.get(mailbox_id, 0.0)

    def has_clock_been_wrong(self, mailbox: Mailbox) -> bool:
        """Whether our clock was wrong when it was last compared with this provider's."""
        return mailbox.id in self._clock_wrong_until

    def note_wrong_clock(self, mailbox: Mailbox) -> None:
        """Do nothing in a mailbox for a while; not by the clock, which may soon be set right."""
        log.error("the clock is wrong", action="clock", mailbox=mailbox.id)
        wait = decisions.CLOCK_WAIT.total_seconds()
        self._clock_wrong_until[mailbox.id] = time.monotonic() + wait

    def note_right_clock(self, mailbox: Mailbox) -> None:
        """Go on: both clocks agree again."""
        self._clock_wrong_until.pop(mailbox.id, None)

    def _put_off_until(self, mailbox: Mailbox, until: datetime, reason: str) -> None:
        now = self._clock.now()
        if until - now > decisions.LONGEST_WAIT:
            self._put_off.run(mailbox, until, reason, now=now)
