"""Microsoft's sign-in, through msal: consent page or device code, redeeming and refreshing.

Every call makes its own msal application and throws it away: one that has been refused replays the
refusal from memory for a minute (msal 1.39.0), and making one asks the network, which must not
happen before a sign-in is wanted. The grant's secret holds msal's token cache, whose refresh token
is a new one after each refresh.
"""

import json
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import msal
import requests
from msal.authority import WELL_KNOWN_AUTHORITY_HOSTS

from providers import oauth, wire
from providers.base import Access, DeviceFlow, Flow
from providers.errors import ProviderError, Rejected, SignInAgain, TryLater

SCOPES: Mapping[Access, tuple[str, ...]] = {
    Access.SEND_ONLY: ("User.Read", "Mail.Send"),
    Access.DRAFTS: ("User.Read", "Mail.Send", "Mail.ReadWrite"),
}
"""msal adds openid, profile and offline_access by itself."""

_WORDS = {
    "User.Read": "Sign you in and read your profile",
    "Mail.Send": "Send mail as you",
    "Mail.ReadWrite": "Read and write access to your mail",
}
"""The scopes as the consent page names them (2026-11)."""

_NUMBER = re.compile(r"AADSTS(\d{4,7})")


class _Said(NamedTuple):
    """What is said of a refusal."""

    code: str
    detail: str


_ADMIN_NEEDED = _Said(
    "need-admin-approval",
    "Your organisation lets only an administrator allow this: ask for it as docs/outlook.md says, "
    "connect with --access send-only, which many leave to you, or use a personal mailbox.",
)
_DENIED = _Said("consent-denied", "The sign-in page was left without allowing access.")
_REVOKED = _Said(
    "grant-ended",
    "Microsoft no longer accepts this sign-in: it was revoked, the password was changed, or it was "
    "unused for 90 days; sign in again.",
)
_INTERACTION = _Said(
    "interaction-required",
    "Microsoft wants to see you at its sign-in page, for a second factor perhaps: sign in again.",
)
_BLOCKED = _Said(
    "blocked-by-administrator",
    "Your organisation's rules do not allow this sign-in (Conditional Access); ask there.",
)
_REDEEMED = _Said(
    "code-refused", "The answer of the sign-in page was used before. Start the sign-in again."
)
_TIMED_OUT = _Said("sign-in-timed-out", "Nobody finished the sign-in in time.")
_CLIENT_UNKNOWN = _Said(
    "client-unknown",
    "Microsoft does not know this client id for this kind of account. Check client_id, and which "
    "accounts the registration supports.",
)
_CLIENT_NOT_PUBLIC = _Said(
    "client-not-public",
    "The registration is not one of a desktop app: under “Authentication” it needs the platform "
    "“Mobile and desktop applications” with http://localhost, and public client flows allowed.",
)
_CLIENT_PUBLIC = _Said(
    "client-public",
    "The registration is one of a desktop app: to sign in at this page it needs the platform “Web” "
    "under “Authentication”, with this page's redirect address.",
)
_SECRET_REFUSED = _Said(
    "client-secret-refused",
    "Microsoft does not take the client secret of client_file: it was replaced, or has run out. "
    "Make a new one under “Certificates & secrets”.",
)
_BUSY = _Said("throttled", "Microsoft's sign-in asks to wait.")
_REFUSED = _Said("sign-in-refused", "Microsoft refused the sign-in.")

_UNPROVED = _Said(
    "client-secret-missing",
    "To sign in at a page on the web, the registration needs a client secret, in the file that "
    "[outlook] client_file names.",
)

_ERRORS: Mapping[str, tuple[type[ProviderError], _Said]] = {
    "invalid_grant": (SignInAgain, _REVOKED),
    "interaction_required": (SignInAgain, _INTERACTION),
    "login_required": (SignInAgain, _INTERACTION),
    "consent_required": (SignInAgain, _ADMIN_NEEDED),
    "access_denied": (SignInAgain, _DENIED),
    "authorization_declined": (SignInAgain, _DENIED),
    "authorization_pending": (SignInAgain, _TIMED_OUT),
    "slow_down": (SignInAgain, _TIMED_OUT),
    "expired_token": (SignInAgain, _TIMED_OUT),
    "unauthorized_client": (Rejected, _CLIENT_UNKNOWN),
    "invalid_client": (Rejected, _CLIENT_NOT_PUBLIC),
    "temporarily_unavailable": (TryLater, _BUSY),
    "server_error": (TryLater, _BUSY),
}
"""What an OAuth error means; everything else is refused for good."""

_ENDS_A_GRANT = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)
"""The errors of a refresh after which only the user can go on. Any other keeps the sign-in."""

