"""The loopback Gmail: what happens to drafts and mails, driven by Google's own client library."""

import base64
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.loopback.google import LoopbackGoogle, Mailbox
from tests.loopback.server import Authority, Fault, request_to
from tests.providers.google_client import SCOPE, error_of, gmail_of, sign_in

KIM = "kim@example.com"
READER = "reader@company.example"
COMPOSE_AND_READ = (f"{SCOPE}gmail.compose", f"{SCOPE}gmail.readonly")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return one certificate authority for all servers of this file."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def google(authority: Authority) -> Iterator[LoopbackGoogle]:
    """Serve a Google with the account of Kim, a candidate."""
    with LoopbackGoogle(authority) as server:
        server.add_account(KIM)
        yield server


@pytest.fixture
def mailbox(google: LoopbackGoogle) -> Mailbox:
    """Return Kim's mailbox."""
    return google.mailbox(KIM)


@pytest.fixture
def users(google: LoopbackGoogle, tmp_path: Path) -> Iterator[Any]:
    """Lend the client library's `users` with a token that may write and read."""
    with gmail_of(google, sign_in(google, tmp_path, COMPOSE_AND_READ).token) as service:
        yield service.users()


def _mail(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    fields = {"To": READER, "From": KIM, "Subject": "Thank you", **headers}
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Dear reader,\nthank you.\n")
    return mail


def _message(mail: EmailMessage, **more: str) -> dict[str, str]:
    return {"raw": base64.urlsafe_b64encode(mail.as_bytes()).decode(), **more}


def _create(users: Any, mail: EmailMessage, **more: str) -> dict[str, Any]:
    body = {"message": _message(mail, **more)}
    created = users.drafts().create(userId="me", body=body).execute()
    assert isinstance(created, dict)
    return created


def _headers(shown: dict[str, Any]) -> dict[str, str]:
    return {header["name"]: header["value"] for header in shown["payload"]["headers"]}


def _refusal(request: Any) -> tuple[int, str]:
    """Execute what must be refused; return the status and the message."""
    with pytest.raises(HttpError) as refused:
        request.execute()
    return refused.value.status_code, error_of(refused.value)["message"]


def test_draft_is_stored_and_shown_in_each_format(users: Any) -> None:
    """A draft is a message with the label DRAFT under a lasting id."""
    mail = _mail(Message_ID="<key@call-back.example>", X_Thread_Key="k1")
    created = _create(users, mail)
    assert created["message"]["labelIds"] == ["DRAFT"]
    get = users.drafts().get
    shown = {
        form: get(userId="me", id=created["id"], format=form).execute()["message"]
        for form in ("minimal", "full", "raw", "metadata")
    }
    assert "payload" not in shown["minimal"]
    assert shown["minimal"]["snippet"] == "Dear reader, thank you."
    assert _headers(shown["full"])["Message-ID"] == "<key@call-back.example>"
    assert base64.urlsafe_b64decode(shown["full"]["payload"]["body"]["data"]).startswith(b"Dear")
    assert b"X-Thread-Key: k1\r\n" in base64.urlsafe_b64decode(shown["raw"]["raw"])
    assert _headers(shown["metadata"])["X-Thread-Key"] == "k1"
    assert "body" not in shown["metadata"]["payload"]


def test_sent_draft_becomes_a_new_message_and_is_gone(google: LoopbackGoogle, users: Any) -> None:
    """Sending makes a message with another id and Message-ID; our own header stays."""
    mail = _mail(Message_ID="<key@call-back.example>", X_Thread_Key="k1", Bcc="me@kim.example")
    draft = _create(users, mail)
    sent = users.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert sent["labelIds"] == ["SENT"]
    assert sent["id"] != draft["message"]["id"]
    assert sent["threadId"] == draft["message"]["threadId"]
    copy = users.messages().get(userId="me", id=sent["id"], format="metadata").execute()
    assert _headers(copy)["Message-ID"].endswith("@mail.gmail.com>")
    assert _headers(copy)["X-Thread-Key"] == "k1"
    (delivery,) = google.delivered
    assert (delivery.sender, delivery.recipients) == (KIM, (READER, "me@kim.example"))
    assert (delivery.by, delivery.draft_id, delivery.mail["Bcc"]) == ("api", draft["id"], None)
    request = users.drafts().get(userId="me", id=draft["id"])
    assert _refusal(request) == (404, "Requested entity was not found.")


def test_second_send_of_a_draft_finds_nothing(google: LoopbackGoogle, users: Any) -> None:
    """A consumed draft cannot be delivered again."""
    draft = _create(users, _mail())
    users.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    again = users.drafts().send(userId="me", body={"id": draft["id"]})
    assert _refusal(again)[0] == 404
    assert len(google.delivered) == 1


def test_kept_wrapper_shows_a_message_that_was_sent(
    google: LoopbackGoogle, mailbox: Mailbox, users: Any
) -> None:
    """A draft id that still answers after sending is told by its message's labels."""
    mailbox.keeps_wrappers = True
    draft = _create(users, _mail())
    sent = users.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    shown = users.drafts().get(userId="me", id=draft["id"], format="minimal").execute()
    assert (shown["message"]["id"], shown["message"]["labelIds"]) == (sent["id"], ["SENT"])
    again = users.drafts().send(userId="me", body={"id": draft["id"]})
    assert _refusal(again) == (400, "Message not a draft")
    assert len(google.delivered) == 1


def test_update_keeps_the_draft_id_and_makes_a_new_message(users: Any) -> None:
    """The thread of a draft changes only with its subject."""
    draft = _create(users, _mail())
    update = users.drafts().update
    body = {"message": _message(_mail(Cc="other@company.example"))}
    same = update(userId="me", id=draft["id"], body=body).execute()
    assert same["id"] == draft["id"]
    assert same["message"]["id"] != draft["message"]["id"]
    assert same["message"]["threadId"] == draft["message"]["threadId"]
    body = {"message": _message(_mail(Subject="Another"))}
    other = update(userId="me", id=draft["id"], body=body).execute()
    assert other["message"]["threadId"] != draft["message"]["threadId"]


def test_deleted_draft_is_gone(mailbox: Mailbox, users: Any) -> None:
    """Deleting is for good and not repeated."""
    draft = _create(users, _mail())
    assert users.drafts().delete(userId="me", id=draft["id"]).execute() == ""
    assert _refusal(users.drafts().delete(userId="me", id=draft["id"]))[0] == 404
    assert mailbox.messages == {}


def test_message_is_sent_without_a_draft(google: LoopbackGoogle, users: Any) -> None:
    """A mail sent at once is delivered, with From set to the account's own address."""
    mail = _mail(From="Kim Candidate <somebody@else.example>")
    sent = users.messages().send(userId=KIM, body=_message(mail)).execute()
    assert sent["labelIds"] == ["SENT"]
    (delivery,) = google.delivered
    assert delivery.mail["From"] == "Kim Candidate <kim@example.com>"
    assert delivery.mail["Date"] is not None
    assert delivery.draft_id is None


def test_mail_to_oneself_is_in_the_inbox_too(users: Any) -> None:
    """A notice to the user's own address is found in Sent and in the inbox."""
    sent = users.messages().send(userId="me", body=_message(_mail(To=KIM))).execute()
    assert sent["labelIds"] == ["INBOX", "SENT", "UNREAD"]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (_message(_mail(To="")), "Recipient address required"),
        (_message(_mail(To="reader")), "Invalid To header"),
        ({"raw": "+/+/"}, "Base64 decoding failed"),
        ({"raw": "A"}, "Base64 decoding failed"),
        ({}, "RFC822 payload message string"),
        (_message(_mail(), threadId="no-thread"), "Invalid thread_id value"),
    ],
    ids=["no recipient", "no address", "other alphabet", "cut short", "no mail", "no thread id"],
)
def test_unsendable_mail_is_refused(
    google: LoopbackGoogle, users: Any, message: dict[str, str], text: str
) -> None:
    """What Gmail cannot read or address is a 400 and delivers nothing."""
    status, told = _refusal(users.messages().send(userId="me", body=message))
    assert status == 400
    assert text in told
    assert google.delivered == ()


