"""One HTTPS request on the wire for one call, and what it means when that request fails.

Shared by everything here that speaks HTTPS. Nothing is ever repeated: requests and urllib3 are set
up without retries, mail calls follow no redirects, and plain http is not mounted at all. A
connection that could not be made is told apart from one that broke later, because only the first
proves that nothing was sent.
"""

import json
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypedDict

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from providers.base import TIMEOUT_SECONDS
from providers.errors import OutcomeUnknown, ProviderError, Rejected, TryLater


class Pause(TypedDict, total=False):
    """How long a provider wants to be left alone, in the words of `TryLater`."""

    after_seconds: float
    until: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of a provider's table of answers: the error that an answer becomes."""

    kind: type[ProviderError]
    code: str
    detail: str
    after_seconds: float | None = None

    def error(self, *, pause: Pause | None = None, request_id: str | None = None) -> ProviderError:
        """Make the error; what the provider asked for (`pause`) goes before the row's own time."""
        if not issubclass(self.kind, TryLater):
            return self.kind(self.code, self.detail, request_id=request_id)
        if not pause and self.after_seconds is not None:
            pause = {"after_seconds": self.after_seconds}
        return self.kind(self.code, self.detail, request_id=request_id, **(pause or {}))


class Session(requests.Session):
    """A session that remembers what time it was at the other end, by the header Date."""

    heard_at: datetime | None = None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one request, see `requests`."""
        response = super().send(request, **kwargs)
        self.heard_at = _moment_in(response.headers, "Date") or self.heard_at
        return response

    def ask_time(self, url: str) -> datetime | None:
        """Ask a server for nothing but its time; raise what it means that there is no answer."""
        try:
            self.head(url, allow_redirects=False)
        except requests.RequestException as error:
            raise failure(error, sends=False) from error
        return self.heard_at


def open_session(ca_bundle: Path | None, *, token: str | None = None) -> Session:
    """Return a session that speaks https only and sends `token`, if any, as a bearer token.

    Raise `Rejected` when `ca_bundle` is not there. The caller closes the session.
    """
    session = Session()
    equip(session, OneShotAdapter(ca_bundle))
    # A callable, because requests would else put what a .netrc file holds in its place.
    session.auth = _bearer(token) if token else _as_it_is
    return session


def open_token_session(ca_bundle: Path | None) -> requests.Session:
    """Return a session for sign-in servers, see `TokenAdapter`. The caller closes it."""
    session = requests.Session()
    equip(session, TokenAdapter(ca_bundle))
    session.auth = _as_it_is
    return session


def silence_libraries() -> None:
    """Keep out of the log the lines in which client libraries write codes and tokens in clear.

    They do so at level debug (requests-oauthlib 2.0, msal 1.39.0, seen 2026-11), where an
    application may be listening. Called before each use, since it may change its mind.
    """
    for name in ("requests_oauthlib", "msal"):
        logging.getLogger(name).setLevel(logging.INFO)


def equip(session: requests.Session, adapter: HTTPAdapter) -> None:
    """Have `session` use `adapter` for https, and nothing for plain http."""
    session.adapters.clear()
    session.mount("https://", adapter)


class OneShotAdapter(HTTPAdapter):
    """Puts each request on the wire once, within `TIMEOUT_SECONDS`, trusting `ca_bundle`.

    Without a `ca_bundle` the usual authorities are trusted, or those of $REQUESTS_CA_BUNDLE.
    """

    def __init__(self, ca_bundle: Path | None) -> None:
        if ca_bundle is not None and not ca_bundle.exists():
            raise Rejected("ca-bundle-missing", f"There is no file {ca_bundle} (ca_bundle).")
        self._ca_bundle = ca_bundle
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        _note_failed_connections(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Make the pool of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        _note_failed_connections(manager)
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request. The CA bundle is set here, where no environment variable outdoes it.

        So is the timeout: google-auth asks for 120 seconds, longer than a refresh may take.
        """
        del timeout
        return super().send(
            request,
            stream=stream,
            timeout=TIMEOUT_SECONDS,
            verify=str(self._ca_bundle) if self._ca_bundle else verify,
            cert=cert,
            proxies=dict(proxies or {}),
        )


