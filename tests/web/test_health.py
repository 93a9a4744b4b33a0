"""Whoever asks hears whether the service that answers sends, and nothing else."""

from datetime import datetime, timedelta

import pytest
import requests

from service import heartbeats
from service.clock import real_now
from service.leases import Owner
from service.web import health
from tests.web.house import House
from tests.web.planted import plant
from tests.web.trouble import move_away, refuse_writes


@pytest.fixture(autouse=True)
def _ask_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer be given twice, but where that is what is tested."""
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)


def test_a_service_that_sends_is_healthy(house: House, stranger: requests.Session) -> None:
    """Nobody has to come in to hear it."""
    answer = stranger.get(f"{house.url}/healthz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == "ok"
    assert told["checks"] == {"database": "ok", "heartbeat": "ok", "looking": "ok"}
    assert 0 <= told["heartbeat_age_seconds"] < 45
    assert 0 <= told["look_age_seconds"] < 60


def test_a_monitor_may_ask_for_the_head_alone(house: House, stranger: requests.Session) -> None:
    """Many do."""
    answer = stranger.head(f"{house.url}/healthz")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_silent_service_is_not(house: House, stranger: requests.Session) -> None:
    """The database itself is well then, which tells it from a full disk; it recovers by a word."""
    house.fall_silent()
    answer = stranger.get(f"{house.url}/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": "ok",
        "heartbeat": "failing",
        "looking": "failing",
    }
    house.beat()
    assert stranger.get(f"{house.url}/healthz").status_code == 200


def test_another_service_that_lives_does_not_speak_for_it(
    house: House, stranger: requests.Session
) -> None:
    """A container is asked about its own process."""
    house.fall_silent()
    heartbeats.beat(house.app.database, Owner(None), house.app.clock, "test", real_now())
    assert stranger.get(f"{house.url}/healthz").status_code == 503


def test_a_service_that_looks_no_more_is_not_healthy(
    house: House, stranger: requests.Session
) -> None:
    """It says that it lives, and sends nothing."""
    _beat(house, real_now() - timedelta(seconds=heartbeats.LOOKING_SECONDS + 1))
    answer = stranger.get(f"{house.url}/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "heartbeat": "ok", "looking": "failing"}


def test_a_database_that_cannot_be_written_is_named(
    house: House, stranger: requests.Session
) -> None:
    """Restarting the service would not help."""
    house.fall_silent()
    refuse_writes(house.app.database)
    answer = stranger.get(f"{house.url}/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "failing"


def test_a_database_that_cannot_be_read_is_named(house: House, stranger: requests.Session) -> None:
    """Nothing is known of the service then."""
    move_away(house.app.database)
    told = stranger.get(f"{house.url}/healthz").json()
    assert told["checks"]["database"] == "failing"
    assert told["heartbeat_age_seconds"] is None


def test_an_answer_is_given_again_for_a_second(
    house: House, stranger: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks all the time costs the database nothing."""
    monkeypatch.setattr(health, "KEPT_SECONDS", 3600.0)
    first = stranger.get(f"{house.url}/healthz").json()
    house.fall_silent()
    assert stranger.get(f"{house.url}/healthz").json() == first


def test_it_says_nothing_of_anybody(house: House, stranger: requests.Session) -> None:
    """No word, name, address or id: only what is in the documentation."""
    planted = plant(house)
    answer = stranger.get(f"{house.url}/healthz")
    assert set(answer.json()) == {"status", "checks", "heartbeat_age_seconds", "look_age_seconds"}
    assert planted.find_in(answer) == []


def test_both_answers_are_documented(house: House, stranger: requests.Session) -> None:
    """In the form that they have; 503 is no refusal here."""
    document = stranger.get(f"{house.url}/api/v1/openapi.json").json()
    answers = document["paths"]["/healthz"]["get"]["responses"]
    for status in ("200", "503"):
        schema = answers[status]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ServiceHealth"}


def _beat(house: House, looked_at: datetime) -> None:
    app = house.app
    heartbeats.beat(app.database, app.owner(), app.clock, "test", looked_at)
