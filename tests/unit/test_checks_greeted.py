"""The name in a salutation: whose it is, and how it is spelled."""

import dataclasses

import pytest

from service.records import Person
from service.writing.checks.greeting.own_names import OwnNames
from tests.unit.check_examples import (
    BODY,
    MARISOL,
    SUBJECT,
    TOM,
    check,
    find,
    quote,
    write_mail,
)

NAME_RULES = {"wrong-name", "misspelled-name"}
WRONG, MISSPELLED = ["wrong-name"], ["misspelled-name"]


def greet(line: str, name: str, *met: str, language: str = "en") -> list[str]:
    """Return which rules about names find something in a mail that greets so."""
    found = find(
        write_mail(line, language),
        reader=Person(name, "reader@example.com"),
        met=tuple(Person(each) for each in met),
        language=language,
    )
    return [rule for rule in found if rule in NAME_RULES]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Dear Mr Adebayo,", WRONG),
        ("Hi Femi,", WRONG),
        ("Good morning, Dr Ode,", WRONG),
        ("Dear Adebayo", WRONG),
        ("Hi Femi - thank you so much!", WRONG),
        ("Dear Mr Adebayo and team,", WRONG),
        ("dear mr adebayo,", WRONG),
        ("Hello, Femi:", WRONG),
        ("Dear Ms Durate,", MISSPELLED),
        ("Dear Marisol Durate,", MISSPELLED),
        ("Dear Marissol,", MISSPELLED),
        ("dear ms durate,", MISSPELLED),
        ("Dear Ms Duarte,", []),
        ("Dear Marisol,", []),
        ("Hi Marisol!", []),
        ("hi marisol,", []),
        ("DEAR MS DUARTE,", []),
        ("Dear Mari,", []),
        ("Dear MD,", []),
        ("Ms Duarte,", []),
        ("Marisol,", []),
        ("Dear Ms Duarte and team,", []),
        ("Dear Marisol and all at Northgate,", []),
        ("Dear Marisol, dear Femi,", []),
        ("Dear all,", []),
        ("Hi there,", []),
        ("Dear Hiring Manager,", []),
        ("Dear Ward 7 Team,", []),
        ("To whom it may concern,", []),
        ("Dear Sir or Madam,", []),
        ("Dear Doctor,", []),
        ("Dear Chef,", []),
        ("Dear Head of Nursing,", []),
        ("Good morning,", []),
        ("Good morning! I hope the week began well.", []),
        ("Hello, I wanted to write at once.", []),
        ("Dear Northgate,", []),
        ("Dear reader of many mails in the ward of Femi Adebayo and all of the others,", []),
    ],
)
def test_the_name_in_the_salutation(line: str, expected: list[str]) -> None:
    """A wrong name and a misspelled one are two findings; a group or a title alone is neither."""
    assert greet(line, "Marisol Duarte") == expected


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        # Short forms and initials
        ("Thomas Kessler", "Hi Tom,", []),
        ("Tom Kessler", "Hi Tim,", WRONG),
        ("William Ode", "Dear Bill,", []),
        ("Bill Ode", "Dear William,", []),
        ("Alexander Ode", "Dear Alex,", []),
        ("Chris Nguyen", "Dear Christopher,", []),
        ("Johannes Kern", "Dear Hannes,", []),
        ("Gabriele Ott", "Dear Gabi,", []),
        ('Robert "Bob" Ode', "Dear Bob,", []),
        ("J. Hollis", "Dear Joan,", []),
        ("E. Vogt", "Dear Eva,", []),
        ("Jean-Luc Moreau", "Dear JL,", []),
        # Two spellings of a name are two names
        ("Stephen Moss", "Hi Steven,", MISSPELLED),
        ("Catherine Moss", "Hi Katherine,", MISSPELLED),
        ("Maria Ode", "Dear Mario,", MISSPELLED),
        # Accents and transcriptions
        ("Sabine Krüger", "Dear Ms Krueger,", []),
        ("Sabine Krüger", "Dear Ms Kruger,", []),
        ("Sabine Krueger", "Dear Ms Krüger,", []),
        ("Sabine Krüger", "Dear Ms Kru\u0308ger,", []),
        ("Søren Ærø", "Dear Soren,", []),
        ("Łukasz Nowak", "Dear Lukasz,", []),
        ("Milan Đorđević", "Dear Mr Djordjević,", []),
        ("Nguyễn Minh Anh", "Dear Ms Nguyen,", []),
        ("Ngũgĩ wa Kamau", "Dear Ngugi,", []),
        # Hyphens, apostrophes, names written apart or together
        ("José-Luis García López", "Dear Mr Garcia,", []),
        ("José-Luis García López", "Dear José Luis,", []),
        ("Zoë Brontë-Clarke", "Dear Ms Bronte Clarke,", []),
        ("Zoë Brontë-Clarke", "Dear Ms Brontë-Clark,", MISSPELLED),
        ("Sinéad O'Neill", "Dear Ms O\u2019Neill,", []),
        ("Sinéad O'Neill", "Dear Ms ONeill,", []),
        ("Conor O'Brien", "Dear Mr O\u2019Brian,", MISSPELLED),
        ("Ian MacDonald", "Dear Mr Mac Donald,", []),
        ("Ian MacDonald", "Dear Mr McDonald,", MISSPELLED),
        ("Wang Lihua", "Dear Li Hua,", []),
        # Particles
        ("Khalid Al Suwaidi", "Dear Mr Al Suwaidi,", []),
        ("Khalid Al Suwaidi", "Dear Mr AlSuwaidi,", []),
        ("Khalid Al Suwaidi", "Dear Mr Al Mansoori,", WRONG),
        ("Eva van der Berg", "Dear Prof. Dr. van der Berg,", []),
        ("Eva van der Berg", "Dear Ms Vanderberg,", []),
        ("Eva Vandenberg", "Dear Ms van den Berg,", []),
        ("Caspar von Hellersen", "Dear Dr Hellersen,", []),
        ("Caspar von Hellersen", "Dear Dr von Bredow,", WRONG),
        ("Caspar von Hellersen", "Dear Dr van Hellersen,", MISSPELLED),
        ("Minh Le", "Dear Mr Le,", []),
        ("Tom Kessler", "Dear Mr Le,", WRONG),
        # The order of names
        ("DUARTE Marisol", "Dear Ms Duarte,", []),
        ("Nagy Eszter", "Dear Ms Nagy,", []),
        ("Nagy Eszter", "Dear Eszter,", []),
        ("Chen Wei", "Dear Mr Chen,", []),
        ("Chen Wei", "Dear Mr Cheng,", MISSPELLED),
        # Another script
        ("高橋 誠", "Dear Mr Takahashi,", []),
        ("Дмитрий Орлов", "Dear Dmitri,", []),
        ("Дмитрий Орлов", "Dear Ольга,", WRONG),
        ("محمد علي", "Dear Mohammed,", []),
        # One name
        ("Suryani", "Dear Suryani,", []),
        ("Suryani", "Dear Sunarti,", WRONG),
        ("Priya", "Dear Ms Raman,", []),
        # Names that are also titles, and titles that were noted with the name
        ("Dean Moss", "Dear Dean,", []),
        ("Eva Moss", "Dear Dean,", []),
        ("Eva Moss", "Dear Ms Dean,", WRONG),
        ("Dean Major", "Dear Mr Major,", []),
        ("Dr. Eva Vogt", "Dear Dr Vogt,", []),
        ("Dr. Eva Vogt", "Dear Dr Kern,", WRONG),
        # Titles of other places
        ("Kenji Takahashi", "Dear Takahashi-san,", []),
        ("Kenji Takahashi", "Dear Tanaka-san,", WRONG),
        ("Khalid Al Suwaidi", "Dear Eng. Khalid,", []),
        ("Venkatesh Iyer", "Dear Iyer Sir,", []),
        ("Venkatesh Iyer", "Respected Sir,", []),
        ("Folasade Cole", "Dear Ma,", []),
        ("Folasade Cole", "Dear Ms Ma,", WRONG),
        # Slips
        ("Ann Lee", "Dear Mr Lea,", WRONG),
        ("Doug Ferris", "Dear Mr Faris,", MISSPELLED),
        ("Alan Merriweather", "Dear Mr Merryweather,", MISSPELLED),
        ("Jonas Albrecht", "Dear Mr Albrechtt,", MISSPELLED),
        ("Jonas Albrecht", "Dear Mr Obrecht,", MISSPELLED),
        ("Jonas Albrecht", "Dear Mr Ulbricht,", MISSPELLED),
        ("Priya Raman", "Hi Pria,", MISSPELLED),
    ],
)
def test_names_in_all_their_forms(name: str, line: str, expected: list[str]) -> None:
    """Short forms, accents and transcriptions are the reader's name; a slip is not."""
    assert greet(line, name) == expected


