"""What each known refusal of Graph means to the sender."""

import pytest

from providers.errors import OutcomeUnknown, ProviderError, Rejected, SignInAgain, TryLater
from providers.graph import classify
from tests.loopback.microsoft import graph_answers
from tests.loopback.server import Response


class TestClassify:
    """What each known refusal of Graph means to the sender."""

    @pytest.mark.parametrize(
        ("answer", "kind", "code"),
        [
            (graph_answers.invalid_token(), SignInAgain, "access-token-refused"),
            (graph_answers.access_denied(), SignInAgain, "scope-missing"),
            (graph_answers.send_as_denied(), Rejected, "send-as-denied"),
            (graph_answers.item_not_found(), Rejected, "not-found"),
            (graph_answers.malformed_id(), Rejected, "bad-request"),
            (graph_answers.no_mailbox(), Rejected, "no-mailbox"),
            (graph_answers.invalid_recipients("x"), Rejected, "bad-recipient"),
            (graph_answers.conflict(), Rejected, "conflict"),
            (graph_answers.mailbox_full(), Rejected, "mailbox-full"),
            (graph_answers.message_limit(400), TryLater, "daily-limit"),
            (graph_answers.message_limit(403), TryLater, "daily-limit"),
            (graph_answers.message_limit(429), TryLater, "daily-limit"),
            (graph_answers.account_suspended(), Rejected, "account-blocked"),
            (graph_answers.throttled(), TryLater, "throttled"),
            (graph_answers.length_required(), Rejected, "refused"),
            (
                graph_answers.graph_error(400, "ErrorNonExistentMailBox", "x"),
                TryLater,
                "throttled",
            ),
        ],
    )
    def test_a_refusal_is_the_same_for_every_call(
        self, answer: Response, kind: type[ProviderError], code: str
    ) -> None:
        """Whatever proves that nothing was executed says so for sending calls too."""
        for sends in (True, False):
            error = _classify(answer, sends=sends)
            assert (type(error), error.code) == (kind, code)
            assert error.request_id == answer.headers["request-id"]

    @pytest.mark.parametrize("status", [200, 302, 408, 500, 502, 503, 504])
    def test_a_failure_is_unknown_only_for_a_send(self, status: int) -> None:
        """The server's own failure leaves open what became of the mail; only 202 is a yes."""
        assert type(_classify(Response(status), sends=True)) is OutcomeUnknown
        assert type(_classify(Response(status), sends=False)) is TryLater

    def test_a_known_code_does_not_settle_a_failure(self) -> None:
        """A 500 may come after the mail went, whatever it says."""
        answer = graph_answers.graph_error(500, "ErrorMessageTransientError", "x")
        assert type(_classify(answer, sends=True)) is OutcomeUnknown

    def test_the_wait_is_passed_on(self) -> None:
        """Retry-After counts in seconds, and has a default."""
        asked = _classify(graph_answers.throttled(42), sends=True)
        unasked = _classify(graph_answers.throttled(None), sends=True)
        assert isinstance(asked, TryLater)
        assert isinstance(unasked, TryLater)
        assert (asked.after_seconds, unasked.after_seconds) == (42, 60)

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "x"}', b'{"error": {"code": 3}}'])
    def test_any_body_is_survived(self, body: bytes) -> None:
        """What cannot be read is judged by its status."""
        assert classify(403, body, {}, sends=True).code == "forbidden"


def _classify(answer: Response, *, sends: bool) -> ProviderError:
    return classify(answer.status, answer.head_and_body()[1], answer.headers, sends=sends)
