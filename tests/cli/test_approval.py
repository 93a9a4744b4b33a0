"""`[approval] required = true`: nothing goes without the user's own word, however it came to be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from service import config, outbox, replanning
from service.actions import accounts, planning, steering, submitting
from service.app import LOCAL_FOLDER, App
from service.config import Settings
from service.delivery import Delivery
from service.records import Candidate, FollowUp
from service.states import State, WaitingFor
from tests.cli.conftest import TUESDAY_EVENING, connect_gmail
from tests.cli.papers import MARISOL_LINE, ONE, OWN_ADDRESS, PANEL, WHY, make_invitation, write
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.databases import with_storage
from tests.delivery.installation import HandClock, make_clock
from tests.e2e.product import Product
from tests.factories import make_met, open_test_app

REQUIRED = Settings(approval=config.Approval(required=True))
VARIABLE = "CALLBACK_APPROVAL__REQUIRED"
HELD = {"Marisol Duarte": "held: approval", "Priya Raman": "held: approval"}


@pytest.fixture
def careful(shell: Shell) -> Shell:
    """Return Ana's shell where every mail needs her word."""
    shell.environment.setenv(VARIABLE, "true")
    return shell


@pytest.fixture
def held(careful: Shell, tmp_path: Path) -> Shell:
    """Return Ana's careful shell with the two mails of the clinic, submitted with --yes."""
    careful("add", write(tmp_path, "panel.toml", PANEL), "--yes")
    return careful


def test_yes_is_no_approval(careful: Shell, tmp_path: Path) -> None:
    """What would be scheduled is held, says so wherever it is shown, and names the command."""
    printed = careful("add", write(tmp_path, "panel.toml", PANEL), "--yes").out
    assert "Held      waits for your approval" in printed
    assert "f1  to Marisol Duarte: waits for your approval\n    callback approve f1\n" in printed
    assert careful.states() == HELD
    needing = careful("list").out.partition("\n\n")[0]
    assert "f1 to Marisol Duarte  needs approval  callback approve f1" in needing
    assert "waits for your approval" in careful("preview", "f1").out
    assert careful.json("show", "f1")[0]["waiting_for"] == "approval"


def test_approve_lets_one_mail_go_and_no_other(held: Shell) -> None:
    """The word is said mail by mail, or for the interview."""
    held("approve", "f1")
    assert held.states() == {**HELD, "Marisol Duarte": "scheduled"}
    held("approve", "i1")
    assert held.states() == {"Marisol Duarte": "scheduled", "Priya Raman": "scheduled"}


def test_a_debrief_is_no_approval(careful: Shell, tmp_path: Path) -> None:
    """Said how it went, its mails wait for the word."""
    careful.wait_until(TUESDAY_EVENING - timedelta(days=1))
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    flags = ("--met", "all", "--company", "Tidewater Clinic", "--role", "Ward Sister")
    careful("add", invitation, *flags, "--where", "London", "--yes")
    careful.wait_until(TUESDAY_EVENING)
    lines = ("--line", f"Marisol Duarte: {MARISOL_LINE}", "--line", "Priya Raman: You teach well.")
    careful("debrief", "i1", "--took-place", "--met", "all", "--why", WHY, *lines, "--yes")
    assert careful.states()["Marisol Duarte"] == "held: approval"


def test_a_mailbox_that_is_connected_later_is_no_approval(stranger: Shell, tmp_path: Path) -> None:
    """What waited for a mailbox waits for the word from then on."""
    stranger.environment.setenv(VARIABLE, "true")
    panel = write(tmp_path, "panel.toml", PANEL)
    stranger("add", panel, "--name", "Ana Lindqvist", "--yes")
    assert stranger.states()["Marisol Duarte"] == "held: mailbox"
    connect_gmail(stranger.home, OWN_ADDRESS)
    with open_test_app(stranger.home, at=TUESDAY_EVENING, settings=REQUIRED) as app:
        accounts.adopt_waiting(app.office, app.office.candidate())
    assert stranger.states() == HELD


