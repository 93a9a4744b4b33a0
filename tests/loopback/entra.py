"""The sign-in half of the loopback Microsoft: discovery, consent page, tokens and device codes.

It has two applications: a public client whose only redirect address is http://localhost with any
port, and a confidential one with a secret and the address of one page. A browser is a plain GET of
the authorize address, answered as if the person had acted at once. Stricter than the real service
in one thing: PKCE with S256 is required.
"""

import base64
import html
import json
import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.loopback.entra_accounts import Account, Scopes, read_scopes
from tests.loopback.entra_answers import Refusal, refuse
from tests.loopback.entra_tokens import (
    ACCESS_SECONDS,
    CODE_SECONDS,
    DEVICE_SECONDS,
    Code,
    Device,
    Tokens,
)
from tests.loopback.exchange import Request, Response

CLIENT_ID = "0d5c2f3e-7a41-4c8e-9b1d-2f6a8e4c1b70"
"""The registered application; made up."""

CONFIDENTIAL_ID = "5b8e9a61-3c0d-4f7e-8a2b-91d4c6f03e57"
"""The application of a page on the web; made up."""

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_RESPONSE_MODES = ("query", "fragment", "form_post")


_Endpoint = Callable[[str, Mapping[str, str]], dict[str, Any]]


class Entra:
    """The endpoints below /{tenant}/, with the accounts by their addresses."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.accounts: dict[str, Account] = {}
        self.tokens = Tokens(now)
        self.access_token_seconds = ACCESS_SECONDS
        self.signs_in: str | None = None
        """Address of the account in the browser; None: the login hint's, else the first one."""
        self.url = ""
        self.page = ""
        """The redirect address of the confidential client; it has none at first."""
        self.secret = secrets.token_urlsafe(30)
        self._now = now

    def handle(self, request: Request) -> Response:
        """Answer one request for a page or a token; `url` must have been set."""
        tenant, *rest = request.segments
        if (request.method, request.path) == ("GET", "/devicelogin"):
            return _page(200, "Enter code to allow access")
        if not _is_tenant(tenant):
            return refuse(Refusal("invalid_tenant", 90002, tenant))
        match (request.method, rest):
            case ("GET", ["v2.0", ".well-known", "openid-configuration"]):
                return Response(json=self._configuration(tenant))
            case ("GET", ["discovery", "v2.0", "keys"]):
                return Response(json={"keys": [_public_key()]})
            case ("GET", ["oauth2", "v2.0", "authorize"]):
                return self._authorize(tenant, request)
            case ("POST", ["oauth2", "v2.0", "devicecode"]):
                return self._answer(self._start_device, tenant, request)
            case ("POST", ["oauth2", "v2.0", "token"]):
                return self._answer(self._give_token, tenant, request)
        return Response(404, body=b"The resource cannot be found.")

    def approve_device(self, user_code: str, account: Account) -> None:
        """Act as the person who types the code on another device and follows their own consent."""
        device = self.tokens.device_shown(user_code)
        device.account = account
        if account.leaves or account.needs_admin(device.scopes.names):
            return  # whatever the page says: the device is told nothing
        try:
            device.given = account.give_consent(device.scopes.names)
        except Refusal:
            device.answer = "declined"
        else:
            device.answer = "approved"

    # -- the consent page

    def _authorize(self, tenant: str, request: Request) -> Response:
        asked = {name: values[0] for name, values in request.query.items()}
        try:
            account = self._check_visit(tenant, asked)
        except Refusal as refusal:
            return _page(400, refusal.description)
        try:
            scopes = _check_authorization(asked)
            if account.leaves:
                needs_admin = account.needs_admin(scopes.names)
                return _page(200, "Need admin approval" if needs_admin else "Permissions requested")
            given = account.give_consent(scopes.names)
        except Refusal as refusal:
            answer = {"error": refusal.error, "error_description": refusal.description}
            if refusal.error == "access_denied":
                answer["error_subcode"] = "cancel"
            return _send_back(asked, answer)
        return _send_back(asked, self._code_for(account, asked, scopes, given))

    def _check_visit(self, tenant: str, asked: Mapping[str, str]) -> Account:
        """Check what leaves the browser at an error page; return who sits there."""
        _check_client(asked)
        if "client_secret" in asked:  # it would stand in the browser's history
            raise Refusal("invalid_client", 700025, status=401)
        if not self._is_registered(asked["client_id"], asked.get("redirect_uri", "")):
            raise Refusal("invalid_request", 50011, repr(asked.get("redirect_uri")))
        if asked.get("response_mode", "query") not in _RESPONSE_MODES:
            raise Refusal("invalid_request", 9002313, "'response_mode'")
        account = self._account_in_browser(asked.get("login_hint"))
        if account is None or not account.may_sign_in_to(tenant):
            raise Refusal("invalid_request", 50020)
        return account

    def _account_in_browser(self, hint: str | None) -> Account | None:
        address = self.signs_in or hint or next(iter(self.accounts), "")
        return self.accounts.get(address.lower())

    def _code_for(
        self, account: Account, asked: Mapping[str, str], scopes: Scopes, given: frozenset[str]
    ) -> dict[str, str]:
        code = Code(
            account=account,
            client_id=asked["client_id"],
            redirect_uri=asked["redirect_uri"],
            challenge=asked["code_challenge"],
            nonce=asked.get("nonce", ""),
            scopes=scopes,
            given=given,
            expires_at=self._now() + CODE_SECONDS,
        )
        answer = {"code": self.tokens.issue_code(code), "session_state": str(uuid.uuid4())}
        if asked.get("client_info") == "1":
            answer["client_info"] = _client_info(account)
        return answer

    def _is_registered(self, client_id: str, redirect_uri: str) -> bool:
        if client_id == CONFIDENTIAL_ID:
            return redirect_uri == self.page != ""
        return _is_on_this_computer(redirect_uri)

    # -- tokens

    def _check_secret(self, form: Mapping[str, str]) -> None:
        given = form.get("client_secret")
        if form["client_id"] != CONFIDENTIAL_ID:
            if given is not None:
                raise Refusal("invalid_client", 700025, status=401)
        elif given is None:
            raise Refusal("invalid_client", 7000218, status=401)
        elif given != self.secret:
            raise Refusal("invalid_client", 7000215, status=401)

    def _answer(self, method: _Endpoint, tenant: str, request: Request) -> Response:
        try:
            form = _read_form(request)
            _check_client(form)
            self._check_secret(form)
            return Response(
                json=method(tenant, form),
                headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
            )
        except Refusal as refusal:
            return refuse(refusal)

    def _start_device(self, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
        del tenant
        value, device = self.tokens.issue_device(
            form["client_id"], read_scopes(_need(form, "scope"))
        )
        page = f"{self.url}/devicelogin"
        return {
            "user_code": device.user_code,
            "device_code": value,
            "verification_uri": page,
            "expires_in": DEVICE_SECONDS,
            "interval": 5,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code"
            f" {device.user_code} to authenticate.",
        }

    def _give_token(self, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
        client_id = form["client_id"]
        grant_type = _need(form, "grant_type")
        if grant_type == "authorization_code":
            code = self.tokens.redeem_code(
                _need(form, "code"),
                client_id,
                _need(form, "redirect_uri"),
                form.get("code_verifier", ""),
            )
            return self._tokens_for(code.account, client_id, code.scopes, code.given, code.nonce)
        if grant_type == DEVICE_GRANT:
            device = self.tokens.redeem_device(_need(form, "device_code"), client_id)
            return self._tokens_for(_approver(device), client_id, device.scopes, device.given)
        if grant_type == "refresh_token":
            account = self.tokens.use_refresh(_need(form, "refresh_token"), client_id)
            if not account.may_sign_in_to(tenant):
                raise Refusal("invalid_grant", 50020)
            scopes = read_scopes(_need(form, "scope"))
            if scopes.names - account.consented:
                raise Refusal("invalid_grant", 65001, suberror="consent_required")
            return self._tokens_for(account, client_id, scopes, scopes.names)
        raise Refusal("unsupported_grant_type", 70003, grant_type)

    def _tokens_for(
        self,
        account: Account,
        client_id: str,
        scopes: Scopes,
        given: frozenset[str],
        nonce: str = "",
    ) -> dict[str, Any]:
        """Return the success answer: a new refresh token each time, the old ones stay good."""
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": scopes.write(given),
            "expires_in": self.access_token_seconds,
            "ext_expires_in": self.access_token_seconds,
            "access_token": self.tokens.issue_access(account, given, self.access_token_seconds),
        }
        if "offline_access" in given:
            answer["refresh_token"] = self.tokens.issue_refresh(account, client_id)
        if "openid" in given:
            answer["id_token"] = self._id_token(account, client_id, given, nonce)
            answer["client_info"] = _client_info(account)
        return answer

    def _id_token(self, account: Account, client_id: str, given: frozenset[str], nonce: str) -> str:
        now = int(self._now())
        claims: dict[str, Any] = {
            "aud": client_id,
            "iss": f"{self.url}/{account.tenant}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "sub": base64.urlsafe_b64encode(f"{client_id}{account.address}".encode()).decode()[:43],
            "tid": account.tenant,
            "ver": "2.0",
        }
        if nonce:
            claims["nonce"] = nonce
        if "profile" in given:
            claims["oid"] = account.object_id
            claims["name"] = account.name
            claims["preferred_username"] = account.login
        if "email" in given:
            claims["email"] = account.address
        return jwt.encode(claims, _signing_key(), "RS256", headers={"kid": "loopback"})

    def _configuration(self, tenant: str) -> dict[str, Any]:
        base = f"{self.url}/{tenant}"
        issued_by = tenant if _GUID.fullmatch(tenant) else "{tenantid}"
        return {
            "issuer": f"{self.url}/{issued_by}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": list(_RESPONSE_MODES),
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "none"],
        }


