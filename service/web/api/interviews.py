"""Interviews that are stored: list them, say how one went, that one did not take place."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from service.actions import paging, planning, submitting, timetable, wording
from service.actions.planning import Plan
from service.errors import BadInput, WrongState
from service.intake import readers, submission
from service.intake.submission_keys import (
    Address,
    Language,
    Line,
    PersonKeys,
    Problems,
    Prose,
    SubmissionKeys,
    TimingKeys,
    label_key,
    show_example,
)
from service.records import Interview as StoredInterview
from service.records import Overrides, Person
from service.web import tags
from service.web.api import cursors
from service.web.api.cursors import Behind, Limit
from service.web.api.repeating import Repeatable
from service.web.api.shapes import Drafts, Interview, Interviews, Submitted
from service.web.api.submissions import Agreed, Cancelled, Times, store
from service.web.entering import CHANGES, Visit, Visiting
from service.web.numbers import Id
from service.web.tags import IfMatch

router = APIRouter(prefix="/interviews", tags=["interviews"], route_class=Repeatable)


class ToldOf(BaseModel):
    """What you say of one person; what is left out stays. Without an id it is somebody new."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[int | None, Field(description="As the interview lists them.")] = None
    name: Line | None = None
    email: Address | None = None
    met: Annotated[bool | None, Field(description="Whether you met them.")] = None
    line: Annotated[Prose | None, Field(description="What you talked about, as a sentence.")] = None
    why: Annotated[Prose | None, Field(description="Reasons for this reader alone.")] = None
    form_of_address: Line | None = None
    language: Language | None = None
    passed_on_by: Annotated[Line | None, Field(description="Who passes their mail on.")] = None


class Debrief(BaseModel):
    """How it went; what is left out stays as it is stored."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "why": "I would like to build flood defences that outlast me.",
                    "people": [
                        {"id": 1, "met": True, "line": "The lock gate stays with me."},
                        {"id": 2, "met": False},
                    ],
                }
            ]
        },
    )

    why: Annotated[Prose | None, Field(description="Why you want to work there.")] = None
    people: Annotated[list[ToldOf], Field(max_length=100)] = []
    timing: TimingKeys | None = None


@router.get("")
def list_all(visit: Visiting, behind: Behind, limit: Limit = 50) -> Interviews:
    """List your interviews, the one that was stored last first."""
    page = paging.list_interviews(visit.app.office, visit.candidate, before=behind, limit=limit)
    return Interviews(
        items=[Interview.of(each) for each in page.items], next=cursors.write(page.next_id)
    )


@router.get("/{interview_id}")
def show(visit: Visiting, interview_id: Id, response: Response) -> Interview:
    """Show one interview."""
    found = _find(visit, interview_id)
    tags.note(response, tags.tag_interview(found))
    return Interview.of(found)


@router.get("/{interview_id}/slots", tags=["times"])
def list_slots(visit: Visiting, interview_id: Id) -> Times:
    """Say when its mails would go out if they were planned now, and what else one can choose."""
    found = _find(visit, interview_id)
    return Times.of(timetable.plan(visit.app.office, visit.candidate, found))


@router.post("/{interview_id}/debrief", dependencies=CHANGES)
def debrief(
    visit: Visiting,
    interview_id: Id,
    told: Debrief,
    response: Response,
    *,
    agree: Agreed = False,
    if_match: IfMatch = None,
) -> Submitted:
    """Say how it went: its mails are written, checked, and scheduled or held."""
    return store(visit, _draw(visit, interview_id, told, if_match, agree=agree), response)


@router.post("/{interview_id}/debrief/preview", dependencies=CHANGES)
def preview(visit: Visiting, interview_id: Id, told: Debrief, *, agree: Agreed = False) -> Drafts:
    """Show what saying so would come to; nothing is stored."""
    return Drafts.of(_draw(visit, interview_id, told, None, agree=agree))


@router.post("/{interview_id}/cancel", dependencies=CHANGES)
def cancel(visit: Visiting, interview_id: Id) -> Cancelled:
    """Say that it did not take place; what is unsent of it is stopped."""
    found = _find(visit, interview_id)
    stopped = submitting.note_cancelled(visit.app.office, visit.candidate, found)
    return Cancelled(stopped=[each.id for each in stopped], notes=[])


def _find(visit: Visit, interview_id: int) -> StoredInterview:
    return wording.find_interview(visit.app.office, visit.candidate, interview_id)


def _draw(
    visit: Visit, interview_id: int, told: Debrief, if_match: str | None, *, agree: bool
) -> Plan:
    stored = _find(visit, interview_id)
    tags.refuse_other(if_match, tags.tag_interview(stored))
    if stored.ends_at > visit.app.office.now():
        raise WrongState(f"The interview with {stored.company} has not ended yet.")
    plan = planning.draw_up(visit.app.office, visit.candidate, _lay_over(stored, told))
    return planning.agree(plan) if agree else plan


def _lay_over(stored: StoredInterview, told: Debrief) -> StoredInterview:
    """Return the interview as it is stored, with what was said over it.

    Raises:
        BadInput: with everything that cannot be used.

    """
    problems = Problems(label_key, show_example)
    ids = {each.id for each in stored.people}
    for number, each in enumerate(told.people):
        if each.id is not None and each.id not in ids:
            problems.add(("people", number, "id"), "is nobody of this interview")
    known = {each.id: each for each in told.people if each.id is not None}
    people = tuple(_change(person, known.get(person.id or 0)) for person in stored.people)
    new = [each for each in told.people if each.id is None]
    keys = SubmissionKeys(
        people=[PersonKeys(**each.model_dump(exclude={"id"}, exclude_none=True)) for each in new]
    )
    added = readers.read_readers(keys, problems)
    if problems.sentences:
        raise BadInput("What was said cannot be used.", "", tuple(problems.sentences))
    added = tuple(readers.settle_met(each, is_over=True) for each in added)
    return replace(
        stored,
        took_place=True,
        people=(*people, *added),
        reasons=stored.reasons if told.why is None else told.why,
        overrides=_override(stored.overrides, told.timing),
    )


def _change(person: Person, told: ToldOf | None) -> Person:
    if told is None:
        return person
    given = {
        _FIELDS[name]: value
        for name, value in told.model_dump(exclude={"id", "name"}, exclude_none=True).items()
    }
    return replace(submission.name_person(person, told.name) if told.name else person, **given)


_FIELDS = {
    "email": "address",
    "met": "is_met",
    "line": "line",
    "why": "reasons",
    "form_of_address": "form_of_address",
    "language": "language",
    "passed_on_by": "passed_on_by",
}


def _override(stored: Overrides, told: TimingKeys | None) -> Overrides:
    if told is None:
        return stored
    return replace(stored, **{name: getattr(told, name) for name in told.model_fields_set})
