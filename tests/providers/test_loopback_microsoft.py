"""The loopback Microsoft's sign-in: what it gives and what it refuses."""

from collections.abc import Iterator
from datetime import timedelta

import jwt
import pytest
import requests

from tests.loopback.browser import PageError, visit
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority
from tests.providers.graph_client import GraphClient
from tests.providers.microsoft_client import (
    DRAFTS,
    REDIRECT,
    SEND_ONLY,
    VERIFIER,
    answer_of,
    app_of,
    begin_sign_in,
    brought_back,
    consent_url,
    redeem,
    refresh,
    refusal_of,
    sign_in,
    tokens_of,
)

KIM = "kim@example.com"
LEE = "lee@office.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return one certificate authority for all servers of this file."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def microsoft(authority: Authority) -> Iterator[LoopbackMicrosoft]:
    """Serve a Microsoft with Kim's personal account and Lee's at work; Kim is at the browser."""
    with LoopbackMicrosoft(authority) as server:
        server.add_account(KIM)
        server.add_account(LEE, name="Lee Candidate", is_work=True, login="lee.c@office.example")
        yield server
        assert server.contract_violations == ()
        assert server.graph.response_violations == []


def test_msal_signs_in_and_the_token_opens_graph(microsoft: LoopbackMicrosoft) -> None:
    """The real library gets tokens, an account and a scope list, and the token is good for /me."""
    with app_of(microsoft) as app:
        result = sign_in(microsoft, app)
        (account,) = app.get_accounts()
    kim = microsoft.account(KIM)
    assert set(result["scope"].split()) == {"openid", "profile", *SEND_ONLY}
    assert (account["username"], account["local_account_id"]) == (KIM, kim.object_id)
    assert account["home_account_id"] == f"{kim.object_id}.{kim.tenant}"
    client = GraphClient(microsoft, result["access_token"])
    with client.session:
        me = client("GET", "/me").json()
    assert (me["id"], me["mail"], me["displayName"]) == (kim.object_id, KIM, kim.name)


def test_identity_is_signed_and_bound_to_the_request(microsoft: LoopbackMicrosoft) -> None:
    """The id token is a JWT under the published keys with oid, tid, sub, name and the nonce."""
    tokens = tokens_of(microsoft, login_hint=LEE, nonce="nonce-1", scope="openid profile email")
    url = f"{microsoft.authority_url()}/v2.0/.well-known/openid-configuration"
    ca_bundle = str(microsoft.ca_bundle)
    found = requests.get(url, verify=ca_bundle, timeout=20).json()
    keys = requests.get(found["jwks_uri"], verify=ca_bundle, timeout=20).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(tokens["id_token"])["kid"]]
    claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience=microsoft.client_id)
    lee = microsoft.account(LEE)
    assert claims["iss"] == found["issuer"].replace("{tenantid}", lee.tenant)
    assert (claims["oid"], claims["tid"]) == (lee.object_id, lee.tenant)
    assert (claims["preferred_username"], claims["email"]) == ("lee.c@office.example", LEE)
    assert (claims["name"], claims["nonce"]) == ("Lee Candidate", "nonce-1")
    assert claims["sub"] != claims["oid"]


@pytest.mark.parametrize("verifier", ["", "another-verifier-of-the-right-length-0123456789"])
def test_wrong_or_missing_verifier_is_refused(microsoft: LoopbackMicrosoft, verifier: str) -> None:
    """A code is worth nothing to somebody who did not begin the sign-in."""
    code = brought_back(microsoft)["code"]
    answer = redeem(microsoft, code, code_verifier=verifier)
    assert (answer.status_code, refusal_of(answer)) == (400, ("invalid_grant", 501481))


def test_msal_reports_a_verifier_that_does_not_match(microsoft: LoopbackMicrosoft) -> None:
    """To msal the refusal is a result with the number, not an exception."""
    with app_of(microsoft) as app:
        flow = begin_sign_in(app)
        result = app.acquire_token_by_auth_code_flow(
            {**flow, "code_verifier": VERIFIER}, answer_of(microsoft, flow)
        )
    assert (result["error"], result["error_codes"]) == ("invalid_grant", [501481])


