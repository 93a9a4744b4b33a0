"""What every loopback service is built on: start and stop, the log of requests, faults, hands.

What a request means is left to the subclass's `handle`, which is called under `lock`, one request
at a time; whatever a test reads or changes of a service's state it does under the same lock. A
request is in `log`, with the status it got, before its answer leaves, so a client that has its
answer finds itself there.
"""

import ssl
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

from tests.loopback.exchange import Request, Response, request_to
from tests.loopback.faults import WAIT_SECONDS, Ending, Fault, Faults, fault_from_json
from tests.loopback.wire import Greeting, Listener

__all__ = [
    "WAIT_SECONDS",
    "Authority",
    "Entry",
    "Fault",
    "Faults",
    "LoopbackServer",
    "Request",
    "Response",
    "request_to",
]


class Authority:
    """A certificate authority kept in a folder; the servers of one test session share it.

    A folder that already holds one is read, so that servers in several processes can share too.
    """

    def __init__(self, folder: Path) -> None:
        self.ca_bundle = folder / "loopback-ca.pem"
        key = folder / "loopback-ca.key"
        if self.ca_bundle.exists():
            self._ca = trustme.CA.from_pem(self.ca_bundle.read_bytes(), key.read_bytes())
            return
        folder.mkdir(parents=True, exist_ok=True)
        self._ca = trustme.CA()
        key.write_bytes(self._ca.private_key_pem.bytes())
        self.ca_bundle.write_bytes(self._ca.cert_pem.bytes())

    def write_certificate(self, folder: Path) -> tuple[Path, Path]:
        """Write a fresh certificate for localhost and its key, and return both files."""
        issued = self._ca.issue_cert("localhost", "127.0.0.1")
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key.write_bytes(issued.private_key_pem.bytes())
        return certificate, key

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context with a fresh certificate for localhost and 127.0.0.1."""
        return _certify(self._ca)


@cache
def _untrusted_context() -> ssl.SSLContext:
    """Return a TLS context with the certificate of an authority that nobody has heard of."""
    return _certify(trustme.CA())


def _certify(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in the log. `status` is None while it is held or when it got no whole answer."""

    number: int
    at: float
    method: str
    path: str
    status: int | None
    note: str
    request: Request = field(repr=False)


