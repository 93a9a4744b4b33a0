"""Marks in every text that a candidate, a mail or a mailbox has, to be looked for in answers."""

from dataclasses import dataclass

import requests
import sqlalchemy as sa

from service import schema
from tests.web.house import House

MARK = "zqx"

_KEPT = {
    # What operators see, or what the program needs to read the row at all.
    "candidates": {"zone", "language"},
    "mailboxes": {"provider", "access"},
    "interviews": {"zone", "country", "subdivision", "language"},
    "talks": {"zone"},
    "people": {"kind", "language", "zone", "country", "subdivision"},
    "follow_ups": {"state", "waiting_for", "slot_zone", "slot_wall", "proof"},
    "findings": {"severity"},
    "attempts": {"access", "step", "outcome", "answer", "proof", "owner"},
    "events": {"action", "from_state", "to_state", "by"},
    "notices": set(),
    "api_tokens": {"token_hash"},
}


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted."""

    marks: frozenset[str]

    def find_in(self, answer: requests.Response) -> list[str]:
        """Return which marks stand in an answer, its headers included."""
        whole = f"{answer.text}\n{answer.headers}".casefold()
        return sorted(mark for mark in self.marks if mark in whole)


def plant(house: House) -> Planted:
    """Store two interviews, and put a mark into every text of every row there is."""
    house.submit_examples()
    marks = set()
    with house.app.database.write() as connection:
        for name, kept in _KEPT.items():
            table = schema.metadata.tables[name]
            for column in table.columns:
                if not isinstance(column.type, sa.Text) or column.name in kept:
                    continue
                mark = f"{MARK}-{name}-{column.name}".replace("_", "-")
                text = sa.literal(f"{mark}-") + sa.cast(table.c.id, sa.Text)
                changed = connection.execute(sa.update(table).values({column: text}))
                if changed.rowcount:
                    marks.add(mark)
    return Planted(frozenset(marks))
