"""What German mails are made of: the variants, and the patterns of the checks."""

import itertools
import re
from dataclasses import fields

import pytest

from service.writing import phrases
from service.writing.checks.words import Words, load_words
from service.writing.phrases import Phrases, needed_by

DE = phrases.load_phrases("de")
PANEL = 8


def both() -> list[Phrases]:
    """Return the phrases with "Sie" and with "du"."""
    assert DE.informal is not None
    return [DE, DE.informal]


def said_by(said: Phrases) -> list[str]:
    """Return every sentence that may stand in a mail."""
    groups = [getattr(said.own, f.name) for f in fields(said.own) if f.name != "calm_countries"]
    groups += [
        getattr(frame, f.name) for frame in (said.agency, said.colleague) for f in fields(frame)
    ]
    groups += [said.echo.variants, *(kind.carriers for kind in said.line_kinds)]
    return [variant for group in groups for variant in group]


def words_of_checks() -> Words:
    """Return the word lists of the checks."""
    words = load_words("de")
    assert words is not None
    return words


def test_a_variant_can_be_filled_in_and_tells_nothing_that_is_not_known() -> None:
    """No unknown name, no stale day, nobody's gender, and no sharp s for Swiss readers."""
    known = {"company", "sender", "role", "line", "reason", "names"}
    known |= DE.dates.near.keys() | DE.names.role.keys() | DE.names.company[0][1].keys()
    stale = r"\b(?:heute|gestern|morgen|vorhin|neulich)\b|!"
    gendered = (
        r"\b(?:Liebe[rn]?|geehrte[rn]?|der Richtige|die Richtige|[Kk]olleg(?:in|e)|ihm|ihn)\b"
    )
    for variant in itertools.chain.from_iterable(map(said_by, both())):
        assert needed_by(variant) <= known, variant
        assert not re.search(stale, variant, re.IGNORECASE), variant
        assert not re.search(gendered, variant), variant
        assert "ß" not in variant


def test_each_register_is_kept() -> None:
    """Nothing said with "Sie" speaks of "du", and the reverse."""
    words = words_of_checks()
    formal, informal = both()
    for variant in said_by(formal):
        assert not words.pattern("informal").is_in(variant), variant
    for variant in said_by(informal):
        assert not re.search(r"\b(?:Ihnen|Ihre?[nmrs]?)\b|(?<!^)\bSie\b", variant), variant


def test_what_is_said_is_what_the_checks_look_for() -> None:
    """Openings thank, interest wants the job, closings look forward, requests ask to pass on."""
    words = words_of_checks()
    for said in both():
        own = said.own
        wants = (*own.interest_before, *own.interest_after, *own.interest_plain)
        expected = {
            "thanks": (*own.openings, *said.agency.thanks, *said.colleague.closings),
            "interest": (*wants, *own.reason_carriers, *own.joined_reason_carriers),
            "closing": (*own.closings_eager, *own.closings_calm, *said.agency.closings),
            "pass-on": (*said.agency.request_one, *said.agency.request_many),
        }
        for name, variants in expected.items():
            for variant in variants:
                text = variant
                for phrase, said_so in DE.names.company[-1][1].items():
                    text = text.replace(f"{{{phrase}}}", said_so.format(company="Alm"))
                assert words.pattern(name).is_in(text), (name, variant)


