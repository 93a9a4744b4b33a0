"""How Microsoft Graph refuses: its error JSON, and ready answers for a test's faults.

Clients are to branch on `code`; the messages are as users have reported them.
"""

import uuid
from datetime import UTC, datetime

from tests.loopback.exchange import Response


class Refused(Exception):
    """Graph does not do what was asked; carries the answer to give."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class NotModelled(Exception):
    """The real service knows this, the loopback one does not: a gap in the tests, never a pass."""


def graph_error(
    status: int, code: str, message: str, *, retry_after: int | None = None
) -> Response:
    """Return an error in Graph's shape."""
    request_id = str(uuid.uuid4())
    headers = {"request-id": request_id, "client-request-id": request_id}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    inner = {
        "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
        "request-id": request_id,
        "client-request-id": request_id,
    }
    error = {"code": code, "message": message, "innerError": inner}
    return Response(status, json={"error": error}, headers=headers)


def bad_request(message: str) -> Response:
    """Return the refusal of a request that does not keep to the contract."""
    return graph_error(400, "BadRequest", message)


def unknown_property(name: str, type_name: str = "microsoft.graph.message") -> Response:
    """Return the refusal of a body with a property that its type does not have."""
    return graph_error(
        400,
        "RequestBodyRead",
        f"The property '{name}' does not exist on type '{type_name}'. Make sure to only use"
        " property names that are defined by the type or mark the type as open type.",
    )


def unknown_field(name: str) -> Response:
    """Return the refusal of a query that names a property the type does not have."""
    return graph_error(
        400,
        "RequestBroker--ParseUri",
        f"Could not find a property named '{name}' on type 'microsoft.graph.message'.",
    )


def invalid_filter() -> Response:
    """Return the refusal of a filter that mail cannot be searched by."""
    return graph_error(
        400,
        "ErrorInvalidUrlQueryFilter",
        "The query filter contains one or more invalid nodes.",
    )


def inefficient_filter() -> Response:
    """Return the refusal of a sort order that the filter does not begin with."""
    return graph_error(
        400,
        "InefficientFilter",
        "The restriction or sort order is too complex for this operation.",
    )


def mime_not_base64() -> Response:
    """Return the refusal of a MIME body that is not base64."""
    return graph_error(
        400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content."
    )


def not_a_draft() -> Response:
    """Return the refusal to change what only a draft lets be changed."""
    return graph_error(400, "ErrorInvalidPropertySet", "Message is not draft.")


def property_not_settable(name: str) -> Response:
    """Return the refusal to set what the service alone sets."""
    return graph_error(
        400, "ErrorInvalidPropertySet", f"Set action is invalid for property '{name}'."
    )


def invalid_recipients(message: str) -> Response:
    """Return the refusal to send to nobody, or to what is no address."""
    return graph_error(
        400, "ErrorInvalidRecipients", f"At least one recipient isn't valid., {message}"
    )


def invalid_token(message: str = "Lifetime validation failed, the token is expired.") -> Response:
    """Return the refusal of an access token: expired, unknown or missing."""
    refusal = graph_error(401, "InvalidAuthenticationToken", message)
    headers = {**refusal.headers, "WWW-Authenticate": 'Bearer realm="", error="invalid_token"'}
    return Response(401, json=refusal.json, headers=headers)


def access_denied() -> Response:
    """Return the refusal of a token whose scopes do not allow the call."""
    return graph_error(
        403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
    )


def send_as_denied() -> Response:
    """Return the refusal to send under somebody else's address."""
    return graph_error(
        403,
        "ErrorSendAsDenied",
        "The user account which was used to submit this request does not have the right to send"
        " mail on behalf of the specified sending account.",
    )


def item_not_found() -> Response:
    """Return the answer for an id that stands for nothing (any more)."""
    return graph_error(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> Response:
    """Return the refusal of an id that cannot be one."""
    return graph_error(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def no_mailbox() -> Response:
    """Return the answer of an account without an Exchange Online mailbox."""
    return graph_error(
        404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox."
    )


def length_required() -> Response:
    """Return the refusal of a send without Content-Length: 0."""
    return graph_error(
        411, "BadRequest", "HTTP Error 411. The request must be chunked or have a content length."
    )


def conflict() -> Response:
    """Return the refusal of a change to a message that has changed since it was read."""
    return graph_error(
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the"
        " request does not match the current change key for the item.",
    )


def mailbox_full() -> Response:
    """Return the refusal of a mailbox over its quota."""
    return graph_error(
        507, "ErrorQuotaExceeded", "The process failed because the mailbox quota is exceeded."
    )


def message_limit(status: int = 429) -> Response:
    """Return the refusal of an account over its daily limit; seen as 400, 403 and 429."""
    return graph_error(
        status,
        "ErrorExceededMessageLimit",
        "Cannot send mail. Daily Message/Recipient limit exceeded. Follow the instructions in your"
        " Inbox to verify your account.",
    )


def account_suspended() -> Response:
    """Return the refusal of an account that the service has suspended for its sending."""
    return graph_error(
        403, "ErrorAccountSuspend", "Account suspended. Follow the instructions in your Inbox."
    )


def throttled(retry_after: int | None = 10) -> Response:
    """Return the 429 of too many requests, with the wait in seconds."""
    return graph_error(
        429,
        "ApplicationThrottled",
        "Application is over its MailboxConcurrency limit.",
        retry_after=retry_after,
    )


def unavailable(status: int = 503, retry_after: int | None = None) -> Response:
    """Return a failure of the service itself (500 to 504): executed or not, unknown."""
    code = {500: "InternalServerError", 504: "GatewayTimeout"}.get(status, "ServiceUnavailable")
    return graph_error(status, code, "The service is not available.", retry_after=retry_after)
