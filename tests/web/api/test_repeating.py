"""A call that is sent again under its key is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.clock import real_now
from service.schema import idempotency_keys
from service.web.api.repeating import HEADER, KEPT, LONGEST
from tests.web.api.conftest import SUBMISSION, Script, problem_of
from tests.web.house import House

KEY = {HEADER: "my own 1"}


def test_sent_again_it_is_done_once_and_answered_the_same(script: Script) -> None:
    """Body, status, tag and place are those of the first time."""
    first, again = (
        script.ask("POST", "/interviews", json=SUBMISSION, headers=KEY) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers[name] == again.headers[name]
    script.post("/follow-ups/1/stop", headers={HEADER: "2"})
    script.post("/follow-ups/1/restore")
    script.post("/follow-ups/1/stop", headers={HEADER: "2"})
    assert script.get("/follow-ups/1")["state"] == "held"


def test_a_key_is_for_one_call(script: Script) -> None:
    """Another body, or another call, under the same key is a mistake, and is told."""
    script.ask("POST", "/interviews", json=SUBMISSION, headers=KEY)
    other = {**SUBMISSION, "company": "Another Company"}
    for path, body in (("/interviews", other), ("/interviews/preview", SUBMISSION)):
        answer = script.ask("POST", path, json=body, headers=KEY)
        assert problem_of(answer)[0] == 422
    assert len(script.get("/interviews")["items"]) == 1


def test_two_at_the_same_moment_are_done_once(script: Script) -> None:
    """One does it; the other is given its answer, or told that it is being done."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: script.ask("POST", "/interviews", json=SUBMISSION, headers=KEY), range(8)
            )
        )
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    assert len(script.get("/follow-ups")["items"]) == 1


def test_what_failed_may_be_sent_again(script: Script) -> None:
    """A refusal is not kept: the same call, sent when it is possible, is done."""
    script.submit()
    assert script.ask("POST", "/follow-ups/1/restore", headers=KEY).status_code == 409
    script.post("/follow-ups/1/stop")
    assert script.post("/follow-ups/1/restore", headers=KEY)["state"] == "held"


def test_keys_of_two_candidates_do_not_meet(script: Script, another: Script) -> None:
    """Each may use what the other uses."""
    mine = script.ask("PATCH", "/candidate", json={"signature": ["mine"]}, headers=KEY)
    theirs = another.ask("PATCH", "/candidate", json={"signature": ["theirs"]}, headers=KEY)
    assert (mine.json()["signature"], theirs.json()["signature"]) == (["mine"], ["theirs"])


@pytest.mark.parametrize("left", [LONGEST + timedelta(seconds=1), KEPT + timedelta(seconds=1)])
def test_a_call_whose_service_died_is_done_again(
    house: House, script: Script, left: timedelta
) -> None:
    """It left its key behind, and no answer; after two minutes nobody waits for that any more."""
    script.ask("POST", "/interviews", json=SUBMISSION, headers=KEY)
    with house.app.database.write() as connection:
        connection.execute(
            sa.update(idempotency_keys).values(answer=sa.null(), created_at=real_now() - left)
        )
    assert script.ask("POST", "/interviews", json=SUBMISSION, headers=KEY).status_code == 201
    assert len(script.get("/follow-ups")["items"]) == 1


def test_a_call_that_is_being_done_is_told_so(house: House, script: Script) -> None:
    """With how long to wait before it is asked again."""
    script.ask("POST", "/interviews", json=SUBMISSION, headers=KEY)
    with house.app.database.write() as connection:
        connection.execute(sa.update(idempotency_keys).values(answer=sa.null()))
    answer = script.ask("POST", "/interviews", json=SUBMISSION, headers=KEY)
    assert problem_of(answer)[0] == 409
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_refused(script: Script, key: str) -> None:
    """Up to 255 characters, and at least one."""
    answer = script.ask("POST", "/interviews", json=SUBMISSION, headers={HEADER: key})
    assert problem_of(answer)[0] == 422
