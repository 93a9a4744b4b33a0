"""Nobody sees or touches what is another's: every call of the document is tried."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from service import visitors
from service.web.documenting import PREFIX
from service.web.entering import MOST_FAILURES
from tests.web.api.conftest import SUBMISSION, Script, make_script, problem_of
from tests.web.conftest import come_in
from tests.web.house import House

ENDLESS = "/events/stream"
BODIES: dict[str, Any] = {
    "/interviews": SUBMISSION,
    "/interviews/preview": SUBMISSION,
    "/slots": SUBMISSION,
    "/check": {"interview_id": 1, "body": "Dear Sabine,"},
    "/follow-ups/{follow_up_id}/move": {"at": "tomorrow 10:15"},
    "/follow-ups/{follow_up_id}/accept": {"rules": ["too-long"]},
    "/interviews/{interview_id}/debrief": {"why": "I like it."},
    "/interviews/{interview_id}/debrief/preview": {"why": "I like it."},
}
SECRETS = ("Sabine", "Tidewater", "lock gate", "flood defences", "Ana Lindqvist")


def _list_calls(script: Script) -> Iterator[tuple[str, str]]:
    document = script.get("/openapi.json")
    for path, calls in document["paths"].items():
        if path.startswith(PREFIX) and "/operator" not in path:
            for method in calls:
                yield method.upper(), path.removeprefix(PREFIX)


def test_what_is_anothers_is_not_there(script: Script, another: Script) -> None:
    """Each call that names something of the one is a 404 to the other, who learns nothing."""
    script.submit()
    before = script.get("/follow-ups/1")
    tried = 0
    for method, path in _list_calls(script):
        if "{" not in path and path != "/check":
            continue
        own = re.sub(r"\{\w+\}", "1", path)
        body = BODIES.get(path, {})
        asked = {} if method == "GET" else {"json": body, "headers": {"If-Match": "*"}}
        answer = another.ask(method, own, **asked)
        assert problem_of(answer) == (404, "not-found"), (method, path, answer.text)
        assert not any(secret in answer.text for secret in SECRETS), (method, path)
        tried += 1
    assert tried > 20
    assert script.get("/follow-ups/1") == before


def test_lists_hold_ones_own_alone(script: Script, another: Script) -> None:
    """Neither interviews, mails, mailboxes, events nor the status tell of anybody else."""
    script.submit()
    for path in ("/interviews", "/follow-ups", "/mailboxes", "/events", "/status", "/candidate"):
        answer = another.ask("GET", path)
        assert answer.ok
        assert not any(secret in answer.text for secret in SECRETS), path
    assert another.get("/status")["counts"] == {}


@pytest.mark.parametrize(
    ("header", "status"), [(None, 401), ("Bearer cb_nobody", 401), ("Basic Y2I6Y2I=", 401)]
)
def test_nobody_gets_in_without_a_token(script: Script, header: str | None, status: int) -> None:
    """Every call asks who comes."""
    script.session.headers["Authorization"] = header or ""
    if header is None:
        del script.session.headers["Authorization"]
    assert problem_of(script.ask("GET", "/follow-ups")) == (status, "not-let-in")


def test_every_call_asks_who_comes(script: Script) -> None:
    """None was forgotten: without a token each answers 401, whatever else is wrong with it."""
    calls = list(_list_calls(script))
    del script.session.headers["Authorization"]
    for method, path in calls:
        answer = script.ask(method, re.sub(r"\{\w+\}", "1", path))
        assert problem_of(answer) == (401, "not-let-in"), (method, path)


def test_a_revoked_token_is_none(house: House, script: Script) -> None:
    """From the moment on."""
    assert script.ask("GET", "/status").ok
    (token,) = visitors.list_tokens(house.app.database)
    visitors.revoke_token(house.app.database, token.id)
    assert problem_of(script.ask("GET", "/status")) == (401, "not-let-in")


def test_an_operator_sees_no_texts(house: House, script: Script) -> None:
    """Every call of a candidate refuses an operator's token."""
    operator = make_script(house, None)
    for method, path in _list_calls(script):
        asked = {} if method == "GET" else {"json": BODIES.get(path, {})}
        answer = operator.ask(method, re.sub(r"\{\w+\}", "1", path), **asked)
        assert problem_of(answer) == (403, "forbidden"), (method, path)
    operator.session.close()


def test_guessing_is_slowed_down(script: Script) -> None:
    """After ten tokens that are none, even a good one waits for a minute."""
    good = script.session.headers["Authorization"]
    for number in range(MOST_FAILURES):
        script.session.headers["Authorization"] = f"Bearer cb_{number}"
        assert script.ask("GET", "/status").status_code == 401
    script.session.headers["Authorization"] = good
    answer = script.ask("GET", "/status")
    assert problem_of(answer) == (429, "too-many-attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_browser_changes_nothing_without_its_mark(house: House, script: Script) -> None:
    """The cookie alone, which a form elsewhere might bring along, reads and changes nothing."""
    script.submit()
    del script.session.headers["Authorization"]
    come_in(house, script.session)
    assert script.ask("GET", "/follow-ups").ok
    for method, path in _list_calls(script):
        if method != "GET":
            answer = script.ask(method, re.sub(r"\{\w+\}", "1", path), json=BODIES.get(path, {}))
            assert problem_of(answer) == (403, "forbidden"), (method, path)
