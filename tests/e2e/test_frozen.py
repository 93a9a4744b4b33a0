"""Frozen between its last commit and the call: what it finds on waking decides."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.base import Access
from service.records import Candidate
from tests.e2e import soak
from tests.e2e.computer_clock import ComputerClock
from tests.e2e.conftest import World
from tests.factories import Queue, make_slot
from tests.loopback.server import LoopbackServer

ROOT = Path(__file__).parents[2]

SENDING = r"/(gmail/v1/users/me/(drafts|messages)/send|v1\.0/me/(sendMail|messages/[^/]+/send))"


@pytest.mark.parametrize(
    ("provider", "access"), [("gmail", Access.DRAFTS), ("outlook", Access.SEND_ONLY)]
)
def test_woken_after_its_window_closed_it_does_not_send(
    world: World, tmp_path: Path, provider: str, access: Access
) -> None:
    """The call that was announced is not made; the mail goes later, once, at another time."""
    product, log = world.product, tmp_path / "frozen.log"
    server: LoopbackServer = world.google if provider == "gmail" else world.microsoft
    product.set_clock(soak.START, rate=0)
    with soak.opened(world) as app:
        candidate = app.office.save_candidate(Candidate("Ana Lindqvist", "Europe/London"))
        mailbox_id = soak.connect(world, app, provider, access, 0)
        Queue(app.database, candidate, mailbox_id).add(slot=make_slot(soak.START))

    product.computer = ComputerClock(tmp_path, soak.START)
    _tell_time(server, product.computer)
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.freezing", "run"],
            env={**product.environment(), "PYTHONPATH": str(ROOT)},
            stdout=stream,
            stderr=stream,
        )
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), log.read_text()
        product.computer.set_to(soak.START + timedelta(hours=12))
        process.send_signal(signal.SIGCONT)
        product.wait_for_log(process, log, "mail postponed")
        assert server.requests_to("POST", SENDING) == ()
    finally:
        process.kill()
        process.wait()

    _tell_time(server, product.computer)
    with product.running(log) as process:
        product.wait_for_log(process, log, "slot missed, planned anew")
        (mail,) = product.mails()
        product.computer.set_to(datetime.fromisoformat(mail["goes_out_at"]))
        _tell_time(server, product.computer)
        product.wait_for_log(process, log, "mail sent")
    assert list(soak.count_delivered(world).values()) == [1]


def _tell_time(server: LoopbackServer, computer: ComputerClock) -> None:
    """Have the provider's clock show what this computer's does."""
    server.date_is_off_by = computer.now() - datetime.now(UTC)
