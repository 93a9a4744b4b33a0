"""What is different for one interview wins over the settings, and is kept whole."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import overrides
from service.errors import BadInput
from service.intake.merge import merge_overrides
from service.records import Overrides, RestDays
from service.timing import Policy

CHRISTMAS_EVE, BOXING_DAY = date(2026, 12, 24), date(2026, 12, 26)

DAYS = st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=4)
OWN = st.builds(
    Overrides,
    earliest=st.none()
    | st.times(time(6), time(18)).map(lambda t: t.replace(second=0, microsecond=0)),
    rest_days=st.none() | st.sampled_from(RestDays),
    days_off=DAYS,
    working_days=DAYS,
)


@given(OWN)
def test_what_is_stored_is_what_is_read(own: Overrides) -> None:
    """Nothing is lost in the column, and nothing is stored where nothing is different."""
    assert overrides.read(overrides.write(own)) == own
    assert (overrides.write(own) is None) == (own == Overrides())


def test_what_is_empty_is_as_it_is_set() -> None:
    """An interview without a word of its own has the policy of the settings."""
    policy = Policy(time(10), RestDays.SEND, frozenset({CHRISTMAS_EVE}))
    assert policy.override(Overrides()) == policy


def test_each_key_wins_over_the_setting() -> None:
    """Hour and way replace those that are set."""
    policy = Policy().override(Overrides(earliest=time(10), rest_days=RestDays.SAME_DAY))
    assert (policy.earliest, policy.rest_days) == (time(10), RestDays.SAME_DAY)


def test_days_come_on_top_and_win_where_they_contradict() -> None:
    """A day off by the settings is a working day at this office, and the other way round."""
    policy = Policy(days_off=frozenset({CHRISTMAS_EVE}), working_days=frozenset({BOXING_DAY}))
    own = Overrides(days_off=frozenset({BOXING_DAY}), working_days=frozenset({CHRISTMAS_EVE}))
    turned = policy.override(own)
    assert turned.days_off == {BOXING_DAY}
    assert turned.working_days == {CHRISTMAS_EVE}


def test_a_day_cannot_be_both() -> None:
    """What contradicts itself is refused, with the day."""
    both = frozenset({BOXING_DAY})
    with pytest.raises(BadInput, match="2026-12-26 stands in both"):
        Policy().override(Overrides(days_off=both, working_days=both))


@given(OWN, OWN)
def test_a_second_submission_wins_over_the_first(first: Overrides, second: Overrides) -> None:
    """Joined, what the newer one says stands, and what it leaves open is as it was."""
    joined = merge_overrides(first, second)
    assert joined.earliest == (second.earliest or first.earliest)
    assert joined.rest_days == (second.rest_days or first.rest_days)
    assert second.days_off <= joined.days_off
    assert joined.days_off <= first.days_off | second.days_off
    assert merge_overrides(first, Overrides()) == Overrides(
        first.earliest, first.rest_days, first.days_off, first.working_days
    )
