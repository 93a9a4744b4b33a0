"""`callback show`: one mail with all that is known of it."""

from datetime import date

import typer

from service import timing
from service.actions import finding, history, looking, needs
from service.cli import columns, printing
from service.cli.flags import AsJson, Id
from service.cli.printing import say
from service.cli.session import opened
from service.records import Candidate, Overrides
from service.states import State
from service.timing.words import name_day

_GOING = (State.SCHEDULED, State.SENDING)


def show(context: typer.Context, mail: Id, json: AsJson = False) -> None:
    """Show a mail as the reader will see it, when it goes out and why, and its history."""
    with opened(context) as app:
        candidate = app.office.candidate()
        found = finding.find(app.office, candidate, mail)
        shown = [looking.show(app.office, candidate, each) for each in found.follow_ups]
        if json:
            printing.say_json([_as_json(each) for each in shown])
            return
        for each in shown:
            _say_shown(each, candidate)
        looking.note_shown(app.office, found.follow_ups)


def _say_shown(shown: looking.Shown, candidate: Candidate) -> None:
    listed = shown.listed
    follow_up = listed.follow_up
    address = f" <{follow_up.to_address}>" if follow_up.to_address else ""
    say(f"{f'f{follow_up.id}':<10}{printing.describe_state(follow_up)}")
    say(f"To        {follow_up.to_name}{address}")
    say(f"About     {listed.company}, {listed.role}".rstrip(", "))
    say(f"From      {printing.name_mailbox(shown.mailbox)}")
    say(f"Subject   {follow_up.subject}")
    _say_times(shown, candidate)
    if command := needs.next_command(follow_up):
        beyond_this = command.removeprefix(f"callback show f{follow_up.id}, then ")
        say(columns.wrap(f"Next      {beyond_this}", hanging=" " * 10))
    say()
    say(printing.indent(follow_up.body) if follow_up.body else "  (no text yet)")
    say()
    for event in shown.events:
        moment = timing.describe_moment(event.at, candidate.zone, user_zone=candidate.zone)
        reason = f": {event.reason}" if event.reason else ""
        what = f"{history.tell(event)}{reason}"
        say(columns.wrap(f"{moment}  {what}", "  ", " " * 6))
    say()


def _say_times(shown: looking.Shown, candidate: Candidate) -> None:
    """Say when it goes or went and why then, and what of the settings is different for it."""
    follow_up, city = shown.listed.follow_up, shown.listed.city
    if follow_up.slot is not None:
        label = "Goes out" if follow_up.state in _GOING else "Planned"
        printing.say_slot(follow_up.slot, candidate.zone, city, label=label)
    if own := _describe_overrides(shown.overrides):
        say(columns.wrap(f"Own rules {own}", hanging=" " * 10))
    zone = follow_up.slot.zone if follow_up.slot else candidate.zone
    if follow_up.state is State.SCHEDULED and follow_up.next_try_at is not None:
        again = timing.describe_moment(
            follow_up.next_try_at, zone, user_zone=candidate.zone, city=city
        )
        because = f", because: {follow_up.last_error}" if follow_up.last_error else ""
        say(columns.wrap(f"Next try  {again}{because}", hanging=" " * 10))
    if follow_up.sent_at is not None:
        when = timing.describe_moment(follow_up.sent_at, zone, user_zone=candidate.zone, city=city)
        say(columns.wrap(f"Sent      {when}; proof: {follow_up.proof}", hanging=" " * 10))


def _describe_overrides(own: Overrides) -> str:
    """Return what of the `[timing]` settings is different for an interview; empty when nothing."""
    told = [
        f"earliest: {own.earliest:%H:%M}" if own.earliest else "",
        f"rest days: {own.rest_days}" if own.rest_days else "",
        _tell_days("off", own.days_off),
        _tell_days("worked", own.working_days),
    ]
    return "; ".join(filter(None, told))


def _tell_days(what: str, days: frozenset[date]) -> str:
    named = ", ".join(f"{name_day(day)} {day.year}" for day in sorted(days))
    return named and f"{what}: {named}"


def _as_json(shown: looking.Shown) -> dict[str, object]:
    return {
        **printing.as_json(shown.listed),
        "body": shown.listed.follow_up.body,
        "events": [
            {
                "at": event.at,
                "action": event.action,
                "from": event.from_state,
                "to": event.to_state,
                "by": event.by,
                "reason": event.reason,
            }
            for event in shown.events
        ],
    }
