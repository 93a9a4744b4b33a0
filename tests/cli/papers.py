"""What a user of these tests has at hand: submissions and invitations, and how to change them."""

from pathlib import Path

AWAKE = "This computer must be awake and online on Wednesday 9 December 09:10 in London.\n"
"""What is said of the first mail of the clinic's panel."""

OWN_ADDRESS = "ana.lindqvist@example.com"
MARISOL_LINE = "Your plan for quieter nights is one I would love to help with."
PRIYA_LINE = "What you said about teaching every new nurse yourself has stayed with me."
WHY = "I would like to keep the same patients from the first day to the last."
SECOND_WHY = "Nobody else in the county runs a ward like that."

PANEL = f"""
company = "Tidewater Clinic"
role = "Ward Sister"
starts = 2026-12-08 14:00:00
ends = 2026-12-08 15:00:00
where = "London"
why = "{WHY} {SECOND_WHY}"

[[people]]
name = "Marisol Duarte"
email = "m.duarte@tidewater.example"
line = "{MARISOL_LINE}"

[[people]]
name = "Priya Raman"
email = "p.raman@tidewater.example"
line = "{PRIYA_LINE}"
"""

ONE = (
    *("--company", "Harbour Foods", "--role", "Quality Manager", "--where", "London"),
    *("--starts", "2026-12-08 14:00", "--ends", "15:00"),
    *("--why", "I have made small kitchens pass large audits, and would gladly do it with you."),
    *("--person", "Henrik Vogt <h.vogt@harbour.example>"),
)
"""The flags of a talk with one person."""


def write(folder: Path, name: str, text: str | bytes) -> str:
    """Write a file and return its path as it is typed."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def make_invitation(
    *,
    method: str = "REQUEST",
    sequence: int = 0,
    day: str = "20261208",
    more_guests: tuple[str, ...] = (),
    own_address: str = OWN_ADDRESS,
) -> str:
    """Return a calendar invitation of the clinic to Ana, on `day` from 14:00 to 15:00 in London."""
    guests = "".join(
        f"ATTENDEE;CN={name}:mailto:{address}\n" for name, address in _split(more_guests)
    )
    return f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Tidewater//Calendar//EN
METHOD:{method}
BEGIN:VEVENT
UID:interview-1@tidewater.example
SEQUENCE:{sequence}
DTSTAMP:20261204T090000Z
DTSTART;TZID=Europe/London:{day}T140000
DTEND;TZID=Europe/London:{day}T150000
SUMMARY:Interview: Ward Sister
ORGANIZER;CN=People Team:mailto:no-reply@tidewater.example
ATTENDEE;CN="Duarte, Marisol";PARTSTAT=ACCEPTED:mailto:m.duarte@tidewater.example
ATTENDEE;CN=Priya Raman;PARTSTAT=ACCEPTED:mailto:p.raman@tidewater.example
ATTENDEE;CN=Tom Okafor;PARTSTAT=DECLINED:mailto:t.okafor@tidewater.example
{guests}ATTENDEE;CN=Ana Lindqvist;PARTSTAT=NEEDS-ACTION:mailto:{own_address}
END:VEVENT
END:VCALENDAR
"""


def make_mail(invitation: str) -> str:
    """Return the mail that carried an invitation to Ana."""
    return f"""From: People Team <no-reply@tidewater.example>
To: Ana Lindqvist <{OWN_ADDRESS}>
Subject: Invitation: Ward Sister
Date: Fri, 4 Dec 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

We look forward to meeting you.
--part
Content-Type: text/calendar; charset=utf-8; method=REQUEST

{invitation}
--part--
"""


def _split(guests: tuple[str, ...]) -> list[tuple[str, str]]:
    """Split "Name <address>" as a calendar writes them."""
    return [
        (name.strip(), rest.rstrip(">")) for name, _, rest in (g.partition("<") for g in guests)
    ]
