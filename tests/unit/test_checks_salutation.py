"""How a mail greets: that it does, a person, and as that person is addressed."""

import dataclasses
import itertools
from datetime import datetime

import pytest

from service.records import Person, Place
from service.writing import phrases, salutations
from service.writing.findings import Severity
from service.writing.readers import Form
from tests.unit.check_examples import (
    BODIES,
    BODY,
    LONDON_TIME,
    MARISOL,
    TOM,
    check,
    find,
    quote,
    write_mail,
)
from tests.unit.writing_examples import interview, representative

RULES = {
    "no-salutation",
    "group-salutation",
    "wrong-form-of-address",
    "title-missing",
    "greeting-time",
}
SABINE = Person("Sabine Krüger", "s.krueger@example.com")


def greet(
    line: str,
    reader: Person = MARISOL,
    language: str = "en",
    sent_at: datetime | None = None,
) -> list[str]:
    """Return which rules about salutations find something in a mail that greets so."""
    body = write_mail(line, language).strip()
    found = find(body, reader=reader, language=language, sent_at=sent_at)
    return [rule for rule in found if rule in RULES]


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("", "en"),
        ("I wanted to write at once.", "en"),
        ("Thank you so much!", "en"),
        ("", "de"),
        ("Herzlichen Dank noch einmal!", "de"),
        ("", "fr"),
        ("", "es"),
        ("Muchas gracias de nuevo.", "es"),
    ],
)
def test_no_salutation(line: str, language: str) -> None:
    """A mail begins with a greeting."""
    assert greet(line, language=language) == ["no-salutation"]


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Dear Marisol Duarte,", "en"),
        ("Good day Ms. Duarte:", "en"),
        ("Ms Duarte,", "en"),
        ("Ms Duarte", "en"),
        ("Marisol,", "en"),
        ("Marisol \u2013", "en"),
        ("Marisol, good morning,", "en"),
        ("Aloha Marisol", "en"),
        ("Ahoy there,", "en"),
        ("Wednesday, 9 December\n\nDear Ms Duarte,", "en"),
        ("Marisol Duarte\nNorthgate Hospital\n\nDear Ms Duarte,", "en"),
        ("Moin Marisol,", "de"),
        ("Frau Duarte,", "de"),
        ("Grüß Gott Frau Duarte,", "de"),
        ("Marisol, buenos días:", "es"),
        ("Señora Duarte:", "es"),
        ("Che, Marisol, ¿todo bien?", "es"),
        ("Madame,", "fr"),
    ],
)
def test_salutations(line: str, language: str) -> None:
    """There are many ways to greet, and some say no more than the name."""
    assert greet(line, language=language) == []


def test_a_salutation_may_begin_the_first_sentence() -> None:
    """No line of its own is needed."""
    for opening in ("Hi Marisol, thank", "Marisol, thank", "Hello Marisol! Thank"):
        body = BODY.replace("Dear Marisol Duarte,\n\nThank", opening)
        assert find(body) == []


def test_each_note_to_pass_on_greets() -> None:
    """A note that is passed on is complete in itself."""
    note = BODY.replace("Dear Marisol Duarte,\n\n", "\n\nFor Tom Kessler:\n\n")
    (finding,) = [f for f in check(BODY + note, passed_on=(TOM,)) if f.rule in RULES]
    assert finding.rule == "no-salutation"
    assert finding.place is not None
    assert finding.place[0] > len(BODY)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("To whom it may concern,", "en"),
        ("Dear all,", "en"),
        ("Hi everyone!", "en"),
        ("Good morning all", "en"),
        ("Hello team,", "en"),
        ("Dear Northgate team,", "en"),
        ("Dear Northgate Hospital,", "en"),
        ("Dear Hiring Manager,", "en"),
        ("Dear Hiring Manager at Northgate,", "en"),
        ("Dear members of the panel,", "en"),
        ("Dear Sir or Madam,", "en"),
        ("Dear Sir/Madam,", "en"),
        ("Dear Sir/Ma,", "en"),
        ("Ladies and Gentlemen,", "en"),
        ("Sehr geehrte Damen und Herren,", "de"),
        ("Liebes Team,", "de"),
        ("Hallo zusammen,", "de"),
        ("Guten Tag allerseits,", "de"),
        ("Liebes Northgate-Team,", "de"),
        ("Sehr geehrte Frau oder Herr,", "de"),
        ("Madame, Monsieur,", "fr"),
        ("Bonjour à tous,", "fr"),
        ("Mesdames, Messieurs,", "fr"),
        ("A quien corresponda:", "es"),
        ("Estimados señores:", "es"),
        ("Hola a todos:", "es"),
        ("Estimado equipo de selección:", "es"),
    ],
)
def test_group_salutation(line: str, language: str) -> None:
    """Somebody known by name is greeted by it."""
    assert greet(line, language=language) == ["group-salutation"]


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Dear Ms Duarte and team,", "en"),
        ("Dear Marisol, dear all,", "en"),
        ("Dear Hiring Manager Duarte,", "en"),
        ("Sehr geehrte Frau Duarte, liebes Team,", "de"),
        ("Estimada Sra. Duarte y equipo:", "es"),
        ("Monsieur,", "fr"),
    ],
)
def test_a_greeting_that_names_the_reader_is_to_them(line: str, language: str) -> None:
    """Who else is greeted does not matter."""
    assert greet(line, language=language) == []


