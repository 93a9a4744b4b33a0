"""The service's clock: read from the environment, shared with other processes, and its jumps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import clock as clocks
from service.clock import Clock, JumpWatch, from_environment, parse, real_now, spell
from service.errors import ClockUnusable

START = datetime(2026, 12, 8, 6, 30, tzinfo=UTC)
SINCE = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def test_without_the_variable_it_is_the_computers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing set, or set to nothing, is real time."""
    for value in (None, "", "  "):
        if value is not None:
            monkeypatch.setenv(clocks.VARIABLE, value)
        clock = from_environment()
        assert clock.is_real
        before = real_now()
        assert before <= clock.now() <= real_now()


def test_the_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start, rate and since, each in its place."""
    text = "2026-12-08T07:30:00+01:00,rate=600,since=2026-11-22T20:00Z"
    monkeypatch.setenv(clocks.VARIABLE, text)
    clock = from_environment()
    assert clock == Clock(start=START, since=SINCE, rate=600)
    assert not clock.is_real


def test_a_start_alone_goes_on_from_now_as_fast_as_life() -> None:
    """The shortest form."""
    before = real_now()
    clock = parse("2026-12-08T07:30:00+01:00")
    assert (clock.start, clock.rate) == (START, 1.0)
    assert clock.since is not None
    assert before <= clock.since <= real_now()


def test_order_and_blanks_do_not_matter() -> None:
    """As people type it."""
    assert parse(" 2026-12-08T06:30Z , since=2026-11-22T20:00Z , rate=2 ") == parse(
        "2026-12-08T06:30Z,rate=2,since=2026-11-22T20:00Z"
    )


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0, 3.0, 600.0, 1_000_000.0])
def test_time_passes_at_its_rate(rate: float) -> None:
    """An hour of real time is `rate` hours of the clock's."""
    since = real_now() - timedelta(hours=1)
    clock = Clock(start=START, since=since, rate=rate)
    before = START + (real_now() - since) * rate
    now = clock.now()
    assert before <= now <= START + (real_now() - since) * rate
    assert now.tzinfo is UTC


def test_a_clock_that_stands_is_the_same_for_ever() -> None:
    """Rate 0: what lies ahead never comes, what lies behind is here at once."""
    clock = Clock(start=START, since=SINCE, rate=0)
    assert clock.now() == START == clock.now()
    assert clock.seconds_until(START + timedelta(seconds=1)) == float("inf")
    assert clock.seconds_until(START) == 0
    assert clock.seconds_until(START - timedelta(days=1)) == 0
    assert clock.seconds_since(START - timedelta(days=1)) == 86400


def test_waiting_is_counted_in_real_seconds() -> None:
    """Ten minutes of a clock that runs 600 times as fast are one second."""
    clock = Clock(start=START, since=real_now(), rate=600)
    assert 0 < clock.seconds_until(START + timedelta(minutes=10)) <= 1
    assert Clock().seconds_until(real_now() + timedelta(seconds=30)) == pytest.approx(30, abs=5)


AGES = st.timedeltas(timedelta(days=-9999), timedelta(days=9999))


@given(start=AGES, since=AGES, rate=st.floats(0, 1_000_000))
def test_spelled_and_parsed_a_clock_is_the_same(
    start: timedelta, since: timedelta, rate: float
) -> None:
    """Two processes that share a clock must not drift apart, however odd its rate."""
    clock = Clock(start=START + start, since=SINCE + since, rate=rate)
    assert parse(spell(clock)) == clock


def test_the_real_clock_is_spelled_as_nothing() -> None:
    """Handed on, it is no rehearsal."""
    assert spell(Clock()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "now",
        "2026-12-08",
        "2026-12-08T07:30:00",
        "2026-13-08T07:30:00Z",
        "2026-12-08T07:30:00+99:00",
        "2026-12-08T06:30Z,rate=",
        "2026-12-08T06:30Z,rate=fast",
        "2026-12-08T06:30Z,rate=-1",
        "2026-12-08T06:30Z,rate=nan",
        "2026-12-08T06:30Z,rate=inf",
        "2026-12-08T06:30Z,rate=1000001",
        "2026-12-08T06:30Z,since=",
        "2026-12-08T06:30Z,since=2026-11-22T20:00",
        "2026-12-08T06:30Z,speed=3",
        "2026-12-08T06:30Z,600",
        "2026-12-08T06:30Z,",
        ",rate=3",
        "rate=3",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
    ],
)
def test_what_cannot_be_read_is_refused_with_an_example(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A clock that is not understood must never become another one."""
    monkeypatch.setenv(clocks.VARIABLE, text)
    with pytest.raises(ClockUnusable) as caught:
        from_environment()
    assert clocks.VARIABLE in caught.value.message
    assert "2026-12-08T07:30:00+01:00,rate=600" in caught.value.hint


def test_two_clocks_that_run_on_together_make_no_jump() -> None:
    """Time that simply passes is none, and neither is a little drift."""
    watch = JumpWatch()
    assert watch.jump() == timedelta()
    watch._wall -= JumpWatch.TOLERANCE / 2
    assert watch.jump() == timedelta()
    watch._wall -= timedelta(minutes=10)
    watch._monotonic -= 600
    assert watch.jump() == timedelta()


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(seconds=3)])
def test_a_wall_clock_that_was_set_is_a_jump_once(jump: timedelta) -> None:
    """Forward or back, by hand or by a sleep that the monotonic clock did not count."""
    watch = JumpWatch()
    watch._wall -= jump
    seen = watch.jump()
    assert abs(seen - jump) < JumpWatch.TOLERANCE
    assert watch.jump() == timedelta()


def test_a_rehearsals_clock_makes_no_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may run as it likes: only the computer's own clocks are watched."""
    monkeypatch.setenv(clocks.VARIABLE, spell(Clock(start=START, since=real_now(), rate=1e6)))
    watch = JumpWatch()
    assert from_environment().now() > START
    assert watch.jump() == timedelta()
