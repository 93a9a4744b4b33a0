"""Disturbances of the exchange between a client and a loopback server.

A fault is chosen when its request arrives. "before" means that the service never sees the request,
"after" that the service executes it and only the answer is different, broken or missing.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.loopback.exchange import Request, Response, request_to

WAIT_SECONDS = 20.0
"""Longest wait of a test for something that another thread or process is to do."""

Ending = Literal["drop", "reset", "hang", "truncate", "garbage"]
When = Literal["before", "after"]

GARBAGE = Response(200, body=b'{"id": "', headers={"Content-Type": "application/json"})


@dataclass(eq=False, slots=True)
class Fault:
    """A disturbance of the next `times` requests that match (of all, if None).

    `what` is an answer to give in place of the service's, or how the exchange ends: "drop" closes
    the connection without an answer, "reset" resets it, "truncate" sends half of the body (of an
    empty one: half of the status line) and closes, "garbage" answers 200 with broken JSON. "hang"
    holds the request until `release`, which lets it go on as if nothing had been; when the server
    stops first, it ends without an answer and, with "before", unexecuted.
    """

    matches: Callable[[Request], bool]
    when: When
    what: Response | Ending
    times: int | None = 1
    hits: int = field(default=0, init=False)
    _hit: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _released: threading.Event = field(default_factory=threading.Event, init=False, repr=False)

    @property
    def note(self) -> str:
        """What the log says of a request that met this fault."""
        return f"{self.when} {self.what if isinstance(self.what, str) else self.what.status}"

    def wait_until_hit(self, timeout: float = WAIT_SECONDS) -> None:
        """Wait until a request has met this fault; raise TimeoutError when none does.

        With "after" the request has been executed by then. The client need not have noticed yet.
        """
        if not self._hit.wait(timeout):
            raise TimeoutError(f"no request met the fault {self.note}")

    def release(self) -> None:
        """Let go what a "hang" holds; it holds nothing any more."""
        self._released.set()

    def announce(self) -> None:
        """Say that a request has met this fault; called by the server alone."""
        self._hit.set()

    def hold(self) -> None:
        """Block until `release`; called by the server alone."""
        self._released.wait()

    def bend(self, answer: Response | None) -> tuple[Response | None, Ending | None]:
        """Return what is left of the service's answer, and how it is broken on the wire."""
        if isinstance(self.what, Response):
            return self.what, None
        if self.what == "garbage":
            return GARBAGE, None
        if self.what == "truncate":
            return answer or GARBAGE, self.what
        return None, self.what


class Faults:
    """The faults of one server, oldest first; of several that match, the oldest is used."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._armed: list[Fault] = []
        self._used_up: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Arm a fault and return it."""
        with self._lock:
            self._armed.append(fault)
        return fault

    def clear(self) -> None:
        """Release everything that is held and forget every fault."""
        with self._lock:
            self.release()
            self._armed.clear()
            self._used_up.clear()

    def release(self) -> None:
        """Let go every request that is held; faults not met yet stay armed."""
        with self._lock:
            for fault in (*self._armed, *self._used_up):
                if fault.hits:
                    fault.release()

    def take(self, request: Request) -> Fault | None:
        """Use up one time of the fault that this request meets, if any."""
        with self._lock:
            for fault in self._armed:
                if fault.matches(request):
                    fault.hits += 1
                    if fault.hits == fault.times:
                        self._armed.remove(fault)
                        self._used_up.append(fault)
                    return fault
        return None


class Slow(Faults):
    """No fault: every answer is a while on its way, as from a server far off."""

    def __init__(self, lock: threading.RLock, seconds: float) -> None:
        super().__init__(lock)
        self._seconds = seconds
        self._released = threading.Event()

    def release(self) -> None:
        """Answer at once from now on."""
        self._released.set()
        super().release()

    def take(self, request: Request) -> Fault | None:
        """Let time pass before the request is executed."""
        self._released.wait(self._seconds)
        return super().take(request)


def fault_from_json(data: dict[str, Any]) -> Fault:
    """Build a fault from {"method", "path" (an expression), "when", "what", "times"}."""
    what = data["what"]
    return Fault(
        request_to(data["method"], data["path"]),
        data["when"],
        Response(**what) if isinstance(what, dict) else what,
        data.get("times", 1),
    )
