"""The French sentences: they fill in, fit beside anybody's words, and keep to one register."""

import re
from dataclasses import fields

import pytest

from service.writing.checks.words import load_words
from service.writing.phrases import Phrases, needed_by
from tests.unit.french_examples import FR, PANEL

COMPANY = {"company", "at_company", "the_company"}


def said_by(said: Phrases) -> list[str]:
    """Return every sentence that may stand in a mail."""
    kinds = (*said.line_kinds, *said.reason_kinds)
    groups = [getattr(said.own, f.name) for f in fields(said.own) if f.name != "calm_countries"]
    groups += [
        getattr(frame, f.name) for frame in (said.agency, said.colleague) for f in fields(frame)
    ]
    groups += [said.echo.variants, *(kind.carriers for kind in kinds)]
    return [variant for group in groups for variant in group]


def both() -> list[tuple[str, Phrases]]:
    """Return the phrases for "vous" and for "tu"."""
    assert FR.informal is not None
    return [("vous", FR), ("tu", FR.informal)]


@pytest.mark.parametrize(("register", "said"), both())
def test_a_variant_can_be_filled_in(register: str, said: Phrases) -> None:
    """It needs nothing that is not known somewhere."""
    known = {"sender", "role", "line", "reason", "names"} | COMPANY
    known |= said.dates.near.keys() | said.names.role.keys()
    for variant in said_by(said):
        assert needed_by(variant) <= known, (register, variant)


def test_every_kind_of_name_has_every_phrase() -> None:
    """Whatever a house or a role is called, each variant can be filled in."""
    assert all(phrases.keys() | {"company"} == COMPANY for _, phrases in FR.names.company)
    assert all(phrases.keys() == FR.names.role.keys() for _, phrases in FR.names.role_kinds)
    assert FR.dates.near.keys() == FR.dates.far.keys()


@pytest.mark.parametrize(("register", "said"), both())
def test_a_variant_tells_no_gender_and_no_day_that_goes_stale(register: str, said: Phrases) -> None:
    """Neither the sender's gender nor the reader's is known, nor the day on which it is read."""
    gendered = (
        r"\b(?:ravi|enchanté|content|convaincu|motivé|reconnaissant|intéressé|honoré|impatient|"
        r"certain|sûr|prêt|obligé|touché|impressionné|séduit|déterminé|persuadé)e?\b"
        r"|\b(?:heureux|heureuse|fi[eè]re?|m'avoir (?:reçu|accueilli|invité)e?|je me suis \w+)\b"
        r"|\bvous ai \w+\b"
    )
    stale = r"\b(?:aujourd'hui|hier|demain|ce (?:matin|soir)|cette semaine|bientôt)\b|!"
    for variant in said_by(said):
        assert not re.search(gendered, variant, re.IGNORECASE), (register, variant)
        assert not re.search(stale, variant, re.IGNORECASE), (register, variant)


def test_nothing_drops_its_vowel_before_a_name_or_a_line() -> None:
    """A name or a line may begin with a vowel or an article: "de Orange", "à le plan"."""
    bare = r"\b(?:de|que|le|la|je|à|du|au) \{(?:company|the_company|at_company|line|reason|names)\}"
    for _, said in both():
        for variant in said_by(said):
            assert not re.search(bare, variant), variant


def test_no_line_breaks_before_a_colon_or_a_question_mark() -> None:
    """The space there is one at which no mail program breaks a line."""
    for _, said in both():
        for variant in said_by(said):
            assert not re.search(r"[^\u00a0][:;?!]", variant), variant


def test_each_register_is_kept() -> None:
    """Nothing said with "vous" speaks of "tu", and the reverse."""
    words = load_words("fr")
    assert words is not None
    (_, formal), (_, informal) = both()
    for variant in said_by(formal):
        assert not words.pattern("informal").is_in(variant), variant
    for variant in said_by(informal):
        assert not words.pattern("formal").is_in(variant), variant
        assert not re.search(r"\b(?:vous|votre|vos)\b", variant), variant


def test_what_is_said_is_what_the_checks_look_for() -> None:
    """Openings thank, interest wants the job, closings look forward, requests ask to pass on."""
    words = load_words("fr")
    assert words is not None
    for _, said in both():
        own = said.own
        wants = (*own.interest_before, *own.interest_after, *own.interest_plain)
        wants += (*own.reason_carriers, *own.joined_reason_carriers)
        wants += tuple(carrier for kind in said.reason_kinds for carrier in kind.carriers)
        expected = {
            "thanks": (*own.openings, *said.agency.thanks, *said.colleague.closings),
            "interest": wants,
            "closing": (*own.closings_eager, *own.closings_calm, *said.agency.closings),
            "pass-on": (*said.agency.request_one, *said.agency.request_many),
        }
        for name, variants in expected.items():
            for variant in variants:
                said_so = variant.replace("{at_company}", "chez Galène").replace("\u00a0", " ")
                said_so = said_so.replace("{the_company}", "Galène")
                assert words.pattern(name).is_in(said_so), (name, variant)


def test_there_is_enough_to_say_in_both_registers() -> None:
    """Eight people hear eight different things, also where the role is not known."""
    for register, said in both():
        own = said.own
        for variants in (
            own.openings,
            own.subjects_without_role,
            (*own.interest_before, *own.interest_after),
            own.interest_plain,
            own.interest_after_wish,
            own.reason_carriers,
            own.joined_reason_carriers,
            own.closings_eager,
            own.closings_calm,
            said.echo.variants,
            said.line_kinds[-1].carriers,
        ):
            free = [v for v in variants if not needed_by(v) & said.names.role.keys()]
            assert len(set(free)) == len(free), register
            assert len(free) >= PANEL, (register, free)