def test_there_is_enough_to_say_in_both_registers() -> None:
    """Eight people hear eight different things, also where the role is not known."""
    for said in both():
        own = said.own
        interest = (*own.interest_before, *own.interest_after)
        for variants in (
            own.openings,
            own.subjects_without_role,
            interest,
            own.interest_plain,
            own.interest_after_wish,
            own.reason_carriers,
            own.joined_reason_carriers,
            own.closings_eager,
            own.closings_calm,
            own.fuller,
            said.echo.variants,
        ):
            free = [v for v in variants if not needed_by(v) & said.names.role.keys()]
            assert len(set(free)) == len(free) >= PANEL


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("thanks", "Ich bin Ihnen sehr verbunden.", True),
        ("thanks", "In Gedanken bin ich noch dort.", False),
        ("interest", "Die Aufgabe reizt mich sehr.", True),
        ("interest", "Nun möchte ich erst recht zu Ihnen.", True),
        ("interest", "Da wäre ich gerne dabei.", True),
        ("interest", "Solche Arbeit suche ich.", True),
        ("interest", "Ich kann mir gut vorstellen, bei Ihnen zu arbeiten.", True),
        ("interest", "Ich möchte mich für das Gespräch über die Stelle bedanken.", False),
        ("interest", "Ich würde gern von Ihnen hören.", False),
        ("interest", "Es würde mich freuen, wenn Sie sich melden.", False),
        ("closing", "Lass mich wissen, wie ihr euch entschieden habt.", True),
        ("closing", "Auf ein Wiedersehen freue ich mich.", True),
        ("closing", "Es hat mich gefreut, Sie kennenzulernen.", False),
        ("closing", "Gern würde ich bei Ihnen anfangen.", False),
        ("pass-on", "Bitte richten Sie Frau Klein meinen Dank aus.", True),
        ("pass-on", "Leiten Sie diese Zeilen bitte weiter.", True),
        ("pass-on", "Er hat sein Wissen weitergegeben.", False),
        ("announces-call", "Ich klingel nächste Woche mal durch.", True),
        ("announces-call", "Ich hake am Donnerstag telefonisch nach.", True),
        ("announces-call", "Falls ich nichts höre, rufe ich am Mittwoch bei Ihnen an.", True),
        ("announces-call", "Ich rufe jeden Patienten nach der Entlassung an.", False),
        ("announces-call", "Ich würde mich freuen, wenn Sie mich anrufen.", False),
        ("attachment", "Die Arbeitsprobe hänge ich an.", True),
        ("attachment", "Ich hänge sehr an meinem Beruf.", False),
        ("attachment", "im Anhang Ihres Aufsatzes", False),
        ("attachment", "an der neuen Anlage", False),
        ("today", "danke für vorhin", True),
        ("today", "was heute noch gilt", False),
        ("yesterday", "das gestrige Gespräch", True),
        ("yesterday", "danke für vorgestern", False),
        ("too-casual", "Das war echt mega cool.", True),
        ("too-casual", "im hohen Alter, mit Ruhe", False),
        ("text-speak", "MfG", True),
        ("text-speak", "Vor dem LG Stade", False),
        ("typo", "Ich bin seid zwei Jahren dort.", True),
        ("typo", "Ich hoffe, das Sie mir schreiben.", True),
        ("typo", "die Leute, die die Station tragen", False),
        ("typo", "das Gespräch, das Sie mit mir geführt haben", False),
        ("pushy", "Mir liegt bereits ein weiteres Angebot vor.", True),
        ("pushy", "Wann höre ich von Ihnen?", True),
        ("pushy", "Sie sagten, dass Sie bis Freitag entscheiden.", False),
        ("pushy", "Danke für Ihre schnelle Antwort.", False),
        ("begging", "Ich brauche diese Stelle unbedingt.", True),
        ("begging", "Sie brauchen dringend Köche.", False),
        ("salary-talk", "Beim Gehalt bin ich flexibel.", True),
        ("salary-talk", "Mit 55.000 Euro im Jahr wäre ich einverstanden.", True),
        ("salary-talk", "der Gehalt an Methan", False),
        ("salary-talk", "ein Budget von 50.000 Euro", False),
        ("gift", "Ich habe dem Team einen Kuchen gebacken und vorbeigebracht.", True),
        ("gift", "Ich habe als Konditor Torten gebacken.", False),
        ("bad-mouthing", "Mein Ex-Chef war ein Tyrann.", True),
        ("bad-mouthing", "Mein jetziger Chef hat mir viel beigebracht.", False),
        ("stock-phrase", "eine Bereicherung für Ihr Team", True),
        ("stock-phrase", "Die größte Herausforderung ist der Lärm.", False),
        ("flattery", "Es war mir eine große Ehre.", True),
        ("flattery", "Ihr Ehrenamt", False),
        ("apology", "Entschuldigen Sie bitte meine Verspätung.", True),
        ("apology", "Er hat sich entschuldigt.", False),
        ("too-personal", "Wollen wir ein Bier trinken gehen?", True),
        ("too-personal", "der Mann am Telefon", False),
        ("street", "Lindenstraße 12", True),
        ("street", "Danke für den Rundgang durch die Lindenstraße 12.", False),
        ("informal", "auf dein Team", True),
        ("informal", "Wir sind per du.", False),
        ("formal", "dass Sie mir", True),
        ("formal", "Kühe. Sie stehen ruhig.", False),
    ],
)
def test_the_patterns_of_the_checks(name: str, text: str, *, expected: bool) -> None:
    """What people really type is found, and what only looks like it is not."""
    assert words_of_checks().pattern(name).is_in(text) is expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Vorstellungsgespräch", True),
        ("Vielen Dank", True),
        ("Rückmeldung zu unserem Gespräch", True),
        ("Danke: Torfchemie", False),
        ("Vielen Dank für das Gespräch, Küche", False),
    ],
)
def test_a_vague_subject_is_all_of_it(subject: str, *, expected: bool) -> None:
    """A word for the role or the topic makes it tell something."""
    assert words_of_checks().pattern("vague-subject").is_whole(subject) is expected
