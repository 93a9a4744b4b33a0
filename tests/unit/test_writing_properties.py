"""What holds for every interview: nothing typed is altered, nobody's mail reads like another's."""

import itertools
import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.intake import texts
from service.records import Interview, Person, Text
from service.writing import anatomy, checks, phrases, sentences
from service.writing.checks import Circumstances, OtherNote
from service.writing.composition import Composition, compose
from service.writing.findings import Where
from service.writing.readers import Form, Reading
from service.writing.similarity import similarity
from tests.unit.writing_examples import (
    HANNAH,
    LINES,
    LONDON,
    NEW_YORK,
    SHORT_REASONS,
    SOMEWHERE,
    WEDNESDAY,
    WEDNESDAY_MORNING,
    interview,
    representative,
)

MOST_ALIKE = 0.6
"""From here on people who compare would say that it is the same mail."""


def _count_words(texts: tuple[str, ...]) -> int:
    return sum(len(text.split()) for text in texts)


@st.composite
def panels(draw: st.DrawFn, least: int = 1) -> Interview:
    """Draw an interview with up to 8 people, 8 to 60 words of reasons, and a line for each."""
    reasons = draw(
        st.lists(st.sampled_from(SHORT_REASONS), min_size=2, max_size=5, unique=True)
        .map(tuple)
        .filter(lambda chosen: 8 <= _count_words(chosen) <= 60)
    )
    lines = draw(st.lists(st.sampled_from(LINES), min_size=least, max_size=8, unique=True))
    start = draw(st.integers(0, 999))
    people = [
        Person(f"Ana Ruiz {number}", f"a{start + number}@example.com", line=line)
        for number, line in enumerate(lines)
    ]
    return interview(
        *people,
        company=draw(
            st.sampled_from(["Northgate Children's Hospital", "Acme Ltd", "Hollis & Wren"])
        ),
        role=draw(st.sampled_from(["", "Ward Nurse", "Senior Backend Engineer"])),
        place=draw(st.sampled_from([NEW_YORK, LONDON, SOMEWHERE])),
        reasons=" ".join(reasons),
    )


@given(panels(least=2))
@settings(max_examples=60, deadline=None)
def test_no_two_mails_of_a_panel_read_alike(of: Interview) -> None:
    """With a line for each and two reasons, people who compare see different mails."""
    composition = compose(of, HANNAH, WEDNESDAY)
    said = [anatomy.essence(mail.text.body, ()) for mail in composition.mails]
    alike = [similarity(one, other) for one, other in itertools.combinations(said, 2)]
    assert max(alike) < MOST_ALIKE
    assert len({mail.text.subject for mail in composition.mails}) == len(composition.mails)


@given(panels())
@settings(max_examples=60, deadline=None)
def test_every_mail_is_short_complete_and_free_of_findings(of: Interview) -> None:
    """It has between 45 and 150 words, and no check says anything about it, not even a hint."""
    composition = compose(of, HANNAH, WEDNESDAY)
    assert composition.missing == ()
    for mail in composition.mails:
        assert 45 <= len(mail.text.body.split()) <= 150
        others = tuple(
            OtherNote(other.reader.name, other.text.body)
            for other in composition.mails
            if other is not mail
        )
        around = Circumstances(of, mail.reading, HANNAH.name, WEDNESDAY_MORNING, others)
        found = checks.check(mail.text, around, off=_ON_LINES)
        assert found == (), mail.text.body


_ON_LINES = frozenset({"i-heavy"})
"""What hangs on the user's own sentences, which these draw without sense."""


# Anything a user may type, with a mark that tells one text from another.
_WORDS = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="-*\u2022\u2013\x85"
    ),
    min_size=1,
    max_size=30,
).filter(lambda text: bool(text.strip()))


@st.composite
def typed(draw: st.DrawFn) -> Interview:
    """Draw an interview with any words at all in it, routed in every way."""
    count = draw(st.integers(1, 5))
    people = []
    for number in range(count):
        line = f"L{number}x {draw(_WORDS).strip()}"
        has_address = number == 0 or draw(st.booleans())
        people.append(
            Person(
                f"Ana Ruiz {number}",
                f"a{number}@example.com" if has_address else None,
                line=draw(st.sampled_from([line, line.lower(), line + "."])),
                passed_on_by=None if has_address else "Ana Ruiz 0",
            )
        )
    if draw(st.booleans()):
        people.append(representative())
    reasons = [f"R{number}x {draw(_WORDS).strip()}." for number in range(draw(st.integers(1, 4)))]
    return interview(
        *people,
        company=draw(_WORDS).strip(),
        role=draw(st.one_of(st.just(""), _WORDS)).strip(),
        reasons=draw(st.sampled_from([" ", "\n\n"])).join(reasons),
    )