def test_draft_without_recipient_is_stored_but_not_sent(google: LoopbackGoogle, users: Any) -> None:
    """A draft may be unfinished; sending it is refused and leaves it standing."""
    draft = _create(users, _mail(To=""))
    send = users.drafts().send(userId="me", body={"id": draft["id"]})
    assert _refusal(send) == (400, "Recipient address required")
    assert list(google.drafts(KIM)) == [draft["id"]]


def test_thread_is_joined_only_by_an_answer_to_it(google: LoopbackGoogle, users: Any) -> None:
    """A thread id needs References and subject that fit, and a thread that is there."""
    invitation = _mail(From=READER, To=KIM, Message_ID="<invite@company.example>")
    thread = google.receive(KIM, invitation).thread_id
    reply = _mail(Subject="Re: Thank you", References="<invite@company.example>")
    assert _create(users, reply, threadId=thread)["message"]["threadId"] == thread
    create = users.drafts().create
    for mail in (_mail(), _mail(Subject="Other", References="<invite@company.example>")):
        request = create(userId="me", body={"message": _message(mail, threadId=thread)})
        assert _refusal(request) == (400, "Invalid thread_id value")
    unknown = {"message": _message(reply, threadId="19ffffffffffffff")}
    assert _refusal(create(userId="me", body=unknown))[0] == 404


