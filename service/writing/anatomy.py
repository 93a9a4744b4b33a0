"""The parts of a mail's body, as far as checks need to tell them apart. Of any language."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

_WORD = re.compile(r"\w+(?:['\u2019.\-]\w+)*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_VOICING = "\u3099\u309a"
_FOLDED_WORD = re.compile(
    r"[\u3005\u3400-\u9fff]+|[\u30a1-\u30fa\u30fc-\u30ff]+|[\u3041-\u309f]+|[^\W\u3005\u3041-\u30ff\u3400-\u9fff]+"
)
_QUOTED = re.compile(
    r'"[^"\n]{1,200}"'
    r"|[\u201c\u201e\u201a][^\u201c-\u201e\n]{1,200}[\u201c\u201d\u2018]"
    r"|\u00ab[^\u00ab\u00bb\n]{1,200}\u00bb|\u00bb[^\u00ab\u00bb\n]{1,200}\u00ab"
    r"|\u2039[^\u2039\u203a\n]{1,200}\u203a|\u203a[^\u2039\u203a\n]{1,200}\u2039"
    r"|\u300c[^\u300c\u300d\n]{1,200}\u300d|\u300e[^\u300e\u300f\n]{1,200}\u300f"
    r"|(?<!\w)['\u2018](?:[^'\u2018\u2019\n]|(?<=\w)['\u2019](?=\w)){1,200}['\u2019](?!\w)"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_FRAME_WORDS = 8
"""A salutation or a line of a sign-off has no more."""
_SIGN_OFF_PARAGRAPHS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a body that is meant for one person: the mail itself, or a note to pass on."""

    name: str
    start: int
    text: str

    @property
    def place(self) -> tuple[int, int] | None:
        """Where a note to pass on stands in the body; None for the mail itself, the whole of it."""
        return (self.start, self.start + len(self.text)) if self.start else None


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
    if text.isascii():
        return len(_WORD.findall(text))
    wide = len(_WIDE.findall(text))
    return len(_WORD.findall(_WIDE.sub(" ", text))) + (wide + 1) // 2


def salutation_of(text: str) -> tuple[int, str] | None:
    """Return where the first line begins and the line, if it is as short as a salutation."""
    match = re.search(r"\S[^\n]*", text)
    if match is None or count_words(match.group()) > _FRAME_WORDS:
        return None
    return match.start(), match.group().rstrip()


def first_lines(text: str, most: int) -> Iterator[tuple[int, str]]:
    """Yield where each of the first lines begins that is not blank, and the line."""
    for match in islice(re.finditer(r"\S[^\n]*", text), most):
        yield match.start(), match.group().rstrip()


def blank_quotes(text: str) -> str:
    """Return the text as long as it was, without what stands in quotation marks."""
    return _QUOTED.sub(lambda match: " " * len(match.group()), text)


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
    """Fold case and accents away; the voicing marks of kana are no accents."""
    return _NOT_ASCII.sub(_fold_run, text.casefold())


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Fold letter by letter; also return where in the text each letter of the result is from."""
    pieces = [(fold(letter), place) for place, letter in enumerate(text)]
    folded = "".join(piece for piece, _ in pieces)
    return folded, [place for piece, place in pieces for _ in piece]


def fold_words(text: str) -> list[str]:
    """Return the words of a text, folded; where none are marked, runs of one kind of letter."""
    return _FOLDED_WORD.findall(fold(text))


def _fold_run(match: re.Match[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", match.group())
    bare = (c for c in decomposed if not unicodedata.combining(c) or c in _VOICING)
    return unicodedata.normalize("NFC", "".join(bare))


def _is_frame(paragraph: str) -> bool:
    """Tell a salutation or sign-off: short lines, none of which is a sentence."""
    return all(
        count_words(line) <= _FRAME_WORDS and not line.rstrip().endswith((".", "!", "?"))
        for line in paragraph.splitlines()
    )
