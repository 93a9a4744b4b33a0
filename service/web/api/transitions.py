"""What is done to one mail: approve, stop, move and the like, each a call of its own.

`If-Match` is optional here: with it the mail must be as it was seen. Stopping, and saying that it
went, hold whatever has changed since.
"""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from service.actions import copying, steering, undoing, wording
from service.records import FollowUp as StoredFollowUp
from service.web import tags
from service.web.api.follow_ups import answer
from service.web.api.repeating import Repeatable
from service.web.api.shapes import FollowUpWhole, Shape
from service.web.entering import CHANGES, Visit, Visiting
from service.web.finding import find_mail
from service.web.numbers import Id
from service.web.tags import IfMatch

router = APIRouter(
    prefix="/follow-ups", tags=["transitions"], dependencies=CHANGES, route_class=Repeatable
)


class Moment(BaseModel):
    """When a mail is to go, as you would type it."""

    model_config = ConfigDict(extra="forbid")

    at: Annotated[
        str,
        Field(
            max_length=200,
            description="On the reader's clock, or with an offset.",
            examples=["tomorrow 10:15", "2026-12-10T10:15:00-05:00"],
        ),
    ]


class Rules(BaseModel):
    """What may stand."""

    model_config = ConfigDict(extra="forbid")

    rules: Annotated[list[str], Field(min_length=1, max_length=100, examples=[["too-long"]])]


class Copy(Shape):
    """Where a copy went."""

    sent_to: Annotated[str, Field(description="Your own address.")]


@router.post("/{follow_up_id}/approve")
def approve(
    visit: Visiting, follow_up_id: Id, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Let a held mail go out."""
    mail = _find(visit, follow_up_id, if_match)
    return answer(visit, steering.approve(visit.app.office, visit.candidate, mail), response)


@router.post("/{follow_up_id}/pause")
def pause(
    visit: Visiting, follow_up_id: Id, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Hold a mail until it is approved again."""
    mail = _find(visit, follow_up_id, if_match)
    return answer(visit, steering.pause(visit.app.office, mail), response)


@router.post("/{follow_up_id}/stop")
def stop(visit: Visiting, follow_up_id: Id, response: Response) -> FollowUpWhole:
    """Stop a mail: it is not sent. One that is on its way is stopped if that is still possible."""
    mail = find_mail(visit, follow_up_id)
    return answer(visit, steering.stop(visit.app.office, mail), response)


@router.post("/{follow_up_id}/undo-stop")
def undo_stop(
    visit: Visiting, follow_up_id: Id, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Take a stopped mail back to where it was: scheduled again, or held."""
    mail = _find(visit, follow_up_id, if_match)
    return answer(visit, undoing.undo_stop(visit.app.office, visit.candidate, mail), response)


@router.post("/{follow_up_id}/restore")
def restore(
    visit: Visiting, follow_up_id: Id, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Take a stopped mail back; it is held until it is approved."""
    mail = _find(visit, follow_up_id, if_match)
    return answer(visit, steering.restore(visit.app.office, mail), response)


@router.post("/{follow_up_id}/move")
def move(
    visit: Visiting,
    follow_up_id: Id,
    moment: Moment,
    response: Response,
    if_match: IfMatch = None,
) -> FollowUpWhole:
    """Give a mail another time."""
    mail = _find(visit, follow_up_id, if_match)
    moved = steering.move(visit.app.office, visit.candidate, mail, moment.at)
    return answer(visit, moved, response)


@router.post("/{follow_up_id}/send-now")
def send_now(
    visit: Visiting, follow_up_id: Id, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Send a mail in 20 seconds; until then stopping it ends it."""
    mail = _find(visit, follow_up_id, if_match)
    return answer(visit, steering.send_now(visit.app.office, visit.candidate, mail), response)


@router.post("/{follow_up_id}/retry")
def retry(
    visit: Visiting, follow_up_id: Id, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Try a failed mail again."""
    mail = _find(visit, follow_up_id, if_match)
    return answer(visit, steering.retry(visit.app.office, visit.candidate, mail), response)


@router.post("/{follow_up_id}/sent")
def sent(visit: Visiting, follow_up_id: Id, response: Response) -> FollowUpWhole:
    """Say that a mail went: you saw it, or sent it yourself."""
    mail = find_mail(visit, follow_up_id)
    return answer(visit, steering.mark_sent(visit.app.office, mail), response)


@router.post("/{follow_up_id}/not-sent")
def not_sent(
    visit: Visiting, follow_up_id: Id, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Say that an unconfirmed mail did not go."""
    mail = _find(visit, follow_up_id, if_match)
    return answer(visit, steering.mark_not_sent(visit.app.office, mail), response)


@router.post("/{follow_up_id}/accept")
def accept(
    visit: Visiting, follow_up_id: Id, told: Rules, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Let what these rules found stand; a mail that nothing else holds is scheduled."""
    mail = _find(visit, follow_up_id, if_match)
    looked = wording.accept(visit.app.office, visit.candidate, mail, told.rules)
    return answer(visit, looked.follow_up, response)


@router.post("/{follow_up_id}/copy")
def send_copy(visit: Visiting, follow_up_id: Id) -> Copy:
    """Send one copy to your own address, marked as one."""
    mail = find_mail(visit, follow_up_id)
    return Copy(sent_to=copying.send_copy(visit.app.office, visit.candidate, mail).address)


def _find(visit: Visit, follow_up_id: int, if_match: str | None) -> StoredFollowUp:
    mail = find_mail(visit, follow_up_id)
    tags.refuse_other(if_match, tags.tag_follow_up(mail))
    return mail
