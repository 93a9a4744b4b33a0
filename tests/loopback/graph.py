"""The mail half of the loopback Microsoft: Graph v1.0, as far as tests/data's contract goes.

A request is held against the contract, then against its token, then executed. Without the
preference for immutable ids a message goes by an id that changes with every move, with it by one
that does not; an id of the other kind is not found, which is stricter than what is documented.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.loopback import graph_answers as answers
from tests.loopback.entra_accounts import Account
from tests.loopback.entra_tokens import AccessToken
from tests.loopback.exchange import Request, Response
from tests.loopback.graph_answers import NotModelled, Refused
from tests.loopback.graph_contract import BASE_PATH, UNKNOWN_PROPERTY, Contract
from tests.loopback.graph_mailbox import (
    FOLDERS,
    SETTABLE,
    Delivery,
    Mailbox,
    Message,
    folder_id,
    normalise_property_id,
)
from tests.loopback.graph_message import parse_mime, show_body, show_message
from tests.loopback.graph_query import Query, next_page, read_query, sort_key

_READ_BASIC = frozenset({"Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"})
_READ = _READ_BASIC - {"Mail.ReadBasic"}
_WRITE = frozenset({"Mail.ReadWrite"})
_SEND = frozenset({"Mail.Send"})
_NOT_KEPT = ("attachments", "extensions", "multiValueExtendedProperties")
_MOST_HEADERS = 5


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing about a request, or an answer to it, that the contract does not allow."""

    method: str
    path: str
    problem: str


@dataclass(frozen=True, slots=True)
class _Call:
    """One admitted request: whose it is and how its ids and bodies are to be written."""

    request: Request
    in_path: Mapping[str, str]
    account: Account
    scopes: frozenset[str]
    mailbox: Mailbox

    @property
    def preferences(self) -> frozenset[str]:
        """The preferences of all Prefer headers, without blanks and quotes, in small letters."""
        text = ",".join(self.request.headers.get_all("Prefer", []))
        return frozenset(re.sub(r'[\s"]', "", part).lower() for part in text.split(","))

    @property
    def wants_immutable_ids(self) -> bool:
        return "idtype=immutableid" in self.preferences

    @property
    def wants_text(self) -> bool:
        return "outlook.body-content-type=text" in self.preferences

    @property
    def folder(self) -> str | None:
        """The folder that the path names, None when it names none."""
        named = self.in_path.get("mailFolder-id")
        for name in FOLDERS if named else ():
            if named in (name, folder_id(name)):
                return name
        if named:
            raise Refused(answers.item_not_found())
        return None

    def find_message(self) -> Message:
        """Return the message that the path names, in the kind of ids that the call prefers."""
        return self.mailbox.find(
            self.in_path["message-id"], by_immutable_id=self.wants_immutable_ids
        )

    def allow(self, scopes: frozenset[str]) -> None:
        """Refuse a token that has none of these scopes, and an account without a mailbox."""
        if not self.scopes & scopes:
            raise Refused(answers.access_denied())
        if not self.account.has_mailbox:
            raise Refused(answers.no_mailbox())


