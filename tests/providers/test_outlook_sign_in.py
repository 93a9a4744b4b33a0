"""Microsoft's sign-in against the loopback Microsoft, and the file that may name its client."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from traceback import format_exception
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from providers.base import Access
from providers.errors import Rejected, SignInAgain, TryLater
from providers.outlook import COMMON, ClientFile, Outlook, read_client_file
from tests.loopback import browser
from tests.loopback.microsoft import LoopbackMicrosoft, entra_answers
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, KEY, MAIL, REDIRECT
from tests.providers.outlook_bench import OutlookBench

CLIENT_ID = "0d5c2f3e-7a41-4c8e-9b1d-2f6a8e4c1b70"


class TestSignIn:
    """What only Microsoft's sign-in does."""

    def test_asks_for_a_code_in_the_address_with_pkce(self, outlook: OutlookBench) -> None:
        """The answer can be pasted from another computer."""
        flow = outlook.provider.begin_sign_in(Access.DRAFTS, REDIRECT, "the-state")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(flow.url).query).items()}
        assert asked.get("response_mode", "query") == "query"
        assert asked["code_challenge_method"] == "S256"
        assert asked["state"] == "the-state"
        assert asked["prompt"] == "select_account"
        assert {"User.Read", "Mail.Send", "Mail.ReadWrite", "offline_access"} <= set(
            asked["scope"].split()
        )

    def test_does_not_ask_to_choose_when_it_knows_the_account(self, outlook: OutlookBench) -> None:
        """Connecting anew goes straight to the right account."""
        flow = outlook.provider.begin_sign_in(
            Access.DRAFTS, REDIRECT, "the-state", login_hint=ADDRESS
        )
        asked = {name: values[0] for name, values in parse_qs(urlsplit(flow.url).query).items()}
        assert asked["login_hint"] == ADDRESS
        assert "prompt" not in asked

    def test_making_a_provider_asks_the_network_nothing(self, outlook: OutlookBench) -> None:
        """A computer that is offline can list its mails."""
        Outlook(outlook.settings).open("a-token", ADDRESS).close()
        assert outlook.server.log == ()

    def test_being_offline_is_no_refusal(self, outlook: OutlookBench) -> None:
        """A sign-in server that cannot be reached is tried later."""
        outlook.server.stop()
        with pytest.raises(TryLater) as caught:
            outlook.provider.begin_sign_in(Access.DRAFTS, REDIRECT, "the-state")
        assert caught.value.code == "unreachable"

    @pytest.mark.parametrize("answer", [Response(503), Response(429), "drop", "garbage"])
    def test_a_discovery_that_fails_ends_no_grant(
        self, outlook: OutlookBench, answer: Response
    ) -> None:
        """The library asks where its pages are before each refresh."""
        grant = outlook.sign_in()
        outlook.arm("/common/v2.0/.*", "before", answer, method="GET")
        with pytest.raises(TryLater):
            outlook.provider.refresh(grant.secret)

    @pytest.mark.parametrize("tenant", ["nobody", ""])
    def test_a_wrong_authority_is_named(self, outlook: OutlookBench, tenant: str) -> None:
        """Which setting to look at is said."""
        settings = replace(outlook.settings, authority=outlook.server.authority_url(tenant))
        with pytest.raises(Rejected) as caught:
            Outlook(settings).begin_sign_in(Access.DRAFTS, REDIRECT, "the-state")
        assert caught.value.code == "authority-refused"

    def test_a_refusal_is_not_replayed_from_memory(self, outlook: OutlookBench) -> None:
        """The library would answer the next refresh from its cache for a minute."""
        grant = outlook.sign_in()
        outlook.arm(outlook.token_path, "before", entra_answers.temporarily_unavailable())
        with pytest.raises(TryLater):
            outlook.provider.refresh(grant.secret)
        assert outlook.provider.refresh(grant.secret).access_token

    def test_every_refresh_gives_a_new_secret(self, outlook: OutlookBench) -> None:
        """Refresh tokens change with each use; the newest is what is kept."""
        first = outlook.sign_in()
        second = outlook.provider.refresh(first.secret)
        assert second.secret != first.secret
        assert second.access_token != first.access_token
        outlook.server.expire_access_tokens()
        assert outlook.provider.refresh(second.secret).access_token != second.access_token

    def test_a_refresh_always_asks_for_a_new_token(self, outlook: OutlookBench) -> None:
        """After a 401 the token in msal's cache is of no use, however young it is."""
        grant = outlook.sign_in()
        outlook.expire_tokens()
        renewed = outlook.provider.refresh(grant.secret)
        box = outlook.provider.open(renewed.access_token, renewed.address)
        box.create_draft(MAIL, KEY)
        box.close()

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (entra_answers.interaction_required(), "interaction-required"),
            (entra_answers.grant_revoked(), "grant-ended"),
        ],
    )
    def test_a_grant_that_needs_its_owner_is_a_new_sign_in(
        self, outlook: OutlookBench, answer: Response, code: str
    ) -> None:
        """The reason is said, with Microsoft's number to search for."""
        grant = outlook.sign_in()
        outlook.arm(outlook.token_path, "before", answer)
        with pytest.raises(SignInAgain) as caught:
            outlook.provider.refresh(grant.secret)
        assert caught.value.code == code
        assert "AADSTS" in caught.value.detail

    def test_a_refresh_that_is_refused_otherwise_keeps_the_grant(
        self, outlook: OutlookBench
    ) -> None:
        """Only what says that the grant has ended, or asks for its owner, ends it."""
        grant = outlook.sign_in()
        outlook.arm(outlook.token_path, "before", entra_answers.access_denied())
        with pytest.raises(TryLater) as caught:
            outlook.provider.refresh(grant.secret)
        assert caught.value.code == "refresh-refused"
        assert outlook.provider.refresh(grant.secret).access_token

    def test_a_withdrawn_consent_is_a_new_sign_in(self, outlook: OutlookBench) -> None:
        """A permission taken away is asked for again."""
        grant = outlook.sign_in()
        outlook.server.withdraw_consent(ADDRESS)
        with pytest.raises(SignInAgain) as caught:
            outlook.provider.refresh(grant.secret)
        assert caught.value.code == "need-admin-approval"

    def test_a_work_account_needs_its_administrator_for_drafts(
        self, microsoft: LoopbackMicrosoft, outlook: OutlookBench
    ) -> None:
        """The narrower access is named as the way out."""
        work = "kim@office.example"
        microsoft.add_account(work, is_work=True)
        flow = outlook.provider.begin_sign_in(Access.DRAFTS, REDIRECT, "s", login_hint=work)
        answer = browser.visit(flow.url, microsoft.ca_bundle)
        with pytest.raises(SignInAgain) as caught:
            outlook.provider.finish_sign_in(flow, answer, Access.DRAFTS)
        assert caught.value.code == "need-admin-approval"
        assert "send-only" in caught.value.detail

    def test_a_work_account_may_send_without_an_administrator(
        self, microsoft: LoopbackMicrosoft, outlook_send_only: OutlookBench
    ) -> None:
        """The address is the mailbox's, not what its owner signs in with."""
        work = "kim@office.example"
        microsoft.add_account(work, is_work=True, login="k.candidate@login.example")
        flow = outlook_send_only.provider.begin_sign_in(
            Access.SEND_ONLY, REDIRECT, "s", login_hint=work
        )
        answer = browser.visit(flow.url, microsoft.ca_bundle)
        grant = outlook_send_only.provider.finish_sign_in(flow, answer, Access.SEND_ONLY)
        assert grant.address == work
        assert outlook_send_only.provider.revoke(grant.secret) == "https://myapps.microsoft.com"

    def test_an_account_without_a_mailbox_is_told_at_once(
        self, microsoft: LoopbackMicrosoft, outlook: OutlookBench
    ) -> None:
        """Not at the first mail."""
        bare = "ann@example.com"
        microsoft.add_account(bare, has_mailbox=False)
        flow = outlook.provider.begin_sign_in(Access.DRAFTS, REDIRECT, "s", login_hint=bare)
        answer = browser.visit(flow.url, microsoft.ca_bundle)
        with pytest.raises(Rejected) as caught:
            outlook.provider.finish_sign_in(flow, answer, Access.DRAFTS)
        assert caught.value.code == "no-mailbox"

    def test_tells_the_scopes_that_were_granted(self, outlook_send_only: OutlookBench) -> None:
        """Not those that were asked for."""
        assert set(outlook_send_only.sign_in().scopes) == {
            "openid",
            "profile",
            "User.Read",
            "Mail.Send",
        }

    @pytest.mark.parametrize(
        ("changes", "code"),
        [({"aud": CLIENT_ID[::-1]}, "no-identity"), ({"nonce": "theirs"}, "answer-refused")],
    )
    def test_refuses_an_identity_that_is_not_for_us(
        self, outlook_send_only: OutlookBench, changes: dict[str, str], code: str
    ) -> None:
        """An answer made for another app or another sign-in is not taken."""
        bench = outlook_send_only
        flow = bench.provider.begin_sign_in(Access.SEND_ONLY, REDIRECT, "the-state")
        nonce = parse_qs(urlsplit(flow.url).query)["nonce"][0]
        claims = {"aud": bench.server.client_id, "nonce": nonce, "oid": "1", "sub": "1"}
        token = {
            "access_token": "an-access-token",
            "expires_in": 3599,
            "token_type": "Bearer",
            "scope": "User.Read Mail.Send",
            "id_token": jwt.encode({**claims, **changes}, KEY * 2),
        }
        bench.arm(bench.token_path, "before", Response(json=token))
        answer = browser.visit(flow.url, bench.server.ca_bundle)
        with pytest.raises(SignInAgain) as caught:
            bench.provider.finish_sign_in(flow, answer, Access.SEND_ONLY)
        assert caught.value.code == code
        assert nonce not in "".join(format_exception(caught.value))

    def test_revoke_names_the_page(self, outlook: OutlookBench) -> None:
        """Microsoft lets no app end a grant."""
        grant = outlook.sign_in()
        page = "https://account.live.com/consent/Manage"
        assert outlook.provider.revoke(grant.secret) == page


