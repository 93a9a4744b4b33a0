"""Interview -> the mails to its readers, in the user's own words, and what is missing for them.

Deterministic: the same interview, sender and day give the same mails. A mail without the user's
reasons has no body: nothing is made up in their place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.records import Candidate, Interview, Person, Text
from service.writing import mails, phrases, readers, sentences, shares
from service.writing.notes import Occasion, language_of
from service.writing.readers import Form, Missing, Reading, What, own_body
from service.writing.shares import Share
from service.writing.variants import Choice


@dataclass(frozen=True, slots=True)
class Composed:
    """The mail for one reader. `missing` is what the user still has to give for it."""

    reading: Reading
    text: Text
    missing: tuple[Missing, ...] = ()

    @property
    def reader(self) -> Person:
        """Whom it is sent to."""
        return self.reading.reader

    @property
    def thanks_for(self) -> tuple[Person, ...]:
        """Whom it thanks."""
        return self.reading.about


@dataclass(frozen=True, slots=True)
class Composition:
    """Every mail of an interview, and all that is missing, those without a reader included."""

    mails: tuple[Composed, ...]
    missing: tuple[Missing, ...]


def compose(
    interview: Interview,
    sender: Candidate,
    sent_on: date | Mapping[str, date | None] | None,
    earlier: Mapping[str, Sequence[str]] | None = None,
) -> Composition:
    """Write a mail for every reader of the interview, as it would go out on `sent_on`.

    `sent_on` is the day of sending where the reader is, or one for each reader's key; None while
    there is no slot. Only the words for the day hang on it. `earlier` are the bodies that each
    reader, by key, was written after earlier rounds: the new mail reads unlike them.
    """
    routing = readers.route(interview)
    if not isinstance(sent_on, Mapping):
        sent_on = {reading.reader.key: sent_on for reading in routing.readers}
    panel = [person for reading in routing.readers for person in reading.noted]
    composed = [person for person in panel if not own_body(person)]
    unreached = [p for p in interview.people if Missing(p.name, What.ADDRESS) in routing.missing]
    needs_lines = len(composed) + len(unreached) > 1
    occasion = Occasion(interview, sender, sent_on, Choice(), earlier or {})
    dealt = _deal_reasons(interview, composed, occasion.earlier)
    composed_mails = []
    for reading in routing.readers:
        missing = _find_missing(interview, reading, dealt, needs_lines=needs_lines)
        text = _write(occasion, reading, dealt, missing)
        alike = _find_alike(occasion, reading)
        if alike:
            # A mail that reads like another one is not written: something of their own is asked.
            missing, text = (*missing, *alike), Text(text.subject, "")
        composed_mails.append(Composed(reading, text, missing))
    lines = _missing_lines(unreached) if needs_lines else ()
    has_words = interview.reasons.strip() or all(own_body(p) or p.reasons for p in unreached)
    reasons = () if has_words else (Missing(None, What.REASONS),)
    everything = (
        *routing.missing,
        *(m for mail in composed_mails for m in mail.missing),
        *reasons,
        *lines,
    )
    return Composition(tuple(composed_mails), tuple(dict.fromkeys(everything)))


def _write(
    occasion: Occasion,
    reading: Reading,
    dealt: Mapping[Person, Share],
    missing: Sequence[Missing],
) -> Text:
    """Write as much as the user's words allow."""
    lacking = {needed.what for needed in missing}
    reader = reading.reader
    is_sayable = phrases.is_available(language_of(occasion.interview, reader))
    if not is_sayable or What.LANGUAGE in lacking:
        return Text(reader.subject or "", own_body(reader))
    if What.REASONS in lacking:
        return Text(mails.compose_subject(occasion, reading), own_body(reader))
    return mails.write_mail(occasion, reading, dealt)


def _find_alike(occasion: Occasion, reading: Reading) -> tuple[Missing, ...]:
    return tuple(
        Missing(person.name, What.REASONS) for person in reading.noted if person in occasion.alike
    )


def _deal_reasons(
    interview: Interview, people: Sequence[Person], earlier: Mapping[str, Sequence[str]]
) -> Mapping[Person, Share]:
    """Give everybody their share: reasons noted for them alone, else some of the interview's.

    What somebody was told in an earlier round they are told again only when there is nothing else.
    """
    language = phrases.primary_tag(interview.language)
    dealt = {person: _split(person.reasons, language_of(interview, person)) for person in people}
    sharing = [
        person
        for person in people
        if not dealt[person] and language_of(interview, person) == language
    ]
    if phrases.is_available(language):
        words = phrases.load_phrases(language).sentences
        reasons = _split(interview.reasons, language)
        told = ["\n".join(earlier.get(person.key, ())) for person in sharing]
        shared = shares.prefer_news(shares.share_out(reasons, len(sharing), words), told, words)
        dealt.update(zip(sharing, shared, strict=True))
    return dealt


def _split(reasons: str, language: str) -> Share:
    if not phrases.is_available(language):
        return ()
    return sentences.split(reasons, phrases.load_phrases(language).sentences)


def _find_missing(
    interview: Interview, reading: Reading, dealt: Mapping[Person, Share], *, needs_lines: bool
) -> tuple[Missing, ...]:
    if reading.is_users_own:
        return ()
    composed = [person for person in reading.noted if not own_body(person)]
    framing = () if reading.form is Form.OWN else (reading.reader,)
    foreign = [
        person
        for person in (*composed, *framing)
        if not _is_composable(interview, person, is_framing=person in framing)
    ]
    missing: list[Missing] = []
    if any(not dealt[person] for person in composed if person not in foreign):
        missing.append(Missing(None, What.REASONS))
    if needs_lines:
        missing += _missing_lines(composed)
    missing += (
        Missing(person.name, What.NAME) for person in (*composed, *framing) if "@" in person.name
    )
    missing += (Missing(person.name, What.LANGUAGE) for person in foreign)
    return tuple(dict.fromkeys(missing))


def _missing_lines(people: Iterable[Person]) -> tuple[Missing, ...]:
    return tuple(
        Missing(person.name, What.LINE)
        for person in people
        if not own_body(person) and not person.line.strip() and not person.reasons.strip()
    )


def _is_composable(interview: Interview, person: Person, *, is_framing: bool) -> bool:
    """Tell whether we have sentences in the person's language, and the user's are in it, too."""
    language = language_of(interview, person)
    is_users = language == phrases.primary_tag(interview.language) or bool(person.reasons.strip())
    return phrases.is_available(language) and (is_users or is_framing)
