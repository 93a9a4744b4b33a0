"""Tells slips of the keys from words, by the long words that mails after an interview are made of.

A slip is one letter too few, too many, wrong, or a little away from its place. Whatever else is a
word within a slip of one of those words is listed in the data; all that is farther away is left
alone.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources

FARTHEST_MOVE = 3

# Shorter words are too alike; parts of addresses and of joined words are none.
_WORD = re.compile(r"(?<![\w@'./-])[^\W\d_]{6,30}(?![\w@/-]|[.'][^\W\d_](?![^\W\d_])|\.\w)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n])[\s\"'(\u201c\u2018]{0,5}\Z")


class Spelling:
    """The words of a language that are told from their misspellings.

    Those with a capital are names of days and the like, looked for with a capital only.
    """

    def __init__(self, words: Iterable[str], near_words: Iterable[str]) -> None:
        self._words = {word.casefold(): word for word in words}
        self._right = self._words.keys() | set(near_words)
        self._shortened: dict[str, list[tuple[str, int]]] = {}
        for word in self._words:
            for index, short in enumerate(_shorten(word)):
                self._shortened.setdefault(short, []).append((word, index))

    def find_slips(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the words of a text that are surely misspelled."""
        for match in _WORD.finditer(text):
            word = match.group()
            meant = self.meant_by(word.casefold()) if word[1:].islower() else None
            if meant is not None and (word[0].islower() or _may_be_capital(text, match, meant)):
                yield match

    def meant_by(self, word: str) -> str | None:
        """Return the word that a misspelled one (in small letters) is meant for."""
        if word in self._right:
            return None
        if word in self._shortened:
            meant, index = self._shortened[word][0]
            return self._words[meant] if index < len(word) else None
        for index, short in enumerate(_shorten(word)):
            if index == len(word) - 1:
                # What ends otherwise is an inflection, more often than a slip.
                return None
            if short in self._words:
                # A letter before a word makes another one: ecommerce, iCalendar.
                return self._words[short] if index > 0 else None
            for other, at in self._shortened.get(short, ()):
                is_moved = word[index] == other[at] and abs(at - index) <= FARTHEST_MOVE
                if at == index or is_moved:
                    return self._words[other]
        return None


@cache
def load_spelling(language: str) -> Spelling | None:
    """Return the words of a language (a primary tag), None where none are listed."""
    file = resources.files("service.writing") / "data" / f"spelling.{language}.toml"
    if not language.isalpha() or not file.is_file():
        return None
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return Spelling(data["words"].split(), data["near_words"].split())


def _shorten(word: str) -> Iterator[str]:
    """Yield the word without its first letter, without its second, and so on."""
    return (word[:index] + word[index + 1 :] for index in range(len(word)))


def _may_be_capital(text: str, match: re.Match[str], meant: str) -> bool:
    """Tell whether a word with a capital is no name: at the start of a sentence, or a day."""
    before = text[max(0, match.start() - 8) : match.start()]
    return meant[0].isupper() or _SENTENCE_START.search(before) is not None
