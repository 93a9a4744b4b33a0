"""Words for days: they fit the interview and the day on which the mail arrives."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from service.records import Talk
from service.writing.findings import Severity, Where
from tests.unit.check_examples import BODY, LONDON_TIME, MARISOL, NEXT_MORNING, check, find, quote
from tests.unit.writing_examples import interview

THANKS = "Thank you for your time on Tuesday and for the walk round the ward."
SAME_EVENING = datetime(2026, 12, 8, 17, 40, tzinfo=LONDON_TIME)
TWO_DAYS_LATER = datetime(2026, 12, 10, 9, 12, tzinfo=LONDON_TIME)


def thank(sentence: str, sent_at: datetime | None = NEXT_MORNING) -> list[str]:
    """Return what is found in a mail with this thanking sentence; the talk was on a Tuesday."""
    return find(BODY.replace(THANKS, sentence), sent_at=sent_at)


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you for meeting me on Wednesday.",
        "Many thanks for Monday's conversation.",
        "Thank you, Dr. Vogt, for last Thursday.",
        "It was a pleasure to meet you on Friday. Thank you for that.",
        "Thank you. I enjoyed our talk on Wednesday morning.",
        "I am grateful for the hour you gave me last Thursday afternoon.",
        "Thank you. When we spoke on Monday I was moved.",
        "Thank you for Wednesday.",
        "Thanks for the Monday interview.",
        "Thank you for inviting me to the interview on Wednesday.",
        "Thank you for the second conversation on Monday.",
        "Thank you for having me in on Wednesday.",
        "Thank you for the tour on Weds.",
    ],
)
def test_wrong_day(sentence: str) -> None:
    """A weekday in the sentence that thanks, or recalls the talk, is the talk's."""
    assert thank(sentence) == ["wrong-day"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you for meeting me on Tuesday.",
        "Thank you for Tuesday, and for telling me about the Friday handover.",
        "Thank you for moving our talk from Monday to Tuesday.",
        "Thank you for your time yesterday, and for the plan for Friday.",
        "Thank you for showing me how the Thursday clinic is run.",
        "Thank you for explaining what happens every Friday.",
        "Thank you for the tour. On Fridays the ward sings, you said.",
        "Thank you for your time. On Thursday I am on duty and hard to reach.",
        "Thank you for your patience. I will hear from my referee by Monday.",
        "Thank you for telling me that I will hear by Friday.",
        "Thank you for offering me a second talk next Monday.",
        "Thank you for the Wednesday market tip.",
        "Thank you for your time on Tuesday 8 December.",
        "I met Ms Friday in the corridor, and thank you for that.",
        "Thank you for inviting me to a second interview on Friday.",
        "Thank you for asking me to come back on Thursday.",
        "Thank you for your reply on Monday.",
        "Thank you for the tour. I look forward to our next talk on Friday.",
        "Thank you for the tour. I am free to meet you again on Thursday.",
    ],
)
def test_another_matters_day_is_left_alone(sentence: str) -> None:
    """A habit, a deadline or another sentence may name any day."""
    assert thank(sentence) == []


def test_wrong_day_says_which_day_it_was() -> None:
    """It is an error at the word itself, in the subject as well."""
    body = BODY.replace("Tuesday", "Wednesday")
    (finding,) = check(body)
    assert (finding.severity, quote(body, finding)) == (Severity.ERROR, "Wednesday")
    assert finding.message == "The interview was on Tuesday; you wrote “Wednesday”."
    (in_subject,) = check(BODY, subject="Thank you for Monday, Ward Nurse")
    assert (in_subject.rule, in_subject.where, in_subject.place) == (
        "wrong-day",
        Where.SUBJECT,
        (14, 20),
    )


def test_every_day_of_the_talks_is_right() -> None:
    """Who was talked to on two days is thanked for either."""
    start = datetime(2026, 12, 9, 10, 0, tzinfo=UTC)
    second = Talk(start, start + timedelta(hours=1), "Europe/London")
    of = interview(MARISOL)
    of = dataclasses.replace(of, talks=(*of.talks, second))
    for day in ("Tuesday", "Wednesday"):
        assert find(BODY.replace("Tuesday", day), of=of, sent_at=TWO_DAYS_LATER) == []
    assert find(BODY.replace("Tuesday", "Monday"), of=of, sent_at=TWO_DAYS_LATER) == ["wrong-day"]