@cache
def _signing_key() -> rsa.RSAPrivateKey:
    """Return the key of the id tokens, one for all servers of a process: making it takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _public_key() -> dict[str, Any]:
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_signing_key().public_key()))
    return {**key, "kid": "loopback", "use": "sig"}


def _is_tenant(tenant: str) -> bool:
    return tenant in ("common", "organizations", "consumers") or bool(_GUID.fullmatch(tenant))


def _is_on_this_computer(redirect_uri: str) -> bool:
    """Compare with the registered http://localhost, leaving the port out as Entra does."""
    try:
        parts = urlsplit(redirect_uri)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        (parts.scheme, parts.hostname) == ("http", "localhost")
        and has_port
        and not (parts.path or parts.query or parts.fragment or parts.username)
    )


def _check_client(asked: Mapping[str, str]) -> None:
    client_id = _need(asked, "client_id")
    if client_id not in (CLIENT_ID, CONFIDENTIAL_ID):
        raise Refusal("unauthorized_client", 700016, client_id)
    if "client_assertion" in asked:
        raise Refusal("invalid_client", 700025, status=401)


def _check_authorization(asked: Mapping[str, str]) -> Scopes:
    """Check what may be refused at the redirect address; return the scopes asked for."""
    if asked.get("response_type") != "code":
        raise Refusal("unsupported_response_type", 700051, asked.get("response_type", ""))
    if asked.get("code_challenge_method") != "S256":
        raise Refusal("invalid_request", 50149)
    if not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        raise Refusal("invalid_request", 501491)
    if asked.get("prompt") == "none":
        raise Refusal("login_required", 50058)
    return read_scopes(asked.get("scope", ""))


