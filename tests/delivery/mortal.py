"""Runs `callback` in processes that end or freeze themselves at one use of their database.

A process of its own imports the product once and forks for each command, so that a test can have
hundreds of real processes killed in little time. In a fork nothing is replaced: SIGKILL comes at
the wanted moment, from inside.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Moment = Literal["commit", "begin"]
"""Before a commit, or before the next transaction: after the commit before it, and its calls."""


_ACTS = frozenset({"http.client.send", "os.rename", "os.link", "os.remove"})
"""What Python says to an audit hook when the outside is changed."""


@dataclass(frozen=True, slots=True)
class Mortals:
    """The process that forks."""

    process: subprocess.Popen[str]

    def run(
        self, environment: Mapping[str, str], arguments: Sequence[str], moment: Moment, at: int
    ) -> bool:
        """Run one command that is killed at its `at`-th such moment; say whether it came to it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"environment": dict(environment), "arguments": list(arguments)}
        self.process.stdin.write(json.dumps({**order, "moment": moment, "at": at}) + "\n")
        self.process.stdin.flush()
        end = int(self.process.stdout.readline())
        assert end in (0, -signal.SIGKILL), f"the command ended with {end}"
        return end != 0


@contextmanager
def starting(log: Path) -> Iterator[Mortals]:
    """Start the process that forks; what its forks say goes to the file `log`."""
    with log.open("a") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    try:
        yield Mortals(process)
    finally:
        process.stdin.close() if process.stdin else None
        process.wait(20)
        process.stdout.close() if process.stdout else None


def _serve() -> None:
    """Fork for each order that is read, and say how the fork ended."""
    _import_product()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _obey(order)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


def _obey(order: Mapping[str, Any]) -> None:
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(order["environment"])
    _die_at(order["moment"], order["at"])
    from service.cli import run

    exit_code = run(order["arguments"])
    sys.stderr.flush()
    os._exit(exit_code)


def _die_at(moment: Moment, at: int) -> None:
    """Send SIGKILL at the `at`-th moment.

    Before a commit that writes; or before a transaction begins, if anything has been done to the
    outside since the last one began: a commit, a request or a change to a file.
    """
    import sqlalchemy as sa

    seen = 0
    has_acted = True

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def begin(_connection: sa.Connection) -> None:
        nonlocal has_acted
        if has_acted:
            has_acted = False
            count()

    def commit(connection: sa.Connection) -> None:
        nonlocal has_acted
        if connection.get_execution_options().get("callback_writes"):
            has_acted = True
            if moment == "commit":
                count()

    def act(event: str, _arguments: object) -> None:
        nonlocal has_acted
        has_acted = has_acted or event in _ACTS

    sa.event.listen(sa.Engine, "commit", commit)
    if moment == "begin":
        sa.event.listen(sa.Engine, "begin", begin)
        sys.addaudithook(act)


def _import_product() -> None:
    import googleapiclient.discovery
    import msal

    import providers.gmail_sign_in
    import providers.local
    import providers.outlook_sign_in
    import service.cli
    import service.daemon

    del googleapiclient, msal, providers, service


if __name__ == "__main__":
    _serve()
