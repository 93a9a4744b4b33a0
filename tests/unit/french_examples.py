"""Interviews and people for the tests of writing in French, with few words."""

from datetime import UTC, date, datetime, time

from service.records import Candidate, Interview, Person, Place
from service.writing import checks, phrases
from service.writing.checks import Circumstances, OtherNote
from service.writing.composition import Composed, compose
from tests.unit.writing_examples import WEDNESDAY, interview

FR = phrases.load_phrases("fr")
PARIS = Place("Europe/Paris", city="Paris", country="FR")
GENEVA = Place("Europe/Zurich", city="Genève", country="CH")
ABIDJAN = Place("Africa/Abidjan", city="Abidjan", country="CI")
SOLINE = Candidate("Soline Achard", "Europe/Paris", language="fr")
START = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
PANEL = 8

LINES = [
    "Vous m'avez montré la relève de nuit.",
    "comment les astreintes sont partagées",
    "pourquoi le tri a changé",
    "la visite du four",
    "pour le tour des vignes",
    "que chacun peut arrêter la ligne",
    "sur les tourbières du nord",
    "Le plan de nuit",
    "de m'avoir prêté un casque",
    "merci pour l'essai de feuilletage",
    "équipes mixtes",
    "Nous avons parlé des stages et de leur durée.",
    "d'avoir répondu sans détour",
    "m'avoir ouvert la réserve",
    "que tout le monde ait pu poser ses questions",
]
REASONS = [
    "Chaque tube est expliqué aux familles avant d'entrer. C'est ce que je veux apprendre.",
    "parce que les désaccords se disent calmement",
    "pour apprendre à mesurer avant d'arroser. Ici, chaque litre se compte.",
    "la série complète des carottes",
    "J'aimerais beaucoup travailler de nuit. Après six ans de jour, je connais ce rythme.",
    "afin de soigner sans courir",
    "j'aime la façon dont les gardes tournent",
    "Saint-Aubrac prend soin de ceux qui soignent. Je voudrais grandir dans une telle maison.",
    "Les tableaux sont propres et étiquetés. C'est ainsi que je travaille. Personne ne court.",
    "Je veux faire du pain avec du temps.",
]
ROLES = [
    "Infirmière de nuit",
    "Site Engineer (m/f/d)",
    "",
    "Hôte·sse d'accueil",
    "Stage de fin d'études",
]


def person(name: str = "Claire Arnaud", line: str = "", **more: object) -> Person:
    """Return somebody met, who has an address."""
    address = f"{name.casefold().replace(' ', '.')}@example.com"
    return Person(name, address, line=line, **more)  # type: ignore[arg-type]  # mixed by design


def met(*people: Person, **more: object) -> Interview:
    """Return an interview in Paris on Tuesday, 8 December."""
    around = {
        "company": "Hôpital de Saint-Aubrac",
        "role": "Infirmière de nuit",
        "reasons": REASONS[0],
        "place": PARIS,
        "start": START,
        "language": "fr",
    }
    return interview(*people, **{**around, **more})  # type: ignore[arg-type]  # mixed by design


def write(of: Interview, sent_on: date = WEDNESDAY) -> list[Composed]:
    """Compose as on the day after."""
    return list(compose(of, SOLINE, sent_on).mails)


def body_of(of: Interview) -> str:
    """Return the body of the only mail."""
    return write(of)[0].text.body


def find(of: Interview, mail: Composed, others: tuple[OtherNote, ...] = ()) -> list[str]:
    """Return what the checks find in a composed mail, hints among them."""
    sent_at = datetime.combine(WEDNESDAY, time(9, 12), tzinfo=PARIS.tz)
    around = Circumstances(of, mail.reading, SOLINE.name, sent_at, others)
    return [finding.rule for finding in checks.check(mail.text, around)]
