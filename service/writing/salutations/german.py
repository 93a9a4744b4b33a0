"""How a German mail greets: "Sehr geehrte Frau Dr. Vogt,", "Guten Tag Robin Vogt,", "Hallo Uwe,".

In the salutation stand Dr. and Prof., in Austria every title before the name. Nobody is "Liebe" or
"Lieber": whoever is not Frau or Herr is greeted by the whole name.
"""

import re

from service.records import Interview, Person
from service.writing.phrases import Salutation
from service.writing.salutations.forms import is_informal, noted_form

_TITLES = ("doctor", "professor")


def greet(person: Person, _interview: Interview, country: str | None, words: Salutation) -> str:
    """Take the form that was noted with the titles said there; without one the whole name."""
    is_by_first_name = noted_form(person) in words.lists["by_first_name"]
    if is_informal(person, words) or is_by_first_name:
        return words.patterns["first_name"].format(name=person.given_name or person.name)
    titles = _said_titles(person.title or "", country, words)
    form = words.forms.get(noted_form(person))
    if form is None:
        return words.patterns["neutral"].format(name=_join(titles, person.name))
    name = _join(titles, person.family_name or person.name)
    pattern = words.patterns["female" if form == words.forms["frau"] else "male"]
    return pattern.format(form=form, name=name)


def _join(titles: list[str], name: str) -> str:
    return " ".join((*titles, name))


def _said_titles(title: str, country: str | None, words: Salutation) -> list[str]:
    """Return the titles that are said, each once, in the order in which they were noted."""
    says_all = country in words.lists["all_titles_countries"]
    said: list[str] = []
    for noted in title.replace(",", " ").split():
        first = re.split(r"[.-]", noted.casefold())[0]
        kind = next((k for k in _TITLES if first in words.lists[k]), None)
        is_before = noted.rstrip(".").casefold() not in words.lists["after_name"]
        may_be_said = says_all or (country is None and first in words.lists["academic"])
        is_said = may_be_said and is_before
        known = words.patterns[kind] if kind else noted if is_said else None
        if known and known not in said:
            said.append(known)
    return said
