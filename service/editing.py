"""The text of a stored mail: checked, accepted, composed anew when the words for its day change.

Alone writes `findings`. What was found is kept with a key of what it was found in, so that at the
moment of sending the checks run again exactly when something is different. Functions take the
connection of the caller's transaction and never commit. What no rule may see, another candidate's
mails, is never read.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service import interviews, outbox
from service.database import Database
from service.errors import BadInput
from service.outbox import Note
from service.records import Candidate, FollowUp, Interview, Slot, Text, Thread
from service.schema import findings
from service.states import State, WaitingFor
from service.writing import checks, composition, days, notes, phrases, readers
from service.writing.checks import Circumstances, OtherNote
from service.writing.findings import Finding, Severity, Where
from service.writing.readers import Reading

Off = Collection[str]
"""The rules that the user has switched off."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding as it is stored; `accepted_at` is set when the user said that it may stand."""

    finding: Finding
    accepted_at: datetime | None

    @property
    def blocks(self) -> bool:
        """Whether it holds the mail."""
        return self.finding.severity is not Severity.HINT and self.accepted_at is None


@contextmanager
def write(database: Database) -> Iterator[sa.Connection]:
    """Open a write in which a mail may be checked: what that needs is loaded before it begins.

    Loaded inside it, by a process that has checked nothing yet, it would keep everybody else from
    writing meanwhile, on a busy computer for longer than they wait.
    """
    checks.load()
    with database.write() as connection:
        yield connection


def find_reading(interview: Interview, person_id: int) -> Reading | None:
    """Return how this person's mail is read; None when nothing goes to them any more."""
    routed = readers.route(interview).readers
    return next((each for each in routed if each.reader.id == person_id), None)


def gather(
    connection: sa.Connection,
    candidate: Candidate,
    interview: Interview,
    reading: Reading,
    *,
    sent_at: datetime | None,
    beside: Sequence[OtherNote] = (),
) -> Circumstances:
    """Gather what the checks may know around a mail of `candidate`.

    `sent_at` is aware. `beside` are the other mails of the same interview as they would be stored;
    those of other rounds with the company are read here.
    """
    place = interviews.place_of(interview, reading.reader)
    others: list[OtherNote] = list(beside)
    companies: Sequence[str] = ()
    if candidate.id is not None:
        company_key = interviews.fold(interview.company)
        kept = outbox.list_notes(connection, candidate.id, company_key)
        others += _earlier_notes(kept, interview, reading)
        companies = interviews.list_companies(connection, candidate.id, but=company_key)
    return Circumstances(
        interview=interview,
        reading=reading,
        sender=candidate.name,
        sent_at=sent_at.astimezone(place.tz) if sent_at else None,
        others=tuple(others),
        other_companies=tuple(companies),
    )


def list_earlier(
    connection: sa.Connection, candidate: Candidate, interview: Interview
) -> dict[str, tuple[str, ...]]:
    """Return what each reader there was written after earlier interviews, by the reader's key."""
    if candidate.id is None:
        return {}
    earlier: dict[str, tuple[str, ...]] = {}
    for note in outbox.list_notes(connection, candidate.id, interviews.fold(interview.company)):
        if note.interview_id != interview.id and note.day <= interview.day:
            earlier[note.reader_key] = (*earlier.get(note.reader_key, ()), note.body)
    return earlier


def examine(
    connection: sa.Connection, follow_up: FollowUp, text: Text, *, off: Off
) -> tuple[Finding, ...] | None:
    """Check a text as this stored follow-up would send it; None when it has no reader any more."""
    circumstances = gather_stored(connection, follow_up)
    return None if circumstances is None else checks.check(text, circumstances, off=off)


def gather_stored(
    connection: sa.Connection,
    follow_up: FollowUp,
    *,
    sent_at: datetime | None = None,
) -> Circumstances | None:
    """Gather what the checks may know around a stored follow-up, sent at its slot or `sent_at`."""
    interview = interviews.get(
        connection, follow_up.interview_id, candidate_id=follow_up.candidate_id
    )
    reading = find_reading(interview, follow_up.person_id)
    if reading is None:
        return None
    company_key = interviews.fold(interview.company)
    beside = tuple(
        OtherNote(note.to_name, note.body)
        for note in outbox.list_notes(connection, follow_up.candidate_id, company_key)
        if note.interview_id == interview.id and note.follow_up_id != follow_up.id
    )
    moment = sent_at or (follow_up.slot.at if follow_up.slot else None)
    candidate = interviews.get_candidate(connection, follow_up.candidate_id)
    return gather(connection, candidate, interview, reading, sent_at=moment, beside=beside)


def keep(
    connection: sa.Connection,
    follow_up: FollowUp,
    found: Iterable[Finding],
    *,
    off: Off,
    sent_at: datetime | None = None,
) -> tuple[Kept, ...]:
    """Store what was found in a follow-up as it stands; what was accepted before stays so.

    It was found for the moment `sent_at`, else for the follow-up's slot.
    """
    stored = keep_accepted(list_findings(connection, follow_up.id), found)
    connection.execute(_FORGET, {"follow_up": follow_up.id})
    _add(connection, [_row(follow_up, each) for each in stored])
    slot = follow_up.slot
    moment = sent_at or (slot.at if slot else None)
    day = moment.astimezone(ZoneInfo(slot.zone)).date() if slot and moment else None
    outbox.note_checked(connection, follow_up.id, key_of(follow_up, day, off=off))
    return stored


