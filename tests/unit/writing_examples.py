"""Interviews and people for the tests of writing, with few words."""

from datetime import UTC, date, datetime, timedelta

from service.records import Candidate, Interview, Kind, Person, Place, Talk
from service.writing.composition import Composed, compose

TUESDAY = date(2026, 12, 8)
WEDNESDAY = date(2026, 12, 9)
WEDNESDAY_MORNING = datetime(2026, 12, 9, 9, 12, tzinfo=UTC)

NEW_YORK = Place("America/New_York", city="New York", country="US")
LONDON = Place("Europe/London", city="London", country="GB")
DUBAI = Place("Asia/Dubai", city="Dubai", country="AE")
SOMEWHERE = Place("Europe/London")

HANNAH = Candidate("Hannah Whitlock", "Europe/London")

REASONS = (
    "Your team plans discharge from the first day. "
    "Parents sit in every handover, and nobody is rushed at the end of a shift."
)


def interview(
    *people: Person,
    company: str = "Northgate Hospital",
    role: str = "Ward Nurse",
    reasons: str = REASONS,
    place: Place | None = SOMEWHERE,
    start: datetime = datetime(2026, 12, 8, 14, 0, tzinfo=UTC),
    agency: str | None = None,
    language: str = "en",
) -> Interview:
    """Return an interview of one hour with these people."""
    talk = Talk(start, start + timedelta(hours=1), "Europe/London")
    return Interview(
        company=company,
        role=role,
        talks=(talk,),
        people=people,
        place=place,
        reasons=reasons,
        agency=agency,
        language=language,
    )


def representative(name: str = "Nadia Rourke", address: str | None = "n@agency.example") -> Person:
    """Return the agency's person."""
    return Person(
        name,
        address,
        kind=Kind.REPRESENTATIVE,
        form_of_address="Ms",
        family_name=name.rpartition(" ")[2],
    )


def write(of: Interview, sender: Candidate = HANNAH) -> dict[str, Composed]:
    """Compose as on the day after, by the reader's name."""
    return {mail.reader.name: mail for mail in compose(of, sender, WEDNESDAY).mails}


def whole(mail: Composed) -> str:
    """Return a mail as one text: its subject, a blank line, its body."""
    return f"{mail.text.subject}\n\n{mail.text.body}"
