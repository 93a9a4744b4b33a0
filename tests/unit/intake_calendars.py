"""Calendars of several makes as text, for the tests of intake; invented names throughout."""

from datetime import UTC, datetime
from pathlib import Path

from service.intake.invitation import Invitation, read_invitation
from service.records import Interview, Person

FOLDER = Path(__file__).parents[1] / "data" / "invitations"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "invitations"
"""More of them, where the project stands beside them; the tests pass without."""
OWN = frozenset({"jordan@avery.example", "ja@gmail.com"})
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
BERLIN = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""
GUESTS = (
    "ORGANIZER;CN=Rosa Whitlock:mailto:rosa@harborlight.example",
    "ATTENDEE;CN=Jordan Avery:mailto:jordan@avery.example",
    "ATTENDEE;CN=Tom Adeyemi:mailto:tom@harborlight.example",
)
TIMES = ("DTSTART;TZID=Europe/Berlin:20260714T100000", "DTEND;TZID=Europe/Berlin:20260714T110000")


def make_event(*lines: str, times: tuple[str, ...] = TIMES, uid: str = "u-1") -> str:
    """Return a VEVENT with the usual guests and times, and `lines` before them."""
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, *times, *GUESTS, "END:VEVENT"])


def make_calendar(*parts: str, method: str | None = "REQUEST") -> bytes:
    """Return a calendar of `parts` (events, time zones, lines)."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", *([f"METHOD:{method}"] if method else [])]
    return "\r\n".join([*head, *parts, "END:VCALENDAR", ""]).encode()


def read(data: bytes, name: str = "invite.ics", **more: str | None) -> Invitation:
    """Read an invitation as Jordan Avery would on 1 July 2026."""
    return read_invitation(data, name, OWN, NOW, **more)


def read_example(name: str) -> Invitation:
    """Read one of the files of tests/data/invitations."""
    return read((FOLDER / name).read_bytes(), name)


def interview_of(invitation: Invitation) -> Interview:
    """Return the interview of an invitation that has one."""
    assert invitation.interview is not None
    return invitation.interview


def people_of(invitation: Invitation) -> dict[str, Person]:
    """Return the people of the interview by name."""
    return {person.name: person for person in interview_of(invitation).people}
