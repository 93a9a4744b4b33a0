"""A company's name with a slip or two in it ("Tidewatter").

A word beside another one of the name is surely meant for it. A word alone is, where it has a
capital, the company is named nowhere else, and it is no form of the name and no other name. In a
language whose nouns have capitals the slip must then be inside the word.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from service.writing import companies
from service.writing.checks.mentions import Passage, read_taken
from service.writing.companies import Name, Word, is_listed

LETTERS = 5
"""A shorter name is too like other words."""
LONG = 8
"""From here on two slips still point to the same name."""
SURE_LONG = 6
"""The same beside another word of the name."""
NAME_SIGNS = 3
"""The least length of a name in a script without spaces, beside its legal form."""
NOUN_LETTERS = 6
SENTENCE_LETTERS = 7
"""A first word that is to be a name, and no word of the language, is as long as this."""
_RUN = re.compile(r"[\u3005\u30a1-\u30fa\u30fc\u3400-\u9fffA-Za-z0-9]+")
_LINE = re.compile(r"(?m)^[^\s\n]{3,40}$")
_FIRST_LINES = 4

Slip = tuple[tuple[int, int], str]


def find_slips(name: Name, passage: Passage, *, is_named: bool) -> Iterator[Slip]:
    """Yield the places of words meant for the name, and what is meant.

    `is_named` says whether the name stands somewhere in the mail as it should.
    """
    if name.is_wide:
        if not is_named:
            yield from _find_wide(name, passage.text)
        return
    taken = read_taken(passage.letter)
    yield from _find_beside(name, passage, taken)
    if not is_named:
        yield from _find_alone(name, passage, taken)


def _find_beside(name: Name, passage: Passage, taken: Sequence[Word]) -> Iterator[Slip]:
    small = companies.load_lists().small_words
    words = [word for word in passage.words if not is_listed(word, small)]
    for index, word in enumerate(words):
        for at, own in enumerate(name.words):
            limit = 2 if len(own.raw) >= SURE_LONG else 1
            if _is_slip(word, own, limit) and not _is_taken(word, taken):
                beside = ((index - 1, at - 1), (index + 1, at + 1))
                if any(_is_word_of(words, name, *each, passage.text, word) for each in beside):
                    yield (word.start, word.end), own.raw


def _is_word_of(
    words: Sequence[Word], name: Name, index: int, at: int, text: str, beside: Word
) -> bool:
    """Tell whether the word at `index` is the one at `at` of the name, right beside another."""
    if not (0 <= index < len(words) and 0 <= at < len(name.words)):
        return False
    word, own = words[index], name.words[at]
    if not word.is_form_of(own) and not _is_slip(word, own, 1):
        return False
    if own.is_capitalised and not word.is_capitalised:
        return False
    return not companies.is_broken(text[min(word.end, beside.end) : max(word.start, beside.start)])


def _find_alone(name: Name, passage: Passage, taken: Sequence[Word]) -> Iterator[Slip]:
    for index, word in enumerate(passage.words):
        for own in name.distinctive:
            if len(own.raw) < LETTERS or not _is_slip(word, own, 2 if len(own.raw) >= LONG else 1):
                continue
            if not _is_taken(word, taken) and _is_meant(word, own, index, name, passage):
                yield (word.start, word.end), own.raw


def _is_meant(word: Word, own: Word, index: int, name: Name, passage: Passage) -> bool:
    if passage.is_ordinary(word):
        return False
    if passage.is_joined(word):
        return True
    is_first = passage.starts_sentence(word)
    if own.raw[0] != word.raw[0] or (is_first and len(own.raw) < SENTENCE_LETTERS):
        return False
    if passage.has_noun_capitals:
        is_cut = own.raw.startswith(word.raw) or word.raw.startswith(own.raw)
        is_noun = passage.is_after_article(word) and not passage.is_at_a_house(word)
        is_long = len(own.raw) >= NOUN_LETTERS
        return is_long and not is_cut and not is_noun and _distance(word, own) == 1
    return not passage.is_beside_a_name(index, name)


def _is_slip(word: Word, own: Word, limit: int) -> bool:
    """Tell whether a word is another with a slip or two, and no form of it."""
    if not word.is_capitalised or abs(len(word.raw) - len(own.raw)) > limit:
        return False
    if word.is_form_of(own) or own.is_form_of(word) or word.is_made_from(own):
        return False
    return len(own.raw) > limit + 2 and _distance(word, own) <= limit


def _distance(word: Word, own: Word) -> int:
    return min(_count_slips(a, b) for a in word.forms for b in own.forms)


def _is_taken(word: Word, taken: Sequence[Word]) -> bool:
    return any(word.forms & each.forms for each in taken)


def _find_wide(name: Name, text: str) -> Iterator[Slip]:
    """Find slips in whole runs of signs; beside a legal form a run is surely a name."""
    forms = companies.load_lists().joined_forms
    for match in _candidates(text):
        run = match.group()
        bare = _without(run, companies.HONORIFICS)
        core = _without(bare, forms)
        after = text[match.end() :].lstrip()
        is_sure = (
            core != bare
            or text[: match.start()].rstrip().endswith(forms)
            or after.startswith(forms)
        )
        for own in (name.said, *name.parts):
            limit = 2 if is_sure and len(own) >= SURE_LONG else 1
            is_long = len(own) >= (NAME_SIGNS if is_sure else LETTERS)
            if is_long and core != own and _count_slips(core, own) <= limit:
                start = match.start() + run.index(core)
                yield (start, start + len(core)), own
                return


def _without(run: str, affixes: Sequence[str]) -> str:
    """Return a run without what stands before or after a name; the run when nothing is left."""
    for affix in affixes:
        run = run.removeprefix(affix).removesuffix(affix) or run
    return run


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Yield the first lines that are one word, and the runs of signs that names are written in."""
    yield from itertools.islice(_LINE.finditer(text), _FIRST_LINES)
    yield from _RUN.finditer(text)


def _count_slips(one: str, other: str) -> int:
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other)
