"""Looking: list and show."""

from typing import Annotated

import typer

from service import timing
from service.actions import finding, looking
from service.cli import printing
from service.cli.flags import AsJson, Id
from service.cli.printing import say, tell
from service.cli.session import opened
from service.outbox import Listed
from service.records import Candidate
from service.states import State

_HISTORY = {
    "submit": "added",
    "compose": "written anew",
    "edit": "edited",
    "answer": "made the answer to a mail",
    "adopt-text": "text taken over from its draft",
    "move": "moved",
    "readdress": "reader or mailbox set",
    "schedule": "scheduled",
    "hold": "held",
    "claim": "sending began",
    "confirm": "sent",
    "postpone": "put off",
    "release": "sending broke off",
    "disprove": "found not sent",
    "refuse": "refused",
    "lose": "no answer came",
    "retry": "to be tried again",
    "stop": "stopped",
    "ask-stop": "stop asked for",
    "restore": "taken back",
}
"""Events in plain words."""


def list_mails(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Sent and stopped ones, too.")] = False,
    json: AsJson = False,
) -> None:
    """Show what goes out when, and what waits for you."""
    with opened(context) as app:
        candidate = app.office.find_candidate()
        listed = looking.list_all(app.office, candidate) if candidate else []
        if not all_:
            done = (State.SENT, State.STOPPED)
            listed = [each for each in listed if each.follow_up.state not in done]
        if json:
            printing.say_json([printing.as_json(each) for each in listed])
            return
        if candidate is None or not listed:
            tell("Nothing is waiting to be sent." if candidate else "No interview was added yet.")
            tell("  callback add invitation.ics")
            return
        now = app.office.now()
        needing = [each for each in listed if looking.needs_user(each, now)]
        for each in needing:
            command = printing.next_command(each.follow_up)
            state = printing.describe_state(each.follow_up)
            say(f"! f{each.follow_up.id} to {each.follow_up.to_name} {state}:  {command}")
        if needing:
            say()
        printing.say_list(listed, candidate, now)
        printing.tell_not_running(looking.is_running(app.office))


def show(context: typer.Context, mail: Id, json: AsJson = False) -> None:
    """Show a mail as the reader will see it, when it goes out and why, and its history."""
    with opened(context) as app:
        candidate = app.office.candidate()
        found = finding.find(app.office, candidate, mail)
        shown = [looking.show(app.office, candidate, each) for each in found.follow_ups]
        if json:
            printing.say_json([_show_json(each) for each in shown])
            return
        for each in shown:
            _say_shown(each, candidate)


def _say_shown(shown: looking.Shown, candidate: Candidate) -> None:
    follow_up = shown.follow_up
    address = f" <{follow_up.to_address}>" if follow_up.to_address else ""
    say(f"f{follow_up.id}       {printing.describe_state(follow_up)}")
    say(f"To        {follow_up.to_name}{address}")
    say(f"About     {shown.interview.company}, {shown.interview.role}".rstrip(", "))
    say(f"From      {printing.name_mailbox(shown.mailbox)}")
    say(f"Subject   {follow_up.subject}")
    if follow_up.slot is not None:
        place = shown.interview.place
        printing.say_slot(follow_up.slot, candidate.zone, place.city if place else None)
    if follow_up.sent_at is not None:
        zone = follow_up.slot.zone if follow_up.slot else candidate.zone
        when = timing.describe_moment(follow_up.sent_at, zone, user_zone=candidate.zone)
        say(f"Sent      {when}; proof: {follow_up.proof}")
    command = printing.next_command(follow_up)
    if command:
        say(f"Next      {command}")
    say()
    say(printing.indent(follow_up.body) if follow_up.body else "  (no text yet)")
    say()
    for event in shown.events:
        moment = timing.describe_moment(event.at, candidate.zone, user_zone=candidate.zone)
        reason = f": {event.reason}" if event.reason else ""
        say(f"  {moment}  {_HISTORY.get(event.action, event.action)}{_by(event.by)}{reason}")
    say()


def _by(who: str) -> str:
    return " by you" if who == "user" else ""


def _show_json(shown: looking.Shown) -> dict[str, object]:
    place = shown.interview.place
    listed = Listed(
        shown.follow_up,
        shown.interview.company,
        shown.interview.role,
        shown.mailbox.address if shown.mailbox else None,
        place.city if place else None,
        shown.interview.ends_at,
    )
    return {
        **printing.as_json(listed),
        "body": shown.follow_up.body,
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
