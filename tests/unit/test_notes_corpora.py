"""What the checks say of whole notes, good and bad, in five languages: all that is wrong, no more.

`$NOTES_CORPUS` names another file to be judged in place of notes-corpus.jsonl. Run with `-s` to see
precision and recall per rule.
"""

from collections import Counter
from collections.abc import Sequence

import pytest

from service.writing.checks import EMPTY_BODY, RULES
from tests.unit import notes
from tests.unit.notes import LANGUAGES, Note

GOOD_NOTES = 40
NOT_SERVED = {
    "ja": {"shouting", "text-speak", "typo", "i-heavy", "missing-attachment"},
}
"""Rules that a language has no cases for, because it does not know the thing."""


def measure(judged: Sequence[Note]) -> tuple[list[str], str]:
    """Return what is not as expected, a line each, and the table of precision and recall."""
    wrong: list[str] = []
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for note in judged:
        said = note.found()
        expected.update(note.expected)
        found.update(said)
        right.update(note.expected & said)
        wrong += [f"{note.id}: {rule} is missed" for rule in sorted(note.expected - said)]
        messages = {finding.rule: finding.message for finding in note.judge()}
        wrong += [
            f"{note.id}: {rule} is false: {messages[rule]}" for rule in sorted(said - note.expected)
        ]
    rows = [f"{'rule':<24}{'weight':<9}expected  found  precision  recall"]
    for rule in (EMPTY_BODY, *RULES):
        precision = right[rule.id] / found[rule.id] if found[rule.id] else 1.0
        recall = right[rule.id] / expected[rule.id] if expected[rule.id] else 1.0
        rows.append(
            f"{rule.id:<24}{rule.severity:<9}{expected[rule.id]:>8}{found[rule.id]:>7}"
            f"{precision:>11.2f}{recall:>8.2f}"
        )
    return wrong, "\n".join(rows)


def test_every_note_of_the_corpus_is_judged_as_people_would() -> None:
    """Every expected rule is raised on every bad note; no error or warning on a good one."""
    wrong, table = measure(notes.read_corpus())
    print(f"\n{table}")  # noqa: T201 - the table is what one runs it for
    assert wrong == [], table


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_of_a_language_is_judged_as_people_would(language: str) -> None:
    """Hits and near misses of every rule, and whole good notes of many professions."""
    wrong, table = measure(notes.read_language(language))
    print(f"\n{language}\n{table}")  # noqa: T201 - the same
    assert wrong == [], table


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_hit_and_a_near_miss(language: str) -> None:
    """A rule without either is not known to work, or not known to keep still."""
    judged = notes.read_language(language)
    served = {rule.id for rule in (EMPTY_BODY, *RULES)} - NOT_SERVED.get(language, set())
    hits = {rule for note in judged for rule in note.expected}
    near = {note.near for note in judged if note.near}
    assert served - hits == set()
    assert served - near == set()


def test_there_are_good_notes_enough() -> None:
    """Precision means something only on texts that people would send."""
    good = [
        note
        for language in LANGUAGES
        for note in notes.read_language(language)
        if not note.expected and note.near is None
    ]
    assert len(good) >= GOOD_NOTES
