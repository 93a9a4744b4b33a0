"""Sent (`/sent`): every mail that went, found by company, person and time."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service.actions import browsing
from service.actions.browsing import Search
from service.web import rendering
from service.web.entering import Visiting
from service.web.numbers import LARGEST
from service.web.pages import showing

router = APIRouter()

_YEARS = range(2000, 2200)


@router.get("/sent")
def show(
    request: Request,
    visit: Visiting,
    words: str = "",
    since: str = "",
    until: str = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> Response:
    """Show the sent mails in which every word is found, the latest first."""
    office, candidate = visit.app.office, visit.candidate
    search = Search(words[:200].replace("\x00", ""), _read_day(since), _read_day(until))
    page = browsing.search_sent(office, candidate, search, before=before)
    days = showing.show_days(page.mails, candidate, office.now(), {})
    return rendering.render(
        request,
        "sent.html",
        visit=visit,
        notice=None,
        days=days,
        words=search.words,
        since=search.since.isoformat() if search.since else "",
        until=search.until.isoformat() if search.until else "",
        next_before=page.next_before,
        is_search=bool(words or since or until),
    )


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None
