"""Mails in German: the salutation, days, articles, the user's words, and whole mails."""

import itertools
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from service.records import Candidate, Interview, Kind, Person, Place, Text
from service.writing import anatomy, checks, days, names, phrases, sentences
from service.writing.checks import Circumstances, OtherNote
from service.writing.composition import Composed, compose
from service.writing.salutations import greet
from service.writing.similarity import similarity
from tests.unit.writing_examples import WEDNESDAY, interview

DE = phrases.load_phrases("de")
BERLIN = Place("Europe/Berlin", city="Berlin", country="DE")
VIENNA = Place("Europe/Vienna", city="Wien", country="AT")
ZURICH = Place("Europe/Zurich", city="Zürich", country="CH")
SOMEWHERE = Place("Europe/Berlin")
JELENA = Candidate("Jelena Marković", "Europe/Berlin", language="de")
START = datetime(2026, 12, 8, 13, 0, tzinfo=UTC)
PANEL = 8
SIMILAR = 0.60

LINES = (
    "für die Führung durch die Station",
    "Sie haben mir die Nachtschicht erklärt.",
    "dass alle mitreden dürfen",
    "wie im Team über Fehler gesprochen wird",
    "Die Bohrkerne aus dem Kühlraum",
    "über Torf und Methan",
    "der Sauerteig, der älter ist als ich",
    "Ihre Offenheit hat mir imponiert",
    "Staplerscheine, Nachtschicht",
    "Was Sie über die Ausbildung erzählt haben",
    "Danke für die ehrliche Rückmeldung zu meiner Probe.",
    "Für die Geduld mit meinen Fragen",
)
REASONS = (
    "Ihr Team plant die Entlassung vom ersten Tag an. Angehörige sitzen bei der Übergabe am Tisch.",
    "weil bei Ihnen wirklich ausgebildet wird und nicht nur nebenher",
    "die Art, wie die Kolleginnen miteinander sprechen",
    "Ich möchte lernen, Brücken zu rechnen. Das geht nur, wo man sie auch baut.",
    "Kleine Klassen und kurze Wege",
    "Seit dem 3. Oktober kenne ich das Haus von innen. Dort wird z. B. jede Rolle selbst genäht.",
    "Um endlich wieder im Freien zu arbeiten.",
)
ROLES = ("Pflegefachfrau (m/w/d)", "Ausbildung zum Koch", "", "Sachbearbeitung Entgeltabrechnung")
COMPANIES = ("Klinikum Lindenau gGmbH", "Kita Sonnenhügel", "Quittenwerk Software GmbH", "Hof Alm")


def person(name: str = "Sabine Krüger", line: str = LINES[0], **more: object) -> Person:
    """Return somebody met, who has an address."""
    address = f"{name.casefold().replace(' ', '.')}@example.com"
    return Person(name, address, line=line, **more)  # type: ignore[arg-type]  # mixed by design


def met(*people: Person, **more: object) -> Interview:
    """Return an interview in Berlin on Tuesday, 8 December."""
    around = {
        "company": COMPANIES[0],
        "role": ROLES[0],
        "reasons": REASONS[0],
        "place": BERLIN,
        "start": START,
        "language": "de",
    }
    return interview(*people, **{**around, **more})  # type: ignore[arg-type]  # mixed by design


def write(of: Interview, sent_on: date = WEDNESDAY) -> list[Composed]:
    """Compose as on the day after."""
    return list(compose(of, JELENA, sent_on).mails)


def paragraphs(of: Interview) -> list[str]:
    """Return the paragraphs of the only mail."""
    return write(of)[0].text.body.split("\n\n")


def find(of: Interview, mail: Composed, others: tuple[OtherNote, ...] = ()) -> list[str]:
    """Return what the checks find in a composed mail, hints among them."""
    sent_at = datetime.combine(WEDNESDAY, time(9, 12), tzinfo=BERLIN.tz)
    around = Circumstances(of, mail.reading, JELENA.name, sent_at, others)
    return [finding.rule for finding in checks.check(mail.text, around)]


