"""How a mail speaks of a role, of the reader's house and of several people."""

import re
from collections.abc import Sequence

from service.writing.phrases import Names

_GENDERS = re.compile(r"\s*\((?:[a-z*]{1,3}\s*[/|,]\s*){1,3}[a-z*]{1,3}\)", re.IGNORECASE)
"""The "(m/f/d)" of an advertisement."""


def say_role(role: str) -> str:
    """Return the role as people call it; empty when it is not known."""
    return _GENDERS.sub("", role).strip()


def say_of_role(role: str, words: Names) -> dict[str, str]:
    """Return the phrases with the role in them by name ("the Site Engineer role"); none without."""
    said = say_role(role)
    if not said:
        return {}
    patterns = words.role_as_named if _last_word(said) in words.role_nouns else words.role
    patterns = next((phrases for name, phrases in words.role_kinds if name.search(said)), patterns)
    return {name: pattern.format(role=said) for name, pattern in patterns.items()} | {"role": said}


def say_yours(company: str, words: Names) -> str:
    """Return the word for the reader's house, empty in a language without one."""
    return next((word for name, word in words.yours if name.search(company)), "")


def say_of_company(company: str, words: Names) -> dict[str, str]:
    """Return the phrases with the company in them by name; none in a language without them."""
    fitting = (patterns for name, patterns in words.company if name.search(company))
    patterns = next(fitting, {})
    return {name: pattern.format(company=company) for name, pattern in patterns.items()}


def list_names(names: Sequence[str], words: Names) -> str:
    """Join names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return words.list_more.join(names[:-1]) + words.list_last + names[-1]


def _last_word(text: str) -> str:
    found = re.findall(r"\w+", text)
    return found[-1].casefold() if found else ""
