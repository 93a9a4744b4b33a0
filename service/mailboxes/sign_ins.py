"""Sign-ins: begun, answered once, proved by a refresh, and stored as a mailbox with its grant.

A sign-in is a row that can be used once and an encrypted flow. Its grant is refreshed before it is
stored: one that cannot be is refused while the user is there, not found dead the next morning.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from providers.base import Access, Flow, Grant, Provider
from providers.errors import ProviderError, TryLater
from service.clock import real_now
from service.database import Database
from service.errors import SignInFailed
from service.mailboxes import identity
from service.mailboxes.evenings import next_evening
from service.mailboxes.grants import Grants
from service.records import Mailbox
from service.schema import candidates, mailboxes, sign_ins

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
        login_hint: str | None,
        is_other_allowed: bool,
    ) -> Begun:
        """Start a sign-in: store its flow, encrypted, and return the page to open.

        The page proposes `login_hint`, or else the account that mails wait for.
        """
        state = secrets.token_urlsafe(32)
        if login_hint is None and not is_other_allowed:
            with self._database.read() as connection:
                awaited = identity.list_awaited(connection, candidate_id, provider)
            login_hint = awaited[0].address if awaited else None
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
        self._refuse_other(candidate_id, provider, grant, is_other_allowed=is_other_allowed)
        proved = self._prove(provider, grant)
        return self.store(
            candidate_id, provider, access, proved or grant, name=name, is_proved=proved is not None
        )

    def store(
        self,
        candidate_id: int,
        provider: str,
        access: Access,
        grant: Grant,
        *,
        name: str,
        is_proved: bool = True,
    ) -> int:
        """Store a grant: a new mailbox, or the known one signed in again. Returns its id."""
        values = {
            "name": name,
            "access": access,
            "address": grant.address,
            "address_key": grant.address.casefold(),
            "account_id": grant.account_id or None,
            "connected_at": real_now(),
            "signed_out_at": None,
            "signed_out_reason": None,
            "blocked_until": None,
            "blocked_reason": None,
            "disconnected_at": None,
        }
        self._open_vault()  # it may write its key, which must not happen inside the next write
        with self._database.write(f"mailboxes of {candidate_id}") as connection:
            known = identity.find_known(connection, candidate_id, provider, grant)
            if known is None:
                mailbox_id = connection.execute(
                    sa.insert(mailboxes)
                    .values(candidate_id=candidate_id, provider=provider, **values)
                    .returning(mailboxes.c.id)
                ).scalar_one()
            else:
                mailbox_id = known.id
                if not identity.is_of(known, grant):
                    identity.forget_looks(connection, mailbox_id)
                connection.execute(
                    sa.update(mailboxes).where(mailboxes.c.id == mailbox_id).values(values)
                )
            self._grants.write(connection, mailbox_id, grant)
            self._plan_probe(connection, candidate_id, mailbox_id, is_proved=is_proved)
        return int(mailbox_id)

    def _plan_probe(
        self, connection: sa.Connection, candidate_id: int, mailbox_id: int, *, is_proved: bool
    ) -> None:
        """Have the next evening ask whether the sign-in still holds; at once what is not proved."""
        zone = connection.scalar(
            sa.select(candidates.c.zone).where(candidates.c.id == candidate_id)
        )
        evening = next_evening(str(zone), real_now(), mailbox_id) if is_proved else None
        connection.execute(
            sa.update(mailboxes).where(mailboxes.c.id == mailbox_id).values(next_probe_at=evening)
        )

    def _prove(self, provider: str, grant: Grant) -> Grant | None:
        """Return the grant after one refresh; None when the provider cannot be asked now."""
        try:
            fresh = self._provider(provider).refresh(grant.secret)
        except TryLater:
            return None
        return replace(
            grant,
            secret=fresh.secret,
            access_token=fresh.access_token,
            expires_at=fresh.expires_at,
        )

    def _refuse_other(
        self, candidate_id: int, provider: str, grant: Grant, *, is_other_allowed: bool
    ) -> None:
        """Refuse a sign-in of another account than the one that is meant, and give it back."""
        if not self._provider(provider).is_remote:
            return
        with self._database.read() as connection:
            awaited = identity.list_awaited(connection, candidate_id, provider)
            known = identity.find_known(connection, candidate_id, provider, grant)
            is_in_use = identity.is_in_use(connection, provider, grant)
            is_recreated = known is not None and not identity.is_of(known, grant)
            unsettled = identity.find_unsettled(connection, known) if known and is_recreated else ()
        is_awaited = not awaited or any(identity.is_of(each, grant) for each in awaited)
        is_live = known is not None and known.disconnected_at is None
        if unsettled:
            refusal = _refuse_unsettled(grant.address)
        elif is_recreated and is_live and not is_other_allowed:
            refusal = _refuse_recreated(provider, grant.address)
        elif not is_awaited and not is_other_allowed:
            refusal = _refuse_another(provider, grant.address, awaited)
        else:
            return
        if not is_in_use:
            # Google ends every sign-in of an account with the first that is given back.
            with suppress(ProviderError):
                self._provider(provider).revoke(grant.secret)
        raise refusal

    def _use(self, candidate_id: int, state: str) -> tuple[str, Access, str]:
        """Take a waiting sign-in, once; its flow is wiped in the same transaction."""
        vault = self._open_vault()
        with self._database.write() as connection:
            row = (
                connection.execute(
                    sa.select(sign_ins)
                    .where(
                        sign_ins.c.candidate_id == candidate_id,
                        sign_ins.c.state_hash == _hash(state),
                        sign_ins.c.used_at.is_(None),
                        sign_ins.c.expires_at > real_now(),
                    )
                    .with_for_update()
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


def _refuse_another(provider: str, address: str, awaited: Sequence[Mailbox]) -> SignInFailed:
    named = " and ".join(mailbox.address for mailbox in awaited)
    return SignInFailed(
        f"You signed in as {address}, but mails wait for {named}. Nothing was connected.",
        f"callback connect {provider}, and choose {awaited[0].address}; "
        f"or callback connect {provider} --another-account",
    )


def _refuse_recreated(provider: str, address: str) -> SignInFailed:
    return SignInFailed(
        f"{address} is another account now than the one that was connected. Nothing was connected.",
        f"callback connect {provider} --another-account",
    )


def _refuse_unsettled(address: str) -> SignInFailed:
    return SignInFailed(
        f"{address} is another account now, and it is not known yet whether a mail went from the "
        "one that was connected. Nothing was connected.",
        f"callback disconnect {address}, and when callback list says so, connect again",
    )


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