def test_a_mailbox_that_was_noted_as_one_is_greeted_as_one() -> None:
    """Nobody is known there by name."""
    team = Person("HR Team", "hr@example.com")
    assert greet("Dear HR Team,", team) == []
    assert greet("Dear all,", team) == []


@pytest.mark.parametrize(
    ("noted", "line", "language"),
    [
        ("Ms", "Dear Mr Duarte,", "en"),
        ("Mrs.", "Dear Mr. Duarte,", "en"),
        ("Mr", "Dear Ms Duarte,", "en"),
        ("Mr", "Dear Madam,", "en"),
        ("Mx", "Dear Mr Duarte,", "en"),
        ("Frau", "Dear Mr Duarte,", "en"),
        ("Señora", "Good morning, Mr Duarte,", "en"),
        ("Frau", "Sehr geehrter Herr Duarte,", "de"),
        ("Ms", "Guten Tag Herr Duarte,", "de"),
        ("Herr", "Sehr geehrte Frau Dr. Duarte,", "de"),
        ("Señora", "Estimado Sr. Duarte:", "es"),
        ("Madame", "Estimado señor Duarte:", "es"),
        ("Señora", "Estimado Marisol:", "es"),
        ("Monsieur", "Bonjour Madame Duarte,", "fr"),
        ("Madame", "Bonjour M. Duarte,", "fr"),
        ("Madame", "Cher Monsieur,", "fr"),
    ],
)
def test_wrong_form_of_address(noted: str, line: str, language: str) -> None:
    """The form is held against what was noted, in whatever language that was."""
    reader = dataclasses.replace(MARISOL, form_of_address=noted)
    assert greet(line, reader, language) == ["wrong-form-of-address"]


@pytest.mark.parametrize(
    ("noted", "line", "language"),
    [
        (None, "Dear Mr Duarte,", "en"),
        ("", "Dear Mr Duarte,", "en"),
        ("first name", "Dear Mr Duarte,", "en"),
        ("Ms", "Dear Mrs Duarte,", "en"),
        ("Ms", "Dear Marisol,", "en"),
        ("Ms", "Dear Dr Duarte,", "en"),
        ("Ms", "Dear M. Duarte,", "en"),
        ("Ms", "Dear Ms Duarte and Mr Adebayo,", "en"),
        ("Ms", "Dear Mx Duarte,", "en"),
        ("Frau", "Sehr geehrte Frau Duarte, sehr geehrter Herr Adebayo,", "de"),
        ("Frau", "Liebe Marisol,", "de"),
        ("du", "Hallo Marisol,", "de"),
        ("Señora", "Apreciada doña Marisol:", "es"),
        ("Señora", "Estimada Dra. Duarte:", "es"),
        ("Madame", "Bonjour Mme Duarte,", "fr"),
        ("Madame", "Madame la Présidente,", "fr"),
    ],
)
def test_what_was_not_noted_is_not_wrong(noted: str | None, line: str, language: str) -> None:
    """Without a form, or with one that says nothing of the kind, nothing is said."""
    reader = dataclasses.replace(MARISOL, form_of_address=noted)
    assert greet(line, reader, language) == []


