"""Reads an invitation for a candidate: who of those on it they are, and where its readers work."""

from dataclasses import replace

from service import interviews
from service.actions.office import Office, id_of
from service.errors import BadInput
from service.intake import places
from service.intake.invitation import Invitation, Question, read_invitation
from service.records import Candidate, Interview


def list_own_addresses(office: Office, candidate: Candidate) -> frozenset[str]:
    """Return who on an invitation is the user: the mailboxes' addresses, and those said before."""
    if candidate.id is None:
        return frozenset()
    with office.database.read() as connection:
        invited_as = interviews.list_invited_as(connection, candidate.id)
    return invited_as | {mailbox.address for mailbox in office.mailboxes.list(id_of(candidate))}


def read(
    office: Office,
    candidate: Candidate,
    file_name: str,
    data: bytes,
    *,
    zone: str | None = None,
    own: frozenset[str] = frozenset(),
) -> Invitation:
    """Read an invitation; the one person on it who has the candidate's name is the candidate.

    `own` are addresses of theirs beside those that are known.

    Raises:
        BadInput: it is no invitation that can be used.

    """
    own |= list_own_addresses(office, candidate)
    found = read_invitation(data, file_name, own, office.now(), zone)
    if Question.WHO_ARE_YOU not in found.unclear or found.interview is None:
        return found
    wanted = candidate.name.casefold()
    same = [each.address for each in found.interview.people if each.name.casefold() == wanted]
    if len(same) != 1 or same[0] is None:
        return found
    return read_invitation(data, file_name, own | {same[0]}, office.now(), zone)


def recall_place(office: Office, candidate: Candidate, interview: Interview) -> Interview:
    """Return the interview with the place its company had the last time, where it names none."""
    if interview.place is None or "place" in interview.guesses:
        known = office.find_place(candidate, interview.company)
        if known is not None:
            return replace(interview, place=known, guesses=interview.guesses - {"place"})
    return interview


def find_zone(city: str) -> str:
    """Return the time zone of a city that the user typed.

    Raises:
        BadInput: no such city is known, or several.

    """
    found = places.find_places(city)
    if len(found) != 1:
        listed = tuple(places.write_place(place) for place in found)
        raise BadInput(
            f"“{city}” may be one of several." if found else f"No city “{city}” is known.",
            "",
            listed or ("Name a larger city nearby.",),
        )
    return found[0].zone