def test_code_is_redeemed_once(microsoft: LoopbackMicrosoft) -> None:
    """A second redemption of the same code is refused as the real service does."""
    code = brought_back(microsoft)["code"]
    assert redeem(microsoft, code).ok
    assert refusal_of(redeem(microsoft, code)) == ("invalid_grant", 54005)


def test_code_runs_out_after_ten_minutes(microsoft: LoopbackMicrosoft) -> None:
    """A code that was left lying is refused."""
    code = brought_back(microsoft)["code"]
    microsoft.advance(timedelta(minutes=10))
    assert refusal_of(redeem(microsoft, code)) == ("invalid_grant", 70008)


@pytest.mark.parametrize(
    ("changes", "error", "number"),
    [
        ({"redirect_uri": "http://localhost:9999"}, "invalid_client", 500112),
        ({"redirect_uri": ""}, "invalid_request", 900144),
        ({"client_id": "11111111-1111-4111-8111-111111111111"}, "unauthorized_client", 700016),
        ({"client_secret": "secret"}, "invalid_client", 700025),
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
        ({"code": "1.never-issued"}, "invalid_grant", 9002313),
    ],
)
def test_redemption_is_refused(
    microsoft: LoopbackMicrosoft, changes: dict[str, str], error: str, number: int
) -> None:
    """Each wrong parameter of a redemption has its own refusal."""
    code = brought_back(microsoft)["code"]
    assert refusal_of(redeem(microsoft, **{"code": code, **changes})) == (error, number)


@pytest.mark.parametrize("redirect_uri", ["http://localhost", "http://localhost:1", REDIRECT])
def test_port_of_the_redirect_address_is_free(
    microsoft: LoopbackMicrosoft, redirect_uri: str
) -> None:
    """The registered http://localhost stands for every port, and the answer goes to its root."""
    ended = visit(consent_url(microsoft, redirect_uri=redirect_uri), microsoft.ca_bundle)
    assert ended.startswith(f"{redirect_uri}/?code=1.")


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://127.0.0.1:8765",
        "https://localhost:8765",
        "http://localhost:8765/callback",
        "http://localhost.example",
        "urn:ietf:wg:oauth:2.0:oob",
        "",
    ],
)
def test_other_redirect_addresses_leave_the_browser_there(
    microsoft: LoopbackMicrosoft, redirect_uri: str
) -> None:
    """An address that is not registered is never redirected to."""
    with pytest.raises(PageError) as shown:
        visit(consent_url(microsoft, redirect_uri=redirect_uri), microsoft.ca_bundle)
    assert "AADSTS50011" in shown.value.text


@pytest.mark.parametrize(
    ("changes", "error", "number"),
    [
        ({"response_type": "token"}, "unsupported_response_type", 700051),
        ({"code_challenge_method": "plain"}, "invalid_request", 50149),
        ({"code_challenge": ""}, "invalid_request", 501491),
        ({"scope": ""}, "invalid_request", 900144),
        ({"scope": "openid Mail.Sendd"}, "invalid_client", 650053),
        ({"scope": "https://outlook.office.com/Mail.Send"}, "invalid_scope", 70011),
        ({"prompt": "none"}, "login_required", 50058),
    ],
)
def test_wrong_authorization_comes_back_as_an_error(
    microsoft: LoopbackMicrosoft, changes: dict[str, str], error: str, number: int
) -> None:
    """What is wrong with a request of a known client is told at its redirect address."""
    answer = brought_back(microsoft, **changes)
    assert (answer["error"], answer["state"]) == (error, "state-1")
    assert f"AADSTS{number}:" in answer["error_description"]


@pytest.mark.parametrize(
    ("tenant", "login_hint", "is_let_in"),
    [
        ("common", LEE, True),
        ("organizations", LEE, True),
        ("organizations", KIM, False),
        ("consumers", KIM, True),
        ("consumers", LEE, False),
        ("11111111-1111-4111-8111-111111111111", LEE, False),
    ],
)
def test_tenant_decides_who_may_sign_in(
    microsoft: LoopbackMicrosoft, tenant: str, login_hint: str, *, is_let_in: bool
) -> None:
    """Personal and work accounts are let in where the authority names their kind."""
    url = consent_url(microsoft, tenant, login_hint=login_hint)
    if is_let_in:
        assert "code=" in visit(url, microsoft.ca_bundle)
    else:
        with pytest.raises(PageError, match="400"):
            visit(url, microsoft.ca_bundle)


