"""Reads the settings: a TOML file, then the environment over it; reports every problem at once.

The file is `--config`, `$CALLBACK_CONFIG`, `./config.toml` or the user's configuration folder, the
first that is there; none is needed. A key `[gmail] client_file` is `CALLBACK_GMAIL__CLIENT_FILE` in
the environment. Few keys: what nobody would change is a constant beside the code that uses it.
"""

import difflib
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal

import platformdirs

from service.errors import BadConfiguration

APP_NAME = "callback"
PREFIX = "CALLBACK_"
_NOT_SETTINGS = frozenset(
    {"CALLBACK_CONFIG", "CALLBACK_HOME", "CALLBACK_CLOCK", "CALLBACK_VAULT_KEY", "CALLBACK_DEBUG"}
)
_LISTS = frozenset({"days_off", "working_days", "off", "urls"})
"""Keys that take several values; in the environment with commas between them."""

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*://"
"""How an address begins."""

_HINT = "Every key is explained in config.example.toml."


class KeySource(StrEnum):
    """Where the vault's key comes from."""

    FILE = "file"
    KEYRING = "keyring"
    ENVIRONMENT = "environment"


_SECTION_CONFIG = {"extra": "forbid"}
"""What pydantic is to make of a section: an unknown key is a problem, not a shrug."""


@dataclass(frozen=True, slots=True)
class Storage:
    """`url`: where the queue is kept; the default is SQLite in the data folder."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Vault:
    """`key`: where the key that encrypts the sign-ins comes from."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    key: KeySource = KeySource.FILE


@dataclass(frozen=True, slots=True)
class Gmail:
    """The client file from the Google console, and Google's endpoints."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    client_file: Path | None = None
    revoke_uri: str = "https://oauth2.googleapis.com/revoke"
    api_endpoint: str = "https://gmail.googleapis.com/"


@dataclass(frozen=True, slots=True)
class Outlook:
    """The client's id, typed or in a file that somebody handed out, and Microsoft's endpoints."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    client_id: str | None = None
    client_file: Path | None = None
    authority: str = "https://login.microsoftonline.com/common"
    graph_endpoint: str = "https://graph.microsoft.com/v1.0"


@dataclass(frozen=True, slots=True)
class Network:
    """`ca_bundle`: a PEM file for all HTTPS calls, behind a company's proxy."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    ca_bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """When mails go out; each can be set for one interview too. What they mean: service.timing."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    earliest: time = time(9, 0)
    rest_days: Literal["next-working-day", "same-day", "send"] = "next-working-day"
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Checks:
    """`off`: the ids of checks that are not wanted."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Web:
    """Where the page is served: on this computer alone, unless `host` says otherwise."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    port: int = 8765
    host: str | None = None
    public_url: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """`required`: whether no mail goes without the user's own word for it."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    required: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """How the user is told of what needs them; the addresses are as good as passwords.

    `desktop` and `mail` to their own address need nothing set up; `urls` are services of apprise.
    `ping_url` is called so that a monitor outside notices a dead service.
    """

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    desktop: bool = True
    mail: bool = True
    urls: tuple[str, ...] = field(default=(), repr=False)
    ping_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Read once by `load`."""

    __pydantic_config__: ClassVar[Any] = _SECTION_CONFIG
    storage: Storage = field(default_factory=Storage)
    vault: Vault = field(default_factory=Vault)
    gmail: Gmail = field(default_factory=Gmail)
    outlook: Outlook = field(default_factory=Outlook)
    network: Network = field(default_factory=Network)
    timing: Timing = field(default_factory=Timing)
    checks: Checks = field(default_factory=Checks)
    web: Web = field(default_factory=Web)
    approval: Approval = field(default_factory=Approval)
    notify: Notify = field(default_factory=Notify)


SECTIONS: dict[str, type[Any]] = {
    "storage": Storage,
    "vault": Vault,
    "gmail": Gmail,
    "outlook": Outlook,
    "network": Network,
    "timing": Timing,
    "checks": Checks,
    "web": Web,
    "approval": Approval,
    "notify": Notify,
}


SERVED = ("sqlite:///", "postgresql+psycopg://")
"""How the address of a database begins that is served."""


def load(chosen: Path | None = None) -> tuple[Settings, Path | None]:
    """Return the settings and the file they came from, if there was one.

    Raises:
        BadConfiguration: with every problem in `problems`, each naming its key.

    """
    path = _find(chosen)
    values = _read(path) if path else {}
    problems = _lay_environment_over(values)
    settings = _validate(values, problems)
    url = settings.storage.url
    if url is not None and not url.startswith(SERVED):
        problems.append(
            f"[storage] url: {_EXAMPLES['storage.url']} is meant, or postgresql+psycopg://..."
        )
    network = values.get("network")
    bundle = network.get("ca_bundle") if isinstance(network, dict) else None
    if isinstance(bundle, str) and not Path(bundle).expanduser().is_file():
        problems.append(f"[network] ca_bundle: there is no file {bundle}")
    problems += _look_at_addresses(settings.notify)
    if problems:
        where = f" in {path}" if path else " in the environment"
        raise BadConfiguration(f"The configuration{where} cannot be used.", _HINT, tuple(problems))
    return settings, path


