"""The evening note: what goes out in the next 24 hours and was not seen as it is now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from service import editing, outbox
from service.actions import looking, steering
from service.notices.matters import find_matters
from service.notices.records import Matter
from service.records import FollowUp, Slot, Text
from service.schema import follow_ups
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.factories import WEDNESDAY_MORNING, make_slot
from tests.notices.listener import Listener

EVENING = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)
"""On the eve of the mails of these tests; the user is in London."""

NOTE = """1 mail goes out in the next 24 hours, and you have not seen it as it is now.

f1 to Marisol Duarte, Tidewater Clinic: Wednesday 9 December 09:12 in London
  read it:  callback preview f1
  stop it:  callback stop f1"""


@pytest.fixture
def at(install: Install) -> Installation:
    """Return an installation at 18:00 on the eve."""
    at = install("local-drafts")
    at.clock.move_to(EVENING)
    return at


def _hear(at: Installation) -> list[Matter]:
    return find_matters(at.office, at.candidate)


def _show(at: Installation, follow_up: FollowUp) -> None:
    looking.note_shown(at.office, [at.queue.get(follow_up)])


def test_what_nobody_has_seen_is_told_with_its_time_and_how_to_stop_it(at: Installation) -> None:
    """Reader, company, time, and a command to read and one to stop it."""
    at.queue.add()
    (note,) = _hear(at)
    assert note.subject == "1 mail goes out in the next 24 hours"
    assert note.message == NOTE
    assert note.key == f"evening-{at.candidate.id}-2026-12-08"


def test_both_clocks_are_told(at: Installation) -> None:
    """The reader's first, then the user's where it shows another hour."""
    at.queue.add(slot=replace(make_slot(), zone="America/New_York", at=_hours_later(5)))
    (note,) = _hear(at)
    assert "Wednesday 9 December 09:12 in London (14:12 for you)" in note.message


@pytest.mark.parametrize(
    ("hour", "minute", "is_told"),
    [(17, 59, False), (18, 0, True), (21, 30, True), (22, 59, True), (23, 0, False)],
)
def test_it_is_told_in_the_evening(
    at: Installation, hour: int, minute: int, *, is_told: bool
) -> None:
    """From 18:00; later for a computer that was off then, but not in the night."""
    at.queue.add()
    at.clock.move_to(EVENING.replace(hour=hour, minute=minute))
    assert len(_hear(at)) == is_told


def test_it_is_not_told_the_next_morning(at: Installation) -> None:
    """The computer was off all night: the mail is about to go, and the note would be late."""
    at.queue.add()
    at.clock.move_to(WEDNESDAY_MORNING - timedelta(minutes=20))
    assert _hear(at) == []


def test_the_evening_is_that_of_the_user(install: Install) -> None:
    """18:00 in Tokyo is the morning in London."""
    at = install("local-drafts")
    moved = at.office.save_candidate(replace(at.candidate, zone="Asia/Tokyo"))
    at.queue.add()
    listener = Listener(at.office, moved)
    at.clock.move_to(datetime(2026, 12, 9, 8, 59, tzinfo=UTC))
    assert listener.hear() == []
    at.clock.move_to(datetime(2026, 12, 9, 9, 0, tzinfo=UTC))
    assert "(18:12 for you)" in listener.hear_one().message


def test_there_is_one_note_a_day(at: Installation) -> None:
    """What is added after it is not told by a second one; the next evening has its own."""
    listener = Listener(at.office, at.candidate)
    at.queue.add()
    listener.hear_one()
    late = make_slot(WEDNESDAY_MORNING + timedelta(hours=30))
    at.queue.add(name="Priya Raman", address="p.raman@example.com", company="Other", slot=late)
    at.clock.pass_by(timedelta(hours=2))
    assert listener.hear() == []
    at.clock.move_to(EVENING + timedelta(days=1))
    at.queue.add(name="Tom Okafor", address="t.okafor@example.com", company="Third", slot=late)
    told = listener.hear_one()
    assert told.subject == "2 mails go out in the next 24 hours"
    assert told.message.count("callback stop f") == 2


def test_only_the_next_24_hours_are_told(at: Installation) -> None:
    """What goes later is tomorrow's matter; what does not go is no matter of this note."""
    at.queue.add(slot=make_slot(EVENING + timedelta(hours=24, minutes=1)))
    steering.pause(at.office, at.queue.add(company="Other"))
    assert _hear(at) == []


