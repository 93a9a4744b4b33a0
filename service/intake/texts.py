"""What every text from outside must hold to: no NUL, no lone surrogates, one line where one is."""

import unicodedata

LINE = 200
"""Longest one-line text: a name, a company, a role, a subject."""
PROSE = 10_000
"""Longest text of several lines."""


def find_problem(text: str, *, is_prose: bool = False) -> str | None:
    """Return what makes `text` unusable, or None. Prose may have line breaks and tabs."""
    if "\x00" in text:
        return "holds a NUL character"
    if any("\ud800" <= ch <= "\udfff" for ch in text):
        return "holds half of a character (a lone surrogate): save the file as UTF-8"
    if not is_prose and any(ch in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" for ch in text):
        return "has a line break; it must be one line"
    if any(unicodedata.category(ch) == "Cc" and ch not in "\n\r\t" for ch in text):
        return "holds a control character"
    if len(text) > (PROSE if is_prose else LINE):
        return f"is {len(text)} characters long; at most {PROSE if is_prose else LINE} are taken"
    return None
