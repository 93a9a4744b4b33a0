"""The desk at which rounds are worked: few sit at it, however many wait for their provider."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

SEATS = 3
"""How many rounds compute at the same time.

Python runs one thread at a time. When more than four compute, each hands the interpreter on every
few milliseconds in the midst of a transaction that others wait for, and they may never catch up:
of 2,000 mails over 20 seconds one in a hundred was up to 1.7 s late with 16, 0.1 s with up to 4.
See docs/adr/0013-writing-in-turns.md.
"""


class Desk:
    """A few seats, shared by the threads of one process. Nobody waits for one in a transaction.

    They are taken in the order in which they were asked for, which a semaphore does not promise.
    """

    def __init__(self, seats: int = SEATS) -> None:
        self._free = seats
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Take a seat, and give it up at the end."""
        self._take()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Give up the seat that this thread has, to wait for a network; take one again after."""
        self._leave()
        try:
            yield
        finally:
            self._take()

    def pass_on(self) -> None:
        """Let whoever waits have the seat that this thread has, and take the next."""
        with self.away():
            return

    def _take(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = threading.Event()
            self._waiting.append(called)
        called.wait()

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
