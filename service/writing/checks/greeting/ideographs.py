"""Whether a name in ideographs or kana is a slip for another one, or simply somebody else's.

Two ideographs make most family names, so that half of one in common says nothing: 加藤 is not a
misspelt 佐藤. A slip is an ideograph mistaken for one that looks or sounds like it (渡辺, 渡邉),
or a name that is nobody's. `data/ideographs.toml` has the look-alikes and the common names.
"""

import itertools
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from rapidfuzz.distance import OSA

from service.writing.scripts import KANA, scripts_of

KANA_LETTERS = 4
"""Shorter names in kana are too alike to call one a slip for the other."""


def is_slip(one: str, other: str) -> bool:
    """Tell whether the name `one`, as it was written, is meant for the name `other`."""
    if one == other:
        return False
    if scripts_of(one + other) <= KANA:
        is_long = min(len(one), len(other)) >= KANA_LETTERS
        return is_long and OSA.distance(one, other, score_cutoff=1) <= 1
    if len(one) != len(other) or len(one) < 2:
        return False
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if all(b in _look_alikes().get(a, "") for a, b in differing):
        return True
    return len(differing) == 1 and one not in _common_names()


@cache
def _load() -> Mapping[str, list[str]]:
    file = resources.files("service.writing") / "data" / "ideographs.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _look_alikes() -> Mapping[str, str]:
    """Return for each ideograph those that are taken for it."""
    found: dict[str, str] = {}
    for row in _load()["look_alikes"]:
        for one, other in itertools.permutations(row, 2):
            found[one] = found.get(one, "") + other
    return found


@cache
def _common_names() -> frozenset[str]:
    return frozenset(name for row in _load()["common_names"] for name in row.split())
