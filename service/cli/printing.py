"""Prints: fixed words for every outcome, data on stdout, everything else on stderr."""

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from service import timing
from service.errors import BadInput, ServiceError
from service.outbox import Listed
from service.records import Candidate, FollowUp, Mailbox, Slot
from service.states import State, WaitingFor

_WIDEST = 92
"""How wide a mail is shown on a terminal, at most."""

WAITING = {
    WaitingFor.WORDS: "waits for your words",
    WaitingFor.INTERVIEW: "waits for your word that the interview took place",
    WaitingFor.ADDRESS: "waits for an address",
    WaitingFor.CORRECTION: "needs a correction",
    WaitingFor.ACCEPTANCE: "needs your decision",
    WaitingFor.APPROVAL: "waits for your approval",
    WaitingFor.NEW_SLOT: "its time has passed",
    WaitingFor.MAILBOX: "waits for a mailbox",
    WaitingFor.USER: "paused",
}
_SAID_AFTERWARDS = (WaitingFor.WORDS, WaitingFor.INTERVIEW)
NEXT_COMMAND = {
    WaitingFor.WORDS: "callback debrief i{interview}",
    WaitingFor.INTERVIEW: "callback debrief i{interview}",
    WaitingFor.ADDRESS: "callback debrief i{interview}",
    WaitingFor.CORRECTION: "callback preview f{id}, then callback edit f{id}",
    WaitingFor.ACCEPTANCE: "callback preview f{id}, then callback edit f{id} or accept",
    WaitingFor.APPROVAL: "callback approve f{id}",
    WaitingFor.NEW_SLOT: 'callback move f{id} "tomorrow 9:30", or callback stop f{id}',
    WaitingFor.MAILBOX: (
        "callback connect gmail, or callback connect outlook; "
        "of several connected: add it again with --mailbox ADDRESS"
    ),
    WaitingFor.USER: "callback approve f{id}",
}


def say(text: str = "") -> None:
    """Print one line of data."""
    print(text)  # noqa: T201 - the one place that prints


def tell(text: str = "") -> None:
    """Print one line of progress or advice, beside the data."""
    print(text, file=sys.stderr)  # noqa: T201 - the same


def say_json(value: Any) -> None:
    """Print one JSON value."""
    say(json.dumps(value, ensure_ascii=False, indent=2, default=_to_json))


def complain(error: ServiceError) -> None:
    """Print what went wrong, every problem on its own line, and what to type next."""
    tell(error.message)
    for problem in error.problems if isinstance(error, BadInput) else ():
        tell(f"  - {problem}")
    if error.hint:
        tell(f"  {error.hint}")


def tell_not_running(is_running: bool) -> None:
    """Say so when nothing is running that would send."""
    if not is_running:
        tell("Nothing is running that would send. Start it:  callback run")


def describe_state(follow_up: FollowUp) -> str:
    """Return the state in words for people."""
    if follow_up.state is State.HELD and follow_up.waiting_for is not None:
        return WAITING[follow_up.waiting_for]
    if follow_up.state is State.SCHEDULED and follow_up.last_error:
        return f"scheduled, tried {follow_up.tries} times"
    if follow_up.state is State.UNCONFIRMED:
        return "unconfirmed: did it go?"
    return str(follow_up.state)


def next_command(follow_up: FollowUp) -> str | None:
    """Return what to type so that this mail goes on, None when nothing is needed."""
    if follow_up.state is State.UNCONFIRMED:
        return (
            f"look in Sent, then: callback sent f{follow_up.id}, "
            f"or callback not-sent f{follow_up.id}"
        )
    if follow_up.state is State.FAILED:
        return f"callback show f{follow_up.id}, then callback retry f{follow_up.id}"
    if follow_up.waiting_for is None:
        return None
    template = NEXT_COMMAND[follow_up.waiting_for]
    return template.format(id=follow_up.id, interview=follow_up.interview_id)


def say_slot(slot: Slot, user_zone: str, city: str | None = None) -> None:
    """Print when a mail goes out, in both zones, and why then."""
    say(f"Goes out  {timing.describe(slot, user_zone=user_zone, city=city)}")
    for reason in slot.reasons:
        say(f"          {reason}")
    for warning in slot.warnings:
        say(f"          ! {warning}")


def name_mailbox(mailbox: Mailbox | None) -> str:
    """Return the mailbox a mail goes from, in words."""
    if mailbox is None:
        return "no mailbox yet"
    if mailbox.provider == "local":
        return f"{mailbox.address} (kept on this computer, sent to nobody)"
    return f"{mailbox.address} ({mailbox.provider})"


def indent(text: str) -> str:
    """Set a mail's text off from what stands around it; a terminal gets its lines wrapped."""
    if not sys.stdout.isatty():
        return textwrap.indent(text, "  ", lambda line: bool(line.strip()))
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    wrapped = (
        textwrap.fill(line, width, initial_indent="  ", subsequent_indent="  ")
        for line in text.splitlines()
    )
    return "\n".join(wrapped)


def say_rows(rows: Iterable[Sequence[str]]) -> None:
    """Print rows with aligned columns."""
    table = [list(row) for row in rows]
    if not table:
        return
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())


def say_list(listed: Sequence[Listed], candidate: Candidate, now: datetime) -> None:
    """Print one line a mail: id, when, to whom, company, state."""
    rows = []
    for each in listed:
        follow_up = each.follow_up
        state = describe_state(follow_up)
        if follow_up.waiting_for in _SAID_AFTERWARDS and each.over_at > now:
            over = timing.describe_moment(each.over_at, candidate.zone, user_zone=candidate.zone)
            state = f"waits for the interview, until {over}"
        rows.append(
            (
                f"f{follow_up.id}",
                _say_when(each, candidate),
                follow_up.to_name,
                each.company,
                state,
            )
        )
    say_rows(rows)


def _say_when(listed: Listed, candidate: Candidate) -> str:
    """Say when it went, or when it goes out; on the reader's clock and the user's."""
    follow_up = listed.follow_up
    if follow_up.slot is None:
        return "-"
    moment = follow_up.sent_at or follow_up.slot.at
    return timing.describe_moment(
        moment, follow_up.slot.zone, user_zone=candidate.zone, city=listed.city
    )


def as_json(listed: Listed) -> dict[str, Any]:
    """Return what `--json` shows of one mail."""
    follow_up = listed.follow_up
    return {
        "id": f"f{follow_up.id}",
        "interview": f"i{follow_up.interview_id}",
        "state": follow_up.state,
        "waiting_for": follow_up.waiting_for,
        "to": {"name": follow_up.to_name, "address": follow_up.to_address},
        "from": listed.mailbox,
        "company": listed.company,
        "role": listed.role,
        "goes_out_at": follow_up.slot.at if follow_up.slot else None,
        "zone": follow_up.slot.zone if follow_up.slot else None,
        "reasons": list(follow_up.slot.reasons) if follow_up.slot else [],
        "subject": follow_up.subject,
        "sent_at": follow_up.sent_at,
        "proof": follow_up.proof,
        "tries": follow_up.tries,
        "last_error": follow_up.last_error,
    }


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
