"""Joins a second submission of an interview with what is stored of it.

Gaps are filled and people added; what differs is taken over and said. A talk of the calendar moves
only with a higher SEQUENCE. Nothing is ever removed: a person no longer invited may have been met.
Only the user's own words can be taken back, by an edit: by what came from the store, with its ids.
"""

from dataclasses import replace

from service import timing
from service.records import Interview, Overrides, Person, Talk

_SAID_FIELDS = (("company", "the company"), ("role", "the role"), ("agency", "the agency"))


def merge(stored: Interview, new: Interview) -> tuple[Interview, tuple[str, ...]]:
    """Return the joined interview and, one sentence each, what `new` changes of `stored`."""
    differences: list[str] = []
    joined = stored
    for name, words in _SAID_FIELDS:
        old_value, new_value = getattr(stored, name), getattr(new, name)
        if new_value and new_value != old_value and not (old_value and name in new.guesses):
            joined = replace(joined, **{name: new_value})
            if old_value:
                differences.append(f'{words} is now "{new_value}", was "{old_value}"')
    is_better = stored.place is None or "place" not in new.guesses
    if new.place and new.place != stored.place and is_better:
        joined = replace(joined, place=new.place)
        if stored.place:
            differences.append(f"the readers are now in {new.place.city or new.place.zone}")
    is_edit = new.id is not None and new.id == stored.id
    if (new.reasons.strip() or is_edit) and new.reasons != stored.reasons:
        joined = replace(joined, reasons=new.reasons)
        if stored.reasons.strip():
            differences.append("your reasons are changed")
    if new.took_place is not None and new.took_place != stored.took_place:
        joined = replace(joined, took_place=new.took_place)
    elif stored.took_place is False and _is_newer(stored, new):
        joined = replace(joined, took_place=None)
        differences.append("it was cancelled, and is on again")
    joined = replace(
        joined,
        talks=_merge_talks(stored, new, differences),
        people=_merge_people(stored, new, differences),
        invited_as=new.invited_as or stored.invited_as,
        mailbox=new.mailbox or stored.mailbox,
        company_short=new.company_short or stored.company_short,
        language=stored.language if new.language == "en" else new.language,
        overrides=merge_overrides(stored.overrides, new.overrides),
    )
    return joined, tuple(differences)


def merge_overrides(stored: Overrides, new: Overrides) -> Overrides:
    """Lay what is different by the new submission over what was by the old one."""
    return Overrides(
        earliest=new.earliest or stored.earliest,
        rest_days=new.rest_days or stored.rest_days,
        days_off=(stored.days_off - new.working_days) | new.days_off,
        working_days=(stored.working_days - new.days_off) | new.working_days,
    )


def _is_newer(stored: Interview, new: Interview) -> bool:
    """Whether the calendar sets a talk that is not among those that were cancelled.

    The same event with a higher SEQUENCE, or another event: many offices cancel and invite anew.
    """
    known = {
        (talk.calendar_uid, talk.recurrence_id): talk.sequence
        for talk in stored.talks
        if talk.calendar_uid
    }
    return any(
        talk.calendar_uid is not None
        and talk.sequence > known.get((talk.calendar_uid, talk.recurrence_id), -1)
        for talk in new.talks
    )


def _merge_talks(stored: Interview, new: Interview, differences: list[str]) -> tuple[Talk, ...]:
    talks = list(stored.talks)
    for talk in new.talks:
        is_only = len(talks) == len(new.talks) == 1 and _shares_people(stored, new)
        position = _find_talk(talks, talk, is_only=is_only)
        if position is None:
            talks.append(replace(talk, id=None))
            differences.append(f"a further talk at {_say(talk, stored)} is added")
            continue
        known = talks[position]
        if known.calendar_uid and talk.calendar_uid and talk.sequence < known.sequence:
            differences.append(
                "this invitation is older than the one that is stored; its time is ignored"
            )
            continue
        if (known.starts_at, known.ends_at) != (talk.starts_at, talk.ends_at):
            differences.append(f"the talk moved from {_say(known, stored)} to {_say(talk, stored)}")
        talks[position] = replace(
            talk,
            id=known.id,
            calendar_uid=talk.calendar_uid or known.calendar_uid,
            recurrence_id=talk.recurrence_id or known.recurrence_id,
            title=talk.title or known.title,
        )
    return tuple(sorted(talks, key=lambda talk: talk.starts_at))


def _shares_people(stored: Interview, new: Interview) -> bool:
    """Whether somebody is in both; other people at another hour are a further talk (T09)."""
    if not (stored.people and new.people):
        return True
    return any(_find_person(list(stored.people), person) is not None for person in new.people)


def _find_talk(talks: list[Talk], talk: Talk, *, is_only: bool) -> int | None:
    for position, known in enumerate(talks):
        if talk.calendar_uid and known.calendar_uid:
            if (talk.calendar_uid, talk.recurrence_id) == (known.calendar_uid, known.recurrence_id):
                return position
        elif is_only or known.starts_at == talk.starts_at:
            return position
    return None


def _merge_people(stored: Interview, new: Interview, differences: list[str]) -> tuple[Person, ...]:
    people = list(stored.people)
    for person in new.people:
        position = _find_person(people, person)
        if position is None:
            people.append(replace(person, id=None))
            differences.append(f"{person.name} is added")
            continue
        people[position] = _merge_person(people[position], person, differences)
    return tuple(people)


def _find_person(people: list[Person], person: Person) -> int | None:
    for position, known in enumerate(people):
        if known.id is not None and known.id == person.id:
            return position
        if known.address and person.address:
            if known.address.casefold() == person.address.casefold():
                return position
        elif known.name.casefold() == person.name.casefold():
            return position
    return None


def _merge_person(known: Person, new: Person, differences: list[str]) -> Person:
    values = {
        name: getattr(new, name)
        for name in (
            "address", "line", "given_name", "family_name", "form_of_address", "title",
            "language", "place", "subject", "body", "passed_on_by", "reasons", "thread",
        )
        if getattr(new, name)
    }  # fmt: skip
    if new.name and new.name != known.name:
        values["name"] = new.name
        differences.append(f'"{known.name}" is now "{new.name}"')
    if known.address and "address" in values and known.address != values["address"]:
        differences.append(f"{known.name} has another address")
    if new.is_met is not None:
        values["is_met"] = new.is_met
    if new.id is not None and new.id == known.id:
        values |= {"line": new.line, "reasons": new.reasons}
    return replace(known, is_direct=known.is_direct or new.is_direct, kind=new.kind, **values)


def _say(talk: Talk, interview: Interview) -> str:
    """Say when it is on the readers' clock; invitations often count in UTC."""
    zone = interview.zone
    city = interview.place.city if interview.place else None
    return timing.describe_moment(talk.starts_at, zone, user_zone=zone, city=city)
