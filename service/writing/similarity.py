"""How much two mails read alike."""

from collections.abc import Sequence
from difflib import SequenceMatcher


def similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """Compare two sequences of words: 1.0 for the same in the same order, 0.0 for nothing shared.

    Give it the words of `anatomy.essence`.
    """
    # The ratio depends on the order of the two; the larger one is the same both ways.
    forth = SequenceMatcher(None, one, other, autojunk=False).ratio()
    back = SequenceMatcher(None, other, one, autojunk=False).ratio()
    return max(forth, back)
