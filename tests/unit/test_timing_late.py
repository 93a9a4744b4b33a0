"""Late and missed slots (T11): notice, the own day, the next working morning, or held."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.records import Place, Slot
from service.timing import (
    Policy,
    Reader,
    RestDays,
    fix,
    is_missed,
    is_stale,
    may_send_now,
    plan,
    reconsider,
    replan,
)

BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
DUBAI = Place("Asia/Dubai", "Dubai", "AE", None)
ZONE = ZoneInfo("Europe/Berlin")
KEY = "ada@harbour.example"


def moment(text: str, place: Place = BERLIN) -> datetime:
    """Return an instant from the place's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(place.zone)).astimezone(UTC)


def plan_at(
    now: str, end: str = "2026-12-08 15:00", policy: Policy | None = None, readers: int = 1
) -> list[Slot]:
    """Plan a talk of one hour in Berlin as it is submitted at `now`."""
    ends_at = moment(end)
    return plan(
        ends_at - timedelta(hours=1),
        ends_at,
        [Reader(f"{n}{KEY}", BERLIN) for n in range(readers)],
        policy or Policy(),
        moment(now),
        user_zone="Europe/Berlin",
    )


def miss(
    now: str,
    *,
    slot: Slot | None = None,
    policy: Policy | None = None,
    place: Place = BERLIN,
    others: tuple[datetime, ...] = (),
) -> Slot | None:
    """Plan anew, at `now`, a slot that was missed: Wednesday 9 December about nine in Berlin."""
    return replan(
        slot or plan_at("2026-12-08 15:00")[0],
        place,
        policy or Policy(),
        moment(now, place),
        KEY,
        user_zone="Europe/Berlin",
        others=others,
    )


def bounds(slot: Slot | None) -> tuple[str, str]:
    """Return the day and hour on which a slot falls in Berlin."""
    assert slot is not None
    local = slot.at.astimezone(ZONE)
    return (f"{local:%a %d}", f"{local:%H}")


def minutes_after(slot: Slot | None, now: str) -> float:
    """Return how many minutes of notice a slot leaves."""
    assert slot is not None
    return (slot.at - moment(now)) / timedelta(minutes=1)


def test_submitted_late_goes_with_notice_inside_the_window() -> None:
    """T11: at noon on the day after it goes within the hour, not before ten minutes."""
    (slot,) = plan_at("2026-12-09 12:00")
    assert 12 <= minutes_after(slot, "2026-12-09 12:00") <= 38
    assert slot.target_at == moment("2026-12-09 12:10")
    assert "Wednesday 9 December 09:00 had passed when this was planned" in slot.reasons


def test_submitted_between_target_and_minute_keeps_its_minute_with_enough_notice() -> None:
    """T07, T11: what was shown before nine is still the truth where it leaves ten minutes."""
    end = "2026-12-15 15:00"
    (usual,) = plan_at(end, end=end)
    assert usual.at == moment("2026-12-16 09:24")
    assert plan_at("2026-12-16 09:14", end=end) == [usual]
    (later,) = plan_at("2026-12-16 09:15", end=end)
    assert later.at >= moment("2026-12-16 09:27")


def test_submitted_just_before_the_target_keeps_its_minute() -> None:
    """T07: until nine o'clock the preview is the truth, also with six minutes to go."""
    (usual,) = plan_at("2026-12-08 15:00")
    assert usual.at == moment("2026-12-09 09:06")
    assert plan_at("2026-12-09 09:00") == [usual]


@pytest.mark.parametrize("now", ["2026-12-09 18:21", "2026-12-09 23:00", "2026-12-10 03:00"])
def test_submitted_after_the_window_waits_for_the_next_working_morning(now: str) -> None:
    """T11: nothing goes in the evening or at night because it was submitted then."""
    assert bounds(plan_at(now)[0]) == ("Thu 10", "09")


def test_submitted_at_the_very_end_of_the_window_still_goes() -> None:
    """T10, T11: 18:20 plus notice is 18:30, which is inside."""
    (slot,) = plan_at("2026-12-09 18:20")
    assert slot.at == moment("2026-12-09 18:30")


def test_submitted_on_the_weekend_after_a_thursday_waits_for_monday() -> None:
    """T04, T11: the window is that of a working day."""
    (slot,) = plan_at("2026-12-12 12:00", end="2026-12-10 15:00")
    assert bounds(slot) == ("Mon 14", "09")


