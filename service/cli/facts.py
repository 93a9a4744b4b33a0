"""Asks for what a submission without a file must say: when and where, which role, whom, why."""

import re
from dataclasses import replace
from datetime import datetime

from service.cli import asking, dialogue
from service.cli.given import Given, read_person, show_place
from service.errors import BadInput
from service.intake import places, submission
from service.records import Place

_COMMA = re.compile("[,\u3001\uff0c]")
_UTC = Place("UTC")
"""Stands in for a city, to tell whether a text is a time at all."""


def ask_facts(given: Given, now: datetime) -> Given:
    """Return what was given with the rest of it, as the user answers.

    Each answer is held to the rules of a submission at once, and asked for again. What is
    understood of a time is kept in figures: its words would mean another day tomorrow.

    Raises:
        BadInput: the time or the place that was given with a flag cannot be used.

    """
    given = _ask_when(given, now)
    while not (given.company and given.role):
        answer = asking.ask_until("Which role, at which company (role at company)?")
        role, _, company = answer.rpartition(" at ")
        if role:
            given = replace(given, role=role.strip(), company=company.strip())
    if not given.people and given.representative is None:
        given = dialogue.retry(lambda: _ask_whom(given))
    return given if given.why else replace(given, why=dialogue.ask_reasons())


def _ask_when(given: Given, now: datetime) -> Given:
    """Ask for the time and the city, or for the one that was not given; check what was, at once."""
    place = given.place()
    if given.starts:
        place = place or dialogue.ask_place("In which city was it?")
        submission.read_start(given.starts, place, now)
    elif place:
        there = place
        question = f"When was it, on the clock in {place.city or place.zone} (yesterday 14:00)?"
        starts = dialogue.retry(
            lambda: submission.read_start(asking.ask_until(question), there, now)
        )
        given = replace(given, starts=starts.isoformat())
    else:
        starts, place = dialogue.retry(lambda: _ask_when_and_where(now))
        given = replace(given, starts=starts.isoformat())
    return replace(given, where=show_place(place))


def _ask_when_and_where(now: datetime) -> tuple[datetime, Place]:
    typed = asking.ask_until("When and in which city was it (yesterday 14:00, London)?")
    when, city = _split_off_city(typed, now)
    place = dialogue.find_one_place(city) if city else None
    while place is None:
        place = dialogue.find_one_place(asking.ask_until("In which city was it?"))
    return submission.read_start(when, place, now), place


def _split_off_city(typed: str, now: datetime) -> tuple[str, str]:
    """Split at the comma after which a city stands and before which a time that can be read.

    Both may hold commas themselves: friday, 20 november 14:00, Cambridge, MA. The city is empty
    where the time alone was typed, and as it was typed where none of that name is known.
    """
    parts = [(typed[: each.start()], typed[each.end() :]) for each in _COMMA.finditer(typed)]
    known = [(when, city) for when, city in parts if places.find_places(city)]
    readable = [
        (when, city) for when, city in known if _can_be_read(when, places.find_places(city)[0], now)
    ]
    if readable:
        return readable[0]
    alone = [each for each in ((typed, ""), *parts) if _can_be_read(each[0], _UTC, now)]
    if alone and not known:
        return alone[0]
    # Refused is the time, beside the longest name of a city; a figure belongs to the time.
    named = [each for each in known if not any(letter.isdigit() for letter in each[1])]
    if not named:
        raise BadInput(
            "No such city or time zone is known.",
            "Write the time, a comma and a larger city nearby: yesterday 14:00, London",
        )
    return named[0]


def _can_be_read(when: str, place: Place, now: datetime) -> bool:
    try:
        submission.read_start(when, place, now)
    except BadInput:
        return False
    return True


def _ask_whom(given: Given) -> Given:
    names = asking.ask_until("Whom did you meet (Name <address>, commas between them)?")
    people = tuple(part.strip() for part in names.split(",") if part.strip())
    for person in people:
        read_person(person)
    return replace(given, people=people)
