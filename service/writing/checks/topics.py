"""Whether a text takes up something that the user noted: a topic, a role.

Words are compared by how they begin, since a text bends and lengthens them ("discharge planning",
"plans every discharge"). Scripts without spaces are compared by pairs of characters that carry
meaning. What cannot be told by that counts as taken up.
"""

import re
from collections.abc import Collection, Iterator

from service.writing import anatomy

WORD_LETTERS = 4
"""Shorter words say too little."""
SHARED = 2 / 3
"""So much of the shorter word is its beginning in common with the other."""
_WIDE_RUN = re.compile(r"[\u3005\u3400-\u9fff]+|[\u30a1-\u30fa\u30fc]+|[\u3041-\u3096]+")
# An ideograph with its ending; the signs left out are particles after a noun of one ideograph.
_STEM = re.compile(
    r"[\u3400-\u9fff](?![\u304b\u304c\u3067\u3068\u306b\u306e\u306f\u3078\u3082\u3084\u3092])[\u3041-\u3096]"
)
_KATAKANA = 3
"""So many signs of a loan word tell as much as a pair of ideographs."""


def content_words(text: str, stop_words: Collection[str]) -> frozenset[str]:
    """Return the folded words of a text that carry meaning."""
    return frozenset(
        word
        for word in anatomy.fold_words(re.sub(r"['\u2019]s\b", "", _WIDE_RUN.sub(" ", text)))
        if len(word) >= WORD_LETTERS and word not in stop_words
    )


def wide_pieces(text: str) -> frozenset[str]:
    """Return the pieces that carry meaning in a text without spaces."""
    pieces = frozenset(piece for run in _WIDE_RUN.findall(text) for piece in _cut(run))
    return pieces | frozenset(_STEM.findall(text))


def is_alike(one: str, other: str) -> bool:
    """Tell whether two folded words begin alike, as the forms of one word do."""
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= WORD_LETTERS and shared >= SHARED * min(len(one), len(other))


def are_taken_up(noted: Collection[str], said: Collection[str]) -> bool:
    """Tell whether any noted word stands in a text, in whatever form or as part of a longer one."""
    return any(
        is_alike(word, other) or (len(word) > WORD_LETTERS and word in other)
        for word in noted
        for other in said
    )


def _cut(run: str) -> Iterator[str]:
    is_kana = "\u3041" <= run[0] <= "\u3096"
    is_loan = "\u30a1" <= run[0] <= "\u30fc"
    width = _KATAKANA if is_loan else 2
    if is_kana:
        # Endings and little words, but for a whole word in them.
        return
    if len(run) < width:
        return
    yield from (run[at : at + width] for at in range(len(run) - width + 1))
