"""The loopback Graph's contract, tokens and drafts: what it takes, refuses and finds again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority
from tests.providers.graph_client import (
    ANN,
    IMMUTABLE,
    KEPT_KEY,
    SEND_KEY,
    TEXT,
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
from tests.providers.microsoft_client import SEND_ONLY

KIM = "kim@example.com"


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


# -- tokens


def test_calls_without_a_good_token_are_refused(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """A missing, unknown or expired token is 401 InvalidAuthenticationToken."""
    refused = (401, "InvalidAuthenticationToken")
    for header in ("", "Bearer EwBunknown", "Basic a2ltOmtpbQ=="):
        assert error_code(graph("GET", "/me", headers={"Authorization": header})) == refused
    assert graph("GET", "/me").ok
    microsoft.advance(timedelta(seconds=3599))
    assert error_code(graph("GET", "/me")) == refused


def test_token_for_sending_cannot_create_or_read_drafts(microsoft: LoopbackMicrosoft) -> None:
    """Mail.Send allows sendMail and nothing else of the mailbox."""
    with graph_of(microsoft, SEND_ONLY) as graph:
        for method, path, body in [
            ("POST", "/me/messages", make_letter()),
            ("GET", "/me/messages", None),
            ("GET", "/me/mailFolders/drafts/messages", None),
            ("PATCH", "/me/messages/AAMk", {"subject": "x"}),
            ("DELETE", "/me/messages/AAMk", None),
        ]:
            assert error_code(graph(method, path, json=body)) == (403, "ErrorAccessDenied")
        assert graph("POST", "/me/sendMail", json={"message": make_letter()}).status_code == 202


@pytest.mark.parametrize(
    ("scope", "method", "path", "code"),
    [
        ("Mail.Send", "GET", "/me", "Authorization_RequestDenied"),
        ("Mail.ReadWrite", "POST", "/me/sendMail", "ErrorAccessDenied"),
        ("Mail.Read", "POST", "/me/messages", "ErrorAccessDenied"),
    ],
)
def test_each_call_needs_its_scope(
    microsoft: LoopbackMicrosoft, scope: str, method: str, path: str, code: str
) -> None:
    """No scope stands in for another."""
    body = {"message": make_letter()} if path == "/me/sendMail" else make_letter()
    with graph_of(microsoft, [scope]) as graph:
        answer = graph(method, path, json=body if method == "POST" else None)
        assert error_code(answer) == (403, code)


def test_basic_reading_shows_no_bodies_and_no_keys(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """Mail.ReadBasic lists messages, but neither texts nor extended properties."""
    create_draft(graph)
    with graph_of(microsoft, ["Mail.ReadBasic"]) as basic:
        (seen,) = basic("GET", "/me/messages").json()["value"]
        refused = basic("GET", "/me/messages", params={"$filter": by_key("k-1")})
    assert seen["subject"] == "Thank you"
    assert not {"body", "bodyPreview"} & seen.keys()
    assert error_code(refused) == (403, "ErrorAccessDenied")


def test_account_without_a_mailbox_has_no_mail(authority: Authority) -> None:
    """Such an account signs in and has a name, and every mail call says why it cannot work."""
    with LoopbackMicrosoft(authority) as microsoft:
        microsoft.add_account(KIM, has_mailbox=False)
        with graph_of(microsoft) as graph:
            assert graph("GET", "/me").json()["mail"] is None
            for method, path, body in [
                ("GET", "/me/mailFolders/drafts/messages", None),
                ("POST", "/me/sendMail", {"message": make_letter()}),
            ]:
                refused = error_code(graph(method, path, json=body))
                assert refused == (404, "MailboxNotEnabledForRESTAPI")


# -- the contract


@pytest.mark.parametrize(
    ("method", "path", "how", "code", "problem"),
    [
        ("POST", "/me/messages", {"json": {"subject": 5}}, "BadRequest", "not of type 'string'"),
        (
            "POST",
            "/me/messages",
            {"json": {"toRecipients": [{"emailAddress": ANN}]}},
            "BadRequest",
            "toRecipients",
        ),
        (
            "POST",
            "/me/messages",
            {"json": {"body": {"contentType": "Text", "content": ""}}},
            "BadRequest",
            "body",
        ),
        ("POST", "/me/messages", {"json": {"to": ANN}}, "RequestBodyRead", "unknown property to"),
        (
            "POST",
            "/me/messages",
            {"data": "{", "headers": {"Content-Type": "application/json"}},
            "BadRequest",
            "mimetype",
        ),
        (
            "POST",
            "/me/messages",
            {"data": "hello!", "headers": {"Content-Type": "text/plain"}},
            "ErrorMimeContentInvalidBase64String",
            "'byte'",
        ),
        ("POST", "/me/sendMail", {"json": {}}, "BadRequest", "'message' is a required property"),
        ("GET", "/me/messages", {"params": {"$top": "many"}}, "BadRequest", "$top"),
        ("GET", "/me/messages", {"params": {"$fields": "id"}}, "BadRequest", "$fields"),
        ("GET", "/me/events", {}, "BadRequest", "no operation"),
        ("PUT", "/me/messages/AAMk", {}, "BadRequest", "no operation"),
        ("POST", "/me/messages/AAMk/send", {"json": {"x": 1}}, "BadRequest", "a body where none"),
    ],
)
def test_request_against_the_contract_is_refused_and_noted(
    microsoft: LoopbackMicrosoft,
    graph: GraphClient,
    method: str,
    path: str,
    how: dict[str, Any],
    code: str,
    problem: str,
) -> None:
    """What the published contract does not allow is 400, and the test that asked can see it."""
    assert error_code(graph(method, path, **how)) == (400, code)
    (violation,) = microsoft.contract_violations
    assert (violation.method, violation.path) == (method, f"/v1.0{path}")
    assert problem in violation.problem


def test_good_requests_leave_no_violation(microsoft: LoopbackMicrosoft, graph: GraphClient) -> None:
    """A draft's whole life keeps to the contract, request by request and answer by answer."""
    draft = create_draft(graph)
    path = f"/me/messages/{draft['id']}"
    assert graph("PATCH", path, json={"subject": "Thanks"}).json()["subject"] == "Thanks"
    assert send_draft(graph, draft["id"]).status_code == 202
    microsoft.settle()
    assert graph("GET", path).json()["isDraft"] is False
    assert graph("DELETE", path).status_code == 204
    assert microsoft.contract_violations == ()


