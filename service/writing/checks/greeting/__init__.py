"""Finds the salutation of a text and tells its words apart: greeting, titles, names, groups.

A line that greets comes first. Lines before it may be an address or a date, but no sentence.
"""

from collections.abc import Sequence
from itertools import pairwise

from service.records import Person
from service.writing import anatomy
from service.writing.checks.greeting.block import read_block
from service.writing.checks.greeting.line import LineReader
from service.writing.checks.greeting.model import Addressee, Kind, Salutation, Word
from service.writing.checks.greeting.own_names import WORD, OwnNames, key_of, names_of
from service.writing.checks.greeting.vocabulary import (
    Vocabulary,
    load_other_vocabularies,
    load_vocabulary,
)

__all__ = [
    "Addressee",
    "Kind",
    "OwnNames",
    "Salutation",
    "Vocabulary",
    "Word",
    "address",
    "find_salutation",
    "load_vocabulary",
    "names_of",
]

MOST_LINES = 8
"""An address and a date may stand before the salutation."""
SHORT_LINE_WORDS = 8
HOUSE_LETTERS = 3


def address(reader: Person, people: Sequence[Person], house: Sequence[str]) -> Addressee:
    """Return whom a salutation to this reader may name."""
    others = tuple(names_of(person) for person in people if person.name != reader.name)
    titles = _keys(reader.title or "", reader.form_of_address or "")
    of_house = frozenset(key for key in _keys(*house) if len(key) >= HOUSE_LETTERS)
    return Addressee(names_of(reader), others, titles, of_house)


def find_salutation(
    text: str, place: int, language: str, addressee: Addressee
) -> Salutation | None:
    """Find how a text greets that begins at this place of the body; None when it does not.

    None as well in a language without word lists.
    """
    own = load_vocabulary(language)
    if own is None:
        return None
    block = read_block(text, place, own, addressee) if own.honorific else None
    if block is not None:
        return block
    lines = [
        (line, LineReader(line, place + start, addressee))
        for start, line in anatomy.first_lines(text, MOST_LINES)
    ]
    return _find_among(lines, own)


def _keys(*texts: str) -> frozenset[str]:
    return frozenset(key_of(word) for text in texts for word in WORD.findall(text))


def _find_among(lines: Sequence[tuple[str, LineReader]], own: Vocabulary) -> Salutation | None:
    if not lines:
        return None
    _, first = lines[0]
    found = (
        first.read_greeting(own, own)
        or first.read_addressee(own, Kind.TITLE, needs_mark=True)
        or _read_foreign(first, own)
        or first.read_addressee(own, Kind.NAME, needs_mark=True)
    )
    for (before, _), (_, reader) in pairwise(lines):
        if found or anatomy.count_words(before) > SHORT_LINE_WORDS:
            break
        found = reader.read_greeting(own, own, needs_addressee=True)
        found = found or _read_foreign(reader, own, needs_addressee=True)
        found = found or reader.read_addressee(own, Kind.TITLE, needs_mark=True)
    return (
        found
        or first.read_addressee(own, Kind.TITLE, needs_mark=False)
        or first.read_addressee(own, Kind.NAME, needs_mark=False)
    )


def _read_foreign(
    reader: LineReader, own: Vocabulary, *, needs_addressee: bool = False
) -> Salutation | None:
    """Read a greeting of another language: the one that says most of it."""
    read = (
        reader.read_greeting(other, own, needs_addressee=needs_addressee)
        for other in load_other_vocabularies(own.language)
    )
    return max(filter(None, read), key=lambda found: len(found.words), default=None)
