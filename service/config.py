"""Reads the settings: a TOML file, then the environment over it; reports every problem at once.

The file is `--config`, `$CALLBACK_CONFIG`, `./config.toml` or the user's configuration folder, the
first that is there; none is needed. A key `[gmail] client_file` is `CALLBACK_GMAIL__CLIENT_FILE` in
the environment. Few keys: what nobody would change is a constant beside the code that uses it.
"""

import difflib
import os
import tomllib
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from service.errors import BadConfiguration

APP_NAME = "callback"
PREFIX = "CALLBACK_"
_NOT_SETTINGS = frozenset(
    {"CALLBACK_CONFIG", "CALLBACK_HOME", "CALLBACK_CLOCK", "CALLBACK_VAULT_KEY", "CALLBACK_DEBUG"}
)
_HINT = "Every key is explained in config.example.toml."


class KeySource(StrEnum):
    """Where the vault's key comes from."""

    FILE = "file"
    KEYRING = "keyring"
    ENVIRONMENT = "environment"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Storage(_Section):
    """`url`: where the queue is kept; the default is SQLite in the data folder."""

    url: str | None = None


class Vault(_Section):
    """`key`: where the key that encrypts the sign-ins comes from."""

    key: KeySource = KeySource.FILE


class Gmail(_Section):
    """The client file from the Google console, and Google's endpoints."""

    client_file: Path | None = None
    revoke_uri: str = "https://oauth2.googleapis.com/revoke"
    api_endpoint: str = "https://gmail.googleapis.com/"


class Outlook(_Section):
    """The client's id, typed or in a file that somebody handed out, and Microsoft's endpoints."""

    client_id: str | None = None
    client_file: Path | None = None
    authority: str = "https://login.microsoftonline.com/common"
    graph_endpoint: str = "https://graph.microsoft.com/v1.0"


class Network(_Section):
    """`ca_bundle`: a PEM file for all HTTPS calls, behind a company's proxy."""

    ca_bundle: Path | None = None

    @field_validator("ca_bundle")
    @classmethod
    def _is_there(cls, path: Path | None) -> Path | None:
        if path is not None and not path.expanduser().is_file():
            raise ValueError("there is no such file")
        return path.expanduser() if path else None


class Timing(_Section):
    """When mails go out; each can be set for one interview too. What they mean: service.timing."""

    earliest: time = time(9, 0)
    rest_days: Literal["next-working-day", "same-day", "send"] = "next-working-day"
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()


class Settings(BaseSettings):
    """Everything that can be set. Frozen; read once by `load`."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__"
    )

    storage: Storage = Field(default_factory=Storage)
    vault: Vault = Field(default_factory=Vault)
    gmail: Gmail = Field(default_factory=Gmail)
    outlook: Outlook = Field(default_factory=Outlook)
    network: Network = Field(default_factory=Network)
    timing: Timing = Field(default_factory=Timing)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, and read nothing else."""
        assert isinstance(env_settings, EnvSettingsSource)  # noqa: S101 - tells mypy, costs nothing
        return env_settings, init_settings


def load(chosen: Path | None = None) -> tuple[Settings, Path | None]:
    """Return the settings and the file they came from, if there was one.

    Raises:
        BadConfiguration: with every problem in `problems`, each naming its key.

    """
    path = _find(chosen)
    values = _read(path) if path else {}
    problems = _find_unknown_variables()
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems += [_describe(item) for item in error.errors()]
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


def _find_unknown_variables() -> list[str]:
    known = {
        f"{PREFIX}{section}__{key}".upper()
        for section, field in Settings.model_fields.items()
        for key in getattr(field.annotation, "model_fields", {})
    }
    # A wrong key in a known section is pydantic's to report, from here as from the file.
    sections = tuple(f"{PREFIX}{section}__".upper() for section in Settings.model_fields)
    return [
        f"{name} is no setting{_nearest(name, known | _NOT_SETTINGS)}"
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS and not name.startswith(sections)
    ]


def _describe(item: Any) -> str:
    """Say what is wrong with one key, and show one that would be right."""
    location = [str(part) for part in item["loc"]]
    section, key = location[0], ".".join(location[1:])
    name = f"[{section}] {key}".strip()
    if item["type"] == "extra_forbidden":
        fields = Settings.model_fields
        known = (
            set(getattr(fields[section].annotation, "model_fields", {}))
            if key and section in fields
            else set(fields)
        )
        return f"{name} is no setting{_nearest(location[-1], known)}"
    reason = str(item["msg"]).removeprefix("Value error, ")
    example = _EXAMPLES.get(f"{section}.{location[1] if len(location) > 1 else ''}", "")
    return f"{name}: {reason}{f' (for example {example})' if example else ''}"


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
}


def _nearest(name: str, known: set[str] | frozenset[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
