"""A service on this computer to which notes are posted over HTTPS, as apprise's jsons:// does."""

from typing import Any

from tests.loopback.server import LoopbackServer, Request, Response

SECRET = "planted-address-secret"
"""Stands in the address, as a token or a password would."""


class Inbox(LoopbackServer):
    """Takes every note that comes with the secret."""

    def handle(self, request: Request) -> Response:
        """Answer 200 to who knows the secret."""
        return Response(json={}) if request.segments == (SECRET,) else Response(401, json={})

    @property
    def address(self) -> str:
        """The address for `[notify] urls`."""
        return f"jsons://{self.url.removeprefix('https://')}/{SECRET}"

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Title and text of everything that was posted, taken or not."""
        posted: list[dict[str, Any]] = [
            entry.request.json() for entry in self.requests_to("POST", "/.*")
        ]
        return [(note["title"], note["message"]) for note in posted]
