"""The language and the register of a mail: one of each, and the reader's."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from service.records import Person
from service.writing import languages
from tests.unit.check_examples import BODIES, BODY, MARISOL, TOM, check, find, quote, write_mail

RULES = {"other-language", "mixed-language", "register-mix"}
GREETINGS = {
    "en": "Dear Marisol Duarte,",
    "de": "Guten Tag Marisol Duarte,",
    "fr": "Bonjour Marisol Duarte,",
    "es": "Buenos días, Marisol Duarte:",
}
SILENCED = {"no-thanks", "no-interest", "no-closing", "generic", "mixed-language", "register-mix"}

_DATA = Path(__file__).parents[1] / "data" / "other-languages.toml"
OTHERS = tomllib.loads(_DATA.read_text(encoding="utf-8"))["texts"]


def judge(body: str, language: str = "en", reader: Person = MARISOL) -> list[str]:
    """Return which rules about language find something in a body."""
    return [rule for rule in find(body, language=language, reader=reader) if rule in RULES]


@pytest.mark.parametrize("written", BODIES)
@pytest.mark.parametrize("wanted", BODIES)
def test_other_language_between_the_languages_we_write(written: str, wanted: str) -> None:
    """A whole mail in another language than the reader's is an error, and nothing else."""
    body = write_mail(GREETINGS[written], written)
    found = find(body, language=wanted)
    assert ("other-language" in found) is (written != wanted)
    assert written == wanted or not SILENCED & set(found)


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other["tag"])
def test_other_language_of_the_world(other: dict[str, str]) -> None:
    """Languages that we do not write are told, too, by words or by letters."""
    body = f"Dear Ms Duarte,\n\n{other['text']}\n\nKind regards,\nHannah Whitlock"
    (finding,) = [f for f in check(body) if f.rule in RULES]
    assert finding.rule == "other-language"
    assert finding.message == f"This mail is to be in English, but reads as {other['name']}."


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other["tag"])
def test_a_mail_in_the_readers_language_is_right(other: dict[str, str]) -> None:
    """Also in a language without word lists of its own."""
    assert languages.find_other(other["text"], other["tag"]) is None
    assert languages.find_other(other["text"], "en") == other["name"]
    assert languages.find_other(BODY, other["tag"]) == "English"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Merci, danke, gracias.", "en"),
        ("Der Zug war weg.", "en"),
        ("", "en"),
        ("1, 2, 3 ... 40 000 km; www.northgate.example/de/die/der/das/und/ist", "en"),
        ("Kiitos ajastasi tiistaina ja siitä että sain nähdä osaston, se oli hienoa.", "xx"),
    ],
)
def test_what_cannot_be_told_is_not_said(text: str, language: str) -> None:
    """Few words tell nothing, nor does a language that is not known."""
    assert languages.find_other(text, language) is None


@pytest.mark.parametrize(
    ("extra", "language"),
    [
        (
            "Am Eingang steht „The customer is not always right but always a customer“.",
            "de",
        ),
        (
            "Pair Programming, Code Reviews, Feature Flags und Blue-Green-Deployment kenne ich.",
            "de",
        ),
        ("Ich kenne Excel, Power BI, Outlook, Teams und das Hospital Information System.", "de"),
        ("« I would love to be a part of it », comme on dit chez vous.", "fr"),
        ('Mi abuelo decía "sense presses però sense pauses", y así trabajo.', "es"),
        ("I sang Die Forelle and La donna è mobile at the home in Rue de la Paix.", "en"),
    ],
)
def test_quotations_and_names_in_another_language(extra: str, language: str) -> None:
    """What is quoted or called something does not make the mail another's."""
    body = write_mail(GREETINGS[language], language)
    before, after = body.split("\n\n", 2)[:2], body.split("\n\n", 2)[2]
    assert judge("\n\n".join([*before, extra, after]), language) == []


def test_each_note_to_pass_on_has_its_readers_language() -> None:
    """A note is held against the language of the one it is for."""
    uwe = Person("Uwe Kern", language="de")
    german = write_mail("Guten Tag Uwe Kern,", "de")
    english = BODY.replace("Marisol Duarte", "Uwe Kern")
    heading = "\n\nFor Uwe Kern:\n\n"
    assert "other-language" not in find(BODY + heading + german, passed_on=(uwe,))
    (finding,) = [
        f for f in check(BODY + heading + english, passed_on=(uwe,)) if f.rule == "other-language"
    ]
    assert finding.place is not None
    assert finding.place[0] > len(BODY)
    assert "other-language" in find(BODY + "\n\nFor Tom Kessler:\n\n" + german, passed_on=(TOM,))


