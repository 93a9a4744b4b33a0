"""Interviews and people for the tests of writing in Spanish, with few words."""

from datetime import UTC, date, datetime, time

from service.records import Candidate, Interview, Person, Place
from service.writing import checks, phrases
from service.writing.checks import Circumstances, OtherNote
from service.writing.composition import Composed, compose
from tests.unit.writing_examples import WEDNESDAY, interview

ES = phrases.load_phrases("es")
MADRID = Place("Europe/Madrid", city="Madrid", country="ES")
MEXICO = Place("America/Mexico_City", city="Ciudad de México", country="MX")
BERLIN = Place("Europe/Berlin", city="Berlín", country="DE")
LEIRE = Candidate("Leire Aguirre", "Europe/Madrid", language="es")
START = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
PANEL = 8

LINES = [
    "Me enseñó el relevo de la mañana.",
    "cómo cubren los fines de semana",
    "por qué cambiaron los carros de planta",
    "lo de los pagos duplicados",
    "por el paseo entre los invernaderos",
    "que la gente discute los datos con calma",
    "sobre las turberas del sur",
    "La balsa nueva",
    "enseñarme la subestación",
    "gracias por la prueba de hojaldre",
    "turnos de noche",
    "Hablamos de los variadores y de sus averías.",
]
REASONS = [
    "Su equipo explica cada tubo a las familias antes de entrar. Es justo lo que quiero aprender.",
    "porque se escuchan cuando no están de acuerdo",
    "para aprender a medir antes de regar. Aquí se mide cada litro.",
    "la serie completa de las turberas",
    "Me encantaría trabajar en el turno de noche. Llevo seis años en planta y conozco el ritmo.",
    "ya que se nota que los tableros están limpios y rotulados",
    "me gusta cómo reparten las guardias",
    "San Telmo cuida a quien cuida. Quisiera crecer en una casa así.",
    "Los tableros están limpios y rotulados. Así es como me gusta trabajar. Nadie corre.",
    "Quiero hacer pan con tiempo.",
]
ROLES = ["Enfermera de UCI", "Site Engineer (m/f/d)", "", "Profesor/a adjunto/a", "Jefe de sala"]


def person(name: str = "Marisol Duarte", line: str = "", **more: object) -> Person:
    """Return somebody met, who has an address."""
    address = f"{name.casefold().replace(' ', '.')}@example.com"
    return Person(name, address, line=line, **more)  # type: ignore[arg-type]  # mixed by design


def met(*people: Person, **more: object) -> Interview:
    """Return an interview in Madrid on Tuesday, 8 December."""
    around = {
        "company": "Hospital San Telmo",
        "role": "Enfermera de UCI",
        "reasons": REASONS[0],
        "place": MADRID,
        "start": START,
        "language": "es",
    }
    return interview(*people, **{**around, **more})  # type: ignore[arg-type]  # mixed by design


def write(of: Interview, sent_on: date = WEDNESDAY) -> list[Composed]:
    """Compose as on the day after."""
    return list(compose(of, LEIRE, sent_on).mails)


def body_of(of: Interview) -> str:
    """Return the body of the only mail."""
    return write(of)[0].text.body


def find(of: Interview, mail: Composed, others: tuple[OtherNote, ...] = ()) -> list[str]:
    """Return what the checks find in a composed mail, hints among them."""
    sent_at = datetime.combine(WEDNESDAY, time(9, 12), tzinfo=MADRID.tz)
    around = Circumstances(of, mail.reading, LEIRE.name, sent_at, others)
    return [finding.rule for finding in checks.check(mail.text, around)]
