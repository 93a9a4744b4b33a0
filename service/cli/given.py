"""What the user gave with flags, laid over what a file or an invitation says."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.cli.loading import load
from service.errors import BadInput
from service.intake import addresses, merge, places, submission, texts
from service.intake.replies import Answered, read_answered
from service.intake.typed import Times
from service.records import Interview, Kind, Overrides, Person, Place

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")


@dataclass(frozen=True, slots=True)
class Given:
    """The flags of `add` and `debrief`, as they were typed; None or empty where they were not."""

    company: str | None = None
    role: str | None = None
    starts: str | None = None
    ends: str | None = None
    where: str | None = None
    why: str | None = None
    people: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    whys: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    replies: tuple[Answered, ...] = ()
    agency: str | None = None
    representative: str | None = None
    mailbox: str | None = None
    overrides: Overrides = field(default_factory=Overrides)

    def place(self) -> Place | None:
        """Return the place that `--where` names.

        Raises:
            BadInput: there is no such place, or several.

        """
        return None if self.where is None else _read_place(self.where, "--where")

    def submit(self, now: datetime) -> submission.Submission:
        """Return the submission that the flags are by themselves; raise `BadInput` as that does."""
        return submission.from_flags(
            now,
            company=self.company,
            role=self.role,
            starts=self.starts,
            ends=self.ends,
            where=self.where,
            why=self.why,
            people=self.people,
            agency=self.agency,
            representative=self.representative,
            mailbox=self.mailbox,
        )

    def without_facts(self) -> "Given":
        """Return what is left when `submit` has read the facts: what is said of single people."""
        return Given(
            met=self.met,
            lines=self.lines,
            addresses=self.addresses,
            places=self.places,
            whys=self.whys,
            forms=self.forms,
            languages=self.languages,
            replies=self.replies,
            overrides=self.overrides,
        )

    def check(self) -> None:
        """Hold every flag to the rules that a submission's keys are held to.

        Raises:
            BadInput: with every problem, each naming its flag.

        """
        lines = {
            "--company": self.company,
            "--role": self.role,
            "--where": self.where,
            "--agency": self.agency,
            "--mailbox": self.mailbox,
        }
        prose = [
            ("--why", self.why),
            *(("--line", line) for line in self.lines),
            *(("--why-for", why) for why in self.whys),
        ]
        several = [("--form", form) for form in self.forms]
        several += [("--place", place) for place in self.places]
        found = [
            *((flag, texts.find_problem(text)) for flag, text in lines.items() if text),
            *((flag, texts.find_problem(text)) for flag, text in several),
            *((flag, texts.find_problem(text, is_prose=True)) for flag, text in prose if text),
        ]
        problems = [f"{flag}: {problem}" for flag, problem in found if problem]
        if problems:
            raise BadInput("What was given cannot be used.", "", tuple(problems))

    def lay_over(self, interview: Interview) -> Interview:
        """Return `interview` with everything that was given in place of what it said."""
        people = self._tick(self._add_people(interview.people))
        people = self._give_addresses(people)
        people = self._give_lines(people)
        people = _give_named(
            people, self.whys, "--why-for", lambda p, text: replace(p, reasons=text)
        )
        people = _give_named(
            people, self.forms, "--form", lambda p, text: replace(p, form_of_address=text)
        )
        people = _give_named(
            people,
            self.places,
            "--place",
            lambda p, text: replace(p, place=_read_place(text, "--place")),
        )
        people = self._give_threads(people)
        people, language = self._give_languages(people)
        agency, people = self._read_agency(interview.agency, people)
        return replace(
            interview,
            company=self.company or interview.company,
            role=self.role if self.role is not None else interview.role,
            place=self.place() or interview.place,
            reasons=self.why or interview.reasons,
            language=language or interview.language,
            people=people,
            agency=agency,
            mailbox=self.mailbox or interview.mailbox,
            overrides=merge.merge_overrides(interview.overrides, self.overrides),
            guesses=interview.guesses
            - {name for name in ("company", "role") if getattr(self, name) is not None}
            - ({"place"} if self.where else set()),
        )

    def retime(self, interview: Interview, now: datetime) -> Interview:
        """Return what a file says of an interview, at the times that were given with flags.

        Raises:
            BadInput: they cannot be read, or there are several talks.

        """
        if self.starts is None and self.ends is None:
            return interview
        if len(interview.talks) != 1:
            raise BadInput(
                "--starts and --ends are for an interview of one talk.",
                "Give each talk its times in the file.",
            )
        times = Times(self.starts, self.ends, now)
        talk = submission.read_talk(interview.talks[0], times, interview.place, now)
        guesses = interview.guesses - ({"ends"} if self.ends else set())
        return replace(interview, talks=(talk,), guesses=guesses)

    def _add_people(self, people: tuple[Person, ...]) -> tuple[Person, ...]:
        """Add who was given with `--person`; of an address that is known already, the name."""
        joined = list(people)
        for text in self.people:
            person = read_person(text)
            same = _matches(joined, person.address or "")
            if same:
                joined[same[0]] = submission.name_person(joined[same[0]], person.name)
            else:
                joined.append(person)
        return tuple(joined)

    def _tick(self, people: tuple[Person, ...]) -> tuple[Person, ...]:
        if not self.met:
            return people
        everybody = any(text.casefold() == "all" for text in self.met)
        chosen = set() if everybody else {_find(people, text, "--met") for text in self.met}
        return tuple(
            replace(person, is_met=(person.is_met is not False) if everybody else n in chosen)
            if person.kind is Kind.INTERVIEWER
            else person
            for n, person in enumerate(people)
        )

    def _give_addresses(self, people: tuple[Person, ...]) -> tuple[Person, ...]:
        changed = list(people)
        for text in self.addresses:
            name, _, value = text.partition(":")
            position = _find(people, name, "--address")
            changed[position] = give_address(changed[position], value.strip(), people)
        return tuple(changed)

    def _give_lines(self, people: tuple[Person, ...]) -> tuple[Person, ...]:
        """Give "NAME: text" to that person, and what names nobody to the next without a line."""
        changed = list(people)
        for text in self.lines:
            name, colon, line = text.partition(":")
            named = _matches(people, name) if colon else []
            open_ones = [
                n
                for n, person in enumerate(changed)
                if not person.line and person.is_met is not False
                and person.kind is Kind.INTERVIEWER
            ]  # fmt: skip
            if len(named) == 1:
                changed[named[0]] = replace(changed[named[0]], line=line.strip())
            elif open_ones:
                changed[open_ones[0]] = replace(changed[open_ones[0]], line=text.strip())
            else:
                raise BadInput(f'The line "{text}" belongs to nobody.', '--line "NAME: text"')
        return tuple(changed)

    def _give_languages(self, people: tuple[Person, ...]) -> tuple[tuple[Person, ...], str | None]:
        """Give "NAME: fr" to that person, and "de" to all the mails."""
        of_one = tuple(text for text in self.languages if ":" in text)
        of_all = [text.strip() for text in self.languages if ":" not in text]
        for text in self.languages:
            code = text.rpartition(":")[2].strip()
            if not _LANGUAGE.fullmatch(code):
                raise BadInput(f'"{code}" is no language code.', "--language de, or en, fr, es, ja")
        people = _give_named(
            people, of_one, "--language", lambda p, text: replace(p, language=text)
        )
        return people, of_all[-1] if of_all else None

    def _give_threads(self, people: tuple[Person, ...]) -> tuple[Person, ...]:
        """Give each mail that is answered to whoever wrote it."""
        changed = list(people)
        for answered in self.replies:
            mailbox = addresses.same_mailbox(answered.address)
            writers = [
                n
                for n, person in enumerate(changed)
                if person.address and addresses.same_mailbox(person.address) == mailbox
            ]
            if len(writers) != 1:
                names = tuple(person.name for person in people)
                raise BadInput(
                    f"--reply is a mail of {answered.address}, who is nobody here.",
                    "Only a mail that the reader wrote is answered. These are there:",
                    names,
                )
            changed[writers[0]] = replace(changed[writers[0]], thread=answered.thread)
        return tuple(changed)

    def _read_agency(
        self, agency: str | None, people: tuple[Person, ...]
    ) -> tuple[str | None, tuple[Person, ...]]:
        if self.representative is None:
            if self.agency and not any(p.kind is Kind.REPRESENTATIVE for p in people):
                raise BadInput(
                    "An agency needs somebody to write to.", "--representative 'Name <address>'"
                )
            return self.agency or agency, people
        person = replace(read_person(self.representative), kind=Kind.REPRESENTATIVE, is_met=False)
        kept = tuple(each for each in people if each.kind is not Kind.REPRESENTATIVE)
        return self.agency or agency, (*kept, person)


def _give_named(
    people: tuple[Person, ...],
    given: Sequence[str],
    flag: str,
    give: Callable[[Person, str], Person],
) -> tuple[Person, ...]:
    """Give the text of each "NAME: text" to that person; without a name to the only one there."""
    changed = list(people)
    for text in given:
        name, colon, value = text.partition(":")
        if not colon:
            name, value = ("", text) if len(people) != 1 else (people[0].name, text)
        position = _find(people, name, flag)
        changed[position] = give(changed[position], value.strip())
    return tuple(changed)


def _read_place(text: str, flag: str) -> Place:
    """Return the one place that is meant; several are shown as they can be typed."""
    found = places.find_places(text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadInput(
            f'No city or time zone "{text}" is known.',
            "Name a larger city nearby, with its country where that helps.",
        )
    listed = tuple(show_place(place) for place in found)
    example = f"{flag} '{listed[0]}'" if flag == "--where" else f"{flag} 'NAME: {listed[0]}'"
    raise BadInput(f'"{text}" may be one of several.', f"Say which: {example}", listed)


def read_person(text: str) -> Person:
    """Read "Sabine Krüger <s.krueger@example.com>"; a name alone has no address.

    Raises:
        BadInput: the address is none, or the name holds a line break.

    """
    return submission.read_person(text)


def read_overrides(
    rest_days: str | None,
    earliest: str | None,
    days_off: Sequence[str] | None,
    working_days: Sequence[str] | None,
) -> Overrides:
    """Read what the flags say of the timing of this interview.

    Raises:
        BadInput: with every problem, each naming its flag.

    """
    return submission.read_overrides(
        {
            "rest_days": rest_days,
            "earliest": earliest,
            "days_off": list(days_off or ()),
            "working_days": list(working_days or ()),
        }
    )


def load_answered(file: str) -> Answered:
    """Open and read a mail that is to be answered.

    Raises:
        BadInput: there is no such file, or it is no mail that can be answered.

    """
    return read_answered(load(file, "--reply FILE.eml"), file)


def give_address(person: Person, answer: str, people: Sequence[Person]) -> Person:
    """Return `person` with the address in `answer`, or passed on by the person it names.

    Raises:
        BadInput: it is neither.

    """
    if "@" in answer:
        try:
            return replace(person, address=addresses.read_address(answer))
        except ValueError as error:
            raise BadInput(f'"{answer}" is no mail address: {error}') from error
    others = [each for each in people if each.name != person.name and each.address]
    named = _matches(tuple(others), answer)
    if len(named) != 1:
        raise BadInput(
            f'"{answer}" is neither an address nor one person here who could pass it on.',
            "Give an address, or the name of somebody with one.",
        )
    return replace(person, passed_on_by=others[named[0]].name)


def show_place(place: Place) -> str:
    """Return a place in words, which name it again when they are typed."""
    return places.write_place(place)


def _find(people: tuple[Person, ...], text: str, flag: str) -> int:
    found = _matches(people, text)
    if len(found) != 1:
        names = tuple(person.name for person in people)
        many = "more than one person" if found else "nobody"
        raise BadInput(f'{flag} "{text.strip()}" names {many}.', "These are there:", names)
    return found[0]


def _matches(people: Sequence[Person], text: str) -> list[int]:
    """Return who is meant by a name, a part of one, or an address."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    exact = [
        n
        for n, person in enumerate(people)
        if wanted in (person.name.casefold(), (person.address or "").casefold())
    ]
    return exact or [
        n for n, person in enumerate(people) if wanted in person.name.casefold().split()
    ]
