"""Services that were off over a slot: what becomes of the mail when they start again (T11)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.product import Product
from tests.factories import make_met

TUESDAY_EVENING = datetime(2026, 12, 8, 20, 0, tzinfo=UTC)
"""When the interview of the tests is submitted: its mail is to go on Wednesday after nine."""

MORNING = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
MOST_MINUTES = timedelta(minutes=30)
"""What the natural minute may add."""

PLANNED_ANEW = "slot missed, planned anew"


@pytest.fixture
def product(product: Product) -> Product:
    """Return an installation with one mail, to go on Wednesday after nine in London."""
    product.set_clock(TUESDAY_EVENING, rate=0)
    product.connect_local()
    slot = product.submit(make_met()).slot
    assert slot is not None
    assert MORNING < slot.at < MORNING + MOST_MINUTES
    return product


@pytest.mark.parametrize(
    ("started_at", "opens_at"),
    [
        pytest.param("09T11:15", "09T11:25", id="2-hours"),
        pytest.param("09T17:10", "09T17:20", id="8-hours"),
        pytest.param("10T05:10", "10T09:00", id="20-hours"),
    ],
)
def test_started_after_its_slot_the_mail_goes_at_the_next_sensible_time(
    product: Product, tmp_path: Path, started_at: str, opens_at: str
) -> None:
    """After ten minutes' notice in the window, else on the next working morning; never at once."""
    opening = _december(opens_at)
    goes_at = _start_late(product, tmp_path / "late.log", _december(started_at))
    assert opening <= goes_at < opening + MOST_MINUTES
    _assert_goes(product, tmp_path / "again.log", goes_at)


def test_a_computer_that_is_on_in_the_evenings_sends_on_the_day_after(
    product: Product, tmp_path: Path
) -> None:
    """On from 19:00 to 22:00 only, it never sees a morning: the day after until 20:30 must do."""
    product.set_clock(_december("08T21:00"), rate=3600)
    with product.running(tmp_path / "tuesday.log"):
        product.wait_until(_december("08T22:00"))
    assert not product.kept()

    goes_at = _start_late(product, tmp_path / "wednesday.log", _december("09T19:00"))
    assert _december("09T19:10") <= goes_at <= _december("09T20:30")
    _assert_goes(product, tmp_path / "later.log", goes_at)


@pytest.mark.parametrize("started_at", ["12T09:12", "14T09:12"], ids=["3-days", "3-working-days"])
def test_started_days_after_its_slot_the_mail_is_held(
    product: Product, tmp_path: Path, started_at: str
) -> None:
    """Later than 48 hours of working days its words may be wrong: the user is asked."""
    product.set_clock(_december(started_at))
    log = tmp_path / "stale.log"
    with product.running(log) as process:
        product.wait_for_log(process, log, "mail needs you")
    (held,) = product.mails()
    assert (held["state"], held["waiting_for"]) == ("held", "new-slot")
    assert not product.kept()
    assert "callback move f1" in product.call().stdout


def _start_late(product: Product, log: Path, start: datetime) -> datetime:
    """Start the service at `start`, and return when the mail goes that has missed its slot."""
    product.set_clock(start)
    with product.running(log) as process:
        product.wait_for_log(process, log, PLANNED_ANEW)
    (planned,) = product.mails()
    assert not product.kept()
    assert planned["state"] == "scheduled"
    return datetime.fromisoformat(planned["goes_out_at"])


def _assert_goes(product: Product, log: Path, goes_at: datetime) -> None:
    """Start the service a minute before the new slot: the mail goes then, once."""
    product.set_clock(goes_at - timedelta(minutes=1), rate=60)
    with product.running(log) as process:
        product.wait_for_log(process, log, "mail sent")
    (sent,) = product.mails()
    late = datetime.fromisoformat(sent["sent_at"]) - goes_at
    assert timedelta() <= late < timedelta(minutes=10)
    assert len(product.kept()) == 1
    assert PLANNED_ANEW not in log.read_text()


def _december(text: str) -> datetime:
    """Read "09T11:15": a day and hour of December 2026, when London is on UTC."""
    return datetime.fromisoformat(f"2026-12-{text}+00:00")
