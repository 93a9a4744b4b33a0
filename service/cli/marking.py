"""Prints a mail as its reader will see it, with what the checks found marked in its place."""

import textwrap
from collections.abc import Iterable, Sequence

from service.cli import columns
from service.cli.printing import indent, say, say_rows
from service.editing import Kept
from service.records import Text
from service.writing.findings import Finding, Severity, Where

_WIDTH = 80
"""Columns of a marked paragraph, at most: its marks stand below each of its lines."""
_MARGIN = "  "


def say_text(text: Text, found: Sequence[Kept]) -> None:
    """Print subject and body, every finding marked and listed below; accepted ones are listed."""
    marked = [kept.finding for kept in found if kept.accepted_at is None]
    numbers = {id(finding): str(n) for n, finding in enumerate(marked, start=1)}
    _say_subject(text.subject, marked, numbers)
    say()
    if text.body:
        _say_body(text.body, marked, numbers)
    else:
        say(f"{_MARGIN}(no text yet)")
    say_findings(found)


def say_findings(found: Sequence[Kept]) -> None:
    """List what was found, in the order of its marks."""
    if not found:
        return
    say()
    number = 0
    rows = []
    for kept in found:
        mark = "ok"
        if kept.accepted_at is None:
            number += 1
            mark = str(number)
        finding = kept.finding
        rows.append((_MARGIN + mark.rjust(2), finding.severity, finding.rule, finding.message))
    say_rows(rows)


def say_unstored(text: Text, found: Iterable[Finding]) -> None:
    """Print a text that is not stored, with what was found in it."""
    say_text(text, [Kept(finding, None) for finding in found])


def describe_change(before: Sequence[Kept], after: Sequence[Kept]) -> list[str]:
    """Return, a sentence each, what is found no more and what is found now."""
    was = {(kept.finding.rule, kept.finding.message) for kept in before}
    now = {(kept.finding.rule, kept.finding.message) for kept in after}
    gone = [f"mended: {rule} ({message})" for rule, message in sorted(was - now)]
    new = [f"found: {rule} ({message})" for rule, message in sorted(now - was)]
    return gone + new


def holds(found: Iterable[Kept]) -> list[str]:
    """Return the rules that hold a mail, each once, errors first."""
    blocking = [kept.finding for kept in found if kept.blocks]
    blocking.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    return list(dict.fromkeys(finding.rule for finding in blocking))


def _say_subject(subject: str, marked: Sequence[Finding], numbers: dict[int, str]) -> None:
    label = "Subject   "
    say(f"{label}{subject}")
    marks = [
        (finding.place, numbers[id(finding)])
        for finding in marked
        if finding.where is Where.SUBJECT and finding.place is not None
    ]
    if marks:
        say(_underline(subject, 0, marks, len(label)))


def _say_body(body: str, marked: Sequence[Finding], numbers: dict[int, str]) -> None:
    start = 0
    for line in body.split("\n"):
        end = start + len(line)
        marks = [
            ((max(finding.place[0], start), min(finding.place[1], end)), numbers[id(finding)])
            for finding in marked
            if finding.where is Where.BODY
            and finding.place is not None
            and start <= finding.place[0] <= end
        ]
        if not marks:
            say(indent(line) if line.strip() else "")
        else:
            _say_marked(line, start, marks)
        start = end + 1


def _say_marked(line: str, start: int, marks: Sequence[tuple[tuple[int, int], str]]) -> None:
    for offset, piece in _wrap(line):
        say(f"{_MARGIN}{piece}")
        begin, end = start + offset, start + offset + len(piece)
        here = [
            ((max(place[0], begin), min(place[1], end)), number if place[1] <= end + 1 else "")
            for place, number in marks
            if place[0] < end and place[1] > begin
        ]
        if here:
            say(_underline(piece, begin, here, len(_MARGIN)))


def _wrap(line: str) -> list[tuple[int, str]]:
    """Break a line as a screen does; each piece comes with where it begins in the line."""
    width = max(20, min(columns.find_width() or _WIDTH, _WIDTH) - len(_MARGIN))
    pieces = []
    position = 0
    for piece in textwrap.wrap(line, width, drop_whitespace=True, break_on_hyphens=False) or [line]:
        position = max(line.find(piece, position), position)
        pieces.append((position, piece))
        position += len(piece)
    return pieces


def _underline(
    text: str, start: int, marks: Sequence[tuple[tuple[int, int], str]], margin: int
) -> str:
    """Return the line below `text`, which begins at `start`: carets and numbers below places."""
    below = ""
    for (begin, end), number in sorted(marks):
        column = margin + columns.measure(text[: begin - start])
        carets = "^" * max(1, columns.measure(text[begin - start : end - start]))
        below = below.ljust(column)[: max(column, len(below))] + carets + number
    return below
