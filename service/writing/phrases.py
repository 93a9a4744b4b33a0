"""The sentences and word lists of one language, read from its data file.

Whoever composes in a language gets all its words from here. A language without a data file does
not exist; nothing falls back to another one.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Dates:
    """How a day is named: `near` within a week of the mail, else `far`; phrases by their names.

    `first_day` is the number of a month's first day where it is another word ("1er").
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    near: Mapping[str, str]
    far: Mapping[str, str]
    far_month_first: Mapping[str, str]
    month_first_countries: frozenset[str]
    first_day: str = "1"


@dataclass(frozen=True, slots=True)
class Salutation:
    """What the salutation code of the language greets with; what is in it, that code knows.

    `forms` says what a noted form of address (folded) is in this language. `lists` are folded,
    but for the country codes; who is noted in a form of `lists["informal"]` is written to as a
    friend is, where the language makes a difference.
    """

    patterns: Mapping[str, str]
    forms: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the splitting of the user's text into sentences needs to know.

    A line that ends as `line_end` says is a sentence, without any mark; None: no line is.
    """

    abbreviations: frozenset[str]
    number_abbreviations: frozenset[str]
    leaning: frozenset[str]
    leaning_on: re.Pattern[str]
    answering: frozenset[str]
    full_stop: str
    joiner: str
    line_end: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """How roles and people are spoken of; `role` and `role_as_named` are phrases by their names.

    `yours` is the word for the reader's house by what its name looks like ("a hospital's" in
    Japanese is not "a company's"); empty in a language with one word for all. `company` are phrases
    with the company by their names, by what its name looks like ("bei der Kita Sonnenhügel").
    `role_kinds` are such phrases with the role ("le poste d'infirmière"); where none fits, `role`
    holds.
    """

    role_nouns: frozenset[str]
    role: Mapping[str, str]
    role_as_named: Mapping[str, str]
    list_last: str
    list_more: str
    yours: tuple[tuple[re.Pattern[str], str], ...] = ()
    company: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...] = ()
    role_kinds: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...] = ()


@dataclass(frozen=True, slots=True)
class UserWords:
    """What the user's own words are told by.

    `clause_starts` begin a sentence, however short. `wish` says that they want the job.
    `sentence_end` is how a sentence ends in a language without small letters; None elsewhere.
    `company` is what is said in place of the company's name, None where nothing is.
    """

    clause_starts: frozenset[str]
    wish: re.Pattern[str]
    sentence_end: re.Pattern[str] | None
    company: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class LineKind:
    """Carriers for a line that is no sentence, by its first word or by what is in it (`fits`).

    Neither `starts` nor `fits`: all the others.
    """

    starts: frozenset[str]
    carriers: tuple[str, ...]
    fits: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Echo:
    """What may follow a line that tells what the reader did, `unless` the line says as much.

    Such a line is told by its first word or by what is in it (`fits`).
    """

    starts: frozenset[str]
    variants: tuple[str, ...]
    unless: re.Pattern[str]
    fits: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """The variants of a mail from the user to somebody they met."""

    subjects: tuple[str, ...]
    subjects_without_role: tuple[str, ...]
    subjects_short: tuple[str, ...]
    openings: tuple[str, ...]
    fuller: tuple[str, ...]
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
    """Everything that composing says in one language.

    `informal` says the same among friends (du, tu, tú), None in a language without a difference.
    """

    language: str
    dates: Dates
    salutation: Salutation
    sign_off: str
    sign_off_by_country: Mapping[str, str]
    sentences: Sentences
    names: Names
    user_words: UserWords
    line_kinds: tuple[LineKind, ...]
    reason_kinds: tuple[LineKind, ...]
    headline_words: int
    headline_finished_words: int
    echo: Echo
    own: Own
    heading: str
    agency: Frame
    colleague: Frame
    informal: "Phrases | None" = None


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
    informal = data.pop("informal", None)
    if informal is None:
        return _read_phrases(tag, data)
    return replace(_read_phrases(tag, data), informal=_read_phrases(tag, _overlay(data, informal)))


def _overlay(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the data with the changes put in: tables are joined, all else is replaced."""
    joined = dict(data)
    for name, change in changes.items():
        is_table = isinstance(change, dict)
        joined[name] = _overlay(data.get(name, {}), change) if is_table else change
    return joined


