"""One file to add, whatever it is: its content tells which reader takes it, not its name."""

from datetime import datetime

from service.errors import BadInput, BadInvitation
from service.intake import bulk
from service.intake.invitation import Invitation, read_invitation
from service.intake.kinds import Kind, tell_kind
from service.intake.submission import Submission, read_submission


def read_file(
    path: str,
    data: bytes,
    own_addresses: frozenset[str],
    now: datetime | None,
    zone: str | None = None,
) -> Invitation | Submission:
    """Read a calendar, a mail with one, a TOML or a JSON file. `path` "-" is standard input.

    Raise `BadInput` naming the file and what it is instead. `zone` is the user's answer for an
    invitation whose times have none.
    """
    file_name = "Standard input" if path == "-" else path
    kind = tell_kind(data, file_name)
    if kind in {Kind.CALENDAR, Kind.MAIL}:
        return read_invitation(data, file_name, own_addresses, now, zone)
    if file_name.casefold().endswith((".ics", ".eml")):
        raise BadInvitation(
            f"{file_name} is no {file_name[-3:]} file, although its name says so.",
            "Save the invitation again, or give the interview as flags: callback add --help",
        )
    if bulk.is_bulk(data, path):
        raise BadInput(
            f"{file_name} holds many interviews.", f"callback add {path} --dry-run shows them."
        )
    return read_submission(data, file_name, now)
