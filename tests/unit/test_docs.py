"""The documentation says what the program does: commands, settings, states, links and texts."""

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import asdict, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.routing import APIRoute
from typer.core import TyperGroup

from service.cli import ALIASES, COMMANDS, app
from service.config import PREFIX, SECTIONS, Settings, load
from service.outbox import TRANSITIONS
from service.states import Proof, State, Step, WaitingFor
from service.web import api, problems
from service.writing.checks import EMPTY_BODY, RULES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
EXAMPLE = ROOT / "config.example.toml"
STATES = ROOT / "docs" / "states.md"
CHECKS = ROOT / "docs" / "checks.md"
_NOT_OVER_HTTP = frozenset({"bad-configuration", "clock-unusable", "not-told"})
"""Codes that a service which serves calls cannot meet with in one."""

PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ENDINGS = re.compile(r"\s[>|&]\s?.*")
"""What a shell does with a command's output; it is no part of the command."""


def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def find_tables(page: Path) -> Iterator[list[list[str]]]:
    """Return every table of a page: its rows, the header first, each a list of cells."""
    rows: list[list[str]] = []
    for line in [*read(page).splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            yield [rows[0], *rows[2:]]
            rows = []


def find_table(page: Path, first_header: str) -> list[list[str]]:
    """Return the rows of the one table whose first column has this header."""
    (found,) = [table[1:] for table in find_tables(page) if table[0][0] == first_header]
    return found


def find_commands(page: Path) -> list[str]:
    """Return every command line of ours on a page: in shell blocks, and alone in code."""
    text = read(page)
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines += re.findall(r"`(callback [^`]+)`", prose)
    return [ENDINGS.sub("", line) for line in lines if line.startswith("callback ")]


def list_commands() -> list[tuple[str, str]]:
    """Return every command line of the documentation with the page it stands on."""
    return [
        (page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in find_commands(page)
    ]


@pytest.mark.parametrize(("page", "line"), list_commands())
def test_a_command_in_the_documentation_can_be_typed(page: str, line: str) -> None:
    """Its command exists, and takes the arguments and flags that are shown."""
    name, *rest = shlex.split(line, comments=True)[1:]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    command = group.get_command(group.make_context("callback", [name]), name)
    assert command is not None, page
    if "--help" not in rest:
        command.make_context(name, rest).close()


def test_every_command_is_in_the_readme() -> None:
    """A command that nobody can read about does not exist for a user."""
    shown = {line.split()[1] for line in find_commands(README)}
    assert set(COMMANDS) <= shown
    for alias in ALIASES:
        assert f"`{alias}`" in read(README)


def test_every_setting_is_in_the_example() -> None:
    """Each key stands there under its section, commented out where it has no default."""
    found: set[tuple[str, str]] = set()
    section = ""
    for line in read(EXAMPLE).splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        elif key := re.fullmatch(r"(?:# )?(\w+) = \S.*", line):
            found.add((section, key[1]))
    known = {(section, each.name) for section, kind in SECTIONS.items() for each in fields(kind)}
    assert found == known


def test_the_example_is_the_defaults() -> None:
    """It loads without a problem, and changes nothing."""
    settings, path = load(EXAMPLE)
    assert path == EXAMPLE
    assert settings == Settings()


def test_what_the_example_leaves_out_can_be_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commented keys are of the right kind: uncommented, they load, too."""
    text = re.sub(r"^# (\w+ = )", r"\1", read(EXAMPLE), flags=re.MULTILINE)
    bundle = tmp_path / "authorities.pem"
    bundle.touch()
    text = re.sub(r"ca_bundle = .*", f"ca_bundle = {str(bundle)!r}", text)
    chosen = tmp_path / "all.toml"
    chosen.write_text(text, encoding="utf-8")
    settings, _ = load(chosen)
    values = asdict(settings)
    assert all(value is not None for keys in values.values() for value in keys.values())

    for name, value in re.findall(rf"#   ({PREFIX}[A-Z_]+__[A-Z_]+)=(\S+)", read(EXAMPLE)):
        monkeypatch.setenv(name, value.strip("'"))
    assert load(EXAMPLE)[0] != Settings()


def test_the_transitions_are_as_they_are_written() -> None:
    """The table of docs/states.md is the table that the queue works by."""
    written = {
        cells[0].strip("`"): (split(cells[1]), split(cells[2]))
        for cells in find_table(STATES, "transition")
    }
    assert written == {
        verb: (set(row.sources), set(row.targets)) for verb, row in TRANSITIONS.items()
    }


def test_the_chart_shows_only_what_can_happen() -> None:
    """Each arrow of the chart is a transition, and none is missing from it altogether."""
    drawn: set[str] = set()
    states: set[str] = set()
    for source, target, verbs in re.findall(
        r"^ +(\w+) --> (\w+) : (.+)$", read(STATES), re.MULTILINE
    ):
        states |= {source, target}
        for verb in split(verbs):
            assert source in TRANSITIONS[verb].sources, (source, verb)
            assert target in TRANSITIONS[verb].targets, (verb, target)
            drawn.add(verb)
    assert drawn == set(TRANSITIONS)
    assert states == set(State)


@pytest.mark.parametrize(
    ("header", "values"),
    [("state", State), ("waits for", WaitingFor), ("step", Step), ("proof", Proof)],
)
def test_every_state_has_its_sentence(header: str, values: type[StrEnum]) -> None:
    """Whatever `callback show` may print is explained, and nothing else is."""
    assert [cells[0].strip("`") for cells in find_table(STATES, header)] == list(values)


def test_every_check_has_its_sentence() -> None:
    """Whatever may hold a mail is explained, with how much it weighs."""
    written = {cells[0].strip("`"): cells[1] for cells in find_table(CHECKS, "check")}
    assert written == {rule.id: rule.severity for rule in (EMPTY_BODY, *RULES)}


def split(cell: str) -> set[str]:
    """Return the words between the commas of a cell."""
    return {word.strip() for word in cell.split(",")}


def list_links() -> list[tuple[str, str]]:
    """Return every link of the documentation that stays within it, with the page it stands on."""
    return [
        (page.relative_to(ROOT).as_posix(), target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", read(page))
        if not re.match(r"[a-z]+:", target)
    ]


@pytest.mark.parametrize(("page", "target"), list_links())
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    """The file is there, and so is the heading in it."""
    path, _, heading = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    assert file.exists()
    if heading:
        headings = re.findall(r"^#+ (.+)$", read(file), re.MULTILINE)
        assert heading in {anchor(each) for each in headings}


def anchor(heading: str) -> str:
    """Return the name under which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")


def list_quotes() -> list[tuple[str, str]]:
    """Return each text that a page says is printed, with that page."""
    return [
        (page.relative_to(ROOT).as_posix(), quote)
        for page in PAGES
        for header, *rows in find_tables(page)
        if "Call Back says" in header
        for cells in rows
        for quote in re.findall(r"`([^`]*[a-z] [^`]+)`", cells[header.index("Call Back says")])
    ]


@pytest.mark.parametrize(("page", "quote"), list_quotes())
def test_what_is_quoted_is_printed(page: str, quote: str) -> None:
    """A text to look up is found as it stands on the screen; "…" stands for what varies."""
    pattern = re.compile(".*".join(re.escape(part) for part in quote.split("…")))
    assert any(pattern.search(text) for text in printed_texts()), page


@pytest.mark.parametrize("provider", ["gmail", "outlook"])
def test_the_guides_show_what_connect_says(provider: str) -> None:
    """Each line of the block that a guide shows is one that the program has."""
    (block,) = re.findall(
        r"```text\n(Call Back.*?)```", read(ROOT / f"docs/{provider}.md"), re.DOTALL
    )
    for line in block.splitlines():
        assert re.sub(r"\d+", "…", line) in printed_texts()


@cache
def printed_texts() -> frozenset[str]:
    """Return every text in the program, with "…" for what is put in when it runs."""
    files = [*(ROOT / "service").rglob("*.py"), *(ROOT / "providers").rglob("*.py")]
    return frozenset(
        text
        for file in files
        for node in ast.walk(ast.parse(read(file)))
        for text in texts_of(node)
    )


def texts_of(node: Any) -> Iterator[str]:
    """Return the text that a piece of code writes, if it does."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
        )


def test_every_code_of_a_refusal_is_documented() -> None:
    """With its status, as the API answers it."""
    page = read(ROOT / "docs" / "api.md")
    table = page[page.index("| status | `code`") :]
    told = {
        (int(line.split("|")[1]), code)
        for line in table.splitlines()[2:]
        for code in re.findall(r"`([a-z-]+)`", line.split("|")[2])
    }
    codes = {
        (status, code) for code, status in problems.STATUSES.items() if code not in _NOT_OVER_HTTP
    }
    codes |= {(status, code) for status, code in problems.CODES.items()}
    assert told == codes | {(500, "failed")}


def test_every_call_is_documented() -> None:
    """And no other: the table of docs/api.md names the paths of the document."""
    page = read(ROOT / "docs" / "api.md")
    table = page[page.index("| call |") : page.index("A mail that a script")]
    told = set(re.findall(r"`(?:GET |POST |PATCH |DELETE )?(/[a-z/{}_-]+)`", table))
    steps = re.search(r"and so (.*?) \|", table)
    assert steps is not None
    follow_up = "/follow-ups/{follow_up_id}"
    told |= {f"{follow_up}/{each}" for each in re.findall(r"`([a-z-]+)`", steps[1])}
    told |= {"/interviews/{interview_id}/debrief/preview"}
    paths = {
        route.path.removeprefix("/api/v1")
        for part in api.PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute)
    }
    assert told == paths | {"/events/stream"}
