"""The word lists of the checks, one data file per language, and their messages."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from service.writing.phrases import primary_tag


@dataclass(frozen=True, slots=True)
class Words:
    """What the checks look for in one language; names are folded, patterns ignore case."""

    thanks: re.Pattern[str]
    greetings: tuple[str, ...]
    titles: frozenset[str]
    groups: frozenset[str]
    short_names: tuple[frozenset[str], ...]
    announces_call: re.Pattern[str]
    today: re.Pattern[str]
    yesterday: re.Pattern[str]


def load_words(language: str) -> Words | None:
    """Return the word lists of a language, None where there are none."""
    tag = primary_tag(language)
    return _read_words(tag) if tag.isalpha() else None


@cache
def load_messages(language: str = "en") -> Mapping[str, str]:
    """Return what the checks say, by rule, in the language of the user."""
    text = _data(f"messages.{language}.toml").read_text(encoding="utf-8")
    return {rule: str(message) for rule, message in tomllib.loads(text).items()}


@cache
def _read_words(tag: str) -> Words | None:
    file = _data(f"checks.{tag}.toml")
    if not file.is_file():
        return None
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return Words(
        thanks=_pattern(data["thanks"]),
        greetings=tuple(data["greetings"]),
        titles=frozenset(data["titles"]),
        groups=frozenset(data["groups"]),
        short_names=tuple(frozenset(row) for row in data["short_names"]),
        announces_call=_pattern(*data["announces_call"]),
        today=_pattern(data["relative_days"]["today"]),
        yesterday=_pattern(data["relative_days"]["yesterday"]),
    )


def _data(name: str) -> resources.abc.Traversable:
    return resources.files("service.writing") / "data" / name


def _pattern(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)
