"""The rules about the tone of a mail: what does not belong into it.

Most are all words: docs/checks.md says what each looks for, the data file of a language how people
say it there.
"""

import re
from collections.abc import Iterator
from functools import partial

from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.checks.spelling import load_spelling
from service.writing.checks.wording import (
    Spans,
    find_matches,
    find_names,
    find_phrases,
    is_subject_ours,
    read_plainly,
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


def shouting(letter: Letter) -> Iterator[Hit]:
    """Find too many exclamation marks, and words in capitals that are usually small."""
    texts = [(Where.BODY, part.start, part.text) for part in letter.parts]
    if is_subject_ours(letter):
        texts.insert(0, (Where.SUBJECT, 0, letter.subject))
    for where, offset, text in texts:
        plain = read_plainly(text)
        names = find_names(letter, text)
        for found in (_find_exclamations(plain, names), _find_loud_words(letter, plain, names)):
            if found is not None:
                yield Hit((offset + found.start(), offset + found.end()), where)


def typo(letter: Letter) -> Iterator[Hit]:
    """Find what is surely misspelled or typed twice."""
    yield from find_phrases(letter, "typo")
    spelling = load_spelling(letter.language)
    if spelling is not None:
        yield from find_matches(letter, spelling.find_slips)


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


def _words(rule: str, severity: Severity) -> Rule:
    """Make a rule that is all words: whatever the pattern of its id finds."""
    return Rule(rule, severity, partial(find_phrases, name=rule))


RULES = (
    _words("announces-call", Severity.ERROR),
    _words("too-casual", Severity.WARNING),
    _words("text-speak", Severity.WARNING),
    _words("emoji", Severity.WARNING),
    Rule("shouting", Severity.WARNING, shouting),
    _words("pushy", Severity.WARNING),
    _words("begging", Severity.WARNING),
    _words("salary-talk", Severity.WARNING),
    _words("gift", Severity.WARNING),
    _words("bad-mouthing", Severity.WARNING),
    Rule("typo", Severity.WARNING, typo),
    _words("stock-phrase", Severity.HINT),
    _words("flattery", Severity.HINT),
    _words("apology", Severity.HINT),
    _words("too-personal", Severity.HINT),
)
