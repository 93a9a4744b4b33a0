"""The rules about names: that of the company, right, there, and no other one's; and the role's.

A company of another interview is found by its whole name, or by the word that tells it from others
where that word can be nothing else there (`mentions`). What belongs to the interview's own names
is never another's.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from service.writing import anatomy, companies, names
from service.writing.checks import slips, topics
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.mentions import Passage, read_passages, read_taken
from service.writing.checks.rule import Rule
from service.writing.companies import Name, Word
from service.writing.findings import Severity

NAME_LETTERS = 4
"""By a shorter word alone another company is known only where somebody joins it."""
_BRACKETS = re.compile(r"[(\[\uff08][^)\]\uff09]*[)\]\uff09]")


def wrong_company(letter: Letter) -> Iterator[Hit]:
    """Find the name of a company of another interview of this candidate, once for each."""
    if not letter.circumstances.other_companies:
        return
    own = [companies.take_apart(name) for name in _own_names(letter)]
    passages, taken = read_passages(letter), read_taken(letter)
    for other in letter.circumstances.other_companies:
        name = companies.take_apart(other)
        if not _is_part_of_own(name, own):
            naming = (each for each in passages if each.may_name(name))
            found = (hit for each in naming for hit in _find_other(each, name, taken))
            yield from itertools.islice(found, 1)


def misspelled_company(letter: Letter) -> Iterator[Hit]:
    """Find the first word that is meant for the company's name and is a slip or two away."""
    passages, is_named = read_passages(letter), _is_named(letter)
    for company in _own_names(letter):
        name = companies.take_apart(company)
        for passage in passages:
            for place, wanted in slips.find_slips(name, passage, is_named=is_named):
                found = passage.text[slice(*place)]
                yield Hit(place, passage.where, {"wanted": wanted, "found": found})
                return


def no_company(letter: Letter) -> Iterator[Hit]:
    """Find a mail that names the company nowhere, though it is written in its script."""
    company = letter.interview.company
    if companies.is_written_as(company, letter.body) and not _is_named(letter):
        said = letter.interview.company_short or companies.say_company(company)
        yield Hit(details={"company": said})


def no_role(letter: Letter) -> Iterator[Hit]:
    """Find a mail in which no word of the role occurs."""
    said = names.say_role(letter.interview.role)
    role = _BRACKETS.sub(" ", said)
    if letter.words is None or not companies.is_written_as(role, letter.body):
        return
    text, stop_words = f"{letter.subject}\n{letter.body}", letter.words.stop_words
    wanted, pieces = topics.content_words(role, stop_words), topics.wide_pieces(role)
    short = {word.raw for word in companies.read(role) if word.raw.isupper()}
    is_taken_up = (
        topics.are_taken_up(wanted, topics.content_words(text, stop_words))
        or not pieces.isdisjoint(topics.wide_pieces(text))
        or not short.isdisjoint(word.raw for word in companies.read(text))
    )
    if (wanted or pieces) and not is_taken_up:
        yield Hit(details={"role": said})


def _own_names(letter: Letter) -> list[str]:
    own = (letter.interview.company, letter.interview.company_short)
    return [name for name in own if name and name.strip()]


def _is_named(letter: Letter) -> bool:
    interview, sender = letter.interview, letter.circumstances.sender
    people = [*(person.name for person in interview.people), sender]
    text = "\n\n".join((letter.subject, *_without_salutations(letter)))
    return companies.is_company_named(interview.company, text, interview.company_short, people)


def _without_salutations(letter: Letter) -> Iterator[str]:
    """Yield the parts without the line that greets: "Hi Fenwick," names a person."""
    for part in letter.parts:
        start, line = anatomy.salutation_of(part.text) or (0, "")
        is_greeting = line.endswith((",", ":", "!"))
        yield part.text[start + len(line) :] if is_greeting else part.text


def _is_part_of_own(name: Name, own: Sequence[Name]) -> bool:
    """Tell whether a name says no more than the company's own does."""
    if name.is_wide or not name.words:
        return not name.said or any(name.said in each.said for each in own)
    spoken = {form for each in own for word in each.words for form in word.forms}
    return all(not word.forms.isdisjoint(spoken) for word in name.words)


def _find_other(passage: Passage, name: Name, taken: Sequence[Word]) -> Iterator[Hit]:
    text, letter = passage.text, passage.letter
    agency = (letter.interview.agency or "").casefold()
    places = list(_find_alone(passage, name, taken))
    if name.is_wide or len(name.words) > 1:
        places += companies.find_whole(name, text, passage.words)
    shorter = companies.shorten(name)
    if shorter is not None:
        short = companies.find_whole(shorter, text, passage.words)
        places += (place for place in short if not passage.is_at_a_place(place[0]))
    for place in sorted(places, key=lambda place: (place[0], -place[1])):
        found = text[slice(*place)]
        is_own = letter.is_known(passage.where, *place) or found.casefold() in agency
        if not is_own and not passage.is_of_the_past(place[0]):
            yield Hit(place, passage.where, {"found": found})


def _find_alone(passage: Passage, name: Name, taken: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield where the word that tells a company from others stands alone, as its name."""
    head = next(iter(name.distinctive), None)
    if head is None or any(head.forms & word.forms for word in taken):
        return
    is_ordinary = len(head.raw) < NAME_LETTERS or passage.is_ordinary(head)
    for index, word in enumerate(passage.words):
        if not word.forms & head.forms or (head.is_capitalised and not word.is_capitalised):
            continue
        is_noun = passage.has_noun_capitals and passage.is_after_article(word)
        may_be_else = is_ordinary or is_noun or passage.is_beside_a_name(index, name)
        if passage.is_joined(word) or not may_be_else:
            yield word.start, word.end


RULES = (
    Rule("wrong-company", Severity.ERROR, wrong_company, frozenset({"no-company"})),
    Rule("misspelled-company", Severity.ERROR, misspelled_company, frozenset({"no-company"})),
    Rule("no-company", Severity.WARNING, no_company),
    Rule("no-role", Severity.HINT, no_role),
)
