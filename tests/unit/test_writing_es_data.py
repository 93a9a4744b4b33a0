"""The Spanish sentences: they fill in, fit beside anybody's words, and keep to one register."""

import re
from dataclasses import fields

import pytest

from service.writing.checks.words import load_words
from service.writing.phrases import Phrases, needed_by
from tests.unit.spanish_examples import ES, PANEL


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
    """Return the phrases for "usted" and for "tú"."""
    assert ES.informal is not None
    return [("usted", ES), ("tú", ES.informal)]


@pytest.mark.parametrize(("register", "said"), both())
def test_a_variant_can_be_filled_in(register: str, said: Phrases) -> None:
    """It needs nothing that is not known somewhere."""
    known = {"company", "sender", "role", "line", "reason", "names"}
    known |= said.dates.near.keys() | said.names.role.keys()
    for variant in said_by(said):
        assert needed_by(variant) <= known, (register, variant)


@pytest.mark.parametrize(("register", "said"), both())
def test_a_variant_tells_no_gender_and_no_day_that_goes_stale(register: str, said: Phrases) -> None:
    """Neither the sender's gender nor the reader's is known, nor the day on which it is read."""
    gendered = (
        r"\b(?:encantad|agradecid|content|ilusionad|interesad|atent|list|preparad|segur|honrad|"
        r"dispuest|convencid|emocionad|orgullos|junt)[oa]s?\b"
        r"|\b(?:ver|conocer|saludar|escuchar)l[aeo]\b"
    )
    stale = r"\b(?:hoy|ayer|anoche|mañana|esta (?:tarde|semana)|pronto)\b|!"
    for variant in said_by(said):
        assert not re.search(gendered, variant, re.IGNORECASE), (register, variant)
        assert not re.search(stale, variant, re.IGNORECASE), (register, variant)


def test_nothing_melts_into_the_company_or_the_line() -> None:
    """A name or a line may begin with an article: "de el" and "a el" are no Spanish."""
    for _, said in both():
        for variant in said_by(said):
            assert not re.search(r"\b(?:el|la|los|las|del|al) \{company\}", variant), variant
            assert not re.search(r"\b(?:de|a) \{line\}", variant.replace("nota de {line}", "")), (
                variant
            )


def test_each_register_is_kept() -> None:
    """Nothing said with "usted" speaks of "tú", and the reverse."""
    words = load_words("es")
    assert words is not None
    (_, formal), (_, informal) = both()
    for variant in said_by(formal):
        assert not words.pattern("informal").is_in(variant), variant
    for variant in said_by(informal):
        assert not words.pattern("formal").is_in(variant), variant
    own = informal.own
    to_the_reader = (*own.openings, *own.interest_before, *own.interest_after, *own.interest_plain)
    for variant in (*to_the_reader, *own.closings_eager, *own.closings_calm, *own.subjects):
        assert not re.search(r"\b(?:su|sus|suyas?|le|ustedes|usted)\b", variant), variant


def test_what_is_said_is_what_the_checks_look_for() -> None:
    """Openings thank, interest wants the job, closings look forward, requests ask to pass on."""
    words = load_words("es")
    assert words is not None
    for _, said in both():
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
                said_so = variant.replace("{company}", "Cauce")
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
            own.closings_eager,
            own.closings_calm,
            said.echo.variants,
        ):
            free = [v for v in variants if not needed_by(v) & said.names.role.keys()]
            assert len(set(free)) == len(free), register
            assert len(free) >= PANEL, (register, free)
