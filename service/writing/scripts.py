"""Which script a letter is of. What is written in one script says nothing about another."""

from bisect import bisect_right
from collections import Counter

LATIN = "latin"
HAN = "han"
KANA = frozenset({"hiragana", "katakana"})
WIDE = KANA | {HAN}
"""Those that put no spaces between words."""

_RANGES = (
    (0x0041, 0x024F, LATIN),
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "armenian"),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x0900, 0x0DFF, "indic"),
    (0x0E00, 0x0E7F, "thai"),
    (0x10A0, 0x10FF, "georgian"),
    (0x1100, 0x11FF, "hangul"),
    (0x1E00, 0x1EFF, LATIN),
    (0x1F00, 0x1FFF, "greek"),
    (0x3005, 0x3007, HAN),
    (0x3041, 0x309F, "hiragana"),
    (0x30A0, 0x30FF, "katakana"),
    (0x3400, 0x9FFF, HAN),
    (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, HAN),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFF21, 0xFF5A, LATIN),
    (0xFF66, 0xFF9F, "katakana"),
    (0x20000, 0x3134F, HAN),
)
_STARTS = tuple(start for start, _, _ in _RANGES)


def script_of(letter: str) -> str:
    """Return the script of one letter; "other" for those that nobody here asks about."""
    index = bisect_right(_STARTS, ord(letter)) - 1
    return _RANGES[index][2] if index >= 0 and ord(letter) <= _RANGES[index][1] else "other"


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of the letters of a text."""
    return frozenset(script_of(letter) for letter in text if letter.isalpha())


def count_scripts(text: str) -> Counter[str]:
    """Count the letters of a text by their script."""
    return Counter(script_of(letter) for letter in text if letter.isalpha())