class Graph:
    """The calls below /v1.0; the mailboxes are made when they are first asked for."""

    def __init__(
        self, now: Callable[[], float], admit: Callable[[str | None], AccessToken | None]
    ) -> None:
        self.contract = Contract()
        self.contract_violations: list[Violation] = []
        self.response_violations: list[Violation] = []
        """What the loopback service itself did wrong; its own tests keep this empty."""
        self.delivered: list[Delivery] = []
        self.url = ""
        self._mailboxes: dict[str, Mailbox] = {}
        self._now = now
        self._admit = admit
        self._actions: dict[str, Callable[[_Call], Response]] = {
            "me.user.GetUser": self._show_user,
            "me.user.sendMail": self._send_mail,
            "me.ListMessages": self._list,
            "me.CreateMessages": self._create,
            "me.GetMessages": self._get,
            "me.UpdateMessages": self._change,
            "me.DeleteMessages": self._delete,
            "me.messages.message.send": self._send,
            "me.mailFolders.ListMessages": self._list,
            "me.mailFolders.CreateMessages": self._create,
        }

    def mailbox_of(self, account: Account) -> Mailbox:
        """Return the account's mailbox."""
        if account.address not in self._mailboxes:
            self._mailboxes[account.address] = Mailbox(
                account.address, account.name, self._now, self.delivered.append
            )
        return self._mailboxes[account.address]

    def owner_of(self, token: str) -> str:
        """Return the address of the account whose live access token this is."""
        access = self._admit(token)
        if access is None:
            raise KeyError("nobody's token")
        return access.account.address

    def handle(self, request: Request) -> Response:
        """Answer one request; note what the contract says against it, or against the answer."""
        problems = self.contract.request_problems(request)
        self.contract_violations += _violations(request, problems)
        try:
            answer = self._execute(request, problems)
        except Refused as refused:
            answer = refused.response
        if "request-id" not in answer.headers:
            headers = {**answer.headers, "request-id": str(uuid.uuid4())}
            answer = replace(answer, headers=headers)
        wrong = self.contract.response_problems(request, answer)
        self.response_violations += _violations(request, wrong)
        return answer

    def _execute(self, request: Request, problems: list[str]) -> Response:
        token = self._admit(request.bearer)
        if token is None:
            why = () if request.bearer else ("Access token is empty.",)
            raise Refused(answers.invalid_token(*why))
        operation = self.contract.find_operation(request)
        if problems or operation is None:
            raise Refused(_refusal_for(request, problems[0]))
        mailbox = self.mailbox_of(token.account)
        call = _Call(request, operation.in_path, token.account, token.scopes, mailbox)
        return self._actions[operation.id](call)

    # -- the calls

    def _show_user(self, call: _Call) -> Response:
        if "User.Read" not in call.scopes:
            text = "Insufficient privileges to complete the operation."
            raise Refused(answers.graph_error(403, "Authorization_RequestDenied", text))
        if "$expand" in call.request.query:
            raise NotModelled("$expand of a user")
        user: dict[str, Any] = {
            "@odata.context": f"{self.url}{BASE_PATH}/$metadata#users/$entity",
            "businessPhones": [],
            "displayName": call.account.name,
            "givenName": None,
            "jobTitle": None,
            "mail": call.account.address if call.account.has_mailbox else None,
            "mobilePhone": None,
            "officeLocation": None,
            "preferredLanguage": None,
            "surname": None,
            "userPrincipalName": call.account.login,
            "id": call.account.object_id,
        }
        wanted = call.request.query.get("$select", [""])[0]
        names = {name.strip() for name in wanted.split(",")} if wanted else set(user)
        if unknown := names - user.keys():
            raise NotModelled(f"$select={sorted(unknown)} of a user")
        return Response(json={k: v for k, v in user.items() if k in names or k.startswith("@")})

    def _list(self, call: _Call) -> Response:
        query = read_query(call.request)
        call.allow(_READ if query.needs_extended else _READ_BASIC)
        call.mailbox.note_read()
        found = [
            message
            for message in call.mailbox.messages
            if call.folder in (None, message.folder) and query.predicate(message)
        ]
        for name, is_descending in reversed(query.order or (("receivedDateTime", True),)):
            found.sort(key=sort_key(name), reverse=is_descending)
        page = found[query.skip : query.skip + query.top]
        answer: dict[str, Any] = {
            "@odata.context": f"{self.url}{BASE_PATH}/$metadata#users('me')/messages",
            "value": [self._show(call, message, query) for message in page],
        }
        if query.has_count:
            answer["@odata.count"] = len(found)
        if len(found) > query.skip + query.top:
            answer["@odata.nextLink"] = next_page(call.request, query, self.url)
        return Response(json=answer, headers=_preference_applied(call))

    def _get(self, call: _Call) -> Response:
        query = read_query(call.request)
        call.allow(_READ if query.needs_extended else _READ_BASIC)
        call.mailbox.note_read()
        message = call.find_message()
        return Response(json=self._show(call, message, query), headers=_preference_applied(call))

    def _create(self, call: _Call) -> Response:
        call.allow(_WRITE)
        properties, headers, extended = _read_message(call.request)
        message = call.mailbox.create(properties, headers, extended, call.folder or "drafts")
        return Response(201, json=self._show(call, message), headers=_preference_applied(call))

    def _change(self, call: _Call) -> Response:
        call.allow(_WRITE)
        message = call.find_message()
        _check_change_key(call.request, message)
        given = call.request.json()
        if "internetMessageHeaders" in given:
            raise Refused(answers.property_not_settable("internetMessageHeaders"))
        properties, _, extended = _sort_properties(given)
        call.mailbox.change(message, properties, extended)
        return Response(json=self._show(call, message), headers=_preference_applied(call))

    def _delete(self, call: _Call) -> Response:
        call.allow(_WRITE)
        message = call.find_message()
        _check_change_key(call.request, message)
        call.mailbox.delete(message)
        return Response(204)

    def _send(self, call: _Call) -> Response:
        call.allow(_SEND)
        if call.request.headers.get("Content-Length") != "0":
            raise Refused(answers.length_required())
        message = call.find_message()
        call.mailbox.send(message)
        return Response(202)

    def _send_mail(self, call: _Call) -> Response:
        call.allow(_SEND)
        keeps_copy = True
        if call.request.headers.get_content_type() == "text/plain":
            properties, headers = parse_mime(_decode_mime(call.request))
        else:
            given = call.request.json()
            properties, headers, _ = _sort_properties(given["message"])
            keeps_copy = given.get("saveToSentItems") is not False
        call.mailbox.send_new(properties, headers, keeps_copy=keeps_copy)
        return Response(202)

    def _show(self, call: _Call, message: Message, query: Query | None = None) -> dict[str, Any]:
        """Return a message as this call wants it."""
        shown = show_message(message.properties, self.url)
        shown["id"] = message.immutable_id if call.wants_immutable_ids else message.folder_id
        shown["parentFolderId"] = folder_id(message.folder)
        if call.scopes & _READ:
            shown["body"] = show_body(shown["body"], as_text=call.wants_text)
        else:
            del shown["body"], shown["bodyPreview"]
        if query is None:
            return shown
        if query.select:
            always = ("id", "@odata.etag")
            if "internetMessageHeaders" in query.select:
                shown["internetMessageHeaders"] = message.headers
            shown = {k: v for k, v in shown.items() if k in query.select or k in always}
        expanded = [
            {"id": property_id, "value": message.extended[property_id]}
            for property_id in query.expand_ids
            if property_id in message.extended
        ]
        if expanded:
            shown["singleValueExtendedProperties"] = expanded
        return shown


