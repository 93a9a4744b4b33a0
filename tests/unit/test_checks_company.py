"""The company's name in a mail: the right one, spelled right, and no other one; and the role."""

import pytest

from service.records import Person
from service.writing.findings import Severity, Where
from tests.unit.check_examples import BODY, MARISOL, check, find, quote
from tests.unit.writing_examples import interview

RULES = {"wrong-company", "misspelled-company", "no-company", "no-role"}
JOIN = "I would love to join Northgate as a ward nurse."


def tell(sentence: str, company: str = "Northgate Hospital", *others: str, **more: str) -> set[str]:
    """Return what is found about names in a mail that says this and names the company nowhere."""
    body = BODY.replace("I would love to join Northgate as a ward nurse.", sentence)
    body = more.pop("greeting", "Dear Marisol Duarte,") + body.removeprefix("Dear Marisol Duarte,")
    language = more.pop("language", "en")
    found = find(body, company=company, other_companies=others, language=language)
    return RULES & set(found)


@pytest.mark.parametrize(
    ("sentence", "other"),
    [
        ("I would love to join Riverside General as a ward nurse.", "Riverside General"),
        ("I would love to join Riverside as a ward nurse.", "Riverside General Hospital"),
        ("Oakfield treats its nurses well, and I want to join as a ward nurse.", "Oakfield Clinic"),
        ("What I saw of Oakfield's nurse rota makes me want to join.", "Oakfield Clinic Ltd"),
        ("I would be glad to be part of the Oakfield nurse team.", "Oakfield Clinic"),
        ("I would love to be a nurse at Target.", "Target"),
        ("I would love to work for Bloom as a nurse.", "Bloom Ltd"),
        ("I want to be part of Apple as a nurse.", "Apple"),
        ("I would love to join Hollis and Wren as a nurse.", "Hollis & Wren LLP"),
        ("I would love to join the nurses at SAP.", "SAP SE"),
        ("Marlow Street is where a nurse like me should be.", "Marlow Street Bank"),
        ("I would love to join the nurses of Feld & Labor.", "Feld & Labor GmbH"),
    ],
)
def test_wrong_company(sentence: str, other: str) -> None:
    """A name left over from another application is found, whole or by the word that tells it."""
    assert tell(sentence, "Northgate Hospital", "Marsh House", other) == {"wrong-company"}


@pytest.mark.parametrize(
    ("sentence", "other"),
    [
        ("Your target of no falls this winter made me want to join.", "Target"),
        ("Target times are met here because people talk.", "Target"),
        ("The Apple pie in the canteen was good.", "Apple"),
        ("We talked over apple pie. Apple trees stand in the yard.", "Apple"),
        ("The ward will bloom under you.", "Bloom"),
        ("The path by the riverside is how I would come to work.", "Riverside General"),
        ("I live in Oakfield, ten minutes away.", "Oakfield Clinic"),
        ("I would move from Calder, where I grew up.", "Calder Water"),
        ("The Calder valley is where I grew up.", "Calder Water"),
        ("I live on Marlow Street, behind the ward.", "Marlow Street Bank"),
        ("I would start before Easter.", "Easter Makers"),
        ("The nurse Mr Brannock told me about is retiring.", "Brannock Marine"),
        ("Please thank Anna Brannock as well.", "Brannock Marine"),
        ("I have worked at Riverside General for six years.", "Riverside General"),
        ("After six years at Riverside General I am ready for nights.", "Riverside General"),
        ("Nothing shows a team like its nights.", "Nights Ltd"),
        ("I have used Oracle and Excel for rotas.", "Oracle"),
        ("The field and the lab are far apart.", "Field & Lab"),
        ("A general saint could not be calmer.", "Saint General"),
    ],
)
def test_wrong_company_leaves_words_places_and_people_alone(sentence: str, other: str) -> None:
    """A word is a company only where it can be nothing else."""
    assert tell(f"{sentence} {JOIN}", "Northgate Hospital", other) == set()


@pytest.mark.parametrize(
    "other",
    [
        "Northgate",
        "Northgate Hospital",
        "Northgate Hospital Ltd",
        "Hospital",
        "Northgate Dental Care",
        "Duarte & Partners",
        "Ward Nurse Agency",
    ],
)
def test_the_interviews_own_names_are_no_other_companys(other: str) -> None:
    """Two companies may share a word, and a company may be called like a person."""
    text = "I would love to join Northgate Hospital as a ward nurse."
    assert tell(text, "Northgate Hospital", other) == set()


def test_the_agency_is_no_other_company() -> None:
    """An agency that also hires for itself may be named as the agency it is."""
    of = interview(MARISOL, company="Northgate Hospital", agency="Rourke Staffing")
    body = BODY.replace("on Tuesday", "on Tuesday, which Rourke Staffing arranged")
    found = find(body, of=of, other_companies=("Rourke Staffing", "Rourke"))
    assert "wrong-company" not in found


