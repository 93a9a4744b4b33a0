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

# What people say of a job and of a talk, in whole sentences and in fragments.
SHORT_REASONS = (
    "Your team plans discharge from the first day.",
    "Parents sit in every handover, which I have wanted for years.",
    "The filter gallery is the cleanest I have seen.",
    "Nobody is rushed at the end of a shift.",
    "A kitchen that tells me what I did wrong is where I learn most.",
    "Small crews check each other's work before it leaves the yard.",
    "Every bug gets a test before it gets a fix.",
    "Fieldwork happens twice a term, whatever the weather.",
    "I grew up twenty minutes from the plant and still know the river.",
    "Apprentices here work next to the people who designed the machine.",
    "Clients speak to the lawyer who writes the brief.",
    "The night rota is agreed by those who work it.",
    "I would love to learn lamination from somebody who still does it by hand.",
    "Mistakes are written down so that the next person can avoid them.",
    "I like that you have stayed with one product for years and made it better all that time.",
    "I want to build things that are still in use when I retire.",
    "Small team, hard problem, people who argue kindly: that is the job I want to join.",
    "I have led summer crews for nine years and never lost anybody to the heat.",
    "The choir sings in the canteen, and I am a bass.",
)
LINES = (
    "the night shift plan",
    "how the team trains juniors",
    "You showed me the ward at the end of a long shift.",
    "You asked me what I would never do for a client.",
    "for the honest notes on my tempering",
    "The gripper",
    "Your question about replaying events followed me home.",
    "that technicians write the reports themselves",
    "You explained the ozone stage twice without losing patience.",
    "the pro bono clinic",
    "why the rota changed",
    "We talked about the flood of 2013.",
    "The control room at handover was quieter than I expected.",
    "the tour of the yard",
    "I enjoyed drawing the billing ledger with you.",
    "discharge planning, handover",
    "showing me round the greenhouse",
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
