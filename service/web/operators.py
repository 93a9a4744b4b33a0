"""Says to an operator how the whole installation is: states and counts, no text, name or address.

An operator's token belongs to no candidate (`callback token new NAME --operator`).
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from service.actions import overseeing
from service.actions.overseeing import (
    Attention,
    Concern,
    Health,
    Overview,
    SeenMailbox,
    SeenService,
    Standing,
)
from service.app import App
from service.states import State, WaitingFor
from service.visitors import Visitor
from service.web.entering import find_visitor
from service.web.problems import Problem

router = APIRouter(prefix="/api/v1/operator", tags=["operator"])


def operate(request: Request, visitor: Annotated[Visitor, Depends(find_visitor)]) -> App:
    """Return the app to an operator.

    Raises:
        Problem: it is a candidate, who sees only their own (403).

    """
    if not visitor.is_operator:
        raise Problem(
            403,
            "Only an operator's token sees this.",
            hint="callback token new NAME --operator",
        )
    app: App = request.app.state.callback
    return app


Operating = Annotated[App, Depends(operate)]
"""What a call of an operator takes."""


class _Model(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class ServiceStatus(_Model):
    """A service that was heard of lately. Real times."""

    host: str
    pid: int
    version: str
    started_at: datetime
    heard_at: datetime
    looked_at: datetime | None
    """When it had last looked for what is due."""
    is_running: bool
    is_looking: bool


class MailboxStatus(_Model):
    """A connected mailbox, without its address."""

    id: int
    provider: str
    access: str
    health: Health
    signed_out_at: datetime | None
    blocked_until: datetime | None
    due: int
    """Mails whose time has come and that have not gone."""


class Counts(_Model):
    """How many mails stand where."""

    states: dict[State, int]
    waiting_for: dict[WaitingFor, int]
    due: int
    overdue_seconds: float
    """For how long the oldest mail that is due has been due; 0 when none is."""


class CandidateStatus(_Model):
    """How the mails and mailboxes of one candidate are."""

    id: int
    mails: Counts
    mailboxes: list[MailboxStatus]


class Concerning(_Model):
    """Something that needs somebody's attention; what it means stands in docs/operating.md."""

    concern: Concern
    candidate: int | None
    mailbox: int | None
    count: int | None
    """How many mails, or notices, it is about."""


_COUNTS: JsonDict = {
    "states": {"scheduled": 3, "sent": 40, "held": 1},
    "waiting_for": {"words": 1},
    "due": 1,
    "overdue_seconds": 412.5,
}
EXAMPLE: JsonDict = {
    "at": "2026-12-09T09:20:00Z",
    "attention": [{"concern": "signed-out", "candidate": 1, "mailbox": 2, "count": 1}],
    "services": [
        {
            "host": "office",
            "pid": 4711,
            "version": "0.1.0",
            "started_at": "2026-12-08T17:00:00Z",
            "heard_at": "2026-12-09T09:19:56Z",
            "looked_at": "2026-12-09T09:19:55Z",
            "is_running": True,
            "is_looking": True,
        }
    ],
    "mails": _COUNTS,
    "untold_notices": 0,
    "candidates": [
        {
            "id": 1,
            "mails": _COUNTS,
            "mailboxes": [
                {
                    "id": 2,
                    "provider": "gmail",
                    "access": "drafts",
                    "health": "signed-out",
                    "signed_out_at": "2026-12-09T08:00:00Z",
                    "blocked_until": None,
                    "due": 1,
                }
            ],
        }
    ],
}


class OperatorStatus(_Model):
    """How the whole installation is, at one moment of the service's clock."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    at: datetime
    attention: list[Concerning]
    services: list[ServiceStatus]
    mails: Counts
    untold_notices: int
    """Notices to candidates that no channel has taken yet."""
    candidates: list[CandidateStatus]


@router.get("/status")
def show_status(app: Operating) -> OperatorStatus:
    """Tell how everything stands, over all candidates and for each. Needs an operator's token."""
    return _tell(overseeing.oversee(app.office))


def _tell(seen: Overview) -> OperatorStatus:
    return OperatorStatus(
        at=seen.now,
        attention=[_tell_attention(each) for each in seen.attention],
        services=[_tell_service(each) for each in seen.services],
        mails=_tell_counts(seen.total, seen.now),
        untold_notices=seen.untold,
        candidates=[
            CandidateStatus(
                id=candidate_id,
                mails=_tell_counts(standing, seen.now),
                mailboxes=[
                    _tell_mailbox(each)
                    for each in seen.mailboxes
                    if each.candidate_id == candidate_id
                ],
            )
            for candidate_id, standing in seen.candidates.items()
        ],
    )


def _tell_attention(each: Attention) -> Concerning:
    return Concerning(
        concern=each.concern,
        candidate=each.candidate_id,
        mailbox=each.mailbox_id,
        count=each.count,
    )


def _tell_service(each: SeenService) -> ServiceStatus:
    word = each.heartbeat
    return ServiceStatus(
        host=word.host,
        pid=word.pid,
        version=word.version,
        started_at=word.started_at,
        heard_at=word.beat_at,
        looked_at=word.looked_at,
        is_running=each.is_running,
        is_looking=each.is_looking,
    )


def _tell_counts(standing: Standing, now: datetime) -> Counts:
    return Counts(
        states=standing.states,
        waiting_for=standing.waiting,
        due=standing.due.count,
        overdue_seconds=round(standing.due.overdue_seconds(now), 1),
    )


def _tell_mailbox(each: SeenMailbox) -> MailboxStatus:
    return MailboxStatus(
        id=each.id,
        provider=each.provider,
        access=each.access,
        health=each.health,
        signed_out_at=each.signed_out_at,
        blocked_until=each.blocked_until,
        due=each.due.count,
    )
