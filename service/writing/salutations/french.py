"""How a French mail greets: "Bonjour Madame Arnaud," where the form is noted.

"Maître", "Professeur" and "Docteur" are said in place of the form; degrees are not said. Whoever is
called "tu" is greeted by first name, and where nothing is noted it is "Bonjour Claire Arnaud,".
"""

import re

from service.records import Interview, Person
from service.writing.phrases import Salutation
from service.writing.salutations.forms import is_informal, noted_form

_TITLES = ("advocate", "professor", "doctor_woman", "doctor")
"""Of several the first is said ("Prof. Dr.")."""


def greet(person: Person, _interview: Interview, _country: str | None, words: Salutation) -> str:
    """Take the title, where it is one that is said, before the form of address."""
    if is_informal(person, words):
        return words.patterns["neutral"].format(name=person.given_name or person.name)
    form = words.forms.get(noted_form(person))
    called = _said_title(person, form, words) or form
    if called is None:
        return words.patterns["neutral"].format(name=person.name)
    return words.patterns["formal"].format(form=called, name=person.family_name or person.name)


def _said_title(person: Person, form: str | None, words: Salutation) -> str | None:
    """Return the one title that is said, noted as a title or as the form; None where none is."""
    text = f"{person.title or ''} {noted_form(person)}"
    noted = [word.rstrip(".") for word in re.split(r"[\s,]+", text) if word]
    folded = {word.casefold() for word in noted}
    for kind in _TITLES:
        if folded & words.lists[kind]:
            is_professor_woman = kind == "professor" and form == words.forms["madame"]
            return words.patterns["professor_woman" if is_professor_woman else kind]
    as_noted = (word for word in noted if word.casefold() in words.lists["said_as_noted"])
    return next((word[0].upper() + word[1:] for word in as_noted), None)
