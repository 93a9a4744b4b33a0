"""The lines of a VEVENT -> an `Event`, and which events of a file are the interview.

A series is never taken for one interview: it is refused unless exactly one of its occurrences is
left. What a later update of the same event says replaces what an earlier one said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from icalendar.prop import vText

from service.errors import BadInvitation
from service.intake import moments, recurrence, texts
from service.intake.calendar_text import Line
from service.intake.dates import ASSUMED, show_day
from service.intake.guests import Guest, read_guest
from service.intake.moments import Moment, Written
from service.intake.names import tidy

HINT = "Give the interview as flags (--starts, --ends) or as a TOML file; see callback add --help."
_MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one VEVENT from others and which word on it is the last; all that a CANCEL needs.

    `starts` is None where there is no readable one.
    """

    uid: str | None
    recurrence_id: Written | None
    sequence: int
    stamp: str
    title: str
    status: str
    starts: Written | None


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT as written. `ends` and `duration` are None where it does not say."""

    identity: Identity
    starts: Written
    ends: Written | None
    duration: timedelta | None
    is_all_day: bool
    rule: str | None
    added: tuple[datetime, ...]
    excluded: tuple[datetime, ...]
    organiser: Guest | None
    guests: tuple[Guest, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """When an event is, in real time. `is_end_assumed` when the calendar does not say."""

    starts: Moment
    ends_at: datetime | None
    is_end_assumed: bool


def read_identity(lines: tuple[Line, ...], file_name: str) -> Identity:
    """Read which event a VEVENT is; raise `BadInvitation` for an unreadable RECURRENCE-ID."""
    by_name = _first_of_each(lines)
    sequence = _value(by_name, "SEQUENCE")
    try:
        recurrence_id = _read_time(by_name.get("RECURRENCE-ID"))
    except ValueError as error:
        raise _unreadable(file_name, error) from error
    try:
        starts = _read_time(by_name.get("DTSTART"))
    except ValueError:
        starts = None
    return Identity(
        uid=tidy(_value(by_name, "UID"))[: texts.LINE * 2] or None,
        recurrence_id=recurrence_id,
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < _MOST_DIGITS else 0,
        stamp=_value(by_name, "DTSTAMP"),
        title=_read_title(by_name.get("SUMMARY")),
        status=_value(by_name, "STATUS").upper(),
        starts=starts,
    )


def read_event(lines: tuple[Line, ...], file_name: str) -> Event | None:
    """Read one VEVENT; None for one without a start. Raise `BadInvitation` for an odd time."""
    by_name = _first_of_each(lines)
    if "DTSTART" not in by_name:
        return None
    if len({line.value for line in lines if line.name == "DTSTART"}) > 1:
        raise BadInvitation(f"{file_name} names two starts for one event.", HINT)
    identity = read_identity(lines, file_name)
    try:
        return _read(identity, by_name, lines)
    except ValueError as error:
        raise _unreadable(file_name, error) from error


def find_times(event: Event, rules: Mapping[str, str], floating_zone: str | None) -> Times:
    """Return when the event is; `rules` and `floating_zone` as in `moments.place`."""
    starts = moments.place(event.starts, rules, floating_zone)
    if starts.at is None:
        return Times(starts, None, is_end_assumed=event.ends is None and event.duration is None)
    if event.ends is not None:
        ends_at = moments.place(event.ends, rules, floating_zone or starts.zone).at
        if ends_at is not None and ends_at != starts.at:
            return Times(starts, ends_at, is_end_assumed=False)
    elif event.duration:
        return Times(starts, starts.at + event.duration, is_end_assumed=False)
    return Times(starts, starts.at + ASSUMED, is_end_assumed=True)


def choose(events: list[Event], file_name: str) -> list[Event]:
    """Return the events that are meant, in order: the last word on each, and no series."""
    latest: dict[tuple[str, datetime | None], Event] = {}
    for number, event in enumerate(events):
        who = event.identity
        key = (who.uid or f"no uid {number}", who.recurrence_id.wall if who.recurrence_id else None)
        held = latest.get(key)
        if held is None or _rank(event) >= _rank(held):
            latest[key] = event
    chosen: list[Event] = []
    for (uid, recurrence_id), event in latest.items():
        if recurrence_id is None and _is_series(event):
            others = {k[1]: e for k, e in latest.items() if k[0] == uid and k[1] is not None}
            chosen += _last_of_series(event, others, file_name)
        else:
            chosen.append(event)
    return sorted(chosen, key=lambda e: e.starts.wall)


def _rank(event: Event) -> tuple[int, str]:
    return event.identity.sequence, event.identity.stamp


def _is_series(event: Event) -> bool:
    return event.rule is not None or any(day != event.starts.wall for day in event.added)


def _last_of_series(event: Event, moved: Mapping[datetime, Event], file_name: str) -> list[Event]:
    """Return the one occurrence that is left of a series, none when that is one that was moved."""
    title = event.identity.title
    called = f" “{title}”" if title else ""
    since = f"{show_day(event.starts.wall)} {event.starts.wall:%H:%M}"
    refusal = BadInvitation(
        f"{file_name} is a series of meetings{called} from {since} on, not one interview.",
        f"Say on which date the interview is. {HINT}",
    )
    if event.rule is not None and not recurrence.has_end(event.rule):
        raise BadInvitation(
            f"{file_name} is a series of meetings{called} from {since} on, without an end.",
            f"Say on which date the interview is. {HINT}",
        )
    found = recurrence.find_occurrences(
        event.starts.wall, event.rule, event.added, event.excluded, at_most=2 + len(moved)
    )
    if found is None:
        raise refusal
    left = [occurrence for occurrence in found if occurrence not in moved]
    if len(left) + sum(other.identity.status != "CANCELLED" for other in moved.values()) > 1:
        raise refusal
    return [_move_to(event, occurrence) for occurrence in left]


def _move_to(event: Event, occurrence: datetime) -> Event:
    shift = occurrence - event.starts.wall
    starts = replace(event.starts, wall=occurrence)
    ends = replace(event.ends, wall=event.ends.wall + shift) if event.ends else None
    return replace(event, starts=starts, ends=ends, rule=None, added=())


def _read(identity: Identity, by_name: Mapping[str, Line], lines: tuple[Line, ...]) -> Event:
    starts = moments.read_written(by_name["DTSTART"])
    ends = _read_time(by_name.get("DTEND"))
    duration = None
    if ends is None and "DURATION" in by_name:
        duration = moments.read_duration(by_name["DURATION"])
    is_marked = _value(by_name, "X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    organiser = by_name.get("ORGANIZER")
    return Event(
        identity=identity,
        starts=starts,
        ends=ends,
        duration=duration,
        is_all_day=starts.is_day or is_marked,
        rule=by_name["RRULE"].value if "RRULE" in by_name else None,
        added=tuple(_days(lines, "RDATE")),
        excluded=tuple(_days(lines, "EXDATE")),
        organiser=read_guest(organiser) if organiser else None,
        guests=tuple(read_guest(line) for line in lines if line.name == "ATTENDEE"),
    )


def _first_of_each(lines: tuple[Line, ...]) -> Mapping[str, Line]:
    by_name: dict[str, Line] = {}
    for line in lines:
        by_name.setdefault(line.name, line)
    return by_name


def _read_time(line: Line | None) -> Written | None:
    return moments.read_written(line) if line else None


def _unreadable(file_name: str, error: ValueError) -> BadInvitation:
    return BadInvitation(f"{file_name} has a time that cannot be read: {error}.", HINT)


def _read_title(line: Line | None) -> str:
    """Return the text of a SUMMARY on one line."""
    if line is None:
        return ""
    return tidy(str(vText.from_ical(line.value)))[: texts.LINE].strip()


def _value(by_name: Mapping[str, Line], name: str) -> str:
    return by_name[name].value.strip() if name in by_name else ""


def _days(lines: tuple[Line, ...], name: str) -> Iterator[datetime]:
    for line in lines:
        if line.name == name:
            for value in line.value.split(","):
                first = value.split("/")[0].strip()  # a period: RDATE;VALUE=PERIOD
                if first:
                    yield moments.read_written(replace(line, value=first)).wall
