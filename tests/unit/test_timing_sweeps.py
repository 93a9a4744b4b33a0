"""Timing over all zones, countries and days of 2026 to 2028, judged by a second opinion.

The sweeps run thinned; whole, they are marked `slow`. `timing_judge` says what must hold of a slot.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import available_timezones

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.records import Place, Slot
from service.timing import (
    Policy,
    Reader,
    RestDays,
    choices,
    describe,
    fix,
    is_missed,
    may_send_now,
    parse_when,
    plan,
    replan,
)
from tests.unit.timing_judge import Case, find_target, is_rest, judge

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
ZONES = sorted(available_timezones())
COUNTRIES = sorted(holidays.list_supported_countries(include_aliases=False))
MINUTE = timedelta(minutes=1)
STEP_OF_ZONES, STEP_OF_COUNTRIES = 97, 43
"""Steps that share no factor with a week or a year: the thinned sweeps meet all weekdays."""


def plan_case(case: Case, key: str = "ada@harbour.example", now: datetime | None = None) -> Slot:
    """Plan a case with one reader, as it is submitted at its end unless said otherwise."""
    (slot,) = plan(
        case.starts_at,
        case.ends_at,
        [Reader(key, case.place)],
        case.policy,
        now or case.ends_at,
        user_zone="Europe/Berlin",
    )
    return slot


def make_case(place: Place, day: date, turn: int, policy: Policy) -> Case:
    """Make a case whose hour and length change from turn to turn."""
    midnight = datetime.combine(day, time(), place.tz).astimezone(UTC)
    starts_at = midnight + timedelta(minutes=(turn * 131) % 1440)
    return Case(starts_at, starts_at + timedelta(minutes=15 + (turn * 47) % 600), place, policy)


def find_wrong(cases: Iterator[Case]) -> list[tuple[Case, list[str]]]:
    """Return the first cases with which something is wrong."""
    found: list[tuple[Case, list[str]]] = []
    for case in cases:
        if wrong := judge(case, plan_case(case)):
            found.append((case, wrong))
            if len(found) > 5:
                break
    return found


def sweep_zones(country: str, step: int) -> Iterator[Case]:
    """Go through every zone and every `step`th day with one country's calendar."""
    policies = [Policy(rest_days=way) for way in RestDays]
    for n, zone in enumerate(ZONES):
        place = Place(zone, country=country)
        for turn in range(n % step, len(DAYS), step):
            yield make_case(place, DAYS[turn], n + turn, policies[turn % 3 if turn % 2 else 0])


@lru_cache(maxsize=1)
def zones_by_country() -> dict[str, str]:
    """Read one zone per country from the zone table of `tzdata`."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[0]: row[2] for row in rows}


def sweep_countries(step: int) -> Iterator[Case]:
    """Go through every country, each in a zone of its own, and every `step`th day."""
    for n, country in enumerate(COUNTRIES):
        regions = (None, *getattr(holidays, country).subdivisions)
        for turn in range(n % step, len(DAYS), step):
            place = Place(
                zones_by_country().get(country, "UTC"),
                country=country,
                subdivision=regions[turn % len(regions)],
            )
            yield make_case(place, DAYS[turn], n + turn, Policy())


@pytest.mark.parametrize("country", ["US", "DE", "SA"])
def test_every_zone_gets_the_first_slot_that_qualifies(country: str) -> None:
    """T01 to T12 hold in every zone: no exception, no rest day, no hour outside the window."""
    assert find_wrong(sweep_zones(country, STEP_OF_ZONES)) == []


def test_every_country_gets_the_first_slot_that_qualifies() -> None:
    """T04 holds with every calendar that there is."""
    assert find_wrong(sweep_countries(STEP_OF_COUNTRIES)) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("country", ["US", "DE", "SA", "AE"])
def test_every_zone_on_every_day(country: str) -> None:
    """The whole sweep of zones."""
    assert find_wrong(sweep_zones(country, 1)) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_country_on_every_day() -> None:
    """The whole sweep of countries, their regions taking turns."""
    assert find_wrong(sweep_countries(1)) == []


@st.composite
def places(draw: st.DrawFn) -> Place:
    """Any zone with any country's calendar, or none; nothing says that they must fit."""
    country = draw(st.none() | st.sampled_from(COUNTRIES))
    regions = getattr(holidays, country).subdivisions if country else ()
    region = draw(st.none() | st.sampled_from(regions)) if regions else None
    return Place(draw(st.sampled_from(ZONES)), country=country, subdivision=region)


policies = st.builds(
    Policy,
    rest_days=st.sampled_from(RestDays),
    earliest=st.sampled_from([time(8, 30), time(9), time(9, 45), time(11), time(14, 5)]),
    days_off=st.frozensets(st.dates(FIRST, LAST), max_size=5),
)


