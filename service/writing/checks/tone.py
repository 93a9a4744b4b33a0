"""The rules about the tone of a mail: what does not belong into it. Each is a pattern of words."""

import re
from collections.abc import Iterator

from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.checks.spelling import load_spelling
from service.writing.checks.wording import (
    Spans,
    find_matches,
    find_names,
    find_phrases,
    read_plainly,
    texts_of,
)
from service.writing.checks.words import load_common
from service.writing.findings import Severity, Where

MOST_EXCLAMATIONS = 2
LEAST_LOUD_WORDS = 2
LONG_LOUD_WORD = 5
"""Next to a word that is surely shouted, a long one in capitals is no abbreviation."""
LOUD_RUN = 4
"""So many words in capitals in a row, with little words among them, are a sentence."""

_EXCLAMATION = re.compile(r"[!\uff01]+(?![=0-9A-Za-z\u00c0-\u024f])")
_CAPITALS = re.compile(r"(?<![\w@./])[^\W\d_]+(?:'[^\W\d_]+)*(?![\w@])")


def announces_call(letter: Letter) -> Iterator[Hit]:
    """Find the announcement of a telephone call."""
    yield from find_phrases(letter, "announces-call")


def too_casual(letter: Letter) -> Iterator[Hit]:
    """Find words for friends."""
    yield from find_phrases(letter, "too-casual")


def text_speak(letter: Letter) -> Iterator[Hit]:
    """Find the short spellings of text messages."""
    yield from find_phrases(letter, "text-speak")


def emoji(letter: Letter) -> Iterator[Hit]:
    """Find little pictures and faces, made of whatever characters."""
    yield from find_phrases(letter, "emoji")


def shouting(letter: Letter) -> Iterator[Hit]:
    """Find too many exclamation marks, and words in capitals that are usually small."""
    texts: list[tuple[Where, int, str]] = [
        (where, 0, text) for where, text in texts_of(letter) if where is Where.SUBJECT
    ]
    texts += [(Where.BODY, part.start, part.text) for part in letter.parts]
    for where, offset, text in texts:
        plain = read_plainly(text)
        names = find_names(letter, text)
        for found in (_find_exclamations(plain, names), _find_loud_words(letter, plain, names)):
            if found is not None:
                yield Hit((offset + found.start(), offset + found.end()), where)


def pushy(letter: Letter) -> Iterator[Hit]:
    """Find what presses for a decision: deadlines, other offers, demands."""
    yield from find_phrases(letter, "pushy")


def begging(letter: Letter) -> Iterator[Hit]:
    """Find need in place of interest."""
    yield from find_phrases(letter, "begging")


def salary_talk(letter: Letter) -> Iterator[Hit]:
    """Find the candidate's own pay, and what comes with it."""
    yield from find_phrases(letter, "salary-talk")


def gift(letter: Letter) -> Iterator[Hit]:
    """Find a present for the reader."""
    yield from find_phrases(letter, "gift")


def bad_mouthing(letter: Letter) -> Iterator[Hit]:
    """Find ill words about those the candidate works or worked for."""
    yield from find_phrases(letter, "bad-mouthing")


def typo(letter: Letter) -> Iterator[Hit]:
    """Find what is surely misspelled or typed twice."""
    yield from find_phrases(letter, "typo")
    spelling = load_spelling(letter.language)
    if spelling is not None:
        yield from find_matches(letter, spelling.find_slips)


def stock_phrase(letter: Letter) -> Iterator[Hit]:
    """Find what everybody writes."""
    yield from find_phrases(letter, "stock-phrase")


def flattery(letter: Letter) -> Iterator[Hit]:
    """Find praise that is too large to be believed."""
    yield from find_phrases(letter, "flattery")


def apology(letter: Letter) -> Iterator[Hit]:
    """Find what points at one's own mistakes."""
    yield from find_phrases(letter, "apology")


def too_personal(letter: Letter) -> Iterator[Hit]:
    """Find private matters."""
    yield from find_phrases(letter, "too-personal")


def _find_exclamations(plain: str, names: Spans) -> re.Match[str] | None:
    """Return the first doubled mark, or the first that is too many; names may have some."""
    marks = [m for m in _EXCLAMATION.finditer(plain) if not names.hold(*m.span())]
    doubled = (mark for mark in marks if len(mark.group()) > 1)
    return next(doubled, None) or next(iter(marks[MOST_EXCLAMATIONS:]), None)


def _find_loud_words(letter: Letter, plain: str, names: Spans) -> re.Match[str] | None:
    """Return the first of the words that are shouted, if there are more; abbreviations are not."""
    emphasis = load_common()["emphasis"]
    noted = _noted_capitals(letter)
    loud: list[re.Match[str]] = []
    for run in _runs_of_capitals(plain):
        words = [match for match in run if not names.hold(*match.span())]
        sure = [match for match in words if emphasis.is_whole(match.group())]
        unsure = [match for match in words if match not in sure and match.group() not in noted]
        is_sentence = len(run) >= LOUD_RUN and len(sure) > 1
        loud += sure
        if sure:
            loud += (m for m in unsure if is_sentence or len(m.group()) >= LONG_LOUD_WORD)
    return min(loud, key=re.Match.start) if len(loud) >= LEAST_LOUD_WORDS else None


def _runs_of_capitals(plain: str) -> Iterator[list[re.Match[str]]]:
    """Yield the words in capitals, those together that stand side by side."""
    run: list[re.Match[str]] = []
    for match in _CAPITALS.finditer(plain):
        if not match.group().isupper():
            continue
        if run and plain[run[-1].end() : match.start()].strip(" ,"):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _noted_capitals(letter: Letter) -> frozenset[str]:
    """Return what the user wrote in capitals where they noted names and topics."""
    of = letter.interview
    said = [text for person in of.people for text in (person.line, person.reasons)]
    noted = " ".join((*letter.known, of.reasons, *said, *(talk.title for talk in of.talks)))
    return frozenset(word for word in re.findall(r"[^\W\d_]+", noted) if word.isupper())


RULES = (
    Rule("announces-call", Severity.ERROR, announces_call),
    Rule("too-casual", Severity.WARNING, too_casual),
    Rule("text-speak", Severity.WARNING, text_speak),
    Rule("emoji", Severity.WARNING, emoji),
    Rule("shouting", Severity.WARNING, shouting),
    Rule("pushy", Severity.WARNING, pushy),
    Rule("begging", Severity.WARNING, begging),
    Rule("salary-talk", Severity.WARNING, salary_talk),
    Rule("gift", Severity.WARNING, gift),
    Rule("bad-mouthing", Severity.WARNING, bad_mouthing),
    Rule("typo", Severity.WARNING, typo),
    Rule("stock-phrase", Severity.HINT, stock_phrase),
    Rule("flattery", Severity.HINT, flattery),
    Rule("apology", Severity.HINT, apology),
    Rule("too-personal", Severity.HINT, too_personal),
)
