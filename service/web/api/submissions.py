"""What is submitted: an interview with your words, an invitation, or a question about times."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import Field, RootModel
from pydantic_core import CoreSchema, to_json
from starlette.status import HTTP_201_CREATED

from service.actions import inviting, looking, planning, submitting, timetable
from service.actions.planning import Plan
from service.errors import BadInput
from service.intake.invitation import Question
from service.intake.submission import Submission, read_submission
from service.intake.submission_keys import SubmissionKeys
from service.records import Interview as StoredInterview
from service.slots import Planned
from service.web import tags
from service.web.api.repeating import Repeatable
from service.web.api.shapes import (
    Choice,
    Drafts,
    FollowUp,
    Interview,
    Shape,
    Slot,
    Submitted,
    list_choices,
    list_missing,
)
from service.web.entering import CHANGES, Visit, Visiting

router = APIRouter(tags=["interviews"], route_class=Repeatable)

_EXAMPLE = {
    "company": "Tidewater Systems",
    "role": "Site Engineer",
    "starts": "2026-12-08T14:00:00",
    "ends": "2026-12-08T15:00:00",
    "where": "Cambridge, MA",
    "why": "I would like to build flood defences that outlast me.",
    "people": [
        {
            "name": "Sabine Krüger",
            "email": "sabine.krueger@tidewater.example",
            "line": "The story of the lock gate stays with me.",
        }
    ],
}
_INVITATIONS = {
    "text/calendar": {"schema": {"type": "string"}},
    "message/rfc822": {"schema": {"type": "string"}},
}


class SubmissionBody(RootModel[dict[str, Any]]):
    """An interview as `callback add --example` shows it, in JSON."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, handler: Any) -> Any:
        """Show the keys; they are read elsewhere, with every problem named at once."""
        return handler(SubmissionKeys.__pydantic_core_schema__)

    def read(self, visit: Visit, *, is_complete: bool = True) -> Submission:
        """Return what was submitted; raise `BadInput` with everything wrong in it."""
        now = visit.app.office.now() if is_complete else None
        try:
            data = to_json(self.root)
        except ValueError as error:  # half a character, or nested without end
            raise BadInput("What was sent cannot be stored as text.") from error
        return read_submission(data, "What was sent", now)


Sent = Annotated[SubmissionBody, Body(examples=[_EXAMPLE])]
Agreed = Annotated[
    bool, Query(description="Schedule also what reaches its reader late; else it is held.")
]


class Cancelled(Shape):
    """What an invitation came to that cancels an interview."""

    stopped: Annotated[list[int], Field(description="The mails that were stopped by it.")]
    notes: list[str]


class Times(Shape):
    """When the mails of an interview go out."""

    slots: Annotated[dict[str, Slot], Field(description="By the reader's address, or name.")]
    choices: Annotated[list[Choice], Field(description="The ways around a rest day.")]

    @classmethod
    def of(cls, planned: Planned) -> "Times":
        """Return the shape of what was planned."""
        return cls(
            slots={key: Slot.of(slot) for key, slot in planned.slots.items()},
            choices=list_choices(planned),
        )


@router.post("/interviews", status_code=HTTP_201_CREATED, dependencies=CHANGES)
def add(visit: Visiting, body: Sent, response: Response, *, agree: Agreed = False) -> Submitted:
    """Submit an interview: its mails are written, checked, and scheduled or held.

    What is stored of the same interview is brought in line; what went stays as it is.
    """
    return store(visit, _draw(visit, body.read(visit), agree=agree), response)


@router.post("/interviews/preview", dependencies=CHANGES)
def preview(visit: Visiting, body: Sent, *, agree: Agreed = False) -> Drafts:
    """Show what an interview would come to; nothing is stored."""
    return Drafts.of(_draw(visit, body.read(visit), agree=agree))


@router.post("/slots", tags=["times"], dependencies=CHANGES)
def plan(visit: Visiting, body: Sent) -> Times:
    """Say when the mails of an interview would go out; it may lack words. Nothing is stored."""
    interview = body.read(visit, is_complete=False).interview
    return Times.of(timetable.plan(visit.app.office, visit.candidate, interview))


