"""Any service that apprise knows: ntfy, Telegram, Signal, Slack and a hundred more."""

from importlib.util import find_spec
from pathlib import Path

from service.errors import NotTold
from service.notices import aside
from service.notices.channels.base import Channel
from service.notices.records import Note

_SECONDS = 30.0


class Messenger(Channel):
    """One address of `[notify] urls`. It holds a secret: nothing but its kind is ever shown."""

    def __init__(self, url: str, ca_bundle: Path | None) -> None:
        self.name = url.partition("://")[0].strip().lower()
        self._url = url
        self._ca_bundle = ca_bundle

    def look(self) -> None:
        """See `Channel`. Reads the address; asks no service."""
        self._run({})

    def tell(self, note: Note) -> None:
        """See `Channel`."""
        self._run({"title": note.subject, "body": note.body})

    def _run(self, words: dict[str, str]) -> None:
        if find_spec("apprise") is None:
            raise NotTold(
                f"{self.name} needs apprise, which is not installed.",
                "pipx inject call-back apprise",
            )
        names = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE") if self._ca_bundle else ()
        environment = dict.fromkeys(names, str(self._ca_bundle))
        request = {"url": self._url, **words}
        aside.run("by_apprise", request, seconds=_SECONDS, environment=environment)
