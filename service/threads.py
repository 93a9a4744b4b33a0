"""How the mail that is answered is kept in a column, for people and for follow-ups alike."""

from typing import Any

from service.records import Thread


def write(thread: Thread | None) -> dict[str, Any] | None:
    """Return what is stored; SQL NULL for None is the caller's."""
    if thread is None:
        return None
    return {
        "message_id": thread.message_id,
        "references": list(thread.references),
        "subject": thread.subject,
    }


def read(stored: dict[str, Any] | None) -> Thread | None:
    """Return the thread that was stored."""
    if stored is None:
        return None
    return Thread(stored["message_id"], tuple(stored["references"]), stored["subject"])
