"""Prints mails that are not stored yet, whole, with their time in both zones and why."""

from service.actions.planning import Plan, PlannedMail
from service.cli.printing import WAITING, indent, name_mailbox, say, say_slot
from service.records import Candidate
from service.states import State


def say_plan(plan: Plan, candidate: Candidate) -> None:
    """Print every mail of a plan whole, with its time in both zones and why."""
    for number, mail in enumerate(plan.mails, start=1):
        say(f"--- {number} of {len(plan.mails)} " + "-" * 60)
        _say_mail(plan, mail, candidate)
    say("-" * 72)


def _say_mail(plan: Plan, mail: PlannedMail, candidate: Candidate) -> None:
    address = f" <{mail.reader.address}>" if mail.reader.address else ""
    say(f"To        {mail.reader.name}{address}")
    if mail.reading is not None and mail.reading.passed_on:
        names = ", ".join(person.name for person in mail.reading.passed_on)
        say(f"Pass on   to {names}")
    say(f"From      {name_mailbox(plan.mailbox)}")
    say(f"Subject   {mail.text.subject}")
    if mail.slot is not None:
        say_slot(mail.slot, candidate.zone, _city(plan, mail))
    if mail.standing is not None and mail.standing.state not in (State.HELD, State.SCHEDULED):
        say(f"State     {mail.standing.state}, left as it is")
    if mail.waiting_for is not None:
        say(f"Held      {WAITING[mail.waiting_for]}")
    for finding in mail.findings:
        say(f"Check     {finding.severity}: {finding.message} ({finding.rule})")
    say()
    say(indent(mail.text.body) if mail.text.body else "  (no text yet)")
    say()


def _city(plan: Plan, mail: PlannedMail) -> str | None:
    place = mail.reader.place or plan.interview.place
    return place.city if place else None
