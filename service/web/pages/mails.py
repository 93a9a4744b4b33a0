"""A mail (`/mails/ID`): as the reader will see it, its checks, its history, its receipt."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from service.actions import browsing, looking, wording
from service.errors import BadInput, Conflict
from service.records import FollowUp, Text
from service.states import State
from service.web import rendering
from service.web.entering import CHANGES, Visit, Visiting
from service.web.numbers import Id, Version
from service.web.pages import marking, showing, steering
from service.web.pages.notice import read_notice, write_address

router = APIRouter()


@router.get("/mails/{mail_id}")
def show(request: Request, visit: Visiting, mail_id: Id) -> Response:
    """Show one mail whole."""
    mail = steering.find(visit, mail_id)
    looking.note_shown(visit.app.office, [mail])
    return _render(request, visit, mail, Text(mail.subject, mail.body))


@router.post("/mails/{mail_id}/findings", dependencies=CHANGES)
def check(
    request: Request,
    visit: Visiting,
    mail_id: Id,
    subject: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
) -> Response:
    """Return what the checks find in a text as it is typed; nothing is stored."""
    mail, text = steering.find(visit, mail_id), wording.tidy(subject, body)
    kept = wording.check_as(visit.app.office, visit.candidate, mail, text)
    return rendering.render(
        request, "parts/findings.html", marked=marking.mark(text, kept), mail=mail, visit=None
    )


@router.post("/mails/{mail_id}/edit", dependencies=CHANGES)
def edit(
    request: Request,
    visit: Visiting,
    mail_id: Id,
    version: Version,
    subject: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
) -> Response:
    """Store the user's own text, unless the mail has changed since it was shown."""
    mail, text = steering.find(visit, mail_id), wording.tidy(subject, body)
    try:
        seen = replace(mail, version=version)
        wording.edit(visit.app.office, visit.candidate, seen, text)
    except Conflict:
        now = steering.find(visit, mail_id)
        theirs = Text(now.subject, now.body)
        return rendering.render(
            request, "conflict.html", 409, visit=visit, mail=now, theirs=theirs, own=text
        )
    except BadInput as error:
        return _render(request, visit, mail, text, problems=error.problems, status=422)
    return RedirectResponse(write_address(f"/mails/{mail_id}", "edit", mail_id), status_code=303)


def _render(
    request: Request,
    visit: Visit,
    mail: FollowUp,
    typed: Text,
    *,
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    office, candidate = visit.app.office, visit.candidate
    shown = looking.show(office, candidate, mail)
    looked = wording.look(office, mail)
    listed = shown.listed
    when = showing.describe_when(mail, candidate, listed.city)
    zone = mail.slot.zone if mail.slot else candidate.zone
    return rendering.render(
        request,
        "mail.html",
        status,
        visit=visit,
        notice=read_notice(request, visit),
        row=showing.show_row(listed, candidate, office.now()),
        mail=mail,
        mailbox=showing.name_mailbox(shown.mailbox),
        is_kept_here=shown.mailbox is not None and shown.mailbox.provider == "local",
        when=when,
        marked=marking.mark(Text(mail.subject, mail.body), looked.findings),
        typed=typed,
        history=showing.show_history(shown.events, candidate),
        receipt=browsing.find_sent_id(office, mail),
        sent=showing.show_time(mail.sent_at, zone, candidate, listed.city)
        if mail.sent_at
        else None,
        sent_day=showing.name_moment(mail.sent_at, zone) if mail.sent_at else "",
        proof=showing.name_proof(mail.proof),
        can_edit=mail.state in (State.HELD, State.SCHEDULED),
        problems=problems,
    )
