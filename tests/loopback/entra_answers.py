"""How Entra refuses: error names, AADSTS numbers and the JSON around them.

The numbers are those of Microsoft's list of sign-in error codes; clients are to branch on `error`
alone. The ready-made answers are for a test's faults.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.loopback.exchange import Response

TEXTS: Mapping[int, str] = {
    50011: "The redirect URI specified in the request does not match the redirect URIs configured"
    " for the application.",
    50020: "The user account does not exist in the tenant or may not sign in to it.",
    50058: "A silent sign-in request was sent but no user is signed in.",
    50076: "Due to a configuration change made by your administrator, or because you moved to a new"
    " location, you must use multi-factor authentication to access the resource.",
    50149: "Invalid Code_Challenge_method parameter.",
    50173: "The provided grant has expired due to it being revoked, a fresh auth token is needed."
    " The user might have changed or reset their password.",
    54005: "OAuth2 Authorization code was already redeemed, please retry with a new valid code or"
    " use an existing refresh token.",
    65001: "The user or administrator has not consented to use the application. Send an interactive"
    " authorization request for this user and resource.",
    65004: "User declined to consent to access the app.",
    70003: "The app requested an unsupported grant type.",
    70008: "The provided authorization code or refresh token has expired due to inactivity. Send a"
    " new interactive authorization request for this user and resource.",
    70011: "The provided value for the input parameter 'scope' is not valid.",
    70016: "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    70018: "Invalid verification code.",
    70020: "The provided value for the input parameter 'device_code' is not valid. This device code"
    " has expired.",
    90002: "Tenant not found. Check to make sure you have the correct tenant ID and are signing"
    " into the correct cloud.",
    90033: "A transient error has occurred. Please try again.",
    90094: "The grant requires admin permission: an administrator must approve the application.",
    500112: "The reply address does not match the reply address provided when requesting"
    " Authorization code.",
    501481: "The Code_Verifier does not match the code_challenge supplied in the authorization"
    " request.",
    501491: "Invalid size of Code_Challenge parameter.",
    650053: "The application asked for a scope that doesn't exist on the resource.",
    700016: "Application was not found in the directory. You may have sent your authentication"
    " request to the wrong tenant.",
    700025: "Client is public so neither 'client_assertion' nor 'client_secret' should be"
    " presented.",
    700051: "response_type is not enabled for the application.",
    7000215: "Invalid client secret provided. Ensure the secret being sent in the request is the"
    " client secret value, not the client secret ID.",
    7000218: "The request body must contain the following parameter: 'client_assertion' or"
    " 'client_secret'.",
    700082: "The refresh token has expired due to inactivity.",
    700171: "OAuth 2.0 device flow error. The end user declined the authorization request.",
    900144: "The request body must contain a required parameter.",
    9000411: "The request is not properly formatted. A parameter is duplicated.",
    9002313: "Invalid request. Request is malformed or invalid.",
}


class Refusal(Exception):
    """Entra does not do what was asked; `error` is the OAuth name, `number` the AADSTS one."""

    def __init__(
        self, error: str, number: int, detail: str = "", *, suberror: str = "", status: int = 400
    ) -> None:
        super().__init__(f"{error} {number}")
        self.error = error
        self.number = number
        self.detail = detail
        self.suberror = suberror
        self.status = status

    @property
    def description(self) -> str:
        """The text with the number, trace ids and time that the service puts into every error."""
        text = f"{TEXTS[self.number]} {self.detail}".rstrip()
        return (
            f"AADSTS{self.number}: {text} Trace ID: {uuid.uuid4()} Correlation ID: {uuid.uuid4()}"
            f" Timestamp: {datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
        )


def refuse(refusal: Refusal, *, retry_after: int | None = None) -> Response:
    """Return the token endpoint's JSON for a refusal."""
    body = {
        "error": refusal.error,
        "error_description": refusal.description,
        "error_codes": [refusal.number],
        "timestamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}",
        "trace_id": str(uuid.uuid4()),
        "correlation_id": str(uuid.uuid4()),
        "error_uri": f"https://login.microsoftonline.com/error?code={refusal.number}",
    }
    if refusal.suberror:
        body["suberror"] = refusal.suberror
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(refusal.status, json=body, headers=headers)


def temporarily_unavailable() -> Response:
    """Answer 400 with the OAuth error that asks for another try; the grant is still good."""
    return refuse(Refusal("temporarily_unavailable", 90033))


def interaction_required() -> Response:
    """Answer as for a refresh that needs the person, who must now use a second factor."""
    return refuse(Refusal("interaction_required", 50076, suberror="basic_action"))


def grant_revoked() -> Response:
    """Answer as for a refresh token whose grant was revoked."""
    return refuse(Refusal("invalid_grant", 50173, suberror="bad_token"))


def access_denied() -> Response:
    """Answer as for somebody who does not allow it, which says nothing of a grant that stands."""
    return refuse(Refusal("access_denied", 65004))


def throttled(retry_after: int = 30) -> Response:
    """Answer 429 with the wait the service asks for."""
    refusal = Refusal("temporarily_unavailable", 90033, status=429)
    return refuse(refusal, retry_after=retry_after)


def unavailable(retry_after: int | None = None) -> Response:
    """Answer 503 with a page that is no JSON, as the front doors of the service do."""
    headers = {"Content-Type": "text/html"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(503, body=b"<h2>Our services aren't available right now</h2>", headers=headers)
