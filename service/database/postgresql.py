"""PostgreSQL, which many processes on many machines share: psycopg 3, rows locked where needed.

What is read to be changed is read FOR UPDATE; the rest of a transaction for writing sees what is
committed. A process that stops in its midst holds nothing up for long: the server ends what is left
open, and what waits for a lock gives up.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from service.errors import BadConfiguration

CONNECTIONS = 20
"""How many connections one process opens at most; the server's usual limit is 100 for all."""

_KEPT = 8
"""How many of them are kept open."""

_LOST_SECONDS = 15
"""After so long without a word from the server a connection is given up."""

_LEFT_OPEN_SECONDS = 30
"""After so long in the midst of a transaction, without a word from us, the server ends it."""

_STATEMENT_SECONDS = 60


def make_engine(url: sa.URL, busy_timeout_seconds: float) -> sa.Engine:
    """Return the engine. `busy_timeout_seconds` says how long to wait for a lock or a connection.

    Raises:
        BadConfiguration: the driver is not installed.

    """
    try:
        import psycopg  # noqa: F401 - SQLAlchemy imports it by its name
    except ImportError as error:
        raise BadConfiguration(
            "PostgreSQL needs its driver.", "pip install 'call-back[postgres]'"
        ) from error
    limits = {
        "lock_timeout": busy_timeout_seconds,
        "statement_timeout": _STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": _LEFT_OPEN_SECONDS,
    }
    options = " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items())
    # hide_parameters: an error of the database must not carry the text of a mail into a log.
    # pool_pre_ping: after a restart of the server the first to ask finds out, and connects anew.
    return sa.create_engine(
        url,
        connect_args={
            "options": options,
            "connect_timeout": round(busy_timeout_seconds),
            "keepalives_idle": _LOST_SECONDS,
            "tcp_user_timeout": _LOST_SECONDS * 1000,
            "application_name": "callback",
        },
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=_KEPT,
        max_overflow=CONNECTIONS - _KEPT,
        pool_timeout=busy_timeout_seconds,
    )


def take_turn(connection: sa.Connection, turn: str) -> None:
    """Wait until nobody else writes in the same turn; it lasts until the transaction ends."""
    connection.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:turn, 0))"), {"turn": turn}
    )


def lock_for_migration(connection: sa.Connection) -> None:
    """Wait until nobody else migrates, and let migrating take as long as it takes."""
    _lift(connection, "statement_timeout", "lock_timeout")
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('callback migrations'))"))


def hold(connection: sa.Connection, tables: Sequence[str]) -> None:
    """Let nobody else write to the tables until the transaction ends, however long it takes."""
    _lift(connection, "statement_timeout", "idle_in_transaction_session_timeout")
    connection.execute(sa.text(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE"))


def find_last_id(connection: sa.Connection, table: str) -> int:
    """Return the highest id that was ever given in a table, 0 for none."""
    query = sa.text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass)")
    return connection.scalar(query, {"table": table}) or 0


def set_last_id(connection: sa.Connection, table: str, last_id: int) -> None:
    """Let ids go on after this one, although no row may bear it."""
    query = sa.text("SELECT setval(pg_get_serial_sequence(:table, 'id')::regclass, :last)")
    connection.execute(query, {"table": table, "last": last_id})


def _lift(connection: sa.Connection, *limits: str) -> None:
    for limit in limits:
        connection.execute(sa.text(f"SET LOCAL {limit} = 0"))