def _violations(request: Request, problems: list[str]) -> list[Violation]:
    return [Violation(request.method, request.path, problem) for problem in problems]


def _refusal_for(request: Request, problem: str) -> Response:
    if problem.startswith(UNKNOWN_PROPERTY):
        return answers.unknown_property(problem.removeprefix(UNKNOWN_PROPERTY))
    if request.body and request.headers.get_content_type() == "text/plain":
        return answers.mime_not_base64()
    return answers.bad_request(problem)


def _check_change_key(request: Request, message: Message) -> None:
    wanted = request.headers.get("If-Match", "*")
    if wanted not in ("*", f'W/"{message.properties["changeKey"]}"'):
        raise Refused(answers.conflict())


def _preference_applied(call: _Call) -> Mapping[str, str]:
    if not call.wants_text:
        return {}
    return {"Preference-Applied": 'outlook.body-content-type="text"'}


def _read_message(
    request: Request,
) -> tuple[dict[str, Any], list[dict[str, str]], dict[str, str]]:
    """Return the properties, headers and extended properties of a message in a body."""
    if request.headers.get_content_type() == "text/plain":
        return *parse_mime(_decode_mime(request)), {}
    return _sort_properties(request.json())


def _decode_mime(request: Request) -> bytes:
    try:
        return base64.b64decode(request.body, validate=True)
    except binascii.Error as error:
        raise Refused(answers.mime_not_base64()) from error


def _sort_properties(
    given: Mapping[str, Any],
) -> tuple[dict[str, Any], list[dict[str, str]], dict[str, str]]:
    """Split a message's JSON into properties, headers and extended properties."""
    properties, headers, extended = {}, [], {}
    for name, value in given.items():
        if name == "internetMessageHeaders":
            headers = _check_headers(value)
        elif name == "singleValueExtendedProperties":
            for item in value:
                extended[normalise_property_id(item.get("id") or "")] = str(item.get("value") or "")
        elif name in ("from", "sender") and value is None:
            continue  # the owner's, as if it had not been given
        elif name in SETTABLE:
            properties[name] = value
        elif name in _NOT_KEPT:
            raise NotModelled(name)
        elif "@odata." not in name:
            raise Refused(answers.property_not_settable(name))
    return properties, headers, extended


def _check_headers(headers: list[dict[str, str]]) -> list[dict[str, str]]:
    """Refuse what custom headers may not be; standard ones cannot be set this way."""
    for header in headers:
        name = header.get("name") or ""
        if not name.lower().startswith("x-"):
            text = f"The internet message header name '{name}' should start with 'x-' or 'X-'."
            raise Refused(answers.graph_error(400, "InvalidInternetMessageHeader", text))
    if len(headers) > _MOST_HEADERS:
        text = f"Maximum number of headers in one message should be at most {_MOST_HEADERS}."
        raise Refused(answers.graph_error(400, "InvalidInternetMessageHeaderCollection", text))
    return headers