def test_what_is_not_modelled_fails_loudly(authority: Authority) -> None:
    """A call that the real service would answer is never answered wrongly in its place."""
    microsoft = LoopbackMicrosoft(authority).start()
    microsoft.add_account(KIM)
    with graph_of(microsoft) as graph:
        assert graph("GET", "/me/messages", params={"$search": "thanks"}).status_code == 500
    with pytest.raises(RuntimeError, match="the loopback service itself failed"):
        microsoft.stop()


# -- drafts, and finding them


def test_draft_is_created_with_ids_and_defaults(graph: GraphClient) -> None:
    """The 201 carries what the client must keep, and the owner as sender."""
    draft = create_draft(graph)
    assert draft["isDraft"] is True
    assert draft["internetMessageId"].startswith("<")
    assert draft["from"]["emailAddress"] == {"name": "Kim Candidate", "address": KIM}
    assert {"conversationId", "changeKey", "parentFolderId"} <= draft.keys()


def test_draft_is_found_by_key_message_id_and_state(graph: GraphClient) -> None:
    """The three ways of finding a mail again each give just that one."""
    draft = graph("POST", "/me/messages", json=make_keyed_letter()).json()
    create_draft(graph, subject="Another", internetMessageId="<it's+mine@example.com>")
    assert [m["id"] for m in find(graph, by_key("K-1"))] == [draft["id"]]
    (other,) = find(graph, "internetMessageId eq '<it''s+mine@example.com>'")
    assert other["subject"] == "Another"
    both = f"isDraft eq true and {by_key('k-1')}"
    assert [m["id"] for m in find(graph, both)] == [draft["id"]]
    assert len(find(graph, "isDraft eq true", "/me/mailFolders/drafts/messages")) == 2
    assert find(graph, "isDraft eq false") == []
    assert find(graph, by_key("k-2")) == []


def test_names_of_extended_properties_are_case_sensitive(graph: GraphClient) -> None:
    """Their GUIDs and values are not."""
    graph("POST", "/me/messages", json=make_keyed_letter())
    assert find(graph, by_key("k-1", SEND_KEY.replace("SendKey", "sendkey"))) == []
    assert len(find(graph, by_key("k-1", KEPT_KEY))) == 1


def test_extended_properties_are_shown_only_when_expanded(graph: GraphClient) -> None:
    """Neither creating nor reading shows them unless asked, and then under small letters."""
    draft = graph("POST", "/me/messages", json=make_keyed_letter()).json()
    path = f"/me/messages/{draft['id']}"
    expand = {"$expand": f"singleValueExtendedProperties($filter=id eq '{SEND_KEY}')"}
    assert "singleValueExtendedProperties" not in {**draft, **graph("GET", path).json()}
    shown = graph("GET", path, params={**expand, "$select": "id,isDraft"}).json()
    assert shown.pop("singleValueExtendedProperties") == [{"id": KEPT_KEY, "value": "k-1"}]
    assert shown.keys() == {"@odata.etag", "id", "isDraft"}
    (listed,) = graph("GET", "/me/messages", params=expand).json()["value"]
    assert listed["singleValueExtendedProperties"][0]["value"] == "k-1"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"$filter": "contains(subject,'x')"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "sentDateTime ge 2026-01-01T00:00:00Z"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "isDraft ne true"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "isDraft eq true or isDraft eq false"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "importance eq 'low'"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "colour eq 'red'"}, "RequestBroker--ParseUri"),
        ({"$filter": "isDraft eq"}, "BadRequest"),
        ({"$filter": "internetMessageId eq 'it's'"}, "BadRequest"),
        ({"$filter": by_key("k", "SendKey")}, "ErrorInvalidProperty"),
        ({"$filter": "isDraft eq true", "$orderby": "sentDateTime"}, "InefficientFilter"),
        ({"$select": "id,colour"}, "RequestBroker--ParseUri"),
        ({"$orderby": "sentDateTime downwards"}, "BadRequest"),
        ({"$top": "1001"}, "BadRequest"),
    ],
)
def test_query_that_mail_does_not_offer_is_refused(
    graph: GraphClient, options: dict[str, str], code: str
) -> None:
    """A filter is never taken to be something it is not."""
    assert error_code(graph("GET", "/me/messages", params=options)) == (400, code)


