"""Mails in Spanish: the salutation, days, roles, the user's words, and whole mails."""

import dataclasses
import itertools
import re
from datetime import date, timedelta

import pytest

from service.records import Kind, Person, Text
from service.writing import anatomy, companies, days, names, sentences
from service.writing.checks import OtherNote
from service.writing.salutations import greet
from service.writing.similarity import similarity
from tests.unit.spanish_examples import (
    BERLIN,
    ES,
    LEIRE,
    LINES,
    MADRID,
    MEXICO,
    PANEL,
    REASONS,
    ROLES,
    body_of,
    find,
    met,
    person,
    write,
)
from tests.unit.writing_examples import WEDNESDAY


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        ({}, "Buenos días, Marisol Duarte:"),
        ({"given_name": "Marisol"}, "Buenos días, Marisol Duarte:"),
        ({"form_of_address": "Señora", "family_name": "Duarte"}, "Estimada Sra. Duarte:"),
        ({"form_of_address": "Ms", "family_name": "Duarte"}, "Estimada Sra. Duarte:"),
        ({"form_of_address": "Frau", "family_name": "Duarte"}, "Estimada Sra. Duarte:"),
        ({"form_of_address": "sr.", "family_name": "Duarte"}, "Estimado Sr. Duarte:"),
        ({"form_of_address": "Monsieur"}, "Estimado Sr. Marisol Duarte:"),
        ({"form_of_address": "srta", "family_name": "Duarte"}, "Estimada Srta. Duarte:"),
        (
            {"form_of_address": "doña", "given_name": "Marisol", "family_name": "Duarte"},
            "Estimada doña Marisol:",
        ),
        ({"form_of_address": "don"}, "Estimado don Marisol Duarte:"),
        ({"title": "Dra.", "family_name": "Duarte"}, "Estimada Dra. Duarte:"),
        ({"title": "Dr.", "family_name": "Duarte"}, "Buenos días, Dr. Duarte:"),
        (
            {"title": "Dr.", "form_of_address": "Sra.", "family_name": "Duarte"},
            "Estimada Dra. Duarte:",
        ),
        (
            {"title": "Prof. Dr.", "form_of_address": "Frau", "family_name": "Duarte"},
            "Estimada Prof. Dra. Duarte:",
        ),
        (
            {"title": "Profesor", "form_of_address": "Señor", "family_name": "Duarte"},
            "Estimado profesor Duarte:",
        ),
        (
            {"title": "Profesor", "form_of_address": "Señora", "family_name": "Duarte"},
            "Estimada profesora Duarte:",
        ),
        ({"title": "Ingeniera", "family_name": "Duarte"}, "Estimada ingeniera Duarte:"),
        (
            {"title": "lic", "form_of_address": "Señora", "family_name": "Duarte"},
            "Estimada Lic. Duarte:",
        ),
        ({"title": "Ing.", "family_name": "Duarte"}, "Buenos días, Ing. Duarte:"),
        ({"form_of_address": "tú", "given_name": "Marisol"}, "Hola, Marisol:"),
        ({"form_of_address": "vos", "given_name": "Marisol"}, "Hola, Marisol:"),
        ({"form_of_address": "first name", "given_name": "Marisol"}, "Hola, Marisol:"),
        ({"form_of_address": "du"}, "Hola, Marisol Duarte:"),
        ({"form_of_address": "Mx", "family_name": "Duarte"}, "Buenos días, Marisol Duarte:"),
        ({"form_of_address": "algo"}, "Buenos días, Marisol Duarte:"),
    ],
)
def test_greet(noted: dict[str, str], expected: str) -> None:
    """What is noted is used, in whatever language; nothing is guessed from a first name."""
    reader = person(**noted)
    assert greet(reader, met(reader), "ES", "es", ES.salutation) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Soledad de la Fuente Lluch", "Buenos días, Soledad de la Fuente Lluch:"),
        ("Mohamed el-Bakkali", "Buenos días, Mohamed el-Bakkali:"),
        ("高橋 誠", "Buenos días, 高橋 誠:"),
        ("Zoraida", "Buenos días, Zoraida:"),
    ],
)
def test_a_name_stays_as_it_was_typed(name: str, expected: str) -> None:
    """Particles, hyphens, other scripts and single names are somebody's own."""
    reader = person(name)
    assert greet(reader, met(reader), None, "es", ES.salutation) == expected


