"""What happens is told as it happens."""

import json
from collections.abc import Iterator
from typing import Any

import requests
import sqlalchemy as sa

from service import interviews, visitors
from service.actions import steering
from service.clock import real_now
from service.records import Candidate
from service.schema import events
from tests.web.house import House


def test_what_happens_to_a_mail_is_told(house: House, client: requests.Session) -> None:
    """With its id and state, and without a word of it."""
    (mail, *_) = house.submit_examples()
    with _listen(house, client) as stream:
        told = _read(stream)
        next(told)
        steering.stop(house.app.office, mail)
        event = _data(next(told))
    assert (event["mail"], event["action"], event["state"]) == (mail.id, "stop", "stopped")
    assert set(event) == {"at", "interview", "mail", "action", "state"}


def test_a_stream_goes_on_where_it_was(house: House, client: requests.Session) -> None:
    """A tab that was away hears what it missed, once."""
    (mail, *_) = house.submit_examples()
    with _listen(house, client, last="0") as stream:
        first = _id(_after(_read(stream), ": "))
    steering.stop(house.app.office, mail)
    with _listen(house, client, last=str(first)) as stream:
        told = _read(stream)
        next(told)
        ids = [_id(next(told)) for _ in range(2)]
    assert ids[0] == first + 1
    assert ids == sorted(ids)


def test_what_is_stored_late_is_told_too(house: House, client: requests.Session) -> None:
    """Two changes at once may be stored in another order than they began in; each is told once."""
    (mail, *_) = house.submit_examples()
    at = real_now()
    known = {
        "at": at,
        "candidate_id": house.app.office.candidate().id,
        "interview_id": mail.interview_id,
        "follow_up_id": mail.id,
        "by": "user",
        "reason": "",
    }
    with _listen(house, client) as stream, house.app.database.read() as reading:
        told = _read(stream)
        next(told)
        last = reading.scalar(sa.select(sa.func.max(events.c.id))) or 0
        reading.rollback()
        ids = []
        for id_ in (last + 3, last + 1, last + 4, last + 2):
            with house.app.database.write() as connection:
                connection.execute(
                    sa.insert(events).values(id=id_, action=f"planted-{id_}", **known)
                )
            ids.append(_id(next(told)))
    assert ids == [last + 3, last + 1, last + 4, last + 2]


def test_nobody_hears_of_anothers_mails(house: House, stranger: requests.Session) -> None:
    """Each hears of their own."""
    with house.app.database.write() as connection:
        other = interviews.save_candidate(
            connection, Candidate("Bo Other", "Europe/London"), at=real_now()
        )
    token = visitors.make_token(house.app.database, "script", other.id)
    stranger.headers["Authorization"] = f"Bearer {token}"
    house.submit_examples()
    with _listen(house, stranger, last="0") as stream:
        told = _read(stream)
        assert next(told).startswith(": listening")
        house.server.stop()
        assert list(told) == []


def test_the_service_stops_while_tabs_are_open(house: House, client: requests.Session) -> None:
    """Streams end at once, and nothing waits for the browser."""
    with _listen(house, client) as stream:
        told = _read(stream)
        next(told)
        house.server.stop()
        assert not [each for each in told if each.startswith("data")]


def _listen(house: House, session: requests.Session, last: str | None = None) -> requests.Response:
    headers = {"Last-Event-ID": last} if last is not None else {}
    answer = session.get(
        f"{house.url}/api/v1/events/stream", headers=headers, stream=True, timeout=20
    )
    assert answer.status_code == 200
    return answer


def _read(stream: requests.Response) -> Iterator[str]:
    """Yield each message as it stands on the wire."""
    lines: list[str] = []
    for line in stream.iter_lines(chunk_size=1, decode_unicode=True):
        if line:
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []


def _after(told: Iterator[str], start: str) -> str:
    return next(each for each in told if not each.startswith(start))


def _id(message: str) -> int:
    return int(message.partition("\n")[0].removeprefix("id: "))


def _data(message: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message.partition("data: ")[2])
    return found
