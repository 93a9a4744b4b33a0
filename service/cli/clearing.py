"""Settles what an invitation leaves open: the zone of its times, and who on it the user is."""

from datetime import datetime

from service.cli import asking, dialogue
from service.cli.printing import tell
from service.errors import BadInput
from service.intake import files
from service.intake.invitation import Invitation, Question
from service.records import Person, Place


def clear_up(
    found: Invitation,
    file: str,
    data: bytes,
    own: frozenset[str],
    now: datetime,
    place: Place | None,
    *,
    may_ask: bool,
) -> tuple[Invitation, str | None, Place | None]:
    """Settle which zone a floating time is in, and which of those invited is the candidate."""
    if Question.ZONE in found.unclear:
        if not may_ask:
            raise BadInput(found.notes[0], "--where CITY says in which zone.")
        tell(found.notes[0])
        place = dialogue.ask_place("Where do they work (city)?", found.zone_hint)
        found = _again(file, data, own, now, place.zone)
    self_name: str | None = None
    if Question.WHO_ARE_YOU in found.unclear and found.interview is not None:
        people = [person for person in found.interview.people if person.address]
        if not may_ask:
            listed = tuple(f"{person.name} <{person.address}>" for person in people)
            raise BadInput(
                "None of the addresses on it is one of your mailboxes.",
                "--me ADDRESS says which is yours, or --me with your own if none of them is.",
                listed,
            )
        person = _ask_self(people, found.likely_self)
        if person is not None and person.address:
            self_name = person.name
            zone = place.zone if place else None
            found = _again(file, data, own | {person.address}, now, zone)
    return found, self_name, place


def _ask_self(people: list[Person], likely: str | None) -> Person | None:
    tell("None of the addresses on it is one of your mailboxes. Which of these is you?")
    options = [f"{person.name} <{person.address}>" for person in people] + ["none of them"]
    default = next((n for n, person in enumerate(people) if person.address == likely), None)
    chosen = asking.pick("Number:", options, default)
    return people[chosen] if chosen < len(people) else None


def _again(
    file: str, data: bytes, own: frozenset[str], now: datetime, zone: str | None
) -> Invitation:
    found = files.read_file(file, data, own, now, zone)
    assert isinstance(found, Invitation)  # noqa: S101 - the same bytes were one before
    return found
