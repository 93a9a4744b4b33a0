"""The words of which salutations consist, read from the word lists of a language.

Lists may write a word with accents and stops ("Dipl.-Ing."); here all are keys: folded letters.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from service.writing import anatomy
from service.writing.checks.words import load_every_words, load_words
from service.writing.scripts import WIDE, scripts_of

_ACCENTED = re.compile(r"[^\W\d_a-zA-Z]")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What greets in one language.

    `greeting` is tried on folded text. `titles` are all words that stand beside a name, `letters`
    those of one letter. `honorific` is what ends a salutation in a language that puts it after the
    name, `position` what may stand in its place; None in all the others.
    """

    language: str
    greeting: re.Pattern[str]
    titles: frozenset[str]
    letters: frozenset[str]
    groups: frozenset[str]
    stop_words: frozenset[str]
    forms: Mapping[str, frozenset[str]]
    academic: Mapping[str, frozenset[str]]
    honorific: re.Pattern[str] | None
    position: re.Pattern[str] | None


@cache
def load_vocabulary(language: str) -> Vocabulary | None:
    """Return what greets in a language, None where it has no word lists."""
    words = load_words(language)
    if words is None:
        return None
    forms = {name: _keys(each) for name, each in words.forms.items()}
    academic = {name: _keys(each) for name, each in words.academic.items()}
    titles = _keys(words.titles)
    return Vocabulary(
        language=language,
        greeting=_compile_greeting(words.greetings),
        titles=titles.union(*forms.values(), *academic.values()),
        letters=frozenset(key for key in titles if len(key) == 1),
        groups=_keys(words.groups),
        stop_words=_keys(words.stop_words),
        forms=forms,
        academic=academic,
        honorific=_compile_ending((*words.groups, *_flat(words.forms))),
        position=_compile_ending(words.titles),
    )


@cache
def load_other_vocabularies(language: str) -> tuple[Vocabulary, ...]:
    """Return what greets in all the other languages."""
    others = (load_vocabulary(tag) for tag in load_every_words() if tag != language)
    return tuple(each for each in others if each is not None)


@cache
def load_every_form() -> Mapping[str, str]:
    """Return what each form of address says of a person, in whatever language it was noted."""
    found: dict[str, str] = {}
    for tag in load_every_words():
        vocabulary = load_vocabulary(tag)
        for said, keys in vocabulary.forms.items() if vocabulary else ():
            for key in keys:
                found.setdefault(key, said)
    return found


@cache
def load_every_academic() -> Mapping[str, frozenset[str]]:
    """Return how each academic title may be written, in all languages together."""
    found: dict[str, frozenset[str]] = {}
    for tag in load_every_words():
        vocabulary = load_vocabulary(tag)
        for title, keys in vocabulary.academic.items() if vocabulary else ():
            found[title] = found.get(title, frozenset()) | keys
    return found


def key_of_title(written: str) -> str:
    """Return the letters of a word, folded: "dipling" for "Dipl.-Ing."."""
    return re.sub(r"[\W\d_]", "", anatomy.fold(written))


def _keys(words: Iterable[str]) -> frozenset[str]:
    return frozenset(key for word in words if (key := key_of_title(word)))


def _flat(lists: Mapping[str, Iterable[str]]) -> list[str]:
    return [word for words in lists.values() for word in words]


def _compile_greeting(pieces: Iterable[str]) -> re.Pattern[str]:
    folded = sorted((_fold_letters(piece) for piece in pieces), key=len, reverse=True)
    if not folded:
        return _NEVER
    return re.compile(rf"(?:{'|'.join(f'(?:{piece})' for piece in folded)})(?!\w)", re.IGNORECASE)


def _fold_letters(piece: str) -> str:
    """Fold the letters of a regular expression that are no part of its own language."""
    return _ACCENTED.sub(lambda match: anatomy.fold(match.group()), piece)


def _compile_ending(words: Iterable[str]) -> re.Pattern[str] | None:
    wide = sorted({word for word in words if scripts_of(word) & WIDE}, key=len, reverse=True)
    if not wide:
        return None
    endings = "|".join(map(re.escape, wide))
    after = r"$|[\s,.:!(\uff08\u3001\uff0c\u3002\uff0e\uff1a\uff01\u3078]"
    return re.compile(rf"(?:{endings})(?={after})")
