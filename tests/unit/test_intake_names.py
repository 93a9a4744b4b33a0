"""Names as calendars show them, read as a greeting may use them."""

import pytest

from service.intake.names import read_name, tidy


@pytest.mark.parametrize(
    ("shown", "full", "given", "family"),
    [
        ("Sabine Krüger", "Sabine Krüger", "Sabine", "Krüger"),
        ("Krüger, Sabine (HR)", "Sabine Krüger", "Sabine", "Krüger"),
        ('"Doe, John"', "John Doe", "John", "Doe"),
        ("Duarte, Marisol [External]", "Marisol Duarte", "Marisol", "Duarte"),
        ("Krüger, Sabine, HR", "Sabine Krüger", "Sabine", "Krüger"),
        ("Smith, John, Jr.", "John Smith Jr.", "John", "Smith Jr."),
        ("Acme GmbH, Sabine Krüger", "Sabine Krüger", "Sabine", "Krüger"),
        ("Rosa Whitlock/Harborlight", "Rosa Whitlock", "Rosa", "Whitlock"),
        ("CN=Jane Doe/OU=Sales/O=Example", "Jane Doe", "Jane", "Doe"),
        ("Marisol Duarte | Tidewater", "Marisol Duarte", "Marisol", "Duarte"),
        ("Marisol Duarte - Tidewater", "Marisol Duarte", "Marisol", "Duarte"),
        ("Marisol Duarte via Calendly", "Marisol Duarte", "Marisol", "Duarte"),
        ("Marisol Duarte (she/her)", "Marisol Duarte", "Marisol", "Duarte"),
        ("Marisol Duarte <m@x.example>", "Marisol Duarte", "Marisol", "Duarte"),
        ("'Marisol Duarte'", "Marisol Duarte", "Marisol", "Duarte"),
        ("😀 Marisol Duarte", "Marisol Duarte", "Marisol", "Duarte"),
        ("Sabine\r\nKrüger", "Sabine Krüger", "Sabine", "Krüger"),
        ("MARISOL DUARTE", "Marisol Duarte", "Marisol", "Duarte"),
        ("marisol duarte", "Marisol Duarte", "Marisol", "Duarte"),
        ("KRÜGER, SABINE", "Sabine Krüger", "Sabine", "Krüger"),
        ("O'NEILL, SEAN", "Sean O'Neill", "Sean", "O'Neill"),
        ("McDONALD, RONA", "Rona McDonald", "Rona", "McDonald"),
        ("Clara MOREL", "Clara Morel", "Clara", "Morel"),
        ("MOREL Clara", "Clara Morel", "Clara", "Morel"),
        ("DE LA CRUZ Maria", "Maria de la Cruz", "Maria", "de la Cruz"),
        ("Philippe EXT_BERTHIER", "Philippe Berthier", "Philippe", "Berthier"),
        ("Jan van der Berg", "Jan van der Berg", "Jan", "van der Berg"),
        ("van der Berg, Jan", "Jan van der Berg", "Jan", "van der Berg"),
        ("Berg, Jan van der", "Jan van der Berg", "Jan", "van der Berg"),
        ("VAN DER BERG, JAN", "Jan van der Berg", "Jan", "van der Berg"),
        ("María de la Cruz", "María de la Cruz", "María", "de la Cruz"),
        ("José Ramón García y Vega", "José Ramón García y Vega", "José Ramón", "García y Vega"),
        ("Anna-Maria Müller-Lüdt", "Anna-Maria Müller-Lüdt", "Anna-Maria", "Müller-Lüdt"),
        ("Charles d'Artois", "Charles d'Artois", "Charles", "d'Artois"),
        ("John Q. Public", "John Q. Public", "John", "Public"),
        ("John Smith Jr.", "John Smith Jr.", "John", "Smith Jr."),
        ("Jane Doe, PhD", "Jane Doe", "Jane", "Doe"),
        ("Jane Doe MBA", "Jane Doe", "Jane", "Doe"),
    ],
)
def test_name_is_read_as_the_greeting_says_it(
    shown: str, full: str, given: str, family: str
) -> None:
    """Order, case, companies and quotes are those of address books, not of letters."""
    name = read_name(shown)
    assert (name.full, name.given, name.family) == (full, given, family)


