"""`add`: an invitation, a file or flags become an interview with its mails."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from service import timing
from service.actions import inviting, looking, planning, submitting
from service.actions.office import id_of
from service.app import App
from service.cli import adding_many, asking, clearing, dialogue, facts, outcome, preview, printing
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
    Way,
    Why,
    WhyFor,
    WorkingDays,
    Yes,
)
from service.cli.given import Given, load_answered, read_overrides, show_place
from service.cli.loading import load
from service.cli.printing import say, tell
from service.cli.session import candidate_or_stranger, opened
from service.errors import BadInput
from service.intake import bulk, files, submission, texts
from service.intake.invitation import Invitation
from service.records import Candidate, Interview, Place

_PANEL = "What goes into the mails"
_HOW = "How it is added"


def add(
    context: typer.Context,
    file: Annotated[
        str | None,
        typer.Argument(
            help="An invitation (.ics, .eml), TOML, JSON; many as .csv or .jsonl; - for stdin."
        ),
    ] = None,
    company: Annotated[str | None, typer.Option(help="The company.")] = None,
    role: Annotated[str | None, typer.Option(help="The role.")] = None,
    starts: Annotated[
        str | None, typer.Option(help='Like "yesterday 14:00", where they are.')
    ] = None,
    ends: Annotated[str | None, typer.Option(help='"15:00", or "45 minutes".')] = None,
    where: Annotated[str | None, typer.Option(help="The readers' city.")] = None,
    why: Why = None,
    why_for: WhyFor = None,
    person: Annotated[
        list[str] | None, typer.Option(help='"Name <address>"; repeat for more.')
    ] = None,
    met: Annotated[
        list[str] | None, typer.Option(help="Who of those invited was there; or all.")
    ] = None,
    line: Lines = None,
    form: Forms = None,
    language: Languages = None,
    address: Addresses = None,
    place: Places = None,
    reply: Replies = None,
    agency: Annotated[str | None, typer.Option(help="The agency in between.")] = None,
    representative: Annotated[
        str | None, typer.Option(help='The agency\'s "Name <address>".')
    ] = None,
    me: Annotated[
        str | None, typer.Option(help="Which address on the invitation is yours.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Your name, at first use.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="The mailbox to send from.")] = None,
    at: Annotated[str | None, typer.Option(help='Your own time, like "tomorrow 10:00".')] = None,
    rest_days: RestDaysWay = None,
    earliest: Earliest = None,
    day_off: DaysOff = None,
    working_day: WorkingDays = None,
    example: Annotated[bool, typer.Option("--example", help="Print a TOML file to fill.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, store nothing.")] = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Add an interview: see its mails and when they go out, then schedule them."""
    if example:
        say(submission.render_example())
        return
    given = Given(
        company=company,
        role=role,
        starts=starts,
        ends=ends,
        where=where,
        why=why,
        people=tuple(person or ()),
        met=tuple(met or ()),
        lines=tuple(line or ()),
        addresses=tuple(address or ()),
        places=tuple(place or ()),
        whys=tuple(why_for or ()),
        forms=tuple(form or ()),
        languages=tuple(language or ()),
        replies=tuple(load_answered(each) for each in reply or ()),
        agency=agency,
        representative=representative,
        mailbox=mailbox,
        overrides=read_overrides(rest_days, earliest, day_off, working_day),
    )
    data = b""
    if file is not None:
        given.check()
        data = load(file, "callback add --example prints a file.", most=bulk.LARGEST)
    may_ask = not yes and not json and asking.is_interactive() and file != "-"
    way = Way(is_agreed=yes, may_ask=may_ask, dry_run=dry_run, json=json)
    with opened(context) as app:
        candidate = candidate_or_stranger(app)
        planning.require_mailbox(app.office, candidate, mailbox)
        if file is None or not bulk.is_bulk(data, file):
            _add_one(app, candidate, given, (file, data), me=me, name=name, at=at, way=way)
            return
        if me or at or given != Given(mailbox=mailbox):
            raise BadInput(
                f"{file} holds many interviews: what is said of one must stand in it.",
                "Beside it go --mailbox, --name, --yes, --dry-run and --json.",
            )
        candidate = _name_candidate(candidate, name, may_ask=may_ask)
        adding_many.add(app, candidate, file, data, mailbox, way)


