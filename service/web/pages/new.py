"""New (`/new`): an invitation that was dropped, or what was typed, becomes an interview."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from service.actions import inviting, submitting
from service.errors import BadInput, BadInvitation
from service.intake.invitation import Invitation, Question
from service.states import State
from service.web.entering import CHANGES, Visit, Visiting
from service.web.pages import composer
from service.web.pages import draft as drafts
from service.web.pages.composer import Composing
from service.web.pages.draft import Draft

router = APIRouter()

_ACTION = "/new"
_LARGEST_KEPT = 400_000
"""Bytes of an invitation that the page carries on while it asks a question about it."""


async def read_fields(request: Request) -> Mapping[str, Any]:
    """Return every field of the form that was sent."""
    return await request.form(max_files=1, max_fields=400)


Fields = Annotated[Mapping[str, Any], Depends(read_fields)]


@router.get("/new")
def show(request: Request, visit: Visiting) -> Response:
    """Show the empty form."""
    return composer.render(request, visit, Composing(_ACTION, Draft()))


@router.post("/new/preview", dependencies=CHANGES)
def preview(request: Request, visit: Visiting, fields: Fields) -> Response:
    """Return the mails that the form comes to; nothing is stored."""
    return composer.render_mails(request, visit, composer.read_form(visit, fields, _ACTION))


@router.post("/new", dependencies=CHANGES)
def submit(request: Request, visit: Visiting, fields: Fields) -> Response:
    """Store what was typed, or show it with what is missing."""
    composing = composer.read_form(visit, fields, _ACTION)
    step = fields.get("step", "")
    if step == "more":
        composing = replace(composing, draft=composing.draft.with_row())
    if step != "schedule":
        return composer.render(request, visit, composing, is_sent=True)
    drawn = composer.draw(visit, composing, now=visit.app.office.now())
    if drawn.plan is None:
        return composer.render(
            request, visit, composing, problems=drawn.problems, status=422, is_sent=True
        )
    done = composer.submit(visit, drawn.plan)
    is_any_scheduled = any(each.state is State.SCHEDULED for each in done.follow_ups)
    return RedirectResponse(f"/?did={'scheduled' if is_any_scheduled else 'added'}", 303)


@router.post("/new/invitation", dependencies=CHANGES)
def read(
    request: Request,
    visit: Visiting,
    file: Annotated[UploadFile | None, File()] = None,
    kept: Annotated[str, Form()] = "",
    kept_name: Annotated[str, Form()] = "",
    city: Annotated[str, Form()] = "",
) -> Response:
    """Fill the form from an invitation; what only the user can answer is asked."""
    try:
        name, data = _take(file, kept, kept_name)
        zone = inviting.find_zone(city) if city.strip() else None
        found = inviting.read(visit.app.office, visit.candidate, name, data, zone=zone)
    except BadInput as error:
        problems = (error.message, *error.problems)
        composing = Composing(_ACTION, Draft())
        return composer.render(request, visit, composing, problems=problems, status=422)
    if found.method == "CANCEL":
        submitting.cancel(visit.app.office, visit.candidate, found.keys)
        return RedirectResponse("/?did=cancelled", 303)
    if found.interview is None:
        question = {
            "ask": found.notes[0] if found.notes else "It names an hour, but no time zone.",
            "kept": base64.b64encode(data).decode() if len(data) < _LARGEST_KEPT else "",
            "name": name,
        }
        composing = Composing(_ACTION, Draft())
        return composer.render(request, visit, composing, question=question)
    return composer.render(request, visit, _fill(visit, found), notes=_tell(found), is_sent=True)


def _take(file: UploadFile | None, kept: str, kept_name: str) -> tuple[str, bytes]:
    if file is not None and file.filename:
        return file.filename, file.file.read()
    try:
        data = base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        raise BadInvitation("No file was chosen.", "Choose the invitation: an .ics file or a mail.")
    return kept_name or "invitation.ics", data


def _fill(visit: Visit, found: Invitation) -> Composing:
    assert found.interview is not None  # noqa: S101 - the caller looked
    interview = inviting.recall_place(visit.app.office, visit.candidate, found.interview)
    draft = drafts.of_interview(interview, unticked=found.likely_self)
    return Composing(_ACTION, draft, interview)


def _tell(found: Invitation) -> tuple[str, ...]:
    """Return what the user should know of how the invitation was read."""
    told = list(found.notes)
    if Question.WHO_ARE_YOU in found.unclear:
        told.append("None of the addresses on it is known as yours: untick yourself.")
    told += [f"{name} was left out: {reason}." for name, reason in found.left_out]
    return tuple(told)
