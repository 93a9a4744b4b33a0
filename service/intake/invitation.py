"""A calendar invitation (.ics, or the mail that carried it) -> an interview, with what is unclear.

Fails softly: every file ends in an `Invitation` or in a `BadInvitation` that says why and what to
do instead, never in a wrong time. Nothing here is asked of the user; `Invitation.unclear` names the
questions, and the answers come back as arguments of a second call: the same bytes with one more own
address, or with a zone.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.errors import BadInput, BadInvitation
from service.intake import calendar_text, events, guesses, guests, kinds, mail, moments, zones
from service.intake.calendar_text import CalendarText
from service.intake.dates import check_dates, show_day
from service.intake.events import HINT, Event, Identity, Times
from service.intake.mail import MailedCalendars
from service.intake.moments import Basis
from service.records import Interview, Place, Talk

_REFUSED = {
    "REPLY": "is somebody's answer to an invitation, not an invitation",
    "COUNTER": "proposes another time for a meeting, which nobody has agreed to yet",
    "DECLINECOUNTER": "declines another time that was proposed; the first time stands",
    "REFRESH": "asks for an invitation, it is none",
    "ADD": "adds dates to a series of meetings, it is not one interview",
}
_TAKEN = frozenset({"REQUEST", "PUBLISH", "CANCEL"})
_CANCELLED_TITLE = re.compile(r"(?:cancell?ed|abgesagt|annul|cancelad|geannuleerd)", re.IGNORECASE)
_MOST_LISTED = 6
_WAIT = "Add the invitation itself, or the update that comes when the time is agreed."


class Question(StrEnum):
    """What only the user can answer about an invitation."""

    WHO_ARE_YOU = "who-are-you"
    """No address on it is one of the candidate's: nobody was taken for the candidate."""
    ZONE = "zone"
    """It says at what hour, not in which zone: no interview until a zone is given."""
    PLACE = "place"
    """It does not say where the readers are; with a zone only, the place is among the guesses."""
    PEOPLE = "people"
    """Nobody besides the candidate is on it."""
    COMPANY = "company"
    """No company could be guessed."""
    ROLE = "role"
    """No role could be guessed."""


