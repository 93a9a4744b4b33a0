"""The data files of a language: complete, and safe to put beside anybody's words."""

import re
from dataclasses import fields

import pytest

from service.writing import phrases
from service.writing.phrases import needed_by

EN = phrases.load_phrases("en")
PANEL = 8
"""So many people in one panel have different words."""

KNOWN = {"company", "sender", "role", "the_role", "day", "on_day", "line", "reason", "names"}
SAID_TO_PEOPLE = {
    **{f"own.{f.name}": getattr(EN.own, f.name) for f in fields(EN.own)},
    **{f"agency.{f.name}": getattr(EN.agency, f.name) for f in fields(EN.agency)},
    **{f"colleague.{f.name}": getattr(EN.colleague, f.name) for f in fields(EN.colleague)},
    **{f"line_kinds.{n}": kind.carriers for n, kind in enumerate(EN.line_kinds)},
    "echo.variants": EN.echo.variants,
}
del SAID_TO_PEOPLE["own.calm_countries"]


def every_variant() -> list[str]:
    """Return every sentence of ours that may stand in a mail."""
    return [variant for variants in SAID_TO_PEOPLE.values() for variant in variants]


@pytest.mark.parametrize("variant", every_variant())
def test_a_variant_can_be_filled_in(variant: str) -> None:
    """It needs nothing that is not known somewhere, and leaves no bracket of its own."""
    assert needed_by(variant) <= KNOWN
    filled = variant.format(**dict.fromkeys(KNOWN, "x"))
    assert "{" not in filled
    assert "}" not in filled


@pytest.mark.parametrize("variant", every_variant())
def test_a_variant_stays_true_whenever_it_is_read(variant: str) -> None:
    """No word for a day goes stale, nothing announces a call, asks for money or shouts."""
    stale = r"\b(?:today|yesterday|tomorrow|tonight|this (?:morning|afternoon|week)|last week)\b"
    assert not re.search(stale, variant, re.IGNORECASE)
    assert not re.search(r"\b(?:call|phone|ring|salary|asap|soon)\b|!", variant, re.IGNORECASE)


@pytest.mark.parametrize(
    "name",
    [
        "own.subjects",
        "own.subjects_without_role",
        "own.openings",
        "own.interest_before",
        "own.interest_after_wish",
        "own.interest_plain",
        "own.reason_carriers",
        "own.joined_reason_carriers",
        "own.closings_eager",
        "own.closings_calm",
        "echo.variants",
        "line_kinds.5",
        "line_kinds.6",
        "line_kinds.7",
    ],
)
def test_there_are_enough_variants_for_a_panel(name: str) -> None:
    """Eight people hear eight different things, also where the role is not known."""
    for_anybody = [
        variant
        for variant in SAID_TO_PEOPLE[name]
        if name == "own.subjects" or not needed_by(variant) & {"role", "the_role"}
    ]
    wanted = PANEL - 1 if name in {"own.interest_before", "own.interest_plain"} else PANEL
    assert len(for_anybody) >= wanted


def test_interest_suffices_for_a_panel_before_and_after_together() -> None:
    """The two lists are chosen from as one."""
    assert len({*EN.own.interest_before, *EN.own.interest_after}) >= PANEL


def test_variants_differ() -> None:
    """No list says the same thing twice."""
    for name, variants in SAID_TO_PEOPLE.items():
        assert len(set(variants)) == len(variants), name


def test_every_opening_thanks_and_names_the_day() -> None:
    """The thanks are the reason for the mail."""
    for variant in (*EN.own.openings, *EN.agency.thanks):
        assert re.search(r"\b(?:thank|thanks|grateful)\b", variant, re.IGNORECASE), variant
        assert needed_by(variant) & {"day", "on_day"}, variant


def test_every_closing_is_glad_of_an_answer() -> None:
    """Whoever reads it knows that an answer is wished for."""
    wish = r"hear|forward|answer|reply|news|excited|learn"
    for variant in (*EN.own.closings_eager, *EN.own.closings_calm, *EN.agency.closings):
        assert re.search(wish, variant), variant


@pytest.mark.parametrize("name", [f.name for f in fields(EN.own)])
def test_no_list_of_a_note_is_empty(name: str) -> None:
    """A forgotten key would leave a mail without its sentence."""
    assert getattr(EN.own, name)


def test_no_list_of_a_frame_is_empty() -> None:
    """The agency's frame thanks, the colleague's opens; both ask and close."""
    assert EN.agency.thanks
    assert EN.colleague.openings_one
    assert EN.colleague.openings_many
    for frame in (EN.agency, EN.colleague):
        assert frame.subjects
        assert frame.subjects_without_role
        assert frame.request_one
        assert frame.request_many
        assert frame.closings


def test_every_line_finds_a_carrier() -> None:
    """The last kind takes whatever the others leave."""
    assert EN.line_kinds[-1].starts == frozenset()
    assert EN.line_kinds[-1].fits is None
    assert all(kind.starts or kind.fits for kind in EN.line_kinds[:-1])


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", True), ("EN", True), ("en-US", True), ("en_GB", True), ("xx", False), ("", False)],
)
def test_is_available(language: str, *, expected: bool) -> None:
    """A language is there when its data file is; its region does not matter."""
    assert phrases.is_available(language) is expected


def test_no_path_is_read_as_a_language() -> None:
    """What the user typed as a language never leaves the data folder."""
    assert not phrases.is_available("../data/en")
    assert not phrases.is_available("checks.en")
