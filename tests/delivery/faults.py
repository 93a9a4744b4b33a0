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


class Outage(StrEnum):
    """Why no connection comes about; nothing can have been executed."""

    REFUSED = "refused"
    UNTRUSTED = "untrusted"
    HANG_UP = "hang-up"


What = Callable[[FarServer, datetime], Response | Ending]


@dataclass(frozen=True, slots=True)
class Case:
    """One way to go wrong: `when` and `what` are those of a loopback fault, or an `outage`."""

    name: str
    kind: Kind
    when: When
    what: What
    outage: Outage | None = None


def _ending(when: When, ending: Ending) -> Case:
    return Case(f"{when}-{ending}", Kind.LOST, when, lambda _far, _now: ending)


def _answer(name: str, kind: Kind, response: Response, when: When = "before") -> Case:
    return Case(name, kind, when, lambda _far, _now: response)


def _failure(when: When, status: int) -> Case:
    return _answer(f"{when}-{status}", Kind.LOST, google.backend_error(status), when)


def _outages() -> tuple[Case, ...]:
    return tuple(
        Case(f"connection-{outage}", Kind.LATER, "before", lambda _far, _now: "drop", outage)
        for outage in Outage
    )


_WHENS: tuple[When, ...] = ("before", "after")
_ENDINGS: tuple[Ending, ...] = ("drop", "reset", "hang", "truncate", "garbage")
_RETRY_AFTER = {"Retry-After": "300"}
_PORTAL = Response(302, headers={"Location": "https://portal.example/"})

_LOST = (
    *(_ending(when, ending) for ending in _ENDINGS for when in _WHENS),
    *(_failure(when, status) for status in (500, 502, 503, 504) for when in _WHENS),
    *(
        _answer(f"{when}-503-with-time", Kind.LOST, graph.unavailable(503, 300), when)
        for when in _WHENS
    ),
    _answer("before-302", Kind.LOST, _PORTAL),
)
_EITHER = (
    *_outages(),
    *_LOST,
    Case("429-with-time", Kind.LATER, "before", lambda far, now: far.throttled_until(now, 300)),
)
_GOOGLE = (
    _answer("429-bare", Kind.LATER, google.mail_sending_limit()),
    _answer(
        "429-retry-after",
        Kind.LATER,
        Response(429, json=google.mail_sending_limit().json, headers=_RETRY_AFTER),
    ),
    _answer("429-at-once", Kind.LATER, google.too_many_concurrent_requests()),
    _answer("403-rate", Kind.LATER, google.user_rate_limit_exceeded()),
    _answer("403-project-rate", Kind.LATER, google.rate_limit_exceeded()),
    _answer("403-daily", Kind.LATER, google.daily_limit_exceeded()),
    _answer("401", Kind.TOKEN, google.invalid_credentials()),
    _answer("403-scope", Kind.SCOPE, google.insufficient_scopes()),
    _answer("400", Kind.REFUSED, google.bad_request("Recipient address required")),
    _answer("403-policy", Kind.REFUSED, google.domain_policy()),
    _answer("403-not-enabled", Kind.REFUSED, google.access_not_configured()),
    _answer("403-bare", Kind.REFUSED, Response(403, json={"error": {"code": 403}})),
    _answer("404", Kind.REFUSED, google.not_found()),
    _answer("409", Kind.REFUSED, Response(409, json={"error": {"code": 409}})),
    _answer("412", Kind.REFUSED, Response(412, json={"error": {"code": 412}})),
)
_MICROSOFT = (
    _answer("429-bare", Kind.LATER, graph.throttled(None)),
    _answer("429-limit", Kind.LATER, graph.message_limit()),
    _answer("401", Kind.TOKEN, graph.invalid_token()),
    _answer("403-denied", Kind.SCOPE, graph.access_denied()),
    _answer("400", Kind.REFUSED, graph.invalid_recipients("Recipient 'x' is not resolved.")),
    _answer("403-send-as", Kind.REFUSED, graph.send_as_denied()),
    _answer("403-suspended", Kind.REFUSED, graph.account_suspended()),
    _answer("403-limit", Kind.LATER, graph.message_limit(403)),
    _answer("403-bare", Kind.REFUSED, Response(403, body=b"")),
    _answer("404", Kind.REFUSED, graph.item_not_found()),
    _answer("404-no-mailbox", Kind.REFUSED, graph.no_mailbox()),
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


def _sign_in_page(status: int, **headers: str) -> Response:
    return Response(status, body=b"<h1>Not now</h1>", headers=headers)


_TOKEN_CASES = (
    *_outages(),
    *(_ending(when, ending) for ending in _ENDINGS for when in _WHENS),
    *(
        _answer(f"{when}-{status}", Kind.LATER, _sign_in_page(status), when)
        for status in (500, 502, 503, 504)
        for when in _WHENS
    ),
    _answer("after-503-with-time", Kind.LATER, _sign_in_page(503, **_RETRY_AFTER), "after"),
    _answer("before-302", Kind.LATER, _PORTAL),
    _answer("500", Kind.LATER, Response(500, json={"error": "internal_failure"})),
    _answer("503", Kind.LATER, Response(503, body=b"not now", headers={"Retry-After": "30"})),
    _answer("429-bare", Kind.LATER, Response(429, json={"error": "rate_limit_exceeded"})),
    _answer("429-with-time", Kind.LATER, _sign_in_page(429, **_RETRY_AFTER)),
    _answer("400-busy", Kind.LATER, _oauth(400, "temporarily_unavailable")),
    _answer("400-unknown", Kind.LATER, _oauth(400, "invalid_request", 90014)),
    _answer("401-client", Kind.LATER, _oauth(401, "invalid_client", 7000218)),
    _answer("403-page", Kind.LATER, _sign_in_page(403)),
    _answer("403-unknown", Kind.LATER, _oauth(403, "unknown_error")),
    _answer("404-page", Kind.LATER, _sign_in_page(404)),
    _answer("409-page", Kind.LATER, _sign_in_page(409)),
    _answer("412-page", Kind.LATER, _sign_in_page(412)),
)
TOKEN_CASES = {case.name: case for case in _TOKEN_CASES}
"""What may happen to a refresh that is no word about the grant itself."""

_ENDED = _answer("400-grant-ended", Kind.SCOPE, _oauth(400, "invalid_grant", 50173))
_GRANT_CASES = {
    "gmail": (_ENDED,),
    "outlook": (
        _ENDED,
        _answer("400-interaction", Kind.SCOPE, _oauth(400, "interaction_required", 50076)),
    ),
}
REFRESH_CASES = {
    provider: {**TOKEN_CASES, **{case.name: case for case in ended}}
    for provider, ended in _GRANT_CASES.items()
}
"""What may happen to a refresh at all."""
