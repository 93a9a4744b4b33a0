"""The two interviews of the demo: a panel, and one through an agency, with the mails they make.

`callback demo` sends their mails to nobody; the page shows them to whoever comes for the first
time. They are composed as every mail is.
"""

from datetime import UTC, datetime, timedelta

from service.actions import planning
from service.actions.office import Office
from service.actions.planning import Plan
from service.records import Candidate, Interview, Kind, Person, Place, Talk

EVENING = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)
"""The evening on which they are submitted."""

CANDIDATE = Candidate(name="Ana Lindqvist", zone="Europe/London", signature=("020 7946 0123",))


def draw_up(office: Office) -> tuple[Plan, ...]:
    """Draw up the mails of the examples; nothing is stored."""
    return tuple(
        planning.draw_up(office, CANDIDATE, interview, now=EVENING) for interview in INTERVIEWS
    )


def _talk(hour: int) -> Talk:
    start = datetime(2026, 12, 8, hour, tzinfo=UTC)
    return Talk(start, start + timedelta(hours=1), "Europe/London")


_LONDON = Place("Europe/London", city="London", country="GB", subdivision="ENG")
PANEL = Interview(
    company="Tidewater Clinic",
    role="Ward Sister",
    talks=(_talk(14),),
    place=_LONDON,
    people=(
        Person(
            "Marisol Duarte",
            "m.duarte@tidewater.example",
            line="Your plan for quieter nights on the ward is one I would love to help with.",
        ),
        Person(
            "Priya Raman",
            "p.raman@tidewater.example",
            line="What you said about teaching every new nurse yourself has stayed with me.",
        ),
        Person(
            "Tom Okafor",
            "t.okafor@tidewater.example",
            line="the move to the new wing",
        ),
    ),
    reasons=(
        "You keep the same nurses with the same patients, and that is how I have always wanted "
        "to work. I have led a night team for four years and would bring that with me. The "
        "clinic is small enough that a good idea on Monday can be tried on Tuesday."
    ),
    mailbox="local",
)
THROUGH_AGENCY = Interview(
    company="Harbour Foods",
    role="Quality Manager",
    talks=(_talk(10),),
    place=_LONDON,
    agency="Rourke Recruiting",
    people=(
        Person(
            "Niamh Rourke",
            "niamh@rourke-recruiting.example",
            kind=Kind.REPRESENTATIVE,
            is_met=False,
        ),
        Person("Henrik Vogt", line="the way you trace every batch back to its boat"),
    ),
    reasons=(
        "I have spent six years making small kitchens pass large audits, and your plan to open "
        "the laboratory to the suppliers is the most sensible thing I have heard in the trade."
    ),
    mailbox="local",
)

INTERVIEWS = (PANEL, THROUGH_AGENCY)