async def read_body(request: Request) -> bytes:
    """Return what was sent."""
    return await request.body()


@router.post(
    "/invitations",
    status_code=HTTP_201_CREATED,
    dependencies=CHANGES,
    openapi_extra={"requestBody": {"content": _INVITATIONS, "required": True}},
)
def invite(
    visit: Visiting,
    data: Annotated[bytes, Depends(read_body)],
    response: Response,
    where: Annotated[
        str | None, Query(max_length=200, description="The city, where it names no time zone.")
    ] = None,
    me: Annotated[
        list[str] | None, Query(max_length=20, description="An address of yours that is on it.")
    ] = None,
    met: Annotated[
        list[str] | None,
        Query(
            max_length=20,
            description="Who on it counts though it does not look so, as an organiser; or `all`.",
        ),
    ] = None,
) -> Submitted | Cancelled:
    """Submit a calendar invitation (.ics), or the mail that carried it, as it came.

    Its mails wait for your words: `POST /interviews/{interview_id}/debrief`. One that cancels stops
    what is unsent.
    """
    office, candidate = visit.app.office, visit.candidate
    zone = inviting.find_zone(where) if where else None
    own = frozenset(each.casefold() for each in me or ())
    found = inviting.read(office, candidate, "What was sent", data, zone=zone, own=own)
    if found.method == "CANCEL":
        stopped = submitting.cancel(office, candidate, found.keys)
        return Cancelled(stopped=[each.id for each in stopped], notes=list(found.notes))
    if found.interview is None:
        note = found.notes[0] if found.notes else "It names an hour, but no time zone."
        raise BadInput(note, "Send it again with ?where= and the city.")
    if Question.WHO_ARE_YOU in found.unclear and not me:
        raise BadInput(
            "None of the addresses on it is known as yours.",
            "Send it again with ?me= and yours, or with any other if you are not on it.",
        )
    interview = inviting.recall_place(office, candidate, found.interview)
    submitted = Submission(_count_in(interview, met or ()))
    notes = [*found.notes, *(f"{name} was left out: {why}." for name, why in found.left_out)]
    stored = store(visit, _draw(visit, submitted, agree=False), response)
    return stored.model_copy(update={"notes": notes})


def _count_in(interview: StoredInterview, met: Sequence[str]) -> StoredInterview:
    """Return an interview as it was read, those whom the user names no longer left out."""
    named = {each.casefold() for each in met}
    people = tuple(
        replace(person, is_met=None)
        if person.is_met is False and named & {"all", person.key, person.name.casefold()}
        else person
        for person in interview.people
    )
    if any(person.is_met is not False for person in people):
        return replace(interview, people=people)
    raise BadInput(
        "Nobody on it was taken for somebody you talk with.",
        "Send it again with ?met= and the address of each who was there, or ?met=all.",
        tuple(f"{person.name} <{person.address}>: {person.note}" for person in people),
    )


def store(visit: Visit, plan: Plan, response: Response) -> Submitted:
    """Store a plan and answer with what that came to."""
    office, candidate = visit.app.office, visit.candidate
    done = submitting.submit(office, candidate, plan)
    tags.note(response, tags.tag_interview(done.interview))
    response.headers["Location"] = f"/api/v1/interviews/{done.interview.id}"
    now = office.now()
    return Submitted(
        interview=Interview.of(done.interview),
        follow_ups=[
            FollowUp.of(each, now) for each in looking.list_some(office, candidate, done.follow_ups)
        ],
        missing=list_missing(plan.missing),
        choices=list_choices(plan.planned),
        differences=list(plan.differences),
        untouched=[each.id for each in done.untouched],
        stopped=[each.id for each in done.stopped],
    )


def _draw(visit: Visit, submitted: Submission, *, agree: bool) -> Plan:
    office, candidate = visit.app.office, visit.candidate
    interview, told = planning.recall(office, candidate, submitted.interview)
    plan = planning.draw_up(office, candidate, interview, fixed_at=submitted.at, told=told)
    return planning.agree(plan) if agree else plan
