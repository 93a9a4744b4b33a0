"""What a mail must do: thank, want the job, close, take up the talk, ask the agency to pass on."""

import dataclasses

import pytest

from service.records import Interview, Kind, Person
from service.writing.composition import compose
from service.writing.findings import Finding, Severity
from service.writing.readers import Form
from tests.unit.check_examples import BODY, MARISOL, TOM, check, find, quote
from tests.unit.writing_examples import HANNAH, WEDNESDAY, interview, representative

THANKS = "Thank you for your time on Tuesday and for the walk round the ward."
INTEREST = "and I would love to join Northgate as a ward nurse."
CLOSING = "I look forward to hearing from you."
NOTE = (
    "\n\nFor Tom Kessler:\n\nDear Tom Kessler,\n\n{thanks} {interest}\n\n{closing}\n\n"
    "Hannah Whitlock"
)
WHOLE = {
    "thanks": "Thank you for the rota you drew.",
    "interest": "How you plan discharge from the first day, parents at the table, is what I have "
    "looked for in six years of nursing, and I would be proud to join Northgate as a nurse.",
    "closing": "I hope to hear from you.",
}
NADIA = representative()
AGENCY_BODY = (
    "Dear Ms Rourke,\n\nThank you for arranging the talk at Northgate on Tuesday. {request}\n\n"
    "Ms Duarte walked me round the ward at the end of her shift, and I would be glad to work there "
    "as a ward nurse and learn how discharge is planned from the first day.\n\nI look forward to "
    "hearing from you.\n\nKind regards,\nHannah Whitlock"
)


def tell(sentence: str, in_place_of: str) -> list[str]:
    """Return what is found in a mail that says this instead."""
    assert in_place_of in BODY
    return find(BODY.replace(in_place_of, sentence))


def to_agency(request: str, *people: Person) -> tuple[Finding, ...]:
    """Check a mail to the agency with this request in it."""
    of = interview(*(people or (MARISOL,)), NADIA, company="Northgate Hospital", agency="Rourke")
    return check(
        AGENCY_BODY.format(request=request),
        reader=NADIA,
        of=of,
        form=Form.AGENCY,
        passed_on=people or (MARISOL,),
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "It was good to see the ward on Tuesday.",
        "I have been thinking about our conversation since Tuesday.",
        "Thanks to your plain words I now understand the rota.",
        "Thankfully it was dry when we walked round the ward on Tuesday.",
        "The patients thanked her twice on Tuesday.",
    ],
)
def test_no_thanks(sentence: str) -> None:
    """A mail of thanks thanks; thanking luck, or somebody else's thanks, is not that."""
    assert tell(sentence, THANKS) == ["no-thanks"]


@pytest.mark.parametrize(
    "sentence",
    [
        "I am grateful for your time.",
        "I appreciated the hour you gave me.",
        "Many thanks for Tuesday.",
        "It was kind of you to see me at such short notice.",
        "Much obliged for the hour on Tuesday.",
        "Thanks to the whole crew for Tuesday.",
        "Vielen Dank für das Gespräch.",
    ],
)
def test_thanks_in_other_words(sentence: str) -> None:
    """Thanks are thanks in whatever words."""
    assert "no-thanks" not in tell(sentence, THANKS)


@pytest.mark.parametrize(
    "sentence",
    [
        "and the canteen at Northgate is good, too, as every nurse says.",
        "and it was interesting to hear how Northgate trains a nurse.",
        "and I would like to thank you for a day as a nurse at Northgate.",
        "and you told me that Northgate is looking for a nurse.",
        "and I hope that the new nurse home at Northgate opens on time.",
    ],
)
def test_no_interest(sentence: str) -> None:
    """Praise and thanks are not yet wanting the job."""
    body = BODY.replace(INTEREST, sentence).replace("have wanted", "have tried")
    found = find(body.replace(" is how I have tried to work for years,", " was new to me,"))
    assert found == ["no-interest"]


