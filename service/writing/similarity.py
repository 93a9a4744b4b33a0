"""How much two mails read alike.

Two measures, the larger of which counts. The share of words that stand in both in the same order
(the indel ratio of the word lists) is what a reader sees who lays them side by side; the share of
runs of three words in common finds the same sentences in another order. `docs/adr/0009-likeness.md`
has the numbers by which they were chosen.
"""

import re
from collections import Counter
from collections.abc import Sequence

RUN = 3
"""Runs of so many words are hardly shared by chance."""
PARTLY = 0.3
"""Of the same sentences in another order at least so much is still in order."""
SHUFFLED = 0.6
"""Mails that share fewer words than that, in whatever order, are not alike in any."""
_TELLING = re.compile(r"[\u3005\u30a1-\u30ff\u3400-\u9fff]")
"""Ideographs and the signs of loan words; the other kana are mostly endings."""


def similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """Compare two sequences of words: 1.0 for the same, 0.0 for nothing shared.

    Give it folded words, without what no reader compares (`anatomy.essence`). Where nothing parts
    words, runs of ideographs are compared by their pairs.
    """
    from rapidfuzz.distance import Indel

    if not one or not other:
        return 0.0
    first, second = _cut(one), _cut(other)
    in_order: float = Indel.normalized_similarity(first, second)
    if in_order < PARTLY:
        return in_order
    in_any_order = Indel.normalized_similarity(sorted(first), sorted(second))
    if in_any_order < SHUFFLED:
        return in_order
    return max(in_order, _share_of_runs(first, second))


def _cut(words: Sequence[str]) -> list[str]:
    """Cut runs of ideographs into overlapping pairs."""
    if not _TELLING.search(" ".join(words)):
        return list(words)
    pieces: list[str] = []
    for word in words:
        if len(word) > 1 and _TELLING.search(word):
            pieces += (word[at : at + 2] for at in range(len(word) - 1))
        else:
            pieces.append(word)
    return pieces


def _share_of_runs(one: Sequence[str], other: Sequence[str]) -> float:
    first, second = _runs(one), _runs(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 0.0


def _runs(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[at:] for at in range(RUN)), strict=False))
