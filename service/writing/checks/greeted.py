"""The rules about the name in a salutation: that it is the reader's, and spelled as theirs.

Titles and greeting words are no names; what counts as one of the reader's is in
`greeting.own_names`. A salutation to nobody by name, or to several of whom one is the reader, is
left to other rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.writing.anatomy import Part
from service.writing.checks.greeting import Addressee, Kind, Salutation, Word, address
from service.writing.checks.greeting.own_names import key_of, load_name_lists
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.findings import Severity


@dataclass(frozen=True, slots=True)
class _Named:
    """The names in one salutation, and which of them (by their places) are the reader's."""

    part: Part
    salutation: Salutation
    addressee: Addressee
    words: Sequence[Word]
    called: frozenset[int]


def wrong_name(letter: Letter) -> Iterator[Hit]:
    """Find a salutation in which no name is the reader's, nor near to it."""
    for named in _named_in(letter):
        if named.words and _is_somebody_else(named):
            place = (named.words[0].start, named.words[-1].end)
            yield Hit(place, details={"name": named.part.name, "found": letter.body[slice(*place)]})


def misspelled_name(letter: Letter) -> Iterator[Hit]:
    """Find a name in the salutation that is a slip or two away from the reader's."""
    for named in _named_in(letter):
        names = named.addressee.names
        right = {word.key for word in named.words if word.start in named.called}
        for word in named.words:
            if word.start in named.called or named.addressee.is_another(word.text):
                continue
            start, wanted = _near(named, word)
            if wanted is not None and not names.is_right(wanted, right):
                details = {"wanted": wanted, "found": letter.body[start : word.end]}
                yield Hit((start, word.end), details=details)
        yield from _find_other_particle(named)


def salutations_of(letter: Letter) -> Iterator[tuple[Part, Salutation]]:
    """Yield the parts that greet, with how they do it."""
    for part, salutation in zip(letter.parts, letter.salutations, strict=True):
        if salutation is not None:
            yield part, salutation


def personal_names(salutation: Salutation, addressee: Addressee) -> Sequence[Word]:
    """Return the words of a salutation that must be somebody's names; none when in doubt.

    Beside a group ("Dear Ward 7 Team") only what stands after a title or was noted is a name.
    """
    if not salutation.has(Kind.GROUP):
        return salutation.names or _lone_particles(salutation)
    return [
        word
        for before, word in zip((None, *salutation.words), salutation.words, strict=False)
        if word.kind is Kind.NAME
        and ((before and salutation.is_form(before)) or addressee.is_somebody(word.text))
    ]


def addressee_of(letter: Letter, part: Part) -> Addressee:
    """Return whom the salutation of a part may name."""
    return address(letter.people[part.name], letter.interview.people, ())


def _named_in(letter: Letter) -> Iterator[_Named]:
    for part, salutation in salutations_of(letter):
        addressee = addressee_of(letter, part)
        within = [w for w in salutation.words if w.kind in (Kind.NAME, Kind.JOINING)]
        called = addressee.names.find_called([word.text for word in within])
        yield _Named(
            part,
            salutation,
            addressee,
            personal_names(salutation, addressee),
            frozenset(within[index].start for index in called),
        )


def _is_somebody_else(named: _Named) -> bool:
    names = named.addressee.names
    if not names.words or any(word.start in named.called for word in named.words):
        return False
    texts = [word.text for word in named.words]
    if any(named.addressee.is_another(text) for text in texts):
        return True
    if any(_near(named, word)[1] for word in named.words):
        return False
    # Who was noted by one name may be greeted by the other, which nobody here knows.
    has_form = any(named.salutation.is_form(word) for word in named.salutation.words)
    return not (names.is_single and has_form)


def _near(named: _Named, word: Word) -> tuple[int, str | None]:
    """Return the reader's name that a word seems to be meant for, and where the word begins.

    A particle in front of it may belong to it: "Le Gof".
    """
    names, words = named.addressee.names, named.salutation.words
    wanted = names.near(word.text)
    if wanted is None:
        for before, after in pairwise(words):
            if after is word and before.kind is Kind.JOINING:
                return before.start, names.near(before.text + word.text)
    return word.start, wanted


def _lone_particles(salutation: Salutation) -> Sequence[Word]:
    """Return a particle that is all there is after a title: "Ms Van"."""
    return [
        word
        for before, word in pairwise(salutation.words)
        if salutation.is_form(before) and word.kind is Kind.JOINING and word.text[0].isupper()
    ][-1:]


def _find_other_particle(named: _Named) -> Iterator[Hit]:
    """Find "van Vogt" where it is "von Vogt"."""
    firm = load_name_lists().firm_particles
    for before, word in pairwise(named.salutation.words):
        if before.kind is Kind.JOINING and before.key in firm and word.start in named.called:
            wanted = named.addressee.names.particle_before(word.text)
            if wanted and key_of(wanted) in firm - {before.key}:
                details = {"wanted": wanted, "found": before.text}
                yield Hit((before.start, before.end), details=details)


RULES = (
    Rule(
        "wrong-name",
        Severity.ERROR,
        wrong_name,
        silences=frozenset({"wrong-form-of-address", "title-missing"}),
    ),
    Rule("misspelled-name", Severity.ERROR, misspelled_name),
)
