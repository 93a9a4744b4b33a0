"""Gmail: what sending from a Gmail mailbox takes that no other provider does.

Facts behind each choice stand in docs/provider-quirks.md. A draft that was sent is gone, so a look
at the draft is the whole proof: standing, it was not sent; gone, it was (`draft-consumed`).
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

import requests

from providers import mime, wire
from providers.base import (
    Access,
    Draft,
    Flow,
    Grant,
    Mail,
    OpenMailbox,
    Pace,
    Provider,
    Receipt,
    Seen,
    Sight,
    Trace,
)
from providers.errors import OutcomeUnknown, ProviderError, Rejected, SignInAgain, TryLater

KEY_HEADER = "X-Correlation-ID"
"""Carries the send key: Gmail keeps a sender's X- headers and replaces the Message-ID. The name is
common for an opaque value and no mail program is known to act on it; X-Entity-Ref-ID, say, keeps
mails from being shown as one conversation."""

_DRAFTS_LOOKED_THROUGH = 50
_LIMIT_SECONDS = 3600.0
_THROTTLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class GmailSettings:
    """`client_file` is the JSON file of a Desktop client; the rest has Google's own values."""

    client_file: Path
    revoke_uri: str = "https://oauth2.googleapis.com/revoke"
    api_endpoint: str = "https://gmail.googleapis.com/"
    ca_bundle: Path | None = None


class Gmail(Provider):
    """Gmail by its API, with a Desktop client of the user's own Google project."""

    name: ClassVar[str] = "gmail"
    accesses: ClassVar[tuple[Access, ...]] = (Access.DRAFTS, Access.SEND_ONLY)
    settle_seconds: ClassVar[float] = 0.0
    pace: ClassVar[Pace | None] = Pace(per_minute=40, per_day=400)
    """Of 6,000 units a minute, of which a mail takes up to 130, and of 500 mails in 24 hours.

    https://developers.google.com/workspace/gmail/api/reference/quota (2026-11), and for the mails
    https://support.google.com/a/answer/166852: 500 for consumers and trials, 2,000 in Workspace.
    """
    is_remote: ClassVar[bool] = True

    def __init__(self, settings: GmailSettings) -> None:
        self._settings = settings

    def begin_sign_in(
        self, access: Access, redirect_uri: str, state: str, *, login_hint: str | None = None
    ) -> Flow:
        """See `Provider`; also raise `Rejected` when the client file cannot be used."""
        from providers import gmail_sign_in

        client = gmail_sign_in.read_client(self._settings.client_file)
        return gmail_sign_in.begin(client, access, redirect_uri, state, login_hint)

    def finish_sign_in(self, flow: Flow, answer_url: str, access: Access) -> Grant:
        """See `Provider`."""
        from providers import gmail_sign_in

        client = gmail_sign_in.read_client(self._settings.client_file)
        grant = gmail_sign_in.finish(client, flow, answer_url, access, self._settings.ca_bundle)
        if access is Access.DRAFTS:
            self._probe(grant)
        return grant

    def refresh(self, secret: str) -> Grant:
        """See `Provider`."""
        from providers import gmail_sign_in

        return gmail_sign_in.refresh(secret, self._settings.ca_bundle)

    def revoke(self, secret: str) -> str | None:
        """See `Provider`. Google ends every grant of the account to this client."""
        from providers import gmail_sign_in

        return gmail_sign_in.revoke(secret, self._settings.revoke_uri, self._settings.ca_bundle)

    def open(self, access_token: str, address: str) -> "GmailMailbox":
        """See `Provider`."""
        del address  # every address of Gmail's API says "me"
        session = wire.open_session(self._settings.ca_bundle, token=access_token)
        return GmailMailbox(self._users, session, self._settings.api_endpoint)

    def _probe(self, grant: Grant) -> None:
        """Ask for one draft: a project without the Gmail API is noticed now, not by the first mail.

        Nothing can be asked in access `send-only`. A passing failure is no reason to refuse. To so
        plain a question a 400 says that there is no mailbox to ask ("Mail service not enabled").
        """
        mailbox = self.open(grant.access_token, grant.address)
        try:
            mailbox.probe()
        except (TryLater, SignInAgain):
            return
        except Rejected as error:
            if error.code != "bad-request":
                raise
            detail = (
                "This Google account has no Gmail mailbox, or its administrator has switched it "
                "off; use another account."
            )
            raise Rejected("no-mailbox", detail) from error
        finally:
            mailbox.close()

    @cached_property
    def _users(self) -> Any:
        """The client library's `users`, made once from the description it ships with.

        It holds no connection: every request is given that of its own mailbox.
        """
        from googleapiclient.discovery import build_from_document
        from googleapiclient.discovery_cache import get_static_doc

        service = build_from_document(
            json.loads(get_static_doc("gmail", "v1")),
            http=_NoConnection(),
            client_options={"api_endpoint": self._settings.api_endpoint},
        )
        return service.users()


