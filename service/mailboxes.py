"""Connects mailboxes, keeps their sign-ins alive, disconnects them; alone reads grants.

A sign-in is a row that can be used once (`sign_ins`) and an encrypted flow; its answer makes or
renews a mailbox and its grant. Access tokens are handed out bare; when one is about to end it is
refreshed by one caller at a time, across threads and processes, and the newest version wins.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from providers.base import Access, Flow, Grant, OpenMailbox, Provider
from providers.errors import SignInAgain, TryLater
from service import leases
from service.clock import real_now
from service.database import Database
from service.errors import MailboxUnusable, NotFound, ServiceError, SignInFailed
from service.records import Mailbox
from service.schema import grants, mailboxes, sign_ins

if TYPE_CHECKING:  # the vault's cryptography is loaded when a grant is opened, not before
    from service.vault import Vault

SIGN_IN_TIME = timedelta(minutes=10)
"""How long the user may take on the provider's page."""

EXPIRY_MARGIN = timedelta(minutes=3)
"""A token that ends sooner than this is refreshed first: longer than a mail's calls may take."""

_POLL_SECONDS = 0.2

_FIND = sa.select(mailboxes).where(mailboxes.c.id == sa.bindparam("mailbox"))
_FIND_GRANT = sa.select(grants).where(grants.c.mailbox_id == sa.bindparam("mailbox"))


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that waits for its answer: the page to open, and the state that will come back."""

    state: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox opened with the token of one version of its grant."""

    mailbox: OpenMailbox
    version: int


