"""What happened to your mails; `/events/stream` tells it as it happens."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.actions import paging
from service.web.api import cursors
from service.web.api.cursors import Behind, Limit
from service.web.api.repeating import Repeatable
from service.web.api.shapes import Events, Happened
from service.web.entering import Visiting
from service.web.numbers import LARGEST

router = APIRouter(tags=["events"], route_class=Repeatable)


@router.get("/events")
def list_all(
    visit: Visiting,
    behind: Behind,
    limit: Limit = 50,
    follow_up_id: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> Events:
    """List what happened to your mails, oldest first."""
    page = paging.list_events(
        visit.app.office, visit.candidate, follow_up_id=follow_up_id, after=behind, limit=limit
    )
    return Events(
        items=[Happened.of(each) for each in page.items], next=cursors.write(page.next_id)
    )
