"""What a database means to do for the statements of the service: which tables it reads whole."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from service.database import Database
from service.schema import metadata

_SCAN = re.compile(r"SCAN (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?$")
_EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@dataclass(slots=True)
class Heard:
    """Every statement that was executed, as the driver got it, with one set of its parameters."""

    statements: dict[str, Any] = field(default_factory=dict)
    is_listening: bool = True

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Hear nothing of what a test does itself."""
        self.is_listening = False
        yield
        self.is_listening = True


@contextmanager
def listening() -> Iterator[Heard]:
    """Hear every statement that this process gives to a database meanwhile."""
    heard = Heard()

    def hear(
        _connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool
    ) -> None:
        if heard.is_listening and statement.startswith(_EXPLAINED):
            heard.statements.setdefault(statement, given[0] if many else given)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)


def find_read_whole(database: Database, statement: str, given: Any) -> list[str]:
    """Return the tables that a statement reads whole, be it by the whole of an index.

    An index that is kept for a few rows alone may be read so.
    """
    ask = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN (FORMAT JSON) "
    with database.read() as connection:
        rows = connection.exec_driver_sql(ask + statement, given).all()
    if database.is_sqlite:
        scans = [_SCAN.match(row.detail) for row in rows]
        read = [(scan["table"], scan["index"]) for scan in scans if scan]
    else:
        read = list(_walk(rows[0][0][0]["Plan"]))
    return sorted({table for table, index in read if table in metadata.tables and index not in FEW})


FEW = frozenset(
    index.name
    for table in metadata.tables.values()
    for index in table.indexes
    if index.info.get("where") and "scheduled" not in index.info["where"] and not index.unique
)
"""The indexes that hold only what is open just then."""


def _walk(node: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    kind = node["Node Type"]
    if kind == "Seq Scan":
        yield node["Relation Name"], None
    elif kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node:
        yield node["Relation Name"], node["Index Name"]
    for below in node.get("Plans", ()):
        # The first or last of an index is not the whole of it.
        if kind != "Limit" or "Scan" not in below["Node Type"] or below["Node Type"] == "Seq Scan":
            yield from _walk(below)
