"""What a rule is. Each rule lives in the module of its theme, which lists its own in `RULES`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.writing.checks.letter import Hit, Letter
from service.writing.findings import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id, how much it weighs, and how it is found.

    Where it holds, the rules in `silences` have nothing to say: they would say the same thing
    less well.
    """

    id: str
    severity: Severity
    find: Callable[[Letter], Iterable[Hit]]
    silences: frozenset[str] = frozenset()
