"""The grants: encrypted at rest, refreshed by one caller at a time, the newest version wins.

Access tokens are handed out bare; one that is about to end is refreshed first, under a lock of this
process and a lease of the database, so that threads and processes put one refresh on the wire. Only
the provider's word that a grant has ended signs a mailbox out; trouble on the way never does.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from providers.base import Grant, Provider
from providers.errors import SignInAgain, TryLater
from service import leases
from service.clock import real_now
from service.database import Database
from service.errors import MailboxUnusable
from service.records import Mailbox
from service.schema import grants, mailboxes

if TYPE_CHECKING:  # the vault's cryptography is loaded when a grant is opened, not before
    from service.vault import Vault

EXPIRY_MARGIN = timedelta(minutes=3)
"""A token that ends sooner than this is refreshed first: longer than a mail's calls may take."""

TESTING_TIME = timedelta(days=7)
"""How long a sign-in lasts whose Google project is in Testing.

https://developers.google.com/identity/protocols/oauth2#expiration (2026-11).
"""

_ABOUT_A_WEEK = (timedelta(days=6, hours=12), timedelta(days=8))
"""When the end of a sign-in is taken for that one although nobody said that it would come."""

_POLL_SECONDS = 0.2

_FIND = sa.select(grants).where(grants.c.mailbox_id == sa.bindparam("mailbox"))


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A grant as it is stored, still encrypted. Times are real."""

    version: int
    account_id: str
    granted_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    secret: bytes = field(repr=False)
    access_token: bytes = field(repr=False)


class Grants:
    """The grants of this installation. Shared by threads; `open_vault` is called when needed."""

    def __init__(
        self,
        database: Database,
        owner: Callable[[], leases.Owner],
        open_vault: "Callable[[], Vault]",
        provider: Callable[[str], Provider],
    ) -> None:
        self._database = database
        self._owner = owner
        self._open_vault = open_vault
        self._provider = provider
        self._locks: dict[int, threading.Lock] = {}
        self._locks_lock = threading.Lock()

    def read(self, mailbox_id: int) -> StoredGrant | None:
        """Return the grant of a mailbox, or None when it is not connected."""
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"mailbox": mailbox_id}).mappings().one_or_none()
        if row is None:
            return None
        return StoredGrant(
            version=row["version"],
            account_id=row["account_id"],
            granted_at=row["granted_at"],
            refreshed_at=row["refreshed_at"],
            expires_at=row["expires_at"],
            secret=row["secret"],
            access_token=row["access_token"],
        )

    def write(self, connection: sa.Connection, mailbox_id: int, grant: Grant) -> None:
        """Store the grant of a new sign-in in place of any earlier one."""
        values = {
            **self._values(grant),
            "granted_at": real_now(),
            "account_id": grant.account_id,
        }
        updated = connection.execute(
            sa.update(grants)
            .where(grants.c.mailbox_id == mailbox_id)
            .values(version=grants.c.version + 1, **values)
        )
        if not updated.rowcount:
            connection.execute(sa.insert(grants).values(mailbox_id=mailbox_id, version=1, **values))

    def forget(self, connection: sa.Connection, mailbox_id: int) -> None:
        """Delete the grant of a mailbox."""
        connection.execute(sa.delete(grants).where(grants.c.mailbox_id == mailbox_id))

    def token(self, mailbox: Mailbox, refused_version: int | None) -> tuple[str, int]:
        """Return a token newer than `refused_version`, refreshing when there is none.

        Raises:
            SignInAgain: the grant has ended; the mailbox is marked as signed out.
            TryLater: the provider cannot be reached, or another process refreshes for too long.
            MailboxUnusable: it was disconnected.

        """
        stored = self._read_connected(mailbox)
        if self._is_good(stored, refused_version):
            # Whoever has a good token waits for nobody's refresh.
            return self._open_vault().decrypt(stored.access_token), stored.version
        with self._lock(mailbox.id):
            return self._wait_for_token(mailbox, refused_version)

    def sign_out(self, mailbox: Mailbox, reason: str, *, version: int | None = None) -> None:
        """Mark a mailbox as signed out; its follow-ups wait until it is connected again.

        With `version` only if that is still its grant: a refusal of an earlier one says nothing.
        """
        guard = [mailboxes.c.id == mailbox.id, mailboxes.c.signed_out_at.is_(None)]
        if version is not None:
            guard.append(
                sa.exists().where(
                    grants.c.mailbox_id == mailboxes.c.id, grants.c.version == version
                )
            )
        with self._database.write() as connection:
            connection.execute(
                sa.update(mailboxes)
                .where(*guard)
                .values(signed_out_at=real_now(), signed_out_reason=reason)
            )

    def _read_connected(self, mailbox: Mailbox) -> StoredGrant:
        stored = self.read(mailbox.id)
        if stored is None:
            raise MailboxUnusable(
                f"{mailbox.address} is not connected.", f"callback connect {mailbox.provider}"
            )
        return stored

    def _is_good(self, stored: StoredGrant, refused_version: int | None) -> bool:
        is_fresh = stored.expires_at - real_now() > EXPIRY_MARGIN
        return is_fresh and stored.version != refused_version

    def _wait_for_token(self, mailbox: Mailbox, refused_version: int | None) -> tuple[str, int]:
        """Refresh, or wait for the process that does; by one thread of this process at a time."""
        give_up = time.monotonic() + leases.REFRESH_LEASE.total_seconds()
        while True:
            stored = self._read_connected(mailbox)
            if self._is_good(stored, refused_version):
                return self._open_vault().decrypt(stored.access_token), stored.version
            if leases.take_refresh(self._database, self._owner(), mailbox.id) is not None:
                try:
                    return self._refresh(mailbox, stored)
                finally:
                    leases.give_back_refresh(self._database, self._owner(), mailbox.id)
            if time.monotonic() >= give_up:
                detail = "Another process is refreshing this sign-in."
                raise TryLater("refresh-in-progress", detail)
            # What the other process writes is what we are waiting for.
            time.sleep(_POLL_SECONDS)

    def _refresh(self, mailbox: Mailbox, seen: StoredGrant) -> tuple[str, int]:
        stored = self._read_connected(mailbox)
        vault = self._open_vault()
        if stored.version != seen.version:
            return vault.decrypt(stored.access_token), stored.version
        try:
            grant = self._provider(mailbox.provider).refresh(vault.decrypt(seen.secret))
        except SignInAgain as error:
            reason = _explain_end(mailbox, seen, error.detail)
            self.sign_out(mailbox, reason, version=seen.version)
            raise SignInAgain(error.code, reason, request_id=error.request_id) from error
        with self._database.write() as connection:
            version = self._write_refreshed(connection, mailbox.id, grant, seen.version)
        if version is None:
            # A sign-in or another refresh was quicker: the newest wins, ours is forgotten.
            newest = self._read_connected(mailbox)
            return vault.decrypt(newest.access_token), newest.version
        return grant.access_token, version

    def _write_refreshed(
        self, connection: sa.Connection, mailbox_id: int, grant: Grant, seen_version: int
    ) -> int | None:
        """Store a refreshed grant over the version it came from; None when that is not there."""
        version: int | None = connection.execute(
            sa.update(grants)
            .where(grants.c.mailbox_id == mailbox_id, grants.c.version == seen_version)
            .values(version=grants.c.version + 1, **self._values(grant))
            .returning(grants.c.version)
        ).scalar_one_or_none()
        return version

    def _values(self, grant: Grant) -> dict[str, Any]:
        vault = self._open_vault()
        return {
            "key_id": vault.key_id,
            "refreshed_at": real_now(),
            "expires_at": grant.expires_at,
            "scopes": list(grant.scopes),
            "secret": vault.encrypt(grant.secret),
            "access_token": vault.encrypt(grant.access_token),
        }

    def _lock(self, mailbox_id: int) -> threading.Lock:
        with self._locks_lock:
            return self._locks.setdefault(mailbox_id, threading.Lock())


def _explain_end(mailbox: Mailbox, stored: StoredGrant, detail: str) -> str:
    """Name the week of a Google project in Testing where that is why a sign-in has ended."""
    if mailbox.provider != "gmail" or mailbox.is_testing is False:
        return detail
    age = real_now() - stored.granted_at
    is_week = _ABOUT_A_WEEK[0] <= age <= _ABOUT_A_WEEK[1]
    if not is_week and not (mailbox.is_testing and age >= TESTING_TIME):
        return detail
    return (
        "Google ended this sign-in after seven days, as it does while the Google project is in "
        "“Testing”. Publish the project first (docs/gmail.md says where), then sign in again."
    )
