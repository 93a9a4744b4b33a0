"""Google's sign-in as a service: consent page, token endpoint, revocation, public keys.

Refuses more than it must where the real service's behaviour is not documented. Whether a grant or
a token lives is left to `google_grants`.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.loopback import google_answers as answers
from tests.loopback.exchange import Request, Response
from tests.loopback.google_answers import NotModelled, Refused
from tests.loopback.google_grants import (
    SIGN_IN_SCOPES,
    TESTING_SECONDS,
    USERINFO,
    Account,
    Client,
    Code,
    Grant,
    Grants,
)
from tests.loopback.google_keys import SigningKey

CODE_SECONDS = 600

_AUTHORIZATION_PARAMETERS = frozenset(
    {
        "access_type",
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "display",
        "enable_granular_consent",
        "hd",
        "include_granted_scopes",
        "login_hint",
        "nonce",
        "prompt",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    }
)


class GoogleOAuth:
    """The authorization server of one Cloud project, with its accounts, clients and grants."""

    def __init__(self, now: Callable[[], float], gmail_scopes: Collection[str]) -> None:
        self.accounts: dict[str, Account] = {}
        self.clients: dict[str, Client] = {}
        self.grants = Grants(now)
        self.key = SigningKey()
        self.access_token_seconds = 3599
        self.signs_in: str | None = None
        """Address of the account in the browser; None: the login hint's, else the first one."""
        self._now = now
        self._known_scopes = SIGN_IN_SCOPES | frozenset(gmail_scopes)

    def handle(self, request: Request) -> Response:
        """Answer a request to one of the sign-in addresses."""
        match (request.method, request.path):
            case ("GET", "/o/oauth2/auth" | "/o/oauth2/v2/auth"):
                return self._authorize(request)
            case ("POST", "/token"):
                return self._give_token(request)
            case ("POST", "/revoke"):
                return self._revoke(request)
            case ("GET", "/oauth2/v1/certs"):
                return Response(json=self.key.certificates())
            case ("GET", "/oauth2/v3/certs"):
                return Response(json=self.key.key_set())
        return answers.page_not_found()

    def admit(self, token: str | None) -> tuple[Account, frozenset[str]]:
        """Return whose access token this is and its scopes; refuse one that is not live."""
        access = self.grants.live_access(token or "")
        if access is None:
            raise Refused(answers.invalid_credentials())
        return access.grant.account, access.scopes

    def _authorize(self, request: Request) -> Response:
        for name, values in request.query.items():
            if name not in _AUTHORIZATION_PARAMETERS:
                why = f"Parameter not allowed for this message type: {name}"
                raise _page(400, "invalid_request", why)
            if len(values) > 1:
                why = f"OAuth 2 parameters can only have a single value: {name}"
                raise _page(400, "invalid_request", why)
        asked = {name: values[0] for name, values in request.query.items()}
        client, scopes = self._check_authorization(asked)
        account = self._account_in_browser(asked.get("login_hint"))
        if account.blocked_by:
            raise Refused(
                answers.consent_page_error(403, account.blocked_by, "Access to this app is blocked")
            )
        state = {"state": asked["state"]} if "state" in asked else {}
        former = self.grants.consented(client, account)
        shows_page = "consent" in asked.get("prompt", "").split() or not scopes <= former
        if shows_page:
            if account.denies:
                return _redirect(asked["redirect_uri"], {"error": "access_denied", **state})
            scopes -= account.unticks - SIGN_IN_SCOPES
            self.grants.consent(client, account, scopes)
        if asked.get("include_granted_scopes") == "true":
            scopes |= former
        code = self.grants.issue("4/0A")
        self.grants.codes[code] = Code(
            client,
            asked["redirect_uri"],
            asked.get("code_challenge"),
            asked.get("nonce"),
            Grant(client.id, account, scopes, self._now()),
            is_offline=asked.get("access_type") == "offline" and shows_page,
        )
        answer = {**state, "code": code, "scope": " ".join(sorted(scopes)), "authuser": "0"}
        return _redirect(asked["redirect_uri"], answer)

    def _check_authorization(self, asked: Mapping[str, str]) -> tuple[Client, frozenset[str]]:
        """Return the client and the scopes asked for; refuse as the page does."""
        for name in ("client_id", "redirect_uri", "response_type", "scope"):
            if not asked.get(name):
                raise _page(400, "invalid_request", f"Missing required parameter: {name}")
        client = self.clients.get(asked["client_id"])
        if client is None:
            raise _page(401, "invalid_client", "The OAuth client was not found.")
        if not client.allows(asked["redirect_uri"]):
            raise _page(400, "redirect_uri_mismatch", "The redirect URI is not the client's")
        if asked["response_type"] != "code":
            raise _page(400, "unsupported_response_type", "Only the code flow is served")
        if asked.get("prompt") == "none":
            raise NotModelled("prompt=none")
        challenge = asked.get("code_challenge")
        if challenge is not None and (
            asked.get("code_challenge_method") != "S256"
            or not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge)
        ):
            raise _page(400, "invalid_request", "The code challenge is not one of S256")
        scopes = frozenset(_full_name(scope) for scope in asked["scope"].split())
        if unknown := scopes - self._known_scopes:
            raise _page(400, "invalid_scope", f"Some requested scopes were invalid: {unknown}")
        if scopes & SIGN_IN_SCOPES:
            scopes |= {"openid"}
        return client, scopes

    def _account_in_browser(self, hint: str | None) -> Account:
        if self.signs_in is not None:
            return self.accounts[self.signs_in]
        return self.accounts.get(hint or "") or next(iter(self.accounts.values()))

    def _give_token(self, request: Request) -> Response:
        form = _read_form(request)
        client = self._authenticate(request, form)
        match form.get("grant_type"):
            case "authorization_code":
                return self._redeem_code(client, form)
            case "refresh_token":
                return self._refresh(client, form)
        raise _refusal(
            400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}"
        )

    def _authenticate(self, request: Request, form: Mapping[str, str]) -> Client:
        client_id, secret = form.get("client_id"), form.get("client_secret")
        kind, _, value = (request.headers.get("Authorization") or "").partition(" ")
        if kind.lower() == "basic":
            client_id, _, secret = base64.b64decode(value).decode().partition(":")
            client_id, secret = unquote(client_id), unquote(secret)
        client = self.clients.get(client_id or "")
        if client is None:
            raise _refusal(401, "invalid_client", "The OAuth client was not found.")
        if not secret:
            raise _refusal(400, "invalid_request", "client_secret is missing.")
        if secret != client.secret:
            raise _refusal(401, "invalid_client", "The provided client secret is invalid.")
        return client

    def _redeem_code(self, client: Client, form: Mapping[str, str]) -> Response:
        code = self.grants.codes.get(form.get("code", ""))
        if code is None:
            raise _refusal(400, "invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != code.redirect_uri:
            raise _refusal(400, "redirect_uri_mismatch", "Bad Request")
        is_expired = self._now() >= code.grant.granted_at + CODE_SECONDS
        if code.client is not client or code.is_used or is_expired:
            raise _refusal(400, "invalid_grant", "Bad Request")
        _check_verifier(code.challenge, form.get("code_verifier"))
        code.is_used = True
        self.grants.all.append(code.grant)
        answer = self._token_answer(code.grant, code.grant.scopes, code.nonce)
        if code.is_offline:
            answer["refresh_token"] = self.grants.add_refresh_token(code.grant)
            if self.grants.is_testing:
                answer["refresh_token_expires_in"] = TESTING_SECONDS - 1
        return Response(json=answer)

    def _refresh(self, client: Client, form: Mapping[str, str]) -> Response:
        grant = self.grants.by_refresh_token(form.get("refresh_token", ""))
        if grant is None or not self.grants.is_live(grant):
            raise _refusal(400, "invalid_grant", "Token has been expired or revoked.")
        if grant.client_id != client.id:
            raise _refusal(401, "unauthorized_client", "Unauthorized")
        scopes = frozenset(_full_name(scope) for scope in form.get("scope", "").split())
        if not scopes <= grant.scopes:
            raise _refusal(400, "invalid_scope", "Some requested scopes were invalid.")
        return Response(json=self._token_answer(grant, scopes or grant.scopes, None))

    def _token_answer(
        self, grant: Grant, scopes: frozenset[str], nonce: str | None
    ) -> dict[str, Any]:
        token = self.grants.add_access_token(grant, scopes, self.access_token_seconds)
        answer = {
            "access_token": token,
            "expires_in": self.access_token_seconds,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }
        if "openid" in scopes:
            answer["id_token"] = self._id_token(grant, scopes, nonce, token)
        return answer

    def _id_token(
        self, grant: Grant, scopes: frozenset[str], nonce: str | None, access_token: str
    ) -> str:
        account = grant.account
        half_hash = hashlib.sha256(access_token.encode()).digest()[:16]
        claims: dict[str, object] = {
            "iss": "https://accounts.google.com",
            "azp": grant.client_id,
            "aud": grant.client_id,
            "sub": account.subject,
            "at_hash": base64.urlsafe_b64encode(half_hash).rstrip(b"=").decode(),
            "iat": int(self._now()),
            "exp": int(self._now()) + 3600,
        }
        if f"{USERINFO}email" in scopes:
            claims |= {"email": account.address, "email_verified": True}
        if f"{USERINFO}profile" in scopes:
            claims["name"] = account.name
        if account.hosted_domain:
            claims["hd"] = account.hosted_domain
        if nonce is not None:
            claims["nonce"] = nonce
        return self.key.sign(claims)

    def _revoke(self, request: Request) -> Response:
        token = {**_single(request.query), **_read_form(request)}.get("token", "")
        grant = self.grants.by_any_token(token)
        if grant is None or not self.grants.is_live(grant):
            raise _refusal(400, "invalid_token", "Token expired or revoked")
        for sibling in self.grants.siblings(grant):
            self.grants.end(sibling, "revoked")
        return Response(json={})


def _read_form(request: Request) -> dict[str, str]:
    if "application/x-www-form-urlencoded" not in (request.headers.get("Content-Type") or ""):
        raise _refusal(400, "invalid_request", "The request is not a URL-encoded form.")
    return _single(request.form())


def _single(given: Mapping[str, list[str]]) -> dict[str, str]:
    for name, values in given.items():
        if len(values) > 1:
            raise _refusal(
                400, "invalid_request", f"OAuth 2 parameters can only have a single value: {name}"
            )
    return {name: values[0] for name, values in given.items()}


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    if challenge is None and verifier is None:
        return
    if not verifier:
        raise _refusal(400, "invalid_grant", "Missing code verifier.")
    digest = hashlib.sha256(verifier.encode()).digest()
    computed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if computed != challenge or not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier):
        raise _refusal(400, "invalid_grant", "Invalid code verifier.")


def _full_name(scope: str) -> str:
    """Return the name under which a scope is granted: Google answers `email` with its full URL."""
    return f"{USERINFO}{scope}" if scope in {"email", "profile"} else scope


def _redirect(redirect_uri: str, parameters: Mapping[str, str]) -> Response:
    parts = urlsplit(redirect_uri)
    query = urlencode({**{k: v[0] for k, v in parse_qs(parts.query).items()}, **parameters})
    return Response(302, headers={"Location": parts._replace(query=query).geturl()})


def _page(status: int, error: str, description: str) -> Refused:
    return Refused(answers.consent_page_error(status, error, description))


def _refusal(status: int, error: str, description: str) -> Refused:
    return Refused(answers.oauth_error(status, error, description))
