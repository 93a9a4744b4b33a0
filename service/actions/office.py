"""What every action works with, gathered once by `service.app`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from service import interviews
from service.clock import Clock
from service.database import Database
from service.errors import NotFound
from service.mailboxes import Mailboxes
from service.records import Candidate, Place
from service.timing import Policy


@dataclass(frozen=True, slots=True)
class Office:
    """Database, clock, mailboxes, the settings that actions need, and where owners hold locks.

    `off` gives the checks that are switched off; it raises `BadConfiguration` for an unknown one.
    With `is_approval_required` nothing is scheduled but by the user's own word.
    """

    database: Database
    clock: Clock
    mailboxes: Mailboxes
    policy: Policy
    off: Callable[[], frozenset[str]]
    owners: Path | None
    is_approval_required: bool = False

    def now(self) -> datetime:
        """Return the present moment of the service's clock."""
        return self.clock.now()

    def find_candidate(self) -> Candidate | None:
        """Return the candidate, or None before first use."""
        with self.database.read() as connection:
            return interviews.find_candidate(connection)

    def candidate(self) -> Candidate:
        """Return the candidate.

        Raises:
            NotFound: nobody has said yet who they are.

        """
        found = self.find_candidate()
        if found is None:
            raise NotFound("You have not said yet who you are.", "callback connect gmail")
        return found

    def find_place(self, candidate: Candidate, company: str) -> Place | None:
        """Return where this company's readers were said to be the last time, or None."""
        if candidate.id is None:
            return None
        with self.database.read() as connection:
            return interviews.find_place(connection, candidate.id, company)

    def save_candidate(self, candidate: Candidate) -> Candidate:
        """Store who the candidate is: at first use, or what has changed."""
        known = self.find_candidate()
        if known is not None and candidate.id is None:
            candidate = replace(candidate, id=known.id)
        with self.database.write("candidates") as connection:
            return interviews.save_candidate(connection, candidate, at=self.now())


def turn_of(candidate_id: int) -> str:
    """Return the turn in which everything is written that a candidate says of interviews."""
    return f"candidate {candidate_id}"


def id_of(candidate: Candidate) -> int:
    """Return the id of a stored candidate."""
    assert candidate.id is not None  # noqa: S101 - it came from the database
    return candidate.id