def test_send_means_the_morning_after_and_no_other_rest_day() -> None:
    """T03, T04, T11: what cannot go on that Saturday goes on the next working morning."""
    send = Policy(rest_days=RestDays.SEND)
    (thursdays,) = plan_at("2026-12-12 12:00", end="2026-12-10 15:00", policy=send)
    assert bounds(thursdays) == ("Mon 14", "09")
    (fridays,) = plan_at("2026-12-12 12:00", end="2026-12-11 15:00", policy=send)
    assert bounds(fridays) == ("Sat 12", "12")
    starts_at, ends_at = moment("2026-12-11 20:00"), moment("2026-12-12 09:00")
    (nights,) = plan(
        starts_at, ends_at, [Reader(KEY, BERLIN)], send, ends_at, user_zone="Europe/Berlin"
    )
    assert bounds(nights) == ("Mon 14", "09")


def test_submitted_late_for_the_same_day_goes_while_its_window_is_open() -> None:
    """T04, T11: at 17:00 the afternoon is not over, at 18:25 it is."""
    policy = Policy(rest_days=RestDays.SAME_DAY)
    (slot,) = plan_at("2026-12-11 17:00", end="2026-12-11 15:00", policy=policy)
    assert bounds(slot) == ("Fri 11", "17")
    (gone,) = plan_at("2026-12-11 18:25", end="2026-12-11 15:00", policy=policy)
    assert bounds(gone) == ("Mon 14", "09")


def test_submitted_late_panel_is_spread_and_overflows_to_the_next_morning() -> None:
    """T08, T10: five people at 18:15: two fit before the window closes, three wait."""
    slots = plan_at("2026-12-09 18:15", readers=5)
    assert [f"{slot.at.astimezone(ZONE):%d}" for slot in slots] == ["09", "09", "10", "10", "10"]
    assert all(slot.at <= moment("2026-12-09 18:30") for slot in slots[:2])


def test_submitted_days_late_asks_to_look_at_the_words() -> None:
    """T11: late text may be wrong; the user is there, so it is a warning."""
    (slot,) = plan_at("2026-12-16 10:00")
    assert slot.warnings == ("this goes out 8 days after the talk: check that the words still fit",)
    assert plan_at("2026-12-10 10:00")[0].warnings == ()


def test_slot_may_be_sent_from_its_instant_until_it_runs_out() -> None:
    """T11: not a moment sooner, not after 20:30."""
    (slot,) = plan_at("2026-12-08 15:00")
    second = timedelta(seconds=1)
    assert not may_send_now(slot, slot.at - second)
    assert may_send_now(slot, slot.at)
    assert may_send_now(slot, slot.until)
    assert not may_send_now(slot, slot.until + second)
    assert slot.until == moment("2026-12-09 20:30")


def test_slot_is_missed_after_ten_minutes() -> None:
    """T11: a round that comes a little late sends at once; a computer that slept gives notice."""
    (slot,) = plan_at("2026-12-08 15:00")
    assert not is_missed(slot, slot.at, slot.at + timedelta(minutes=10))
    assert is_missed(slot, slot.at, slot.at + timedelta(minutes=10, seconds=1))


def test_retry_that_the_provider_asked_for_is_not_missed() -> None:
    """T11: lateness counts from when it was due, which a retry moves."""
    (slot,) = plan_at("2026-12-08 15:00")
    due_at = slot.at + timedelta(hours=2)
    assert not is_missed(slot, due_at, due_at + timedelta(minutes=5))
    assert is_missed(slot, moment("2026-12-09 20:25"), moment("2026-12-09 20:31"))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-12-09 11:20", "Wed 09"),
        ("2026-12-09 17:20", "Wed 09"),
        ("2026-12-09 19:00", "Wed 09"),
        ("2026-12-09 20:19", "Wed 09"),
        ("2026-12-09 20:21", "Thu 10"),
        ("2026-12-09 22:00", "Thu 10"),
        ("2026-12-10 03:00", "Thu 10"),
        ("2026-12-10 05:20", "Thu 10"),
    ],
)
def test_missed_slot_goes_on_its_own_day_until_the_evening(now: str, day: str) -> None:
    """T11: two, eight and ten hours late on its own day, twenty hours late the next morning."""
    slot = miss(now)
    assert bounds(slot)[0] == day
    assert slot is not None
    assert slot.at - moment(now) >= timedelta(minutes=10)
    wall = f"{slot.at.astimezone(ZONE):%H:%M}"
    assert "09:00" < wall <= ("20:30" if day == "Wed 09" else "09:28")


