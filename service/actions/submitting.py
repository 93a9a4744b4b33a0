"""Stores a plan: the interview, and its follow-ups as they were shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from service import editing, interviews, outbox
from service.actions.office import Office, id_of, turn_of
from service.actions.planning import Plan, PlannedMail
from service.errors import Conflict
from service.intake.invitation import CalendarKey
from service.records import Candidate, FollowUp, Interview, Person
from service.states import State, WaitingFor

_BY_ITSELF = frozenset(
    {
        WaitingFor.WORDS,
        WaitingFor.INTERVIEW,
        WaitingFor.ADDRESS,
        WaitingFor.MAILBOX,
        WaitingFor.CORRECTION,
        WaitingFor.ACCEPTANCE,
        WaitingFor.APPROVAL,
    }
)
"""What ends when the submission is complete; what the user paused stays paused."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was stored. `untouched` are mails that went, are on their way or were stopped."""

    interview: Interview
    follow_ups: tuple[FollowUp, ...]
    untouched: tuple[FollowUp, ...] = ()
    stopped: tuple[FollowUp, ...] = ()
    """What had a reader before and has none now: somebody who was not met after all."""


def submit(office: Office, candidate: Candidate, plan: Plan) -> Submitted:
    """Store the plan in one transaction; what is unsent of the same interview is updated.

    Raises:
        Conflict: the interview was changed since the plan was drawn up.

    """
    now, off = office.now(), office.off()
    with office.database.write(turn_of(id_of(candidate))) as connection:
        _refuse_overtaken(connection, candidate, plan)
        saved = interviews.save(
            connection,
            id_of(candidate),
            plan.interview,
            mailbox_id=plan.mailbox.id if plan.mailbox else None,
            at=now,
        )
        # A reader may have a stopped mail beside a live one; the live one, named last, counts.
        listed = sorted(
            _list_follow_ups(connection, candidate, saved) if plan.stored is not None else (),
            key=lambda each: each.state is not State.STOPPED,
        )
        existing = {(each.to_address or each.to_name).casefold(): each for each in listed}
        new: list[PlannedMail] = []
        done: dict[str, FollowUp] = {}
        untouched: list[FollowUp] = []
        for mail in plan.mails if saved.took_place is not False else ():
            known = existing.pop(mail.reader.key, None) or existing.pop(
                mail.reader.name.casefold(), None
            )
            if known is None:
                new.append(mail)
            elif known.state is State.STOPPED and _is_on_again(plan, saved):
                outbox.restore(connection, known.id, at=now)
                waiting_for = mail.waiting_for or WaitingFor.USER
                restored = outbox.hold(
                    connection, known.id, waiting_for, at=now, by="user", reason="it is on again"
                )
                done[mail.reader.key] = _update(connection, saved, plan, mail, restored, now, off)
            elif known.state in (State.HELD, State.SCHEDULED):
                done[mail.reader.key] = _update(connection, saved, plan, mail, known, now, off)
            else:
                untouched.append(known)
        added = _add(connection, candidate, saved, plan, new, now, off)
        done |= {mail.reader.key: each for mail, each in zip(new, added, strict=True)}
        reason = "the interview did not take place, or this person was not met"
        stopped = tuple(
            outbox.stop(connection, orphan.id, at=now, by="user", reason=reason)
            for orphan in existing.values()
            if orphan.state in (State.HELD, State.SCHEDULED)
        )
    in_order = tuple(done[mail.reader.key] for mail in plan.mails if mail.reader.key in done)
    return Submitted(saved, in_order, tuple(untouched), stopped)


def _refuse_overtaken(connection: sa.Connection, candidate: Candidate, plan: Plan) -> None:
    """Refuse a plan that joins what was said with what is not stored like that any more.

    Nor may the same interview have been added meanwhile: its readers would be thanked twice.
    """
    if plan.stored is None:
        added = interviews.find_same(connection, id_of(candidate), plan.interview)
        if added is not None:
            raise Conflict(
                f"The interview with {added.company} was added meanwhile; nothing was stored.",
                f"callback show i{added.id} shows it as it is now.",
            )
    if plan.stored is None or plan.stored.id is None:
        return
    now = interviews.get(connection, plan.stored.id, candidate_id=id_of(candidate))
    if now != plan.stored:
        raise Conflict(
            f"The interview with {now.company} was changed meanwhile; nothing was stored.",
            f"callback debrief i{now.id} shows it as it is now.",
        )


def _is_on_again(plan: Plan, saved: Interview) -> bool:
    """Whether this submission takes back a cancellation that stopped the mails."""
    return (
        plan.stored is not None
        and plan.stored.took_place is False
        and (saved.took_place is not False)
    )


def cancel(
    office: Office, candidate: Candidate, keys: Sequence[CalendarKey]
) -> tuple[FollowUp, ...]:
    """Stop what is unsent of the interviews that a cancelled invitation made.

    An invitation that was changed since (a higher SEQUENCE is stored) cancels nothing.
    """
    stopped: tuple[FollowUp, ...] = ()
    for key in keys:
        with office.database.read() as connection:
            found = interviews.find_by_uid(connection, id_of(candidate), key.uid, key.recurrence_id)
        if found is None:
            continue
        sequences = [talk.sequence for talk in found.talks if talk.calendar_uid == key.uid]
        if max(sequences, default=0) <= key.sequence:
            # Its SEQUENCE is kept: what it overtook on its way brings nothing back.
            talks = tuple(
                replace(talk, sequence=key.sequence) if talk.calendar_uid == key.uid else talk
                for talk in found.talks
            )
            stopped += note_cancelled(office, candidate, replace(found, talks=talks))
    return stopped


