"""Runs `callback` in a process that freezes itself between its announcements and the calls.

Told how many, it waits until so many threads have each announced a send, and holds every one at its
first use of the database after that commit. SIGSTOP then comes from inside: until SIGCONT the
process does nothing, as when the lid of a laptop is closed. All else in it is the product, now and
afterwards: `python -m tests.e2e.freezing 4 run`.
"""

import signal
import sys
import threading
from typing import Any

import sqlalchemy as sa

from service.cli import main


def _freeze_once_announced(sends: int) -> None:
    announced: set[int] = set()
    waiting: list[int] = []
    is_over = threading.Event()

    def execute(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if statement.startswith("UPDATE attempts") and "announced" in str(given):
            announced.add(threading.get_ident())

    def begin(_connection: sa.Connection) -> None:
        # It is a reading transaction that begins here: whoever waits keeps nobody from writing.
        if is_over.is_set() or threading.get_ident() not in announced:
            return
        waiting.append(threading.get_ident())
        if len(waiting) < sends:
            is_over.wait()
            return
        # To this very thread: sent to the process, it could come to another a moment later.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        is_over.set()

    sa.event.listen(sa.Engine, "after_cursor_execute", execute)
    sa.event.listen(sa.Engine, "begin", begin)


if __name__ == "__main__":
    _freeze_once_announced(int(sys.argv.pop(1)))
    main()
