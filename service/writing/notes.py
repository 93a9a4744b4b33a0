"""One note to one person: thanks with their line, the user's reasons, a glad close.

The user's sentences are only placed. Ours stand around them and are chosen so that any sentence
may stand beside them; a line or reason that is no sentence goes into a carrier whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from service.records import Candidate, Interview, Person
from service.writing import anatomy, days, names, salutations, sentences
from service.writing.phrases import Phrases, needed_by
from service.writing.shares import Share
from service.writing.similarity import similarity
from service.writing.variants import Choice

SUBJECT_LENGTH = 60
"""About what a telephone shows of a subject."""
WAYS = 12
"""So many ways to write to a person are weighed against the notes before."""
UNLIKE = 0.3
"""Below this two notes share little more than what all thanks share."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all mails of one interview share.

    `sent_on` is the day of sending by the reader's key. `choice` remembers which variants are
    taken, `written` the words of the notes so far.
    """

    interview: Interview
    sender: Candidate
    sent_on: Mapping[str, date | None]
    phrases: Phrases
    choice: Choice
    written: list[list[str]] = field(default_factory=list)


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
        interview, phrases = self.occasion.interview, self.occasion.phrases
        sent_on = None if self.is_dated else self.occasion.sent_on.get(self.person.key)
        if is_near:
            sent_on = self.day + timedelta(days=1)
        day = days.name_day(self.day, sent_on, self.country, phrases.dates)
        known = {
            "company": names.say_company(interview.company, phrases.names),
            "role": names.say_role(interview.role),
            "the_role": names.say_the_role(interview.role, phrases.names),
            "day": day,
            "on_day": phrases.dates.on.format(day=day),
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
        chosen = self.occasion.choice.take_fitting(usable, fitting, self.day, self.person.key)
        return _fill(chosen, values)


def compose_note(telling: Telling, share: Share) -> Note:
    """Write to one person, with these of the user's reasons, unlike the notes written before.

    Of several ways to say it, the one least like any of them is taken: where people share a long
    reason, all the rest must differ.
    """
    occasion = telling.occasion
    ways = []
    for way in range(WAYS if occasion.written else 1):
        choice = occasion.choice.fork(way)
        note = _compose(replace(telling, occasion=replace(occasion, choice=choice)), share)
        words = _words_without_day(telling, note)
        likeness = max((similarity(words, other) for other in occasion.written), default=0.0)
        ways.append((likeness, way, note, words, choice))
        if likeness < UNLIKE:
            break
    _, _, note, words, choice = min(ways, key=lambda found: found[:2])
    occasion.choice.adopt(choice)
    occasion.written.append(words)
    return note


def _words_without_day(telling: Telling, note: Note) -> list[str]:
    """Return what a note says; the words for the day change with the day of sending."""
    dates = telling.occasion.phrases.dates
    far = days.name_day(telling.day, None, telling.country, dates)
    left_out = set(anatomy.fold_words(far))
    return [w for w in anatomy.fold_words(" ".join(note.paragraphs)) if w not in left_out]


def _compose(telling: Telling, share: Share) -> Note:
    phrases = telling.occasion.phrases
    opening = " ".join(filter(None, (telling.say(phrases.own.openings), place_line(telling))))
    reasons = _give_reasons(telling, share)
    is_calm = telling.country in phrases.own.calm_countries
    closings = phrases.own.closings_calm if is_calm else phrases.own.closings_eager
    return Note(
        salutation=greet(telling),
        paragraphs=(opening, reasons, telling.say(closings)),
        said=(*line_of(telling.person), *share),
    )


def greet(telling: Telling) -> str:
    """Return the salutation line for this person."""
    phrases = telling.occasion.phrases
    return salutations.greet(telling.person, telling.country, phrases.language, phrases.salutation)


def sign_off(telling: Telling, *, has_signature: bool) -> str:
    """Return the last lines: the greeting, the name, and the signature lines."""
    phrases, sender = telling.occasion.phrases, telling.occasion.sender
    regards = phrases.sign_off_by_country.get(telling.country or "", phrases.sign_off)
    signature = sender.signature if has_signature else ()
    return "\n".join((regards, sender.name, *signature))


def line_of(person: Person) -> tuple[str, ...]:
    """Return the user's line for this person, as it stands in the mail; empty without one."""
    line = sentences.unwrap(person.line)
    return (line,) if line else ()


