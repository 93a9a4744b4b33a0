"""Mails as the pages show them: their times in both zones, and their states in words of the page.

Values in, values out; the templates lay them out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from service import timing
from service.actions import history, looking
from service.outbox import Event, Listed
from service.records import Candidate, FollowUp, Mailbox
from service.states import Proof, State, WaitingFor
from service.timing.words import MONTHS, WEEKDAYS, name_day, name_zone

_NEAR = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}

_WAITING = {
    WaitingFor.WORDS: "Waits for your words",
    WaitingFor.INTERVIEW: "Did the interview take place?",
    WaitingFor.ADDRESS: "Waits for an address",
    WaitingFor.CORRECTION: "Please check: it needs a correction",
    WaitingFor.ACCEPTANCE: "Please check",
    WaitingFor.APPROVAL: "Waits for your approval",
    WaitingFor.NEW_SLOT: "Its time has passed",
    WaitingFor.MAILBOX: "Waits for a mailbox",
    WaitingFor.USER: "Paused",
}
_STATES = {
    State.SCHEDULED: "Goes out by itself",
    State.SENDING: "Being sent now",
    State.SENT: "Sent",
    State.UNCONFIRMED: "Did it go?",
    State.FAILED: "Refused by the provider",
    State.STOPPED: "Stopped",
}
_PROOFS = {
    Proof.ACCEPTED: "the provider answered that it took the mail",
    Proof.DRAFT_CONSUMED: "the draft was gone from Drafts after it was sent",
    Proof.SENT_COPY: "its copy was seen among the sent mails",
    Proof.USER: "you said that it went",
}
_DEBRIEF = frozenset({WaitingFor.WORDS, WaitingFor.INTERVIEW, WaitingFor.ADDRESS})


@dataclass(frozen=True, slots=True)
class Time:
    """A moment as a row shows it. `own` is the user's clock where that shows another hour."""

    hour: str
    place: str
    own: str
    iso: str
    day: str
    """The user's day, short, for where no heading says it."""


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing that lets a mail go on: a form's action, or a link."""

    label: str
    action: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One mail in a list."""

    mail: FollowUp
    company: str
    role: str
    time: Time | None
    why: str
    """The reasons for its time, in sentences."""
    warnings: tuple[str, ...]
    state: str
    tone: str
    """calm, busy, done or needs."""
    findings: int
    button: Button | None
    can_stop: bool
    can_move: bool
    can_send: bool
    seconds: int | None
    """How many seconds until it goes, when that is less than two minutes."""
    local: str
    """Its time on the reader's clock, as a field for date and time takes it."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the timeline with its mails."""

    name: str
    near: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a mail's history."""

    when: str
    iso: str
    what: str
    reason: str


def show_rows(
    listed: Sequence[Listed], candidate: Candidate, now: datetime, found: dict[int, int]
) -> tuple[Row, ...]:
    """Return mails as rows; `found` counts the findings of each by its id."""
    return tuple(show_row(each, candidate, now, found.get(each.follow_up.id, 0)) for each in listed)


def show_days(
    listed: Sequence[Listed], candidate: Candidate, now: datetime, found: dict[int, int]
) -> tuple[Day, ...]:
    """Return mails under the days of the user, in the order in which they come."""
    zone = ZoneInfo(candidate.zone)
    today = now.astimezone(zone).date()
    days = []
    for day, group in groupby(listed, key=lambda each: _day_of(each, zone)):
        rows = show_rows(tuple(group), candidate, now, found)
        days.append(Day(_name(day, today), _near(day, today), rows))
    return tuple(days)


def show_row(listed: Listed, candidate: Candidate, now: datetime, found: int = 0) -> Row:
    """Return one mail as a row."""
    follow_up = listed.follow_up
    moment = looking.moment_of(listed)
    slot = follow_up.slot
    zone = slot.zone if slot else candidate.zone
    is_unsent = follow_up.state in (State.HELD, State.SCHEDULED)
    is_ready = follow_up.state is State.SCHEDULED or follow_up.waiting_for in (
        WaitingFor.APPROVAL,
        WaitingFor.USER,
        WaitingFor.NEW_SLOT,
    )
    seconds = None
    if moment is not None and follow_up.state is State.SCHEDULED:
        left = (moment - now).total_seconds()
        seconds = max(0, round(left)) if left < 120 else None
    return Row(
        mail=follow_up,
        company=listed.company,
        role=listed.role,
        time=show_time(moment, zone, candidate, listed.city) if moment else None,
        why=tell(slot.reasons) if slot else "",
        warnings=slot.warnings if slot and is_unsent else (),
        state=describe(listed, now),
        tone=_tone(listed, now),
        findings=found,
        button=find_button(listed, now),
        can_stop=follow_up.state in (State.HELD, State.SCHEDULED, State.FAILED, State.SENDING),
        can_move=is_unsent and slot is not None,
        can_send=is_unsent and is_ready and follow_up.mailbox_id is not None,
        seconds=seconds,
        local=f"{slot.at.astimezone(ZoneInfo(slot.zone)):%Y-%m-%dT%H:%M}" if slot else "",
    )


