"""Sign-in with msal and with plain requests, pointed at a loopback Microsoft by its tests."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msal
import requests

from tests.loopback.browser import visit
from tests.loopback.microsoft import LoopbackMicrosoft

SEND_ONLY = ("User.Read", "Mail.Send")
DRAFTS = (*SEND_ONLY, "Mail.ReadWrite")
REDIRECT = "http://localhost:8765"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
"""The pair of RFC 7636, appendix B."""

_SECONDS = 20


@contextmanager
def app_of(
    microsoft: LoopbackMicrosoft,
    tenant: str = "common",
    cache: msal.SerializableTokenCache | None = None,
) -> Iterator[Any]:
    """Lend an msal application of the registered client."""
    with new_session(microsoft) as session:
        yield msal.PublicClientApplication(
            microsoft.client_id,
            authority=microsoft.authority_url(tenant),
            instance_discovery=False,
            http_client=session,
            token_cache=cache,
        )


def begin_sign_in(app: Any, scopes: Sequence[str] = SEND_ONLY, **parameters: Any) -> dict[str, Any]:
    """Return msal's flow, whose answer comes back in the address of the redirect."""
    with warnings.catch_warnings():
        # msal 1.39 recommends form_post for every other response mode
        warnings.filterwarnings("ignore", message="response_mode='form_post'")
        flow: dict[str, Any] = app.initiate_auth_code_flow(
            list(scopes), redirect_uri=REDIRECT, **parameters
        )
    return flow


def answer_of(microsoft: LoopbackMicrosoft, flow: dict[str, Any]) -> dict[str, str]:
    """Go through the consent page and return what the browser brings back."""
    return dict(parse_qsl(urlsplit(visit(flow["auth_uri"], microsoft.ca_bundle)).query))


def sign_in(
    microsoft: LoopbackMicrosoft, app: Any, scopes: Sequence[str] = SEND_ONLY, **parameters: Any
) -> dict[str, Any]:
    """Sign in as the account in the browser and return msal's result, be it an error."""
    flow = begin_sign_in(app, scopes, **parameters)
    result: dict[str, Any] = app.acquire_token_by_auth_code_flow(flow, answer_of(microsoft, flow))
    return result


def token_of(
    microsoft: LoopbackMicrosoft, scopes: Sequence[str] = DRAFTS, **parameters: Any
) -> str:
    """Sign in with a new msal application and return the access token."""
    with app_of(microsoft) as app:
        return str(sign_in(microsoft, app, scopes, **parameters)["access_token"])


def post_form(microsoft: LoopbackMicrosoft, path: str, **form: str) -> requests.Response:
    """Post a form to an endpoint of the tenant `common`, without msal."""
    url = f"{microsoft.authority_url()}/oauth2/v2.0/{path}"
    with new_session(microsoft) as session:
        return session.post(url, data=form, timeout=_SECONDS)


def consent_url(microsoft: LoopbackMicrosoft, tenant: str = "common", **changes: str) -> str:
    """Return the address of the consent page for the pair of RFC 7636, without msal."""
    parameters = {
        "client_id": microsoft.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid profile offline_access User.Read Mail.Send",
        "state": "state-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{microsoft.authority_url(tenant)}/oauth2/v2.0/authorize?{urlencode(parameters)}"


def brought_back(microsoft: LoopbackMicrosoft, **changes: str) -> dict[str, str]:
    """Go through that page and return what the browser brings back."""
    ended = visit(consent_url(microsoft, **changes), microsoft.ca_bundle)
    return dict(parse_qsl(urlsplit(ended).query))


def redeem(microsoft: LoopbackMicrosoft, code: str, **changes: str) -> requests.Response:
    """Redeem a code by a plain request; an empty value leaves its parameter out."""
    form = {
        "grant_type": "authorization_code",
        "client_id": microsoft.client_id,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **changes,
    }
    return post_form(microsoft, "token", **{k: v for k, v in form.items() if v})


def tokens_of(microsoft: LoopbackMicrosoft, **changes: str) -> dict[str, Any]:
    """Sign in by plain requests and return the whole answer."""
    answer = redeem(microsoft, brought_back(microsoft, **changes)["code"])
    assert answer.status_code == 200
    tokens = answer.json()
    assert isinstance(tokens, dict)
    return tokens


def refresh(microsoft: LoopbackMicrosoft, token: str, **changes: str) -> requests.Response:
    """Refresh by a plain request."""
    form = {
        "grant_type": "refresh_token",
        "client_id": microsoft.client_id,
        "refresh_token": token,
        "scope": "openid profile offline_access User.Read Mail.Send",
        **changes,
    }
    return post_form(microsoft, "token", **form)


def refusal_of(answer: requests.Response) -> tuple[str, int]:
    """Return `error` and the AADSTS number, having checked the shape around them."""
    body = answer.json()
    (number,) = body["error_codes"]
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= body.keys()
    return str(body["error"]), int(number)


def new_session(microsoft: LoopbackMicrosoft) -> requests.Session:
    """Return a session that trusts the server's CA and no setting of the machine."""
    session = requests.Session()
    session.trust_env = False  # a CA bundle or a proxy named by the machine would win
    session.verify = str(microsoft.ca_bundle)
    return session
