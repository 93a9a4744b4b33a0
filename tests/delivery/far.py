"""The far side of a mailbox: the server or folder it stands for, and its owner's hands on it."""

import shutil
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from service import config
from service.app import LOCAL_FOLDER
from tests.loopback.google import answers as google_answers
from tests.loopback.microsoft import graph_answers
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, ServedBench
from tests.providers.gmail_bench import GmailBench
from tests.providers.outlook_bench import OutlookBench


class Far(ABC):
    """What stands behind a mailbox. Draft ids are those that the product stores."""

    address = ADDRESS

    @abstractmethod
    def settings(self) -> config.Settings:
        """Return settings under which the product reaches it."""

    @abstractmethod
    def went(self) -> list[EmailMessage]:
        """Return every mail that left, in order, whatever the product was told."""

    @abstractmethod
    def draft_ids(self) -> list[str]:
        """Return the ids of the drafts that stand unsent where the user sees them."""

    @abstractmethod
    def keys_that_went(self) -> list[str | None]:
        """Return the send key that each mail carried, None where this access carries none."""

    @abstractmethod
    def edit(self, draft_id: str, body: str) -> None:
        """Edit a draft as its owner does."""

    @abstractmethod
    def discard(self, draft_id: str) -> None:
        """Delete a draft as its owner does."""

    @abstractmethod
    def send_by_hand(self, draft_id: str) -> None:
        """Send a draft as its owner does."""


class FarServer(Far):
    """A server that speaks HTTPS; `bench` holds it with its one account."""

    creating: str
    """The path of the call that makes a draft, as an expression."""
    looking: str
    """The paths of the calls that look for a mail."""

    def __init__(self, bench: ServedBench) -> None:
        self.bench = bench

    @abstractmethod
    def redirect(self, draft_id: str, to: str) -> None:
        """Give a draft another recipient as its owner does."""

    @abstractmethod
    def throttled_until(self, now: datetime, seconds: int) -> Response:
        """Return the 429 that says when to come back, by a service clock that stands at `now`."""

    def drafts_made(self) -> int:
        """Count the requests on the wire that asked for a new draft."""
        return len(self.bench.server.requests_to("POST", self.creating))

    def went(self) -> list[EmailMessage]:
        """See `Far`."""
        return list(self.bench.mails())

    def edit(self, draft_id: str, body: str) -> None:
        """See `Far`."""
        self.bench.edit(draft_id, body)

    def discard(self, draft_id: str) -> None:
        """See `Far`."""
        self.bench.discard(draft_id)

    def send_by_hand(self, draft_id: str) -> None:
        """See `Far`."""
        self.bench.send_by_hand(draft_id)


class FarGoogle(FarServer):
    """The loopback Google."""

    bench: GmailBench
    creating = "/gmail/v1/users/me/drafts"
    looking = "/gmail/v1/users/me/drafts(/.*)?"

    def settings(self) -> config.Settings:
        """See `Far`."""
        known = self.bench.settings
        return config.Settings(
            gmail=config.Gmail(
                client_file=known.client_file,
                revoke_uri=known.revoke_uri,
                api_endpoint=known.api_endpoint,
            ),
            network=config.Network(ca_bundle=known.ca_bundle),
        )

    def redirect(self, draft_id: str, to: str) -> None:
        """See `FarServer`."""
        self.bench.server.edit_draft(ADDRESS, draft_id, to=to)

    def throttled_until(self, now: datetime, seconds: int) -> Response:
        """See `FarServer`. Gmail names a time."""
        return google_answers.user_rate_limit_until(now + timedelta(seconds=seconds))

    def draft_ids(self) -> list[str]:
        """See `Far`."""
        return list(self.bench.server.drafts(ADDRESS))

    def keys_that_went(self) -> list[str | None]:
        """See `Far`. A header of the mail."""
        return [mail["X-Correlation-ID"] for mail in self.went()]


class FarMicrosoft(FarServer):
    """The loopback Microsoft."""

    bench: OutlookBench
    creating = r"/v1\.0/me/messages"
    looking = r"/v1\.0/me/(messages|mailFolders)(/.*)?"

    def settings(self) -> config.Settings:
        """See `Far`."""
        known = self.bench.settings
        return config.Settings(
            outlook=config.Outlook(
                client_id=known.client_id,
                authority=known.authority,
                graph_endpoint=known.graph_endpoint,
            ),
            network=config.Network(ca_bundle=known.ca_bundle),
        )

    def redirect(self, draft_id: str, to: str) -> None:
        """See `FarServer`."""
        self.bench.server.edit_draft(ADDRESS, draft_id, to=to)

    def throttled_until(self, now: datetime, seconds: int) -> Response:
        """See `FarServer`. Graph names seconds."""
        del now
        return graph_answers.throttled(seconds)

    def draft_ids(self) -> list[str]:
        """See `Far`. What is accepted for sending and not yet moved is no draft to its owner."""
        drafts = self.bench.server.drafts(ADDRESS)
        return [draft_id for draft_id, message in drafts.items() if not message.is_queued]

    def keys_that_went(self) -> list[str | None]:
        """See `Far`. A named property of the draft; sendMail carries none."""
        return [
            next(iter(delivery.extended.values()), None) for delivery in self.bench.server.delivered
        ]


class FarFolder(Far):
    """The Maildir of the local mailbox in the product's data folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / LOCAL_FOLDER

    def settings(self) -> config.Settings:
        """See `Far`."""
        return config.Settings()

    def went(self) -> list[EmailMessage]:
        """See `Far`."""
        paths = [path for name in ("new", "cur") for path in self._list(name)]
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]

    def draft_ids(self) -> list[str]:
        """See `Far`."""
        return [path.name for path in self._list("drafts")]

    def keys_that_went(self) -> list[str | None]:
        """See `Far`. The name of the file."""
        return [path.name for name in ("new", "cur") for path in self._list(name)]

    def edit(self, draft_id: str, body: str) -> None:
        """See `Far`."""
        path = self._folder / "drafts" / draft_id
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        mail.set_content(body)
        path.write_bytes(mail.as_bytes())

    def discard(self, draft_id: str) -> None:
        """See `Far`."""
        (self._folder / "drafts" / draft_id).unlink()

    def send_by_hand(self, draft_id: str) -> None:
        """See `Far`. A mail program moves the file."""
        shutil.move(self._folder / "drafts" / draft_id, self._folder / "cur" / f"{draft_id}:2,S")

    def _list(self, name: str) -> list[Path]:
        folder = self._folder / name
        return sorted(folder.iterdir()) if folder.exists() else []
