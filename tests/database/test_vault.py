"""The vault: one key, private, never replaced while something is encrypted with the old one."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from service.clock import real_now
from service.config import KeySource
from service.database import Database
from service.errors import VaultUnusable
from service.schema import grants, vault_keys
from service.vault import VARIABLE, Vault, open_vault
from tests.factories import TUESDAY, Queue

SECRET = "1//0-a-refresh-token-that-is-planted"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder that the queue's database lies in, and the key file is to."""
    return tmp_path


def make_key() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode()


def store_grant(queue: Queue, vault: Vault) -> None:
    """Store one encrypted grant."""
    with queue.database.write() as connection:
        connection.execute(
            sa.insert(grants).values(
                mailbox_id=queue.mailbox_id,
                version=1,
                key_id=vault.key_id,
                account_id="a",
                granted_at=TUESDAY,
                refreshed_at=TUESDAY,
                expires_at=TUESDAY,
                scopes=[],
                secret=vault.encrypt(SECRET),
                access_token=vault.encrypt(SECRET),
            )
        )


def read_secret(queue: Queue, vault: Vault) -> str:
    """Open the stored grant."""
    with queue.database.read() as connection:
        return vault.decrypt(connection.scalars(sa.select(grants.c.secret)).one())


def test_a_key_is_made_at_first_use_and_found_again(queue: Queue, folder: Path) -> None:
    """What one opening encrypts, the next one opens."""
    store_grant(queue, open_vault(queue.database, KeySource.FILE, folder))
    assert read_secret(queue, open_vault(queue.database, KeySource.FILE, folder)) == SECRET


def test_the_key_file_is_private(queue: Queue, folder: Path) -> None:
    """Nobody but the user reads it, and no other trace of it is left in the folder."""
    before = set(folder.iterdir())
    open_vault(queue.database, KeySource.FILE, folder)
    (made,) = {
        path for path in folder.iterdir() if path not in before and "callback" not in path.name
    }
    assert made.name == "vault.key"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_source_and_fingerprint_are_written_once(queue: Queue, folder: Path) -> None:
    """Which key it was can be told later, without the key."""
    for _ in range(2):
        vault = open_vault(queue.database, KeySource.FILE, folder)
    with queue.database.read() as connection:
        (row,) = connection.execute(sa.select(vault_keys)).mappings()
    assert (row["key_id"], row["source"]) == (vault.key_id, "file")
    assert row["first_used_at"] <= real_now()
    assert (folder / "vault.key").read_text("ascii").strip() not in vault.key_id


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_file_that_others_can_read_is_refused(queue: Queue, folder: Path, mode: int) -> None:
    """The message names the command that mends it, and with that it works again."""
    vault = open_vault(queue.database, KeySource.FILE, folder)
    path = folder / "vault.key"
    path.chmod(mode)
    with pytest.raises(VaultUnusable) as caught:
        open_vault(queue.database, KeySource.FILE, folder)
    assert caught.value.hint == f"chmod 600 '{path}'"
    path.chmod(0o600)
    assert open_vault(queue.database, KeySource.FILE, folder).key_id == vault.key_id


def test_a_missing_key_is_not_replaced_while_a_grant_exists(queue: Queue, folder: Path) -> None:
    """A new key could not open what is stored: it would only hide that the old one is lost."""
    store_grant(queue, open_vault(queue.database, KeySource.FILE, folder))
    (folder / "vault.key").unlink()
    with pytest.raises(VaultUnusable) as caught:
        open_vault(queue.database, KeySource.FILE, folder)
    assert "vault.key" in caught.value.message
    assert not (folder / "vault.key").exists()


def test_a_missing_key_is_made_anew_while_nothing_is_encrypted(queue: Queue, folder: Path) -> None:
    """Without a grant nothing is lost with a key."""
    first = open_vault(queue.database, KeySource.FILE, folder)
    (folder / "vault.key").unlink()
    assert open_vault(queue.database, KeySource.FILE, folder).key_id != first.key_id


def test_a_foreign_key_is_refused_while_a_grant_exists(queue: Queue, folder: Path) -> None:
    """Restored from the wrong backup, it is noticed before anything is written with it."""
    store_grant(queue, open_vault(queue.database, KeySource.FILE, folder))
    (folder / "vault.key").write_text(make_key(), "ascii")
    with pytest.raises(VaultUnusable, match="not the one of your sign-ins"):
        open_vault(queue.database, KeySource.FILE, folder)


@pytest.mark.parametrize(
    "text", ["", "\n", "not a key", "AAAA", ",", "c2hvcnQ=", "ключ", "\0" * 44]
)
def test_a_damaged_key_file_is_refused(queue: Queue, folder: Path, text: str) -> None:
    """Whatever stands there, it is left as it is and never quoted."""
    path = folder / "vault.key"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    with pytest.raises(VaultUnusable) as caught:
        open_vault(queue.database, KeySource.FILE, folder)
    assert path.read_text("utf-8") == text
    assert "not a key" not in str(caught.value)


def test_a_key_file_that_is_a_folder_is_refused(queue: Queue, folder: Path) -> None:
    """What cannot be read gets a message, not a traceback."""
    (folder / "vault.key").mkdir(mode=0o700)
    with pytest.raises(VaultUnusable):
        open_vault(queue.database, KeySource.FILE, folder)


