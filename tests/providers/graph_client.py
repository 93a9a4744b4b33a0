"""Graph mail by plain requests, pointed at a loopback Microsoft by its tests."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import requests

from tests.loopback.microsoft import LoopbackMicrosoft
from tests.providers.microsoft_client import DRAFTS, new_session, token_of

ANN = "ann.reader@corp.example"
IMMUTABLE = 'IdType="ImmutableId"'
TEXT = 'outlook.body-content-type="text"'
SEND_KEY = "String {8E2B6C1A-5F0D-4D3B-9C77-1A2B3C4D5E6F} Name SendKey"
KEPT_KEY = "String {8e2b6c1a-5f0d-4d3b-9c77-1a2b3c4d5e6f} Name SendKey"
"""The send key as Graph writes it: the GUID in small letters."""

_SECONDS = 20


class GraphClient:
    """Plain requests to Graph with one token; `prefer` goes with each of them."""

    def __init__(self, microsoft: LoopbackMicrosoft, token: str, prefer: str = IMMUTABLE) -> None:
        self.session = new_session(microsoft)
        self._endpoint = microsoft.graph_endpoint
        self._headers = {"Authorization": f"Bearer {token}"}
        if prefer:
            self._headers["Prefer"] = prefer

    def __call__(self, method: str, path: str, **how: Any) -> requests.Response:
        """Make one request to a path below /v1.0."""
        headers = {**self._headers, **how.pop("headers", {})}
        return self.session.request(
            method, f"{self._endpoint}{path}", headers=headers, timeout=_SECONDS, **how
        )


@contextmanager
def graph_of(
    microsoft: LoopbackMicrosoft, scopes: Sequence[str] = DRAFTS, prefer: str = IMMUTABLE
) -> Iterator[GraphClient]:
    """Lend a client of Graph with a token for these scopes."""
    client = GraphClient(microsoft, token_of(microsoft, scopes), prefer)
    with client.session:
        yield client


def error_code(answer: requests.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal by Graph."""
    return answer.status_code, str(answer.json()["error"]["code"])


def make_letter(**changes: Any) -> dict[str, Any]:
    """Return a message to Ann."""
    return {
        "subject": "Thank you",
        "body": {"contentType": "text", "content": "Dear Ann,\n\nthank you.\n"},
        "toRecipients": [{"emailAddress": {"name": "Ann Reader", "address": ANN}}],
        **changes,
    }


def make_keyed_letter(value: str = "k-1") -> dict[str, Any]:
    """Return a message to Ann that carries the send key."""
    return make_letter(singleValueExtendedProperties=[{"id": SEND_KEY, "value": value}])


def make_mime(**headers: str) -> bytes:
    """Return a message to Ann as base64 MIME."""
    mail = EmailMessage()
    for name, value in {"To": ANN, "Subject": "Grüße", **headers}.items():
        mail[name] = value
    mail.set_content("Dear Ann,\n\nthank you.\n")
    return base64.b64encode(mail.as_bytes())


def create_draft(graph: GraphClient, **changes: Any) -> dict[str, Any]:
    """Create a draft and return what Graph says of it."""
    answer = graph("POST", "/me/messages", json=make_letter(**changes))
    assert answer.status_code == 201
    draft = answer.json()
    assert isinstance(draft, dict)
    return draft


def send_draft(graph: GraphClient, message_id: str) -> requests.Response:
    """Send a draft by its id."""
    return graph("POST", f"/me/messages/{message_id}/send")


def find(graph: GraphClient, condition: str, path: str = "/me/messages") -> list[dict[str, Any]]:
    """Return the messages that match a filter."""
    answer = graph("GET", path, params={"$filter": condition})
    assert answer.status_code == 200, answer.text
    value = answer.json()["value"]
    assert isinstance(value, list)
    return value


def by_key(value: str, property_id: str = SEND_KEY) -> str:
    """Return the filter for the messages that carry the send key with this value."""
    return (
        f"singleValueExtendedProperties/Any(ep: ep/id eq '{property_id}' and ep/value eq '{value}')"
    )
