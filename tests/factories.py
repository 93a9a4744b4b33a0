"""Builds stored candidates, mailboxes, interviews and follow-ups for tests, with few words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from service import editing, interviews, outbox
from service.app import App
from service.clock import Clock, real_now
from service.config import Settings
from service.database import Database
from service.records import Candidate, FollowUp, Interview, Person, Place, Slot, Talk, Text
from service.schema import attempts, follow_ups, mailboxes
from service.states import State, Step, WaitingFor
from tests import databases

TUESDAY = datetime(2026, 12, 8, 14, 0, tzinfo=UTC)
"""When the interviews of the tests start."""

WEDNESDAY_MORNING = datetime(2026, 12, 9, 9, 12, tzinfo=UTC)
"""When their mails go out."""

BODY = """Dear {name},

Thank you for taking the time to talk with me on Tuesday.

You keep the same nurses with the same patients, and I have always wanted that. \
It would make me very happy to work with you at {company}.

I look forward to hearing from you.

Kind regards,
{sender}"""

LONDON = Place("Europe/London", city="London", country="GB", subdivision="ENG")


def make_interview(
    *people: Person, company: str = "Tidewater Clinic", start: datetime = TUESDAY
) -> Interview:
    """Return an interview of one hour with `people`."""
    return Interview(
        company=company,
        role="Ward Sister",
        talks=(Talk(start, start + timedelta(hours=1), "Europe/London"),),
        people=people or (Person("Marisol Duarte", "m.duarte@tidewater.example"),),
        place=LONDON,
        reasons="You keep the same nurses with the same patients, and I have always wanted that.",
        took_place=True,
    )


def make_met(*, company: str = "Tidewater Clinic") -> Interview:
    """Return an interview to whose one mail nothing is wanting."""
    person = Person(
        "Marisol Duarte",
        "m.duarte@tidewater.example",
        line="Your plan for quieter nights is one I would love to help with.",
        is_met=True,
    )
    return make_interview(person, company=company)


def make_slot(at: datetime = WEDNESDAY_MORNING) -> Slot:
    """Return a slot at `at` that holds until the evening."""
    return Slot(at=at, until=at + timedelta(hours=11), target_at=at, zone="Europe/London")


@dataclass(slots=True)
class Queue:
    """A database with one candidate and one mailbox, to which follow-ups are added."""

    database: Database
    candidate: Candidate
    mailbox_id: int

    def add(
        self,
        state: State = State.SCHEDULED,
        *,
        name: str = "Marisol Duarte",
        address: str | None = "m.duarte@tidewater.example",
        slot: Slot | None = None,
        company: str = "Tidewater Clinic",
    ) -> FollowUp:
        """Store an interview and its one follow-up, brought to `state` by real transitions."""
        with self.database.write() as connection:
            assert self.candidate.id is not None
            stored = interviews.save(
                connection,
                self.candidate.id,
                make_interview(Person(name, address), company=company),
                mailbox_id=self.mailbox_id,
                at=TUESDAY,
            )
            assert stored.id is not None
            assert stored.people[0].id is not None
            new = outbox.New(
                candidate_id=self.candidate.id,
                interview_id=stored.id,
                person_id=stored.people[0].id,
                mailbox_id=self.mailbox_id,
                to_name=name,
                to_address=address,
                company_key=interviews.fold(company),
                day=stored.day,
                text=Text(
                    "Thank you, Ward Sister",
                    BODY.format(name=name, company=company, sender=self.candidate.name),
                ),
                is_edited=False,
                slot=slot or make_slot(),
                waiting_for=WaitingFor.USER if state is State.HELD else None,
            )
            # As `submitting` leaves it: checked for its slot, and nothing found.
            checked = replace(new, checked_key=editing.key_of_new(new, off=()))
            (follow_up,) = outbox.add_all(connection, [checked], at=TUESDAY)
            return self._bring(connection, follow_up, state)

    def get(self, follow_up: FollowUp) -> FollowUp:
        """Return the follow-up as it is stored now."""
        with self.database.read() as connection:
            return outbox.get(connection, follow_up.id)

    def _bring(self, connection: sa.Connection, follow_up: FollowUp, state: State) -> FollowUp:
        at = WEDNESDAY_MORNING
        if state in (State.HELD, State.SCHEDULED):
            return follow_up
        if state is State.STOPPED:
            return outbox.stop(connection, follow_up.id, at=at, by="user")
        claimed = outbox.claim(
            connection,
            follow_up,
            mailbox_id=self.mailbox_id,
            access="drafts",
            owner="test",
            at=at,
        )
        attempt_id = claimed.attempt_id
        assert attempt_id is not None
        if state is State.SENDING:
            return claimed
        outbox.end_attempt(connection, attempt_id, at=at, outcome="test")
        if state is State.SENT:
            return outbox.confirm(
                connection, follow_up.id, "accepted", at=at, by="provider", attempt_id=attempt_id
            )
        end = outbox.lose if state is State.UNCONFIRMED else outbox.refuse
        return end(connection, follow_up.id, attempt_id=attempt_id, at=at, reason="a test")


def make_queue(folder: Path, kind: str | None = None) -> Queue:
    """Return a queue in a new database, made by the migrations."""
    database = Database(databases.make_url(folder, kind))
    database.prepare()
    with database.write() as connection:
        candidate = interviews.save_candidate(
            connection, Candidate(name="Ana Lindqvist", zone="Europe/London"), at=TUESDAY
        )
        mailbox_id = connection.execute(
            sa.insert(mailboxes)
            .values(
                candidate_id=candidate.id,
                provider="local",
                address="ana@example.com",
                address_key="ana@example.com",
                name="Ana Lindqvist",
                access="drafts",
                connected_at=TUESDAY,
            )
            .returning(mailboxes.c.id)
        ).scalar_one()
    return Queue(database, candidate, mailbox_id)


@contextmanager
def open_test_app(
    folder: Path, *, at: datetime = WEDNESDAY_MORNING, settings: Settings | None = None
) -> Iterator[App]:
    """Open an app on `folder` whose clock stands still at `at`."""
    clock = Clock(start=at, since=real_now(), rate=0)
    app = App(
        databases.with_storage(settings or Settings(), folder), None, folder=folder, clock=clock
    )
    try:
        app.prepare()
        yield app
    finally:
        app.close()


def count_attempts(database: Database, step: Step) -> int:
    """Return how many attempts stand at `step`."""
    with database.read() as connection:
        count = connection.scalar(
            sa.select(sa.func.count()).select_from(attempts).where(attempts.c.step == step)
        )
    return int(count or 0)


def read_states(database: Database) -> dict[str, int]:
    """Return how many follow-ups stand in each state."""
    with database.read() as connection:
        rows = connection.execute(
            sa.select(follow_ups.c.state, sa.func.count()).group_by(follow_ups.c.state)
        )
        return {state: count for state, count in rows.tuples()}  # noqa: C416 - Row is no tuple
