"""Of several ways to write a note, the one least like the notes before: people compare.

Where a panel shares a long reason, all the rest must differ, and there is a little more of it. What
still reads like another note is not sent: its reader is noted in `Occasion.alike`, and the user is
asked for something of theirs.
"""

from dataclasses import replace

from service.writing import anatomy, days, notes, sentences
from service.writing.checks.words import load_words
from service.writing.notes import Note, Telling
from service.writing.shares import Share
from service.writing.similarity import similarity
from service.writing.variants import Choice

WAYS = 12
"""So many ways of each length are weighed."""
FULLEST = 2
"""So many sentences of ours may be added where the user's are shared."""
UNLIKE = 0.3
"""Below this two notes share little more than what all thanks share; no better way is sought."""
UNLIKE_ENOUGH = 0.5
"""Below this a note needs no sentence more."""
MOST_ABOUT_ONESELF = 0.6
"""Of the sentences so many may begin with the writer."""
LONGEST = 138
"""Words, above which a sentence of ours is too many; with a sign-off it stays below 150."""
ALIKE = 0.57
"""From here on people would say that it is the same mail; the checks warn at 0.60."""


def write_unlike(telling: Telling, share: Share) -> Note:
    """Write to one person, with these of the user's reasons, unlike the notes before."""
    occasion = telling.occasion
    known = [occasion.interview.company, telling.person.name]
    told = [anatomy.essence(body, known) for body in occasion.earlier.get(telling.person.key, ())]
    before = [*told, *occasion.written]
    best: tuple[tuple[bool, bool, bool, float], Note, list[str], Choice] | None = None
    for fuller in range(FULLEST + 1 if before and telling.phrases.own.fuller else 1):
        for way in range(WAYS):
            choice = occasion.choice.fork(way)
            trial = replace(telling, occasion=replace(occasion, choice=choice))
            note = notes.compose_note(trial, share, fuller=fuller)
            words = _words_without_day(telling, note)
            likeness = max((similarity(words, other) for other in before), default=0.0)
            is_long = fuller > 0 and _count_words(note) > LONGEST
            is_heavy = _is_about_oneself(telling, note)
            rank = (is_long, likeness >= ALIKE, is_heavy, likeness)
            if best is None or rank < best[0]:
                best = (rank, note, words, choice)
            if rank < (False, False, False, UNLIKE):
                break
        if best is not None and best[0][-1] < UNLIKE_ENOUGH:
            break
    assert best is not None  # noqa: S101 - there is always one way
    (*_ranks, likeness), note, words, choice = best
    if likeness >= ALIKE:
        occasion.alike.append(telling.person)
        return note
    occasion.choice.adopt(choice)
    occasion.written.append(words)
    return note


def _is_about_oneself(telling: Telling, note: Note) -> bool:
    """Tell whether nearly every sentence begins with the writer, which the checks would remark."""
    said = [
        sentence
        for paragraph in note.paragraphs
        for sentence in sentences.split(paragraph, telling.phrases.sentences)
    ]
    words = load_words(telling.phrases.language)
    if words is None:
        return False
    first_person = words.pattern("first-person").find
    return sum(first_person.match(each) is not None for each in said) > MOST_ABOUT_ONESELF * len(
        said
    )


def _count_words(note: Note) -> int:
    return sum(anatomy.count_words(part) for part in (note.salutation, *note.paragraphs))


def _words_without_day(telling: Telling, note: Note) -> list[str]:
    """Return what a note says; the words for the day change with the day of sending."""
    far = days.name_day(telling.day, None, telling.country, telling.phrases.dates)
    left_out = {word for phrase in far.values() for word in anatomy.fold_words(phrase)}
    return [w for w in anatomy.fold_words(" ".join(note.paragraphs)) if w not in left_out]