@pytest.mark.parametrize(
    "sentence",
    [
        "and I'd jump at the chance to be a nurse at Northgate.",
        "so count me in as a nurse at Northgate.",
        "and I can see myself as a nurse at Northgate for years.",
        "and being a nurse at Northgate would suit me down to the ground.",
        "and I hope to be part of Northgate as a nurse.",
        "and I would start as a nurse at Northgate tomorrow.",
        "and Northgate is where I'd like to be a nurse.",
        "and that is why I applied to Northgate as a nurse.",
        "and the nurse post at Northgate is the one I have been looking for.",
        "and I came away from Northgate even more certain that I want to be your nurse.",
        "and nothing would please me more than being a nurse at Northgate.",
    ],
)
def test_interest_in_other_words(sentence: str) -> None:
    """People want a job in hundreds of ways."""
    body = BODY.replace(" is how I have wanted to work for years,", " was new to me,")
    assert find(body.replace(INTEREST, sentence)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Have a good week.",
        "You answered all my questions with patience.",
        "I wish you a calm winter on the ward.",
        "Please thank the sister on duty, too.",
    ],
)
def test_no_closing(sentence: str) -> None:
    """A kind last sentence does not look forward to an answer."""
    assert tell(sentence, CLOSING) == ["no-closing"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Until then, all the best.",
        "Fingers crossed!",
        "I'd be happy to answer any questions.",
        "Whenever you have decided, a line from you would be welcome.",
        "Hearing back from you would make my week.",
        "Let me know if anything is still open.",
        "I hope we meet again.",
        "I am curious how you decide.",
        "See you in spring, I hope.",
        "Here's hoping.",
    ],
)
def test_closings_in_other_words(sentence: str) -> None:
    """Whatever looks ahead closes a mail."""
    assert tell(sentence, CLOSING) == []


@pytest.mark.parametrize("without", ["thanks", "interest", "closing"])
def test_each_note_to_pass_on_is_judged_alone(without: str) -> None:
    """What the reader's own note says is not said to the one it is passed on to."""
    assert find(BODY + NOTE.format(**WHOLE), passed_on=(TOM,)) == []
    lacking = WHOLE | {without: "The rota hung on the wall of the nurse station at Northgate."}
    body = BODY + NOTE.format(**lacking)
    (finding,) = (f for f in check(body, passed_on=(TOM,)) if f.rule.startswith("no-"))
    assert finding.rule == f"no-{without}"
    assert quote(body, finding).lstrip().startswith("Dear Tom Kessler")


def test_a_finding_about_the_whole_mail_has_no_place() -> None:
    """What is not there can be pointed at nowhere."""
    (finding,) = check(BODY.replace(CLOSING, "Have a good week."))
    assert (finding.place, finding.severity) == (None, Severity.WARNING)
    assert finding.message == "Close with looking forward to hearing back."


@pytest.mark.parametrize(
    "request_of_agency",
    [
        "She showed me the whole ward.",
        "I look forward to what comes.",
        "She passed on years of knowledge in an hour.",
        "Thank you for sharing the details with me and for putting me forward.",
    ],
)
def test_agency_no_request(request_of_agency: str) -> None:
    """Without being asked, the agency keeps the thanks to itself."""
    (finding,) = to_agency(request_of_agency)
    assert (finding.rule, finding.severity) == ("agency-no-request", Severity.ERROR)
    assert finding.message == "Ask Nadia Rourke to pass it on."


@pytest.mark.parametrize(
    "request_of_agency",
    [
        "May I ask you to pass this on to her?",
        "Would you mind forwarding my thanks to Ms Duarte?",
        "Could you let her know how much I liked it?",
        "Please give her my thanks.",
        "Could you see to it that she gets these lines?",
        "Please thank Ms Duarte for me.",
        "I would be glad if you relayed this to her.",
    ],
)
def test_the_agency_may_be_asked_in_many_words(request_of_agency: str) -> None:
    """Any way to ask is a request."""
    assert to_agency(request_of_agency) == ()


def test_a_mail_to_the_employer_needs_no_request() -> None:
    """The rule is about the agency's mail alone."""
    assert find(BODY) == []


@pytest.mark.parametrize(
    ("reader", "agency", "expected"),
    [
        (MARISOL, "Rourke Staffing", ["bypasses-agency"]),
        (dataclasses.replace(MARISOL, is_direct=True), "Rourke Staffing", []),
        (MARISOL, None, []),
    ],
)
def test_bypasses_agency(reader: Person, agency: str | None, expected: list[str]) -> None:
    """Who came through an agency writes to it, unless the direct way was allowed."""
    of = interview(reader, company="Northgate Hospital", agency=agency)
    assert find(BODY, reader=reader, of=of) == expected


def test_bypasses_agency_names_whom_to_write_to() -> None:
    """The representative where one is known, else the agency."""
    of = interview(MARISOL, NADIA, company="Northgate Hospital", agency="Rourke Staffing")
    (finding,) = check(BODY, of=of)
    assert finding.message == "This went through Nadia Rourke. Write to them instead?"
    assert finding.severity is Severity.WARNING


