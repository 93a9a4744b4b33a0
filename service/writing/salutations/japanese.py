"""How a Japanese mail greets: a block of the company, the position and the whole name.

Nobody's name is cut: the family name stands first where the user typed it so.
"""

import re

from service.records import Interview, Kind, Person
from service.writing.phrases import Salutation
from service.writing.salutations.forms import noted_form

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def greet(person: Person, interview: Interview, _country: str | None, words: Salutation) -> str:
    """Put one line under the other; "様" after the name unless another form was noted."""
    title = (person.title or "").strip()
    is_teacher = title.rstrip(".").casefold() in words.lists["teachers"]
    form = words.forms.get(noted_form(person))
    honorific = form or words.patterns["teacher" if is_teacher else "anybody"]
    is_position = not is_teacher and _WIDE.search(title) is not None
    name = person.name.strip()
    is_spaced = re.search(r"\s", name) is not None
    pattern = words.patterns["spaced" if is_spaced else "unspaced"]
    lines = (
        _house(person, interview),
        title if is_position else "",
        pattern.format(name=name, honorific=honorific),
    )
    return "\n".join(filter(None, lines))


def _house(person: Person, interview: Interview) -> str:
    """Return whose house the reader belongs to, as the user typed it; empty when not known."""
    if person.kind is Kind.REPRESENTATIVE:
        return (interview.agency or "").strip()
    return interview.company.strip()
