"""The computer's clock is set, or the computer sleeps, while the real service runs on it."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.computer_clock import ComputerClock
from tests.e2e.product import Product
from tests.factories import make_met

WEDNESDAY = datetime(2026, 12, 9, 10, 0, tzinfo=UTC)
"""What the clock shows at first: the morning after the interview of the tests, in London."""

JUMPED = "the clock jumped"
PLANNED_ANEW = "slot missed, planned anew"
SENT = "mail sent"
BEHIND = "the clock stands before what was recorded here"
SOON = timedelta(seconds=2)
PUNCTUAL = timedelta(seconds=5)
"""How late a mail may go on a busy machine; all that is measured here is at least an hour."""


@pytest.fixture
def computer(tmp_path: Path) -> ComputerClock:
    """Return the clock of the computer."""
    return ComputerClock(tmp_path, WEDNESDAY)


@pytest.fixture
def product(product: Product, computer: ComputerClock) -> Product:
    """Return an installation on that computer."""
    product.computer = computer
    product.connect_local()
    return product


def test_processes_see_the_clock_that_is_set_and_wait_as_ever(computer: ComputerClock) -> None:
    """What the other tests stand on: the wall clock is ours, the monotonic clock nobody's."""
    program = "import time; print(time.time(), time.monotonic())"
    before = time.monotonic()
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | computer.settings(),
        capture_output=True,
        check=True,
    ).stdout
    wall, monotonic = (float(text) for text in printed.split())
    assert abs(wall - computer.now().timestamp()) < PUNCTUAL.total_seconds()
    assert before < monotonic < time.monotonic()


def test_a_clock_set_back_an_hour_delays_nothing(
    product: Product, computer: ComputerClock, tmp_path: Path
) -> None:
    """A timer that counts by the wall clock would now be silent for an hour."""
    log = tmp_path / "back.log"
    slot_at = WEDNESDAY - timedelta(hours=1)
    with product.running(log) as process:
        computer.set_to(slot_at - 2 * SOON)
        product.wait_for_log(process, log, JUMPED)
        product.submit(make_met(), fixed_at=slot_at)
        _assert_goes(product, process, log, slot_at)
        assert "running    yes" in product.call("status").stdout
    assert "seconds=-360" in log.read_text()


@pytest.mark.parametrize(
    ("step", "opens_at", "closes_at"),
    [
        pytest.param(timedelta(hours=1), "09T11:10", "09T11:45", id="an-hour"),
        pytest.param(timedelta(days=1), "10T10:10", "10T10:45", id="a-day"),
    ],
)
def test_after_a_jump_forward_the_mail_gives_notice_first(
    product: Product,
    computer: ComputerClock,
    tmp_path: Path,
    step: timedelta,
    opens_at: str,
    closes_at: str,
) -> None:
    """What is overdue all of a sudden does not go at once: there is time to step in."""
    log = tmp_path / "forward.log"
    product.submit(make_met(), fixed_at=WEDNESDAY + timedelta(minutes=30))
    with product.running(log) as process:
        computer.set_to(WEDNESDAY + step)
        goes_at = _wait_for_new_slot(product, process, log)
        assert _december(opens_at) <= goes_at < _december(closes_at)
        computer.set_to(goes_at - SOON)
        _assert_goes(product, process, log, goes_at)
    assert JUMPED in log.read_text()


def test_a_laptop_that_slept_over_the_slot_until_night_waits_for_the_morning(
    product: Product, computer: ComputerClock, tmp_path: Path
) -> None:
    """Closed over the evening's slot and opened at three: nothing goes before nine."""
    log = tmp_path / "asleep.log"
    product.submit(make_met(), fixed_at=_december("09T19:40"))
    computer.set_to(_december("09T19:00"))
    with product.running(log) as process:
        _sleep(process, computer, _december("10T03:00"))
        goes_at = _wait_for_new_slot(product, process, log)
        assert _december("10T09:00") <= goes_at < _december("10T09:30")
        _sleep(process, computer, goes_at - SOON)
        _assert_goes(product, process, log, goes_at)


def test_a_laptop_that_wakes_at_night_before_its_slot_keeps_it(
    product: Product, computer: ComputerClock, tmp_path: Path
) -> None:
    """Somebody opened the lid at three: the mail goes in the morning, as it was said."""
    log = tmp_path / "night.log"
    computer.set_to(_december("08T20:00"))
    slot = product.submit(make_met()).slot
    assert slot is not None
    with product.running(log) as process:
        _sleep(process, computer, _december("09T03:00"))
        product.wait_for_log(process, log, JUMPED)
        assert [each["state"] for each in product.mails()] == ["scheduled"]
        assert not product.kept()
        _sleep(process, computer, slot.at - SOON)
        _assert_goes(product, process, log, slot.at)
    assert PLANNED_ANEW not in log.read_text()


def test_a_clock_that_lost_years_is_noticed_and_sends_nothing(
    product: Product, computer: ComputerClock, tmp_path: Path
) -> None:
    """A flat battery puts it back to where it was made; what was recorded here gives it away.

    Said while the service runs and when it starts, and no longer once the clock is right and
    something was recorded under it.
    """
    log, long_ago = tmp_path / "battery.log", datetime(2020, 1, 3, 9, 0, tzinfo=UTC)
    slot_at = WEDNESDAY + timedelta(minutes=30)
    product.submit(make_met(), fixed_at=slot_at)
    with product.running(log) as process:
        computer.set_to(long_ago)
        product.wait_for_log(process, log, BEHIND)
    with product.running(log) as process:
        assert log.read_text().count(BEHIND) == 2
        told = (
            "this computer's clock shows Friday 3 January 2020 at 09:00, "
            "but something was recorded here on Wednesday 9 December 2026 at 10:00"
        )
        assert f"clock      {told}" in product.call("status").stdout
        assert f"MEND  {told}" in product.call("doctor", expect=1).stdout
        assert not product.kept()
        computer.set_to(slot_at - SOON)
        _assert_goes(product, process, log, slot_at)
        assert "clock " not in product.call("status").stdout


def _sleep(process: subprocess.Popen[bytes], computer: ComputerClock, awake_at: datetime) -> None:
    """Let the computer sleep: processes stand still, and the monotonic clock does, too."""
    process.send_signal(signal.SIGSTOP)
    computer.set_to(awake_at)
    process.send_signal(signal.SIGCONT)


def _wait_for_new_slot(product: Product, process: subprocess.Popen[bytes], log: Path) -> datetime:
    """Wait until the one mail was planned anew; return when it goes now."""
    product.wait_for_log(process, log, PLANNED_ANEW)
    (planned,) = product.mails()
    assert planned["state"] == "scheduled"
    assert not product.kept()
    return datetime.fromisoformat(planned["goes_out_at"])


def _assert_goes(
    product: Product, process: subprocess.Popen[bytes], log: Path, goes_at: datetime
) -> None:
    """Wait until the one mail has gone, which must be punctual."""
    product.wait_for_log(process, log, SENT)
    (sent,) = product.mails()
    late = datetime.fromisoformat(sent["sent_at"]) - goes_at
    assert timedelta() <= late < PUNCTUAL
    assert len(product.kept()) == 1


def _december(text: str) -> datetime:
    """Read "09T11:15": a day and hour of December 2026, when London is on UTC."""
    return datetime.fromisoformat(f"2026-12-{text}+00:00")
