"""What holds for every input of the rules about a mail's frame and tone."""

import re
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.records import Text
from service.writing.checks import Circumstances, frame, tone, wording
from service.writing.checks.letter import Letter, open_letter
from service.writing.checks.spelling import load_spelling
from service.writing.checks.words import load_every_words
from service.writing.findings import Where
from service.writing.readers import Form, Reading
from tests.unit.check_examples import MARISOL, NEXT_MORNING
from tests.unit.writing_examples import interview

RULES = (frame.EMPTY_BODY, *frame.RULES, *tone.RULES)
A_SECOND = settings(
    deadline=timedelta(seconds=1),
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
LANGUAGES = st.sampled_from(["en", "de", "fr", "es", "ja", "pt", "zh", "xx", ""])
PIECES = (
    "I will", "I", "call", "you", "tomorrow", "let me know", "by", "Friday", "offer", "salary",
    "my boss", "is", "a", "bully", "gift", "for you", "the", "the", "i", "u", ":)", ":", ")", "(",
    "!", "!!", "LOVE", "SO", "[", "]", "{{", "}}", "X", "XX", "_", "<", ">", "%", "www.", "http://",
    "bit.ly/", "Re:", "\n", "\n\n", "Sent from my", "iPhone", "12", "Street", "attached", "\u2019",
    "'", '"', "\u201c", "\ufe0f", "\u20e3", "^", "sorry", "$", "5", ",", "k", "an hour", "....",
    "\u3007", "\u4e00", "\u3002", "\uff08", "\u00df", "\u0130",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=80).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=80).map("".join),
)


@pytest.fixture(autouse=True, scope="module")
def _lists_are_read() -> None:
    """Read the word lists before the clock of the examples runs."""
    load_every_words()
    load_spelling("en")


def judge(subject: str, body: str, tag: str) -> None:
    """Apply all the rules and look at the places that they give."""
    letter = open_mail(subject, body, tag)
    for rule in RULES:
        for hit in rule.find(letter):
            text = subject if hit.where is Where.SUBJECT else body
            start, end = hit.place or (0, 0)
            assert 0 <= start <= end <= len(text), rule.id


def open_mail(subject: str, body: str, tag: str) -> Letter:
    """Return a mail in this language to somebody who was met."""
    of = interview(MARISOL, language=tag)
    reading = Reading(MARISOL, (MARISOL,), Form.OWN)
    around = Circumstances(of, reading, "Hannah Whitlock", NEXT_MORNING)
    return open_letter(Text(subject, body), around)


@A_SECOND
@given(subject=TEXTS, body=TEXTS, tag=LANGUAGES)
def test_no_input_crashes_a_rule(subject: str, body: str, tag: str) -> None:
    """Whatever is typed, the rules answer within a second, with places inside the text."""
    judge(subject, body, tag)


@A_SECOND
@given(
    pieces=st.lists(
        st.one_of(st.sampled_from(PIECES), st.text(min_size=1, max_size=8)), min_size=1
    ),
    joint=st.sampled_from(["", " ", "\n"]),
    tag=LANGUAGES,
)
@example(pieces=["("], joint="", tag="en")
@example(pieces=["((:)"], joint="", tag="en")
@example(pieces=["a"], joint="", tag="en")
@example(pieces=[" "], joint="", tag="en")
@example(pieces=["\n"], joint="", tag="de")
@example(pieces=["a."], joint="", tag="en")
@example(pieces=["a-"], joint="", tag="en")
@example(pieces=["1,"], joint="", tag="en")
@example(pieces=["I will call"], joint=" ", tag="en")
@example(pieces=["my boss is"], joint=" ", tag="en")
@example(pieces=["let me know"], joint=" ", tag="en")
@example(pieces=["I expect to earn about"], joint=" ", tag="en")
@example(pieces=["Northgate Hospital\u00df"], joint=" ", tag="de")
@example(pieces=["u"], joint=" ", tag="en")
def test_no_length_is_too_much(pieces: list[str], joint: str, tag: str) -> None:
    """A mail of ten thousand letters takes no longer than a second, either."""
    text = joint.join(pieces) + joint
    judge("", text * (10_000 // len(text)), tag)


def test_no_name_is_passed_over_for_its_case() -> None:
    """A name is looked for where the folded text holds it: no letter's other case is missed."""
    cased = [one for one in map(chr, range(sys.maxunicode + 1)) if one.swapcase() != one]
    others = {one: {*one.upper(), *one.lower(), *one.swapcase(), "i"} for one in cased}
    found = [
        (one, other)
        for one in cased
        for other in others[one]
        if re.fullmatch(re.escape(one), other, re.IGNORECASE)
    ]
    assert len(found) > len(cased)
    for one, other in found:
        assert wording._fold(one) in wording._fold(other), (one, other)
