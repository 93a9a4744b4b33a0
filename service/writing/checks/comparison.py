"""Which other note of the same candidate a note is most like.

What is compared is what they say: without salutation, sign-off and names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.writing import anatomy
from service.writing.anatomy import Part
from service.writing.similarity import similarity

LEAST_WORDS = 12
"""Shorter texts say too little to be alike."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A note, the reader of the one that it is most like, and how much."""

    part: Part
    to: str
    likeness: float


def find_nearest(
    notes: Iterable[Part],
    others: Iterable[tuple[str, str]],
    names: Iterable[str],
    heading: str,
    *,
    among_themselves: bool,
) -> tuple[Nearest, ...]:
    """Compare each note with the other mails, given as (reader, body), and with those before it.

    A mail that passes notes on, each below its `heading` with {name}, is as many notes as it
    passes on. A note without any to compare with is left out.
    """
    left_out = frozenset(word for name in set(names) for word in anatomy.fold_words(name))
    line = _line_of(heading)
    compared = [
        (to, _read(text, left_out)) for to, body in others for to, text in _split(to, body, line)
    ]
    found = []
    for part in notes:
        said = _read(part.text, left_out)
        if compared and len(said) >= LEAST_WORDS:
            likeness, to = max((similarity(said, words), to) for to, words in compared)
            found.append(Nearest(part, to, likeness))
        if among_themselves:
            compared.append((part.name, said))
    return tuple(found)


def _line_of(heading: str) -> re.Pattern[str]:
    before, after = map(re.escape, heading.split("{name}"))
    return re.compile(rf"(?m)^[ \t]*{before}([^\n]{{1,80}}){after}[ \t]*$")


def _split(to: str, body: str, heading: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    frame, *blocks = heading.split(body)
    if not blocks:
        yield to, frame
    yield from zip(blocks[::2], blocks[1::2], strict=True)


def _read(text: str, left_out: frozenset[str]) -> Sequence[str]:
    return [word for word in anatomy.essence(text, ()) if word not in left_out]
