"""The answers of Google that are not successes, in their documented shapes.

Those for Gmail follow its guide to error handling; texts that the guide leaves open are as users
have reported them. The ones that a test wants to provoke are arguments for a `Fault`.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from tests.loopback.exchange import Response

_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


class Refused(Exception):
    """A request was refused; carries the answer to give."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class NotModelled(Exception):
    """The real service knows this, the loopback one does not: a gap in the tests, never a pass."""


def oauth_error(status: int, error: str, description: str) -> Response:
    """Return a refusal of the token or revocation endpoint."""
    return Response(status, json={"error": error, "error_description": description})


def consent_page_error(status: int, error: str, description: str) -> Response:
    """Return the page on which the browser is left when nothing may be redirected."""
    page = (
        "<!DOCTYPE html><title>Sign in</title><h1>Access blocked</h1>"
        f"<p>Error {status}: {escape(error)}</p><p>{escape(description)}</p>"
    )
    return Response(status, body=page.encode(), headers={"Content-Type": "text/html"})


def page_not_found() -> Response:
    """Return what Google's front end says of an address that no service has."""
    page = "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>"
    return Response(404, body=page.encode(), headers={"Content-Type": "text/html; charset=UTF-8"})


def bad_request(message: str) -> Response:
    """Return a refusal of what the request says, such as "Recipient address required"."""
    return _gmail_error(400, "INVALID_ARGUMENT", message, "invalidArgument")


def no_mailbox() -> Response:
    """Return the refusal of an account without Gmail, whatever is asked of its mailbox."""
    return _gmail_error(
        400, "FAILED_PRECONDITION", "Mail service not enabled", "failedPrecondition"
    )


def bad_fields(violations: Sequence[tuple[str, str]]) -> Response:
    """Return a refusal that names (field, why) of everything the contract does not know."""
    return _gmail_error(
        400,
        "INVALID_ARGUMENT",
        "\n".join(why for _, why in violations),
        "invalid",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [
                    {"field": field, "description": why} for field, why in violations
                ],
            }
        ],
    )


def invalid_credentials() -> Response:
    """Return the refusal of an access token that is unknown, expired or revoked."""
    message = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See https://developers.google.com/"
        "identity/sign-in/web/devconsole-project."
    )
    return _gmail_error(
        401,
        "UNAUTHENTICATED",
        message,
        "authError",
        first={
            "message": "Invalid Credentials",
            "location": "Authorization",
            "locationType": "header",
        },
        headers={
            "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        },
    )


def insufficient_scopes(method: str = "gmail.users.messages.send") -> Response:
    """Return the refusal of a token whose scopes do not allow the method."""
    return _gmail_error(
        403,
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
        "insufficientPermissions",
        first={"message": "Insufficient Permission"},
        details=[
            {
                "@type": _ERROR_INFO,
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
                "metadata": {"service": "gmail.googleapis.com", "method": method},
            }
        ],
    )


def delegation_denied(address: str) -> Response:
    """Return the refusal to act in somebody else's mailbox."""
    return _gmail_error(403, "PERMISSION_DENIED", f"Delegation denied for {address}", "forbidden")


def forbidden(message: str) -> Response:
    """Return a refusal for what the token's scopes allow only in part."""
    return _gmail_error(403, "PERMISSION_DENIED", message, "forbidden")


def not_found() -> Response:
    """Return the answer for an id that the mailbox does not have (any more)."""
    return _gmail_error(404, "NOT_FOUND", "Requested entity was not found.", "notFound")


def user_rate_limit_until(until: datetime) -> Response:
    """Return the 429 whose only word on when to come back is a time in its text."""
    stamp = until.strftime("%Y-%m-%dT%H:%M:%S.") + f"{until.microsecond // 1000:03d}Z"
    return _gmail_error(
        429,
        "RESOURCE_EXHAUSTED",
        f"User-rate limit exceeded.  Retry after {stamp}",
        "rateLimitExceeded",
        domain="usageLimits",
    )


def mail_sending_limit() -> Response:
    """Return the 429 of an account that has sent its mails for the day; it names no time."""
    return _gmail_error(
        429,
        "RESOURCE_EXHAUSTED",
        "User-rate limit exceeded (Mail sending)",
        "rateLimitExceeded",
        domain="usageLimits",
    )


def too_many_concurrent_requests() -> Response:
    """Return the 429 of a user with too many requests at once."""
    return _gmail_error(
        429,
        "RESOURCE_EXHAUSTED",
        "Too many concurrent requests for user",
        "rateLimitExceeded",
        domain="usageLimits",
    )


def rate_limit_exceeded() -> Response:
    """Return the 403 of a project that asks too often."""
    return _usage_limit("rateLimitExceeded", "Rate Limit Exceeded")


def user_rate_limit_exceeded() -> Response:
    """Return the 403 of a user for whom is asked too often."""
    return _usage_limit("userRateLimitExceeded", "User Rate Limit Exceeded")


def daily_limit_exceeded() -> Response:
    """Return the 403 of a project whose owner capped it for the day."""
    return _usage_limit("dailyLimitExceeded", "Daily Limit Exceeded")


def domain_policy() -> Response:
    """Return the 403 of a Workspace whose administrator has switched Gmail apps off."""
    return _gmail_error(
        403,
        "PERMISSION_DENIED",
        "The domain administrators have disabled Gmail apps.",
        "domainPolicy",
    )


def access_not_configured(project: str = "123456789012") -> Response:
    """Return the 403 of a project in which the Gmail API was never enabled."""
    return _gmail_error(
        403,
        "PERMISSION_DENIED",
        f"Gmail API has not been used in project {project} before or it is disabled. Enable it by "
        "visiting the API library of the project, then retry.",
        "accessNotConfigured",
        domain="usageLimits",
        details=[
            {
                "@type": _ERROR_INFO,
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": {"service": "gmail.googleapis.com", "consumer": f"projects/{project}"},
            }
        ],
    )


def backend_error(status: int = 503) -> Response:
    """Return a failure of the service itself (500, 502, 503 or 504): executed or not, unknown."""
    grpc_status = {500: "INTERNAL", 504: "DEADLINE_EXCEEDED"}.get(status, "UNAVAILABLE")
    return _gmail_error(status, grpc_status, "Backend Error", "backendError")


def _usage_limit(reason: str, message: str) -> Response:
    return _gmail_error(403, "PERMISSION_DENIED", message, reason, domain="usageLimits")


def _gmail_error(
    status: int,
    grpc_status: str,
    message: str,
    reason: str,
    *,
    domain: str = "global",
    first: dict[str, str] | None = None,
    details: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason, **(first or {})}],
        "status": grpc_status,
    }
    if details:
        error["details"] = details
    return Response(status, json={"error": error}, headers=headers or {})
