"""The text of a calendar -> content lines by component, as much of it as is whole.

Products write broken calendars: no folding, blank lines, half a VTIMEZONE, alarms without end. Only
the lines that intake reads are taken, each on its own, so that a broken one costs nothing but
itself; a VEVENT that is cut off is refused, since what it lacks may be what matters. `icalendar`
takes the lines apart, but not the components: its component parser keeps VTIMEZONEs by name for the
whole process and leaves out an RRULE it cannot read, both of which could end in a wrong time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from icalendar.parser import Contentline

from service.errors import BadInvitation

_MOST_LINES = 100_000
_MOST_EVENTS = 500
_MOST_ATTENDEES = 500
_MOST_ZONES = 20
_MOST_ZONE_LINES = 2000
_LONGEST_LINE = 10_000
_DEEPEST = 16
_READ = frozenset(
    {
        *("UID", "SEQUENCE", "RECURRENCE-ID", "DTSTAMP", "STATUS", "SUMMARY"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
        *("ORGANIZER", "ATTENDEE", "X-MICROSOFT-CDO-ALLDAYEVENT"),
    }
)
_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?=[;:])")
_CN = re.compile(r'[;,]CN=("[^"]*"|[^;:]*)', re.IGNORECASE)
_ONE_EVENT = "Save the one event of the interview as its own .ics file and add that."


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its name in capitals, its parameters by name in capitals, its raw value."""

    name: str
    params: dict[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class CalendarText:
    """What a calendar holds. `zones` are whole VTIMEZONEs as text, by TZID; one may be empty."""

    method: str | None
    zone_hint: str | None
    events: tuple[tuple[Line, ...], ...]
    zones: dict[str, str]
    is_damaged: bool


def split(text: str, file_name: str) -> CalendarText:
    """Take a calendar apart; raise `BadInvitation` where it is too large or made to be."""
    lines = _unfold(text)
    if len(lines) > _MOST_LINES:
        raise BadInvitation(f"{file_name} holds more than {_MOST_LINES} lines.", _ONE_EVENT)
    found = _Found()
    stack: list[_Open] = []
    for line in lines:
        _take(line, stack, found)
        if len(stack) > _DEEPEST:
            raise BadInvitation(f"{file_name} is damaged: its parts never end.", _ONE_EVENT)
    found.is_damaged |= any(component.name != "VCALENDAR" for component in stack)
    if len(found.events) > _MOST_EVENTS:
        raise BadInvitation(f"{file_name} holds {len(found.events)} events.", _ONE_EVENT)
    for event in found.events:
        if sum(line[:8].upper() == "ATTENDEE" for line in event) > _MOST_ATTENDEES:
            message = f"{file_name} invites more than {_MOST_ATTENDEES} people."
            raise BadInvitation(message, _ONE_EVENT)
    return CalendarText(
        method=found.method,
        zone_hint=found.zone_hint,
        events=tuple(tuple(_parse_all(event)) for event in found.events),
        zones=found.zones,
        is_damaged=found.is_damaged,
    )


class _Open:
    """A component that has begun and not ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self.is_cut = False


class _Found:
    def __init__(self) -> None:
        self.method: str | None = None
        self.zone_hint: str | None = None
        self.events: list[list[str]] = []
        self.zones: dict[str, str] = {}
        self.is_damaged = False


def _unfold(text: str) -> list[str]:
    """Join folded lines. Blank lines are dropped first: some products put them inside a fold."""
    one_break = re.sub(r"[\r\n]+", "\n", text)
    return re.sub(r"\n[ \t]", "", one_break).split("\n")


def _take(line: str, stack: list[_Open], found: _Found) -> None:
    word, _, rest = line.partition(":")
    keyword = word.strip().upper()
    if keyword == "BEGIN":
        stack.append(_Open(rest.strip().upper()))
    elif keyword == "END":
        _close(rest.strip().upper(), stack, found)
    elif stack and _LINE.match(line):
        component = stack[-1]
        component.lines.append(line)
        if component.name == "VCALENDAR" and keyword == "METHOD" and found.method is None:
            found.method = rest.strip().upper() or None
        if component.name == "VCALENDAR" and keyword == "X-WR-TIMEZONE":
            found.zone_hint = rest.strip() or None


def _close(name: str, stack: list[_Open], found: _Found) -> None:
    if not any(component.name == name for component in stack):
        found.is_damaged = True
        return
    while stack[-1].name != name:
        stack.pop()
        stack[-1].is_cut = found.is_damaged = True
    component = stack.pop()
    is_inside = bool(stack)
    if component.name == "VEVENT" and not component.is_cut:
        found.events.append(component.lines)
    elif component.name in {"STANDARD", "DAYLIGHT"} and is_inside:
        stack[-1].is_cut |= component.is_cut
        stack[-1].lines += [f"BEGIN:{name}", *component.lines, f"END:{name}"]
    elif component.name == "VTIMEZONE" and not component.is_cut:
        _keep_zone(component.lines, found)


def _keep_zone(lines: list[str], found: _Found) -> None:
    tzid = next((ln.partition(":")[2] for ln in lines if ln.upper().startswith("TZID:")), "")
    kept = [line for line in lines if not line.upper().startswith("X-")]
    if len(kept) > _MOST_ZONE_LINES or len(found.zones) >= _MOST_ZONES:
        found.is_damaged = True
        return
    found.zones.setdefault(clean_zone_name(tzid), "\r\n".join(kept))


def clean_zone_name(name: str) -> str:
    """Return a TZID in one spelling: it is escaped in a value and not in a quoted parameter."""
    return name.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\").strip().strip('"')


def _parse_all(lines: list[str]) -> Iterator[Line]:
    for line in lines:
        match = _LINE.match(line)
        if match and match[0].upper() in _READ:
            yield _parse(line[:_LONGEST_LINE], match[0].upper())


def _parse(line: str, name: str) -> Line:
    try:
        _, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]  # icalendar leaves its constructor untyped
    except (ValueError, AssertionError):
        return _parse_roughly(line, name)
    params = {
        str(key).upper(): ",".join(v) if isinstance(v, list | tuple) else str(v)
        for key, v in parameters.items()
    }
    return Line(name, params, str(value).strip())


def _parse_roughly(line: str, name: str) -> Line:
    """Read a line with broken parameters as far as it goes: nobody invited may get lost."""
    shown = _CN.search(line)
    params = {"CN": shown[1].strip('"')} if shown else {}
    start = line.lower().rfind("mailto:")
    value = line[start:] if start >= 0 else line.rpartition(":")[2]
    return Line(name, params, value.strip())
