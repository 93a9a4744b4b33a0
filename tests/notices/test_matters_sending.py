"""What the user hears of mails that were to go: lost, refused, held back, moved, put off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from service import outbox, replanning, timing
from service.actions import looking, steering
from service.records import FollowUp, Text
from service.schema import talks
from service.states import State, Step
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.loopback.faults import Ending
from tests.loopback.google import answers
from tests.loopback.server import Response
from tests.notices.listener import Listener

AT = "Wednesday 9 December 09:12 in London"
REFUSED = answers.bad_request("Recipient address required")


def _listen(at: Installation) -> Listener:
    return Listener(at.office, at.candidate)


def _work_with(at: Installation, what: Response | Ending, path: str | None = None) -> None:
    """Let the next request to send, or to another path, meet with this, and work the mailbox."""
    at.server.bench.arm(path or at.server.bench.sending, "before", what)
    at.work()


def test_whether_it_went_is_asked_once_and_again_when_it_is_lost_again(install: Install) -> None:
    """The question, where to look, and the two answers; nothing once it was settled."""
    at = install("gmail-send-only")
    listener = _listen(at)
    follow_up = at.queue.add()
    assert listener.hear() == []
    _work_with(at, "drop")
    told = listener.hear_one()
    assert told.subject == "Did the mail to Marisol Duarte, Tidewater Clinic go?"
    assert told.message.startswith("Nobody can tell whether f1 to Marisol Duarte, Tidewater Clinic")
    assert f"the Sent folder of {at.mailbox.address} and say:\n\n" in told.message
    assert told.message.endswith(
        "  it went:     callback sent f1\n  it did not:  callback not-sent f1"
    )
    at.clock.pass_by(timedelta(hours=1))
    assert listener.hear() == []
    after = steering.mark_not_sent(at.office, at.queue.get(follow_up))
    listener.hear()  # that it goes at another time now
    _go_on_to(at, after)
    _work_with(at, "drop")
    assert listener.hear_one().subject == told.subject
    steering.mark_sent(at.office, at.queue.get(follow_up))
    assert listener.hear() == []


def test_a_refusal_is_told_with_its_reason_and_anew_when_refused_again(install: Install) -> None:
    """Nothing was sent; what to look at, and how to try again."""
    at = install("gmail-drafts")
    listener = _listen(at)
    follow_up = at.queue.add()
    _work_with(at, REFUSED)
    told = listener.hear_one()
    assert told.subject == "The mail to Marisol Duarte, Tidewater Clinic was refused"
    assert "Nothing was sent." in told.message
    assert told.message.endswith("\n  callback show f1, then callback retry f1")
    after = steering.retry(at.office, at.candidate, at.queue.get(follow_up))
    listener.hear()
    _go_on_to(at, after)
    _work_with(at, REFUSED)
    assert at.state(follow_up) is State.FAILED
    assert listener.hear_one().subject == told.subject


def _discard_draft(at: Installation) -> None:
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.DRAFTED)
    at.far.discard(at.far.draft_ids()[0])


def _find_error_late(at: Installation) -> None:
    follow_up = at.queue.add()
    wrong = Text(follow_up.subject, follow_up.body.replace("Marisol Duarte", "Marisol Durate"))
    with at.app.database.write() as connection:
        outbox.write_text(
            connection, follow_up.id, wrong, is_edited=True, at=at.clock.now(), by="user"
        )


def _move_talk(at: Installation) -> None:
    follow_up = at.queue.add()
    with at.app.database.write() as connection:
        moved = sa.update(talks).where(talks.c.interview_id == follow_up.interview_id)
        connection.execute(moved.values(ends_at=at.clock.now() + timedelta(hours=3)))


def _leave_for_days(at: Installation) -> None:
    at.queue.add()
    at.clock.pass_by(timedelta(days=5))


@pytest.mark.parametrize(
    ("disturb", "reason", "command"),
    [
        (
            _discard_draft,
            "its draft was deleted or sent in your mailbox; say which",
            "callback approve f1, or callback stop f1; if you sent it: callback sent f1",
        ),
        (
            _find_error_late,
            "a check found something in it just before it was to go",
            "callback preview f1, then callback edit f1",
        ),
        (
            _move_talk,
            "by this computer's clock the interview is not over yet",
            "callback debrief i1",
        ),
        (
            _leave_for_days,
            "its time has passed by more than two working days; the text may be stale",
            'callback move f1 "tomorrow 9:30", or callback stop f1',
        ),
    ],
)
def test_what_is_held_at_its_time_is_told_at_once(
    install: Install, disturb: Callable[[Installation], None], reason: str, command: str
) -> None:
    """Nothing was sent, why, when it was to go, and the command that helps."""
    at = install("gmail-drafts")
    listener = _listen(at)
    disturb(at)
    listener.hear()
    at.run_until_quiet()
    assert [each.state for each in _all(at)] == [State.HELD]
    told = listener.hear_one()
    assert told.subject.startswith("The mail to Marisol Duarte, Tidewater Clinic: ")
    assert told.message == (
        f"f1 to Marisol Duarte, Tidewater Clinic is held: {reason}. Nothing was sent. "
        f"It was to go {AT}.\n\n  {command}"
    )
    at.clock.pass_by(timedelta(minutes=10))
    assert listener.hear() == []


def test_a_missed_slot_is_told_with_the_new_time_and_anew_when_missed_again(
    install: Install,
) -> None:
    """T11 gives notice of ten minutes: time to hear of it, and to stop it."""
    at = install("local-drafts")
    listener = _listen(at)
    follow_up = at.queue.add()
    for hour in (14, 16):
        at.clock.move_to(datetime(2026, 12, 9, hour, 0, tzinfo=UTC))
        at.work()
        slot = at.queue.get(follow_up).slot
        assert slot is not None
        told = listener.hear_one()
        assert told.subject == "The mail to Marisol Duarte, Tidewater Clinic goes at another time"
        new = timing.describe(slot, user_zone="Europe/London")
        assert f"now goes {new}: could not go on Wednesday 9 December" in told.message
        assert told.message.endswith("\n  not at all:    callback stop f1")


def test_a_move_that_was_seen_is_not_told(install: Install) -> None:
    """Whoever has looked at the mail since knows its time."""
    at = install("local-drafts")
    follow_up = at.queue.add()
    at.clock.move_to(datetime(2026, 12, 9, 14, 0, tzinfo=UTC))
    at.work()
    looking.note_shown(at.office, [at.queue.get(follow_up)])
    assert _listen(at).hear() == []


def test_what_new_settings_move_is_told_with_what_has_changed(install: Install) -> None:
    """At start everything is planned anew; each mail that moved is told once."""
    at = install("local-drafts")
    at.queue.add()
    listener = _listen(at)
    at.clock.move_to(datetime(2026, 12, 8, 16, 0, tzinfo=UTC))
    policy = replace(at.office.policy, earliest=time(11, 0))
    later = replace(at.office, policy=policy)
    assert len(replanning.bring_up_to_date(later)) == 1
    told = listener.hear_one()
    assert f"it was to go {AT}" in told.message
    assert replanning.bring_up_to_date(later) == []
    assert listener.hear() == []


def test_tries_that_go_on_are_told_once(install: Install) -> None:
    """How often, when next and why: at the third try, and not at the fourth."""
    at = install("gmail-drafts")
    listener = _listen(at)
    follow_up = at.queue.add()
    for number in range(1, 6):
        _work_with(at, Response(503, body=b""), at.server.creating)
        after = at.queue.get(follow_up)
        assert (after.state, after.tries) == (State.SCHEDULED, number)
        told = [each.message for each in listener.hear()]
        if number == 3:
            assert told[0].startswith("f1 to Marisol Duarte, Tidewater Clinic: tried 3 times, next")
            assert told[0].endswith("Nothing was sent, and nothing is lost.\n\n  callback show f1")
        else:
            assert told == []
        while not at.has_work():
            wake = at.next_wake()
            assert wake is not None
            at.clock.move_to(wake)


def test_a_providers_wait_beyond_the_slot_is_told_once_for_all_mails(install: Install) -> None:
    """Until when, why, and which mails: one matter for the mailbox, not one for each mail."""
    at = install("gmail-drafts")
    listener = _listen(at)
    at.queue.add()
    at.queue.add(name="Priya Raman", address="p.raman@tidewater.example", company="Harbour Foods")
    fault = at.server.throttled_until(at.clock.now(), 3 * 3600)
    at.server.bench.arm(at.server.bench.sending, "before", fault)
    at.work()
    told = listener.hear_one()
    assert told.subject == f"{at.mailbox.address} has to wait before it sends"
    assert "has to wait until Wednesday 9 December 12:12 in London" in told.message
    assert "2 mails, the first f1 to Marisol Duarte, Tidewater Clinic, go at the next" in (
        told.message
    )
    at.clock.pass_by(timedelta(hours=1))
    assert listener.hear() == []


def _go_on_to(at: Installation, follow_up: FollowUp) -> None:
    """Let the time come at which it goes."""
    moment = follow_up.slot.at if follow_up.slot else at.clock.now()
    at.clock.move_to(max(moment, at.clock.now()))


def _all(at: Installation) -> list[FollowUp]:
    return [each.follow_up for each in looking.list_all(at.office, at.candidate)]
