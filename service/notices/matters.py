"""Finds what the user must hear of now, from what is stored; delivery knows nothing of notices.

Each matter has a key that names it: what it is about, and the moment or the event that began it. So
it is told once, not at every retry, and again when it happens anew. What is found no more needs
nobody any more. Sentences are in the user's time, with a weekday and a date, and end with the
command that helps; no word of a mail stands in them.

What the user did at a terminal they know already: what they left open there is told later, while
there is still time before its slot.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from service.actions import looking, needs
from service.actions.office import Office
from service.notices import evening, sign_ins
from service.notices.records import Matter
from service.notices.view import View, count, look, name
from service.outbox import Event, Listed
from service.records import Candidate
from service.states import State, WaitingFor

AFTER_TALK = timedelta(hours=2)
"""How long after an interview the user is asked about it, when they have said nothing."""

QUIET = timedelta(hours=1)
"""How long what the user left open is left to them, before they are told of it."""

LAST_CALL = timedelta(hours=2)
"""How long before its slot they are told of what is still open, at the latest."""

MANY_TRIES = 3
"""After how many tries a mail that is put off again and again is a matter."""

_ASKED_AFTERWARDS = (WaitingFor.INTERVIEW, WaitingFor.WORDS, WaitingFor.ADDRESS)


def find_matters(office: Office, candidate: Candidate) -> list[Matter]:
    """Return everything that the candidate must hear of now; reads only."""
    view = look(office, candidate)
    matters = [*sign_ins.find(office, view), *_find_interviews(view)]
    held_up = sign_ins.list_held_up(view)
    for listed in view.listed:
        matter = _find_one(view, listed, is_held_up=listed.follow_up.id in held_up)
        if matter is not None:
            matters.append(matter)
    note = evening.find_note(view)
    return [*matters, note] if note else matters


def _find_one(view: View, listed: Listed, *, is_held_up: bool) -> Matter | None:
    """Return the one thing that the user must hear of a mail, if there is one."""
    follow_up, arrival = listed.follow_up, view.arrivals.get(listed.follow_up.id)
    if follow_up.state is State.UNCONFIRMED and arrival is not None:
        return _ask_whether_it_went(view, listed, arrival)
    if follow_up.state is State.FAILED and arrival is not None:
        return _tell_failed(view, listed, arrival)
    if follow_up.state is State.HELD and arrival is not None:
        return _tell_held(view, listed, arrival)
    if follow_up.state is not State.SCHEDULED:
        return None
    if follow_up.tries >= MANY_TRIES and follow_up.last_error and not is_held_up:
        return _tell_tries(view, listed)
    return _tell_moved(view, listed)


def _ask_whether_it_went(view: View, listed: Listed, arrival: Event) -> Matter:
    mail, mailbox = f"f{listed.follow_up.id}", listed.mailbox or "the mailbox"
    return Matter(
        key=f"{mail}-event-{arrival.id}",
        candidate_id=view.candidate_id,
        subject=f"Did the mail to {listed.follow_up.to_name}, {listed.company} go?",
        message=(
            f"Nobody can tell whether {name(listed)} went{_because(arrival.reason)}. It is not "
            f"sent again before you have looked into the Sent folder of {mailbox} and say:\n\n"
            f"  it went:     callback sent {mail}\n"
            f"  it did not:  callback not-sent {mail}"
        ),
    )


def _tell_failed(view: View, listed: Listed, arrival: Event) -> Matter:
    return Matter(
        key=f"f{listed.follow_up.id}-event-{arrival.id}",
        candidate_id=view.candidate_id,
        subject=f"The mail to {listed.follow_up.to_name}, {listed.company} was refused",
        message=(
            f"{name(listed)} was refused for good{_because(arrival.reason)}. Nothing was sent.\n\n"
            f"  {needs.next_command(listed.follow_up)}"
        ),
    )


def _tell_held(view: View, listed: Listed, arrival: Event) -> Matter | None:
    """Tell at once what the service holds back, and in time what the user left open."""
    follow_up = listed.follow_up
    waiting_for = follow_up.waiting_for
    assert waiting_for is not None  # noqa: S101 - a CHECK holds it while held
    was_going = arrival.from_state in (State.SCHEDULED, State.SENDING)
    if arrival.by == "service" and was_going and arrival.reason:
        is_asked = waiting_for is WaitingFor.APPROVAL and arrival.from_state == State.SCHEDULED
        planned = "It is to go" if is_asked else "It was to go"
        when = f" {planned} {view.tell_time(listed)}." if follow_up.slot else ""
        told = f"{name(listed)} is held{_because(arrival.reason)}. Nothing was sent.{when}"
    elif _is_for_later(view, listed, arrival):
        return None
    else:
        told = f"{name(listed)} is to go {view.tell_time(listed)}: {needs.WAITING[waiting_for]}."
    # Its draft was deleted, sent or changed in the mailbox, where nobody told us which.
    is_of_draft = waiting_for is WaitingFor.APPROVAL and arrival.from_state == State.SENDING
    what = "is held" if is_of_draft else needs.WAITING[waiting_for]
    command = needs.next_command(follow_up) or ""
    if is_of_draft:
        mail = f"f{follow_up.id}"
        command += f", or callback stop {mail}; if you sent it: callback sent {mail}"
    return Matter(
        key=f"f{follow_up.id}-event-{arrival.id}",
        candidate_id=view.candidate_id,
        subject=f"The mail to {follow_up.to_name}, {listed.company}: {what}",
        message=f"{told}\n\n  {command}",
    )


def _is_for_later(view: View, listed: Listed, arrival: Event) -> bool:
    """Whether what the user left open is left to them yet, or belongs to its interview."""
    if listed.follow_up.waiting_for in _ASKED_AFTERWARDS:
        return True
    is_theirs = looking.needs_user(listed, view.now)
    return not is_theirs or view.now < _find_reminder(view, listed, arrival)


def _tell_tries(view: View, listed: Listed) -> Matter:
    """Tell once of a mail that is put off again and again before its slot is over."""
    follow_up = listed.follow_up
    assert follow_up.slot is not None  # noqa: S101 - a CHECK holds it while scheduled
    return Matter(
        key=f"f{follow_up.id}-tries-{follow_up.slot.at.isoformat()}",
        candidate_id=view.candidate_id,
        subject=f"The mail to {follow_up.to_name}, {listed.company} could not be sent yet",
        message=(
            f"{name(listed)}: tried {follow_up.tries} times, next {view.tell_time(listed)}"
            f"{_because(follow_up.last_error or '')}. Nothing was sent, and nothing is lost.\n\n"
            f"  callback show f{follow_up.id}"
        ),
    )


def _tell_moved(view: View, listed: Listed) -> Matter | None:
    """Tell of a time that the service gave a mail, unless the user saw or scheduled it since."""
    move = view.moves.get(listed.follow_up.id)
    arrival = view.arrivals.get(listed.follow_up.id)
    if move is None or listed.follow_up.is_shown:
        return None
    if arrival is not None and arrival.by == "user" and arrival.id > move.id:
        return None
    mail = f"f{listed.follow_up.id}"
    return Matter(
        key=f"{mail}-event-{move.id}",
        candidate_id=view.candidate_id,
        subject=f"The mail to {listed.follow_up.to_name}, {listed.company} goes at another time",
        message=(
            f"{name(listed)} now goes {view.tell_time(listed)}{_because(move.reason)}.\n\n"
            f'  another time:  callback move {mail} "tomorrow 9:30"\n'
            f"  not at all:    callback stop {mail}"
        ),
    )


def _find_interviews(view: View) -> Iterator[Matter]:
    """Tell of each interview that is over, and of which words, people or its taking place lack."""
    asked = [
        each
        for each in view.listed
        if each.follow_up.waiting_for in _ASKED_AFTERWARDS and each.over_at <= view.now
    ]
    asked.sort(key=lambda each: each.follow_up.interview_id)
    for interview_id, group in groupby(asked, key=lambda each: each.follow_up.interview_id):
        listed = looking.sort_by_moment(list(group))
        if view.now >= _find_first_call(view, listed):
            yield _ask_how_it_went(view, interview_id, listed)


def _ask_how_it_went(view: View, interview_id: int, listed: list[Listed]) -> Matter:
    first = listed[0]
    lacking = {each.follow_up.waiting_for for each in listed}
    if first.took_place is None:
        lacking.add(WaitingFor.INTERVIEW)
    what = next(text for reason, text in _LACKING.items() if reason in lacking)
    wait = "waits" if len(listed) == 1 else "wait"
    until = f"; the first is to go {view.tell_time(first)}" if first.follow_up.slot else ""
    return Matter(
        key=f"i{interview_id}-over-{first.over_at.isoformat()}",
        candidate_id=view.candidate_id,
        subject=f"How was it at {first.company}?",
        message=(
            f"Your interview with {first.company} ended {view.tell_moment(first.over_at)}, and "
            f"{what}. {count(len(listed), 'mail')} {wait} for that{until}.\n\n"
            f"  callback debrief i{interview_id}"
        ),
    )


_LACKING = {
    WaitingFor.INTERVIEW: "you have not said yet whether it took place",
    WaitingFor.WORDS: "your own words are missing",
    WaitingFor.ADDRESS: "an address is missing",
}
"""What an interview that is over lacks, the first thing first."""


def _find_first_call(view: View, listed: Iterable[Listed]) -> datetime:
    """Return from when the user is asked about an interview that is over."""
    return min(
        max(
            each.over_at,
            _leave_time(each, each.over_at + AFTER_TALK, view.arrivals.get(each.follow_up.id)),
        )
        for each in listed
    )


def _find_reminder(view: View, listed: Listed, arrival: Event) -> datetime:
    """Return from when the user is told of what they left open: the evening before it is to go."""
    slot = listed.follow_up.slot
    if slot is None:
        return _leave_time(listed, listed.over_at + AFTER_TALK, arrival)
    zone = ZoneInfo(view.zone)
    day_before = slot.at.astimezone(zone).date() - timedelta(days=1)
    return _leave_time(listed, datetime.combine(day_before, evening.BEGINS, zone), arrival)


def _leave_time(listed: Listed, ready_at: datetime, arrival: Event | None) -> datetime:
    """Return `ready_at`, later while the user is at it, earlier when the slot would be lost."""
    slot = listed.follow_up.slot
    moment = max(ready_at, arrival.at + QUIET) if arrival else ready_at
    is_lost = slot is None or (arrival is not None and slot.at <= arrival.at)
    return moment if is_lost or slot is None else min(moment, slot.at - LAST_CALL)


def _because(reason: str) -> str:
    """Return a reason as the end of a sentence, without its own full stop."""
    return f": {reason.rstrip('.')}" if reason else ""
