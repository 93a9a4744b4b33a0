"""The rules about mails that read like another one of the same candidate.

What is compared is what they say: without salutation, sign-off and names. Notes in one mail that
are passed on to several people are compared with each other, too, and with those in other mails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.writing import anatomy, phrases
from service.writing.anatomy import Part
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.findings import Severity
from service.writing.similarity import similarity

COPY = 0.80
ALIKE = 0.60
"""From these likenesses on: people who compare would call it a copy, or much the same."""
LEAST_WORDS = 12
"""Shorter texts say too little to be alike."""


def copy_of_other_note(letter: Letter) -> Iterator[Hit]:
    """Find a note that another person gets nearly word for word."""
    for match in _nearest(letter, is_earlier=False):
        if match.likeness >= COPY:
            yield match.as_hit()


def similar_to_other_note(letter: Letter) -> Iterator[Hit]:
    """Find a note much of which another person gets, too."""
    for match in _nearest(letter, is_earlier=False):
        if ALIKE <= match.likeness < COPY:
            yield match.as_hit()


def repeat_of_earlier_note(letter: Letter) -> Iterator[Hit]:
    """Find a note much of which its reader got after an earlier round."""
    for match in _nearest(letter, is_earlier=True):
        if match.likeness >= ALIKE:
            yield match.as_hit()


@dataclass(frozen=True, slots=True)
class _Said:
    """What a note says, in folded words, and to whom."""

    to: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class _Match:
    """A note and the one that it is most like."""

    likeness: float
    part: Part
    to: str

    def as_hit(self) -> Hit:
        part = self.part
        place = (part.start, part.start + len(part.text)) if part.start else None
        return Hit(place, details={"name": self.to, "percent": f"{self.likeness:.0%}"})


def _nearest(letter: Letter, *, is_earlier: bool) -> Iterator[_Match]:
    """Yield for each note of the mail the other one it is most like."""
    known, heading = _names(letter), _heading(letter)
    compared = [
        _Said(to, _read(text, known))
        for other in letter.circumstances.others
        if other.is_earlier is is_earlier
        for to, text in _split_other(other.to, other.body, heading)
    ]
    for part in letter.notes:
        said = _Said(part.name, _read(part.text, known))
        if len(said.words) >= LEAST_WORDS:
            likeness = [(similarity(said.words, other.words), other.to) for other in compared]
            if likeness:
                most, to = max(likeness)
                yield _Match(most, part, to)
        if not is_earlier:
            # The next note of this mail is compared with this one.
            compared.append(said)


def _split_other(to: str, body: str, heading: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the notes of another mail: those under headings, else the mail as a whole."""
    frame, *blocks = heading.split(body)
    if not blocks:
        yield to, frame
    yield from zip(blocks[::2], blocks[1::2], strict=True)


def _heading(letter: Letter) -> re.Pattern[str]:
    """Return what finds the lines that say for whom a note is."""
    tag = letter.language if phrases.is_available(letter.language) else "en"
    before, after = map(re.escape, phrases.load_phrases(tag).heading.split("{name}"))
    return re.compile(rf"(?m)^[ \t]*{before}([^\n]{{1,80}}){after}[ \t]*$")


def _read(text: str, names: frozenset[str]) -> list[str]:
    return [word for word in anatomy.essence(text, ()) if word not in names]


def _names(letter: Letter) -> frozenset[str]:
    """Return the words of all names that stand in such mails."""
    others = (other.to for other in letter.circumstances.others)
    named = {*letter.known, letter.circumstances.sender, *others}
    return frozenset(word for name in named for word in anatomy.fold_words(name))


RULES = (
    Rule(
        "copy-of-other-note",
        Severity.ERROR,
        copy_of_other_note,
        frozenset({"similar-to-other-note"}),
    ),
    Rule("similar-to-other-note", Severity.WARNING, similar_to_other_note),
    Rule("repeat-of-earlier-note", Severity.WARNING, repeat_of_earlier_note),
)
