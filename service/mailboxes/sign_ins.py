"""Sign-ins: begun, answered once, proved by a refresh, and stored as a mailbox with its grant.

A sign-in is a row that can be used once and an encrypted flow. Its grant is refreshed before it is
stored: one that cannot be is refused while the user is there, not found dead the next morning.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from providers.base import Access, Flow, Grant, Provider
from providers.errors import ProviderError, SignInAgain
from service.clock import real_now
from service.database import Database
from service.errors import SignInFailed
from service.mailboxes.evenings import next_evening
from service.mailboxes.grants import Grants
from service.mailboxes.rows import read_mailbox
from service.records import Mailbox
from service.schema import candidates, follow_ups, mailboxes, sign_ins
from service.states import State

if TYPE_CHECKING:  # loaded when a grant is opened, not before
    from service.vault import Vault

SIGN_IN_TIME = timedelta(minutes=10)
"""How long the user may take on the provider's page."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that waits for its answer: the page to open, and the state that will come back."""

    state: str = field(repr=False)
    url: str = field(repr=False)


class SignIns:
    """The sign-ins of this installation. Shared by threads."""

    def __init__(
        self,
        database: Database,
        grants: Grants,
        open_vault: "Callable[[], Vault]",
        provider: Callable[[str], Provider],
    ) -> None:
        self._database = database
        self._grants = grants
        self._open_vault = open_vault
        self._provider = provider

    def begin(
        self,
        candidate_id: int,
        provider: str,
        access: Access,
        redirect_uri: str,
        *,
        login_hint: str | None = None,
    ) -> Begun:
        """Start a sign-in: store its flow, encrypted, and return the page to open.

        The page proposes `login_hint`, or else the account that mails wait for.
        """
        state = secrets.token_urlsafe(32)
        awaited = self.find_awaited(candidate_id, provider)
        hint = login_hint or (awaited.address if awaited else None)
        flow = self._provider(provider).begin_sign_in(access, redirect_uri, state, login_hint=hint)
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

    def redeem(self, candidate_id: int, state: str, answer_url: str) -> tuple[str, Access, Grant]:
        """Redeem the address on which the browser ended; return provider, access and grant.

        Raises:
            SignInFailed: the answer is not of a sign-in that waits, was used before or came late.
            SignInAgain, Rejected, TryLater: what the provider said.

        """
        provider, access, payload = self._use(candidate_id, state)
        flow = Flow("", payload)
        return provider, access, self._provider(provider).finish_sign_in(flow, answer_url, access)

    def admit(
        self,
        candidate_id: int,
        provider: str,
        access: Access,
        grant: Grant,
        *,
        name: str,
        is_other_allowed: bool,
    ) -> int:
        """Store what a sign-in gave when it proves good and is of the account that is awaited.

        Raises:
            SignInFailed: it is of another account than the one that mails wait for.
            SignInAgain: it cannot be refreshed. In both cases nothing is stored.

        """
        proved = self._prove(provider, grant)
        if not is_other_allowed:
            self._refuse_other(candidate_id, provider, proved)
        return self.store(candidate_id, provider, access, proved, name=name)

    def store(
        self, candidate_id: int, provider: str, access: Access, grant: Grant, *, name: str
    ) -> int:
        """Store a grant: a new mailbox, or the known one signed in again. Returns its id."""
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
        self._open_vault()  # it may write its key, which must not happen inside the next write
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
            self._grants.write(connection, mailbox_id, grant)
            self._plan_probe(connection, candidate_id, mailbox_id)
        return int(mailbox_id)

    def find_awaited(self, candidate_id: int, provider: str) -> Mailbox | None:
        """Return the signed-out mailbox of this provider that mails wait for; the first of them."""
        waits = sa.exists().where(
            follow_ups.c.mailbox_id == mailboxes.c.id, follow_ups.c.state == State.SCHEDULED
        )
        with self._database.read() as connection:
            row = (
                connection.execute(
                    sa.select(mailboxes)
                    .where(
                        mailboxes.c.candidate_id == candidate_id,
                        mailboxes.c.provider == provider,
                        mailboxes.c.signed_out_at.is_not(None),
                        mailboxes.c.disconnected_at.is_(None),
                        waits,
                    )
                    .order_by(mailboxes.c.id)
                    .limit(1)
                )
                .mappings()
                .one_or_none()
            )
        return read_mailbox(row) if row else None

    def _plan_probe(self, connection: sa.Connection, candidate_id: int, mailbox_id: int) -> None:
        """Have the next evening ask whether the sign-in still holds."""
        zone = connection.scalar(
            sa.select(candidates.c.zone).where(candidates.c.id == candidate_id)
        )
        connection.execute(
            sa.update(mailboxes)
            .where(mailboxes.c.id == mailbox_id)
            .values(next_probe_at=next_evening(str(zone), real_now(), mailbox_id))
        )

    def _prove(self, provider: str, grant: Grant) -> Grant:
        """Return the grant after one refresh; as it was when the provider cannot be asked now."""
        try:
            fresh = self._provider(provider).refresh(grant.secret)
        except SignInAgain:
            raise
        except ProviderError:
            return grant
        return replace(
            grant,
            secret=fresh.secret,
            access_token=fresh.access_token,
            expires_at=fresh.expires_at,
        )

    def _refuse_other(self, candidate_id: int, provider: str, grant: Grant) -> None:
        """Refuse a sign-in to another account than the awaited one, and give it back."""
        awaited = self.find_awaited(candidate_id, provider)
        if awaited is None:
            return
        stored = self._grants.read(awaited.id)
        is_same_address = grant.address.casefold() == awaited.address.casefold()
        if is_same_address and (stored is None or stored.account_id == grant.account_id):
            return
        with suppress(ProviderError):
            self._provider(provider).revoke(grant.secret)
        who = "another account of that address" if is_same_address else grant.address
        raise SignInFailed(
            f"You signed in as {who}, but mails wait for {awaited.address}. Nothing was connected.",
            f"callback connect {provider}, and choose {awaited.address}; "
            f"or callback connect {provider} --another-account",
        )

    def _use(self, candidate_id: int, state: str) -> tuple[str, Access, str]:
        """Take a waiting sign-in, once; its flow is wiped in the same transaction."""
        vault = self._open_vault()
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


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
