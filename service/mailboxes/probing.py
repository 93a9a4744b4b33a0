"""Asks every evening whether each sign-in still holds, by a real refresh.

At six in the evening of the candidate, so that whoever is signed out hears of it while there is
time before the mails of the morning; on a computer that was off then, as soon as it is on. Only the
provider's word signs a mailbox out: what cannot be asked is asked again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from providers.errors import ProviderError, SignInAgain
from service.clock import real_now
from service.database import Database
from service.errors import ServiceError
from service.logs import log
from service.mailboxes import Mailboxes
from service.mailboxes.evenings import next_evening
from service.mailboxes.rows import read_mailbox
from service.records import Mailbox
from service.schema import candidates, mailboxes

PROBE_SECONDS = 60.0
"""How often it is asked whose time has come. Real time."""

AGAIN = timedelta(minutes=15)
"""How soon one is asked for again that could not be: offline, or the provider in trouble."""


class Prober:
    """Probes the mailboxes that are due. Several processes share the work by the database."""

    def __init__(
        self, database: Database, mailboxes: Mailboxes, now: Callable[[], datetime] = real_now
    ) -> None:
        self._database = database
        self._mailboxes = mailboxes
        self._now = now

    def round(self) -> int:
        """Probe what is due now; return how many that were.

        Where one of a provider's mailboxes gets no answer, the others are left to the next round:
        in one nobody waits for a provider longer than for one mailbox.
        """
        probed, unanswered = 0, set[str]()
        for mailbox, zone in self._list_due():
            if mailbox.provider not in unanswered and self._claim(mailbox):
                probed += 1
                if not self._probe(mailbox, zone):
                    unanswered.add(mailbox.provider)
        return probed

    def _list_due(self) -> list[tuple[Mailbox, str]]:
        """Return the signed-in mailboxes whose time has come, with their candidates' zones."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(mailboxes, candidates.c.zone)
                .join(candidates, candidates.c.id == mailboxes.c.candidate_id)
                .where(
                    mailboxes.c.signed_out_at.is_(None),
                    mailboxes.c.disconnected_at.is_(None),
                    mailboxes.c.id.in_(self._find_due()),
                )
                .order_by(mailboxes.c.id)
            ).mappings()
            return [(read_mailbox(row), row["zone"]) for row in rows]

    def _claim(self, mailbox: Mailbox) -> bool:
        """Put off the next probe, unless another process did so first."""
        with self._database.write() as connection:
            claimed = connection.execute(
                sa.update(mailboxes)
                .where(mailboxes.c.id == mailbox.id, self._is_due())
                .values(next_probe_at=self._now() + AGAIN)
            )
        return claimed.rowcount == 1

    def _find_due(self) -> sa.CompoundSelect[int]:
        """Find what `_is_due` by an index, which SQLite does not use for "one or the other"."""
        return sa.union_all(*(sa.select(mailboxes.c.id).where(each) for each in self._ways_due()))

    def _is_due(self) -> sa.ColumnElement[bool]:
        return sa.or_(*self._ways_due())

    def _ways_due(self) -> tuple[sa.ColumnElement[bool], ...]:
        at = mailboxes.c.next_probe_at
        return at.is_(None), at <= self._now()

    def _probe(self, mailbox: Mailbox, zone: str) -> bool:
        """Probe one; False when there was no answer."""
        try:
            self._mailboxes.probe(mailbox)
        except SignInAgain as error:
            log.error("mailbox signed out", action="probe", mailbox=mailbox.id, code=error.code)
        except (ProviderError, ServiceError) as error:
            log.warning("probe not answered", action="probe", mailbox=mailbox.id, code=error.code)
            return False
        with self._database.write() as connection:
            connection.execute(
                sa.update(mailboxes)
                .where(mailboxes.c.id == mailbox.id)
                .values(next_probe_at=next_evening(zone, self._now(), mailbox.id))
            )
        return True
