"""Each step a mail can be taken through, from a state that allows it and from one that does not."""

from collections.abc import Sequence
from typing import Any

import pytest

from service import outbox
from service.states import State
from tests.web.api.conftest import Script, problem_of
from tests.web.house import House

MAIL = "/follow-ups/1"


@pytest.mark.parametrize(
    ("before", "step", "told", "state"),
    [
        (["pause"], "approve", None, "scheduled"),
        ([], "pause", None, "held"),
        ([], "stop", None, "stopped"),
        (["stop"], "undo-stop", None, "scheduled"),
        (["stop"], "restore", None, "held"),
        ([], "move", {"at": "2026-12-10 10:15"}, "scheduled"),
        ([], "send-now", None, "scheduled"),
        ([], "sent", None, "sent"),
    ],
)
def test_a_step_is_done_and_the_mail_comes_back_as_it_is_then(
    script: Script, before: Sequence[str], step: str, told: Any, state: str
) -> None:
    """With its tag and its history."""
    script.submit()
    for each in before:
        script.post(f"{MAIL}/{each}")
    done = script.ask("POST", f"{MAIL}/{step}", json=told)
    assert done.ok, done.text
    assert done.json()["state"] == state
    assert done.json() == script.get(MAIL)
    assert done.headers["ETag"] == f'"{done.json()["version"]}"'


@pytest.mark.parametrize(
    ("before", "step", "told"),
    [
        ("stop", "pause", None),
        ("stop", "move", {"at": "2026-12-10 10:15"}),
        ("pause", "restore", None),
        ("pause", "undo-stop", None),
        ("pause", "retry", None),
        ("pause", "not-sent", None),
        ("sent", "stop", None),
        ("sent", "send-now", None),
    ],
)
def test_a_step_that_cannot_be_done_changes_nothing(
    script: Script, before: str, step: str, told: Any
) -> None:
    """It says why, and what could be done."""
    script.submit()
    script.post(f"{MAIL}/{before}")
    seen = script.get(MAIL)
    answer = script.ask("POST", f"{MAIL}/{step}", json=told)
    assert problem_of(answer) == (409, "wrong-state")
    assert answer.json()["hint"]
    assert script.get(MAIL) == seen


def test_a_refused_and_a_doubtful_mail_are_settled(house: House, script: Script) -> None:
    """`retry` schedules what was refused; `not-sent` what nobody could tell."""
    for number, (state, step) in enumerate(
        ((State.FAILED, "retry"), (State.UNCONFIRMED, "not-sent")), start=1
    ):
        stored = script.submit(company=f"Company {number}")["follow_ups"][0]
        _bring(house, stored["id"], state)
        after = script.post(f"/follow-ups/{stored['id']}/{step}")
        assert after["state"] in ("scheduled", "held"), step


def test_a_time_that_may_mean_two_is_refused(script: Script) -> None:
    """As it is at the command line, with both."""
    script.submit()
    answer = script.ask("POST", f"{MAIL}/move", json={"at": "03/04 10:00"})
    assert problem_of(answer) == (422, "bad-input")


def test_what_was_found_may_stand(script: Script) -> None:
    """By the rule's name; then nothing holds the mail."""
    script.submit()
    body = script.get(MAIL)["body"].replace("Dear", "Hey")
    held = script.ask("PATCH", MAIL, json={"body": body}, headers={"If-Match": "*"}).json()
    rules = [each["rule"] for each in held["findings"] if each["severity"] != "hint"]
    assert (held["state"], held["needs_you"]) == ("held", True)
    wrong = script.ask("POST", f"{MAIL}/accept", json={"rules": ["nothing-such"]})
    assert problem_of(wrong) == (422, "bad-input")
    done = script.post(f"{MAIL}/accept", {"rules": rules})
    assert done["state"] == "scheduled"
    assert all(each["accepted_at"] for each in done["findings"] if each["severity"] != "hint")


def test_mailboxes_are_listed_tested_and_taken_back(script: Script) -> None:
    """What was to go from one that is gone waits for another."""
    script.submit()
    (mailbox,) = script.get("/mailboxes")["items"]
    assert (mailbox["provider"], mailbox["signed_out_at"]) == ("local", None)
    assert script.post("/mailboxes/1/test") == {"sent_to": mailbox["address"]}
    assert script.post(f"{MAIL}/copy") == {"sent_to": mailbox["address"]}
    gone = script.ask("DELETE", "/mailboxes/1")
    assert gone.json() == {"held": 1, "revoke_at": None}
    assert script.get("/mailboxes")["items"] == []
    assert script.get(MAIL)["waiting_for"] == "mailbox"


def test_the_status_says_what_is_next_and_what_needs_one(script: Script) -> None:
    """Whether anything runs that sends, the next mail, and what waits."""
    script.submit()
    status = script.get("/status")
    assert (status["is_running"], status["counts"]) == (True, {"scheduled": 1})
    assert status["next"]["id"] == 1
    script.ask("PATCH", MAIL, json={"body": "Dear [NAME]"}, headers={"If-Match": "*"})
    status = script.get("/status")
    assert [each["id"] for each in status["needs_you"]] == [1]
    assert status["next"] is None


def test_who_one_is_may_be_changed(script: Script) -> None:
    """What is unsent is signed anew; what cannot be used is refused whole."""
    script.submit()
    script.ask("PATCH", "/candidate", json={"signature": ["020 7946 0999"]})
    assert "020 7946 0999" in script.get(MAIL)["body"]
    bad = script.ask("PATCH", "/candidate", json={"zone": "Mars/Olympus", "name": "Bo"})
    assert problem_of(bad) == (422, "bad-input")
    assert script.get("/candidate")["name"] == "Ana Lindqvist"


def _bring(house: House, follow_up_id: int, state: State) -> None:
    """Bring a scheduled mail to where a send that went wrong leaves it."""
    at = house.clock.now()
    with house.app.database.write() as connection:
        claimed = outbox.claim(
            connection,
            outbox.get(connection, follow_up_id),
            mailbox_id=1,
            access="drafts",
            owner="a test",
            at=at,
        )
        assert claimed.attempt_id is not None
        end = outbox.refuse if state is State.FAILED else outbox.lose
        end(connection, follow_up_id, attempt_id=claimed.attempt_id, at=at, reason="a test")