def test_missed_slot_says_what_happened_and_keeps_its_reasons() -> None:
    """The history of a slot is told in order, and its target stays."""
    (usual,) = plan_at("2026-12-08 15:00")
    slot = miss("2026-12-09 11:20", slot=usual)
    assert slot is not None
    assert slot.reasons == (
        "the morning after the talk of Tuesday 8 December",
        f"could not go on Wednesday 9 December {usual.at.astimezone(ZONE):%H:%M}",
        f"moved to Wednesday 9 December {slot.at.astimezone(ZONE):%H:%M}",
    )
    assert slot.target_at == usual.target_at
    assert slot.until == usual.until


def test_missed_slot_on_a_later_day_goes_inside_the_window() -> None:
    """T11: at noon on the next working day it goes with notice; at nine in the evening it waits."""
    assert bounds(miss("2026-12-10 12:00")) == ("Thu 10", "12")
    assert bounds(miss("2026-12-10 19:00")) == ("Fri 11", "09")


@pytest.mark.parametrize(
    ("now", "is_held"),
    [
        ("2026-12-11 08:45", False),
        ("2026-12-11 08:51", True),
        ("2026-12-11 12:00", True),
        ("2026-12-12 09:00", True),
    ],
)
def test_missed_slot_is_held_after_two_working_days(now: str, is_held: bool) -> None:
    """T11: Wednesday nine o'clock plus 48 h of working days is Friday nine o'clock."""
    assert (miss(now) is None) is is_held


def test_rest_days_do_not_make_a_slot_stale() -> None:
    """T11: missed on Friday, the whole weekend off, it still goes on Monday and on Tuesday."""
    (friday,) = plan_at("2026-12-10 15:00", end="2026-12-10 15:00")
    assert bounds(friday)[0] == "Fri 11"
    assert bounds(miss("2026-12-13 16:00", slot=friday)) == ("Mon 14", "09")
    assert bounds(miss("2026-12-14 15:00", slot=friday))[0] == "Mon 14"
    assert bounds(miss("2026-12-15 05:00", slot=friday)) == ("Tue 15", "09")
    assert miss("2026-12-15 12:00", slot=friday) is None


def test_slot_is_stale_by_the_time_on_working_days() -> None:
    """T11: the same measure, for what is not missed but came back."""
    (slot,) = plan_at("2026-12-08 15:00")
    assert not is_stale(slot, BERLIN, Policy(), moment("2026-12-11 09:00"))
    assert is_stale(slot, BERLIN, Policy(), moment("2026-12-11 09:01"))


def test_missed_slot_on_a_rest_day_still_has_its_own_day() -> None:
    """T04, T11: what was to go on Saturday goes on Saturday, and after that on Monday."""
    policy = Policy(rest_days=RestDays.SEND)
    (saturday,) = plan_at("2026-12-11 15:00", end="2026-12-11 15:00", policy=policy)
    assert bounds(miss("2026-12-12 19:30", slot=saturday))[0] == "Sat 12"
    assert bounds(miss("2026-12-12 22:00", slot=saturday)) == ("Mon 14", "09")
    assert bounds(miss("2026-12-12 22:00", slot=saturday, policy=policy)) == ("Mon 14", "09")


def test_missed_time_of_the_users_own_is_nobodys_own_any_more() -> None:
    """T11, T14: a time at night that was missed is not made up for at night."""
    night = fix(
        moment("2026-12-09 23:00"),
        BERLIN,
        Policy(),
        moment("2026-12-08 15:00"),
        moment("2026-12-08 15:00"),
        user_zone="Europe/Berlin",
    )
    slot = miss("2026-12-10 03:00", slot=night)
    assert bounds(slot) == ("Thu 10", "09")
    assert slot is not None
    assert not slot.is_fixed


