"""What a user sees: the list, one mail with its history, and how the service is."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service import heartbeats, interviews, leases, outbox, timing
from service.actions.office import Office, id_of
from service.errors import StorageUnusable
from service.heartbeats import Heartbeat
from service.outbox import Event, Listed
from service.records import Candidate, FollowUp, Mailbox, Overrides
from service.states import State, WaitingFor

LOOK_AHEAD = timedelta(days=14)
"""How far the list shows what goes out: today and two weeks."""

_SAID_AFTERWARDS = (WaitingFor.WORDS, WaitingFor.INTERVIEW)
_UNSENT = (State.HELD, State.SCHEDULED)
_DONE = (State.SENT, State.STOPPED)


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail with all that is known of it. `overrides` are those of its interview."""

    listed: Listed
    overrides: Overrides
    mailbox: Mailbox | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What lies ahead, each part by time; days are counted on the user's clock.

    Nothing is in two parts, except what needs the user and has a time to come: it is in `coming` or
    `later` as well.
    """

    needs_user: tuple[Listed, ...]
    coming: tuple[Listed, ...]
    last_day: date
    """The last day that `coming` reaches."""
    later: tuple[Listed, ...]
    without_time: tuple[Listed, ...]
    sent_lately: tuple[Listed, ...]
    """Those of yesterday and today."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the service is: what it was last heard of, what it has to do, what needs the user."""

    heartbeat: Heartbeat | None
    is_running: bool
    counts: dict[str, int]
    next_up: Listed | None
    signed_out: tuple[Mailbox, ...]
    needs_user: tuple[Listed, ...]
    overdue: tuple[Listed, ...]
    """Those whose time has come and that have not gone."""
    recorded_ahead_at: datetime | None
    """When something was recorded here, by a clock that was ahead of now: one of both is wrong."""


def list_all(office: Office, candidate: Candidate) -> list[Listed]:
    """Return every mail of the candidate, by the time it goes out."""
    with office.database.read() as connection:
        return outbox.list_follow_ups(connection, id_of(candidate))


def list_some(office: Office, candidate: Candidate, follow_ups: Iterable[FollowUp]) -> list[Listed]:
    """Return these mails with what a list shows beside them, by the time they go out."""
    ids = [each.id for each in follow_ups]
    with office.database.read() as connection:
        return outbox.list_follow_ups(connection, id_of(candidate), ids=ids)


def list_unfinished(listed: Sequence[Listed]) -> list[Listed]:
    """Return those that are neither sent nor stopped."""
    return [each for each in listed if each.follow_up.state not in _DONE]


def list_moved(office: Office, candidate: Candidate) -> dict[int, str]:
    """Return by mail why it goes at another time than the user last saw or named."""
    with office.database.read() as connection:
        moved = outbox.list_moved(connection, id_of(candidate))
    return {follow_up_id: event.reason for follow_up_id, event in moved.items()}


def list_signed_out(office: Office, candidate: Candidate) -> list[Mailbox]:
    """Return the mailboxes that send nothing until the user has signed in again."""
    connected = office.mailboxes.list(id_of(candidate))
    return [mailbox for mailbox in connected if mailbox.signed_out_at is not None]


def look_ahead(listed: Sequence[Listed], zone: str, now: datetime) -> Timeline:
    """Sort mails into what needs the user, the coming two weeks, and what is only counted."""
    user_zone = ZoneInfo(zone)
    last_day = now.astimezone(user_zone).date() + LOOK_AHEAD
    yesterday = now.astimezone(user_zone).date() - timedelta(days=1)
    needing = [each for each in listed if needs_user(each, now)]
    needing_ids = {each.follow_up.id for each in needing}
    coming: list[Listed] = []
    later: list[Listed] = []
    without_time: list[Listed] = []
    for each in sort_by_moment(list_unfinished(listed)):
        moment = moment_of(each)
        if moment is not None and moment.astimezone(user_zone).date() > last_day:
            later.append(each)
        elif moment is not None and moment >= now:
            coming.append(each)
        elif each.follow_up.id not in needing_ids:
            (without_time if moment is None else coming).append(each)
    since = datetime.combine(yesterday, time(), user_zone)
    sent = [each for each in listed if each.follow_up.sent_at and each.follow_up.sent_at >= since]
    return Timeline(
        needs_user=tuple(needing),
        coming=tuple(coming),
        last_day=last_day,
        later=tuple(later),
        without_time=tuple(without_time),
        sent_lately=tuple(sort_by_moment(sent)),
    )


