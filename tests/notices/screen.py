"""A session bus, and on it somebody who shows notifications: what a desktop is to a program."""

import asyncio
import shutil
import subprocess
import threading
from types import TracebackType
from typing import Annotated, Self

from dbus_fast import BusType, NameFlag
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method

_NAME, _PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_SECONDS = 20.0


class _Notifications(ServiceInterface):
    """The desktop notifications specification 1.2, as far as a program needs it."""

    def __init__(self, screen: "Screen") -> None:
        super().__init__(_NAME)
        self._screen = screen

    @dbus_method("Notify")
    async def notify(
        self,
        app_name: DBusStr,
        _replaces: DBusUInt32,
        _icon: DBusStr,
        summary: DBusStr,
        body: DBusStr,
        _actions: Annotated[list[str], DBusSignature("as")],
        _hints: DBusDict,
        expires: DBusInt32,
    ) -> DBusUInt32:
        if self._screen.is_frozen:
            await asyncio.Event().wait()
        self._screen.shown.append((app_name, summary, body, expires))
        return len(self._screen.shown)

    @dbus_method("GetCapabilities")
    def get_capabilities(self) -> Annotated[list[str], DBusSignature("as")]:
        return ["body", "body-markup"]

    @dbus_method("GetServerInformation")
    def get_server_information(self) -> Annotated[list[str], DBusSignature("ssss")]:
        return ["a test", "example", "1", "1.2"]


class Screen:
    """A real dbus-daemon; with `has_notifications` something on it shows them.

    `shown` holds application, title, text and how long it stays (0: until it was seen).
    """

    def __init__(self, *, has_notifications: bool = True) -> None:
        self.shown: list[tuple[str, str, str, int]] = []
        self.is_frozen = False
        self._has_notifications = has_notifications
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    def __enter__(self) -> Self:
        assert shutil.which("dbus-daemon"), (
            "these tests need a session bus: apt install dbus-daemon"
        )
        self._daemon = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._daemon.stdout is not None
        self.address = self._daemon.stdout.readline().strip()
        if self._has_notifications:
            self._thread.start()
            assert self._ready.wait(_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._ended is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(_SECONDS)
        self._daemon.terminate()
        self._daemon.communicate(timeout=_SECONDS)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        bus = await MessageBus(bus_address=self.address, bus_type=BusType.SESSION).connect()
        bus.export(_PATH, _Notifications(self))
        await bus.request_name(_NAME, NameFlag.NONE)
        self._ready.set()
        await self._ended.wait()
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast has no type for it
