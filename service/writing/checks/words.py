"""The word lists of the checks, one data file per language, and their messages.

`checks.toml` holds what is looked for in every language, `checks.LL.toml` what one language adds.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from operator import itemgetter
from typing import Any

from service.writing.phrases import primary_tag


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to look for, and what looks like it and is none of it (`but`)."""

    find: re.Pattern[str]
    but: re.Pattern[str] | None = None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the places where it holds: none that overlaps with a `but`."""
        excluded: list[tuple[int, int]] | None = None
        for match in self.find.finditer(text):
            if excluded is None:
                excluded = [found.span() for found in self.but.finditer(text)] if self.but else []
            # They are in order and none overlaps: the first to end behind the start decides.
            index = bisect_right(excluded, match.start(), key=itemgetter(1))
            if index == len(excluded) or excluded[index][0] >= match.end():
                yield match

    def is_in(self, text: str) -> bool:
        """Tell whether it holds anywhere in a text."""
        return next(self.finditer(text), None) is not None

    def is_whole(self, text: str) -> bool:
        """Tell whether it holds for a text from its beginning to its end."""
        return self.find.fullmatch(text) is not None


_NEVER = Pattern(re.compile(r"(?!)"))


@dataclass(frozen=True, slots=True)
class Words:
    """What the checks look for in one language; names and words are folded (`anatomy.fold`).

    `patterns` are regular expressions by name, mostly a rule's id; case does not matter in them.
    `weekdays` begin with Monday.
    """

    stop_words: frozenset[str]
    greetings: tuple[str, ...]
    titles: frozenset[str]
    groups: frozenset[str]
    forms: Mapping[str, frozenset[str]]
    academic: Mapping[str, frozenset[str]]
    short_names: tuple[frozenset[str], ...]
    weekdays: tuple[Pattern, ...]
    patterns: Mapping[str, Pattern] = field(repr=False)

    def pattern(self, name: str) -> Pattern:
        """Return the pattern of this name; one that is never found where the language has none."""
        return self.patterns.get(name, _NEVER)

    def has(self, name: str) -> bool:
        """Tell whether the language has a pattern of this name."""
        return name in self.patterns


def load_words(language: str) -> Words | None:
    """Return the word lists of a language, None where there are none."""
    tag = primary_tag(language)
    return _read_words(tag) if tag.isalpha() else None


@cache
def load_every_words() -> Mapping[str, Words]:
    """Return the word lists of every language that has any, by its tag."""
    names = (re.fullmatch(r"checks\.(\w+)\.toml", file.name) for file in _data("").iterdir())
    loaded = ((name[1], load_words(name[1])) for name in names if name)
    return {tag: words for tag, words in sorted(loaded, key=itemgetter(0)) if words is not None}


@cache
def load_common() -> Mapping[str, Pattern]:
    """Return the patterns of every language, by name."""
    return _patterns(_load("checks.toml").get("patterns", {}))


@cache
def load_messages(language: str = "en") -> Mapping[str, str]:
    """Return what the checks say, by rule, in the language of the user."""
    return {rule: str(message) for rule, message in _load(f"messages.{language}.toml").items()}


@cache
def _read_words(tag: str) -> Words | None:
    if not _data(f"checks.{tag}.toml").is_file():
        return None
    data = _load(f"checks.{tag}.toml")
    return Words(
        stop_words=frozenset(data["stop_words"]),
        greetings=tuple(data["greetings"]),
        titles=frozenset(data["titles"]),
        groups=frozenset(data["groups"]),
        forms={form: frozenset(words) for form, words in data["forms"].items()},
        academic={title: frozenset(words) for title, words in data["academic"].items()},
        short_names=tuple(frozenset(row) for row in data["short_names"]),
        weekdays=tuple(Pattern(_compile([day])) for day in data["weekdays"]),
        patterns={**load_common(), **_patterns(data["patterns"])},
    )


def _patterns(data: Mapping[str, Any]) -> Mapping[str, Pattern]:
    return {
        name: Pattern(_compile(each["find"]), _compile(each["but"]) if "but" in each else None)
        for name, each in data.items()
    }


def _compile(alternatives: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(_data(name).read_text(encoding="utf-8"))


def _data(name: str) -> resources.abc.Traversable:
    return resources.files("service.writing") / "data" / name