@pytest.mark.parametrize(
    ("noted", "country", "expected"),
    [
        ({}, "DE", "Guten Tag Sabine Krüger,"),
        ({"given_name": "Sabine", "family_name": "Krüger"}, "DE", "Guten Tag Sabine Krüger,"),
        ({"form_of_address": "Frau", "family_name": "Krüger"}, "DE", "Sehr geehrte Frau Krüger,"),
        ({"form_of_address": "Ms", "family_name": "Krüger"}, None, "Sehr geehrte Frau Krüger,"),
        ({"form_of_address": "Hr.", "family_name": "Krüger"}, "DE", "Sehr geehrter Herr Krüger,"),
        ({"form_of_address": "Madame"}, "DE", "Sehr geehrte Frau Sabine Krüger,"),
        ({"form_of_address": "Mx", "family_name": "Krüger"}, "DE", "Guten Tag Sabine Krüger,"),
        ({"form_of_address": "du", "given_name": "Sabine"}, "DE", "Hallo Sabine,"),
        ({"form_of_address": "tú"}, "DE", "Hallo Sabine Krüger,"),
        ({"form_of_address": "Vorname", "given_name": "Sabine"}, "DE", "Hallo Sabine,"),
        ({"title": "Dr."}, "DE", "Guten Tag Dr. Sabine Krüger,"),
        (
            {"title": "Prof. Dr. med.", "form_of_address": "Frau", "family_name": "Krüger"},
            "DE",
            "Sehr geehrte Frau Prof. Dr. Krüger,",
        ),
        (
            {"title": "Dr.-Ing.", "form_of_address": "Herr", "family_name": "von Thal"},
            "CH",
            "Sehr geehrter Herr Dr. von Thal,",
        ),
        (
            {"title": "Dipl.-Ing.", "form_of_address": "Herr", "family_name": "Hofer"},
            "DE",
            "Sehr geehrter Herr Hofer,",
        ),
        (
            {"title": "Dipl.-Ing. Dr.", "form_of_address": "Herr", "family_name": "Hofer"},
            "AT",
            "Sehr geehrter Herr Dipl.-Ing. Dr. Hofer,",
        ),
        (
            {"title": "Mag., MBA", "form_of_address": "Frau", "family_name": "Hofer"},
            "AT",
            "Sehr geehrte Frau Mag. Hofer,",
        ),
    ],
)
def test_greet(noted: dict[str, str], country: str | None, expected: str) -> None:
    """What is noted is used, in whatever language; nothing is guessed from a first name."""
    reader = person(**noted)
    assert greet(reader, met(reader), country, "de", DE.salutation) == expected


