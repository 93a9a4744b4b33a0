"""Every reading that a typed time has, in five languages; which is accepted is `spoken`'s matter.

The grammar and its words are data (`data/spoken.*`), read with Lark: Earley's method finds all the
ways in which the whole of a text can be read, so no word stays unread and no second reading unseen.
Only `spoken` imports this, once a time was typed: Lark takes its time to load.
"""

import re
import tomllib
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from service.timing import meanings, talk_meanings
from service.timing.meanings import Lack, Moment, Words

LANGUAGES: Final = ("en", "de", "fr", "es", "ja")
_FOLDER: Final = resources.files("service.timing").joinpath("data")
_SILENT: Final = "_"
_MEANING: Final = frozenset({
    "before_yesterday", "yesterday", "today", "tomorrow", "after_tomorrow", "this_morning",
    "this_afternoon", "this_evening", "morning", "afternoon", "evening", "am", "pm", "days",
    "weekdays", "months", "numbers",
})  # fmt: skip
"""The kinds of words that say what is meant; all others only show the grammar its way."""


class Unread(Exception):
    """A text cannot be read whole; `rest` begins with the first word that makes no sense."""

    def __init__(self, rest: str) -> None:
        super().__init__(rest)
        self.rest = rest


def find(text: str, now: datetime, zone: ZoneInfo) -> frozenset[Moment | Lack]:
    """Return every reading of a folded text; none when it names what there is not, like 31 June.

    Raises:
        Unread: some of it cannot be read.

    """
    tree, words = _parse(text, "start")
    return meanings.read(tree, words, now, zone)


def find_start(text: str, now: datetime, zone: ZoneInfo) -> frozenset[Moment | Lack]:
    """Return every reading of when a talk began, or begins; else as `find`."""
    tree, words = _parse(text, "start")
    return talk_meanings.read_start(tree, words, now, zone)


def find_end(
    text: str, starts_at: datetime, now: datetime, zone: ZoneInfo
) -> frozenset[Moment | Lack]:
    """Return every reading of when a talk that starts then ends, or how long it is; as `find`."""
    tree, words = _parse(text, "end")
    return talk_meanings.read_end(tree, words, starts_at, now, zone)


def list_words(language: str) -> dict[str, list[list[str]]]:
    """Return the words of one language by kind: of each thing named all the forms it has."""
    text = _FOLDER.joinpath(f"spoken.{language}.toml").read_text(encoding="utf-8")
    return {
        kind: [entry.split("|") for entry in entries]
        for kind, entries in tomllib.loads(text).items()
    }


def _parse(text: str, rule: str) -> tuple[Tree[Token], Words]:
    """Return all the trees of a text as one, and the values of its words."""
    grammar, words = _load()
    try:
        return grammar.parse(text, start=rule), words
    except UnexpectedInput as error:
        begins = text.rfind(" ", 0, max(error.pos_in_stream or 0, 0)) + 1
        raise Unread(text[begins:]) from error


@lru_cache(maxsize=1)
def _load() -> tuple[Lark, Words]:
    """Return the parser, and the values of the words that have some."""
    forms: dict[str, set[str]] = {}
    values: Words = {}
    for language in LANGUAGES:
        for kind, entries in list_words(language).items():
            forms.setdefault(kind, set()).update(*entries)
            for number, entry in enumerate(entries, start=1):
                for form in entry:
                    value = language if kind == "days" else number
                    values.setdefault((kind.upper(), form), set()).add(value)
    terminals = [_define(kind, words) for kind, words in sorted(forms.items())]
    rules = _FOLDER.joinpath("spoken.lark").read_text(encoding="utf-8")
    grammar = Lark(
        "\n".join([rules, *terminals]),
        start=["start", "end"],
        lexer="dynamic",
        ambiguity="explicit",
    )
    return grammar, values


def _define(kind: str, words: set[str]) -> str:
    """Return the terminal of one kind of words: whole words, longer ones before shorter."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    alternatives = "|".join(re.escape(word).replace("\\ ", " ") for word in longest_first)
    name = kind if kind in _MEANING else f"{_SILENT}{kind}"
    return f"{name.upper()}: /(?<![a-z])(?:{alternatives})(?![a-z])/"
