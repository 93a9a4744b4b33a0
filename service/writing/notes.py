"""One note to one person: thanks with their line, the user's reasons, a glad close.

The user's sentences are only placed. Ours stand around them and are chosen so that any sentence
may stand beside them; a line or reason that is no sentence goes into a carrier whole.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from service.records import Candidate, Interview, Person
from service.writing import companies, days, names, phrases, salutations, sentences
from service.writing.phrases import Echo, LineKind, Phrases, needed_by
from service.writing.shares import Share
from service.writing.variants import Choice

SUBJECT_LENGTH = 60
"""About what a telephone shows of a subject."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all mails of one interview share.

    `sent_on` is the day of sending by the reader's key. `choice` remembers which variants are
    taken, `written` the words of the notes so far. `earlier` are the bodies that each reader was
    written after earlier rounds. `alike` are the people to whom nothing could be written that does
    not read like another note: more is needed for them.
    """

    interview: Interview
    sender: Candidate
    sent_on: Mapping[str, date | None]
    choice: Choice
    earlier: Mapping[str, Sequence[str]]
    written: list[list[str]] = field(default_factory=list)
    alike: list[Person] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Note:
    """One note without its sign-off. `said` are the user's own sentences in it, in order."""

    salutation: str
    paragraphs: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """What the sentences to one person are filled in with.

    With `is_dated` the day is always given as a date: a note that is passed on may be read late.
    """

    occasion: Occasion
    person: Person
    is_dated: bool = False

    @property
    def phrases(self) -> Phrases:
        """The phrases of this person's language, in the form that was noted for them."""
        spoken = phrases.load_phrases(language_of(self.occasion.interview, self.person))
        if spoken.informal and salutations.is_informal(self.person, spoken.salutation):
            return spoken.informal
        return spoken

    @property
    def country(self) -> str | None:
        """The country this person reads in."""
        place = days.place_of(self.occasion.interview, self.person)
        return place.country if place else None

    @property
    def day(self) -> date:
        """The day of the interview where this person is."""
        return days.interview_day(self.occasion.interview, self.person)

    def values(self, *, is_near: bool = False) -> dict[str, str]:
        """Return what is known, by the name it has in a variant; `is_near` as if sent next day."""
        interview, said = self.occasion.interview, self.phrases
        sent_on = None if self.is_dated else self.occasion.sent_on.get(self.person.key)
        if is_near:
            sent_on = self.day + timedelta(days=1)
        company = interview.company_short or companies.say_company(interview.company)
        known = {
            "company": company,
            "sender": self.occasion.sender.name,
            "yours": names.say_yours(interview.company, said.names),
            **names.say_of_company(company, said.names),
            **names.say_of_role(interview.role, said.names),
            **days.name_day(self.day, sent_on, self.country, said.dates),
        }
        return {name: value for name, value in known.items() if value}

    def say(self, variants: Sequence[str], **more: str) -> str:
        """Choose a variant for this person and fill it in."""
        values = self.values() | more
        usable = [v for v in variants if _can_fill(v, values)]
        return _fill(self.occasion.choice.take(usable, self.day, self.person.key), values)

    def say_subject(self, variants: Sequence[str], variants_without_role: Sequence[str]) -> str:
        """Choose a subject that a telephone shows whole, as far as there is one.

        Which one never hangs on the day of sending, as nothing chosen does.
        """
        values, near = self.values(), self.values(is_near=True)
        usable = variants if "role" in values else variants_without_role
        fitting = [v for v in usable if len(_fill(v, near)) <= SUBJECT_LENGTH]
        short = self.phrases.own.subjects_short
        if "role" not in values and short and not self.occasion.choice.is_any_free(fitting):
            usable = fitting = list(short)
        chosen = self.occasion.choice.take_fitting(usable, fitting, self.day, self.person.key)
        return _fill(chosen, values)


def language_of(interview: Interview, person: Person) -> str:
    """Return the language in which this person is written to, as a primary tag."""
    return phrases.primary_tag(person.language or interview.language)


def compose_note(telling: Telling, share: Share, *, fuller: int = 0) -> Note:
    """Write to one person, with these of the user's reasons; `fuller` by so many sentences."""
    own = telling.phrases.own
    more = [telling.say(own.fuller) for _ in range(fuller)]
    opening = join(telling, telling.say(own.openings), place_line(telling), *more)
    reasons = _give_reasons(telling, share)
    is_calm = telling.country in own.calm_countries
    closings = own.closings_calm if is_calm else own.closings_eager
    return Note(
        salutation=greet(telling),
        paragraphs=(opening, reasons, telling.say(closings)),
        said=(*line_of(telling.person), *share),
    )


def greet(telling: Telling) -> str:
    """Return the salutation line for this person."""
    said, interview = telling.phrases, telling.occasion.interview
    return salutations.greet(
        telling.person, interview, telling.country, said.language, said.salutation
    )


def sign_off(telling: Telling, *, has_signature: bool) -> str:
    """Return the last lines: the greeting, the name, and the signature lines."""
    said, sender = telling.phrases, telling.occasion.sender
    regards = said.sign_off_by_country.get(telling.country or "", said.sign_off)
    signature = sender.signature if has_signature else ()
    return "\n".join(filter(None, (regards, sender.name, *signature)))


def join(telling: Telling, *sentences_or_blanks: str) -> str:
    """Put sentences one after the other, as the language does."""
    return telling.phrases.sentences.joiner.join(filter(None, sentences_or_blanks))


