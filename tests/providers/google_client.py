"""Google's own client libraries, pointed at a loopback Google by the tests of that server."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import requests
from google.auth.transport.requests import Request as AuthRequest
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build

from tests.loopback.browser import visit
from tests.loopback.google import LoopbackGoogle

SCOPE = "https://www.googleapis.com/auth/"
SIGN_IN = ("openid", f"{SCOPE}userinfo.email")
COMPOSE = (*SIGN_IN, f"{SCOPE}gmail.compose")
SEND_ONLY = (*SIGN_IN, f"{SCOPE}gmail.send")
REDIRECT = "http://localhost:8765/"


def begin_sign_in(
    google: LoopbackGoogle, folder: Path, scopes: Sequence[str] = COMPOSE, **parameters: str
) -> tuple[Flow, str]:
    """Return a sign-in of google-auth-oauthlib and the address of its consent page."""
    client_file = google.client_file(folder / "client.json")
    flow = Flow.from_client_secrets_file(str(client_file), scopes, redirect_uri=REDIRECT)
    url, _ = flow.authorization_url(**{"prompt": "consent", **parameters})
    return flow, url


def sign_in(
    google: LoopbackGoogle, folder: Path, scopes: Sequence[str] = COMPOSE, **parameters: str
) -> Any:
    """Sign in as the account in the browser and return google-auth's credentials."""
    flow, url = begin_sign_in(google, folder, scopes, **parameters)
    answer = visit(url, google.ca_bundle).replace("http:", "https:", 1)
    with flow.oauth2session:
        flow.fetch_token(authorization_response=answer, verify=str(google.ca_bundle))
        return flow.credentials


@contextmanager
def transport(google: LoopbackGoogle) -> Iterator[Any]:
    """Lend the transport with which google-auth refreshes tokens."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(google.ca_bundle)
        yield AuthRequest(session)


@contextmanager
def gmail_of(google: LoopbackGoogle, token: str | None) -> Iterator[Any]:
    """Lend googleapiclient's Gmail service with a bare access token."""
    credentials: Any = Credentials
    http = google_auth_httplib2.AuthorizedHttp(
        credentials(token), http=httplib2.Http(ca_certs=str(google.ca_bundle), timeout=20)
    )
    options = {"api_endpoint": google.url}
    service = build("gmail", "v1", http=http, client_options=options, cache_discovery=False)
    with service:
        yield service


def error_of(refusal: Any) -> dict[str, Any]:
    """Return the `error` object of an HttpError."""
    error = json.loads(refusal.content)["error"]
    assert isinstance(error, dict)
    return error
