"""Runs the real `callback` as its users do: real processes, a home of its own, a shifted clock."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from providers.base import Access
from service.actions import planning, submitting
from service.app import LOCAL_FOLDER, App
from service.clock import Clock, real_now, spell
from service.config import Settings
from service.records import Candidate, FollowUp, Interview
from tests.databases import with_storage
from tests.e2e.computer_clock import ComputerClock
from tests.providers.bench import REDIRECT

CALLBACK = (sys.executable, "-m", "service")
_FOREIGN = (
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "SSL_CERT_FILE"),
    *("COLUMNS", "LINES"),
)
"""What whoever runs the tests has set: another certificate authority, a terminal's size."""


STARTED = "service started"
"""What the service writes to its log when it is up."""


@dataclass(slots=True)
class Product:
    """One installation: a home, settings in the environment, and a clock that commands share."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    computer: ComputerClock | None = None
    """The clock of the computer that it runs on, where a test sets that one instead."""
    printed: list[str] = field(default_factory=list)
    """Everything that commands have printed so far."""

    def set_clock(self, start: datetime, *, rate: float = 1.0) -> None:
        """Let every process started from now on share a clock that stands at `start` now."""
        self.clock = Clock(start=start.astimezone(UTC), since=real_now(), rate=rate)

    def environment(self) -> dict[str, str]:
        """Return the environment of a process of this installation."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("CALLBACK_") and name not in _FOREIGN
        }
        own = {
            "CALLBACK_HOME": str(self.home),
            "CALLBACK_NOTIFY__DESKTOP": "false",  # whoever runs the tests is left alone
            "TZ": "Europe/London",
            **self.settings,
        }
        url = with_storage(Settings(), self.home).storage.url
        if url is not None:
            own["CALLBACK_STORAGE__URL"] = url
        if self.computer is not None:
            own |= self.computer.settings()
        elif not self.clock.is_real:
            own["CALLBACK_CLOCK"] = spell(self.clock)
        return inherited | own

    def call(
        self, *arguments: str, typed: str | None = None, expect: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end and return what it printed."""
        done = subprocess.run(
            [*CALLBACK, *arguments],
            env=self.environment(),
            cwd=self.home.parent,
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.printed += [done.stdout, done.stderr]
        assert done.returncode == expect, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done

    def connect(
        self,
        provider: str,
        browse: Callable[[str], str],
        *flags: str,
        name: str | None = None,
        expect: int = 0,
    ) -> str:
        """Connect with `--no-browser`: `browse` turns the page into the pasted address."""
        arguments = ["connect", provider, "--no-browser", *flags]
        arguments += ["--name", name] if name else []
        process = subprocess.Popen(
            [*CALLBACK, *arguments],
            env=self.environment(),
            cwd=self.home.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        answer = browse(url) if url else ""
        out, err = process.communicate(answer + "\n", timeout=60)
        self.printed += [out, err]
        assert process.returncode == expect, f"{url}\n{out}\n{err}"
        return out

    @contextmanager
    def opened(self) -> Iterator[App]:
        """Open the installation in this process, under its clock."""
        clock = self.computer.as_clock() if self.computer else self.clock
        app = App(with_storage(Settings(), self.home), None, folder=self.home, clock=clock)
        try:
            app.prepare()
            yield app
        finally:
            app.close()

    def connect_local(self) -> None:
        """Have a candidate in London whose mails are kept on this computer."""
        with self.opened() as app:
            candidate = app.office.save_candidate(Candidate("Ana Lindqvist", "Europe/London"))
            assert candidate.id is not None
            begun = app.mailboxes.begin(candidate.id, "local", Access.DRAFTS, REDIRECT)
            app.mailboxes.finish(candidate.id, begun.state, "", name=candidate.name)

    def submit(self, interview: Interview, *, fixed_at: datetime | None = None) -> FollowUp:
        """Submit an interview with one reader, whose mail goes from the local mailbox.

        Return the mail; nothing stands against it.
        """
        with self.opened() as app:
            candidate = app.office.candidate()
            kept_here = replace(interview, mailbox="local")
            plan = planning.draw_up(app.office, candidate, kept_here, fixed_at=fixed_at)
            (follow_up,) = submitting.submit(app.office, candidate, plan).follow_ups
        assert follow_up.state == "scheduled", follow_up.waiting_for
        return follow_up

    def kept(self) -> list[Path]:
        """Return the mails that went from the local mailbox."""
        folder = self.home / LOCAL_FOLDER / "new"
        return list(folder.iterdir()) if folder.exists() else []

    def mails(self) -> list[dict[str, Any]]:
        """Return what `list --all --json` shows."""
        listed: list[dict[str, Any]] = json.loads(self.call("list", "--all", "--json").stdout)
        return listed

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Start the service; its log goes to `log`."""
        with log.open("ab") as stream:
            return subprocess.Popen(
                [*CALLBACK, "run"],
                env=self.environment(),
                cwd=self.home.parent,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

    def start_fully(self, log: Path) -> subprocess.Popen[bytes]:
        """Start the service and wait until it says that it has started: it heeds signals now."""
        before = log.read_text().count(STARTED) if log.exists() else 0
        process = self.start(log)
        while log.read_text().count(STARTED) == before:
            assert process.poll() is None, log.read_text()[-2000:]
        return process

    @contextmanager
    def running(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Run the service around a block; stop it with SIGTERM, which must end it cleanly."""
        process = self.start_fully(log)
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, log.read_text()
        finally:
            process.kill()
            process.wait()

    def wait_for_log(
        self, process: subprocess.Popen[bytes], log: Path, sentence: str, *, times: int = 1
    ) -> None:
        """Wait until the service has written a sentence to its log so many times."""
        give_up = time.monotonic() + 30
        while log.read_text().count(sentence) < times:
            assert time.monotonic() < give_up, log.read_text()[-2000:]
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
                raise AssertionError(log.read_text()[-2000:])

    def wait_until(self, moment: datetime) -> None:
        """Let real time pass until this installation's clock has reached `moment`."""
        waiting = subprocess.run(
            ["sleep", f"{self.clock.seconds_until(moment):.3f}"], check=True, timeout=300
        )
        assert waiting.returncode == 0

    def wait_for(self, states: set[str], *, seconds: float = 60) -> list[dict[str, Any]]:
        """Wait until every mail stands in one of `states`; return the list then."""
        give_up = real_now() + timedelta(seconds=seconds)
        while True:
            listed = self.mails()
            if listed and all(each["state"] in states for each in listed):
                return listed
            assert real_now() < give_up, [(each["id"], each["state"]) for each in listed]
