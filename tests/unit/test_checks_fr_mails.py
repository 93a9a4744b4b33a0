"""What is found in French mails: how they greet, and that they keep to one register."""

import pytest

from service.writing.findings import Finding, Severity
from tests.unit.check_examples import check, write_mail
from tests.unit.french_examples import met, person


def check_french(body: str, form_of_address: str | None = None) -> tuple[Finding, ...]:
    """Return what is found in a mail to Claire Arnaud, who is addressed so."""
    reader = person(form_of_address=form_of_address)
    of = met(reader, company="Northgate Hospital", role="Ward Nurse", reasons="")
    return check(body, reader=reader, of=of)


@pytest.mark.parametrize(
    "greeting",
    [
        "Bonjour Madame Arnaud,",
        "Bonjour Mme ARNAUD,",
        "Chère Claire,",
        "Madame,",
        "Madame la Directrice,",
        "Bonjour chère Madame,",
        "Claire, bonjour,",
        "Hello Claire,",
        "Très chère Madame Arnaud,",
        "À l'attention de Madame Arnaud,",
        "Bonjour Claire, bonjour à toute l'équipe,",
    ],
)
def test_a_right_greeting_is_left_alone(greeting: str) -> None:
    """However the reader is greeted, with or without the name."""
    found = check_french(write_mail(greeting, "fr"), form_of_address="Madame")
    assert [finding.rule for finding in found if finding.severity is not Severity.HINT] == []


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        ("Bonjour Monsieur Arnaud,", "wrong-form-of-address"),
        ("Chère Madame Arnault,", "misspelled-name"),
        ("Bonjour Madame Dupuis,", "wrong-name"),
        ("Madame, Monsieur,", "group-salutation"),
        ("A qui de droit,", "group-salutation"),
        ("Bonjour à toutes et à tous,", "group-salutation"),
        ("À l'attention du service recrutement,", "group-salutation"),
        ("Coucou Claire,", "too-casual"),
        ("Bonsoir Madame Arnaud,", "greeting-time"),
        ("Dear Ms Arnaud,", "mixed-language"),
    ],
)
def test_a_wrong_greeting_is_found(greeting: str, expected: str) -> None:
    """One thing is wrong with it, and one thing is said."""
    found = check_french(write_mail(greeting, "fr"), form_of_address="Madame")
    assert [finding.rule for finding in found] == [expected]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Je pense à ton idée.", ["register-mix"]),
        ("L'enfant m'a dit « tu triches ».", []),
        ("Le ton de la maison me plaît.", []),
    ],
)
def test_one_register_in_a_mail(sentence: str, expected: list[str]) -> None:
    """A stray "tu" is found among "vous"; what others say is theirs."""
    body = write_mail("Bonjour Claire Arnaud,", "fr")
    body = body.replace("Je serais heureux", f"{sentence} Je serais heureux")
    found = check_french(body)
    assert [finding.rule for finding in found] == expected
