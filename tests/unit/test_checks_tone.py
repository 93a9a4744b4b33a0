"""What the rules about a mail's tone find in English, and what they leave alone."""

import dataclasses
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.records import Text, Thread
from service.writing.checks import frame, tone
from service.writing.checks.letter import open_letter
from service.writing.checks.rule import Rule
from service.writing.checks.spelling import load_spelling
from service.writing.checks.words import load_every_words
from service.writing.findings import Where
from tests.unit.check_examples import BODY, MARISOL, NEXT_MORNING, check, find, quote
from tests.unit.writing_examples import interview

EXAMPLES = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "tone.en.toml").read_text(encoding="utf-8")
)
OURS = {rule.id for rule in (*frame.RULES, *tone.RULES)}


def put(sentence: str) -> str:
    """Return the faultless mail with this sentence in it."""
    return BODY.replace("I look forward", f"{sentence} I look forward")


@pytest.mark.parametrize(
    ("rule", "sentence"), [(rule, each) for rule, hits in EXAMPLES["hits"].items() for each in hits]
)
def test_what_does_not_belong_is_found(rule: str, sentence: str) -> None:
    """Each rule finds the many ways in which people say it."""
    assert rule in find(put(sentence))


@pytest.mark.parametrize(
    "sentence", [each for near in EXAMPLES["near"].values() for each in near]
)
def test_what_is_near_is_left_alone(sentence: str) -> None:
    """Honest words that look like a fault are none, to any of the rules."""
    assert find(put(sentence)) == []


@pytest.mark.parametrize("sentence", EXAMPLES["all"]["honest"])
def test_what_people_of_all_trades_write_is_left_alone(sentence: str) -> None:
    """Whoever works with gifts, pay, calls, capitals or bullies may say so."""
    assert OURS.isdisjoint(find(put(sentence)))


def test_every_rule_has_hits_and_near_misses() -> None:
    """The examples leave none of the rules of tone out."""
    ids = {rule.id for rule in tone.RULES}
    assert ids <= set(EXAMPLES["hits"])
    assert ids <= set(EXAMPLES["near"])


def test_a_finding_points_at_the_words() -> None:
    """Not at the sentence, nor at the paragraph."""
    body = put("I liked the oppurtunity.")
    (finding,) = check(body)
    assert quote(body, finding) == "oppurtunity"
    assert finding.message == "Check the spelling: \u201coppurtunity\u201d."


def test_the_subject_is_read_too() -> None:
    """A smiley or a shout above a mail is one in it."""
    (finding,) = check(BODY, subject="Thank you, Ward Nurse \U0001f389")
    assert (finding.rule, finding.where, finding.place) == ("emoji", Where.SUBJECT, (22, 23))
    assert find(BODY, subject="THANK YOU, Ward Nurse") == ["shouting"]
    assert find(BODY, subject="Thx, Ward Nurse") == ["text-speak"]


def test_the_subject_of_a_thread_is_not_the_writers() -> None:
    """What somebody else wrote above a thread is theirs."""
    subject = "RE: YOUR INTERVIEW!! [Ward] \U0001f389"
    thread = Thread("<a@mail.example>", subject="YOUR INTERVIEW!! [Ward] \U0001f389")
    reader = dataclasses.replace(MARISOL, thread=thread)
    assert find(BODY, subject=subject, reader=reader) == []
    assert set(find(BODY, subject=subject)) >= {"emoji", "fake-reply", "shouting"}


@pytest.mark.parametrize(
    ("company", "role"),
    [
        ("GREAT HOPE", "Nurse"),
        ("Wow! Toys!", "Nurse"),
        ("Dude Ranch Lodge", "Nurse"),
        ("Northgate", "Gift Card Fraud (URGENT) Clerk"),
        ("Tidy :)", "Nurse"),
        ("Recieve", "Nurse"),
        ("Team Team", "Nurse"),
    ],
)
def test_names_that_the_user_typed_are_right(company: str, role: str) -> None:
    """A company or a role may be called anything."""
    body = BODY.replace("Northgate", company).replace("a ward nurse", role)
    assert OURS.isdisjoint(find(body, company=company, role=role, subject=f"Thank you, {role}"))


def test_ones_own_name_may_be_in_capitals() -> None:
    """Many sign so."""
    body = BODY.replace("Hannah Whitlock", "HANNAH BEST")
    assert find(body, sender="Hannah Best") == []


