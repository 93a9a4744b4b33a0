"""Mailboxes: connect one in the browser, see how its sign-in is, test it, disconnect it.

A sign-in begins with a page that links to the provider (a form may be answered only by ourselves)
and ends here with a code. The session's cookie does not come along from there: the answer is
authorised by its one-time state and by a cookie of its own that was set when the sign-in began, and
is answered by a page that goes on by itself, with which the session is back.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from providers import registry
from providers.base import Access
from providers.errors import ProviderError
from service import interviews
from service.actions import accounts, consents, trying
from service.actions.office import id_of
from service.app import App
from service.clock import real_now
from service.errors import BadInput, ServiceError, SignInFailed
from service.mailboxes import SIGN_IN_TIME
from service.records import Mailbox
from service.timing.words import name_day
from service.web import cookies, rendering
from service.web.entering import CHANGES, Attempts, Visit, Visiting
from service.web.numbers import Id
from service.web.pages.notice import read_notice
from service.web.places import ANSWER_PATH, Place
from service.web.problems import Problem

router = APIRouter()

COOKIE = "callback_sign_in"
"""Set while a sign-in waits for its answer: whose it is, and a hash of its state."""

_NAMES = {"gmail": "Gmail", "outlook": "Outlook", "local": "This computer"}
_OWNERS = {"gmail": "Google", "outlook": "Microsoft"}


@dataclass(frozen=True, slots=True)
class Health:
    """How a mailbox is: a sentence, and whether the user has to sign in again."""

    mailbox: Mailbox
    name: str
    allows: str
    state: str
    needs_sign_in: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that can be connected, with the accesses to choose from."""

    provider: str
    name: str
    accesses: tuple[tuple[str, str], ...]
    is_set_up: bool
    """Whether there is a client to sign in with; without one its guide comes first."""


@router.get("/mailboxes")
def show(request: Request, visit: Visiting) -> Response:
    """Show the connected mailboxes, and what can be connected."""
    connected = visit.app.mailboxes.list(id_of(visit.candidate))
    return rendering.render(
        request,
        "mailboxes.html",
        visit=visit,
        notice=read_notice(request, visit),
        mailboxes=[_examine(visit, mailbox) for mailbox in connected],
        offers=[_offer(visit.app, provider) for provider in ("gmail", "outlook")],
        has_local=any(mailbox.provider == "local" for mailbox in connected),
    )


@router.post("/mailboxes/connect", dependencies=CHANGES)
def connect(
    request: Request,
    visit: Visiting,
    provider: Annotated[str, Form()],
    access: Annotated[str, Form()] = "",
) -> Response:
    """Begin a sign-in: say what is asked for, and link to the provider's page."""
    if provider not in _NAMES:
        raise BadInput("There is no such provider.", "Choose Gmail or Outlook.")
    kind = registry.load(provider)
    chosen = next((each for each in kind.accesses if each == access), kind.accesses[0])
    app, candidate_id = visit.app, id_of(visit.candidate)
    if provider == "local":
        begun = app.mailboxes.begin(candidate_id, "local", chosen, "")
        app.mailboxes.finish(candidate_id, begun.state, "", name=visit.candidate.name)
        return RedirectResponse("/mailboxes?did=connected", status_code=303)
    try:
        begun = app.mailboxes.begin(candidate_id, provider, chosen, _redirect_uri(request))
    except ProviderError as error:
        raise SignInFailed(error.detail, f"/guides/{provider}") from error
    page = rendering.render(
        request,
        "connecting.html",
        visit=visit,
        notice=None,
        url=begun.url,
        owner=_OWNERS[provider],
        provider=provider,
        name=_NAMES[provider],
        told=(
            consents.ALLOWS[provider, chosen],
            consents.CONSENT[provider, chosen],
            consents.BEFORE[provider],
            consents.AT_WORK,
        ),
        minutes=round(SIGN_IN_TIME.total_seconds() / 60),
    )
    cookies.write(
        request,
        page,
        COOKIE,
        f"{candidate_id}.{_hash(begun.state)}",
        seconds=SIGN_IN_TIME.total_seconds(),
        same_site="lax",
    )
    return page


