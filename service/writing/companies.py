"""Companies: what people call them, and whether a text names one.

A name is taken apart into the words that people say, and of these the ones that tell the company
from others: without legal forms ("GmbH"), small words and the words for a trade or a kind
("Hospital"), which `data/companies.toml` lists for all languages. Words are compared folded, with
their endings, so that "Lindenauer" and "Sonnenhuegels" name Lindenau and Sonnenhügel. Names in
scripts without spaces are looked for as they stand, and at the edges of words only.
"""

import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources

from service.writing import anatomy, scripts

STEM_LETTERS = 5
"""A word that begins with a name of so many letters is made from it."""
INITIALS = 3
"""Fewer initials may stand for anything."""
SCRIPT_SHARE = 0.2
COMPOUND = 3
"""What is joined to it there is no ending, and no slip, from so many letters on."""
_ENDINGS = frozenset({"s", "es", "e", "n", "en", "er", "ern", "ers", "ian"})
_LETTER = r"[^\W_\u3005\u3040-\u30ff\u3400-\u9fff]"
# A name in Latin letters ends where ideographs follow it without a space.
_WORD = re.compile(rf"{_LETTER}+(?:['\u2019]{_LETTER}+)*|[\u3005\u3040-\u30ff\u3400-\u9fff]+")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu)['\u2019](?=\w)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['\u2019]s?$", re.IGNORECASE)
HONORIFICS = ("\u69d8", "\u3055\u307e", "\u3055\u3093", "\u5fa1\u4e2d")
"""What may follow the name of a Japanese company, as of a person."""
_SENTENCE_END = re.compile(r"(?<!\b[A-Za-z])(?<!\b[Ss]t)[.!?]\s")
_WIDE = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff]")
_TRANSCRIBED = str.maketrans(
    {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00f8": "oe", "\u00e5": "aa"}
)


@dataclass(frozen=True, slots=True)
class Lists:
    """What companies' names are made of, in any language; words are folded."""

    legal_forms: re.Pattern[str]
    joined_forms: tuple[str, ...]
    small_words: frozenset[str]
    generic: frozenset[str]
    wide_generic: tuple[str, ...]
    everyday: frozenset[str]
    before_a_person: frozenset[str]
    before_a_place: frozenset[str]
    after_a_place: frozenset[str]
    joining: re.Pattern[str]
    formerly: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and where it stands; `forms` are its folded spellings."""

    start: int
    end: int
    raw: str
    forms: frozenset[str]

    @property
    def is_capitalised(self) -> bool:
        """Tell whether it begins with a capital, or has none to begin with."""
        return not self.raw[0].islower()

    def begins_like(self, other: "Word") -> bool:
        """Tell whether it can be a form of another word at all."""
        return any(form[0] == its[0] for form in self.forms for its in other.forms)

    def is_form_of(self, other: "Word") -> bool:
        """Tell whether it is another word as it is, or with an ending."""
        return bool(self.forms & other.forms) or any(
            form.startswith(stem) and _is_ending(form[len(stem) :], stem)
            for form in self.forms
            for stem in other.forms
        )

    def is_made_from(self, other: "Word") -> bool:
        """Tell whether it is another word with anything behind it ("Tidewaterteam")."""
        return any(
            len(stem) >= STEM_LETTERS
            and form.startswith(stem)
            and len(form) >= len(stem) + COMPOUND
            for form in self.forms
            for stem in other.forms
        )


@dataclass(frozen=True, slots=True)
class Name:
    """A company's name: as people say it, its words, and those that tell it from others.

    `distinctive` is empty where every word is a common one ("City Hospital"). `is_wide` marks a
    name in a script without spaces; `parts` are then its pieces.
    """

    said: str
    words: tuple[Word, ...]
    distinctive: tuple[Word, ...]
    initials: re.Pattern[str]
    is_wide: bool
    parts: tuple[str, ...] = ()

    @property
    def is_everyday(self) -> bool:
        """Tell whether every word of it is also an everyday word."""
        lists = load_lists()
        return all(is_listed(word, lists.everyday | lists.generic) for word in self.words)


@cache
def load_lists() -> Lists:
    """Read what companies' names are made of."""
    file = resources.files(__package__) / "data" / "companies.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    legal = sorted(data["legal_forms"], key=len, reverse=True)
    joined = sorted(data["joined_forms"], key=len, reverse=True)
    either = "|".join(re.escape(form) for form in legal)
    return Lists(
        legal_forms=re.compile(rf"(?<=\S)[\s,]+(?:{either})\s*$", re.IGNORECASE),
        joined_forms=tuple(joined),
        small_words=_folded(data["small_words"]),
        generic=_folded(word for word in data["generic"] if not _WIDE.search(word)),
        wide_generic=tuple(sorted(filter(_WIDE.search, data["generic"]), key=len, reverse=True)),
        everyday=_folded(data["everyday"]),
        before_a_person=_folded(data["before_a_person"]),
        before_a_place=_folded(data["before_a_place"]),
        after_a_place=_folded(data["after_a_place"]),
        joining=_ending_in(data["joining"]),
        formerly=_ending_in(data["formerly"]),
    )


def say_company(company: str) -> str:
    """Return the company as people call it: without its legal form."""
    name = company.strip()
    name = load_lists().legal_forms.sub("", name).strip() or name
    for form in load_lists().joined_forms:
        name = name.removeprefix(form).removesuffix(form).strip() or name
    return name


@lru_cache(maxsize=16_384)
def take_apart(company: str) -> Name:
    """Return the words of a company's name, and those that tell it from others.

    Kept, because every mail is held against every company that its sender has met.
    """
    lists, said = load_lists(), say_company(company)
    if _WIDE.search(said):
        return _take_wide_apart(said)
    spoken = read(said)
    words = tuple(w for w in spoken if not is_listed(w, lists.small_words)) or tuple(spoken)
    return Name(
        said,
        words,
        tuple(word for word in words if not is_listed(word, lists.generic) and len(word.raw) > 1),
        _initials(said, spoken, words),
        is_wide=False,
    )


def read(text: str) -> list[Word]:
    """Return the words of a text with their places."""
    found = []
    for match in _WORD.finditer(text):
        start, raw = match.start(), match.group()
        elision = _ELISION.match(raw)
        if elision:
            start, raw = start + elision.end(), raw[elision.end() :]
        bare = _POSSESSIVE.sub("", raw)
        found.append(Word(start, start + len(bare), bare, _forms(bare)))
    return found


def is_company_named(
    company: str, text: str, short: str | None = None, people: Sequence[str] = ()
) -> bool:
    """Tell whether a text names the company: whole, by its short form, a word or its initials.

    "Ms Hollis", who is among the people, is not Hollis & Wren.
    """
    words = leave_out_people(read(text), people)
    names = [take_apart(each) for each in (company, short) if each and each.strip()]
    return any(is_named(name, text, words) for name in names)


def leave_out_people(words: Sequence[Word], people: Sequence[str]) -> list[Word]:
    """Return the words of a text without those that are names of these people there.

    A name is a person's after a form of address and beside another of their names.
    """
    lists, known = load_lists(), [read(person) for person in people]
    kept = []
    for before, word, after in _with_neighbours(words):
        own = next((name for name in known if any(word.forms & each.forms for each in name)), ())
        beside = [each for each in own if not each.forms & word.forms]
        is_person = bool(own) and (
            (before is not None and is_listed(before, lists.before_a_person))
            or any(near and near.forms & each.forms for near in (before, after) for each in beside)
        )
        if not is_person:
            kept.append(word)
    return kept


def is_named(name: Name, text: str, words: Sequence[Word]) -> bool:
    """Tell whether these words of the text name a company by any part that tells it."""
    if name.is_wide:
        return _is_wide_named(name, _squeeze(text))
    if name.initials.search(text) or _is_said(name, text):
        return True
    if not name.distinctive:
        return any(w.is_form_of(own) for own in name.words if len(own.raw) > 3 for w in words)
    first, *others = name.distinctive
    return (
        any(_is_word(word, first) for word in words)
        or any(_is_word(word, own) and word.is_capitalised for own in others for word in words)
        or any(_is_split(one, other, first) for one, other in itertools.pairwise(words))
    )


def find_whole(name: Name, text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield where a text has the whole name as people say it, in capitals where the name has."""
    if name.is_wide:
        yield from _find_wide(name, text)
        return
    if name.is_everyday:
        # "The field and the lab" is not "Field & Lab".
        for match in re.finditer(rf"(?<!\w){re.escape(name.said)}(?!\w)", text):
            yield match.span()
        return
    small = load_lists().small_words
    content = [word for word in words if not is_listed(word, small)]
    first, width = name.words[0], len(name.words)
    for at, word in enumerate(content[: len(content) - width + 1]):
        run = content[at : at + width]
        if (
            word.begins_like(first)
            and all(map(_is_own_word, run, name.words))
            and not is_broken(text[word.end : run[-1].start])
        ):
            yield word.start, run[-1].end


def shorten(name: Name) -> Name | None:
    """Return the name without the common words at its ends ("Marlow Street" for its bank).

    None where nothing can be left out, or what is left is one word or everyday ones.
    """
    common = load_lists().generic
    words = list(name.words)
    while words and is_listed(words[-1], common):
        words.pop()
    while words and is_listed(words[0], common):
        words.pop(0)
    shorter = replace(name, words=tuple(words))
    return shorter if 1 < len(words) < len(name.words) and not shorter.is_everyday else None


def is_listed(word: Word, folded: frozenset[str]) -> bool:
    """Tell whether a word is in a list of folded words."""
    return not word.forms.isdisjoint(folded)


def is_broken(between: str) -> bool:
    """Tell whether a sentence or a paragraph ends between two words of a name."""
    return "\n\n" in between or _SENTENCE_END.search(between) is not None


def is_written_as(name: str, text: str) -> bool:
    """Tell whether a good part of a text is in a script of this name, so that it could hold it."""
    counted = scripts.count_scripts(text)
    used = {script for script, count in counted.items() if count >= counted.total() * SCRIPT_SHARE}
    return any(
        not used.isdisjoint(scripts.WIDE if script in scripts.WIDE else {script})
        for script in scripts.scripts_of(name)
    )


def _with_neighbours(words: Sequence[Word]) -> Iterator[tuple[Word | None, Word, Word | None]]:
    return zip((None, *words), words, (*words[1:], None), strict=False)


def _folded(words: Iterator[str] | list[str]) -> frozenset[str]:
    return frozenset(anatomy.fold(word) for word in words)


def _ending_in(alternatives: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(alternatives)})$")


def _forms(word: str) -> frozenset[str]:
    bare = re.sub(r"['\u2019]", "", word.casefold())
    if bare.isascii():
        return frozenset({bare})
    return frozenset({anatomy.fold(bare), anatomy.fold(bare.translate(_TRANSCRIBED))})


def _is_ending(rest: str, stem: str) -> bool:
    """Tell an ending from a last letter that was typed twice."""
    return rest in _ENDINGS and rest != stem[-1]


def _is_said(name: Name, text: str) -> bool:
    """Tell whether a text has the name as it is; one that is short or no word, in its capitals."""
    case = re.IGNORECASE if len(name.said) >= STEM_LETTERS else re.NOFLAG
    return re.search(rf"(?<!\w){re.escape(name.said)}(?!\w)", text, case) is not None


def _is_word(word: Word, own: Word) -> bool:
    if own.raw.isupper() and len(own.raw) < STEM_LETTERS:
        # "SAP" is no "sap", and "IT" no "it".
        return own.raw == word.raw.upper() and word.is_capitalised
    if word.is_form_of(own):
        return len(own.raw) >= STEM_LETTERS - 1 or word.is_capitalised
    return word.is_made_from(own)


def _is_split(one: Word, other: Word, own: Word) -> bool:
    """Tell a name written in two words ("Tide Water")."""
    if not one.is_capitalised or other.start - one.end > 1:
        return False
    return any(a + b in own.forms for a in one.forms for b in other.forms)


def _is_own_word(word: Word, own: Word) -> bool:
    """Tell whether a word is one of a name, in capitals where the name has."""
    return word.is_form_of(own) and (word.is_capitalised or not own.is_capitalised)


def _initials(said: str, spoken: Sequence[Word], words: Sequence[Word]) -> re.Pattern[str]:
    """Return what finds NGH, UoL and H&W for the names that have such initials."""
    capitals = "".join(word.raw[0] for word in words if word.is_capitalised)
    with_small = "".join(w.raw[0] if w.is_capitalised else w.raw[0].lower() for w in spoken)
    found = {re.escape(each) for each in (capitals, with_small) if len(each) >= INITIALS}
    if "&" in said and len(words) > 1:
        found.add(r"\s?&\s?".join(re.escape(word.raw[0]) for word in words))
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)" if found else r"(?!)")


def _take_wide_apart(said: str) -> Name:
    pieces = [_squeeze(say_company(piece)) for piece in said.split()]
    parts = tuple(each for each in pieces if each not in load_lists().wide_generic)
    whole = _squeeze(said)
    return Name(whole, (), (), re.compile(r"(?!)"), is_wide=True, parts=parts or (whole,))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _is_wide_named(name: Name, text: str) -> bool:
    if name.said in text:
        return True
    return any(part in text for whole in name.parts for part in _heads(whole))


def _heads(part: str) -> Iterator[str]:
    """Yield a piece of a name, and what is left of it without the word for its kind."""
    yield part
    for kind in load_lists().wide_generic:
        head = part.removesuffix(kind)
        if head != part and len(head) > 1:
            yield head
            return


def _find_wide(name: Name, text: str) -> Iterator[tuple[int, int]]:
    said = re.compile(r"\s*".join(re.escape(letter) for letter in name.said))
    for match in said.finditer(text):
        start, end = match.span()
        has_form = _has_form_beside(text, start, end)
        is_plain = len(name.said) > 2 and re.search(r"[\u30a0-\u30ff\u3400-\u9fff]", name.said)
        if has_form or (is_plain and not _is_within_word(text, start, end)):
            yield start, end


def _has_form_beside(text: str, start: int, end: int) -> bool:
    """Tell whether what stands beside a name says that it is one: its legal form, or a title."""
    forms = load_lists().joined_forms
    before, after = text[:start].rstrip(), text[end:].lstrip()
    return before.endswith(forms) or after.startswith((*forms, *HONORIFICS))


def _is_within_word(text: str, start: int, end: int) -> bool:
    joined = re.compile(r"[\u3005\u30a1-\u30fa\u30fc\u3400-\u9fffA-Za-z0-9]")
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    return joined.match(before) is not None or joined.match(after) is not None