def _noting(line: str = "", reasons: str = "", language: str = "en") -> Interview:
    reader = dataclasses.replace(MARISOL, line=line)
    return interview(reader, company="Northgate Hospital", reasons=reasons, language=language)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("the choir, pain charts", ["generic"]),
        ("how Northgate trains juniors", ["generic"]),
        ("the conversation with the team", []),
        ("discharging from day one", []),
        ("ward walks", []),
        ("", []),
    ],
)
def test_generic(line: str, expected: list[str]) -> None:
    """Something of what the user noted is taken up; what anybody would say is no topic."""
    of = _noting(line)
    body = BODY.replace("join Northgate", "join Northgate Hospital")
    assert find(body, of=of, reader=of.people[0]) == expected


def test_generic_looks_at_the_reasons_as_well() -> None:
    """A reason that is taken up makes a mail this person's, too."""
    of = _noting("the choir", "You plan discharge early.")
    assert find(BODY, of=of, reader=of.people[0]) == []
    of = _noting("the choir", "Your night rota is fair.")
    assert find(BODY, of=of, reader=of.people[0]) == ["generic"]


@pytest.mark.parametrize(
    ("topics", "expected"),
    [("検査工程", set()), ("工程の検査", set()), ("潤滑油", {"generic"}), ("お話", set())],
)
def test_generic_where_no_spaces_part_words(topics: str, expected: set[str]) -> None:
    """Pairs of ideographs are compared."""
    of = _noting(topics, language="ja")
    body = (
        "Marisol Duarte 様\n\n昨日は面接のお時間をいただき、ありがとうございました。"
        "検査工程のお話が心に残りました。貴社で働きたいです。\n\nご連絡をお待ちしております。\n\n"
        "Hannah Whitlock"
    )
    found = find(body, of=of, reader=of.people[0], language="ja")
    assert {"generic"} & set(found) == expected


def test_generic_judges_each_note_by_its_own_topics() -> None:
    """What was noted for one person says nothing about another's note."""
    tom = dataclasses.replace(TOM, line="the choir")
    of = interview(MARISOL, tom, company="Northgate Hospital", reasons="")
    body = BODY + NOTE.format(**WHOLE)
    (finding,) = check(body, of=of, passed_on=(tom,))
    assert finding.rule == "generic"
    assert "Tom Kessler" in quote(body, finding)
    sung = body.replace("the rota you drew", "the choir that you lead")
    assert find(sung, of=of, passed_on=(tom,)) == []


def test_the_frame_of_an_agency_mail_is_no_note() -> None:
    """Around composed notes the agency is thanked and asked, and nothing more is expected."""
    steve = Person("Steve Mallon", line="You were patient with my questions about ozone.")
    of = interview(steve, NADIA, company="Calder Water", agency="Rourke Staffing")
    (mail,) = compose(of, HANNAH, WEDNESDAY).mails
    assert mail.reading.form is Form.AGENCY
    found = check(
        mail.text.body, of=of, reader=NADIA, form=Form.AGENCY, passed_on=(steve,), subject="Thanks"
    )
    mine = {"no-thanks", "no-interest", "no-closing", "generic", "agency-no-request", "i-heavy"}
    assert mine.isdisjoint(finding.rule for finding in found)


I_HEAVY = (
    "Dear Marisol Duarte,\n\nThank you for your time on Tuesday. I liked the ward. I'd seen few as "
    "calm. I know how discharge is planned. I would love to join Northgate as a nurse.\n\nI look "
    "forward to hearing from you.\n\nKind regards,\nHannah Whitlock"
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("", ""), ["i-heavy"]),
        (("I liked the ward.", "The ward was calm."), []),
        (("I liked the ward. I'd seen few as calm. ", ""), []),
        (("I liked", "In truth I liked"), []),
    ],
)
def test_i_heavy(change: tuple[str, str], expected: list[str]) -> None:
    """From five sentences on, most of them should not begin with oneself."""
    found = check(I_HEAVY.replace(*change))
    assert [finding.rule for finding in found if finding.rule == "i-heavy"] == expected
    assert all(f.severity is Severity.HINT for f in found if f.rule == "i-heavy")


def test_nothing_is_said_in_a_language_without_words() -> None:
    """Better no finding than a false one."""
    body = "Kedves Duarte Marisol!\n\nNagyon jó volt a kórházban, és sokat tanultam.\n\nHannah"
    found = set(find(body, language="hu"))
    assert found.isdisjoint({"no-thanks", "no-interest", "no-closing", "generic", "i-heavy"})


def test_a_representative_who_was_met_alone_is_thanked_like_anybody() -> None:
    """Where nobody else was met there is nothing to pass on."""
    of = interview(NADIA, company="Northgate Hospital", agency="Rourke Staffing")
    assert NADIA.kind is Kind.REPRESENTATIVE
    assert find(BODY.replace("Marisol Duarte", "Ms Rourke"), of=of, reader=NADIA) == []