class _Call(Protocol):
    """A request of the client library, ready to go."""

    def execute(self, http: object, num_retries: int) -> Any: ...


class GmailMailbox(OpenMailbox):
    """One Gmail mailbox, opened with a bare access token."""

    def __init__(self, users: Any, session: wire.Session, endpoint: str) -> None:
        self._users = users
        self._session = session
        self._endpoint = endpoint

    def create_draft(self, mail: Mail, send_key: str) -> Draft:
        """See `OpenMailbox`."""
        raw = mime.write(mail, {KEY_HEADER: send_key})
        body = {"message": {"raw": base64.urlsafe_b64encode(raw).decode()}}
        answer = self._execute(self._users.drafts().create(userId="me", body=body), sends=False)
        return _draft_from(_text_in(answer, "id"), mime.read(raw), is_standing=True)

    def read_draft(self, draft_id: str) -> Draft | None:
        """See `OpenMailbox`."""
        stored = self._fetch(draft_id)
        return None if stored is None else _draft_from(draft_id, stored.written, stored.is_standing)

    def find_draft(self, send_key: str) -> Draft | None:
        """See `OpenMailbox`. Only the newest drafts are looked through; Gmail's search lags.

        Of drafts that are not ours nothing but the headers is fetched.
        """
        call = self._users.drafts().list(userId="me", maxResults=_DRAFTS_LOOKED_THROUGH)
        answer = self._execute(call, sends=False)
        for entry in answer.get("drafts", ()):
            draft_id = _text_in(entry, "id")
            if self._fetch_key(draft_id) != send_key:
                continue
            draft = self.read_draft(draft_id)
            if draft and draft.is_standing:
                return draft
        return None

    def probe(self) -> None:
        """Ask for the id of one draft, and look into none."""
        self._execute(self._users.drafts().list(userId="me", maxResults=1), sends=False)

    def send_draft(self, draft_id: str) -> Receipt:
        """See `OpenMailbox`."""
        call = self._users.drafts().send(userId="me", body={"id": draft_id})
        return Receipt(sent_id=_text_in(self._execute(call, sends=True), "id", sends=True))

    def delete_draft(self, draft_id: str) -> None:
        """See `OpenMailbox`. A draft that Gmail still lists although it was sent is left alone."""
        draft = self.read_draft(draft_id)
        if draft is None or not draft.is_standing:
            return
        try:
            self._execute(self._users.drafts().delete(userId="me", id=draft_id), sends=False)
        except Rejected as error:
            if error.code != "not-found":
                raise

    def send(self, mail: Mail, send_key: str) -> Receipt:
        """See `OpenMailbox`."""
        raw = mime.write(mail, {KEY_HEADER: send_key})
        body = {"raw": base64.urlsafe_b64encode(raw).decode()}
        call = self._users.messages().send(userId="me", body=body)
        return Receipt(sent_id=_text_in(self._execute(call, sends=True), "id", sends=True))

    def look(self, trace: Trace) -> Seen:
        """See `OpenMailbox`. Without a draft's id nothing can be seen and nothing is asked."""
        if trace.draft_id is None:
            return Seen(Sight.UNKNOWN)
        draft = self.read_draft(trace.draft_id)
        if draft is not None and draft.is_standing:
            return Seen(Sight.STANDING, message_id=draft.message_id)
        return Seen(Sight.SENT, "draft-consumed", trace.sent_id)

    def heard_at(self) -> datetime | None:
        """See `OpenMailbox`."""
        return self._session.heard_at

    def ask_time(self) -> datetime | None:
        """See `OpenMailbox`."""
        return self._session.ask_time(self._endpoint)

    def close(self) -> None:
        """See `OpenMailbox`."""
        self._session.close()

    def _get(self, draft_id: str, kind: str) -> dict[str, Any] | None:
        """Return a draft in one of Gmail's formats, None when it is gone."""
        call = self._users.drafts().get(userId="me", id=draft_id, format=kind)
        try:
            return self._execute(call, sends=False)
        except Rejected as error:
            if error.code != "not-found":
                raise
            return None

    def _fetch_key(self, draft_id: str) -> str | None:
        """Return the send key in a draft's headers, None when it has none or is gone."""
        answer = self._get(draft_id, "metadata") or {}
        payload = (answer.get("message") or {}).get("payload") or {}
        for header in payload.get("headers", ()):
            if str(header.get("name", "")).lower() == KEY_HEADER.lower():
                return str(header.get("value", "")).strip()
        return None

    def _fetch(self, draft_id: str) -> "_Stored | None":
        answer = self._get(draft_id, "raw")
        if answer is None:
            return None
        try:
            message = answer["message"]
            raw = base64.urlsafe_b64decode(message["raw"])
        except (KeyError, TypeError, binascii.Error) as error:
            raise _unreadable(sends=False) from error
        written = mime.read(raw)
        labels = set(message.get("labelIds", ()))
        is_standing = "DRAFT" in labels and "SENT" not in labels
        return _Stored(written, is_standing)

    def _execute(self, call: _Call, *, sends: bool) -> dict[str, Any]:
        """Make one request; raise what its failure means."""
        from googleapiclient.errors import HttpError

        try:
            answer = call.execute(http=_OneConnection(self._session), num_retries=0)
        except HttpError as error:
            raise classify(
                error.resp.status, error.content, dict(error.resp), sends=sends
            ) from error
        except requests.RequestException as error:
            raise wire.failure(error, sends=sends) from error
        except ValueError as error:
            raise _unreadable(sends=sends) from error
        return answer if isinstance(answer, dict) else {}


