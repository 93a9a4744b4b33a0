"""The rule about the end of a mail: that its sender signs."""

import re
from collections.abc import Iterator

from service.writing import anatomy
from service.writing.checks.greeting.own_names import WORD, OwnNames
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.findings import Severity
from service.writing.scripts import scripts_of

LAST_LINES = 4
SHORT_LINE_WORDS = 8
"""A longer line signs only with what stands after its last comma or stop."""
SURE_WORDS = 3
"""So few are no sentence, even with a full stop: "Hannah Whitlock."."""
MOST_NAME_WORDS = 5
LOOKED_THROUGH = 30
MOST_LETTERS = 300
"""Of so many lines and letters the end is looked at."""

_CONTACT = re.compile(
    r"\S{1,64}@\S+|https?://\S+|www\.\S+|[\w.-]{1,64}\.(?:com|org|net|io|dev|example)\S*"
)
_CLAUSE_END = re.compile(r"[,;:!?\u3001\u3002\uff0c\u2013\u2014]|\.\s|\s-\s")
_SENTENCE_END = re.compile(r"[\u3002.!?\uff01\uff1f]\W*$")


def no_signature(letter: Letter) -> Iterator[Hit]:
    """Find a mail whose last lines do not hold any of its sender's names."""
    sender = OwnNames(letter.circumstances.sender)
    if not sender.words:
        return
    first = letter.parts[0]
    ends = (first.text, letter.body)
    if not any(_is_signed(line, sender) for text in ends for line in _last_lines(text)):
        yield Hit()


def _last_lines(text: str) -> list[str]:
    """Return the last lines that say anything, without addresses of any kind."""
    ends = (line[-MOST_LETTERS:] for line in text.splitlines()[-LOOKED_THROUGH:])
    lines = (_CONTACT.sub(" ", line).strip() for line in ends)
    said = [line for line in lines if WORD.search(line)]
    return said[-LAST_LINES:]


def _is_signed(line: str, sender: OwnNames) -> bool:
    count = anatomy.count_words(line)
    if count > SHORT_LINE_WORDS or (count > SURE_WORDS and _SENTENCE_END.search(line)):
        line = _last_clause(line)
    words = WORD.findall(line)
    if any(_is_own(word, sender) for word in words) or sender.find_joined(words):
        return True
    return _is_foreign_name(line, words, sender)


def _last_clause(line: str) -> str:
    """Return what stands after the last comma or stop, if it is as short as a name."""
    clauses = [clause for clause in _CLAUSE_END.split(line.rstrip(" .!")) if WORD.search(clause)]
    last = clauses[-1] if len(clauses) > 1 else ""
    return last if len(WORD.findall(last)) <= MOST_NAME_WORDS else ""


def _is_own(word: str, sender: OwnNames) -> bool:
    if not sender.is_comparable(word):
        return False
    is_slip = sender.near(word) is not None or sender.is_called(word)
    return sender.has(word) or (is_slip and not word[0].islower())


def _is_foreign_name(line: str, words: list[str], sender: OwnNames) -> bool:
    """Tell a name in a script in which the sender's was not noted; it may well be theirs."""
    is_capitalised = all(not word[0].islower() for word in words)
    is_name = 0 < len(words) <= MOST_NAME_WORDS and is_capitalised and not line.endswith((",", "."))
    return (
        is_name and not any(sender.is_comparable(word) for word in words) and bool(scripts_of(line))
    )


RULES = (Rule("no-signature", Severity.ERROR, no_signature),)
