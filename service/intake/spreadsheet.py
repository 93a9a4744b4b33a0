"""A spreadsheet saved as CSV -> the tables of its interviews: a row for each person met.

Rows with the same company and start are one interview. What is said of the interview need stand in
one of its rows only, and must not differ between them.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.errors import BadInput
from service.intake.submission_keys import Location, Problems, show_example, suggest

_OF_INTERVIEW: Mapping[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in (
            *("company", "company_short", "role", "starts", "ends", "where", "why"),
            *("language", "mailbox", "took_place", "at"),
        )
    },
    "earliest": ("timing", "earliest"),
    "rest_days": ("timing", "rest_days"),
    "agency": ("agency", "name"),
    "representative": ("agency", "representative"),
    "representative_email": ("agency", "email"),
}
_OF_PERSON: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("name", "email", "line", "met", "direct", "passed_on_by"),
            *("title", "form_of_address", "subject", "body"),
        )
    },
    "person_why": "why",
    "person_where": "where",
    "person_language": "language",
}
COLUMNS = (*_OF_INTERVIEW, *_OF_PERSON)
"""Every column there may be, in any order."""

_NEEDED = ("company", "role", "starts", "name")
_DELIMITERS = ",;\t"
_ANSWERS = {
    **dict.fromkeys(("true", "yes", "y", "x", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}
_IS_ANSWER = frozenset({"took_place", "met", "direct"})
_HINT = f"Its first line names the columns, of these: {', '.join(COLUMNS)}."


@dataclass(slots=True)
class Group:
    """The rows of one interview, as the table that a submission's file would hold."""

    company: str
    lines: list[int] = field(default_factory=list)
    """The line on which each of its rows begins, from 1."""
    raw: dict[str, Any] = field(default_factory=lambda: {"people": []})
    problems: list[str] = field(default_factory=list)
    """What is wrong with the rows as such."""
    _said_in: dict[str, int] = field(default_factory=dict)
    _people_in: list[int] = field(default_factory=list)

    def add(self, line: int, cells: Mapping[str, str]) -> None:
        """Take in one row; `line` is where it begins."""
        self.lines.append(line)
        person = {
            key: _read(key, cells[column])
            for column, key in _OF_PERSON.items()
            if cells.get(column)
        }
        for column, location in _OF_INTERVIEW.items():
            if cells.get(column):
                self._say(line, column, location, _read(column, cells[column]))
        if person:
            self.raw["people"].append(person)
            self._people_in.append(line)

    def make_problems(self) -> Problems:
        """Return what collects problems of this table, each with its line and its column."""
        problems = Problems(self._label, _show_value)
        problems.sentences.extend(self.problems)
        return problems

    def _say(self, line: int, column: str, location: tuple[str, ...], value: object) -> None:
        first = self._said_in.setdefault(column, line)
        table = self.raw
        for part in location[:-1]:
            table = table.setdefault(part, {})
        said = table.setdefault(location[-1], value)
        if said != value:
            self.problems.append(
                f'line {line}: {column}: is "{value}", and "{said}" in line {first} '
                "of the same interview"
            )

    def _label(self, location: Location) -> str:
        if location[:1] == ("people",) and len(location) > 1:
            _people, number, *key = location
            names = [name for name, of in _OF_PERSON.items() if [of] == key]
            return f"line {self._people_in[int(number)]}: {names[0] if names else 'name'}"
        names = [name for name, of in _OF_INTERVIEW.items() if of == location]
        column = names[0] if names else "name" if location == ("people",) else str(location[0])
        return f"line {self._said_in.get(column, self.lines[0])}: {column}"


def is_one(text: str) -> bool:
    """Tell whether the first line names columns, as a spreadsheet's does."""
    names = {_fold(name) for name in re.split(f"[{_DELIMITERS}]", _first_line(text))}
    return {"company", "name"} <= names


def read_groups(text: str, file_name: str) -> Iterator[Group]:
    """Read the interviews, in the order in which each begins.

    Raises:
        BadInput: the columns cannot be told.

    """
    first = _first_line(text)
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = _read_columns(rows, file_name)
    groups: dict[tuple[str, str], Group] = {}
    broken: list[Group] = []
    begins = rows.line_num + 1
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            broken.append(_refuse(begins, f"cannot be read: {error}"))
            break
        if row is None:
            break
        line, begins = begins, rows.line_num + 1
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
            cause = "has more cells than there are columns; does a text with a comma lack quotes?"
            broken.append(_refuse(line, cause))
            continue
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False)}
        key = (cells.get("company", "").casefold(), cells.get("starts", ""))
        if not all(key):
            missing = " and ".join(name for name in ("company", "starts") if not cells.get(name))
            broken.append(_refuse(line, f"{missing} must stand in every row"))
            continue
        groups.setdefault(key, Group(cells["company"])).add(line, cells)
    yield from sorted((*groups.values(), *broken), key=lambda group: group.lines[0])


def _refuse(line: int, problem: str) -> Group:
    return Group("", lines=[line], problems=[f"line {line}: {problem}"])


def _read_columns(rows: Iterator[list[str]], file_name: str) -> list[str]:
    try:
        columns = [_fold(name) for name in next(rows, [])]
    except csv.Error as error:
        raise BadInput(f"{file_name} cannot be read as CSV: {error}.", _HINT) from error
    while columns and not columns[-1]:
        columns.pop()
    problems = [
        f"{name or 'a column without a name'}: is no column"
        + (f"; did you mean {near}?" if (near := suggest(name, COLUMNS)) else "")
        for name in columns
        if name not in COLUMNS
    ]
    problems += [f"{name}: stands there twice" for name in COLUMNS if columns.count(name) > 1]
    problems += [f"{name}: is missing" for name in _NEEDED if name not in columns]
    if problems:
        raise BadInput(f"{file_name} cannot be used.", _HINT, tuple(problems))
    return columns


def _first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0]


def _fold(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().strip('"').casefold())


def _read(key: str, cell: str) -> object:
    return _ANSWERS.get(cell.casefold(), cell) if key in _IS_ANSWER else cell


def _show_value(location: Location) -> str | None:
    """Return an example as it stands in a cell."""
    _key, _, value = (show_example(location) or "").partition(" = ")
    return value.strip('"') or None
