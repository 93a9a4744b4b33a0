"""What Entra issues and takes back: authorization codes, device codes, refresh and access tokens.

Time is the server's (`now`, seconds since the epoch), so that a test ends a life by advancing it.
Refresh tokens are not bound to scopes: what an account has consented to is asked at each use.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from tests.loopback.entra_accounts import Account, Scopes
from tests.loopback.entra_answers import Refusal

CODE_SECONDS = 600
DEVICE_SECONDS = 900
ACCESS_SECONDS = 3599
REFRESH_SECONDS = 90 * 24 * 3600


@dataclass(slots=True)
class Code:
    """An authorization code, good for one redemption."""

    account: Account
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scopes: Scopes
    given: frozenset[str]
    expires_at: float
    is_redeemed: bool = False


@dataclass(slots=True)
class Device:
    """A device code and what became of it."""

    user_code: str
    client_id: str
    scopes: Scopes
    expires_at: float
    answer: Literal["pending", "approved", "declined", "redeemed"] = "pending"
    account: Account | None = None
    given: frozenset[str] = frozenset()


@dataclass(slots=True)
class RefreshToken:
    """A refresh token; `revocations` is the account's count when it was issued."""

    account: Account
    client_id: str
    revocations: int
    expires_at: float


@dataclass(slots=True)
class AccessToken:
    """An access token for Graph."""

    account: Account
    scopes: frozenset[str]
    expires_at: float


class Tokens:
    """Everything issued so far, by its secret value; nothing is ever forgotten."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.issued: set[str] = set()
        """Every code and token ever handed out, to be looked for where none may be."""
        self.devices: dict[str, Device] = {}
        self._codes: dict[str, Code] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._access: dict[str, AccessToken] = {}

    def issue_code(self, code: Code) -> str:
        """Keep a code and return its value."""
        value = self._secret("1.", 96)
        self._codes[value] = code
        return value

    def redeem_code(self, value: str, client_id: str, redirect_uri: str, verifier: str) -> Code:
        """Return the code, now used up; raise Refusal, leaving it as it was."""
        code = self._codes.get(value)
        if code is None or code.client_id != client_id:
            raise Refusal("invalid_grant", 9002313)
        if code.is_redeemed:
            raise Refusal("invalid_grant", 54005)
        if code.expires_at <= self.now():
            raise Refusal("invalid_grant", 70008)
        if code.redirect_uri != redirect_uri:
            raise Refusal("invalid_client", 500112)
        if challenge_of(verifier) != code.challenge:
            raise Refusal("invalid_grant", 501481)
        code.is_redeemed = True
        return code

    def issue_device(self, client_id: str, scopes: Scopes) -> tuple[str, Device]:
        """Keep a device code and return its value and record."""
        alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        user_code = "".join(secrets.choice(alphabet) for _ in range(9))
        device = Device(user_code, client_id, scopes, self.now() + DEVICE_SECONDS)
        value = self._secret("D", 96)
        self.devices[value] = device
        return value, device

    def device_shown(self, user_code: str) -> Device:
        """Return the device whose code a person types; raise LookupError for an unknown one."""
        for device in self.devices.values():
            if device.user_code == user_code:
                return device
        raise LookupError(f"no device shows the code {user_code}")

    def redeem_device(self, value: str, client_id: str) -> Device:
        """Return the device once the person has approved it; raise Refusal until then."""
        device = self.devices.get(value)
        if device is None or device.client_id != client_id:
            raise Refusal("bad_verification_code", 70018)
        if device.answer == "redeemed":
            raise Refusal("invalid_grant", 54005)
        if device.answer == "declined":
            raise Refusal("authorization_declined", 700171)
        if device.expires_at <= self.now():
            raise Refusal("expired_token", 70020)
        if device.answer == "pending":
            raise Refusal("authorization_pending", 70016)
        device.answer = "redeemed"
        return device

    def issue_refresh(self, account: Account, client_id: str) -> str:
        """Keep a refresh token and return its value."""
        value = self._secret("1.", 160)
        expires_at = self.now() + REFRESH_SECONDS
        self._refresh[value] = RefreshToken(account, client_id, account.revocations, expires_at)
        return value

    def use_refresh(self, value: str, client_id: str) -> Account:
        """Return whose token this is; it stays good. Raise Refusal when it is not good any more."""
        token = self._refresh.get(value)
        if token is None or token.client_id != client_id:
            raise Refusal("invalid_grant", 9002313)
        if token.revocations != token.account.revocations:
            raise Refusal("invalid_grant", 50173, suberror="bad_token")
        if token.expires_at <= self.now():
            raise Refusal("invalid_grant", 700082)
        if token.account.needs_interaction:
            raise Refusal("interaction_required", 50076, suberror="basic_action")
        return token.account

    def issue_access(self, account: Account, scopes: frozenset[str], seconds: int) -> str:
        """Keep an access token and return its value."""
        value = self._secret("EwB", 192)
        self._access[value] = AccessToken(account, scopes, self.now() + seconds)
        return value

    def live_access(self, value: str | None) -> AccessToken | None:
        """Return what an access token allows, or None when it is unknown or expired."""
        token = self._access.get(value or "")
        return token if token and token.expires_at > self.now() else None

    def expire_access_tokens(self) -> None:
        """Let every access token of this moment be expired; the refresh tokens live on."""
        for token in self._access.values():
            token.expires_at = min(token.expires_at, self.now())

    def set_scopes(self, account: Account, scopes: Collection[str]) -> None:
        """Let the account's consent and its access tokens be for these scopes from now on."""
        account.consented = set(scopes)
        for token in self._access.values():
            if token.account is account:
                token.scopes = frozenset(scopes)

    def _secret(self, prefix: str, size: int) -> str:
        value = prefix + secrets.token_urlsafe(size)
        self.issued.add(value)
        return value


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
