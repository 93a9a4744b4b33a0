"""What holds for every input of the rules about names, salutations, language and signature."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.records import Person, Text
from service.writing import languages
from service.writing.checks import Circumstances, greeted, language, salutation, signing
from service.writing.checks.greeting.own_names import OwnNames
from service.writing.checks.letter import Letter, open_letter
from service.writing.checks.words import load_every_words
from service.writing.readers import Form, Reading
from tests.unit.check_examples import BODIES, NEXT_MORNING
from tests.unit.writing_examples import interview

RULES = (*greeted.RULES, *salutation.RULES, *language.RULES, *signing.RULES)
A_SECOND = settings(
    deadline=timedelta(seconds=1),
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
PIECES = (
    "Dear", "Hi", "Guten Tag", "Sehr geehrte", "Estimada", "Bonjour", "Mr", "Ms", "Frau", "Dr.",
    "Prof.", "van der", "Duarte", "Durate", "Marisol", "and", "team", "all", ",", ":", "!", ".",
    "\n", "\n\n", " - ", "様", "先生", "高橋", "株式会社青葉", "。", "'",
    "\u2019", '"', "„", "“", "«",
    "(", "@", "\u0308", "\u200d", "\x00", "Sie", "du", "you", "the", "Kind regards", "Hannah",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.builds(
        lambda body, line: body.format(greeting=line, name="Hannah Whitlock"),
        st.sampled_from(sorted(BODIES.values())),
        st.text(max_size=60),
    ),
)
NAMES = st.one_of(
    st.text(min_size=1, max_size=40), st.lists(st.sampled_from(PIECES), min_size=1).map(" ".join)
)
LANGUAGES = st.sampled_from(["en", "de", "fr", "es", "ja", "pt", "zh", "xx", ""])


@pytest.fixture(autouse=True, scope="module")
def _lists_are_read() -> None:
    """Read the word lists before the clock of the examples runs."""
    load_every_words()
    languages.name_of("en")


def open_mail(body: str, name: str, tag: str, sender: str = "Hannah Whitlock") -> Letter:
    """Return a mail to somebody of this name with somebody else met, who may be passed a note."""
    reader = Person(name, "x@example.com", form_of_address="Ms", title="Prof. Dr.")
    other = Person(f"Tom {name}", language="de", form_of_address=name, title=name)
    of = interview(reader, other, company=name, role=name, language=tag)
    reading = Reading(reader, (reader, other), Form.PASS_ON)
    return open_letter(Text("", body), Circumstances(of, reading, sender, NEXT_MORNING))


def judge(letter: Letter) -> None:
    """Apply all the rules and look at the places that they give."""
    for rule in RULES:
        for hit in rule.find(letter):
            start, end = hit.place or (0, 0)
            assert 0 <= start <= end <= len(letter.body), rule.id
            assert hit.place is None or start < end, rule.id


@A_SECOND
@given(body=TEXTS, name=NAMES, tag=LANGUAGES, sender=NAMES)
@example(body="Duarte Mr,", name="Duarte", tag="en", sender="Hannah")
@example(body="青葉\n高橋 様", name="高橋", tag="ja", sender="佐藤")
def test_no_input_is_too_much(body: str, name: str, tag: str, sender: str) -> None:
    """Whatever is typed, every rule ends within a second, and points at the text if at anything."""
    judge(open_mail(body, name, tag, sender))


@A_SECOND
@given(piece=st.one_of(st.sampled_from(PIECES), st.text(min_size=1, max_size=8)), tag=LANGUAGES)
@example(piece="a", tag="en")
@example(piece="\n", tag="en")
@example(piece='" ', tag="en")
@example(piece="'a ", tag="en")
@example(piece="a@", tag="de")
@example(piece="ma", tag="ja")
def test_no_length_is_too_much(piece: str, tag: str) -> None:
    """A mail of twenty thousand letters takes no longer than others."""
    judge(open_mail(piece * (20_000 // len(piece)), "Marisol Duarte", tag, "Hannah Whitlock"))


@A_SECOND
@given(name=NAMES, word=st.text(min_size=1, max_size=30))
def test_names_compare_with_anything(name: str, word: str) -> None:
    """Whoever is called so is not also a slip away, and no comparison fails."""
    names = OwnNames(name)
    assert names.is_called(word) in (True, False)
    for own in names.words:
        assert names.has(own) or len(names.words) > 1
        assert names.is_called(own) or names.near(own) is None


@A_SECOND
@given(text=TEXTS, tag=LANGUAGES)
def test_a_language_is_told_or_not(text: str, tag: str) -> None:
    """The language of a text is not told to be another one by that one's own name."""
    found = languages.find_other(text, tag)
    assert found is None or found != languages.name_of(tag)


@A_SECOND
@given(line=st.text(max_size=80), tag=st.sampled_from(sorted(BODIES)))
def test_rules_are_deterministic(line: str, tag: str) -> None:
    """The same mail gets the same findings."""
    body = BODIES[tag].format(greeting=line, name="Hannah Whitlock")
    both = [open_mail(body, "Marisol Duarte", tag) for _ in range(2)]
    first, second = ([list(rule.find(letter)) for rule in RULES] for letter in both)
    assert first == second
