"""What the checks find, and what they leave alone."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.records import Interview, Kind, Person, Place, Talk, Text
from service.writing import checks
from service.writing.checks import EMPTY_BODY, RULES, OtherNote
from service.writing.checks.words import load_messages
from service.writing.findings import Finding, Severity, Where
from service.writing.readers import Form, Reading
from tests.unit.writing_examples import WEDNESDAY, interview

CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "notes-corpus.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
BUILT = {rule.id for rule in (EMPTY_BODY, *RULES)}
WORDED = {"wrong-name", "misspelled-name", "no-thanks", "announces-call", "wrong-relative-day"}
"""Rules with word lists, which so far exist in English."""

MARISOL = Person("Marisol Duarte", "m.duarte@example.com")
BODY = (
    "Dear Marisol Duarte,\n\nThank you for your time on Tuesday and for the walk round the ward. "
    "I would love to join Northgate.\n\nI look forward to hearing from you.\n\nHannah Whitlock"
)


def find(
    body: str,
    *,
    subject: str = "Thank you, Ward Nurse",
    reader: Person = MARISOL,
    passed_on: tuple[Person, ...] = (),
    sent_on: date | None = WEDNESDAY,
    others: tuple[OtherNote, ...] = (),
    company: str = "Northgate Hospital",
    language: str = "en",
) -> tuple[Finding, ...]:
    """Check a body as if it went to this reader."""
    of = interview(reader, *passed_on, company=company, language=language)
    form = Form.PASS_ON if passed_on else Form.OWN
    reading = Reading(reader, (reader, *passed_on), form)
    return checks.check(Text(subject, body), reading, of, sent_on, others)


def rules_of(findings: tuple[Finding, ...]) -> list[str]:
    """Return the ids of the rules that found something."""
    return [finding.rule for finding in findings]


def _judge(note: dict[str, Any]) -> set[str]:
    people = tuple(
        Person(
            each["name"],
            each["email"],
            kind=Kind.REPRESENTATIVE if each["kind"] == "agency" else Kind.INTERVIEWER,
            form_of_address=each.get("address"),
            title=each.get("title"),
        )
        for each in note["people"]
    )
    # Local times are read as if the place were in UTC, which keeps the local day.
    local = datetime.fromisoformat(note["interview"]).replace(tzinfo=UTC)
    of = Interview(
        company=note["company"],
        role=note["role"],
        talks=(Talk(local, local + timedelta(hours=1), "UTC"),),
        people=people,
        place=Place("UTC"),
        language=note["lang"],
    )
    reader = next(person for person in people if person.name == note["to"])
    others = [
        OtherNote(other["to"], other["body"])
        for other in note.get("other_notes", ())
        if not other.get("same_person")
    ]
    text = Text(note["subject"], note["body"])
    sent_on = datetime.fromisoformat(note["send_at"]).date()
    reading = Reading(reader, (reader,), Form.OWN)
    return set(rules_of(checks.check(text, reading, of, sent_on, others)))


@pytest.mark.parametrize("note", CORPUS, ids=lambda note: note["id"])
def test_corpus(note: dict[str, Any]) -> None:
    """Nothing is said about a good note, and what is built finds what is wrong with a bad one."""
    expected = BUILT & set(note["expect"])
    if note["lang"] != "en":
        expected -= WORDED
    assert _judge(note) == expected


def test_a_good_mail_has_no_findings() -> None:
    """The mail that the other examples are made from is clean."""
    assert find(BODY) == ()


def test_a_finding_says_what_where_and_how_much() -> None:
    """The place counts in the part of the mail that it names."""
    subject = "Thank you for the [Position] interview"
    assert find(BODY, subject=subject) == (
        Finding(
            rule="placeholder-left",
            severity=Severity.ERROR,
            place=(18, 28),
            message="A gap was left unfilled: “[Position]”.",
            where=Where.SUBJECT,
        ),
    )


def test_every_rule_has_a_message() -> None:
    """And no message is left over."""
    assert set(load_messages()) == BUILT


def test_empty_subject() -> None:
    """A blank subject is no subject."""
    assert rules_of(find(BODY, subject="  ")) == ["empty-subject"]


def test_empty_body_stops_the_rest() -> None:
    """There is nothing else to say about a mail that is not there."""
    assert rules_of(find("Thank you.", subject="")) == ["empty-body"]
    assert rules_of(find("")) == ["empty-body"]
    assert "empty-body" not in rules_of(find("Dear Ana, thank you. Hannah"))
    assert rules_of(find("高橋様、昨日はありがとうございました。", language="ja")) == []


@pytest.mark.parametrize(
    "gap",
    [
        "[Position]",
        "[your name here]",
        "{{role}}",
        "{company_name}",
        "<<name>>",
        "<insert name>",
        "%NAME%",
        "the XX role",
        "on XX December",
        "____",
        "TODO",
        "(insert a topic)",
        "\u3007\u3007",
    ],
)
def test_placeholder_left(gap: str) -> None:
    """Every usual way to mark a gap is found."""
    assert rules_of(find(BODY.replace("the ward", gap))) == ["placeholder-left"]


@pytest.mark.parametrize(
    "text",
    [
        "the XX chromosome work",
        "size XXL",
        "Super Bowl XX",
        "the item [1] on your list",
        "the quote, [sic], on the wall",
        "the array[index] you drew",
        "the TODO list on the wall",
        "the TODO-list",
        "the set {1, 2, 3}",
        "snake_case and __init__",
        "the page (link) you showed",
        "Ana <ana@example.com>",
        "growth of 20% a year",
    ],
)
def test_placeholder_left_leaves_ordinary_text_alone(text: str) -> None:
    """What merely looks like a gap is the user's text."""
    assert find(BODY.replace("the ward", text)) == ()