@dataclass(frozen=True, slots=True)
class _Stored:
    written: mime.Written
    is_standing: bool


class _OneConnection:
    """The `http` that the client library asks, one request for each call.

    Its own choice, httplib2, sends a POST a second time when the server closes without an answer,
    whatever num_retries says (httplib2 0.32.1, 2026-11).
    """

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def request(
        self, uri: str, method: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[Any, bytes]:
        """Make one request in the shape of httplib2."""
        import httplib2

        response = self._session.request(
            method, uri, data=body, headers=dict(headers), allow_redirects=False
        )
        status = {"status": str(response.status_code)}
        return httplib2.Response({**response.headers, **status}), response.content


class _NoConnection:
    """Stands where the client library wants a connection before there is one; never asked."""


_FORBIDDEN: Mapping[str, wire.Verdict] = {
    "insufficientPermissions": wire.Verdict(
        SignInAgain,
        "scope-missing",
        "Google was not allowed to do this: sign in again and tick every box.",
    ),
    "domainPolicy": wire.Verdict(
        Rejected,
        "blocked-by-administrator",
        "The administrator of this Google Workspace has switched off Gmail for apps; ask there.",
    ),
    "accessNotConfigured": wire.Verdict(
        Rejected,
        "gmail-api-disabled",
        "The Gmail API is not enabled in the Google project of the client file: enable it under "
        "“APIs & Services”, “Library”, and try again after a few minutes.",
    ),
    "dailyLimitExceeded": wire.Verdict(
        TryLater,
        "project-limit",
        "The Google project of the client file has used up its limit for today.",
    ),
    "rateLimitExceeded": wire.Verdict(
        TryLater, "throttled", "Gmail asks to slow down.", _THROTTLE_SECONDS
    ),
}

_REASONS: Mapping[str, str] = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "insufficientPermissions",
    "SERVICE_DISABLED": "accessNotConfigured",
    "userRateLimitExceeded": "rateLimitExceeded",
}
"""Further names of the reasons above."""