@pytest.mark.parametrize(
    ("language", "name", "line", "expected"),
    [
        ("de", "Sabine Krüger", "Sehr geehrte Frau Krüger,", []),
        ("de", "Sabine Krüger", "Guten Tag Sabine Krüger,", []),
        ("de", "Sabine Krüger", "Guten Tag, liebe Frau Krüger,", []),
        ("de", "Sabine Krüger", "Liebe Sabine, lieber Jonas,", []),
        ("de", "Sabine Krüger", "Liebes Team, liebe Sabine,", []),
        ("de", "Eva van der Berg", "Sehr geehrte Frau Prof. Dr. van der Berg,", []),
        ("de", "Uwe Hofstätter", "Sehr geehrter Herr Dipl.-Ing. Hofstätter,", []),
        ("de", "Sabine Krüger", "Sehr geehrte Damen und Herren,", []),
        ("de", "Sabine Krüger", "Sehr geehrte Frau Direktorin,", []),
        ("de", "Sabine Krüger", "Frau Krüger,", []),
        ("de", "Sabine Krüger", "Sehr geehrte Frau Bergmann,", WRONG),
        ("de", "Sabine Krüger", "Sehr geehrte Frau Richter,", WRONG),
        ("de", "Sabine Krüger", "Sehr geehrte Frau Schulleiterin,", []),
        ("de", "Sabine Krüger", "Hallo Wiebke,", WRONG),
        ("de", "Sabine Krüger", "Guten Tag, Wiebke,", WRONG),
        ("de", "Sabine Krüger", "Sehr geehrte Frau Dr. Krügel,", MISSPELLED),
        ("de", "Jost Feddersen", "Moin Jost,", []),
        ("es", "Marisol Duarte", "Estimada Sra. Duarte:", []),
        ("es", "Marisol Duarte", "Buenos días, Marisol:", []),
        ("es", "Marisol Duarte", "Marisol, buenos días:", []),
        ("es", "Marisol Duarte", "Estimada señora directora:", []),
        ("es", "Begoña Ruiz Sanz", "Estimada Sra. Ruiz:", []),
        ("es", "Begoña Ruiz Sanz", "Estimada Sra. Sanz:", []),
        ("es", "Ana de la Fuente Lluch", "Estimada Sra. de la Fuente:", []),
        ("es", "Ignacio Ruiz", "Hola, Nacho:", []),
        ("es", "Mohamed el-Bakkali", "Estimado señor El Bakkali:", []),
        ("es", "Marisol Duarte", "Hola, Matías:", WRONG),
        ("es", "Marisol Duarte", "Estimado señor Benhaddou:", WRONG),
        ("es", "Marisol Duarte", "Estimada Sra. Durate:", MISSPELLED),
        ("en", "Sabine Krüger", "Sehr geehrte Frau Adebayo,", WRONG),
        ("en", "Sabine Krüger", "Estimada Sra. Kruger:", []),
    ],
)
def test_salutations_of_other_languages(
    language: str, name: str, line: str, expected: list[str]
) -> None:
    """What greets and what is a title differ; a name is a name, whatever the mail is in."""
    assert greet(line, name, language=language) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Madame, Monsieur,", []),
        ("Madame,", []),
        ("Monsieur le Directeur,", []),
        ("Madame l'Inspectrice,", []),
        ("Madame la Présidente,", []),
        ("Bonjour Madame Le Goff,", []),
        ("Bonjour Maëlle,", []),
        ("Chère Maëlle, cher Jonas,", []),
        ("Bonjour Maëlle LE GOFF,", []),
        ("Bonjour Mme Legoff,", []),
        ("Bonjour Madame Arnaud,", WRONG),
        ("Chère Claire,", WRONG),
        ("Bonjour Madame Le Gof,", MISSPELLED),
    ],
)
def test_french_salutations(line: str, expected: list[str]) -> None:
    """A title may stand alone, and what follows an article is no name."""
    assert greet(line, "Maëlle Le Goff", language="fr") == expected


