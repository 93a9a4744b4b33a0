"""Takes back what the user did last to a mail, where it can be taken back."""

from service import outbox
from service.actions import steering
from service.actions.office import Office
from service.records import Candidate, FollowUp
from service.states import State


def undo_stop(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
    """Take a stopped mail back; one that was scheduled is scheduled again, else it is held.

    Raises:
        WrongState: it is not stopped, or its time has passed for too long.

    """
    with office.database.read() as connection:
        history = outbox.list_events(connection, follow_up.id)
    stops = [event for event in history if event.action == "stop"]
    restored = steering.restore(office, follow_up)
    if stops and stops[-1].from_state == State.SCHEDULED:
        return steering.approve(office, candidate, restored)
    return restored
