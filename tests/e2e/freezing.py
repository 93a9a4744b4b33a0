"""Runs `callback` in a process that freezes itself between its announcement and the call.

SIGSTOP comes from inside, at the first use of the database after the commit that announces a send;
until SIGCONT the process does nothing, as when the lid of a laptop is closed. All else in it is the
product: `python -m tests.e2e.freezing run`.
"""

import signal
import threading
from typing import Any

import sqlalchemy as sa

from service.cli import main


def _freeze_once_announced() -> None:
    announcing: set[int] = set()

    def execute(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if statement.startswith("UPDATE attempts") and "announced" in str(given):
            announcing.add(threading.get_ident())

    def begin(_connection: sa.Connection) -> None:
        if threading.get_ident() in announcing:
            announcing.clear()
            # To this very thread: sent to the process, it could come to another a moment later.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    sa.event.listen(sa.Engine, "after_cursor_execute", execute)
    sa.event.listen(sa.Engine, "begin", begin)


if __name__ == "__main__":
    _freeze_once_announced()
    main()