def moment_of(listed: Listed) -> datetime | None:
    """Return when a mail went, or when it goes: a scheduled one not before its next try."""
    follow_up = listed.follow_up
    if follow_up.sent_at is not None or follow_up.slot is None:
        return follow_up.sent_at
    if follow_up.state is State.SCHEDULED and follow_up.next_try_at is not None:
        return max(follow_up.slot.at, follow_up.next_try_at)
    return follow_up.slot.at


def sort_by_moment(listed: Sequence[Listed]) -> list[Listed]:
    """Return mails in the order in which they go or went, those without a time last."""
    last = datetime.max.replace(tzinfo=UTC)
    return sorted(listed, key=lambda each: (moment_of(each) or last, each.follow_up.id))


def show(office: Office, candidate: Candidate, follow_up: FollowUp) -> Shown:
    """Return one mail with its mailbox, what is different for its interview, and its history."""
    with office.database.read() as connection:
        interview = interviews.get(
            connection, follow_up.interview_id, candidate_id=id_of(candidate)
        )
        listed = outbox.get_listed(connection, follow_up)
        events = tuple(outbox.list_events(connection, follow_up.id))
    mailbox = office.mailboxes.get(follow_up.mailbox_id) if follow_up.mailbox_id else None
    return Shown(listed, interview.overrides, mailbox, events)


def note_shown(office: Office, follow_ups: Iterable[FollowUp]) -> None:
    """Note that the user was shown these mails as they are here, each whole and with its time.

    Only for what is still to go. What cannot be noted was shown all the same.
    """
    unsent = [each for each in follow_ups if each.slot and each.state in _UNSENT]
    if not unsent:
        return
    with suppress(StorageUnusable), office.database.write() as connection:
        for each in unsent:
            outbox.note_shown(connection, each.id, each.version, at=office.now())


def is_running(office: Office) -> bool:
    """Whether a service that sends was heard of lately."""
    with office.database.read() as connection:
        last = heartbeats.find_last(connection)
    return is_alive(office, last)


def is_alive(office: Office, last: Heartbeat | None) -> bool:
    """Tell by its last word, and sooner by the lock that a killed process no longer holds."""
    return last is not None and last.is_alive and not leases.is_dead(office.owners, last.owner)


def status(office: Office, candidate: Candidate) -> Status:
    """Return how the service is."""
    now = office.now()
    with office.database.read() as connection:
        last = heartbeats.find_last(connection)
        counts = outbox.count_states(connection, id_of(candidate))
        listed = outbox.list_follow_ups(connection, id_of(candidate))
        recorded_ahead_at = heartbeats.find_ahead(connection, now)
    scheduled = [each for each in listed if each.follow_up.state is State.SCHEDULED]
    coming = [each for each in scheduled if each.follow_up.slot and each.follow_up.slot.at > now]
    return Status(
        heartbeat=last,
        is_running=is_alive(office, last),
        counts=counts,
        next_up=coming[0] if coming else None,
        signed_out=tuple(list_signed_out(office, candidate)),
        needs_user=tuple(each for each in listed if needs_user(each, now)),
        overdue=tuple(each for each in scheduled if (moment_of(each) or now) < now),
        recorded_ahead_at=recorded_ahead_at,
    )


def is_missed(listed: Listed, now: datetime) -> bool:
    """Whether it is so late that it is planned anew as soon as a service looks (T11)."""
    slot, moment = listed.follow_up.slot, moment_of(listed)
    return slot is not None and moment is not None and timing.is_missed(slot, moment, now)


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
