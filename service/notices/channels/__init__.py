"""The ways to reach the user, and which of them an installation has."""

from urllib.parse import urlsplit

from service.app import LOOPBACK, App
from service.notices.channels.base import Channel
from service.notices.channels.desktop import Desktop
from service.notices.channels.messenger import Messenger
from service.notices.channels.own_mail import OwnMail
from service.records import Candidate

__all__ = ["Channel", "is_quiet", "list_channels"]


def list_channels(app: App, candidate: Candidate | None) -> list[Channel]:
    """Return the ways that the settings allow; whether one works is seen when it is used.

    A rehearsal under another clock disturbs nobody: no screen, and no service but on this computer.
    Its mailboxes are on this computer already.
    """
    settings = app.settings.notify
    bundle = app.settings.network.ca_bundle
    found: list[Channel] = []
    if settings.desktop and app.clock.is_real and Desktop.is_possible():
        found.append(Desktop())
    if settings.mail and candidate is not None:
        found.append(OwnMail(app.office, candidate))
    found += [
        Messenger(url, bundle.expanduser() if bundle else None)
        for url in settings.urls
        if not is_quiet(app, url)
    ]
    return found


def is_quiet(app: App, url: str) -> bool:
    """Whether an address must not be called: under another clock all but those of this computer."""
    return not app.clock.is_real and urlsplit(url).hostname not in LOOPBACK
