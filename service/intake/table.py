"""A folder of files to add, as a table: for each what would become of it, or why nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from service.errors import BadInput
from service.intake.files import read_file
from service.intake.invitation import Invitation
from service.intake.kinds import LARGEST
from service.intake.submission import Submission
from service.records import Interview, Person


class Outcome(StrEnum):
    """What comes of a file."""

    INTERVIEW = "interview"
    """It can be added; what is unclear is asked."""
    ASKS = "asks"
    """It can be added once its time zone is given."""
    CANCELS = "cancels"
    """It stops what is pending."""
    REFUSED = "refused"
    """It is no interview; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the table."""

    file: str
    outcome: Outcome
    text: str


def describe_folder(
    paths: Iterable[Path], own_addresses: frozenset[str], now: datetime | None
) -> list[Row]:
    """Return a row for each of `paths`, in order. With `now` None the years are not judged."""
    return [_describe_file(path, own_addresses, now) for path in paths]


def _describe_file(path: Path, own_addresses: frozenset[str], now: datetime | None) -> Row:
    try:
        if path.stat().st_size > LARGEST:
            return Row(path.name, Outcome.REFUSED, "is larger than 5 MB.")
        read = read_file(path.name, path.read_bytes(), own_addresses, now)
    except BadInput as error:
        text = " ".join((error.message.removeprefix(f"{path.name} "), *error.problems))
        return Row(path.name, Outcome.REFUSED, text)
    except OSError as error:
        return Row(path.name, Outcome.REFUSED, f"cannot be opened: {error.strerror}.")
    if isinstance(read, Submission):
        return Row(path.name, Outcome.INTERVIEW, _describe_interview(read.interview))
    return _describe_invitation(path.name, read)


def _describe_invitation(file_name: str, invitation: Invitation) -> Row:
    said = list(invitation.notes)
    if invitation.zone_hint and invitation.interview is None:
        said.append(f"Perhaps {invitation.zone_hint}.")
    if invitation.method == "CANCEL":
        return Row(file_name, Outcome.CANCELS, " ".join(said))
    if invitation.interview is None:
        return Row(file_name, Outcome.ASKS, " ".join(said))
    parts = [_describe_interview(invitation.interview)]
    if invitation.left_out:
        parts.append(
            "left out: " + ", ".join(f"{name} ({reason})" for name, reason in invitation.left_out)
        )
    if invitation.unclear:
        parts.append("to ask: " + ", ".join(invitation.unclear))
    return Row(file_name, Outcome.INTERVIEW, " ".join(["; ".join(parts) + ".", *said]))


def _describe_interview(interview: Interview) -> str:
    times = ", ".join(
        f"{talk.starts_at.astimezone(ZoneInfo(talk.zone)):%a %d %b %Y %H:%M}"
        f"-{talk.ends_at.astimezone(ZoneInfo(talk.zone)):%H:%M} {talk.zone}"
        for talk in interview.talks
    )
    parts = [times]
    for name, value in (("company", interview.company), ("role", interview.role)):
        if value:
            parts.append(f"{name} {value}{' (a guess)' if name in interview.guesses else ''}")
    open_ones = [_show(p) for p in interview.people if p.is_met is not False]
    unticked = [_show(p) for p in interview.people if p.is_met is False]
    if open_ones:
        parts.append("to tick: " + ", ".join(open_ones))
    if unticked:
        parts.append("unticked: " + ", ".join(unticked))
    return "; ".join(parts)


def _show(person: Person) -> str:
    return f"{person.name} ({person.note})" if person.note else person.name
