"""Gmail's mailboxes against the loopback Google, with Google's own client library."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from providers.base import Sight, Trace
from providers.errors import OutcomeUnknown, ProviderError, Rejected, SignInAgain, TryLater
from providers.gmail import KEY_HEADER, classify
from tests.loopback.google import answers
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, KEY, MAIL, Bench, ServedBench
from tests.providers.contract import DraftsContract, ProviderContract
from tests.providers.gmail_bench import GmailBench
from tests.providers.served_contract import ServedContract


class TestDrafts(ProviderContract, DraftsContract, ServedContract):
    """Gmail with the access `drafts`."""

    @pytest.fixture
    def served(self, gmail: GmailBench) -> ServedBench:
        """Give the bench with its server."""
        return gmail

    @pytest.fixture
    def bench(self, served: ServedBench) -> Bench:
        """Give the same bench."""
        return served


class TestSendOnly(ProviderContract, ServedContract):
    """Gmail with the access `send-only`."""

    @pytest.fixture
    def served(self, gmail_send_only: GmailBench) -> ServedBench:
        """Give the bench with its server."""
        return gmail_send_only

    @pytest.fixture
    def bench(self, served: ServedBench) -> Bench:
        """Give the same bench."""
        return served


class TestMailbox:
    """What only Gmail's mailboxes do."""

    def test_the_key_travels_in_a_header(self, gmail: GmailBench) -> None:
        """Gmail replaces the Message-ID, so the key stands in a header that it keeps."""
        box = gmail.open()
        receipt = box.send_draft(box.create_draft(MAIL, KEY).id)
        box.close()
        (delivery,) = gmail.server.delivered
        assert delivery.mail[KEY_HEADER] == KEY
        assert receipt.sent_id == delivery.id

    def test_a_wrapper_around_a_sent_mail_is_no_draft(self, gmail: GmailBench) -> None:
        """Gmail may still show a draft that was sent: it is sent, and never deleted."""
        box = gmail.open()
        with gmail.server.lock:
            gmail.server.mailbox(ADDRESS).keeps_wrappers = True
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        read = box.read_draft(draft.id)
        assert read is not None
        assert not read.is_standing
        assert box.find_draft(KEY) is None
        assert box.look(Trace(KEY, draft.id)).sight is Sight.SENT
        box.delete_draft(draft.id)
        box.close()
        assert gmail.server.requests_to("DELETE", ".*") == ()

    def test_a_draft_is_found_while_the_search_lags(self, gmail: GmailBench) -> None:
        """Drafts are listed, not searched for."""
        box = gmail.open()
        with gmail.server.lock:
            gmail.server.mailbox(ADDRESS).search_lags = True
        made = box.create_draft(MAIL, KEY)
        found = box.find_draft(KEY)
        box.close()
        assert found is not None
        assert found.id == made.id

    def test_of_other_drafts_only_the_headers_are_fetched(self, gmail: GmailBench) -> None:
        """What the owner writes to others is none of our business."""
        box = gmail.open()
        box.create_draft(MAIL, "another-key-0123456789")
        made = box.create_draft(MAIL, KEY)
        box.find_draft(KEY)
        box.close()
        path = "/gmail/v1/users/me/drafts/[^/]+"
        fetched = [entry.request for entry in gmail.server.requests_to("GET", path)]
        whole = [each.path for each in fetched if each.query["format"] == ["raw"]]
        assert whole == [f"/gmail/v1/users/me/drafts/{made.id}"]

    def test_one_description_serves_all_mailboxes(self, gmail: GmailBench) -> None:
        """The API's description is read once; tokens never mix."""
        other = "ann@example.com"
        gmail.server.add_account(other)
        mine = gmail.open()
        gmail.server.oauth.signs_in = other
        theirs = gmail.open()
        made = mine.create_draft(MAIL, KEY)
        theirs.create_draft(replace(MAIL, sender_address=other), KEY)
        assert list(gmail.server.drafts(ADDRESS)) == [made.id]
        assert len(gmail.server.drafts(other)) == 1
        mine.close()
        theirs.close()


