"""Connecting and disconnecting mailboxes, and what follows for mails that waited for one."""

from service import interviews, outbox
from service.actions.office import Office, id_of
from service.actions.planning import find_mailbox
from service.actions.steering import approve
from service.errors import ServiceError
from service.records import Candidate, FollowUp, Mailbox
from service.states import State, WaitingFor


def adopt_waiting(office: Office, candidate: Candidate) -> list[FollowUp]:
    """Give every mail that waited for a mailbox the one it goes from now, and schedule it.

    The user approved them when they were submitted; only the mailbox was missing. What still has
    none (several are connected and none was invited) goes on waiting.
    """
    adopted: list[FollowUp] = []
    with office.database.read() as connection:
        listed = outbox.list_follow_ups(connection, id_of(candidate))
    for follow_up in (each.follow_up for each in listed):
        if follow_up.state is not State.HELD or follow_up.mailbox_id is not None:
            continue
        with office.database.read() as connection:
            interview = interviews.get(
                connection, follow_up.interview_id, candidate_id=id_of(candidate)
            )
        try:
            mailbox = find_mailbox(office, candidate, interview)
        except ServiceError:
            continue
        if mailbox is None:
            continue
        with office.database.write() as connection:
            assigned = outbox.readdress(
                connection,
                follow_up.id,
                to_name=follow_up.to_name,
                to_address=follow_up.to_address,
                mailbox_id=mailbox.id,
                at=office.now(),
            )
        if assigned.waiting_for is WaitingFor.MAILBOX:
            adopted.append(approve(office, candidate, assigned))
    return adopted


def disconnect(office: Office, candidate: Candidate, mailbox: Mailbox) -> tuple[str | None, int]:
    """Revoke and forget a mailbox's grant; hold what was to go from it.

    Return the page where the user can take the access back, if the provider could not be asked to,
    and how many mails now wait for another mailbox.
    """
    held = 0
    with office.database.write() as connection:
        for listed in outbox.list_follow_ups(connection, id_of(candidate)):
            follow_up = listed.follow_up
            if follow_up.mailbox_id == mailbox.id and follow_up.state is State.SCHEDULED:
                outbox.hold(
                    connection,
                    follow_up.id,
                    WaitingFor.MAILBOX,
                    at=office.now(),
                    by="user",
                    reason=f"{mailbox.address} was disconnected",
                )
                outbox.readdress(
                    connection,
                    follow_up.id,
                    to_name=follow_up.to_name,
                    to_address=follow_up.to_address,
                    mailbox_id=None,
                    at=office.now(),
                )
                held += 1
    return office.mailboxes.disconnect(mailbox), held
