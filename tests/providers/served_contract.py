"""What a provider with a server behind it promises when the server, or the way to it, fails."""

import traceback
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from providers.base import Access, Sight
from providers.errors import OutcomeUnknown, ProviderError, SignInAgain, TryLater
from tests.loopback.faults import Ending
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, KEY, MAIL, Moment, ServedBench, prepare

_BEFORE: list[Moment] = [("before", "drop"), ("before", "reset")]
_AFTER: list[Moment] = [
    ("after", "drop"),
    ("after", "reset"),
    ("after", "truncate"),
    ("after", "garbage"),
    ("after", Response(500, body=b"<html>Oops</html>")),
    ("after", Response(503, body=b"", headers={"Retry-After": "9"})),
]


class ServedContract:
    """What a provider with a server promises when that server, or the way to it, fails."""

    @pytest.mark.parametrize("moment", [*_BEFORE, *_AFTER], ids=str)
    def test_a_lost_answer_leaves_the_outcome_open_after_one_request(
        self, served: ServedBench, moment: Moment
    ) -> None:
        """Whether it was executed is not guessed, and nothing is ever asked to send twice."""
        box = served.open()
        _, fire = prepare(served, box)
        served.arm(served.sending, *moment)
        with pytest.raises(OutcomeUnknown):
            fire()
        box.close()
        assert served.sends() == 1
        assert len(served.mails()) == (moment[0] == "after")

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_look_settles_a_lost_answer_where_it_can(
        self, served: ServedBench, when: Literal["before", "after"]
    ) -> None:
        """With drafts a look tells both cases apart; without, nothing is claimed or asked."""
        box = served.open()
        trace, fire = prepare(served, box)
        served.arm(served.sending, when, "drop")
        with pytest.raises(OutcomeUnknown):
            fire()
        served.settle()
        asked_before = len(served.server.log)
        sight = box.look(trace).sight
        box.close()
        if served.access is Access.SEND_ONLY:
            assert sight is Sight.UNKNOWN
            assert len(served.server.log) == asked_before
        else:
            assert sight is (Sight.SENT if when == "after" else Sight.STANDING)

    def test_a_server_that_is_not_there_is_asked_later(self, served: ServedBench) -> None:
        """A refused connection proves that nothing was sent."""
        box = served.open()
        _, fire = prepare(served, box)
        served.server.stop()
        with pytest.raises(TryLater) as caught:
            fire()
        box.close()
        assert caught.value.code == "unreachable"

    @pytest.mark.parametrize("ending", ["drop", "reset", "truncate", "garbage"])
    def test_a_lost_answer_to_another_call_is_tried_later(
        self, served: ServedBench, ending: Ending
    ) -> None:
        """What sends nothing may be asked again."""
        if served.access is Access.SEND_ONLY:
            with pytest.raises(TryLater):
                self._refresh_with(served, ("before", ending))
            return
        box = served.open()
        served.arm(served.mail_calls, "before", ending)
        with pytest.raises(TryLater):
            box.create_draft(MAIL, KEY)
        box.close()

    def test_throttling_says_how_long_to_wait(self, served: ServedBench) -> None:
        """The time that the provider asks for is passed on; nothing was sent."""
        box = served.open()
        _, fire = prepare(served, box)
        served.arm(served.sending, "before", served.throttled(120))
        now = datetime.now(UTC)
        with pytest.raises(TryLater) as caught:
            fire()
        box.close()
        error = caught.value
        until = error.until or now + timedelta(seconds=error.after_seconds or 0)
        assert abs((until - now).total_seconds() - 120) < 10
        assert served.mails() == []

    def test_an_expired_token_asks_for_a_refresh(self, served: ServedBench) -> None:
        """An old token sends nothing, and a refresh gives one that does."""
        grant = served.sign_in()
        box = served.provider.open(grant.access_token, grant.address)
        _, fire = prepare(served, box)
        served.expire_tokens()
        with pytest.raises(SignInAgain) as caught:
            fire()
        box.close()
        assert caught.value.code == "access-token-refused"
        assert served.mails() == []

    def test_a_missing_scope_is_named_as_such(self, served: ServedBench) -> None:
        """A call that was never allowed is told apart from a token that is old."""
        box = served.open()
        _, fire = prepare(served, box)
        served.narrow()
        with pytest.raises(SignInAgain) as caught:
            fire()
        box.close()
        assert caught.value.code == "scope-missing"

    def test_a_look_that_is_not_allowed_proves_nothing(self, served: ServedBench) -> None:
        """Not being allowed to see a mail is no sign that it is not there."""
        box = served.open()
        trace, _ = prepare(served, box)
        served.narrow()
        if trace.draft_id is None:  # sent blindly: nothing is asked that could be refused
            assert box.look(trace).sight is Sight.UNKNOWN
        else:
            with pytest.raises(SignInAgain, match="scope-missing"):
                box.look(trace)
        box.close()

    def test_a_revoked_grant_is_a_new_sign_in(self, served: ServedBench) -> None:
        """Only a grant that has ended sends the user to the sign-in page."""
        grant = served.sign_in()
        served.revoke()
        with pytest.raises(SignInAgain) as caught:
            served.provider.refresh(grant.secret)
        assert caught.value.code == "grant-ended"

    @pytest.mark.parametrize(
        "moment",
        [
            ("before", Response(503, body=b"<h2>not now</h2>", headers={"Retry-After": "7"})),
            ("before", Response(500, json={"error": "internal_failure"})),
            ("before", Response(429, json={"error": "rate_limit_exceeded"})),
            ("before", Response(400, json={"error": "temporarily_unavailable"})),
            ("before", "drop"),
            ("after", "garbage"),
            ("after", "truncate"),
        ],
        ids=str,
    )
    def test_a_failed_refresh_is_tried_later(self, served: ServedBench, moment: Moment) -> None:
        """A sign-in server in trouble ends no grant, and is asked once."""
        with pytest.raises(TryLater) as caught:
            self._refresh_with(served, moment)
        if isinstance(moment[1], Response) and moment[1].headers:
            assert caught.value.after_seconds == 7

    def test_a_denied_consent_is_said_so(self, served: ServedBench) -> None:
        """No is an answer."""
        served.deny_consent()
        with pytest.raises(SignInAgain) as caught:
            served.sign_in()
        assert caught.value.code == "consent-denied"

    def test_a_partial_consent_names_what_is_missing(self, served: ServedBench) -> None:
        """The user reads which box to tick, in the words of the page."""
        served.untick(served.asked_scope)
        with pytest.raises(SignInAgain) as caught:
            served.sign_in()
        assert caught.value.code == "consent-partial"
        assert served.asked_words in caught.value.detail

    def test_an_answer_with_another_state_is_refused(self, served: ServedBench) -> None:
        """Nobody can slip a mailbox of theirs into this sign-in."""
        flow = served.provider.begin_sign_in(served.access, "http://localhost:8765", "mine")
        asked = len(served.server.log)
        for url, code in (
            ("http://localhost:8765/?code=secret-code&state=theirs", "state-foreign"),
            ("http://localhost:8765/?code=secret-code", "state-foreign"),
            ("http://localhost:8765/", "answer-incomplete"),
            ("secret-code", "answer-incomplete"),
            ("http://[broken", "answer-incomplete"),
        ):
            with pytest.raises(SignInAgain) as caught:
                served.provider.finish_sign_in(flow, url, served.access)
            assert caught.value.code == code
            assert "secret-code" not in _told(caught.value)
        assert len(served.server.requests_to("POST", served.token_path)) == 0
        assert len(served.server.log) == asked

    def test_an_unknown_certificate_gets_nothing(self, served: ServedBench) -> None:
        """Without the CA no request is made at all, and the way out is named."""
        box = served.distrusting().open("a-token-that-stays-here", ADDRESS)
        with pytest.raises(TryLater) as caught:
            box.send(MAIL, KEY)
        box.close()
        assert caught.value.code == "certificate-not-trusted"
        assert "ca_bundle" in caught.value.detail
        assert served.sends() == 0

    def test_no_error_tells_a_secret(
        self, served: ServedBench, caplog: pytest.LogCaptureFixture
    ) -> None:
        """No token and no code stands in an error, what caused it, or any library's log."""
        caplog.set_level("DEBUG")
        errors: list[ProviderError] = []
        grant = served.sign_in()
        for what in ("garbage", served.throttled(5), Response(401, json={"error": {}})):
            box = served.provider.open(grant.access_token, grant.address)
            _, fire = prepare(served, box)
            served.arm(served.sending, "after", what)
            with pytest.raises(ProviderError) as caught:
                fire()
            errors.append(caught.value)
            box.close()
        for moment in (("after", "garbage"), ("before", Response(503))):
            with pytest.raises(ProviderError) as caught:
                self._refresh_with(served, moment)
            errors.append(caught.value)
        served.untick(served.asked_scope)
        with pytest.raises(SignInAgain) as caught_partial:
            served.sign_in()
        errors.append(caught_partial.value)
        told = "\n".join([*map(_told, errors), caplog.text])
        held = served.secrets()
        assert len(held) >= 4
        assert [secret for secret in held if secret in told] == []

    def _refresh_with(self, served: ServedBench, moment: Moment) -> None:
        grant = served.sign_in()
        before = len(served.server.requests_to("POST", served.token_path))
        served.arm(served.token_path, *moment)
        try:
            served.provider.refresh(grant.secret)
        finally:
            asked = len(served.server.requests_to("POST", served.token_path)) - before
            assert asked == 1


def _told(error: BaseException) -> str:
    """Return everything that an error shows: text, repr, and the traceback with its causes."""
    return "\n".join([str(error), repr(error), *traceback.format_exception(error)])