def test_wrong_company_points_at_the_name_once() -> None:
    """Each other company is one finding, wherever it stands first."""
    body = BODY.replace(JOIN, "I would love to join Oakfield Clinic. Oakfield is calm. A nurse.")
    (finding,) = check(body, other_companies=("Oakfield Clinic",))
    assert (finding.rule, finding.severity) == ("wrong-company", Severity.ERROR)
    assert quote(body, finding) == "Oakfield Clinic"
    assert finding.message == "“Oakfield Clinic” is a different application."
    (in_subject,) = check(
        BODY, subject="Oakfield Clinic, Ward Nurse: thanks", other_companies=("Oakfield Clinic",)
    )
    assert (in_subject.where, in_subject.place) == (Where.SUBJECT, (0, 15))


@pytest.mark.parametrize(
    ("sentence", "other", "is_wrong"),
    [
        ("Ich möchte gern bei Rautenberg anfangen.", "Kanzlei Rautenberg", True),
        ("Ich möchte gern bei den Stadtwerken Kaltenberg anfangen.", "Stadtwerke Kaltenberg", True),
        ("Wir kamen vom Feld ins Labor.", "Feld & Labor GmbH", False),
        ("Der Anker hielt, und die Brücke auch.", "Anker GmbH", False),
        ("Die Messtechnik gefiel mir.", "Messtechnik Huber GmbH", False),
        ("Ich möchte gern bei Anker anfangen.", "Anker GmbH", True),
    ],
)
def test_wrong_company_in_a_language_whose_nouns_have_capitals(
    sentence: str, other: str, is_wrong: bool
) -> None:
    """Behind an article a German word is a noun; behind "bei" it is a house."""
    text = f"{sentence} Northgate als Ward Nurse."
    found = tell(text, "Northgate Hospital", other, language="de")
    assert found == ({"wrong-company"} if is_wrong else set())


@pytest.mark.parametrize(
    ("company", "sentence", "wanted", "written"),
    [
        ("Tidewater Systems", "I would join Tidewatter as a nurse.", "Tidewater", "Tidewatter"),
        ("Tidewater Systems", "I would join Tidwater Systems as nurse.", "Tidewater", "Tidwater"),
        ("Tidewater Systems", "A nurse would thrive at Tidewaterr.", "Tidewater", "Tidewaterr"),
        ("Tidewater Systems", "Tidewatre needs a nurse like me.", "Tidewater", "Tidewatre"),
        ("Hollis & Wren", "I would join Holis & Wren as a nurse.", "Hollis", "Holis"),
        ("Hollis & Wren", "I would join Hollis and Wrenn as a nurse.", "Wren", "Wrenn"),
        ("Puente Nuevo", "As a nurse at Puente Nuebo I would grow.", "Nuevo", "Nuebo"),
        ("St Brigid's Academy", "I would join St Bridig's as a nurse.", "Brigid", "Bridig"),
        ("Lidell", "I would be a nurse at Liddell.", "Lidell", "Liddell"),
    ],
)
def test_misspelled_company(company: str, sentence: str, wanted: str, written: str) -> None:
    """A slip in the name is found, and the name without it is told."""
    body = BODY.replace(JOIN, sentence)
    (finding,) = (f for f in check(body, company=company) if f.rule in RULES)
    assert (finding.rule, finding.severity) == ("misspelled-company", Severity.ERROR)
    assert quote(body, finding) == written
    assert finding.message == f"Is it {wanted}? You wrote {written}."


@pytest.mark.parametrize(
    ("company", "sentence"),
    [
        ("Tidewater Systems", "The Tidewaters of this world need a nurse."),
        ("Tidewater Systems", "I would join Tidewater, a Tidewatery nurse."),
        ("Norwood Care", "I would join Norwood. I trained in Norway as a nurse."),
        ("Lindenau", "The Lindenauer nurse I met is calm."),
        ("Sonnenhügel", "As a nurse at Sonnenhuegel I would grow."),
        ("Sahyadri Motors", "As a nurse at Sahyadri Motor I would grow."),
        ("Northgate Children's Hospital", "As a nurse at Northgate Childrens Hospital I'd grow."),
    ],
)
def test_forms_of_the_name_are_no_slips(company: str, sentence: str) -> None:
    """Endings, accents and apostrophes are as the sentence needs them."""
    assert tell(sentence, company) == set()


@pytest.mark.parametrize(
    ("company", "sentence"),
    [
        ("Whither Ltd", "Whether you choose me or not, I learned much as a nurse."),
        ("Thrice", "Three of your nurses trained me. Thrive is the word."),
        ("Jansen", "As a nurse I thank Mr Hansen and Anna Janssen, who met me."),
        ("Marten", "In March I could start as a nurse."),
        ("Fridan", "On Friday I am on duty as a nurse."),
        ("Duartes", "As a nurse I could learn from Marisol Duarte."),
        ("Calden", "The nurse home is in Calder."),
        ("Kestrel", "Nurses like Kestral Jones taught me."),
        ("Ward", "I would be glad to be a nurse on the Wart."),
    ],
)
def test_other_names_and_words_are_no_slips(company: str, sentence: str) -> None:
    """A word, a place, a day or a person near the company's name is only that."""
    assert tell(sentence, company) in (set(), {"no-company"})


