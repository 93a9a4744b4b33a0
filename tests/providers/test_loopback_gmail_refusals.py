"""What the loopback Gmail refuses before it acts: tokens, scopes, and breaches of the contract."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from tests.loopback.exchange import Response
from tests.loopback.google import LoopbackGoogle, answers
from tests.loopback.google_answers import NotModelled
from tests.loopback.server import Authority, Fault, request_to
from tests.providers.google_client import COMPOSE, SCOPE, SEND_ONLY, error_of, gmail_of, sign_in

KIM = "kim@example.com"
MAIL = "VG86IHJlYWRlckBjb21wYW55LmV4YW1wbGUNCg0KSGVsbG8"
"""A mail to reader@company.example, as base64url."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return one certificate authority for all servers of this file."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def google(authority: Authority) -> Iterator[LoopbackGoogle]:
    """Serve a Google with the account of Kim, a candidate."""
    with LoopbackGoogle(authority) as server:
        server.add_account(KIM)
        yield server


def _call(
    google: LoopbackGoogle,
    token: str,
    method: str,
    path: str,
    *,
    query: dict[str, str] | None = None,
    body: object = None,
) -> requests.Response:
    return requests.request(
        method,
        f"{google.url}/gmail/v1/users/{path}",
        params=query,
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        verify=str(google.ca_bundle),
        timeout=20,
    )


def _refused(request: Any) -> HttpError:
    with pytest.raises(HttpError) as refused:
        request.execute()
    return refused.value


def test_send_only_token_may_send_and_nothing_else(google: LoopbackGoogle, tmp_path: Path) -> None:
    """gmail.send reads no profile, makes no draft and sees no message."""
    with gmail_of(google, sign_in(google, tmp_path, SEND_ONLY).token) as service:
        users = service.users()
        sent = users.messages().send(userId="me", body={"raw": MAIL}).execute()
        for request in (
            users.getProfile(userId="me"),
            users.drafts().create(userId="me", body={"message": {"raw": MAIL}}),
            users.drafts().send(userId="me", body={"id": "r1"}),
            users.messages().get(userId="me", id=sent["id"]),
            users.messages().list(userId="me", labelIds=["SENT"]),
        ):
            error = error_of(_refused(request))
            assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
            assert error["errors"][0]["reason"] == "insufficientPermissions"
            assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert len(google.delivered) == 1


def test_compose_token_reads_drafts_but_no_messages(google: LoopbackGoogle, tmp_path: Path) -> None:
    """gmail.compose cannot look into the sent mails."""
    with gmail_of(google, sign_in(google, tmp_path, COMPOSE).token) as service:
        users = service.users()
        draft = users.drafts().create(userId="me", body={"message": {"raw": MAIL}}).execute()
        assert users.drafts().get(userId="me", id=draft["id"]).execute()["id"] == draft["id"]
        assert _refused(users.messages().list(userId="me")).status_code == 403
        assert _refused(users.messages().get(userId="me", id="19aa")).status_code == 403


def test_scope_taken_away_later_counts_at_once(google: LoopbackGoogle, tmp_path: Path) -> None:
    """A test can change what a grant allows while the client holds its token."""
    token = sign_in(google, tmp_path).token
    assert _call(google, token, "GET", "me/drafts").status_code == 200
    google.set_scopes(KIM, SEND_ONLY)
    assert _call(google, token, "GET", "me/drafts").status_code == 403


def test_metadata_scope_limits_what_can_be_read(google: LoopbackGoogle, tmp_path: Path) -> None:
    """With gmail.metadata there is no search and no body, whatever else was granted."""
    scopes = (f"{SCOPE}gmail.compose", f"{SCOPE}gmail.metadata")
    with gmail_of(google, sign_in(google, tmp_path, scopes).token) as service:
        users = service.users()
        sent = users.messages().send(userId="me", body={"raw": MAIL}).execute()
        assert _refused(users.messages().list(userId="me", q="hello")).status_code == 403
        assert _refused(users.messages().get(userId="me", id=sent["id"])).status_code == 403
        shown = users.messages().get(userId="me", id=sent["id"], format="metadata").execute()
    assert shown["payload"]["mimeType"] == "text/plain"


