"""What the rules about a mail's frame find: subject, gaps, size, layout, links, other readers."""

import dataclasses

import pytest

from service.records import Person, Thread
from service.writing.checks import EMPTY_BODY, RULES
from service.writing.checks.words import load_messages
from service.writing.findings import Finding, Severity, Where
from tests.unit.check_examples import BODY, MARISOL, check, find, quote


def put(words: str) -> str:
    """Return the faultless mail with these words in place of "the ward"."""
    return BODY.replace("the ward", words, 1)


def test_a_good_mail_has_no_findings() -> None:
    """The mail that the other examples are made from is clean."""
    assert find(BODY) == []


def test_a_finding_says_what_where_and_how_much() -> None:
    """The place counts in the part of the mail that it names."""
    subject = "Thank you, Ward Nurse at [Company]"
    assert check(BODY, subject=subject) == (
        Finding(
            rule="placeholder-left",
            severity=Severity.ERROR,
            place=(25, 34),
            message="A gap was left unfilled: “[Company]”.",
            where=Where.SUBJECT,
        ),
    )


def test_every_rule_has_a_message() -> None:
    """And no message is left over."""
    assert set(load_messages()) == {rule.id for rule in (EMPTY_BODY, *RULES)}


def test_empty_subject() -> None:
    """A blank subject is no subject."""
    assert find(BODY, subject="  ") == ["empty-subject"]


def test_empty_body_stops_the_rest() -> None:
    """There is nothing else to say about a mail that is not there."""
    assert find("Thank you.", subject="") == ["empty-body"]
    assert find("") == ["empty-body"]
    assert "empty-body" not in find("Dear Ana, thank you. Hannah")


@pytest.mark.parametrize(
    "gap",
    [
        "[Position]",
        "[your name here]",
        "{{role}}",
        "{company_name}",
        "<<name>>",
        "<insert name>",
        "%NAME%",
        "the XX role",
        "____",
        "TODO",
        "(insert a topic)",
        "\u3007\u3007",
    ],
)
def test_placeholder_left(gap: str) -> None:
    """Every usual way to mark a gap is found, and pointed at."""
    (found,) = check(put(gap))
    assert found.rule == "placeholder-left"
    assert quote(put(gap), found) in gap


@pytest.mark.parametrize(
    "text",
    [
        "the XX chromosome work",
        "size XXL",
        "Super Bowl XX",
        "the item [1] on your list",
        "the quote, [sic], on the wall",
        "the array[index] you drew",
        "the TODO list on the wall",
        "the TODO-list",
        "the set {1, 2, 3}",
        "snake_case and __init__",
        "the page (link) you showed",
        "Ana <ana@example.com>",
        "growth of 20% a year",
    ],
)
def test_placeholder_left_leaves_ordinary_text_alone(text: str) -> None:
    """What merely looks like a gap is the user's text."""
    assert find(put(text)) == []


def test_placeholder_left_leaves_the_users_names_alone() -> None:
    """A company may be called anything."""
    body = BODY.replace("Northgate", "Studio XX")
    assert find(body, company="Studio XX") == []
    assert "placeholder-left" in find(body)


def test_too_long() -> None:
    """Over 150 words nobody reads to the end; notes to pass on are counted one by one."""
    filler = "The rota is agreed by those who work it. " * 10
    long = BODY.replace("I look", filler * 2 + "I look")
    assert "too-long" not in find(BODY.replace("I look", filler + "I look"))
    (finding,) = [each for each in check(long) if each.rule == "too-long"]
    assert finding.severity is Severity.WARNING
    people = tuple(Person(f"Ana Ruiz {number}") for number in range(4))
    blocks = "".join(f"\n\nFor {p.name}:\n\nDear {p.name},\n\nThank you. {filler}" for p in people)
    assert "too-long" not in find(BODY + blocks, passed_on=people)


def test_too_short() -> None:
    """Two lines look as if nobody had cared; who only passes on may be asked briefly."""
    short = "Dear Marisol Duarte,\n\nThank you for Tuesday, I would love to join Northgate."
    assert "too-short" in find(f"{short}\n\nI look forward to hearing from you.\n\nHannah Whitlock")
    assert "too-short" not in find(BODY)


@pytest.mark.parametrize("subject", ["Thanks!", "Hi", "Follow-up", "interview", "Thank you"])
def test_vague_subject(subject: str) -> None:
    """A subject that could stand above any mail."""
    assert "vague-subject" in find(BODY, subject=subject)


def test_fake_reply() -> None:
    """A "Re:" is honest in a thread, and a trick elsewhere."""
    assert find(BODY, subject="Re: Ward Nurse") == ["fake-reply"]
    assert find(BODY, subject="AW: Ward Nurse") == ["fake-reply"]
    answered = dataclasses.replace(MARISOL, thread=Thread("<a@x.example>", subject="Ward Nurse"))
    assert find(BODY, subject="Re: Ward Nurse", reader=answered) == []


def test_long_subject_is_a_hint() -> None:
    """It points at what a telephone cuts off."""
    (found,) = check(BODY, subject=f"Thank you, {'Ward Nurse ' * 6}".strip())
    assert (found.rule, found.severity, found.place) == ("long-subject", Severity.HINT, (60, 76))


def test_dense_paragraph_is_a_hint() -> None:
    """Eighty words in one piece look like work."""
    dense = put("the ward, " + "with its rota that is agreed by those who work it, " * 8)
    assert find(dense) == ["dense-paragraph"]


def test_letter_layout_is_a_hint() -> None:
    """A postal address stands on no mail."""
    assert find(f"Northgate Hospital\n14 Market Street\nHull\n\n{BODY}") == ["letter-layout"]


@pytest.mark.parametrize("line", ["Sent from my iPhone", "Get Outlook for iOS"])
def test_device_signature(line: str) -> None:
    """The telephone's line says that it was written in passing."""
    assert find(f"{BODY}\n\n{line}") == ["device-signature"]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ("https://hannah.example/work", []),
        ("https://hannah.example/a and https://hannah.example/b", ["links"]),
        ("https://bit.ly/3xYz", ["links"]),
        ("https://hannah.example/?utm_source=mail", ["links"]),
    ],
)
def test_links(links: str, expected: list[str]) -> None:
    """One plain link is welcome; two, or one that hides where it leads, are not."""
    assert find(put(f"the ward ({links})")) == expected


def test_more_than_one_recipient() -> None:
    """Each person has a mail of their own."""
    assert find(BODY, more_recipients=("femi@example.com",)) == ["more-than-one-recipient"]


@pytest.mark.parametrize(
    "sentence", ["I have attached my references.", "Please find my CV attached."]
)
def test_missing_attachment(sentence: str) -> None:
    """A follow-up never carries a file."""
    assert "missing-attachment" in find(BODY.replace("I look", f"{sentence} I look"))


def test_being_attached_is_no_attachment() -> None:
    """The word has other uses."""
    assert find(put("the ward that is attached to the school")) == []
