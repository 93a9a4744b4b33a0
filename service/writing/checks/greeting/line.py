"""Reads a salutation that is a line, or begins one: "Dear Ms Duarte,", "Hola, Ainhoa: gracias".

A greeting opens it; so may a title ("Frau Vogt,") or the name ("Priya, thank you"). It goes on
through titles, particles and names and ends before whatever else is said. A small letter is no
name, unless it was noted or all is written small.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.writing import anatomy
from service.writing.checks.greeting.model import Addressee, Kind, Salutation, Word
from service.writing.checks.greeting.own_names import WORD, key_of, load_name_lists
from service.writing.checks.greeting.vocabulary import Vocabulary

MOST_LETTERS = 160
MOST_CLAUSE_WORDS = 7
MOST_TITLE_WORDS = 3
"""So many words may be one title: "Dipl.-Ing.", "Ph. D."."""

_BREAK = re.compile(r"[,;:!?\u2026\n\u3001\uff0c\uff1a\uff01\u2013\u2014]|\s-\s|\.{2,}")
_STOP = re.compile(r"\.\s")
_ARTICLE = re.compile(r"(?:l[ea]|l['\u2019].+)$")
_FULL_CLAUSE_ENDS = (",", ":", "!", "\uff0c", "\uff1a", "\uff01", "-", "\u2013", "\u2014")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    key: str


class LineReader:
    """Reads one line in one language after the other."""

    def __init__(self, line: str, place: int, addressee: Addressee) -> None:
        self._line = line[:MOST_LETTERS]
        self._place = place
        self._addressee = addressee
        self._tokens = [
            _Token(match.group(), match.start(), match.end(), key_of(match.group()))
            for match in WORD.finditer(self._line)
        ]
        self._folded, self._places = anatomy.fold_with_places(self._line)

    def read_greeting(
        self, vocabulary: Vocabulary, own: Vocabulary, *, needs_addressee: bool = False
    ) -> Salutation | None:
        """Read a line that begins with a greeting of this language; `own` is the mail's."""
        if not self._tokens or not self._greeting_at(0, vocabulary):
            return None
        words = self._read(vocabulary, own)
        if all(word.kind is Kind.GREETING for word in words):
            rest = len(words)
            is_closed = rest == len(self._tokens) or self._is_break(rest)
            is_short = len(self._tokens) <= MOST_CLAUSE_WORDS
            if needs_addressee or not (is_closed or is_short):
                return None
        return Salutation(tuple(words), vocabulary)

    def read_addressee(
        self, own: Vocabulary, begins_with: Kind, *, needs_mark: bool
    ) -> Salutation | None:
        """Read a line that begins with the title, or the name, and no more is in its clause.

        With `needs_mark` a comma or the like must end it.
        """
        clause = self._clause_from(0, own, own)
        if clause is None:
            return None
        is_last = len(clause) == len(self._tokens)
        after = self._line[clause[-1].end - self._place :].lstrip(" )")
        if not (after.startswith(_FULL_CLAUSE_ENDS) or (is_last and not needs_mark)):
            return None
        is_somebody = begins_with is Kind.TITLE or self._addressee.is_somebody(clause[0].text)
        if clause[0].kind is not begins_with or not is_somebody:
            return None
        return Salutation(tuple(self._read(own, own)), own, is_greeting_known=False)

    def _read(self, vocabulary: Vocabulary, own: Vocabulary) -> list[Word]:
        words: list[Word] = []
        while (index := len(words)) < len(self._tokens):
            may_greet = not words or words[-1].kind is Kind.GREETING or self._is_break(index)
            greeting = self._greeting_at(index, vocabulary, own) if may_greet else 0
            if greeting:
                words += self._words(index, greeting, Kind.GREETING)
                continue
            if (
                words
                and self._is_break(index, words[-1])
                and not self._goes_on(words, vocabulary, own)
            ):
                break
            kind, count = self._classify(index, words, vocabulary, own)
            if kind is None:
                break
            words += self._words(index, count, kind)
        return words

    def _goes_on(self, words: Sequence[Word], vocabulary: Vocabulary, own: Vocabulary) -> bool:
        """Tell whether the clause after a comma still greets: "Hola, Ainhoa:"."""
        index = len(words)
        between = self._line[self._tokens[index - 1].end : self._tokens[index].start]
        clause = self._clause_from(index, vocabulary, own)
        if clause is None or between.strip() not in (",", "\uff0c"):
            return False
        is_somebodys = any(
            word.kind is Kind.TITLE or self._addressee.is_somebody(word.text) for word in clause
        )
        is_bare = all(word.kind is Kind.GREETING for word in words)
        is_last = index + len(clause) == len(self._tokens)
        return is_somebodys or (is_bare and is_last and not self._line.endswith(("!", ".", "?")))

    def _clause_from(
        self, index: int, vocabulary: Vocabulary, own: Vocabulary
    ) -> list[Word] | None:
        """Return the words up to the next comma if all could address somebody."""
        words: list[Word] = []
        while (at := index + len(words)) < len(self._tokens):
            if words and self._is_break(at, words[-1]):
                break
            kind, count = self._classify(at, words, vocabulary, own)
            token = self._tokens[at]
            is_said = kind is Kind.NAME and token.key in own.stop_words
            if kind is None or (is_said and not self._addressee.is_somebody(token.text)):
                return None
            words += self._words(at, count, kind)
        return words if 0 < len(words) <= MOST_CLAUSE_WORDS else None

    def _classify(
        self, index: int, before: Sequence[Word], vocabulary: Vocabulary, own: Vocabulary
    ) -> tuple[Kind | None, int]:
        """Say what a word is, and how many belong to it; None for what is no salutation."""
        token, addressee = self._tokens[index], self._addressee
        is_letter = len(token.key) == 1
        if not (is_letter and token.key in vocabulary.letters) and addressee.names.has(token.text):
            return Kind.NAME, 1
        is_after_form = bool(before) and any(
            before[-1].key in keys for keys in vocabulary.forms.values()
        )
        if is_after_form and self._is_function(index):
            return None, 1
        if token.key in load_name_lists().particles and token.key not in vocabulary.letters:
            return Kind.JOINING, 1
        if is_after_form and token.key in load_name_lists().surnames_too and self._is_last(index):
            return Kind.NAME, 1
        for kind, count in self._known_at(index, (vocabulary, own)):
            return kind, count
        if token.key in addressee.titles:
            return Kind.TITLE, 1
        if addressee.is_somebody(token.text):
            return Kind.NAME, 1
        if token.key in addressee.house and not is_after_form:
            return Kind.HOUSE, 1
        is_small = token.text[0].islower()
        is_all_small = is_small and self._tokens[0].text[0].islower()
        return (None if is_small and not (is_after_form and is_all_small) else Kind.NAME), 1

    def _known_at(
        self, index: int, vocabularies: Sequence[Vocabulary]
    ) -> Iterator[tuple[Kind, int]]:
        """Yield the longest title or group that begins here."""
        run = self._tokens[index : index + MOST_TITLE_WORDS]
        for count in range(len(run), 0, -1):
            key = "".join(token.key for token in run[:count])
            if any(self._is_break(index + after) for after in range(1, count)):
                continue
            if any(key in each.groups for each in vocabularies):
                yield Kind.GROUP, count
            if any(
                key in each.titles and (len(key) > 1 or key in each.letters)
                for each in vocabularies
            ):
                yield Kind.TITLE, count

    def _is_function(self, index: int) -> bool:
        """Tell "le Directeur" after "Monsieur": a small article, and no name of the reader's."""
        is_article = _ARTICLE.match(self._tokens[index].text) is not None
        after = self._tokens[index + 1 : index + 2]
        return is_article and not any(self._addressee.names.has(token.text) for token in after)

    def _greeting_at(self, index: int, *vocabularies: Vocabulary) -> int:
        """Return how many words a greeting has that begins at this one; none is 0."""
        token = self._tokens[index]
        if self._addressee.names.has(token.text):
            return 0
        begin = bisect_left(self._places, token.start)
        for vocabulary in vocabularies:
            match = vocabulary.greeting.match(self._folded, begin)
            if match and match.end() > begin:
                last = self._places[match.end() - 1]
                return sum(1 for each in self._tokens[index:] if each.start <= last)
        return 0

    def _is_break(self, index: int, before: Word | None = None) -> bool:
        """Tell whether a clause ends right before this word; a title's own stop ends none."""
        last = self._tokens[index - 1]
        between = self._line[last.end : self._tokens[index].start]
        if _BREAK.search(between):
            return True
        is_abbreviated = len(last.key) == 1 or (before is not None and before.kind is not Kind.NAME)
        return _STOP.search(between) is not None and not is_abbreviated

    def _is_last(self, index: int) -> bool:
        """Tell whether a word is the last of its clause."""
        return index + 1 == len(self._tokens) or self._is_break(index + 1)

    def _words(self, index: int, count: int, kind: Kind) -> list[Word]:
        return [
            Word(token.text, self._place + token.start, token.key, kind)
            for token in self._tokens[index : index + count]
        ]
