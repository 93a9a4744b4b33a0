"""Opens what a command works with, and says who the candidate is."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from service.app import App, open_app
from service.records import Candidate


@contextmanager
def opened(context: typer.Context) -> Iterator[App]:
    """Open configuration and database for one command, and close them after it."""
    app = open_app(context.obj["config"])
    try:
        app.prepare()
        yield app
    finally:
        app.close()


def user_zone() -> str:
    """Return the zone that this computer is set to, as an IANA name; UTC when it does not say."""
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except Exception:  # noqa: BLE001 - tzlocal raises many kinds, and all mean "it does not say"
        return "UTC"


def candidate_or_stranger(app: App) -> Candidate:
    """Return the candidate, or one without a name before first use."""
    found = app.office.find_candidate()
    return found or Candidate(name="", zone=user_zone())