def keep_first(
    connection: sa.Connection, found: Iterable[tuple[FollowUp, Iterable[Finding]]]
) -> None:
    """Store what was found in follow-ups that are new: nothing was found in them before.

    They were stored with their `key_of_new`.
    """
    kept = [(follow_up, Kept(each, None)) for follow_up, each_found in found for each in each_found]
    _add(connection, [_row(follow_up, each) for follow_up, each in kept])


_FOUND = (
    sa.select(findings)
    .where(findings.c.follow_up_id == sa.bindparam("follow_up"))
    .order_by(findings.c.id)
)
_FORGET = sa.delete(findings).where(findings.c.follow_up_id == sa.bindparam("follow_up"))
_ADD = sa.insert(findings)


def _add(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_ADD, rows)


def _row(follow_up: FollowUp, kept: Kept) -> dict[str, Any]:
    finding, place = kept.finding, kept.finding.place
    return {
        "follow_up_id": follow_up.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "place_in": finding.where,
        "place_start": place[0] if place else None,
        "place_end": place[1] if place else None,
        "accepted_at": kept.accepted_at,
        "accepted_by": "user" if kept.accepted_at else None,
    }


def keep_accepted(before: Iterable[Kept], found: Iterable[Finding]) -> tuple[Kept, ...]:
    """Return what was found now; what says the same as an accepted finding is accepted, too."""
    accepted = {
        (kept.finding.rule, kept.finding.message): kept.accepted_at
        for kept in before
        if kept.accepted_at is not None
    }
    return tuple(Kept(each, accepted.get((each.rule, each.message))) for each in found)


def list_findings(connection: sa.Connection, follow_up_id: int) -> tuple[Kept, ...]:
    """Return what was found in a follow-up, in the order of its text."""
    rows = connection.execute(_FOUND, {"follow_up": follow_up_id}).mappings()
    return tuple(
        Kept(
            Finding(
                rule=row["rule"],
                severity=Severity(row["severity"]),
                place=(
                    None if row["place_start"] is None else (row["place_start"], row["place_end"])
                ),
                message=row["message"],
                where=Where(row["place_in"] or Where.BODY),
            ),
            row["accepted_at"],
        )
        for row in rows
    )


def accept(
    connection: sa.Connection, follow_up: FollowUp, rules: Collection[str], *, at: datetime
) -> None:
    """Note that what these rules found may stand.

    Raises:
        BadInput: one of them found nothing that holds the mail.

    """
    open_rules = {
        kept.finding.rule for kept in list_findings(connection, follow_up.id) if kept.blocks
    }
    unknown = [rule for rule in rules if rule not in open_rules]
    if unknown:
        raise BadInput(
            f"Nothing that {', '.join(unknown)} found holds f{follow_up.id}.",
            f"callback preview f{follow_up.id}",
            tuple(sorted(open_rules)),
        )
    connection.execute(
        sa.update(findings)
        .where(findings.c.follow_up_id == follow_up.id, findings.c.rule.in_(list(rules)))
        .values(accepted_at=at, accepted_by="user")
    )


def find_obstacle(kept: Iterable[Kept]) -> WaitingFor | None:
    """Return what findings make a mail wait for: a correction, else an acceptance, else nothing."""
    blocking = {each.finding.severity for each in kept if each.blocks}
    if Severity.ERROR in blocking:
        return WaitingFor.CORRECTION
    return WaitingFor.ACCEPTANCE if blocking else None


def is_checked(follow_up: FollowUp, *, off: Off, now: datetime) -> bool:
    """Tell whether the stored findings are those of this text when it is sent `now`."""
    slot = follow_up.slot
    today = now.astimezone(ZoneInfo(slot.zone)).date() if slot else None
    return follow_up.checked_key == key_of(follow_up, today, off=off)


def check_again(
    connection: sa.Connection, follow_up: FollowUp, *, off: Off, now: datetime
) -> WaitingFor | None:
    """Check a mail as it is sent `now`; return what stands against that, None when nothing does."""
    circumstances = gather_stored(connection, follow_up, sent_at=now)
    if circumstances is None:
        return WaitingFor.CORRECTION
    text = Text(follow_up.subject, follow_up.body)
    found = checks.check(text, circumstances, off=off)
    return find_obstacle(keep(connection, follow_up, found, off=off, sent_at=now))


def move(
    connection: sa.Connection,
    follow_up: FollowUp,
    slot: Slot,
    *,
    at: datetime,
    by: str,
    reason: str,
    off: Off,
) -> FollowUp:
    """Give a mail another slot: what we composed names its day anew, and the checks run again.

    Raises:
        Conflict: it was changed since it was read.

    """
    moved = outbox.move(
        connection, follow_up.id, slot, at=at, by=by, reason=reason, version=follow_up.version
    )
    return bring_up_to_date(connection, follow_up, moved, at=at, off=off)


