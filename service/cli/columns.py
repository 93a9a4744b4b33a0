"""Knows how many columns of a terminal a text takes, and makes lines fit.

Only a terminal has a width: what is piped is never shortened and never wrapped.
"""

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence

_GAP = "  "
_FILLER = "\0"
_WIDEST = 92
"""How wide running text is shown on a terminal, at most."""


def find_width() -> int | None:
    """Return how many columns the terminal has; None when the output is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def measure(text: str) -> int:
    """Count the columns that a terminal gives to a text: two for wide characters."""
    if text.isascii():
        return len(text)
    return sum(map(_measure_one, text))


def shorten(text: str, width: int) -> str:
    """Return the text cut to `width` columns, an ellipsis at its end where something was cut."""
    if measure(text) <= width:
        return text
    kept, used = "", 0
    for character in text:
        used += _measure_one(character)
        if used > width - 1:
            break
        kept += character
    return f"{kept.rstrip(' ,')}…"


def fit(rows: Sequence[Sequence[str]], width: int | None, flexible: Mapping[int, int]) -> list[int]:
    """Return how wide each column is so that every row takes at most `width`, if that can be.

    `flexible` maps the columns that may be shortened to what each keeps at least; the one with most
    to spare gives way first. `measure_row` says whether it was enough.
    """
    widths = [max(map(measure, column)) for column in zip(*rows, strict=True)]
    while width is not None and measure_row(widths) > width:
        spare = {column: widths[column] - least for column, least in flexible.items()}
        column = max(spare, key=spare.__getitem__, default=None)
        if column is None or spare[column] <= 0:
            break
        widths[column] -= 1
    return widths


def measure_row(widths: Sequence[int]) -> int:
    """Return how many columns a row takes whose cells are so wide; empty ones take none."""
    shown = [width for width in widths if width]
    return sum(shown) + len(_GAP) * (len(shown) - 1)


def align(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    """Return each row as one line, its cells shortened and padded; an empty column is left out.

    The last text of a row takes the room of the empty cells behind it.
    """
    return [_align_one(row, widths) for row in rows]


def wrap(text: str, indent: str = "", hanging: str | None = None) -> str:
    """Return running text as a terminal shows it, indented; `hanging` from its second line on."""
    width = find_width()
    if width is None:
        return indent + text
    # Counted in characters by textwrap: a wide one is given a second, which no text contains.
    doubled = "".join(
        f"{character}{_FILLER}" if _measure_one(character) > 1 else character for character in text
    )
    folded = textwrap.fill(
        doubled,
        min(width, _WIDEST),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_on_hyphens=False,
    )
    return folded.replace(_FILLER, "")


def _align_one(row: Sequence[str], widths: Sequence[int]) -> str:
    last = max((n for n, cell in enumerate(row) if cell), default=0)
    rest = measure_row(widths[last:])
    cells = [
        _pad(shorten(cell, width), width)
        for cell, width in zip(row[:last], widths, strict=False)
        if width
    ]
    return _GAP.join([*cells, shorten(row[last], rest)])


def _pad(text: str, width: int) -> str:
    return text + " " * (width - measure(text))


def _measure_one(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