def line_of(person: Person) -> tuple[str, ...]:
    """Return the user's line for this person, as it stands in the mail; empty without one."""
    line = sentences.unwrap(person.line)
    return (line,) if line else ()


def place_line(telling: Telling) -> str:
    """Let a sentence stand; put what is none into a carrier that takes it as it is."""
    said = telling.phrases
    line = "".join(line_of(telling.person))
    if not _is_fragment(telling, line) and not _is_headline(telling, line):
        return join(telling, sentences.finish(line, said.sentences), _echo(telling, line))
    is_fragment = _is_fragment(telling, line)
    of_its_own = (kind for kind in said.line_kinds if is_fragment and _is_of_kind(line, kind))
    carriers = next(of_its_own, said.line_kinds[-1]).carriers
    return _finish_carried(telling, telling.say(carriers, line=line), line)


def _is_of_kind(text: str, kind: LineKind | Echo) -> bool:
    if kind.fits is not None:
        return kind.fits.search(text) is not None
    return sentences.first_word(text) in kind.starts


def _is_fragment(telling: Telling, text: str) -> bool:
    """Tell whether a text is clearly no sentence."""
    end = telling.phrases.user_words.sentence_end
    if end is None:
        return sentences.is_fragment(text)
    return text != "" and end.search(text) is None


def _finish_carried(telling: Telling, carried: str, words: str) -> str:
    """Take back the carrier's full stop right after words that bring a mark of their own."""
    full_stop = telling.phrases.sentences.full_stop
    has_both = sentences.is_finished(words) and carried.endswith(words + full_stop)
    return carried.removesuffix(full_stop) if has_both else carried


def _is_headline(telling: Telling, line: str) -> bool:
    """Tell a line with a capital that seems to be no sentence: "The rig", "The rig."."""
    said = telling.phrases
    most = said.headline_words
    if sentences.finish(line, said.sentences) == line:
        most = said.headline_finished_words
    is_clause = sentences.first_word(line) in said.user_words.clause_starts
    return len(line.split()) <= most and line[-1:] not in "!?" and not is_clause


def _echo(telling: Telling, line: str) -> str:
    """Answer a line that tells what the reader did, so that it does not stand there as a report."""
    said = telling.phrases
    if not _is_of_kind(line, said.echo) or said.echo.unless.search(line):
        return ""
    is_one = len(sentences.split(line, said.sentences)) == 1 and not line.endswith("?")
    return telling.say(said.echo.variants) if is_one else ""


def _give_reasons(telling: Telling, share: Share) -> str:
    """Set the user's reasons beside a sentence that wants the job, where theirs do not say it."""
    said, own = telling.phrases, telling.phrases.own
    share = _quote_as_one(telling, share)
    first, rest = share[0], [sentences.finish(sentence, said.sentences) for sentence in share[1:]]
    word = sentences.first_word(first)
    if first[:1].islower() and word in said.sentences.answering:
        return join(telling, _carry(telling, own.joined_reason_carriers, first), *rest)
    is_fragment = _is_fragment(telling, first)
    of_its_own = (kind for kind in said.reason_kinds if _is_of_kind(first, kind))
    kind = next(of_its_own, None) if is_fragment or first[:1].islower() else None
    if kind:
        return join(telling, _carry(telling, kind.carriers, first), *rest)
    if is_fragment and word not in said.user_words.clause_starts:
        return join(telling, _carry(telling, own.reason_carriers, first), *rest)
    reasons = join(telling, sentences.finish(first, said.sentences), *rest)
    is_wish = said.user_words.wish.search(reasons) is not None
    user_words = " ".join((*line_of(telling.person), reasons))
    if _is_company_named(telling, user_words):
        return reasons if is_wish else join(telling, reasons, telling.say(own.interest_plain))
    if is_wish:
        return join(telling, reasons, telling.say(own.interest_after_wish))
    return _join_interest(telling, reasons)


def _join_interest(telling: Telling, reasons: str) -> str:
    own = telling.phrases.own
    must_follow = sentences.first_word(reasons) in telling.phrases.sentences.answering
    before = own.interest_before
    interest = telling.say(before if must_follow else (*before, *own.interest_after))
    values = telling.values()
    if interest in {_fill(v, values) for v in before if _can_fill(v, values)}:
        return join(telling, interest, reasons)
    return join(telling, reasons, interest)


def _carry(telling: Telling, carriers: Sequence[str], reason: str) -> str:
    return _finish_carried(telling, telling.say(carriers, reason=reason), reason)


def _quote_as_one(telling: Telling, share: Share) -> Share:
    """Make one of several reasons that are not worded as sentences of a mail.

    Only where a language tells that by their ends; they are then carried together.
    """
    is_told = telling.phrases.user_words.sentence_end is not None
    if not is_told or len(share) == 1 or not any(_is_fragment(telling, each) for each in share):
        return share
    words = telling.phrases.sentences
    return (join(telling, *(sentences.finish(each, words) for each in share)),)


def _is_company_named(telling: Telling, text: str) -> bool:
    in_its_place = telling.phrases.user_words.company
    if in_its_place is not None and in_its_place.search(text):
        return True
    interview = telling.occasion.interview
    people = [person.name for person in interview.people]
    return companies.is_company_named(interview.company, text, interview.company_short, people)


def _can_fill(variant: str, values: dict[str, str]) -> bool:
    return needed_by(variant) <= values.keys()


def _fill(variant: str, values: dict[str, str]) -> str:
    """Fill in a variant; a company that ends in a full stop needs no second one."""
    if values["company"].endswith("."):
        variant = re.sub(r"(company\})\.", r"\1", variant)
    return variant.format(**values)
