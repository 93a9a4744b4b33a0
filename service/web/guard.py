"""Keeps out what has no business here, before any page or call is reached.

A page elsewhere may point its own name at this computer (DNS rebinding): only requests that name a
host of ours are answered. What is sent is limited in size and in time. Every answer forbids the
browser to load anything from elsewhere, to be framed, or to say where it came from.
"""

import asyncio
from collections.abc import Iterable

from fastapi import HTTPException  # its own routes let no other one through
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web import problems

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes; the largest that is wanted is an invitation as a mail, with its attachments."""

LONGEST_BODY_SECONDS = 15.0
"""How long a body may take to arrive."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not no-referrer: browsers then name no origin in a form either, and we could not tell ours.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_CLOSE = {"Connection": "close"}
_TOO_LARGE = "The body is too large."
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware around the whole application. `origins` are ours, as browsers write them."""

    def __init__(self, app: ASGIApp, *, origins: Iterable[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(origin.partition("://")[2] for origin in self._origins)
        self._is_secure = all(origin.startswith("https://") for origin in self._origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refuse(Headers(scope=scope), scope["method"])
        if refusal is not None:
            await _answer(scope, refusal)(scope, receive, self._with_headers(send))
            return
        await self._app(scope, _Body(receive).receive, self._with_headers(send))

    def _refuse(self, headers: Headers, method: str) -> HTTPException | None:
        if headers.get("host", "").lower() not in self._hosts:
            return HTTPException(421, "This is not where this page lives.")
        origin = headers.get("origin")
        if method not in _SAFE and origin is not None and origin.lower() not in self._origins:
            return HTTPException(403, "This was sent by a page that is not ours.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return HTTPException(413, _TOO_LARGE, _CLOSE)
        return None

    def _with_headers(self, send: Send) -> Send:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if self._is_secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        return send_more


def _answer(scope: Scope, refusal: HTTPException) -> Response:
    """Return problem details for the API, and a line for whoever knocks at a page's door."""
    if scope["path"].startswith("/api/"):
        return problems.answer_refusal(Request(scope), refusal)
    return PlainTextResponse(refusal.detail, refusal.status_code, refusal.headers)


class _Body:
    """Counts what arrives, by size and by time."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = LARGEST_BODY
        self._is_whole = False
        self._give_up: float | None = None

    async def receive(self) -> Message:
        """Return the next part of the body; afterwards, that the browser has gone.

        Raises:
            HTTPException: the body is too large, or takes too long.

        """
        if self._is_whole:
            return await self._receive()
        clock = asyncio.get_running_loop().time
        self._give_up = self._give_up or clock() + LONGEST_BODY_SECONDS
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self._give_up - clock()))
        except TimeoutError as error:
            raise HTTPException(408, "The body came too slowly.", _CLOSE) from error
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, _TOO_LARGE, _CLOSE)
        self._is_whole = not message.get("more_body", False)
        return message
