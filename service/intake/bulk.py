"""Many interviews in one file: CSV with a row for each person met, or JSON with one on each line.

Each is read by itself, so that one that cannot be used keeps none of the others from being used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from service.errors import BadInput
from service.intake import kinds, spreadsheet, submission
from service.intake.submission import Submission
from service.intake.submission_keys import Problems, label_key, show_example

LARGEST = 50 * 1024 * 1024
"""Bytes; some 100,000 people."""

_NAMES = (".csv", ".tsv", ".jsonl", ".ndjson")
_HINT = "docs/bulk.md says how such a file looks."


@dataclass(frozen=True, slots=True)
class Entry:
    """One interview of the file: what was submitted, or why it cannot be used."""

    lines: tuple[int, ...]
    """The lines of the file that it begins on, from 1: one for each of its rows."""
    company: str
    submitted: Submission | None
    problems: tuple[str, ...] = ()
    """Each with its line."""


def is_bulk(data: bytes, path: str) -> bool:
    """Tell whether a file holds many: its name says so, or its first line does."""
    if path.casefold().endswith(_NAMES):
        return True
    try:
        text = kinds.decode_strictly(data, path)
    except BadInput:
        return False
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("{"):
        return bool(rest.strip()) and isinstance(_parse_line(first), dict)
    return spreadsheet.is_one(text)


def read_entries(data: bytes, file_name: str, now: datetime) -> Iterator[Entry]:
    """Read the interviews of a file, in its order.

    Raises:
        BadInput: the file as a whole cannot be read.

    """
    if len(data) > LARGEST:
        raise BadInput(f"{file_name} is larger than 50 MB.", "Add it in parts.")
    text = kinds.decode_strictly(data, file_name)
    if not text.strip():
        raise BadInput(f"{file_name} is empty.", _HINT)
    if text.lstrip().startswith("{"):
        return _read_lines(text, now)
    return _read_groups(text, file_name, now)


def _read_groups(text: str, file_name: str, now: datetime) -> Iterator[Entry]:
    for group in spreadsheet.read_groups(text, file_name):
        problems = group.make_problems()
        # Rows that contradict each other are judged no further: nobody can tell which is meant.
        submitted = None if group.problems else submission.build(group.raw, problems, now)
        sentences = tuple(problems.sentences)
        yield Entry(tuple(group.lines), group.company, None if sentences else submitted, sentences)


def _read_lines(text: str, now: datetime) -> Iterator[Entry]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _read_line(line, number, now)


def _read_line(line: str, number: int, now: datetime) -> Entry:
    problems = Problems(lambda location: f"line {number}: {label_key(location)}", show_example)
    raw = _parse_line(line)
    if not isinstance(raw, dict):
        return Entry((number,), "", None, (f"line {number}: is no JSON object",))
    company = raw.get("company")
    submitted = submission.build(raw, problems, now)
    sentences = tuple(problems.sentences)
    name = company if isinstance(company, str) else ""
    return Entry((number,), name, None if sentences else submitted, sentences)


def _parse_line(line: str) -> object:
    try:
        return submission.read_json(line)
    except (ValueError, RecursionError):
        return None
