"""Mails in French: the salutation, days, roles, houses, the user's words, and whole mails."""

import dataclasses
import itertools
import re
from datetime import date, timedelta

import pytest

from service.records import Kind, Person, Text
from service.writing import anatomy, days, names, sentences
from service.writing.checks import OtherNote
from service.writing.salutations import greet
from service.writing.similarity import similarity
from tests.unit.french_examples import (
    ABIDJAN,
    FR,
    GENEVA,
    LINES,
    PANEL,
    PARIS,
    REASONS,
    ROLES,
    SOLINE,
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
        ({}, "Bonjour Claire Arnaud,"),
        ({"given_name": "Claire"}, "Bonjour Claire Arnaud,"),
        ({"form_of_address": "Madame", "family_name": "Arnaud"}, "Bonjour Madame Arnaud,"),
        ({"form_of_address": "mme", "family_name": "Arnaud"}, "Bonjour Madame Arnaud,"),
        ({"form_of_address": "Mademoiselle", "family_name": "Arnaud"}, "Bonjour Madame Arnaud,"),
        ({"form_of_address": "Frau", "family_name": "Arnaud"}, "Bonjour Madame Arnaud,"),
        ({"form_of_address": "Ms", "family_name": "Arnaud"}, "Bonjour Madame Arnaud,"),
        ({"form_of_address": "M.", "family_name": "Arnaud"}, "Bonjour Monsieur Arnaud,"),
        ({"form_of_address": "Mr"}, "Bonjour Monsieur Claire Arnaud,"),
        ({"form_of_address": "tu", "given_name": "Claire"}, "Bonjour Claire,"),
        ({"form_of_address": "prénom", "given_name": "Claire"}, "Bonjour Claire,"),
        ({"form_of_address": "du"}, "Bonjour Claire Arnaud,"),
        ({"form_of_address": "Mx", "family_name": "Arnaud"}, "Bonjour Claire Arnaud,"),
        ({"title": "Dr", "family_name": "Arnaud"}, "Bonjour Docteur Arnaud,"),
        (
            {"title": "Docteure", "form_of_address": "Madame", "family_name": "Arnaud"},
            "Bonjour Docteure Arnaud,",
        ),
        (
            {"title": "Prof. Dr.", "form_of_address": "Herr", "family_name": "Arnaud"},
            "Bonjour Professeur Arnaud,",
        ),
        (
            {"title": "Prof.", "form_of_address": "Madame", "family_name": "Arnaud"},
            "Bonjour Professeure Arnaud,",
        ),
        (
            {"title": "Me", "form_of_address": "Madame", "family_name": "Arnaud"},
            "Bonjour Maître Arnaud,",
        ),
        ({"form_of_address": "Maître", "family_name": "Arnaud"}, "Bonjour Maître Arnaud,"),
        ({"title": "capitaine", "family_name": "Arnaud"}, "Bonjour Capitaine Arnaud,"),
        (
            {"title": "Dipl.-Ing., MBA", "form_of_address": "Monsieur", "family_name": "Arnaud"},
            "Bonjour Monsieur Arnaud,",
        ),
        ({"title": "Ing."}, "Bonjour Claire Arnaud,"),
    ],
)
def test_greet(noted: dict[str, str], expected: str) -> None:
    """What is noted is used, in whatever language; nothing is guessed from a first name."""
    reader = person(**noted)
    assert greet(reader, met(reader), "FR", "fr", FR.salutation) == expected


@pytest.mark.parametrize(
    "name", ["Loïc d'Aubigné", "An-Sofie van der Straeten", "高橋 誠", "Zahra"]
)
def test_a_name_stays_as_it_was_typed(name: str) -> None:
    """Particles, hyphens, other scripts and single names are somebody's own."""
    reader = person(name)
    assert greet(reader, met(reader), None, "fr", FR.salutation) == f"Bonjour {name},"


