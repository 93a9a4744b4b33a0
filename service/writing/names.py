"""How a mail speaks of a company, a role and several people."""

import re
from collections.abc import Sequence

from service.writing.phrases import Names

_GENDERS = re.compile(r"\s*\((?:[a-z*]{1,3}\s*[/|,]\s*){1,3}[a-z*]{1,3}\)", re.IGNORECASE)
"""The "(m/f/d)" of an advertisement."""


def say_company(company: str, words: Names) -> str:
    """Return the company as people call it: without its legal form."""
    name = company.strip()
    for ending in words.legal_forms:
        match = re.search(rf"[\s,]+{re.escape(ending)}$", name, re.IGNORECASE)
        if match and match.start() > 0:
            return name[: match.start()]
    return name


def is_company_named(company: str, text: str, words: Names) -> bool:
    """Tell whether a text names the company, whole or by the word that tells it from others."""
    said = say_company(company, words)
    if said.casefold() in text.casefold():
        return True
    distinctive = (
        word
        for word in re.findall(r"[\w'\u2019]{4,}", said)
        if word.casefold() not in words.generic
    )
    word = next(distinctive, None)
    return word is not None and re.search(rf"\b{re.escape(word)}\b", text) is not None


def say_role(role: str) -> str:
    """Return the role as people call it; empty when it is not known."""
    return _GENDERS.sub("", role).strip()


def say_the_role(role: str, words: Names) -> str:
    """Return the role as a thing one talks about ("the Site Engineer role"); empty as above."""
    said = say_role(role)
    if not said:
        return ""
    pattern = words.role_as_named if _last_word(said) in words.role_nouns else words.role
    return pattern.format(role=said)


def list_names(names: Sequence[str], words: Names) -> str:
    """Join names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return words.list_more.join(names[:-1]) + words.list_last + names[-1]


def _last_word(text: str) -> str:
    found = re.findall(r"\w+", text)
    return found[-1].casefold() if found else ""