def test_token_is_good_until_it_expires(google: LoopbackGoogle, tmp_path: Path) -> None:
    """An expired, revoked or unknown token is a 401 in the documented shape."""
    google.oauth.access_token_seconds = 60
    token = sign_in(google, tmp_path).token
    assert _call(google, token, "GET", "me/profile").status_code == 200
    google.expire_access_tokens()
    revoked = sign_in(google, tmp_path).token
    google.revoke_grants(KIM)
    for dead in (token, revoked, "ya29.nothing", ""):
        answer = _call(google, dead, "GET", "me/profile")
        error = answer.json()["error"]
        assert (answer.status_code, error["status"]) == (401, "UNAUTHENTICATED")
        assert error["errors"][0]["reason"] == "authError"
        assert error["errors"][0]["message"] == "Invalid Credentials"


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "text"),
    [
        ("GET", "me/drafts", {"frobnicate": "1"}, None, 'Unknown name "frobnicate"'),
        ("GET", "me/drafts", {"maxResults": "many"}, None, "maxResults"),
        ("GET", "me/drafts", {"includeSpamTrash": "yes"}, None, "includeSpamTrash"),
        ("GET", "me/drafts/r1", {"format": "pretty"}, None, "format"),
        ("POST", "me/drafts", {}, {"mail": {}}, "Unknown name \"mail\" at 'draft'"),
        ("POST", "me/drafts", {}, {"message": {"raw": 7}}, "'draft.message.raw' (TYPE_STRING)"),
        ("POST", "me/drafts", {}, {"message": {"to": "x"}}, "at 'draft.message'"),
        ("POST", "me/drafts", {}, {"message": {"labelIds": [1]}}, "labelIds[0]"),
        ("POST", "me/drafts", {}, {"message": {"internalDate": "now"}}, "internalDate"),
        ("POST", "me/drafts", {}, ["message"], "Invalid JSON payload"),
        ("GET", "me/drafts", {}, {"message": {}}, "takes no request body"),
    ],
)
def test_breach_of_the_contract_is_refused(
    google: LoopbackGoogle,
    tmp_path: Path,
    method: str,
    path: str,
    query: dict[str, str],
    body: object,
    text: str,
) -> None:
    """What the discovery document does not know is a 400 that names it."""
    token = sign_in(google, tmp_path).token
    answer = _call(google, token, method, path, query=query, body=body)
    assert answer.status_code == 400
    assert text in answer.json()["error"]["message"]


def test_all_breaches_are_named_at_once(google: LoopbackGoogle, tmp_path: Path) -> None:
    """Each violation is listed with its field."""
    token = sign_in(google, tmp_path).token
    body = {"id": 1, "message": {"raw": True}}
    answer = _call(google, token, "POST", "me/drafts", query={"x": "1"}, body=body)
    (details,) = answer.json()["error"]["details"]
    fields = [violation["field"] for violation in details["fieldViolations"]]
    assert fields == ["x", "draft.id", "draft.message.raw"]


@pytest.mark.parametrize(("method", "path"), [("GET", "me/mails"), ("PATCH", "me/drafts/r1")])
def test_address_that_no_method_has_is_not_found(
    google: LoopbackGoogle, tmp_path: Path, method: str, path: str
) -> None:
    """Google's front end answers such a request with a page, not with JSON."""
    answer = _call(google, sign_in(google, tmp_path).token, method, path)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")


def test_other_mailbox_is_refused(google: LoopbackGoogle, tmp_path: Path) -> None:
    """A token opens the mailbox of its own account only."""
    google.add_account("lee@example.com")
    token = sign_in(google, tmp_path).token
    assert _call(google, token, "GET", "kim%40example.com/profile").status_code == 200
    answer = _call(google, token, "GET", "lee%40example.com/profile")
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "Delegation denied for kim@example.com"


def test_known_method_that_is_not_modelled_fails_the_test(
    authority: Authority, tmp_path: Path
) -> None:
    """A gap in the loopback Gmail is never taken for an answer of the real one."""
    google = LoopbackGoogle(authority).start()
    google.add_account(KIM)
    token = sign_in(google, tmp_path, (f"{SCOPE}gmail.labels",)).token
    assert _call(google, token, "GET", "me/labels").status_code == 500
    with pytest.raises(RuntimeError) as raised:
        google.stop()
    assert isinstance(raised.value.__cause__, NotModelled)


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (answers.mail_sending_limit(), 429, "rateLimitExceeded"),
        (answers.too_many_concurrent_requests(), 429, "rateLimitExceeded"),
        (answers.rate_limit_exceeded(), 403, "rateLimitExceeded"),
        (answers.user_rate_limit_exceeded(), 403, "userRateLimitExceeded"),
        (answers.daily_limit_exceeded(), 403, "dailyLimitExceeded"),
        (answers.domain_policy(), 403, "domainPolicy"),
        (answers.access_not_configured(), 403, "accessNotConfigured"),
        (answers.insufficient_scopes(), 403, "insufficientPermissions"),
        (answers.bad_request("Invalid To header"), 400, "invalidArgument"),
        (answers.backend_error(500), 500, "backendError"),
        (answers.backend_error(503), 503, "backendError"),
    ],
)
def test_ready_answers_are_read_by_the_client_library(
    google: LoopbackGoogle, tmp_path: Path, answer: Response, status: int, reason: str
) -> None:
    """Each documented refusal, given in place of an answer, reaches the client in its shape."""
    with gmail_of(google, sign_in(google, tmp_path).token) as service:
        google.faults.add(Fault(request_to("GET", ".*/profile"), "before", answer, times=None))
        refused = _refused(service.users().getProfile(userId="me"))
    error = error_of(refused)
    assert (refused.status_code, error["code"]) == (status, status)
    assert error["errors"][0]["reason"] == reason


def test_time_to_come_back_is_in_the_text_only() -> None:
    """Gmail sends no Retry-After; the time stands in the message, to the millisecond."""
    answer = answers.user_rate_limit_until(datetime(2026, 11, 5, 9, 30, 0, 250000, UTC))
    error = json.loads(answer.head_and_body()[1])["error"]
    assert error["message"] == "User-rate limit exceeded.  Retry after 2026-11-05T09:30:00.250Z"
    assert (answer.status, dict(answer.headers)) == (429, {})
