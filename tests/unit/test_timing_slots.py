"""When a follow-up goes out: T01 to T12 for mails planned in time."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.errors import BadInput
from service.records import Place, Slot
from service.timing import Policy, Reader, RestDays, plan

NEW_YORK = Place("America/New_York", "New York", "US", "NY")
BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
LONDON = Place("Europe/London", "London", "GB", "ENG")
DUBAI = Place("Asia/Dubai", "Dubai", "AE", None)
MINUTE = timedelta(minutes=1)


def talk(place: Place, start: str, end: str) -> tuple[datetime, datetime]:
    """Return a talk's start and end as instants, from wall clocks of the place."""
    zone = ZoneInfo(place.zone)
    return (
        datetime.fromisoformat(start).replace(tzinfo=zone).astimezone(UTC),
        datetime.fromisoformat(end).replace(tzinfo=zone).astimezone(UTC),
    )


def plan_all(
    places: Sequence[Place],
    start: str,
    end: str,
    policy: Policy | None = None,
    now: datetime | None = None,
) -> list[Slot]:
    """Plan a talk on the first place's clock with one reader in each place."""
    starts_at, ends_at = talk(places[0], start, end)
    readers = [Reader(f"reader{n}@harbour.example", place) for n, place in enumerate(places)]
    return plan(
        starts_at,
        ends_at,
        readers,
        policy or Policy(),
        now or ends_at,
        user_zone=places[0].zone,
    )


def plan_one(place: Place, start: str, end: str, policy: Policy | None = None) -> Slot:
    """Plan a talk with one reader."""
    return plan_all([place], start, end, policy)[0]


def wall(slot: Slot) -> str:
    """Return the slot on its reader's clock."""
    return f"{slot.at.astimezone(ZoneInfo(slot.zone)):%Y-%m-%d %H:%M}"


def target(slot: Slot) -> str:
    """Return the target on the reader's clock."""
    return f"{slot.target_at.astimezone(ZoneInfo(slot.zone)):%Y-%m-%d %H:%M}"


def test_slot_is_the_morning_after_on_the_readers_clock() -> None:
    """T01, T02: nine o'clock on the day after, where the reader is."""
    slot = plan_one(NEW_YORK, "2026-12-08 14:00", "2026-12-08 15:00")
    assert target(slot) == "2026-12-09 09:00"
    assert slot.reasons == ("the morning after the talk of Tuesday 8 December",)
    assert slot.warnings == ()
    assert not slot.is_fixed
    assert slot.zone == "America/New_York"


def test_slot_says_why_it_moved() -> None:
    """T04: each rest day in between is named, then the day that is taken."""
    slot = plan_one(NEW_YORK, "2026-11-25 14:00", "2026-11-25 15:00")
    assert slot.reasons == (
        "the morning after the talk of Wednesday 25 November",
        "Thursday 26 November is Thanksgiving Day",
        f"moved to Friday 27 November {wall(slot)[-5:]}",
    )
    assert slot.warnings == (
        "Friday 27 November lies between a holiday and another rest day: many take it off",
    )


def test_slot_names_a_weekend_in_one_sentence() -> None:
    """T04: Saturday and Sunday are said together, and the moved time with them."""
    slot = plan_one(LONDON, "2026-11-27 16:00", "2026-11-27 17:00")
    assert slot.reasons[1] == "Saturday 28 and Sunday 29 November are the weekend"


def test_slot_waits_three_hours_after_a_talk_that_ends_in_the_morning() -> None:
    """T03: 07:30 plus three hours is still the same morning."""
    slot = plan_one(BERLIN, "2026-12-08 22:00", "2026-12-09 07:30")
    assert target(slot) == "2026-12-09 10:30"
    assert "never sooner than 3 hours after the talk ended at 07:30" in slot.reasons


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("06:00", "2026-12-09 09:00"),
        ("06:01", "2026-12-09 09:01"),
        ("08:30", "2026-12-09 11:30"),
        ("08:31", "2026-12-10 09:00"),
    ],
)
def test_slot_at_the_edges_of_the_head_start(end: str, expected: str) -> None:
    """T03: 11:30 itself is still allowed, a minute later is not."""
    assert target(plan_one(BERLIN, "2026-12-08 22:00", f"2026-12-09 {end}")) == expected


def test_slot_counts_the_head_start_to_the_second() -> None:
    """T03: seconds of the end are not cut off."""
    starts_at, ends_at = talk(BERLIN, "2026-12-08 22:00", "2026-12-09 07:30")
    (slot,) = plan(
        starts_at,
        ends_at + timedelta(seconds=1),
        [Reader("ada@harbour.example", BERLIN)],
        Policy(),
        ends_at,
        user_zone="Europe/Berlin",
    )
    assert target(slot) == "2026-12-09 10:31"