def place_line(telling: Telling) -> str:
    """Let a sentence stand; put what is none into a carrier that takes it as it is."""
    line = "".join(line_of(telling.person))
    if not sentences.is_fragment(line) and not _is_headline(telling, line):
        return sentences.finish(line) + _echo(telling, line)
    kinds = telling.occasion.phrases.line_kinds
    word = sentences.first_word(line)
    of_its_own = (kind for kind in kinds if word in kind.starts and sentences.is_fragment(line))
    carried = telling.say(next(of_its_own, kinds[-1]).carriers, line=line)
    return carried[:-1] if sentences.is_finished(line) else carried


def _is_headline(telling: Telling, line: str) -> bool:
    """Tell a line with a capital that seems to be no sentence: "The rig", "The rig."."""
    phrases = telling.occasion.phrases
    most = phrases.headline_words
    if sentences.finish(line) == line:
        most = phrases.headline_finished_words
    is_clause = sentences.first_word(line) in phrases.clause_starts
    return len(line.split()) <= most and line[-1:] not in "!?" and not is_clause


def _echo(telling: Telling, line: str) -> str:
    """Answer a line that tells what the reader did, so that it does not stand there as a report."""
    phrases = telling.occasion.phrases
    if sentences.first_word(line) not in phrases.echo.starts or phrases.echo.unless.search(line):
        return ""
    is_one = len(sentences.split(line, phrases.sentences)) == 1 and not line.endswith("?")
    return " " + telling.say(phrases.echo.variants) if is_one else ""


def _give_reasons(telling: Telling, share: Share) -> str:
    """Set the user's reasons beside a sentence that wants the job, where theirs do not say it."""
    occasion, own = telling.occasion, telling.occasion.phrases.own
    first, rest = share[0], [sentences.finish(sentence) for sentence in share[1:]]
    word = sentences.first_word(first)
    if first[:1].islower() and word in occasion.phrases.sentences.answering:
        return " ".join([_carry(telling, own.joined_reason_carriers, first), *rest])
    if sentences.is_fragment(first) and word not in occasion.phrases.clause_starts:
        return " ".join([_carry(telling, own.reason_carriers, first), *rest])
    said = " ".join([sentences.finish(first), *rest])
    is_wish = occasion.phrases.wish.search(said) is not None
    user_words = " ".join((*line_of(telling.person), said))
    is_named = names.is_company_named(
        occasion.interview.company, user_words, occasion.phrases.names
    )
    if is_named:
        return said if is_wish else f"{said} {telling.say(own.interest_plain)}"
    if is_wish:
        return f"{said} {telling.say(own.interest_after_wish)}"
    return _join_interest(telling, said)


def _join_interest(telling: Telling, said: str) -> str:
    phrases = telling.occasion.phrases
    own = phrases.own
    must_follow = sentences.first_word(said) in phrases.sentences.answering
    before = own.interest_before
    interest = telling.say(before if must_follow else (*before, *own.interest_after))
    values = telling.values()
    if interest in {_fill(v, values) for v in before if _can_fill(v, values)}:
        return f"{interest} {said}"
    return f"{said} {interest}"


def _carry(telling: Telling, carriers: Sequence[str], reason: str) -> str:
    carried = telling.say(carriers, reason=reason)
    return carried[:-1] if sentences.is_finished(reason) else carried


def _can_fill(variant: str, values: dict[str, str]) -> bool:
    return needed_by(variant) <= values.keys()


def _fill(variant: str, values: dict[str, str]) -> str:
    """Fill in a variant; a company that ends in a full stop needs no second one."""
    if values["company"].endswith("."):
        variant = variant.replace("{company}.", "{company}")
    return variant.format(**values)
