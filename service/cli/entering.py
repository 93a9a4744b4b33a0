"""The page and the API from the command line: open, token."""

import webbrowser
from typing import Annotated

import typer

from service import visitors
from service.actions import looking
from service.actions.office import id_of
from service.app import App
from service.cli import printing
from service.cli.printing import say, tell
from service.cli.session import opened
from service.errors import BadInput
from service.records import Candidate

_ANSWER_SECONDS = 10.0

_SHOWN = "It is shown this once; whoever has it may do what you may."
_SHOWN_TO_OPERATOR = "It is shown this once; it sees states and counts, and no texts."


def open_page(
    context: typer.Context,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the link, open nothing.")
    ] = False,
) -> None:
    """Open the page in the browser, with a link that lets in once."""
    from service.web import places

    with opened(context) as app:
        candidate = app.office.find_candidate() or _introduce(app)
        place = places.find_place(app.settings.web)
        if not looking.is_running(app.office):
            tell("Nothing is running that serves the page. Start it, and open the page again:")
            tell("  callback run")
            raise typer.Exit(1)
        if place.is_here and not _is_served(place.url):
            tell(f"The service runs, but its page does not answer at {place.url}")
            tell("Something else may have its port: set [web] port, and start callback run anew.")
            raise typer.Exit(1)
        link = f"{place.url}enter?code={visitors.make_link(app.database, id_of(candidate))}"
        if no_browser or not webbrowser.open(link):
            say(link)
            tell("It lets one browser in, once, within five minutes.")
        else:
            tell(f"Opened {place.url} in your browser.")


def _is_served(url: str) -> bool:
    """Say whether it is this page that answers there, and not another program on its port."""
    import requests

    try:
        answer = requests.get(f"{url}healthz", timeout=_ANSWER_SECONDS)
        return "heartbeat_age_seconds" in answer.json()
    except (requests.RequestException, ValueError, TypeError):
        return False


def _introduce(app: App) -> Candidate:
    """Make the candidate of a first visit, who says on the page who they are."""
    from service.cli.session import user_zone

    return app.office.save_candidate(Candidate(name="", zone=user_zone()))


def manage_tokens(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="new, list or revoke.")],
    value: Annotated[
        str | None, typer.Argument(metavar="[NAME|ID]", help="Of a new one, or of the one to end.")
    ] = None,
    operator: Annotated[
        bool, typer.Option("--operator", help="Sees states and counts of all, no texts.")
    ] = False,
) -> None:
    """Make, list or revoke the tokens by which scripts come in."""
    with opened(context) as app:
        if action == "list":
            _list_tokens(app)
        elif action == "new" and value:
            _make_token(app, value, is_operator=operator)
        elif action == "revoke" and value:
            if not value.isdecimal():
                raise BadInput(f'"{value}" is no id of a token.', "callback token list")
            visitors.revoke_token(app.database, int(value))
            say(f"Token {value} lets nobody in any more.")
        else:
            raise BadInput(
                f'"{action}" is nothing that can be done with tokens, or lacks a name.',
                "callback token new NAME, callback token list, callback token revoke ID",
            )


def _make_token(app: App, name: str, *, is_operator: bool) -> None:
    candidate_id = None if is_operator else id_of(app.office.candidate())
    say(visitors.make_token(app.database, name, candidate_id))
    tell(_SHOWN_TO_OPERATOR if is_operator else _SHOWN)


def _list_tokens(app: App) -> None:
    tokens = visitors.list_tokens(app.database)
    if not tokens:
        tell("There is no token.")
        tell("  callback token new NAME")
        return
    printing.say_rows(
        (
            str(token.id),
            token.name,
            "operator" if token.candidate_id is None else "yours",
            "revoked" if token.revoked_at else _say_used(token),
        )
        for token in tokens
    )


def _say_used(token: visitors.Token) -> str:
    return f"last used {token.used_at:%Y-%m-%d %H:%M} UTC" if token.used_at else "never used"
