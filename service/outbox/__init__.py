"""The queue: every transition of a follow-up, each one guarded UPDATE plus one event row.

Functions take the connection of the caller's `write()` and never commit. A transition whose guard
finds no row raises `WrongState` and leaves nothing behind. Those out of `sending` name the attempt
that holds the follow-up: a late answer of an attempt that lost it changes nothing but that attempt.
"""

from service.outbox.attempts import (
    Attempt,
    announce,
    end_attempt,
    find_earlier_draft,
    find_open,
    forget_draft,
    list_attempts,
    list_written,
    look_again_at,
    note_draft,
    outdate_draft,
)
from service.outbox.changes import adopt_text, ask_stop, move, readdress, write_text
from service.outbox.guarded import TRANSITIONS
from service.outbox.queries import (
    Event,
    Listed,
    count_states,
    find_due,
    find_mailboxes_with_work,
    find_next_wake,
    get,
    list_events,
    list_follow_ups,
    list_scheduled,
    list_slots,
)
from service.outbox.transitions import (
    add,
    claim,
    confirm,
    disprove,
    hold,
    lose,
    postpone,
    refuse,
    release,
    restore,
    retry,
    schedule,
    stop,
)

__all__ = [
    "TRANSITIONS",
    "Attempt",
    "Event",
    "Listed",
    "add",
    "adopt_text",
    "announce",
    "ask_stop",
    "claim",
    "confirm",
    "count_states",
    "disprove",
    "end_attempt",
    "find_due",
    "find_earlier_draft",
    "find_mailboxes_with_work",
    "find_next_wake",
    "find_open",
    "forget_draft",
    "get",
    "hold",
    "list_attempts",
    "list_events",
    "list_follow_ups",
    "list_scheduled",
    "list_slots",
    "list_written",
    "look_again_at",
    "lose",
    "move",
    "note_draft",
    "outdate_draft",
    "postpone",
    "readdress",
    "refuse",
    "release",
    "restore",
    "retry",
    "schedule",
    "stop",
    "write_text",
]