@router.get(ANSWER_PATH)
def answer(request: Request, state: str) -> Response:
    """Finish a sign-in with the provider's answer; go on to the mailboxes with the session.

    Raises:
        Problem: this browser has begun no such sign-in (403), or too many failed (429).
        SignInFailed: the answer was used before, came late, or says no.

    """
    app: App = request.app.state.callback
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    attempts.refuse(address)
    number, _, expected = cookies.read(request, COOKIE).partition(".")
    if not number.isdecimal() or not hmac.compare_digest(expected.encode(), _hash(state).encode()):
        attempts.note(address)
        raise Problem(403, "This browser has begun no such sign-in.", hint="Begin at Mailboxes.")
    with app.database.read() as connection:
        candidate = interviews.get_candidate(connection, int(number))
    try:
        mailbox = app.mailboxes.finish(
            id_of(candidate), state, str(request.url), name=candidate.name
        )
    except ProviderError as error:
        raise SignInFailed(f"It was not connected: {error.detail}", "Begin again.") from error
    accounts.adopt_waiting(app.office, candidate)
    page = rendering.render(request, "connected.html", address=mailbox.address)
    cookies.forget(request, page, COOKIE, same_site="lax")
    return page


@router.post("/mailboxes/{mailbox_id}/test", dependencies=CHANGES)
def test(visit: Visiting, mailbox_id: Id) -> Response:
    """Send a test mail to the user."""
    trying.send_test(visit.app.office, _get(visit, mailbox_id))
    return RedirectResponse("/mailboxes?did=tested", status_code=303)


@router.post("/mailboxes/{mailbox_id}/disconnect", dependencies=CHANGES)
def disconnect(request: Request, visit: Visiting, mailbox_id: Id) -> Response:
    """Revoke and forget a sign-in; what was to go from it waits for another mailbox."""
    mailbox, page, told = _get(visit, mailbox_id), None, ""
    try:
        page, _held = accounts.disconnect(visit.app.office, visit.candidate, mailbox)
    except (ProviderError, ServiceError) as error:
        told = str(error)
    if page is None and not told:
        return RedirectResponse("/mailboxes?did=disconnected", status_code=303)
    return rendering.render(
        request,
        "disconnected.html",
        visit=visit,
        notice=None,
        address=mailbox.address,
        page=page,
        told=told,
    )


def _get(visit: Visit, mailbox_id: int) -> Mailbox:
    return visit.app.mailboxes.get(mailbox_id, candidate_id=id_of(visit.candidate))


def _examine(visit: Visit, mailbox: Mailbox) -> Health:
    state, needs = "Signed in.", False
    now = real_now() if visit.app.clock.is_real else visit.app.office.now()
    if mailbox.signed_out_at is not None:
        state, needs = f"Signed out: {mailbox.signed_out_reason or 'the sign-in has ended.'}", True
    elif mailbox.blocked_until is not None and mailbox.blocked_until > now:
        state = f"Waits, as its provider asked: {mailbox.blocked_reason or ''}"
    elif (ends_at := visit.app.mailboxes.ends_at(mailbox)) is not None:
        local = ends_at.astimezone(ZoneInfo(visit.candidate.zone))
        state = f"Signed in, until {name_day(local)} {local:%H:%M}: Google's project is in Testing."
    allows = consents.ALLOWS.get(
        (mailbox.provider, Access(mailbox.access)), "Mails are kept here and sent to nobody."
    )
    return Health(mailbox, _NAMES[mailbox.provider], allows, state, needs)


def _offer(app: App, provider: str) -> Offer:
    settings = app.settings
    is_set = {
        "gmail": settings.gmail.client_file is not None,
        "outlook": settings.outlook.client_id is not None
        or settings.outlook.client_file is not None,
    }[provider]
    kind = registry.load(provider)
    accesses = tuple((each.value, consents.ALLOWS[provider, each]) for each in kind.accesses)
    return Offer(provider, _NAMES[provider], accesses, is_set)


def _redirect_uri(request: Request) -> str:
    """Return where the answer comes to, as registered with the provider.

    On this computer it has no path: so Microsoft compares `http://localhost`, whatever its port.
    """
    place: Place = request.app.state.place
    if place.is_secure:
        return f"{place.origins[0]}{ANSWER_PATH}"
    return str(request.base_url).rstrip("/")


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
