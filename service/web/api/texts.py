"""Any text, checked as if a reader got it; nothing is stored."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.actions import wording
from service.web.api.repeating import Repeatable
from service.web.api.shapes import Finding
from service.web.entering import CHANGES, Visiting
from service.web.numbers import LARGEST

router = APIRouter(tags=["texts"], route_class=Repeatable)


class Checked(BaseModel):
    """A text, and what it is about."""

    model_config = ConfigDict(extra="forbid")

    interview_id: Annotated[int, Field(ge=1, le=LARGEST)]
    to: Annotated[
        str | None,
        Field(max_length=500, description="The reader's name or address, of several."),
    ] = None
    subject: Annotated[str, Field(examples=["Thank you for today"])] = ""
    body: Annotated[str, Field(examples=["Dear Ms Krüger,\n\nThank you for your time."])]
    is_reply: Annotated[bool, Field(description="Whether it answers a mail of the reader.")] = False


@router.post("/check", dependencies=CHANGES)
def check(visit: Visiting, told: Checked) -> list[Finding]:
    """Say what the checks find in a text; nothing is stored."""
    office, candidate = visit.app.office, visit.candidate
    interview = wording.find_interview(office, candidate, told.interview_id)
    reader = wording.find_reader(interview, told.to)
    found = wording.check_text(
        office,
        candidate,
        interview,
        reader,
        wording.tidy(told.subject, told.body),
        is_reply=told.is_reply,
    )
    return [Finding.of(each) for each in found]
