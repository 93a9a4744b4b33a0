"""A mail without a fault, and what is found once one thing in it or around it is changed."""

from datetime import datetime
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from service.records import Interview, Person, Text
from service.writing import checks
from service.writing.checks import Circumstances, OtherNote
from service.writing.findings import Finding
from service.writing.readers import Form, Reading
from tests.unit.writing_examples import interview

LONDON_TIME = ZoneInfo("Europe/London")
NEXT_MORNING = datetime(2026, 12, 9, 9, 12, tzinfo=LONDON_TIME)
"""The Wednesday after the interview of `interview`, which is on a Tuesday at 14:00 in London."""

MARISOL = Person("Marisol Duarte", "m.duarte@example.com")
TOM = Person("Tom Kessler")
SUBJECT = "Thank you, Ward Nurse"
BODY = (
    "Dear Marisol Duarte,\n\nThank you for your time on Tuesday and for the walk round the ward. "
    "The way your team plans discharge from the first day is how I have wanted to work for "
    "years, and I would love to join Northgate as a ward nurse.\n\nI look forward to hearing "
    "from you.\n\nKind regards,\nHannah Whitlock"
)
BODIES = {
    "en": BODY.replace("Dear Marisol Duarte,", "{greeting}").replace("Hannah Whitlock", "{name}"),
    "de": (
        "{greeting}\n\nvielen Dank für das Gespräch am Dienstag und für den Rundgang "
        "über die Station. Wie Ihr Team die Entlassung vom ersten Tag an plant, so möchte ich "
        "seit Jahren arbeiten, und ich würde sehr gern als Ward Nurse zu Northgate kommen.\n\n"
        "Ich freue mich darauf, von Ihnen zu hören.\n\nMit freundlichen Grüßen\n{name}"
    ),
    "fr": (
        "{greeting}\n\nJe vous remercie pour l'entretien de mardi et pour la visite du service. "
        "La manière dont votre équipe prépare la sortie dès le premier jour est celle que "
        "je cherche depuis des années, et j'aimerais beaucoup rejoindre Northgate comme Ward "
        "Nurse.\n\nJe serais heureux d'avoir de vos nouvelles.\n\nBien cordialement,\n{name}"
    ),
    "es": (
        "{greeting}\n\nMuchas gracias por recibirme el martes y por enseñarme la planta. La manera "
        "en que su equipo prepara el alta desde el primer día es como quiero trabajar desde hace "
        "años, y me gustaría mucho ser Ward Nurse en Northgate.\n\nQuedo a la espera de sus "
        "noticias.\n\nUn cordial saludo,\n{name}"
    ),
}
"""The same mail in several languages, with a gap for the greeting and one for the signature."""


class Around(TypedDict, total=False):
    """What may be changed around a mail."""

    subject: str
    reader: Person
    met: tuple[Person, ...]
    """Further people of the interview."""
    passed_on: tuple[Person, ...]
    form: Form | None
    of: Interview | None
    """A whole interview in place of the one that the next three make."""
    company: str
    role: str
    language: str
    sender: str
    sent_at: datetime | None
    others: tuple[OtherNote, ...]
    other_companies: tuple[str, ...]
    more_recipients: tuple[str, ...]


def check(body: str, **around: Unpack[Around]) -> tuple[Finding, ...]:
    """Return what is found in this body; all that is not given is as it should be."""
    reader, passed_on = around.get("reader", MARISOL), around.get("passed_on", ())
    of = around.get("of") or interview(
        reader,
        *passed_on,
        *around.get("met", ()),
        company=around.get("company", "Northgate Hospital"),
        role=around.get("role", "Ward Nurse"),
        language=around.get("language", "en"),
    )
    form = around.get("form") or (Form.PASS_ON if passed_on else Form.OWN)
    about = passed_on if form is Form.AGENCY else (reader, *passed_on)
    circumstances = Circumstances(
        interview=of,
        reading=Reading(reader, about, form),
        sender=around.get("sender", "Hannah Whitlock"),
        sent_at=around.get("sent_at", NEXT_MORNING),
        others=around.get("others", ()),
        other_companies=around.get("other_companies", ()),
        more_recipients=around.get("more_recipients", ()),
    )
    return checks.check(Text(around.get("subject", SUBJECT), body), circumstances)


def find(body: str, **around: Unpack[Around]) -> list[str]:
    """Return the ids of the rules that found something in this body, hints among them."""
    return [finding.rule for finding in check(body, **around)]


def write_mail(greeting: str, language: str = "en", name: str = "Hannah Whitlock") -> str:
    """Return a mail without a fault but for its greeting and signature."""
    return BODIES[language].format(greeting=greeting, name=name)


def quote(body: str, finding: Finding) -> str:
    """Return the words of the body that a finding points at."""
    assert finding.place is not None
    return body[slice(*finding.place)]
