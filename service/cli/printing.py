"""Prints: fixed words for every outcome, data on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from service import timing
from service.actions import needs
from service.cli import columns
from service.errors import BadInput, ServiceError
from service.outbox import Listed
from service.records import FollowUp, Mailbox, Slot
from service.states import State

_MARGIN = " " * len("Goes out  ")


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
        return needs.WAITING[follow_up.waiting_for]
    if follow_up.state is State.SCHEDULED and follow_up.last_error:
        return f"scheduled, {count_tries(follow_up)}"
    if follow_up.state is State.UNCONFIRMED:
        return "unconfirmed: did it go?"
    return str(follow_up.state)


def count_tries(follow_up: FollowUp) -> str:
    """Say how often it was tried to send a mail."""
    return "tried once" if follow_up.tries == 1 else f"tried {follow_up.tries} times"


def say_slot(
    slot: Slot, user_zone: str, city: str | None = None, *, label: str = "Goes out"
) -> None:
    """Print when a mail goes out, in both zones, and why then."""
    when = timing.describe(slot, user_zone=user_zone, city=city)
    say(columns.wrap(when, f"{label:<{len(_MARGIN)}}", _MARGIN))
    for reason in slot.reasons:
        say(columns.wrap(reason, _MARGIN))
    for warning in slot.warnings:
        say(columns.wrap(f"! {warning}", _MARGIN, f"{_MARGIN}  "))


def name_mailbox(mailbox: Mailbox | None) -> str:
    """Return the mailbox a mail goes from, in words."""
    if mailbox is None:
        return "no mailbox yet"
    if mailbox.provider == "local":
        return f"{mailbox.address} (kept on this computer, sent to nobody)"
    return f"{mailbox.address} ({mailbox.provider})"


def indent(text: str) -> str:
    """Set a mail's text off from what stands around it; a terminal gets its lines wrapped."""
    return "\n".join(columns.wrap(line, "  ") if line.strip() else "" for line in text.splitlines())


def say_rows(rows: Iterable[Sequence[str]]) -> None:
    """Print rows with aligned columns."""
    table = list(rows)
    for line in columns.align(table, columns.fit(table, None, {})):
        say(line)


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
        "warnings": list(follow_up.slot.warnings) if follow_up.slot else [],
        "subject": follow_up.subject,
        "sent_at": follow_up.sent_at,
        "proof": follow_up.proof,
        "tries": follow_up.tries,
        "next_try_at": follow_up.next_try_at if follow_up.state is State.SCHEDULED else None,
        "last_error": follow_up.last_error,
    }


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
