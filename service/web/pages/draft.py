"""What stands in the form about an interview, and the interview that it says.

The form of *New* and of *How did it go?* is one. What an invitation said beyond the form (times,
the calendar's ids, how names are read) travels with it as `base`, under a seal, so that only what
this service read comes back.
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from service.errors import BadInput
from service.intake import places, submission
from service.records import Interview, Kind, Person, Place, RestDays

MOST_PEOPLE = 20

_INTERVIEW = TypeAdapter(Interview)
_LABEL = re.compile(r"^people\[(\d+)\]\.(\w+)")
_LABELS = {
    "agency.name": "The agency's name",
    "agency.representative": "Your contact at the agency",
    "agency.email": "The agency contact's address",
    "company": "The company",
    "role": "The role",
    "starts": "When it was",
    "ends": "When it ended",
    "where": "The city",
    "why": "Why you want to work there",
    "people": "Whom you met",
    "mailbox": "The mailbox",
}
_PERSON_FIELDS = {"email": "address", "name": "name", "line": "line"}


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the form. `key` is that of the person it came from, empty for a new one."""

    name: str = ""
    email: str = ""
    line: str = ""
    is_met: bool = True
    key: str = ""
    note: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it."""
        return not (self.name.strip() or self.email.strip() or self.line.strip())


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of the form, as they were typed."""

    company: str = ""
    role: str = ""
    where: str = ""
    starts: str = ""
    ends: str = ""
    why: str = ""
    is_agency: bool = False
    agency: str = ""
    representative: str = ""
    representative_email: str = ""
    people: tuple[Row, ...] = (Row(),)
    rest_days: str = ""
    mailbox: str = ""
    is_agreed: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed yet."""
        return self == Draft()

    def with_row(self) -> "Draft":
        """Return the draft with room for one person more."""
        return replace(self, people=(*self.people, Row())[:MOST_PEOPLE])


def read(form: Mapping[str, Any]) -> Draft:
    """Return what was sent of the form."""

    def text(name: str) -> str:
        value = form.get(name, "")
        return value if isinstance(value, str) else ""

    rows = tuple(
        Row(
            name=text(f"name-{n}"),
            email=text(f"email-{n}"),
            line=text(f"line-{n}"),
            is_met=bool(text(f"met-{n}")),
            key=text(f"key-{n}"),
            note=text(f"note-{n}"),
        )
        for n in range(MOST_PEOPLE)
        if f"name-{n}" in form
    )
    return Draft(
        company=text("company"),
        role=text("role"),
        where=text("where"),
        starts=text("starts"),
        ends=text("ends"),
        why=text("why"),
        is_agency=bool(text("is_agency")),
        agency=text("agency"),
        representative=text("representative"),
        representative_email=text("representative_email"),
        people=rows or (Row(),),
        rest_days=text("rest_days"),
        mailbox=text("mailbox"),
        is_agreed=bool(text("is_agreed")),
    )


def of_interview(interview: Interview, *, unticked: str | None = None) -> Draft:
    """Return the form filled with what is known; `unticked` is an address left without a tick."""
    representative = interview.representative
    rows = tuple(
        _row(person, is_self=unticked is not None and person.address == unticked)
        for person in interview.people
        if person.kind is Kind.INTERVIEWER
    )
    return Draft(
        company=interview.company,
        role=interview.role,
        where=_write(interview.place),
        why=interview.reasons,
        is_agency=interview.agency is not None or representative is not None,
        agency=interview.agency or "",
        representative=representative.name if representative else "",
        representative_email=(representative.address or "") if representative else "",
        people=rows or (Row(),),
        rest_days=interview.overrides.rest_days or "",
        mailbox=interview.mailbox or "",
    )


def to_interview(draft: Draft, base: Interview | None, now: datetime | None) -> Interview:
    """Return the interview that the form says, over what `base` says beyond it.

    With `now` None it may lack words, and how long ago it was is not judged.

    Raises:
        BadInput: with every problem in words of the form.

    """
    try:
        raw = json.dumps(_keys(draft, base)).encode()
        typed = submission.read_submission(raw, "What you typed", now).interview
    except BadInput as error:
        problems = tuple(_say(problem) for problem in error.problems)
        raise BadInput("Something is still missing.", "", problems) from error
    if base is None:
        return typed
    return replace(
        base,
        company=typed.company,
        role=typed.role,
        place=_same_place(draft, base) or typed.place,
        reasons=typed.reasons,
        agency=typed.agency,
        people=_join(draft, typed, base),
        mailbox=typed.mailbox or base.mailbox,
        overrides=replace(base.overrides, rest_days=typed.overrides.rest_days),
        guesses=base.guesses
        - {name for name in ("company", "role") if getattr(typed, name) != getattr(base, name)}
        - ({"place"} if draft.where.strip() else set()),
    )


def seal(interview: Interview, mark: str) -> str:
    """Return an interview as a hidden field carries it, under the mark of this browser."""
    text = _INTERVIEW.dump_json(interview).decode()
    return f"{_sign(text, mark)}.{text}"


def unseal(field: object, mark: str) -> Interview | None:
    """Return the interview of a hidden field; None when there is none, or the seal is not ours."""
    if not isinstance(field, str) or not mark:
        return None
    signature, _, text = field.partition(".")
    if not hmac.compare_digest(signature.encode(), _sign(text, mark).encode()):
        return None
    try:
        return _INTERVIEW.validate_json(text)
    except ValidationError:
        return None


def _row(person: Person, *, is_self: bool) -> Row:
    return Row(
        name=person.name,
        email=person.address or "",
        line=person.line,
        is_met=person.is_met is not False and not is_self,
        key=person.key,
        note="perhaps you?" if is_self else person.note or "",
    )


def _sign(text: str, mark: str) -> str:
    return hmac.new(mark.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def _keys(draft: Draft, base: Interview | None) -> dict[str, Any]:
    """Return the form as the keys of a submission; what is empty is left out."""
    starts, ends = draft.starts, draft.ends
    if base is not None:
        starts, ends = base.starts_at.isoformat(), base.ends_at.isoformat()
    raw: dict[str, Any] = {
        "company": draft.company,
        "role": draft.role,
        "where": "" if base is not None and _same_place(draft, base) else draft.where,
        "starts": starts,
        "ends": ends,
        "why": draft.why,
        "mailbox": draft.mailbox,
        "people": [
            {
                key: value
                for key, value in (
                    ("name", row.name),
                    ("email", row.email.strip()),
                    ("line", row.line),
                    ("met", row.is_met),
                )
                if value != ""
            }
            for row in draft.people
            if not row.is_blank
        ],
    }
    if draft.rest_days in tuple(RestDays):
        raw["timing"] = {"rest_days": draft.rest_days}
    if draft.is_agency:
        raw["agency"] = {
            "name": draft.agency,
            "representative": draft.representative,
            "email": draft.representative_email.strip(),
        }
        raw["agency"] = {key: value for key, value in raw["agency"].items() if value}
    return {key: value for key, value in raw.items() if value not in ("", [])}


def _join(draft: Draft, typed: Interview, base: Interview) -> tuple[Person, ...]:
    """Return the people of the form with what the base knows of each beyond it."""
    known = {person.key: person for person in base.people}
    rows = [row for row in draft.people if not row.is_blank]
    people = []
    interviewers = [person for person in typed.people if person.kind is Kind.INTERVIEWER]
    for row, person in zip(rows, interviewers, strict=True):
        before = known.get(row.key)
        people.append(_lay_over(before, person) if before else person)
    for person in typed.people:
        if person.kind is Kind.REPRESENTATIVE:
            before = base.representative
            people.append(_lay_over(before, person) if before else person)
    return tuple(people)


def _lay_over(before: Person, typed: Person) -> Person:
    over = replace(before, address=typed.address, line=typed.line)
    if typed.kind is Kind.INTERVIEWER:
        over = replace(over, is_met=typed.is_met)
    return over if typed.name == before.name else submission.name_person(over, typed.name)


def _write(place: Place | None) -> str:
    """Return what, typed again, means this place: the city alone where that is clear."""
    if place is None:
        return ""
    if place.city and places.find_places(place.city) == (place,):
        return place.city
    return places.write_place(place)


def _same_place(draft: Draft, base: Interview) -> Place | None:
    """Return the base's place when the form still says it, so that it is not read anew."""
    return base.place if draft.where.strip() == _write(base.place) else None


def _say(problem: str) -> str:
    """Return a problem of a submission's key in words of the form, without its example."""
    label, _, reason = problem.partition(": ")
    reason = reason.split(" (example: ")[0]
    if found := _LABEL.match(label):
        field = _PERSON_FIELDS.get(found[2], found[2])
        return f"Person {found[1]}: the {field} {reason}"
    return f"{_LABELS.get(label, label)}: {reason}"
