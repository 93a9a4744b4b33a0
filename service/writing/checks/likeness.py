"""The rules about mails that read like another one of the same candidate.

Notes in one mail that are passed on to several people are compared with each other, too, and with
those in other mails. How, and why from these likenesses on: `docs/adr/0009-likeness.md`.
"""

from collections.abc import Iterator

from service.writing.checks.comparison import Nearest
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.findings import Severity

COPY = 0.80
ALIKE = 0.60
"""From these likenesses on: people who compare would call it a copy, or much the same."""


def copy_of_other_note(letter: Letter) -> Iterator[Hit]:
    """Find a note that another person gets nearly word for word."""
    for nearest in letter.nearest_others:
        if nearest.likeness >= COPY:
            yield _hit(nearest)


def similar_to_other_note(letter: Letter) -> Iterator[Hit]:
    """Find a note much of which another person gets, too."""
    for nearest in letter.nearest_others:
        if ALIKE <= nearest.likeness < COPY:
            yield _hit(nearest)


def repeat_of_earlier_note(letter: Letter) -> Iterator[Hit]:
    """Find a note much of which its reader got after an earlier round."""
    for nearest in letter.nearest_earlier:
        if nearest.likeness >= ALIKE:
            yield _hit(nearest)


def _hit(nearest: Nearest) -> Hit:
    """Point at a note that is passed on; the whole mail is no place."""
    return Hit(
        nearest.part.place, details={"name": nearest.to, "percent": f"{nearest.likeness:.0%}"}
    )


RULES = (
    Rule(
        "copy-of-other-note",
        Severity.ERROR,
        copy_of_other_note,
        frozenset({"similar-to-other-note"}),
    ),
    Rule("similar-to-other-note", Severity.WARNING, similar_to_other_note),
    Rule("repeat-of-earlier-note", Severity.WARNING, repeat_of_earlier_note),
)