def test_the_name_of_another_one_met_is_no_slip() -> None:
    """Who is greeted by the colleague's name was mistaken for them, however alike the names."""
    assert greet("Dear Maria,", "Mario Rossi") == MISSPELLED
    assert greet("Dear Maria,", "Mario Rossi", "Maria Bianchi") == WRONG
    assert greet("dear maria,", "Mario Rossi", "Maria Bianchi") == WRONG


def test_the_salutation_may_stand_below_an_address() -> None:
    """Lines of an address or a date are no salutation."""
    address = "Ms Marisol Duarte\nNorthgate Hospital\n12 Harbour Street\n\n"
    assert greet(f"{address}Dear Mr Adebayo,", "Marisol Duarte") == WRONG
    assert greet(f"{address}Dear Ms Duarte,", "Marisol Duarte") == []


def test_the_family_name_may_be_noted_apart() -> None:
    """A name given as a title and family name belongs to the reader, too."""
    reader = dataclasses.replace(MARISOL, name="Marisol D.", family_name="Duarte")
    assert find(BODY.replace("Marisol Duarte,", "Ms Duarte,"), reader=reader) == []


def test_an_address_is_no_name() -> None:
    """An invitation may give no more; then nothing is known about the name."""
    reader = Person("m.duarte@example.com", "m.duarte@example.com")
    assert find(BODY.replace("Marisol Duarte,", "Femi,"), reader=reader) == []


