"""The user's reasons, shared out among the mails of a panel.

Every sentence stands in at least one mail and every mail has at least one. A sentence that leans
on the one before it ("That is how I was trained.") is never parted from it.
"""

import re
from collections.abc import Sequence

from service.writing import anatomy, sentences
from service.writing.phrases import Sentences

Share = tuple[str, ...]

SHORT_WORDS = 2
"""A sentence this short is an answer or a lead-in ("No.", "The team!"), never a reason alone."""


def share_out(reasons: Sequence[str], count: int, words: Sentences) -> tuple[Share, ...]:
    """Deal the reason sentences to `count` mails, in order.

    With enough of them each mail has its own run of sentences. With fewer, they are repeated, the
    shortest first, and of a repeated group only the sentence that stands alone.
    """
    groups = _group(reasons, words)
    if not groups or not count:
        return ((),) * count
    if len(groups) >= count:
        return _deal_runs(groups, count)
    return _deal_again(groups, count)


def prefer_news(dealt: Sequence[Share], told: Sequence[str], words: Sentences) -> tuple[Share, ...]:
    """Return the shares with nothing in them that its reader was told before, as far as may be.

    `told` is what each reader was written in earlier rounds. A share with something new in it is
    cut to that; one without changes places with another that is new to both.
    """
    shares = list(dealt)
    for n, share in enumerate(shares):
        fresh = _find_fresh(share, told[n], words)
        if fresh:
            shares[n] = fresh
            continue
        for m, other in enumerate(shares):
            if _find_fresh(other, told[n], words) and _find_fresh(share, told[m], words):
                shares[n], shares[m] = other, share
                break
    return tuple(shares)


def _find_fresh(share: Share, told: str, words: Sentences) -> Share:
    """Return the groups of a share that are not all in what was told."""
    return sum(
        (
            group
            for group in _group(share, words)
            if not all(sentence.rstrip(".!\u3002") in told for sentence in group)
        ),
        (),
    )


def _group(reasons: Sequence[str], words: Sentences) -> list[Share]:
    groups: list[Share] = []
    for reason in reasons:
        if groups and _is_leaning(groups[-1][-1], reason, words):
            groups[-1] = (*groups[-1], reason)
        else:
            groups.append((reason,))
    return groups


def _is_leaning(before: str, reason: str, words: Sentences) -> bool:
    """Tell whether a sentence would say something else, or nothing, without the one before it."""
    return (
        sentences.first_word(reason) in words.leaning
        or words.leaning_on.search(re.split(r"[,;:]", reason, maxsplit=1)[0]) is not None
        or anatomy.count_words(reason) <= SHORT_WORDS
        or anatomy.count_words(before) <= SHORT_WORDS
        or before.endswith(("?", ":", "\uff1f", "\uff1a"))
    )


def _length(share: Share) -> int:
    return sum(anatomy.count_words(sentence) for sentence in share)


def _deal_runs(groups: Sequence[Share], count: int) -> tuple[Share, ...]:
    """Cut the groups into runs of about the same length, none of them empty."""
    runs: list[Share] = []
    left = list(groups)
    for still in range(count, 0, -1):
        aim = sum(map(_length, left)) / still
        run = left.pop(0)
        while len(left) >= still and _length(run) + _length(left[0]) / 2 <= aim:
            run += left.pop(0)
        if still == 1:
            run = sum(left, run)
        runs.append(run)
    return tuple(runs)


def _deal_again(groups: Sequence[Share], count: int) -> tuple[Share, ...]:
    dealt = list(groups)
    heads = [share[:1] for share in groups]
    uses = [1] * len(heads)
    while len(dealt) < count:
        # Squared, so that a long sentence, which makes two mails alike, is repeated last.
        index = min(range(len(heads)), key=lambda i: (uses[i] * _length(heads[i]) ** 2, i))
        dealt.append(heads[index])
        uses[index] += 1
    return tuple(dealt)