class TestDeviceSignIn:
    """Signing in with a code typed on another device."""

    def test_gives_a_grant_once_the_code_was_typed(self, outlook_send_only: OutlookBench) -> None:
        """A computer without a browser can be connected."""
        flow = outlook_send_only.provider.begin_device_sign_in(Access.SEND_ONLY)
        assert flow.verification_url.startswith("https://")
        assert flow.user_code not in repr(flow.payload[:0])
        outlook_send_only.server.approve_device(flow.user_code, ADDRESS)
        grant = outlook_send_only.provider.finish_device_sign_in(
            flow, Access.SEND_ONLY, lambda: False
        )
        assert grant.address == ADDRESS
        assert outlook_send_only.provider.refresh(grant.secret).access_token

    def test_can_be_given_up(self, outlook_send_only: OutlookBench) -> None:
        """Waiting ends when the caller says so."""
        flow = outlook_send_only.provider.begin_device_sign_in(Access.SEND_ONLY)
        with pytest.raises(SignInAgain) as caught:
            outlook_send_only.provider.finish_device_sign_in(flow, Access.SEND_ONLY, lambda: True)
        assert caught.value.code == "sign-in-given-up"

    def test_can_be_declined(self, outlook_send_only: OutlookBench) -> None:
        """No on the other device is no here."""
        outlook_send_only.account.denies = True
        flow = outlook_send_only.provider.begin_device_sign_in(Access.SEND_ONLY)
        outlook_send_only.server.approve_device(flow.user_code, ADDRESS)
        with pytest.raises(SignInAgain) as caught:
            outlook_send_only.provider.finish_device_sign_in(flow, Access.SEND_ONLY, lambda: False)
        assert caught.value.code == "consent-denied"

    def test_runs_out(self, outlook_send_only: OutlookBench) -> None:
        """A code is good for a quarter of an hour."""
        flow = outlook_send_only.provider.begin_device_sign_in(Access.SEND_ONLY)
        assert flow.expires_in_seconds == 900
        outlook_send_only.server.advance(timedelta(seconds=901))
        with pytest.raises(SignInAgain) as caught:
            outlook_send_only.provider.finish_device_sign_in(flow, Access.SEND_ONLY, lambda: False)
        assert caught.value.code == "sign-in-timed-out"

    def test_of_an_unknown_client_is_refused(self, outlook_send_only: OutlookBench) -> None:
        """The setting to look at is named."""
        stranger = Outlook(
            replace(outlook_send_only.settings, client_id="11111111-2222-4333-8444-555555555555")
        )
        with pytest.raises(Rejected) as caught:
            stranger.begin_device_sign_in(Access.SEND_ONLY)
        assert caught.value.code == "client-unknown"
        assert "client_id" in caught.value.detail


