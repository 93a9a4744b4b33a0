"""Completes an interview: asks a terminal for what is missing, or names the flag for each of it.

At most six questions before the mails are seen: who you are, whom you met, role and company, the
city, your reasons, and the lines for each person as one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from service import interviews, timing
from service.actions import planning
from service.actions.office import Office
from service.actions.planning import Plan
from service.cli import asking
from service.cli.given import (
    give_address,
    read_person,
    show_place,
)
from service.cli.printing import complain, tell
from service.errors import BadInput, ServiceError
from service.intake import places, submission
from service.records import Candidate, Interview, Kind, Person, Place, RestDays
from service.writing import composition, readers
from service.writing.readers import Missing, What

T = TypeVar("T")

_OFFER_HOLDS = timedelta(minutes=5)
"""How long a time that was offered is kept for whoever thinks about it."""

WAYS = {
    RestDays.NEXT_WORKING_DAY: "the next working day",
    RestDays.SAME_DAY: "still on the day of the interview",
    RestDays.SEND: "the morning after, though it is a rest day",
}


def complete(
    interview: Interview,
    *,
    is_over: bool,
    may_ask: bool,
    find_place: Callable[[str], Place | None] = lambda _company: None,
) -> Interview:
    """Return the interview with everything that its mails need, as far as it must be known now.

    `find_place` says where a company's readers were the last time, so that it is asked once.

    Raises:
        BadInput: nobody can be asked; `problems` names the flag for each missing thing.

    """
    if not may_ask:
        interview = _recall_place(interview, find_place)
        _refuse_gaps(interview, is_over=is_over)
        return interview
    interview = ask_people(interview, is_over=is_over)
    interview = _ask_role_and_company(interview)
    interview = _ask_place(_recall_place(interview, find_place))
    interview = ask_addresses(interview)
    return ask_words(interview) if is_over else interview


def ask_people(interview: Interview, *, is_over: bool) -> Interview:
    """Let the user tick whom they met, and name those of whom only the address is known."""
    interview = _tick_people(interview, is_over=is_over)
    people = tuple(
        _ask_name(person) if "@" in person.name and person.is_met is not False else person
        for person in interview.people
    )
    return replace(interview, people=people)


def _tick_people(interview: Interview, *, is_over: bool) -> Interview:
    """Let the user tick whom they met; names with addresses are asked when nobody is known."""
    interviewers = [p for p in interview.people if p.kind is Kind.INTERVIEWER]
    if (
        interviewers
        and all(person.is_met is not None for person in interviewers)
        and any(person.is_met for person in interviewers)
    ):
        return interview
    if not interviewers:
        if interview.representative is not None:
            return interview
        return replace(interview, people=(*interview.people, *_ask_names(is_over=is_over)))
    question = "Whom did you really meet?" if is_over else "Who will be there, as far as you know?"
    tell(question)
    ticks = asking.tick(
        "Numbers of those (Enter: as ticked, none: nobody):",
        [_describe_person(person) for person in interviewers],
        [person.is_met is not False for person in interviewers],
    )
    chosen = dict(zip((id(person) for person in interviewers), ticks, strict=True))
    people = tuple(_settle(person, chosen.get(id(person)), is_over) for person in interview.people)
    if not any(ticks):
        people = (*people, *_ask_names(is_over=is_over))
    return replace(interview, people=people)


def ask_addresses(interview: Interview) -> Interview:
    """Ask, for each reader without an address, for one or for who passes it on.

    Enter leaves it for later: the mail is held until there is one.
    """
    for missing in readers.route(interview).missing:
        if missing.what is not What.ADDRESS:
            continue
        tell(f"{missing.person} has no address. It is never guessed.")
        interview = _ask_address(interview, missing.person or "")
    return interview


def ask_words(interview: Interview) -> Interview:
    """Ask for the reasons, with two or more people for one line about each, and for what differs.

    Who reads another language is written to in own words of that language; who would read what
    somebody else reads gets a reason more.
    """
    if Missing(None, What.REASONS) in _missing_words(interview):
        interview = replace(interview, reasons=ask_reasons())
    lacking = [missing.person for missing in _missing_words(interview) if missing.what is What.LINE]
    if lacking:
        tell("One thing you talked about with each, as you would say it to them:")
    for name in lacking:
        line = asking.ask(f"  {name}:")
        interview = _give(interview, name, line=line)
    for missing in _missing_words(interview):
        if missing.what not in (What.LANGUAGE, What.REASONS) or missing.person is None:
            continue
        if missing.what is What.LANGUAGE:
            tell(f"{missing.person} reads another language. Why do you want to work there, in it?")
        else:
            tell(f"The mail to {missing.person} would read like another one. One more reason?")
        why = asking.ask("Why (Enter: later):")
        interview = _give(interview, missing.person, reasons=why)
    return interview


def _give(
    interview: Interview, name: str | None, *, line: str | None = None, reasons: str | None = None
) -> Interview:
    people = list(interview.people)
    position = next(n for n, person in enumerate(people) if person.name == name)
    person = people[position]
    people[position] = replace(
        person,
        line=person.line if line is None else line,
        reasons=person.reasons if reasons is None else reasons,
    )
    return replace(interview, people=tuple(people))


def ask_place(question: str, hint: str | None = None) -> Place:
    """Ask for one city until it names one place."""
    while True:
        place = find_one_place(asking.ask_until(question, hint or ""))
        if place is not None:
            return place


def find_one_place(typed: str) -> Place | None:
    """Return the place that was typed, asking which of several; None, and say so, without any."""
    found = places.find_places(typed)
    if not found:
        tell("No such city or time zone is known; name a larger city nearby.")
        return None
    if len(found) == 1:
        return found[0]
    tell("Which of these?")
    return found[asking.pick("Number:", [show_place(place) for place in found], 0)]


def ask_reasons() -> str:
    """Ask for the reasons until there are some."""
    tell("Why do you want to work there, in your own words? One or more whole sentences;")
    tell("they stand in the mails as you type them.")
    return asking.ask_until("Why:")


def retry(read: Callable[[], T]) -> T:
    """Ask again until the answer can be used."""
    while True:
        try:
            return read()
        except ServiceError as error:
            complain(error)


def settle_rest_days(office: Office, candidate: Candidate, plan: Plan, *, may_ask: bool) -> Plan:
    """Let the user choose a way around a rest day (T04); it stays with the interview.

    Where nobody can be asked, or the interview has its own way, that and the setting are followed
    and said.
    """
    choices = plan.planned.choices
    if not choices:
        return plan
    own = plan.interview.overrides
    told = _describe_choices(plan, candidate)
    if own.rest_days is None and may_ask:
        tell("The morning after is no working day there. When should it go?")
        default = next((n for n, choice in enumerate(choices) if choice.is_default), None)
        chosen = choices[asking.pick("Number:", told, default)].rest_days
        interview = replace(plan.interview, overrides=replace(own, rest_days=chosen))
        # As it was offered, unless whoever chose took their time.
        is_fresh = plan.drawn_at and office.now() - plan.drawn_at < _OFFER_HOLDS
        now = plan.drawn_at if is_fresh else None
        return planning.draw_up(office, candidate, interview, now=now)
    followed = own.rest_days or office.policy.rest_days
    source = "as you chose" if own.rest_days else "as is set"
    offered = [choice.rest_days for choice in choices]
    way = f"{WAYS[followed]}, {source}"
    if followed not in offered:
        # Two ways that have become the same are offered as the first of them.
        way = f"it is too late for the day of the interview, so {WAYS[RestDays.NEXT_WORKING_DAY]}"
        followed = RestDays.NEXT_WORKING_DAY
    tell(f"The morning after is no working day there: {way}. Others:")
    for choice, words in zip(choices, told, strict=True):
        if choice.rest_days is not followed:
            tell(f"  --rest-days {choice.rest_days}: {words}")
    return plan


def settle_late(plan: Plan, *, may_ask: bool) -> Plan:
    """Ask whether what would go long after the talk goes all the same (T11); else it is held."""
    late = planning.list_late(plan)
    if not late or not may_ask:
        return plan
    tell("That is long after the talk, and late words may no longer fit.")
    is_agreed = asking.confirm(f"Send to {', '.join(late)} all the same?", default=False)
    return planning.agree(plan) if is_agreed else plan


def _describe_choices(plan: Plan, candidate: Candidate) -> list[str]:
    """Say of each way when those go whom it concerns: the first by name, how many more."""
    choices = plan.planned.choices
    concerned = [
        n
        for n in range(len(plan.planned.readers))
        if len({choice.slots[n].at for choice in choices}) > 1
    ]
    told = []
    for choice in choices:
        first = min(concerned, key=lambda n: choice.slots[n].at)
        reader = next(m.reader for m in plan.mails if m.reader.key == plan.planned.readers[first])
        city = interviews.place_of(plan.interview, reader).city
        when = timing.describe(choice.slots[first], user_zone=candidate.zone, city=city)
        if len(plan.planned.readers) > 1:
            when += f" to {reader.name}"
        if len(concerned) > 1:
            when += f" and {len(concerned) - 1} more"
        told.append(f"{when}: {WAYS[choice.rest_days]}")
    return told


def _refuse_gaps(interview: Interview, *, is_over: bool) -> None:
    """Raise one error that names the flag for everything that is missing."""
    problems = []
    interviewers = [p for p in interview.people if p.kind is Kind.INTERVIEWER]
    if not interview.people:
        problems.append("nobody is named: --person 'Marisol Duarte <m.duarte@example.com>'")
    elif (
        is_over
        and interview.representative is None
        and not any(person.is_met for person in interviewers)
    ):
        names = ", ".join(person.name for person in interviewers)
        problems.append(f"invited is not met: --met NAME for each of {names}, or --met all")
    if not interview.company:
        problems.append("the company is missing: --company 'Tidewater Clinic'")
    if interview.place is None or "place" in interview.guesses:
        problems.append("where the readers are is missing: --where London")
    if is_over and Missing(None, What.REASONS) in _missing_words(interview):
        problems.append("your own reasons are missing: --why 'I would like to ...'")
    if problems:
        raise BadInput("More is needed, and there is nobody to ask.", "", tuple(problems))


def _missing_words(interview: Interview) -> tuple[Missing, ...]:
    somebody = Candidate(name="-", zone=interview.zone)
    return composition.compose(interview, somebody, None).missing


def _ask_names(*, is_over: bool) -> tuple[Person, ...]:
    verb = "did you meet" if is_over else "will you meet"
    tell(f"Whom {verb}? Each as: Marisol Duarte <m.duarte@example.com>; commas between them.")

    def read() -> tuple[Person, ...]:
        typed = asking.ask_until("Names:")
        people = tuple(read_person(part) for part in typed.split(",") if part.strip())
        return tuple(replace(person, is_met=True if is_over else None) for person in people)

    return retry(read)


def _ask_role_and_company(interview: Interview) -> Interview:
    """Ask for both in one line, as people say it: "Site Engineer at Tidewater"."""
    is_guess = "company" in interview.guesses
    if interview.company and interview.role and not interview.guesses & {"company", "role"}:
        return interview
    if interview.company and is_guess:
        tell(f"The company looks like {interview.company}: guessed from an address.")
    guess = " at ".join(part for part in (interview.role, interview.company) if part)
    while True:
        answer = asking.ask("Which role, at which company (role at company)?", guess)
        role, _, company = answer.rpartition(" at ")
        if not role:
            role, company = (answer, interview.company) if interview.company else ("", "")
        if answer == interview.company:
            role = ""
        if company:
            break
        tell('Both in one line, for example "Site Engineer at Tidewater".')
    return replace(
        interview,
        role=role.strip(),
        company=company.strip(),
        guesses=interview.guesses - {"company", "role"},
    )


def _recall_place(interview: Interview, find_place: Callable[[str], Place | None]) -> Interview:
    if interview.place is not None and "place" not in interview.guesses:
        return interview
    known = find_place(interview.company)
    if known is None:
        return interview
    tell(f"{interview.company} is in {show_place(known)}, as you said before.")
    return replace(interview, place=known, guesses=interview.guesses - {"place"})


def _ask_place(interview: Interview) -> Interview:
    if interview.place is not None and "place" not in interview.guesses:
        return interview
    hint = interview.place.city if interview.place else None
    place = ask_place("Where do they work (city)?", hint)
    return replace(interview, place=place, guesses=interview.guesses - {"place"})


def _ask_address(interview: Interview, name: str) -> Interview:
    return retry(lambda: _take_address(interview, name))


def _take_address(interview: Interview, name: str) -> Interview:
    answer = asking.ask(f"Address of {name}, or who passes it on (Enter: later):")
    if not answer:
        return interview
    people = list(interview.people)
    position = next(
        (n for n, person in enumerate(people) if person.name == name and not person.address), None
    )
    if position is None:
        person = replace(read_person(f"{name} <{answer}>"), kind=Kind.REPRESENTATIVE, is_met=False)
        return replace(interview, people=(*people, person))
    people[position] = give_address(people[position], answer, interview.people)
    return replace(interview, people=tuple(people))


def _ask_name(person: Person) -> Person:
    """Ask how the greeting names somebody of whom the invitation gives only the address."""
    return retry(
        lambda: submission.name_person(
            person, asking.ask_until(f"Name of {person.name}, for the greeting:")
        )
    )


def _describe_person(person: Person) -> str:
    address = f" <{person.address}>" if person.address else ""
    note = f", {person.note}" if person.note else ""
    return f"{person.name}{address}{note}"


def _settle(person: Person, is_ticked: bool | None, is_over: bool) -> Person:
    if is_ticked is None:
        return person
    return replace(person, is_met=is_ticked if is_over else (None if is_ticked else False))
