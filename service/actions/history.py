"""What happened to a mail, in words for people: one truth for the terminal and the page."""

from service.outbox import Event

_HAPPENED = {
    "submit": "added",
    "compose": "written anew",
    "edit": "edited",
    "answer": "made the answer to a mail",
    "adopt-text": "text taken over from its draft",
    "move": "moved",
    "readdress": "reader or mailbox set",
    "schedule": "scheduled",
    "hold": "held",
    "claim": "sending began",
    "confirm": "sent",
    "postpone": "put off",
    "release": "sending broke off before anything was sent",
    "disprove": "found not sent",
    "refuse": "refused by the provider",
    "lose": "no answer came",
    "doubt": "doubtful whether it went",
    "prove": "proof was seen",
    "retry": "to be tried again",
    "stop": "stopped",
    "ask-stop": "stop asked for",
    "restore": "taken back",
}


def tell(event: Event) -> str:
    """Return what was done, and by whom where that was the user."""
    happened = _HAPPENED.get(event.action, event.action)
    return f"{happened} by you" if event.by == "user" else happened
