"""Who reads what: the route from the people of an interview to the readers of its mails.

One mail per reader and one reader per address. Nobody who was met is dropped: whoever cannot be
reached is named in `missing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.records import Interview, Kind, Person


class Form(StrEnum):
    """What kind of mail a reader gets."""

    OWN = "own"
    """The reader is thanked, nobody else."""
    AGENCY = "agency"
    """The representative is thanked and asked to pass on one note for each person in `about`."""
    PASS_ON = "pass-on"  # noqa: S105  (not a password)
    """A colleague is asked to pass on a note for each of the others in `about`; their own thanks
    come first when they are in `about` themselves."""


class What(StrEnum):
    """What only the user can give."""

    ADDRESS = "address"
    """An address, or the name of somebody reachable who passes the mail on."""
    LINE = "line"
    """The user's own line about the talk with this person."""
    REASONS = "reasons"
    """The user's own reasons for wanting to work there; they concern everybody."""
    NAME = "name"
    """How the greeting names this person: an invitation may give no more than an address."""
    LANGUAGE = "language"
    """The user's own text: mails in this person's language cannot be composed."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is needed before a mail is complete.

    `person` is a name (the agency's where nobody there is known), None when it concerns all.
    """

    person: str | None
    what: What


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail to be: who reads it, and whom it thanks, in the order of the interview."""

    reader: Person
    about: tuple[Person, ...]
    form: Form

    @property
    def passed_on(self) -> tuple[Person, ...]:
        """Those whose notes the reader is asked to pass on."""
        return tuple(person for person in self.about if person != self.reader)

    @property
    def noted(self) -> tuple[Person, ...]:
        """Those to whom a note is written in this mail; the representative has the frame."""
        if self.is_users_own:
            return ()
        return self.passed_on if self.form is Form.AGENCY else self.about

    @property
    def is_users_own(self) -> bool:
        """Tell whether the user's own full text for the reader is the whole mail."""
        is_for_reader_alone = self.form is Form.PASS_ON and self.reader in self.about
        return bool(own_body(self.reader)) and not is_for_reader_alone


@dataclass(frozen=True, slots=True)
class Routing:
    """Every reader of an interview, and who cannot be reached."""

    readers: tuple[Reading, ...]
    missing: tuple[Missing, ...] = ()


def own_body(person: Person) -> str:
    """Return the user's own full text for this person, empty when there is none.

    Only its line ends are made ours.
    """
    body = (person.body or "").replace("\r\n", "\n").replace("\r", "\n")
    return body if body.strip() else ""


def route(interview: Interview) -> Routing:
    """Decide who reads what.

    Without an agency everybody met gets their own mail; who has no address is reached through the
    person named in `passed_on_by`, who need not have been met. With an agency all goes to its
    representative, except to those marked direct who have an address. The representative gets a
    mail of their own when they were the one who was met.
    """
    met = _thanked(interview)
    representative = interview.representative
    through_agency = interview.agency is not None or representative is not None
    carried: dict[str, list[Person]] = {}
    carriers: dict[str, Person] = {}
    missing: list[Missing] = []
    for person in met:
        if through_agency and not (person.is_direct and person.address):
            carrier = person if person.kind is Kind.REPRESENTATIVE else representative
            unreachable = carrier.name if carrier else interview.agency or person.name
        else:
            carrier = person if person.address else _named_carrier(interview.people, person)
            unreachable = person.name
        if carrier is None or not carrier.address:
            problem = Missing(unreachable, What.ADDRESS)
            if problem not in missing:
                missing.append(problem)
            continue
        mailbox = carrier.address.casefold()
        carriers.setdefault(mailbox, carrier)
        carried.setdefault(mailbox, []).append(person)
    readings = (_reading(carriers[mailbox], about) for mailbox, about in carried.items())
    return Routing(tuple(readings), tuple(missing))


def _thanked(interview: Interview) -> tuple[Person, ...]:
    """Everybody met, once each."""
    interviewers = [person for person in interview.people if person.kind is Kind.INTERVIEWER]
    met = []
    seen = set()
    for person in interview.people:
        if person.kind is Kind.REPRESENTATIVE:
            # Arranging a talk is not being met; but where there is nobody else, or the user said
            # so, the talk was with the representative.
            is_thanked = person.is_met is True or (not interviewers and person.is_met is None)
        else:
            is_thanked = person.is_met is not False
        identity = (person.key, person.name.casefold())
        if is_thanked and identity not in seen:
            seen.add(identity)
            met.append(person)
    return tuple(met)


def _named_carrier(people: Sequence[Person], person: Person) -> Person | None:
    wanted = (person.passed_on_by or "").strip().casefold()
    if not wanted:
        return None
    return next(
        (p for p in people if p is not person and wanted in {p.name.casefold(), p.key}), None
    )


def _reading(reader: Person, about: Sequence[Person]) -> Reading:
    if tuple(about) == (reader,):
        form = Form.OWN
    elif reader.kind is Kind.REPRESENTATIVE:
        form = Form.AGENCY
    else:
        form = Form.PASS_ON
    return Reading(reader, tuple(about), form)