def test_lists_come_newest_first_in_pages(microsoft: LoopbackMicrosoft, graph: GraphClient) -> None:
    """Ten to a page, with a link to the next, which leads to the rest."""
    for number in range(12):
        create_draft(graph, subject=f"{number:02d}")
        microsoft.advance(timedelta(minutes=1))
    first = graph("GET", "/me/messages", params={"$select": "subject", "$count": "true"}).json()
    assert (first["@odata.count"], len(first["value"])) == (12, 10)
    rest = graph("GET", first["@odata.nextLink"].removeprefix(microsoft.graph_endpoint)).json()
    assert [m["subject"] for m in rest["value"]] == ["01", "00"]
    assert "@odata.nextLink" not in rest
    oldest = {"$orderby": "createdDateTime", "$top": "1", "$skip": "1"}
    assert graph("GET", "/me/messages", params=oldest).json()["value"][0]["subject"] == "01"


def test_bodies_are_html_unless_text_is_preferred(
    microsoft: LoopbackMicrosoft, graph: GraphClient
) -> None:
    """A text draft reads back as text only for a client that says so, with CRLF."""
    draft = create_draft(graph)
    path = f"/me/messages/{draft['id']}"
    assert graph("GET", path).json()["body"]["contentType"] == "html"
    wanted = {"Prefer": f"{IMMUTABLE}, {TEXT}"}
    answer = graph("GET", path, headers=wanted)
    text = {"contentType": "text", "content": "Dear Ann,\r\n\r\nthank you.\r\n"}
    assert answer.json()["body"] == text
    assert answer.headers["Preference-Applied"] == TEXT
    microsoft.edit_draft(KIM, draft["id"], body="Dear Ann,\n\nthanks & regards")
    edited = graph("GET", path, headers=wanted).json()["body"]["content"]
    assert edited == "Dear Ann,\r\n\r\nthanks & regards"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"internetMessageHeaders": [{"name": "In-Reply-To", "value": "<a@b.example>"}]},
            "InvalidInternetMessageHeader",
        ),
        (
            {"internetMessageHeaders": [{"name": f"x-{n}", "value": "1"} for n in range(6)]},
            "InvalidInternetMessageHeaderCollection",
        ),
        ({"isDraft": False}, "ErrorInvalidPropertySet"),
        (
            {"singleValueExtendedProperties": [{"id": "SendKey", "value": "k"}]},
            "ErrorInvalidProperty",
        ),
    ],
)
def test_draft_with_what_cannot_be_set_is_refused(
    graph: GraphClient, changes: dict[str, Any], code: str
) -> None:
    """Standard headers, a sixth header, read-only properties and malformed keys are refused."""
    assert error_code(graph("POST", "/me/messages", json=make_letter(**changes))) == (400, code)
    assert graph("GET", "/me/messages").json()["value"] == []


def test_custom_headers_are_shown_only_when_selected(graph: GraphClient) -> None:
    """As documented, internetMessageHeaders come with $select alone."""
    header = {"name": "X-Trace", "value": "t-1"}
    draft = create_draft(graph, internetMessageHeaders=[header])
    path = f"/me/messages/{draft['id']}"
    assert "internetMessageHeaders" not in graph("GET", path).json()
    shown = graph("GET", path, params={"$select": "internetMessageHeaders"}).json()
    assert shown["internetMessageHeaders"] == [header]


def test_mime_draft_keeps_its_message_id_and_not_its_from(graph: GraphClient) -> None:
    """A MIME body makes a draft of the owner's, whoever it says it is from."""
    headers = {
        "From": "other@example.com",
        "Message-ID": "<k-1@example.com>",
        "Cc": "c@example.com",
    }
    plain = {"Content-Type": "text/plain"}
    draft = graph("POST", "/me/messages", data=make_mime(**headers), headers=plain).json()
    assert draft["internetMessageId"] == "<k-1@example.com>"
    assert (draft["subject"], draft["isDraft"]) == ("Grüße", True)
    assert draft["from"]["emailAddress"]["address"] == KIM
    assert draft["ccRecipients"][0]["emailAddress"]["address"] == "c@example.com"
