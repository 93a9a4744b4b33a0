"""Every page and every form: closed to strangers, and to whoever lacks the session's mark."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
import sqlalchemy as sa
from fastapi.routing import APIRoute

from service import visitors
from service.records import Person
from service.schema import candidates
from service.web.pages import PAGES
from tests.factories import TUESDAY, make_met
from tests.web.api.conftest import make_script
from tests.web.conftest import come_in, mark_in
from tests.web.house import House

EVIL = "<script>window.was_here = 1</script>\"'><img src=x onerror=alert(1)>"
ENTRANCE = "/enter"


def list_routes() -> Iterator[tuple[str, str]]:
    """Return method and path of every page and form."""
    for page in PAGES:
        for route in page.router.routes:
            assert isinstance(route, APIRoute)
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, route.path


ROUTES = sorted(set(list_routes()))


def fill_in(path: str) -> str:
    """Return a path with an id in it that exists for the one who lives here."""
    known = {"step": "approve", "provider": "gmail", "name": "gmail"}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: known.get(found[1], "1"), path)


def test_nobody_gets_in_without_having_come_in(house: House, stranger: requests.Session) -> None:
    """Neither sees a page nor does anything; the way in is named."""
    house.submit(make_met())
    for method, path in ROUTES:
        answer = stranger.request(
            method, f"{house.url}{fill_in(path)}", allow_redirects=False, timeout=30
        )
        assert answer.status_code in (401, 403, 422), (method, path, answer.text)
        assert "Marisol" not in answer.text


def test_nothing_is_changed_without_the_sessions_mark(
    house: House, client: requests.Session
) -> None:
    """The cookie alone, as a page elsewhere might have it sent, does nothing."""
    (mail,) = house.submit(make_met())
    before = house.get(mail)
    for method, path in ROUTES:
        for mark in ({}, {"csrf": "0" * 64}) if method != "GET" else ():
            answer = client.request(
                method,
                f"{house.url}{fill_in(path)}",
                data={"version": mail.version, **mark},
                allow_redirects=False,
                timeout=30,
            )
            assert answer.status_code == 403, (method, path, answer.text)
    assert house.get(mail) == before


def test_what_is_anothers_is_not_there(house: House, stranger: requests.Session) -> None:
    """Somebody else who has come in finds nothing under these ids, and learns nothing."""
    (mail,) = house.submit(make_met())
    before = house.get(mail)
    other = visitors.make_link(house.app.database, _add_stranger(house))
    answer = stranger.post(f"{house.url}{ENTRANCE}", data={"code": other}, timeout=30)
    form = {"csrf": mark_in(answer.text), "version": "1", "when": "tomorrow", "rule": "x"}
    for method, path in ROUTES:
        if "_id}" in path:
            given = None if method == "GET" else form
            address = f"{house.url}{fill_in(path)}"
            answer = stranger.request(method, address, timeout=30, data=given)
            assert answer.status_code == 404, (method, path, answer.text)
            assert "Marisol" not in answer.text
    assert house.get(mail) == before


@pytest.mark.parametrize(
    "path", ["/", "/mails/1", "/interviews/1/debrief", "/sent", "/new", "/mailboxes"]
)
def test_markup_in_any_field_is_shown_as_text(
    house: House, stranger: requests.Session, path: str
) -> None:
    """Whatever a name, a company or a text holds, no page runs it."""
    interview = make_met(company=f"A {EVIL}")
    person = Person(f"Marisol {EVIL}", "m.duarte@tidewater.example", is_met=True, line=EVIL)
    house.submit(replace(interview, role=EVIL, reasons=f"I like {EVIL}.", people=(person,)))
    script = make_script(house, house.app.office.candidate().id)
    script.ask("PATCH", "/follow-ups/1", json={"subject": EVIL}, headers={"If-Match": "*"})
    script.post("/follow-ups/1/sent")
    script.session.close()
    come_in(house, stranger)
    answer = stranger.get(f"{house.url}{path}", timeout=30)
    assert answer.ok, answer.text
    assert "<script>window" not in answer.text
    assert "<img src=x" not in answer.text
    if path not in ("/new", "/mailboxes"):
        assert "&lt;script&gt;window" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/static/../application.py", "/static/%2e%2e/application.py", "/static//etc/passwd"]
)
def test_only_what_is_static_is_served(house: House, client: requests.Session, path: str) -> None:
    """No way leads out of its folder."""
    request = requests.Request("GET", house.url).prepare()
    request.url = f"{house.url}{path}"
    answer = client.send(request, timeout=30)
    assert answer.status_code == 404
    assert "import" not in answer.text


def _add_stranger(house: House) -> int:
    stranger = {"name": "Bo Stranger", "zone": "Europe/London", "language": "en", "signature": []}
    with house.app.database.write() as connection:
        return int(
            connection.execute(
                sa.insert(candidates)
                .values(**stranger, created_at=TUESDAY)
                .returning(candidates.c.id)
            ).scalar_one()
        )
