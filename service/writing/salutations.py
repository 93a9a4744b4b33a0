"""How a mail greets its reader, one function per language.

A form of address is never guessed, from a first name or anything else: what is not stored stays
neutral, with the whole name.
"""

from collections.abc import Callable, Mapping

from service.records import Person
from service.writing.phrases import Salutation

Greet = Callable[[Person, str | None, Salutation], str]


def greet(person: Person, country: str | None, language: str, words: Salutation) -> str:
    """Return the salutation line for this person, who is in `country` (None: unknown)."""
    return _BY_LANGUAGE[language](person, country, words)


def _greet_in_english(person: Person, country: str | None, words: Salutation) -> str:
    """Take the title before the form of address, and the first name where it was noted so."""
    noted = (person.form_of_address or "").strip().rstrip(".").casefold()
    if noted in words.by_first_name and person.given_name and not person.title:
        return words.first_name.format(given_name=person.given_name)
    has_stop = country in words.stop_countries
    if person.title and person.title.strip():
        form = " ".join(_with_stop(word, has_stop, words) for word in person.title.split())
    elif noted in words.forms:
        form = _with_stop(words.forms[noted], has_stop, words)
    else:
        return words.neutral.format(name=person.name)
    if person.family_name:
        return words.formal.format(form=form, family_name=person.family_name)
    return words.formal_full.format(form=form, name=person.name)


def _with_stop(word: str, has_stop: bool, words: Salutation) -> str:
    """Write an abbreviated title as the country does; every other word stays as it was noted."""
    for abbreviation in words.abbreviations:
        if word.rstrip(".").casefold() == abbreviation.casefold():
            return abbreviation + ("." if has_stop else "")
    return word


_BY_LANGUAGE: Mapping[str, Greet] = {"en": _greet_in_english}
