"""What the user hears of what they left open: in time before the slot, not while they are at it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.base import Access
from service import config, replanning
from service.actions import planning, steering, submitting
from service.actions.planning import Plan
from service.app import App
from service.config import Settings
from service.records import Candidate, FollowUp, Interview, Person, RestDays, Talk
from service.states import WaitingFor
from tests.databases import with_storage
from tests.delivery.installation import HandClock, make_clock
from tests.factories import TUESDAY, make_interview, make_met
from tests.notices.listener import Listener

OVER = TUESDAY + timedelta(hours=1)
TUESDAY_EVENING = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)
MARISOL = Person("Marisol Duarte", "m.duarte@tidewater.example", is_met=True)


class House:
    """An installation with a local mailbox, whose owner submits and then does nothing."""

    def __init__(
        self, home: Path, settings: Settings | None = None, zone: str = "Europe/London"
    ) -> None:
        self.clock: HandClock = make_clock()
        self.clock.move_to(TUESDAY - timedelta(days=1))
        self.app = App(
            with_storage(settings or Settings(), home), None, folder=home, clock=self.clock
        )
        self.app.prepare()
        self.candidate = self.app.office.save_candidate(Candidate("Kim Candidate", zone))
        assert self.candidate.id is not None
        begun = self.app.mailboxes.begin(self.candidate.id, "local", Access.DRAFTS, "http://unused")
        self.app.mailboxes.finish(self.candidate.id, begun.state, "", name="Kim Candidate")
        self.listener = Listener(self.app.office, self.candidate)

    def plan(self, interview: Interview) -> Plan:
        """Draw up an interview as `add` does."""
        interview = replace(interview, mailbox="local")
        return planning.draw_up(self.app.office, self.candidate, interview)

    def submit(self, interview: Interview) -> tuple[FollowUp, ...]:
        """Submit an interview as `add --yes` does."""
        done = submitting.submit(self.app.office, self.candidate, self.plan(interview))
        return done.follow_ups


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    """Return the house on the day before the interviews."""
    house = House(home)
    yield house
    house.app.close()


@pytest.fixture
def careful(home: Path) -> Iterator[House]:
    """Return the house where every mail needs its owner's word."""
    house = House(home, Settings(approval=config.Approval(required=True)))
    yield house
    house.app.close()


def _coming(*people: Person) -> Interview:
    """Return an interview of which nothing is said yet but who was invited."""
    return replace(make_interview(*(people or (MARISOL,))), took_place=None, reasons="")


def test_an_interview_that_is_over_is_asked_about_after_two_hours(house: House) -> None:
    """Once for all its mails, with when it was over, when the first is to go, and the command."""
    house.submit(_coming(MARISOL, Person("Priya Raman", "p.raman@tidewater.example", is_met=True)))
    for moment in (TUESDAY, OVER, OVER + timedelta(minutes=119)):
        house.clock.move_to(moment)
        assert house.listener.hear() == []
    house.clock.move_to(OVER + timedelta(hours=2))
    told = house.listener.hear_one()
    assert told.subject == "How was it at Tidewater Clinic?"
    assert told.message.startswith(
        "Your interview with Tidewater Clinic ended Tuesday 8 December 15:00 in London, and you "
        "have not said yet whether it took place. 2 mails wait for that; the first is to go "
        "Wednesday 9 December 09:"
    )
    assert told.message.endswith(" in London.\n\n  callback debrief i1")
    house.clock.pass_by(timedelta(days=1))
    assert house.listener.hear() == []


def test_words_that_are_missing_are_asked_for(house: House) -> None:
    """It took place, and that is all that was said."""
    house.clock.move_to(OVER + timedelta(minutes=10))
    house.submit(replace(_coming(), took_place=True))
    house.clock.pass_by(timedelta(minutes=59))
    assert house.listener.hear() == []
    house.clock.move_to(OVER + timedelta(hours=2))
    assert "your own words are missing. 1 mail waits for that" in house.listener.hear_one().message


def test_who_is_at_it_is_left_alone_for_an_hour(house: House) -> None:
    """Submitted in the evening with its words missing: `add` has just said so."""
    house.clock.move_to(TUESDAY_EVENING)
    house.submit(replace(_coming(), took_place=True))
    assert house.listener.hear() == []
    house.clock.pass_by(timedelta(hours=1))
    assert house.listener.hear_one().subject == "How was it at Tidewater Clinic?"