def test_missed_early_time_of_the_users_own_waits_for_the_morning() -> None:
    """T11: 06:00 was named, the computer woke at 06:30: it goes from nine o'clock on."""
    early = fix(
        moment("2026-12-09 06:00"),
        BERLIN,
        Policy(),
        moment("2026-12-08 15:00"),
        moment("2026-12-08 15:00"),
        user_zone="Europe/Berlin",
    )
    assert bounds(miss("2026-12-09 06:30", slot=early)) == ("Wed 09", "09")


def test_missed_slot_keeps_away_from_the_other_mails() -> None:
    """T08: whatever is planned already for the panel, four minutes lie in between."""
    now = "2026-12-09 11:20"
    others: list[datetime] = []
    for _ in range(8):
        slot = miss(now, others=tuple(others))
        assert slot is not None
        assert all(abs(slot.at - other) >= timedelta(minutes=4) for other in others)
        others.append(slot.at)
    assert len(set(others)) == 8


def test_missed_slot_without_room_before_the_evening_goes_next_morning() -> None:
    """T08, T11: the last minutes of the evening are taken by the others."""
    others = tuple(moment(f"2026-12-09 20:{minute}") for minute in (22, 25, 28))
    assert bounds(miss("2026-12-09 20:15", others=others)) == ("Thu 10", "09")


def test_slot_still_to_come_is_left_alone() -> None:
    """Planning anew what was not missed changes nothing."""
    (slot,) = plan_at("2026-12-08 15:00")
    assert miss("2026-12-09 08:00", slot=slot) is slot


def test_missed_slot_of_a_half_day_has_its_evening_too() -> None:
    """T11: the Emirates' Friday closes at 11:30, but its own day lasts until 20:30."""
    ends_at = moment("2026-12-10 15:00", DUBAI)
    (friday,) = plan(
        ends_at, ends_at, [Reader(KEY, DUBAI)], Policy(), ends_at, user_zone="Asia/Dubai"
    )
    slot = miss("2026-12-11 15:00", slot=friday, place=DUBAI)
    assert slot is not None
    assert f"{slot.at.astimezone(ZoneInfo('Asia/Dubai')):%a %H}" == "Fri 15"


def test_missed_slot_follows_a_reader_who_moved() -> None:
    """T01: the reader's place of now counts, not the one of before."""
    (slot,) = plan_at("2026-12-08 15:00")
    moved = miss("2026-12-09 23:30", slot=replace(slot, zone="Europe/Berlin"), place=DUBAI)
    assert moved is not None
    assert moved.zone == "Asia/Dubai"
    assert f"{moved.at.astimezone(ZoneInfo('Asia/Dubai')):%a %d %H}" == "Thu 10 09"


def test_a_late_slot_whose_day_has_become_a_day_off_is_planned_again() -> None:
    """T06, T11: a late slot still to come moves on; one whose day is still good stays as it is."""
    late = miss("2026-12-09 22:00")
    assert late is not None
    now = moment("2026-12-09 22:05")
    off = Policy(days_off=frozenset({late.at.date()}))
    assert reconsider(late, BERLIN, Policy(), now, KEY, user_zone="Europe/Berlin") == late
    again = reconsider(late, BERLIN, off, now, KEY, user_zone="Europe/Berlin")
    assert again is not None
    assert bounds(again) == ("Fri 11", "09")
    assert again.reasons[-3:] == (
        f"Thursday 10 December {late.at.astimezone(ZONE):%H:%M} is no longer possible",
        "Thursday 10 December is one of your days off",
        f"moved to Friday 11 December {again.at.astimezone(ZONE):%H:%M}",
    )
    assert again.target_at == late.target_at


def test_a_late_slot_that_would_go_too_late_now_is_stale() -> None:
    """T11: with Friday off, Monday at nine is just fresh enough, and at ten it is not."""
    late = miss("2026-12-10 22:00")
    assert late is not None
    friday_off, now = frozenset({late.at.date()}), moment("2026-12-10 22:05")
    nine = reconsider(late, BERLIN, Policy(days_off=friday_off), now, KEY, user_zone="UTC")
    assert nine is not None
    assert bounds(nine) == ("Mon 14", "09")
    ten = Policy(earliest=time(10), days_off=friday_off)
    assert reconsider(late, BERLIN, ten, now, KEY, user_zone="UTC") is None
