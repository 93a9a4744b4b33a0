"""What the API answers with: each shape says what its fields mean, and is made from a record.

Moments are ISO 8601 in UTC; `zone` is the IANA name of the clock on which to show them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.actions import looking, needs
from service.actions.paging import Happening
from service.actions.planning import Plan, PlannedMail
from service.editing import Kept
from service.outbox import Event, Listed
from service.records import FollowUp as StoredFollowUp
from service.records import Interview as StoredInterview
from service.records import Kind, RestDays
from service.records import Person as StoredPerson
from service.records import Slot as StoredSlot
from service.slots import Planned
from service.states import State, WaitingFor
from service.writing.findings import Finding as FoundFinding
from service.writing.findings import Severity, Where
from service.writing.readers import Missing as StillMissing
from service.writing.readers import What


class Shape(BaseModel):
    """A shape of an answer."""

    model_config = ConfigDict(frozen=True)


class Slot(Shape):
    """When a mail goes out, and why then."""

    at: Annotated[datetime, Field(examples=["2026-12-09T14:07:00Z"])]
    until: Annotated[datetime, Field(description="It may still go until then.")]
    zone: Annotated[str, Field(description="The reader's zone.", examples=["America/New_York"])]
    reasons: list[str]
    warnings: list[str]
    is_fixed: Annotated[bool, Field(description="Whether you named the time.")]

    @classmethod
    def of(cls, slot: StoredSlot) -> "Slot":
        """Return the shape of a slot."""
        return cls(
            at=slot.at,
            until=slot.until,
            zone=slot.zone,
            reasons=list(slot.reasons),
            warnings=list(slot.warnings),
            is_fixed=slot.is_fixed,
        )


class Reader(Shape):
    """Who a mail goes to."""

    name: Annotated[str, Field(examples=["Sabine Krüger"])]
    address: Annotated[str | None, Field(examples=["sabine.krueger@tidewater.example"])]


class Finding(Shape):
    """One thing that a check found in a text."""

    rule: Annotated[str, Field(examples=["wrong-company"])]
    severity: Annotated[
        Severity, Field(description="Errors and warnings hold the mail, hints do not.")
    ]
    where: Annotated[Where, Field(description="In which part `place` counts.")]
    place: Annotated[
        tuple[int, int] | None,
        Field(description="From and to, in characters; null when it is about the whole."),
    ]
    message: str
    accepted_at: datetime | None = None

    @classmethod
    def of(cls, found: FoundFinding, accepted_at: datetime | None = None) -> "Finding":
        """Return the shape of what was found."""
        return cls(
            rule=found.rule,
            severity=found.severity,
            where=found.where,
            place=found.place,
            message=found.message,
            accepted_at=accepted_at,
        )

    @classmethod
    def of_kept(cls, kept: Kept) -> "Finding":
        """Return the shape of what was found in a stored mail."""
        return cls.of(kept.finding, kept.accepted_at)


class FollowUp(Shape):
    """One mail to one reader about one interview, without its text."""

    id: int
    interview_id: int
    version: Annotated[int, Field(description="Counts its changes; its ETag.")]
    state: State
    waiting_for: Annotated[WaitingFor | None, Field(description="Why it is held.")]
    needs_you: Annotated[bool, Field(description="Nothing happens until you do something.")]
    next_command: Annotated[
        str | None, Field(description="What to type so that it goes on.", examples=[None])
    ]
    to: Reader
    company: Annotated[str, Field(examples=["Tidewater Systems"])]
    role: Annotated[str, Field(examples=["Site Engineer"])]
    mailbox: Annotated[str | None, Field(description="The address that it goes from.")]
    subject: Annotated[str, Field(examples=["Thank you for today"])]
    is_edited: Annotated[bool, Field(description="Whether the text is your own.")]
    slot: Slot | None
    tries: int
    next_try_at: Annotated[datetime | None, Field(description="When it is tried again.")]
    last_error: str | None
    sent_at: datetime | None
    proof: Annotated[str | None, Field(description="Why it counts as sent.")]
    approved_at: datetime | None

    @classmethod
    def of(cls, listed: Listed, now: datetime) -> "FollowUp":
        """Return the shape of a mail as it is listed."""
        return cls(**_describe(listed, now))


class FollowUpWhole(FollowUp):
    """One mail with its text and what the checks found in it."""

    body: str
    findings: list[Finding]

    @classmethod
    def of_whole(cls, listed: Listed, findings: tuple[Kept, ...], now: datetime) -> "FollowUpWhole":
        """Return the shape of a mail with its text."""
        return cls(
            **_describe(listed, now),
            body=listed.follow_up.body,
            findings=[Finding.of_kept(each) for each in findings],
        )


class FollowUps(Shape):
    """A page of mails, the one that was stored last first."""

    items: list[FollowUp]
    next: Annotated[str | None, Field(description="The cursor of the next page.")]

    @classmethod
    def of(cls, items: Sequence[Listed], cursor: str | None, now: datetime) -> "FollowUps":
        """Return the shape of a page of mails."""
        return cls(items=[FollowUp.of(each, now) for each in items], next=cursor)


class Talk(Shape):
    """One talk of an interview."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str


