"""A mail's text cut into pieces, so that a template can mark what the checks found in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.editing import Kept
from service.records import Text
from service.writing.findings import Severity, Where


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text. `numbers` are the findings that it is part of, `severity` the gravest."""

    text: str
    numbers: tuple[int, ...] = ()
    severity: str = ""
    ends: tuple[int, ...] = ()
    """The findings whose place ends with this piece: there their numbers stand."""


@dataclass(frozen=True, slots=True)
class Point:
    """One finding in the list below the text. `number` is 0 for one that may stand."""

    number: int
    severity: str
    rule: str
    message: str
    is_accepted: bool
    blocks: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its findings."""

    subject: tuple[Piece, ...]
    body: tuple[Piece, ...]
    points: tuple[Point, ...]
    words: int

    @property
    def to_check(self) -> int:
        """How many findings hold the mail."""
        return sum(point.blocks for point in self.points)


_WEIGHT = {Severity.HINT: 0, Severity.WARNING: 1, Severity.ERROR: 2}


def mark(text: Text, found: Sequence[Kept]) -> Marked:
    """Cut subject and body where findings begin and end; number the findings in reading order."""
    open_ones = [kept for kept in found if kept.accepted_at is None]
    open_ones.sort(key=lambda kept: (-_WEIGHT[kept.finding.severity], _position(kept)))
    numbers = {id(kept): number for number, kept in enumerate(open_ones, start=1)}
    points = [_point(kept, numbers[id(kept)]) for kept in open_ones]
    points += [_point(kept, 0) for kept in found if kept.accepted_at is not None]
    return Marked(
        subject=_cut(text.subject, Where.SUBJECT, open_ones, numbers),
        body=_cut(text.body, Where.BODY, open_ones, numbers),
        points=tuple(points),
        words=len(text.body.split()),
    )


def _position(kept: Kept) -> tuple[bool, int]:
    place = kept.finding.place
    return (kept.finding.where is Where.BODY, place[0] if place else -1)


def _point(kept: Kept, number: int) -> Point:
    finding = kept.finding
    return Point(
        number,
        finding.severity,
        finding.rule,
        finding.message,
        kept.accepted_at is not None,
        kept.blocks,
    )


def _cut(
    text: str, where: Where, found: Sequence[Kept], numbers: dict[int, int]
) -> tuple[Piece, ...]:
    places = [
        (max(0, kept.finding.place[0]), min(len(text), kept.finding.place[1]), kept)
        for kept in found
        if kept.finding.where is where and kept.finding.place is not None
    ]
    edges = sorted({0, len(text), *(edge for start, end, _ in places for edge in (start, end))})
    pieces = []
    for start, end in pairwise(edges):
        here = [kept for begin, stop, kept in places if begin <= start and stop >= end]
        ended = [kept for _, stop, kept in places if stop == end and kept in here]
        gravest = max((kept.finding.severity for kept in here), key=_WEIGHT.__getitem__, default="")
        pieces.append(
            Piece(
                text[start:end],
                tuple(numbers[id(kept)] for kept in here),
                str(gravest),
                tuple(numbers[id(kept)] for kept in ended),
            )
        )
    return tuple(pieces)
