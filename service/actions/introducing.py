"""Who the user is: asked once, on the page's first visit, and changed there."""

from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.actions import accounts
from service.actions.office import Office
from service.errors import BadInput
from service.intake import texts
from service.records import Candidate
from service.writing import phrases

MOST_LINES = 3
"""How many lines a signature may have below the name."""


def introduce(
    office: Office,
    candidate: Candidate,
    *,
    name: str,
    zone: str,
    language: str,
    signature: tuple[str, ...],
) -> Candidate:
    """Store who the candidate is; what is unsent and composed is signed anew.

    Raises:
        BadInput: with everything that cannot be used.

    """
    lines = tuple(line.strip() for line in signature if line.strip())
    problems = [
        f"your {what} {problem}"
        for what, text in (("name", name), *(("signature", line) for line in lines))
        if (problem := texts.find_problem(text))
    ]
    if not name.strip():
        problems.append("your name is missing: it stands under every mail")
    if len(lines) > MOST_LINES:
        problems.append(f"a signature has up to {MOST_LINES} lines")
    if not _is_zone(zone):
        problems.append(f'there is no time zone "{zone}"; one is written like Europe/Berlin')
    if not phrases.is_available(language):
        problems.append("mails cannot be written in that language")
    if problems:
        raise BadInput("That cannot be used.", "", tuple(problems))
    told = replace(candidate, name=name.strip(), zone=zone, language=language, signature=lines)
    if told == candidate:
        return candidate
    saved = office.save_candidate(told)
    accounts.rewrite_unsent(office, saved)
    return saved


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
