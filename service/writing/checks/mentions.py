"""Whether a word with a capital is a company's name where it stands.

It may be a person's, too, or a place, or an ordinary noun: what may be either is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.writing import anatomy, companies
from service.writing.checks.letter import Letter
from service.writing.checks.wording import texts_of
from service.writing.companies import Name, Word, is_listed
from service.writing.findings import Where

NOUNS_WITH_CAPITALS = frozenset({"de", "lb"})
"""Languages in which a capital does not tell a name from a noun."""
_ARTICLE = re.compile(
    r"\b(?:d(?:er|ie|as|em|en|es)|(?:ein|kein|mein|dein|sein|ihr|unser|euer|eur|dies|jed|manch)"
    r"(?:e[mnrs]?)?|zu[mr]|i[mn]s?|am|ans|vom|beim|aufs?)\s+$",
    re.IGNORECASE,
)
"""What stands before a noun in them."""
_AT_A_HOUSE = re.compile(
    r"\b(?:i[mn]|am|zu[mr]?|bei|beim|vo[mn]|f\u00fcr)(?: de[rmn])?\s+$", re.IGNORECASE
)
"""What stands there before a house where somebody works."""
_SENTENCE_START = re.compile(r"(?:^|[\n.!?:\u2026\u3002])[\s\"'\u201c\u201e\u2018\u00ab(*-]*$")
_CONTEXT = 60


@dataclass(frozen=True, slots=True)
class Passage:
    """The subject or the body of a letter, and its words; `spelled` holds all their spellings."""

    letter: Letter
    where: Where
    text: str
    words: tuple[Word, ...]
    spelled: str

    @property
    def has_noun_capitals(self) -> bool:
        """Tell whether nouns have capitals in its language."""
        return self.letter.language in NOUNS_WITH_CAPITALS

    def may_name(self, name: Name) -> bool:
        """Tell, quickly, whether the word that tells a name from others can be in it at all."""
        telling = next(iter((*name.distinctive, *name.words)), None)
        return telling is None or any(f" {form}" in self.spelled for form in telling.forms)

    def is_ordinary(self, word: Word) -> bool:
        """Tell whether a word is one of the language, whatever its capital."""
        lists, words = companies.load_lists(), self.letter.words
        listed = lists.generic | lists.everyday | lists.small_words | lists.before_a_person
        if words is not None:
            listed |= words.stop_words
            if any(day.is_in(word.raw) for day in words.weekdays):
                return True
        return is_listed(word, listed) or self.uses_small(word)

    def uses_small(self, word: Word) -> bool:
        """Tell whether a word also occurs without a capital, and so as a word."""
        return any(word.forms & other.forms and not other.is_capitalised for other in self.words)

    def is_after_article(self, word: Word) -> bool:
        """Tell whether an article stands before it, as before a noun."""
        return _ARTICLE.search(self._before(word)) is not None

    def is_at_a_house(self, word: Word) -> bool:
        """Tell whether a word stands where the house is named at which somebody works."""
        return _AT_A_HOUSE.search(self._before(word)) is not None

    def is_joined(self, word: Word) -> bool:
        """Tell whether somebody joins what it names, or works there."""
        return companies.load_lists().joining.search(self._folded_before(word)) is not None

    def is_of_the_past(self, start: int) -> bool:
        """Tell whether somebody worked or learned at what stands here."""
        before = anatomy.fold(self.text[max(start - _CONTEXT, 0) : start]).rstrip()
        return companies.load_lists().formerly.search(before) is not None

    def is_at_a_place(self, start: int) -> bool:
        """Tell whether what stands here is a place, by the word before it."""
        lists = companies.load_lists()
        before = companies.read(self.text[max(start - _CONTEXT, 0) : start])
        return bool(before) and is_listed(before[-1], lists.before_a_place)

    def starts_sentence(self, word: Word) -> bool:
        """Tell whether a word may have its capital from the sentence that it begins."""
        return _SENTENCE_START.search(self._before(word)) is not None

    def neighbours(self, index: int) -> Iterator[tuple[Word, bool]]:
        """Yield the words right beside one, and whether each stands before it."""
        word = self.words[index]
        for at, is_before in ((index - 1, True), (index + 1, False)):
            if 0 <= at < len(self.words):
                near = self.words[at]
                between = self.text[min(near.end, word.end) : max(near.start, word.start)]
                if not between.strip(" .\u00a0") and not (is_before and ". " in between):
                    yield near, is_before

    def is_beside_a_name(self, index: int, name: Name) -> bool:
        """Tell whether a word stands where a person, or a place, is named."""
        lists = companies.load_lists()
        for near, is_before in self.neighbours(index):
            if is_before and is_listed(near, lists.before_a_person | lists.before_a_place):
                return True
            if not is_before and is_listed(near, lists.after_a_place):
                return True
            is_name = near.is_capitalised and not self.has_noun_capitals
            if is_name and not self.starts_sentence(near) and not _belongs(near, name):
                return True
        return False

    def _before(self, word: Word) -> str:
        return self.text[max(word.start - _CONTEXT, 0) : word.start]

    def _folded_before(self, word: Word) -> str:
        return anatomy.fold(self._before(word)).rstrip()


def read_passages(letter: Letter) -> list[Passage]:
    """Return what the writer of a mail answers for, with its words."""
    return [_read_passage(letter, where, text) for where, text in texts_of(letter)]


def read_taken(letter: Letter) -> list[Word]:
    """Return the words of all names that belong to the interview: none of them is another's."""
    interview, around = letter.interview, letter.circumstances
    city = interview.place.city if interview.place else None
    typed = (*letter.known, around.sender, interview.agency, city)
    return companies.read("\n".join(filter(None, typed)))


def _read_passage(letter: Letter, where: Where, text: str) -> Passage:
    words = tuple(companies.read(text))
    spelled = " ".join(("", *(form for word in words for form in word.forms)))
    return Passage(letter, where, text, words, spelled)


def _belongs(word: Word, name: Name) -> bool:
    """Tell whether a word is part of a name, or of the kind that names are made of."""
    is_part = any(word.is_form_of(own) for own in name.words)
    return is_part or is_listed(word, companies.load_lists().generic)
