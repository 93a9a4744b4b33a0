"""A mail as the checks see it: its text, whom it is for, and what is known around it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from service.records import Interview, Person, Text
from service.writing import anatomy, days, phrases
from service.writing.anatomy import Part
from service.writing.checks.words import Words, load_words
from service.writing.findings import Where
from service.writing.readers import Reading


@dataclass(frozen=True, slots=True)
class OtherNote:
    """Another mail of this candidate to the same company, to another person."""

    to: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule holds; `details` fill the rule's message."""

    place: tuple[int, int] | None = None
    where: Where = Where.BODY
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a rule may look at. `words` is None in a language without word lists.

    `known` are the names that the user typed: what looks wrong in them is right.
    """

    text: Text
    reader: Person
    people: Mapping[str, Person]
    parts: Sequence[Part]
    known: tuple[str, ...]
    day: date
    sent_on: date | None
    others: tuple[OtherNote, ...]
    words: Words | None

    @property
    def subject(self) -> str:
        """The subject line."""
        return self.text.subject

    @property
    def body(self) -> str:
        """The body."""
        return self.text.body


def open_letter(
    text: Text,
    reading: Reading,
    interview: Interview,
    sent_on: date | None,
    others: Iterable[OtherNote],
) -> Letter:
    """Gather what the rules look at."""
    reader = reading.reader
    language = reader.language or interview.language
    people = {person.name: person for person in (*reading.about, reader)}
    passed_on = [person.name for person in reading.passed_on]
    names = (person.name for person in interview.people)
    return Letter(
        text=text,
        reader=reader,
        people=people,
        parts=anatomy.split_parts(text.body, reader.name, passed_on, _heading(language)),
        known=tuple(filter(None, (interview.company, interview.role, *names))),
        day=days.interview_day(interview, reader),
        sent_on=sent_on,
        others=tuple(others),
        words=load_words(language),
    )


def _heading(language: str) -> str:
    tag = language if phrases.is_available(language) else "en"
    return phrases.load_phrases(tag).heading