class Person(Shape):
    """Somebody met, or invited, or the agency's representative."""

    id: int
    name: str
    address: str | None
    kind: Kind
    is_met: Annotated[bool | None, Field(description="null while nobody has said.")]
    line: Annotated[str, Field(description="Your own line about the talk with them.")]
    why: Annotated[str, Field(description="Your reasons for this reader alone.")]
    note: Annotated[str | None, Field(description="How they came on the list.")]

    @classmethod
    def of(cls, person: StoredPerson) -> "Person":
        """Return the shape of a stored person."""
        assert person.id is not None  # noqa: S101 - it came from the database
        return cls(
            id=person.id,
            name=person.name,
            address=person.address,
            kind=person.kind,
            is_met=person.is_met,
            line=person.line,
            why=person.reasons,
            note=person.note,
        )


class Interview(Shape):
    """One talk or day of talks with one company."""

    id: int
    company: str
    role: str
    agency: str | None
    zone: Annotated[str, Field(description="In which its day is counted.")]
    city: str | None
    starts_at: datetime
    ends_at: datetime
    talks: list[Talk]
    people: list[Person]
    why: Annotated[str, Field(description="Why you want to work there, in your own words.")]
    language: str
    took_place: Annotated[bool | None, Field(description="null while nobody has said.")]

    @classmethod
    def of(cls, interview: StoredInterview) -> "Interview":
        """Return the shape of a stored interview."""
        assert interview.id is not None  # noqa: S101 - it came from the database
        return cls(
            id=interview.id,
            company=interview.company,
            role=interview.role,
            agency=interview.agency,
            zone=interview.zone,
            city=interview.place.city if interview.place else None,
            starts_at=interview.starts_at,
            ends_at=interview.ends_at,
            talks=[
                Talk(starts_at=t.starts_at, ends_at=t.ends_at, zone=t.zone, title=t.title)
                for t in interview.talks
            ],
            people=[Person.of(each) for each in interview.people],
            why=interview.reasons,
            language=interview.language,
            took_place=interview.took_place,
        )


class Interviews(Shape):
    """A page of interviews, the one that was stored last first."""

    items: list[Interview]
    next: Annotated[str | None, Field(description="The cursor of the next page.")]


class Missing(Shape):
    """What only you can give."""

    what: What
    person: Annotated[str | None, Field(description="About whom; null for the interview.")]


class Choice(Shape):
    """One way around a rest day, with the times that it comes to."""

    rest_days: RestDays
    is_default: bool
    slots: list[Slot]


class Draft(Shape):
    """One mail as it would be stored."""

    to: Reader
    subject: str
    body: str
    slot: Slot | None
    waiting_for: Annotated[
        WaitingFor | None, Field(description="Why it would be held; null: it would be scheduled.")
    ]
    findings: list[Finding]

    @classmethod
    def of(cls, mail: PlannedMail) -> "Draft":
        """Return the shape of a mail to be."""
        return cls(
            to=Reader(name=mail.reader.name, address=mail.reader.address),
            subject=mail.text.subject,
            body=mail.text.body,
            slot=Slot.of(mail.slot) if mail.slot else None,
            waiting_for=mail.waiting_for,
            findings=[Finding.of_kept(each) for each in mail.findings],
        )


