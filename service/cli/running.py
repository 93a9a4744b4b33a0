"""Running: run, status, demo, and the one next step."""

import gc
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service import heartbeats, timing
from service.actions import looking, needs
from service.actions.office import id_of
from service.app import App
from service.cli import printing
from service.cli.printing import say, tell
from service.cli.session import opened
from service.records import Candidate


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do one round and return.")] = False,
) -> None:
    """Send what falls due, until stopped."""
    from service import daemon, logs

    gc.enable()
    logs.set_up()
    with opened(context) as app:
        _report_missed(app)
        if once:
            tried = daemon.run_once(app)
            tell(f"mails tried: {tried}")
            return
        daemon.run(app)


def status(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say whether the service runs, what is next, and what waits for you."""
    with opened(context) as app:
        candidate = app.office.find_candidate()
        if candidate is None:
            tell("Nothing is set up yet.")
            tell("  callback connect gmail, or callback connect outlook")
            if json:
                printing.say_json({"is_running": False, "counts": {}, "next": None})
            return
        found = looking.status(app.office, candidate)
        if json:
            _say_status_json(found)
            return
        _say_status(found, candidate, app.clock.now())


def demo(
    keep: Annotated[
        Path | None, typer.Option(help="Keep the demo's data in this empty folder.")
    ] = None,
) -> None:
    """Show the whole job on this computer: no account, no network, under a minute."""
    from service.cli.demonstration import show

    gc.enable()
    show(keep)


def say_next_step(context: typer.Context) -> None:
    """Say the one next step, whatever state things are in."""
    with opened(context) as app:
        office = app.office
        candidate = office.find_candidate()
        if candidate is None or not app.mailboxes.list(id_of(candidate)):
            say("Next: see what it does with callback demo, then connect your mailbox:")
            say("  callback connect gmail, or callback connect outlook")
            return
        found = looking.status(office, candidate)
        if found.signed_out:
            say(f"Next: {found.signed_out[0].address} is signed out. Sign in again:")
            say(f"  callback connect {found.signed_out[0].provider}")
        elif found.needs_user:
            follow_up = found.needs_user[0].follow_up
            state = printing.describe_state(follow_up)
            say(f"Next: f{follow_up.id} to {follow_up.to_name} {state}:")
            say(f"  {needs.next_command(follow_up)}")
        elif (found.next_up or found.overdue) and not found.is_running:
            say("Next: mails are scheduled, and nothing is running that would send them:")
            say("  callback run")
        elif found.next_up is None:
            say("Next: add an interview:")
            say("  callback add invitation.ics")
        else:
            say("Nothing to do: all is scheduled, and the service is running.")
            say("  callback list")


def _report_missed(app: App) -> None:
    candidate = app.office.find_candidate()
    if candidate is None:
        return
    found = looking.status(app.office, candidate)
    for each in found.overdue:
        slot = each.follow_up.slot
        if slot is not None and looking.is_missed(each, app.office.now()):
            when = timing.describe(slot, user_zone=candidate.zone, city=each.city)
            tell(f"missed while nothing was running: f{each.follow_up.id} of {when}")


def _say_status(found: looking.Status, candidate: Candidate, now: datetime) -> None:
    if found.is_running and found.heartbeat is not None:
        say(f"running    yes, process {found.heartbeat.pid} on {found.heartbeat.host}")
    else:
        say("running    no: nothing is sent until you type callback run")
    if found.recorded_ahead_at is not None:
        say(f"clock      {heartbeats.describe_ahead(found.recorded_ahead_at, now, candidate.zone)}")
    if found.next_up is not None and found.next_up.follow_up.slot is not None:
        follow_up, slot = found.next_up.follow_up, found.next_up.follow_up.slot
        when = timing.describe(slot, user_zone=candidate.zone, city=found.next_up.city)
        say(f"next       f{follow_up.id} to {follow_up.to_name}, {when}")
        moment = timing.describe_moment(slot.at, candidate.zone, user_zone=candidate.zone)
        say(f"           this computer must be awake and online on {moment}")
    for mailbox in found.signed_out:
        say(f"signed out {mailbox.address}: callback connect {mailbox.provider}")
    for each in found.overdue:
        say(f"overdue    f{each.follow_up.id} to {each.follow_up.to_name}")
    for each in found.needs_user:
        state = printing.describe_state(each.follow_up)
        say(f"needs you  f{each.follow_up.id} to {each.follow_up.to_name} {state}")
    counts = ", ".join(f"{count} {state}" for state, count in sorted(found.counts.items()))
    say(f"mails      {counts or 'none'}")


def _say_status_json(found: looking.Status) -> None:
    printing.say_json(
        {
            "is_running": found.is_running,
            "heartbeat_at": found.heartbeat.beat_at if found.heartbeat else None,
            "recorded_ahead_at": found.recorded_ahead_at,
            "counts": found.counts,
            "next": printing.as_json(found.next_up) if found.next_up else None,
            "signed_out": [mailbox.address for mailbox in found.signed_out],
            "needs_you": [f"f{each.follow_up.id}" for each in found.needs_user],
            "overdue": [f"f{each.follow_up.id}" for each in found.overdue],
        }
    )