@pytest.mark.parametrize(
    ("day", "sent_on", "expected"),
    [
        (date(2026, 12, 8), date(2026, 12, 9), ("mardi", "de mardi")),
        (date(2026, 12, 8), date(2026, 12, 18), ("le mardi 8 décembre", "du mardi 8 décembre")),
        (date(2026, 12, 1), None, ("le mardi 1er décembre", "du mardi 1er décembre")),
    ],
)
def test_name_day(day: date, sent_on: date | None, expected: tuple[str, str]) -> None:
    """The weekday within a week of sending, else the date; the first of a month is the "1er"."""
    named = days.name_day(day, sent_on, "FR", FR.dates)
    assert (named["on_day"], named["of_day"]) == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("Infirmière de nuit", "le poste d'Infirmière de nuit"),
        ("Éducateur", "le poste d'Éducateur"),
        ("Hôtesse d'accueil", "le poste d'Hôtesse d'accueil"),
        ("Comptable (H/F)", "le poste de Comptable"),
        ("Head of Data", "le poste de Head of Data"),
        ("Stage de fin d'études", "le Stage de fin d'études"),
        ("Poste de nuit", "le Poste de nuit"),
        ("Alternance en cuisine", "l'Alternance en cuisine"),
        ("Mission de six mois", "la Mission de six mois"),
    ],
)
def test_say_the_role(role: str, expected: str) -> None:
    """What stands before a role bends with it; the role itself stays."""
    assert names.say_of_role(role, FR.names)["the_role"] == expected


@pytest.mark.parametrize(
    ("company", "at", "itself"),
    [
        ("Vauquelin", "chez Vauquelin", "Vauquelin"),
        ("La Ruche", "chez La Ruche", "La Ruche"),
        ("Clinique des Lys", "à la Clinique des Lys", "la Clinique des Lys"),
        ("Musée du Sel", "au Musée du Sel", "le Musée du Sel"),
        ("École des Tilleuls", "à l'École des Tilleuls", "l'École des Tilleuls"),
        ("Éditions du Pont", "aux Éditions du Pont", "les Éditions du Pont"),
        ("Maisonneuve", "chez Maisonneuve", "Maisonneuve"),
        ("Atelier", "chez Atelier", "Atelier"),
    ],
)
def test_say_the_company(company: str, at: str, itself: str) -> None:
    """A house that is called what it is has its article; a mere name has none."""
    said = names.say_of_company(company, FR.names)
    assert (said["at_company"], said["the_company"]) == (at, itself)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M. Roux est venu. Mme Le Goff aussi.", ["M. Roux est venu.", "Mme Le Goff aussi."]),
        ("J'ai vu le Dr. Ott. Et après ?", ["J'ai vu le Dr. Ott.", "Et après ?"]),
        (
            "Il a dit « Ici, on ne court pas. Jamais. » J'ai aimé.",
            ["Il a dit « Ici, on ne court pas. Jamais. » J'ai aimé."],
        ),
        (
            "Quel calme ! Voir p. 4 et art. 12. Fin.",
            ["Quel calme !", "Voir p. 4 et art. 12.", "Fin."],
        ),
    ],
)
def test_split_into_sentences(text: str, expected: list[str]) -> None:
    """Abbreviations end no sentence; nothing is cut inside a quotation."""
    assert list(sentences.split(text, FR.sentences)) == expected


@pytest.mark.parametrize(
    "line",
    ["Le plan de nuit m'a convaincue d'emblée.", "Et si on mesurait avant ?", "J'ai aimé le four."],
)
def test_a_line_that_is_a_sentence_stands_alone(line: str) -> None:
    """Nothing is said twice beside it."""
    assert body_of(met(person(line=line))).split("\n\n")[1].endswith(" " + line)


@pytest.mark.parametrize("line", ["Vous m'avez montré le four.", "Nous avons parlé du quai."])
def test_a_line_that_reports_is_answered(line: str) -> None:
    """What the reader did does not stand there as a report."""
    first = body_of(met(person(line=line))).split("\n\n")[1]
    assert first.endswith(tuple(f" {line} {echo}" for echo in FR.echo.variants))