def test_the_environment_wins_over_the_file(
    queue: Queue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is handed in is used, and no file is made beside it."""
    monkeypatch.setenv(VARIABLE, make_key())
    vault = open_vault(queue.database, KeySource.FILE, folder)
    store_grant(queue, vault)
    assert read_secret(queue, open_vault(queue.database, KeySource.FILE, folder)) == SECRET
    assert not (folder / "vault.key").exists()
    with queue.database.read() as connection:
        assert connection.scalars(sa.select(vault_keys.c.source)).all() == ["environment"]


def test_a_key_that_is_to_come_from_the_environment_is_never_made_up(
    queue: Queue, folder: Path
) -> None:
    """The hint is a command that makes one to keep; its key works."""
    with pytest.raises(VaultUnusable) as caught:
        open_vault(queue.database, KeySource.ENVIRONMENT, folder)
    command = caught.value.hint.partition("$(")[2].rstrip(")")
    made = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert Vault([made.stdout.strip()]).key_id


def test_an_environment_that_lost_its_key_is_refused(
    queue: Queue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started without the variable, a key file is not made in its place."""
    monkeypatch.setenv(VARIABLE, make_key())
    store_grant(queue, open_vault(queue.database, KeySource.FILE, folder))
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(VaultUnusable):
        open_vault(queue.database, KeySource.FILE, folder)
    assert not (folder / "vault.key").exists()


def test_of_several_keys_the_first_encrypts_and_each_opens(
    queue: Queue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a key is changed: the new one is put before the old one."""
    old, new = make_key(), make_key()
    monkeypatch.setenv(VARIABLE, old)
    store_grant(queue, open_vault(queue.database, KeySource.FILE, folder))
    monkeypatch.setenv(VARIABLE, f"{new},{old}")
    both = open_vault(queue.database, KeySource.FILE, folder)
    assert read_secret(queue, both) == SECRET
    assert Vault([new]).decrypt(both.encrypt(SECRET)) == SECRET
    assert both.key_id == Vault([new]).key_id


def test_what_another_key_encrypted_is_said_so_without_quoting_it(folder: Path) -> None:
    """The error carries neither the text nor the token that could not be opened."""
    del folder
    token = Vault([make_key()]).encrypt(SECRET)
    with pytest.raises(VaultUnusable) as caught:
        Vault([make_key()]).decrypt(token)
    assert token.decode() not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_no_key_and_no_secret_stands_in_the_database(file_queue: Queue, folder: Path) -> None:
    """Neither in the file nor in its WAL."""
    store_grant(file_queue, open_vault(file_queue.database, KeySource.FILE, folder))
    key = (folder / "vault.key").read_bytes().strip()
    stored = b"".join(path.read_bytes() for path in folder.glob("callback.db*"))
    assert b"gAAAAA" in stored
    assert SECRET.encode() not in stored
    assert key not in stored


def test_a_vault_shows_only_its_fingerprint() -> None:
    """A repr ends up in logs."""
    key = make_key()
    assert repr(Vault([key])) == f"Vault(key_id='{Vault([key]).key_id}')"
    assert key not in repr(vars(Vault([key])))


_STARTER = """
import sys
from pathlib import Path
from service.config import KeySource
from service.database import Database
from service.vault import open_vault
folder = Path(sys.argv[1])
database = Database(f"sqlite:///{folder / 'callback.db'}")
database._engine.connect().close()
print("ready", flush=True)
sys.stdin.readline()
print(open_vault(database, KeySource.FILE, folder).key_id, flush=True)
"""


@pytest.fixture
def starters(file_queue: Queue, folder: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    """Return processes that wait for a line before they open the vault for the first time."""
    assert file_queue.database.file is not None
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _STARTER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def test_first_starters_at_the_same_time_make_one_key(
    starters: list["subprocess.Popen[str]"], file_queue: Queue, folder: Path
) -> None:
    """Whoever comes second uses the key of the first."""
    for process in starters:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in starters:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = {process.communicate(timeout=30)[0] for process in starters}
    assert told == {f"{open_vault(file_queue.database, KeySource.FILE, folder).key_id}\n"}
    assert [path.name for path in folder.glob("vault*")] == ["vault.key"]


def test_a_key_file_left_half_made_by_a_crash_is_in_nobodys_way(queue: Queue, folder: Path) -> None:
    """In a container every start has the same process id, the killed one's included."""
    (folder / f"vault.key.{os.getpid()}").write_text("half", "ascii")
    vault = open_vault(queue.database, KeySource.FILE, folder)
    assert Vault([(folder / "vault.key").read_text("ascii").strip()]).key_id == vault.key_id


def test_a_folder_that_cannot_be_written_is_said_so(queue: Queue, tmp_path: Path) -> None:
    """A key that cannot be kept is not used."""
    taken = tmp_path / "taken"
    taken.write_text("a file where the folder should be")
    with pytest.raises(VaultUnusable):
        open_vault(queue.database, KeySource.FILE, taken / "below")


def test_an_unused_vault_opens_a_database_of_its_own(tmp_path: Path) -> None:
    """Two installations have two keys."""
    key_ids = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        database = Database(f"sqlite:///{tmp_path / name / 'callback.db'}")
        database.prepare()
        key_ids.add(open_vault(database, KeySource.FILE, tmp_path / name).key_id)
        database.close()
    assert len(key_ids) == 2
