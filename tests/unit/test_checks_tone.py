"""What the rules about a mail's tone find in English, and what they leave alone."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from service.records import Thread
from service.writing.checks import frame, tone
from service.writing.checks.spelling import load_spelling
from service.writing.findings import Where
from tests.unit.check_examples import BODY, MARISOL, check, find, quote
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


@pytest.mark.parametrize("sentence", [each for near in EXAMPLES["near"].values() for each in near])
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
    body = put("I would LOVE SAFER wards.")
    of = interview(dataclasses.replace(MARISOL, line="the SAFER wards"))
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
    for quoted in (
        '"hey guys"',
        "\u201chey guys\u201d",
        "\u2018hey guys\u2019",
        "\u00abhey guys\u00bb",
    ):
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
        ("thursdya", "Thursday"),
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
