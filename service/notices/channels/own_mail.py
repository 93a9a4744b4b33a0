"""Mail to the user's own address, through any of their mailboxes that is healthy."""

from service.actions.office import Office, id_of
from service.delivery import send_to_self
from service.errors import NotTold, ServiceError
from service.logs import log
from service.notices.channels.base import Channel
from service.notices.records import Note
from service.records import Candidate, Mailbox, Text

_HINT = "callback connect gmail, or callback connect outlook"


class OwnMail(Channel):
    """Sends a note from a mailbox to itself; the next one has its turn when one does not take it.

    What may have left without an answer is sent again by the next: better twice than not at all.
    """

    name = "mail"

    def __init__(self, office: Office, candidate: Candidate) -> None:
        self._office = office
        self._candidate = candidate

    def look(self) -> None:
        """See `Channel`. Goes by what is known of the sign-ins; asks no provider."""
        if not self.list_healthy():
            raise NotTold("No mailbox that sends is signed in and takes mail.", _HINT)

    def tell(self, note: Note) -> None:
        """See `Channel`."""
        problem: ServiceError = NotTold("No mailbox that sends is signed in and takes mail.", _HINT)
        text = Text(note.subject, note.body)
        for mailbox in self.list_healthy():
            try:
                send_to_self(self._office.mailboxes, mailbox, text, now=self._office.now())
            except ServiceError as error:
                log.warning(
                    "note to self not sent", action="notify", mailbox=mailbox.id, code=error.code
                )
                problem = error
            else:
                return
        raise NotTold(problem.message, problem.hint) from problem

    def list_healthy(self) -> list[Mailbox]:
        """Return the mailboxes that reach the user: signed in, not told to wait, not local."""
        now = self._office.now()
        return [
            mailbox
            for mailbox in self._office.mailboxes.list(id_of(self._candidate))
            if mailbox.provider != "local"
            and mailbox.signed_out_at is None
            and (mailbox.blocked_until is None or mailbox.blocked_until <= now)
        ]
