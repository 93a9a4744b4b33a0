"""Which language a text is in: by its letters, or by the little words that every text is full of.

A text that is short, or mixes languages evenly, is in none that could be told.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from service.writing import anatomy
from service.writing.scripts import HAN, KANA, LATIN, count_scripts

LEAST_WORDS = 15
LEAST_LETTERS = 30
"""Less of a text tells nothing."""
LEAST_SHARE = 0.2
"""So many of the words of a text in a language are on its list, at least."""
CLEARLY_MORE = 1.6
"""So many times the words of any other language, and of the one that was asked for."""
MOST_LETTERS_OF_SCRIPT = 0.5
KANA_SHARE = 0.08
"""Japanese has more kana than this among its wide letters, Chinese next to none."""
MOST_TEXT = 20_000

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019](?=[^\W\d_]))?")
_NO_PROSE = re.compile(r"\S{0,64}@\S{1,255}|https?://\S+|www\.\S+")


@dataclass(frozen=True, slots=True)
class _Script:
    name: str
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Languages:
    names: Mapping[str, str]
    languages_of: Mapping[str, frozenset[str]]
    """In which languages a word stands."""
    scripts: Mapping[str, _Script]


def name_of(language: str) -> str | None:
    """Return the name of a language that can be told, None for all others."""
    known = _load()
    if language in known.names:
        return known.names[language]
    scripts = known.scripts.values()
    return next((each.name for each in scripts if language in each.languages), None)


def find_other(text: str, language: str) -> str | None:
    """Return the name of the language of a text that is clearly in another one than this.

    None when it is in this one, when that cannot be told, or when this language is not known.
    """
    if name_of(language) is None:
        return None
    said = _NO_PROSE.sub(" ", anatomy.blank_quotes(text[:MOST_TEXT]))
    script = _script_of(said)
    if script is None:
        return None
    if script != LATIN:
        written = _load().scripts.get(script)
        is_it = written is None or language in written.languages
        return None if is_it or written is None else written.name
    counts, total = _count(said)
    best, found = counts.most_common(1)[0] if counts else ("", 0)
    if total < LEAST_WORDS or best == language or found < LEAST_SHARE * total:
        return None
    is_clear = found >= CLEARLY_MORE * counts[language] + 2
    return _load().names[best] if is_clear else None


def _script_of(text: str) -> str | None:
    """Return the script of most letters; kana and Chinese characters together are "kana"."""
    counts = count_scripts(text)
    wide = counts[HAN] + sum(counts[each] for each in KANA)
    kana = sum(counts.pop(each, 0) for each in KANA)
    counts.pop(HAN, None)
    counts["kana" if kana > KANA_SHARE * wide else HAN] = 2 * wide
    total = sum(counts.values())
    if total < LEAST_LETTERS:
        return None
    script, most = counts.most_common(1)[0]
    return script if most > MOST_LETTERS_OF_SCRIPT * total else None


def _count(text: str) -> tuple[Counter[str], int]:
    """Count the words of a text that are in each language's list, and all of them."""
    languages_of = _load().languages_of
    words = _WORD.findall(anatomy.fold(text).replace("\u2019", "'"))
    found = Counter(language for word in words for language in languages_of.get(word, ()))
    return found, len(words)


@cache
def _load() -> _Languages:
    file = resources.files(__package__) / "data" / "stop_words.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    scripts = {
        name: _Script(each["name"], frozenset(each["languages"]))
        for name, each in data.pop("scripts").items()
    }
    languages_of: dict[str, set[str]] = {}
    for language, each in data.items():
        for word in _words(each["words"]):
            languages_of.setdefault(word, set()).add(language)
    return _Languages(
        names={language: each["name"] for language, each in data.items()},
        languages_of={word: frozenset(found) for word, found in languages_of.items()},
        scripts=scripts,
    )


def _words(listed: str) -> Iterator[str]:
    for word in listed.split():
        yield from _WORD.findall(anatomy.fold(word))
