"""Who comes in: one-time links, cookies, tokens, and the mark on what changes something."""

import pytest
import requests

from service import visitors
from service.web import entering
from tests.web.conftest import come_in, mark_in
from tests.web.house import House


@pytest.mark.parametrize("path", ["/", "/new", "/mailboxes", "/sent", "/api/v1/events/stream"])
def test_nobody_comes_in_without_a_link(
    house: House, stranger: requests.Session, path: str
) -> None:
    """Every page but the entrance."""
    answer = stranger.get(house.url + path, stream=True)
    assert answer.status_code == 401
    assert "Ana" not in answer.text


def test_looking_at_a_link_uses_nothing_up(house: House, stranger: requests.Session) -> None:
    """A program that opens links by itself must not shut the user out."""
    link = house.link()
    for _ in range(3):
        assert stranger.get(link).status_code == 200
    code = link.partition("code=")[2]
    assert stranger.post(f"{house.url}/enter", data={"code": code}).status_code == 200


def test_a_link_lets_in_once(house: House, stranger: requests.Session) -> None:
    """Whoever finds it later in a history stays outside."""
    link = house.link()
    code = link.partition("code=")[2]
    assert stranger.post(f"{house.url}/enter", data={"code": code}).status_code == 200
    again = requests.post(f"{house.url}/enter", data={"code": code}, timeout=10)
    assert again.status_code == 401
    assert entering.COOKIE not in again.cookies


def test_the_cookie_is_for_this_page_alone(house: House, stranger: requests.Session) -> None:
    """No script reads it, and no other page can have it sent along."""
    code = house.link().partition("code=")[2]
    answer = stranger.post(f"{house.url}/enter", data={"code": code}, allow_redirects=False)
    written = answer.headers["Set-Cookie"]
    assert "HttpOnly" in written
    assert "SameSite=strict" in written


def test_guessing_is_stopped(house: House, stranger: requests.Session) -> None:
    """After ten vain attempts the eleventh is refused, whatever it says."""
    for _ in range(entering.MOST_FAILURES):
        assert stranger.post(f"{house.url}/enter", data={"code": "x"}).status_code == 401
    code = house.link().partition("code=")[2]
    answer = stranger.post(f"{house.url}/enter", data={"code": code})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("mark", [None, "", "0" * 64])
def test_what_changes_something_needs_the_sessions_mark(
    house: House, client: requests.Session, mark: str | None
) -> None:
    """A form without it, or with another one, changes nothing."""
    (mail, *_) = house.submit_examples()
    data = {} if mark is None else {"csrf": mark}
    answer = client.post(f"{house.url}/mails/{mail.id}/stop", data=data)
    assert answer.status_code == 403
    assert house.get(mail).state == mail.state


def test_whoever_leaves_is_outside(house: House, client: requests.Session) -> None:
    """The session has ended here, and not only in the browser."""
    cookies = client.cookies.copy()
    mark = mark_in(client.get(f"{house.url}/mailboxes").text)
    assert client.post(f"{house.url}/leave", data={"csrf": mark}).status_code == 200
    again = requests.get(f"{house.url}/", cookies=cookies, timeout=10)
    assert again.status_code == 401


def test_a_token_comes_in_until_it_is_revoked(house: House, stranger: requests.Session) -> None:
    """A script needs no cookie and no mark."""
    candidate = house.app.office.candidate()
    token = visitors.make_token(house.app.database, "script", candidate.id)
    headers = {"Authorization": f"Bearer {token}"}
    assert stranger.get(f"{house.url}/", headers=headers).status_code == 200
    (listed,) = visitors.list_tokens(house.app.database)
    assert listed.used_at is not None
    visitors.revoke_token(house.app.database, listed.id)
    assert stranger.get(f"{house.url}/", headers=headers).status_code == 401


def test_an_operator_sees_no_mails(house: House, stranger: requests.Session) -> None:
    """Their token belongs to no candidate."""
    token = visitors.make_token(house.app.database, "operator", None)
    answer = stranger.get(f"{house.url}/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_what_lets_in_is_not_in_the_database(house: House, stranger: requests.Session) -> None:
    """Whoever reads the file cannot come in with it."""
    come_in(house, stranger)
    link = house.link().partition("code=")[2]
    token = visitors.make_token(house.app.database, "script", house.app.office.candidate().id)
    stored = b"".join(path.read_bytes() for path in house.app.folder.glob("callback.db*"))
    for secret in (link, token, stranger.cookies[entering.COOKIE]):
        assert secret.encode() not in stored
