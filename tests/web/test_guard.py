"""What has no business here is refused before any page is reached."""

import http.client
import socket

import pytest
import requests

from service.web import guard
from tests.web.conftest import mark_in
from tests.web.house import House


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "127.0.0.1.example"])
def test_a_name_that_is_not_ours_is_refused(
    house: House, client: requests.Session, host: str
) -> None:
    """DNS rebinding: a page elsewhere that points its own name at this computer learns nothing."""
    answer = client.get(f"{house.url}/", headers={"Host": host})
    assert answer.status_code == 421
    assert "Ana" not in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_a_form_of_another_page_is_refused(
    house: House, client: requests.Session, origin: str
) -> None:
    """Even with the session's own mark."""
    mark = mark_in(client.get(f"{house.url}/mailboxes").text)
    answer = client.post(f"{house.url}/leave", data={"csrf": mark}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert client.get(f"{house.url}/").status_code == 200


def test_every_answer_forbids_what_the_page_does_not_need(
    house: House, stranger: requests.Session
) -> None:
    """Pages, refusals and files alike."""
    for path, host in (("/", None), ("/enter", None), ("/static/page.css", None), ("/", "evil")):
        answer = stranger.get(house.url + path, headers={"Host": host} if host else {})
        for name, value in guard.HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("has_length", [True, False], ids=["said", "unsaid"])
def test_a_body_that_is_too_large_is_refused(
    house: House, client: requests.Session, *, has_length: bool
) -> None:
    """Whether or not its size is said before."""
    files = {"file": ("invitation.ics", b"x" * guard.LARGEST_BODY)}
    whole = requests.Request("POST", f"{house.url}/new/invitation", files=files).prepare()
    assert isinstance(whole.body, bytes)
    body = whole.body
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    try:
        answer = client.post(
            f"{house.url}/new/invitation",
            data=body if has_length else pieces,
            headers={"Content-Type": whole.headers["Content-Type"]},
        )
    except requests.ConnectionError:
        return  # refused so early that the rest could not be sent
    assert answer.status_code == 413


def test_a_body_that_never_ends_is_given_up(
    house: House, client: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread is not held by whoever sends a byte now and then."""
    monkeypatch.setattr(guard, "LONGEST_BODY_SECONDS", 0.3)
    port = int(house.url.rpartition(":")[2])
    cookie = "; ".join(f"{each.name}={each.value}" for each in client.cookies)
    head = (
        f"POST /new HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nx"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 408


@pytest.mark.parametrize(
    "path", ["/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2f..%2fapp.py"]
)
def test_no_path_leads_out_of_the_files_of_the_page(house: House, path: str) -> None:
    """Path traversal, written in every way."""
    port = int(house.url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": f"localhost:{port}"})
    assert connection.getresponse().status == 404
    connection.close()