@pytest.mark.parametrize(
    ("sent_on", "expected"),
    [
        (WEDNESDAY, ["am Dienstag", "vom Dienstag", "für Dienstag"]),
        (
            WEDNESDAY + timedelta(days=9),
            ["am 8. Dezember", "vom 8. Dezember", "für den 8. Dezember"],
        ),
    ],
)
def test_name_day(sent_on: date, expected: list[str]) -> None:
    """The weekday within a week of sending, else the date."""
    named = days.name_day(date(2026, 12, 8), sent_on, "DE", DE.dates)
    assert [named["on_day"], named["of_day"], named["for_day"]] == expected


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("Klinikum Lindenau", "beim Klinikum Lindenau"),
        ("Moorforschungsinstitut Dornwerder", "beim Moorforschungsinstitut Dornwerder"),
        ("Kita Sonnenhügel", "bei der Kita Sonnenhügel"),
        ("Verlag Nordlicht", "beim Verlag Nordlicht"),
        ("Quittenwerk", "bei Quittenwerk"),
        ("Bauhaus", "bei Bauhaus"),
        ("Hartheim Logistik", "bei Hartheim Logistik"),
    ],
)
def test_a_house_has_its_article_and_a_name_has_none(company: str, expected: str) -> None:
    """One works "beim Klinikum", but "bei Quittenwerk"."""
    assert names.say_of_company(company, DE.names)["at_company"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Am 3. Oktober war ich da. Im 2. Stock ist Ruhe.", 2),
        ("Ich kenne z. B. Frau Dr. Vogt. Sie ist gut.", 2),
        ("Er sagte: „Ruhe bitte. Jetzt.“ Das gefiel mir.", 2),
        ("Nr. 4 passt, d. h. Ihre Halle. Warum? Sie ist hell.", 3),
    ],
)
def test_split_into_sentences(text: str, expected: int) -> None:
    """Ordinals and abbreviations end no sentence."""
    assert len(sentences.split(text, DE.sentences)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ihre Offenheit hat mir imponiert", r" Ihre Offenheit hat mir imponiert\.$"),
        ("Frau Vogt zeigte mir den Saal.", r" Frau Vogt zeigte mir den Saal\.$"),
        ("Sie haben mir alles erklärt.", r" Sie haben mir alles erklärt\. [A-Z][^.]+\.$"),
        ("Mir hat gefallen, dass Sie lachen", r"\. Mir hat gefallen, dass Sie lachen\.$"),
        ("für die Kekse", r"\b(?:danke|[Dd]ank\w*|Dankeschön)\b[^.]* für die Kekse\.$"),
        ("Für die Kekse", r"\. Für die Kekse [a-z][^.]+\.$"),
        ("dass alle mitreden", r", dass alle mitreden\.$"),
        ("Dass alle mitreden", r"\. Dass alle mitreden, [a-z][^.]+\.$"),
        ("wie Sie planen", r", wie Sie planen\.$"),
        ("Wie Sie planen", r"\. Wie Sie planen, [a-z][^.]+\.$"),
        ("über Torf", r" über Torf\.$"),
        ("Über Torf", r"\. Über Torf [a-z][^.]+\.$"),
        ("danke für die Kekse", r": danke für die Kekse\.$"),
        ("der Rundgang", r": der Rundgang\.$"),
        ("Die Führung durch die Station.", r": Die Führung durch die Station\.$"),
        ("Ihre Art, wie Sie erklären", r": Ihre Art, wie Sie erklären\.$"),
        ("Dienstplan / Nachtdienst", r": Dienstplan / Nachtdienst\.$"),
    ],
)
def test_a_line_stands_where_it_is_grammatical(line: str, expected: str) -> None:
    """A sentence stands alone; anything else goes whole into one, a capital at its beginning."""
    assert re.search(expected, paragraphs(met(person(line=line)))[1])


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (
            "weil nichts eilt",
            r"beim Klinikum Lindenau[^.]*, weil nichts eilt\.|zum Klin[^.]*, weil",
        ),
        ("die ruhige Station", r"Klinikum Lindenau[^.]*: die ruhige Station\.$"),
        ("Die ruhige Station", r"Klinikum Lindenau[^.]*: Die ruhige Station\.$"),
        ("Mir gefällt, wie Sie planen.", r"Klinikum Lindenau"),
        ("Ich will dort lernen. Dort zählt Erfahrung.", r"^Ich will dort lernen\. Dort .*Lindenau"),
        ("Am Klinikum Lindenau eilt nichts.", r"^Am Klinikum Lindenau eilt nichts\. [^.]+\.$"),
        ("Ich möchte nach Lindenau.", r"^Ich möchte nach Lindenau\.$"),
    ],
)
def test_reasons_stand_beside_the_wish_for_the_job(reasons: str, expected: str) -> None:
    """What the user has said already is not said again; the company is named."""
    assert re.search(expected, paragraphs(met(person(), reasons=reasons))[2])


def test_a_direct_mail() -> None:
    """Thanks with the day and the line, the user's reasons, a glad close."""
    sabine = person(form_of_address="Frau", family_name="Krüger", title="Dr.")
    greeting, opening, reasons, closing, sign_off = paragraphs(met(sabine))
    assert greeting == "Sehr geehrte Frau Dr. Krüger,"
    assert opening[0].islower()
    assert "Dienstag" in opening
    assert REASONS[0] in reasons
    assert closing in DE.own.closings_calm
    assert sign_off == "Mit freundlichen Grüßen\nJelena Marković"


def test_a_mail_among_friends_says_du() -> None:
    """Every sentence of ours is in the noted register; without a country it is eager."""
    uwe = person("Uwe Brandt", "du hast Zeit gehabt", form_of_address="du", given_name="Uwe")
    greeting, *_, closing, sign_off = paragraphs(met(uwe, place=SOMEWHERE))
    assert greeting == "Hallo Uwe,"
    assert DE.informal is not None
    assert closing in DE.informal.own.closings_eager
    assert sign_off == "Viele Grüße\nJelena Marković"


@pytest.mark.parametrize("form", [None, "du"])
def test_a_swiss_reader_sees_no_sharp_s(form: str | None) -> None:
    """In Switzerland nobody writes it; only the user's own words may."""
    people = [person(f"Anna {n}", "der Teig", form_of_address=form) for n in range(PANEL)]
    for mail in write(met(*people, place=ZURICH, role="Köchin")):
        assert "ß" not in mail.text.body + mail.text.subject


