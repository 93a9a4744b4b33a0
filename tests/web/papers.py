"""Invitations and words that visitors of the page bring along."""

REASONS = (
    "You keep the same nurses with the same patients, and that is how I have always wanted to "
    "work. I have led a night team for four years and would bring that with me."
)

INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:interview-4471@tidewater.example
DTSTAMP:20261201T080000Z
DTSTART;TZID=Europe/London:20261208T140000
DTEND;TZID=Europe/London:20261208T150000
SUMMARY:Interview: Ward Sister at Tidewater Clinic
LOCATION:London
ORGANIZER;CN=Marisol Duarte:mailto:m.duarte@tidewater.example
ATTENDEE;CN=Marisol Duarte;PARTSTAT=ACCEPTED:mailto:m.duarte@tidewater.example
ATTENDEE;CN=Priya Raman;PARTSTAT=ACCEPTED:mailto:p.raman@tidewater.example
ATTENDEE;CN=Ana Lindqvist;PARTSTAT=ACCEPTED:mailto:{address}
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def make_invitation(address: str = "ana.lindqvist@gmail.example") -> str:
    """Return an invitation of yesterday's talk with two people, to this address."""
    return INVITATION.format(address=address)
