"""What an invitation lets guess: the company by a mail domain, the role by a plain title.

A guess is always shown as one. Where it is not plain there is none: no company from a free mail
domain, a program's or one that reads like an agency's; no role from a title that may hold a name.
"""

import re
from collections.abc import Iterable

from service.intake import guests, wordlists

_SECOND_LEVEL = frozenset(
    {
        *("co", "com", "org", "net", "ac", "edu", "or", "ne", "go", "gv", "ltd", "plc", "nhs"),
        *("gov", "gob", "gouv", "sch", "onmicrosoft"),
    }
)
_HOSTS = frozenset({"mail", "smtp", "mx", "email", "exchange", "corp", "office", "intern"})
_CAPITALS_UP_TO = 3
_TITLE = re.compile(
    r"^(?:(?:invitation|updated invitation|einladung|invitación|invito)\s*:\s*)?"
    r"(?:(?:job|phone|video|zoom|teams|online|on-?site|virtual|first|second|third|final|1st|2nd|3rd"
    r"|technical|panel|telephone)[\s-]+){0,3}"
    r"(?:interview|vorstellungsgespräch|bewerbungsgespräch|jobinterview|entretien(?: d'embauche)?"
    r"|entrevista(?: de trabajo)?|colloquio(?: di lavoro)?|sollicitatiegesprek)"
    r"\s*(?::|[-\u2013\u2014|]|\bfor\b|\bals\b|\bfür\b|\bpour\b|\bpara\b|\bper\b|\bvoor\b)\s*"
    r"(?:the\s+|die\s+|le\s+|la\s+|el\s+)?(?:(?:role|position|job|post|stelle|poste)\s+(?:of|as|als|de)?\s*)?"
    r"(?P<rest>.+)$",
    re.IGNORECASE,
)
_TITLE_LAST = re.compile(
    r"^(?P<rest>.+?)\s*(?:[-\u2013\u2014:|]\s*)?(?:(?:phone|video|first|second|final|technical)\s+)?interview$",
    re.IGNORECASE,
)
_AFTER_ROLE = re.compile(r"\s+(?:at|@|bei|chez|en|in|with|mit|avec|con)\s+.*$", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[-\u2013\u2014|/]\s+|\s*[,(]\s*")
_MOST_WORDS = 6


def guess_company(addresses_in_order: Iterable[str]) -> tuple[str, str | None]:
    """Return a company's name made of the first telling domain, and the agency's domain if any.

    The organiser's address comes first. An empty name means that nothing can be guessed.
    """
    agency = None
    for address in addresses_in_order:
        domain = address.casefold().rpartition("@")[2]
        if domain in wordlists.read_list("free_mail_domains") or guests.is_program_domain(domain):
            continue
        if any(word in domain.replace("-", "") for word in wordlists.read_list("agency_words")):
            agency = agency or domain
            continue
        name = _name_of(domain)
        if len(name) > 1:
            return name, agency
    return "", agency


def guess_role(title: str, people_names: Iterable[str]) -> str:
    """Return the role in "Interview: Site Engineer"; nothing where the title is less plain."""
    match = _TITLE.match(title) or _TITLE_LAST.match(title)
    if match is None:
        return ""
    rest = _AFTER_ROLE.sub("", match["rest"]).strip(" .")
    pieces = [piece.strip(" ).") for piece in _SEPARATOR.split(rest) if piece.strip(" ).")]
    roles = [piece for piece in pieces if _is_role(piece)]
    if len(roles) != 1 or roles[0].casefold() in {name.casefold() for name in people_names}:
        return ""
    return roles[0]


def _is_role(piece: str) -> bool:
    words = re.findall(r"[^\W\d_]+(?:[-'][^\W\d_]+)*", piece)
    if not words or len(words) > _MOST_WORDS or re.search(r"[@<>\d:]", piece):
        return False
    known = wordlists.read_list("role_words")
    endings = tuple(word[1:] for word in known if word.startswith("-"))
    folded = [word.casefold() for word in words]
    return any(word in known or word.endswith(endings) for word in folded)


def _name_of(domain: str) -> str:
    labels = domain.split(".")
    while len(labels) > 2 and labels[0] in _HOSTS:
        labels.pop(0)
    labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    label = labels[-1] if labels else ""
    if label.startswith("xn--"):
        try:
            label = label.encode("ascii").decode("idna")
        except UnicodeError:
            return ""
    words = [word for word in re.split(r"[-_]", label) if word]
    return " ".join(w.upper() if len(w) <= _CAPITALS_UP_TO else w.capitalize() for w in words)