def test_drafts_are_listed_newest_first_in_pages(users: Any) -> None:
    """A list names ids only, and the last page has no token."""
    made = [_create(users, _mail(Subject=f"Mail {number}"))["id"] for number in range(3)]
    first = users.drafts().list(userId="me", maxResults=2).execute()
    assert [draft["id"] for draft in first["drafts"]] == [made[2], made[1]]
    assert set(first["drafts"][0]["message"]) == {"id", "threadId"}
    token = first["nextPageToken"]
    last = users.drafts().list(userId="me", maxResults=2, pageToken=token).execute()
    assert [draft["id"] for draft in last["drafts"]] == [made[0]]
    assert "nextPageToken" not in last
    assert _refusal(users.drafts().list(userId="me", maxResults=501))[0] == 400


def test_empty_list_has_no_list(users: Any) -> None:
    """An answer without hits leaves its list out."""
    assert users.drafts().list(userId="me").execute() == {"resultSizeEstimate": 0}


def test_search_finds_a_draft_by_message_id_once_it_is_indexed(
    mailbox: Mailbox, users: Any
) -> None:
    """The search may lag behind; the plain list never does."""
    mailbox.search_lags = True
    draft = _create(users, _mail(Message_ID="<key@call-back.example>"))
    search = users.drafts().list(userId="me", q="rfc822msgid:key@call-back.example")
    assert "drafts" not in search.execute()
    assert users.drafts().list(userId="me").execute()["drafts"][0]["id"] == draft["id"]
    mailbox.catch_up_search()
    assert search.execute()["drafts"][0]["id"] == draft["id"]
    other = users.drafts().list(userId="me", q="rfc822msgid:other@call-back.example").execute()
    assert "drafts" not in other


def test_sent_messages_are_listed_by_label(google: LoopbackGoogle, users: Any) -> None:
    """The list of SENT shows a sent copy at once, and single headers can be asked for."""
    _create(users, _mail())
    google.receive(KIM, _mail(From=READER, To=KIM))
    sent = users.messages().send(userId="me", body=_message(_mail(X_Thread_Key="k1"))).execute()
    listed = users.messages().list(userId="me", labelIds=["SENT"]).execute()["messages"]
    assert [message["id"] for message in listed] == [sent["id"]]
    get = users.messages().get
    only = get(userId="me", id=sent["id"], format="metadata", metadataHeaders=["X-Thread-Key"])
    assert _headers(only.execute()) == {"X-Thread-Key": "k1"}
    wrong = users.messages().list(userId="me", labelIds=["POSTED"])
    assert _refusal(wrong) == (400, "Invalid label: POSTED")


def test_edit_by_the_user_changes_the_message_under_the_draft_id(
    google: LoopbackGoogle, users: Any
) -> None:
    """The web page makes text and HTML of a draft; its own headers may or may not survive."""
    draft = _create(users, _mail(X_Thread_Key="k1"))
    google.edit_draft(KIM, draft["id"], body="My own words.\n")
    (stored,) = google.drafts(KIM).values()
    assert stored.id != draft["message"]["id"]
    assert stored.thread_id == draft["message"]["threadId"]
    assert stored.mail.get_content_type() == "multipart/alternative"
    assert stored.mail["X-Thread-Key"] == "k1"
    google.edit_draft(KIM, draft["id"], to="new@company.example", keeps_custom_headers=False)
    shown = users.drafts().get(userId="me", id=draft["id"]).execute()["message"]
    assert shown["snippet"] == "My own words."
    assert _headers(shown)["To"] == "new@company.example"
    assert "X-Thread-Key" not in _headers(shown)
    assert [part["mimeType"] for part in shown["payload"]["parts"]] == ["text/plain", "text/html"]


def test_user_sends_or_discards_a_draft_by_hand(google: LoopbackGoogle, users: Any) -> None:
    """What the user does with a draft is seen by the client as a draft that is gone."""
    sent, discarded = _create(users, _mail())["id"], _create(users, _mail())["id"]
    google.send_draft_by_hand(KIM, sent)
    google.delete_draft(KIM, discarded)
    assert [(delivery.by, delivery.draft_id) for delivery in google.delivered] == [("hand", sent)]
    for draft_id in (sent, discarded):
        assert _refusal(users.drafts().get(userId="me", id=draft_id))[0] == 404


def test_delivery_counts_although_its_answer_is_lost(google: LoopbackGoogle, users: Any) -> None:
    """The mail is out, the draft consumed, and the library's second try finds nothing."""
    draft = _create(users, _mail())
    google.faults.add(Fault(request_to("POST", ".*/drafts/send"), "after", "drop"))
    send = users.drafts().send(userId="me", body={"id": draft["id"]})
    assert _refusal(send)[0] == 404
    assert len(google.delivered) == 1
    statuses = [entry.status for entry in google.requests_to("POST", ".*/drafts/send")]
    assert statuses == [None, 404]


def test_profile_names_the_account(users: Any) -> None:
    """The profile counts what is in the mailbox."""
    _create(users, _mail())
    profile = users.getProfile(userId="me").execute()
    assert (profile["emailAddress"], profile["messagesTotal"]) == (KIM, 1)
