"""A mail's life: move, approve, pause, stop, restore, retry, settle, send now."""

import itertools
from collections.abc import Callable
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from service import timing
from service.actions import finding, looking, needs, steering
from service.actions.office import Office
from service.cli import printing
from service.cli.flags import Id
from service.cli.printing import say
from service.cli.session import opened
from service.errors import ServiceError, WrongState
from service.records import Candidate, FollowUp, Slot
from service.states import State
from service.timing.words import name_day, name_zone


def move(
    context: typer.Context,
    mail: Id,
    when: Annotated[
        list[str],
        typer.Argument(
            help='"tomorrow 10:00", "friday 9:30", "in 2 hours", "2026-12-09 10:00"; '
            "also in German, French, Spanish and Japanese",
            metavar="WHEN",
        ),
    ],
) -> None:
    """Give a mail another time, on the reader's clock."""
    positions = itertools.count()
    typed = " ".join(when)

    def act(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
        moved = steering.move(office, candidate, follow_up, typed, position=next(positions))
        _say_moved(office, candidate, follow_up, moved)
        return moved

    _steer(context, mail, act, None, only=(State.HELD, State.SCHEDULED))


def approve(context: typer.Context, mail: Id) -> None:
    """Let a held mail go out."""
    _steer(context, mail, steering.approve, "scheduled", only=(State.HELD,))


def pause(context: typer.Context, mail: Id) -> None:
    """Hold a mail until you approve it again."""
    _steer(
        context,
        mail,
        lambda office, _candidate, follow_up: steering.pause(office, follow_up),
        "paused",
        only=(State.HELD, State.SCHEDULED),
    )


def stop(context: typer.Context, mail: Id) -> None:
    """Stop a mail: it is not sent."""
    _steer(
        context,
        mail,
        lambda office, _candidate, follow_up: steering.stop(office, follow_up),
        "stopped",
        only=(State.HELD, State.SCHEDULED, State.FAILED, State.SENDING),
    )


def restore(context: typer.Context, mail: Id) -> None:
    """Take a stopped mail back."""
    _steer(
        context,
        mail,
        lambda office, _candidate, follow_up: steering.restore(office, follow_up),
        "restored; callback approve lets it go out",
        only=(State.STOPPED,),
    )


def retry(context: typer.Context, mail: Id) -> None:
    """Try a failed mail again."""
    _steer(context, mail, steering.retry, "scheduled again", only=(State.FAILED,))


def sent(context: typer.Context, mail: Id) -> None:
    """Say that a mail went: you saw it in Sent, or sent it yourself."""
    _steer(
        context,
        mail,
        lambda office, _candidate, follow_up: steering.mark_sent(office, follow_up),
        "noted as sent",
    )


def not_sent(context: typer.Context, mail: Id) -> None:
    """Say that an unconfirmed mail did not go: it is scheduled again."""
    _steer(
        context,
        mail,
        lambda office, _candidate, follow_up: steering.mark_not_sent(office, follow_up),
        "scheduled again",
        only=(State.UNCONFIRMED,),
    )


def send_now(context: typer.Context, mail: Id) -> None:
    """Send a mail in 20 seconds; until then callback stop ends it."""
    _steer(context, mail, steering.send_now, "goes out in 20 seconds; callback stop ends it")


def _steer(
    context: typer.Context,
    typed: str,
    act: Callable[[Office, Candidate, FollowUp], FollowUp],
    done: str | None,
    *,
    only: tuple[State, ...] = (),
) -> None:
    """Do one thing to the mail, or to those of the interview's mails to which it can be done.

    Of an interview the mails in other states are passed over; a single mail is told why not. What
    was done is said here, unless `done` is None: then `act` says it.
    """
    with opened(context) as app:
        candidate = app.office.candidate()
        found = finding.find(app.office, candidate, typed)
        chosen = [
            each
            for each in found.follow_ups
            if len(found.follow_ups) == 1 or not only or each.state in only
        ]
        if not chosen:
            raise WrongState(
                f"No mail of i{found.interview_id} can be changed this way now.", "callback list"
            )
        failures: list[ServiceError] = []
        is_scheduled = False
        for follow_up in chosen:
            try:
                after = act(app.office, candidate, follow_up)
            except ServiceError as error:
                failures.append(error)
                continue
            if done is not None:
                _say_done(after, done, candidate)
            is_scheduled = is_scheduled or after.state is State.SCHEDULED
        if is_scheduled:
            printing.tell_not_running(looking.is_running(app.office))
        if failures:
            for failure in _drop_repeated(failures):
                printing.complain(failure)
            raise failures[-1]


def _drop_repeated(failures: list[ServiceError]) -> list[ServiceError]:
    """Return all but the last, and what the last says not twice: a wrong time is so for all."""
    last = failures[-1]
    said = {str(each): each for each in failures if str(each) != str(last)}
    return list(said.values())


def _say_moved(office: Office, candidate: Candidate, before: FollowUp, after: FollowUp) -> None:
    """Print the new time and the former one in full, in both zones, and how to go back to it."""
    is_held_now = before.state is State.SCHEDULED and after.state is State.HELD
    outcome = f"moved; {printing.describe_state(after)}" if is_held_now else "moved"
    say(f"f{after.id} to {after.to_name}: {outcome}")
    city = looking.show(office, candidate, after).listed.city
    if after.slot is not None:
        verb = "goes out" if after.state is State.SCHEDULED else "held; would go out"
        say(f"  {verb} {_tell_fully(after.slot, candidate, city)}")
        for warning in after.slot.warnings:
            say(f"  ! {warning}")
    if (before.subject, before.body) != (after.subject, after.body):
        say(f"  Its words for the day have changed with it:  callback preview f{after.id}")
    if is_held_now and (command := needs.next_command(after)):
        say(f"  Next:  {command}")
    if before.slot is not None and before.slot.at > office.now():
        say(f"  It was {_tell_fully(before.slot, candidate, city)}")
        say(f'  Back to that:  callback move f{after.id} "{_write(before.slot)}"')


def _tell_fully(slot: Slot, candidate: Candidate, city: str | None) -> str:
    """Say a slot with its year, and always whose clock is read: the reader's, then the user's."""
    there, here = (slot.at.astimezone(ZoneInfo(zone)) for zone in (slot.zone, candidate.zone))
    line = (
        f"{name_day(there)} {there.year} {there:%H:%M} in {city or name_zone(slot.zone, slot.at)}"
    )
    if slot.zone == candidate.zone:
        return line
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        own = "the same"
    else:
        own = f"{here:%H:%M}" if here.date() == there.date() else f"{name_day(here)} {here:%H:%M}"
    return f"{line} ({own} for you in {name_zone(candidate.zone, slot.at)})"


def _write(slot: Slot) -> str:
    """Return a slot as `move` reads it; an hour that the clocks show again with its offset."""
    local = slot.at.astimezone(ZoneInfo(slot.zone))
    return f"{local:%Y-%m-%d %H:%M}{local:%z}" if local.fold else f"{local:%Y-%m-%d %H:%M}"


def _say_done(follow_up: FollowUp, done: str, candidate: Candidate) -> None:
    is_held_still = done.startswith("scheduled") and follow_up.state is State.HELD
    outcome = printing.describe_state(follow_up) if is_held_still else done
    say(f"f{follow_up.id} to {follow_up.to_name}: {outcome}")
    if follow_up.state is State.SENDING and follow_up.stop_asked_at:
        say("  It is being sent right now; it is stopped if it still can be. callback list tells.")
    if follow_up.state in (State.SCHEDULED, State.HELD) and follow_up.slot is not None:
        verb = "goes out" if follow_up.state is State.SCHEDULED else "held; would go out"
        say(f"  {verb} {timing.describe(follow_up.slot, user_zone=candidate.zone)}")
        for warning in follow_up.slot.warnings:
            say(f"  ! {warning}")