class TokenAdapter(OneShotAdapter):
    """For sign-in servers: whatever is not a plain yes or no becomes `TryLater` at once.

    The client libraries thus see only answers they understand, and neither repeat a request nor
    log an answer that they could not read (msal does, tokens included).
    """

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request; return an answer below 300 or a JSON refusal of 400 to 428."""
        try:
            response = super().send(*args, **kwargs)
            body = response.content
        except requests.RequestException as error:
            raise failure(error, sends=False) from error
        status = response.status_code
        is_throttled = status == requests.codes.too_many_requests
        if is_throttled or not (status < 300 or 400 <= status < 500):
            code = "throttled" if is_throttled else "server-failed"
            detail = f"The sign-in server could not answer just now (status {status})."
            raise TryLater(code, detail, **pause_from(response.headers))
        has_to_be_read = status < 300 or args[0].method == "POST"
        if has_to_be_read and not is_json_object(body):
            raise TryLater("unreadable-answer", "The sign-in server's answer could not be read.")
        return response


def failure(error: requests.RequestException, *, sends: bool) -> ProviderError:
    """Return what a request without a whole answer means; `sends` says whether it would send mail.

    A request that cannot have reached the server is `TryLater` in any case. After that, a lost
    answer to a call that sends is `OutcomeUnknown`.
    """
    if isinstance(error, (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL)):
        return Rejected("endpoint-not-https", "The provider's address must begin with https://.")
    cause = _failed_connection(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        detail = (
            "The server's certificate is not trusted. Behind a company proxy, set ca_bundle to "
            "the file with the company's certificates."
        )
        return TryLater("certificate-not-trusted", detail)
    if cause is not None:
        return TryLater("unreachable", "The provider could not be reached; nothing was sent.")
    if sends:
        detail = "The connection broke before the provider's answer was there."
        return OutcomeUnknown("no-answer", detail)
    return TryLater("no-answer", "The provider did not answer.")


def verdict_on(status: int, provider: str, *, sends: bool) -> Verdict:
    """Return what a status means that a provider's own table does not know.

    From 500 on (and 408) the server may have executed the call before it failed.
    """
    if 400 <= status < 500 and status != requests.codes.request_timeout:
        return Verdict(Rejected, "refused", f"{provider} refused the call (status {status}).")
    kind = OutcomeUnknown if sends else TryLater
    return Verdict(
        kind,
        "server-failed",
        f"{provider} failed, or answered what it never should (status {status}).",
    )


def pause_from(headers: Mapping[str, str]) -> Pause:
    """Read Retry-After (RFC 9110: seconds or a date); empty when it is absent or unreadable."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return {"after_seconds": float(text)}
    moment = _moment_in(headers, "Retry-After")
    return {"until": moment} if moment else {}


def is_json_object(body: bytes) -> bool:
    """Say whether an answer is a JSON object."""
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _moment_in(headers: Mapping[str, str], name: str) -> datetime | None:
    """Read a date in the form of HTTP; None when it is absent or unreadable."""
    try:
        moment = parsedate_to_datetime(headers.get(name, "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _failed_connection(error: requests.RequestException) -> BaseException | None:
    """Return why no connection came about, or None when there was one."""
    reason = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    if isinstance(error, requests.exceptions.ProxyError):
        return error
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return reason.__cause__ or reason
    return None


class _Connection(HTTPSConnection):
    """Gives every failure up to the end of the TLS handshake one type: nothing was sent by then."""

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPError, HTTPException) as error:
            raise NewConnectionError(self, "no connection came about") from error


class _Pool(HTTPSConnectionPool):
    """A pool of such connections."""

    ConnectionCls = _Connection


def _note_failed_connections(manager: PoolManager) -> None:
    # A SOCKS proxy's manager has classes of its own and keeps them: there, a failed handshake
    # counts as a broken connection.
    if manager.pool_classes_by_scheme.get("https") is HTTPSConnectionPool:
        manager.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": _Pool}


def _bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
