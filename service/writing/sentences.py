"""The user's own text, cut into sentences and never changed.

Where it is not certain that a sentence ends, it does not: two sentences that stay together read
as they were written. Only line breaks become spaces, since a mail is not hard-wrapped; within a
script that writes no spaces they become nothing, or a wide space where a short line was ended on
purpose.
"""

import re
import unicodedata
from collections.abc import Iterator

from service.writing.phrases import Sentences

# Typographic marks are written as escapes: quotation marks \u2018 \u2019, \u201c \u201d,
# \u00ab \u00bb, \u300c \u300d, \u300e \u300f, ellipsis \u2026, dash \u2013, bullets \u2022 \u30fb,
# and the wide marks \u3002 \uff01 \uff1f, brackets \uff08 \uff09 \u3010 \u3011, space \u3000.
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff60]"
_WRAPPED_CHARACTERS = 30
"""A line of a script without spaces that is shorter was not broken for want of room."""
_BREAK = re.compile(r"\s*(?:\r\n|[\r\n\x0b\x0c\x85\u2028\u2029])\s*")
_PARAGRAPH = re.compile(
    r"(?:(?<![ \t])[ \t]*+(?:\r\n|\r|\n)){2,}"
    r"|(?:\r\n|\r|\n)(?=[ \t]*(?:[-*\u2022\u2013][ \t]|\u30fb))"
)
_BULLET = re.compile(r"^\s*(?:[-*\u2022\u2013][ \t]+|\u30fb\s*)")
_WIDE_BREAK = re.compile(rf"(?<=({_WIDE}))(?:{_BREAK.pattern})(?={_WIDE})")
_END = re.compile(
    r"(?<![.!?\u2026])(?P<mark>[.!?\u2026]++)(?P<closers>[\"'\u201d\u2019\u00bb)\]]*)\s+"
    r"|(?P<wide>[\u3002\uff01\uff1f]+)"
)
_LAST_WORD = re.compile(r"[^\s(\[\"'\u2018\u201c\u00ab]+$")
_MARKS = ".!?\u2026\u3002\uff01\uff1f"
_OPENERS = "\"'\u2018\u201c\u00ab([\u00bf\u00a1"
_WIDE_CLOSERS = "\u300d\u300f\uff09\u3011"
_CLOSERS = "\"'\u2019\u201d\u00bb)]" + _WIDE_CLOSERS
_PAIRS = {
    "\u201c": "\u201d",
    "\u00ab": "\u00bb",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
    "\uff08": "\uff09",
    "\u3010": "\u3011",
    "(": ")",
    "[": "]",
}


def split(text: str, words: Sentences) -> tuple[str, ...]:
    """Cut a text into its sentences, in order; a text that cannot be cut is one sentence.

    A blank line and a line that begins with a bullet always begin a sentence; the bullet is left
    out. Nothing is cut inside quotation marks or brackets.
    """
    found = []
    for paragraph in _PARAGRAPH.split(text):
        for passage in _cut_lines(_BULLET.sub("", paragraph), words):
            flat = unwrap(passage)
            start = 0
            for end in _ends(flat, words):
                found.append(flat[start:end].strip())
                start = end
            found.append(flat[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def unwrap(text: str) -> str:
    """Make one line of a text; within a line nothing changes."""
    return _BREAK.sub(" ", _WIDE_BREAK.sub(_join_wide, text.strip()))


def is_finished(sentence: str) -> bool:
    """Tell whether a sentence brings its own final mark."""
    return sentence.rstrip(_CLOSERS + " ").endswith(tuple(_MARKS))


def finish(sentence: str, words: Sentences) -> str:
    """Put a full stop after a sentence that ends in a word; any other ending is the user's."""
    if not sentence or is_finished(sentence):
        return sentence
    last = sentence.rstrip(_CLOSERS)[-1:] or sentence[-1]
    is_word = last.isalnum() or unicodedata.category(last)[0] == "M" or last in "%+#\uff05"
    is_word = is_word or sentence.endswith(tuple(_WIDE_CLOSERS))
    return sentence + words.full_stop if is_word else sentence


def is_fragment(text: str) -> bool:
    """Tell whether a text is clearly no sentence: a small letter first and no final mark."""
    return text[:1].islower() and not is_finished(text)


def first_word(text: str) -> str:
    """Return the first word, folded; empty where there is none."""
    match = re.search(r"[\w'\u2019]+", text)
    return match.group().replace("\u2019", "'").casefold() if match else ""


def _join_wide(match: re.Match[str]) -> str:
    """Return what stands for a line break between two wide characters."""
    start = max(0, match.start() - _WRAPPED_CHARACTERS)
    line = match.string[start : match.start()]
    is_wrapped = len(line) == _WRAPPED_CHARACTERS and _BREAK.search(line) is None
    # What goes on with a particle ("\u306f", "\u3092") or an ending is no new matter.
    is_going_on = "\u3041" <= match.string[match.end()] <= "\u3096"
    return "" if is_wrapped or is_going_on or not line[-1].isalnum() else "\u3000"


def _cut_lines(paragraph: str, words: Sentences) -> list[str]:
    """Cut after the lines that are a sentence by their end."""
    passages = [""]
    for line in paragraph.splitlines(keepends=True):
        passages[-1] += line
        if words.line_end is not None and words.line_end.search(line.rstrip()):
            passages.append("")
    return passages


def _ends(text: str, words: Sentences) -> Iterator[int]:
    """Yield where sentences end, before the last one."""
    begin = 0
    for match in _END.finditer(text):
        end = match.end()
        if match["wide"]:
            is_end = not _is_inside(text[begin : match.start()])
        else:
            is_end = _is_end(text, begin, match, words)
        if is_end:
            yield end
            begin = end


def _is_end(text: str, begin: int, match: re.Match[str], words: Sentences) -> bool:
    rest = text[match.end() :].lstrip(_OPENERS)
    if not rest or rest[0].islower() or not (rest[0].isalnum()):
        return False
    sentence = text[begin : match.end("closers")]
    if _is_inside(sentence) or _is_quotation_only(sentence, match["closers"]):
        return False
    if match["mark"] != ".":
        # "?" and "!" end a sentence; an ellipsis may be a pause.
        return match["mark"].strip(".\u2026") != ""
    before = _LAST_WORD.search(text[begin : match.start()])
    return before is None or not _is_abbreviation(before.group(), rest[0], words)


def _is_abbreviation(word: str, following: str, words: Sentences) -> bool:
    folded = word.casefold()
    if folded in words.number_abbreviations:
        return following.isdigit()
    # "J. Ruiz"; "U.S. Navy" and "z.B." with stops between the letters.
    is_initial = len(word) == 1 and word.isupper() and word != "I"
    is_spelled = re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word) is not None
    return is_initial or is_spelled or folded in words.abbreviations


def _is_inside(sentence: str) -> bool:
    """Tell whether a quotation or bracket that was opened is still open at the end."""
    if sentence.count('"') % 2:
        return True
    return any(sentence.count(opener) > sentence.count(closer) for opener, closer in _PAIRS.items())


def _is_quotation_only(sentence: str, closers: str) -> bool:
    """Tell whether all of it is one quotation, after which the sentence may go on with a name."""
    return closers.startswith(('"', "\u201d", "\u00bb")) and sentence.lstrip().startswith(
        ('"', "\u201c", "\u00ab")
    )