def test_what_is_mended_before_it_was_approved_waits_for_the_word(held: Shell) -> None:
    """An edit that takes away what a check found lets nothing go."""
    wrong = _edit(held, "Dear Ms Durate,")
    assert held.states()["Marisol Duarte"] == "held: approval"
    assert "misspelled-name" in held("preview", "f1").out
    held("approve", "f1", expect=1)
    _edit(held, wrong)
    assert held.states()["Marisol Duarte"] == "held: approval"
    held("approve", "f1")
    assert held.states()["Marisol Duarte"] == "scheduled"


def test_the_users_own_edit_and_move_keep_the_approval(held: Shell) -> None:
    """Who changes the words or names the time has said it already."""
    held("approve", "f1")
    greeting = _edit(held, "Dear Ms Duarte,")
    assert held.states()["Marisol Duarte"] == "scheduled"
    held("move", "f1", "2026-12-09 11:00")
    assert held.states()["Marisol Duarte"] == "scheduled"
    _edit(held, "Dear Ms Durate,")
    assert held.states()["Marisol Duarte"] == "held: correction"
    _edit(held, greeting)
    assert held.states()["Marisol Duarte"] == "scheduled"


def test_submitted_again_only_what_has_changed_needs_the_word_anew(
    held: Shell, tmp_path: Path
) -> None:
    """The same once more changes nothing; other words were not approved."""
    held("approve", "i1")
    held("add", write(tmp_path, "same.toml", PANEL), "--yes")
    assert set(held.states().values()) == {"scheduled"}
    other = PANEL.replace("quieter nights", "shorter nights")
    held("add", write(tmp_path, "other.toml", other), "--yes")
    assert held.states() == {"Marisol Duarte": "held: approval", "Priya Raman": "scheduled"}


def test_not_even_a_late_mail_is_agreed_to_at_the_prompt(product: Product) -> None:
    """Nobody is asked twice: the question is put by `approve` alone."""
    product.settings = {VARIABLE: "true"}
    product.set_clock(datetime(2026, 12, 14, 12, 0, tzinfo=UTC), rate=0)
    with Terminal(product, "add", *ONE) as terminal:
        terminal.answer("Store it?")
        screen = terminal.finish()
    assert "all the same?" not in screen
    assert [mail["waiting_for"] for mail in product.mails()] == ["approval"]


def test_what_was_scheduled_before_it_was_required_is_held_at_the_next_start(
    product: Product,
) -> None:
    """Switched on, the setting holds for what stands already; the real process does it."""
    product.call("add", *ONE, "--mailbox", "local", "--yes")
    assert [mail["state"] for mail in product.mails()] == ["scheduled"]
    product.settings = {VARIABLE: "true"}
    product.call("run", "--once")
    assert [mail["waiting_for"] for mail in product.mails()] == ["approval"]
    product.call("approve", "f1")
    product.call("run", "--once")
    assert [mail["state"] for mail in product.mails()] == ["scheduled"]


def test_what_other_settings_move_has_to_be_approved_anew(held: Shell) -> None:
    """The user said yes to another time."""
    held("approve", "f1")
    later = replace(REQUIRED, timing=config.Timing(earliest=time(10, 0)))
    with open_test_app(held.home, at=TUESDAY_EVENING, settings=later) as app:
        moved = replanning.bring_up_to_date(app.office)
    assert {each.follow_up.id for each in moved} == {1, 2}
    assert held.states() == HELD


