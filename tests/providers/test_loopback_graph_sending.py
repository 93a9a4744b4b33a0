"""The loopback Graph's sending: what 202 means, ids that change, and the owner's own hand."""

import http.client
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.loopback import graph_answers
from tests.loopback.exchange import Response
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority, Fault, request_to
from tests.providers.graph_client import (
    ANN,
    IMMUTABLE,
    KEPT_KEY,
    GraphClient,
    by_key,
    create_draft,
    error_code,
    find,
    graph_of,
    make_keyed_letter,
    make_letter,
    make_mime,
    send_draft,
)
from tests.providers.microsoft_client import DRAFTS, token_of

KIM = "kim@example.com"
TO_SEND = request_to("POST", "/v1.0/me/messages/[^/]+/send")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return one certificate authority for all servers of this file."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def microsoft(authority: Authority) -> Iterator[LoopbackMicrosoft]:
    """Serve a Microsoft with Kim's personal account; its own answers keep to the contract."""
    with LoopbackMicrosoft(authority) as server:
        server.add_account(KIM)
        yield server
        assert server.graph.response_violations == []


@pytest.fixture
def graph(microsoft: LoopbackMicrosoft) -> Iterator[GraphClient]:
    """Return a client of Graph with a token for drafts, which prefers immutable ids."""
    with graph_of(microsoft) as client:
        yield client


# -- ids


def test_plain_id_changes_with_every_move(microsoft: LoopbackMicrosoft) -> None:
    """Without the preference a sent draft cannot be found by the id it had."""
    with graph_of(microsoft, prefer="") as graph:
        draft = create_draft(graph)
        assert send_draft(graph, draft["id"]).status_code == 202
        microsoft.settle()
        gone = graph("GET", f"/me/messages/{draft['id']}")
        assert error_code(gone) == (404, "ErrorItemNotFound")
        (sent,) = find(graph, f"internetMessageId eq '{draft['internetMessageId']}'")
    assert sent["id"] != draft["id"]


@pytest.mark.parametrize("changes_on_send", [False, True])
def test_immutable_id_survives_the_move_or_as_the_other_page_says_does_not(
    microsoft: LoopbackMicrosoft, graph: GraphClient, *, changes_on_send: bool
) -> None:
    """Both readings of Microsoft's pages can be had; the key finds the mail in either."""
    microsoft.mailbox(KIM).immutable_id_changes_on_send = changes_on_send
    draft = graph("POST", "/me/messages", json=make_keyed_letter()).json()
    send_draft(graph, draft["id"])
    microsoft.settle()
    answer = graph("GET", f"/me/messages/{draft['id']}")
    assert answer.status_code == (404 if changes_on_send else 200)
    (sent,) = find(graph, by_key("k-1"))
    assert (sent["id"] == draft["id"]) is not changes_on_send