def test_abbreviations_that_were_noted_are_not_shouted() -> None:
    """What stands in capitals in the user's topics is written so."""
    body = put("I would LOVE the SAFER ward.")
    of = interview(dataclasses.replace(MARISOL, line="the SAFER ward"))
    assert find(body) == ["shouting"]
    assert find(body, of=of) == []


def test_exclamation_marks_are_counted_for_each_reader() -> None:
    """Two in a note are no shout, however many notes a mail passes on."""
    assert find(put("Thank you! I liked it!")) == []
    assert find(put("Thank you! I liked it! Truly!")) == ["shouting"]
    assert find(put("Thank you!! I liked it.")) == ["shouting"]
    assert find(put("The operator != and the toggle !!x were new.")) == []


def test_what_is_quoted_is_not_said() -> None:
    """What somebody else said stands in quotation marks, of whatever kind."""
    for quoted in ('"hey guys"', "\u201chey guys\u201d", "\u2018hey guys\u2019", "\u00abhey guys\u00bb"):
        assert find(put(f"The children said {quoted} to the nurse.")) == []
    assert find(put("Hey guys.")) == ["too-casual"]


def test_a_line_broken_by_its_length_is_read_on() -> None:
    """A phrase is found across the end of a line, and with typographic signs in it."""
    body = put("It would be the kindest of all things if you would please let me know\nby Friday.")
    assert find(body) == ["pushy"]
    assert find(put("I\u2019ll\u00a0call you tomorrow.")) == ["announces-call"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("oportunity", "opportunity"),
        ("opportuntiy", "opportunity"),
        ("definately", "definitely"),
        ("expierence", "experience"),
        ("thursdya", None),
        ("interviews", None),
        ("organise", None),
        ("practised", None),
        ("ecommerce", None),
    ],
)
def test_spelling(word: str, meant: str | None) -> None:
    """A slip is told from a word, an inflection and the other side of the Atlantic."""
    spelling = load_spelling("en")
    assert spelling is not None
    assert spelling.meant_by(word) == meant
    assert load_spelling("xx") is None


def test_a_word_with_a_capital_may_be_a_name() -> None:
    """But not at the start of a sentence, nor where a day is meant."""
    assert find(put("The Profesor bar is near.")) == []
    assert find(put("Intresting wards make me stay.")) == ["typo"]
    assert find(put("Until Thurdsay I work nights.")) == ["typo"]
    assert find(put("The domain recieve.example and a-recieve are mine.")) == []


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
    st.builds(str.__mul__, st.sampled_from(PIECES), st.integers(1, 3000)),
    st.builds(
        lambda one, other, times: f"{one} {other} " * times,
        st.sampled_from(PIECES),
        st.sampled_from(PIECES),
        st.integers(1, 1500),
    ),
)


@pytest.fixture(autouse=True, scope="module")
def _lists_are_read() -> None:
    """Read the word lists before the clock of the examples runs."""
    load_every_words()
    load_spelling("en")


@pytest.mark.parametrize("rule", (*frame.RULES, *tone.RULES), ids=lambda rule: rule.id)
@settings(
    deadline=timedelta(seconds=1),
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(subject=TEXTS, body=TEXTS, tag=st.sampled_from(["en", "de", "fr", "es", "ja", "pt", ""]))
@example(subject="(" * 5000, body="((" * 5000 + ":)", tag="en")
@example(subject="a" * 20000, body="a" * 20000, tag="en")
@example(subject=" " * 20000, body="I" + " " * 20000 + "\n" * 2000, tag="en")
@example(subject="", body="I will call " * 2000, tag="en")
@example(subject="", body="my boss is " * 2000 + "a" * 2000, tag="en")
@example(subject="", body="let me know " * 2000, tag="en")
@example(subject="", body="a.b-" * 5000, tag="en")
@example(subject="", body="\u00df Northgate Hospital " * 1000, tag="de")
def test_no_input_crashes_a_rule_or_takes_long(
    rule: Rule, subject: str, body: str, tag: str
) -> None:
    """Whatever is typed, a rule answers within a second, with places inside the text."""
    of = interview(MARISOL, language=tag)
    letter = open_mail(subject, body, tag)
    assert letter.interview == of
    for hit in rule.find(letter):
        text = subject if hit.where is Where.SUBJECT else body
        if hit.place is not None:
            assert 0 <= hit.place[0] <= hit.place[1] <= len(text)
