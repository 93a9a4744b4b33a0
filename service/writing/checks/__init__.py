"""A mail and its interview -> findings: what would embarrass its sender.

Deterministic, without a language model. Each rule is one function in `rules` or `greeted`, named
by its id; its words are in `data/checks.*.toml`, its message in `data/messages.*.toml`. A rule
that needs words says nothing in a language that has none. Precision comes first: a false alarm
costs the trust that the true ones need.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from service.records import Interview, Text
from service.writing.checks import greeted, rules
from service.writing.checks.letter import Hit, Letter, OtherNote, open_letter
from service.writing.checks.words import load_messages
from service.writing.findings import Finding, Severity
from service.writing.readers import Reading

__all__ = ["EMPTY_BODY", "RULES", "OtherNote", "Rule", "check"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id, how much it weighs, and how it is found."""

    id: str
    severity: Severity
    find: Callable[[Letter], Iterable[Hit]]


EMPTY_BODY = Rule("empty-body", Severity.ERROR, rules.empty_body)
"""Where this one holds, the others have nothing to look at."""

RULES = (
    Rule("empty-subject", Severity.ERROR, rules.empty_subject),
    Rule("placeholder-left", Severity.ERROR, rules.placeholder_left),
    Rule("wrong-name", Severity.ERROR, greeted.wrong_name),
    Rule("misspelled-name", Severity.ERROR, greeted.misspelled_name),
    Rule("copy-of-other-note", Severity.ERROR, rules.copy_of_other_note),
    Rule("no-thanks", Severity.ERROR, rules.no_thanks),
    Rule("announces-call", Severity.ERROR, rules.announces_call),
    Rule("wrong-relative-day", Severity.WARNING, rules.wrong_relative_day),
    Rule("too-long", Severity.WARNING, rules.too_long),
)


def check(
    text: Text,
    reading: Reading,
    interview: Interview,
    sent_on: date | None,
    others: Iterable[OtherNote] = (),
) -> tuple[Finding, ...]:
    """Return what is wrong with a mail that this reading's reader gets on `sent_on`.

    `sent_on` is the day of sending where the reader is; None, while there is no slot, leaves out
    what hangs on it. `others` are this candidate's mails to other people of the company.
    """
    letter = open_letter(text, reading, interview, sent_on, others)
    found = _apply(EMPTY_BODY, letter)
    if found:
        return found
    return tuple(finding for rule in RULES for finding in _apply(rule, letter))


def _apply(rule: Rule, letter: Letter) -> tuple[Finding, ...]:
    message = load_messages()[rule.id]
    return tuple(
        Finding(rule.id, rule.severity, hit.place, message.format(**hit.details), hit.where)
        for hit in rule.find(letter)
    )
