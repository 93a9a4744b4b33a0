"""Mails that read like another one: what is compared, and from where on it counts."""

import itertools

import pytest

from service.records import Person
from service.writing import anatomy
from service.writing.checks import OtherNote
from service.writing.findings import Severity
from service.writing.readers import Form
from service.writing.similarity import similarity
from tests.unit.check_examples import BODY, MARISOL, TOM, check, find, quote
from tests.unit.writing_examples import interview, representative

RULES = {"copy-of-other-note", "similar-to-other-note", "repeat-of-earlier-note"}
FIRST = (
    "Dear Ms Hollis,\n\nThank you for the hour on Tuesday, and for walking me through the ward at "
    "the end of a long shift.\n\nWhat stayed with me is how your team plans discharge from the "
    "first day and brings the parents into every handover. I have tried to work that way for six "
    "years, mostly alone, and I would love to do it with people who see it as normal.\n\nI am "
    "excited to hear what you decide.\n\nKind regards,\nHannah Whitlock"
)
REWORDED = (
    "Hello Femi,\n\nMany thanks for the hour on Tuesday, and for showing me the ward at the end of "
    "a long shift.\n\nWhat has stayed with me is how your team plans discharge from day one and "
    "brings parents into each handover. I have tried to work like that for six years, mostly "
    "alone, and I would really like to do it with people who see it as normal.\n\nI look forward "
    "to hearing what you decide.\n\nBest wishes,\nHannah"
)
SHUFFLED = (
    "Dear Femi,\n\nI have tried to work that way for six years, mostly alone, and I would love to "
    "do it with people who see it as normal. What stayed with me is how your team plans discharge "
    "from the first day and brings the parents into every handover.\n\nThank you for the hour on "
    "Tuesday, and for walking me through the ward at the end of a long shift.\n\nI am excited to "
    "hear what you decide.\n\nKind regards,\nHannah Whitlock"
)
SAME_REASONS = (
    "Dear Femi,\n\nIt was good to meet you on Tuesday; thank you for being so open about the rota "
    "and its holes.\n\nWhat stayed with me is how your team plans discharge from the first day and "
    "brings the parents into every handover. I have tried to work that way for six years, mostly "
    "alone, and I would love to do it with people who see it as normal.\n\nMy phone is on, and I "
    "would gladly come in again.\n\nKind regards,\nHannah Whitlock"
)
OWN_WORDS = (
    "Dear Femi,\n\nThank you for the hour on Tuesday, and for the straight answers about nights."
    "\n\nYou asked what I do when a doctor and a parent disagree. I have thought about it since: I "
    "sit down first. A ward that asks such a question is one where I would love to work, and I "
    "would be glad to take my share of the nights.\n\nI look forward to hearing from you.\n\nKind "
    "regards,\nHannah Whitlock"
)


def compare(body: str, *others: OtherNote) -> set[str]:
    """Return what is found about the likeness of a body to other notes."""
    return RULES & set(find(body, others=others))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (FIRST.replace("Ms Hollis", "Femi"), {"copy-of-other-note"}),
        (REWORDED, {"copy-of-other-note"}),
        (SHUFFLED, {"copy-of-other-note"}),
        (SAME_REASONS, {"similar-to-other-note"}),
        (OWN_WORDS, set()),
        (BODY, set()),
    ],
)
def test_notes_to_several_people(body: str, expected: set[str]) -> None:
    """A copy stays one with other words here and there, or in another order."""
    assert compare(body, OtherNote("Margaret Hollis", FIRST)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (FIRST, {"repeat-of-earlier-note"}),
        (SAME_REASONS, {"repeat-of-earlier-note"}),
        (OWN_WORDS, set()),
    ],
)
def test_a_note_after_an_earlier_round(body: str, expected: set[str]) -> None:
    """Who was thanked before gets something new."""
    earlier = OtherNote("Marisol Duarte", FIRST, is_earlier=True)
    assert compare(body, earlier) == expected


@pytest.mark.parametrize(
    ("body", "severity", "message"),
    [
        (FIRST, Severity.ERROR, "Nearly the same as the one to Femi Adebayo; they will compare."),
        (SAME_REASONS, Severity.WARNING, "Much of this is also in the note to Femi Adebayo."),
    ],
)
def test_the_nearest_other_note_is_named(body: str, severity: Severity, message: str) -> None:
    """One finding about the note that is most alike, however many there are."""
    others = (OtherNote("Ana Ruiz", OWN_WORDS), OtherNote("Femi Adebayo", FIRST))
    (finding,) = (f for f in check(body, others=others) if f.rule in RULES)
    assert (finding.severity, finding.message, finding.place) == (severity, message, None)


