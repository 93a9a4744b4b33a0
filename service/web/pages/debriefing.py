"""How did it go? (`/interviews/ID/debrief`): whom you met, your words; then the mails go."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from service.actions import submitting, wording
from service.states import State
from service.web.entering import CHANGES, Visit, Visiting
from service.web.numbers import Id
from service.web.pages import composer
from service.web.pages import draft as drafts
from service.web.pages.composer import Composing
from service.web.pages.draft import Draft
from service.web.pages.new import Fields
from service.web.tags import tag_interview

router = APIRouter()

_CHANGED = (
    "it was changed in another window since you opened this page; what you typed stands here: "
    "look at the mails, and schedule again if it is to hold"
)


@router.get("/interviews/{interview_id}/debrief")
def show(request: Request, visit: Visiting, interview_id: Id) -> Response:
    """Show the form with what is known of the interview."""
    return composer.render(request, visit, _compose(visit, interview_id))


@router.post("/interviews/{interview_id}/debrief/preview", dependencies=CHANGES)
def preview(request: Request, visit: Visiting, interview_id: Id, fields: Fields) -> Response:
    """Return the mails that the form comes to; nothing is stored."""
    composing = _compose(visit, interview_id, drafts.read(fields))
    return composer.render_mails(request, visit, composing)


@router.post("/interviews/{interview_id}/debrief", dependencies=CHANGES)
def submit(request: Request, visit: Visiting, interview_id: Id, fields: Fields) -> Response:
    """Store what was said, or show it with what is missing."""
    composing = _compose(visit, interview_id, drafts.read(fields))
    step, seen = fields.get("step", ""), _read_seen(fields)
    if step == "more":
        composing = replace(composing, draft=composing.draft.with_row())
    if step != "schedule":
        return composer.render(request, visit, composing, is_sent=True, seen=seen)
    if composing.base and seen not in ("", tag_interview(composing.base)):
        told = (_CHANGED,)
        return composer.render(request, visit, composing, problems=told, status=409, is_sent=True)
    drawn = composer.draw(visit, composing, now=visit.app.office.now())
    if drawn.plan is None:
        return composer.render(
            request, visit, composing, problems=drawn.problems, status=422, is_sent=True
        )
    done = composer.submit(visit, drawn.plan)
    is_any_scheduled = any(each.state is State.SCHEDULED for each in done.follow_ups)
    return RedirectResponse(f"/?did={'scheduled' if is_any_scheduled else 'added'}", 303)


@router.post("/interviews/{interview_id}/cancelled", dependencies=CHANGES)
def cancel(visit: Visiting, interview_id: Id) -> Response:
    """Note that it did not take place, and stop what is unsent of it."""
    interview = wording.find_interview(visit.app.office, visit.candidate, interview_id)
    submitting.note_cancelled(visit.app.office, visit.candidate, interview)
    return RedirectResponse("/?did=cancelled", 303)


def _read_seen(fields: Fields) -> str:
    """Return the version of the interview that the form was opened with, empty when not said."""
    seen = fields.get("seen", "")
    return seen if isinstance(seen, str) else ""


def _compose(visit: Visit, interview_id: int, draft: Draft | None = None) -> Composing:
    interview = wording.find_interview(visit.app.office, visit.candidate, interview_id)
    return Composing(
        f"/interviews/{interview_id}/debrief",
        draft or drafts.of_interview(interview),
        interview,
        is_stored=True,
    )
