"""`add` with a spreadsheet or a file of many: what each came to, and why some were refused."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typer

from service.actions import adding_many, needs
from service.actions.adding_many import Added
from service.app import App
from service.cli import asking, printing
from service.cli.flags import Way
from service.cli.printing import say, tell
from service.errors import BadInput, StorageUnusable
from service.intake import bulk
from service.intake.bulk import Entry
from service.records import Candidate
from service.states import WaitingFor

_HINT = "docs/bulk.md says how such a file looks."


def add(
    app: App, candidate: Candidate, file: str, data: bytes, mailbox: str | None, way: Way
) -> None:
    """Add every interview of the file that can be used, and say which cannot, and why.

    Raises:
        BadInput: the file as a whole cannot be used.
        Exit: with 1, where some were refused or nothing was stored.

    """
    name = "Standard input" if file == "-" else file
    entries = list(bulk.read_entries(data, name, app.office.now()))
    if not entries:
        raise BadInput(f"{name} holds no interview.", _HINT)
    if way.may_ask and not way.dry_run and not _agrees(entries):
        tell("Nothing was stored.")
        raise typer.Exit(1)
    if candidate.id is None and not way.dry_run:
        candidate = app.office.save_candidate(candidate)
    results = adding_many.add_all(
        app.office,
        candidate,
        entries,
        is_approved=way.is_agreed,
        mailbox=mailbox,
        stores=not way.dry_run,
    )
    done: list[Added] = []
    try:
        done.extend(_with_progress(results, len(entries)))
    except StorageUnusable:
        tell(f"It ended early: {len(done)} of {len(entries)} were looked at. Add the file again;")
        tell("  what is stored already is not stored twice.")
        raise
    finally:
        _report(done, json=way.json, dry_run=way.dry_run)
    if any(each.plan is None for each in done):
        raise typer.Exit(1)


def _agrees(entries: Sequence[Entry]) -> bool:
    usable = sum(each.submitted is not None for each in entries)
    refused = len(entries) - usable
    tell(f"{_count(usable, 'interview')} can be added{f', {refused} cannot' if refused else ''}.")
    tell("Their mails wait until you approve them; --yes schedules them at once.")
    return bool(usable) and asking.confirm("Add them?", default=True)


def _with_progress(results: Iterable[Added], count: int) -> Iterator[Added]:
    if not sys.stderr.isatty():
        yield from results
        return
    with typer.progressbar(results, length=count, label="adding", file=sys.stderr) as bar:
        yield from bar


def _report(done: Sequence[Added], *, json: bool, dry_run: bool) -> None:
    refused = [each for each in done if each.plan is None]
    if json:
        printing.say_json(
            {"interviews": [_as_json(each) for each in done if each.plan]}
            | {"refused": [_refused_as_json(each) for each in refused]}
        )
    else:
        for each in done:
            if each.plan is not None:
                say(_describe(each))
    for each in refused:
        for problem in each.problems:
            tell(f"refused  {problem}")
    usable = len(done) - len(refused)
    tell(
        f"{_count(usable, 'interview')} {'would be ' if dry_run else ''}stored, "
        f"{len(refused)} refused."
    )
    waiting = Counter(reason for each in done for reason in each.list_waiting())
    for reason, count in waiting.items():
        tell(f"  {_say_mails(count, reason)}")
    if dry_run:
        tell("Nothing was stored: this was a dry run.")
    elif waiting[WaitingFor.APPROVAL]:
        tell("  callback list shows them, callback approve i3 lets those of an interview go;")
        tell("  with --yes the same file lets go all that waits for nothing else.")


def _describe(each: Added) -> str:
    assert each.plan is not None  # noqa: S101 - the caller has looked
    counts = Counter(each.list_waiting())
    mails = ", ".join(_say_mails(count, reason) for reason, count in counts.items())
    number = f"i{each.done.interview.id}  " if each.done else ""
    known = ", known before" if each.plan.stored is not None else ""
    where = f"line {each.entry.lines[0]}{known}"
    return f"{number}{each.plan.interview.company} ({where}): {mails or 'nothing unsent'}"


def _say_mails(count: int, reason: WaitingFor | None) -> str:
    """Return like "2 mails wait for your approval"."""
    verb, _, rest = (needs.WAITING[reason] if reason else "scheduled").partition(" ")
    if verb in ("waits", "needs"):
        return f"{_count(count, 'mail')} {verb if count == 1 else verb[:-1]} {rest}"
    return f"{_count(count, 'mail')}: {verb} {rest}".rstrip()


def _as_json(each: Added) -> dict[str, Any]:
    assert each.plan is not None  # noqa: S101 - the caller has looked
    return {
        "lines": each.entry.lines,
        "company": each.plan.interview.company,
        "interview": f"i{each.done.interview.id}" if each.done else None,
        "follow_ups": [
            {
                "id": f"f{follow_up.id}",
                "state": follow_up.state,
                "waiting_for": follow_up.waiting_for,
            }
            for follow_up in (each.done.follow_ups if each.done else ())
        ],
    }


def _refused_as_json(each: Added) -> dict[str, Any]:
    return {
        "lines": each.entry.lines,
        "company": each.entry.company,
        "problems": each.problems,
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
