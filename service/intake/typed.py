"""The times of a talk as flags and prompts give them: in figures, or as people say them.

A file does not say them so: it may be read on another day than it was written. What is read is the
wall clock of the place, so that `talks` finds an hour that the clocks leave out or show twice.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import NamedTuple

from service import timing
from service.errors import BadInput
from service.intake.submission_keys import Problems, SubmissionKeys
from service.records import Place

_SOMEWHERE = Place("UTC", "their city")
"""Stands in for a place that is not known, so that what cannot be read anywhere is still said."""
_NOON = time(12, tzinfo=UTC)
"""Stands in for a start that is not known: most that can be an end is one on that day."""


class Times(NamedTuple):
    """When a talk was, as it was typed at `said_at`."""

    starts: str | None
    ends: str | None
    said_at: datetime


def read_times(
    keys: SubmissionKeys, times: Times, place: Place | None, problems: Problems
) -> SubmissionKeys:
    """Return `keys` with the times that were typed; note in `problems` what cannot be read."""
    starts = _read_start(times, place, problems)
    ends = _read_end(times, starts, place, problems)
    read = {"starts": starts, "ends": ends}
    return keys.model_copy(update={key: value for key, value in read.items() if value is not None})


def _read_start(times: Times, place: Place | None, problems: Problems) -> datetime | None:
    text = times.starts
    if text is None:
        return None
    return _read_iso(text) or _read_words(
        "starts", lambda: timing.parse_start(text, place or _SOMEWHERE, times.said_at), problems
    )


def _read_end(
    times: Times, starts: datetime | None, place: Place | None, problems: Problems
) -> datetime | time | None:
    """Read an end on the clock on which the start was given: of an offset, else of the place."""
    text = times.ends
    if text is None:
        return None
    where = _SOMEWHERE if place is None or (starts and starts.tzinfo) else place
    begins = starts or datetime.combine(times.said_at.date(), _NOON)
    starts_at = begins.replace(tzinfo=where.tz)
    return (
        _read_iso_hour(text)
        or _read_iso(text)
        or _read_words(
            "ends", lambda: timing.parse_end(text, starts_at, where, times.said_at), problems
        )
    )


def _read_words(key: str, read: Callable[[], datetime], problems: Problems) -> datetime | None:
    try:
        return read().replace(tzinfo=None)
    except BadInput as error:
        problems.refuse((key,), error)
        return None


def _read_iso(text: str) -> datetime | None:
    """Return a date and time as a file holds it; a date alone is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if len(text.strip()) > len("2026-12-08") else None


def _read_iso_hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()) if len(text.strip()) <= len("15:00:00") else None
    except ValueError:
        return None
