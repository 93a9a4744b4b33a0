"""The rules about what a mail does: thank, want the job, close, take up the talk, ask to pass on.

What must occur is said in hundreds of ways, so their patterns are wide: a finding means that
nothing of the kind is there. Notes that are to be passed on are judged one by one; the mail around
them thanks and asks.
"""

import re
from collections.abc import Iterator

from service.records import Kind, Person
from service.writing import sentences
from service.writing.anatomy import Part
from service.writing.checks import topics
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.checks.wording import read_plainly
from service.writing.findings import Severity
from service.writing.phrases import is_available, load_phrases
from service.writing.readers import Form

LEAST_SENTENCES = 5
FIRST_PERSON_SHARE = 0.7
"""From so many sentences on, and this share of them, beginning with oneself stands out."""


def no_thanks(letter: Letter) -> Iterator[Hit]:
    """Find a mail, or a note to pass on, without a word of thanks."""
    for part in letter.parts:
        yield from _missing(letter, "thanks", part)


def no_interest(letter: Letter) -> Iterator[Hit]:
    """Find a note that never says that its writer wants the job."""
    for part in letter.notes:
        yield from _missing(letter, "interest", part)


def no_closing(letter: Letter) -> Iterator[Hit]:
    """Find a note that does not look forward to hearing back."""
    for part in letter.notes:
        yield from _missing(letter, "closing", part)


def agency_no_request(letter: Letter) -> Iterator[Hit]:
    """Find a mail to the agency that does not ask to pass the thanks on."""
    if letter.reading.form is not Form.AGENCY or letter.words is None:
        return
    said = f"{letter.subject}\n{letter.parts[0].text}"
    if not letter.words.pattern("pass-on").is_in(read_plainly(said)):
        yield Hit(details={"name": letter.reader.name})


def bypasses_agency(letter: Letter) -> Iterator[Hit]:
    """Find a mail to the employer although an agency stands in between."""
    interview, reader = letter.interview, letter.reader
    representative = interview.representative
    is_through_agency = interview.agency is not None or representative is not None
    if is_through_agency and reader.kind is Kind.INTERVIEWER and not reader.is_direct:
        name = representative.name if representative else interview.agency
        yield Hit(details={"name": name or ""})


def generic(letter: Letter) -> Iterator[Hit]:
    """Find a note that takes up nothing of what the user noted."""
    if letter.words is None:
        return
    for part in letter.notes:
        noted = _without_names(letter, _noted(letter, part))
        said = _without_names(letter, part.text)
        stop_words = letter.words.stop_words
        words, pieces = topics.content_words(noted, stop_words), topics.wide_pieces(noted)
        if not words and not pieces:
            continue
        is_taken_up = topics.are_taken_up(words, topics.content_words(said, stop_words))
        if not is_taken_up and pieces.isdisjoint(topics.wide_pieces(said)):
            yield Hit(part.place)


def i_heavy(letter: Letter) -> Iterator[Hit]:
    """Find a note in which most sentences begin with its writer."""
    if letter.words is None or not letter.words.has("first-person"):
        return
    pattern = letter.words.pattern("first-person")
    for part in letter.notes:
        said = [pattern.find.match(sentence) for sentence in _sentences(letter, part)]
        if len(said) >= LEAST_SENTENCES:
            first = sum(match is not None for match in said)
            if first >= FIRST_PERSON_SHARE * len(said):
                yield Hit(part.place, details={"count": str(first), "of": str(len(said))})


def _missing(letter: Letter, name: str, part: Part) -> Iterator[Hit]:
    """Find a part in which nothing of a pattern occurs; silent in a language without it."""
    if letter.words is None or not letter.words.has(name):
        return
    if not letter.words.pattern(name).is_in(read_plainly(part.text)):
        yield Hit(part.place)


def _noted(letter: Letter, part: Part) -> str:
    """Return what the user noted for whom this part thanks, and for everybody."""
    reading = letter.reading
    people: tuple[Person, ...] = (letter.people[part.name],)
    if len(letter.parts) == 1:
        people = (*people, *reading.about)
    own = (text for person in people for text in (person.line, person.reasons))
    return "\n".join((*own, letter.interview.reasons))


def _without_names(letter: Letter, text: str) -> str:
    """Leave out the company, and what every such mail says: neither is a topic of the talk."""
    interview = letter.interview
    for name in (interview.company, interview.company_short):
        if name:
            text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    if letter.words is None:
        return text
    return letter.words.pattern("commonplace").find.sub(" ", read_plainly(text))


def _sentences(letter: Letter, part: Part) -> list[str]:
    """Return the sentences of a note, without salutation and sign-off."""
    if not is_available(letter.language):
        return []
    words = load_phrases(letter.language).sentences
    found = sentences.split(part.text, words)
    return [each for each in found if sentences.is_finished(each)]


RULES = (
    Rule("no-thanks", Severity.ERROR, no_thanks),
    Rule("agency-no-request", Severity.ERROR, agency_no_request),
    Rule("bypasses-agency", Severity.WARNING, bypasses_agency),
    Rule("no-interest", Severity.WARNING, no_interest),
    Rule("no-closing", Severity.WARNING, no_closing),
    Rule("generic", Severity.WARNING, generic),
    Rule("i-heavy", Severity.HINT, i_heavy),
)
