"""How a mail greets its reader, one module per language with a `greet`.

A form of address is never guessed, from a first name or anything else: what is not stored stays
neutral, with the whole name.
"""

from collections.abc import Callable, Mapping

from service.records import Interview, Person
from service.writing.phrases import Salutation
from service.writing.salutations import english, french, german, japanese, spanish
from service.writing.salutations.forms import is_informal

__all__ = ["greet", "is_informal"]

Greet = Callable[[Person, Interview, str | None, Salutation], str]

_BY_LANGUAGE: Mapping[str, Greet] = {
    "de": german.greet,
    "en": english.greet,
    "es": spanish.greet,
    "fr": french.greet,
    "ja": japanese.greet,
}


def greet(
    person: Person, interview: Interview, country: str | None, language: str, words: Salutation
) -> str:
    """Return the salutation for this person, who is in `country` (None: unknown)."""
    return _BY_LANGUAGE[language](person, interview, country, words)
