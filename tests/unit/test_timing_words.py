"""What timing says: moments in both zones, runs of days, holidays and estimates."""

from datetime import UTC, date, datetime

import pytest

from service.records import Place, Slot
from service.timing import Policy, Reader, describe, describe_moment, plan
from service.timing.words import (
    OWN_DAY_OFF,
    WEEKEND,
    Label,
    is_estimate,
    label_holiday,
    name_holiday,
    tell_days,
)

AT = datetime(2026, 12, 9, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "user_zone", "line"),
    [
        (
            "America/New_York",
            "Europe/Berlin",
            "Wednesday 9 December 09:12 in New York (15:12 for you)",
        ),
        (
            "America/New_York",
            "Asia/Kolkata",
            "Wednesday 9 December 09:12 in New York (19:42 for you)",
        ),
        (
            "America/New_York",
            "Asia/Tokyo",
            "Wednesday 9 December 09:12 in New York (23:12 for you)",
        ),
        (
            "America/New_York",
            "Pacific/Auckland",
            "Wednesday 9 December 09:12 in New York (Thursday 10 December 03:12 for you)",
        ),
        ("America/New_York", "America/Toronto", "Wednesday 9 December 09:12 in New York"),
        (
            "America/Argentina/Buenos_Aires",
            "America/Sao_Paulo",
            "Wednesday 9 December 11:12 in Buenos Aires",
        ),
        ("UTC", "UTC", "Wednesday 9 December 14:12 in UTC"),
        ("Etc/GMT+3", "Etc/GMT+3", "Wednesday 9 December 11:12 in UTC-03:00"),
    ],
)
def test_moment_is_said_on_both_clocks(zone: str, user_zone: str, line: str) -> None:
    """T01: the reader's clock first, the user's where it shows something else."""
    assert describe_moment(AT, zone, user_zone=user_zone) == line


def test_slot_is_described_with_the_city_that_the_user_named() -> None:
    """Somebody in San Francisco is not said to be in Los Angeles."""
    slot = Slot(AT, AT, AT, "America/Los_Angeles")
    assert describe(slot, user_zone="Europe/Berlin", city="San Francisco") == (
        "Wednesday 9 December 06:12 in San Francisco (15:12 for you)"
    )


def test_days_of_which_the_same_is_said_are_said_together() -> None:
    """A run of days is one sentence, also across the end of a month."""
    days = [date(2026, 10, n) for n in (29, 30, 31)] + [date(2026, 11, n) for n in (1, 2)]
    labels = [OWN_DAY_OFF, OWN_DAY_OFF, WEEKEND, WEEKEND, Label("is new", "are new")]
    assert tell_days(list(zip(days, labels, strict=True))) == (
        "Thursday 29 and Friday 30 October are among your days off",
        "Saturday 31 October and Sunday 1 November are the weekend",
        "Monday 2 November is new",
    )
    assert tell_days([(day, OWN_DAY_OFF) for day in days]) == (
        "Thursday 29 October to Monday 2 November are among your days off",
    )
    assert tell_days([(day, WEEKEND) for day in (days[0], days[2])]) == (
        "Thursday 29 October is a weekend day",
        "Saturday 31 October is a weekend day",
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Thanksgiving Day", "Thanksgiving Day"),
        ("Independence Day (observed)", "Independence Day (observed)"),
        ("Eid al-Fitr (estimated)", "Eid al-Fitr"),
        ("Eid al-Fitr (observed, estimated)", "Eid al-Fitr (observed)"),
        ("Day off (substituted from 10/10/2026)", "a day off"),
        ("Easter Monday; Land Day", "Easter Monday and Land Day"),
    ],
)
def test_holiday_is_named_without_the_notes_of_the_package(given: str, said: str) -> None:
    """American dates and brackets about estimates do not reach a sentence."""
    assert name_holiday(given) == said


def test_estimate_is_said_to_be_one() -> None:
    """T04: Islamic dates that the package only estimates are shown as uncertain."""
    label = label_holiday("Eid al-Fitr (estimated)")
    assert label.one == "is expected to be Eid al-Fitr; the date is an estimate"
    assert label.many == "are expected to be Eid al-Fitr; the dates are estimates"
    assert is_estimate("Eid al-Fitr (observed, estimated)")


def test_day_that_rests_for_certain_is_no_estimate() -> None:
    """A certain holiday on the same day makes it certain."""
    assert not is_estimate("Eid al-Fitr (estimated); Labor Day")
    assert not is_estimate("")


def test_slot_beside_an_estimated_holiday_is_doubtful() -> None:
    """T04: Eid of 2027 may come a day later, so that the day after it may be one of it."""
    ends_at = datetime(2027, 3, 8, 11, tzinfo=UTC)
    place = Place("Asia/Dubai", "Dubai", "AE", None)
    readers = [Reader("ada@harbour.example", place)]
    (slot,) = plan(ends_at, ends_at, readers, Policy(), ends_at, user_zone="Asia/Dubai")
    assert slot.reasons[1] == (
        "Tuesday 9 March is expected to be Eid al-Fitr; the date is an estimate"
    )
    assert slot.reasons[2] == (
        "Wednesday 10 and Thursday 11 March are expected to be Eid al-Fitr Holiday; "
        "the dates are estimates"
    )
    assert (
        "Thursday 11 March is only estimated as Eid al-Fitr Holiday: "
        "Friday 12 March may turn out to be a holiday" in slot.warnings
    )
