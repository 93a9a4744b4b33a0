"""The first visit: who are you, what the mails look like, then a mailbox."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from service import interviews, timing
from service.actions import examples, introducing
from service.errors import BadInput
from service.web import rendering
from service.web.entering import CHANGES, Visit, Visiting

router = APIRouter()

LANGUAGES = (
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ja", "日本語"),
)


@router.get("/introduction")
def show(request: Request, visit: Visiting) -> Response:
    """Show who you are, to be changed."""
    return show_introduction(request, visit)


@router.post("/introduction", dependencies=CHANGES)
def introduce(
    request: Request,
    visit: Visiting,
    name: Annotated[str, Form()] = "",
    zone: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "en",
    signature: Annotated[str, Form()] = "",
) -> Response:
    """Store who you are."""
    lines = tuple(signature.replace("\r\n", "\n").split("\n"))
    typed = {"name": name, "zone": zone, "language": language, "signature": signature}
    try:
        introducing.introduce(
            visit.app.office,
            visit.candidate,
            name=name,
            zone=zone.strip(),
            language=language,
            signature=lines,
        )
    except BadInput as error:
        return _render(request, visit, typed, problems=error.problems, status=422)
    return RedirectResponse("/?did=introduced", status_code=303)


@router.get("/examples")
def show_all(request: Request, visit: Visiting) -> Response:
    """Show the demo's mails, whenever somebody asks for them."""
    return show_examples(request, visit)


def show_introduction(request: Request, visit: Visit) -> Response:
    """Show the form about the user, as far as it is known."""
    candidate = visit.candidate
    known = {
        "name": candidate.name,
        "zone": candidate.zone,
        "language": candidate.language,
        "signature": "\n".join(candidate.signature),
    }
    return _render(request, visit, known)


def show_examples(request: Request, visit: Visit) -> Response:
    """Show the demo's mails, composed as every mail is."""
    plans = examples.draw_up(visit.app.office)
    mails = []
    for plan in plans:
        for mail in plan.mails:
            city = interviews.place_of(plan.interview, mail.reader).city
            when = ""
            if mail.slot is not None:
                when = timing.describe(mail.slot, user_zone=examples.CANDIDATE.zone, city=city)
            mails.append((plan.interview, mail, when))
    return rendering.render(
        request,
        "examples.html",
        visit=visit,
        notice=None,
        mails=mails,
        reasons=plans[0].interview.reasons,
    )


def _render(
    request: Request,
    visit: Visit,
    fields: dict[str, str],
    *,
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    return rendering.render(
        request,
        "introduction.html",
        status,
        visit=visit,
        notice=None,
        fields=fields,
        problems=problems,
        languages=LANGUAGES,
    )
