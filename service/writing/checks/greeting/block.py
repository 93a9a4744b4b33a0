"""Reads a salutation that ends with an honorific: a company, a department, the name, and "様".

It is one of the first lines, and may be the whole block or begin a sentence. Nothing in the name
marks where it begins: it is the reader's where the line ends like it, else the last words.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from service.writing import anatomy
from service.writing.checks.greeting.model import Addressee, Kind, Salutation, Word
from service.writing.checks.greeting.own_names import key_of
from service.writing.checks.greeting.vocabulary import Vocabulary, key_of_title
from service.writing.scripts import WIDE, scripts_of

MOST_LINES = 6
MOST_LETTERS = 60
WIDE_NAME_LETTERS = 4
"""A family name or a first name is no longer."""
_SENTENCE_END = re.compile(r"[\u3002\uff0e!?\uff01\uff1f]")
_PIECE = re.compile(r"[^\s()\uff08\uff09\u30fb,\uff0c\u3001]+")


def read_block(
    text: str, place: int, vocabulary: Vocabulary, addressee: Addressee
) -> Salutation | None:
    """Read the salutation among the first lines; None when no honorific stands there."""
    lines = list(_lines_before_sentence(text))
    for ending in (vocabulary.honorific, vocabulary.position):
        for start, line in lines:
            found = _find_ending(ending, line, vocabulary) if ending else None
            if found and line[: found.end()].strip():
                words = _read_before(line[: found.end()], found.start(), addressee, vocabulary)
                placed = (replace(w, start=place + start + w.start) for w in words if w.text)
                return Salutation(tuple(placed), vocabulary)
    return None


def _find_ending(
    ending: re.Pattern[str], line: str, vocabulary: Vocabulary
) -> re.Match[str] | None:
    """Return the first ending of a name; a word for many only where no name comes after it.

    "採用担当 久保様" is written to Kubo, of recruiting.
    """
    endings = list(ending.finditer(line))
    of_names = (
        each
        for each in endings
        if not any(key_of_title(each.group()).endswith(group) for group in vocabulary.groups)
    )
    return next(of_names, endings[0] if endings else None)


def _lines_before_sentence(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first lines up to the end of the first sentence."""
    for start, line in anatomy.first_lines(text, MOST_LINES):
        end = _SENTENCE_END.search(line)
        yield start, line[: end.start() if end else MOST_LETTERS][:MOST_LETTERS]
        if end:
            return


def _read_before(
    said: str, at: int, addressee: Addressee, vocabulary: Vocabulary
) -> Iterator[Word]:
    """Yield the words of a line that ends with an honorific, which begins at `at`."""
    honorific, before = said[at:], said[:at].rstrip()
    keys = (key_of_title(honorific), key_of_title(before), key_of_title(before + honorific))
    if any(key.endswith(group) for key in keys for group in vocabulary.groups if key):
        yield Word(before, 0, keys[1], Kind.HOUSE)
        yield Word(honorific, at, keys[0], Kind.GROUP)
        return
    before, titles = _cut_titles(before, vocabulary)
    yield from _find_name(before, addressee)
    yield from titles
    yield Word(honorific, at, keys[0], Kind.TITLE)


def _cut_titles(before: str, vocabulary: Vocabulary) -> tuple[str, list[Word]]:
    """Take the titles off that stand between name and honorific: "高橋部長様"."""
    titles: list[Word] = []
    wide = sorted((t for t in vocabulary.titles if scripts_of(t) & WIDE), key=len, reverse=True)
    while title := next((each for each in wide if before.endswith(each)), ""):
        before = before.removesuffix(title)
        titles.insert(0, Word(title, len(before), key_of_title(title), Kind.TITLE))
        before = before.rstrip()
    return before, titles


def _find_name(before: str, addressee: Addressee) -> Iterator[Word]:
    own = _own_at_end(before, addressee)
    pieces = list(_PIECE.finditer(before, own or 0))
    if len(pieces) < 2:
        earlier = [piece for piece in _PIECE.finditer(before) if piece.end() <= (own or 0)]
        pieces = [*earlier[-1:], *pieces]
    is_whole = len(pieces) > 1 and _is_one_name(pieces[-2].group(), pieces[-1].group())
    for piece in pieces[-2:] if is_whole else pieces[-1:]:
        yield Word(piece.group(), piece.start(), key_of(piece.group()), Kind.NAME)


def _own_at_end(before: str, addressee: Addressee) -> int | None:
    """Return where the reader's name begins that ends a line; None when none does.

    One sign more in front of it makes another name: 小林 is not 林.
    """
    words = addressee.names.words
    spellings = {r"\s*".join(map(re.escape, words)), *map(re.escape, words)}
    for spelling in sorted(spellings, key=len, reverse=True):
        match = re.search(rf"(?:{spelling})$", before, re.IGNORECASE) if words else None
        if match:
            attached = re.search(r"\S*$", before[: match.start()])
            if attached is None or len(attached.group()) != 1:
                return match.start()
    return None


def _is_one_name(family: str, given: str) -> bool:
    """Tell whether two pieces side by side are the two halves of one name."""
    are_wide = bool(scripts_of(family) & WIDE), bool(scripts_of(given) & WIDE)
    if not any(are_wide):
        return True
    is_short = max(len(family), len(given)) <= WIDE_NAME_LETTERS
    return all(are_wide) and is_short
