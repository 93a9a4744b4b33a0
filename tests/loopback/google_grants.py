"""Who is known to the loopback Google, and every consent, code and token it has given them.

The only judge of whether a grant or a token is live. Time is the server's (`now`, seconds since
the epoch), so that a test ends a token's life by advancing it.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

USERINFO = "https://www.googleapis.com/auth/userinfo."
SIGN_IN_SCOPES = frozenset({"openid", f"{USERINFO}email", f"{USERINFO}profile"})
"""Those that the consent page grants with the sign-in itself; they have no box to untick."""

TESTING_SECONDS = 7 * 24 * 3600
_LIVE_TOKENS_PER_CLIENT = 100


@dataclass(slots=True)
class Account:
    """A Google account, and what its owner does on the consent page."""

    address: str
    subject: str
    name: str
    hosted_domain: str | None = None
    """The Workspace domain; None for a personal account."""
    denies: bool = False
    unticks: frozenset[str] = frozenset()
    """Scopes whose boxes the owner clears."""
    blocked_by: str | None = None
    """An error that ends on a page of Google's, such as admin_policy_enforced or org_internal."""


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client of the Cloud project: "installed" (Desktop) or "web"."""

    id: str
    secret: str = field(repr=False)
    kind: str = "installed"
    redirect_uris: tuple[str, ...] = ("http://localhost",)

    def allows(self, redirect_uri: str) -> bool:
        """Whether the browser may be sent there: Desktop clients have any port on loopback."""
        if self.kind == "web":
            return redirect_uri in self.redirect_uris
        parts = urlsplit(redirect_uri)
        return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}


@dataclass(eq=False, slots=True)
class Grant:
    """What one consent gave to one client; `ended` says why it is over."""

    client_id: str
    account: Account
    scopes: frozenset[str]
    granted_at: float
    refresh_token: str | None = field(default=None, repr=False)
    ended: str | None = None


@dataclass(eq=False, slots=True)
class Code:
    """An authorization code; its grant begins to count when the code is redeemed."""

    client: Client
    redirect_uri: str
    challenge: str | None
    nonce: str | None
    grant: Grant
    is_offline: bool
    is_used: bool = False


@dataclass(eq=False, slots=True)
class AccessToken:
    """What one access token allows, and until when."""

    grant: Grant
    scopes: frozenset[str]
    expires_at: float


class Grants:
    """The consents, grants, codes and access tokens of one Cloud project."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.is_testing = False
        """Publishing status "Testing": grants die after 7 days."""
        self.issued: set[str] = set()
        """Every code and token ever handed out, to be looked for where none may be."""
        self.all: list[Grant] = []
        self.codes: dict[str, Code] = {}
        self._consents: dict[tuple[str, str], frozenset[str]] = {}
        self._access_tokens: dict[str, AccessToken] = {}

    def consented(self, client: Client, account: Account) -> frozenset[str]:
        """Return what the account has consented to before and not taken back."""
        for grant in self.all:
            self.is_live(grant)
        return self._consents.get((client.id, account.address), frozenset())

    def consent(self, client: Client, account: Account, scopes: frozenset[str]) -> None:
        """Note what the owner agreed to on the consent page."""
        key = (client.id, account.address)
        self._consents[key] = self._consents.get(key, frozenset()) | scopes

    def is_live(self, grant: Grant) -> bool:
        """Whether the grant still counts; in a "Testing" project it ends here when it is due."""
        is_too_old = self.is_testing and self.now() >= grant.granted_at + TESTING_SECONDS
        if is_too_old and not grant.scopes <= SIGN_IN_SCOPES:
            self.end(grant, "testing")
        return grant.ended is None

    def end(self, grant: Grant, why: str, *, keeps_consent: bool = False) -> None:
        """End one grant with all its tokens; a grant that has ended stays as it is."""
        if grant.ended is None:
            grant.ended = why
            if not keeps_consent:
                self._consents.pop((grant.client_id, grant.account.address), None)

    def of(self, address: str) -> list[Grant]:
        """Return the account's grants, ended ones too, oldest first."""
        return [grant for grant in self.all if grant.account.address == address]

    def siblings(self, grant: Grant) -> list[Grant]:
        """Return the grants of the same account and client, this one too, oldest first."""
        return [
            other
            for other in self.all
            if other.account is grant.account and other.client_id == grant.client_id
        ]

    def by_refresh_token(self, token: str) -> Grant | None:
        """Return the grant of a refresh token, ended or not."""
        return next((grant for grant in self.all if token and grant.refresh_token == token), None)

    def by_any_token(self, token: str) -> Grant | None:
        """Return the grant of a refresh or an access token, ended or not."""
        access = self._access_tokens.get(token)
        return access.grant if access else self.by_refresh_token(token)

    def live_access(self, token: str) -> AccessToken | None:
        """Return what an access token allows, or None when it is unknown, expired or revoked."""
        access = self._access_tokens.get(token)
        if access is None or self.now() >= access.expires_at or not self.is_live(access.grant):
            return None
        return access

    def add_access_token(self, grant: Grant, scopes: frozenset[str], seconds: int) -> str:
        """Issue an access token."""
        token = self.issue("ya29.a0")
        self._access_tokens[token] = AccessToken(grant, scopes, self.now() + seconds)
        return token

    def add_refresh_token(self, grant: Grant) -> str:
        """Issue the grant's refresh token; the oldest beyond the limit end without a word."""
        grant.refresh_token = self.issue("1//0")
        live = [g for g in self.siblings(grant) if g.refresh_token and self.is_live(g)]
        for oldest in live[:-_LIVE_TOKENS_PER_CLIENT]:
            self.end(oldest, "too many live tokens", keeps_consent=True)
        return grant.refresh_token

    def expire_access_tokens(self) -> None:
        """Let every access token of this moment be expired; the grants live on."""
        for access in self._access_tokens.values():
            access.expires_at = min(access.expires_at, self.now())

    def set_scopes(self, address: str, scopes: Collection[str]) -> None:
        """Let the account's grants and their tokens have these scopes from now on."""
        for grant in self.of(address):
            grant.scopes = frozenset(scopes)
        for access in self._access_tokens.values():
            if access.grant.account.address == address:
                access.scopes = frozenset(scopes)

    def issue(self, prefix: str) -> str:
        """Return a new secret."""
        token = prefix + secrets.token_urlsafe(32)
        self.issued.add(token)
        return token