def test_a_mail_of_the_same_day_leaves_no_two_hours(house: House) -> None:
    """It is to go an hour after the talk: the user is asked as soon as that is over."""
    saturday_follows = TUESDAY + timedelta(days=3)
    friday = replace(_coming(), talks=(_talk(saturday_follows),))
    overrides = replace(friday.overrides, rest_days=RestDays.SAME_DAY)
    (mail,) = house.submit(replace(friday, overrides=overrides))
    over = saturday_follows + timedelta(hours=1)
    assert mail.slot is not None
    assert mail.slot.at < over + timedelta(hours=2)
    house.clock.move_to(over - timedelta(minutes=1))
    assert house.listener.hear() == []
    house.clock.move_to(over)
    assert house.listener.hear_one().message.endswith("  callback debrief i1")


def test_an_interview_that_was_moved_is_asked_about_anew(house: House) -> None:
    """It is over a second time."""
    house.submit(_coming())
    house.clock.move_to(OVER + timedelta(hours=3))
    house.listener.hear_one()
    stored = house.plan(_coming()).interview
    later = tuple(
        replace(
            talk,
            starts_at=talk.starts_at + timedelta(hours=5),
            ends_at=talk.ends_at + timedelta(hours=5),
        )
        for talk in stored.talks
    )
    house.submit(replace(stored, talks=later))
    assert house.listener.hear() == []
    house.clock.move_to(OVER + timedelta(hours=7))
    assert "ended Tuesday 8 December 20:00" in house.listener.hear_one().message


def test_what_waits_for_approval_is_told_on_the_evening_before(careful: House) -> None:
    """Each mail once, from 18:00 on, with its time and the command; an approved one not at all."""
    careful.clock.move_to(OVER + timedelta(minutes=5))
    (mail,) = careful.submit(make_met())
    assert mail.waiting_for is WaitingFor.APPROVAL
    careful.clock.move_to(TUESDAY_EVENING - timedelta(minutes=1))
    assert careful.listener.hear() == []
    careful.clock.move_to(TUESDAY_EVENING)
    told = careful.listener.hear_one()
    assert told.subject == ("The mail to Marisol Duarte, Tidewater Clinic: waits for your approval")
    assert told.message.startswith(
        "f1 to Marisol Duarte, Tidewater Clinic is to go Wednesday 9 December 09:"
    )
    assert told.message.endswith(": waits for your approval.\n\n  callback approve f1")


def test_what_the_service_holds_for_approval_is_told_at_once(house: House) -> None:
    """It was to go, and the user knows nothing of it: no evening is waited for."""
    house.clock.move_to(OVER + timedelta(minutes=5))
    house.submit(make_met())
    replanning.bring_up_to_date(replace(house.app.office, is_approval_required=True))
    told = house.listener.hear_one().message
    assert "is held: it needs your word before it goes. Nothing was sent. It is to go Wed" in told
    assert told.endswith("\n\n  callback approve f1")


def test_submitted_at_night_it_is_told_two_hours_before_it_is_to_go(careful: House) -> None:
    """The evening is over, the user was told at the terminal: the last call is in the morning."""
    careful.clock.move_to(TUESDAY.replace(hour=23, minute=30))
    (mail,) = careful.submit(make_met())
    assert mail.slot is not None
    assert careful.listener.hear() == []
    careful.clock.pass_by(timedelta(hours=1))
    careful.listener.hear_one()


@pytest.mark.parametrize("is_approved", [True, False])
def test_the_evening_is_the_users_own(home: Path, *, is_approved: bool) -> None:
    """Approval is asked for from 18:00 in New York, where the user is; approved, nothing is."""
    house = House(home, Settings(approval=config.Approval(required=True)), zone="America/New_York")
    house.clock.move_to(OVER + timedelta(minutes=5))
    (mail,) = house.submit(make_met())
    if is_approved:
        steering.approve(house.app.office, house.candidate, mail)
    house.clock.move_to(datetime(2026, 12, 8, 22, 59, tzinfo=UTC))
    early = house.listener.hear()
    house.clock.move_to(datetime(2026, 12, 8, 23, 0, tzinfo=UTC))
    on_time = house.listener.hear()
    house.app.close()
    assert early == []
    waiting = [each for each in on_time if "approval" in each.subject]
    assert len(waiting) == (0 if is_approved else 1)


def test_a_paused_mail_is_the_users_own_affair(house: House) -> None:
    """Who holds a mail back is not asked why."""
    house.clock.move_to(OVER + timedelta(minutes=5))
    (mail,) = house.submit(make_met())
    steering.pause(house.app.office, mail)
    house.clock.move_to(TUESDAY_EVENING + timedelta(hours=14))
    assert house.listener.hear() == []


def _talk(start: datetime) -> Talk:
    return Talk(start, start + timedelta(hours=1), "Europe/London")
