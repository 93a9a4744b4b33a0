"""docs/sending-once.md says what each answer of a provider is; its tables are those of the code."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from providers import gmail, graph
from providers.wire import Verdict

PAGE = Path(__file__).parents[2] / "docs" / "sending-once.md"

_ROW = re.compile(r"\| (?P<answer>[^|]+) \| `(?P<code>[a-z-]+)`[^|]* \| `(?P<kind>[A-Za-z]+)` \|")


def _read_table(header: str) -> dict[str, tuple[str, str]]:
    """Return code and class by status or by the provider's own name, as the page has them."""
    lines = PAGE.read_text("utf-8").splitlines()
    start = lines.index(f"| {header} | code | class |") + 2
    read: dict[str, tuple[str, str]] = {}
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        row = _ROW.fullmatch(line)
        assert row is not None, line
        names = re.findall(r"`(\w+)`", row["answer"]) or [row["answer"]]
        read |= dict.fromkeys(names, (row["code"], row["kind"]))
    return read


def _tell(
    named: Mapping[str, Verdict], others: Mapping[str, str], statuses: Mapping[int, Verdict]
) -> dict[str, tuple[str, str]]:
    """Return the same as the code has it."""
    verdicts = {str(status): verdict for status, verdict in statuses.items()} | dict(named)
    verdicts |= {other: named[name] for other, name in others.items()}
    return {name: (each.code, each.kind.__name__) for name, each in verdicts.items()}


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("answer of Gmail", _tell(gmail._FORBIDDEN, gmail._REASONS, gmail._STATUSES)),
        ("answer of Graph", _tell(graph._CODES, graph._SAME_AS, graph._STATUSES)),
    ],
    ids=["gmail", "graph"],
)
def test_the_page_says_what_the_code_does(header: str, told: dict[str, tuple[str, str]]) -> None:
    """An answer that is judged otherwise, or newly, is judged so on the page, too."""
    assert _read_table(header) == told
