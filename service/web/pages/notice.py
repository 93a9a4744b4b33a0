"""What a page says at its top after something was done, with the way back where there is one.

It comes with the address that a change goes back to: which mail, what was done, where it was. What
it says is of the mail as it stands, so that an old address promises nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request

from service.actions import finding, wording
from service.errors import ServiceError
from service.outbox import Listed
from service.states import State
from service.web.entering import Visit
from service.web.pages import showing


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and the form that takes back what it tells of."""

    message: str
    mail_id: int | None = None
    undo: str = ""
    """The step that takes it back; empty where nothing can."""
    version: int = 0
    when: str = ""
    """The time to move back to, on the reader's clock."""


def write_address(back: str, did: str, follow_up_id: int, was: datetime | None = None) -> str:
    """Return the address to go back to after `did` was done; `was` is the slot before it."""
    query = {"did": did, "mail": str(follow_up_id)}
    if was is not None:
        query["was"] = was.isoformat()
    return f"{back}?{urlencode(query)}"


def read_notice(request: Request, visit: Visit) -> Notice | None:
    """Return what to say at the top of a page; None when nothing was done just now."""
    did, mail = request.query_params.get("did", ""), request.query_params.get("mail", "")
    if did in _PLAIN:
        return Notice(_PLAIN[did])
    if not did or not mail.isdecimal():
        return None
    try:
        (found,) = finding.find(visit.app.office, visit.candidate, mail).follow_ups
        listed = wording.look(visit.app.office, found).listed
    except ServiceError:
        return None
    return _tell(did, listed, visit, request.query_params.get("was", ""))


def _tell(did: str, listed: Listed, visit: Visit, was: str) -> Notice | None:
    mail, now = listed.follow_up, visit.app.office.now()
    name = mail.to_name
    when = showing.describe_when(mail, visit.candidate, listed.city)
    is_scheduled = mail.state is State.SCHEDULED
    goes = f"it goes out {when}" if is_scheduled else showing.describe(listed, now).lower()
    if did == "stop" and mail.state is State.STOPPED:
        return Notice(f"The mail to {name} is stopped.", mail.id, "undo-stop", mail.version)
    if did == "stop" and mail.state is State.SENDING:
        return Notice(f"The mail to {name} is being sent; it is stopped if it still can be.")
    if did == "move" and mail.slot is not None:
        back = _read_moment(was, mail.slot.zone)
        undo = "move" if back else ""
        return Notice(f"The mail to {name} is moved: {goes}.", mail.id, undo, mail.version, back)
    if did == "send-now" and is_scheduled:
        message = f"The mail to {name} goes out in a moment."
        return Notice(message, mail.id, "stop", mail.version)
    if did == "approve" and is_scheduled:
        return Notice(f"Approved: {goes}, to {name}.", mail.id, "pause", mail.version)
    if did == "edit":
        return Notice(f"Saved. The mail to {name}: {goes}.")
    if did in _TOLD:
        return Notice(f"The mail to {name}: {goes}.")
    return None


def _read_moment(text: str, zone: str) -> str:
    """Return an instant on the clock of a zone as a field takes it; empty when it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
    except (ValueError, OverflowError):
        return ""


_TOLD = frozenset({"undo-stop", "pause", "retry", "sent", "not-sent", "accept"})
_PLAIN = {
    "added": "Added. Tell how it went when the interview is over.",
    "scheduled": "All set. You can look away now; nothing goes out before its time.",
    "cancelled": "Noted: it did not take place. Nothing is sent.",
    "introduced": "Nice to meet you.",
    "connected": "Connected. Your mails go out from your own mailbox.",
    "disconnected": "Disconnected. The sign-in is forgotten here.",
    "tested": "A test mail is on its way to you.",
}
