"""An office of 100 local mailboxes with 2,000 mails to send, submitted as the user submits them.

Each candidate has a mailbox and twenty interviews; every mail is composed, checked and stored by
the product's own actions. It was noon-ish for its readers when they were made: their day does not
change while they are measured, so that delivery finds them checked for the day they go out.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from providers.base import Access
from service import interviews, outbox
from service.actions import planning, submitting
from service.actions.office import id_of
from service.app import App
from service.clock import Clock, real_now
from service.config import Settings
from service.records import Candidate, FollowUp, Interview, Person, Place, Talk
from service.schema import follow_ups
from service.states import State

MAILBOXES = 100
MAILS = 2000

_ZONES = (
    "Europe/London",
    "Asia/Dubai",
    "Asia/Singapore",
    "Pacific/Auckland",
    "America/Los_Angeles",
    "America/New_York",
)
_REASONS = (
    "Your team plans discharge from the first day, and I want to work like that.",
    "Parents sit in every handover, which I have wanted for years.",
    "Nobody is rushed at the end of a shift.",
    "The night rota is agreed by those who work it.",
    "Mistakes are written down so that the next person can avoid them.",
)


def make(folder: Path) -> None:
    """Make the office in an empty folder."""
    app = open_office(folder)
    try:
        app.prepare()
        for number in range(MAILBOXES):
            candidate = _hire(app, number)
            for interview in range(MAILS // MAILBOXES):
                _submit(app, candidate, number, interview)
    finally:
        app.close()


def open_office(folder: Path) -> App:
    """Open the office under the computer's own clock."""
    return App(Settings(), None, folder=folder, clock=Clock())


def move(app: App, moments: Sequence[datetime]) -> None:
    """Let one mail fall due at each of the moments, one mailbox after the other in turn."""
    with app.database.write() as connection:
        ids = connection.scalars(
            sa.select(follow_ups.c.id)
            .where(follow_ups.c.state == State.SCHEDULED)
            .order_by(follow_ups.c.id)
        ).all()
        share = len(ids) // MAILBOXES
        for position, moment in enumerate(moments):
            turn, mailbox = divmod(position, MAILBOXES)
            follow_up = outbox.get(connection, ids[mailbox * share + turn])
            _move_one(connection, follow_up, moment)


def _move_one(connection: sa.Connection, follow_up: FollowUp, moment: datetime) -> None:
    slot = follow_up.slot
    assert slot is not None
    later = replace(slot, at=moment, until=moment + timedelta(hours=4), target_at=moment)
    outbox.move(connection, follow_up.id, later, at=real_now(), by="user")


def _hire(app: App, number: int) -> Candidate:
    """Store one more candidate, with a mailbox."""
    with app.database.write() as connection:
        candidate = interviews.save_candidate(
            connection, Candidate(f"Hannah Whitlock {number}", _zone()), at=real_now()
        )
    begun = app.mailboxes.begin(
        id_of(candidate), "local", Access.DRAFTS, "http://localhost/", login_hint=_address(number)
    )
    app.mailboxes.finish(id_of(candidate), begun.state, "", name=candidate.name)
    return candidate


def _submit(app: App, candidate: Candidate, number: int, turn: int) -> None:
    """Submit one interview of yesterday with one person; its mail is to go out hours from now."""
    yesterday = real_now() - timedelta(days=1)
    person = Person(
        f"Marisol Duarte {turn}",
        f"m{turn}@example.com",
        line=f"You told me how bed {turn} on ward {number} is kept free for the night.",
    )
    interview = Interview(
        company=f"Northgate {number} {turn} Hospital",
        role="Ward Nurse",
        talks=(Talk(yesterday, yesterday + timedelta(minutes=45 + turn), _zone()),),
        people=(person,),
        place=Place(_zone()),
        reasons=" ".join((_REASONS[turn % 5], _REASONS[(turn + number + 1) % 5])),
        took_place=True,
        mailbox=_address(number),
    )
    at = real_now() + timedelta(hours=4)
    plan = planning.draw_up(app.office, candidate, interview, fixed_at=at)
    done = submitting.submit(app.office, candidate, plan)
    assert [each.state for each in done.follow_ups] == [State.SCHEDULED], plan.mails[0]


def _address(number: int) -> str:
    return f"hannah{number}@example.com"


def _zone() -> str:
    """Return a zone where the day is far from its ends."""
    now = real_now()
    return min(_ZONES, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - 11))
