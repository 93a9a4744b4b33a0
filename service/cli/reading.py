"""`read`: shows what invitations and files would become."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.actions import inviting
from service.cli import printing
from service.cli.session import candidate_or_stranger, opened
from service.intake import table


def read_files(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Invitations, files, or a folder of them.")],
    me: Annotated[
        list[str] | None, typer.Option(help="An address of yours; repeat for more.")
    ] = None,
    any_year: Annotated[
        bool, typer.Option("--any-year", help="Do not mind how long ago it was.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what each file would become, without adding anything."""
    chosen = [
        each
        for path in paths
        for each in (sorted(path.iterdir()) if path.is_dir() else [path])
        if each.is_file()
    ]
    with opened(context) as app:
        own = frozenset(me or ()) | inviting.list_own_addresses(
            app.office, candidate_or_stranger(app)
        )
        now = None if any_year else app.office.now()
        rows = table.describe_folder(chosen, own, now)
    if json:
        printing.say_json([asdict(row) for row in rows])
        return
    printing.say_rows((row.file, row.outcome, row.text) for row in rows)
