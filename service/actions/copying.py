"""Sends the user a copy of a mail that is to go out, marked as one."""

from service import delivery, timing
from service.actions.office import Office, id_of
from service.errors import MailboxUnusable, WrongState
from service.records import Candidate, FollowUp, Mailbox, Text


def send_copy(office: Office, candidate: Candidate, follow_up: FollowUp) -> Mailbox:
    """Send one copy to the user's own address, through the mail's mailbox; return that.

    Raises:
        WrongState: there is no text yet.
        MailboxUnusable: no mailbox is connected, or it could not be sent.

    """
    if not follow_up.body.strip():
        raise WrongState(
            f"f{follow_up.id} to {follow_up.to_name} has no text yet.",
            f"callback debrief i{follow_up.interview_id}",
        )
    mailbox = _find_mailbox(office, candidate, follow_up)
    note = f"[This is a copy for you of the mail to {follow_up.to_name}.{_say_when(follow_up)}]"
    text = Text(f"Copy: {follow_up.subject}", f"{note}\n\n{follow_up.body}")
    delivery.send_to_self(office.mailboxes, mailbox, text, now=office.now())
    return mailbox


def _find_mailbox(office: Office, candidate: Candidate, follow_up: FollowUp) -> Mailbox:
    if follow_up.mailbox_id is not None:
        return office.mailboxes.get(follow_up.mailbox_id)
    for mailbox in office.mailboxes.list(id_of(candidate)):
        if mailbox.provider != "local":
            return mailbox
    raise MailboxUnusable(
        "No mailbox is connected that could send you a copy.",
        "callback connect gmail, or callback connect outlook",
    )


def _say_when(follow_up: FollowUp) -> str:
    slot = follow_up.slot
    if slot is None:
        return ""
    return f" It goes out {timing.describe_moment(slot.at, slot.zone, user_zone=slot.zone)}."
