"""What every sign-in shares: catching the browser's answer, reading it, comparing the scopes.

The answer holds the code that a grant is made of. It is returned, and never logged, shown in a
page or put into an error.
"""

import hmac
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from urllib.parse import parse_qs, urlsplit

from providers.errors import SignInAgain, TryLater

SIGN_IN_SECONDS = 300.0
"""How long a user has to finish the consent page."""

_LOOK_SECONDS = 0.2

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Call Back</title>
<body style="font-family: sans-serif; max-width: 34em; margin: 4em auto">
<p>{text}</p>
</body></html>
"""


@contextmanager
def listen(port: int = 0, *, timeout_seconds: float = SIGN_IN_SECONDS) -> Iterator["Listener"]:
    """Listen on this computer for the address on which a sign-in's browser ends.

    Only loopback is bound. Raise `TryLater` when `port` is taken; 0 chooses a free one.
    """
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise TryLater("port-taken", f"Port {port} of this computer is in use.") from error
    thread = threading.Thread(target=server.serve_forever, args=(_LOOK_SECONDS,), daemon=True)
    thread.start()
    try:
        yield Listener(server, timeout_seconds)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Listener:
    """A port that waits for one answer; see `listen`.

    `redirect_uri` has no path: Microsoft ignores the port of `http://localhost` only as registered
    (that is, without one), and Google takes any for a desktop client.
    """

    def __init__(self, server: "_Server", timeout_seconds: float) -> None:
        self._server = server
        self._ends_at = time.monotonic() + timeout_seconds
        self._timeout_seconds = timeout_seconds
        self.redirect_uri = f"http://localhost:{server.port}"

    def wait(self, give_up: Callable[[], bool] = lambda: False, *, state: str | None = None) -> str:
        """Return the whole address of the first answer; with `state`, of the first that carries it.

        `give_up` is asked a few times a second. Raise `SignInAgain` when it says so or when the
        time is over.
        """
        self._server.state = state
        while not give_up():
            if time.monotonic() >= self._ends_at:
                minutes = self._timeout_seconds / 60
                detail = f"Nobody finished the sign-in page within {minutes:g} minutes."
                raise SignInAgain("sign-in-timed-out", detail)
            try:
                answer = self._server.answers.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if state is None or has_state(answer, state):
                return self.redirect_uri + answer
        raise SignInAgain("sign-in-given-up", "The sign-in was given up.")


def is_public(redirect_uri: str) -> bool:
    """Say whether a sign-in ends at a page on the web, and not on the user's own computer."""
    return redirect_uri.startswith("https://")


def has_state(answer_url: str, state: str) -> bool:
    """Say whether an answer belongs to the sign-in with this state."""
    given = parse_answer(answer_url).get("state", "")
    return hmac.compare_digest(given.encode(errors="replace"), state.encode(errors="replace"))


def parse_answer(answer_url: str) -> dict[str, str]:
    """Return the parameters of the address on which the browser ended, as pasted or caught."""
    try:
        query = urlsplit(answer_url.strip()).query
        return {name: values[0] for name, values in parse_qs(query).items()}
    except ValueError:
        return {}


def read_answer(answer_url: str, state: str) -> dict[str, str]:
    """Return the answer's parameters, among them `code`, or `error` when the consent was denied.

    Raise `SignInAgain` when it is no answer at all or belongs to another sign-in.
    """
    answer = parse_answer(answer_url)
    if not ("code" in answer or "error" in answer):
        detail = (
            "That is not the address on which the browser ended: it has to be copied whole, from "
            "http:// to the end, after the page could not be shown."
        )
        raise SignInAgain("answer-incomplete", detail)
    if not has_state(answer_url, state):
        detail = "That answer belongs to another sign-in; start this one again."
        raise SignInAgain("state-foreign", detail)
    return answer


def require_scopes(
    asked: Iterable[str], granted: Iterable[str], words: Mapping[str, str], provider: str
) -> None:
    """Raise `SignInAgain` naming every asked scope that was not granted, in the page's words.

    Only the last part of a scope's name counts: Microsoft gives the same scope back as `Mail.Send`
    or with its whole address.
    """
    short = {_last_part(scope) for scope in granted}
    missing = [words[scope] for scope in asked if _last_part(scope) not in short and scope in words]
    if missing:
        named = " and ".join(f"“{word}”" for word in missing)
        detail = f"{provider} was not allowed to: {named}; sign in again and allow all of it."
        raise SignInAgain("consent-partial", detail)


def _last_part(scope: str) -> str:
    return scope.rstrip("/").rpartition("/")[2].casefold()


class _Server(ThreadingTCPServer):
    """One thread for each connection: a browser opens some without ever sending anything."""

    # Windows would let a second program listen on the same port.
    allow_reuse_address = os.name == "posix"
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.answers: queue.Queue[str] = queue.Queue()
        self.state: str | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that went away."""


class _Handler(BaseHTTPRequestHandler):
    """Takes GET / with a state and a code or an error; everything else is turned away."""

    timeout = 10
    server: _Server
    server_version = "callback"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer the browser, and keep the address if it is an answer."""
        port = self.server.port
        if self.headers.get("Host") not in (f"localhost:{port}", f"127.0.0.1:{port}"):
            self._show(HTTPStatus.FORBIDDEN, "This address is not served here.")
            return
        answer = parse_answer(self.path)
        is_answer = "state" in answer and ("code" in answer or "error" in answer)
        if urlsplit(self.path).path != "/" or not is_answer:
            self._show(HTTPStatus.NOT_FOUND, "There is nothing to see here.")
        elif self.server.state is not None and not has_state(self.path, self.server.state):
            self._show(HTTPStatus.BAD_REQUEST, "This answer belongs to another sign-in.")
        else:
            self._show(
                HTTPStatus.OK, "Thank you. You can close this page and go back to Call Back."
            )
            self.server.answers.put(self.path)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Write nothing: the address holds the code."""

    def _show(self, status: HTTPStatus, text: str) -> None:
        page = _PAGE.format(text=text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(page)
