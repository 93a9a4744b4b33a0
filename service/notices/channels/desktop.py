"""The system's own notifications, where somebody sits before a screen of this computer."""

import os
import sys

from service.notices import aside
from service.notices.channels.base import Channel
from service.notices.records import Note

_SECONDS = 15.0
"""How long the system may take; the first time, macOS asks the user for leave meanwhile."""


class Desktop(Channel):
    """Shows a note on the screen of whoever runs the service."""

    name = "desktop"

    def __init__(self, *, seconds: float = _SECONDS) -> None:
        self._seconds = seconds

    @staticmethod
    def is_possible() -> bool:
        """Whether there may be a screen: always on Windows and macOS, else with a session bus."""
        if sys.platform in ("win32", "darwin"):
            return True
        return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))

    def look(self) -> None:
        """See `Channel`."""
        aside.run("on_screen", {}, seconds=self._seconds)

    def tell(self, note: Note) -> None:
        """See `Channel`."""
        request = {"title": note.subject, "message": note.brief}
        aside.run("on_screen", request, seconds=self._seconds)
