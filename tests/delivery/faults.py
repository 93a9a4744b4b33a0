"""The ways in which a call can go wrong, and what each means for the mail.

A `Kind` says what the answer proves. `LOST`: nothing, the call may have been executed. `LATER`: it
was not executed and may be made again. `TOKEN`: the same, after a refresh. `REFUSED`: it was not
executed and never will be. `SCOPE`: not before the user signs in again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tests.delivery.far import FarServer
from tests.loopback.faults import Ending, When
from tests.loopback.google import answers as google
from tests.loopback.microsoft import graph_answers as graph
from tests.loopback.server import Response


class Kind(StrEnum):
    """What an answer proves."""

    LOST = "lost"
    LATER = "later"
    TOKEN = "token"
    REFUSED = "refused"
    SCOPE = "scope"


What = Callable[[FarServer, datetime], Response | Ending]


@dataclass(frozen=True, slots=True)
class Case:
    """One way to go wrong: `when` and `what` are those of a loopback fault."""

    name: str
    kind: Kind
    when: When
    what: What


def _ending(when: When, ending: Ending) -> Case:
    return Case(f"{when}-{ending}", Kind.LOST, when, lambda _far, _now: ending)


def _answer(name: str, kind: Kind, response: Response, when: When = "before") -> Case:
    return Case(name, kind, when, lambda _far, _now: response)


def _failure(when: When, status: int) -> Case:
    return _answer(f"{when}-{status}", Kind.LOST, google.backend_error(status), when)


_LOST = (
    _ending("before", "drop"),
    _ending("after", "drop"),
    _ending("after", "truncate"),
    _ending("after", "garbage"),
    _failure("before", 503),
    _failure("after", 500),
)
_EITHER = (
    *_LOST,
    Case("429-with-time", Kind.LATER, "before", lambda far, now: far.throttled_until(now, 300)),
)
_GOOGLE = (
    _answer("429-bare", Kind.LATER, google.mail_sending_limit()),
    _answer("403-rate", Kind.LATER, google.user_rate_limit_exceeded()),
    _answer("403-daily", Kind.LATER, google.daily_limit_exceeded()),
    _answer("401", Kind.TOKEN, google.invalid_credentials()),
    _answer("403-scope", Kind.SCOPE, google.insufficient_scopes()),
    _answer("400", Kind.REFUSED, google.bad_request("Recipient address required")),
    _answer("403-policy", Kind.REFUSED, google.domain_policy()),
    _answer("403-not-enabled", Kind.REFUSED, google.access_not_configured()),
    _answer("404", Kind.REFUSED, google.not_found()),
    _answer("409", Kind.REFUSED, Response(409, json={"error": {"code": 409}})),
    _answer("412", Kind.REFUSED, Response(412, json={"error": {"code": 412}})),
)
_MICROSOFT = (
    _answer("429-bare", Kind.LATER, graph.throttled(None)),
    _answer("401", Kind.TOKEN, graph.invalid_token()),
    _answer("403-denied", Kind.SCOPE, graph.access_denied()),
    _answer("400", Kind.REFUSED, graph.invalid_recipients("Recipient 'x' is not resolved.")),
    _answer("403-send-as", Kind.REFUSED, graph.send_as_denied()),
    _answer("403-suspended", Kind.REFUSED, graph.account_suspended()),
    _answer("403-limit", Kind.REFUSED, graph.message_limit(403)),
    _answer("404", Kind.REFUSED, graph.item_not_found()),
    _answer("409", Kind.REFUSED, graph.graph_error(409, "ErrorConflict", "Changed meanwhile.")),
    _answer("412", Kind.REFUSED, graph.conflict()),
    _answer("507-full", Kind.REFUSED, graph.mailbox_full()),
)
MAIL_CASES = {
    "gmail": {case.name: case for case in (*_EITHER, *_GOOGLE)},
    "outlook": {case.name: case for case in (*_EITHER, *_MICROSOFT)},
}
"""What may happen to a call that drafts, sends or looks."""


def _oauth(status: int, error: str, number: int = 0) -> Response:
    numbers = {"error_codes": [number]} if number else {}
    return Response(status, json={"error": error, "error_description": "No.", **numbers})


_TOKEN_CASES = (
    _ending("before", "drop"),
    _ending("after", "drop"),
    _ending("after", "truncate"),
    _ending("after", "garbage"),
    _answer("500", Kind.LATER, Response(500, json={"error": "internal_failure"})),
    _answer("503", Kind.LATER, Response(503, body=b"not now", headers={"Retry-After": "30"})),
    _answer("429", Kind.LATER, Response(429, json={"error": "rate_limit_exceeded"})),
    _answer("400-busy", Kind.LATER, _oauth(400, "temporarily_unavailable")),
    _answer("400-unknown", Kind.LATER, _oauth(400, "invalid_request", 90014)),
    _answer("401-client", Kind.LATER, _oauth(401, "invalid_client", 7000218)),
)
TOKEN_CASES = {case.name: case for case in _TOKEN_CASES}
"""What may happen to a refresh that is no word about the grant itself."""
