"""Who is to read the mails of a submission, and where each of them works."""

from dataclasses import replace

from service.intake import places
from service.intake.names import read_name
from service.intake.submission_keys import (
    Location,
    PersonKeys,
    Problems,
    ReaderKeys,
    SubmissionKeys,
)
from service.records import Kind, Person, Place


def read_readers(keys: SubmissionKeys, problems: Problems) -> tuple[Person, ...]:
    """Return the people met and, with an agency, its representative as the last."""
    people: list[Person] = []
    for number, person in enumerate(keys.people):
        location = ("people", number)
        if not person.name and not problems.has(*location, "name"):
            problems.add((*location, "name"), "is missing")
        people.append(_read_person(person, location, problems))
    if keys.agency is not None:
        for name in ("name", "representative"):
            if not getattr(keys.agency, name) and not problems.has("agency", name):
                problems.add(("agency", name), "is missing: with an agency both are needed")
        people.append(
            _read_reader(keys.agency, keys.agency.representative or "", ("agency",), problems)
        )
        people[-1] = replace(people[-1], kind=Kind.REPRESENTATIVE)
    _check_addresses(people, problems)
    return tuple(_settle_passing(people, problems))


def find_place(text: str | None, location: Location, problems: Problems) -> Place | None:
    """Return the one place that `text` names; note it where there is none or several."""
    if not text:
        return None
    found = places.find_places(text)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(places.write_place(place) for place in found)
        problems.add(location, f"“{text}” may be one of several: {listed}")
    else:
        problems.add(location, f"no city or time zone “{text}” is known; name a larger one nearby")
    return None


def settle_met(person: Person, *, is_over: bool) -> Person:
    """Take those who are listed for an interview that is over as met, unless it says otherwise."""
    if person.is_met is None and is_over and person.kind is Kind.INTERVIEWER:
        return replace(person, is_met=True)
    return person


def _read_person(keys: PersonKeys, location: Location, problems: Problems) -> Person:
    person = _read_reader(keys, keys.name or "", location, problems)
    return replace(
        person, is_met=keys.met, is_direct=keys.direct, passed_on_by=keys.passed_on_by or None
    )


def _read_reader(keys: ReaderKeys, typed: str, location: Location, problems: Problems) -> Person:
    name = read_name(typed)
    is_read = bool(name.full) and name.is_person
    return Person(
        name=name.full if is_read else typed,
        address=keys.email,
        line=keys.line,
        reasons=keys.why,
        given_name=name.given,
        family_name=name.family,
        title=keys.title or name.title,
        form_of_address=keys.form_of_address or name.form_of_address,
        language=keys.language,
        place=find_place(keys.where, (*location, "where"), problems),
        subject=keys.subject or None,
        body=keys.body or None,
    )


def _check_addresses(people: list[Person], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for number, person in enumerate(people):
        key = (person.address or "").casefold()
        if key and key in seen:
            reason = f"is also the address of {seen[key]}"
            problems.add((*_locate(person, number), "email"), reason)
        seen.setdefault(key, person.name)


def _settle_passing(people: list[Person], problems: Problems) -> list[Person]:
    """Name in `passed_on_by` exactly whom it means."""
    settled = []
    for number, person in enumerate(people):
        asked = person.passed_on_by
        if asked is None:
            settled.append(person)
            continue
        wanted = {asked.casefold(), read_name(asked).full.casefold()}
        others = [p for p in people if p is not person]
        passer = next((p for p in others if {p.name.casefold(), p.key} & wanted), None)
        if passer is None:
            named = ", ".join(p.name for p in others if p.name) or "nobody else"
            problems.add(
                (*_locate(person, number), "passed_on_by"),
                f"names “{asked}”, who is not among the others here ({named})",
            )
        settled.append(replace(person, passed_on_by=passer.name if passer else None))
    return settled


def _locate(person: Person, number: int) -> Location:
    return ("agency",) if person.kind is Kind.REPRESENTATIVE else ("people", number)
