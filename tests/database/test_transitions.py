"""Every state times every transition: what the table of docs/states.md allows, and nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import outbox
from service.errors import Conflict, WrongState
from service.records import FollowUp, Slot, Text
from service.schema import events, follow_ups
from service.states import State, WaitingFor
from tests.factories import WEDNESDAY_MORNING, Queue, make_slot

NOW = WEDNESDAY_MORNING + timedelta(minutes=1)
LATER = NOW + timedelta(minutes=5)

Act = Callable[[sa.Connection, FollowUp], FollowUp]

ACTS: dict[str, Act] = {
    "schedule": lambda c, f: outbox.schedule(c, f.id, at=NOW, by="user"),
    "hold": lambda c, f: outbox.hold(
        c, f.id, WaitingFor.USER, at=NOW, by="user", reason="", attempt_id=f.attempt_id
    ),
    "claim": lambda c, f: outbox.claim(
        c, f, mailbox_id=f.mailbox_id or 0, access="drafts", owner="test", at=NOW
    ),
    "confirm": lambda c, f: outbox.confirm(c, f.id, "user", at=NOW, by="user"),
    "postpone": lambda c, f: outbox.postpone(
        c, f.id, attempt_id=f.attempt_id or 0, next_try_at=LATER, at=NOW, reason="busy"
    ),
    "release": lambda c, f: outbox.release(
        c, f.id, attempt_id=f.attempt_id or 0, at=NOW, reason="died"
    ),
    "disprove": lambda c, f: outbox.disprove(
        c, f.id, at=NOW, by="service", reason="draft stands", slot=make_slot()
    ),
    "refuse": lambda c, f: outbox.refuse(
        c, f.id, attempt_id=f.attempt_id or 0, at=NOW, reason="no"
    ),
    "lose": lambda c, f: outbox.lose(c, f.id, attempt_id=f.attempt_id or 0, at=NOW, reason="?"),
    "doubt": lambda c, f: outbox.doubt(c, f.id, attempt_id=1, at=NOW, reason="draft stands"),
    "retry": lambda c, f: outbox.retry(c, f.id, at=NOW, slot=make_slot(LATER)),
    "stop": lambda c, f: outbox.stop(c, f.id, at=NOW, by="user"),
    "restore": lambda c, f: outbox.restore(c, f.id, at=NOW),
}

# Written down a second time, on purpose: this is the table as docs/states.md has it.
ALLOWED: dict[str, dict[State, State]] = {
    "schedule": {State.HELD: State.SCHEDULED},
    "hold": {
        State.HELD: State.HELD,
        State.SCHEDULED: State.HELD,
        State.SENDING: State.HELD,
    },
    "claim": {State.SCHEDULED: State.SENDING},
    "confirm": {state: State.SENT for state in State if state is not State.SENT},
    "postpone": {State.SENDING: State.SCHEDULED},
    "release": {State.SENDING: State.SCHEDULED},
    "disprove": {State.SENDING: State.SCHEDULED, State.UNCONFIRMED: State.SCHEDULED},
    "refuse": {State.SENDING: State.FAILED},
    "lose": {State.SENDING: State.UNCONFIRMED},
    "doubt": {State.SENT: State.UNCONFIRMED},
    "retry": {State.FAILED: State.SCHEDULED},
    "stop": {
        State.HELD: State.STOPPED,
        State.SCHEDULED: State.STOPPED,
        State.FAILED: State.STOPPED,
    },
    "restore": {State.STOPPED: State.HELD},
}


def test_every_transition_is_tested() -> None:
    """A verb that is added to the table is added here, too."""
    assert set(ACTS) == set(ALLOWED) == set(outbox.TRANSITIONS)


@pytest.mark.parametrize("verb", ACTS)
@pytest.mark.parametrize("state", State)
def test_a_transition_happens_where_the_table_has_it_and_nowhere_else(
    queue: Queue, verb: str, state: State
) -> None:
    """A transition from a state the table does not name changes nothing at all."""
    follow_up = queue.add(state)
    target = ALLOWED[verb].get(state)
    before = _last_event(queue, follow_up)
    if target is None:
        with pytest.raises(WrongState), queue.database.write() as connection:
            ACTS[verb](connection, follow_up)
        assert queue.get(follow_up) == follow_up
        assert _last_event(queue, follow_up) == before
        return
    with queue.database.write() as connection:
        after = ACTS[verb](connection, follow_up)
    assert after.state is target
    assert after.version == follow_up.version + 1
    assert queue.get(follow_up) == after
    event = _last_event(queue, follow_up)
    assert (event["action"], event["from_state"], event["to_state"]) == (verb, state, target)
    assert event["at"] == NOW


@pytest.mark.parametrize("verb", ["postpone", "release", "refuse", "lose", "hold"])
def test_an_attempt_that_lost_its_follow_up_changes_nothing(queue: Queue, verb: str) -> None:
    """A late answer of an earlier attempt must not move what a later one holds."""
    follow_up = queue.add(State.SENDING)
    assert follow_up.attempt_id is not None
    late = FollowUp(
        **{
            **{name: getattr(follow_up, name) for name in FollowUp.__slots__},
            "attempt_id": follow_up.attempt_id + 1,
        }
    )
    with pytest.raises(WrongState), queue.database.write() as connection:
        ACTS[verb](connection, late)
    assert queue.get(follow_up) == follow_up


@pytest.mark.parametrize("verb", ["postpone", "release", "disprove", "hold"])
def test_a_stop_asked_for_while_sending_is_honoured_at_proof_of_absence(
    queue: Queue, verb: str
) -> None:
    """What the user stopped while it was on its way is stopped as soon as it is known not sent."""
    follow_up = queue.add(State.SENDING)
    with queue.database.write() as connection:
        asked = outbox.ask_stop(connection, follow_up.id, at=NOW)
    with queue.database.write() as connection:
        after = ACTS[verb](connection, asked)
    assert after.state is State.STOPPED
    assert after.waiting_for is None


def test_a_mail_that_went_is_sent_although_a_stop_was_asked_for(queue: Queue) -> None:
    """The truth wins over the wish."""
    follow_up = queue.add(State.SENDING)
    with queue.database.write() as connection:
        outbox.ask_stop(connection, follow_up.id, at=NOW)
        after = ACTS["confirm"](connection, follow_up)
    assert after.state is State.SENT
    assert after.stop_asked_at is None


def test_a_claim_of_what_was_changed_since_it_was_seen_is_refused(queue: Queue) -> None:
    """Two claimers, one winner: the second has seen an older version."""
    follow_up = queue.add()
    with queue.database.write() as connection:
        ACTS["claim"](connection, follow_up)
        ACTS["release"](connection, outbox.get(connection, follow_up.id))
    with pytest.raises(WrongState), queue.database.write() as connection:
        ACTS["claim"](connection, follow_up)


def test_disproved_without_a_slot_is_held_for_a_new_one(queue: Queue) -> None:
    """What is proved unsent too late is put to the user."""
    follow_up = queue.add(State.UNCONFIRMED)
    with queue.database.write() as connection:
        after = outbox.disprove(
            connection, follow_up.id, at=NOW, by="user", reason="it did not go", slot=None
        )
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.NEW_SLOT)


def test_a_second_mail_to_one_reader_about_one_company_and_day_is_refused(queue: Queue) -> None:
    """Never twice: the database itself refuses the second row."""
    first = queue.add()
    with pytest.raises(Conflict), queue.database.write() as connection:
        _add_again(connection, first)


def test_a_stopped_mail_leaves_room_for_another_and_is_not_restored_beside_it(
    queue: Queue,
) -> None:
    """Stopping frees the reader; restoring would make two."""
    first = queue.add(State.STOPPED)
    with queue.database.write() as connection:
        _add_again(connection, first)
    with pytest.raises(Conflict), queue.database.write() as connection:
        outbox.restore(connection, first.id, at=NOW)


@pytest.mark.parametrize("state", [s for s in State if s not in (State.HELD, State.SCHEDULED)])
def test_text_and_time_change_only_while_held_or_scheduled(queue: Queue, state: State) -> None:
    """What is on its way, went or ended keeps the text and time it had."""
    follow_up = queue.add(state)
    with pytest.raises(WrongState), queue.database.write() as connection:
        outbox.move(connection, follow_up.id, make_slot(LATER), at=NOW, by="user")
    with pytest.raises(WrongState), queue.database.write() as connection:
        outbox.write_text(
            connection, follow_up.id, Text("x", "y"), is_edited=True, at=NOW, by="user"
        )
    assert queue.get(follow_up) == follow_up


def test_an_edit_of_an_older_version_is_a_conflict(queue: Queue) -> None:
    """Two tabs cannot overwrite each other."""
    follow_up = queue.add()
    with queue.database.write() as connection:
        outbox.move(connection, follow_up.id, make_slot(LATER), at=NOW, by="user", version=1)
    with pytest.raises(Conflict), queue.database.write() as connection:
        outbox.move(connection, follow_up.id, make_slot(NOW), at=NOW, by="user", version=1)


def test_moving_forgets_a_postponement(queue: Queue) -> None:
    """The time the user names is when it goes, whatever was planned for a retry."""
    follow_up = queue.add(State.SENDING)
    with queue.database.write() as connection:
        postponed = ACTS["postpone"](connection, follow_up)
        assert postponed.next_try_at == LATER
        moved = outbox.move(connection, follow_up.id, make_slot(NOW), at=NOW, by="user")
    assert moved.next_try_at is None
    assert isinstance(moved.slot, Slot)
    assert moved.slot.at == NOW


def _add_again(connection: sa.Connection, first: FollowUp) -> FollowUp:
    row = connection.execute(
        sa.select(follow_ups.c.company_key).where(follow_ups.c.id == first.id)
    ).one()
    new = outbox.New(
        candidate_id=first.candidate_id,
        interview_id=first.interview_id,
        person_id=first.person_id,
        mailbox_id=first.mailbox_id,
        to_name=first.to_name,
        to_address=(first.to_address or "").upper(),
        company_key=row.company_key,
        day=first.day,
        text=Text("Again", "Again"),
        is_edited=False,
        slot=make_slot(),
        waiting_for=None,
    )
    return outbox.add_all(connection, [new], at=NOW)[0]


def _last_event(queue: Queue, follow_up: FollowUp) -> sa.RowMapping:
    with queue.database.read() as connection:
        return (
            connection.execute(
                sa.select(events)
                .where(events.c.follow_up_id == follow_up.id)
                .order_by(events.c.id.desc())
                .limit(1)
            )
            .mappings()
            .one()
        )
