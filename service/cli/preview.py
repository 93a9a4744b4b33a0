"""Prints mails that are not stored yet, whole, with their time in both zones and why."""

import textwrap

from service.actions import needs
from service.actions.planning import Plan, PlannedMail
from service.cli.marking import say_text
from service.cli.printing import name_mailbox, say, say_slot
from service.records import Candidate
from service.states import State

_PANEL = 2
_SHOWN = 76
"""Columns that are shown of one of the user's sentences."""


def say_plan(plan: Plan, candidate: Candidate) -> None:
    """Print every mail of a plan whole, with its time in both zones and why."""
    for number, mail in enumerate(plan.mails, start=1):
        say(f"--- {number} of {len(plan.mails)} " + "-" * 60)
        _say_mail(plan, mail, candidate)
    say("-" * 72)
    _say_shares(plan)


def _say_shares(plan: Plan) -> None:
    """Show which of the user's sentences went to whom, where there are several mails."""
    told: dict[str, list[str]] = {}
    for mail in plan.mails:
        for sentence in mail.text.shares:
            told.setdefault(sentence, []).append(mail.reader.name)
    if len(plan.mails) < _PANEL or not told:
        return
    say("Your sentences")
    for sentence, names in told.items():
        say(f"  {textwrap.shorten(sentence, _SHOWN, placeholder=' ...')}")
        say(f"      to {', '.join(dict.fromkeys(names))}")


def _say_mail(plan: Plan, mail: PlannedMail, candidate: Candidate) -> None:
    address = f" <{mail.reader.address}>" if mail.reader.address else ""
    say(f"To        {mail.reader.name}{address}")
    if mail.reading is not None and mail.reading.passed_on:
        names = ", ".join(person.name for person in mail.reading.passed_on)
        say(f"Pass on   to {names}")
    say(f"From      {name_mailbox(plan.mailbox)}")
    if mail.slot is not None:
        say_slot(mail.slot, candidate.zone, _city(plan, mail))
    if mail.standing is not None and mail.standing.state not in (State.HELD, State.SCHEDULED):
        say(f"State     {mail.standing.state}, left as it is")
    if mail.waiting_for is not None:
        say(f"Held      {needs.WAITING[mail.waiting_for]}")
    say_text(mail.text, mail.findings)
    say()


def _city(plan: Plan, mail: PlannedMail) -> str | None:
    place = mail.reader.place or plan.interview.place
    return place.city if place else None
