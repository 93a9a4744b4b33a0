"""The loopback Google's sign-in: what it gives, what it refuses, and how grants end."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.oauth2 import id_token
from google_auth_oauthlib.flow import Flow

from tests.loopback.browser import PageError, visit
from tests.loopback.google import LoopbackGoogle
from tests.loopback.server import Authority
from tests.providers.google_client import (
    COMPOSE,
    REDIRECT,
    SCOPE,
    begin_sign_in,
    sign_in,
    transport,
)

KIM = "kim@example.com"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
"""The pair of RFC 7636, appendix B."""


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


def _consent_url(google: LoopbackGoogle, **changes: str) -> str:
    parameters = {
        "client_id": google.client.id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": " ".join(COMPOSE),
        "access_type": "offline",
        "prompt": "consent",
        "state": "state-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{google.url}/o/oauth2/auth?{urlencode(parameters)}"


def _answer_of(google: LoopbackGoogle, **changes: str) -> dict[str, str]:
    """Go through the consent page and return what the browser brings back."""
    ended = visit(_consent_url(google, **changes), google.ca_bundle)
    return {name: values[0] for name, values in parse_qs(urlsplit(ended).query).items()}


def _post(google: LoopbackGoogle, path: str, **form: str) -> requests.Response:
    url = f"{google.url}{path}"
    return requests.post(url, data=form, verify=str(google.ca_bundle), timeout=20)


def _redeem(google: LoopbackGoogle, code: str, /, **changes: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": google.client.id,
        "client_secret": google.client.secret,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **changes,
    }
    return _post(google, "/token", **form)


def _tokens_of(google: LoopbackGoogle, **changes: str) -> dict[str, Any]:
    answer = _redeem(google, _answer_of(google, **changes)["code"])
    assert answer.status_code == 200
    tokens = answer.json()
    assert isinstance(tokens, dict)
    return tokens


def _refresh(google: LoopbackGoogle, token: str, **changes: str) -> requests.Response:
    form = {
        "grant_type": "refresh_token",
        "client_id": google.client.id,
        "client_secret": google.client.secret,
        "refresh_token": token,
        **changes,
    }
    return _post(google, "/token", **form)


def test_google_auth_signs_in_and_reads_a_signed_identity(
    google: LoopbackGoogle, tmp_path: Path
) -> None:
    """The real library gets a lasting grant and an id token that Google's own check accepts."""
    credentials = sign_in(google, tmp_path)
    assert credentials.refresh_token.startswith("1//0")
    assert set(credentials.granted_scopes) == set(COMPOSE)
    with transport(google) as lent:
        claims = id_token.verify_token(
            credentials.id_token, lent, google.client.id, certs_url=f"{google.url}/oauth2/v1/certs"
        )
    assert (claims["iss"], claims["email"]) == ("https://accounts.google.com", KIM)
    assert (claims["sub"], claims["email_verified"]) == (google.oauth.accounts[KIM].subject, True)


def test_identity_carries_nonce_and_workspace_and_matches_the_key_set(
    google: LoopbackGoogle,
) -> None:
    """The id token is a real JWT under the published keys, bound to the request by its nonce."""
    google.oauth.accounts[KIM].hosted_domain = "example.com"
    tokens = _tokens_of(google, nonce="nonce-1")
    url = f"{google.url}/oauth2/v3/certs"
    keys = requests.get(url, verify=str(google.ca_bundle), timeout=20).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(tokens["id_token"])["kid"]]
    claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience=google.client.id)
    assert (claims["nonce"], claims["hd"]) == ("nonce-1", "example.com")
    assert claims["exp"] - claims["iat"] == 3600
    assert "name" not in claims


def test_browser_returns_with_state_code_and_granted_scopes(google: LoopbackGoogle) -> None:
    """Consent ends at the redirect address with what RFC 6749 and Google promise."""
    answer = _answer_of(google)
    assert answer["state"] == "state-1"
    assert set(answer["scope"].split()) == set(COMPOSE)
    assert answer["code"].startswith("4/0A")


def test_short_scope_names_are_answered_in_full(google: LoopbackGoogle) -> None:
    """Asked for `email`, Google grants the URL of it and openid with it."""
    answer = _answer_of(google, scope="email")
    assert answer["scope"].split() == [f"{SCOPE}userinfo.email", "openid"]