@pytest.mark.parametrize(
    ("line", "carrier"),
    [
        ("le plan de nuit", "Je garde en mémoire {line}."),
        ("l'essai au four", "Je garde en mémoire {line}."),
        ("votre façon de former", "Je garde en mémoire {line}."),
        ("comment les gardes tournent", "J'ai aimé comprendre {line}."),
        ("ce que vous avez dit du tri", "J'ai aimé comprendre {line}."),
        ("pour la visite", "Merci, en particulier, {line}."),
        ("de m'avoir prêté un casque", "Merci, en particulier, {line}."),
        ("d'avoir répondu sans détour", "Merci, en particulier, {line}."),
        ("m'avoir ouvert la réserve", "Merci, en particulier, pour {line}."),
        ("que chacun peut arrêter la ligne", "J'ai retenu {line}."),
        ("que vous ayez pris le temps", "J'ai beaucoup apprécié {line}."),
        ("sur les tourbières", "Notre échange {line} m'a plu."),
        ("à propos des stages", "Notre échange {line} m'a plu."),
        ("de la nouvelle ligne", "J'ai aimé parler {line}."),
        ("des soirées contes", "J'ai aimé parler {line}."),
        ("merci pour le café", "Avant tout, {line}."),
        ("Le four à bois", "Une chose m'est restée en tête\u00a0: {line}."),
        ("équipes de nuit", "Une chose m'est restée en tête\u00a0: {line}."),
        ("vous m'avez donné confiance", "Une chose m'est restée en tête\u00a0: {line}."),
    ],
)
def test_a_line_that_is_no_sentence_has_a_carrier(line: str, carrier: str) -> None:
    """It goes whole into a sentence that takes it."""
    kind = next(kind for kind in FR.line_kinds if carrier in kind.carriers)
    first = body_of(met(person(line=line))).split("\n\n")[1]
    assert first.endswith(tuple(" " + each.format(line=line) for each in kind.carriers))


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ("parce que personne ne court", r"\bGalène parce que personne ne court\.$"),
        ("pour apprendre. J'aime la mer.", r"\bGalène pour apprendre\. J'aime la mer\."),
        ("afin de soigner mieux", r"\bGalène afin de soigner mieux\.$"),
        ("le calme de l'équipe", r"Galène.*\u00a0: le calme de l'équipe\.$"),
        ("Tout est prévu.", r"\bGalène\b"),
        ("J'aimerais apprendre ici.", r"^J'aimerais apprendre ici\. .*\bGalène\b"),
        ("Galène mesure tout.", r"^Galène mesure tout\. [^.]+\.$"),
        ("J'aimerais entrer chez Galène.", r"^J'aimerais entrer chez Galène\.$"),
        ("j'aime vos débats", r"\bj'aime vos débats\."),
    ],
)
def test_reasons_stand_beside_the_wish_for_the_job(reasons: str, expected: str) -> None:
    """What the user has said already is not said again; the company is named."""
    body = body_of(met(person(), company="Galène SAS", reasons=reasons))
    assert re.search(expected, body.split("\n\n")[2])


def test_a_direct_mail_has_thanks_reasons_and_a_close() -> None:
    """The salutation, three paragraphs and the sign-off, with the user's words as they are."""
    line = "Vous m'avez laissée assister aux transmissions."
    claire = person(line=line, form_of_address="Madame", family_name="Arnaud")
    mail = write(met(claire))[0]
    greeting, thanks, reasons, close, sign_off = mail.text.body.split("\n\n")
    assert greeting == "Bonjour Madame Arnaud,"
    assert "mardi" in thanks
    assert line in thanks
    assert REASONS[0] in reasons
    assert "l'Hôpital de Saint-Aubrac" in reasons
    assert close in FR.own.closings_calm
    assert sign_off == "Bien cordialement,\nSoline Achard"
    assert "Infirmière de nuit" in mail.text.subject


def test_the_sign_off_follows_the_country_and_the_register() -> None:
    """Switzerland has its own, and so has whoever is called "tu"."""
    swiss = body_of(met(person(line=LINES[3]), place=GENEVA))
    friend = person(line=LINES[3], form_of_address="tu", given_name="Claire")
    assert swiss.endswith("\n\nMeilleures salutations,\nSoline Achard")
    assert body_of(met(friend)).endswith("\n\nBien à toi,\nSoline Achard")


def test_an_agency_passes_on_one_note_for_each_interviewer() -> None:
    """The representative is thanked and asked; each note is complete and names the date."""
    people = (
        Person("Régis Delcourt", line="la rotation entre le froid et le sec"),
        Person("Inès Petit", line="sur les quais"),
        person(
            "Fatoumata Diarra",
            kind=Kind.REPRESENTATIVE,
            form_of_address="Mme",
            family_name="Diarra",
        ),
    )
    of = met(*people, agency="Relais", reasons=REASONS[8])
    mail = write(of)[0]
    frame, *blocks = re.split(r"\n\nPour [^\n]+ :\n\n", mail.text.body)
    assert frame.startswith("Bonjour Madame Diarra,\n\n")
    assert "remercier Régis Delcourt et Inès Petit" in frame
    assert [block.split("\n")[0] for block in blocks] == [
        "Bonjour Régis Delcourt,",
        "Bonjour Inès Petit,",
    ]
    assert all("mardi 8 décembre" in block for block in blocks)
    assert all(block.endswith("Bien cordialement,\nSoline Achard") for block in blocks)
    assert find(of, mail) == []


