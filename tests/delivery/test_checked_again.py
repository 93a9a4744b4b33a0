"""Right before a mail goes it is checked again, if it or the day is not what was checked."""

from datetime import timedelta

import pytest

from service import editing, outbox
from service.actions import finding, steering, wording
from service.records import FollowUp, Text, Thread
from service.states import State, WaitingFor
from tests import factories
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation

BODY = factories.BODY.format(
    name="Marisol Duarte", company="Tidewater Clinic", sender="Kim Candidate"
)
RELATIVE = BODY.replace("on Tuesday", "yesterday")


@pytest.fixture
def at(install: Install) -> Installation:
    """Return an installation that sends from Gmail, with drafts."""
    return install("gmail-drafts")


def _write(at: Installation, text: str, *, is_checked: bool = True) -> FollowUp:
    """Add a mail with this text of the user's own, checked as `edit` checks it."""
    follow_up = at.queue.add()
    with at.app.database.write() as connection:
        follow_up = outbox.write_text(
            connection,
            follow_up.id,
            Text(follow_up.subject, text),
            is_edited=True,
            at=at.clock.now(),
            by="user",
        )
        if is_checked:
            editing.review(connection, follow_up, off=(), at=at.clock.now())
    return at.queue.get(follow_up)


def _rules(at: Installation, follow_up: FollowUp) -> list[str]:
    return [kept.finding.rule for kept in wording.look(at.office, follow_up).findings]


def test_yesterday_goes_out_the_morning_after(at: Installation) -> None:
    """What was true when it was checked, and is on its day, is sent."""
    follow_up = _write(at, RELATIVE)
    assert at.state(follow_up) is State.SCHEDULED
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT


def test_yesterday_does_not_go_out_two_days_later(at: Installation) -> None:
    """The computer slept: the text says "yesterday" of the day before yesterday, and is held."""
    follow_up = _write(at, RELATIVE)
    at.clock.pass_by(timedelta(days=1, hours=2))
    at.run_until_quiet()
    held = at.queue.get(follow_up)
    assert (held.state, held.waiting_for) == (State.HELD, WaitingFor.ACCEPTANCE)
    assert _rules(at, follow_up) == ["wrong-relative-day"]
    assert at.far.went() == []
    assert at.far.draft_ids() == []


def test_accepted_for_that_day_it_goes(at: Installation) -> None:
    """The user's word counts for what was found, and the mail takes the next decent hour."""
    follow_up = _write(at, RELATIVE)
    at.clock.pass_by(timedelta(days=1, hours=2))
    at.run_until_quiet()
    held = at.queue.get(follow_up)
    wording.accept(at.office, at.candidate, held, ["wrong-relative-day"])
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT


def test_what_was_never_checked_is_checked_before_it_goes(at: Installation) -> None:
    """However a text came in, an error in it is not sent."""
    follow_up = _write(at, BODY.replace("very happy", "[adjective]"), is_checked=False)
    at.run_until_quiet()
    held = at.queue.get(follow_up)
    assert (held.state, held.waiting_for) == (State.HELD, WaitingFor.CORRECTION)
    assert _rules(at, follow_up) == ["placeholder-left"]
    assert at.far.went() == []


def test_what_we_wrote_names_the_day_anew_when_it_is_late(at: Installation) -> None:
    """A composed mail that goes out much later says the date in place of the weekday."""
    follow_up = at.queue.add()
    with at.app.database.read() as connection:
        assert editing.compose_anew(connection, follow_up, factories.make_slot()) is None
    moved = steering.move(at.office, at.candidate, follow_up, "2026-12-18 10:00")
    assert "Tuesday 8 December" in moved.body
    back = steering.move(at.office, at.candidate, moved, "2026-12-10 10:00")
    assert "8 December" not in back.body
    assert "Tuesday" in back.body


def test_a_text_of_the_users_own_is_not_composed_anew(at: Installation) -> None:
    """Moved, it is checked instead: what it says of the day no longer fits."""
    follow_up = _write(at, RELATIVE)
    moved = steering.move(at.office, at.candidate, follow_up, "2026-12-11 10:00")
    assert moved.body == RELATIVE
    assert (moved.state, moved.waiting_for) == (State.HELD, WaitingFor.ACCEPTANCE)


def test_a_rule_that_is_switched_off_holds_nothing(at: Installation) -> None:
    """What the user does not want to hear of is not found, here either."""
    follow_up = at.queue.add()
    late = factories.WEDNESDAY_MORNING + timedelta(days=2)
    with at.app.database.write() as connection:
        off = frozenset({"wrong-relative-day"})
        text = Text(follow_up.subject, RELATIVE)
        outbox.write_text(connection, follow_up.id, text, is_edited=True, at=late, by="user")
        current = outbox.get(connection, follow_up.id)
        assert editing.check_again(connection, current, off=(), now=late) is WaitingFor.ACCEPTANCE
        assert editing.check_again(connection, current, off=off, now=late) is None


@pytest.mark.parametrize("kind", ["gmail-drafts", "outlook-drafts", "outlook-send-only"])
def test_an_answer_goes_into_its_thread(install: Install, kind: str) -> None:
    """The mail that left names the one it answers, and keeps its subject."""
    at = install(kind)
    follow_up = at.queue.add()
    thread = Thread("<b@tidewater.example>", ("<a@tidewater.example>",), "Your visit on Tuesday")
    found = finding.find(at.office, at.candidate, f"f{follow_up.id}").follow_ups[0]
    answered = wording.answer(at.office, at.candidate, found, thread)
    assert answered.subject == "Re: Your visit on Tuesday"
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    (mail,) = at.far.went()
    assert mail["Subject"] == "Re: Your visit on Tuesday"
    assert mail["In-Reply-To"] == "<b@tidewater.example>"
    assert mail["References"].split() == ["<a@tidewater.example>", "<b@tidewater.example>"]
