"""Killed with SIGKILL at random moments and started again: never twice, never lost."""

import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.actions import planning, submitting
from service.app import LOCAL_FOLDER, App
from service.config import Settings
from service.records import Candidate, Person
from service.schema import attempts
from tests.databases import with_storage
from tests.e2e.conftest import GMAIL, OUTLOOK, World
from tests.e2e.product import Product
from tests.factories import make_interview

NOW = datetime(2026, 12, 9, 10, 0, tzinfo=UTC)
SECOND_OUTLOOK = "ana.l@outlook.example"
SLOT = NOW + timedelta(minutes=30)
"""When the first of each panel goes out; the second follows five minutes later."""


@pytest.mark.parametrize(
    ("kills", "panels"),
    [
        pytest.param(12, 12, id="12-times"),
        pytest.param(50, 40, id="50-times", marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
)
def test_killed_at_random_moments_every_mail_is_sent_once_or_said(
    world: World, tmp_path: Path, kills: int, panels: int
) -> None:
    """Drafts and local: exactly once. Send-only: at most once, and what is not known is said."""
    product = world.product
    world.microsoft.add_account(SECOND_OUTLOOK, name="Ana Lindqvist")
    # Graph answers before the mail has left Drafts; it moves while it is being looked for.
    world.microsoft.mailbox(SECOND_OUTLOOK).reads_before_settling = 2
    product.set_clock(NOW)
    product.connect("gmail", world.browse, name="Ana Lindqvist")
    product.connect("outlook", world.browse)
    world.microsoft.entra.signs_in = SECOND_OUTLOOK
    product.connect("outlook", world.browse, "--access", "drafts")
    product.call("connect", "local")
    mailboxes = (GMAIL, OUTLOOK, SECOND_OUTLOOK, "local")
    readers = _submit(product, mailboxes, panels)

    random_delay = random.Random(20261209)  # noqa: S311 - the same run again when it fails
    log = tmp_path / "killed.log"
    product.set_clock(SLOT + timedelta(minutes=6))
    for _kill in range(kills):
        _run_and_kill(product, log, lambda: random_delay.uniform(0, 0.6))
    # What Graph may still be moving is looked at for a quarter of an hour: let it pass quickly.
    interrupted = _count_interrupted(product)
    product.set_clock(SLOT + timedelta(minutes=9), rate=60)
    with product.running(log):
        listed = product.wait_for({"sent", "unconfirmed"}, seconds=240)

    assert interrupted, "no kill hit an attempt: the test shows nothing"
    delivered = _kept_locally(product)
    delivered.update(reader for each in world.google.delivered for reader in each.recipients)
    delivered.update(reader for each in world.microsoft.delivered for reader in each.recipients)
    for own in (GMAIL, OUTLOOK, SECOND_OUTLOOK):
        del delivered[own]  # what the service told its user, which may come twice
    states = {each["to"]["address"]: each["state"] for each in listed}
    assert set(states) == set(readers)
    assert max(delivered.values()) == 1
    for reader, mailbox in readers.items():
        if mailbox == OUTLOOK:
            assert states[reader] == "sent" or delivered[reader] <= 1
        else:
            assert (states[reader], delivered[reader]) == ("sent", 1), (reader, mailbox)
        if states[reader] == "sent":
            assert delivered[reader] == 1, reader
    assert not world.google.drafts(GMAIL)


def _submit(product: Product, mailboxes: Sequence[str], panels: int) -> dict[str, str]:
    """Submit panels for every mailbox; return the mailbox of each reader's address."""
    app = App(
        with_storage(Settings(), product.home), None, folder=product.home, clock=product.clock
    )
    readers: dict[str, str] = {}
    try:
        candidate = app.office.candidate()
        for number, mailbox in enumerate(mailboxes):
            for panel in range(panels):
                people = _people(f"{number}-{panel}")
                readers |= {str(person.address): mailbox for person in people}
                _submit_panel(app, candidate, mailbox, f"Company {number}-{panel}", people)
    finally:
        app.close()
    return readers


def _submit_panel(
    app: App, candidate: Candidate, mailbox: str, company: str, people: tuple[Person, ...]
) -> None:
    interview = replace(make_interview(*people, company=company), mailbox=mailbox)
    plan = planning.draw_up(app.office, candidate, interview, fixed_at=SLOT)
    done = submitting.submit(app.office, candidate, plan)
    assert {each.state for each in done.follow_ups} == {"scheduled"}


def _people(key: str) -> tuple[Person, ...]:
    lines = (
        "Your plan for quieter nights is one I would love to help with.",
        "What you said about teaching every nurse yourself has stayed with me.",
    )
    return tuple(
        Person(f"{name} Duarte", f"{name.lower()}-{key}@tidewater.example", line=line, is_met=True)
        for name, line in zip(("Marisol", "Priya"), lines, strict=True)
    )


def _count_interrupted(product: Product) -> int:
    """Return how many attempts a kill has cut off: those settled since, and those still open."""
    app = App(
        with_storage(Settings(), product.home), None, folder=product.home, clock=product.clock
    )
    try:
        with app.database.read() as connection:
            count = connection.scalar(
                sa.select(sa.func.count())
                .select_from(attempts)
                .where(sa.or_(attempts.c.ended_at.is_(None), attempts.c.outcome != "confirm"))
            )
            return int(count or 0)
    finally:
        app.close()


def _run_and_kill(product: Product, log: Path, delay: Callable[[], float]) -> None:
    """Start the service, let it begin, and kill it after a random time."""
    process = product.start_fully(log)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(delay())
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _kept_locally(product: Product) -> Counter[str]:
    mails = (
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (product.home / LOCAL_FOLDER / "new").iterdir()
    )
    return Counter(str(mail["To"].addresses[0].addr_spec) for mail in mails)
