"""Interview -> the mails to its readers, in the user's own words, and what is missing for them.

Deterministic: the same interview, sender and day give the same mails. A mail without the user's
reasons has no body: nothing is made up in their place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.records import Candidate, Interview, Person, Text
from service.writing import mails, phrases, readers, sentences, shares
from service.writing.notes import Occasion
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
    interview: Interview, sender: Candidate, sent_on: date | Mapping[str, date | None] | None
) -> Composition:
    """Write a mail for every reader of the interview, as it would go out on `sent_on`.

    `sent_on` is the day of sending where the reader is, or one for each reader's key; None while
    there is no slot. Only the words for the day hang on it.
    """
    routing = readers.route(interview)
    if not isinstance(sent_on, Mapping):
        sent_on = {reading.reader.key: sent_on for reading in routing.readers}
    panel = [person for reading in routing.readers for person in reading.noted]
    composed = [person for person in panel if not own_body(person)]
    unreached = [p for p in interview.people if Missing(p.name, What.ADDRESS) in routing.missing]
    needs_lines = len(composed) + len(unreached) > 1
    occasion = _open_occasion(interview, sender, sent_on)
    reasons = _split_reasons(interview)
    dealt = _deal_reasons(interview, reasons, composed)
    composed_mails = []
    for reading in routing.readers:
        missing = _find_missing(
            interview, reading, has_reasons=bool(reasons), needs_lines=needs_lines
        )
        composed_mails.append(Composed(reading, _write(occasion, reading, dealt, missing), missing))
    lines = _missing_lines(unreached) if needs_lines else ()
    everything = (*routing.missing, *(m for mail in composed_mails for m in mail.missing), *lines)
    return Composition(tuple(composed_mails), tuple(dict.fromkeys(everything)))


def _open_occasion(
    interview: Interview, sender: Candidate, sent_on: Mapping[str, date | None]
) -> Occasion | None:
    """Gather what the mails share; None where we have no sentences in the user's language."""
    if not phrases.is_available(interview.language):
        return None
    words = phrases.load_phrases(interview.language)
    return Occasion(interview, sender, sent_on, words, Choice())


def _write(
    occasion: Occasion | None,
    reading: Reading,
    dealt: Mapping[Person, Share],
    missing: Sequence[Missing],
) -> Text:
    """Write as much as the user's words allow."""
    lacking = {needed.what for needed in missing}
    reader = reading.reader
    if (
        occasion is None
        or What.LANGUAGE in lacking
        or not _is_composable(occasion.interview, reader)
    ):
        return Text(reader.subject or "", own_body(reader))
    if What.REASONS in lacking:
        return Text(mails.compose_subject(occasion, reading), own_body(reader))
    return mails.write_mail(occasion, reading, dealt)


def _split_reasons(interview: Interview) -> Share:
    if not phrases.is_available(interview.language):
        return (interview.reasons,) if interview.reasons.strip() else ()
    words = phrases.load_phrases(interview.language).sentences
    return sentences.split(interview.reasons, words)


def _deal_reasons(
    interview: Interview, reasons: Share, people: Sequence[Person]
) -> Mapping[Person, Share]:
    if not phrases.is_available(interview.language):
        return {}
    words = phrases.load_phrases(interview.language).sentences
    return dict(zip(people, shares.share_out(reasons, len(people), words), strict=True))


def _find_missing(
    interview: Interview, reading: Reading, *, has_reasons: bool, needs_lines: bool
) -> tuple[Missing, ...]:
    if reading.is_users_own:
        return ()
    composed = [person for person in reading.noted if not own_body(person)]
    missing: list[Missing] = []
    if composed and not has_reasons:
        missing.append(Missing(None, What.REASONS))
    if needs_lines:
        missing += _missing_lines(composed)
    framing = () if reading.form is Form.OWN else (reading.reader,)
    missing += (
        Missing(person.name, What.NAME) for person in (*composed, *framing) if "@" in person.name
    )
    missing += (
        Missing(person.name, What.LANGUAGE)
        for person in (*composed, *framing)
        if not _is_composable(interview, person)
    )
    return tuple(dict.fromkeys(missing))


def _missing_lines(people: Iterable[Person]) -> tuple[Missing, ...]:
    return tuple(
        Missing(person.name, What.LINE)
        for person in people
        if not own_body(person) and not person.line.strip()
    )


def _language(interview: Interview, person: Person) -> str:
    return phrases.primary_tag(person.language or interview.language)


def _is_composable(interview: Interview, person: Person) -> bool:
    """Tell whether we have sentences in the person's language, and the user's are in it, too."""
    language = _language(interview, person)
    is_users = language == phrases.primary_tag(interview.language)
    return is_users and phrases.is_available(language)