def test_a_name_that_looks_like_a_form_is_a_name() -> None:
    """Don Ferris is called Don."""
    reader = Person("Don Ferris", "d@example.com", form_of_address="Ms")
    assert greet("Dear Don,", reader) == []


def test_the_wrong_form_is_pointed_at() -> None:
    """The message says what was noted, and what is there."""
    reader = dataclasses.replace(MARISOL, form_of_address="Ms")
    body = BODY.replace("Marisol Duarte,", "Mr Duarte,")
    (finding,) = check(body, reader=reader)
    assert quote(body, finding) == "Mr"
    assert finding.severity is Severity.ERROR
    assert finding.message == "You noted “Ms” for Marisol Duarte, but greet with “Mr”."


@pytest.mark.parametrize(
    ("title", "line", "language", "is_missing"),
    [
        ("Dr.", "Dear Ms Krüger,", "en", True),
        ("Dr.", "Dear Dr Krüger,", "en", False),
        ("Dr.", "Dear Sabine,", "en", False),
        ("Dr.", "Dear Sabine Krüger,", "en", False),
        ("Professor", "Dear Ms Krüger,", "en", True),
        ("Prof. Dr.", "Dear Prof. Krüger,", "en", False),
        ("Prof. Dr.", "Dear Dr Krüger,", "en", False),
        ("Head of Nursing", "Dear Ms Krüger,", "en", False),
        ("Dr.", "Sehr geehrte Frau Krüger,", "de", True),
        ("Dr.", "Sehr geehrte Frau Doktor Krüger,", "de", False),
        ("Prof. Dr. med.", "Sehr geehrte Frau Krüger,", "de", True),
        ("Prof. Dr. med.", "Sehr geehrte Frau Professorin Krüger,", "de", False),
        ("Prof. Dr.", "Liebe Sabine,", "de", False),
        ("Dipl.-Ing.", "Sehr geehrte Frau Diplomingenieurin Krüger,", "de", False),
        ("Dra.", "Estimada señora Krüger:", "es", True),
        ("Dra.", "Estimada Dra. Krüger:", "es", False),
        ("Dra.", "Estimada Sabine:", "es", False),
    ],
)
def test_title_missing(title: str, line: str, language: str, *, is_missing: bool) -> None:
    """Beside a form of address and a surname stands the title that was noted, or a higher one."""
    reader = dataclasses.replace(SABINE, title=title)
    assert greet(line, reader, language) == (["title-missing"] if is_missing else [])


@pytest.mark.parametrize(
    ("country", "title", "is_missing"),
    [
        ("AT", "Dipl.-Ing.", True),
        ("AT", "Mag.", True),
        ("DE", "Dipl.-Ing.", False),
        ("DE", "Dr.", True),
        ("CH", "Mag.", False),
        (None, "Dipl.-Ing.", True),
    ],
)
def test_all_titles_are_said_in_austria(
    country: str | None, title: str, *, is_missing: bool
) -> None:
    """Elsewhere only the doctor and the professor; where it is not known, what was noted."""
    place = Place("Europe/Vienna", country=country)
    reader = dataclasses.replace(SABINE, title=title, place=place)
    found = greet("Sehr geehrte Frau Krüger,", reader, "de")
    assert found == (["title-missing"] if is_missing else [])


@pytest.mark.parametrize(
    ("line", "hour", "language"),
    [
        ("Good evening Ms Duarte,", 9, "en"),
        ("Good afternoon, Ms Duarte,", 9, "en"),
        ("Good morning, Ms Duarte,", 15, "en"),
        ("Dear Ms Duarte,\n\ngood evening!", 9, "en"),
        ("Guten Abend Frau Duarte,", 9, "de"),
        ("Guten Morgen Frau Duarte,", 17, "de"),
        ("Buenas noches, Marisol:", 9, "es"),
        ("Buenas tardes, Marisol:", 9, "es"),
        ("Bonsoir Madame Duarte,", 9, "fr"),
    ],
)
def test_greeting_time(line: str, hour: int, language: str) -> None:
    """A greeting is read when the mail arrives."""
    sent_at = datetime(2026, 12, 9, hour, 12, tzinfo=LONDON_TIME)
    assert greet(line, language=language, sent_at=sent_at) == ["greeting-time"]


