"""Bodies that nobody means well with are refused, each with a reason."""

import json
from typing import Any

import pytest

from service.web.guard import LARGEST_BODY
from tests.web.api.conftest import SUBMISSION, Script, problem_of

DEEP = "[" * 100_000 + "]" * 100_000
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        '"text"',
        DEEP,
        '{"company": ' + DEEP + "}",
        '{"company": "\\ud800"}',
        '{"\\ud800": "x"}',
        '{"company": "a\\u0000b"}',
        '{"starts": 1e400}',
        '{"people": [null, 5, "x"]}',
        json.dumps({**SUBMISSION, "starts": "0001-01-01T00:00:00"}),
        json.dumps({**SUBMISSION, "starts": "9999-12-31T23:59:59"}),
        json.dumps({**SUBMISSION, "people": [SUBMISSION["people"][0]] * 600}),
    ],
    ids=lambda body: body[:24],
)
@pytest.mark.parametrize("path", ["/interviews", "/interviews/preview", "/slots"])
def test_a_body_that_cannot_be_used_is_refused(script: Script, path: str, body: str) -> None:
    """With problem details, whatever it is; nothing is stored."""
    headers = {"Content-Type": "application/json"}
    status, code = problem_of(script.ask("POST", path, data=body.encode(), headers=headers))
    assert (status, code) in {(422, "bad-input"), (400, "failed")}
    assert script.get("/interviews")["items"] == []


@pytest.mark.parametrize("path", ["/interviews", "/invitations", "/check"])
def test_a_body_that_is_too_large_is_refused(script: Script, path: str) -> None:
    """Before it is read."""
    body = b'{"company": "' + b"x" * LARGEST_BODY + b'"}'
    answer = script.ask("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert problem_of(answer) == (413, "too-large")


@pytest.mark.parametrize(
    "told", [{"subject": "x\ny"}, {"body": "\x00"}, {"body": "x" * 1_000_000}, {"subject": 5}]
)
def test_a_text_that_cannot_be_stored_is_refused(script: Script, told: dict[str, Any]) -> None:
    """The same way for an edit and for its findings; the mail stays as it was."""
    script.submit()
    before = script.get("/follow-ups/1")
    for method, path in (("PATCH", "/follow-ups/1"), ("POST", "/follow-ups/1/findings")):
        answer = script.ask(method, path, json=told, headers={"If-Match": "*"})
        assert problem_of(answer) == (422, "bad-input")
    assert script.get("/follow-ups/1") == before


def test_markup_is_text(script: Script) -> None:
    """What looks like a script comes back as the characters that were sent, as JSON."""
    stored = script.submit(role=SCRIPT, company=f"A {SCRIPT}")
    assert stored["interview"]["role"] == SCRIPT
    answer = script.ask("GET", "/interviews/1")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "aWQ6", "aWQ6LTE", "aWQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
def test_a_cursor_that_is_none_is_refused_or_ends(script: Script, cursor: str) -> None:
    """Never an error of the service's own."""
    answer = script.ask("GET", f"/follow-ups?cursor={cursor}")
    assert answer.status_code == 200 or problem_of(answer) == (422, "bad-input")
