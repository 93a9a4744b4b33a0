"""`debrief`: did it take place, whom did you meet, your words; then the mails are scheduled."""

import re
from dataclasses import replace
from typing import Annotated

import typer

from service import interviews
from service.actions import looking, planning, submitting
from service.actions.office import id_of
from service.app import App
from service.cli import asking, dialogue, outcome, preview
from service.cli.flags import (
    Addresses,
    AsJson,
    DaysOff,
    Earliest,
    Forms,
    Languages,
    Lines,
    Places,
    Replies,
    RestDaysWay,
    Why,
    WhyFor,
    WorkingDays,
    Yes,
)
from service.cli.given import Given, load_answered, read_overrides
from service.cli.printing import say, tell
from service.cli.session import opened
from service.errors import BadInput, NotFound, WrongState
from service.records import Candidate, Interview

_ID = re.compile(r"i?(\d{1,9})", re.ASCII | re.IGNORECASE)


def debrief(
    context: typer.Context,
    interview: Annotated[
        str | None, typer.Argument(metavar="INTERVIEW", help="i3; else the first that waits.")
    ] = None,
    took_place: Annotated[
        bool | None, typer.Option("--took-place/--cancelled", help="Did it take place?")
    ] = None,
    met: Annotated[list[str] | None, typer.Option(help="Whom you really met; or all.")] = None,
    line: Lines = None,
    form: Forms = None,
    language: Languages = None,
    address: Addresses = None,
    place: Places = None,
    why: Why = None,
    why_for: WhyFor = None,
    reply: Replies = None,
    rest_days: RestDaysWay = None,
    earliest: Earliest = None,
    day_off: DaysOff = None,
    working_day: WorkingDays = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Say how it went: the mails are written, shown and scheduled."""
    with opened(context) as app:
        may_ask = not yes and not json and asking.is_interactive()
        candidate = app.office.candidate()
        found = _find(app, candidate, interview)
        if found.ends_at > app.office.now():
            raise WrongState(
                f"The interview with {found.company} has not ended yet.",
                "callback debrief asks again when it has.",
            )
        if not json:
            tell(f"i{found.id}  {found.company}{f', {found.role}' if found.role else ''}")
        known = found.took_place if took_place is None else took_place
        if not _ask_took_place(known, may_ask=may_ask):
            _close(app, candidate, found)
            return
        given = Given(
            met=tuple(met or ()),
            lines=tuple(line or ()),
            addresses=tuple(address or ()),
            places=tuple(place or ()),
            whys=tuple(why_for or ()),
            forms=tuple(form or ()),
            languages=tuple(language or ()),
            replies=tuple(load_answered(each) for each in reply or ()),
            why=why,
            overrides=read_overrides(rest_days, earliest, day_off, working_day),
        )
        given.check()
        told = given.lay_over(replace(found, took_place=True))
        told = _complete(told, may_ask=may_ask)
        plan = planning.draw_up(app.office, candidate, told)
        shown = plan
        if not json:
            preview.say_plan(plan, candidate)
            outcome.tell_missing(plan)
        plan = dialogue.settle_rest_days(app.office, candidate, plan, may_ask=may_ask)
        if not json and plan.mails != shown.mails:
            preview.say_plan(plan, candidate)
        plan = dialogue.settle_late(plan, may_ask=may_ask)
        outcome.tell_needed(plan, candidate)
        if may_ask and not asking.confirm(_question(plan), default=True):
            tell("Nothing was stored.")
            raise typer.Exit(1)
        done = submitting.submit(app.office, candidate, plan)
        outcome.say_submitted(app, candidate, plan, done, json=json)
        looking.note_shown(app.office, done.follow_ups if may_ask else ())


def _find(app: App, candidate: Candidate, typed: str | None) -> Interview:
    with app.database.read() as connection:
        if typed is not None:
            match = _ID.fullmatch(typed.strip())
            if match is None:
                raise BadInput(f'"{typed}" is no interview.', "Interviews look like i3.")
            return interviews.get(connection, int(match[1]), candidate_id=id_of(candidate))
        waiting = interviews.list_waiting(connection, id_of(candidate))
    over = [each for each in waiting if each.ends_at <= app.office.now()]
    if not over:
        raise NotFound(
            "No interview waits to be told about.",
            "callback list shows what is coming." if waiting else "callback add invitation.ics",
        )
    return over[0]


def _ask_took_place(took_place: bool | None, *, may_ask: bool) -> bool:
    if took_place is not None:
        return took_place
    if not may_ask:
        raise BadInput("It is not said whether it took place.", "--took-place, or --cancelled")
    return asking.confirm("Did it take place?", default=True)


def _complete(interview: Interview, *, may_ask: bool) -> Interview:
    if may_ask:
        interview = dialogue.ask_people(interview, is_over=True)
        interview = dialogue.ask_addresses(interview)
        return dialogue.ask_words(interview)
    return dialogue.complete(interview, is_over=True, may_ask=False)


def _question(plan: planning.Plan) -> str:
    return "Store these?" if plan.is_approval_required else "Schedule these?"


def _close(app: App, candidate: Candidate, found: Interview) -> None:
    stopped = submitting.note_cancelled(app.office, candidate, found)
    say(f"i{found.id}  noted: it did not take place")
    for follow_up in stopped:
        say(f"f{follow_up.id} to {follow_up.to_name}: stopped")
