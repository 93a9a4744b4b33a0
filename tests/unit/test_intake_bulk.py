"""A file of many interviews: each read by itself, and what cannot be used named by its line."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadInput
from service.intake import bulk, spreadsheet
from service.intake.bulk import Entry
from service.intake.submission import read_submission

NOW = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)
GUIDE = (Path(__file__).parents[2] / "docs" / "bulk.md").read_text()
HEADER = "company,role,starts,ends,where,why,name,email"
ROW = "Harbour Foods,Cook,2026-12-08 09:30,10:15,London,I like it.,Henrik Vogt,h@harbour.example"


def read(data: str | bytes) -> list[Entry]:
    """Return what a file comes to."""
    return list(bulk.read_entries(data.encode() if isinstance(data, str) else data, "jobs", NOW))


def find_block(kind: str) -> str:
    """Return the example of this kind in the guide."""
    found = re.search(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_examples_of_the_guide_are_read_as_the_same_interviews() -> None:
    """Rows become panels; a line of JSON is what the rows say."""
    panel, single = read(find_block("csv"))
    (line,) = read(find_block("json"))
    assert panel.lines == (2, 3)
    assert single.lines == (4,)
    assert panel.submitted is not None
    assert [each.name for each in panel.submitted.interview.people] == [
        "Sabine Krüger",
        "Tom Adeyemi",
    ]
    assert single.submitted == line.submitted


def test_every_column_says_what_the_key_of_a_submission_says() -> None:
    """Everything that a row can say is read as a file would have it."""
    cells = {
        "company": "Tidewater Systems", "company_short": "Tidewater", "role": "Engineer",
        "starts": "2026-12-08 14:00", "ends": "15:00", "where": "Bristol, England",
        "why": "I would like to build.", "language": "en", "mailbox": "ana@avery.example",
        "took_place": "yes", "at": "2026-12-09 10:15", "earliest": "10:00",
        "rest_days": "same-day", "agency": "Rourke & Hale", "representative": "Ciara Rourke",
        "representative_email": "ciara@rourke.example", "name": "Sabine Krüger",
        "email": "s@tidewater.example", "line": "The gate stays with me.", "met": "TRUE",
        "direct": "x", "passed_on_by": "", "title": "Dr.", "form_of_address": "Ms",
        "subject": "Thank you", "body": "Dear Sabine,\nthank you.",
        "person_why": "It is near.", "person_where": "Köln", "person_language": "de",
    }  # fmt: skip
    assert set(cells) == set(spreadsheet.COLUMNS)
    quoted = ['"' + value.replace('"', '""') + '"' for value in cells.values()]
    (entry,) = read(f"{','.join(cells)}\n{','.join(quoted)}\n")
    submission = {
        **{
            key: cells[key]
            for key in (
                *("company", "company_short", "role", "starts", "ends", "where", "why"),
                *("language", "mailbox", "at"),
            )
        },
        "took_place": True,
        "timing": {"earliest": "10:00", "rest_days": "same-day"},
        "agency": {
            "name": "Rourke & Hale",
            "representative": "Ciara Rourke",
            "email": "ciara@rourke.example",
        },
        "people": [
            {
                **{key: cells[key] for key in ("name", "email", "line", "title", "subject")},
                **{key: cells[key] for key in ("form_of_address", "body")},
                "met": True,
                "direct": True,
                "why": "It is near.",
                "where": "Köln",
                "language": "de",
            }
        ],
    }
    wanted = read_submission(json.dumps(submission).encode(), "one.json", NOW)
    assert entry.problems == ()
    assert entry.submitted == wanted


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_whatever_a_spreadsheet_writes_is_read(delimiter: str, encoding: str, ending: str) -> None:
    """Commas, semicolons and tabs, with or without a mark of its encoding."""
    text = ending.join((HEADER.title(), ROW, "")).replace(",", delimiter)
    assert bulk.is_bulk(text.encode(encoding), "-")
    (entry,) = read(text.encode(encoding))
    assert entry.submitted is not None
    assert entry.submitted.interview.people[0].address == "h@harbour.example"


def test_a_refused_row_takes_its_interview_with_it_and_no_other() -> None:
    """All of a panel or none of it; each problem with the line on which its row begins."""
    text = f"""{HEADER}
{ROW}
"Acme
Works",Cook,2026-12-08 09:30,10:15,London,"I like ""it"".",Eve Holt,eve@acme.example
,,,,,,,
Oakfield,Clerk,2026-12-08 11:00,,London,I like files.,Tom Hale,no address
Oakfield,Driver,2026-12-08 11:00,,,,Ann Lau,ann@oakfield.example
Northgate,Clerk,2026-12-08 11:00,,London,I like files.,Ben Lau,ben@north.example,more
,Clerk,2026-12-08 11:00,,London,I like files.,Ida Lau,ida@north.example
"""
    found = {entry.lines: entry for entry in read(text)}
    assert {lines for lines, entry in found.items() if entry.submitted} == {(2,)}
    problems = {lines: entry.problems for lines, entry in found.items() if entry.problems}
    assert set(problems) == {(3,), (6, 7), (8,), (9,)}
    assert problems[3,][0].startswith("line 3: company: ")
    assert problems[6, 7] == (
        'line 7: role: is "Driver", and "Clerk" in line 6 of the same interview',
    )
    assert problems[8,][0].startswith("line 8: has more cells than there are columns")
    assert problems[9,] == ("line 9: company must stand in every row",)


def test_every_problem_of_an_interview_is_named_with_its_line_and_column() -> None:
    """The one of the row where it stands, whichever of the panel that is."""
    text = "\n".join(
        (
            f"{HEADER},met,person_where",
            "Oakfield,Clerk,2026-12-08 11:00,,London,I like files.,Tom Hale,tom@oak.example,,",
            "Oakfield,,2026-12-08 11:00,,,,Ann Lau,no address,maybe,Nowhereville",
        )
    )
    (entry,) = read(text)
    assert [each.partition(": ")[2].partition(":")[0] for each in entry.problems] == [
        "email",
        "met",
        "person_where",
    ]
    assert all(each.startswith("line 3: ") for each in entry.problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("company,role,strats,name\n", "strats: is no column; did you mean starts?"),
        ("company,role,starts,name,name\n", "name: stands there twice"),
        ("company,starts,name\n", "role: is missing"),
    ],
)
def test_columns_that_cannot_be_told_refuse_the_whole(text: str, problem: str) -> None:
    """With what was meant, where that can be told."""
    with pytest.raises(BadInput) as refused:
        read(text)
    assert problem in refused.value.problems


def test_one_interview_is_not_taken_for_many() -> None:
    """A JSON or TOML file of one stays what it is, however it is laid out."""
    single = {"company": "Oakfield", "people": [{"name": "Tom Hale"}]}
    assert not bulk.is_bulk(json.dumps(single).encode(), "one.json")
    assert not bulk.is_bulk(json.dumps(single, indent=2).encode(), "one.json")
    assert not bulk.is_bulk(b'company = "Oakfield, name"\nrole = "Clerk"\n', "one.toml")
    assert bulk.is_bulk(f"{json.dumps(single)}\n{json.dumps(single)}\n".encode(), "-")


def test_lines_of_json_are_refused_one_by_one() -> None:
    """What is no object, and what lacks keys, each with its number; empty lines count."""
    good = find_block("json").strip()
    entries = read(f'{good}\n\nnonsense\n[1]\n{{"company": "Oak", "people": null}}\n')
    assert [entry.lines for entry in entries] == [(1,), (3,), (4,), (5,)]
    assert entries[0].submitted is not None
    assert entries[1].problems == ("line 3: is no JSON object",)
    assert entries[2].problems == ("line 4: is no JSON object",)
    assert all(each.startswith("line 5: ") for each in entries[3].problems)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing that is handed in is an error of the program."""
    with suppress(BadInput):
        for entry in read(data):
            assert (entry.submitted is None) == bool(entry.problems)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=10), max_size=6))
def test_any_rows_are_read_or_refused(rows: list[list[str]]) -> None:
    """Under sound columns, too; every refusal names a line of the file."""
    text = "\n".join((HEADER, *(",".join(row) for row in rows)))
    for entry in read(text):
        assert (entry.submitted is None) == bool(entry.problems)
        assert all(re.match(r"line \d+: ", each) for each in entry.problems)