def test_slot_of_a_talk_that_ends_after_midnight_counts_from_its_start() -> None:
    """T02: a talk that began on Tuesday is Tuesday's."""
    slot = plan_one(BERLIN, "2026-12-08 23:30", "2026-12-09 00:15")
    assert target(slot) == "2026-12-09 09:00"


def test_slot_across_the_date_line_counts_the_readers_day() -> None:
    """T01, T09: Tuesday evening in Honolulu is Wednesday in Auckland, whose Thursday it then is."""
    auckland = Place("Pacific/Auckland", "Auckland", "NZ", "AUK")
    honolulu = ZoneInfo("Pacific/Honolulu")
    starts_at = datetime(2026, 12, 8, 18, tzinfo=honolulu)
    (slot,) = plan(
        starts_at,
        starts_at + timedelta(hours=1),
        [Reader("ada@harbour.example", auckland)],
        Policy(),
        starts_at,
        user_zone="Pacific/Honolulu",
    )
    assert target(slot) == "2026-12-10 09:00"
    assert f"{slot.target_at.astimezone(honolulu):%Y-%m-%d %H:%M}" == "2026-12-09 10:00"


@pytest.mark.parametrize(
    ("zone", "country", "utc"),
    [
        ("Pacific/Kiritimati", "KI", "2026-12-14T19:00+00:00"),
        ("Pacific/Chatham", "NZ", "2026-12-14T19:15+00:00"),
        ("Australia/Lord_Howe", "AU", "2026-12-14T22:00+00:00"),
        ("Asia/Kathmandu", "NP", "2026-12-15T03:15+00:00"),
        ("Pacific/Niue", "NU", "2026-12-15T20:00+00:00"),
    ],
)
def test_slot_in_an_odd_zone(zone: str, country: str, utc: str) -> None:
    """T12: +14, +13:45, +11 (Lord Howe's summer), +5:45 and -11 give nine o'clock there."""
    slot = plan_one(Place(zone, country=country), "2026-12-14 14:00", "2026-12-14 15:00")
    assert target(slot) == "2026-12-15 09:00"
    assert slot.target_at == datetime.fromisoformat(utc)


def test_slot_in_lord_howe_follows_its_change_by_half_an_hour() -> None:
    """T12: +10:30 in winter, +11 in summer, the wall clock stays."""
    place = Place("Australia/Lord_Howe", country="AU", subdivision="NSW")
    before = plan_one(
        place, "2027-04-01 14:00", "2027-04-01 15:00", Policy(rest_days=RestDays.SEND)
    )
    after = plan_one(place, "2027-04-04 14:00", "2027-04-04 15:00", Policy(rest_days=RestDays.SEND))
    assert before.target_at == datetime(2027, 4, 1, 22, tzinfo=UTC)
    assert after.target_at == datetime(2027, 4, 4, 22, 30, tzinfo=UTC)


def test_slot_on_the_morning_the_clocks_go_back_keeps_the_wall_clock() -> None:
    """T12: nine o'clock on 25 October is 08:00 UTC, a day before it was 07:00."""
    slot = plan_one(BERLIN, "2026-10-24 11:00", "2026-10-24 12:00", Policy(rest_days=RestDays.SEND))
    assert slot.target_at == datetime(2026, 10, 25, 8, tzinfo=UTC)


@pytest.mark.parametrize("fold", [0, 1])
def test_slot_after_a_talk_that_ends_in_the_doubled_hour(fold: int) -> None:
    """T12: 02:30 shown the first or the second time, both give nine o'clock of that morning."""
    end = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold).astimezone(UTC)
    (slot,) = plan(
        end - timedelta(hours=4),
        end,
        [Reader("ada@harbour.example", BERLIN)],
        Policy(rest_days=RestDays.SEND),
        end,
        user_zone="Europe/Berlin",
    )
    assert slot.target_at == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_slot_after_a_talk_in_the_missing_hour_waits_in_real_time() -> None:
    """T03, T12: Troll's clock has just jumped from 01:00 to 03:00, and three hours are three."""
    troll = Place("Antarctica/Troll")
    end = datetime(2026, 3, 29, 1, tzinfo=UTC)
    (slot,) = plan(
        end - timedelta(hours=2),
        end + timedelta(minutes=15),
        [Reader("ada@harbour.example", troll)],
        Policy(rest_days=RestDays.SEND, earliest=time(6)),
        end,
        user_zone="UTC",
    )
    assert target(slot) == "2026-03-29 06:15"
    assert slot.target_at - end == timedelta(hours=3, minutes=15)


