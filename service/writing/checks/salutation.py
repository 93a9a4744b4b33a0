"""The rules about how a mail greets: that it does, a person, and as that person is addressed.

What was not noted is not known: without a form of address or a title nothing is said about them.
Where the name itself is another's, form and title are that person's, too (`greeted` silences them).
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from service.records import Person
from service.writing import anatomy, days, phrases
from service.writing.anatomy import Part
from service.writing.checks.greeted import addressee_of, personal_names, salutations_of
from service.writing.checks.greeting import Kind, Salutation, load_vocabulary
from service.writing.checks.greeting.own_names import WORD, key_of
from service.writing.checks.greeting.vocabulary import (
    Vocabulary,
    key_of_title,
    load_every_academic,
    load_every_form,
)
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.checks.words import load_words
from service.writing.findings import Severity
from service.writing.scripts import WIDE, scripts_of

GREETING_LINE_WORDS = 6
"""A first line with a comma and no more words is a greeting in whatever words."""
GROUP_LINE_WORDS = 14
MOST_TITLE_WORDS = 3
HOURS = {
    "greeting-morning": range(4, 13),
    "greeting-afternoon": range(11, 20),
    "greeting-evening": (*range(16, 24), *range(3)),
}
"""When a greeting is right that is bound to an hour; by its pattern."""
GREETING_LETTERS = 40
COMMON_TITLES = frozenset({"dr", "prof"})
"""Said wherever a language says titles; a language may name the countries that say all of them."""
_CLAUSE_END = re.compile(r"\s*(?:$|[^\w\s])")
FORMS_OF_GENDER = frozenset({"woman", "man", "neutral"})


def no_salutation(letter: Letter) -> Iterator[Hit]:
    """Find a mail, or a note to pass on, whose first lines greet nobody."""
    for part, salutation in zip(letter.parts, letter.salutations, strict=True):
        words = load_words(letter.language_of(part))
        if salutation or words is None or _begins_with_greeting_line(letter, part):
            continue
        first = next(anatomy.first_lines(part.text, 1), None)
        if first is not None and not any(_find_set_phrase(letter, part)):
            yield Hit((part.start + first[0], part.start + first[0] + len(first[1])))


def group_salutation(letter: Letter) -> Iterator[Hit]:
    """Find a salutation to nobody by name."""
    for part, salutation in zip(letter.parts, letter.salutations, strict=True):
        vocabulary = load_vocabulary(letter.language_of(part))
        is_person = vocabulary is not None and _is_person(part.name, vocabulary)
        if vocabulary is None or not is_person:
            continue
        if salutation is None:
            yield from _find_set_phrase(letter, part)
        elif not personal_names(salutation, addressee_of(letter, part)):
            if _is_to_nobody(salutation):
                yield Hit((salutation.start, salutation.end), details={"name": part.name})
            else:
                yield from _find_set_phrase(letter, part)


def wrong_form_of_address(letter: Letter) -> Iterator[Hit]:
    """Find "Mr" where "Ms" was noted, and the like."""
    for part, salutation in salutations_of(letter):
        person = letter.people[part.name]
        noted = _said_by(person.form_of_address or "")
        if noted is None:
            continue
        # "Neutral" offends nobody, and what tells no gender says nothing about one.
        used = [
            (word, said)
            for word, said in salutation.said_by_forms()
            if said != "neutral" and (said in FORMS_OF_GENDER) == (noted in FORMS_OF_GENDER)
        ]
        if used and noted not in {said for _, said in used}:
            word, written = used[0][0], (person.form_of_address or "").strip()
            details = {"name": part.name, "noted": written, "found": word.text}
            yield Hit((word.start, word.end), details=details)


def title_missing(letter: Letter) -> Iterator[Hit]:
    """Find a form of address and a surname without the title that was noted."""
    for part, salutation in salutations_of(letter):
        person = letter.people[part.name]
        wanted = _titles_in(person.title or "") & _titles_said(letter, person, salutation)
        forms = [word for word in salutation.words if salutation.is_form(word)]
        named = personal_names(salutation, addressee_of(letter, part))
        if wanted and forms and named and not _has_title(salutation):
            # Where a language puts the form after the name, this is the other way round.
            words = sorted((*forms, *named), key=lambda word: word.start)
            place = (words[0].start, words[-1].end)
            yield Hit(place, details={"title": (person.title or "").strip(), "name": part.name})


def greeting_time(letter: Letter) -> Iterator[Hit]:
    """Find "Good evening", in the salutation or right after it, in what arrives in the morning."""
    sent_at = letter.circumstances.sent_at
    if letter.words is None or sent_at is None:
        return
    end = letter.salutations[0].end if letter.salutations[0] else 0
    after = re.compile(r"\W*").match(letter.body, end)
    begin = after.end() if after else end
    for name, hours in HOURS.items():
        for match in letter.words.pattern(name).finditer(letter.body[: begin + GREETING_LETTERS]):
            if (match.start() < end or match.start() == begin) and sent_at.hour not in hours:
                details = {"found": match.group(), "time": f"{sent_at:%H:%M}"}
                yield Hit(match.span(), details=details)


def _begins_with_greeting_line(letter: Letter, part: Part) -> bool:
    """Tell a line that greets in words that nobody listed: it is short, and names or ends so."""
    lines = part.text.strip().split("\n", 2)
    first = lines[0].rstrip()
    is_apart = len(lines) > 1 and not lines[1].strip()
    if not is_apart or anatomy.count_words(first) > GREETING_LINE_WORDS:
        return False
    names = addressee_of(letter, part).names
    is_named = any(names.is_comparable(word) and names.has(word) for word in WORD.findall(first))
    return is_named or first.endswith((",", ":", "\uff0c", "\uff1a"))


def _is_person(name: str, vocabulary: Vocabulary) -> bool:
    """Tell a person from a mailbox that was noted as one ("HR Team")."""
    return not any(key_of(word) in vocabulary.groups for word in WORD.findall(name))


def _is_to_nobody(salutation: Salutation) -> bool:
    said = {said for word, said in salutation.said_by_forms() if word.kind is Kind.TITLE}
    is_to_anybody = said >= {"woman", "man"}
    is_to_house = salutation.has(Kind.HOUSE) and not salutation.has(Kind.TITLE)
    return salutation.has(Kind.GROUP) or is_to_anybody or is_to_house


def _find_set_phrase(letter: Letter, part: Part) -> Iterator[Hit]:
    """Find "To whom it may concern" and the like, which are words without a name."""
    words = load_words(letter.language_of(part))
    for start, line in anatomy.first_lines(part.text, 1):
        if words is None or anatomy.count_words(line) > GROUP_LINE_WORDS:
            return
        match = next(words.pattern("group-salutation").finditer(line), None)
        if match and match.start() == 0 and _CLAUSE_END.match(line, match.end()):
            place = (part.start + start, part.start + start + match.end())
            yield Hit(place, details={"name": part.name})


def _said_by(noted: str) -> str | None:
    """Return what a form of address says of a person, in whatever language it was noted."""
    forms = load_every_form()
    keys = [key_of_title(word) for word in noted.split()]
    return next((forms[key] for key in keys if key in forms), None)


def _titles_in(written: str) -> set[str]:
    """Return which academic titles a text holds."""
    keys = [key_of(word) for word in WORD.findall(written)]
    runs = {
        "".join(keys[start : start + count])
        for start in range(len(keys))
        for count in range(1, MOST_TITLE_WORDS + 1)
    }
    return {title for title, spellings in load_every_academic().items() if runs & spellings}


def _titles_said(letter: Letter, person: Person, salutation: Salutation) -> AbstractSet[str]:
    """Return which titles a salutation does not leave out, by language and country."""
    language, known = salutation.vocabulary.language, salutation.vocabulary.academic.keys()
    if salutation.vocabulary.honorific is None and scripts_of(person.title or "") & WIDE:
        # What was noted in ideographs cannot be said in letters.
        return frozenset()
    place = days.place_of(letter.interview, person)
    if place is None or place.country is None or not phrases.is_available(language):
        return known
    lists = phrases.load_phrases(language).salutation.lists
    is_all_said = place.country in lists.get("all_titles_countries", {place.country})
    return known if is_all_said else COMMON_TITLES & known


def _has_title(salutation: Salutation) -> bool:
    """Tell whether any academic title is said; the highest may stand for all."""
    said = " ".join(word.text for word in salutation.words if word.kind is not Kind.NAME)
    return bool(_titles_in(said))


RULES = (
    Rule("no-salutation", Severity.WARNING, no_salutation),
    Rule(
        "group-salutation",
        Severity.WARNING,
        group_salutation,
        silences=frozenset({"wrong-name", "no-salutation", "wrong-form-of-address"}),
    ),
    Rule("wrong-form-of-address", Severity.ERROR, wrong_form_of_address),
    Rule("title-missing", Severity.WARNING, title_missing),
    Rule("greeting-time", Severity.HINT, greeting_time),
)