def _read_phrases(tag: str, data: dict[str, Any]) -> Phrases:
    headline = data["line_headline"]
    return Phrases(
        language=tag,
        dates=_read_dates(data["dates"]),
        salutation=_read_salutation(data["salutation"]),
        sign_off=data["sign_off"]["default"],
        sign_off_by_country=data["sign_off"].get("by_country", {}),
        sentences=_read_sentences(data["sentences"]),
        names=_read_names(data["names"]),
        user_words=_read_user_words(data["user_words"]),
        line_kinds=_read_kinds(data["line_kinds"]),
        reason_kinds=_read_kinds(data.get("reason_kinds", ())),
        headline_words=headline["words"],
        headline_finished_words=headline["finished_words"],
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
        far_month_first=data.get("far_month_first", data["far"]),
        month_first_countries=frozenset(data.get("month_first_countries", ())),
        first_day=data.get("first_day", "1"),
    )


def _read_salutation(data: dict[str, Any]) -> Salutation:
    return Salutation(
        patterns=data["patterns"],
        forms=data["forms"],
        lists={name: frozenset(words) for name, words in data["lists"].items()},
    )


def _read_sentences(data: dict[str, Any]) -> Sentences:
    return Sentences(
        abbreviations=_folded(data["abbreviations"]),
        number_abbreviations=_folded(data["number_abbreviations"]),
        leaning=_folded(data["leaning"]),
        leaning_on=re.compile("|".join(data["leaning_on"]), re.IGNORECASE),
        answering=_folded(data["answering"]),
        full_stop=data.get("full_stop", "."),
        joiner=data.get("joiner", " "),
        line_end=_compile_if_any(data.get("line_end")),
    )


def _read_names(data: dict[str, Any]) -> Names:
    return Names(
        role_nouns=_folded(data.get("role_nouns", ())),
        role=data["role"],
        role_as_named=data.get("role_as_named", data["role"]),
        list_last=data["list_last"],
        list_more=data["list_more"],
        yours=tuple((re.compile(name), word) for word, name in data.get("yours", {}).items()),
        company=tuple(
            (re.compile(kind["fits"]), kind["phrases"]) for kind in data.get("company", ())
        ),
        role_kinds=tuple(
            (re.compile(kind["fits"]), kind["phrases"]) for kind in data.get("role_kinds", ())
        ),
    )


def _read_user_words(data: dict[str, Any]) -> UserWords:
    return UserWords(
        clause_starts=_folded(data["clause_starts"]),
        wish=re.compile("|".join(data["wish"]), re.IGNORECASE),
        sentence_end=_compile_if_any(data.get("sentence_end")),
        company=_compile_if_any(data.get("company")),
    )


def _compile_if_any(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _read_kinds(data: Any) -> tuple[LineKind, ...]:
    return tuple(
        LineKind(
            _folded(kind.get("starts", ())),
            tuple(kind["carriers"]),
            _compile_if_any(kind.get("fits")),
        )
        for kind in data
    )


def _read_echo(data: dict[str, Any]) -> Echo:
    return Echo(
        starts=_folded(data["starts"]),
        variants=tuple(data["variants"]),
        unless=re.compile(data["unless"], re.IGNORECASE),
        fits=_compile_if_any(data.get("fits")),
    )


def _read_own(data: dict[str, Any]) -> Own:
    closings = data["closings"]
    return Own(
        subjects=tuple(data["subjects"]),
        subjects_without_role=tuple(data["subjects_without_role"]),
        subjects_short=tuple(data.get("subjects_short", ())),
        openings=tuple(data["openings"]),
        fuller=tuple(data.get("fuller", ())),
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