def bring_up_to_date(
    connection: sa.Connection, before: FollowUp, after: FollowUp, *, at: datetime, off: Off
) -> FollowUp:
    """Compose anew and check a mail whose slot was changed from what it was `before`."""
    text = compose_anew(connection, before, after.slot) if after.slot else None
    if text is not None:
        after = outbox.write_text(
            connection,
            after.id,
            text,
            is_edited=False,
            at=at,
            by="service",
            action="compose",
            reason="the words for the day have changed",
        )
    return review(connection, after, off=off, at=at)


def review(connection: sa.Connection, follow_up: FollowUp, *, off: Off, at: datetime) -> FollowUp:
    """Check a stored text and keep what is found; a scheduled mail that may not go is held.

    One that waited for nothing but a correction or an acceptance stays held: to let it go is the
    caller's.
    """
    if not follow_up.body.strip() or follow_up.waiting_for is WaitingFor.WORDS:
        return follow_up
    text = Text(follow_up.subject, follow_up.body)
    found = examine(connection, follow_up, text, off=off)
    obstacle = find_obstacle(keep(connection, follow_up, found or (), off=off))
    is_judged = follow_up.waiting_for in (WaitingFor.CORRECTION, WaitingFor.ACCEPTANCE)
    if obstacle is None or not (follow_up.state is State.SCHEDULED or is_judged):
        return follow_up
    if follow_up.waiting_for is obstacle:
        return follow_up
    reason = "a check found something in its text"
    return outbox.hold(connection, follow_up.id, obstacle, at=at, by="service", reason=reason)


def key_of(follow_up: FollowUp, sent_on: date | None, *, off: Off) -> str:
    """Return what tells whether the findings of a follow-up still hold."""
    text = Text(follow_up.subject, follow_up.body)
    return _key(text, follow_up.to_name, follow_up.to_address, follow_up.thread, sent_on, off)


def key_of_new(new: outbox.New, *, off: Off) -> str:
    """Return `key_of` of what is yet to be stored, for the day of its slot."""
    return _key(new.text, new.to_name, new.to_address, new.thread, _day_of(new.slot), off)


def _key(
    text: Text,
    to_name: str,
    to_address: str | None,
    thread: Thread | None,
    sent_on: date | None,
    off: Off,
) -> str:
    seen = (
        text.subject,
        text.body,
        to_name,
        to_address or "",
        sent_on.isoformat() if sent_on else "",
        thread.message_id if thread else "",
        *(rule.id for rule in checks.RULES if rule.id not in off),
    )
    return hashlib.sha256("\x1f".join(seen).encode("utf-8", "surrogatepass")).hexdigest()


def compose_anew(connection: sa.Connection, follow_up: FollowUp, slot: Slot) -> Text | None:
    """Return the text of a composed mail as it reads when it goes out at `slot`.

    None when it stays as it is: the user's own, or the words for the day do not change.
    """
    if follow_up.is_edited or follow_up.slot is None:
        return None
    interview = interviews.get(
        connection, follow_up.interview_id, candidate_id=follow_up.candidate_id
    )
    reading = find_reading(interview, follow_up.person_id)
    if reading is None or not _names_day_anew(interview, reading, follow_up.slot, slot):
        return None
    sent_on = {
        _key_of(interview, listed.follow_up): _day_of(
            slot if listed.follow_up.id == follow_up.id else listed.follow_up.slot
        )
        for listed in outbox.list_follow_ups(
            connection, follow_up.candidate_id, interview_id=interview.id
        )
        if listed.follow_up.state is not State.STOPPED
    }
    candidate = interviews.get_candidate(connection, follow_up.candidate_id)
    earlier = list_earlier(connection, candidate, interview)
    composed = composition.compose(interview, candidate, sent_on, earlier)
    own = next(mail for mail in composed.mails if mail.reader.id == follow_up.person_id)
    return own.text if own.text.body and not own.missing else None


def _names_day_anew(interview: Interview, reading: Reading, before: Slot, after: Slot) -> bool:
    person = reading.reader
    language = notes.language_of(interview, person)
    if not phrases.is_available(language):
        return False
    dates = phrases.load_phrases(language).dates
    place = days.place_of(interview, person)
    day = days.interview_day(interview, person)
    named = [
        days.name_day(day, _day_of(slot), place.country if place else None, dates)
        for slot in (before, after)
    ]
    return named[0] != named[1]


def _earlier_notes(kept: Iterable[Note], interview: Interview, reading: Reading) -> list[OtherNote]:
    return [
        OtherNote(note.to_name, note.body, is_earlier=note.reader_key == reading.reader.key)
        for note in kept
        if note.interview_id != interview.id and note.day <= interview.day
    ]


def _key_of(interview: Interview, follow_up: FollowUp) -> str:
    return next(person.key for person in interview.people if person.id == follow_up.person_id)


def _day_of(slot: Slot | None) -> date | None:
    return slot.at.astimezone(ZoneInfo(slot.zone)).date() if slot else None
