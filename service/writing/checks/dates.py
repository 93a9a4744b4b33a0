"""The rules about words for days: that they fit the interview and the moment of sending (T15).

Only sentences that thank for the talk, or recall it, say when it was; where one of them has the
right day, any other day in it is another matter's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.writing import days, phrases
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.checks.wording import read_plainly, texts_of
from service.writing.checks.words import Words
from service.writing.findings import Severity, Where

DISTANCES = {"today": 0, "yesterday": 1}
DAY = "<day>"
"""What stands for the day when the pattern `other-day` is tried on its sentence."""
_END = re.compile(
    r"(?<![^\s.!?])(?P<word>[^\s.!?]*+)[.!?\u2026]+[\"'\u201d\u2019\u00bb)\]]*(?:\s|$)|[\u3002\uff01\uff1f\n]"
)


def wrong_day(letter: Letter) -> Iterator[Hit]:
    """Find a weekday in a thanking sentence when the interview was on another."""
    for sentence in _recalling(letter):
        if sentence.has_right_day(letter):
            continue
        for match in sentence.weekdays():
            if not sentence.is_of_another_matter(match):
                details = {"found": match.group(), "day": _weekday(letter.day)}
                yield Hit(sentence.place(match), sentence.where, details)


def wrong_relative_day(letter: Letter) -> Iterator[Hit]:
    """Find "today" and "yesterday" in a thanking sentence when they mean another day."""
    if letter.sent_on is None:
        return
    for sentence in _recalling(letter):
        if sentence.has_right_day(letter):
            continue
        for name in DISTANCES:
            for match in sentence.words.pattern(name).finditer(sentence.text):
                details = {
                    "found": match.group(),
                    "sent_on": _weekday(letter.sent_on),
                    "day": _weekday(letter.day),
                }
                yield Hit(sentence.place(match), sentence.where, details)


@dataclass(frozen=True, slots=True)
class _Sentence:
    where: Where
    start: int
    text: str
    words: Words

    def place(self, match: re.Match[str]) -> tuple[int, int]:
        return self.start + match.start(), self.start + match.end()

    def weekdays(self) -> list[re.Match[str]]:
        return [match for day in self.words.weekdays for match in day.finditer(self.text)]

    def has_right_day(self, letter: Letter) -> bool:
        """Tell whether the sentence names a day of the interview."""
        met = _days(letter)
        if any(self.words.weekdays[day.weekday()].is_in(self.text) for day in met):
            return True
        sent_on = letter.sent_on
        return sent_on is not None and any(
            sent_on - timedelta(days=distance) in met and self.words.pattern(name).is_in(self.text)
            for name, distance in DISTANCES.items()
        )

    def is_of_another_matter(self, match: re.Match[str]) -> bool:
        """Tell whether a weekday is not said of the talk ("the Friday handover")."""
        around = self.text[: match.start()] + DAY + self.text[match.end() :]
        return self.words.pattern("other-day").is_in(around)


def _recalling(letter: Letter) -> Iterator[_Sentence]:
    """Yield the sentences that thank for the talk or recall it."""
    if letter.words is None:
        return
    thanks, recalls = letter.words.pattern("thanks"), letter.words.pattern("recalls-talk")
    for where, text in texts_of(letter):
        for start, sentence in _split(read_plainly(text), letter.language):
            if thanks.is_in(sentence) or recalls.is_in(sentence):
                yield _Sentence(where, start, sentence, letter.words)


def _split(text: str, language: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a text with their places; no end after an abbreviation or a number."""
    abbreviations = (
        phrases.load_phrases(language).sentences.abbreviations
        if phrases.is_available(language)
        else frozenset()
    )
    start = 0
    for match in _END.finditer(text):
        word = (match["word"] or "").casefold()
        is_number = word.isdigit() and text[match.end() - 1 : match.end()] != "\n"
        if word in abbreviations or is_number:
            continue
        yield start, text[start : match.end()]
        start = match.end()
    yield start, text[start:]


def _days(letter: Letter) -> set[date]:
    """Return the days on which the reader's house was talked to, where the reader is."""
    interview = letter.interview
    place = days.place_of(interview, letter.reader)
    if place is None:
        return {letter.day}
    return {letter.day, *(talk.starts_at.astimezone(place.tz).date() for talk in interview.talks)}


def _weekday(day: date) -> str:
    return phrases.load_phrases("en").dates.weekdays[day.weekday()]


RULES = (
    Rule("wrong-day", Severity.ERROR, wrong_day),
    Rule("wrong-relative-day", Severity.WARNING, wrong_relative_day),
)
