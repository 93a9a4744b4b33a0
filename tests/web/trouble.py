"""Databases that break while they are used: the errors are their own."""

from typing import Any

import sqlalchemy as sa

from service.database import Database


def refuse_writes(database: Database) -> None:
    """Let the database be read only from now on."""
    only_read = "PRAGMA query_only = ON" if database.is_sqlite else "SET TRANSACTION READ ONLY"

    @sa.event.listens_for(database._engine, "begin")
    def _refuse(connection: sa.Connection) -> None:
        connection.exec_driver_sql(only_read)


def move_away(database: Database) -> None:
    """Let nobody reach the database from now on: its folder is gone, or its server."""

    @sa.event.listens_for(database._engine, "do_connect")
    def _miss(_dialect: Any, _record: Any, given: list[Any], options: dict[str, Any]) -> None:
        if database.is_sqlite:
            given[0] = "/nowhere/callback.db"
        else:
            options.pop("host", None)
            options |= {"host": "127.0.0.1", "port": "1"}

    database.close()
