"""Who you are, and how the service is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.actions import introducing, looking
from service.records import Candidate as StoredCandidate
from service.states import State
from service.web.api.repeating import Repeatable
from service.web.api.shapes import FollowUp, Shape
from service.web.entering import CHANGES, Visiting

router = APIRouter(tags=["you"], route_class=Repeatable)


class Candidate(Shape):
    """Who you are: what stands under every mail."""

    name: Annotated[str, Field(examples=["Ana Lindqvist"])]
    zone: Annotated[str, Field(examples=["Europe/London"])]
    language: Annotated[str, Field(examples=["en"])]
    signature: list[str]

    @classmethod
    def of(cls, candidate: StoredCandidate) -> "Candidate":
        """Return the shape of a candidate."""
        return cls(
            name=candidate.name,
            zone=candidate.zone,
            language=candidate.language,
            signature=list(candidate.signature),
        )


class CandidateChange(BaseModel):
    """What is different from now on; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=500)] | None = None
    zone: Annotated[str, Field(max_length=100)] | None = None
    language: Annotated[str, Field(max_length=20)] | None = None
    signature: list[str] | None = None


class Status(Shape):
    """How the service is, and what is next."""

    is_running: Annotated[bool, Field(description="Whether anything runs that sends.")]
    heard_at: Annotated[datetime | None, Field(description="When it was last heard of.")]
    counts: Annotated[dict[State, int], Field(description="Mails by state.")]
    next: Annotated[FollowUp | None, Field(description="The next mail to go out.")]
    needs_you: Annotated[list[FollowUp], Field(description="What waits for you.")]
    overdue: Annotated[list[FollowUp], Field(description="What should have gone by now.")]
    signed_out: Annotated[list[str], Field(description="Mailboxes that need a sign-in.")]


@router.get("/candidate")
def show(visit: Visiting) -> Candidate:
    """Say who you are."""
    return Candidate.of(visit.candidate)


@router.patch("/candidate", dependencies=CHANGES)
def change(visit: Visiting, told: CandidateChange) -> Candidate:
    """Change who you are; what is composed and unsent is signed anew."""
    known = visit.candidate
    saved = introducing.introduce(
        visit.app.office,
        known,
        name=known.name if told.name is None else told.name,
        zone=told.zone or known.zone,
        language=told.language or known.language,
        signature=known.signature if told.signature is None else tuple(told.signature),
    )
    return Candidate.of(saved)


@router.get("/status")
def status(visit: Visiting) -> Status:
    """Say whether the service runs, what is next, and what needs you."""
    office = visit.app.office
    found, now = looking.status(office, visit.candidate), office.now()
    return Status(
        is_running=found.is_running,
        heard_at=found.heartbeat.beat_at if found.heartbeat else None,
        counts={State(state): count for state, count in found.counts.items()},
        next=FollowUp.of(found.next_up, now) if found.next_up else None,
        needs_you=[FollowUp.of(each, now) for each in found.needs_user],
        overdue=[FollowUp.of(each, now) for each in found.overdue],
        signed_out=[each.address for each in found.signed_out],
    )
