"""What Prometheus collects: it can be read, it agrees with the database, and it is documented."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
import requests
import sqlalchemy as sa
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from providers.errors import Rejected
from service import daemon, outbox, visitors
from service.actions import steering, tallying
from service.actions.overseeing import Concern
from service.actions.tallying import Tally
from service.records import FollowUp
from service.schema import events
from service.states import State
from service.web import metrics
from tests.unit.test_docs import ROOT, find_table
from tests.web.house import House
from tests.web.trouble import move_away

_REFUSALS = sa.select(events).where(events.c.action == "refuse")
PAGE = ROOT / "docs" / "operating.md"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def operator(house: House, stranger: requests.Session) -> requests.Session:
    """Return a client with an operator's token."""
    token = visitors.make_token(house.app.database, "prometheus", None)
    stranger.headers["Authorization"] = f"Bearer {token}"
    return stranger


def test_it_agrees_with_the_database(house: House, operator: requests.Session) -> None:
    """Every state has its number, those without a mail 0."""
    first, second, *others = house.submit_examples()
    steering.stop(house.app.office, first)
    steering.pause(house.app.office, second)
    told = _ask(house, operator)
    assert _one(told, "callback_follow_ups", state="stopped", waiting_for="") == 1
    assert _one(told, "callback_follow_ups", state="held", waiting_for="user") == 1
    assert _one(told, "callback_follow_ups", state="scheduled", waiting_for="") == len(others)
    assert _one(told, "callback_follow_ups", state="failed", waiting_for="") == 0
    assert _sum(told, "callback_follow_ups") == len(others) + 2
    assert _one(told, "callback_mailboxes", provider="local", health="signed-in") == 1
    assert _one(told, "callback_services_running") == 1
    file = house.app.database.file
    sizes = [value for (name, _), value in told.items() if name == "callback_database_size_bytes"]
    assert (sizes == []) if file is None else (sizes[0] > file.stat().st_size)


def test_mails_that_went_are_counted_with_their_lateness(
    house: House, operator: requests.Session
) -> None:
    """From what the database says, whichever process sent them."""
    mails = _stand_at_first(house, late=timedelta(minutes=2))
    told = _ask(house, operator)
    assert _one(told, "callback_due_follow_ups") == len(mails)
    assert 120 <= _one(told, "callback_overdue_seconds") < 150
    assert daemon.run_once(house.app) == len(mails)
    told = _ask(house, operator)
    assert _one(told, "callback_sends_total", provider="local") == len(mails)
    assert _one(
        told, "callback_attempts_total", provider="local", decision="confirm", answer=""
    ) == len(mails)
    name = "callback_send_lateness_seconds"
    assert _one(told, f"{name}_count") == len(mails)
    assert _one(told, f"{name}_bucket", le="60.0") == 0
    assert _one(told, f"{name}_bucket", le="+Inf") == len(mails)
    assert _one(told, f"{name}_sum") == pytest.approx(_measure_lateness(house, mails), abs=1)
    assert _one(told, "callback_overdue_seconds") == 0


def test_what_a_try_led_to_is_counted_by_the_providers_answer(
    house: House, operator: requests.Session
) -> None:
    """And what the user does to a mail is no try."""
    first, second, *_ = house.submit_examples()
    _refuse(house, first, Rejected("bad-recipient", "a test"))
    steering.pause(house.app.office, second)
    told = _ask(house, operator)
    found = _labels(told, "callback_attempts_total")
    assert found == [{"provider": "local", "decision": "refuse", "answer": "bad-recipient"}]
    assert _one(told, "callback_sends_total", provider="local") == 0