class TestClientFile:
    """The small file with which a friend or an office hands out its registration."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (CLIENT_ID, ClientFile(CLIENT_ID)),
            (f"\ufeff  {CLIENT_ID}\r\n", ClientFile(CLIENT_ID)),
            (json.dumps({"client_id": CLIENT_ID}), ClientFile(CLIENT_ID)),
            (
                json.dumps({"client_id": CLIENT_ID, "authority": COMMON}),
                ClientFile(CLIENT_ID, COMMON),
            ),
        ],
    )
    def test_may_be_json_or_the_bare_id(
        self, tmp_path: Path, text: str, expected: ClientFile
    ) -> None:
        """Whichever is easier to send."""
        file = tmp_path / "client"
        file.write_text(text, "utf-8")
        assert read_client_file(file) == expected

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "client-file-wrong-kind"),
            ("hello", "client-file-wrong-kind"),
            ('{"installed": {}}', "client-file-wrong-kind"),
            ('{"client_id": 7}', "client-file-wrong-kind"),
            ("[]", "client-file-wrong-kind"),
            (
                json.dumps({"client_id": CLIENT_ID, "authority": "http://login.example/common"}),
                "client-file-insecure",
            ),
            (json.dumps({"client_id": CLIENT_ID, "authority": 7}), "client-file-insecure"),
        ],
    )
    def test_says_what_is_wrong_with_it(self, tmp_path: Path, text: str, code: str) -> None:
        """A wrong file is named, and what it should hold."""
        file = tmp_path / "client"
        file.write_text(text, "utf-8")
        with pytest.raises(Rejected) as caught:
            read_client_file(file)
        assert caught.value.code == code
        assert str(file) in caught.value.detail

    def test_may_be_missing_or_no_text(self, tmp_path: Path) -> None:
        """The path that was looked at is named."""
        file = tmp_path / "client"
        with pytest.raises(Rejected) as missing:
            read_client_file(file)
        file.write_bytes(b"\xff\xfe\xfd")
        with pytest.raises(Rejected) as unreadable:
            read_client_file(file)
        assert missing.value.code == "client-file-missing"
        assert unreadable.value.code == "client-file-unreadable"
