"""Google's sign-in against the loopback Google, and the file that makes it possible."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import format_exception
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from providers.base import Access
from providers.errors import Rejected, SignInAgain
from providers.gmail import Gmail, GmailSettings
from tests.loopback import browser
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, KEY, REDIRECT
from tests.providers.gmail_bench import GmailBench

INSECURE = json.dumps(
    {
        "installed": {
            "client_id": "x",
            "client_secret": "s3cret",
            "auth_uri": "https://a.example",
            "token_uri": "http://a.example",
        }
    }
)


class TestSignIn:
    """What only Google's sign-in does."""

    def test_asks_for_a_refresh_token_with_pkce(self, gmail: GmailBench) -> None:
        """Without prompt=consent a second sign-in would give no refresh token."""
        flow = gmail.provider.begin_sign_in(
            Access.DRAFTS, REDIRECT, "the-state", login_hint=ADDRESS
        )
        asked = {name: values[0] for name, values in parse_qs(urlsplit(flow.url).query).items()}
        assert asked["access_type"] == "offline"
        assert asked["prompt"] == "consent"
        assert asked["code_challenge_method"] == "S256"
        assert asked["state"] == "the-state"
        assert asked["login_hint"] == ADDRESS
        assert asked["scope"].split() == [
            "openid",
            "https://www.googleapis.com/auth/userinfo.email",
            "https://www.googleapis.com/auth/gmail.compose",
        ]
        assert "include_granted_scopes" not in asked

    def test_refuses_a_grant_that_cannot_be_renewed(self, gmail: GmailBench) -> None:
        """A sign-in that would end within the hour is not taken."""
        flow = gmail.provider.begin_sign_in(Access.DRAFTS, REDIRECT, "the-state")
        url = flow.url.replace("access_type=offline", "access_type=online")
        answer = browser.visit(url, gmail.server.ca_bundle)
        with pytest.raises(SignInAgain) as caught:
            gmail.provider.finish_sign_in(flow, answer, Access.DRAFTS)
        assert caught.value.code == "no-refresh-token"

    def test_refuses_a_code_that_was_used(self, gmail: GmailBench) -> None:
        """An answer is good once."""
        flow = gmail.provider.begin_sign_in(Access.DRAFTS, REDIRECT, "the-state")
        answer = browser.visit(flow.url, gmail.server.ca_bundle)
        gmail.provider.finish_sign_in(flow, answer, Access.DRAFTS)
        with pytest.raises(SignInAgain) as caught:
            gmail.provider.finish_sign_in(flow, answer, Access.DRAFTS)
        assert caught.value.code == "code-refused"

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "another-client"},
            {"iss": "https://accounts.example"},
            {"email": None},
            {"sub": ""},
            {"exp": "soon"},
        ],
        ids=str,
    )
    def test_refuses_an_identity_that_is_not_for_us(
        self, gmail: GmailBench, changes: dict[str, str | None]
    ) -> None:
        """Who signed in is taken from Google's word to this client alone."""
        claims = {
            "aud": gmail.server.client.id,
            "iss": "https://accounts.google.com",
            "email": ADDRESS,
            "sub": "123",
            "exp": int((datetime.now(UTC) + timedelta(hours=1)).timestamp()),
        }
        answer = _token_answer(jwt.encode(claims, KEY * 2))
        gmail.arm(gmail.token_path, "before", answer)
        assert gmail.sign_in().account_id == "123"
        answer = _token_answer(jwt.encode({**claims, **changes}, KEY * 2))
        gmail.arm(gmail.token_path, "before", answer)
        with pytest.raises(SignInAgain) as caught:
            gmail.sign_in()
        assert caught.value.code == "no-identity"

    @pytest.mark.parametrize("token", ["", "a.b.c", "nothing"])
    def test_refuses_an_identity_that_is_none(self, gmail: GmailBench, token: str) -> None:
        """An answer without a readable identity opens nobody's mailbox."""
        gmail.arm(gmail.token_path, "before", _token_answer(token))
        with pytest.raises(SignInAgain) as caught:
            gmail.sign_in()
        assert caught.value.code == "no-identity"

    def test_tells_the_scopes_that_were_granted(self, gmail: GmailBench) -> None:
        """Not those that were asked for."""
        assert set(gmail.sign_in().scopes) == {
            "openid",
            "https://www.googleapis.com/auth/userinfo.email",
            "https://www.googleapis.com/auth/gmail.compose",
        }

    def test_notices_a_clock_that_is_wrong(self, gmail: GmailBench) -> None:
        """A computer a day ahead is told so, not sent in circles."""
        gmail.server.advance(timedelta(days=-1))
        with pytest.raises(SignInAgain) as caught:
            gmail.sign_in()
        assert caught.value.code == "clock-wrong"

    def test_the_secret_renews_without_the_client_file(self, gmail: GmailBench) -> None:
        """A grant keeps its own client and token address."""
        grant = gmail.sign_in()
        gmail.settings.client_file.unlink()
        again = gmail.provider.refresh(grant.secret)
        assert again.access_token != grant.access_token
        assert json.loads(again.secret)["token_uri"] == f"{gmail.server.url}/token"

    def test_a_client_that_is_gone_ends_no_grant(self, gmail: GmailBench) -> None:
        """Only invalid_grant sends the user to the sign-in page."""
        grant = gmail.sign_in()
        with gmail.server.lock:
            gmail.server.oauth.clients.clear()
        with pytest.raises(Rejected) as caught:
            gmail.provider.refresh(grant.secret)
        assert caught.value.code == "client-refused"

    def test_testing_status_ends_a_grant_after_seven_days(self, gmail: GmailBench) -> None:
        """The commonest cause of a lost sign-in is named."""
        gmail.server.oauth.grants.is_testing = True
        grant = gmail.sign_in()
        gmail.server.advance(timedelta(days=7))
        with pytest.raises(SignInAgain) as caught:
            gmail.provider.refresh(grant.secret)
        assert "“Testing”" in caught.value.detail

    def test_revoke_ends_the_grant(self, gmail: GmailBench) -> None:
        """After disconnecting Google knows nothing of us, and a second time is as good."""
        grant = gmail.sign_in()
        assert gmail.provider.revoke(grant.secret) is None
        assert gmail.provider.revoke(grant.secret) is None
        with pytest.raises(SignInAgain):
            gmail.provider.refresh(grant.secret)
        (first, _) = gmail.server.requests_to("POST", "/revoke")
        assert first.request.query == {}

    def test_revoke_that_fails_names_the_page(self, gmail: GmailBench) -> None:
        """A grant that could not be ended is left to the user, never silently."""
        grant = gmail.sign_in()
        page = "https://myaccount.google.com/connections"
        gmail.arm("/revoke", "before", Response(503))
        assert gmail.provider.revoke(grant.secret) == page
        gmail.server.stop()
        assert gmail.provider.revoke(grant.secret) == page


