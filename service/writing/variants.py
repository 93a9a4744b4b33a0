"""Which of several ways to say a thing a mail takes.

The same for the same person and day, however often it is asked, on any machine; and within one
panel none twice while another is free. People are served in order, so that somebody added at the
end changes nobody else's words.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date


class Choice:
    """The choosing for one panel; it remembers what was taken.

    Each `way` prefers other variants, so that a person's mail can be written in several.
    """

    def __init__(self, taken: Mapping[str, int] | None = None, way: int = 0) -> None:
        self.taken = Counter(taken or {})
        self._way = way

    def fork(self, way: int) -> "Choice":
        """Return a choice that goes on from here in another way and leaves this one alone."""
        return Choice(self.taken, way)

    def adopt(self, fork: "Choice") -> None:
        """Go on from what a fork has taken."""
        self.taken = Counter(fork.taken)

    def take(self, variants: Sequence[str], day: date, key: str) -> str:
        """Choose one for the person with this key, met on that day, and mark it as taken."""
        preference = f"{day.isoformat()}|{key}|{self._way}"
        chosen = min(variants, key=lambda v: (self.taken[v], _rank(v, preference)))
        self.taken[chosen] += 1
        return chosen

    def is_any_free(self, variants: Collection[str]) -> bool:
        """Tell whether one of these was not taken yet."""
        return any(self.taken[variant] == 0 for variant in variants)

    def take_fitting(
        self, variants: Sequence[str], fitting: Collection[str], day: date, key: str
    ) -> str:
        """Choose among the fitting ones while one of them is free, else the shortest free one."""
        least = min(self.taken[variant] for variant in variants)
        free = [variant for variant in variants if self.taken[variant] == least]
        pool = [variant for variant in free if variant in fitting]
        return self.take(pool or [min(free, key=len)], day, key)


def _rank(variant: str, preference: str) -> bytes:
    return hashlib.sha256(f"{preference}|{variant}".encode()).digest()