def test_each_note_to_pass_on_is_greeted_rightly() -> None:
    """In a note below its heading the name must be the interviewer's."""
    note = BODY.replace("Dear Marisol Duarte,", "\n\nFor Tom Kessler:\n\nDear {name},")
    body = BODY + note.format(name="Tom")
    assert not NAME_RULES & set(find(body, passed_on=(TOM,)))
    body = BODY + note.format(name="Marisol")
    (finding,) = [f for f in check(body, passed_on=(TOM,)) if f.rule in NAME_RULES]
    assert finding.rule == "wrong-name"
    assert quote(body, finding) == "Marisol"
    assert finding.place is not None
    assert finding.place[0] > len(BODY)
    assert finding.message == "You are writing to Tom Kessler but greet Marisol."


def test_a_slip_is_pointed_at_and_told() -> None:
    """The place is the word itself; the message has both spellings."""
    body = BODY.replace("Marisol Duarte,", "Ms Durate,")
    (finding,) = check(body, subject=SUBJECT)
    assert quote(body, finding) == "Durate"
    assert finding.message == "Is it Duarte? You wrote Durate."


def test_form_and_title_are_those_of_the_one_who_was_greeted() -> None:
    """One mistake is one finding."""
    reader = dataclasses.replace(MARISOL, form_of_address="Ms", title="Dr.")
    assert find(BODY.replace("Marisol Duarte,", "Mr Adebayo,"), reader=reader) == WRONG


@pytest.mark.parametrize(
    ("noted", "word", "is_called"),
    [
        ("Ana Ruiz", "RUIZ", True),
        ("Ana Ruiz", "R", True),
        ("Ana Ruiz", "x", False),
        ("Ana Ruiz", "Жанна", True),
        ("", "Ana", True),
    ],
)
def test_own_names(noted: str, word: str, *, is_called: bool) -> None:
    """What cannot be compared counts as the person's name."""
    assert OwnNames(noted).is_called(word) is is_called