def test_unticked_box_leaves_its_scope_out(google: LoopbackGoogle, tmp_path: Path) -> None:
    """Partial consent is a success that only the scopes in the answer tell from a full one."""
    google.oauth.accounts[KIM].unticks = frozenset({f"{SCOPE}gmail.compose", "openid"})
    tokens = _tokens_of(google)
    assert set(tokens["scope"].split()) == {"openid", f"{SCOPE}userinfo.email"}
    with pytest.raises(Warning, match="Scope has changed"):
        sign_in(google, tmp_path)


def test_denied_consent_comes_back_as_an_error(google: LoopbackGoogle) -> None:
    """A user who declines is sent back with access_denied and the state."""
    google.oauth.accounts[KIM].denies = True
    assert _answer_of(google) == {"error": "access_denied", "state": "state-1"}


def test_blocked_app_leaves_the_browser_on_googles_page(google: LoopbackGoogle) -> None:
    """An administrator's block never reaches the redirect address."""
    google.oauth.accounts[KIM].blocked_by = "admin_policy_enforced"
    with pytest.raises(PageError) as shown:
        visit(_consent_url(google), google.ca_bundle)
    assert "Error 403: admin_policy_enforced" in shown.value.text


def test_account_in_the_browser_may_be_another_than_hinted(google: LoopbackGoogle) -> None:
    """The login hint preselects an account; who signs in is the browser's matter."""
    google.add_account("lee@example.com")
    for signs_in, hint, expected in [
        (None, "", KIM),
        (None, "lee@example.com", "lee@example.com"),
        (KIM, "lee@example.com", KIM),
    ]:
        google.oauth.signs_in = signs_in
        tokens = _tokens_of(google, login_hint=hint)
        claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
        assert claims["email"] == expected


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"frobnicate": "1"}, "invalid_request"),
        ({"client_id": "nobody.apps.example"}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"redirect_uri": "http://192.0.2.7:8765/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://localhost:8765/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": f"{SCOPE}gmail.everything"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_consent_page_refuses_a_wrong_request(
    google: LoopbackGoogle, changes: dict[str, str], error: str
) -> None:
    """What a client may not ask for ends on a page that names the error, with no code given."""
    with pytest.raises(PageError) as shown:
        visit(_consent_url(google, **changes), google.ca_bundle)
    assert f": {error}<" in shown.value.text
    assert google.oauth.grants.codes == {}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code_verifier": "x" * 43}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"code": "4/0Anything"}, 400, "invalid_grant"),
        ({"redirect_uri": "http://localhost:9999/"}, 400, "redirect_uri_mismatch"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_secret": ""}, 400, "invalid_request"),
        ({"client_id": "nobody.apps.example"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_token_endpoint_refuses_a_wrong_exchange(
    google: LoopbackGoogle, changes: dict[str, str], status: int, error: str
) -> None:
    """A code is redeemed only by its client, with its verifier, for its redirect address."""
    code = _answer_of(google)["code"]
    answer = _redeem(google, code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert google.oauth.grants.all == []
    assert _redeem(google, code).status_code == 200


def test_code_is_good_once_and_for_ten_minutes(google: LoopbackGoogle) -> None:
    """A code that was redeemed or has grown old is no grant."""
    code = _answer_of(google)["code"]
    assert _redeem(google, code).status_code == 200
    assert _redeem(google, code).json()["error"] == "invalid_grant"
    old = _answer_of(google)["code"]
    google.advance(timedelta(minutes=10))
    assert _redeem(google, old).json()["error"] == "invalid_grant"


def test_second_sign_in_has_no_refresh_token_unless_consent_is_shown(
    google: LoopbackGoogle, tmp_path: Path
) -> None:
    """Without prompt=consent Google gives a lasting grant only the first time."""
    assert sign_in(google, tmp_path, prompt="select_account").refresh_token is not None
    assert sign_in(google, tmp_path, prompt="select_account").refresh_token is None
    assert sign_in(google, tmp_path, prompt="consent").refresh_token is not None
    online = sign_in(google, tmp_path, prompt="consent", access_type="online")
    assert online.refresh_token is None


def test_refresh_gives_a_new_access_token_and_keeps_the_refresh_token(
    google: LoopbackGoogle, tmp_path: Path
) -> None:
    """Google does not rotate refresh tokens."""
    credentials = sign_in(google, tmp_path)
    before = (credentials.token, credentials.refresh_token)
    with transport(google) as lent:
        credentials.refresh(lent)
    assert credentials.token != before[0]
    assert credentials.refresh_token == before[1]


def test_refresh_gives_no_more_scopes_than_were_granted(google: LoopbackGoogle) -> None:
    """A refresh may narrow the scopes; asking for others is refused."""
    token = _tokens_of(google)["refresh_token"]
    narrow = _refresh(google, token, scope="openid").json()
    assert narrow["scope"] == "openid"
    wide = _refresh(google, token, scope=f"openid {SCOPE}gmail.send")
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")


def _revoke(google: LoopbackGoogle, tokens: dict[str, Any]) -> None:
    assert _post(google, "/revoke", token=tokens["access_token"]).status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        _revoke,
        lambda google, _: google.revoke_grants(KIM),
        lambda google, _: google.change_password(KIM),
    ],
    ids=["client revokes", "user revokes", "password changed"],
)
def test_ended_grant_is_refused_for_good(
    google: LoopbackGoogle, tmp_path: Path, end: Callable[[LoopbackGoogle, dict[str, Any]], None]
) -> None:
    """After a revocation the refresh is an invalid_grant that google-auth does not retry."""
    credentials = sign_in(google, tmp_path)
    end(google, {"access_token": credentials.token})
    with transport(google) as lent, pytest.raises(RefreshError) as refused:
        credentials.refresh(lent)
    assert refused.value.args[1] == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }
    assert refused.value.retryable is False
    assert len(google.requests_to("POST", "/token")) == 2


def test_revoking_what_is_no_token_is_refused(google: LoopbackGoogle) -> None:
    """The revocation endpoint takes a live refresh or access token, in the form or the query."""
    token = _tokens_of(google)["refresh_token"]
    assert _post(google, "/revoke", token="1//0nothing").json()["error"] == "invalid_token"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{google.url}/revoke?{urlencode({'token': token})}"
    done = requests.post(url, headers=headers, verify=str(google.ca_bundle), timeout=20)
    assert (done.status_code, done.json()) == (200, {})
    assert _post(google, "/revoke", token=token).status_code == 400


@pytest.mark.parametrize(("is_testing", "status"), [(True, 400), (False, 200)])
def test_project_in_testing_ends_grants_after_seven_days(
    google: LoopbackGoogle, is_testing: bool, status: int
) -> None:
    """The publishing status alone decides whether a grant outlives the week."""
    google.oauth.grants.is_testing = is_testing
    tokens = _tokens_of(google)
    assert ("refresh_token_expires_in" in tokens) is is_testing
    google.advance(timedelta(days=7, seconds=-1))
    assert _refresh(google, tokens["refresh_token"]).status_code == 200
    google.advance(timedelta(seconds=1))
    assert _refresh(google, tokens["refresh_token"]).status_code == status


def test_oldest_of_too_many_grants_ends_without_a_word(google: LoopbackGoogle) -> None:
    """An account has at most a hundred live refresh tokens for one client."""
    tokens = [_tokens_of(google)["refresh_token"] for _ in range(101)]
    assert _refresh(google, tokens[0]).json()["error"] == "invalid_grant"
    assert _refresh(google, tokens[1]).status_code == 200


def test_client_files_are_of_the_consoles_shapes(google: LoopbackGoogle, tmp_path: Path) -> None:
    """Desktop and web clients are told apart by the outer key; a service account is neither."""
    desktop = json.loads(google.client_file(tmp_path / "desktop.json").read_text("utf-8"))
    assert list(desktop) == ["installed"]
    assert desktop["installed"]["token_uri"] == f"{google.url}/token"
    web = google.client_file(tmp_path / "web.json", kind="web")
    assert Flow.from_client_secrets_file(str(web), COMPOSE).client_type == "web"
    robot = google.service_account_file(tmp_path / "robot.json")
    assert json.loads(robot.read_text("utf-8"))["type"] == "service_account"
    with pytest.raises(ValueError, match="must be for a web or installed app"):
        Flow.from_client_secrets_file(str(robot), COMPOSE)


def test_web_client_may_not_redirect_to_loopback(google: LoopbackGoogle, tmp_path: Path) -> None:
    """A client of the wrong kind fails at the consent page, as with the real service."""
    web = json.loads(google.client_file(tmp_path / "web.json", kind="web").read_text("utf-8"))
    with pytest.raises(PageError, match="400"):
        visit(_consent_url(google, client_id=web["web"]["client_id"]), google.ca_bundle)


def test_every_secret_handed_out_is_known(google: LoopbackGoogle, tmp_path: Path) -> None:
    """A search of a product's files for secrets knows what to look for."""
    flow, url = begin_sign_in(google, tmp_path)
    flow.oauth2session.close()
    ended = visit(url, google.ca_bundle)
    tokens = _tokens_of(google)
    expected = {parse_qs(urlsplit(ended).query)["code"][0], google.client.secret}
    expected |= {tokens["access_token"], tokens["refresh_token"]}
    assert expected <= google.issued_secrets