def test_a_colleague_is_asked_below_their_own_thanks() -> None:
    """One mail for the colleague: their own, a short request, and the note to pass on."""
    lena = person("Léna Roux", line="Le four", form_of_address="tu", given_name="Léna")
    tom = Person("Tom Gil", line="que rien ne presse", passed_on_by="Léna Roux")
    of = met(lena, tom)
    body = body_of(of)
    assert "Puis-je te demander une chose encore\u00a0? Je voudrais aussi remercier Tom Gil" in body
    assert "\n\nPour Tom Gil :\n\nBonjour Tom Gil,\n\n" in body
    assert find(of, write(of)[0]) == []


def test_somebody_who_was_not_met_is_only_asked() -> None:
    """They are not thanked for a talk they were not in."""
    mona = person("Mona Saïd", is_met=False)
    tom = Person("Tom Gil", line="que rien ne presse", passed_on_by="Mona Saïd")
    of = met(mona, tom)
    mail = write(of)[0]
    assert mail.text.body.startswith(
        "Bonjour Mona Saïd,\n\nJ'ai eu un entretien à l'Hôpital de Saint-Aubrac mardi et je "
        "voudrais remercier Tom Gil"
    )
    assert "transmettre" in mail.text.subject
    assert find(of, mail) == []


@pytest.mark.parametrize("place", [PARIS, GENEVA, ABIDJAN])
@pytest.mark.parametrize("form", [None, "tu"])
def test_a_panel_of_eight_reads_as_eight_mails(place: object, form: str | None) -> None:
    """Different words for everybody, nothing to find in any of them, one register in each."""
    lines = LINES[1 : PANEL + 1]
    people = [
        person(f"Ana Ruiz {n}", line, form_of_address=form, given_name="Ana" if form else None)
        for n, line in enumerate(lines)
    ]
    of = met(*people, place=place)
    mails = write(of)
    known = [p.name for p in people] + [SOLINE.name]
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
        {"form_of_address": "Madame", "family_name": "Arnaud"},
        {"form_of_address": "Monsieur"},
        {"title": "Prof.", "family_name": "Arnaud"},
    ][number % 4]
    of = met(
        person(line=line, **noted),
        reasons=reasons,
        role=ROLES[number % len(ROLES)],
        place=(PARIS, GENEVA, ABIDJAN)[number % 3],
    )
    mail = write(of)[0]
    assert find(of, mail) == []
    assert line in mail.text.body
    assert all(said in mail.text.body for said in sentences.split(reasons, FR.sentences))
    assert 35 <= anatomy.count_words(mail.text.body) <= 120
    assert "{" not in mail.text.body


@pytest.mark.parametrize("role", ["Infirmière de nuit", "Tourneur-fraiseur", "Chef de rang"])
def test_subjects_of_a_panel_differ_and_are_short(role: str) -> None:
    """A telephone shows about 60 characters; people who compare see different subjects."""
    people = [person(f"Ana Ruiz {n}", "le four") for n in range(PANEL)]
    subjects = [mail.text.subject for mail in write(met(*people, role=role))]
    assert len(set(subjects)) == PANEL
    assert max(map(len, subjects)) <= 60
    assert all(role in subject for subject in subjects)


def test_a_late_mail_names_the_date() -> None:
    """Only the words for the day hang on the day of sending."""
    of = met(person(line="le four"))
    soon, late = write(of)[0].text, write(of, WEDNESDAY + timedelta(days=9))[0].text
    dated = re.sub(r"\b(?:de|du|le) mardi 8 décembre", "mardi", late.body)
    assert dated == re.sub(r"\bde mardi", "mardi", soon.body)
    assert "mardi 8 décembre" in late.body


def test_a_text_of_ones_own_is_used_as_it_is() -> None:
    """Nothing is put around it."""
    own = "Bonjour Claire,\n\nMerci pour mardi.\n\nSoline"
    mail = write(met(dataclasses.replace(person(), body=own, subject="Merci, nuit")))[0]
    assert mail.text == Text("Merci, nuit", own)