@pytest.mark.parametrize(
    "shown",
    [
        "Marisol Duarte López",
        "Nguyen Van An",
        "Kim Petersen",
        "佐藤 花子",
        "김민수",
        "Иванов Иван",
        "علی رضایی",
        "Rosa",
    ],
)
def test_parts_that_cannot_be_told_apart_stay_open(shown: str) -> None:
    """Two surnames or two given names, an order by family or another script: nothing is guessed."""
    name = read_name(shown)
    assert (name.full, name.given, name.family) == (shown, None, None)


@pytest.mark.parametrize(
    ("shown", "full", "title", "form"),
    [
        ("Prof. Dr. Hans Müller", "Hans Müller", "Prof. Dr.", None),
        ("Müller, Dr. Hans", "Hans Müller", "Dr.", None),
        ("Dr. med. Anna Vogt", "Anna Vogt", "Dr. med.", None),
        ("Dr Anna Vogt", "Anna Vogt", "Dr.", None),
        ("Frau Sabine Krüger", "Sabine Krüger", None, "Frau"),
        ("Mr. John Smith", "John Smith", None, "Mr"),
        ("Frau Dr. Vogt", "Vogt", "Dr.", "Frau"),
        ("Fr. Ted Byrne", "Ted Byrne", None, None),
        ("Mag Ruane", "Mag Ruane", None, None),
        ("Ing. Petr Novák", "Petr Novák", "Ing.", None),
    ],
)
def test_titles_are_taken_apart(shown: str, full: str, title: str | None, form: str | None) -> None:
    """A title and a form of address are kept beside the name; ambiguous ones are only cut."""
    name = read_name(shown)
    assert (name.full, name.title, name.form_of_address) == (full, title, form)


@pytest.mark.parametrize(
    ("shown", "address", "full", "note"),
    [
        ("m.duarte@x.example", "m.duarte@x.example", "", "no name was given"),
        (
            "marisol.duarte@x.example",
            "marisol.duarte@x.example",
            "Marisol Duarte",
            "guessed from the address",
        ),
        ("", "marisol_duarte@x.example", "Marisol Duarte", "guessed from the address"),
        ("'sk2@x.example'", "sk2@x.example", "", "no name was given"),
        ("", "talent.team@x.example", "", "no name was given"),
        ("", None, "", "no name was given"),
        ("\x00\u202e", None, "", "no name was given"),
    ],
)
def test_name_from_an_address_is_plain_and_flagged_or_none(
    shown: str, address: str | None, full: str, note: str
) -> None:
    """Only first.last is proposed; anything else would be invented."""
    name = read_name(shown, address)
    assert (name.full, name.note) == (full, note)


@pytest.mark.parametrize(
    "shown", ["Talent Acquisition Team", "HR", "Google Calendar", "Meeting bot", "123"]
)
def test_team_is_not_a_person(shown: str) -> None:
    """A mailbox has no given name."""
    name = read_name(shown)
    assert (name.is_person, name.given, name.full) == (False, None, shown)


def test_shortening_is_said() -> None:
    """The user sees that the name is not all that the calendar shows."""
    assert read_name("Sabine Krüger (HR)").note == "shortened from what the calendar shows"
    assert read_name("Sabine Krüger").note is None


def test_tidy_leaves_joiners_and_takes_controls() -> None:
    """Zero-width joiners spell Persian and Hindi names; other invisible characters may deceive."""
    assert tidy("a\u200cb\u202e\x07 \ud800c\u2028d") == "a\u200cb c d"
