"""What a user sees: the list, one mail with its history, and how the service is."""

from dataclasses import dataclass
from datetime import datetime

from service import heartbeats, interviews, leases, outbox
from service.actions.office import Office, id_of
from service.heartbeats import Heartbeat
from service.outbox import Event, Listed
from service.records import Candidate, FollowUp, Interview, Mailbox
from service.states import State, WaitingFor

_SAID_AFTERWARDS = (WaitingFor.WORDS, WaitingFor.INTERVIEW)


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail with all that is known of it."""

    follow_up: FollowUp
    interview: Interview
    mailbox: Mailbox | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How the service is: what it was last heard of, what it has to do, what needs the user."""

    heartbeat: Heartbeat | None
    is_running: bool
    counts: dict[str, int]
    next_up: Listed | None
    signed_out: tuple[Mailbox, ...]
    needs_user: tuple[Listed, ...]
    missed: tuple[Listed, ...]


def list_all(office: Office, candidate: Candidate) -> list[Listed]:
    """Return every mail of the candidate, by the time it goes out."""
    with office.database.read() as connection:
        return outbox.list_follow_ups(connection, id_of(candidate))


def show(office: Office, candidate: Candidate, follow_up: FollowUp) -> Shown:
    """Return one mail with its interview, mailbox and history."""
    with office.database.read() as connection:
        interview = interviews.get(
            connection, follow_up.interview_id, candidate_id=id_of(candidate)
        )
        events = tuple(outbox.list_events(connection, follow_up.id))
    mailbox = office.mailboxes.get(follow_up.mailbox_id) if follow_up.mailbox_id else None
    return Shown(follow_up, interview, mailbox, events)


def is_running(office: Office) -> bool:
    """Whether a service that sends was heard of lately."""
    with office.database.read() as connection:
        last = heartbeats.find_last(connection)
    return _is_alive(office, last)


def _is_alive(office: Office, last: Heartbeat | None) -> bool:
    """Tell by its last word, and sooner by the lock that a killed process no longer holds."""
    return last is not None and last.is_alive and not leases.is_dead(office.owners, last.owner)


def status(office: Office, candidate: Candidate) -> Status:
    """Return how the service is."""
    now = office.now()
    with office.database.read() as connection:
        last = heartbeats.find_last(connection)
        counts = outbox.count_states(connection, id_of(candidate))
        listed = outbox.list_follow_ups(connection, id_of(candidate))
    scheduled = [each for each in listed if each.follow_up.state is State.SCHEDULED]
    coming = [each for each in scheduled if each.follow_up.slot and each.follow_up.slot.at > now]
    signed_out = [
        mailbox
        for mailbox in office.mailboxes.list(id_of(candidate))
        if mailbox.signed_out_at is not None
    ]
    return Status(
        heartbeat=last,
        is_running=_is_alive(office, last),
        counts=counts,
        next_up=coming[0] if coming else None,
        signed_out=tuple(signed_out),
        needs_user=tuple(each for each in listed if needs_user(each, now)),
        missed=tuple(each for each in scheduled if each not in coming),
    )


def needs_user(listed: Listed, now: datetime) -> bool:
    """Whether nothing happens with this mail until the user does something, and can do it now.

    Before an interview is over there is nothing to say about it yet.
    """
    follow_up = listed.follow_up
    if follow_up.state in (State.UNCONFIRMED, State.FAILED):
        return True
    if follow_up.state is not State.HELD or follow_up.waiting_for is WaitingFor.USER:
        return False
    return listed.over_at <= now or follow_up.waiting_for not in _SAID_AFTERWARDS
