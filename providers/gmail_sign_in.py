"""Google's sign-in: the client file, the consent page, redeeming, refreshing and revoking.

The grant's secret holds the client as it was at sign-in, its token address included, so that a
client file that is moved or replaced later does not end a grant.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from google.auth import exceptions as google_errors
from google.auth import jwt
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow as GoogleFlow

from providers import oauth, wire
from providers.base import Access, Flow, Grant
from providers.errors import ProviderError, Rejected, SignInAgain, TryLater

SCOPES: Mapping[Access, tuple[str, ...]] = {
    Access.DRAFTS: (
        "openid",
        "https://www.googleapis.com/auth/userinfo.email",
        "https://www.googleapis.com/auth/gmail.compose",
    ),
    Access.SEND_ONLY: (
        "openid",
        "https://www.googleapis.com/auth/userinfo.email",
        "https://www.googleapis.com/auth/gmail.send",
    ),
}
"""In full: Google answers `email` with its full name, a difference without meaning."""

CONNECTIONS_PAGE = "https://myaccount.google.com/connections"
"""Where users see and end what they have allowed."""

_WORDS = {
    "https://www.googleapis.com/auth/userinfo.email": "See your email address",
    "https://www.googleapis.com/auth/gmail.compose": "Manage drafts and send emails",
    "https://www.googleapis.com/auth/gmail.send": "Send email on your behalf",
}
"""The scopes as the consent page names them (2026-11)."""

_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
_NO_EXPIRY_SECONDS = 300.0

_CLIENT_REFUSED = wire.Verdict(
    Rejected,
    "client-refused",
    "Google does not know the client of the client file, or its secret was replaced.",
)

_REFUSALS = {
    "invalid_grant": wire.Verdict(
        SignInAgain,
        "grant-ended",
        "Google no longer accepts this sign-in: it was revoked, the password was changed, it was "
        "unused for six months, or the Google project is still in “Testing”, where every sign-in "
        "ends after seven days; sign in again.",
    ),
    "invalid_client": _CLIENT_REFUSED,
    "unauthorized_client": _CLIENT_REFUSED,
    "deleted_client": _CLIENT_REFUSED,
    "admin_policy_enforced": wire.Verdict(
        Rejected,
        "blocked-by-administrator",
        "The administrator of this Google Workspace does not allow this app to use Gmail: ask "
        "there, or use a personal mailbox.",
    ),
}
"""What the token address says no with; anything else may be different next time."""

_CODE_REFUSED = wire.Verdict(
    SignInAgain,
    "code-refused",
    "Google no longer takes the answer of the sign-in page: it was used before or took too long. "
    "Start the sign-in again.",
)


@dataclass(frozen=True, slots=True)
class Client:
    """The OAuth client of the file that the Google console hands out.

    `kind` is its word for the type: "installed" is a desktop app and signs in on this computer,
    "web" a web application and signs in at the page of a service that is reached from elsewhere.
    """

    kind: str
    client_id: str
    client_secret: str = field(repr=False)
    auth_uri: str
    token_uri: str


def read_client(path: Path) -> Client:
    """Read a client file; raise `Rejected` naming what is wrong with it."""
    data = _read_json_object(path)
    if data.get("type") == "service_account":
        detail = (
            f"{path} is the key of a service account, which has no mailbox. Create an OAuth client "
            "of type “Desktop app” and download its file."
        )
        raise Rejected("client-file-service-account", detail)
    kind = "web" if "web" in data else "installed"
    client = data.get(kind)
    if not isinstance(client, dict):
        detail = f"{path} is not the file of a Google OAuth client of type “Desktop app”."
        raise Rejected("client-file-wrong-kind", detail)
    names = ("client_id", "client_secret", "auth_uri", "token_uri")
    missing = [name for name in names if not isinstance(client.get(name), str) or not client[name]]
    if missing:
        detail = f"{path} lacks {', '.join(missing)}. Download it again from the Google console."
        raise Rejected("client-file-incomplete", detail)
    for name in ("auth_uri", "token_uri"):
        if not client[name].startswith("https://"):
            raise Rejected("client-file-insecure", f"{name} in {path} must begin with https://.")
    return Client(kind, *(client[name] for name in names))


def begin(
    client: Client, access: Access, redirect_uri: str, state: str, login_hint: str | None
) -> Flow:
    """Return the consent page's address; raise `Rejected` when the client is of another type.

    Without prompt=consent a second sign-in of the same account gives no refresh token.
    """
    _require_type(client, redirect_uri)
    flow = GoogleFlow.from_client_config(_config(client), list(SCOPES[access]))
    with closing(flow.oauth2session):
        flow.redirect_uri = redirect_uri
        hint = {"login_hint": login_hint} if login_hint else {}
        url, _ = flow.authorization_url(
            state=state, access_type="offline", prompt="consent", **hint
        )
    kept = {"state": state, "redirect_uri": redirect_uri, "code_verifier": flow.code_verifier}
    return Flow(url=url, payload=json.dumps(kept))


def finish(
    client: Client, flow: Flow, answer_url: str, access: Access, ca_bundle: Path | None
) -> Grant:
    """Redeem the answer; see `Provider.finish_sign_in`."""
    kept = json.loads(flow.payload)
    answer = oauth.read_answer(answer_url, kept["state"])
    if "error" in answer:
        raise _denial(answer["error"])
    token = _redeem(client, kept, answer["code"], ca_bundle)
    asked = SCOPES[access]
    granted = tuple(token.get("scope") or asked)
    oauth.require_scopes(asked, granted, _WORDS, "Google")
    if not token.get("refresh_token"):
        detail = (
            "Google gave a sign-in that would end within the hour: remove this app at "
            f"{CONNECTIONS_PAGE}, then sign in again."
        )
        raise SignInAgain("no-refresh-token", detail)
    claims = _read_identity(str(token.get("id_token")), client.client_id)
    secret = {
        "refresh_token": token["refresh_token"],
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "token_uri": client.token_uri,
        "address": claims["email"],
        "account_id": claims["sub"],
        "name": claims.get("name", ""),
        "scopes": list(granted),
    }
    seconds = float(token.get("expires_in") or _NO_EXPIRY_SECONDS)
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    return _grant(secret, token["access_token"], expires_at)


def refresh(secret: str, ca_bundle: Path | None) -> Grant:
    """Get a fresh access token; see `Provider.refresh`."""
    kept = _read_secret(secret)
    # Built by hand: Credentials.from_authorized_user_info puts Google's own token address in place
    # of the client file's. No scopes: they would be sent, and one not granted is an error.
    credentials = Credentials(  # type: ignore[no-untyped-call]  # google-auth leaves it untyped
        None,
        refresh_token=kept["refresh_token"],
        token_uri=kept["token_uri"],
        client_id=kept["client_id"],
        client_secret=kept["client_secret"],
    )
    with wire.open_token_session(ca_bundle) as session:
        try:
            request = _refusing(Request(session))
            credentials.refresh(request)  # type: ignore[no-untyped-call]  # as above
        except google_errors.GoogleAuthError as error:
            raise TryLater("unreadable-answer", "Google's answer could not be read.") from error
    expires_at = datetime.now(UTC) + timedelta(seconds=_NO_EXPIRY_SECONDS)
    if credentials.expiry is not None:
        expires_at = credentials.expiry.replace(tzinfo=UTC)
    kept["refresh_token"] = credentials.refresh_token
    return _grant(kept, str(credentials.token), expires_at)


def revoke(secret: str, revoke_uri: str, ca_bundle: Path | None) -> str | None:
    """End the grant; return None when it has ended, else the page where the user can end it."""
    try:
        token = _read_secret(secret)["refresh_token"]
        with wire.open_session(ca_bundle) as session:
            # In the body, where no log of addresses sees it (RFC 7009).
            response = session.post(revoke_uri, data={"token": token}, allow_redirects=False)
    except (requests.RequestException, ProviderError):
        return CONNECTIONS_PAGE
    has_ended = response.status_code == requests.codes.ok or b"invalid_token" in response.content
    return None if has_ended else CONNECTIONS_PAGE


def _read_json_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise Rejected("client-file-missing", f"There is no client file {path}.") from error
    except OSError as error:
        raise Rejected("client-file-unreadable", f"{path} cannot be read.") from error
    except ValueError:
        detail = f"{path} is not JSON: it must be the file that the Google console hands out."
        raise Rejected("client-file-not-json", detail) from None  # the cause would quote it
    if not isinstance(data, dict):
        detail = f"{path} is not the file of a Google OAuth client of type “Desktop app”."
        raise Rejected("client-file-wrong-kind", detail)
    return data


def _read_secret(secret: str) -> dict[str, Any]:
    """Read what a grant keeps; raise `SignInAgain` when it is not Google's."""
    try:
        kept: dict[str, Any] = json.loads(secret)
        for name in ("refresh_token", "client_id", "client_secret", "token_uri", "address"):
            kept[name].encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        detail = "The stored sign-in cannot be read; sign in again."
        raise SignInAgain("grant-unreadable", detail) from None  # the cause would quote it
    return kept


