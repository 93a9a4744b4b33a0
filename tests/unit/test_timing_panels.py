"""Several people of one interview: each their own mail, apart, inside the window (T08, T10)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from service.records import Place, Slot
from service.timing import Policy, Reader, plan

NEW_YORK = Place("America/New_York", "New York", "US", "NY")
BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
VIENNA = Place("Europe/Vienna", "Vienna", "AT", None)
LONDON = Place("Europe/London", "London", "GB", "ENG")
DUBAI = Place("Asia/Dubai", "Dubai", "AE", None)
MINUTE = timedelta(minutes=1)


def plan_all(places: Sequence[Place], start: str, end: str) -> list[Slot]:
    """Plan a talk on the first place's clock with one reader in each place."""
    starts_at, ends_at = (
        datetime.fromisoformat(wall).replace(tzinfo=places[0].tz).astimezone(UTC)
        for wall in (start, end)
    )
    readers = [Reader(f"reader{n}@harbour.example", place) for n, place in enumerate(places)]
    return plan(starts_at, ends_at, readers, Policy(), ends_at, user_zone=places[0].zone)


def wall(slot: Slot) -> str:
    """Return the slot on its reader's clock."""
    return f"{slot.at.astimezone(ZoneInfo(slot.zone)):%Y-%m-%d %H:%M}"


def target(slot: Slot) -> str:
    """Return the target on the reader's clock."""
    return f"{slot.target_at.astimezone(ZoneInfo(slot.zone)):%Y-%m-%d %H:%M}"


def test_panel_is_spread_in_its_order() -> None:
    """T08: one mail each, four to nine minutes apart, in the order given."""
    slots = plan_all([BERLIN] * 6, "2026-12-08 14:00", "2026-12-08 15:00")
    gaps = [(b.at - a.at) // MINUTE for a, b in pairwise(slots)]
    assert all(4 <= gap <= 9 for gap in gaps)
    assert all(slot.target_at == slots[0].target_at for slot in slots)


def test_panel_keeps_its_minutes_when_somebody_is_added() -> None:
    """T07: one more person does not move those before."""
    four = plan_all([BERLIN] * 4, "2026-12-08 14:00", "2026-12-08 15:00")
    five = plan_all([BERLIN] * 5, "2026-12-08 14:00", "2026-12-08 15:00")
    assert five[:4] == four


def test_panel_in_two_countries_with_one_clock_is_spread_together() -> None:
    """T08: Berlin and Vienna have nine o'clock at once, and still no two mails leave together."""
    slots = plan_all([BERLIN, VIENNA, BERLIN], "2026-12-09 14:00", "2026-12-09 15:00")
    gaps = [(b.at - a.at) // MINUTE for a, b in pairwise(slots)]
    assert all(4 <= gap <= 9 for gap in gaps)
    assert [slot.zone for slot in slots] == ["Europe/Berlin", "Europe/Vienna", "Europe/Berlin"]


def test_panel_across_zones_goes_by_each_readers_clock() -> None:
    """T01, T08: each has nine o'clock of their own, whatever the order."""
    slots = plan_all([NEW_YORK, LONDON, NEW_YORK], "2026-12-08 10:00", "2026-12-08 11:00")
    assert [target(slot) for slot in slots] == ["2026-12-09 09:00"] * 3
    assert slots[1].at < slots[0].at < slots[2].at


def test_panel_half_an_hour_apart_never_meets() -> None:
    """T08: a long panel in Mumbai runs into Karachi's morning, and keeps its distance."""
    mumbai = Place("Asia/Kolkata", "Mumbai", "IN", "MH")
    karachi = Place("Asia/Karachi", "Karachi", "PK", None)
    slots = plan_all([mumbai] * 8 + [karachi] * 4, "2026-12-08 14:00", "2026-12-08 15:00")
    instants = sorted(slot.at for slot in slots)
    gaps = [(b - a) // MINUTE for a, b in pairwise(instants)]
    assert min(gaps) >= 4


def test_panel_too_large_for_its_day_goes_on_the_next_working_morning() -> None:
    """T10: forty people on an Emirates' Friday: closer together, then the rest on Monday."""
    slots = plan_all([DUBAI] * 40, "2026-12-10 14:00", "2026-12-10 15:00")
    on_friday = [slot for slot in slots if wall(slot).startswith("2026-12-11")]
    on_monday = [slot for slot in slots if wall(slot).startswith("2026-12-14")]
    assert (len(on_friday), len(on_monday)) == (38, 2)
    assert all(wall(slot)[-5:] <= "11:30" for slot in on_friday)
    assert "Friday 11 December has no room left for one more mail" in on_monday[0].reasons
    assert target(on_monday[0]) == "2026-12-14 09:00"


def test_no_mail_leaves_on_the_hour() -> None:
    """T07: also the late ones of a long panel avoid :00 on the reader's clock."""
    slots = plan_all([BERLIN] * 60, "2026-12-08 14:00", "2026-12-08 15:00")
    assert all(not wall(slot).endswith(":00") for slot in slots)