@pytest.mark.parametrize(
    ("sent_on", "expected"),
    [(WEDNESDAY, "del martes"), (WEDNESDAY + timedelta(days=9), "del martes 8 de diciembre")],
)
def test_name_day(sent_on: date, expected: str) -> None:
    """The weekday within a week of sending, else the date."""
    named = days.name_day(date(2026, 12, 8), sent_on, "ES", ES.dates)
    assert named["of_day"] == expected
    assert named["on_day"] == expected.replace("del", "el", 1)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("Enfermera de UCI", "del puesto de Enfermera de UCI"),
        ("Site Engineer (m/f/d)", "del puesto de Site Engineer"),
        ("Jefe/a de sala", "del puesto de Jefe/a de sala"),
    ],
)
def test_say_the_role(role: str, expected: str) -> None:
    """A role of any gender stands after the same words."""
    assert names.say_of_role(role, ES.names)["of_the_role"] == expected


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("Electromecánica del Bajío, S.A. de C.V.", "Electromecánica del Bajío"),
        ("Logística Andina S.A.S.", "Logística Andina"),
        ("NUDO Textil, S.L.", "NUDO Textil"),
        ("Panadería Luz Ltda.", "Panadería Luz"),
    ],
)
def test_say_the_company(company: str, expected: str) -> None:
    """Nobody says the legal form aloud."""
    assert companies.say_company(company) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Me gustó. La Sra. Ruiz fue clara.", ["Me gustó.", "La Sra. Ruiz fue clara."]),
        (
            "Vi el n.º 3. ¿Por qué no? Quiero estar.",
            ["Vi el n.º 3.", "¿Por qué no?", "Quiero estar."],
        ),
        (
            "Dijo «Aquí no se corre. Nunca.» Me convenció.",
            ["Dijo «Aquí no se corre. Nunca.»", "Me convenció."],
        ),
        ("¡Qué bien! Ud. lo sabe, p. ej. Luis no.", ["¡Qué bien!", "Ud. lo sabe, p. ej. Luis no."]),
        ("Ver pág. 4 y art. 12. Fin.", ["Ver pág. 4 y art. 12.", "Fin."]),
    ],
)
def test_split_into_sentences(text: str, expected: list[str]) -> None:
    """Abbreviations end no sentence; inverted marks begin one."""
    assert list(sentences.split(text, ES.sentences)) == expected


@pytest.mark.parametrize(
    "line",
    [
        "El plan de noches me convenció del todo.",
        "Me gustó la planta.",
        "¿Y si midiéramos antes?",
        "Hablamos de lo que me gusta.",
    ],
)
def test_a_line_that_is_a_sentence_stands_alone(line: str) -> None:
    """Nothing is said twice beside it."""
    assert body_of(met(person(line=line))).split("\n\n")[1].endswith(" " + line)


@pytest.mark.parametrize("line", ["Me enseñó la planta.", "Hablamos de la balsa."])
def test_a_line_that_reports_is_answered(line: str) -> None:
    """What the reader did does not stand there as a report."""
    first = body_of(met(person(line=line))).split("\n\n")[1]
    assert first.endswith(tuple(f" {line} {echo}" for echo in ES.echo.variants))