def _require_type(client: Client, redirect_uri: str) -> None:
    """Refuse here what Google would only call a mismatch of redirect addresses."""
    needed = "web" if oauth.is_public(redirect_uri) else "installed"
    if client.kind == needed:
        return
    if needed == "installed":
        detail = (
            "The client file belongs to a client of type “Web application”, which signs in at the "
            "page that [web] public_url serves. To sign in on this computer, create one of type "
            "“Desktop app” and download its file."
        )
        raise Rejected("client-file-web", detail)
    detail = (
        "The client file belongs to a client of type “Desktop app”, which signs in on its own "
        "computer alone. For this page create one of type “Web application”, with the redirect "
        f"address {redirect_uri}, and download its file."
    )
    raise Rejected("client-file-desktop", detail)


def _config(client: Client) -> dict[str, dict[str, str]]:
    return {
        client.kind: {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "auth_uri": client.auth_uri,
            "token_uri": client.token_uri,
        }
    }


def _denial(error: str) -> ProviderError:
    if error == "access_denied":
        return SignInAgain("consent-denied", "The sign-in page was left without allowing access.")
    refusal = _REFUSALS.get(error)
    return refusal.error() if refusal else SignInAgain("sign-in-refused", "Google said no.")


def _redeem(
    client: Client, kept: Mapping[str, str], code: str, ca_bundle: Path | None
) -> dict[str, Any]:
    wire.silence_libraries()
    # Without scopes: oauthlib raises on any difference to them unless the environment of the whole
    # process says otherwise, and they are compared by `finish`.
    flow = GoogleFlow.from_client_config(_config(client), None, code_verifier=kept["code_verifier"])
    flow.redirect_uri = kept["redirect_uri"]
    with closing(flow.oauth2session) as session:
        wire.equip(session, wire.TokenAdapter(ca_bundle))
        session.register_compliance_hook("access_token_response", _check_redeemed)
        return dict(flow.fetch_token(code=code))