@pytest.mark.parametrize(
    ("sentence", "sent_at", "expected"),
    [
        ("Thank you for meeting me today.", NEXT_MORNING, ["wrong-relative-day"]),
        ("Thank you for this morning.", NEXT_MORNING, ["wrong-relative-day"]),
        ("Thank you. It was good to meet you today.", NEXT_MORNING, ["wrong-relative-day"]),
        ("Thank you for your time yesterday.", NEXT_MORNING, []),
        ("Thank you for your time yesterday.", TWO_DAYS_LATER, ["wrong-relative-day"]),
        ("Thank you for your time last night.", TWO_DAYS_LATER, ["wrong-relative-day"]),
        ("Thank you for yesterday\u2019s conversation.", TWO_DAYS_LATER, ["wrong-relative-day"]),
        ("Thank you for your time yesterday.", SAME_EVENING, ["wrong-relative-day"]),
        ("Thank you for meeting me today.", SAME_EVENING, []),
        ("Thank you for meeting me this afternoon.", SAME_EVENING, []),
        ("Thank you for meeting me today.", None, []),
        ("Thank you for your time the day before yesterday.", TWO_DAYS_LATER, []),
        ("Thank you for Tuesday. I start my last shift here today.", NEXT_MORNING, []),
        ("Thank you for Tuesday, which I still think about today.", NEXT_MORNING, []),
        ("Thank you for yesterday; I have looked it up today.", NEXT_MORNING, []),
        ("Thank you for your message today.", NEXT_MORNING, []),
        ("Thank you for your kind mail yesterday.", TWO_DAYS_LATER, []),
        ("I am writing today to thank you for your time.", NEXT_MORNING, []),
        ("Thank you for showing me how the ward works today.", NEXT_MORNING, []),
        ("Thank you for the plain words on yesterday's outage.", TWO_DAYS_LATER, []),
        ("Thank you for your time. Today most wards skip the handover.", NEXT_MORNING, []),
    ],
)
def test_wrong_relative_day(sentence: str, sent_at: datetime | None, expected: list[str]) -> None:
    """In a thanking sentence "today" and "yesterday" must be true on the day of arrival."""
    assert thank(sentence, sent_at) == expected


def test_wrong_relative_day_says_what_to_write() -> None:
    """The message names both days and points at the word."""
    body = BODY.replace("on Tuesday", "today")
    (finding,) = check(body)
    assert (finding.severity, quote(body, finding)) == (Severity.WARNING, "today")
    assert finding.message == (
        "This arrives on Wednesday; the interview was on Tuesday. Name the day in place of “today”."
    )


@pytest.mark.parametrize(
    ("language", "sentence", "sent_at", "expected"),
    [
        ("de", "vielen Dank für das Gespräch am Mittwoch.", NEXT_MORNING, {"wrong-day"}),
        ("de", "vielen Dank für das Gespräch am Dienstag.", NEXT_MORNING, set()),
        ("de", "vielen Dank für Ihre Zeit heute.", NEXT_MORNING, {"wrong-relative-day"}),
        ("de", "vielen Dank, dass Sie hier waren.", NEXT_MORNING, set()),
        ("de", "danke für die Einladung zum Gespräch am Mittwoch.", NEXT_MORNING, {"wrong-day"}),
        (
            "de",
            "danke für die Einladung zu einem zweiten Gespräch am Freitag.",
            NEXT_MORNING,
            set(),
        ),
        ("de", "danke für Ihre Mail vom Montag.", NEXT_MORNING, set()),
        ("de", "danke. Ich freue mich auf unser Gespräch am Freitag.", NEXT_MORNING, set()),
        ("es", "Muchas gracias por recibirme el jueves.", NEXT_MORNING, {"wrong-day"}),
        ("es", "Muchas gracias por recibirme ayer.", TWO_DAYS_LATER, {"wrong-relative-day"}),
        ("es", "Muchas gracias por recibirme ayer.", NEXT_MORNING, set()),
        ("ja", "昨日は面接のお時間をいただき、ありがとうございました。", NEXT_MORNING, set()),
        (
            "ja",
            "水曜日は面接のお時間をいただき、ありがとうございました。",
            NEXT_MORNING,
            {"wrong-day"},
        ),
    ],
)
def test_days_in_other_languages(
    language: str, sentence: str, sent_at: datetime, expected: set[str]
) -> None:
    """The words are the language's, the rule is the same."""
    body = f"Marisol Duarte,\n\n{sentence} Northgate, Ward Nurse.\n\nHannah Whitlock"
    found = find(body, language=language, subject="Northgate", sent_at=sent_at)
    assert {"wrong-day", "wrong-relative-day"} & set(found) == expected