def test_counting_goes_on_where_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step by step or at once, from the beginning or from before: no event counts twice."""
    mails = _stand_at_first(house, late=timedelta(minutes=2))
    tally = Tally(house.app.database, metrics.LIMITS)
    _refuse(house, mails[0], Rejected("bad-recipient", "a test"))
    assert sum(tally.count().attempts.values()) == 1
    monkeypatch.setattr(tallying, "_STEP", 2)
    assert daemon.run_once(house.app) == len(mails) - 1
    counted = tally.count()
    assert counted == tally.count()
    assert counted == Tally(house.app.database, metrics.LIMITS).count()
    assert sum(counted.attempts.values()) == _count_endings(house) == len(mails)


def test_an_event_that_is_committed_late_is_counted(house: House) -> None:
    """On PostgreSQL one with a lower id may come after the last that was counted."""
    (mail, *_) = house.submit_examples()
    _refuse(house, mail, Rejected("bad-recipient", "a test"))
    with house.app.database.write() as connection:
        late = dict(connection.execute(_REFUSALS).mappings().one())
        connection.execute(sa.delete(events).where(events.c.id == late["id"]))
        later = sa.insert(events).values({**late, "id": late["id"] + 1, "action": "edit"})
        connection.execute(later)
    tally = Tally(house.app.database, metrics.LIMITS)
    assert tally.count().attempts == {}
    with house.app.database.write() as connection:
        connection.execute(sa.insert(events).values(late))
    for _ in range(2):
        assert sum(tally.count().attempts.values()) == 1


def test_a_mail_that_is_settled_later_lowers_no_count(house: House) -> None:
    """Prometheus takes a counter that falls for one that began anew."""
    (mail, *_) = house.submit_examples()
    tally = Tally(house.app.database, metrics.LIMITS)
    attempt_id = _claim(house, mail)
    with house.app.database.write() as connection:
        now = house.app.office.now()
        outbox.end_attempt(connection, attempt_id, at=now, outcome="lose")
        outbox.lose(connection, mail.id, attempt_id=attempt_id, at=now, reason="a test")
    before = tally.count().attempts
    with house.app.database.write() as connection:
        outbox.end_attempt(connection, attempt_id, at=now, outcome="confirm", proof="sent-copy")
        outbox.confirm(
            connection, mail.id, "sent-copy", at=now, by="provider", attempt_id=attempt_id
        )
    for after in (tally.count().attempts, Tally(house.app.database, ()).count().attempts):
        assert set(before) < set(after)
        assert {each.decision: n for each, n in after.items()} == {"lose": 1, "confirm": 1}


def test_requests_are_counted_by_route_and_never_with_an_id(
    house: House, operator: requests.Session
) -> None:
    """Those that are refused before any page as well; what a stranger types is no label."""
    house.submit_examples()
    for path in ("/mails/1", "/mails/2", "/secret-4711", "/static/page.css"):
        operator.get(house.url + path)
    operator.get(f"{house.url}/mails/3", headers={"Host": "evil.example"})
    operator.request("BREW", f"{house.url}/mails/1")
    told = _ask(house, operator)
    name = "callback_http_requests_total"
    assert _one(told, name, method="GET", route="/mails/{mail_id}", status="403") == 2
    assert _one(told, name, method="GET", route="other", status="404") == 1
    assert _one(told, name, method="GET", route="other", status="421") == 1
    assert {each["method"] for each in _labels(told, name)} == {"GET", "other"}
    assert not [each for each in _labels(told, name) if any(map(str.isdigit, each["route"][4:]))]


@pytest.mark.parametrize(
    ("path", "own", "given", "template"),
    [
        ("/", "/", {}, "/"),
        ("/mails/7", "/mails/{mail_id}", {"mail_id": "7"}, "/mails/{mail_id}"),
        ("/api/v1/mails/7", "/mails/{mail_id}", {"mail_id": "7"}, "/api/v1/mails/{mail_id}"),
        ("/api/v1/mails", "", {}, "/api/v1/mails"),
        ("/a/7/b/8", "/b/{b}", {"a": "7", "b": "8"}, "/a/{a}/b/{b}"),
        ("/files/x/y", "/files/{rest:path}", {"rest": "x/y"}, "/files/{rest:path}"),
    ],
)
def test_a_route_is_named_with_the_routers_it_is_in(
    path: str, own: str, given: dict[str, str], template: str
) -> None:
    """A route knows its own part alone."""
    scope = {"path": path, "path_params": given, "route": _Route(own)}
    assert metrics.name_route(scope) == template


def test_both_formats_say_the_same(house: House, operator: requests.Session) -> None:
    """The older text, and OpenMetrics where it is asked for."""
    url = f"{house.url}/metrics"
    old = operator.get(url)
    new = operator.get(url, headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert old.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert new.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    parsed = read_openmetrics(new.text)  # type: ignore[no-untyped-call]  # it has no types
    assert _name(read_text(old.text)) == _name(parsed)


def test_a_database_that_cannot_be_read_is_no_zero(
    house: House, operator: requests.Session
) -> None:
    """Prometheus is to see that nothing was told."""
    move_away(house.app.database)
    assert operator.get(f"{house.url}/metrics").status_code == 503


def test_every_metric_is_documented(house: House, operator: requests.Session) -> None:
    """With its kind, its labels and the sentence that Prometheus shows."""
    written = {cells[0].strip("`"): cells[1:] for cells in find_table(PAGE, "metric")}
    known = {
        each.name: [each.kind, ", ".join(f"`{label}`" for label in each.labels), each.help]
        for each in metrics.ALL
    }
    assert written == known
    lines = operator.get(f"{house.url}/metrics").text.splitlines()
    heads = [line.split(" ", 3)[2:] for line in lines if line.startswith("# HELP callback_")]
    kinds = [line.split(" ")[2:] for line in lines if line.startswith("# TYPE callback_")]
    assert dict(heads) == {each.name: each.help for each in metrics.ALL}
    assert dict(kinds) == {each.name: each.kind for each in metrics.ALL}
    for name, labels in _ask(house, operator):
        told = next((each for each in metrics.ALL if name.startswith(each.name)), None)
        assert told is None or {key for key, _ in labels} - {"le"} == set(told.labels), name


def test_every_concern_is_documented() -> None:
    """What may need an operator's attention is explained."""
    assert [cells[0].strip("`") for cells in find_table(PAGE, "concern")] == list(Concern)


