"""Finds the phrases of a pattern in subject and body: what a rule that is all words consists of.

What stands in quotation marks is somebody else's, and names that the user typed are right as they
are: neither is found. Typographic apostrophes and spaces are read as plain ones, and a line that
was broken by its length is read on; places are those of the text as it is.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, islice

from service.writing import anatomy
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.words import Pattern, load_common
from service.writing.findings import Where

MOST_HITS = 20
"""Of one rule; who has read so many knows."""

Search = Callable[[str], Iterator[re.Match[str]]]

_PLAIN = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u00a0": " ", "\u202f": " "})
_DOTS = str.maketrans({"\u0130": "i", "\u0131": "i"})
_WRAPPED = re.compile(r"(?<=[^\n]{55})\n(?=\S)")


class Spans:
    """Stretches of a text."""

    def __init__(self, matches: Iterable[re.Match[str]]) -> None:
        spans = sorted(match.span() for match in matches)
        self._starts = [start for start, _ in spans]
        self._reach = list(accumulate((end for _, end in spans), max))

    def hold(self, start: int, end: int) -> bool:
        """Tell whether one of them holds this place."""
        index = bisect_right(self._starts, start)
        return index > 0 and end <= self._reach[index - 1]


def find_phrases(letter: Letter, name: str) -> Iterator[Hit]:
    """Yield the places of a pattern, with the words as `found`."""
    pattern = pattern_of(letter, name)
    return iter(()) if pattern is None else find_matches(letter, pattern.finditer)


def find_marks(letter: Letter, name: str) -> Iterator[Hit]:
    """Yield the places of a pattern, in quotations as well."""
    pattern = pattern_of(letter, name)
    return iter(()) if pattern is None else find_matches(letter, pattern.finditer, quotes=True)


def find_matches(letter: Letter, search: Search, *, quotes: bool = False) -> Iterator[Hit]:
    """Yield the places that a search finds in subject and body; in quotations only if asked."""
    return islice(_find_matches(letter, search, quotes=quotes), MOST_HITS)


def pattern_of(letter: Letter, name: str) -> Pattern | None:
    """Return a pattern of the mail's language, one of every language where it has no words."""
    return letter.words.pattern(name) if letter.words else load_common().get(name)


def texts_of(letter: Letter) -> tuple[tuple[Where, str], ...]:
    """Return what the writer answers for: the body, and the subject unless it is the thread's."""
    body = (Where.BODY, letter.body)
    return ((Where.SUBJECT, letter.subject), body) if is_subject_ours(letter) else (body,)


def is_subject_ours(letter: Letter) -> bool:
    """Tell whether the subject is the writer's, and not that of the mail which is answered."""
    thread = letter.reader.thread
    return thread is None or thread.subject.casefold() not in letter.subject.casefold()


def read_plainly(text: str) -> str:
    """Return the text as long as it was, with plain apostrophes and spaces, and lines read on."""
    return _WRAPPED.sub(" ", text.translate(_PLAIN))


def find_names(letter: Letter, text: str) -> Spans:
    """Return where a text has names: those that the user typed, and the user's own."""
    around = letter.circumstances
    names = (*letter.known, around.sender, around.interview.agency, *around.other_companies)
    # Of hundreds of companies a text names one or two: only those are worth a pattern.
    folded = _fold(text)
    spelled = {name for name in names if name and _fold(name) in folded}
    return Spans(
        match for name in spelled for match in re.finditer(re.escape(name), text, re.IGNORECASE)
    )


def _fold(text: str) -> str:
    """Return the text so that it holds whatever `re.IGNORECASE` finds in it, and some more."""
    return text.translate(_DOTS).casefold()


def _find_matches(letter: Letter, search: Search, *, quotes: bool) -> Iterator[Hit]:
    for where, text in texts_of(letter):
        plain = read_plainly(text)
        names = None
        for match in search(plain if quotes else anatomy.blank_quotes(plain)):
            # Most texts have no match, and need no names.
            names = names or find_names(letter, text)
            if not names.hold(*match.span()):
                yield Hit(match.span(), where, {"found": text[slice(*match.span())].strip()})