class LoopbackServer(ABC):
    """An HTTPS server on 127.0.0.1, named `localhost`.

    It keeps its port and its state over `stop` and another `start`, which together are an outage.
    With `has_admin` the requests below /_test/ are hands for tests in another process; they are
    not logged and meet no faults.
    """

    def __init__(self, authority: Authority, *, port: int = 0, has_admin: bool = False) -> None:
        self.lock = threading.RLock()
        self.faults = Faults(self.lock)
        self.has_admin = has_admin
        self.date_is_off_by = timedelta()
        """By how much the header Date of every answer differs from this computer's clock."""
        self._authority = authority
        self._port = port
        self._changed = threading.Condition(self.lock)
        self._log: list[Entry] = []
        self._crashes: list[Exception] = []
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None
        self._doors: list[tuple[Listener, threading.Thread]] = []

    @abstractmethod
    def handle(self, request: Request) -> Response:
        """Execute one request; called under `lock`."""

    def handle_admin(self, request: Request) -> Response | None:
        """Answer a request below /_test/ that only this service knows; called under `lock`."""
        del request
        return None

    @property
    def url(self) -> str:
        """The server's address, without a slash at the end; known from the first start on."""
        if not self._port:
            raise RuntimeError("the server has no port before its first start")
        return f"https://localhost:{self._port}"

    @property
    def ca_bundle(self) -> Path:
        """The PEM file that a client has to trust."""
        return self._authority.ca_bundle

    @property
    def log(self) -> tuple[Entry, ...]:
        """Every request so far, in the order of arrival."""
        with self.lock:
            return tuple(self._log)

    def requests_to(self, method: str, path_pattern: str) -> tuple[Entry, ...]:
        """Return the log's entries with this method whose whole path matches the expression."""
        is_wanted = request_to(method, path_pattern)
        return tuple(entry for entry in self.log if is_wanted(entry.request))

    def wait_for(self, is_reached: Callable[[], bool], timeout: float = WAIT_SECONDS) -> None:
        """Wait until the condition holds, looking whenever a request arrived or was executed."""
        with self._changed:
            if not self._changed.wait_for(is_reached, timeout):
                raise TimeoutError("the loopback server did not see what was waited for")

    def start(self) -> Self:
        """Listen, and serve in threads of its own."""
        self._listener, self._thread = self._listen(self._port)
        self._port = self._listener.port
        return self

    def open_door(self) -> str:
        """Listen on another port, too, until the server stops; return the address there.

        By the host that a request names its client can be told from others.
        """
        listener, thread = self._listen(0)
        self._doors.append((listener, thread))
        return f"https://localhost:{listener.port}"

    def _listen(self, port: int) -> tuple[Listener, threading.Thread]:
        own = self._authority.server_context()
        listener = Listener(
            port, lambda greeting: own if greeting == "tls" else _untrusted_context(), self.process
        )
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        return listener, thread

    def stop(self) -> None:
        """End every connection and thread; raise what failed inside the service itself, if any."""
        if self._listener is None or self._thread is None:
            return
        self._listener.is_stopping = True
        self.faults.release()
        for listener, thread in (*self._doors, (self._listener, self._thread)):
            listener.is_stopping = True
            listener.shutdown()
            thread.join()
            listener.end_connections()
            listener.server_close()
        self._doors.clear()
        self._listener = self._thread = None
        if self._crashes:
            raise RuntimeError("the loopback service itself failed") from self._crashes[0]

    def greet(self, greeting: Greeting) -> None:
        """Meet new connections in another way from now on, and end those that there are."""
        if self._listener is None:
            raise RuntimeError("the server is stopped")
        self._listener.greeting = greeting
        self._listener.end_connections()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def process(self, request: Request) -> tuple[Response | None, Ending | None]:
        """Log and execute one request; return what to answer and how to break the answer."""
        answer, ending = self._process(request)
        if answer is not None:
            date = format_datetime(datetime.now(UTC) + self.date_is_off_by, usegmt=True)
            answer = replace(answer, headers={"Date": date, **answer.headers})
        return answer, ending

    def _process(self, request: Request) -> tuple[Response | None, Ending | None]:
        if self.has_admin and request.path.startswith("/_test/"):
            try:
                return self._administer(request), None
            except Exception as error:  # noqa: BLE001 - told to the test at the other end
                return Response(400, json={"error": repr(error)}), None
        number = self._note_arrival(request)
        fault = self.faults.take(request)
        if fault is None:
            answer = self._execute(request)
            self._note_answer(number, answer.status, "")
            return answer, None
        executed = self._execute(request) if fault.when == "after" else None
        if fault.what == "hang":
            return self._hold(fault, number, request, executed)
        bent, ending = fault.bend(executed)
        self._note_answer(number, bent.status if bent and not ending else None, fault.note)
        fault.announce()
        return bent, ending

    def _hold(
        self, fault: Fault, number: int, request: Request, executed: Response | None
    ) -> tuple[Response | None, Ending | None]:
        self._note_answer(number, None, fault.note)
        fault.announce()
        if not self._is_stopping:
            fault.hold()
        if self._is_stopping:
            return None, "drop"
        answer = executed or self._execute(request)
        self._note_answer(number, answer.status, fault.note)
        return answer, None

    @property
    def _is_stopping(self) -> bool:
        return self._listener is None or self._listener.is_stopping

    def _execute(self, request: Request) -> Response:
        with self.lock:
            try:
                return self.handle(request)
            except Exception as error:  # noqa: BLE001 - kept, and raised by stop()
                self._crashes.append(error)
                return Response(500, json={"loopback_failure": repr(error)})

    def _note_arrival(self, request: Request) -> int:
        with self._changed:
            number = len(self._log) + 1
            self._log.append(
                Entry(number, time.monotonic(), request.method, request.path, None, "", request)
            )
            self._changed.notify_all()
            return number

    def _note_answer(self, number: int, status: int | None, note: str) -> None:
        with self._changed:
            self._log[number - 1] = replace(self._log[number - 1], status=status, note=note)
            self._changed.notify_all()

    def _administer(self, request: Request) -> Response:
        with self.lock:
            match (request.method, request.path):
                case ("GET", "/_test/log"):
                    return Response(json=[_entry_as_json(entry) for entry in self._log])
                case ("POST", "/_test/faults"):
                    self.faults.add(fault_from_json(request.json()))
                    return Response(json={})
                case ("POST", "/_test/release"):
                    self.faults.release()
                    return Response(json={})
            return self.handle_admin(request) or Response(404, json={"error": "no such hand"})


def _entry_as_json(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at,
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "note": entry.note,
    }