class TestClassify:
    """What each documented refusal means to the sender."""

    @pytest.mark.parametrize(
        ("answer", "kind", "code"),
        [
            (answers.bad_request("Invalid To header"), Rejected, "bad-request"),
            (answers.invalid_credentials(), SignInAgain, "access-token-refused"),
            (answers.insufficient_scopes(), SignInAgain, "scope-missing"),
            (answers.domain_policy(), Rejected, "blocked-by-administrator"),
            (answers.access_not_configured(), Rejected, "gmail-api-disabled"),
            (answers.rate_limit_exceeded(), TryLater, "throttled"),
            (answers.user_rate_limit_exceeded(), TryLater, "throttled"),
            (answers.daily_limit_exceeded(), TryLater, "project-limit"),
            (answers.delegation_denied(ADDRESS), Rejected, "forbidden"),
            (answers.not_found(), Rejected, "not-found"),
            (Response(418, body=b"no"), Rejected, "refused"),
        ],
    )
    def test_a_refusal_is_the_same_for_every_call(
        self, answer: Response, kind: type[ProviderError], code: str
    ) -> None:
        """Whatever proves that nothing was executed says so for sending calls too."""
        for sends in (True, False):
            error = _classify(answer, sends=sends)
            assert (type(error), error.code) == (kind, code)

    @pytest.mark.parametrize("status", [302, 408, 500, 502, 503, 504])
    def test_a_failure_is_unknown_only_for_a_send(self, status: int) -> None:
        """The server's own failure leaves open what became of the mail."""
        assert type(_classify(Response(status), sends=True)) is OutcomeUnknown
        assert type(_classify(Response(status), sends=False)) is TryLater

    def test_the_time_in_the_text_is_read(self) -> None:
        """It stands nowhere else."""
        until = datetime(2026, 11, 24, 18, 30, 5, 123000, tzinfo=UTC)
        error = _classify(answers.user_rate_limit_until(until), sends=True)
        assert isinstance(error, TryLater)
        assert (error.until, error.after_seconds) == (until, None)

    def test_a_429_to_a_send_is_the_limit_of_the_day(self) -> None:
        """Too fast is a 403, and one thing is asked at a time: it is the number of mails."""
        for answer in (answers.mail_sending_limit(), answers.too_many_concurrent_requests()):
            error = _classify(answer, sends=True)
            assert (type(error), error.code) == (TryLater, "daily-limit")
            assert _classify(answer, sends=False).code == "throttled"

    @pytest.mark.parametrize("text", ["Retry after 2026-99-99T00:00:00Z", "Retry after soon", ""])
    def test_a_limit_without_a_time_names_none(self, text: str) -> None:
        """One on sent mails is waited for until the next day, another for an hour."""
        answer = Response(429, json={"error": {"message": text, "errors": []}})
        sent, read = (_classify(answer, sends=sends) for sends in (True, False))
        assert isinstance(sent, TryLater)
        assert isinstance(read, TryLater)
        assert (sent.until, sent.after_seconds) == (None, None)
        assert (read.until, read.after_seconds) == (None, 3600)

    def test_a_header_is_believed_too(self) -> None:
        """Retry-After is honoured although Gmail does not send it."""
        error = _classify(Response(429, headers={"Retry-After": "42"}), sends=True)
        assert isinstance(error, TryLater)
        assert error.after_seconds == 42

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "x"}', b'{"error": {"errors": 3}}'])
    def test_any_body_is_survived(self, body: bytes) -> None:
        """What cannot be read is judged by its status."""
        assert classify(403, body, {}, sends=True).code == "forbidden"


def _classify(answer: Response, *, sends: bool) -> ProviderError:
    return classify(answer.status, answer.head_and_body()[1], answer.headers, sends=sends)
