"""`callback list`: what needs the user on top, then what goes out when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from service.actions import looking, needs
from service.cli import columns, printing, timeline
from service.cli.flags import AsJson
from service.cli.printing import say, tell
from service.cli.session import opened
from service.outbox import Listed
from service.records import Candidate, Mailbox
from service.timing.words import MONTHS

_WHO_LEAST = 20
"""How many columns of whom it is about are kept before its command goes to the next line."""


def list_mails(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Also later, sent and stopped ones.")] = False,
    json: AsJson = False,
) -> None:
    """Show what waits for you, and what goes out in the coming two weeks."""
    with opened(context) as app:
        candidate = app.office.find_candidate()
        listed = looking.list_all(app.office, candidate) if candidate else []
        if json:
            shown = listed if all_ else looking.list_unfinished(listed)
            printing.say_json([printing.as_json(each) for each in shown])
            return
        if candidate is None:
            tell("No interview was added yet.")
            tell("  callback add invitation.ics")
            return
        now = app.office.now()
        ahead = looking.look_ahead(listed, candidate.zone, now)
        _say_needs(ahead.needs_user, looking.list_signed_out(app.office, candidate), now)
        _say_moved(listed, looking.list_moved(app.office, candidate))
        if all_:
            timeline.say_days(looking.sort_by_moment(listed), candidate, now)
        else:
            _say_ahead(ahead, candidate, now)
        if looking.list_unfinished(listed):
            printing.tell_not_running(looking.is_running(app.office))
        elif not (all_ and listed):
            tell("Nothing is waiting to be sent.")
            tell("  callback add invitation.ics")


def _say_needs(needing: Sequence[Listed], signed_out: Sequence[Mailbox], now: datetime) -> None:
    """Print what needs the user, each with its one next command; mails that share it are one."""
    groups: dict[tuple[str, str], list[Listed]] = {}
    for each in needing:
        command = needs.next_command(each.follow_up, only_first=True) or ""
        groups.setdefault((timeline.describe_shortly(each, now), command), []).append(each)
    rows = [
        (f"  {mailbox.address}", "is signed out", f"callback connect {mailbox.provider}")
        for mailbox in signed_out
    ]
    rows += [(f"  {_name(mails)}", what, command) for (what, command), mails in groups.items()]
    if not rows:
        return
    say("Needs you")
    width = columns.find_width()
    widths = columns.fit(rows, width, {0: _WHO_LEAST})
    if width is not None and columns.measure_row(widths) > width:
        for who, what, command in rows:
            say(f"{columns.shorten(who, max(_WHO_LEAST, width - len(what) - 2))}  {what}")
            say(f"      {command}")
    else:
        for line in columns.align(rows, widths):
            say(line)
    say()


def _say_moved(listed: Sequence[Listed], moved: dict[int, str]) -> None:
    """Print why mails go at another time than the user last saw, before the times themselves."""
    lines = [
        f"  f{each.follow_up.id} to {each.follow_up.to_name}: {moved[each.follow_up.id]}"
        for each in listed
        if each.follow_up.id in moved
    ]
    if not lines:
        return
    say("Moved")
    for line in lines:
        say(columns.wrap(line, hanging="      "))
    say()


def _name(mails: Sequence[Listed]) -> str:
    """Name mails that need the same: the one, those of an interview, or how many there are."""
    first = mails[0]
    if len(mails) == 1:
        return f"f{first.follow_up.id} to {first.follow_up.to_name}"
    if len({each.follow_up.interview_id for each in mails}) > 1:
        return f"{len(mails)} mails"
    return f"i{first.follow_up.interview_id} {first.company}, {len(mails)} mails"


def _say_ahead(ahead: looking.Timeline, candidate: Candidate, now: datetime) -> None:
    timeline.say_days(ahead.coming, candidate, now)
    last = f"{ahead.last_day.day} {MONTHS[ahead.last_day.month - 1]}"
    if not ahead.coming and (ahead.later or ahead.without_time):
        say(f"Nothing goes out until {last}.")
    counted = [
        (len(ahead.later), f"after {last}"),
        (len(ahead.without_time), "without a time"),
        (len(ahead.sent_lately), "sent since yesterday"),
    ]
    told = ", ".join(f"{count} {what}" for count, what in counted if count)
    if told:
        say(columns.wrap(f"Not shown: {told}.  callback list --all", hanging="  "))