class Drafts(Shape):
    """What a submission comes to; nothing was stored."""

    mails: list[Draft]
    missing: list[Missing]
    choices: Annotated[list[Choice], Field(description="The ways around a rest day.")]
    differences: Annotated[list[str], Field(description="What it changes of what is stored.")]

    @classmethod
    def of(cls, plan: Plan) -> "Drafts":
        """Return the shape of a plan."""
        return cls(
            mails=[Draft.of(each) for each in plan.mails],
            missing=list_missing(plan.missing),
            choices=list_choices(plan.planned),
            differences=list(plan.differences),
        )


class Submitted(Shape):
    """What was stored of a submission."""

    interview: Interview
    follow_ups: list[FollowUp]
    missing: list[Missing]
    choices: Annotated[list[Choice], Field(description="The ways around a rest day.")]
    differences: Annotated[list[str], Field(description="What it changed of what was stored.")]
    untouched: Annotated[list[int], Field(description="Mails that went or were stopped before.")]
    stopped: Annotated[list[int], Field(description="Mails that have no reader any more.")]
    notes: Annotated[list[str], Field(description="How an invitation was read.")] = []


class Happened(Shape):
    """One thing that happened to a mail."""

    id: int
    at: datetime
    interview_id: int | None
    follow_up_id: int | None
    action: Annotated[str, Field(examples=["schedule"])]
    from_state: str | None
    to_state: str | None
    by: Annotated[str, Field(description="user, service or provider.")]
    reason: str

    @classmethod
    def of(cls, event: Happening) -> "Happened":
        """Return the shape of an event."""
        return cls(
            id=event.id,
            at=event.at,
            interview_id=event.interview_id,
            follow_up_id=event.follow_up_id,
            action=event.action,
            from_state=event.from_state,
            to_state=event.to_state,
            by=event.by,
            reason=event.reason,
        )

    @classmethod
    def of_mail(cls, event: Event, mail: StoredFollowUp) -> "Happened":
        """Return the shape of one line of a mail's history."""
        return cls(
            id=event.id,
            at=event.at,
            interview_id=mail.interview_id,
            follow_up_id=mail.id,
            action=event.action,
            from_state=event.from_state,
            to_state=event.to_state,
            by=event.by,
            reason=event.reason,
        )


class Events(Shape):
    """A page of events, the oldest first."""

    items: list[Happened]
    next: Annotated[str | None, Field(description="The cursor of the next page.")]


def list_missing(missing: tuple[StillMissing, ...]) -> list[Missing]:
    """Return the shapes of what only the user can give."""
    return [Missing(what=each.what, person=each.person) for each in missing]


def list_choices(planned: Planned) -> list[Choice]:
    """Return the shapes of the ways around a rest day."""
    return [
        Choice(
            rest_days=choice.rest_days,
            is_default=choice.is_default,
            slots=[Slot.of(slot) for slot in choice.slots],
        )
        for choice in planned.choices
    ]


def _describe(listed: Listed, now: datetime) -> dict[str, Any]:
    mail = listed.follow_up
    return {
        "id": mail.id,
        "interview_id": mail.interview_id,
        "version": mail.version,
        "state": mail.state,
        "waiting_for": mail.waiting_for,
        "needs_you": looking.needs_user(listed, now),
        "next_command": needs.next_command(mail),
        "to": Reader(name=mail.to_name, address=mail.to_address),
        "company": listed.company,
        "role": listed.role,
        "mailbox": listed.mailbox,
        "subject": mail.subject,
        "is_edited": mail.is_edited,
        "slot": Slot.of(mail.slot) if mail.slot else None,
        "tries": mail.tries,
        "next_try_at": mail.next_try_at if mail.state is State.SCHEDULED else None,
        "last_error": mail.last_error,
        "sent_at": mail.sent_at,
        "proof": mail.proof,
        "approved_at": mail.approved_at,
    }
