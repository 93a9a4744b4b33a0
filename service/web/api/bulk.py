"""Many interviews at once: a spreadsheet as CSV, or JSON with one on each line."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from service.actions import adding_many
from service.actions.adding_many import Added
from service.errors import BadInput
from service.intake import bulk
from service.web.api.repeating import Repeatable
from service.web.api.shapes import Shape
from service.web.api.submissions import read_body
from service.web.entering import CHANGES, Visiting

router = APIRouter(tags=["interviews"], route_class=Repeatable)

MOST = 500
"""How many interviews one call may bring: each is written and checked while it is waited for."""

_BODIES = {
    "text/csv": {
        "schema": {"type": "string"},
        "example": "company,role,starts,where,why,name,email,line\n",
    },
    "application/x-ndjson": {"schema": {"type": "string"}},
}


class AddedInterview(Shape):
    """An interview that was added, or joined with what was stored of it."""

    lines: Annotated[list[int], Field(description="Where it stands in what was sent, from 1.")]
    company: str
    interview_id: Annotated[int | None, Field(description="Null where nothing is stored.")]
    follow_ups: Annotated[list[int], Field(description="Its unsent mails.")]
    waiting: Annotated[
        list[str | None],
        Field(description="What each of them waits for; null for what is scheduled."),
    ]

    @classmethod
    def of(cls, added: Added) -> "AddedInterview":
        """Return the shape of one that was not refused."""
        assert added.plan is not None  # noqa: S101 - the caller has looked
        return cls(
            lines=list(added.entry.lines),
            company=added.plan.interview.company,
            interview_id=added.done.interview.id if added.done else None,
            follow_ups=[each.id for each in added.done.follow_ups] if added.done else [],
            waiting=list(added.list_waiting()),
        )


class RefusedInterview(Shape):
    """An interview of which nothing was stored."""

    lines: list[int]
    company: str
    problems: Annotated[list[str], Field(description="Everything wrong with it, with its line.")]


class AddedMany(Shape):
    """What came of each interview, in the order in which they were sent."""

    added: list[AddedInterview]
    refused: list[RefusedInterview]


@router.post(
    "/interviews/bulk",
    dependencies=CHANGES,
    openapi_extra={"requestBody": {"content": _BODIES, "required": True}},
)
def add_many(
    visit: Visiting,
    data: Annotated[bytes, Depends(read_body)],
    mailbox: Annotated[
        str | None, Query(max_length=320, description="Where they go from; a line may say another.")
    ] = None,
    *,
    approve: Annotated[
        bool, Query(description="Schedule their mails unseen; else they wait to be approved.")
    ] = False,
    dry_run: Annotated[
        bool, Query(description="Only say what they would come to; nothing is stored.")
    ] = False,
) -> AddedMany:
    """Submit up to 500 interviews at once; each is stored whole, or refused with its reasons.

    Sent again, nothing comes twice: what is stored of the same interview is brought in line.
    """
    office = visit.app.office
    entries = list(bulk.read_entries(data, "What was sent", office.now()))
    if len(entries) > MOST:
        raise BadInput(f"These are {len(entries)} interviews; send at most {MOST} at once.")
    done = list(
        adding_many.add_all(
            office,
            visit.candidate,
            entries,
            is_approved=approve,
            mailbox=mailbox,
            stores=not dry_run,
        )
    )
    return AddedMany(
        added=[AddedInterview.of(each) for each in done if each.plan is not None],
        refused=[
            RefusedInterview(
                lines=list(each.entry.lines),
                company=each.entry.company,
                problems=list(each.problems),
            )
            for each in done
            if each.plan is None
        ],
    )
