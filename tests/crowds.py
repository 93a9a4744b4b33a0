"""Many mails like one that is there, in no time: the database makes them itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service import editing
from service.database import Database
from service.outbox.rows import read_follow_up
from service.schema import (
    candidates,
    events,
    follow_ups,
    grants,
    interviews,
    mailboxes,
    people,
    talks,
)

PANEL = 3
"""How many mails an interview has."""

_KEY = "0" * 32

Column = Mapping[str, sa.ColumnElement[Any]]


def multiply(
    database: Database,
    mails: int,
    *,
    boxes: int = 1,
    owners: int = 1,
    step: timedelta = timedelta(hours=1),
) -> None:
    """Let there be so many mails, all like the only one there is, and so many mailboxes like its.

    Three mails make an interview. Interviews are spread over the mailboxes in turn, and these over
    so many candidates. Each mail goes out `step` later than the one before it, and a thousand steps
    later it begins anew.
    """
    with database.write() as connection:
        number = _count(2, mails)
        panel = 2 + (number - 2) // PANEL
        each_panel = _count(2, 2 + (mails - 2) // PANEL)
        company = _text("company ", each_panel)
        if owners > 1:
            _multiply(connection, candidates, {"id": _count(2, owners)})
        if boxes > 1:
            box = _count(2, boxes)
            address = _text("ana", box, "@example.com")
            who = {"address": address, "address_key": address, "account_id": address}
            _multiply(connection, mailboxes, {"id": box, **_of(box, owners), **who})
            if connection.scalar(sa.select(sa.exists().where(grants.c.mailbox_id.is_not(None)))):
                _multiply(connection, grants, {"id": box, "mailbox_id": box, "account_id": address})
        _multiply(
            connection,
            interviews,
            {
                "id": each_panel,
                "company": company,
                "company_key": company,
                "mailbox_id": 1 + each_panel % boxes,
                **_of(1 + each_panel % boxes, owners),
            },
        )
        own = {"interview_id": each_panel, **_of(1 + each_panel % boxes, owners)}
        _multiply(connection, talks, {"id": each_panel, **own})
        _multiply(
            connection,
            people,
            {"id": number, "interview_id": panel, "position": (number - 2) % PANEL},
        )
        digits = sa.cast(number, sa.Text)
        reader = _text("reader", number, "@tidewater.example")
        first = connection.execute(sa.select(follow_ups)).mappings().one()
        _multiply(
            connection,
            follow_ups,
            {
                "id": number,
                "interview_id": panel,
                "person_id": number,
                "mailbox_id": 1 + panel % boxes,
                **_of(1 + panel % boxes, owners),
                "company_key": _text("company ", panel),
                "to_address": reader,
                "reader_key": reader,
                "send_key": sa.func.substr(sa.literal(_KEY) + digits, sa.func.length(digits) + 1),
                "slot_at": _later(database, first["slot_at"], number, step),
                "slot_until": _later(database, first["slot_until"], number, step),
            },
        )
        _multiply(connection, events, {"id": number, "interview_id": panel, "follow_up_id": number})
        for table in (mailboxes, grants, interviews, talks, people, follow_ups, events):
            last = connection.scalar(sa.select(sa.func.max(table.c.id)))
            database.set_last_id(connection, table.name, last or 1)


def _of(box: sa.ColumnElement[int], owners: int) -> dict[str, sa.ColumnElement[int]]:
    """Return whose a mailbox is, and what goes from it."""
    return {"candidate_id": 1 + (box - 1) % owners}


def let_checks_pass(database: Database) -> None:
    """Leave every mail as `submitting` does: checked for the day of its slot, and nothing found."""
    with database.write() as connection:
        keys = []
        for row in connection.execute(sa.select(follow_ups)).mappings():
            follow_up = read_follow_up(row)
            assert follow_up.slot is not None
            day = follow_up.slot.at.astimezone(ZoneInfo(follow_up.slot.zone)).date()
            keys.append({"of": follow_up.id, "key": editing.key_of(follow_up, day, off=())})
        one = sa.update(follow_ups).where(follow_ups.c.id == sa.bindparam("of"))
        connection.execute(one.values(checked_key=sa.bindparam("key")), keys)


def add_like_first(
    database: Database, table: sa.Table, column: str, count: int, *differing: str
) -> None:
    """Let there be so many rows of a table like its only one: that of 1, 2, ... in a column.

    What is to be different in each for another reason is a text that begins alike.
    """
    with database.write() as connection:
        number = _count(2, count)
        first = connection.execute(sa.select(table)).mappings().one()
        own = {name: _text(f"{first[name]} ", number) for name in differing}
        _multiply(connection, table, {"id": number, column: number, **own})


def _count(first: int, last: int) -> sa.ColumnElement[int]:
    """Return a number that takes every value from `first` to `last`, a row each."""
    begun = sa.select(sa.literal(first).label("n")).cte(recursive=True)
    numbers = begun.union_all(sa.select(begun.c.n + 1).where(begun.c.n < last))
    return numbers.c.n


def _multiply(connection: sa.Connection, table: sa.Table, differing: Column) -> None:
    """Add copies of the first row of a table, each with its own values in some columns."""
    first = connection.execute(sa.select(table).order_by(table.c[0]).limit(1)).mappings().one()
    values = {
        column.name: differing.get(column.name, _constant(first[column.name], column))
        for column in table.c
        if column.computed is None
    }
    query = sa.select(*(value.label(name) for name, value in values.items()))
    connection.execute(sa.insert(table).from_select(list(values), query))


def _constant(value: Any, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.null() if value is None else sa.literal(value, column.type)


def _text(before: str, number: sa.ColumnElement[int], after: str = "") -> sa.ColumnElement[str]:
    return sa.literal(before) + sa.cast(number, sa.Text) + sa.literal(after)


def _later(
    database: Database, first: datetime, number: sa.ColumnElement[int], step: timedelta
) -> sa.ColumnElement[datetime]:
    seconds = number % 1000 * step.total_seconds()
    if not database.is_sqlite:
        return sa.literal(first) + sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    text = f"{first:%Y-%m-%d %H:%M:%S}"
    moved = sa.func.strftime("%Y-%m-%d %H:%M:%f", text, sa.cast(seconds, sa.Text) + " seconds")
    return moved + "000"
