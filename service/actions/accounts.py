"""Connecting and disconnecting mailboxes, and what follows for mails that waited for one."""

from service import interviews, outbox
from service.actions import planning
from service.actions.office import Office, id_of
from service.actions.steering import let_go
from service.errors import ServiceError
from service.records import Candidate, FollowUp, Mailbox
from service.states import State, WaitingFor

_UNSENT = (State.HELD, State.SCHEDULED)


def adopt_waiting(office: Office, candidate: Candidate) -> list[FollowUp]:
    """Give every mail that waited for a mailbox the one it goes from now, and schedule it.

    The user agreed to them when they were submitted; only the mailbox was missing, or their word
    where each has to be approved. What still has none (several are connected and none was invited)
    goes on waiting.
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
            mailbox = planning.find_mailbox(office, candidate, interview)
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
            adopted.append(let_go(office, candidate, assigned))
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
            if follow_up.mailbox_id != mailbox.id:
                continue
            if follow_up.state in _UNSENT:
                reason = f"{mailbox.address} was disconnected"
                outbox.take_mailbox(
                    connection, follow_up, at=office.now(), by="user", reason=reason
                )
            held += follow_up.state is State.SCHEDULED
    return office.mailboxes.disconnect(mailbox), held


def rewrite_unsent(office: Office, candidate: Candidate) -> list[FollowUp]:
    """Write anew what was composed and is unsent: the name or the signature has changed."""
    rewritten: list[FollowUp] = []
    with office.database.read() as connection:
        listed = outbox.list_follow_ups(connection, id_of(candidate))
    open_ones = [each.follow_up for each in listed if each.follow_up.state in _UNSENT]
    for interview_id in dict.fromkeys(each.interview_id for each in open_ones):
        with office.database.read() as connection:
            interview = interviews.get(connection, interview_id, candidate_id=id_of(candidate))
        plan = planning.draw_up(office, candidate, interview)
        texts = {mail.reader.id: mail.text for mail in plan.mails}
        for follow_up in open_ones:
            text = texts.get(follow_up.person_id)
            if (
                follow_up.interview_id != interview_id
                or follow_up.is_edited
                or text is None
                or (text.subject, text.body) == (follow_up.subject, follow_up.body)
            ):
                continue
            with office.database.write() as connection:
                rewritten.append(
                    outbox.write_text(
                        connection,
                        follow_up.id,
                        text,
                        is_edited=False,
                        at=office.now(),
                        by="user",
                        action="compose",
                    )
                )
    return rewritten
