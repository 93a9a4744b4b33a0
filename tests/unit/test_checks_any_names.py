"""What holds for every input of the rules about content, companies, days and likeness."""

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.records import Person, Text
from service.writing import companies
from service.writing.checks import Circumstances, OtherNote, company, content, dates, likeness
from service.writing.checks.letter import open_letter
from service.writing.checks.words import load_words
from service.writing.findings import Where
from service.writing.readers import Form, Reading
from service.writing.similarity import similarity
from tests.unit.check_examples import BODY, NEXT_MORNING
from tests.unit.writing_examples import interview, representative

RULES = (*content.RULES, *company.RULES, *dates.RULES, *likeness.RULES)
A_SECOND = settings(
    deadline=timedelta(seconds=1),
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
PIECES = (
    "Northgate", "Northgat", "northgate", "Hospital", "Riverside", "General", "Apple", "GmbH",
    "& Co. KG", "St.", "O'Neill", "l'Atelier", "at", "bei", "join", "Ms", "株式会社", "青葉精機",
    "青葉製機", "様", "みらい", "the", "for", "Thank you", "Monday", "Tuesday", "today",
    "yesterday", "昨日", "I", "would love", "pass", "on", "For Tom:", "\n", "\n\n", ". ", "。", "'",
    "\u2019s", "-", "&", "(", "\u0308", "\x00", "ß", "\u0130", "\ufb01",
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
)
NAMES = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join))
LANGUAGES = st.sampled_from(["en", "de", "fr", "es", "ja", "zh", "xx", ""])


@pytest.fixture(autouse=True, scope="module")
def _lists_are_read() -> None:
    """Read the word lists before the clock of the examples runs."""
    companies.load_lists()
    for tag in ("en", "de", "fr", "es", "ja"):
        load_words(tag)
    similarity(["a"], ["b"])


@given(
    body=TEXTS,
    subject=st.text(max_size=60),
    own=NAMES,
    others=st.lists(NAMES, max_size=4).map(tuple),
    line=NAMES,
    tag=LANGUAGES,
    form=st.sampled_from(Form),
)
@A_SECOND
def test_no_input_is_too_much(
    body: str, subject: str, own: str, others: tuple[str, ...], line: str, tag: str, form: Form
) -> None:
    """No text and no name makes a rule crash or hang, and every place lies in its text."""
    reader, tom = representative(), Person("Tom", line=line)
    of = interview(reader, tom, company=own, role=line, reasons=line, language=tag)
    of = dataclasses.replace(of, company_short=line or None)
    around = Circumstances(
        interview=of,
        reading=Reading(reader, (tom,), form),
        sender=own,
        sent_at=NEXT_MORNING,
        others=(OtherNote("Femi", body), OtherNote("Ana", BODY, is_earlier=True)),
        other_companies=others,
    )
    letter = open_letter(Text(subject, body), around)
    for rule in RULES:
        for hit in rule.find(letter):
            start, end = hit.place or (0, 0)
            text = subject if hit.where is Where.SUBJECT else body
            assert 0 <= start <= end <= len(text), rule.id


@given(name=NAMES.filter(lambda name: any(map(str.isalnum, name))), before=TEXTS)
@A_SECOND
def test_a_company_is_named_by_its_name(name: str, before: str) -> None:
    """However odd it is, whoever writes it as the user noted it has named it."""
    assert companies.is_company_named(name, f"{before} {name}")
