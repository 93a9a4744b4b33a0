"""Calls to Microsoft Graph: one request each, and what a refusal means.

Every request asks for ids that do not change when a mail moves; an id got without that is another
one. https://learn.microsoft.com/graph/outlook-immutable-id (2026-11)
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

import requests

from providers import wire
from providers.errors import OutcomeUnknown, ProviderError, Rejected, SignInAgain, TryLater

_IMMUTABLE = 'IdType="ImmutableId"'
_AS_TEXT = 'outlook.body-content-type="text"'
_LIMIT_SECONDS = 3600.0
_THROTTLE_SECONDS = 60.0


class Graph:
    """Graph as one token sees it."""

    def __init__(self, session: requests.Session, endpoint: str) -> None:
        self._session = session
        self._endpoint = endpoint.rstrip("/")

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read something; `query` are OData options without their dollar sign."""
        options = {f"${name}": value for name, value in query.items()}
        response = self._call("GET", path, {"params": options}, sends=False)
        return _json_in(response)

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        """Create something; `content` is `json`, or `data` with its `headers`."""
        return _json_in(self._call("POST", path, content, sends=False))

    def delete(self, path: str) -> None:
        """Delete something."""
        self._call("DELETE", path, {}, sends=False)

    def send(self, path: str, **content: Any) -> None:
        """Make a call that sends mail. Graph's only yes is 202; it means that the work begins."""
        self._call("POST", path, content, sends=True)

    def _call(
        self, method: str, path: str, content: dict[str, Any], *, sends: bool
    ) -> requests.Response:
        request_id = str(uuid.uuid4())
        headers = {
            "Prefer": f"{_IMMUTABLE}, {_AS_TEXT}",
            "client-request-id": request_id,
            **content.pop("headers", {}),
        }
        try:
            response = self._session.request(
                method, self._endpoint + path, headers=headers, allow_redirects=False, **content
            )
        except requests.RequestException as error:
            raise wire.failure(error, sends=sends) from error
        status = response.status_code
        if status == requests.codes.accepted or (not sends and response.ok and status < 300):
            return response
        raise classify(status, response.content, response.headers, sends=sends)


_CODES: Mapping[str, wire.Verdict] = {
    "ErrorAccessDenied": wire.Verdict(
        SignInAgain,
        "scope-missing",
        "Microsoft does not allow this with the access that was given: sign in again and allow all "
        "of it, or ask your administrator.",
    ),
    "ErrorSendAsDenied": wire.Verdict(
        Rejected, "send-as-denied", "This account may not send from that address."
    ),
    "ErrorExceededMessageLimit": wire.Verdict(
        TryLater,
        "daily-limit",
        "Microsoft lets this account send nothing more for today. If the mailbox, opened in a "
        "browser, has a message that asks to verify the account, do what it says.",
    ),
    "ErrorAccountSuspend": wire.Verdict(
        Rejected,
        "account-blocked",
        "Microsoft has blocked this account: open the mailbox in a browser and see what it says.",
    ),
    "ErrorQuotaExceeded": wire.Verdict(
        Rejected, "mailbox-full", "The mailbox is full: delete something, then retry."
    ),
    "MailboxNotEnabledForRESTAPI": wire.Verdict(
        Rejected,
        "no-mailbox",
        "This Microsoft account has no mailbox that Graph can reach: it is not licensed, lies on "
        "a server of its own, or is an account without Outlook; use another mailbox.",
    ),
    "ErrorExceededHourlyMessageLimit": wire.Verdict(
        TryLater, "throttled", "Microsoft's limit for this account is reached.", _LIMIT_SECONDS
    ),
    "ErrorMessageTransientError": wire.Verdict(
        TryLater, "throttled", "Microsoft asks to try again later.", _THROTTLE_SECONDS
    ),
    "ErrorInvalidRecipients": wire.Verdict(
        Rejected, "bad-recipient", "Microsoft refuses the reader's address."
    ),
}
"""What a code means whatever the status. https://learn.microsoft.com/graph/errors asks to branch on
codes; their names are as users have met them (docs/provider-quirks.md)."""

_SAME_AS: Mapping[str, str] = {
    "Authorization_RequestDenied": "ErrorAccessDenied",
    "accessDenied": "ErrorAccessDenied",
    "ErrorAccountSuspendShowTierUpgrade": "ErrorAccountSuspend",
    "ErrorMessageSubmissionBlocked": "ErrorAccountSuspend",
    "ErrorExceededMaxRecipientLimit": "ErrorExceededMessageLimit",
    "ErrorMailboxNotEnabledForRESTAPI": "MailboxNotEnabledForRESTAPI",
    "ResourceNotFound": "MailboxNotEnabledForRESTAPI",
    "ErrorSubmissionQuotaExceeded": "ErrorExceededHourlyMessageLimit",
    "ErrorMessageThrottled": "ErrorMessageTransientError",
    "ErrorNonExistentMailBox": "ErrorMessageTransientError",
}

_STATUSES: Mapping[int, wire.Verdict] = {
    400: wire.Verdict(Rejected, "bad-request", "Microsoft refused the mail as it is."),
    401: wire.Verdict(
        SignInAgain, "access-token-refused", "Microsoft no longer accepts the access token."
    ),
    403: wire.Verdict(Rejected, "forbidden", "Microsoft does not allow this for this account."),
    404: wire.Verdict(Rejected, "not-found", "The mailbox does not have this mail any more."),
    409: wire.Verdict(Rejected, "conflict", "The draft was changed meanwhile."),
    412: wire.Verdict(Rejected, "conflict", "The draft was changed meanwhile."),
    413: wire.Verdict(Rejected, "too-large", "The mail is too large for Microsoft."),
    429: wire.Verdict(TryLater, "throttled", "Microsoft asks to slow down.", _THROTTLE_SECONDS),
}


def classify(status: int, body: bytes, headers: Mapping[str, str], *, sends: bool) -> ProviderError:
    """Return what a refusal of Graph means, by its status and code, never by its message.

    A server's own failure says nothing about the outcome of a call that sends, whatever its code;
    a full mailbox (507) is the exception, since there the mail could not even be stored.
    """
    code, request_id = _read_refusal(body, headers)
    verdict = _STATUSES.get(status) or wire.verdict_on(status, "Microsoft", sends=sends)
    is_refused = verdict.kind is not OutcomeUnknown or status == requests.codes.insufficient_storage
    if is_refused:
        verdict = _CODES.get(_SAME_AS.get(code, code), verdict)
    return verdict.error(pause=wire.pause_from(headers), request_id=request_id)


def _read_refusal(body: bytes, headers: Mapping[str, str]) -> tuple[str, str | None]:
    request_id = headers.get("request-id")
    try:
        return str(json.loads(body)["error"]["code"]), request_id
    except (ValueError, KeyError, TypeError):
        return "", request_id


def _json_in(response: requests.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except requests.JSONDecodeError as error:
        raise TryLater("unreadable-answer", "Microsoft's answer could not be read.") from error
    return answer if isinstance(answer, dict) else {}
