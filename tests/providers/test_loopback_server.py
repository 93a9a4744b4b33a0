"""The server under the loopback services: its faults, its log, its start and stop."""

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httplib2
import pytest
import requests

from tests.loopback.faults import Ending, When
from tests.loopback.server import (
    Authority,
    Fault,
    LoopbackServer,
    Request,
    Response,
    request_to,
)


class Counter(LoopbackServer):
    """A service that counts the posts it has executed."""

    count = 0

    def handle(self, request: Request) -> Response:
        """Count a post; fail on a delete; answer a put with nothing."""
        if request.method == "DELETE":
            raise ZeroDivisionError
        if request.method == "PUT":
            return Response(202)
        self.count += request.method == "POST"
        return Response(json={"count": self.count})


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return one certificate authority for all servers of this file."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority) -> Iterator[Counter]:
    """Serve a counter."""
    with Counter(authority) as counter:
        yield counter


@pytest.fixture
def session(server: Counter) -> Iterator[requests.Session]:
    """Return a client that trusts the server and nothing else."""
    with requests.Session() as client:
        client.trust_env = False
        client.verify = str(server.ca_bundle)
        yield client


def _post(session: requests.Session, server: Counter) -> requests.Response:
    return session.post(f"{server.url}/count", timeout=20)


def test_connection_is_kept_for_further_requests(server: Counter) -> None:
    """Two requests travel over one connection, as with the real services."""
    context = ssl.create_default_context(cafile=str(server.ca_bundle))
    port = int(server.url.rpartition(":")[2])
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=20)
    connection.request("POST", "/count")
    assert json.loads(connection.getresponse().read()) == {"count": 1}
    first = connection.sock
    connection.request("POST", "/count")
    assert json.loads(connection.getresponse().read()) == {"count": 2}
    assert connection.sock is first
    connection.close()


def test_log_holds_each_request_before_its_client_has_the_answer(
    server: Counter, session: requests.Session
) -> None:
    """A test that has an answer can assert at once how often it was asked."""
    _post(session, server)
    session.get(f"{server.url}/other?x=1", timeout=20)
    told = [(entry.number, entry.method, entry.path, entry.status) for entry in server.log]
    assert told == [(1, "POST", "/count", 200), (2, "GET", "/other", 200)]
    assert server.log[1].request.query == {"x": ["1"]}
    assert [entry.number for entry in server.requests_to("POST", "/co.*")] == [1]