_STATUSES: Mapping[int, wire.Verdict] = {
    400: wire.Verdict(Rejected, "bad-request", "Gmail refused the mail as it is."),
    401: wire.Verdict(
        SignInAgain, "access-token-refused", "Gmail no longer accepts the access token."
    ),
    403: wire.Verdict(Rejected, "forbidden", "Gmail does not allow this for this account."),
    404: wire.Verdict(Rejected, "not-found", "Gmail does not have this draft any more."),
    409: wire.Verdict(Rejected, "conflict", "The draft was changed meanwhile."),
    412: wire.Verdict(Rejected, "conflict", "The draft was changed meanwhile."),
    413: wire.Verdict(Rejected, "too-large", "The mail is too large for Gmail."),
    429: wire.Verdict(
        TryLater, "throttled", "Gmail's limit for this account is reached.", _LIMIT_SECONDS
    ),
}
"""A 429 without a time gets an hour: limits of a day last hours, and hammering at one moves its end
further out."""

_SENT_ENOUGH = wire.Verdict(
    TryLater, "daily-limit", "Gmail lets this account send nothing more for today."
)
"""A 429 to a call that sends. Its reason is that of every 429; but what comes too fast gets a 403,
and we never ask two things at once, so that only the limit on sent mails is left."""

_RETRY_TIME = re.compile(r"Retry after (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)Z")


def classify(status: int, body: bytes, headers: Mapping[str, str], *, sends: bool) -> ProviderError:
    """Return what a refusal of the Gmail API means, by its status and reasons.

    The message text is read for one thing: the time in a 429, which Gmail gives nowhere else.
    https://developers.google.com/workspace/gmail/api/guides/handle-errors (2026-04-01)
    """
    reasons, message = _read_refusal(body)
    if status == requests.codes.not_found and not _is_own_not_found(body):
        # A proxy has a page for everything; only Gmail's own word says that a draft is gone.
        return _unreadable(sends=sends)
    verdict = _STATUSES.get(status) or wire.verdict_on(status, "Gmail", sends=sends)
    if status == requests.codes.forbidden:
        verdict = next((_FORBIDDEN[r] for r in reasons if r in _FORBIDDEN), verdict)
    pause = wire.pause_from(headers)
    if status == requests.codes.too_many_requests:
        pause = _pause_in(message) or pause
        verdict = _SENT_ENOUGH if sends else verdict
    return verdict.error(pause=pause)


def _is_own_not_found(body: bytes) -> bool:
    """Tell Gmail's "no such draft" from any other page that has the same number."""
    try:
        error = json.loads(body)["error"]
        reasons = {entry.get("reason") for entry in error.get("errors", ())}
        return error.get("code") == requests.codes.not_found and (
            error.get("status") == "NOT_FOUND" or "notFound" in reasons
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _pause_in(message: str) -> wire.Pause:
    try:
        match = _RETRY_TIME.search(message)
        return {"until": datetime.fromisoformat(f"{match[1]}+00:00")} if match else {}
    except ValueError:
        return {}


def _read_refusal(body: bytes) -> tuple[list[str], str]:
    """Return the reasons of an error answer, in one form, and its message."""
    try:
        error = json.loads(body)["error"]
        entries = [*error.get("details", ()), *error.get("errors", ())]
        reasons = [str(entry.get("reason")) for entry in entries]
        return [_REASONS.get(reason, reason) for reason in reasons], str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return [], ""


def _unreadable(*, sends: bool) -> ProviderError:
    kind = OutcomeUnknown if sends else TryLater
    return kind("unreadable-answer", "Gmail's answer could not be read.")


def _text_in(answer: Mapping[str, Any], name: str, *, sends: bool = False) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise _unreadable(sends=sends)
    return value


def _draft_from(draft_id: str, written: mime.Written, is_standing: bool) -> Draft:
    return Draft(
        id=draft_id,
        is_standing=is_standing,
        subject=written.subject,
        body=written.body,
        recipients=written.recipients,
        message_id=written.message_id,
    )