def test_same_day_applies_only_before_a_rest_day() -> None:
    """T04: on a Tuesday `same-day` changes nothing, since Wednesday is no rest day."""
    policy = Policy(rest_days=RestDays.SAME_DAY)
    slot = plan_one(LONDON, "2026-12-08 14:00", "2026-12-08 15:00", policy)
    assert target(slot) == "2026-12-09 09:00"


@pytest.mark.parametrize(
    ("end", "expected"),
    [("17:30", "2026-11-27 18:30"), ("17:31", "2026-11-30 09:00"), ("17:00", "2026-11-27 18:00")],
)
def test_same_day_goes_an_hour_after_the_end_until_half_past_six(end: str, expected: str) -> None:
    """T04, T10: at 18:30 sharp it still goes, then it waits for the next working morning."""
    policy = Policy(rest_days=RestDays.SAME_DAY)
    slot = plan_one(LONDON, "2026-11-27 16:00", f"2026-11-27 {end}", policy)
    assert target(slot) == expected
    assert slot.at.astimezone(ZoneInfo("Europe/London")).time() <= time(18, 30)


def test_same_day_after_a_night_talk_waits_for_the_window() -> None:
    """T10: a talk that ends at four in the morning is not thanked for at five."""
    policy = Policy(rest_days=RestDays.SAME_DAY)
    slot = plan_one(LONDON, "2026-11-27 03:00", "2026-11-27 04:00", policy)
    assert target(slot) == "2026-11-27 08:30"


def test_same_day_is_over_when_the_talk_ends_after_midnight() -> None:
    """T04: the talk's own day is that of its start; one hour later is not on it any more."""
    policy = Policy(rest_days=RestDays.SAME_DAY)
    slot = plan_one(LONDON, "2026-11-27 22:00", "2026-11-28 00:30", policy)
    assert target(slot) == "2026-11-30 09:00"


def test_send_goes_on_a_rest_day_and_says_so() -> None:
    """T04: `send` takes the day after, whatever it is."""
    slot = plan_one(LONDON, "2026-11-27 16:00", "2026-11-27 17:00", Policy(rest_days=RestDays.SEND))
    assert target(slot) == "2026-11-28 09:00"
    assert slot.reasons[-1] == "sent on a rest day, as you asked"


def test_reader_without_a_country_rests_at_the_weekend_only() -> None:
    """T05: no holidays are known, and that is said."""
    slot = plan_one(Place("America/New_York"), "2026-11-25 14:00", "2026-11-25 15:00")
    assert target(slot) == "2026-11-26 09:00"
    assert (
        "the country is not known: Saturday and Sunday rest, no holidays are known" in slot.reasons
    )


def test_own_days_override_the_calendar_both_ways() -> None:
    """T06: a listed day off rests, a listed working day does not, whatever the calendar says."""
    policy = Policy(
        days_off=frozenset({date(2026, 12, 11)}), working_days=frozenset({date(2026, 12, 12)})
    )
    slot = plan_one(BERLIN, "2026-12-10 14:00", "2026-12-10 15:00", policy)
    assert target(slot) == "2026-12-12 09:00"
    assert slot.reasons[1:3] == (
        "Friday 11 December is one of your days off",
        "Saturday 12 December is one of your working days",
    )


def test_days_off_for_a_whole_year_are_refused_and_not_searched_for_ever() -> None:
    """T06: a list that leaves no day is named as the cause."""
    days = frozenset(date(2026, 12, 1) + timedelta(days=n) for n in range(400))
    with pytest.raises(BadInput, match="No working day is left") as caught:
        plan_one(BERLIN, "2026-12-10 14:00", "2026-12-10 15:00", Policy(days_off=days))
    assert "days_off" in caught.value.hint


def test_policy_tells_all_its_contradictions_at_once() -> None:
    """A setting that cannot be used is refused with every problem, when it is read."""
    day = date(2026, 12, 24)
    with pytest.raises(BadInput) as caught:
        Policy(time(3, 0, 30), days_off=frozenset({day}), working_days=frozenset({day}))
    assert len(caught.value.problems) == 3
    assert "2026-12-24" in caught.value.problems[2]


def test_earliest_moves_the_morning() -> None:
    """The one hour that a user may set is heeded."""
    policy = Policy(earliest=time(10, 15))
    slot = plan_one(BERLIN, "2026-12-08 14:00", "2026-12-08 15:00", policy)
    assert target(slot) == "2026-12-09 10:15"


def test_friday_in_the_emirates_is_a_short_working_day() -> None:
    """T10: a mail goes on Friday morning, but never after 11:30."""
    on_friday = plan_one(DUBAI, "2026-12-10 14:00", "2026-12-10 15:00")
    assert target(on_friday) == "2026-12-11 09:00"
    late = Policy(earliest=time(12))
    on_monday = plan_one(DUBAI, "2026-12-10 14:00", "2026-12-10 15:00", late)
    assert target(on_monday) == "2026-12-14 12:00"
    assert "Friday 11 December closes at 11:30, before your earliest hour" in on_monday.reasons


