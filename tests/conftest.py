"""What every test stands on: no network beyond this computer, and a home of its own."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import databases

_LOCAL_NAMES = frozenset({"localhost", ""})


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket in the file system
    host = str(address[0])
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is about the SQLite file itself to the run on SQLite; pytest says how many."""
    if databases.find_usual() == "sqlite":
        return
    left = [item for item in items if item.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Let no test of this process reach beyond loopback."""
    with pytest.MonkeyPatch.context() as patch:
        connect = socket.socket.connect

        def connect_here(self: socket.socket, address: Any) -> None:
            if not _is_loopback(address):
                raise AssertionError(f"a test reached for {address}")
            connect(self, address)

        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(autouse=True, scope="session")
def _own_server() -> Iterator[None]:
    """End the database server of this process with its tests."""
    yield
    databases.stop_own()


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a data folder of its own, and none of the settings of whoever runs it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    for name in ("CONFIG", "CLOCK", "VAULT_KEY"):
        monkeypatch.delenv(f"CALLBACK_{name}", raising=False)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)  # nothing on their screen
    monkeypatch.setenv("CALLBACK_HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    is_storing = not {"unit", "providers"} & set(request.path.parts)
    if is_storing and databases.find_usual() != "sqlite":
        monkeypatch.setenv("CALLBACK_STORAGE__URL", databases.make_url(folder))
    monkeypatch.chdir(tmp_path)
    return folder