def _add_one(
    app: App,
    candidate: Candidate,
    given: Given,
    file: tuple[str | None, bytes],
    *,
    me: str | None,
    name: str | None,
    at: str | None,
    way: Way,
) -> None:
    """Add one interview; `file` is the path of what was loaded, None where flags say it all."""
    may_ask = way.may_ask
    found = _read(app, candidate, *file, given, me, name, may_ask=may_ask)
    if isinstance(found, Invitation):
        _cancel(app, candidate, found, yes=way.is_agreed, may_ask=may_ask)
        return
    interview, self_name, fixed_at = found
    candidate = _name_candidate(candidate, name or self_name, may_ask=may_ask)
    interview, told = planning.recall(app.office, candidate, interview)
    interview = dialogue.complete(
        interview,
        is_over=interview.ends_at <= app.office.now(),
        may_ask=may_ask,
        find_place=lambda company: app.office.find_place(candidate, company),
    )
    if at is not None:
        fixed_at = timing.parse_when(at, interview.place or _no_place(), app.office.now())
    plan = planning.draw_up(app.office, candidate, interview, fixed_at=fixed_at, told=told)
    if not way.json:
        _show(app, plan, candidate)
    if way.dry_run:
        dialogue.settle_rest_days(app.office, candidate, plan, may_ask=False)
        _say_dry(plan, json=way.json)
        return
    if _is_cancelled(plan):
        return
    shown = plan
    plan = dialogue.settle_rest_days(app.office, candidate, plan, may_ask=may_ask)
    plan = _settle_mailbox(app, candidate, plan, fixed_at, may_ask=may_ask)
    if not way.json and plan.mails != shown.mails:
        preview.say_plan(plan, candidate)
    plan = dialogue.settle_late(plan, may_ask=may_ask)
    outcome.tell_needed(plan, candidate)
    if not _agrees(plan, may_ask=may_ask):
        tell("Nothing was stored.")
        raise typer.Exit(1)
    candidate = candidate if candidate.id else app.office.save_candidate(candidate)
    done = submitting.submit(app.office, candidate, plan)
    outcome.say_submitted(app, candidate, plan, done, json=way.json)
    looking.note_shown(app.office, done.follow_ups if may_ask else ())


def _read(
    app: App,
    candidate: Candidate,
    file: str | None,
    data: bytes,
    given: Given,
    me: str | None,
    name: str | None,
    *,
    may_ask: bool,
) -> tuple[Interview, str | None, datetime | None] | Invitation:
    """Read what is to be added: the interview, the candidate's name on it, a time they fixed.

    A cancellation is returned as the invitation it is.
    """
    now = app.office.now()
    if file is None:
        if may_ask:
            given = facts.ask_facts(given, now)
        elif not given.where or not given.why or not (candidate.name or name):
            _refuse_bare(given, now, has_name=bool(candidate.name or name))
        read = given.submit(now)
        rest = given.without_facts()
        rest.check()
        return rest.lay_over(read.interview), None, read.at
    own = inviting.list_own_addresses(app.office, candidate) | ({me} if me else frozenset())
    place = given.place()
    found = files.read_file(file, data, own, now, place.zone if place else None)
    if isinstance(found, submission.Submission):
        return given.retime(given.lay_over(found.interview), now), None, found.at
    if found.method == "CANCEL":
        return found
    found, self_name, place = clearing.clear_up(found, file, data, own, now, place, may_ask=may_ask)
    for note in found.notes:
        tell(note)
    for left_out, reason in found.left_out:
        tell(f"left out: {left_out}, {reason}")
    assert found.interview is not None  # noqa: S101 - only a cancellation and a missing zone lack it
    interview = replace(found.interview, place=place or found.interview.place)
    if place is not None:
        interview = replace(interview, guesses=interview.guesses - {"place"})
    return given.retime(given.lay_over(interview), now), self_name, None


def _refuse_bare(given: Given, now: datetime, *, has_name: bool) -> None:
    """Raise one error for all that flags alone must say, and nobody can be asked for."""
    problems: tuple[str, ...] = ()
    try:
        is_over = given.submit(now).interview.ends_at <= now
    except BadInput as error:
        problems, is_over = error.problems, True
    if not given.where:
        problems = tuple(each for each in problems if "has no time zone" not in each)
        problems += ("--where: is missing (example: --where London)",)
    if not given.why and is_over and not any("--why" in each for each in problems):
        problems += ("--why: is missing: your own reasons, in whole sentences",)
    if not has_name:
        problems += ("--name: is missing: your name, for the sign-off",)
    if problems:
        raise BadInput("What was given cannot be used.", "callback add --help", problems)


def _name_candidate(candidate: Candidate, name: str | None, *, may_ask: bool) -> Candidate:
    if candidate.name:
        return candidate
    problem = texts.find_problem(name) if name else None
    if problem:
        raise BadInput(f"--name {problem}.", "--name 'Your Name'")
    if not name:
        if not may_ask:
            raise BadInput("Your name is needed, for the sign-off.", "--name 'Your Name'")
        name = asking.ask_until("Your name, as it stands under the mail:")
    return replace(candidate, name=name)


