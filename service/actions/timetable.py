"""Says when the mails of an interview would go out, before there is a word of them."""

from service import slots
from service.actions.office import Office
from service.records import Candidate, Interview


def plan(office: Office, candidate: Candidate, interview: Interview) -> slots.Planned:
    """Return the slot of each reader, and the ways around a rest day.

    Raises:
        BadInput: what is different for this interview contradicts itself.

    """
    with office.database.read() as connection:
        return slots.plan(connection, interview, candidate, office.policy, office.now())
