"""How a reader is greeted, and how days, companies and roles are named."""

from datetime import UTC, date, datetime

import pytest

from service.records import Person, Place
from service.writing import days, names, phrases
from service.writing.salutations import greet
from tests.unit.writing_examples import LONDON, NEW_YORK, interview

EN = phrases.load_phrases("en")


@pytest.mark.parametrize(
    ("person", "country", "expected"),
    [
        (Person("Marisol Duarte"), None, "Dear Marisol Duarte,"),
        (Person("Marisol Duarte", given_name="Marisol"), "US", "Dear Marisol Duarte,"),
        (
            Person("Marisol Duarte", family_name="Duarte", form_of_address="Ms"),
            "GB",
            "Dear Ms Duarte,",
        ),
        (
            Person("Marisol Duarte", family_name="Duarte", form_of_address="ms."),
            None,
            "Dear Ms Duarte,",
        ),
        (
            Person("Marisol Duarte", family_name="Duarte", form_of_address="Ms"),
            "US",
            "Dear Ms. Duarte,",
        ),
        (Person("Anne Hall", family_name="Hall", form_of_address="Miss"), "US", "Dear Miss Hall,"),
        (
            Person("Sabine Krüger", family_name="Krüger", form_of_address="Frau"),
            "DE",
            "Dear Ms Krüger,",
        ),
        (Person("Sabine Krüger", form_of_address="Frau"), "DE", "Dear Ms Sabine Krüger,"),
        (
            Person("Ana Vogt", family_name="Vogt", form_of_address="Ms", title="Dr."),
            "GB",
            "Dear Dr Vogt,",
        ),
        (Person("Ana Vogt", family_name="Vogt", title="dr"), "US", "Dear Dr. Vogt,"),
        (Person("Ana Vogt", family_name="Vogt", title="Professor"), "US", "Dear Professor Vogt,"),
        (Person("Ana Vogt", family_name="Vogt", title="Prof. Dr."), "DE", "Dear Prof Dr Vogt,"),
        (Person("Ana Vogt", title="Dr"), None, "Dear Dr Ana Vogt,"),
        (Person("Ana Vogt", form_of_address="whatever"), None, "Dear Ana Vogt,"),
        (
            Person("Priya Raman", given_name="Priya", form_of_address="first name"),
            "US",
            "Dear Priya,",
        ),
        (Person("Priya Raman", form_of_address="first name"), "US", "Dear Priya Raman,"),
        (Person("高橋 誠"), "JP", "Dear 高橋 誠,"),
    ],
)
def test_greet(person: Person, country: str | None, expected: str) -> None:
    """What is stored is used, with the full stop of the country; nothing is guessed."""
    assert greet(person, interview(person), country, "en", EN.salutation) == expected


@pytest.mark.parametrize(
    ("sent_on", "country", "expected"),
    [
        (date(2026, 12, 9), "GB", "Tuesday"),
        (date(2026, 12, 14), "US", "Tuesday"),
        (date(2026, 12, 15), "GB", "Tuesday 8 December"),
        (date(2026, 12, 15), "US", "Tuesday, December 8"),
        (date(2026, 12, 8), "GB", "Tuesday 8 December"),
        (None, None, "Tuesday 8 December"),
    ],
)
def test_name_day(sent_on: date | None, country: str | None, expected: str) -> None:
    """The weekday within a week of sending, else the date; never a word that goes stale."""
    named = days.name_day(date(2026, 12, 8), sent_on, country, EN.dates)
    assert named == {"day": expected, "on_day": f"on {expected}"}


def test_the_day_is_the_readers_own() -> None:
    """A talk late on Tuesday in New York was on Wednesday for a reader in London."""
    late = interview(place=None, start=datetime(2026, 12, 9, 2, 0, tzinfo=UTC))
    there, here = Person("Ana Ruiz", place=NEW_YORK), Person("Bo Lund", place=LONDON)
    assert days.interview_day(late, there) == date(2026, 12, 8)
    assert days.interview_day(late, here) == date(2026, 12, 9)
    assert days.interview_day(late, Person("Cy Ode")) == date(2026, 12, 9)
    in_office = interview(place=Place("America/New_York"), start=late.starts_at)
    assert days.interview_day(in_office, Person("Cy Ode")) == date(2026, 12, 8)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("Site Engineer (m/f/d)", "the Site Engineer role"),
        ("Marketing Internship", "the Marketing Internship"),
        ("", ""),
    ],
)
def test_say_the_role(role: str, expected: str) -> None:
    """A role is spoken of as a thing one applies for."""
    assert names.say_of_role(role, EN.names).get("the_role", "") == expected


def test_list_names() -> None:
    """Names are listed as in a sentence."""
    assert names.list_names(["A"], EN.names) == "A"
    assert names.list_names(["A", "B"], EN.names) == "A and B"
    assert names.list_names(["A", "B", "C"], EN.names) == "A, B and C"
