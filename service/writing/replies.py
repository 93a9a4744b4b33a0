"""The subject of a mail that answers another one: that one's, marked once as an answer."""

import re

_MARK = re.compile(
    r"(?:re|aw|antw|antwort|r[eé]p|sv|vs|vá|odp|ynt|r|res|rif|回复|回覆|返信)\s?(?:\[\d+\])?\s?[:\uff1a]",
    re.IGNORECASE,
)
"""How mail programs of many languages mark an answer ("Re:", "AW:", "RE : ")."""


def reply_subject(subject: str) -> str:
    """Return the subject of an answer to a mail with this one; a thread keeps its subject."""
    answered = subject.strip()
    return answered if _MARK.match(answered) else f"Re: {answered}".rstrip()
