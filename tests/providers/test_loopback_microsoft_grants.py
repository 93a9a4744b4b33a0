"""The loopback Microsoft's grants: refresh, how they end, and devices."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msal
import pytest

from tests.loopback.entra_answers import (
    grant_revoked,
    interaction_required,
    temporarily_unavailable,
    throttled,
    unavailable,
)
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority, Fault, Response, request_to
from tests.providers.microsoft_client import (
    DRAFTS,
    SEND_ONLY,
    app_of,
    post_form,
    refresh,
    refusal_of,
    sign_in,
    tokens_of,
)

KIM = "kim@example.com"
LEE = "lee@office.example"
TO_TOKEN = request_to("POST", "/[^/]+/oauth2/v2.0/token")


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


def test_each_refresh_gives_a_new_token_and_spares_the_old(microsoft: LoopbackMicrosoft) -> None:
    """Refresh tokens are replaced on every use and not ended by it."""
    first = tokens_of(microsoft)["refresh_token"]
    second = refresh(microsoft, first).json()["refresh_token"]
    third = refresh(microsoft, first).json()["refresh_token"]
    assert len({first, second, third}) == 3
    assert refresh(microsoft, second).ok
    assert {first, second, third} < microsoft.issued_secrets


def test_msal_keeps_the_rotated_token_in_its_cache(microsoft: LoopbackMicrosoft) -> None:
    """A silent call changes the cache, which must then be saved."""
    cache = msal.SerializableTokenCache()
    with app_of(microsoft, cache=cache) as app:
        before = sign_in(microsoft, app)
        cache.serialize()
        microsoft.expire_access_tokens()
        after = app.acquire_token_silent_with_error(
            list(SEND_ONLY), app.get_accounts()[0], force_refresh=True
        )
    assert after["access_token"] != before["access_token"]
    assert cache.has_state_changed
    assert before["refresh_token"] not in cache.serialize()


def test_refresh_cannot_widen_the_consent(microsoft: LoopbackMicrosoft) -> None:
    """A scope nobody agreed to needs the consent page."""
    token = tokens_of(microsoft)["refresh_token"]
    refused = refresh(microsoft, token, scope="Mail.ReadWrite")
    assert refusal_of(refused) == ("invalid_grant", 65001)
    assert refused.json()["suberror"] == "consent_required"


def _stay_away(microsoft: LoopbackMicrosoft) -> None:
    microsoft.advance(timedelta(days=90))


def _ask_for_second_factor(microsoft: LoopbackMicrosoft) -> None:
    microsoft.account(KIM).needs_interaction = True


@pytest.mark.parametrize(
    ("end", "error", "number"),
    [
        (lambda microsoft: microsoft.revoke_grants(KIM), "invalid_grant", 50173),
        (lambda microsoft: microsoft.withdraw_consent(KIM), "invalid_grant", 65001),
        (_stay_away, "invalid_grant", 700082),
        (_ask_for_second_factor, "interaction_required", 50076),
    ],
)
def test_grant_ends(
    microsoft: LoopbackMicrosoft,
    end: Callable[[LoopbackMicrosoft], None],
    error: str,
    number: int,
) -> None:
    """A grant that has ended is told by msal as a result; signing in again mends it."""
    with app_of(microsoft) as app:
        sign_in(microsoft, app)
        (account,) = app.get_accounts()
        end(microsoft)
        result = app.acquire_token_silent_with_error(list(SEND_ONLY), account, force_refresh=True)
        assert (result["error"], result["error_codes"]) == (error, [number])
        microsoft.account(KIM).needs_interaction = False
        assert "access_token" in sign_in(microsoft, app)


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (temporarily_unavailable(), 400, "temporarily_unavailable"),
        (interaction_required(), 400, "interaction_required"),
        (grant_revoked(), 400, "invalid_grant"),
        (throttled(7), 429, "temporarily_unavailable"),
    ],
)
def test_ready_refusals_are_entras(
    microsoft: LoopbackMicrosoft, answer: Response, status: int, error: str
) -> None:
    """What a test provokes with a fault has the shape of what the service itself answers."""
    token = tokens_of(microsoft)["refresh_token"]
    microsoft.faults.add(Fault(TO_TOKEN, "before", answer))
    refused = refresh(microsoft, token)
    assert (refused.status_code, refusal_of(refused)[0]) == (status, error)
    assert refresh(microsoft, token).ok


def test_msal_raises_for_a_service_that_is_down(microsoft: LoopbackMicrosoft) -> None:
    """A 503 is no OAuth error: msal raises, and the grant is as good as before."""
    with app_of(microsoft) as app:
        sign_in(microsoft, app)
        (account,) = app.get_accounts()
        microsoft.faults.add(Fault(TO_TOKEN, "before", unavailable(retry_after=0)))
        with pytest.raises(msal.exceptions.MsalServiceError):
            app.acquire_token_silent_with_error(list(SEND_ONLY), account, force_refresh=True)
        silent = app.acquire_token_silent_with_error(list(SEND_ONLY), account, force_refresh=True)
    assert "access_token" in silent


def _begin_on_device(app: Any, scopes: tuple[str, ...] = SEND_ONLY) -> dict[str, Any]:
    flow: dict[str, Any] = app.initiate_device_flow(list(scopes))
    flow["interval"] = 1  # of the polls; msal warns when they come sooner than this
    return flow


def _poll(app: Any, flow: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
    return result


def test_device_waits_until_the_person_approves(microsoft: LoopbackMicrosoft) -> None:
    """Polls are pending until the code is typed elsewhere, then one of them brings the tokens."""
    with app_of(microsoft) as app:
        flow = _begin_on_device(app)
        assert (flow["expires_in"], flow["user_code"] in flow["message"]) == (900, True)
        waiting = _poll(app, flow)
        assert (waiting["error"], waiting["error_codes"]) == ("authorization_pending", [70016])
        microsoft.approve_device(flow["user_code"], LEE)
        assert "access_token" in _poll(app, flow)
        assert app.get_accounts()[0]["username"] == "lee.c@office.example"


def _decline(microsoft: LoopbackMicrosoft, user_code: str) -> None:
    microsoft.account(KIM).denies = True
    microsoft.approve_device(user_code, KIM)


def _wait_too_long(microsoft: LoopbackMicrosoft, user_code: str) -> None:
    assert user_code
    microsoft.advance(timedelta(minutes=15))


def _need_admin(microsoft: LoopbackMicrosoft, user_code: str) -> None:
    microsoft.approve_device(user_code, LEE)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (_decline, "authorization_declined"),
        (_wait_too_long, "expired_token"),
        (_need_admin, "authorization_pending"),
    ],
)
def test_device_is_not_let_in(
    microsoft: LoopbackMicrosoft, act: Callable[[LoopbackMicrosoft, str], None], error: str
) -> None:
    """A device hears of a refusal and of the end of its code, but not of "Need admin approval"."""
    with app_of(microsoft) as app:
        flow = _begin_on_device(app, DRAFTS)
        act(microsoft, flow["user_code"])
        assert _poll(app, flow)["error"] == error


def test_unknown_device_code_is_refused(microsoft: LoopbackMicrosoft) -> None:
    """A code that was never given out is told from one that waits."""
    refused = post_form(
        microsoft,
        "token",
        client_id=microsoft.client_id,
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code="Dnever",
    )
    assert refusal_of(refused) == ("bad_verification_code", 70018)
