"""What a mail waits for in words, and what to type so that it goes on.

One truth for the list, for the mail that is shown, and for what the user is told unasked.
"""

from service.records import FollowUp
from service.states import State, WaitingFor

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
"""What a held mail waits for, in words for people."""

_NEXT: dict[WaitingFor | State, tuple[str, str]] = {
    WaitingFor.WORDS: ("callback debrief i{interview}", ""),
    WaitingFor.INTERVIEW: ("callback debrief i{interview}", ""),
    WaitingFor.ADDRESS: ("callback debrief i{interview}", ""),
    WaitingFor.CORRECTION: ("callback preview f{id}", "{first}, then callback edit f{id}"),
    WaitingFor.ACCEPTANCE: (
        "callback preview f{id}",
        "{first}, then callback edit f{id} or accept",
    ),
    WaitingFor.APPROVAL: ("callback approve f{id}", ""),
    WaitingFor.NEW_SLOT: ('callback move f{id} "tomorrow 9:30"', "{first}, or callback stop f{id}"),
    WaitingFor.MAILBOX: (
        "callback connect gmail",
        (
            "{first}, or callback connect outlook; "
            "of several connected: add it again with --mailbox ADDRESS"
        ),
    ),
    WaitingFor.USER: ("callback approve f{id}", ""),
    State.UNCONFIRMED: (
        "callback show f{id}",
        "look in Sent, then: callback sent f{id}, or callback not-sent f{id}",
    ),
    State.FAILED: ("callback show f{id}", "{first}, then callback retry f{id}"),
}
"""What to type so that a mail goes on: the one next command, and where there is room for all."""


def next_command(follow_up: FollowUp, *, only_first: bool = False) -> str | None:
    """Return what to type so that this mail goes on, None when nothing is needed."""
    templates = _NEXT.get(follow_up.waiting_for or follow_up.state)
    if templates is None:
        return None
    ids = {"id": follow_up.id, "interview": follow_up.interview_id}
    first, whole = templates[0].format(**ids), templates[1]
    return first if only_first or not whole else whole.format(first=first, **ids)
