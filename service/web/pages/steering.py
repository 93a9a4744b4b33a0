"""What is done to one mail by a button: each form names the version that was seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from service.actions import steering, undoing, wording
from service.actions.office import Office
from service.errors import Conflict, NotFound
from service.records import Candidate, FollowUp
from service.web.entering import CHANGES, Visit, Visiting
from service.web.finding import find_mail
from service.web.numbers import Id, Version
from service.web.pages.notice import write_address

router = APIRouter()

_Step = Callable[[Office, Candidate, FollowUp], object]
_STEPS: dict[str, _Step] = {
    "approve": steering.approve,
    "pause": lambda office, _candidate, mail: steering.pause(office, mail),
    "stop": lambda office, _candidate, mail: steering.stop(office, mail),
    "undo-stop": undoing.undo_stop,
    "restore": lambda office, _candidate, mail: steering.restore(office, mail),
    "retry": steering.retry,
    "send-now": steering.send_now,
    "sent": lambda office, _candidate, mail: steering.mark_sent(office, mail),
    "not-sent": lambda office, _candidate, mail: steering.mark_not_sent(office, mail),
}
_ALWAYS = frozenset({"stop", "sent"})
"""What is done whatever has changed since: whoever says stop means this mail as it is."""


@router.post("/mails/{mail_id}/move", dependencies=CHANGES)
def move(
    visit: Visiting,
    mail_id: Id,
    when: Annotated[str, Form()],
    version: Version,
    back: Annotated[str, Form()] = "",
) -> Response:
    """Give a mail another time, on the reader's clock."""
    mail = find(visit, mail_id, version)
    steering.move(visit.app.office, visit.candidate, mail, when)
    was = mail.slot.at if mail.slot and mail.slot.at > visit.app.office.now() else None
    return _go_back(back, "move", mail, was)


@router.post("/mails/{mail_id}/accept", dependencies=CHANGES)
def accept(
    visit: Visiting,
    mail_id: Id,
    rule: Annotated[str, Form()],
    version: Version,
) -> Response:
    """Let what one rule found stand."""
    mail = find(visit, mail_id, version)
    wording.accept(visit.app.office, visit.candidate, mail, [rule])
    return _go_back("mail", "accept", mail)


@router.post("/mails/{mail_id}/{step}", dependencies=CHANGES)
def do(
    visit: Visiting,
    mail_id: Id,
    step: str,
    version: Version,
    back: Annotated[str, Form()] = "",
) -> Response:
    """Do one step and go back to the page the button was on."""
    act = _STEPS.get(step)
    if act is None:
        raise NotFound(f'Nothing called "{step}" can be done to a mail.')
    mail = find(visit, mail_id, None if step in _ALWAYS else version)
    act(visit.app.office, visit.candidate, mail)
    return _go_back(back, step, mail)


def find(visit: Visit, mail_id: int, version: int | None = None) -> FollowUp:
    """Return a mail of the candidate as it was seen.

    Raises:
        NotFound: there is none such.
        Conflict: it has changed since `version` was seen.

    """
    mail = find_mail(visit, mail_id)
    if version is not None and version != mail.version:
        raise Conflict(
            f"The mail to {mail.to_name} has changed since this page was loaded.",
            "Nothing was done. Look at it as it is now, and decide again.",
        )
    return mail if version is None else replace(mail, version=version)


def _go_back(back: str, did: str, mail: FollowUp, was: datetime | None = None) -> Response:
    place = f"/mails/{mail.id}" if back == "mail" else "/"
    return RedirectResponse(write_address(place, did, mail.id, was), status_code=303)