@pytest.mark.parametrize(
    ("line", "carrier"),
    [
        ("el plan de noches", "Me quedo con {line}."),
        ("lo de la balsa", "Me quedo con {line}."),
        ("su manera de amasar", "Me quedo con {line}."),
        ("cómo reparten las guardias", "Me alegró saber {line}."),
        ("por qué pierde agua", "Me alegró saber {line}."),
        ("por el paseo", "Gracias, en particular, {line}."),
        ("enseñarme el taller", "Gracias, en particular, por {line}."),
        ("haberme recibido tan tarde", "Gracias, en particular, por {line}."),
        ("que nadie corre", "Tomé buena nota de {line}."),
        ("sobre las turberas", "Me gustó hablar {line}."),
        ("de la nueva línea", "Me gustó hablar {line}."),
        ("gracias por el café", "De corazón, {line}."),
        ("La balsa nueva", "Esto es lo que mejor recuerdo: {line}."),
        ("turnos de noche", "Esto es lo que mejor recuerdo: {line}."),
        ("me dejó probar el horno", "Esto es lo que mejor recuerdo: {line}."),
    ],
)
def test_a_line_that_is_no_sentence_has_a_carrier(line: str, carrier: str) -> None:
    """It goes whole into a sentence that takes it."""
    kind = next(kind for kind in ES.line_kinds if carrier in kind.carriers)
    first = body_of(met(person(line=line))).split("\n\n")[1]
    assert first.endswith(tuple(" " + each.format(line=line) for each in kind.carriers))


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ("porque nadie corre", r"\bCauce Pagos porque nadie corre\.$"),
        (
            "para aprender de usted. Me gusta el mar.",
            r"\bCauce Pagos para aprender de usted\. Me gusta",
        ),
        ("ya que se mide todo", r"\bCauce Pagos ya que se mide todo\.$"),
        ("por la calma que se nota", r"\bCauce Pagos por la calma que se nota\.$"),
        ("la calma con que trabajan", r"Cauce.*: la calma con que trabajan\.$"),
        ("Planifican bien.", r"\bCauce\b"),
        ("Me gustaría aprender de ustedes.", r"^Me gustaría aprender de ustedes\. .*\bCauce\b"),
        ("En Cauce se mide todo.", r"^En Cauce se mide todo\. [^.]+\.$"),
        ("Me encantaría entrar en Cauce.", r"^Me encantaría entrar en Cauce\.$"),
        ("me gusta cómo discuten", r"\bme gusta cómo discuten\."),
        ("para mí es un oficio", r"Cauce.*: para mí es un oficio\.$"),
    ],
)
def test_reasons_stand_beside_the_wish_for_the_job(reasons: str, expected: str) -> None:
    """What the user has said already is not said again; the company is named."""
    body = body_of(met(person(), company="Cauce Pagos S.A.", reasons=reasons))
    assert re.search(expected, body.split("\n\n")[2])


def test_a_direct_mail() -> None:
    """Thanks with the day and the line, the user's reasons, a glad close."""
    marisol = person(
        line="Me enseñó el relevo de la mañana.", form_of_address="Señora", family_name="Duarte"
    )
    mail = write(met(marisol))[0]
    assert mail.text.subject == "Gracias por su tiempo, Enfermera de UCI"
    assert mail.text.body == (
        "Estimada Sra. Duarte:\n\n"
        "Gracias por el encuentro del martes y por cuanto me contó acerca del puesto de "
        "Enfermera de UCI. Me enseñó el relevo de la mañana. Me sirvió de mucho.\n\n"
        "Su equipo explica cada tubo a las familias antes de entrar. Es justo lo que "
        "quiero aprender. Sería un orgullo ser parte de Hospital San Telmo.\n\n"
        "Me entusiasma la idea de trabajar con ustedes, y leer su respuesta sería una "
        "gran alegría.\n\n"
        "Un cordial saludo,\nLeire Aguirre"
    )


def test_an_agency_passes_on_one_note_for_each_interviewer() -> None:
    """The representative is thanked and asked; each note is complete and names the date."""
    people = (
        Person("Steve Mallon", line="Fue paciente con mis preguntas sobre los variadores."),
        Person("Inés Treviño", line="el recorrido por la subestación"),
        person(
            "Rocío Villaseñor",
            kind=Kind.REPRESENTATIVE,
            form_of_address="Sra",
            family_name="Villaseñor",
        ),
    )
    of = met(*people, agency="Empleo Claro", place=MEXICO, reasons=REASONS[8])
    mail = write(of)[0]
    frame, *blocks = re.split(r"\n\nPara [^\n]+:\n\n", mail.text.body)
    assert frame.startswith("Estimada Sra. Villaseñor:\n\n")
    assert "a Steve Mallon y a Inés Treviño" in frame
    assert [block.split("\n")[0] for block in blocks] == [
        "Buenos días, Steve Mallon:",
        "Buenos días, Inés Treviño:",
    ]
    assert all("martes 8 de diciembre" in block for block in blocks)
    assert all(block.endswith("Saludos cordiales,\nLeire Aguirre") for block in blocks)
    assert find(of, mail) == []


def test_a_colleague_is_asked_below_their_own_thanks() -> None:
    """One mail for the colleague: their own, a short request, and the note to pass on."""
    lena = person("Lena Solano", line="La balsa nueva", form_of_address="tú", given_name="Lena")
    tom = Person("Tomás Gil", line="que nadie corre", passed_on_by="Lena Solano")
    of = met(lena, tom)
    body = body_of(of)
    assert "\n\n¿Te puedo pedir un favor más? Quisiera dar las gracias también a Tomás Gil" in body
    assert "\n\nPara Tomás Gil:\n\nBuenos días, Tomás Gil:\n\n" in body
    assert find(of, write(of)[0]) == []


