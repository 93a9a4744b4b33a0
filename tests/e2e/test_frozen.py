"""Frozen between its last commit and the call: what it finds on waking decides."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import product as combine
from pathlib import Path

from providers.base import Access
from service.app import App
from service.records import Candidate
from tests.e2e import soak
from tests.e2e.computer_clock import ComputerClock
from tests.e2e.conftest import World
from tests.factories import Queue, make_slot

ROOT = Path(__file__).parents[2]

SENDING = r"/(gmail/v1/users/me/(drafts|messages)/send|v1\.0/me/(sendMail|messages/[^/]+/send))"
MAILBOXES = tuple(combine(("gmail", "outlook"), Access))


def test_woken_after_the_window_closed_no_mailbox_sends(world: World, tmp_path: Path) -> None:
    """One mail in each kind of mailbox: no call that was announced is made.

    They go later, each once, at another time.
    """
    product, log = world.product, tmp_path / "frozen.log"
    product.set_clock(soak.START, rate=0)
    with soak.opened(world) as app:
        _fill(world, app)
    product.computer = ComputerClock(tmp_path, soak.START)
    _tell_time(world, product.computer)
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.freezing", str(len(MAILBOXES)), "run"],
            env={**product.environment(), "PYTHONPATH": str(ROOT)},
            stdout=stream,
            stderr=stream,
        )
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), log.read_text()
        _set_clock(world, product.computer, soak.START + timedelta(hours=12))
        process.send_signal(signal.SIGCONT)
        product.wait_for_log(process, log, "mail postponed", times=len(MAILBOXES))
        product.wait_for_log(process, log, "slot missed, planned anew", times=len(MAILBOXES))
        assert _count_sends(world) == 0

        moments = sorted(mail["goes_out_at"] for mail in product.mails())
        for sent, moment in enumerate(moments, 1):
            _set_clock(world, product.computer, datetime.fromisoformat(moment))
            product.wait_for_log(process, log, "mail sent", times=sent)
    finally:
        process.kill()
        process.wait()
    assert list(soak.count_delivered(world).values()) == [1] * len(MAILBOXES)


def _fill(world: World, app: App) -> None:
    """Connect every kind of mailbox, and let one mail be due in each."""
    candidate = app.office.save_candidate(Candidate("Ana Lindqvist", "Europe/London"))
    for number, (provider, access) in enumerate(MAILBOXES):
        mailbox_id = soak.connect(world, app, provider, access, number)
        Queue(app.database, candidate, mailbox_id).add(
            company=f"Company {number}",
            address=f"reader{number}@tidewater.example",
            slot=make_slot(soak.START),
        )


def _count_sends(world: World) -> int:
    return sum(len(each.requests_to("POST", SENDING)) for each in (world.google, world.microsoft))


def _set_clock(world: World, computer: ComputerClock, moment: datetime) -> None:
    """Set this computer's clock, and the providers' with it."""
    computer.set_to(moment)
    _tell_time(world, computer)


def _tell_time(world: World, computer: ComputerClock) -> None:
    """Have the providers' clocks show what this computer's does."""
    for server in (world.google, world.microsoft):
        server.date_is_off_by = computer.now() - datetime.now(UTC)