def data_folder() -> Path:
    """Return the folder of all data: `$CALLBACK_HOME` or the platform's."""
    home = os.environ.get("CALLBACK_HOME")
    return Path(home).expanduser() if home else Path(platformdirs.user_data_dir(APP_NAME))


def _find(chosen: Path | None) -> Path | None:
    named = chosen or (
        Path(os.environ["CALLBACK_CONFIG"]) if os.environ.get("CALLBACK_CONFIG") else None
    )
    if named is not None:
        named = named.expanduser()
        if not named.is_file():
            raise BadConfiguration(
                f"There is no configuration file {named}.",
                "Name one that is there with --config or $CALLBACK_CONFIG.",
            )
        return named
    candidates = (
        Path("config.toml"),
        Path(platformdirs.user_config_dir(APP_NAME)) / "config.toml",
    )
    return next((path for path in candidates if path.is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path} is not readable TOML: {error}.", _HINT) from error
    except OSError as error:
        raise BadConfiguration(f"{path} cannot be read: {error.strerror}.", _HINT) from error


def _lay_environment_over(values: dict[str, Any]) -> list[str]:
    """Put `CALLBACK_SECTION__KEY` over the file's values; return what is no setting at all.

    A wrong key in a known section is reported with the file's, by `_validate`.
    """
    problems = []
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name in _NOT_SETTINGS:
            continue
        section, _, key = name.removeprefix(PREFIX).lower().partition("__")
        if section not in SECTIONS or not key:
            problems.append(f"{name} is no setting{_nearest(name, _list_variables())}")
            continue
        table = values.setdefault(section, {})
        if isinstance(table, dict):
            text = os.environ[name]
            table[key] = _split(text, key) if key in _LISTS else text
    return problems


def _list_variables() -> set[str]:
    return set(_NOT_SETTINGS) | {
        f"{PREFIX}{section}__{each.name}".upper()
        for section, kind in SECTIONS.items()
        for each in fields(kind)
    }


def _split(text: str, key: str) -> list[str]:
    """Return the values between commas; in an address may be commas, too."""
    comma = rf",(?=\s*{_SCHEME})" if key == "urls" else ","
    return [part.strip() for part in re.split(comma, text) if part.strip()]


def _look_at_addresses(notify: Notify) -> list[str]:
    """Return what is wrong with the addresses, which are never shown themselves."""
    problems = []
    wrong = [n for n, url in enumerate(notify.urls, 1) if not re.match(_SCHEME, url)]
    if wrong:
        which = ", ".join(map(str, wrong))
        problems.append(
            f"[notify] urls: no address (number {which}; for example {_EXAMPLES['notify.urls']})"
        )
    if notify.ping_url is not None and not re.match(r"https://[^/]", notify.ping_url):
        problems.append(
            f"[notify] ping_url: no https address (for example {_EXAMPLES['notify.ping_url']})"
        )
    return problems


def _validate(values: dict[str, Any], problems: list[str]) -> Settings:
    if not values:
        return Settings()
    # Loaded only where there is something to validate: `callback list` is to be quick.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Settings).validate_python(values)
    except ValidationError as error:
        problems += [_describe(item) for item in error.errors()]
    return Settings()


def _describe(item: Any) -> str:
    """Say what is wrong with one key, and show one that would be right."""
    location = [str(part) for part in item["loc"]]
    section, key = location[0], location[1] if len(location) > 1 else ""
    name = f"[{section}] {key}".strip()
    if item["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = {each.name for each in fields(SECTIONS[section])} if key else set(SECTIONS)
        return f"{name} is no setting{_nearest(location[-1], known)}"
    example = _EXAMPLES.get(f"{section}.{key}", "")
    return f"{name}: {item['msg']}{f' (for example {example})' if example else ''}"


_EXAMPLES = {
    "storage.url": 'url = "sqlite:////home/ana/callback.db"',
    "vault.key": 'key = "file"',
    "gmail.client_file": 'client_file = "client_secret.json"',
    "outlook.client_id": 'client_id = "00000000-0000-0000-0000-000000000000"',
    "network.ca_bundle": 'ca_bundle = "/etc/ssl/certs/ca-certificates.crt"',
    "timing.earliest": 'earliest = "09:00"',
    "timing.rest_days": 'rest_days = "next-working-day"',
    "timing.days_off": 'days_off = ["2026-12-24"]',
    "timing.working_days": 'working_days = ["2026-12-26"]',
    "approval.required": "required = true",
    "notify.desktop": "desktop = false",
    "notify.mail": "mail = false",
    "notify.urls": 'urls = ["ntfy://a-topic-that-nobody-guesses"]',
    "notify.ping_url": 'ping_url = "https://hc-ping.com/your-uuid"',
}


def _nearest(name: str, known: set[str] | frozenset[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