def test_an_earlier_note_is_said_to_be_read_already() -> None:
    """The message tells how much of it they know, and no gender."""
    others = (OtherNote("Marisol Duarte", FIRST, is_earlier=True),)
    (finding,) = (f for f in check(FIRST, others=others) if f.rule in RULES)
    assert finding.severity is Severity.WARNING
    assert finding.message == (
        "They have read this before: 100% of it is in your earlier note to Marisol Duarte."
    )


def _blocks(*notes: tuple[Person, str]) -> str:
    frame = (
        "Dear Ms Rourke,\n\nThank you for arranging the talks at Northgate. Could you please pass "
        "on the notes below?\n\nKind regards,\nHannah Whitlock"
    )
    return "\n\n".join((frame, *(f"For {person.name}:\n\n{note}" for person, note in notes)))


@pytest.mark.parametrize(
    ("second", "expected"),
    [(REWORDED, {"copy-of-other-note"}), (SAME_REASONS, {"similar-to-other-note"}), (BODY, set())],
)
def test_notes_that_one_mail_passes_on_are_compared(second: str, expected: set[str]) -> None:
    """The finding is at the later one and names the other."""
    nadia = representative()
    of = interview(MARISOL, TOM, nadia, company="Northgate Hospital", agency="Rourke Staffing")
    body = _blocks((MARISOL, FIRST), (TOM, second))
    found = check(body, reader=nadia, of=of, form=Form.AGENCY, passed_on=(MARISOL, TOM))
    alike = [finding for finding in found if finding.rule in RULES]
    assert {finding.rule for finding in alike} == expected
    for finding in alike:
        assert second in quote(body, finding)
        assert "Marisol Duarte" in finding.message


def test_a_note_is_compared_with_each_note_of_another_mail() -> None:
    """What an agency passes on is a note like any other; its frame is none."""
    agency = OtherNote("Nadia Rourke", _blocks((TOM, OWN_WORDS), (MARISOL, FIRST)))
    (finding,) = (f for f in check(REWORDED, others=(agency,)) if f.rule in RULES)
    assert finding.message.startswith("Nearly the same as the one to Marisol Duarte")
    assert compare(BODY, agency) == set()


@pytest.mark.parametrize("body", ["", "Thanks!", "Dear Femi,\n\nThank you.\n\nHannah"])
def test_a_few_words_are_like_nothing(body: str) -> None:
    """Two short thanks are alike and no copies."""
    assert compare(body, OtherNote("Femi Adebayo", body)) == set()


def test_similarity_is_the_same_both_ways() -> None:
    """Whichever note comes first, and 1.0 only for the same."""
    said = [anatomy.essence(b, ()) for b in (FIRST, REWORDED, SHUFFLED, SAME_REASONS, OWN_WORDS)]
    for one, other in itertools.combinations(said, 2):
        assert similarity(one, other) == similarity(other, one) < 1.0
    assert similarity(said[0], said[0]) == 1.0
    assert similarity(said[0], []) == 0.0


JAPANESE = (
    "昨日は面接のお時間をいただき、誠にありがとうございました。飲み込みの訓練を食事の時間に組み込む工夫は、"
    "看護師と言語聴覚士の皆さんが毎朝五分話す中から生まれたと伺い、深く心に残っております。病棟看護師として、"
    "ぜひその輪に加わりたく存じます。お返事を心待ちにしております。"
)
JAPANESE_REWORDED = (
    "昨日は面接をしていただき、本当にありがとうございました。飲み込みの訓練を食事の時間に組み込む工夫は、"
    "看護師と言語聴覚士の皆さんが毎朝五分間話し合う中から生まれたとお聞きし、とても心に残りました。"
    "病棟看護師として、ぜひその輪に加えていただきたく存じます。ご連絡をお待ちしております。"
)
JAPANESE_OTHER = (
    "昨日は面接のお時間をいただき、誠にありがとうございました。夜勤の申し送りを十五分で終えるために、書く欄を"
    "三つまで減らしたと伺いました。前の病棟では欄が増える一方でしたので、目の覚める思いがいたしました。"
    "病棟看護師として、五階で腕を磨きたく存じます。お返事を心待ちにしております。"
)


@pytest.mark.parametrize(
    ("other", "least", "most"), [(JAPANESE_REWORDED, 0.6, 0.9), (JAPANESE_OTHER, 0.2, 0.5)]
)
def test_similarity_where_no_spaces_part_words(other: str, least: float, most: float) -> None:
    """Set phrases alone make no copy, and other endings no new note."""
    said = [anatomy.essence(body, ()) for body in (JAPANESE, other)]
    assert least < similarity(*said) < most
