"""A mail as the checks see it: its text, whom it is for, and what is known around it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from service.records import Interview, Person, Text
from service.writing import anatomy, days, phrases
from service.writing.anatomy import Part
from service.writing.checks.comparison import Nearest, find_nearest
from service.writing.checks.greeting import Salutation, address, find_salutation
from service.writing.checks.words import Words, load_words
from service.writing.findings import Where
from service.writing.readers import Reading


@dataclass(frozen=True, slots=True)
class OtherNote:
    """Another mail of this candidate to the same company.

    `is_earlier` marks one that this reader got after an earlier round; the others are to others.
    """

    to: str
    body: str = field(repr=False)
    is_earlier: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known around a mail: about which interview, for whom, from whom, when, beside what.

    `sent_at` is the moment of sending in the reader's zone, None while there is no slot.
    `other_companies` are those of this candidate's other interviews. `more_recipients` are
    addresses that would get the mail besides its reader.
    """

    interview: Interview
    reading: Reading
    sender: str
    sent_at: datetime | None = None
    others: tuple[OtherNote, ...] = ()
    other_companies: tuple[str, ...] = ()
    more_recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule holds; `details` fill the rule's message."""

    place: tuple[int, int] | None = None
    where: Where = Where.BODY
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Letter:
    """What a rule may look at; what is costly to know is worked out once.

    `language` is the mail's (a primary tag), `words` its word lists, None in a language without
    any. `people` are those it is written to or about, by name. `parts` are the mail itself and the
    notes in it that are to be passed on. `known` are the names that the user typed: what looks
    wrong in them is right. `day` is the interview's where the reader is. `salutations` are how the
    parts greet, one for each; None where one does not, or in a language without word lists.
    """

    text: Text
    circumstances: Circumstances
    language: str
    words: Words | None
    people: Mapping[str, Person]
    parts: Sequence[Part]
    known: tuple[str, ...]
    day: date
    salutations: Sequence[Salutation | None]

    @property
    def subject(self) -> str:
        """The subject line."""
        return self.text.subject

    @property
    def body(self) -> str:
        """The body."""
        return self.text.body

    @property
    def interview(self) -> Interview:
        """The interview it is about."""
        return self.circumstances.interview

    @property
    def reading(self) -> Reading:
        """Who reads it, and whom it thanks."""
        return self.circumstances.reading

    @property
    def reader(self) -> Person:
        """Whom it is sent to."""
        return self.reading.reader

    @property
    def sent_on(self) -> date | None:
        """The day of sending where the reader is."""
        return self.circumstances.sent_at.date() if self.circumstances.sent_at else None

    @property
    def notes(self) -> Sequence[Part]:
        """The parts that are notes to somebody met: all but a frame that asks to pass them on."""
        is_asking = len(self.parts) > 1 and self.reader not in self.reading.noted
        return self.parts[1:] if is_asking else self.parts

    def language_of(self, part: Part) -> str:
        """Return the language in which the person of a part is written to, as a primary tag."""
        return _language_of(self.people[part.name], self.interview)

    @cached_property
    def nearest_others(self) -> tuple[Nearest, ...]:
        """For each note, what it is most like of those to others, in this mail and in others."""
        return self._find_nearest(is_earlier=False)

    @cached_property
    def nearest_earlier(self) -> tuple[Nearest, ...]:
        """For each note, what it is most like of those that its reader got before."""
        return self._find_nearest(is_earlier=True)

    def is_known(self, where: Where, start: int, end: int) -> bool:
        """Tell whether a place lies within a name that the user typed (company, role, people)."""
        text = self.subject if where is Where.SUBJECT else self.body
        for name in self.known:
            for match in re.finditer(re.escape(name), text, re.IGNORECASE):
                if match.start() <= start and end <= match.end():
                    return True
        return False

    def _find_nearest(self, *, is_earlier: bool) -> tuple[Nearest, ...]:
        others = self.circumstances.others
        return find_nearest(
            self.notes,
            [(other.to, other.body) for other in others if other.is_earlier is is_earlier],
            (*self.known, self.circumstances.sender, *(other.to for other in others)),
            _heading(self.language),
            among_themselves=not is_earlier,
        )


def open_letter(text: Text, circumstances: Circumstances) -> Letter:
    """Gather what the rules look at."""
    interview, reading = circumstances.interview, circumstances.reading
    reader = reading.reader
    language = _language_of(reader, interview)
    passed_on = [person.name for person in reading.passed_on]
    names = (person.name for person in interview.people)
    company = (interview.company, interview.company_short)
    people = {person.name: person for person in (*reading.about, reader)}
    parts = anatomy.split_parts(text.body, reader.name, passed_on, _heading(language))
    return Letter(
        text=text,
        circumstances=circumstances,
        language=language,
        words=load_words(language),
        people=people,
        parts=parts,
        known=tuple(filter(None, (*company, interview.role, *names))),
        day=days.interview_day(interview, reader),
        salutations=[_greet(part, people[part.name], interview) for part in parts],
    )


def _greet(part: Part, person: Person, interview: Interview) -> Salutation | None:
    house = (interview.company, interview.company_short or "", interview.role)
    addressee = address(person, interview.people, house)
    return find_salutation(part.text, part.start, _language_of(person, interview), addressee)


def _language_of(person: Person, interview: Interview) -> str:
    return phrases.primary_tag(person.language or interview.language)


def _heading(language: str) -> str:
    tag = language if phrases.is_available(language) else "en"
    return phrases.load_phrases(tag).heading