def test_spread_shrinks_to_the_close_of_a_half_day() -> None:
    """T07, T10: at 11:30 on an Emirates' Friday there is no minute left to add."""
    slot = plan_one(DUBAI, "2026-12-10 23:00", "2026-12-11 08:30")
    assert target(slot) == "2026-12-11 11:30"
    assert wall(slot) == "2026-12-11 11:30"


def test_half_day_of_the_calendar_closes_early() -> None:
    """T10: Christmas Eve in Iceland ends at one, so that a mail goes by half past twelve."""
    place = Place("Atlantic/Reykjavik", country="IS")
    policy = Policy(earliest=time(12, 31))
    slot = plan_one(place, "2026-12-23 14:00", "2026-12-23 15:00", policy)
    assert target(slot) == "2026-12-28 12:31"
    assert "Thursday 24 December closes at 12:30, before your earliest hour" in slot.reasons


def test_natural_minute_is_fixed_for_each_mail() -> None:
    """T07: the same reader and day always give this minute, on every computer."""
    slot = plan_one(NEW_YORK, "2026-12-08 14:00", "2026-12-08 15:00")
    assert wall(slot) == "2026-12-09 09:17"


def test_natural_minutes_differ_from_reader_to_reader() -> None:
    """T07: between 2 and 28 minutes, and not the same for everybody."""
    starts_at, ends_at = talk(BERLIN, "2026-12-08 14:00", "2026-12-08 15:00")
    minutes = set()
    for n in range(200):
        reader = Reader(f"reader{n}@harbour.example", BERLIN)
        (slot,) = plan(starts_at, ends_at, [reader], Policy(), ends_at, user_zone="Europe/Berlin")
        minutes.add((slot.at - slot.target_at) // MINUTE)
    assert minutes == set(range(2, 29))


def test_result_does_not_depend_on_now_while_the_target_is_ahead() -> None:
    """T07: preview, stored slot and a restart give the same slots, before and after the talk."""
    starts_at, ends_at = talk(BERLIN, "2026-12-08 14:00", "2026-12-08 15:00")
    moments = [starts_at - timedelta(days=30), starts_at, ends_at, ends_at + timedelta(hours=17)]
    results = [
        plan_all([BERLIN, NEW_YORK], "2026-12-08 14:00", "2026-12-08 15:00", now=now)
        for now in moments
    ]
    assert all(result == results[0] for result in results)


def test_slot_runs_out_in_the_evening_of_its_own_day() -> None:
    """T11: until 20:30 on the reader's clock, on half days, too."""
    slot = plan_one(DUBAI, "2026-12-10 14:00", "2026-12-10 15:00")
    assert slot.until.astimezone(ZoneInfo("Asia/Dubai")) == datetime(
        2026, 12, 11, 20, 30, tzinfo=ZoneInfo("Asia/Dubai")
    )


def test_talk_that_ends_before_it_starts_is_refused() -> None:
    """A slot is never computed from times that cannot be."""
    with pytest.raises(BadInput, match="before it starts"):
        plan_one(BERLIN, "2026-12-08 15:00", "2026-12-08 14:00")


def test_unknown_zone_is_refused_by_name() -> None:
    """A zone that this computer does not know is the user's to mend, not a traceback."""
    reader = Reader("ada@harbour.example", Place("Mars/Olympus"))
    now = datetime(2026, 12, 8, tzinfo=UTC)
    with pytest.raises(BadInput, match="Mars/Olympus"):
        plan(now, now, [reader], Policy(), now, user_zone="UTC")


def test_candidate_is_warned_of_a_slot_in_their_own_night() -> None:
    """T01: who sits in Tokyo learns that the computer must be awake at two in the morning."""
    starts_at = datetime(2026, 12, 3, 16, tzinfo=ZoneInfo("America/Los_Angeles"))
    place = Place("America/Los_Angeles", "San Francisco", "US", "CA")
    readers = [Reader("ada@harbour.example", place)]
    (far,) = plan(starts_at, starts_at, readers, Policy(), starts_at, user_zone="Europe/Berlin")
    (night,) = plan(starts_at, starts_at, readers, Policy(), starts_at, user_zone="Asia/Tokyo")
    assert far.warnings == ()
    assert len(night.warnings) == 1
    assert night.warnings[0].startswith("that is Saturday 5 December 02:")
    assert night.at == far.at


def test_importing_timing_does_not_load_the_holidays() -> None:
    """Commands that plan nothing start without waiting for the calendars."""
    code = "import sys, service.timing; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