@dataclass(frozen=True, slots=True)
class CalendarKey:
    """What an invitation calls an event, as `Talk` keeps it."""

    uid: str
    recurrence_id: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation says.

    `interview` is None when `method` is CANCEL or a zone must be asked first. `keys` are the events
    it speaks of. `notes` are sentences for the user. `left_out` are names with the reason.
    `zone_hint` is a zone to offer for times without one, `likely_self` the address to offer first
    when it is asked who the candidate is.
    """

    method: str
    interview: Interview | None
    keys: tuple[CalendarKey, ...]
    unclear: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    zone_hint: str | None = None
    likely_self: str | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """What surrounds the events while they are read."""

    file_name: str
    calendar: CalendarText
    mailed: MailedCalendars | None
    own_addresses: frozenset[str]
    now: datetime | None
    zone: str | None


def read_invitation(
    data: bytes,
    file_name: str,
    own_addresses: frozenset[str],
    now: datetime | None,
    zone: str | None = None,
) -> Invitation:
    """Read an .ics file or a mail with one. Raise `BadInvitation` where it is no interview.

    `zone` is the user's answer for times without a zone. With `now` None, how long ago the
    interview was is not judged.
    """
    try:
        kind = kinds.tell_kind(data, file_name)
    except BadInput as error:
        raise BadInvitation(error.message, error.hint) from error
    if kind is kinds.Kind.CALENDAR:
        text = kinds.decode(data)
        return _read(text, None, file_name, own_addresses, now, zone)
    if kind is not kinds.Kind.MAIL:
        raise BadInvitation(f"{file_name} is neither a calendar nor a mail.", HINT)
    mailed = mail.read_mail(data, file_name)
    first_error: BadInvitation | None = None
    for text in mailed.texts:
        try:
            return _read(text, mailed, file_name, own_addresses, now, zone)
        except BadInvitation as error:  # the same calendar often comes twice, once unharmed
            first_error = first_error or error
    raise first_error or BadInvitation(f"{file_name} is a mail without a calendar in it.", HINT)


def _read(
    text: str,
    mailed: MailedCalendars | None,
    file_name: str,
    own_addresses: frozenset[str],
    now: datetime | None,
    zone: str | None,
) -> Invitation:
    calendar = calendar_text.split(text, file_name)
    source = _Source(file_name, calendar, mailed, own_addresses, now, zone)
    method = calendar.method or (mailed.method if mailed else None) or "PUBLISH"
    if method in _REFUSED:
        raise BadInvitation(f"{file_name} {_REFUSED[method]} (METHOD:{method}).", _WAIT)
    if method not in _TAKEN:
        raise BadInvitation(f"{file_name} is of an unknown kind (METHOD:{method[:40]}).", HINT)
    identities = [events.read_identity(lines, file_name) for lines in calendar.events]
    if method == "CANCEL" and identities:
        return _cancel(identities, source)
    found = [events.read_event(lines, file_name) for lines in calendar.events]
    with_start = [event for event in found if event is not None]
    if not with_start:
        raise BadInvitation(_why_empty(source), HINT)
    chosen = events.choose(with_start, file_name)
    standing = [event for event in chosen if event.identity.status != "CANCELLED"]
    if not standing:
        return _cancel(identities, source)
    return _invite(standing, method, source)


def _why_empty(source: _Source) -> str:
    if source.calendar.is_damaged:
        return f"{source.file_name} is damaged: the end of its event is missing."
    if source.calendar.events:
        return f"{source.file_name} has an event without a start."
    return f"{source.file_name} is a calendar without an event in it."


def _cancel(cancelled: list[Identity], source: _Source) -> Invitation:
    keys = _keys(cancelled, source)
    if not keys:
        raise BadInvitation(
            f"{source.file_name} cancels a meeting but does not say which one (no UID).",
            "Stop the interview by hand: callback list, then callback stop.",
        )
    notes = tuple(f"This cancels {_describe(e, source)}." for e in cancelled[:_MOST_LISTED])
    return Invitation("CANCEL", None, keys, notes=notes)


def _invite(standing: list[Event], method: str, source: _Source) -> Invitation:
    for event in standing:
        _refuse_all_day(event, source.file_name)
    times = [events.find_times(e, source.calendar.zones, source.zone) for e in standing]
    _refuse_many(standing, times, source)
    keys = _keys([event.identity for event in standing], source)
    sorted_guests = _sort(standing, source)
    if any(t.starts.at is None or t.ends_at is None for t in times):
        hint = moments.find_hint(
            source.calendar.zones, source.calendar.zone_hint, standing[0].starts.wall
        )
        spoken_of = _describe(standing[0].identity, source)
        note = f"It speaks of {spoken_of}, but of no time zone that is known."
        return Invitation(method, None, keys, (Question.ZONE,), (note,), (), hint)
    talks = tuple(_as_talk(e, t, source) for e, t in zip(standing, times, strict=True))
    _check(talks, source)
    interview, unclear, notes = _compose(standing, times, talks, sorted_guests)
    notes += _remarks(standing, times, source)
    likely = None if sorted_guests.invited_as else _likely_self(sorted_guests, source)
    return Invitation(
        method, interview, keys, unclear, notes, sorted_guests.left_out, likely_self=likely
    )


def _compose(
    standing: list[Event],
    times: list[Times],
    talks: tuple[Talk, ...],
    sorted_guests: guests.Guests,
) -> tuple[Interview, tuple[Question, ...], tuple[str, ...]]:
    """Put the interview together with its guesses, the questions and what to say about them."""
    people = sorted_guests.people
    by_organiser = sorted(people, key=lambda p: guests.ORGANISER not in (p.note or ""))
    company, agency = guesses.guess_company(p.address for p in by_organiser if p.address)
    role = guesses.guess_role(standing[0].identity.title, [p.name for p in people])
    place = _guess_place(standing, times, sorted_guests)
    is_end_assumed = any(t.is_end_assumed for t in times)
    guessed = {"company": company, "role": role, "place": place, "ends": is_end_assumed}
    questions = {
        Question.WHO_ARE_YOU: bool(people) and sorted_guests.invited_as is None,
        Question.PEOPLE: not people,
        Question.PLACE: place is None,
        Question.COMPANY: not company,
        Question.ROLE: not role,
    }
    notes = (f"{agency} reads like an agency: no company is guessed from it.",) if agency else ()
    interview = Interview(
        company=company,
        role=role,
        talks=talks,
        people=people,
        place=place,
        invited_as=sorted_guests.invited_as,
        guesses=frozenset(name for name, value in guessed.items() if value),
    )
    return interview, tuple(q for q, is_open in questions.items() if is_open), notes


def _guess_place(
    standing: list[Event], times: list[Times], sorted_guests: guests.Guests
) -> Place | None:
    """Return the zone of the invitation, unless the candidate made it: then it is their own."""
    organiser = standing[0].organiser
    if organiser and organiser.address and organiser.address == sorted_guests.invited_as:
        return None
    starts = times[0].starts
    if starts.basis not in {Basis.NAMED, Basis.MATCHED} or zones.is_utc(starts.zone):
        return None
    return Place(starts.zone)


def _sort(standing: list[Event], source: _Source) -> guests.Guests:
    everybody = [guest for event in standing for guest in event.guests]
    everybody += [event.organiser for event in standing if event.organiser]
    names = source.mailed.names if source.mailed else {}
    return guests.sort_guests(everybody, source.own_addresses, names)


def _likely_self(sorted_guests: guests.Guests, source: _Source) -> str | None:
    """Return the one guest to whom the mail was sent, or the only one besides the organiser."""
    open_ones = [p.address for p in sorted_guests.people if p.is_met is None and p.address]
    addressed = source.mailed.addressed_to if source.mailed else ()
    for candidates in ([a for a in open_ones if a in addressed], open_ones):
        if len(candidates) == 1:
            return candidates[0]
    return None


def _as_talk(event: Event, times: Times, source: _Source) -> Talk:
    if times.starts.at is None or times.ends_at is None:
        raise BadInvitation(f"{source.file_name} does not say in which time zone it is.", HINT)
    key = _key(event.identity, source)
    return Talk(
        starts_at=times.starts.at,
        ends_at=times.ends_at,
        zone=times.starts.zone,
        title=event.identity.title,
        calendar_uid=event.identity.uid,
        recurrence_id=key.recurrence_id,
        sequence=key.sequence,
    )


def _keys(found: list[Identity], source: _Source) -> tuple[CalendarKey, ...]:
    return tuple(dict.fromkeys(_key(identity, source) for identity in found if identity.uid))


def _key(identity: Identity, source: _Source) -> CalendarKey:
    """Return the event's key; its RECURRENCE-ID in UTC, since updates write it in either way."""
    written = identity.recurrence_id
    recurrence_id = None
    if written is not None:
        at = moments.place(written, source.calendar.zones, source.zone).at
        recurrence_id = f"{at:%Y%m%dT%H%M%SZ}" if at else f"{written.wall:%Y%m%dT%H%M%S}"
        recurrence_id = f"{written.wall:%Y%m%d}" if written.is_day else recurrence_id
    return CalendarKey(identity.uid or "", recurrence_id, identity.sequence)


