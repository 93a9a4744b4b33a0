"""Connects mailboxes, keeps their sign-ins alive, disconnects them; alone reads grants.

`sign_ins` makes or renews a mailbox and its grant, `grants` hands out bare access tokens and
refreshes them, `probing` asks every day whether the sign-ins still hold.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from providers.base import Access, Grant, OpenMailbox, Provider
from service import leases
from service.clock import real_now
from service.database import Database
from service.errors import NotFound, ServiceError
from service.mailboxes.grants import EXPIRY_MARGIN, TESTING_TIME, Grants
from service.mailboxes.rows import FIND, read_mailbox
from service.mailboxes.sign_ins import SIGN_IN_TIME, Begun, SignIns
from service.records import Mailbox
from service.schema import mailboxes

if TYPE_CHECKING:  # the vault's cryptography is loaded when a grant is opened, not before
    from service.vault import Vault

__all__ = [
    "EXPIRY_MARGIN",
    "SIGN_IN_TIME",
    "TESTING_TIME",
    "Begun",
    "Health",
    "Mailboxes",
    "Opened",
]


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox opened with the token of one version of its grant."""

    mailbox: OpenMailbox
    version: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a sign-in is. Real times."""

    granted_at: datetime
    proved_at: datetime
    """When the provider last renewed it."""
    ends_at: datetime | None
    """When it ends by itself, where that is known."""


class Mailboxes:
    """All mailboxes of this installation. Shared by threads; `open_vault` is called when needed."""

    def __init__(
        self,
        database: Database,
        owner: Callable[[], leases.Owner],
        open_vault: "Callable[[], Vault]",
        provider: Callable[[str], Provider],
    ) -> None:
        self._database = database
        self._open_vault = open_vault
        self._provider = provider
        self._grants = Grants(database, owner, open_vault, provider)
        self._sign_ins = SignIns(database, self._grants, open_vault, provider)

    def provider(self, mailbox: Mailbox) -> Provider:
        """Return the provider of a mailbox."""
        return self._provider(mailbox.provider)

    # Connecting

    def begin(
        self,
        candidate_id: int,
        provider: str,
        access: Access,
        redirect_uri: str,
        *,
        login_hint: str | None = None,
        is_other_allowed: bool = False,
    ) -> Begun:
        """Start a sign-in: store its flow, encrypted, and return the page to open.

        The page proposes `login_hint`, or else, unless another is allowed, the account that is
        signed out while mails wait for it.
        """
        return self._sign_ins.begin(
            candidate_id,
            provider,
            access,
            redirect_uri,
            login_hint=login_hint,
            is_other_allowed=is_other_allowed,
        )

    def finish(
        self,
        candidate_id: int,
        state: str,
        answer_url: str,
        *,
        name: str,
        is_other_allowed: bool = False,
    ) -> Mailbox:
        """Redeem the address on which the browser ended, and store mailbox and grant.

        Raises:
            SignInFailed: the answer is not of a sign-in that waits, was used before or came late;
                or it is of another account than mails wait for, and that is not allowed.
            SignInAgain, Rejected, TryLater: what the provider said; nothing was stored.

        """
        provider, access, grant = self._sign_ins.redeem(candidate_id, state, answer_url)
        return self.admit(
            candidate_id, provider, access, grant, name=name, is_other_allowed=is_other_allowed
        )

    def admit(
        self,
        candidate_id: int,
        provider: str,
        access: Access,
        grant: Grant,
        *,
        name: str,
        is_other_allowed: bool = False,
    ) -> Mailbox:
        """Store what a sign-in gave, once it was refreshed; raises as `finish` does."""
        mailbox_id = self._sign_ins.admit(
            candidate_id, provider, access, grant, name=name, is_other_allowed=is_other_allowed
        )
        return self.get(mailbox_id, candidate_id=candidate_id)

    def store(
        self, candidate_id: int, provider: str, access: Access, grant: Grant, *, name: str
    ) -> Mailbox:
        """Store a grant as it is: a new mailbox, or the known one signed in again."""
        mailbox_id = self._sign_ins.store(candidate_id, provider, access, grant, name=name)
        return self.get(mailbox_id, candidate_id=candidate_id)

    def note_testing(self, mailbox: Mailbox, *, is_testing: bool) -> None:
        """Note whether the Google project of this sign-in is in Testing."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(mailboxes)
                .where(mailboxes.c.id == mailbox.id)
                .values(is_testing=is_testing)
            )

    def disconnect(self, mailbox: Mailbox) -> str | None:
        """Revoke the grant where the provider can, and forget it here in any case.

        Return None when it was revoked, else the page on which the user can take the access back.
        """
        page: str | None = None
        stored = self._grants.read(mailbox.id)
        if stored is not None:
            try:
                page = self.provider(mailbox).revoke(self._open_vault().decrypt(stored.secret))
            finally:
                with self._database.write() as connection:
                    self._grants.forget(connection, mailbox.id)
                    connection.execute(
                        sa.update(mailboxes)
                        .where(mailboxes.c.id == mailbox.id)
                        .values(disconnected_at=real_now())
                    )
        return page

    # Finding

    def list(self, candidate_id: int) -> list[Mailbox]:
        """Return the connected mailboxes of a candidate, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(mailboxes)
                .where(
                    mailboxes.c.candidate_id == candidate_id, mailboxes.c.disconnected_at.is_(None)
                )
                .order_by(mailboxes.c.id)
            ).mappings()
            return [read_mailbox(row) for row in rows]

    def get(self, mailbox_id: int, *, candidate_id: int | None = None) -> Mailbox:
        """Return one mailbox, connected or not.

        Raises:
            NotFound: there is none, or it belongs to another candidate.

        """
        with self._database.read() as connection:
            row = connection.execute(FIND, {"mailbox": mailbox_id}).mappings().one_or_none()
        if row is None or candidate_id not in (None, row["candidate_id"]):
            raise NotFound("There is no such mailbox.", "callback mailboxes")
        return read_mailbox(row)

    def health(self, mailbox: Mailbox) -> Health | None:
        """Return how the sign-in of a mailbox is; None when it is not connected."""
        stored = self._grants.read(mailbox.id)
        if stored is None:
            return None
        ends_at = stored.granted_at + TESTING_TIME if mailbox.is_testing else None
        return Health(stored.granted_at, stored.refreshed_at, ends_at)

    def ends_at(self, mailbox: Mailbox) -> datetime | None:
        """Return the real time at which a sign-in ends by itself; None where none is known."""
        health = self.health(mailbox) if mailbox.is_testing else None
        return health.ends_at if health else None

    # Keeping alive

    def warm_up(self) -> None:
        """Load what the first mail would wait for: the vault, and the providers in use.

        What cannot be loaded is left for the mail that needs it, which then says so.
        """
        in_use = sa.select(mailboxes.c.provider).where(mailboxes.c.disconnected_at.is_(None))
        with self._database.read() as connection:
            names = set(connection.scalars(in_use))
        for name in names:
            with suppress(ServiceError):
                self._provider(name)
                self._open_vault()

    def open(self, mailbox: Mailbox, *, refused: Opened | None = None) -> Opened:
        """Open a mailbox with an access token that lasts for at least `EXPIRY_MARGIN`.

        `refused` is what was opened before when its token was refused: a newer one is then used,
        refreshed if there is none yet.

        Raises:
            SignInAgain: the grant has ended; the mailbox is marked as signed out.
            TryLater: the provider cannot be reached, or another process refreshes for too long.
            MailboxUnusable: it was disconnected.

        """
        token, version = self._grants.token(mailbox, refused.version if refused else None)
        return Opened(self.provider(mailbox).open(token, mailbox.address), version)

    def probe(self, mailbox: Mailbox) -> None:
        """Refresh for real, to learn whether the sign-in still holds; raises as `open` does."""
        stored = self._grants.read(mailbox.id)
        self._grants.token(mailbox, stored.version if stored else None)

    def sign_out(self, mailbox: Mailbox, reason: str, *, version: int | None = None) -> None:
        """Mark a mailbox as signed out; its follow-ups wait until it is connected again.

        With `version` only if that is still its grant: a refusal of an earlier one says nothing.
        """
        self._grants.sign_out(mailbox, reason, version=version)

    def block(self, mailbox: Mailbox, until: datetime, reason: str) -> None:
        """Leave a mailbox alone until `until` (clock time), as its provider asked."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(mailboxes)
                .where(mailboxes.c.id == mailbox.id)
                .values(blocked_until=until, blocked_reason=reason)
            )
