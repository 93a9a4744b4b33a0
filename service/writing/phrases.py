"""The sentences and word lists of one language, read from its data file.

Whoever composes in a language gets all its words from here. A language without a data file does
not exist; nothing falls back to another one.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Dates:
    """How a day is named: `near` within a week of the mail, else `far`."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    near: str
    far: str
    far_month_first: str
    month_first_countries: frozenset[str]
    on: str


@dataclass(frozen=True, slots=True)
class Salutation:
    """What the salutation code of the language greets with."""

    formal: str
    formal_full: str
    first_name: str
    neutral: str
    forms: Mapping[str, str]
    by_first_name: frozenset[str]
    abbreviations: tuple[str, ...]
    stop_countries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the splitting of the user's text into sentences needs to know."""

    abbreviations: frozenset[str]
    number_abbreviations: frozenset[str]
    leaning: frozenset[str]
    leaning_on: re.Pattern[str]
    answering: frozenset[str]


@dataclass(frozen=True, slots=True)
class Names:
    """How companies, roles and people are spoken of."""

    legal_forms: tuple[str, ...]
    generic: frozenset[str]
    role_nouns: frozenset[str]
    role: str
    role_as_named: str
    list_last: str
    list_more: str


@dataclass(frozen=True, slots=True)
class LineKind:
    """Carriers for a line that is no sentence, by its first word; no `starts`: all the others."""

    starts: frozenset[str]
    carriers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Echo:
    """What may follow a line that tells what the reader did, `unless` the line says as much."""

    starts: frozenset[str]
    variants: tuple[str, ...]
    unless: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Own:
    """The variants of a mail from the user to somebody they met."""

    subjects: tuple[str, ...]
    subjects_without_role: tuple[str, ...]
    openings: tuple[str, ...]
    interest_before: tuple[str, ...]
    interest_after: tuple[str, ...]
    interest_after_wish: tuple[str, ...]
    interest_plain: tuple[str, ...]
    reason_carriers: tuple[str, ...]
    joined_reason_carriers: tuple[str, ...]
    closings_eager: tuple[str, ...]
    closings_calm: tuple[str, ...]
    calm_countries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Frame:
    """The variants around notes that somebody is asked to pass on."""

    subjects: tuple[str, ...]
    subjects_without_role: tuple[str, ...]
    thanks: tuple[str, ...]
    request_one: tuple[str, ...]
    request_many: tuple[str, ...]
    openings_one: tuple[str, ...]
    openings_many: tuple[str, ...]
    closings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything that composing says in one language."""

    language: str
    dates: Dates
    salutation: Salutation
    sign_off: str
    sign_off_by_country: Mapping[str, str]
    sentences: Sentences
    names: Names
    clause_starts: frozenset[str]
    wish: re.Pattern[str]
    line_kinds: tuple[LineKind, ...]
    headline_words: int
    headline_finished_words: int
    echo: Echo
    own: Own
    heading: str
    agency: Frame
    colleague: Frame


def primary_tag(language: str) -> str:
    """Return the language without its region: "en" for "en-GB"."""
    return re.split(r"[-_]", language.strip().casefold(), maxsplit=1)[0]


def is_available(language: str) -> bool:
    """Tell whether mails can be composed in this language."""
    tag = primary_tag(language)
    return tag.isalpha() and _file(tag).is_file()


@cache
def load_phrases(language: str) -> Phrases:
    """Read the phrases of a language that is available."""
    tag = primary_tag(language)
    data: dict[str, Any] = tomllib.loads(_file(tag).read_text(encoding="utf-8"))
    line_headline = data["line_headline"]
    return Phrases(
        language=tag,
        dates=_read_dates(data["dates"]),
        salutation=_read_salutation(data["salutation"]),
        sign_off=data["sign_off"]["default"],
        sign_off_by_country=data["sign_off"].get("by_country", {}),
        sentences=_read_sentences(data["sentences"]),
        names=_read_names(data["names"]),
        clause_starts=_folded(data["user_words"]["clause_starts"]),
        wish=re.compile("|".join(data["user_words"]["wish"]), re.IGNORECASE),
        line_kinds=tuple(
            LineKind(_folded(kind.get("starts", ())), tuple(kind["carriers"]))
            for kind in data["line_kinds"]
        ),
        headline_words=line_headline["words"],
        headline_finished_words=line_headline["finished_words"],
        echo=_read_echo(data["line_echo"]),
        own=_read_own(data["own"]),
        heading=data["passing_on"]["heading"],
        agency=_read_frame(data["agency"]),
        colleague=_read_frame(data["colleague"]),
    )


def needed_by(variant: str) -> frozenset[str]:
    """Return the names of what a variant has to be filled in with."""
    return frozenset(name for _, name, _, _ in Formatter().parse(variant) if name)


def _file(tag: str) -> Any:
    return resources.files(__package__) / "data" / f"{tag}.toml"


def _folded(words: Any) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _read_dates(data: dict[str, Any]) -> Dates:
    return Dates(
        weekdays=tuple(data["weekdays"]),
        months=tuple(data["months"]),
        near=data["near"],
        far=data["far"],
        far_month_first=data["far_month_first"],
        month_first_countries=frozenset(data["month_first_countries"]),
        on=data["on"],
    )


def _read_salutation(data: dict[str, Any]) -> Salutation:
    return Salutation(
        formal=data["formal"],
        formal_full=data["formal_full"],
        first_name=data["first_name"],
        neutral=data["neutral"],
        forms=data["forms"],
        by_first_name=_folded(data["by_first_name"]),
        abbreviations=tuple(data["abbreviations"]),
        stop_countries=frozenset(data["stop_countries"]),
    )


def _read_sentences(data: dict[str, Any]) -> Sentences:
    return Sentences(
        abbreviations=_folded(data["abbreviations"]),
        number_abbreviations=_folded(data["number_abbreviations"]),
        leaning=_folded(data["leaning"]),
        leaning_on=re.compile("|".join(data["leaning_on"]), re.IGNORECASE),
        answering=_folded(data["answering"]),
    )


def _read_names(data: dict[str, Any]) -> Names:
    return Names(
        legal_forms=tuple(sorted(data["legal_forms"], key=len, reverse=True)),
        generic=_folded(data["generic"]),
        role_nouns=_folded(data["role_nouns"]),
        role=data["role"],
        role_as_named=data["role_as_named"],
        list_last=data["list_last"],
        list_more=data["list_more"],
    )


def _read_echo(data: dict[str, Any]) -> Echo:
    return Echo(
        starts=_folded(data["starts"]),
        variants=tuple(data["variants"]),
        unless=re.compile(data["unless"], re.IGNORECASE),
    )


def _read_own(data: dict[str, Any]) -> Own:
    closings = data["closings"]
    return Own(
        subjects=tuple(data["subjects"]),
        subjects_without_role=tuple(data["subjects_without_role"]),
        openings=tuple(data["openings"]),
        interest_before=tuple(data["interest_before"]),
        interest_after=tuple(data["interest_after"]),
        interest_after_wish=tuple(data["interest_after_wish"]),
        interest_plain=tuple(data["interest_plain"]),
        reason_carriers=tuple(data["reason_carriers"]),
        joined_reason_carriers=tuple(data["joined_reason_carriers"]),
        closings_eager=tuple(closings["eager"]),
        closings_calm=tuple(closings["calm"]),
        calm_countries=frozenset(closings["calm_countries"]),
    )


def _read_frame(data: dict[str, Any]) -> Frame:
    return Frame(
        subjects=tuple(data["subjects"]),
        subjects_without_role=tuple(data["subjects_without_role"]),
        thanks=tuple(data.get("thanks", ())),
        request_one=tuple(data["request_one"]),
        request_many=tuple(data["request_many"]),
        openings_one=tuple(data.get("openings_one", ())),
        openings_many=tuple(data.get("openings_many", ())),
        closings=tuple(data["closings"]),
    )