@pytest.mark.parametrize(
    ("company", "sentence", "is_slip"),
    [
        ("Klinikum Lindenau", "Im Klinikum Lindenhau möchte ich anfangen.", True),
        ("Gasthaus zum Rehbock AG", "Gern würde ich im Rehbok arbeiten.", True),
        ("Quittenwerk GmbH", "Gern käme ich zu Quitenwerk.", True),
        ("Kranich AG", "Die Kranken liegen mir am Herzen.", False),
        ("Brandt GmbH", "Der Brand im Lager war schlimm.", False),
        ("Feldner GmbH", "Die Felder sind weit.", False),
        ("Stadtwerke Ehrenfurt", "Die Ehrenfurter Stadtwerke gefallen mir.", False),
        ("Sonnentau", "Die Sonnentage waren schön.", False),
    ],
)
def test_slips_among_nouns_with_capitals(company: str, sentence: str, is_slip: bool) -> None:
    """A German noun that resembles the name is a noun; a slip inside the name is one."""
    assert ("misspelled-company" in tell(sentence, company, language="de")) is is_slip


@pytest.mark.parametrize(
    ("company", "first_line", "expected"),
    [
        ("東和ロジテック株式会社", "東和ロジテクス株式会社", {"misspelled-company"}),
        ("北陸鋳造株式会社", "北陸鋳像株式会社", {"misspelled-company"}),
        ("株式会社青葉精機", "株式会社青葉製機", {"misspelled-company"}),
        ("株式会社青葉精機", "青葉精機株式会社", set()),
        ("東和ロジテック株式会社", "東和ロジテック㈱", set()),
        ("医療法人清流会 みなづき総合病院", "みなづき総合病院", set()),
        ("東和ロジテック株式会社", "Tidewater", {"no-company"}),
    ],
)
def test_slips_where_no_spaces_part_words(
    company: str, first_line: str, expected: set[str]
) -> None:
    """A Japanese name is compared sign by sign where it stands beside its legal form, or alone."""
    body = (
        f"{first_line}\n渡邉 佳奈 様\n\n面接のお時間をいただき、ありがとうございました。"
        "病棟看護師として貴社で働きたいです。\n\n佐々木 翔"
    )
    reader = Person("渡邉 佳奈", "k@example.com")
    found = find(body, reader=reader, company=company, role="病棟看護師", language="ja")
    assert RULES & set(found) == expected


@pytest.mark.parametrize(
    ("sentence", "greeting", "expected"),
    [
        ("I would love to join you as a ward nurse.", "Dear Marisol Duarte,", {"no-company"}),
        ("I would love to join the hospital as a nurse.", "Dear Marisol Duarte,", {"no-company"}),
        ("I would love to join you as a nurse.", "Hello Northgate,", {"no-company"}),
        ("I would love to join Northgate as a nurse.", "Dear Marisol Duarte,", set()),
        ("I would love to join NORTHGATE as a nurse.", "Dear Marisol Duarte,", set()),
        ("I would love to join northgate as a nurse.", "Dear Marisol Duarte,", set()),
    ],
)
def test_no_company(sentence: str, greeting: str, expected: set[str]) -> None:
    """It is named once, somewhere but in the greeting."""
    assert tell(sentence, greeting=greeting) == expected


def test_no_company_is_silent_about_a_name_in_another_script() -> None:
    """How it would be written in this mail nobody can know; nor is an empty name looked for."""
    nothing = "I would love to join you as a ward nurse."
    assert tell(nothing, "株式会社青葉精機") == set()
    assert tell(nothing, "") == set()


def test_a_company_named_in_the_subject_is_named() -> None:
    """The subject says it as well as the body."""
    body = BODY.replace("join Northgate", "join you")
    assert "no-company" not in find(body, subject="Thank you, Ward Nurse at Northgate")
    assert "no-company" in find(body)


@pytest.mark.parametrize(
    ("role", "said", "expected"),
    [
        ("Welder", "I would be glad to join Northgate.", {"no-role"}),
        ("Welder", "I would be glad to do the welding at Northgate.", set()),
        ("Teacher of Geography", "I would be glad to teach at Northgate.", set()),
        ("IT Lead (m/f/d)", "I would be glad to run IT at Northgate.", set()),
        ("IT Support (m/f/d)", "I would be glad to run it at Northgate.", {"no-role"}),
        ("和菓子職人", "I would be glad to join Northgate.", set()),
        ("", "I would be glad to join Northgate.", set()),
    ],
)
def test_no_role(role: str, said: str, expected: set[str]) -> None:
    """Some word of the role, in whatever form, places the mail."""
    body = BODY.replace(JOIN, said)
    found = check(body, subject="Thank you for Tuesday", role=role)
    assert {f.rule for f in found} & RULES == expected
    assert all(f.severity is Severity.HINT for f in found if f.rule == "no-role")
