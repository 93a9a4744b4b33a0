"""Panels of 2 to 8 people with shared reasons: no two mails read alike, or one thing is asked."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.records import Candidate, Interview, Person
from service.writing import anatomy, checks, phrases
from service.writing.checks import Circumstances, OtherNote
from service.writing.composition import Composed, Composition, compose
from service.writing.findings import Severity
from service.writing.readers import What
from service.writing.similarity import similarity
from tests.unit.writing_examples import (
    LINES,
    LONDON,
    NEW_YORK,
    SHORT_REASONS,
    SOMEWHERE,
    WEDNESDAY,
    WEDNESDAY_MORNING,
    interview,
)

PANELS = 500
"""As many for the long form; the short one takes a quarter of them."""
SIMILAR = 0.60
SENDER = Candidate("Hannah Whitlock", "Europe/London")
NAMES = (
    "Marisol Duarte", "Femi Adebayo", "Sabine Krüger", "Owen Prys-Jones", "Zoë van der Berg",
    "Khalid Al Suwaidi", "Ines Marchetti", "Tomasz Wróbel",
)  # fmt: skip
REASONS = (
    *SHORT_REASONS[:10],
    (
        "Apprentices here work next to the people who designed the machine, and they are trusted "
        "with real orders after their first winter."
    ),
    (
        "I have led summer crews for nine years, and I would like to do the next nine in a place "
        "where the heat plan is written by those who work in the sun and not by somebody far away."
    ),
    (
        "What draws me most is that you have stayed with one product for twenty years, listening "
        "to the people who use it every day, and that you still answer the telephone yourselves "
        "when a customer in trouble rings on a Sunday evening in the middle of the lambing season "
        "and needs a part by the next morning."
    ),
)


def draw_panels(count: int) -> Iterator[Interview]:
    """Yield interviews with 2 to 8 people and 8 to 60 words of reasons; some lines are missing."""
    chance = random.Random(20261122)  # noqa: S311 - the same panels at every run
    while count:
        reasons = chance.sample(REASONS, chance.randint(1, 4))
        if not 8 <= sum(len(reason.split()) for reason in reasons) <= 60:
            continue
        size = chance.randint(2, 8)
        lines = chance.sample(LINES, size)
        if chance.random() < 0.2:
            lines[chance.randrange(size)] = ""
        people = [
            Person(name, f"p{n}@northgate.example", line=line)
            for n, (name, line) in enumerate(zip(chance.sample(NAMES, size), lines, strict=True))
        ]
        company = chance.choice(["Northgate Children's Hospital", "Acme Ltd", "Hollis & Wren"])
        role = chance.choice(["", "Ward Nurse", "Senior Backend Engineer"])
        place = chance.choice([NEW_YORK, LONDON, SOMEWHERE])
        yield interview(*people, company=company, role=role, place=place, reasons=" ".join(reasons))
        count -= 1


def judge(of: Interview, mail: Composed, composition: Composition) -> list[str]:
    """Return the errors and warnings of one mail beside the others."""
    others = tuple(
        OtherNote(other.reader.name, other.text.body)
        for other in composition.mails
        if other is not mail and other.text.body
    )
    around = Circumstances(of, mail.reading, SENDER.name, WEDNESDAY_MORNING, others)
    return [
        f"{finding.rule}: {finding.message}\n{mail.text.body}"
        for finding in checks.check(mail.text, around)
        if finding.severity is not Severity.HINT
    ]


@pytest.mark.parametrize(
    "count", [PANELS // 4, pytest.param(PANELS, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_panels_get_mails_that_are_sent_or_one_plain_question(count: int) -> None:
    """Each is short, complete, unlike the others and free of findings, or its words are asked."""
    asked = written = 0
    highest = 0.0
    for of in draw_panels(count):
        composition = compose(of, SENDER, WEDNESDAY)
        assert {missing.what for missing in composition.missing} <= {What.LINE, What.REASONS}
        done = [mail for mail in composition.mails if not mail.missing]
        said = [anatomy.essence(mail.text.body, ()) for mail in done]
        for one, other in itertools.combinations(said, 2):
            highest = max(highest, similarity(one, other))
        for mail in done:
            assert judge(of, mail, composition) == []
            assert anatomy.count_words(mail.text.body) <= 150
            assert all(share in mail.text.body for share in mail.text.shares)
        for mail in composition.mails:
            person = mail.reader
            if not person.line:
                assert What.LINE in {missing.what for missing in mail.missing}
        written += len(done)
        asked += sum(
            missing.what is What.REASONS for mail in composition.mails for missing in mail.missing
        )
    print(f"\n{written} mails, most alike {highest:.2f}; a reason was asked {asked} times")  # noqa: T201 - the figures
    assert highest < SIMILAR
    assert asked < written / 20


def test_a_reason_of_their_own_ends_the_question() -> None:
    """Whoever would read a copy is asked for by name, and a sentence for them is enough."""
    long = max(REASONS, key=len)
    people = [Person(name, f"p{n}@x.example", line="ok") for n, name in enumerate(NAMES)]
    of = interview(*people, reasons=f"{long} {long}".replace(". W", ", and w"))
    asked = [m.person for m in compose(of, SENDER, WEDNESDAY).missing if m.what is What.REASONS]
    assert asked
    told = [
        replace(person, reasons="Nobody is rushed at the end of a shift, and it shows.")
        if person.name in asked[:1]
        else person
        for person in people
    ]
    again = compose(replace(of, people=tuple(told)), SENDER, WEDNESDAY).missing
    assert asked[0] not in [m.person for m in again]


@pytest.mark.parametrize("language", ["en"])
def test_there_are_sentences_for_a_fuller_mail(language: str) -> None:
    """A panel that shares one long reason needs other words around it."""
    assert len(phrases.load_phrases(language).own.fuller) >= 8


def test_a_second_round_tells_something_new() -> None:
    """What somebody was told before is not told again while there is something new."""
    ana = Person("Ana Ruiz", "a@x.example", line="You showed me the yard.")
    first = compose(interview(ana, reasons=" ".join(REASONS[:2])), SENDER, WEDNESDAY).mails[0]
    of = interview(ana, reasons=" ".join(REASONS[:3]))
    second = compose(of, SENDER, WEDNESDAY, {ana.key: (first.text.body,)}).mails[0]
    assert second.missing == ()
    assert second.text.shares == ("You showed me the yard.", REASONS[2])
    alike = similarity(anatomy.essence(first.text.body, ()), anatomy.essence(second.text.body, ()))
    assert alike < SIMILAR


def test_a_second_round_with_nothing_new_is_asked_about() -> None:
    """The same words a second time would read like the first mail: something new is asked for."""
    ana = Person("Ana Ruiz", "a@x.example", line="You showed me the yard on a wet day in March.")
    of = interview(ana, reasons=max(REASONS, key=len))
    first = compose(of, SENDER, WEDNESDAY).mails[0]
    again = replace(of, reasons=f"{of.reasons} {REASONS[10]}")
    second = compose(again, SENDER, WEDNESDAY, {ana.key: (first.text.body,)})
    assert second.missing == ()
    assert second.mails[0].text.shares[1:] == (REASONS[10],)
    same = compose(of, SENDER, WEDNESDAY, {ana.key: (first.text.body,)})
    assert [(m.person, m.what) for m in same.missing] == [("Ana Ruiz", What.REASONS)]