class _Route:
    """What is asked of a route."""

    def __init__(self, path: str) -> None:
        self.path = path


def _ask(house: House, operator: requests.Session) -> Samples:
    answer = operator.get(f"{house.url}/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in read_text(answer.text)
        for sample in family.samples
    }


def _one(told: Samples, name: str, **labels: str) -> float:
    return told[name, frozenset(labels.items())]


def _sum(told: Samples, name: str) -> float:
    return sum(value for (each, _), value in told.items() if each == name)


def _labels(told: Samples, name: str) -> list[dict[str, str]]:
    return [dict(labels) for each, labels in told if each == name]


def _name(families: Iterable[Metric]) -> dict[str, str]:
    return {each.name: each.type for each in families if each.name.startswith("callback_")}


def _claim(house: House, mail: FollowUp) -> int:
    assert mail.mailbox_id is not None
    with house.app.database.write() as connection:
        claimed = outbox.claim(
            connection,
            outbox.get(connection, mail.id),
            mailbox_id=mail.mailbox_id,
            access="drafts",
            owner="test",
            at=house.app.office.now(),
        )
    assert claimed.attempt_id is not None
    return claimed.attempt_id


def _refuse(house: House, mail: FollowUp, error: Rejected) -> None:
    attempt_id, now = _claim(house, mail), house.app.office.now()
    with house.app.database.write() as connection:
        outbox.end_attempt(connection, attempt_id, at=now, outcome="refuse", answer=error.code)
        outbox.refuse(connection, mail.id, attempt_id=attempt_id, at=now, reason=error.detail)


def _measure_lateness(house: House, mails: Iterable[FollowUp]) -> float:
    stored = [house.get(mail) for mail in mails]
    return sum(
        (each.sent_at - each.slot.at).total_seconds()
        for each in stored
        if each.sent_at is not None and each.slot is not None
    )


def _count_endings(house: House) -> int:
    """Count the mails that left `sending`, one event after the other."""
    with house.app.database.read() as connection:
        query = sa.select(sa.func.count()).where(events.c.from_state == State.SENDING)
        return connection.scalar(query) or 0


def _stand_at_first(house: House, *, late: timedelta) -> list[FollowUp]:
    """Submit mails and let it be so late for the first; return those that are due then."""
    mails = [each for each in house.submit_examples() if each.slot is not None]
    moment = min(each.slot.at for each in mails if each.slot) + late
    house.stand(moment)
    return [each for each in mails if each.slot and each.slot.at <= moment]
