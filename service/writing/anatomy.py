"""The parts of a mail's body, as far as checks need to tell them apart. Of any language."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+(?:['\u2019.\-]\w+)*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FRAME_WORDS = 8
"""A salutation or a line of a sign-off has no more."""
_SIGN_OFF_PARAGRAPHS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a body that is meant for one person: the mail itself, or a note to pass on."""

    name: str
    start: int
    text: str


def split_parts(body: str, reader: str, passed_on: Iterable[str], heading: str) -> list[Part]:
    """Cut a body at the lines that say for whom the following note is (`heading` with {name})."""
    marks = [(0, 0, reader)]
    for name in passed_on:
        line = re.escape(heading.format(name=name))
        match = re.search(rf"^[ \t]*{line}[ \t]*$", body, re.MULTILINE)
        if match:
            marks.append((match.start(), match.end(), name))
    marks.sort()
    ends = [mark[0] for mark in marks[1:]] + [len(body)]
    return [
        Part(name, start, body[start:end])
        for (_, start, name), end in zip(marks, ends, strict=True)
    ]


def count_words(text: str) -> int:
    """Count words; two characters of a script without spaces count as one."""
    wide = len(_WIDE.findall(text))
    return len(_WORD.findall(_WIDE.sub(" ", text))) + (wide + 1) // 2


def salutation_of(text: str) -> tuple[int, str] | None:
    """Return where the first line begins and the line, if it is as short as a salutation."""
    match = re.search(r"\S[^\n]*", text)
    if match is None or count_words(match.group()) > _FRAME_WORDS:
        return None
    return match.start(), match.group().rstrip()


def essence(body: str, names: Sequence[str]) -> list[str]:
    """Return the words that a mail says, folded: without salutation, sign-off and these names."""
    paragraphs = [p for p in re.split(r"\n\s*\n", body.strip()) if p.strip()]
    if len(paragraphs) > 1 and _is_frame(paragraphs[0]):
        del paragraphs[0]
    for _ in range(_SIGN_OFF_PARAGRAPHS):
        if len(paragraphs) > 1 and _is_frame(paragraphs[-1]):
            del paragraphs[-1]
    left_out = {word for name in names for word in fold_words(name)}
    return [word for word in fold_words(" ".join(paragraphs)) if word not in left_out]


def fold(text: str) -> str:
    """Fold case and accents away."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold_words(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return re.findall(r"\w+", fold(text))


def _is_frame(paragraph: str) -> bool:
    """Tell a salutation or sign-off: short lines, none of which is a sentence."""
    return all(
        count_words(line) <= _FRAME_WORDS and not line.rstrip().endswith((".", "!", "?"))
        for line in paragraph.splitlines()
    )