def test_what_was_seen_is_not_told(at: Installation) -> None:
    """Within the last day, with the text and the time that it has."""
    _show(at, at.queue.add())
    assert _hear(at) == []


def test_what_was_seen_longer_ago_is_told(at: Installation) -> None:
    """More than 24 hours: nobody remembers every word."""
    at.clock.move_to(EVENING - timedelta(hours=24))
    follow_up = at.queue.add()
    _show(at, follow_up)
    at.clock.move_to(EVENING)
    assert _hear(at) == []
    at.clock.pass_by(timedelta(minutes=1))
    (note,) = _hear(at)
    assert "callback stop f1" in note.message


@pytest.mark.parametrize("what", ["text", "time", "text by the service", "time by the service"])
def test_another_text_or_time_than_was_seen_is_told(at: Installation, what: str) -> None:
    """Whoever changed it: what goes was not seen."""
    follow_up = at.queue.add()
    _show(at, follow_up)
    by = "service" if what.endswith("service") else "user"
    with at.app.database.write() as connection:
        if what.startswith("text"):
            text = Text("Thank you for Tuesday", follow_up.body)
            outbox.write_text(connection, follow_up.id, text, is_edited=True, at=EVENING, by=by)
        else:
            slot = make_slot(WEDNESDAY_MORNING + timedelta(minutes=10))
            _move(at, connection, follow_up, slot, by)
    found = [each for each in _hear(at) if each.key.startswith("evening")]
    assert len(found) == 1


def test_held_and_let_go_again_it_was_seen_all_the_same(at: Installation) -> None:
    """Only its state has changed."""
    follow_up = at.queue.add()
    _show(at, follow_up)
    steering.pause(at.office, at.queue.get(follow_up))
    steering.approve(at.office, at.candidate, at.queue.get(follow_up))
    assert _hear(at) == []


def test_a_row_that_makes_no_sense_does_not_silence_the_others(at: Installation) -> None:
    """Its zone is none that this computer knows: its time is told on the user's clock."""
    follow_up = at.queue.add()
    with at.app.database.write() as connection:
        broken = sa.update(follow_ups).where(follow_ups.c.id == follow_up.id)
        connection.execute(broken.values(slot_zone="Nowhere/Atlantis"))
    at.queue.add(name="Priya Raman", address="p.raman@example.com", company="Other")
    (note,) = _hear(at)
    assert (
        "f1 to Marisol Duarte, Tidewater Clinic: Wednesday 9 December 09:12 in Lon" in note.message
    )
    assert "f2 to Priya Raman, Other: Wednesday 9 December 09:12 in London" in note.message


def test_no_word_of_a_mail_stands_in_a_note(at: Installation) -> None:
    """It may be shown on a locked screen, or go through somebody's service."""
    follow_up = at.queue.add()
    (note,) = _hear(at)
    told = note.subject + note.message
    assert follow_up.subject not in told
    sentences = [line for line in follow_up.body.splitlines() if len(line) > 20]
    assert not any(sentence in told for sentence in sentences)


def _hours_later(hours: int) -> datetime:
    return WEDNESDAY_MORNING + timedelta(hours=hours)


def _move(
    at: Installation, connection: sa.Connection, follow_up: FollowUp, slot: Slot, by: str
) -> None:
    editing.move(
        connection,
        follow_up,
        slot,
        at=EVENING,
        by=by,
        reason="a test",
        off=at.office.off(),
    )
