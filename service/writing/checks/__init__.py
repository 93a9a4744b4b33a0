"""A mail and what is known around it -> findings: what would embarrass its sender.

Deterministic, without a language model. Each rule is one function in the module of its theme,
named by its id; its words are in `data/checks.*.toml`, its message in `data/messages.*.toml`. A
rule that needs words says nothing in a language that has none. Precision comes first: a false
alarm costs the trust that the true ones need.
"""

from collections.abc import Collection

from service.records import Text
from service.writing.checks import (
    company,
    content,
    dates,
    frame,
    greeted,
    language,
    likeness,
    salutation,
    signing,
    tone,
)
from service.writing.checks.frame import EMPTY_BODY
from service.writing.checks.letter import Circumstances, Letter, OtherNote, open_letter
from service.writing.checks.rule import Rule
from service.writing.checks.words import load_every_words, load_messages
from service.writing.findings import Finding, Where

__all__ = [
    "DAY_RULES",
    "EMPTY_BODY",
    "RULES",
    "Circumstances",
    "OtherNote",
    "Rule",
    "check",
    "load",
]

RULES = (
    *frame.RULES,
    *greeted.RULES,
    *salutation.RULES,
    *language.RULES,
    *signing.RULES,
    *content.RULES,
    *company.RULES,
    *dates.RULES,
    *likeness.RULES,
    *tone.RULES,
)
DAY_RULES = frozenset(rule.id for rule in dates.RULES)
"""The rules that hang on the day of sending."""


def check(
    text: Text, circumstances: Circumstances, *, off: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return what is wrong with a mail; the rules in `off` are switched off."""
    letter = open_letter(text, circumstances)
    if any(True for _ in EMPTY_BODY.find(letter)):
        return () if EMPTY_BODY.id in off else _apply(EMPTY_BODY, letter)
    found = {rule.id: _apply(rule, letter) for rule in RULES if rule.id not in off}
    silenced = {each for rule in RULES if found.get(rule.id) for each in rule.silences}
    kept = (
        finding for rule, findings in found.items() if rule not in silenced for finding in findings
    )
    return tuple(sorted(kept, key=_place_in_text))


def load() -> None:
    """Load the words of every language, which the first check would do: half a second and more."""
    load_every_words()


def _place_in_text(finding: Finding) -> tuple[bool, bool, int]:
    """Order findings as one reads: the subject, the body, and then what is about the whole."""
    start = finding.place[0] if finding.place else 0
    return finding.place is None, finding.where is Where.BODY, start


def _apply(rule: Rule, letter: Letter) -> tuple[Finding, ...]:
    message = load_messages()[rule.id]
    return tuple(
        Finding(rule.id, rule.severity, hit.place, message.format(**hit.details), hit.where)
        for hit in rule.find(letter)
    )
