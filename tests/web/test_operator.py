"""An operator sees how everything stands, and no text, name or address of anybody."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from service import heartbeats, interviews, visitors
from service.actions import overseeing, steering
from service.clock import real_now
from service.database import Database
from service.records import Candidate
from service.schema import follow_ups, mailboxes, notices
from service.states import State
from service.web import operators
from tests.web.conftest import come_in
from tests.web.house import EVENING, House
from tests.web.planted import plant

PATHS = ["/metrics", "/api/v1/operator/status"]


@pytest.fixture
def operator(house: House, stranger: requests.Session) -> requests.Session:
    """Return a client with an operator's token."""
    token = visitors.make_token(house.app.database, "operator", None)
    stranger.headers["Authorization"] = f"Bearer {token}"
    return stranger


@pytest.mark.parametrize("path", PATHS)
def test_nobody_is_refused(house: House, stranger: requests.Session, path: str) -> None:
    """Even on this computer itself: any program may run on it."""
    answer = stranger.get(house.url + path)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("comes_by", ["cookie", "token"])
def test_a_candidate_is_refused(
    house: House, stranger: requests.Session, path: str, comes_by: str
) -> None:
    """They see their own mails, and not how others' stand."""
    if comes_by == "cookie":
        come_in(house, stranger)
    else:
        token = visitors.make_token(house.app.database, "x", house.app.office.candidate().id)
        stranger.headers["Authorization"] = f"Bearer {token}"
    answer = stranger.get(house.url + path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize("path", PATHS)
def test_a_revoked_token_is_refused(house: House, operator: requests.Session, path: str) -> None:
    """From the next request on."""
    assert operator.get(house.url + path).status_code == 200
    (token,) = visitors.list_tokens(house.app.database)
    visitors.revoke_token(house.app.database, token.id)
    assert operator.get(house.url + path).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_no_text_reaches_an_operator(house: House, operator: requests.Session, path: str) -> None:
    """Marks stand in every text of every row, and in no answer."""
    planted = plant(house)
    assert len(planted.marks) > 30
    answer = operator.get(house.url + path)
    assert answer.status_code == 200
    assert planted.find_in(answer) == []


def test_everything_stands_as_in_the_database(house: House, operator: requests.Session) -> None:
    """Over all candidates, and for each, those without a mail included."""
    first, second, *others = house.submit_examples()
    steering.stop(house.app.office, first)
    steering.pause(house.app.office, second)
    with house.app.database.write() as connection:
        bo = interviews.save_candidate(
            connection, Candidate("Bo Other", "Europe/London"), at=real_now()
        )
    told = _ask(house, operator)
    counts = {"stopped": 1, "held": 1, "scheduled": len(others)}
    assert told["mails"]["states"] == counts
    assert told["mails"]["waiting_for"] == {"user": 1}
    ana, other = told["candidates"]
    assert ana["mails"] == told["mails"]
    assert (other["id"], other["mails"]["states"], other["mailboxes"]) == (bo.id, {}, [])
    assert told["attention"] == []


def test_what_is_due_is_told_with_its_mailbox(house: House, operator: requests.Session) -> None:
    """A mail that is due for long in a mailbox that can send needs somebody to look."""
    mails = house.submit_examples()
    moments = [each.slot.at for each in mails if each.slot]
    first = min(moments)
    due = sum(moment <= first + timedelta(minutes=1) for moment in moments)
    house.stand(first + timedelta(minutes=1))
    told = _ask(house, operator)
    assert told["mails"]["due"] == due
    assert 60 <= told["mails"]["overdue_seconds"] < 120
    assert told["attention"] == []
    house.stand(first + timedelta(minutes=6))
    told = _ask(house, operator)
    (mailbox,) = told["candidates"][0]["mailboxes"]
    assert mailbox["health"] == "signed-in"
    assert told["attention"] == [
        {
            "concern": "overdue",
            "candidate": told["candidates"][0]["id"],
            "mailbox": mailbox["id"],
            "count": mailbox["due"],
        }
    ]


@pytest.mark.parametrize(
    ("column", "health"), [("signed_out_at", "signed-out"), ("blocked_until", "blocked")]
)
def test_a_mailbox_that_cannot_send_is_told(
    house: House, operator: requests.Session, column: str, health: str
) -> None:
    """Without its address; the count says how many mails are due in it."""
    mails = house.submit_examples()
    house.stand(max(each.slot.at for each in mails if each.slot) + timedelta(minutes=1))
    _set_mailboxes(house, **{column: EVENING + timedelta(days=30)})
    told = _ask(house, operator)
    (mailbox,) = told["candidates"][0]["mailboxes"]
    assert (mailbox["health"], mailbox["due"]) == (health, len(mails))
    (attention,) = told["attention"]
    assert (attention["concern"], attention["count"]) == (health, len(mails))


@pytest.mark.parametrize("state", [State.UNCONFIRMED, State.FAILED])
def test_what_a_candidate_must_settle_is_told(
    house: House, operator: requests.Session, state: State
) -> None:
    """By how many, and whose."""
    (mail, *_) = house.submit_examples()
    with house.app.database.write() as connection:
        connection.execute(
            sa.update(follow_ups).where(follow_ups.c.id == mail.id).values(state=state)
        )
    told = _ask(house, operator)
    (candidate,) = told["candidates"]
    assert told["attention"] == [
        {"concern": state, "candidate": candidate["id"], "mailbox": None, "count": 1}
    ]


def test_a_notice_that_nobody_took_is_told(house: House, operator: requests.Session) -> None:
    """Only once it was tried in vain, and until some channel takes it."""
    note = {"candidate_id": house.app.office.candidate().id, "subject": "s", "message": "m"}
    with house.app.database.write() as connection:
        for tries in (0, 2):
            connection.execute(
                sa.insert(notices).values(
                    matter=f"m{tries}", tries=tries, created_at=EVENING, **note
                )
            )
    told = _ask(house, operator)
    assert told["untold_notices"] == 1
    assert [each["concern"] for each in told["attention"]] == ["untold"]


def test_a_service_that_fell_silent_is_told(house: House, operator: requests.Session) -> None:
    """The one that is shown as running says when it was heard, and when it looked."""
    (service,) = _ask(house, operator)["services"]
    assert service["is_running"]
    assert service["is_looking"]
    house.fall_silent()
    told = _ask(house, operator)
    assert [each["is_running"] for each in told["services"]] == [False]
    assert [each["concern"] for each in told["attention"]] == ["not-running"]


def test_a_service_that_looks_no_more_is_told(house: House, operator: requests.Session) -> None:
    """It lives, and sends nothing."""
    app, long_ago = house.app, real_now() - timedelta(hours=1)
    heartbeats.beat(app.database, app.owner(), app.clock, "test", long_ago)
    told = _ask(house, operator)
    assert [each["concern"] for each in told["attention"]] == ["not-looking"]


def test_the_example_is_of_the_form_that_it_shows() -> None:
    """What the documentation of the API shows can be read as an answer."""
    example = operators.OperatorStatus.model_validate(operators.EXAMPLE)
    assert example.at == datetime.fromisoformat("2026-12-09T09:20:00Z")


def test_the_counts_come_from_an_index(tmp_path: Path) -> None:
    """However many mails are stored, none is read to count them (SQLite says so of its plans)."""
    database = Database(f"sqlite:///{tmp_path / 'callback.db'}")
    database.prepare()
    with database.read() as connection:
        for query, index in (
            (overseeing._COUNTS, "COVERING INDEX ix_follow_ups_states"),
            (overseeing._DUE.params(now=EVENING), "INDEX ix_follow_ups_next"),
        ):
            text = query.compile(connection, compile_kwargs={"literal_binds": True})
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
            assert index in str(plan)
    database.close()


def _ask(house: House, operator: requests.Session) -> Any:
    answer = operator.get(f"{house.url}/api/v1/operator/status")
    assert answer.status_code == 200, answer.text
    return answer.json()


def _set_mailboxes(house: House, **values: datetime) -> None:
    with house.app.database.write() as connection:
        connection.execute(sa.update(mailboxes).values(**values))