def _check_redeemed(response: requests.Response) -> requests.Response:
    name = _refusal_in(response.status_code, response.content)
    if name == "invalid_grant":
        raise _CODE_REFUSED.error()
    if name in _REFUSALS:
        raise _REFUSALS[name].error()
    if name:
        raise Rejected("sign-in-refused", f"Google refused the sign-in ({name}).")
    return response


def _refusing(request: Callable[..., Any]) -> Callable[..., Any]:
    """Return a transport that raises on a refusal; google-auth would repeat some, with pauses."""

    def call(*args: Any, **kwargs: Any) -> Any:
        response = request(*args, **kwargs)
        name = _refusal_in(response.status, response.data)
        if name in _REFUSALS:
            raise _REFUSALS[name].error()
        if name:
            raise TryLater("refresh-refused", f"Google did not renew the sign-in ({name}).")
        return response

    return call


def _refusal_in(status: int, body: bytes) -> str:
    """Return the error that a token answer names; empty when it holds a token."""
    answer = json.loads(body)
    if status == requests.codes.ok and answer.get("access_token"):
        return ""
    name = str(answer.get("error") or "no-token")
    return name if re.fullmatch(r"[a-z_-]{1,60}", name) else "unnamed"


def _read_identity(id_token: str, client_id: str) -> Mapping[str, Any]:
    """Return the claims of an id token.

    It came straight from the token address over TLS, which takes the place of checking its
    signature (OpenID Connect Core 3.1.3.7, 6). Audience, issuer and time are checked.
    """
    try:
        decoded = jwt.decode(id_token, verify=False)  # type: ignore[no-untyped-call]  # as above
        claims: Mapping[str, Any] = dict(decoded)
        is_ours = claims["aud"] == client_id and claims["iss"] in _ISSUERS
        is_whole = is_ours and bool(claims["email"]) and bool(claims["sub"])
        is_over = float(claims["exp"]) <= datetime.now(UTC).timestamp()
    except (ValueError, KeyError, TypeError, google_errors.GoogleAuthError):
        is_whole = is_over = False
    if not is_whole:
        raise SignInAgain("no-identity", "Google did not say which account signed in.")
    if is_over:
        detail = "By this computer's clock the sign-in is over already: set the clock, try again."
        raise SignInAgain("clock-wrong", detail)
    return claims


def _grant(kept: Mapping[str, Any], access_token: str, expires_at: datetime) -> Grant:
    return Grant(
        address=kept["address"],
        account_id=kept.get("account_id", ""),
        name=kept.get("name", ""),
        scopes=tuple(kept.get("scopes", ())),
        secret=json.dumps(kept),
        access_token=access_token,
        expires_at=expires_at,
    )
