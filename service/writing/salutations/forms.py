"""The form of address that the user noted for a person, in whatever language."""

from service.records import Person
from service.writing.phrases import Salutation


def is_informal(person: Person, words: Salutation) -> bool:
    """Tell whether the form noted for this person is one among friends (du, tu, tú)."""
    return noted_form(person) in words.lists.get("informal", ())


def noted_form(person: Person) -> str:
    """Return the form of address that was noted, folded; empty when none was."""
    return (person.form_of_address or "").strip().rstrip(".").casefold()
