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
    ("en", "register-mix"): "there is one word for whoever is spoken to",
}
"""The rules that a language cannot serve, with the reason; all others have cases in it."""


def measure(judged: Sequence[Note]) -> tuple[list[str], str]:
    """Return what is not as expected, a line each, and the table of precision and recall.

    A hint counts only in a note that expects it or comes near to it; elsewhere it may be right
    without being worth a word, so its precision says less than that of an error or a warning.
    """
    wrong: list[str] = []
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for note in judged:
        said = note.found()
        expected.update(note.expected)
        found.update(said.keys())
        right.update(note.expected & said.keys())
        wrong += [f"{note.id}: {rule} is missed" for rule in sorted(note.expected - said.keys())]
        wrong += [
            f"{note.id}: {rule} is false: {said[rule]}"
            for rule in sorted(said.keys() - note.expected)
        ]
    rows = [f"{'rule':<24}{'weight':<9}expected  found  precision  recall"]
    rows += [
        _row(rule.id, rule.severity, expected[rule.id], found[rule.id], right[rule.id])
        for rule in (EMPTY_BODY, *RULES)
    ]
    rows.append(_row("all", "", expected.total(), found.total(), right.total()))
    return wrong, "\n".join(rows)


def _row(rule: str, weight: str, expected: int, found: int, right: int) -> str:
    precision = right / found if found else 1.0
    recall = right / expected if expected else 1.0
    return f"{rule:<24}{weight:<9}{expected:>8}{found:>7}{precision:>11.2f}{recall:>8.2f}"


def test_every_note_of_the_corpus_is_judged_as_people_would() -> None:
    """Every expected rule is raised on every bad note; no error or warning on a good one."""
    wrong, table = measure(notes.read_corpus())
    print(f"\n{table}")  # noqa: T201 - the table is what one runs it for
    assert not wrong, "\n".join([*wrong, table])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_of_a_language_is_judged_as_people_would(language: str) -> None:
    """Hits and near misses of every rule, and whole good notes of many professions."""
    wrong, table = measure(notes.read_language(language))
    print(f"\n{language}\n{table}")  # noqa: T201 - the same
    assert not wrong, "\n".join([*wrong, table])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_hit_and_a_near_miss(language: str) -> None:
    """A rule without either is not known to work, or not known to keep still."""
    cases = notes.read_cases(language)
    hits = {case["rule"] for case in cases if case["expect"]}
    near = {case["rule"] for case in cases if not case["expect"]}
    left_out = {rule for tongue, rule in NOT_SERVED if tongue == language}
    served = {rule.id for rule in (EMPTY_BODY, *RULES)} - left_out
    assert hits == served
    assert near == served


@pytest.mark.parametrize("language", LANGUAGES)
def test_cases_are_named_for_what_they_are(language: str) -> None:
    """A hit expects its rule, a near miss nothing, and no note hides behind another's name."""
    cases = notes.read_cases(language)
    for case in cases:
        is_hit = case["id"].startswith(f"{language}-{case['rule']}-hit-")
        is_near = case["id"].startswith(f"{language}-{case['rule']}-near-")
        assert is_hit != is_near, case["id"]
        assert case["rule"] in case["expect"] if is_hit else not case["expect"], case["id"]
    named = [note.id for note in notes.read_language(language)]
    assert len(named) == len(set(named))


def test_there_are_good_notes_enough() -> None:
    """Precision means something only on texts that people would send."""
    good = [
        note
        for language in LANGUAGES
        for note in notes.read_language(language)
        if not note.expected and note.near is None
    ]
    assert len(good) >= GOOD_NOTES
