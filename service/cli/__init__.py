"""The command line: parses, calls one action, prints; the only place an error becomes text.

stdout is data, stderr is progress and errors. Exit 0 done, 1 failed, 2 usage. A command's module is
imported when the command is run: `callback --help` and `callback list` load no provider, no
calendar and no migration.
"""

import gc
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from service.errors import ServiceError

COMMANDS: dict[str, tuple[str, str]] = {
    "connect": ("setting_up:connect", "Authorise a mailbox, once."),
    "mailboxes": ("setting_up:list_mailboxes", "Show the mailboxes and how their sign-ins are."),
    "disconnect": ("setting_up:disconnect", "Take the access back, and forget the sign-in."),
    "doctor": ("setting_up:doctor", "Name each broken thing, and the command that mends it."),
    "add": ("adding:add", "Add an interview: see its mails, then schedule them."),
    "debrief": ("debriefing:debrief", "Say how it went: the mails are written and scheduled."),
    "read": ("reading:read_files", "Show what files would become, without adding anything."),
    "list": ("listing:list_mails", "Show what waits for you, and what goes out in two weeks."),
    "show": ("showing:show", "Show a mail, when it goes out and why, and its history."),
    "preview": ("wording:preview", "Show a mail as its reader will see it, and its findings."),
    "edit": ("wording:edit", "Change the text of a mail."),
    "accept": ("wording:accept", "Let what a check found stand."),
    "check": ("wording:check", "Check any text against an interview; nothing is stored."),
    "move": ("steering:move", "Give a mail another time, on the reader's clock."),
    "approve": ("steering:approve", "Let a held mail go out."),
    "pause": ("steering:pause", "Hold a mail until you approve it again."),
    "stop": ("steering:stop", "Stop a mail: it is not sent."),
    "restore": ("steering:restore", "Take a stopped mail back."),
    "retry": ("steering:retry", "Try a failed mail again."),
    "sent": ("steering:sent", "Say that a mail went: you saw it, or sent it yourself."),
    "not-sent": ("steering:not_sent", "Say that an unconfirmed mail did not go."),
    "send-now": ("steering:send_now", "Send a mail in 20 seconds; until then stop ends it."),
    "run": ("running:run", "Send what falls due, until stopped."),
    "open": ("entering:open_page", "Open the page in the browser."),
    "token": ("entering:manage_tokens", "Make, list or revoke tokens for scripts."),
    "status": ("running:status", "Say whether the service runs, and what is next."),
    "upkeep": ("moving:upkeep", "Move everything to another database."),
    "demo": ("running:demo", "Show the whole job here: no account, under a minute."),
}
"""Every command: where it is, and its help."""

_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""

ALIASES = {"reschedule": "move"}


class Commands(TyperGroup):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the same
        """Import and return one command."""
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        path, text = COMMANDS[name]
        module, _, function = path.partition(":")
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        run_it = getattr(import_module(f"service.cli.{module}"), function)
        single.command(name, help=text)(run_it)
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the same
        """Write the list of commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_path, text) in COMMANDS.items()])


app = typer.Typer(
    name="callback",
    cls=Commands,
    help="Writes and sends the thank-you mails after a job interview, the day after.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def begin(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="The settings file, instead of ./config.toml.")
    ] = None,
    _debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    """Write and send the thank-you mails after a job interview, the day after."""
    if version:
        from importlib.metadata import version as find_version

        typer.echo(find_version("call-back"))
        raise typer.Exit
    context.obj = {"config": config}
    if context.invoked_subcommand is None:
        from service.cli.running import say_next_step

        say_next_step(context)


def main() -> None:
    """Run one command, and turn what goes wrong into a message and an exit code."""
    # A short command ends before its garbage matters, and starts a tenth sooner without collecting
    # it; the service turns the collector on again.
    gc.disable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    is_debugging = "--debug" in arguments
    try:
        app([each for each in arguments if each != "--debug"], prog_name="callback")
    except SystemExit as leaving:
        if leaving.code == _INTERRUPTED:
            return _stop()
        return leaving.code if isinstance(leaving.code, int) else 1
    except ServiceError as error:
        if is_debugging:
            raise
        from service.cli.printing import complain

        complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        return _stop()
    except Exception as error:
        if is_debugging:
            raise
        kind = type(error).__name__
        sys.stderr.write(f"Something unexpected went wrong ({kind}).\n  callback --debug ...\n")
        return 1
    return 0


def _stop() -> int:
    sys.stderr.write("\nstopped; nothing was changed\n")
    return 1