def test_placeholder_left_leaves_the_users_names_alone() -> None:
    """A company may be called anything."""
    body = BODY.replace("Northgate", "Studio XX")
    assert find(body, company="Studio XX") == ()
    assert rules_of(find(body)) == ["placeholder-left"]


@pytest.mark.parametrize(
    "sentence",
    [
        "I will call you tomorrow morning.",
        "I'll phone your office on Monday.",
        "I\u2019ll give you a quick call.",
        "I will be calling next week to hear how you decide.",
        "I am going to ring you later this week.",
        "I'll then call again on Friday.",
        "Please expect my call.",
        "I will follow up by phone.",
    ],
)
def test_announces_call(sentence: str) -> None:
    """The day after, nobody wants to be rung up."""
    assert rules_of(find(BODY.replace("I look", f"{sentence} I look"))) == ["announces-call"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Please feel free to call me at any time.",
        "I will call on everything I learned at sea.",
        "I will not call you, since I know how busy you are.",
        "I would call it the best ward I have seen.",
        "You said you will call me on Monday.",
        "I will be on call next week.",
        "I will phone in the orders from the yard.",
        "I would ring the bell for that.",
        "You may ring me in the evening.",
    ],
)
def test_announces_call_leaves_other_calls_alone(sentence: str) -> None:
    """Asking to be called and other senses of the word are no announcement."""
    assert find(BODY.replace("I look", f"{sentence} I look")) == ()


def test_too_long() -> None:
    """Over 150 words nobody reads to the end; notes to pass on are counted one by one."""
    filler = "I like the ward. " * 28
    assert rules_of(find(BODY.replace("I look", filler + "I look"))) == []
    (finding,) = find(BODY.replace("I look", filler * 2 + "I look"))
    assert (finding.rule, finding.severity) == ("too-long", Severity.WARNING)
    people = [Person(f"Ana Ruiz {number}") for number in range(4)]
    notes = "".join(f"\n\nFor {p.name}:\n\nDear {p.name},\n\nThank you. {filler}" for p in people)
    assert find(BODY + notes, passed_on=tuple(people)) == ()
