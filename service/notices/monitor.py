"""Calls the address of a monitor outside, which notices by the silence that the service is dead."""

from pathlib import Path

import requests

from providers import wire
from providers.errors import ProviderError
from service.app import App
from service.errors import NotTold
from service.logs import log
from service.notices.channels import is_quiet

PING_SECONDS = 300
"""How often it is called, in real time."""

_TIMEOUT_SECONDS = 10.0


class Monitor:
    """The monitor at `[notify] ping_url`. Its address is as good as a password, and never shown."""

    def __init__(self, url: str, ca_bundle: Path | None) -> None:
        self._url = url
        self._ca_bundle = ca_bundle

    def ping(self) -> None:
        """Say that the service is alive. That it could not be said is logged, and nothing else."""
        try:
            self.call()
        except NotTold as error:
            log.warning("monitor not reached", action="ping", code=error.code)

    def call(self) -> None:
        """Call the address.

        Raises:
            NotTold: it was not reached, or answered that something is wrong.

        """
        try:
            with (
                wire.open_session(self._ca_bundle) as session,
                session.get(self._url, timeout=_TIMEOUT_SECONDS, stream=True) as answer,
            ):
                status = answer.status_code
        except requests.RequestException as error:
            # Not "from" it: what it says holds the address.
            raise NotTold(_say(wire.failure(error, sends=False))) from None
        except ProviderError as error:
            raise NotTold(_say(error)) from error
        if status >= requests.codes.bad_request:
            raise NotTold(f"The monitor refused the call (status {status}).")


def find_monitor(app: App) -> Monitor | None:
    """Return the monitor that is set, None where there is none or a rehearsal must not call it."""
    url, bundle = app.settings.notify.ping_url, app.settings.network.ca_bundle
    if url is None or is_quiet(app, url):
        return None
    return Monitor(url, bundle.expanduser() if bundle else None)


def _say(error: ProviderError) -> str:
    if error.code == "certificate-not-trusted":
        return error.detail
    return "The monitor could not be reached, or did not answer."