class TestClientFile:
    """The file that the Google console hands out, and those that are not it."""

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("no json", "client-file-not-json"),
            ('{"installed": {"client_secret": "s3cret"', "client-file-not-json"),
            ("[1]", "client-file-wrong-kind"),
            ('{"type": "authorized_user"}', "client-file-wrong-kind"),
            ('{"installed": {"client_id": "x"}}', "client-file-incomplete"),
            (INSECURE, "client-file-insecure"),
            (b"\xff\xfe\x00", "client-file-not-json"),
        ],
    )
    def test_says_what_is_wrong_with_it(self, tmp_path: Path, text: str | bytes, code: str) -> None:
        """Each wrong file has its own sentence, which quotes nothing of it."""
        file = tmp_path / "client.json"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(Rejected) as caught:
            Gmail(GmailSettings(file)).begin_sign_in(Access.DRAFTS, REDIRECT, "s")
        assert caught.value.code == code
        assert str(file) in caught.value.detail
        assert "s3cret" not in "".join(format_exception(caught.value))

    def test_tells_a_web_client_from_a_desktop_one(self, gmail: GmailBench, tmp_path: Path) -> None:
        """The wrong type of client is named, with the right one."""
        file = gmail.server.client_file(tmp_path / "client.json", "web")
        with pytest.raises(Rejected) as caught:
            Gmail(GmailSettings(file)).begin_sign_in(Access.DRAFTS, REDIRECT, "s")
        assert caught.value.code == "client-file-web"
        assert "Desktop app" in caught.value.detail

    def test_tells_a_service_account(self, gmail: GmailBench, tmp_path: Path) -> None:
        """A robot's key has no mailbox."""
        file = gmail.server.service_account_file(tmp_path / "client.json")
        with pytest.raises(Rejected) as caught:
            Gmail(GmailSettings(file)).begin_sign_in(Access.DRAFTS, REDIRECT, "s")
        assert caught.value.code == "client-file-service-account"

    def test_may_be_missing(self, tmp_path: Path) -> None:
        """The path that was looked at is named."""
        with pytest.raises(Rejected) as caught:
            Gmail(GmailSettings(tmp_path / "no.json")).begin_sign_in(Access.DRAFTS, REDIRECT, "s")
        assert caught.value.code == "client-file-missing"

    def test_may_begin_with_a_byte_order_mark(self, gmail: GmailBench) -> None:
        """Editors on Windows put one there."""
        file = gmail.settings.client_file
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
        assert gmail.sign_in().address == ADDRESS


def _token_answer(id_token: str) -> Response:
    """Return a success of the token address with this identity."""
    scope = "openid https://www.googleapis.com/auth/userinfo.email "
    return Response(
        json={
            "access_token": "an-access-token",
            "refresh_token": "a-refresh-token",
            "expires_in": 3599,
            "token_type": "Bearer",
            "scope": scope + "https://www.googleapis.com/auth/gmail.compose",
            "id_token": id_token,
        }
    )
