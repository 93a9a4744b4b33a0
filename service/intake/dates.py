"""Whether the time of a talk can be right: one check for invitations, files and flags."""

from datetime import datetime, timedelta

YEARS_BACK = 1
YEARS_AHEAD = 2
LONGEST = timedelta(hours=24)
ASSUMED = timedelta(hours=1)
"""How long a talk is taken to last when nobody said; always shown as a guess."""


def check_dates(starts_at: datetime, ends_at: datetime, now: datetime | None) -> tuple[str, ...]:
    """Return what is wrong with a talk's times, nothing when they can be right.

    Both are aware. With `now` None the distance from today is not judged.
    """
    problems = []
    if ends_at <= starts_at:
        problems.append(f"it ends ({_show(ends_at)}) before it begins ({_show(starts_at)})")
    elif ends_at - starts_at > LONGEST:
        problems.append(
            f"it lasts from {_show(starts_at)} to {_show(ends_at)}, longer than a day; give each"
            " talk its own start and end"
        )
    if now is not None and starts_at < _shift(now, -YEARS_BACK):
        problems.append(f"it was on {_show_day(starts_at)}, more than a year ago")
    if now is not None and starts_at > _shift(now, YEARS_AHEAD):
        problems.append(f"it is on {_show_day(starts_at)}, more than two years ahead")
    return tuple(problems)


def show_day(moment: datetime) -> str:
    """Return "Tuesday 8 December 2026"."""
    return f"{moment:%A} {_show_day(moment)}"


def _show(moment: datetime) -> str:
    return f"{_show_day(moment)} {moment:%H:%M}"


def _show_day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B} {moment.year}"


def _shift(now: datetime, years: int) -> datetime:
    return now + timedelta(days=365.25 * years)