def show_time(moment: datetime, zone: str, candidate: Candidate, city: str | None) -> Time:
    """Return a moment on the reader's clock, with the user's beside it where it differs."""
    there, here = moment.astimezone(ZoneInfo(zone)), moment.astimezone(ZoneInfo(candidate.zone))
    own = ""
    if there.replace(tzinfo=None) != here.replace(tzinfo=None):
        own = f"{here:%H:%M} for you"
    day = "" if there.date() == here.date() else f"{WEEKDAYS[there.weekday()][:3]} "
    place = city or name_zone(zone, moment)
    short = f"{WEEKDAYS[here.weekday()][:3]} {here.day} {MONTHS[here.month - 1][:3]}"
    return Time(f"{day}{there:%H:%M}", place, own, moment.isoformat(), short)


def describe(listed: Listed, now: datetime) -> str:
    """Return a mail's state in words."""
    follow_up = listed.follow_up
    if follow_up.waiting_for in (WaitingFor.WORDS, WaitingFor.INTERVIEW) and listed.over_at > now:
        return "The interview comes first"
    if follow_up.waiting_for is not None:
        return _WAITING[follow_up.waiting_for]
    if follow_up.state is State.SENDING and follow_up.stop_asked_at:
        return "Being sent now; stopped if it still can be"
    if follow_up.state is State.SCHEDULED and follow_up.last_error:
        return (
            "Tried once; it is tried again"
            if follow_up.tries == 1
            else (f"Tried {follow_up.tries} times; it is tried again")
        )
    return _STATES[follow_up.state]


def find_button(listed: Listed, now: datetime) -> Button | None:
    """Return the one thing that lets a mail go on, None when it needs nothing."""
    follow_up = listed.follow_up
    mail = f"/mails/{follow_up.id}"
    if follow_up.state is State.UNCONFIRMED:
        return Button("Say whether it went", link=mail)
    if follow_up.state is State.FAILED:
        return Button("Try again", action="retry")
    waiting_for = follow_up.waiting_for
    if waiting_for in _DEBRIEF:
        label = "How did it go?" if listed.over_at <= now else "See the interview"
        if waiting_for is WaitingFor.ADDRESS:
            label = "Give an address"
        return Button(label, link=f"/interviews/{follow_up.interview_id}/debrief")
    if waiting_for in (WaitingFor.CORRECTION, WaitingFor.ACCEPTANCE):
        return Button("Please check", link=mail)
    if waiting_for in (WaitingFor.APPROVAL, WaitingFor.USER):
        return Button("Approve", action="approve")
    if waiting_for is WaitingFor.NEW_SLOT:
        return Button("Choose a new time", link=f"{mail}#move")
    if waiting_for is WaitingFor.MAILBOX:
        return Button("Connect a mailbox", link="/mailboxes")
    return None


def describe_when(follow_up: FollowUp, candidate: Candidate, city: str | None) -> str:
    """Return when a mail goes out, in a whole sentence's words; empty without a time."""
    if follow_up.slot is None:
        return ""
    return timing.describe(follow_up.slot, user_zone=candidate.zone, city=city)


def show_history(events: Sequence[Event], candidate: Candidate) -> tuple[Line, ...]:
    """Return a mail's history in plain words, the latest first."""
    zone = ZoneInfo(candidate.zone)
    return tuple(
        Line(
            when=f"{name_day(event.at.astimezone(zone))} {event.at.astimezone(zone):%H:%M:%S}",
            iso=event.at.isoformat(),
            what=history.tell(event).capitalize(),
            reason=event.reason,
        )
        for event in reversed(events)
    )


def name_moment(moment: datetime, zone: str) -> str:
    """Return a moment on the clock of a zone, to the second."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{name_day(local)} {local.year} {local:%H:%M:%S}"


def name_proof(proof: str | None) -> str:
    """Return in words why a mail counts as sent."""
    return _PROOFS[Proof(proof)] if proof else ""


def name_mailbox(mailbox: Mailbox | None) -> str:
    """Return the mailbox a mail goes from, in words."""
    if mailbox is None:
        return "no mailbox yet"
    if mailbox.provider == "local":
        return f"{mailbox.address} (kept on this computer, sent to nobody)"
    return mailbox.address


def tell(reasons: Sequence[str]) -> str:
    """Return the reasons of a slot as sentences."""
    return " ".join(f"{each[:1].upper()}{each[1:].rstrip('.')}." for each in reasons if each)


def _tone(listed: Listed, now: datetime) -> str:
    state = listed.follow_up.state
    if looking.needs_user(listed, now):
        return "needs"
    if state is State.SENDING:
        return "busy"
    return "done" if state in (State.SENT, State.STOPPED) else "calm"


def _day_of(listed: Listed, zone: ZoneInfo) -> date | None:
    moment = looking.moment_of(listed)
    return moment.astimezone(zone).date() if moment else None


def _name(day: date | None, today: date) -> str:
    if day is None:
        return "Without a time"
    return f"{name_day(day)}{f' {day.year}' if day.year != today.year else ''}"


def _near(day: date | None, today: date) -> str:
    return _NEAR.get((day - today).days, "") if day else ""
