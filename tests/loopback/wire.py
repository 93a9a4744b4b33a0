"""Sockets, TLS and threads of the loopback servers: bytes in, bytes out.

Every connection has a thread of its own and is known to the listener from the moment it was
accepted, so that stopping ends all of them. What a client does to its side of a connection
(refusing the certificate, going away in the middle) ends that connection and is never reported.
"""

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from tests.loopback.exchange import Request, Response
from tests.loopback.faults import Ending

_Accepted = socket.socket | tuple[bytes, socket.socket]
"""What socketserver says a request is; over TCP it is always the socket."""

Process = Callable[[Request], tuple[Response | None, Ending | None]]

Greeting = Literal["tls", "untrusted", "hang-up"]
"""How a new connection is met: as it should be, with the certificate of an authority that nobody
trusts, or by closing it in the middle of the handshake."""


class Listener(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1 and hands each request to `process`."""

    allow_reuse_address = True
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(
        self, port: int, context: Callable[[Greeting], ssl.SSLContext], process: Process
    ) -> None:
        self.process = process
        self.is_stopping = False
        self.greeting: Greeting = "tls"
        self._context = context
        self._guard = threading.Lock()
        self._connections: dict[int, socket.socket] = {}
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self.server_address[1])

    def process_request(self, request: _Accepted, client_address: object) -> None:
        """Make the connection known before its thread starts."""
        assert isinstance(request, socket.socket)
        with self._guard:
            self._connections[id(request)] = request
        super().process_request(request, client_address)

    def process_request_thread(self, request: _Accepted, client_address: object) -> None:
        """Serve one connection to its end, in its own thread."""
        assert isinstance(request, socket.socket)
        key, connection = id(request), request
        try:
            if self.greeting == "hang-up":
                return
            context = self._context(self.greeting)
            with self._guard:
                connection = context.wrap_socket(
                    request, server_side=True, do_handshake_on_connect=False
                )
                self._connections[key] = connection
                if self.is_stopping:
                    return
            connection.do_handshake()
            self.finish_request(connection, client_address)
        except (OSError, ValueError):
            return  # the client's affair, or our own stop; ValueError: read on a closed TLS socket
        finally:
            with self._guard:
                del self._connections[key]
            connection.close()

    def end_connections(self) -> None:
        """Wake every thread that reads or writes; each then closes its own connection."""
        with self._guard:
            for connection in self._connections.values():
                _shut_down(connection)


def _shut_down(connection: socket.socket) -> None:
    """End both directions beneath TLS: an SSLSocket may be in use by its own thread meanwhile."""
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return  # the other side has ended it already


class _Handler(BaseHTTPRequestHandler):
    """Reads requests from one connection and writes answers, broken as a fault demands."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Write nothing: the server has its own log."""

    def answer_request(self) -> None:
        """Read the body, have the request processed and answer it."""
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._write(Response(HTTPStatus.LENGTH_REQUIRED))
            return
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            self.headers,
            self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        answer, ending = self.server.process(request)
        if ending is not None:
            self.close_connection = True
        if ending == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif answer is not None:
            self._write(answer, is_half=ending == "truncate")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer_request  # noqa: N815 - the names are http.server's

    def _write(self, answer: Response, *, is_half: bool = False) -> None:
        head, body = answer.head_and_body()
        if is_half and body:
            body = body[: len(body) // 2]
        elif is_half:
            # Not of the head: clients read a head that ends early as a whole, empty answer.
            head = head[: head.index(b"\r\n") // 2]
        self.wfile.write(head + (b"" if self.command == "HEAD" else body))
