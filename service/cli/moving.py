"""`callback upkeep move-database`: everything to another database."""

import sys
from contextlib import ExitStack
from typing import Annotated

import typer

from service.app import open_app
from service.cli.printing import say_rows, tell
from service.config import SERVED
from service.database import Database
from service.errors import BadInput


def upkeep(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="move-database.")],
    to_url: Annotated[
        str, typer.Argument(metavar="TO_URL", help="postgresql+psycopg://... or sqlite:///...")
    ],
) -> None:
    """Move everything to another database: whole, checked, and refused while a service runs."""
    from service.upkeep import moving

    if what != "move-database":
        raise BadInput(f'"{what}" is no upkeep.', "callback upkeep move-database TO_URL")
    if not to_url.startswith(SERVED):
        raise BadInput(
            f'"{to_url}" is no address of a database.',
            "sqlite:////home/ana/callback.db is meant, or postgresql+psycopg://...",
        )
    app = open_app(context.obj["config"])
    with ExitStack() as opened:
        opened.callback(app.close)
        target = Database(to_url)
        opened.callback(target.close)
        bar = _Bar(opened)
        contents = moving.move(app.database, target, bar.watch)
    here, there = (each.url.render_as_string(hide_password=True) for each in (app.database, target))
    if contents:
        say_rows((name, f"{table.count:,}") for name, table in contents.items() if table.count)
        tell("All of it arrived: counts and hashes are the same.")
    else:
        tell("The move that was cut short is complete now.")
    tell(f"{here} is not used any more. Set in {app.config_file or 'config.toml'}:")
    tell("  [storage]")
    tell(f'  url = "{there}"')
    if not target.is_sqlite:
        tell("Other computers need the key of the vault, too: docs/postgresql.md")


class _Bar:
    """A progress bar on stderr, where that is a terminal; it ends when `opened` does."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._bar: typer.progressbar[int] | None = None  # type: ignore[valid-type]
        self._done = 0

    def watch(self, done: int, total: int) -> None:
        """Show how far it is."""
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            bar = typer.progressbar(length=total, label="moving", file=sys.stderr)
            self._bar = self._opened.enter_context(bar)
        self._bar.update(done - self._done)
        self._done = done
