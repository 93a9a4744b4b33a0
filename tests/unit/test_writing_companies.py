"""What people call a company, and when a text names it."""

import pytest

from service.writing import companies


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("Tidewater Systems GmbH", "Tidewater Systems"),
        ("Hollis & Wren, LLP", "Hollis & Wren"),
        ("Acme Inc.", "Acme"),
        ("Bajo Monte, S.A. de C.V.", "Bajo Monte"),
        ("Lindenau gGmbH", "Lindenau"),
        ("Havelkontor Logistik GmbH & Co. KG", "Havelkontor Logistik"),
        ("Oakfield Pty Ltd", "Oakfield"),
        ("株式会社青葉精機", "青葉精機"),
        ("青葉精機\uff08株\uff09", "青葉精機"),
        ("SA", "SA"),
        ("株式会社", "株式会社"),
        ("Northgate Children's Hospital", "Northgate Children's Hospital"),
    ],
)
def test_say_company(company: str, expected: str) -> None:
    """Nobody says the legal form aloud; a company that is called like one keeps its name."""
    assert companies.say_company(company) == expected


@pytest.mark.parametrize(
    ("company", "text"),
    [
        ("Northgate Children's Hospital", "I want to join Northgate."),
        ("Northgate Children's Hospital", "i want to join northgate children's hospital."),
        ("Northgate Children's Hospital", "Northgate\u2019s wards are calm."),
        ("Northgate Children's Hospital", "I want to join NCH."),
        ("Northgate Children's Hospital", "The Northgate-wide rota is new."),
        ("Tidewater Systems Ltd", "What I saw at Tide Water was new to me."),
        ("Tidewater Systems Ltd", "The TidewaterSystems way is new to me."),
        ("Hollis & Wren", "Being at H&W would suit me."),
        ("Hollis & Wren", "I would join Hollis and Wren."),
        ("University of Leeds", "The library of UoL is open all night."),
        ("Kita Sonnenhügel", "In der Kita Sonnenhuegel war es schön."),
        ("Klinikum Lindenau", "Im Lindenauer Klinikum war es ruhig."),
        ("Gasthaus zum Rehbock AG", "In der Küche des Rehbocks war es warm."),
        ("Stadtwerke Ehrenfurt", "Die Ehrenfurter Stadtwerke gefallen mir."),
        ("Pharmacie du Vieux Port", "J'aimerais travailler au Vieux Port."),
        ("Atelier Roche-Mercier", "J'ai envie de rejoindre l'Atelier Roche-Mercier."),
        ("Hotel Mirador del Sur", "Quiero trabajar en el Mirador."),
        ("Logística Andina S.A.S.", "Quiero ser parte de Logistica Andina."),
        ("株式会社青葉精機", "青葉精機で働きたいです。"),
        ("医療法人清流会 みなづき総合病院", "みなづき総合病院の皆様"),
        ("医療法人清流会 みなづき総合病院", "みなづき病院で働きたいです。"),
        ("City Hospital", "The hospital is close to my heart."),
        ("SAP SE", "I would like to work at SAP."),
        ("3M", "I would like to work at 3M."),
        ("St. Brigid's Academy", "I would love to be part of St Brigids."),
    ],
)
def test_a_company_is_named_in_many_ways(company: str, text: str) -> None:
    """By its name, its initials, one word of it, with endings, accents and spaces aside."""
    assert companies.is_company_named(company, text)


@pytest.mark.parametrize(
    ("company", "text"),
    [
        ("Northgate Children's Hospital", "The hospital plans discharge well for children."),
        ("Tidewater Systems", "Your systems are calm."),
        ("SAP SE", "The sap rises in spring."),
        ("Klinikum Lindenau", "Das Klinikum war ruhig."),
        ("Pharmacie du Vieux Port", "La pharmacie est belle."),
        ("株式会社青葉精機", "貴社で働きたいです。"),
        ("Tidewater Systems", "I want to join Tidewatter."),
    ],
)
def test_what_any_company_might_be_called_names_none(company: str, text: str) -> None:
    """A word for a trade or a kind does not name a company, nor does a misspelling."""
    assert not companies.is_company_named(company, text)


def test_the_short_form_names_a_company() -> None:
    """What the user noted as its short form is its name, too."""
    assert companies.is_company_named("Meridian Alpha Holdings", "I would join MAH.", "MAH")
    assert not companies.is_company_named("Meridian Alpha Holdings", "I would join. Mah!")
    assert companies.is_company_named("North East Housing", "I would join Nehou.", "Nehou")


def test_a_person_of_the_companys_name_does_not_name_it() -> None:
    """To thank "Ms Hollis" is to thank a partner; "at Hollis" is the firm."""
    people = ["Margaret Hollis", "Dana Wren"]
    for text in ("I thank Ms Hollis.", "Margaret Hollis asked me that.", "Best,\nDana Wren"):
        assert not companies.is_company_named("Hollis & Wren", text, None, people)
    assert companies.is_company_named("Hollis & Wren", "I would join Hollis.", None, people)


@pytest.mark.parametrize(
    ("company", "text", "found"),
    [
        ("Riverside General Ltd", "to join Riverside General soon", "Riverside General"),
        ("Stadtwerke Kaltenberg", "bei den Stadtwerken Kaltenberg", "Stadtwerken Kaltenberg"),
        ("Hollis & Wren", "at Hollis and Wren", "Hollis and Wren"),
        ("株式会社花霞堂", "\uff08株\uff09花霞堂\n人事部", "花霞堂"),
        ("丸菱倉庫株式会社", "丸菱倉庫に加わりたい", "丸菱倉庫"),
        ("日本食品株式会社", "日本食品標準成分表を片手に", None),
        ("株式会社みらい", "みらいの海と長く", None),
        ("株式会社みらい", "株式会社みらいの海", "みらい"),
        ("Feld & Labor GmbH", "vom Feld und Labor", None),
        ("Bright Futures", "a bright future, bright futures", None),
        ("Riverside General", "the riverside. General Smith", None),
    ],
)
def test_find_whole(company: str, text: str, found: str | None) -> None:
    """The whole name is found as it is said, with its capitals, as a word of its own."""
    name, words = companies.take_apart(company), companies.read(text)
    places = [text[slice(*place)] for place in companies.find_whole(name, text, words)]
    assert places == ([found] if found else [])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Tidewater", "I would join you.", True),
        ("株式会社青葉精機", "I would join you.", False),
        ("青葉精機", "お話を伺いました。", True),
        ("Tidewater", "お話を伺いました。", False),
        ("!!!", "I would join you.", False),
    ],
)
def test_is_written_as(name: str, text: str, expected: bool) -> None:
    """A text in another script may name it in a way that nobody can look for."""
    assert companies.is_written_as(name, text) is expected