def _no_place() -> Place:
    raise BadInput("A time of your own needs the readers' place.", "--where CITY")


def _settle_mailbox(
    app: App,
    candidate: Candidate,
    plan: planning.Plan,
    fixed_at: datetime | None,
    *,
    may_ask: bool,
) -> planning.Plan:
    """Ask from which of several mailboxes it goes."""
    if plan.mailbox is not None or candidate.id is None:
        return plan
    real = [each for each in app.mailboxes.list(id_of(candidate)) if each.provider != "local"]
    if not real:
        return plan
    if not may_ask:
        tell("Several mailboxes are connected: --mailbox ADDRESS says which it goes from.")
        return plan
    tell("Which mailbox should it go from?")
    number = asking.pick("Number:", [printing.name_mailbox(each) for each in real])
    interview = replace(plan.interview, mailbox=real[number].address)
    return planning.draw_up(app.office, candidate, interview, fixed_at=fixed_at)


def _is_cancelled(plan: planning.Plan) -> bool:
    """Say so when this is about an interview that was cancelled, and the submission is no newer."""
    if plan.stored is None or plan.interview.took_place is not False:
        return False
    tell(f"i{plan.stored.id} was cancelled, or did not take place: nothing is stored.")
    return True


def _show(app: App, plan: planning.Plan, candidate: Candidate) -> None:
    if plan.stored is not None:
        tell(f"This is about i{plan.stored.id}, which you added before.")
        for difference in plan.differences:
            tell(f"  {difference}")
    say(f"Interview {_say_when(plan.interview, candidate)}")
    for guess in sorted(plan.interview.guesses):
        tell(f"guessed, not known: {guess}{_say_guess(plan.interview, guess)}")
    if plan.interview.ends_at > app.office.now():
        tell("It is still to come. The mails are written when you say how it went:")
        tell("  callback debrief")
    preview.say_plan(plan, candidate)
    outcome.tell_missing(plan)


def _say_when(interview: Interview, candidate: Candidate) -> str:
    """Say in full when it was, as it was understood."""
    place = interview.place
    return timing.describe_talk(
        interview.starts_at,
        interview.ends_at,
        interview.zone,
        user_zone=candidate.zone,
        city=place.city if place else None,
    )


def _say_guess(interview: Interview, guess: str) -> str:
    """Show what was guessed, and the flag that says otherwise."""
    place = interview.place
    shown = {
        "company": (interview.company, "--company"),
        "role": (interview.role, "--role"),
        "place": (show_place(place) if place else "", "--where"),
        "ends": (f"{interview.ends_at.astimezone(ZoneInfo(interview.zone)):%H:%M}", "--ends"),
    }
    value, flag = shown.get(guess, ("", ""))
    return f" {value} ({flag} says otherwise)" if value else ""


def _agrees(plan: planning.Plan, *, may_ask: bool) -> bool:
    if not may_ask:
        return True
    ready = sum(mail.waiting_for is None for mail in plan.mails)
    held = len(plan.mails) - ready
    what = f"Schedule {ready} mail{'s' if ready != 1 else ''}" if ready else "Store it"
    return asking.confirm(f"{what}{f', {held} held' if held and ready else ''}?", default=True)


def _say_dry(plan: planning.Plan, *, json: bool) -> None:
    if json:
        mails = [
            {
                "to": {"name": mail.reader.name, "address": mail.reader.address},
                "goes_out_at": mail.slot.at if mail.slot else None,
                "zone": mail.slot.zone if mail.slot else None,
                "reasons": list(mail.slot.reasons) if mail.slot else [],
                "warnings": list(mail.slot.warnings) if mail.slot else [],
                "waiting_for": mail.waiting_for,
                "subject": mail.text.subject,
                "body": mail.text.body,
            }
            for mail in plan.mails
        ]
        printing.say_json({"mails": mails, "choices": outcome.list_choices(plan)})
    tell("Nothing was stored: this was a dry run.")


def _cancel(app: App, candidate: Candidate, found: Invitation, *, yes: bool, may_ask: bool) -> None:
    for note in found.notes:
        tell(note)
    if candidate.id is None:
        tell("It is about no interview that you added; nothing was changed.")
        return
    if not yes and not (may_ask and asking.confirm("Stop its mails?", default=True)):
        tell("Nothing was changed: --yes stops its mails.")
        return
    stopped = submitting.cancel(app.office, candidate, found.keys)
    for follow_up in stopped:
        say(f"f{follow_up.id} to {follow_up.to_name}: stopped")
    if not stopped:
        tell("It is about no interview with unsent mails; nothing was changed.")
