"""ETag and If-Match: a change names the version it was made from, or it is refused.

So two tabs, or a tab and a script, cannot overwrite each other. A tag is the version of a
follow-up, and a hash of what is stored of an interview.
"""

import hashlib
from typing import Annotated

from fastapi import Header
from pydantic import TypeAdapter
from starlette.responses import Response

from service.records import FollowUp, Interview
from service.web.problems import Problem

IfMatch = Annotated[
    str | None,
    Header(max_length=1000, description="The `ETag` that was seen; `*` for whatever there is."),
]
"""The tags that the caller has seen."""

_INTERVIEW = TypeAdapter(Interview)


def tag_follow_up(follow_up: FollowUp) -> str:
    """Return the tag of a follow-up as it is now."""
    return f'"{follow_up.version}"'


def tag_interview(interview: Interview) -> str:
    """Return the tag of an interview as it is now."""
    return f'"{hashlib.sha256(_INTERVIEW.dump_json(interview)).hexdigest()[:32]}"'


def note(response: Response, tag: str) -> None:
    """Tell the caller which version this is."""
    response.headers["ETag"] = tag


def require(if_match: str | None, tag: str) -> None:
    """Refuse a change that does not say what it was made from, or was made from another version.

    Raises:
        Problem: no tag was sent (428), or another one (412).

    """
    if if_match is None:
        raise Problem(
            428, "It is not said which version was seen.", hint="Send its ETag as If-Match."
        )
    refuse_other(if_match, tag)


def refuse_other(if_match: str | None, tag: str) -> None:
    """Refuse a change that was made from another version than `tag`, where it says so.

    Raises:
        Problem: another tag was sent (412).

    """
    if if_match is None or if_match.strip() == "*":
        return
    if tag not in (each.strip() for each in if_match.split(",")):
        raise changed()


def changed() -> Problem:
    """Return the refusal of a change that was made from another version."""
    return Problem(
        412,
        "It has changed since it was seen; nothing was overwritten.",
        hint="Get it as it is now, and decide again.",
    )
