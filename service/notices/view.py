"""What stands now of one candidate, read in one transaction, and how matters speak of it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service import outbox, timing
from service.actions import looking
from service.actions.office import Office, id_of
from service.errors import BadInput
from service.outbox import Event, Listed
from service.records import Candidate, Mailbox
from service.states import State

UNSETTLED = frozenset(State) - {State.SENT, State.STOPPED}


@dataclass(frozen=True, slots=True)
class View:
    """The unsettled mails of a candidate and their mailboxes.

    `arrivals` says by mail how it came to the state it is in, `moves` how the service gave it the
    time that it has, where the service did.
    """

    candidate_id: int
    zone: str
    now: datetime
    listed: tuple[Listed, ...]
    arrivals: dict[int, Event]
    moves: dict[int, Event]
    mailboxes: tuple[Mailbox, ...]

    @property
    def local_now(self) -> datetime:
        """This moment on the user's clock."""
        return self.now.astimezone(ZoneInfo(self.zone))

    def scheduled_in(self, mailbox: Mailbox) -> list[Listed]:
        """Return what is scheduled to go from a mailbox, by when it goes."""
        mine = [
            each
            for each in self.listed
            if each.follow_up.mailbox_id == mailbox.id and each.follow_up.state is State.SCHEDULED
        ]
        return looking.sort_by_moment(mine)

    def tell_moment(self, at: datetime) -> str:
        """Say an instant on the user's clock: "Tuesday 8 December 14:10 in London"."""
        return timing.describe_moment(at, self.zone, user_zone=self.zone)

    def tell_time(self, listed: Listed) -> str:
        """Say when a mail goes, on the reader's clock and on the user's.

        A row whose zone is none is told on the user's clock: one such must not silence the others.
        """
        at, slot = looking.moment_of(listed), listed.follow_up.slot
        if at is None or slot is None:
            return "at no time yet"
        try:
            return timing.describe_moment(at, slot.zone, user_zone=self.zone, city=listed.city)
        except BadInput:
            return self.tell_moment(at)


def look(office: Office, candidate: Candidate) -> View:
    """Return what stands now."""
    candidate_id = id_of(candidate)
    with office.database.read() as connection:
        listed = outbox.list_follow_ups(connection, candidate_id, states=UNSETTLED)
        arrivals = outbox.list_arrivals(connection, candidate_id, UNSETTLED)
        moves = outbox.list_moved(connection, candidate_id)
    return View(
        candidate_id=candidate_id,
        zone=candidate.zone,
        now=office.now(),
        listed=tuple(listed),
        arrivals=arrivals,
        moves=moves,
        mailboxes=tuple(office.mailboxes.list(candidate_id)),
    )


def name(listed: Listed) -> str:
    """Name a mail by its reader and company: "f1 to Marisol Duarte, Tidewater Clinic"."""
    return f"f{listed.follow_up.id} to {listed.follow_up.to_name}, {listed.company}"


def count(number: int, what: str) -> str:
    """Say how many: "1 mail", "3 mails"."""
    return f"{number} {what}{'' if number == 1 else 's'}"
