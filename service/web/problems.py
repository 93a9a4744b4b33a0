"""Turns what goes wrong into an answer: problem details (RFC 9457) for the API, a page for people.

`code` is that of `service.errors`, and `type` is made of it, so that scripts may branch on either.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.errors import BadInput, ServiceError
from service.logs import log
from service.web import rendering

STATUSES: Final = {
    "bad-input": 422,
    "bad-invitation": 422,
    "bad-configuration": 500,
    "not-found": 404,
    "wrong-state": 409,
    "conflict": 409,
    "storage-unusable": 503,
    "vault-unusable": 503,
    "mailbox-unusable": 409,
    "sign-in-failed": 400,
    "clock-unusable": 500,
}
_FOR_PROGRAMS: Final = ("/api/", "/healthz", "/metrics")
"""Where problem details are answered, and no page."""

TITLES: Final = {
    400: "This cannot be done",
    401: "Nobody has come in",
    403: "This may not be done",
    404: "There is no such thing",
    405: "This cannot be asked for here",
    409: "This cannot be done now",
    412: "It has changed meanwhile",
    408: "This came too slowly",
    413: "This is too much",
    421: "This is not where that lives",
    422: "This cannot be used",
    428: "The version that was seen is missing",
    429: "Too many attempts",
    500: "Something went wrong",
    503: "This is not to be had now",
}
CODES: Final = {
    401: "not-let-in",
    403: "forbidden",
    404: "not-found",
    412: "conflict",
    413: "too-large",
    421: "wrong-host",
    428: "version-missing",
    429: "too-many-attempts",
}


class Problem(HTTPException):
    """A refusal of the web's own, in the same form as those of the service."""

    def __init__(
        self, status: int, detail: str, *, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.hint = hint


def answer_service(request: Request, error: Exception) -> Response:
    """Answer an error of the service."""
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for these alone
    problems = error.problems if isinstance(error, BadInput) else ()
    return _answer(
        request,
        STATUSES.get(error.code, 400),
        error.code,
        error.message,
        hint=error.hint,
        problems=problems,
    )


def answer_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal of the web's own, or one of the framework's."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these alone
    code = CODES.get(error.status_code, "failed")
    hint = error.hint if isinstance(error, Problem) else ""
    return _answer(
        request, error.status_code, code, str(error.detail), hint=hint, headers=error.headers
    )


def answer_invalid(request: Request, error: Exception) -> Response:
    """Answer a request whose fields cannot be read; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these alone
    problems = [f"{_name(each['loc'])}: {each['msg']}" for each in error.errors()]
    return _answer(
        request, 422, "bad-input", "What was sent cannot be used.", problems=tuple(problems)
    )


def answer_unexpected(request: Request, error: Exception) -> Response:
    """Answer an error that nobody had thought of; the log says more."""
    log.error("request failed", action="web", path=request.url.path, error=error)
    return _answer(request, 500, "failed", "Something went wrong; the log says more.")


def _name(location: tuple[int | str, ...]) -> str:
    named = location[1:] if location[:1] in (("body",), ("query",), ("path",)) else location
    # A key may hold half a character, which no answer can.
    return ".".join(str(part).encode(errors="replace").decode() for part in named) or "body"


def _answer(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    hint: str = "",
    problems: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    title = TITLES.get(status, "This cannot be done")
    if not request.url.path.startswith(_FOR_PROGRAMS):
        return rendering.render_problem(
            request, status, title, detail, hint=hint, problems=problems, headers=headers
        )
    body: dict[str, Any] = {
        "type": f"urn:call-back:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if hint:
        body["hint"] = hint
    if problems:
        body["problems"] = list(problems)
    return JSONResponse(
        body, status, headers=dict(headers or {}), media_type="application/problem+json"
    )
