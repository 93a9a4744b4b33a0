"""The Gmail API as a service: who may call which method, and what each method answers.

Methods of the contract that nobody has needed yet are not modelled, and calling one fails the
test loudly. What happens to mails is left to `gmail_mailbox`.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.loopback import gmail_mime as mime
from tests.loopback import google_answers as answers
from tests.loopback.exchange import Request, Response
from tests.loopback.gmail_contract import Call, Contract
from tests.loopback.gmail_mailbox import SYSTEM_LABELS, Mailbox, StoredMessage
from tests.loopback.google_answers import NotModelled, Refused
from tests.loopback.google_oauth import GoogleOAuth

_METADATA_SCOPE = "https://www.googleapis.com/auth/gmail.metadata"
_LARGEST_PAGE = 500


class Gmail:
    """The mailboxes of all accounts behind one API."""

    def __init__(self, contract: Contract, oauth: GoogleOAuth) -> None:
        self.mailboxes: dict[str, Mailbox] = {}
        self._contract = contract
        self._oauth = oauth
        self._actions: dict[str, Callable[[Mailbox, Call], dict[str, Any] | None]] = {
            "gmail.users.getProfile": _get_profile,
            "gmail.users.drafts.create": _create_draft,
            "gmail.users.drafts.get": _get_draft,
            "gmail.users.drafts.list": _list_drafts,
            "gmail.users.drafts.update": _update_draft,
            "gmail.users.drafts.send": _send_draft,
            "gmail.users.drafts.delete": _delete_draft,
            "gmail.users.messages.send": _send_message,
            "gmail.users.messages.get": _get_message,
            "gmail.users.messages.list": _list_messages,
        }

    def handle(self, request: Request) -> Response:
        """Answer a request to the API."""
        method = self._contract.find_method(request)
        account, scopes = self._oauth.admit(request.bearer)
        if not scopes & method.scopes:
            raise Refused(answers.insufficient_scopes(method.id))
        call = self._contract.read(method, request)
        if call.in_path["userId"] not in {"me", account.address}:
            raise Refused(answers.delegation_denied(account.address))
        if _METADATA_SCOPE in scopes:
            _check_metadata_limits(call)
        if method.id not in self._actions:
            raise NotModelled(method.id)
        answer = self._actions[method.id](self.mailboxes[account.address], call)
        if answer is None:
            return Response(204)
        self._contract.check_answer(method, answer)
        return Response(json=answer)


def _check_metadata_limits(call: Call) -> None:
    if "q" in call.in_query:
        raise Refused(answers.forbidden("Metadata scope does not support 'q' parameter"))
    is_read = call.method.id.endswith((".messages.get", ".drafts.get"))
    if is_read and call.in_query.get("format", "full") in {"full", "raw"}:
        raise Refused(answers.forbidden("Metadata scope doesn't allow format FULL"))


def _get_profile(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    del call
    return {
        "emailAddress": mailbox.address,
        "messagesTotal": len(mailbox.messages),
        "threadsTotal": len({message.thread_id for message in mailbox.messages.values()}),
        "historyId": str(mailbox.history_id),
    }


def _create_draft(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    raw, thread_id = _content_of(call.body.get("message"))
    draft_id, message = mailbox.create_draft(raw, thread_id)
    return {"id": draft_id, "message": _brief(message)}


def _get_draft(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    message = mailbox.read_draft(call.in_path["id"])
    return {"id": call.in_path["id"], "message": _show(message, call)}


def _list_drafts(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    matching = _search(mailbox, call)
    drafts = [
        {"id": draft_id, "message": _ids_of(mailbox.messages[message_id])}
        for draft_id, message_id in (*mailbox.wrappers.items(), *mailbox.drafts.items())
        if message_id in matching
    ]
    return _page("drafts", drafts[::-1], call)


def _update_draft(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    draft_id = call.in_path["id"]
    mailbox.standing_draft(draft_id)
    raw, thread_id = _content_of(call.body.get("message"))
    return {"id": draft_id, "message": _brief(mailbox.replace_draft(draft_id, raw, thread_id))}


def _send_draft(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    draft_id = call.body.get("id")
    if not draft_id:
        raise Refused(answers.bad_request("Missing draft id"))
    mailbox.standing_draft(draft_id)
    if call.body.get("message"):
        mailbox.replace_draft(draft_id, *_content_of(call.body["message"]))
    return _brief(mailbox.send_draft(draft_id, "api"))


def _delete_draft(mailbox: Mailbox, call: Call) -> None:
    mailbox.delete_draft(call.in_path["id"])


def _send_message(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    return _brief(mailbox.send(*_content_of(call.body)))


def _get_message(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    message = mailbox.messages.get(call.in_path["id"])
    if message is None:
        raise Refused(answers.not_found())
    return _show(message, call)


def _list_messages(mailbox: Mailbox, call: Call) -> dict[str, Any]:
    labels = call.in_query.get("labelIds", [])
    assert isinstance(labels, list)
    for label in labels:
        if label not in SYSTEM_LABELS:
            raise Refused(answers.bad_request(f"Invalid label: {label}"))
    matching = _search(mailbox, call)
    found = [
        _ids_of(message)
        for message in mailbox.messages.values()
        if message.id in matching and message.labels >= set(labels)
    ]
    return _page("messages", found[::-1], call)


def _content_of(message: Mapping[str, Any] | None) -> tuple[bytes, str | None]:
    """Return the mail and the thread that a Message in a request holds."""
    if not message or not message.get("raw"):
        raise Refused(
            answers.bad_request(
                "'raw' RFC822 payload message string or uploading message via /upload/* URL "
                "required"
            )
        )
    thread_id = message.get("threadId") or None
    if thread_id and not re.fullmatch(r"[0-9a-f]{1,16}", thread_id):
        raise Refused(answers.bad_request("Invalid thread_id value"))
    return mime.decode_raw(message["raw"]), thread_id


def _ids_of(message: StoredMessage) -> dict[str, Any]:
    return {"id": message.id, "threadId": message.thread_id}


def _brief(message: StoredMessage) -> dict[str, Any]:
    return {**_ids_of(message), "labelIds": sorted(message.labels)}


def _show(message: StoredMessage, call: Call) -> dict[str, Any]:
    mail = message.mail
    shown: dict[str, Any] = {
        **_brief(message),
        "snippet": mime.snippet_of(mail),
        "historyId": str(message.history_id),
        "internalDate": str(int(message.stored_at.timestamp() * 1000)),
        "sizeEstimate": len(message.raw),
    }
    match call.in_query.get("format", "full"):
        case "full":
            shown["payload"] = mime.payload_of(mail)
        case "raw":
            shown["raw"] = base64.urlsafe_b64encode(message.raw).decode()
        case "metadata":
            only = call.in_query.get("metadataHeaders")
            shown["payload"] = {
                "mimeType": mail.get_content_type(),
                "headers": mime.headers_of(mail, only if isinstance(only, list) else None),
            }
    return shown


def _page(name: str, items: Sequence[dict[str, Any]], call: Call) -> dict[str, Any]:
    """Return one page of a list; a page token is the number of items before the page."""
    size = call.in_query.get("maxResults", 100)
    assert isinstance(size, int)
    if not 1 <= size <= _LARGEST_PAGE:
        raise Refused(answers.bad_request("Invalid value for maxResults"))
    token = str(call.in_query.get("pageToken", "0"))
    if not token.isdigit() or int(token) > len(items):
        raise Refused(answers.bad_request("Invalid pageToken"))
    end = int(token) + size
    answer: dict[str, Any] = {"resultSizeEstimate": len(items)}
    if items[int(token) : end]:
        answer[name] = list(items[int(token) : end])
    if end < len(items):
        answer["nextPageToken"] = str(end)
    return answer


def _search(mailbox: Mailbox, call: Call) -> frozenset[str]:
    """Return the ids of the messages that `q` finds; all of them without one."""
    query = str(call.in_query.get("q", ""))
    if not query.strip():
        return frozenset(mailbox.messages)
    terms = re.findall(r'(?:(\w+):)?("[^"]*"|\S+)', query)
    return frozenset(
        message.id
        for message in mailbox.messages.values()
        if message.is_indexed and all(_finds(message, name, value) for name, value in terms)
    )


def _finds(message: StoredMessage, operator: str, value: str) -> bool:
    mail = message.mail
    wanted = value.strip('"').lower()
    match operator:
        case "rfc822msgid":
            return str(mail["Message-ID"]).strip("<> ").lower() == wanted.strip("<>")
        case "subject" | "from" | "to":
            return wanted in str(mail[operator] or "").lower()
        case "in":
            return wanted.removesuffix("s").upper() in message.labels or wanted == "anywhere"
        case "":
            return wanted in f"{mail['Subject']} {mime.snippet_of(mail)}".lower()
    raise NotModelled(f"the search operator {operator}:")