def note_cancelled(
    office: Office, candidate: Candidate, interview: Interview
) -> tuple[FollowUp, ...]:
    """Note that an interview did not take place, and stop what is unsent of it."""
    assert interview.id is not None  # noqa: S101 - it came from the database
    now = office.now()
    with office.database.write(turn_of(id_of(candidate))) as connection:
        interviews.note_took_place(connection, interview.id, took_place=False)
        interviews.save_talks(connection, id_of(candidate), interview)
        return tuple(
            outbox.stop(
                connection, each.id, at=now, by="user", reason="the interview did not take place"
            )
            for each in _list_follow_ups(connection, candidate, interview)
            if each.state in (State.HELD, State.SCHEDULED, State.FAILED)
        )


def _list_follow_ups(
    connection: sa.Connection, candidate: Candidate, interview: Interview
) -> list[FollowUp]:
    return [
        listed.follow_up
        for listed in outbox.list_follow_ups(
            connection, id_of(candidate), interview_id=interview.id
        )
    ]


def _add(
    connection: sa.Connection,
    candidate: Candidate,
    interview: Interview,
    plan: Plan,
    mails: Sequence[PlannedMail],
    now: datetime,
    off: editing.Off,
) -> list[FollowUp]:
    people = {each.key: each for each in interview.people}
    new = [
        _make_new(candidate, interview, plan, mail, people[mail.reader.key], off) for mail in mails
    ]
    added = outbox.add_all(connection, new, at=now)
    found = [
        (follow_up, [each.finding for each in mail.findings])
        for follow_up, mail in zip(added, mails, strict=True)
        if _is_checked(mail)
    ]
    editing.keep_first(connection, found)
    return added


def _make_new(
    candidate: Candidate,
    interview: Interview,
    plan: Plan,
    mail: PlannedMail,
    person: Person,
    off: editing.Off,
) -> outbox.New:
    assert interview.id is not None  # noqa: S101 - it was saved just now
    assert person.id is not None  # noqa: S101 - the same
    new = outbox.New(
        candidate_id=id_of(candidate),
        interview_id=interview.id,
        person_id=person.id,
        mailbox_id=plan.mailbox.id if plan.mailbox else None,
        to_name=person.name,
        to_address=person.address,
        company_key=interviews.fold(interview.company),
        day=interview.day,
        text=mail.text,
        is_edited=bool(person.body),
        slot=mail.slot,
        waiting_for=mail.waiting_for,
        thread=person.thread,
    )
    key = editing.key_of_new(new, off=off) if _is_checked(mail) else None
    return replace(new, checked_key=key)


def _is_checked(mail: PlannedMail) -> bool:
    """Whether there is anything yet in which something may have been found."""
    return mail.waiting_for not in (WaitingFor.WORDS, WaitingFor.ADDRESS)


def _update(
    connection: sa.Connection,
    interview: Interview,
    plan: Plan,
    mail: PlannedMail,
    known: FollowUp,
    now: datetime,
    off: editing.Off,
) -> FollowUp:
    """Bring an unsent follow-up in line with the plan; a text or time of the user's own stays."""
    current = known
    if known.state is State.SCHEDULED and mail.waiting_for is not None:
        # First, for it may lose its words or its address now, and what is scheduled has both.
        current = outbox.hold(
            connection, known.id, mail.waiting_for, at=now, by="service", reason=""
        )
    if not known.is_edited and (known.subject, known.body) != (mail.text.subject, mail.text.body):
        current = outbox.write_text(
            connection,
            known.id,
            mail.text,
            is_edited=bool(mail.reader.body),
            at=now,
            by="user",
            action="compose",
        )
    current = outbox.readdress(
        connection,
        known.id,
        to_name=mail.reader.name,
        to_address=mail.reader.address,
        mailbox_id=plan.mailbox.id if plan.mailbox else current.mailbox_id,
        at=now,
        company_key=interviews.fold(interview.company),
        day=interview.day,
    )
    named = current.slot if current.slot and current.slot.is_fixed else None
    is_free = named is None or named.at < interview.ends_at
    if mail.slot and mail.slot != current.slot and (is_free or mail.slot.is_fixed):
        current = outbox.move(connection, known.id, mail.slot, at=now, by="user")
    if mail.reader.thread != current.thread:
        current = outbox.answer(connection, known.id, mail.reader.thread, at=now)
    if _is_checked(mail):
        editing.keep(connection, current, (each.finding for each in mail.findings), off=off)
    if current.state is State.HELD and current.waiting_for in _BY_ITSELF:
        if mail.waiting_for is None:
            return outbox.schedule(connection, known.id, at=now, by="user")
        if mail.waiting_for is not current.waiting_for:
            return outbox.hold(
                connection, known.id, mail.waiting_for, at=now, by="service", reason=""
            )
    return current
