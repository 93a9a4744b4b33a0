"""How an English mail greets: "Dear Ms Ruiz," where the form is noted, else by the whole name."""

from service.records import Interview, Person
from service.writing.phrases import Salutation
from service.writing.salutations.forms import noted_form


def greet(person: Person, _interview: Interview, country: str | None, words: Salutation) -> str:
    """Take the title before the form of address, and the first name where it was noted so."""
    noted = noted_form(person)
    if noted in words.lists["by_first_name"] and person.given_name and not person.title:
        return words.patterns["first_name"].format(given_name=person.given_name)
    has_stop = country in words.lists["stop_countries"]
    if person.title and person.title.strip():
        form = " ".join(_with_stop(word, words, has_stop=has_stop) for word in person.title.split())
    elif noted in words.forms:
        form = _with_stop(words.forms[noted], words, has_stop=has_stop)
    else:
        return words.patterns["neutral"].format(name=person.name)
    if person.family_name:
        return words.patterns["formal"].format(form=form, family_name=person.family_name)
    return words.patterns["formal_full"].format(form=form, name=person.name)


def _with_stop(word: str, words: Salutation, *, has_stop: bool) -> str:
    """Write an abbreviated title as the country does; every other word stays as it was noted."""
    for abbreviation in words.lists["abbreviations"]:
        if word.rstrip(".").casefold() == abbreviation.casefold():
            return abbreviation + ("." if has_stop else "")
    return word
