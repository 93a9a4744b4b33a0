"""The user's own time (T14): accepted with warnings, refused only when it cannot be."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.errors import BadInput
from service.records import Place, Slot
from service.timing import Policy, fix

BERLIN = Place("Europe/Berlin", "Berlin", "DE", "BE")
ZONE = ZoneInfo("Europe/Berlin")
ENDED = datetime(2026, 12, 8, 15, tzinfo=ZONE)


def name(when: str, *, fold: int = 0, ended: datetime = ENDED, place: Place = BERLIN) -> Slot:
    """Fix a time on the place's clock, an hour after the end of the interview."""
    local = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(place.zone), fold=fold)
    now = ended + timedelta(hours=1)
    return fix(local, place, Policy(), now, ended, user_zone="Europe/Berlin")


def test_named_time_is_taken_to_the_minute() -> None:
    """T14: no natural minute is added, and :00 is as good as any."""
    slot = name("2026-12-09 10:00")
    assert slot.at == datetime(2026, 12, 9, 9, tzinfo=UTC)
    assert slot.target_at == slot.at
    assert slot.is_fixed
    assert slot.reasons == ("you named Wednesday 9 December 2026 10:00",)
    assert slot.warnings == ()


@pytest.mark.parametrize(
    ("when", "warning"),
    [
        ("2026-12-09 23:00", "23:00 is outside 08:30 to 18:30 there"),
        ("2026-12-09 05:00", "05:00 is outside 08:30 to 18:30 there"),
        ("2026-12-12 10:00", "Saturday 12 December is a weekend day"),
        ("2026-12-25 10:00", "Friday 25 December is Christmas Day"),
        ("2026-12-08 17:40", "this is still the day on which the interview ended"),
        (
            "2026-12-17 10:00",
            "this is 9 days after the interview: check that the words still fit",
        ),
    ],
)
def test_named_time_against_the_rules_is_accepted_with_a_warning(when: str, warning: str) -> None:
    """T14: night, rest day, too soon and too late are the user's to decide."""
    slot = name(when)
    assert warning in slot.warnings
    assert f"{slot.at.astimezone(ZONE):%Y-%m-%d %H:%M}" == when


def test_named_time_soon_after_a_late_talk_is_warned_of() -> None:
    """T03, T14: half past one, after a talk until eleven, is less than three hours on."""
    slot = name("2026-12-09 01:30", ended=datetime(2026, 12, 8, 23, tzinfo=ZONE))
    assert "this is less than 3 hours after the interview" in slot.warnings


def test_named_time_for_an_own_day_off_says_so() -> None:
    """T06, T14: the user's own list is held against the user's own time."""
    policy = Policy(days_off=frozenset({date(2026, 12, 9)}))
    when = datetime(2026, 12, 9, 10, tzinfo=ZONE)
    slot = fix(when, BERLIN, policy, ENDED, ENDED, user_zone="Europe/Berlin")
    assert slot.warnings == ("Wednesday 9 December is one of your days off",)


def test_named_time_may_be_given_in_any_zone() -> None:
    """T12: an instant is an instant; the slot shows the reader's clock."""
    when = datetime(2026, 12, 9, 18, tzinfo=ZoneInfo("Asia/Tokyo"))
    slot = fix(when, BERLIN, Policy(), ENDED, ENDED, user_zone="Asia/Tokyo")
    assert slot.at == when
    assert slot.at.tzinfo is UTC
    assert slot.zone == "Europe/Berlin"
    assert slot.reasons == ("you named Wednesday 9 December 2026 10:00",)


def test_named_time_in_the_past_is_refused() -> None:
    """T14: only what is still to come can be fixed."""
    with pytest.raises(BadInput, match="Tuesday 8 December 15:30 in Berlin is past"):
        name("2026-12-08 15:30")


def test_named_time_before_the_end_of_the_interview_is_refused() -> None:
    """T14: nobody is thanked for a talk that is not over."""
    now = ENDED - timedelta(days=3)
    when = ENDED - timedelta(minutes=1)
    with pytest.raises(BadInput, match="before the end of the interview"):
        fix(when, BERLIN, Policy(), now, ENDED, user_zone="Europe/Berlin")
    assert fix(ENDED, BERLIN, Policy(), now, ENDED, user_zone="Europe/Berlin").at == ENDED


def test_named_time_in_the_missing_hour_is_moved_and_said() -> None:
    """T12: 02:30 does not exist on 28 March 2027 in Berlin; 03:30 is meant."""
    slot = name("2027-03-28 02:30", ended=datetime(2027, 3, 27, 15, tzinfo=ZONE))
    assert slot.at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert slot.warnings[0] == (
        "the clocks leave out 02:30 on Sunday 28 March in Berlin: 03:30 is meant"
    )


@pytest.mark.parametrize(("fold", "hour", "which"), [(0, 0, "first"), (1, 1, "second")])
def test_named_time_in_the_doubled_hour_is_settled_and_said(
    fold: int, hour: int, which: str
) -> None:
    """T12: 02:30 comes twice on 31 October 2027 in Berlin."""
    ended = datetime(2027, 10, 30, 15, tzinfo=ZONE)
    slot = name("2027-10-31 02:30", fold=fold, ended=ended)
    assert slot.at == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    assert slot.warnings[0] == (
        f"the clocks show 02:30 on Sunday 31 October in Berlin twice: the {which} one is meant"
    )


@pytest.mark.parametrize(
    ("when", "until"),
    [
        ("2026-12-09 10:00", "2026-12-09 20:30"),
        ("2026-12-09 19:00", "2026-12-09 22:00"),
        ("2026-12-09 23:00", "2026-12-10 02:00"),
    ],
)
def test_named_time_holds_for_three_hours_or_until_the_evening(when: str, until: str) -> None:
    """T11, T14: who names the night accepts the night, for three hours."""
    assert f"{name(when).until.astimezone(ZONE):%Y-%m-%d %H:%M}" == until


def test_named_time_for_a_reader_without_a_country_says_what_is_not_known() -> None:
    """T05: a holiday there would not be noticed."""
    slot = name("2026-12-25 10:00", place=Place("Europe/Berlin"))
    assert slot.warnings == (
        "the country is not known: Saturday and Sunday rest, no holidays are known",
        "this is 17 days after the interview: check that the words still fit",
    )