def _read_form(request: Request) -> dict[str, str]:
    if request.headers.get_content_type() != "application/x-www-form-urlencoded":
        raise Refusal("invalid_request", 900144, "'grant_type'")
    form: dict[str, str] = {}
    for name, values in request.form().items():
        if len(values) > 1:
            raise Refusal("invalid_request", 9000411, repr(name))
        form[name] = values[0]
    return form


def _need(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise Refusal("invalid_request", 900144, repr(name))
    return value


def _approver(device: Device) -> Account:
    if device.account is None:
        raise RuntimeError("a device was approved by nobody")
    return device.account


def _client_info(account: Account) -> str:
    text = json.dumps({"uid": account.object_id, "utid": account.tenant})
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _send_back(asked: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    """Send the browser to the redirect address in the response mode that was asked for."""
    fields = dict(answer)
    if "state" in asked:
        fields["state"] = asked["state"]
    mode = asked.get("response_mode", "query")
    target = asked["redirect_uri"]
    if not urlsplit(target).path:
        target += "/"
    if mode == "form_post":
        inputs = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}"/>'
            for name, value in fields.items()
        )
        return _page(200, "Working...", f'<form method="POST" action="{target}">{inputs}</form>')
    mark = "#" if mode == "fragment" else "?"
    return Response(302, headers={"Location": f"{target}{mark}{urlencode(fields)}"})


def _page(status: int, text: str, form: str = "") -> Response:
    """Return a page at which the browser stays."""
    page = f"<!DOCTYPE html><title>Sign in</title><p>{html.escape(text)}</p>{form}"
    return Response(status, body=page.encode(), headers={"Content-Type": "text/html"})
