"""Your mails: list them, show one, change its text, see what a text would be found to have."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from service.actions import browsing, looking, paging, wording
from service.errors import Conflict
from service.records import FollowUp as StoredFollowUp
from service.records import Text
from service.states import State
from service.web import tags
from service.web.api import cursors
from service.web.api.cursors import Behind, Limit
from service.web.api.repeating import Repeatable
from service.web.api.shapes import (
    Finding,
    FollowUps,
    FollowUpWhole,
    Happened,
    Shape,
)
from service.web.entering import CHANGES, Visit, Visiting
from service.web.finding import find_mail
from service.web.numbers import LARGEST, Id
from service.web.tags import IfMatch

router = APIRouter(prefix="/follow-ups", tags=["follow-ups"], route_class=Repeatable)


class Words(BaseModel):
    """The text of a mail; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str | None, Field(examples=["Thank you for today"])] = None
    body: Annotated[str | None, Field(examples=["Dear Ms Krüger,\n\n..."])] = None

    def over(self, mail: StoredFollowUp) -> Text:
        """Return the text that this makes of a mail, with the line ends that are stored."""
        subject = mail.subject if self.subject is None else self.subject
        body = mail.body if self.body is None else self.body
        return wording.tidy(subject, body)


class Receipt(Shape):
    """What is known of a mail that went."""

    sent_id: Annotated[str, Field(description="What the provider, or the mail, calls it.")]
    history: list[Happened]


@router.get("")
def list_all(
    visit: Visiting,
    behind: Behind,
    limit: Limit = 50,
    state: Annotated[list[State] | None, Query(description="Only those in these states.")] = None,
    interview_id: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> FollowUps:
    """List your mails, the one that was stored last first."""
    office = visit.app.office
    page = paging.list_follow_ups(
        office,
        visit.candidate,
        states=state or (),
        interview_id=interview_id,
        before=behind,
        limit=limit,
    )
    now = office.now()
    return FollowUps.of(page.items, cursors.write(page.next_id), now)


@router.get("/{follow_up_id}")
def show(visit: Visiting, follow_up_id: Id, response: Response) -> FollowUpWhole:
    """Show one mail whole. That does not count as your having seen it: a program has."""
    return answer(visit, find_mail(visit, follow_up_id), response)


@router.patch("/{follow_up_id}", dependencies=CHANGES)
def edit(
    visit: Visiting, follow_up_id: Id, words: Words, response: Response, if_match: IfMatch = None
) -> FollowUpWhole:
    """Give a mail your own text, checked at once; `If-Match` names the version it is made from."""
    mail = find_mail(visit, follow_up_id)
    tags.require(if_match, tags.tag_follow_up(mail))
    try:
        edited = wording.edit(visit.app.office, visit.candidate, mail, words.over(mail))
    except Conflict as error:
        raise tags.changed() from error
    return answer(visit, edited.after.follow_up, response)


@router.get("/{follow_up_id}/history")
def list_history(visit: Visiting, follow_up_id: Id) -> Receipt:
    """Say what happened to a mail, oldest first, and what its provider calls it."""
    office, mail = visit.app.office, find_mail(visit, follow_up_id)
    shown = looking.show(office, visit.candidate, mail)
    return Receipt(
        sent_id=browsing.find_sent_id(office, mail),
        history=[Happened.of_mail(each, mail) for each in shown.events],
    )


@router.post("/{follow_up_id}/findings", dependencies=CHANGES)
def check(visit: Visiting, follow_up_id: Id, words: Words) -> list[Finding]:
    """Say what the checks find in a text as this mail's; nothing is stored."""
    mail = find_mail(visit, follow_up_id)
    kept = wording.check_as(visit.app.office, visit.candidate, mail, words.over(mail))
    return [Finding.of_kept(each) for each in kept]


def answer(visit: Visit, mail: StoredFollowUp, response: Response) -> FollowUpWhole:
    """Return a mail as it is now, under its tag."""
    office = visit.app.office
    looked = wording.look(office, mail)
    tags.note(response, tags.tag_follow_up(mail))
    return FollowUpWhole.of_whole(looked.listed, looked.findings, office.now())
