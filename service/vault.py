"""Encrypts and opens grants; alone sees the key.

The key comes from `$CALLBACK_VAULT_KEY`, the system's keyring (when chosen) or a file of mode 0600
beside the database. Which one, and the key's fingerprint, are written at first use; a key is made
only while no grant exists, so that a lost key is noticed and not papered over. Several keys may be
given, newest first, separated by commas or lines: the first encrypts, each may open (MultiFernet).
"""

import hashlib
import os
import secrets
import stat
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.clock import real_now
from service.config import KeySource
from service.database import Database
from service.errors import VaultUnusable
from service.schema import UtcDateTime, grants, vault_keys

VARIABLE = "CALLBACK_VAULT_KEY"
_KEYRING_SERVICE = "callback"
_KEYRING_USER = "vault-key"


class Vault:
    """The opened vault. `key_id` is the fingerprint of the key that encrypts."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self.key_id = _fingerprint(keys[0])

    def __repr__(self) -> str:
        return f"Vault(key_id={self.key_id!r})"

    def encrypt(self, text: str) -> bytes:
        """Encrypt `text` with the newest key."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """Open what `encrypt` made.

        Raises:
            VaultUnusable: it was encrypted with a key that is not here.

        """
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise VaultUnusable(
                "A stored sign-in was encrypted with another key.",
                "Put the earlier key back, or disconnect and connect the mailbox again.",
            ) from error


def open_vault(database: Database, source: KeySource, folder: Path) -> Vault:
    """Open the vault with the key from `source`, making a key at first use.

    Raises:
        VaultUnusable: the key is missing although grants exist, can be read by others, is damaged,
            or is not the one that the stored grants were encrypted with.

    """
    if os.environ.get(VARIABLE):
        source = KeySource.ENVIRONMENT
    with database.read() as connection:
        known = set(connection.scalars(sa.select(vault_keys.c.key_id)))
        used = set(connection.scalars(sa.select(grants.c.key_id)))
    text = _READERS[source](folder)
    if text is None:
        if used:
            raise VaultUnusable(
                f"The key that opens your sign-ins is missing ({_where(source, folder)}).",
                "Put it back from where you keep it; a new one could not open them.",
            )
        text = _make(source, folder)
    vault = _open(text, source, folder)
    if used and not used & {_fingerprint(key) for key in _split(text)}:
        raise VaultUnusable(
            f"The key in {_where(source, folder)} is not the one of your sign-ins.",
            "Put the earlier key back, or disconnect and connect the mailboxes again.",
        )
    if vault.key_id not in known:
        with database.write("vault keys") as connection:
            connection.execute(
                sa.insert(vault_keys).from_select(
                    ["key_id", "source", "first_used_at"],
                    sa.select(
                        sa.literal(vault.key_id),
                        sa.literal(source),
                        sa.literal(real_now(), UtcDateTime),
                    ).where(
                        ~sa.exists().where(vault_keys.c.key_id == vault.key_id),
                    ),
                )
            )
    return vault


def _open(text: str, source: KeySource, folder: Path) -> Vault:
    try:
        return Vault(_split(text))
    except ValueError as error:
        raise VaultUnusable(
            f"What stands in {_where(source, folder)} is no key of this vault.",
            "Put the earlier key back, or remove it if no mailbox was ever connected.",
        ) from error


def _split(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _where(source: KeySource, folder: Path) -> str:
    if source is KeySource.FILE:
        return str(_key_file(folder))
    return f"${VARIABLE}" if source is KeySource.ENVIRONMENT else "the system's keyring"


def _key_file(folder: Path) -> Path:
    return folder / "vault.key"


def _read_environment(_folder: Path) -> str | None:
    return os.environ.get(VARIABLE) or None


def _read_keyring(_folder: Path) -> str | None:
    keyring = _import_keyring()
    try:
        text: str | None = keyring.get_password(_KEYRING_SERVICE, _KEYRING_USER)
    except keyring.errors.KeyringError as error:
        raise VaultUnusable(
            "The system's keyring cannot be used here.", 'Choose [vault] key = "file".'
        ) from error
    return text


def _read_file(folder: Path) -> str | None:
    path = _key_file(folder)
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise VaultUnusable(
                f"The key file {path} can be read by others.", f"chmod 600 '{path}'"
            )
        return path.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise VaultUnusable(
            f"The key file {path} cannot be read.", f"chmod 600 '{path}', or put a backup back."
        ) from error


_READERS = {
    KeySource.ENVIRONMENT: _read_environment,
    KeySource.KEYRING: _read_keyring,
    KeySource.FILE: _read_file,
}


def _make(source: KeySource, folder: Path) -> str:
    if source is KeySource.ENVIRONMENT:
        raise VaultUnusable(
            f'[vault] key is "environment", but ${VARIABLE} is not set.',
            f"Make one and keep it safe:  export {VARIABLE}=$(python3 -c "
            "'import base64,os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')",
        )
    key = Fernet.generate_key().decode()
    if source is KeySource.KEYRING:
        _import_keyring().set_password(_KEYRING_SERVICE, _KEYRING_USER, key)
        return key
    return _write_file(_key_file(folder), key)


def _write_file(path: Path, key: str) -> str:
    """Place a complete key file under its name; of two starters the first one's key counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        finally:
            draft.unlink()
    except OSError as error:
        raise VaultUnusable(
            f"The key file {path} cannot be written: {error.strerror}.",
            "Make its folder writable, or choose another with $CALLBACK_HOME.",
        ) from error
    return key


def _import_keyring() -> ModuleType:
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise VaultUnusable(
            '[vault] key is "keyring", but the keyring package is not installed.',
            'pipx inject call-back keyring, or choose [vault] key = "file".',
        ) from error
    return keyring
