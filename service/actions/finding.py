"""Finds what the user typed: the id of a mail, or of an interview with all its mails."""

import re
from dataclasses import dataclass

from service import interviews, outbox
from service.actions.office import Office, id_of
from service.errors import BadInput
from service.records import Candidate, FollowUp

_ID = re.compile(r"(?P<kind>[fi]?)(?P<number>\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What an id named: one mail, or all mails of an interview."""

    follow_ups: tuple[FollowUp, ...]
    interview_id: int


def find(office: Office, candidate: Candidate, typed: str) -> Found:
    """Return what `typed` names: "f12" or "12" a mail, "i3" an interview with all its mails.

    Raises:
        BadInput: it is no id.
        NotFound: there is no such mail or interview.

    """
    match = _ID.fullmatch(typed.strip())
    if match is None:
        raise BadInput(
            f'"{typed}" is no id.', "Ids look like f12 (a mail) or i3 (an interview): callback list"
        )
    number = int(match["number"])
    with office.database.read() as connection:
        if match["kind"].lower() != "i":
            follow_up = outbox.get(connection, number, candidate_id=id_of(candidate))
            return Found((follow_up,), follow_up.interview_id)
        interviews.get(connection, number, candidate_id=id_of(candidate))
        listed = outbox.list_follow_ups(connection, id_of(candidate), interview_id=number)
    return Found(tuple(each.follow_up for each in listed), number)
