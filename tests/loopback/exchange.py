"""One HTTP exchange as the loopback services see it: the request, and the answer to it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `path` is as it came, without the query; `query` keeps blank values."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Message
    body: bytes = field(repr=False)

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path, each percent-decoded."""
        return tuple(unquote(part) for part in self.path.strip("/").split("/"))

    @property
    def bearer(self) -> str | None:
        """The token of the Authorization header, if it is a bearer token."""
        kind, _, token = (self.headers.get("Authorization") or "").partition(" ")
        return token.strip() or None if kind.lower() == "bearer" else None

    def json(self) -> Any:
        """Parse the body; raise ValueError when it is not JSON in UTF-8."""
        return json.loads(self.body.decode("utf-8"))

    def form(self) -> dict[str, list[str]]:
        """Parse the body as a URL-encoded form; raise ValueError when it is not text."""
        return parse_qs(self.body.decode("utf-8"), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: either `json` or `body`, or neither for an empty one."""

    status: int = 200
    json: Any = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def head_and_body(self) -> tuple[bytes, bytes]:
        """Return the answer as it stands on the wire."""
        body = self.body if self.json is None else json.dumps(self.json).encode()
        headers = dict(self.headers)
        if self.json is not None:
            headers.setdefault("Content-Type", "application/json; charset=UTF-8")
        if self.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(body))
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1"), body


def request_to(method: str, path_pattern: str) -> Callable[[Request], bool]:
    """Return a test for requests with this method whose whole path matches the expression."""
    pattern = re.compile(path_pattern)
    return lambda request: request.method == method and bool(pattern.fullmatch(request.path))