class _House:
    """A careful installation with a local mailbox and one mail, under a clock in the hand."""

    def __init__(self, home: Path) -> None:
        self.clock: HandClock = make_clock()
        self.clock.move_to(TUESDAY_EVENING)
        self.app = App(with_storage(REQUIRED, home), None, folder=home, clock=self.clock)
        self.candidate: Candidate = self.app.office.candidate()
        plan = planning.draw_up(
            self.app.office, self.candidate, replace(make_met(), mailbox="local")
        )
        (self.mail,) = submitting.submit(self.app.office, self.candidate, plan).follow_ups
        self.delivery = Delivery(
            self.app.database,
            self.clock,
            self.app.mailboxes,
            self.app.owner(),
            self.app.office.policy,
            is_approval_required=True,
        )

    def stored(self) -> FollowUp:
        with self.app.database.read() as connection:
            return outbox.get(connection, self.mail.id)

    def approve(self) -> None:
        steering.approve(self.app.office, self.candidate, self.stored())

    def work(self) -> None:
        mailbox_id = self.mail.mailbox_id
        assert mailbox_id is not None
        self.delivery.work(mailbox_id)

    def went(self) -> int:
        folder = self.app.folder / LOCAL_FOLDER
        return sum(file.parent.name in ("new", "cur") for file in folder.rglob("*"))


@pytest.fixture
def house(shell: Shell) -> Iterator[_House]:
    """Return the house, in which the mail waits for its user's word."""
    house = _House(shell.home)
    yield house
    house.app.close()


def test_delivery_claims_nothing_that_was_not_approved(house: _House) -> None:
    """Whoever scheduled it, and by whatever settings: the last look is taken at the claim."""
    with house.app.database.write() as connection:
        outbox.schedule(connection, house.mail.id, at=house.clock.now(), by="service")
    slot = house.stored().slot
    assert slot is not None
    house.clock.move_to(slot.at)
    house.work()
    assert house.stored().waiting_for is WaitingFor.APPROVAL
    assert house.went() == 0
    house.approve()
    slot = house.stored().slot
    assert slot is not None
    house.clock.move_to(slot.at)
    house.work()
    assert house.stored().state is State.SENT
    assert house.went() == 1


def test_send_now_is_the_users_word(house: _House) -> None:
    """Held for approval, or scheduled before that was required: it goes in 20 seconds."""
    office, candidate = house.app.office, house.candidate
    with house.app.database.write() as connection:
        outbox.schedule(connection, house.mail.id, at=house.clock.now(), by="service")
    steering.send_now(office, candidate, house.stored())
    house.clock.pass_by(steering.SEND_NOW_DELAY)
    house.work()
    assert house.stored().state is State.SENT


def test_a_slot_that_was_missed_has_to_be_approved_anew(house: _House) -> None:
    """T11 gives it another time, to which nobody has said yes: it waits at once, with notice."""
    house.approve()
    house.clock.move_to(datetime(2026, 12, 9, 14, 0, tzinfo=UTC))
    house.work()
    after = house.stored()
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.APPROVAL)
    assert after.slot is not None
    assert after.slot.at > house.clock.now()
    house.approve()
    house.clock.move_to(after.slot.at)
    house.work()
    assert house.stored().state is State.SENT


def test_a_time_named_for_a_stale_mail_is_no_approval_of_one_that_never_had_it(
    house: _House,
) -> None:
    """Days later: the user names a time for it, and says yes to it by `approve` alone."""
    with house.app.database.write() as connection:
        outbox.schedule(connection, house.mail.id, at=house.clock.now(), by="service")
    house.clock.move_to(datetime(2026, 12, 15, 9, 0, tzinfo=UTC))
    house.work()
    assert house.stored().waiting_for is WaitingFor.NEW_SLOT
    office, candidate = house.app.office, house.candidate
    steering.move(office, candidate, house.stored(), "2026-12-15 11:00")
    assert house.stored().waiting_for is WaitingFor.APPROVAL
    house.approve()
    assert house.stored().state is State.SCHEDULED


def _edit(shell: Shell, greeting: str) -> str:
    """Give f1 another greeting; return the one it had."""
    (mail,) = shell.json("show", "f1")
    before, _, rest = mail["body"].partition("\n")
    shell("edit", "f1", "--body-file", "-", typed=f"{greeting}\n{rest}".encode())
    return str(before)