def test_ids_of_the_other_kind_and_malformed_ids_are_refused(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """An immutable id is for requests that say so, and ids are case-sensitive."""
    draft = create_draft(graph)
    plain = GraphClient(microsoft, token_of(microsoft, DRAFTS), prefer="")
    with plain.session:
        refused = plain("GET", f"/me/messages/{draft['id']}")
        assert error_code(refused) == (404, "ErrorItemNotFound")
    refused = graph("GET", f"/me/messages/{draft['id'].swapcase()}")
    assert error_code(refused) == (400, "ErrorInvalidIdMalformed")


# -- sending


def test_accepted_mail_stands_as_a_draft_until_it_has_moved(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """202 is not sent: isDraft stays true for a while, and the Message-ID is kept."""
    draft = graph("POST", "/me/messages", json=make_keyed_letter()).json()
    path = f"/me/messages/{draft['id']}"
    assert send_draft(graph, draft["id"]).status_code == 202
    standing = graph("GET", path).json()
    assert (standing["isDraft"], standing["parentFolderId"]) == (True, draft["parentFolderId"])
    microsoft.settle()
    sent = graph("GET", path).json()
    assert (sent["isDraft"], sent["internetMessageId"]) == (False, draft["internetMessageId"])
    assert [
        m["id"] for m in graph("GET", "/me/mailFolders/sentitems/messages").json()["value"]
    ] == [draft["id"]]
    (delivery,) = microsoft.delivered
    assert (delivery.sender, delivery.recipients) == (KIM, (ANN,))
    assert delivery.mail["From"] == f"Kim Candidate <{KIM}>"
    assert (delivery.mail["Subject"], delivery.mail["Message-ID"]) == (
        "Thank you",
        draft["internetMessageId"],
    )
    assert delivery.mail.get_content() == "Dear Ann,\n\nthank you.\n"
    assert (delivery.by, delivery.draft_id) == ("api", draft["id"])
    assert delivery.extended == {KEPT_KEY: "k-1"}


@pytest.mark.parametrize("reads", [0, 2])
def test_mail_may_move_after_some_looks(
    microsoft: LoopbackMicrosoft, graph: GraphClient, reads: int
) -> None:
    """A client that looks again sees the draft as often as was set, then the sent mail."""
    microsoft.mailbox(KIM).reads_before_settling = reads
    draft = create_draft(graph)
    send_draft(graph, draft["id"])
    looks = [graph("GET", f"/me/messages/{draft['id']}").json() for _ in range(reads + 2)]
    assert [look["isDraft"] for look in looks] == [True] * reads + [False] * 2


def test_second_send_of_a_sent_draft_finds_nothing(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """Once moved, the mail is no draft that could be sent again."""
    draft = create_draft(graph)
    send_draft(graph, draft["id"])
    microsoft.settle()
    assert error_code(send_draft(graph, draft["id"])) == (404, "ErrorItemNotFound")
    assert len(microsoft.delivered) == 1


def test_second_send_before_the_move_is_a_second_mail(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """Nothing documented makes sending idempotent, so the worst is what happens here."""
    draft = create_draft(graph)
    assert [send_draft(graph, draft["id"]).status_code for _ in range(2)] == [202, 202]
    assert len(microsoft.delivered) == 2


def test_send_needs_a_length_of_zero(microsoft: LoopbackMicrosoft, graph: GraphClient) -> None:
    """A send without Content-Length is refused; requests sends it by itself."""
    draft = create_draft(graph)
    where = urlsplit(microsoft.graph_endpoint)
    context = ssl.create_default_context(cafile=str(microsoft.ca_bundle))
    connection = http.client.HTTPSConnection(where.netloc, context=context, timeout=20)
    connection.putrequest("POST", f"{where.path}/me/messages/{draft['id']}/send")
    connection.putheader("Authorization", f"Bearer {token_of(microsoft)}")
    connection.putheader("Prefer", IMMUTABLE)
    connection.endheaders()
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 411
    assert microsoft.delivered == ()


def test_patch_of_a_sent_message_is_refused(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """What only a draft lets be changed stays; marks of the reader's own can be set."""
    draft = create_draft(graph)
    send_draft(graph, draft["id"])
    microsoft.settle()
    path = f"/me/messages/{draft['id']}"
    changes: tuple[dict[str, Any], ...] = (
        {"subject": "x"},
        {"internetMessageId": "<x@example.com>"},
        {"toRecipients": []},
    )
    for change in changes:
        assert error_code(graph("PATCH", path, json=change)) == (400, "ErrorInvalidPropertySet")
    assert graph("PATCH", path, json={"isRead": False}).json()["isRead"] is False
    assert graph("GET", path).json()["subject"] == "Thank you"


def test_change_is_refused_on_a_stale_change_key(graph: GraphClient) -> None:
    """If-Match protects what somebody else has edited meanwhile."""
    draft = create_draft(graph)
    path = f"/me/messages/{draft['id']}"
    seen = {"If-Match": draft["@odata.etag"]}
    assert graph("PATCH", path, json={"subject": "one"}, headers=seen).ok
    for method, body in [("PATCH", {"subject": "two"}), ("DELETE", None)]:
        refused = graph(method, path, json=body, headers=seen)
        assert error_code(refused) == (412, "ErrorIrresolvableConflict")


def test_send_mail_delivers_without_the_key_and_keeps_a_copy(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """The one-call way carries no extended property and says nothing but 202."""
    answer = graph("POST", "/me/sendMail", json={"message": make_keyed_letter()})
    assert (answer.status_code, answer.content) == (202, b"")
    microsoft.settle()
    assert find(graph, by_key("k-1")) == []
    (copy,) = graph("GET", "/me/mailFolders/sentitems/messages").json()["value"]
    assert copy["subject"] == "Thank you"
    (delivery,) = microsoft.delivered
    assert (delivery.recipients, delivery.draft_id, delivery.extended) == ((ANN,), None, {})


def test_send_mail_takes_mime_and_leaves_no_copy_when_told(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """MIME is sent as the owner's, threading headers kept; saveToSentItems=false is honoured."""
    data = make_mime(
        From="other@example.com", **{"In-Reply-To": "<a@corp.example>", "X-Trace": "t"}
    )
    assert (
        graph("POST", "/me/sendMail", data=data, headers={"Content-Type": "text/plain"}).status_code
        == 202
    )
    unsaved = {"message": make_letter(), "saveToSentItems": False}
    assert graph("POST", "/me/sendMail", json=unsaved).status_code == 202
    microsoft.settle()
    assert len(graph("GET", "/me/messages").json()["value"]) == 1
    mime, _ = microsoft.delivered
    assert mime.sender == KIM
    assert (mime.mail["In-Reply-To"], mime.mail["X-Trace"]) == ("<a@corp.example>", "t")
    assert mime.mail["Subject"] == "Grüße"


def _person(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"name": name, "address": address}}


def test_name_of_the_sender_is_the_accounts(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """Whatever name a client writes, From shows the mailbox's own."""
    letter = make_letter(**{"from": _person(KIM.upper(), "K. C.")})
    assert graph("POST", "/me/sendMail", json={"message": letter}).status_code == 202
    assert microsoft.delivered[0].mail["From"] == f"Kim Candidate <{KIM}>"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"from": _person("boss@example.com")}, (403, "ErrorSendAsDenied")),
        ({"toRecipients": []}, (400, "ErrorInvalidRecipients")),
        ({"toRecipients": [_person("ann.reader")]}, (400, "ErrorInvalidRecipients")),
    ],
)
def test_mail_that_cannot_go_is_refused_both_ways(
    microsoft: LoopbackMicrosoft,
    graph: GraphClient,
    changes: dict[str, Any],
    refusal: tuple[int, str],
) -> None:
    """Neither sendMail nor a draft goes out under another's address or to nobody."""
    letter = make_letter(**changes)
    assert error_code(graph("POST", "/me/sendMail", json={"message": letter})) == refusal
    draft = graph("POST", "/me/messages", json=letter).json()
    assert error_code(send_draft(graph, draft["id"])) == refusal
    assert microsoft.delivered == ()


@pytest.mark.parametrize("what", ["drop", "reset"])
def test_send_counts_although_its_answer_is_lost(
    microsoft: LoopbackMicrosoft, graph: GraphClient, what: Any
) -> None:
    """A fault after execution leaves the client without an answer and the mail on its way."""
    draft = create_draft(graph)
    microsoft.faults.add(Fault(TO_SEND, "after", what))
    with pytest.raises(requests.ConnectionError):
        send_draft(graph, draft["id"])
    assert [delivery.draft_id for delivery in microsoft.delivered] == [draft["id"]]


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (graph_answers.throttled(7), (429, "ApplicationThrottled")),
        (graph_answers.message_limit(), (429, "ErrorExceededMessageLimit")),
        (graph_answers.account_suspended(), (403, "ErrorAccountSuspend")),
        (graph_answers.mailbox_full(), (507, "ErrorQuotaExceeded")),
        (graph_answers.unavailable(504), (504, "GatewayTimeout")),
    ],
)
def test_ready_refusals_are_graphs(
    microsoft: LoopbackMicrosoft,
    graph: GraphClient,
    answer: Response,
    refusal: tuple[int, str],
) -> None:
    """What a test provokes with a fault has Graph's shape; nothing was executed."""
    draft = create_draft(graph)
    microsoft.faults.add(Fault(TO_SEND, "before", answer))
    refused = send_draft(graph, draft["id"])
    assert error_code(refused) == refusal
    assert refused.headers.get("Retry-After") == (
        "7" if refusal[1] == "ApplicationThrottled" else None
    )
    assert microsoft.delivered == ()


# -- the owner's own hand


def test_deleted_draft_lies_in_deleted_items_still_a_draft(graph: GraphClient) -> None:
    """Deleting moves: the id is still good, isDraft still true, only the folder tells."""
    draft = graph("POST", "/me/messages", json=make_keyed_letter()).json()
    path = f"/me/messages/{draft['id']}"
    assert graph("DELETE", path).status_code == 204
    moved = graph("GET", path).json()
    assert moved["isDraft"] is True
    assert moved["parentFolderId"] != draft["parentFolderId"]
    assert find(graph, by_key("k-1"), "/me/mailFolders/drafts/messages") == []
    assert graph("DELETE", path).status_code == 204
    assert error_code(graph("GET", path)) == (404, "ErrorItemNotFound")


def test_owner_edits_and_sends_a_draft_by_hand(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """The key stays through the owner's hands; classic Outlook changes the Message-ID."""
    draft = graph("POST", "/me/messages", json=make_keyed_letter()).json()
    assert list(microsoft.drafts(KIM)) == [draft["id"]]
    microsoft.edit_draft(KIM, draft["id"], subject="Many thanks", to="bob@corp.example")
    microsoft.send_draft_by_hand(KIM, draft["id"], changes_message_id=True)
    (delivery,) = microsoft.delivered
    assert (delivery.by, delivery.recipients) == ("hand", ("bob@corp.example",))
    (sent,) = find(graph, by_key("k-1"))
    assert (sent["isDraft"], sent["subject"]) == (False, "Many thanks")
    assert sent["internetMessageId"] != draft["internetMessageId"]
    assert microsoft.drafts(KIM) == {}


def test_owner_deletes_a_draft_for_good(microsoft: LoopbackMicrosoft, graph: GraphClient) -> None:
    """A draft that was emptied from Deleted Items too is not found any more."""
    draft = create_draft(graph)
    microsoft.delete_draft(KIM, draft["id"], for_good=True)
    gone = graph("GET", f"/me/messages/{draft['id']}")
    assert error_code(gone) == (404, "ErrorItemNotFound")


def test_mail_from_others_arrives_in_the_inbox(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """A received mail is no draft and shows who wrote it."""
    mail = EmailMessage()
    mail["From"] = f"Ann Reader <{ANN}>"
    mail["To"] = KIM
    mail["Subject"] = "Undeliverable"
    mail.set_content("It did not arrive.")
    microsoft.receive(KIM, mail)
    (seen,) = graph("GET", "/me/mailFolders/inbox/messages").json()["value"]
    assert (seen["isDraft"], seen["isRead"]) == (False, False)
    assert seen["from"]["emailAddress"] == {"name": "Ann Reader", "address": ANN}