_NUMBERS: Mapping[int, _Said] = {
    50173: _REVOKED,
    53003: _BLOCKED,
    54005: _REDEEMED,
    65001: _ADMIN_NEEDED,
    65004: _DENIED,
    70020: _TIMED_OUT,
    90094: _ADMIN_NEEDED,
    90095: _ADMIN_NEEDED,
    700016: _CLIENT_UNKNOWN,
    700025: _CLIENT_PUBLIC,
    700082: _REVOKED,
    7000215: _SECRET_REFUSED,
    7000218: _CLIENT_NOT_PUBLIC,
    7000222: _SECRET_REFUSED,
}
"""What some of Microsoft's numbers say more precisely. What is done follows from the error alone,
as Microsoft asks of clients.
https://learn.microsoft.com/entra/identity-platform/reference-error-codes (2026-11)"""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a refresh gave; `cache` is what must be kept.

    `is_confidential`: whether the client proved itself by its secret, as it then has to each time.
    """

    access_token: str
    expires_at: datetime
    scopes: tuple[str, ...]
    claims: Mapping[str, Any]
    cache: str
    is_confidential: bool


_App: TypeAlias = msal.PublicClientApplication | msal.ConfidentialClientApplication


class Registration:
    """One app registration at one authority: every call of the sign-in is made on it.

    It is a public client where the sign-in ends on the user's computer, and where it ends at a page
    on the web a confidential one, with `client_secret`.
    """

    def __init__(
        self,
        client_id: str,
        authority: str,
        ca_bundle: Path | None,
        client_secret: str | None = None,
    ) -> None:
        self.client_id = client_id
        self.authority = authority
        self._ca_bundle = ca_bundle
        self._client_secret = client_secret

    def begin(self, access: Access, redirect_uri: str, state: str, login_hint: str | None) -> Flow:
        """Return the consent page's address."""
        is_confidential = oauth.is_public(redirect_uri)
        application = self._application(is_confidential=is_confidential)
        with application as (app, _), warnings.catch_warnings():
            # The answer must stand in the address, where it can be pasted from another computer.
            warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended")
            flow = app.initiate_auth_code_flow(
                list(SCOPES[access]),
                redirect_uri=redirect_uri,
                state=state,
                login_hint=login_hint,
                prompt=None if login_hint else "select_account",
            )
        return Flow(url=flow["auth_uri"], payload=json.dumps(flow))

    def finish(self, flow: Flow, answer_url: str, access: Access) -> Tokens:
        """Redeem the answer; see `Provider.finish_sign_in`."""
        kept = json.loads(flow.payload)
        answer = oauth.read_answer(answer_url, kept["state"])
        is_confidential = oauth.is_public(kept["redirect_uri"])
        with self._application(is_confidential=is_confidential) as (app, cache):
            result = app.acquire_token_by_auth_code_flow(kept, answer)
            return self._first_tokens(result, cache, access, is_confidential=is_confidential)

    def begin_device(self, access: Access) -> DeviceFlow:
        """Ask for a code to be typed on another device."""
        with self._application() as (app, _):
            flow = app.initiate_device_flow(list(SCOPES[access]))
        if "user_code" not in flow:
            raise _refusal(flow)
        return DeviceFlow(
            verification_url=flow["verification_uri"],
            user_code=flow["user_code"],
            expires_in_seconds=flow["expires_in"],
            interval_seconds=flow["interval"],
            payload=json.dumps(flow),
        )

    def finish_device(
        self, flow: DeviceFlow, access: Access, give_up: Callable[[], bool]
    ) -> Tokens:
        """Wait until the code was typed; `give_up` is asked every second."""
        kept = json.loads(flow.payload)
        has_given_up = False

        def is_over(flow: Mapping[str, Any]) -> bool:
            nonlocal has_given_up
            has_given_up = give_up()
            return has_given_up or flow["expires_at"] < time.time()

        with self._application() as (app, cache):
            result = app.acquire_token_by_device_flow(kept, exit_condition=is_over)
            if has_given_up and "error" in result:
                raise SignInAgain("sign-in-given-up", "The sign-in was given up.")
            return self._first_tokens(result, cache, access)

    def refresh(self, cache_text: str, access: Access, *, is_confidential: bool) -> Tokens:
        """Renew the access token of the one account in the cache; see `Provider.refresh`."""
        application = self._application(cache_text, is_confidential=is_confidential)
        with application as (app, cache):
            accounts = app.get_accounts()
            result = app.acquire_token_silent_with_error(
                list(SCOPES[access]), accounts[0] if accounts else None, force_refresh=True
            )
            if result is None:
                raise SignInAgain("grant-unreadable", "The stored sign-in is empty; sign in again.")
            if "access_token" not in result and result.get("error") not in _ENDS_A_GRANT:
                raise _keep_grant(_refusal(result))
            return self._tokens(result, cache, access, is_confidential=is_confidential)

    @contextmanager
    def _application(
        self, cache_text: str | None = None, *, is_confidential: bool = False
    ) -> Iterator[tuple[_App, msal.SerializableTokenCache]]:
        """Give an application and its cache; turn whatever msal itself raises into our errors."""
        wire.silence_libraries()
        cache = msal.SerializableTokenCache()
        try:
            cache.deserialize(cache_text)
        except ValueError:
            detail = "The stored sign-in cannot be read; sign in again."
            raise SignInAgain("grant-unreadable", detail) from None  # the cause would quote it
        with wire.open_token_session(self._ca_bundle) as session:
            app = self._connect(cache, session, is_confidential=is_confidential)
            try:
                yield app, cache
            except (ValueError, RuntimeError):
                # msal's texts quote states and nonces; they are not carried along.
                detail = "Microsoft's answer does not belong to this sign-in; start it again."
                raise SignInAgain("answer-refused", detail) from None

    def _connect(
        self,
        cache: msal.SerializableTokenCache,
        session: requests.Session,
        *,
        is_confidential: bool,
    ) -> _App:
        """Make the application, for which msal asks the authority where its pages are."""
        if is_confidential and self._client_secret is None:
            raise Rejected(*_UNPROVED)
        host = urlsplit(self.authority).hostname
        settings = {
            "authority": self.authority,
            "token_cache": cache,
            "http_client": session,
            # Only Microsoft's own hosts are known to the list that msal would ask.
            "instance_discovery": None if host in WELL_KNOWN_AUTHORITY_HOSTS else False,
        }
        try:
            if is_confidential:
                return msal.ConfidentialClientApplication(
                    self.client_id, client_credential=self._client_secret, **settings
                )
            return msal.PublicClientApplication(self.client_id, **settings)
        except (ValueError, RuntimeError, KeyError) as error:
            detail = (
                f"There is no sign-in of Microsoft's at {self.authority} (authority): it begins "
                "with https:// and ends with a tenant, such as /common."
            )
            raise Rejected("authority-refused", detail) from error

    def _first_tokens(
        self,
        result: Mapping[str, Any],
        cache: msal.SerializableTokenCache,
        access: Access,
        *,
        is_confidential: bool = False,
    ) -> Tokens:
        """Return what a fresh sign-in gave, which has to be more than an hour's access."""
        tokens = self._tokens(result, cache, access, is_confidential=is_confidential)
        if not list(cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)):
            detail = (
                "Microsoft gave a sign-in that would end within the hour: sign in again, and allow "
                "“Maintain access to data you have given it access to”."
            )
            raise SignInAgain("no-refresh-token", detail)
        return tokens

    def _tokens(
        self,
        result: Mapping[str, Any],
        cache: msal.SerializableTokenCache,
        access: Access,
        *,
        is_confidential: bool,
    ) -> Tokens:
        if "access_token" not in result:
            raise _refusal(result)
        asked = SCOPES[access]
        granted = tuple(str(result.get("scope") or " ".join(asked)).split())
        oauth.require_scopes(asked, granted, _WORDS, "Microsoft")
        claims = result.get("id_token_claims") or {}
        if claims and claims.get("aud") != self.client_id:
            raise SignInAgain("no-identity", "Microsoft's answer was meant for another app.")
        seconds = float(result.get("expires_in") or 300)
        return Tokens(
            access_token=result["access_token"],
            expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
            scopes=granted,
            claims=claims,
            cache=cache.serialize(),
            is_confidential=is_confidential,
        )


def _keep_grant(error: ProviderError) -> ProviderError:
    """Return a refused refresh as one to be tried again, where the error does not end the grant."""
    if not isinstance(error, SignInAgain):
        return error
    return TryLater("refresh-refused", error.detail, request_id=error.request_id)


def _refusal(result: Mapping[str, Any]) -> ProviderError:
    """Return what a refusal means: the kind by its error, the words by its number where known."""
    kind, said = _ERRORS.get(str(result.get("error", "")), (Rejected, _REFUSED))
    found = _NUMBER.findall(str(result.get("error_description", "")))
    numbers = [int(number) for number in (*result.get("error_codes", ()), *found)]
    if kind is not TryLater:
        said = next((_NUMBERS[number] for number in numbers if number in _NUMBERS), said)
    shown = f" (AADSTS{numbers[0]})" if numbers else ""
    return kind(said.code, said.detail + shown, request_id=result.get("correlation_id"))