def test_somebody_who_was_not_met_is_only_asked() -> None:
    """They are not thanked for a talk they were not in."""
    mona = person("Mona Said", is_met=False)
    tom = Person("Tomás Gil", line="que nadie corre", passed_on_by="Mona Said")
    of = met(mona, tom)
    mail = write(of)[0]
    assert mail.text.body.startswith(
        "Buenos días, Mona Said:\n\nTuve una entrevista en Hospital San Telmo el martes y quisiera "
        "dar las gracias a Tomás Gil"
    )
    assert "(para reenviar)" in mail.text.subject or mail.text.subject.startswith("Para reenviar")
    assert find(of, mail) == []


@pytest.mark.parametrize("country", ["ES", "MX", "DE"])
@pytest.mark.parametrize("form", [None, "tú"])
def test_a_panel_of_eight_reads_as_eight_mails(country: str, form: str | None) -> None:
    """Different words for everybody, nothing to find in any of them, one register in each."""
    place = {"ES": MADRID, "MX": MEXICO, "DE": BERLIN}[country]
    people = [
        person(f"Ana Ruiz {n}", line, form_of_address=form, given_name="Ana" if form else None)
        for n, line in enumerate(LINES[:PANEL])
    ]
    of = met(*people, place=place)
    mails = write(of)
    known = [p.name for p in people] + [LEIRE.name]
    essences = [anatomy.essence(mail.text.body, known) for mail in mails]
    assert max(similarity(a, b) for a, b in itertools.combinations(essences, 2)) < 0.6
    assert len({mail.text.subject for mail in mails}) == PANEL
    for mail in mails:
        others = tuple(OtherNote(m.reader.name, m.text.body) for m in mails if m is not mail)
        assert find(of, mail, others) == []


@pytest.mark.parametrize("number", range(30))
def test_no_composed_mail_has_findings(number: int) -> None:
    """What the service writes around the user's words passes its own checks, for everybody."""
    line, reasons = LINES[number % len(LINES)], REASONS[number * 7 % len(REASONS)]
    noted = [
        {},
        {"form_of_address": "Señora", "family_name": "Duarte"},
        {"form_of_address": "vos", "given_name": "Marisol"},
        {"title": "Dra.", "family_name": "Duarte"},
    ][number % 4]
    of = met(
        person(line=line, **noted),
        reasons=reasons,
        role=ROLES[number % len(ROLES)],
        place=(MADRID, MEXICO, BERLIN)[number % 3],
    )
    mail = write(of)[0]
    assert find(of, mail) == []
    assert line in mail.text.body
    assert all(said in mail.text.body for said in sentences.split(reasons, ES.sentences))
    assert 35 <= anatomy.count_words(mail.text.body) <= 120
    assert "{" not in mail.text.body


@pytest.mark.parametrize("role", ["Enfermera de UCI pediátrica", "Técnico electricista", "Chef"])
def test_subjects_of_a_panel_differ_and_are_short(role: str) -> None:
    """A telephone shows about 60 characters; people who compare see different subjects."""
    people = [person(f"Ana Ruiz {n}", "lo de la balsa") for n in range(PANEL)]
    subjects = [mail.text.subject for mail in write(met(*people, role=role))]
    assert len(set(subjects)) == PANEL
    assert max(map(len, subjects)) <= 60
    assert all(role in subject for subject in subjects)


def test_a_late_mail_names_the_date() -> None:
    """Only the words for the day hang on the day of sending."""
    of = met(person(line="lo de la balsa"))
    soon, late = write(of)[0].text, write(of, WEDNESDAY + timedelta(days=9))[0].text
    assert late.body == soon.body.replace("martes", "martes 8 de diciembre")


def test_a_text_of_ones_own_is_used_as_it_is() -> None:
    """Nothing is put around it."""
    own = "Hola, Marisol:\n\nGracias por lo del martes.\n\nLeire"
    mail = write(met(dataclasses.replace(person(), body=own, subject="Gracias, UCI")))[0]
    assert mail.text == Text("Gracias, UCI", own)