@given(typed())
@settings(max_examples=60, deadline=None)
def test_the_users_words_stand_unaltered_in_the_mails_they_belong_to(of: Interview) -> None:
    """Every sentence of the reasons is in a mail, every line in its own, as it was typed."""
    composition = compose(of, HANNAH, WEDNESDAY)
    reasons = sentences.split(of.reasons, phrases.load_phrases("en").sentences)
    carried = {share for mail in composition.mails for share in mail.text.shares}
    assert set(reasons) <= carried
    for mail in composition.mails:
        for share in mail.text.shares:
            assert share in mail.text.body
        for reason in reasons:
            if reason.startswith("R"):
                assert (reason in mail.text.body) is (reason in mail.text.shares)
        for person in of.people:
            if person in mail.reading.noted:
                assert person.line in mail.text.body
            elif person.line:
                assert person.line[:3] not in mail.text.body


@given(typed())
@settings(max_examples=30, deadline=None)
def test_composing_is_deterministic(of: Interview) -> None:
    """The preview is the truth: composing again gives the same mails."""
    assert compose(of, HANNAH, WEDNESDAY) == compose(of, HANNAH, WEDNESDAY)


@given(typed())
@settings(max_examples=30, deadline=None)
def test_a_mail_is_plain_paragraphs(of: Interview) -> None:
    """Single blank lines between paragraphs, nothing at the ends of lines, no other line ends."""
    composition: Composition = compose(of, HANNAH, WEDNESDAY)
    for mail in composition.mails:
        assert "\n\n\n" not in mail.text.body
        assert "\r" not in mail.text.body
        assert mail.text.body == mail.text.body.strip("\n")
        assert "\n" not in mail.text.subject


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_splitting_loses_nothing(text: str) -> None:
    """But for spaces and the bullets of a list every character is kept, in order."""
    pieces = sentences.split(text, phrases.load_phrases("en").sentences)
    bullets = re.compile(r"(?m)^[ \t]*[-*\u2022\u2013][ \t]+")
    kept = re.sub(r"\s|[-*\u2022\u2013]", "", "".join(pieces))
    assert kept == re.sub(r"\s|[-*\u2022\u2013]", "", bullets.sub("", text))


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja", "nl"])
@given(body=st.text(max_size=400), subject=st.text(max_size=80))
@settings(max_examples=60, deadline=1000)
def test_no_text_makes_a_check_crash_or_hang(language: str, body: str, subject: str) -> None:
    """A user may type anything; the checks of every language answer within a second."""
    reader = Person("Marisol Duarte", "m.duarte@example.com", line=subject, title=subject[:9])
    of = interview(reader, language=language, company=subject or "-", role=body[:20])
    for text in (body, f"Dear {subject},\n\nThank you for today.\n\n{body}", f"{body}\n" * 9):
        other = OtherNote("Femi Adebayo", body)
        around = Circumstances(
            *(of, Reading(reader, (reader,), Form.OWN), "Hannah Whitlock", WEDNESDAY_MORNING),
            others=(other, replace(other, is_earlier=True)),
            other_companies=(subject, "Acme"),
        )
        for finding in checks.check(Text(subject, text), around):
            where = subject if finding.where is Where.SUBJECT else text
            assert finding.place is None or 0 <= finding.place[0] <= finding.place[1] <= len(where)


LONG_RUNS = (" ", "a", "a ", "!", "[", "(", "\n", "x\n", "-", "\u3042", "http://", "A.", "'", "1,")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
def test_no_long_run_of_one_thing_makes_a_check_hang(language: str) -> None:
    """The longest text that is taken, of nothing but one thing, is judged in good time."""
    reader = Person("Marisol Duarte", "m.duarte@example.com", line="x")
    of = interview(reader, language=language)
    around = Circumstances(
        of, Reading(reader, (reader,), Form.OWN), "Hannah Whitlock", WEDNESDAY_MORNING
    )
    checks.check(Text("x", "A first text, so that the word lists are read."), around)
    for run in LONG_RUNS:
        text = "Dear Marisol Duarte,\n\n" + run * (texts.PROSE // len(run))
        began = time.process_time()
        checks.check(Text("x", text[: texts.PROSE]), around)
        assert time.process_time() - began < 1, repr(run)
