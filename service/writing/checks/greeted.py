"""The rules about the name in a salutation: that it is the reader's, and spelled as theirs.

Accents, titles and greeting words do not matter; short forms of first names, initials and usual
transcriptions ("Krueger") are the reader's. A reader whose name is not in Latin letters may be
greeted in them, so nothing is said then.
"""

import re
from collections.abc import Iterator

from service.records import Person
from service.writing import anatomy
from service.writing.anatomy import Part
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.words import Words

NAME_LETTERS = 4
"""Shorter names are too alike to call one a misspelling of the other."""
LONG_NAME_LETTERS = 6
"""From here on two slips still point to the same name."""
SHORT_FORM_LETTERS = 2
_TRANSCRIPTIONS = str.maketrans(
    {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00df": "ss", "\u00f8": "oe", "\u00e5": "aa"}
)
_PLAIN = str.maketrans({"\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0131": "i", "\u00e6": "ae"})
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def wrong_name(letter: Letter) -> Iterator[Hit]:
    """Find a salutation in which no name is the reader's, nor near to it."""
    for part, words in _parts(letter):
        named = _greeted_names(part, words)
        reader = _Reader(letter.people[part.name], words)
        if named and not any(reader.is_called(name) or reader.near(name) for _, name in named):
            place = (named[0][0], named[-1][0] + len(named[-1][1]))
            found = letter.body[slice(*place)]
            yield Hit(place, details={"name": part.name, "found": found})


def misspelled_name(letter: Letter) -> Iterator[Hit]:
    """Find a name in the salutation that is a slip or two away from the reader's."""
    for part, words in _parts(letter):
        reader = _Reader(letter.people[part.name], words)
        named = _greeted_names(part, words)
        for start, name in named:
            wanted = reader.near(name)
            is_there = wanted and any(other.casefold() == wanted.casefold() for _, other in named)
            if wanted and not is_there and not reader.is_called(name):
                place = (start, start + len(name))
                yield Hit(place, details={"wanted": wanted, "found": name})


class _Reader:
    """The reader's name in all the forms that a salutation may have."""

    def __init__(self, person: Person, words: Words) -> None:
        full = " ".join(filter(None, (person.name, person.given_name, person.family_name)))
        self._names: list[str] = _WORD.findall(full)
        self._forms = {form for name in self._names for form in _forms(name)}
        self._initials = "".join(name[0] for name in self._names).casefold()
        self._short_names = words.short_names
        self._is_latin = all(_is_latin(name) for name in self._names)

    def is_called(self, name: str) -> bool:
        """Tell whether this is one of their names, in whatever form."""
        if not self._is_latin or not _is_latin(name):
            return True
        folded = anatomy.fold(name)
        if _forms(name) & self._forms or folded in self._initials:
            return True
        if any(_is_shortened(folded, form) for form in self._forms):
            return True
        return any(folded in row and row & self._forms for row in self._short_names)

    def near(self, name: str) -> str | None:
        """Return the name of theirs that this one seems to be meant for."""
        for own in self._names:
            if any(_is_near(anatomy.fold(name), form) for form in _forms(own)):
                return own
        return None


def _parts(letter: Letter) -> Iterator[tuple[Part, Words]]:
    if letter.words is not None:
        for part in letter.parts:
            yield part, letter.words


def _greeted_names(part: Part, words: Words) -> list[tuple[int, str]]:
    """Return the names in the salutation with their places in the body; none when in doubt."""
    salutation = anatomy.salutation_of(part.text)
    if salutation is None:
        return []
    start, line = salutation
    greeting = next((g for g in words.greetings if re.match(rf"{g}\b", line, re.IGNORECASE)), None)
    if greeting is None:
        return []
    found = [
        (part.start + start + match.start(), match.group())
        for match in _WORD.finditer(line)
        if match.start() >= len(greeting)
    ]
    folded = {anatomy.fold(name) for _, name in found}
    if folded & words.groups:
        return []
    return [
        (place, name)
        for place, name in found
        if anatomy.fold(name) not in words.titles and not name[0].islower()
    ]


def _forms(name: str) -> set[str]:
    folded = re.sub(r"['\u2019]", "", name.casefold())
    return {
        anatomy.fold(folded.translate(_TRANSCRIPTIONS)),
        anatomy.fold(folded.translate(_PLAIN)),
        anatomy.fold(folded),
    }


def _is_latin(name: str) -> bool:
    return all(ord(letter) < ord("\u0250") or "\u1e00" <= letter < "\u1f00" for letter in name)


def _is_shortened(short: str, name: str) -> bool:
    is_much_shorter = len(name) - len(short) >= SHORT_FORM_LETTERS
    return is_much_shorter and len(short) > SHORT_FORM_LETTERS and name.startswith(short)


def _is_near(one: str, other: str) -> bool:
    length = min(len(one), len(other))
    if length < NAME_LETTERS or one == other:
        return False
    return _slips(one, other) <= (2 if length >= LONG_NAME_LETTERS else 1)


def _slips(one: str, other: str) -> int:
    """Count the letters added, left out, changed or swapped with the next between two words."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, its in enumerate(other, 1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                least = min(least, rows[-2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]