@pytest.mark.parametrize(
    ("greeting", "language", "expected"),
    [
        ("Sehr geehrte Frau Duarte,", "en", True),
        ("Estimada Sra. Duarte:", "en", True),
        ("Hola Marisol,", "en", True),
        ("Bonjour Marisol,", "en", True),
        ("Dear Marisol,", "es", True),
        ("Dear Ms. Duarte,", "de", True),
        ("Bonjour Madame Duarte,", "de", True),
        ("Guten Tag Frau Duarte,", "fr", True),
        ("Dear Señora Duarte,", "en", False),
        ("Dr Duarte,", "en", False),
        ("Frau Duarte,", "en", False),
        ("Marisol,", "en", False),
        ("Hi Marisol,", "de", False),
        ("Estimada Ms. Duarte:", "es", False),
    ],
)
def test_mixed_language(greeting: str, language: str, *, expected: bool) -> None:
    """The greeting's words tell its language; a title or a name may be anybody's."""
    found = judge(write_mail(greeting, language), language)
    assert found == (["mixed-language"] if expected else [])


def test_mixed_language_says_both() -> None:
    """The place is the greeting."""
    body = write_mail("Sehr geehrte Frau Duarte,")
    (finding,) = [f for f in check(body) if f.rule in RULES]
    assert finding.message == "The greeting is in German, the text in English."
    assert quote(body, finding) == "Sehr geehrte Frau Duarte"


@pytest.mark.parametrize(
    ("greeting", "sentence", "language"),
    [
        ("Guten Tag Marisol Duarte,", "Ich fand schön, wie du mir alles gezeigt hast.", "de"),
        ("Sehr geehrte Frau Duarte,", "Über deine Antwort würde ich mich sehr freuen.", "de"),
        ("Bonjour Marisol Duarte,", "Ton accueil m'a beaucoup touchée, et je te remercie.", "fr"),
        ("Estimada Sra. Duarte:", "Me gustó mucho lo que me contaste de tu equipo.", "es"),
        ("Buenos días, Marisol:", "Como usted dice, hay que empezar por ti.", "es"),
    ],
)
def test_register_mix(greeting: str, sentence: str, language: str) -> None:
    """One reader is addressed in one register."""
    first, rest = write_mail(greeting, language).split("\n\n", 1)
    assert judge(f"{first}\n\n{sentence} {rest}", language) == ["register-mix"]


@pytest.mark.parametrize(
    ("greeting", "sentence", "language"),
    [
        ("Guten Tag Marisol Duarte,", "Die Kolleginnen waren nett. Sie haben mir geholfen.", "de"),
        ("Guten Tag Marisol Duarte,", "Die Station gefiel mir, weil sie so ruhig ist.", "de"),
        ("Guten Tag Marisol Duarte,", "„Du schaffst das“, sagte man mir dort.", "de"),
        ("Sehr geehrte Frau Duarte,", "Das Haus war schön, und ihre Zimmer hell.", "de"),
        ("Buenos días, Marisol Duarte:", "«Tú mira y calla», me decían.", "es"),
    ],
)
def test_words_that_only_look_like_a_register(greeting: str, sentence: str, language: str) -> None:
    """They in the third person, and what somebody else said, address nobody."""
    first, rest = write_mail(greeting, language).split("\n\n", 1)
    assert judge(f"{first}\n\n{sentence} {rest}", language) == []


def test_friends_write_of_others_in_the_third_person() -> None:
    """In a mail with du, a "Sie" that begins a sentence is somebody else."""
    body = (
        "Hallo Marisol,\n\ndanke, dass du mir am Dienstag die Station gezeigt hast. Die Teams sind "
        "klein. Sie planen die Entlassung vom ersten Tag an: Ihre Listen hängen im Flur. Bei euch "
        "möchte ich sehr gern anfangen, am liebsten als Ward Nurse bei Northgate.\n\n"
        "Ich freue mich auf deine Antwort.\n\nViele Grüße\nHannah Whitlock"
    )
    assert judge(body, "de") == []
    assert judge(body.replace("deine Antwort", "Ihre Antwort"), "de") == ["register-mix"]


def test_the_rarer_register_is_the_slip() -> None:
    """It is pointed at; the message has a word of both."""
    body = write_mail("Guten Tag Marisol Duarte,", "de").replace("darauf, von", "darauf, dich und")
    (finding,) = [f for f in check(body, language="de") if f.rule in RULES]
    assert quote(body, finding) == "dich"
    assert finding.message == "You mix two ways to address the reader: “Ihr” and “dich”."


def test_the_users_words_in_another_language_between_ours_are_found() -> None:
    """A mail whose language was not said has English sentences around German ones."""
    line = "Sie haben mir gezeigt, wie die Lehrlinge von Anfang an mit auf die Baustelle gehen."
    reader = dataclasses.replace(MARISOL, line=line)
    body = BODY.replace("I look forward", f"{line} I look forward")
    (found,) = [each for each in check(body, reader=reader) if each.rule == "other-language"]
    assert quote(body, found) == line
    english = "You showed me how the apprentices go out to the building site from the first day on."
    reader = dataclasses.replace(MARISOL, line=english)
    assert find(BODY.replace("I look forward", f"{english} I look forward"), reader=reader) == []