def test_unknown_tenant_has_no_configuration(microsoft: LoopbackMicrosoft) -> None:
    """A mistyped authority fails in msal's constructor."""
    with pytest.raises(ValueError, match="Unable to get authority"), app_of(microsoft, "comon"):
        pytest.fail("msal took an authority that does not exist")


def test_form_post_answers_with_a_form(microsoft: LoopbackMicrosoft) -> None:
    """With response_mode=form_post the code is in a page, not in an address."""
    with pytest.raises(PageError) as shown:
        visit(consent_url(microsoft, response_mode="form_post"), microsoft.ca_bundle)
    assert shown.value.status == 200
    assert f'<form method="POST" action="{REDIRECT}/">' in shown.value.text


def test_scopes_are_answered_as_they_were_asked(microsoft: LoopbackMicrosoft) -> None:
    """Full addresses stay full, short names get their proper case, offline_access is not listed."""
    full = "https://graph.microsoft.com/Mail.Send"
    tokens = tokens_of(microsoft, scope=f"openid offline_access user.read {full}")
    assert set(tokens["scope"].split()) == {"openid", "User.Read", full}


def test_openid_and_offline_access_decide_what_is_given(microsoft: LoopbackMicrosoft) -> None:
    """Without them there is neither an identity nor a grant that lasts."""
    tokens = tokens_of(microsoft, scope="Mail.Send")
    assert not {"id_token", "refresh_token"} & tokens.keys()


def test_msal_is_told_of_a_denied_consent(microsoft: LoopbackMicrosoft) -> None:
    """Cancel on the consent page is access_denied with AADSTS65004."""
    microsoft.account(KIM).denies = True
    with app_of(microsoft) as app:
        result = sign_in(microsoft, app)
    assert result["error"] == "access_denied"
    assert "AADSTS65004" in result["error_description"]


def test_partial_consent_is_a_success_with_fewer_scopes(microsoft: LoopbackMicrosoft) -> None:
    """Only the scopes in the answer tell it from a full one; the rest cannot be had by refresh."""
    microsoft.account(KIM).unticks = frozenset({"Mail.Send"})
    tokens = tokens_of(microsoft)
    assert set(tokens["scope"].split()) == {"openid", "profile", "User.Read"}
    assert refusal_of(refresh(microsoft, tokens["refresh_token"])) == ("invalid_grant", 65001)


def test_work_account_needs_an_administrator_to_read_mail(microsoft: LoopbackMicrosoft) -> None:
    """The default policy lets a work account send by its own consent, and no more."""
    with app_of(microsoft) as app:
        refused = sign_in(microsoft, app, DRAFTS, login_hint=LEE)
        assert "access_token" in sign_in(microsoft, app, SEND_ONLY, login_hint=LEE)
        microsoft.account(LEE).admin_consented = frozenset({"Mail.ReadWrite"})
        assert "access_token" in sign_in(microsoft, app, DRAFTS, login_hint=LEE)
        assert "access_token" in sign_in(microsoft, app, DRAFTS, login_hint=KIM)
    assert refused["error"] == "access_denied"
    assert "AADSTS90094" in refused["error_description"]


def test_browser_may_stay_at_need_admin_approval(microsoft: LoopbackMicrosoft) -> None:
    """Who closes the page leaves the application without an answer."""
    microsoft.account(LEE).leaves = True
    with pytest.raises(PageError) as shown:
        visit(consent_url(microsoft, login_hint=LEE, scope="Mail.Read"), microsoft.ca_bundle)
    assert "Need admin approval" in shown.value.text


def test_account_in_the_browser_may_be_another_than_hinted(microsoft: LoopbackMicrosoft) -> None:
    """The login hint preselects an account; who signs in is the browser's matter."""
    microsoft.entra.signs_in = KIM
    tokens = tokens_of(microsoft, login_hint=LEE)
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert claims["preferred_username"] == KIM