@pytest.mark.parametrize(
    ("line", "hour", "language"),
    [
        ("Good morning, Ms Duarte,", 9, "en"),
        ("Good morning, Ms Duarte,", 12, "en"),
        ("Good afternoon, Ms Duarte,", 15, "en"),
        ("Good day, Ms Duarte,", 9, "en"),
        ("Dear Ms Duarte,\n\nIt was a good evening.", 9, "en"),
        ("Guten Tag Frau Duarte,", 17, "de"),
        ("Buenas tardes, Marisol:", 17, "es"),
        ("Bonjour Madame Duarte,", 17, "fr"),
    ],
)
def test_greetings_at_their_hour(line: str, hour: int, language: str) -> None:
    """What is said all day, and what is no greeting, fits any hour."""
    sent_at = datetime(2026, 12, 9, hour, 12, tzinfo=LONDON_TIME)
    assert greet(line, language=language, sent_at=sent_at) == []


def test_the_hour_is_unknown_without_a_slot() -> None:
    """Then nothing is said."""
    assert greet("Good evening Ms Duarte,", sent_at=None) == []


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
@pytest.mark.parametrize("country", ["AT", "US"])
@pytest.mark.parametrize(
    ("name", "given_name", "family_name"),
    [
        ("Eva van der Berg", "Eva", "van der Berg"),
        ("Khalid Al Suwaidi", "Khalid", "Al Suwaidi"),
        ("José Ángel Núñez de la Vega", "José Ángel", "Núñez de la Vega"),
        ("Jean d'Ormesson-Leroy", "Jean", "d'Ormesson-Leroy"),
        ("Maud Le Goff", "Maud", "Le Goff"),
        ("Nguyễn Minh Anh", "Minh Anh", "Nguyễn"),
        ("Minh Le", "Minh", "Le"),
        ("Dean Major", "Dean", "Major"),
        ("Suryani", None, None),
        ("高橋 誠", "誠", "高橋"),
        ("高橋健一", None, None),
        ("Дмитрий Орлов", None, None),
    ],
)
def test_the_salutations_that_we_write_are_right(
    name: str, given_name: str | None, family_name: str | None, country: str, language: str
) -> None:
    """Whatever was noted, the checks find no fault with how the mail greets."""
    words = phrases.load_phrases(language).salutation
    for form, title in itertools.product(
        (None, "Ms", "Herr", "du", "先生"), (None, "Dr.", "Prof. Dr.", "Dipl.-Ing.", "教授")
    ):
        reader = Person(
            name,
            "x@example.com",
            given_name=given_name,
            family_name=family_name,
            form_of_address=form,
            title=title,
            place=Place("Europe/London", country=country),
        )
        of = interview(reader, language=language)
        line = salutations.greet(reader, of, country, language, words)
        body = f"{line}\n\n{BODY.partition(',')[2].strip()}"
        found = set(find(body, reader=reader, of=of))
        assert not found & (RULES | {"wrong-name", "misspelled-name"}), line


def test_a_note_in_another_language_is_read_in_that() -> None:
    """Who is reached through a reader may speak another language than the reader."""
    uwe = Person("Uwe Kern", language="de", form_of_address="Herr")
    note = BODIES["de"].format(greeting="Sehr geehrte Frau Kern,", name="Hannah Whitlock")
    body = f"{BODY}\n\nFor Uwe Kern:\n\n{note}"
    found = find(body, passed_on=(uwe,))
    assert [rule for rule in found if rule in RULES] == ["wrong-form-of-address"]


def test_an_agency_mail_of_ones_own_is_judged_as_one_mail() -> None:
    """Without headings for the interviewers there is one part, the representative's."""
    nadia = representative()
    of = interview(MARISOL, nadia, agency="Rourke Staffing")
    body = BODY.replace("Marisol Duarte,", "Ms Rourke,")
    found = find(body, of=of, reader=nadia, passed_on=(MARISOL,), form=Form.AGENCY)
    assert not RULES & set(found)


def test_rules_of_words_are_silent_in_a_language_without_any() -> None:
    """Better no finding than a false one."""
    body = "Hei herra Adebayo,\n\nkiitos ajastasi tiistaina ja kierroksesta osastolla.\n\nHannah"
    found = find(body, language="fi")
    assert not (RULES | {"wrong-name", "misspelled-name"}) & set(found)
