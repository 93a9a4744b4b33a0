"""Listens for the page and the API in a thread of its own, and stops within seconds."""

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from service.app import App
from service.errors import BadConfiguration
from service.logs import log
from service.web.places import find_place

if TYPE_CHECKING:  # loaded when the page is served: the first look at what is due comes before
    import uvicorn

_GRACE_SECONDS = 3
"""How long answers in hand may take at the end; streams are told before."""


class Server:
    """The page and the API of one service."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._settings = app.settings.web
        self.place = find_place(self._settings)
        self._stopping = threading.Event()
        self._sockets = self._listen()
        self._server = self._make()
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    def start(self) -> None:
        """Start to listen; returns at once."""
        self._thread.start()
        log.info("page served", action="web", at=self.place.url)

    def stop(self) -> None:
        """Stop to listen; answers in hand have a few seconds."""
        self._stopping.set()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        for each in self._sockets:
            each.close()

    def _listen(self) -> list[socket.socket]:
        """Take the port now, so that a port that is taken is an error here and not in a thread."""
        taken: list[socket.socket] = []
        with contextlib.ExitStack() as stack:
            for host in self.place.hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                # Named, or asyncio does not know it for TCP and lets answers wait 40 ms (Nagle).
                kind = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
                listener = stack.enter_context(socket.socket(*kind))
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    listener.bind((host, self.place.port))
                    # At once: who comes before the thread is up waits, and is not refused.
                    listener.listen()
                except OSError as error:
                    if taken and host == "::1":
                        continue  # a computer without IPv6
                    raise BadConfiguration(
                        f"The page cannot be served at {host}:{self.place.port}: {error.strerror}.",
                        "Set [web] port to one that is free.",
                    ) from error
                taken.append(listener)
            stack.pop_all()
        return taken

    def _make(self) -> "uvicorn.Server":
        import uvicorn

        from service.web.application import make_application

        settings = self._settings
        return uvicorn.Server(
            uvicorn.Config(
                make_application(self._app, self.place, self._stopping),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                # Without it uvicorn waits for open streams for ever.
                timeout_graceful_shutdown=_GRACE_SECONDS,
                proxy_headers=settings.proxy is not None,
                forwarded_allow_ips=settings.proxy or "",
                ssl_certfile=settings.tls_cert,
                ssl_keyfile=settings.tls_key,
            )
        )

    def _serve(self) -> None:
        try:
            self._server.run(sockets=self._sockets)
        except Exception as error:  # noqa: BLE001 - the page must not end the sending
            log.error("page failed", action="web", error=error)
