"""Whether a word is one of a person's names, in whatever form, or a slip away from one.

Accents and case do not matter; short forms of first names, initials, usual transcriptions
("Krueger") and names written together or apart ("Al Suwaidi") are the person's. What is written in
another script than the names noted may be theirs, too: nobody can tell, so it counts as theirs.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rapidfuzz.distance import OSA

from service.records import Person
from service.writing import anatomy
from service.writing.checks.greeting import ideographs
from service.writing.checks.words import load_every_words
from service.writing.scripts import WIDE, scripts_of

NAME_LETTERS = 4
"""Shorter names are too alike to call one a misspelling of the other."""
LONG_NAME_LETTERS = 6
"""Where one of the two is as long, two slips still point to the same name."""
SHORT_FORM_LETTERS = 3
LETTERS_CUT = 2
"""A short form leaves out as many letters, or more; one letter less is a slip."""
MOST_JOINED = 4

WORD = re.compile(
    r"(?:[^\W\d_][\u0300-\u036f]*)+(?:['\u2018\u2019\u02bc](?:[^\W\d_][\u0300-\u036f]*)+)*"
)
"""A word of a name; hyphens and spaces stand between words, apostrophes within one."""
_APOSTROPHE = re.compile(r"['\u2018\u2019\u02bc]")
_PET_ENDING = re.compile(r"(\w)\1y$|i$")


@dataclass(frozen=True, slots=True)
class NameLists:
    """What names are made of in any language; folded."""

    particles: frozenset[str]
    firm_particles: frozenset[str]
    surnames_too: frozenset[str]
    written_before: frozenset[str]
    written_after: frozenset[str]
    spellings: tuple[dict[int, str], ...]


@cache
def load_name_lists() -> NameLists:
    """Read what names are made of."""
    file = resources.files("service.writing") / "data" / "people.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return NameLists(
        particles=frozenset(data["particles"]),
        firm_particles=frozenset(data["firm_particles"]),
        surnames_too=frozenset(data["surnames_too"]),
        written_before=frozenset(data["written_before"]),
        written_after=frozenset(data["written_after"]),
        spellings=(str.maketrans(data["transcribed"]), str.maketrans(data["plain"]), {}),
    )


class OwnNames:
    """The names of one person, as far as they were noted."""

    def __init__(self, *noted: str | None) -> None:
        lists = load_name_lists()
        words = dict.fromkeys(WORD.findall(" ".join(filter(None, noted))))
        keys = {word: key_of(word) for word in words}
        outside = lists.written_before | lists.written_after
        self.words: list[str] = [word for word in words if keys[word] not in outside] or list(words)
        solid = [w for w in self.words if keys[w] not in lists.particles or _is_initial(w)]
        self._names = solid or self.words
        self._joined = {_join(run): " ".join(run) for run in _runs(self.words)}
        self._forms = {form for word in self._names for form in forms_of(word)}
        self._forms |= self._joined.keys()
        self._initials = "".join(keys[word][0] for word in self._names)
        self._abbreviated = {keys[word] for word in self._names if len(keys[word]) == 1}
        self._scripts = scripts_of(" ".join(self.words))

    @property
    def is_single(self) -> bool:
        """Tell whether only one name was noted, first or last."""
        return len(self._names) < 2

    def is_comparable(self, word: str) -> bool:
        """Tell whether the word is in a script in which the names were noted."""
        return bool(self._scripts & scripts_of(word))

    def has(self, word: str) -> bool:
        """Tell whether the word is one of the names as it was noted, but for accents and case."""
        return not self._forms.isdisjoint(forms_of(word))

    def is_called(self, word: str) -> bool:
        """Tell whether the word is one of the names in whatever form."""
        if not self.is_comparable(word) or self.has(word):
            return True
        key = key_of(word)
        if scripts_of(word) & WIDE:
            return any(form.startswith(key) or form.endswith(key) for form in self._forms)
        if key[:1] in self._abbreviated or (
            len(key) <= len(self._initials) and key in self._initials
        ):
            return True
        return self._is_nickname(key) or (self.near(word) is None and self._is_shortened(key))

    def near(self, word: str) -> str | None:
        """Return the name that this word seems to be meant for; None when it is right or far."""
        for own in self._names:
            if any(is_near(key, form) for key in forms_of(word) for form in forms_of(own)):
                return own
        joined = (text for key, text in self._joined.items() if is_near(key_of(word), key))
        return next(joined, None)

    def is_right(self, own: str, keys: Collection[str]) -> bool:
        """Tell whether one of the names, as noted, is among words that were found right."""
        return any(form in keys for word in WORD.findall(own) for form in forms_of(word))

    def particle_before(self, word: str) -> str | None:
        """Return the particle that stands right before this one of the names; None without one."""
        for before, own in zip(self.words, self.words[1:], strict=False):
            if key_of(before) in load_name_lists().particles and forms_of(own) & forms_of(word):
                return before
        return None

    def find_called(self, words: Sequence[str]) -> set[int]:
        """Return which of the words are this person's, alone or written together."""
        alone = {index for index, word in enumerate(words) if self.is_called(word)}
        return alone | self.find_joined(words)

    def find_joined(self, words: Sequence[str]) -> set[int]:
        """Return which of the words make one of the names when they are written together."""
        return {
            index
            for start in range(len(words))
            for end in range(start + 2, min(start + MOST_JOINED, len(words)) + 1)
            if self.has("".join(words[start:end]))
            for index in range(start, end)
        }

    def _is_nickname(self, key: str) -> bool:
        rows = _nicknames().get(key, ())
        return any(
            form in row and not _is_respelled(key, form) for row in rows for form in self._forms
        )

    def _is_shortened(self, key: str) -> bool:
        stem = _PET_ENDING.sub(r"\1", key)
        stem = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
        return any(
            _is_cut(short, form) or _is_cut(form, key)
            for short in {key, stem}
            for form in self._forms
        )


