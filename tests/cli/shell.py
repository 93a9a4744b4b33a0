"""Types commands in this process, at a moment that stands still, and keeps what they printed."""

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service import cli, outbox
from service.outbox import transitions
from tests.databases import list_rows
from tests.factories import open_test_app


@dataclass(frozen=True, slots=True)
class Printed:
    """What one command left: its exit code, the data, and what it said beside them."""

    code: int
    out: str
    err: str


class Shell:
    """The command line of one installation. There is nobody to ask: standard input is a file."""

    def __init__(
        self,
        home: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        moment: datetime,
    ) -> None:
        self.home = home
        self._capsys = capsys
        self.environment = monkeypatch
        self.wait_until(moment)

    def wait_until(self, moment: datetime) -> None:
        """Let every command from now on see the clock stand at `moment`."""
        self.environment.setenv("CALLBACK_CLOCK", f"{moment.isoformat()},rate=0")

    def __call__(self, *arguments: str, expect: int = 0, typed: bytes = b"") -> Printed:
        """Run one command to its end."""
        self._capsys.readouterr()
        with io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8") as stdin:
            self.environment.setattr(sys, "stdin", stdin)
            code = cli.run(list(arguments))
        printed = Printed(code, *self._capsys.readouterr())
        assert code == expect, f"{arguments}: {printed.out}\n{printed.err}"
        return printed

    def json(self, *arguments: str) -> Any:
        """Run one command with `--json` and return what it printed as a value."""
        return json.loads(self(*arguments, "--json").out)

    def mails(self) -> dict[str, dict[str, Any]]:
        """Return every mail by its id, as `list --all --json` shows it."""
        return {mail["id"]: mail for mail in self.json("list", "--all")}

    def states(self) -> dict[str, str]:
        """Return by reader in which state a mail is, and what it waits for."""
        return {
            mail["to"]["name"]: ": ".join(filter(None, (mail["state"], mail["waiting_for"])))
            for mail in self.mails().values()
        }

    def bring(self, follow_up_id: int, state: str) -> None:
        """Let an attempt end as delivery would end it: without an answer, refused, put off."""
        at = datetime(2026, 12, 9, 9, 20, tzinfo=UTC)
        with open_test_app(self.home) as app, app.database.write() as connection:
            follow_up = outbox.get(connection, follow_up_id)
            assert follow_up.mailbox_id is not None
            claimed = outbox.claim(
                connection,
                follow_up,
                mailbox_id=follow_up.mailbox_id,
                access="send-only",
                owner="test",
                at=at,
            )
            attempt_id = claimed.attempt_id
            assert attempt_id is not None
            if state == "sending":
                return
            outbox.end_attempt(connection, attempt_id, at=at, outcome="test")
            if state == "postponed":
                outbox.postpone(
                    connection,
                    follow_up_id,
                    attempt_id=attempt_id,
                    next_try_at=at + timedelta(minutes=20),
                    at=at,
                    reason="a test",
                )
                return
            end = {"unconfirmed": transitions.lose, "failed": transitions.refuse}[state]
            end(connection, follow_up_id, attempt_id=attempt_id, at=at, reason="a test")

    def refuse(self, *arguments: str, typed: bytes = b"") -> str:
        """Run a command that must be refused and must leave no trace; return what it said."""
        before = list_rows(self.home)
        self._capsys.readouterr()
        with io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8") as stdin:
            self.environment.setattr(sys, "stdin", stdin)
            code = cli.run(list(arguments))
        out, err = self._capsys.readouterr()
        assert code in (1, 2), f"{arguments}: {out}\n{err}"
        assert out == ""
        assert err.strip()
        assert list_rows(self.home) == before
        return err
