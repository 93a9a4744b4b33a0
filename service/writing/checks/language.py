"""The rules about language and register: one of each, and the language that the reader has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.writing import anatomy, languages, phrases, sentences
from service.writing.anatomy import Part
from service.writing.checks.greeted import salutations_of
from service.writing.checks.greeting import Kind, Salutation
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.checks.words import Pattern, load_words
from service.writing.findings import Severity, Where

TOLD_BY_CAPITALS = frozenset({"de"})
"""Where the word for "you" is also "they", but for its capital."""
BEFORE = 40
_CAPITAL = re.compile(r"\b[A-Z\u00c0-\u00de]")
_BEGINS_SENTENCE = re.compile(r"(?:^|[.!?:\u2026\n])[\s\W]*$")


@dataclass(frozen=True, slots=True)
class _Address:
    """A word that addresses the reader in one register."""

    text: str
    start: int
    end: int
    is_in_text: bool = True


def other_language(letter: Letter) -> Iterator[Hit]:
    """Find a mail, or a note to pass on, that is not in the language of its reader."""
    for part in letter.parts:
        language = letter.language_of(part)
        place = part.place
        found = languages.find_other(_said(letter, part), language)
        if found is None:
            # Around the user's words stand ours, which are in the right language.
            noted = _noted(letter, part)
            found = languages.find_other("\n".join(noted), language)
            start = part.start + part.text.find(noted[0]) if noted else 0
            place = (start, start + len(noted[0])) if noted else None
        if found is not None:
            wanted = languages.name_of(language) or language
            yield Hit(place, details={"found": found, "wanted": wanted})


def mixed_language(letter: Letter) -> Iterator[Hit]:
    """Find a greeting in another language than the text below it."""
    for part, salutation in salutations_of(letter):
        greeting = salutation.vocabulary.language
        language = letter.language_of(part)
        if salutation.is_greeting_known and greeting != language:
            details = {
                "greeting": languages.name_of(greeting) or greeting,
                "text": languages.name_of(language) or language,
            }
            yield Hit((salutation.start, salutation.end), details=details)


def register_mix(letter: Letter) -> Iterator[Hit]:
    """Find du and Sie, tu and vous, tú and usted in one mail; Frau and Madame are no friends."""
    for part, salutation in zip(letter.parts, letter.salutations, strict=True):
        language = letter.language_of(part)
        words = load_words(language)
        if words is None:
            continue
        text = anatomy.blank_quotes(part.text)
        informal = _find(letter, text, part, words.pattern("informal"), "")
        formal = _find(letter, text, part, words.pattern("formal"), language)
        if informal and not formal and salutation is not None:
            formal = _formal_greeting(salutation)
        if informal and formal:
            # What is there less often is the slip; the greeting is none.
            is_slip_formal = len(formal) < len(informal) and formal[0].is_in_text
            slip, other = (formal, informal) if is_slip_formal else (informal, formal)
            details = {"one": other[0].text, "other": slip[0].text}
            yield Hit((slip[0].start, slip[0].end), details=details)


def _said(letter: Letter, part: Part) -> str:
    """Return what a part says after its salutation."""
    salutations = zip(letter.parts, letter.salutations, strict=True)
    greeting = next((found for each, found in salutations if each is part), None)
    return part.text[greeting.end - part.start :] if greeting else part.text


def _noted(letter: Letter, part: Part) -> list[str]:
    """Return the sentences that the user noted for this mail and that stand in this part."""
    if not phrases.is_available(letter.language):
        return []
    words = phrases.load_phrases(letter.language).sentences
    person = letter.people[part.name]
    noted = (person.line, person.reasons, letter.interview.reasons)
    said = (each for text in noted for each in sentences.split(text, words))
    return [each for each in said if each in part.text]


def _find(letter: Letter, text: str, part: Part, pattern: Pattern, language: str) -> list[_Address]:
    """Return the places of a pattern, but in names; where a capital tells, those that it tells."""
    places = (
        (match, part.start + match.start(), part.start + match.end())
        for match in pattern.finditer(text)
        if language not in TOLD_BY_CAPITALS or _is_told(text, match)
    )
    return [
        _Address(match.group().strip(), start, end)
        for match, start, end in places
        if not letter.is_known(Where.BODY, start, end) and not _is_surname(letter, match.group())
    ]


def _is_surname(letter: Letter, word: str) -> bool:
    """Tell whether a word with a capital is part of a name there ("Estimado señor Mira:")."""
    names = {name for person in letter.people.values() for name in person.name.split()}
    return word.strip() in names


def _formal_greeting(salutation: Salutation) -> list[_Address]:
    """Return the form of address in a greeting, if it is one for a stranger."""
    forms = salutation.vocabulary.forms
    strangers = forms.get("woman", frozenset()) | forms.get("man", frozenset())
    return [
        _Address(word.text, word.start, word.end, is_in_text=False)
        for word in salutation.words
        if word.kind is Kind.TITLE and word.key in strangers
    ]


def _is_told(text: str, match: re.Match[str]) -> bool:
    """Tell whether a word has a capital of its own, not that of a sentence."""
    capital = _CAPITAL.search(match.group())
    if capital is None:
        return False
    place = match.start() + capital.start()
    return _BEGINS_SENTENCE.search(text[max(place - BEFORE, 0) : place]) is None


RULES = (
    Rule(
        "other-language",
        Severity.ERROR,
        other_language,
        silences=frozenset(
            {
                "no-salutation",
                "no-thanks",
                "no-interest",
                "no-closing",
                "generic",
                "agency-no-request",
                "mixed-language",
                "register-mix",
            }
        ),
    ),
    Rule("mixed-language", Severity.HINT, mixed_language),
    Rule("register-mix", Severity.WARNING, register_mix),
)