walls = st.datetimes(datetime.combine(FIRST, time()), datetime.combine(LAST, time()))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any interview of up to fourteen hours in any place."""
    starts_at = draw(walls).replace(tzinfo=UTC)
    length = timedelta(minutes=draw(st.integers(0, 14 * 60)))
    return Case(starts_at, starts_at + length, draw(places()), draw(policies))


@settings(max_examples=300, deadline=None)
@given(cases())
def test_any_interview_gets_the_first_slot_that_qualifies(case: Case) -> None:
    """T01 to T12, whatever zone, calendar, hour and setting come together."""
    assert judge(case, plan_case(case)) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=20_000, deadline=None)
@given(cases())
def test_very_many_interviews_get_the_first_slot_that_qualifies(case: Case) -> None:
    """The same, for long."""
    assert judge(case, plan_case(case)) == []


@settings(max_examples=150, deadline=None)
@given(cases(), st.timedeltas(timedelta(days=-60), timedelta(days=60)))
def test_any_slot_stays_until_its_target_is_past(case: Case, away: timedelta) -> None:
    """T07, T11: before the target `now` changes nothing; after it there are ten minutes' notice."""
    usual = plan_case(case)
    now = case.ends_at + away
    slot = plan_case(case, now=now)
    if now <= usual.target_at:
        assert slot == usual
    else:
        assert slot.at >= now + 10 * MINUTE
        local = slot.at.astimezone(case.place.tz)
        assert time(8, 30) <= local.time() <= time(18, 30)
        may_rest = case.policy.rest_days is not RestDays.NEXT_WORKING_DAY
        assert may_rest or not is_rest(case, local.date())


@settings(max_examples=100, deadline=None)
@given(cases(), st.lists(places(), min_size=2, max_size=12))
def test_any_panel_is_spread_inside_each_readers_window(case: Case, others: list[Place]) -> None:
    """T08, T10: no two mails within four minutes, none outside the window, in order per clock."""
    readers = [Reader(f"{n}@harbour.example", place) for n, place in enumerate(others)]
    slots = plan(case.starts_at, case.ends_at, readers, case.policy, case.ends_at, user_zone="UTC")
    instants = sorted(slot.at for slot in slots)
    assert all(later - sooner >= 4 * MINUTE for sooner, later in pairwise(instants))
    for place, slot in zip(others, slots, strict=True):
        local = slot.at.astimezone(place.tz)
        assert time(8, 30) <= local.time() <= time(18, 30)
        assert local.minute != 0
        own = Case(case.starts_at, case.ends_at, place, case.policy)
        assert slot.target_at >= find_target(own)


@settings(max_examples=150, deadline=None)
@given(cases(), st.timedeltas(timedelta(), timedelta(days=12)))
def test_any_missed_slot_is_planned_anew_or_held(case: Case, late: timedelta) -> None:
    """T11: with notice, by day, on a working day or its own, and only so long as it is fresh."""
    usual = plan_case(case)
    now = usual.at + late
    assert may_send_now(usual, now) or now > usual.until
    slot = replan(usual, case.place, case.policy, now, "ada", user_zone="UTC")
    if now == usual.at:
        assert slot == usual
    elif slot is None:
        assert late > timedelta(hours=20)
    else:
        zone = case.place.tz
        local, own_day = slot.at.astimezone(zone), usual.at.astimezone(zone).date()
        assert slot.at >= now + 10 * MINUTE
        assert time(8, 30) <= local.time() <= time(20, 30)
        assert local.time() <= time(18, 30) or local.date() == own_day
        may_rest = case.policy.rest_days is RestDays.SEND or local.date() == own_day
        assert may_rest or not is_rest(case, local.date())
        assert may_send_now(slot, slot.at)
        assert not is_missed(slot, slot.at, slot.at)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_any_choice_is_what_plan_gives(case: Case) -> None:
    """T04: offered exactly before a rest day, with the times at which it would go."""
    reader = Reader("ada@harbour.example", case.place)
    offered = choices(
        case.starts_at, case.ends_at, [reader], case.policy, case.ends_at, user_zone="UTC"
    )
    if not is_rest(case, case.day + timedelta(days=1)):
        assert offered == []
    assert sum(choice.is_default for choice in offered) <= 1
    for choice in offered:
        own = Case(
            case.starts_at,
            case.ends_at,
            case.place,
            Policy(case.policy.earliest, choice.rest_days, case.policy.days_off),
        )
        assert choice.slots[0].target_at == find_target(own)


@settings(max_examples=150, deadline=None)
@given(places(), walls, st.sampled_from(ZONES))
def test_any_time_can_be_named_and_described(place: Place, wall: datetime, user_zone: str) -> None:
    """T14: what is typed is that wall clock there, unless the clocks leave it out."""
    now = datetime(2025, 12, 1, tzinfo=UTC)
    typed = f"{wall:%Y-%m-%d %H:%M}"
    when = parse_when(typed, place, now)
    slot = fix(when, place, Policy(), now, now, user_zone=user_zone)
    shown = f"{slot.at.astimezone(place.tz):%Y-%m-%d %H:%M}"
    assert shown == typed or any("leave out" in warning for warning in slot.warnings)
    assert shown[-5:] in describe(slot, user_zone=user_zone)
    assert may_send_now(slot, slot.at)
