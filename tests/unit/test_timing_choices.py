"""The ways around a rest day that are offered with their real times (T04)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from service.records import Place
from service.timing import Choice, Policy, Reader, RestDays, choices, plan

LONDON = Place("Europe/London", "London", "GB", "ENG")
BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
RIYADH = Place("Asia/Riyadh", "Riyadh", "SA", None)


def offer(
    place: Place,
    end: str,
    policy: Policy | None = None,
    now: str | None = None,
    also: tuple[Place, ...] = (),
) -> list[Choice]:
    """Offer the choices for a talk of one hour that ends then, on the place's clock."""
    zone = ZoneInfo(place.zone)
    ends_at = datetime.fromisoformat(end).replace(tzinfo=zone)
    seen_at = datetime.fromisoformat(now).replace(tzinfo=zone) if now else ends_at
    return choices(
        ends_at - timedelta(hours=1),
        ends_at,
        [Reader(f"{n}@harbour.example", p) for n, p in enumerate((place, *also))],
        policy or Policy(),
        seen_at,
        user_zone=place.zone,
    )


def days(offered: list[Choice]) -> list[tuple[str, str, bool]]:
    """Return each choice with the day of its first slot and whether it is chosen beforehand."""
    return [
        (
            str(choice.rest_days),
            f"{choice.slots[0].at.astimezone(ZoneInfo(choice.slots[0].zone)):%a %d %b %H}",
            choice.is_default,
        )
        for choice in offered
    ]


def test_choices_are_none_when_the_morning_after_is_a_working_day() -> None:
    """T04: there is nothing to choose on a Tuesday."""
    assert offer(LONDON, "2026-12-08 15:00") == []


def test_choices_before_a_weekend_are_three_with_the_setting_chosen() -> None:
    """T04: Monday, this afternoon, Saturday; the setting is chosen beforehand."""
    assert days(offer(LONDON, "2026-11-27 16:10")) == [
        ("next-working-day", "Mon 30 Nov 09", True),
        ("same-day", "Fri 27 Nov 17", False),
        ("send", "Sat 28 Nov 09", False),
    ]


def test_choices_are_the_very_slots_that_plan_gives() -> None:
    """T07: the time that was offered is the time at which it goes."""
    ends_at = datetime(2026, 11, 27, 16, 10, tzinfo=UTC)
    for choice in offer(LONDON, "2026-11-27 16:10"):
        slots = plan(
            ends_at - timedelta(hours=1),
            ends_at,
            [Reader("0@harbour.example", LONDON)],
            Policy(rest_days=choice.rest_days),
            ends_at + timedelta(minutes=5),
            user_zone="Europe/London",
        )
        assert tuple(slots) == choice.slots


def test_choices_follow_another_setting() -> None:
    """T04: whoever set `send` has it chosen beforehand."""
    offered = offer(LONDON, "2026-11-27 16:10", Policy(rest_days=RestDays.SEND))
    assert [choice.rest_days for choice in offered if choice.is_default] == [RestDays.SEND]


def test_choices_over_a_long_wait_choose_nothing_beforehand() -> None:
    """T04: Thursday to Tuesday is too long a wait to be chosen without asking."""
    offered = days(offer(BERLIN, "2027-03-25 17:00"))
    assert offered[0] == ("next-working-day", "Tue 30 Mar 09", False)
    assert not any(is_default for _, _, is_default in offered)


def test_choices_over_exactly_three_days_choose_the_setting() -> None:
    """T04: Thursday to Sunday is three days, not over three."""
    assert days(offer(RIYADH, "2026-12-10 16:00"))[0] == ("next-working-day", "Sun 13 Dec 09", True)


def test_choices_leave_out_a_way_that_is_gone() -> None:
    """T04: on Friday night the same day is the next working day, and is not offered twice."""
    assert days(offer(LONDON, "2026-11-27 20:00")) == [
        ("next-working-day", "Mon 30 Nov 09", True),
        ("send", "Sat 28 Nov 09", False),
    ]


def test_choices_mark_what_the_setting_has_become() -> None:
    """T04: with `same-day` set but gone, the next working day is what would be taken."""
    offered = offer(LONDON, "2026-11-27 20:00", Policy(rest_days=RestDays.SAME_DAY))
    assert [choice.rest_days for choice in offered if choice.is_default] == [
        RestDays.NEXT_WORKING_DAY
    ]


def test_choices_are_none_once_all_ways_have_become_one() -> None:
    """T04, T11: on the Monday after there is only now."""
    assert offer(LONDON, "2026-11-27 16:10", now="2026-11-30 11:00") == []


def test_choices_hold_a_slot_for_every_reader() -> None:
    """T04: one reader's rest day opens the choice for the panel, others keep their morning."""
    offered = offer(RIYADH, "2026-12-10 12:00", also=(BERLIN,))
    assert [len(choice.slots) for choice in offered] == [2, 2, 2]
    berlin = {choice.slots[1].at.astimezone(ZoneInfo("Europe/Berlin")).date() for choice in offered}
    assert [day.isoformat() for day in berlin] == ["2026-12-11"]