@dataclass(frozen=True, slots=True)
class _StoredGrant:
    version: int
    expires_at: datetime
    secret: bytes = field(repr=False)
    access_token: bytes = field(repr=False)


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
        self._owner = owner
        self._open_vault = open_vault
        self._provider = provider
        self._locks: dict[int, threading.Lock] = {}
        self._locks_lock = threading.Lock()

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
    ) -> Begun:
        """Start a sign-in: store its flow, encrypted, and return the page to open."""
        state = secrets.token_urlsafe(32)
        flow = self._provider(provider).begin_sign_in(
            access, redirect_uri, state, login_hint=login_hint
        )
        vault = self._open_vault()
        with self._database.write() as connection:
            connection.execute(
                sa.insert(sign_ins).values(
                    candidate_id=candidate_id,
                    state_hash=_hash(state),
                    provider=provider,
                    access=access,
                    key_id=vault.key_id,
                    flow=vault.encrypt(flow.payload),
                    expires_at=real_now() + SIGN_IN_TIME,
                )
            )
        return Begun(state, flow.url)

    def finish(self, candidate_id: int, state: str, answer_url: str, *, name: str) -> Mailbox:
        """Redeem the address on which the browser ended, and store mailbox and grant.

        Raises:
            SignInFailed: the answer is not of a sign-in that waits, was used before or came late.
            SignInAgain, Rejected, TryLater: what the provider said; nothing was stored.

        """
        vault = self._open_vault()
        provider, access, payload = self._use(vault, candidate_id, state)
        grant = self._provider(provider).finish_sign_in(Flow("", payload), answer_url, access)
        return self.store(candidate_id, provider, access, grant, name=name)

    def store(
        self, candidate_id: int, provider: str, access: Access, grant: Grant, *, name: str
    ) -> Mailbox:
        """Store what a sign-in gave: a new mailbox, or the known one signed in again."""
        vault = self._open_vault()
        values = {
            "name": name,
            "access": access,
            "address": grant.address,
            "connected_at": real_now(),
            "signed_out_at": None,
            "signed_out_reason": None,
            "blocked_until": None,
            "blocked_reason": None,
            "disconnected_at": None,
        }
        key = grant.address.casefold()
        with self._database.write() as connection:
            mailbox_id = connection.scalar(
                sa.select(mailboxes.c.id).where(
                    mailboxes.c.candidate_id == candidate_id,
                    mailboxes.c.provider == provider,
                    mailboxes.c.address_key == key,
                )
            )
            if mailbox_id is None:
                mailbox_id = connection.execute(
                    sa.insert(mailboxes)
                    .values(candidate_id=candidate_id, provider=provider, address_key=key, **values)
                    .returning(mailboxes.c.id)
                ).scalar_one()
            else:
                connection.execute(
                    sa.update(mailboxes).where(mailboxes.c.id == mailbox_id).values(values)
                )
            self._write_grant(connection, vault, mailbox_id, grant)
        return self.get(mailbox_id, candidate_id=candidate_id)

    def disconnect(self, mailbox: Mailbox) -> str | None:
        """Revoke the grant where the provider can, and forget it here in any case.

        Return None when it was revoked, else the page on which the user can take the access back.
        """
        page: str | None = None
        stored = self._read_grant(mailbox.id)
        if stored is not None:
            try:
                page = self.provider(mailbox).revoke(self._open_vault().decrypt(stored.secret))
            finally:
                with self._database.write() as connection:
                    connection.execute(sa.delete(grants).where(grants.c.mailbox_id == mailbox.id))
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
            return [_read(row) for row in rows]

    def get(self, mailbox_id: int, *, candidate_id: int | None = None) -> Mailbox:
        """Return one mailbox, connected or not.

        Raises:
            NotFound: there is none, or it belongs to another candidate.

        """
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"mailbox": mailbox_id}).mappings().one_or_none()
        if row is None or candidate_id not in (None, row["candidate_id"]):
            raise NotFound("There is no such mailbox.", "callback mailboxes")
        return _read(row)

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
        token, version = self._token(mailbox, refused.version if refused else None)
        return Opened(self.provider(mailbox).open(token, mailbox.address), version)

    def probe(self, mailbox: Mailbox) -> None:
        """Refresh for real, to learn whether the sign-in still holds; raises as `open` does."""
        stored = self._read_grant(mailbox.id)
        self._token(mailbox, stored.version if stored else None)

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

    def block(self, mailbox: Mailbox, until: datetime, reason: str) -> None:
        """Leave a mailbox alone until `until` (clock time), as its provider asked."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(mailboxes)
                .where(mailboxes.c.id == mailbox.id)
                .values(blocked_until=until, blocked_reason=reason)
            )

    # How

    def _use(self, vault: "Vault", candidate_id: int, state: str) -> tuple[str, Access, str]:
        """Take a waiting sign-in, once; its flow is wiped in the same transaction."""
        with self._database.write() as connection:
            row = (
                connection.execute(
                    sa.select(sign_ins).where(
                        sign_ins.c.candidate_id == candidate_id,
                        sign_ins.c.state_hash == _hash(state),
                        sign_ins.c.used_at.is_(None),
                        sign_ins.c.expires_at > real_now(),
                    )
                )
                .mappings()
                .one_or_none()
            )
            if row is None:
                raise SignInFailed(
                    "This sign-in was used before, or has run out of time.",
                    "Start again: callback connect gmail, or callback connect outlook",
                )
            connection.execute(
                sa.update(sign_ins)
                .where(sign_ins.c.id == row["id"])
                .values(used_at=real_now(), flow=b"")
            )
        return row["provider"], Access(row["access"]), vault.decrypt(row["flow"])

    def _token(self, mailbox: Mailbox, refused_version: int | None) -> tuple[str, int]:
        """Return a token newer than `refused_version`, refreshing when there is none."""
        give_up = time.monotonic() + leases.REFRESH_LEASE.total_seconds()
        with self._lock(mailbox.id):
            while time.monotonic() < give_up:
                stored = self._read_grant(mailbox.id)
                if stored is None:
                    raise _not_connected(mailbox)
                is_fresh = stored.expires_at - real_now() > EXPIRY_MARGIN
                if is_fresh and stored.version != refused_version:
                    return self._open_vault().decrypt(stored.access_token), stored.version
                if leases.take_refresh(self._database, self._owner(), mailbox.id) is None:
                    # Another process refreshes; what it writes is what we are waiting for.
                    time.sleep(_POLL_SECONDS)
                    continue
                try:
                    return self._refresh(mailbox, stored)
                finally:
                    leases.give_back_refresh(self._database, self._owner(), mailbox.id)
        raise TryLater("refresh-in-progress", "Another process is refreshing this sign-in.")

    def _refresh(self, mailbox: Mailbox, seen: _StoredGrant) -> tuple[str, int]:
        stored = self._read_grant(mailbox.id)
        vault = self._open_vault()
        if stored is not None and stored.version != seen.version:
            return vault.decrypt(stored.access_token), stored.version
        try:
            grant = self.provider(mailbox).refresh(vault.decrypt(seen.secret))
        except SignInAgain as error:
            self.sign_out(mailbox, error.detail, version=seen.version)
            raise
        with self._database.write() as connection:
            version = self._write_refreshed(connection, vault, mailbox.id, grant, seen.version)
        if version is None:
            # A sign-in or another refresh was quicker: the newest wins, ours is forgotten.
            newest = self._read_grant(mailbox.id)
            if newest is None:
                raise _not_connected(mailbox)
            return vault.decrypt(newest.access_token), newest.version
        return grant.access_token, version

    def _write_grant(
        self, connection: sa.Connection, vault: "Vault", mailbox_id: int, grant: Grant
    ) -> None:
        """Store the grant of a new sign-in in place of any earlier one."""
        values = {
            **_grant_values(vault, grant),
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

    def _write_refreshed(
        self,
        connection: sa.Connection,
        vault: "Vault",
        mailbox_id: int,
        grant: Grant,
        seen_version: int,
    ) -> int | None:
        """Store a refreshed grant over the version it came from; None when that is not there."""
        version: int | None = connection.execute(
            sa.update(grants)
            .where(grants.c.mailbox_id == mailbox_id, grants.c.version == seen_version)
            .values(version=grants.c.version + 1, **_grant_values(vault, grant))
            .returning(grants.c.version)
        ).scalar_one_or_none()
        return version

    def _read_grant(self, mailbox_id: int) -> _StoredGrant | None:
        with self._database.read() as connection:
            row = connection.execute(_FIND_GRANT, {"mailbox": mailbox_id}).mappings().one_or_none()
        if row is None:
            return None
        return _StoredGrant(row["version"], row["expires_at"], row["secret"], row["access_token"])

    def _lock(self, mailbox_id: int) -> threading.Lock:
        with self._locks_lock:
            return self._locks.setdefault(mailbox_id, threading.Lock())


def _grant_values(vault: "Vault", grant: Grant) -> dict[str, Any]:
    return {
        "key_id": vault.key_id,
        "refreshed_at": real_now(),
        "expires_at": grant.expires_at,
        "scopes": list(grant.scopes),
        "secret": vault.encrypt(grant.secret),
        "access_token": vault.encrypt(grant.access_token),
    }


def _not_connected(mailbox: Mailbox) -> MailboxUnusable:
    return MailboxUnusable(
        f"{mailbox.address} is not connected.", f"callback connect {mailbox.provider}"
    )


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _read(row: sa.RowMapping) -> Mailbox:
    return Mailbox(
        id=row["id"],
        candidate_id=row["candidate_id"],
        provider=row["provider"],
        address=row["address"],
        name=row["name"],
        access=row["access"],
        signed_out_at=row["signed_out_at"],
        signed_out_reason=row["signed_out_reason"],
        blocked_until=row["blocked_until"],
        blocked_reason=row["blocked_reason"],
        disconnected_at=row["disconnected_at"],
    )
