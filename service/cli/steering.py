"""A mail's life: move, approve, pause, stop, restore, retry, settle, send now."""

import itertools
from collections.abc import Callable
from typing import Annotated

import typer

from service import timing
from service.actions import finding, looking, steering
from service.actions.office import Office
from service.cli import printing
from service.cli.flags import Id
from service.cli.printing import say
from service.cli.session import opened
from service.errors import ServiceError, WrongState
from service.records import Candidate, FollowUp
from service.states import State


def move(
    context: typer.Context,
    mail: Id,
    when: Annotated[str, typer.Argument(help='"2026-12-09 10:00", "tomorrow 10:00", "in 2 hours"')],
) -> None:
    """Give a mail another time, on the reader's clock."""
    positions = itertools.count()

    def act(office: Office, candidate: Candidate, follow_up: FollowUp) -> FollowUp:
        return steering.move(office, candidate, follow_up, when, position=next(positions))

    _steer(context, mail, act, "moved", only=(State.HELD, State.SCHEDULED))


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
    _steer(context, mail, steering.mark_not_sent, "scheduled again", only=(State.UNCONFIRMED,))


def send_now(context: typer.Context, mail: Id) -> None:
    """Send a mail in 20 seconds; until then callback stop ends it."""
    _steer(context, mail, steering.send_now, "goes out in 20 seconds; callback stop ends it")


def _steer(
    context: typer.Context,
    typed: str,
    act: Callable[[Office, Candidate, FollowUp], FollowUp],
    done: str,
    *,
    only: tuple[State, ...] = (),
) -> None:
    """Do one thing to the mail, or to those of the interview's mails to which it can be done.

    Of an interview the mails in other states are passed over; a single mail is told why not.
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
            _say_done(after, done, candidate)
            is_scheduled = is_scheduled or after.state is State.SCHEDULED
        if is_scheduled:
            printing.tell_not_running(looking.is_running(app.office))
        if failures:
            for failure in failures[:-1]:
                printing.complain(failure)
            raise failures[-1]


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
