"""The composition root: opens configuration, clock, database and mailboxes, for every command.

What is costly or may be refused (the vault's key, a provider's libraries) is opened when first
needed, so that `callback list` stays quick and works without a key.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from providers.base import Provider
from service import clock as clocks
from service import config, leases
from service.actions.office import Office
from service.clock import Clock
from service.config import Settings
from service.database import Database
from service.errors import BadConfiguration, BadInput, ClockUnusable
from service.mailboxes import Mailboxes
from service.records import RestDays
from service.timing import Policy

LOCAL_FOLDER = "sent-locally"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

if TYPE_CHECKING:
    from service.vault import Vault

T = TypeVar("T")


class Once(Generic[T]):
    """A value that is made when first asked for, by one thread."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    @property
    def is_made(self) -> bool:
        """Whether anybody has asked for it yet."""
        return bool(self._made)

    def __call__(self) -> T:
        """Return the value."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


class App:
    """Everything a command needs. `close` gives back what was opened."""

    def __init__(
        self,
        settings: Settings,
        config_file: Path | None,
        *,
        folder: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.config_file = config_file
        self.folder = folder or config.data_folder()
        self.clock = clock or clocks.from_environment()
        url = settings.storage.url or f"sqlite:///{self.folder / 'callback.db'}"
        self.database = Database(url)
        # Beside the database: whoever shares it must see who lives, whatever its own data folder.
        file = self.database.file
        owners = file.resolve().parent / "owners" if file else None
        self.owner = Once(lambda: leases.Owner(owners))
        self.vault = Once(self._open_vault)
        self._providers: dict[str, Provider] = {}
        self._providers_lock = threading.Lock()
        self.mailboxes = Mailboxes(self.database, self.owner, self.vault, self.provider)
        self.office = Office(
            self.database,
            self.clock,
            self.mailboxes,
            make_policy(settings.timing),
            Once(self._find_off),
            owners,
            settings.approval.required,
        )

    def prepare(self) -> None:
        """Make the data folder and bring the database up to date.

        Raises:
            StorageUnusable: the database cannot be used.

        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.database.prepare()

    def provider(self, name: str) -> Provider:
        """Return the named provider with its settings; made once.

        Raises:
            BadConfiguration: there is no such provider, or its client is not set.
            ClockUnusable: a rehearsal's clock is set and this would reach the real provider.

        """
        with self._providers_lock:
            if name not in self._providers:
                self._providers[name] = self._make_provider(name)
            return self._providers[name]

    def close(self) -> None:
        """Give back connections and the lock that says we are alive."""
        if self.owner.is_made:
            self.owner().leave()
        self.database.close()

    def _find_off(self) -> frozenset[str]:
        from service.writing import checks

        off = self.settings.checks.off
        known = {rule.id for rule in (checks.EMPTY_BODY, *checks.RULES)}
        problems = tuple(f'[checks] off: there is no check "{each}"' for each in off - known)
        if problems:
            raise BadConfiguration(
                "The configuration cannot be used.", "callback check --rules", tuple(problems)
            )
        return off

    def _open_vault(self) -> "Vault":
        from service.vault import open_vault

        return open_vault(self.database, self.settings.vault.key, self.folder)

    def _make_provider(self, name: str) -> Provider:
        makers = {
            "gmail": self._make_gmail,
            "outlook": self._make_outlook,
            "local": self._make_local,
        }
        return makers[name]()

    def _make_gmail(self) -> Provider:
        from providers.gmail import Gmail, GmailSettings

        gmail = self.settings.gmail
        if gmail.client_file is None:
            raise BadConfiguration(
                "No Google client is set up yet.",
                'Follow docs/gmail.md, then set [gmail] client_file = "client_secret.json".',
            )
        self._refuse_rehearsal(gmail.api_endpoint, gmail.revoke_uri)
        return Gmail(
            GmailSettings(
                client_file=gmail.client_file.expanduser(),
                revoke_uri=gmail.revoke_uri,
                api_endpoint=gmail.api_endpoint,
                ca_bundle=self._ca_bundle(),
            )
        )

    def _make_outlook(self) -> Provider:
        from providers.outlook import Outlook, OutlookSettings, read_client_file

        outlook = self.settings.outlook
        client_id, authority, client_secret = outlook.client_id, outlook.authority, None
        if client_id is None and outlook.client_file is not None:
            handed_out = read_client_file(outlook.client_file.expanduser())
            client_id, client_secret = handed_out.client_id, handed_out.client_secret
            authority = handed_out.authority or authority
        if client_id is None:
            raise BadConfiguration(
                "No Microsoft client is set up yet.",
                'Follow docs/outlook.md, then set [outlook] client_id = "...".',
            )
        self._refuse_rehearsal(authority, outlook.graph_endpoint)
        return Outlook(
            OutlookSettings(
                client_id=client_id,
                client_secret=client_secret,
                authority=authority,
                graph_endpoint=outlook.graph_endpoint,
                ca_bundle=self._ca_bundle(),
            )
        )

    def _make_local(self) -> Provider:
        from providers.local import Local, LocalSettings

        return Local(LocalSettings(self.folder / LOCAL_FOLDER))

    def _ca_bundle(self) -> Path | None:
        bundle = self.settings.network.ca_bundle
        return bundle.expanduser() if bundle else None

    def _refuse_rehearsal(self, *endpoints: str) -> None:
        if self.clock.is_real:
            return
        if any(urlsplit(endpoint).hostname not in LOOPBACK for endpoint in endpoints):
            raise ClockUnusable(
                f"${clocks.VARIABLE} is set: under another clock no real mailbox is used.",
                f"unset {clocks.VARIABLE}",
            )


def make_policy(timing: config.Timing) -> Policy:
    """Return the `[timing]` settings as the policy of `service.timing`."""
    return Policy(
        earliest=timing.earliest,
        rest_days=RestDays(timing.rest_days),
        days_off=timing.days_off,
        working_days=timing.working_days,
    )


def open_app(config_file: Path | None = None) -> App:
    """Read the configuration and gather everything; the database is not opened yet."""
    settings, found = config.load(config_file)
    try:
        make_policy(settings.timing)
    except BadInput as error:
        where = f" in {found}" if found else " in the environment"
        raise BadConfiguration(
            f"The configuration{where} cannot be used.",
            "Every key is explained in config.example.toml.",
            tuple(f"[timing] {problem}" for problem in error.problems),
        ) from error
    return App(settings, found)
