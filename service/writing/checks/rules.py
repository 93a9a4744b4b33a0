"""One function per rule, named by its id: a letter -> the places where the rule holds.

Silent when in doubt, and in a language whose words the rule does not have.
"""

import re
from collections.abc import Iterator

from service.writing import anatomy, phrases
from service.writing.checks.letter import Hit, Letter
from service.writing.findings import Where
from service.writing.similarity import similarity

LEAST_WORDS = 5
MOST_WORDS = 150
COPY_SIMILARITY = 0.80

# A gap says what belongs into it, so brackets count only around a word, and "XX" not in what is
# written so (a chromosome, a numeral after a name). \u3007 and \u25cb are what Japanese forms use.
_PLACEHOLDER = re.compile(
    r"(?<![\w\])])\[(?!sic\]|\.\.\.)[A-Za-z\u00c0-\u024f][^\[\]\n]{1,40}\](?!\()"
    r"|\{\{[^{}\n]{0,40}\}\}"
    r"|(?<![\w$])\{[A-Za-z_ ]{2,30}\}"
    r"|<<[^<>\n]{1,40}>>"
    r"|<(?:your|name|company|position|role|insert)[^<>@\n]{0,30}>"
    r"|%[A-Z][A-Z_]+%"
    r"|(?<![\w/-])(?<!Bowl )(?<!Louis )(?<!Chapter )(?<!Part )(?<!Title )X{2,4}(?![\w/-])"
    r"(?! (?:chromosom|centur))"
    r"|_{4,}"
    r"|\bTODO\b(?![ -](?:list|app|item|comment|note)s?\b)"
    r"|\((?:please )?(?:insert|fill in) [^()\n]{1,40}\)"
    r"|[\u3007\u25cb]{2,}"
)


def empty_subject(letter: Letter) -> Iterator[Hit]:
    """Find a blank subject."""
    if not letter.subject.strip():
        yield Hit(where=Where.SUBJECT)


def empty_body(letter: Letter) -> Iterator[Hit]:
    """Find a body of next to no words."""
    if anatomy.count_words(letter.body) < LEAST_WORDS:
        yield Hit()


def placeholder_left(letter: Letter) -> Iterator[Hit]:
    """Find the gaps of a template, except in what the user typed as a name."""
    for where, text in ((Where.SUBJECT, letter.subject), (Where.BODY, letter.body)):
        known = [
            match.span()
            for name in letter.known
            for match in re.finditer(re.escape(name), text, re.IGNORECASE)
        ]
        for match in _PLACEHOLDER.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in known):
                yield Hit(match.span(), where, {"found": match.group()})


def copy_of_other_note(letter: Letter) -> Iterator[Hit]:
    """Find a mail that another person gets nearly word for word."""
    said = anatomy.essence(letter.body, letter.known)
    for other in letter.others:
        if similarity(said, anatomy.essence(other.body, letter.known)) >= COPY_SIMILARITY:
            yield Hit(details={"name": other.to})


def no_thanks(letter: Letter) -> Iterator[Hit]:
    """Find a mail, or a note to pass on, without a word of thanks."""
    if letter.words is None:
        return
    for part in letter.parts:
        if not letter.words.thanks.search(part.text):
            yield Hit((part.start, part.start + len(part.text)) if part.start else None)


def announces_call(letter: Letter) -> Iterator[Hit]:
    """Find the announcement of a telephone call."""
    if letter.words is not None:
        for match in letter.words.announces_call.finditer(letter.body):
            yield Hit(match.span())


def wrong_relative_day(letter: Letter) -> Iterator[Hit]:
    """Find "today" and "yesterday" in a thanking sentence when they mean another day."""
    if letter.words is None or letter.sent_on is None:
        return
    distance = (letter.sent_on - letter.day).days
    for pattern, right in ((letter.words.today, 0), (letter.words.yesterday, 1)):
        for match in pattern.finditer(letter.body):
            sentence = _sentence_around(letter.body, match.start())
            if distance != right and letter.words.thanks.search(sentence):
                weekdays = phrases.load_phrases("en").dates.weekdays
                details = {
                    "found": match.group(),
                    "sent_on": weekdays[letter.sent_on.weekday()],
                    "day": weekdays[letter.day.weekday()],
                }
                yield Hit(match.span(), details=details)


def too_long(letter: Letter) -> Iterator[Hit]:
    """Find a mail, or a note to pass on, that nobody reads to its end."""
    for part in letter.parts:
        count = anatomy.count_words(part.text)
        if count > MOST_WORDS:
            place = (part.start, part.start + len(part.text)) if part.start else None
            yield Hit(place, details={"count": str(count)})


def _sentence_around(text: str, position: int) -> str:
    begin = max(text.rfind(mark, 0, position) for mark in ".!?\n") + 1
    ends = [end for mark in ".!?\n" if (end := text.find(mark, position)) >= 0]
    return text[begin : min(ends, default=len(text))]