def names_of(person: Person) -> OwnNames:
    """Return the names that were noted for a person; an address is no name."""
    noted = (person.name, person.given_name, person.family_name)
    return OwnNames(*(name for name in noted if name and "@" not in name))


def key_of(word: str) -> str:
    """Return a word as names are compared: folded, without apostrophes."""
    return anatomy.fold(_APOSTROPHE.sub("", word))


def forms_of(word: str) -> frozenset[str]:
    """Return a word in all the usual spellings, folded."""
    bare = unicodedata.normalize("NFC", _APOSTROPHE.sub("", word).casefold())
    return frozenset(anatomy.fold(bare.translate(each)) for each in load_name_lists().spellings)


def is_near(one: str, other: str) -> bool:
    """Tell whether two folded names are a slip or two apart."""
    if one == other:
        return False
    if scripts_of(one) & WIDE:
        return ideographs.is_slip(one, other)
    if min(len(one), len(other)) < NAME_LETTERS:
        return False
    most = 2 if max(len(one), len(other)) >= LONG_NAME_LETTERS else 1
    return OSA.distance(one, other, score_cutoff=most) <= most


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _is_respelled(one: str, other: str) -> bool:
    """Tell two spellings of one name ("Stefan", "Stephan") from a name and its short form."""
    is_part = any(a.startswith(b) or a.endswith(b) for a, b in ((one, other), (other, one)))
    is_long = min(len(one), len(other)) > NAME_LETTERS
    return is_long and one[0] == other[0] and not is_part and is_near(one, other)


def _is_cut(short: str, name: str) -> bool:
    is_much_shorter = len(name) - len(short) >= LETTERS_CUT
    return is_much_shorter and len(short) >= SHORT_FORM_LETTERS and name.startswith(short)


def _runs(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(len(words)):
        for end in range(start + 2, min(start + MOST_JOINED, len(words)) + 1):
            yield words[start:end]


def _join(words: Collection[str]) -> str:
    return key_of("".join(words))


@cache
def _nicknames() -> Mapping[str, tuple[frozenset[str], ...]]:
    """Return the rows of short forms by each name in them; names travel, so of any language."""
    rows: dict[str, tuple[frozenset[str], ...]] = {}
    for words in load_every_words().values():
        for row in words.short_names:
            names = frozenset(re.sub(r"[\s-]", "", name) for name in row)
            for name in names:
                rows[name] = (*rows.get(name, ()), names)
    return rows