def test_an_agency_passes_on_one_note_for_each_interviewer() -> None:
    """The representative is thanked and asked; each note is complete and names the date."""
    people = (
        Person("Detlef Brömmel", line=LINES[1]),
        Person("Mira Sand", line=LINES[3]),
        person(
            "Katarzyna Nowak",
            "",
            kind=Kind.REPRESENTATIVE,
            form_of_address="Frau",
            family_name="Nowak",
        ),
    )
    of = met(*people, agency="Personalwerft")
    mail = write(of)[0]
    frame, *blocks = re.split(r"\n\nFür [^\n]+:\n\n", mail.text.body)
    assert frame.startswith("Sehr geehrte Frau Nowak,\n\n")
    assert "Detlef Brömmel und Mira Sand" in frame
    assert [block.split("\n")[0] for block in blocks] == [
        "Guten Tag Detlef Brömmel,",
        "Guten Tag Mira Sand,",
    ]
    assert all("8. Dezember" in block for block in blocks)
    assert find(of, mail) == []


def test_a_colleague_is_asked_below_their_own_thanks() -> None:
    """One mail for the colleague: their own, a short request, and the note to pass on."""
    sabine = person(form_of_address="du", given_name="Sabine")
    uwe = Person("Uwe Brandt", line=LINES[4], passed_on_by="Sabine Krüger")
    of = met(sabine, uwe)
    mail = write(of)[0]
    assert "\n\nDarf ich noch um etwas bitten? Auch Uwe Brandt" in mail.text.body
    assert "\n\nFür Uwe Brandt:\n\nGuten Tag Uwe Brandt,\n\n" in mail.text.body
    assert find(of, mail) == []


def test_somebody_who_was_not_met_is_only_asked() -> None:
    """They are not thanked for a talk they were not in."""
    mona = person("Mona Said", "", is_met=False)
    uwe = Person("Uwe Brandt", line=LINES[4], passed_on_by="Mona Said")
    of = met(mona, uwe)
    mail = write(of)[0]
    start = "Guten Tag Mona Said,\n\nam Dienstag hatte ich ein Gespräch beim Klinikum Lindenau"
    assert mail.text.body.startswith(start)
    assert find(of, mail) == []


@pytest.mark.parametrize("place", [BERLIN, VIENNA, SOMEWHERE])
@pytest.mark.parametrize("form", [None, "du"])
def test_a_panel_of_eight_reads_as_eight_mails(place: Place, form: str | None) -> None:
    """Different words for everybody, nothing to find in any of them, one register in each."""
    lines = [line for line in LINES if not form or not re.search(r"\bSie\b|\bIhre\b", line)]
    given = "Anna" if form else None
    people = [
        person(f"Anna Ruiz{n}", line, form_of_address=form, given_name=given)
        for n, line in enumerate(lines[:PANEL])
    ]
    of = met(*people, place=place, reasons=REASONS[5])
    mails = write(of)
    known = [p.name for p in people] + [JELENA.name]
    essences = [anatomy.essence(mail.text.body, known) for mail in mails]
    assert max(similarity(a, b) for a, b in itertools.combinations(essences, 2)) < SIMILAR
    assert len({mail.text.subject for mail in mails}) == len(mails)
    for mail in mails:
        others = tuple(OtherNote(m.reader.name, m.text.body) for m in mails if m is not mail)
        assert find(of, mail, others) == []


@pytest.mark.parametrize("number", range(48))
def test_no_composed_mail_has_findings(number: int) -> None:
    """What the service writes around the user's words passes its own checks, for everybody."""
    line, reasons = LINES[number % len(LINES)], REASONS[number % len(REASONS)]
    noted = [{}, {"form_of_address": "Herr", "family_name": "Krüger"}, {"title": "Dr."}][number % 3]
    of = met(
        person(line=line, **noted),
        reasons=reasons,
        role=ROLES[number % len(ROLES)],
        company=COMPANIES[number // 3 % len(COMPANIES)],
        place=(BERLIN, VIENNA, ZURICH, SOMEWHERE)[number // 5 % 4],
    )
    mail = write(of)[0]
    assert find(of, mail) == []
    assert line in mail.text.body
    assert all(said in mail.text.body for said in sentences.split(reasons, DE.sentences))
    assert 35 <= anatomy.count_words(mail.text.body) <= 120


def test_a_late_mail_names_the_date() -> None:
    """Only the words for the day hang on the day of sending."""
    of = met(person())
    soon, late = write(of)[0].text, write(of, WEDNESDAY + timedelta(days=9))[0].text
    assert "Dienstag" not in late.body + late.subject
    assert len(late.body.split()) - len(soon.body.split()) in {1, 2}


def test_a_text_of_ones_own_is_used_as_it_is() -> None:
    """Nothing is put around it."""
    own = "Moin Sabine,\n\ndanke für Dienstag.\n\nJelena"
    mail = write(met(replace(person(), body=own, subject="Danke, Station 4")))[0]
    assert mail.text == Text("Danke, Station 4", own)