def _refuse_all_day(event: Event, file_name: str) -> None:
    lasts = event.duration or (event.ends.wall - event.starts.wall if event.ends else None)
    at_midnight = event.starts.wall.time() == datetime.min.time() and not event.starts.is_utc
    is_whole_days = at_midnight and lasts is not None and lasts.seconds == 0 and lasts.days > 0
    if event.is_all_day or is_whole_days:
        raise BadInvitation(
            f"{file_name} is a whole-day event on {show_day(event.starts.wall)}: it does not say at"
            " what hour the interview is.",
            HINT,
        )


def _refuse_many(standing: list[Event], times: list[Times], source: _Source) -> None:
    """Take several events for the talks of one day only where one organiser set them on one day."""
    if len(standing) == 1:
        return
    tz = ZoneInfo(times[0].starts.zone)
    days = {t.starts.at.astimezone(tz).date() if t.starts.at else None for t in times}
    hosts = {
        e.organiser.address.rpartition("@")[2]
        for e in standing
        if e.organiser and e.organiser.address
    }
    if len(days) == 1 and None not in days and len(hosts) == 1:
        return
    listed = "; ".join(_describe(event.identity, source) for event in standing[:_MOST_LISTED])
    more = " and more" if len(standing) > _MOST_LISTED else ""
    raise BadInvitation(
        f"{source.file_name} holds {len(standing)} events: {listed}{more}.",
        f"Save the one event of the interview as its own .ics file. {HINT}",
    )


def _check(talks: tuple[Talk, ...], source: _Source) -> None:
    for talk in talks:
        tz = ZoneInfo(talk.zone)
        problems = check_dates(
            talk.starts_at.astimezone(tz), talk.ends_at.astimezone(tz), source.now
        )
        if problems:
            raise BadInvitation(f"{source.file_name} cannot be right: {'; '.join(problems)}.", HINT)


def _describe(identity: Identity, source: _Source) -> str:
    """Return "“Interview” on Tuesday 8 December 2026 at 10:00 (Europe/Berlin)"."""
    title = f"“{identity.title}”" if identity.title else "a meeting"
    written = identity.starts or identity.recurrence_id
    if written is None:
        return title
    if written.is_day:
        return f"{title} on {show_day(written.wall)}"
    moment = moments.place(written, source.calendar.zones, source.zone)
    if moment.at is None:
        return f"{title} on {show_day(written.wall)} at {written.wall:%H:%M}"
    local = moment.at.astimezone(ZoneInfo(moment.zone))
    return f"{title} on {show_day(local)} at {local:%H:%M} ({moment.zone})"


def _remarks(standing: list[Event], times: list[Times], source: _Source) -> tuple[str, ...]:
    remarks = []
    starts = times[0].starts
    name = standing[0].starts.zone_name or ""
    if starts.basis is Basis.MATCHED:
        remarks.append(f"Its time zone “{name}” keeps the clock of {starts.zone}.")
    if starts.basis is Basis.OFFSET:
        remarks.append(f"Its time zone “{name}” is not a known one; the instant is right.")
    if moments.disagrees(standing[0].starts, source.calendar.zones):
        remarks.append(
            f"Its own rules for “{name}” are not those that are known; the known ones count."
        )
    if any(t.is_end_assumed for t in times):
        remarks.append("It does not say when it ends; one hour is assumed.")
    if any(_CANCELLED_TITLE.match(event.identity.title) for event in standing):
        remarks.append("Its title says that it was cancelled.")
    if any(event.identity.status == "TENTATIVE" for event in standing):
        remarks.append("It is marked as tentative.")
    if source.calendar.is_damaged:
        remarks.append("A part of the file is damaged and was left out.")
    return tuple(remarks)
