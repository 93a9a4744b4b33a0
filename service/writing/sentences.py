"""The user's own text, cut into sentences and never changed.

Where it is not certain that a sentence ends, it does not: two sentences that stay together read
as they were written. Only line breaks become spaces, since a mail is not hard-wrapped.
"""

import re
import unicodedata
from collections.abc import Iterator

from service.writing.phrases import Sentences

# Typographic marks are written as escapes: quotation marks \u2018 \u2019, \u201c \u201d,
# \u00ab \u00bb, \u300c \u300d, ellipsis \u2026, dash \u2013, bullet \u2022, and the wide marks
# \u3002 \uff01 \uff1f.
_BREAK = re.compile(r"\s*(?:\r\n|[\r\n\x0b\x0c\x85\u2028\u2029])\s*")
_PARAGRAPH = re.compile(
    r"(?:[ \t]*(?:\r\n|\r|\n)){2,}|(?:\r\n|\r|\n)(?=[ \t]*[-*\u2022\u2013][ \t])"
)
_BULLET = re.compile(r"^\s*[-*\u2022\u2013][ \t]+")
_END = re.compile(
    r"(?P<mark>[.!?\u2026]+)(?P<closers>[\"'\u201d\u2019\u00bb)\]]*)\s+"
    r"|(?P<wide>[\u3002\uff01\uff1f]+)"
)
_LAST_WORD = re.compile(r"[^\s(\[\"'\u2018\u201c\u00ab]+$")
_MARKS = ".!?\u2026\u3002\uff01\uff1f"
_OPENERS = "\"'\u2018\u201c\u00ab([\u00bf\u00a1"
_CLOSERS = "\"'\u2019\u201d\u00bb)]"
_PAIRS = {
    "\u201c": "\u201d",
    "\u00ab": "\u00bb",
    "\u300c": "\u300d",
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
        flat = unwrap(_BULLET.sub("", paragraph))
        start = 0
        for end in _ends(flat, words):
            found.append(flat[start:end].strip())
            start = end
        found.append(flat[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def unwrap(text: str) -> str:
    """Make one line of a text; within a line nothing changes."""
    return _BREAK.sub(" ", text.strip())


def is_finished(sentence: str) -> bool:
    """Tell whether a sentence brings its own final mark."""
    return sentence.rstrip(_CLOSERS + " ").endswith(tuple(_MARKS))


def finish(sentence: str) -> str:
    """Put a full stop after a sentence that ends in a word; any other ending is the user's."""
    if not sentence or is_finished(sentence):
        return sentence
    last = sentence.rstrip(_CLOSERS)[-1:] or sentence[-1]
    is_word = last.isalnum() or unicodedata.category(last)[0] == "M" or last in "%+#"
    return sentence + "." if is_word else sentence


def is_fragment(text: str) -> bool:
    """Tell whether a text is clearly no sentence: a small letter first and no final mark."""
    return text[:1].islower() and not is_finished(text)


def first_word(text: str) -> str:
    """Return the first word, folded; empty where there is none."""
    match = re.search(r"[\w'\u2019]+", text)
    return match.group().replace("\u2019", "'").casefold() if match else ""


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
