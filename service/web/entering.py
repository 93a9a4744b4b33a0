"""Who comes in: a browser by a one-time link and then a cookie, a script by its bearer token.

`callback open` mints the link. Opening it shows a page whose button comes in, so that a program
that opens links by itself uses nothing up. The cookie is one that no other page can have sent
along; what changes something must carry the session's own mark as well (CSRF).
"""

import hashlib
import hmac
import threading
import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.security import HTTPBearer
from starlette.responses import RedirectResponse, Response

from service import interviews, visitors
from service.app import App
from service.records import Candidate
from service.visitors import Visitor
from service.web import cookies, rendering
from service.web.problems import Problem

COOKIE = "callback_session"

MOST_FAILURES = 10
"""How often one address may try in vain within `FAILURE_SECONDS`."""

FAILURE_SECONDS = 60.0

_MARK_HEADER = "X-CSRF-Token"
_MARK_FIELD = "csrf"
_HINT = "callback open"

router = APIRouter(include_in_schema=False)
bearer = HTTPBearer(auto_error=False, description="A token of `callback token new`.")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a candidate who has come in."""

    app: App
    candidate: Candidate
    mark: str
    """What the forms of this browser carry; empty for a script."""


class Attempts:
    """Counts what failed, by the address it came from, and for how long to refuse it."""

    def __init__(self) -> None:
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def refuse(self, address: str) -> None:
        """Raise when too many attempts from there failed lately."""
        with self._lock:
            recent = self._recent(address)
        if len(recent) >= MOST_FAILURES:
            wait = max(1, round(FAILURE_SECONDS - (time.monotonic() - recent[0])))
            raise Problem(429, "Too many attempts failed.", headers={"Retry-After": str(wait)})

    def note(self, address: str) -> None:
        """Count one that failed."""
        with self._lock:
            self._failures[address] = [*self._recent(address), time.monotonic()]
            if len(self._failures) > MOST_FAILURES * 100:
                self._failures = {each: r for each in self._failures if (r := self._recent(each))}

    def _recent(self, address: str) -> list[float]:
        since = time.monotonic() - FAILURE_SECONDS
        return [moment for moment in self._failures.get(address, []) if moment > since]


def find_visitor(
    request: Request, _documented: Annotated[object, Depends(bearer)] = None
) -> Visitor:
    """Return who sends this request, by token or by cookie.

    Raises:
        Problem: nobody who may in (401), or too many attempts that failed (429).

    """
    app: App = request.app.state.callback
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    session = cookies.read(request, COOKIE)
    if not token and not session:
        raise _not_in("Nobody has come in.")
    attempts.refuse(address)
    if token:
        found = visitors.find_token(app.database, token) if scheme.lower() == "bearer" else None
    else:
        found = visitors.find_session(app.database, session)
    if found is None:
        attempts.note(address)
        raise _not_in("This token or session is not one that is in use.")
    return found


async def guard_change(request: Request) -> None:
    """Refuse a browser's request to change something that does not carry its session's mark.

    Raises:
        Problem: the mark is missing or wrong (403).

    """
    session = cookies.read(request, COOKIE)
    if not session or request.headers.get("authorization"):
        return
    mark = request.headers.get(_MARK_HEADER)
    if mark is None:
        field = (await request.form()).get(_MARK_FIELD)
        mark = field if isinstance(field, str) else ""
    if not hmac.compare_digest(mark.encode(), make_mark(session).encode()):
        raise Problem(403, "This form is not of this page, or too old.", hint="Load the page anew.")


def visit(request: Request, visitor: Annotated[Visitor, Depends(find_visitor)]) -> Visit:
    """Return the candidate who has come in.

    Raises:
        Problem: it is an operator, who sees no candidate's texts (403).

    """
    if visitor.candidate_id is None:
        raise Problem(403, "An operator's token sees states and counts, no candidate's mails.")
    app: App = request.app.state.callback
    with app.database.read() as connection:
        candidate = interviews.get_candidate(connection, visitor.candidate_id)
    session = cookies.read(request, COOKIE)
    is_script = bool(request.headers.get("authorization"))
    return Visit(app, candidate, "" if is_script or not session else make_mark(session))


Visiting = Annotated[Visit, Depends(visit)]
"""What a page or a call of a candidate takes."""

CHANGES = [Depends(guard_change)]
"""What every route that changes something depends on."""


def make_mark(session: str) -> str:
    """Return the mark that the forms of a session carry; nobody without the cookie can make it."""
    return hmac.new(session.encode(), b"callback form", hashlib.sha256).hexdigest()


@router.get("/enter")
def show_entrance(request: Request, code: str = "") -> Response:
    """Show the page of a one-time link; only its button comes in."""
    return rendering.render(request, "enter.html", code=code)


@router.post("/enter")
def enter(request: Request, code: Annotated[str, Form()]) -> Response:
    """Let a browser in, once for each link."""
    app: App = request.app.state.callback
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    attempts.refuse(address)
    session = visitors.redeem_link(app.database, code)
    if session is None:
        attempts.note(address)
        raise Problem(401, "This link was used before, or is too old.", hint=_HINT)
    answer = RedirectResponse("/", status_code=303)
    seconds = visitors.SESSION_TIME.total_seconds()
    cookies.write(request, answer, COOKIE, session, seconds=seconds, same_site="strict")
    return answer


@router.post("/leave", dependencies=CHANGES)
def leave(request: Request) -> Response:
    """Let this browser in no more."""
    app: App = request.app.state.callback
    visitors.end_session(app.database, cookies.read(request, COOKIE))
    answer = RedirectResponse("/enter", status_code=303)
    cookies.forget(request, answer, COOKIE, same_site="strict")
    return answer


def _not_in(detail: str) -> Problem:
    return Problem(401, detail, hint=_HINT, headers={"WWW-Authenticate": "Bearer"})
