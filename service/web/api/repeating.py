"""`Idempotency-Key`: a call that is sent again, because its answer was lost, is done once.

The first answer is kept for a day and given again. A call that failed is forgotten, so that it may
be tried again. One whose service died in its midst is done again after a while: an interview that
is submitted twice is one interview, and a mail that is stopped twice is stopped; only a copy or a
test mail to oneself may come twice.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from service.clock import real_now
from service.database import Database
from service.schema import idempotency_keys
from service.web.entering import find_visitor
from service.web.problems import Problem

HEADER = "Idempotency-Key"

KEPT = timedelta(days=1)
"""How long an answer is kept and given again."""

LONGEST = timedelta(minutes=2)
"""After that a call without an answer is taken for one whose service has died."""

LONGEST_KEY = 255
"""Characters."""

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEPT_HEADERS = ("etag", "location", "content-type")

_Handle = Callable[[Request], Awaitable[Response]]


class Repeatable(APIRoute):
    """A route whose changes may be sent again under the same key."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return the handler that looks for an earlier answer first."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method not in _CHANGES:
                return await handle(request)
            return await _answer_once(request, key, handle)

        return answer


@dataclass(frozen=True, slots=True)
class _Call:
    """One call under its key. Used from threads; holds no connection."""

    database: Database
    candidate_id: int
    key_hash: str
    request_hash: str

    def begin(self) -> dict[str, Any] | None:
        """Note that the call is being done; return the answer that it had before, if any.

        Raises:
            Problem: the key was used for another call (422), or this one is being done (409).

        """
        now = real_now()
        columns = idempotency_keys.c
        with self.database.write(f"call {self.candidate_id} {self.key_hash}") as connection:
            connection.execute(sa.delete(idempotency_keys).where(columns.created_at < now - KEPT))
            known = (
                connection.execute(sa.select(idempotency_keys).where(*self._is_this()))
                .mappings()
                .one_or_none()
            )
            if known is None:
                connection.execute(
                    sa.insert(idempotency_keys).values(
                        candidate_id=self.candidate_id,
                        key_hash=self.key_hash,
                        request_hash=self.request_hash,
                        created_at=now,
                    )
                )
                return None
            if known["request_hash"] != self.request_hash:
                raise Problem(422, f"This {HEADER} was used for another call.")
            answer: dict[str, Any] | None = known["answer"]
            if answer is None and now - known["created_at"] < LONGEST:
                wait = {"Retry-After": "1"}
                raise Problem(409, "This call is being done at this moment.", headers=wait)
            if answer is None:
                connection.execute(
                    sa.update(idempotency_keys).where(*self._is_this()).values(created_at=now)
                )
            return answer

    def keep(self, answer: dict[str, Any]) -> None:
        """Keep the answer, to give it again."""
        with self.database.write() as connection:
            connection.execute(
                sa.update(idempotency_keys).where(*self._is_this()).values(answer=answer)
            )

    def forget(self) -> None:
        """Forget a call that failed."""
        with self.database.write() as connection:
            connection.execute(sa.delete(idempotency_keys).where(*self._is_this()))

    def _is_this(self) -> tuple[sa.ColumnElement[bool], ...]:
        columns = idempotency_keys.c
        return columns.candidate_id == self.candidate_id, columns.key_hash == self.key_hash


async def _answer_once(request: Request, key: str, handle: _Handle) -> Response:
    if not 0 < len(key) <= LONGEST_KEY:
        raise Problem(422, f"An {HEADER} has up to {LONGEST_KEY} characters.")
    visitor = await run_in_threadpool(find_visitor, request)
    if visitor.candidate_id is None:
        return await handle(request)
    body = await request.body()
    call = _Call(
        request.app.state.callback.database,
        visitor.candidate_id,
        _hash(key.encode("utf-8", "surrogatepass")),
        _hash(f"{request.method} {request.url.path}?{request.url.query}".encode(), body),
    )
    known = await run_in_threadpool(call.begin)
    if known is not None:
        return Response(known["body"], known["status"], known["headers"])
    try:
        answer = await handle(request)
    except BaseException:
        await run_in_threadpool(call.forget)
        raise
    kept = {
        "status": answer.status_code,
        "headers": {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        "body": bytes(answer.body).decode(),
    }
    await run_in_threadpool(call.keep, kept)
    return answer


def _hash(*parts: bytes) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()