@pytest.mark.parametrize(("when", "executed"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("what", ["drop", "reset", "truncate"])
def test_broken_exchange_executes_only_a_fault_that_comes_after(
    server: Counter, session: requests.Session, when: When, executed: int, what: Ending
) -> None:
    """A lost answer says nothing about execution; the test alone knows, by `when`."""
    server.faults.add(Fault(request_to("POST", "/count"), when, what))
    with pytest.raises(requests.exceptions.RequestException):
        _post(session, server)
    assert server.count == executed
    assert [(entry.status, entry.note) for entry in server.log] == [(None, f"{when} {what}")]


def test_truncated_empty_answer_is_no_answer(server: Counter, session: requests.Session) -> None:
    """A 202 without a body that is cut short is never taken for the 202."""
    server.faults.add(Fault(request_to("PUT", "/count"), "after", "truncate"))
    with pytest.raises(requests.exceptions.ConnectionError, match="BadStatusLine"):
        session.put(f"{server.url}/count", timeout=20)


@pytest.mark.parametrize(("when", "executed"), [("before", 0), ("after", 1)])
def test_answer_is_replaced_before_or_after_execution(
    server: Counter, session: requests.Session, when: When, executed: int
) -> None:
    """A given answer stands in for the service's, executed or not."""
    busy = Response(503, json={"error": "busy"}, headers={"Retry-After": "7"})
    server.faults.add(Fault(request_to("POST", "/count"), when, busy))
    answer = _post(session, server)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert server.count == executed
    assert server.log[0].status == 503


@pytest.mark.parametrize(("when", "executed"), [("before", 0), ("after", 1)])
def test_garbage_is_a_success_that_cannot_be_read(
    server: Counter, session: requests.Session, when: When, executed: int
) -> None:
    """Status 200 with half a JSON document."""
    server.faults.add(Fault(request_to("POST", "/count"), when, "garbage"))
    answer = _post(session, server)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Unterminated string"):
        json.loads(answer.text)
    assert server.count == executed


@pytest.mark.parametrize(("when", "executed"), [("before", 0), ("after", 1)])
def test_held_request_goes_on_when_released(
    server: Counter, session: requests.Session, when: When, executed: int
) -> None:
    """While it is held a request is executed or not, by `when`; released, it is answered."""
    fault = server.faults.add(Fault(request_to("POST", "/count"), when, "hang"))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(_post, session, server)
        fault.wait_until_hit()
        assert server.count == executed
        assert not answer.done()
        fault.release()
        assert answer.result(20).json() == {"count": 1}
    assert [(entry.status, entry.note) for entry in server.log] == [(200, f"{when} hang")]


@pytest.mark.parametrize(("when", "executed"), [("before", 0), ("after", 1)])
def test_stop_ends_held_requests_and_every_thread(
    authority: Authority, when: When, executed: int
) -> None:
    """Stopping never waits for a fault, and a held request is not executed by the stop."""
    threads = threading.active_count()
    server = Counter(authority).start()
    fault = server.faults.add(Fault(request_to("POST", "/count"), when, "hang", times=None))
    with requests.Session() as session, ThreadPoolExecutor(2) as pool:
        session.trust_env = False
        session.verify = str(server.ca_bundle)
        answers = [pool.submit(_post, session, server) for _ in range(2)]
        server.wait_for(lambda: fault.hits == 2)
        server.stop()
        for answer in answers:
            assert isinstance(answer.exception(20), requests.exceptions.ConnectionError)
    assert server.count == 2 * executed
    assert threading.active_count() == threads


def test_fault_is_used_up_after_its_times(server: Counter, session: requests.Session) -> None:
    """A fault meets as many requests as it says, oldest fault first, and others not at all."""
    server.faults.add(Fault(request_to("POST", "/count"), "before", Response(429), times=2))
    server.faults.add(Fault(request_to("POST", "/count"), "before", Response(500)))
    server.faults.add(Fault(request_to("POST", "/other"), "before", Response(404), times=None))
    statuses = [_post(session, server).status_code for _ in range(4)]
    assert statuses == [429, 429, 500, 200]


def test_httplib2_sends_a_dropped_post_twice_and_requests_once(
    server: Counter, session: requests.Session
) -> None:
    """The log tells requests on the wire, which a library may make more of than were called."""
    server.faults.add(Fault(request_to("POST", "/count"), "after", "drop", times=3))
    with pytest.raises(requests.exceptions.ConnectionError):
        _post(session, server)
    assert server.count == 1
    client = httplib2.Http(ca_certs=str(server.ca_bundle), timeout=20)
    with pytest.raises(http.client.RemoteDisconnected):
        client.request(f"{server.url}/count", "POST")
    client.close()
    assert server.count == 3


def test_client_that_does_not_trust_is_its_own_affair(
    server: Counter, session: requests.Session, capfd: pytest.CaptureFixture[str]
) -> None:
    """A failed handshake prints nothing, is no request, and harms nobody else."""
    stranger = ssl.create_default_context()
    port = int(server.url.rpartition(":")[2])
    connection = http.client.HTTPSConnection("localhost", port, context=stranger, timeout=20)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("POST", "/count")
    connection.close()
    assert _post(session, server).json() == {"count": 1}
    assert len(server.log) == 1
    assert capfd.readouterr() == ("", "")


def test_stopped_server_refuses_and_comes_back_as_it_was(
    server: Counter, session: requests.Session
) -> None:
    """An outage is a stop and a start: same address, same state, no new certificate authority."""
    _post(session, server)
    server.stop()
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        _post(session, server)
    server.start()
    assert _post(session, server).json() == {"count": 2}


def test_failure_of_the_service_itself_is_raised_at_stop(authority: Authority) -> None:
    """A bug in a loopback service fails the test instead of looking like a server's 500."""
    server = Counter(authority).start()
    requests.delete(f"{server.url}/", verify=str(server.ca_bundle), timeout=20)
    with pytest.raises(RuntimeError, match="loopback service itself") as raised:
        server.stop()
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_wait_that_nothing_ends_says_so(server: Counter) -> None:
    """A condition that is never reached ends the wait with an error."""
    with pytest.raises(TimeoutError, match="did not see"):
        server.wait_for(lambda: server.count == 1, timeout=0.01)


def test_authority_is_read_from_its_folder(authority: Authority, tmp_path: Path) -> None:
    """Servers of several processes share one CA by sharing its folder."""
    first = Authority(tmp_path)
    with Counter(Authority(tmp_path)) as server:
        answer = requests.get(server.url, verify=str(first.ca_bundle), timeout=20)
    assert answer.status_code == 200
    assert first.ca_bundle.read_bytes() != authority.ca_bundle.read_bytes()


def test_hands_for_other_processes_are_there_only_when_asked_for(
    authority: Authority, server: Counter, session: requests.Session
) -> None:
    """Faults and the log can be reached over HTTPS, outside of the log and of the faults."""
    session.get(f"{server.url}/_test/log", timeout=20)
    assert [entry.path for entry in server.log] == ["/_test/log"]
    with Counter(authority, has_admin=True) as open_server:
        fault = {
            "method": "POST",
            "path": "/.*",
            "when": "after",
            "what": {"status": 503, "json": {"error": "busy"}},
        }
        session.post(f"{open_server.url}/_test/faults", json=fault, timeout=20)
        assert _post(session, open_server).status_code == 503
        log = session.get(f"{open_server.url}/_test/log", timeout=20).json()
        wrong = session.post(f"{open_server.url}/_test/faults", json={}, timeout=20)
    assert [(entry["path"], entry["note"]) for entry in log] == [("/count", "after 503")]
    assert wrong.status_code == 400
