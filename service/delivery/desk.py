"""The desk at which rounds are worked: few sit at it, however many wait for their provider."""

import threading
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
    """A few seats, shared by the threads of one process. Nobody waits for one in a transaction."""

    def __init__(self, seats: int = SEATS) -> None:
        self._seats = threading.BoundedSemaphore(seats)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Take a seat, and give it up at the end."""
        with self._seats:
            yield

    @contextmanager
    def away(self) -> Iterator[None]:
        """Give up the seat that this thread has, to wait for a network; take one again after."""
        self._seats.release()
        try:
            yield
        finally:
            self._seats.acquire()
