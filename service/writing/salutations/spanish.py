"""How a Spanish mail greets: "Estimada Sra. Duarte:" where the form is noted.

Whoever is called "tú" is greeted by first name. "Estimado" and "Estimada" need a form, or a title
that tells one ("Dra."); where none is noted it is "Buenos días, Marisol Duarte:".
"""

from service.records import Interview, Person
from service.writing.phrases import Salutation
from service.writing.salutations.forms import is_informal, noted_form


def greet(person: Person, _interview: Interview, _country: str | None, words: Salutation) -> str:
    """Take the title before the form of address; a title is written as the form wants it."""
    if is_informal(person, words):
        return words.patterns["informal"].format(name=person.given_name or person.name)
    form = words.forms.get(noted_form(person), "")
    title = " ".join(_title(word, form, words) for word in (person.title or "").split())
    called = title or form
    if not called:
        return words.patterns["neutral"].format(name=person.name)
    name = person.family_name or person.name
    if called in words.lists["by_first_name"]:
        name = person.given_name or person.name
    for known in (form, called, called.rpartition(" ")[2]):
        for gender in ("woman", "man"):
            if known in words.lists[gender]:
                dear = words.patterns[f"dear_{gender}"]
                return words.patterns["formal"].format(dear=dear, form=called, name=name)
    return words.patterns["titled"].format(form=called, name=name)


def _title(word: str, form: str, words: Salutation) -> str:
    """Write one word of a title as it stands in the middle of a line, for a woman as she has it."""
    folded = word.rstrip(".").casefold()
    if form in words.lists["woman"] and f"{folded} of a woman" in words.forms:
        return words.forms[f"{folded} of a woman"]
    if folded in words.forms:
        return words.forms[folded]
    is_abbreviation = any(folded == each.casefold() for each in words.lists["abbreviations"])
    return folded.capitalize() + "." if is_abbreviation else word
