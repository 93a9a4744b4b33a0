"""Outlook: what sending from a Microsoft mailbox through Graph takes that no other provider does.

Facts behind each choice stand in docs/provider-quirks.md. Graph says yes (202) before anything has
happened, so a draft that stands proves nothing until `settle_seconds` have passed; what proves that
a mail went is its copy, found by id, by the send key or by Message-ID, in that order.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from providers import mime, wire
from providers.base import (
    Access,
    DeviceFlow,
    Draft,
    Flow,
    Grant,
    Mail,
    OpenMailbox,
    Pace,
    Provider,
    Receipt,
    Seen,
    Sight,
    Trace,
)
from providers.errors import Rejected, SignInAgain, TryLater
from providers.graph import Graph

if TYPE_CHECKING:
    from providers.outlook_sign_in import Registration, Tokens

COMMON = "https://login.microsoftonline.com/common"
"""The authority for work, school and personal accounts alike."""

CONSENT_PAGE = "https://account.live.com/consent/Manage"
"""Where users of personal accounts end what they have allowed."""

APPS_PAGE = "https://myapps.microsoft.com"
"""The same for work and school accounts."""

KEY_PROPERTY = "String {4b0cc0b1-6f1c-4f0c-9b3e-8f6f5f3b8f0a} Name SendKey"
"""The named property that carries the send key. The GUID is ours and must never change."""

_PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FIELDS = "id,isDraft,subject,body,toRecipients,ccRecipients,bccRecipients,internetMessageId"


@dataclass(frozen=True, slots=True)
class OutlookSettings:
    """`client_id` is that of an app registration; the rest has Microsoft's own values.

    `client_secret` is for sign-ins that end at a page on the web.
    """

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    authority: str = COMMON
    graph_endpoint: str = "https://graph.microsoft.com/v1.0"
    ca_bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class ClientFile:
    """What a friend or an office hands out so that others can sign in with their registration."""

    client_id: str
    authority: str | None = None
    client_secret: str | None = field(default=None, repr=False)


def read_client_file(path: Path) -> ClientFile:
    """Read {"client_id": ...}, which may hold the other fields, too, or a bare id.

    Raises:
        Rejected: it is neither.

    """
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except FileNotFoundError as error:
        raise Rejected("client-file-missing", f"There is no client file {path}.") from error
    except (OSError, ValueError) as error:
        raise Rejected("client-file-unreadable", f"{path} cannot be read.") from error
    try:
        data = json.loads(text)
    except ValueError:
        data = {"client_id": text}
    client_id = data.get("client_id") if isinstance(data, dict) else None
    if not isinstance(client_id, str) or not _GUID.fullmatch(client_id):
        detail = (
            f'{path} holds no client id: it must be {{"client_id": "…"}} or the id alone, 32 '
            "digits and letters with dashes."
        )
        raise Rejected("client-file-wrong-kind", detail)
    authority = data.get("authority")
    if authority is not None and not str(authority).startswith("https://"):
        raise Rejected("client-file-insecure", f"authority in {path} must begin with https://.")
    client_secret = data.get("client_secret")
    if client_secret is not None and not (isinstance(client_secret, str) and client_secret):
        raise Rejected("client-file-wrong-kind", f"client_secret in {path} is not one.")
    return ClientFile(client_id, authority, client_secret)


class Outlook(Provider):
    """Outlook.com, Microsoft 365 and Exchange Online, through Microsoft Graph."""

    name: ClassVar[str] = "outlook"
    accesses: ClassVar[tuple[Access, ...]] = (Access.SEND_ONLY, Access.DRAFTS)
    settle_seconds: ClassVar[float] = 900.0
    pace: ClassVar[Pace | None] = Pace(per_minute=25, per_day=250)
    """Of 30 messages a minute and 10,000 readers a day in Exchange Online.

    As Microsoft's staff say, https://learn.microsoft.com/answers/questions/2258712 (2026-11). What
    Outlook.com allows is not published, and less for new accounts, hence so few a day.
    """
    is_remote: ClassVar[bool] = True

    def __init__(self, settings: OutlookSettings) -> None:
        self._settings = settings

    def begin_sign_in(
        self, access: Access, redirect_uri: str, state: str, *, login_hint: str | None = None
    ) -> Flow:
        """See `Provider`; also raise `TryLater` when Microsoft cannot be reached."""
        return self._registration().begin(access, redirect_uri, state, login_hint)

    def finish_sign_in(self, flow: Flow, answer_url: str, access: Access) -> Grant:
        """See `Provider`; also raise `Rejected` when the account has no mailbox."""
        return self._first_grant(self._registration().finish(flow, answer_url, access), access)

    def begin_device_sign_in(self, access: Access) -> DeviceFlow:
        """Ask for a code that the user types on another device, which has a browser."""
        return self._registration().begin_device(access)

    def finish_device_sign_in(
        self, device_flow: DeviceFlow, access: Access, give_up: Callable[[], bool]
    ) -> Grant:
        """Wait until the user has typed the code; raise as `finish_sign_in` does.

        Blocks, asking Microsoft every few seconds and `give_up` every second. After a `TryLater`
        it may be called again with the same flow.
        """
        tokens = self._registration().finish_device(device_flow, access, give_up)
        return self._first_grant(tokens, access)

    def refresh(self, secret: str) -> Grant:
        """See `Provider`. The secret changes each time and has to be stored each time."""
        kept = _read_secret(secret)
        tokens = self._registration(kept["client_id"], kept["authority"]).refresh(
            kept["cache"],
            Access(kept["access"]),
            is_confidential=kept.get("is_confidential", False),
        )
        return _grant({**kept, "cache": tokens.cache}, tokens)

    def revoke(self, secret: str) -> str | None:
        """See `Provider`. Microsoft lets no app end a grant: the page is all there is."""
        try:
            is_personal = _read_secret(secret)["tenant"] == _PERSONAL_TENANT
        except SignInAgain:
            return APPS_PAGE
        return CONSENT_PAGE if is_personal else APPS_PAGE

    def open(self, access_token: str, address: str) -> "OutlookMailbox":
        """See `Provider`."""
        session = wire.open_session(self._settings.ca_bundle, token=access_token)
        return OutlookMailbox(session, self._settings.graph_endpoint, address)

    def _registration(
        self, client_id: str | None = None, authority: str | None = None
    ) -> "Registration":
        from providers.outlook_sign_in import Registration

        return Registration(
            client_id or self._settings.client_id,
            authority or self._settings.authority,
            self._settings.ca_bundle,
            self._settings.client_secret,
        )

    def _first_grant(self, tokens: "Tokens", access: Access) -> Grant:
        """Make the grant of a fresh sign-in: Graph says which mailbox it is, and that it is one."""
        with wire.open_session(self._settings.ca_bundle, token=tokens.access_token) as session:
            graph = Graph(session, self._settings.graph_endpoint)
            me = graph.get("/me", select="id,displayName,mail,userPrincipalName")
            if access is Access.DRAFTS:
                graph.get("/me/mailFolders/drafts/messages", select="id", top="1")
        address = me.get("mail") or me.get("userPrincipalName")
        if not address:
            raise Rejected("no-mailbox", "This Microsoft account has no mailbox.")
        claims = tokens.claims
        secret = {
            "client_id": self._settings.client_id,
            "authority": self._settings.authority,
            "access": access.value,
            "address": address,
            "account_id": claims.get("oid") or me.get("id") or "",
            "name": me.get("displayName") or claims.get("name") or "",
            "tenant": claims.get("tid") or "",
            "cache": tokens.cache,
            "is_confidential": tokens.is_confidential,
        }
        return _grant(secret, tokens)


class OutlookMailbox(OpenMailbox):
    """One mailbox of Outlook, opened with a bare access token."""

    def __init__(self, session: wire.Session, endpoint: str, address: str) -> None:
        self._session = session
        self._endpoint = endpoint
        self._graph = Graph(session, endpoint)
        self._address = address

    def create_draft(self, mail: Mail, send_key: str) -> Draft:
        """See `OpenMailbox`. A reply carries the key in its Message-ID, all else in a property."""
        if mail.in_reply_to:
            return _draft_from(self._graph.post("/me/messages", **self._as_mime(mail, send_key)))
        keyed = {"singleValueExtendedProperties": [{"id": KEY_PROPERTY, "value": send_key}]}
        return _draft_from(self._graph.post("/me/messages", json={**_as_json(mail), **keyed}))

    def read_draft(self, draft_id: str) -> Draft | None:
        """See `OpenMailbox`. A draft that the user deleted keeps its id; it counts as gone."""
        draft = self._fetch(draft_id)
        if draft is None or not draft.is_standing:
            return draft
        return None if self._is_deleted(draft) else draft

    def find_draft(self, send_key: str) -> Draft | None:
        """See `OpenMailbox`."""
        own_id = mime.message_id_from(send_key, self._address)
        for condition in (_has_key(send_key), _is_message(own_id)):
            for draft in self._find("/me/mailFolders/drafts/messages", condition):
                if draft.is_standing:
                    return draft
        return None

    def send_draft(self, draft_id: str) -> Receipt:
        """See `OpenMailbox`."""
        self._graph.send(f"{_path_of(draft_id)}/send")
        return Receipt()

    def delete_draft(self, draft_id: str) -> None:
        """See `OpenMailbox`. A sent mail keeps its draft's id and must not be deleted."""
        draft = self.read_draft(draft_id)
        if draft is None or not draft.is_standing:
            return
        try:
            self._graph.delete(_path_of(draft_id))
        except Rejected as error:
            if error.code != "not-found":
                raise

    def send(self, mail: Mail, send_key: str) -> Receipt:
        """See `OpenMailbox`. Only a reply can carry the send key here, in its Message-ID."""
        if mail.in_reply_to:
            self._graph.send("/me/sendMail", **self._as_mime(mail, send_key))
            return Receipt(message_id=mime.message_id_from(send_key, self._address))
        self._graph.send("/me/sendMail", json={"message": _as_json(mail), "saveToSentItems": True})
        return Receipt()

    def look(self, trace: Trace) -> Seen:
        """See `OpenMailbox`. Without an id of anything nothing is asked: it was sent blindly.

        A draft in Deleted Items proves nothing: who threw it away may have seen that it went.
        """
        if trace.draft_id is None and trace.message_id is None:
            return Seen(Sight.UNKNOWN)
        found = list(self._sightings(trace))
        for draft in found:
            if not draft.is_standing:
                return Seen(Sight.SENT, "sent-copy", draft.id, draft.message_id)
        for draft in {each.id: each for each in found}.values():
            if not self._is_deleted(draft):
                return Seen(Sight.STANDING, message_id=draft.message_id)
        return Seen(Sight.UNKNOWN)

    def heard_at(self) -> datetime | None:
        """See `OpenMailbox`."""
        return self._session.heard_at

    def ask_time(self) -> datetime | None:
        """See `OpenMailbox`."""
        return self._session.ask_time(self._endpoint)

    def close(self) -> None:
        """See `OpenMailbox`."""
        self._session.close()

    def _sightings(self, trace: Trace) -> Iterable[Draft]:
        """Find the mail of an attempt wherever it lies, up to the first sent copy.

        The key is searched for although the draft stands: a sent copy beside it is proof enough.
        """
        conditions = [_has_key(trace.send_key)]
        if trace.message_id:
            conditions.append(_is_message(trace.message_id))
        draft = self._fetch(trace.draft_id) if trace.draft_id else None
        if draft is not None:
            yield draft
        for condition in conditions:
            if draft is None or draft.is_standing:
                yield from self._find("/me/messages", condition)

    def _fetch(self, draft_id: str) -> Draft | None:
        try:
            return _draft_from(self._graph.get(_path_of(draft_id), select=_FIELDS))
        except Rejected as error:
            if error.code != "not-found":
                raise
            return None

    def _is_deleted(self, draft: Draft) -> bool:
        """Whether a draft lies in Deleted Items, where it keeps its id."""
        deleted = self._find("/me/mailFolders/deleteditems/messages", _is_message(draft.message_id))
        return any(item.id == draft.id for item in deleted)

    def _find(self, path: str, condition: str) -> list[Draft]:
        answer = self._graph.get(path, filter=condition, select=_FIELDS, top="10")
        return [_draft_from(item) for item in answer.get("value", ())]

    def _as_mime(self, mail: Mail, send_key: str) -> dict[str, Any]:
        """Return a mail as a reply has to be: JSON has no way to name the mail it answers."""
        message_id = mime.message_id_from(send_key, self._address)
        raw = mime.write(mail, {"Message-ID": message_id})
        return {"data": base64.b64encode(raw), "headers": {"Content-Type": "text/plain"}}


def _as_json(mail: Mail) -> dict[str, Any]:
    """Return a mail as a message of Graph's. The name in From is the account's own."""
    mime.check(mail)
    reader = {"name": mail.to_name, "address": mime.wire_address(mail.to_address)}
    return {
        "subject": mail.subject,
        "body": {"contentType": "text", "content": mail.body},
        "toRecipients": [{"emailAddress": reader}],
    }


def _draft_from(item: Mapping[str, Any]) -> Draft:
    body = item.get("body") or {}
    text = str(body.get("content") or "")
    if not isinstance(item.get("id"), str) or not isinstance(item.get("isDraft"), bool):
        raise TryLater("unreadable-answer", "Microsoft's answer could not be read.")
    return Draft(
        id=item["id"],
        is_standing=item["isDraft"],
        subject=str(item.get("subject") or ""),
        body=mime.tidy(mime.text_of_html(text) if body.get("contentType") == "html" else text),
        recipients=tuple(_recipients_in(item)),
        message_id=item.get("internetMessageId"),
    )


def _recipients_in(item: Mapping[str, Any]) -> Iterable[str]:
    for kind in ("toRecipients", "ccRecipients", "bccRecipients"):
        for recipient in item.get(kind) or ():
            yield str((recipient.get("emailAddress") or {}).get("address") or "")


def _path_of(draft_id: str) -> str:
    return f"/me/messages/{quote(draft_id, safe='')}"


def _has_key(send_key: str) -> str:
    return (
        f"singleValueExtendedProperties/Any(ep: ep/id eq {_literal(KEY_PROPERTY)} "
        f"and ep/value eq {_literal(send_key)})"
    )


def _is_message(message_id: str | None) -> str:
    return f"internetMessageId eq {_literal(message_id or '')}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_secret(secret: str) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(secret)
        for name in ("client_id", "authority", "access", "address", "cache", "tenant"):
            kept[name].encode()
        Access(kept["access"])
    except (ValueError, KeyError, TypeError, AttributeError):
        detail = "The stored sign-in cannot be read; sign in again."
        raise SignInAgain("grant-unreadable", detail) from None  # the cause would quote it
    return kept


def _grant(kept: Mapping[str, Any], tokens: "Tokens") -> Grant:
    return Grant(
        address=kept["address"],
        account_id=kept.get("account_id", ""),
        name=kept.get("name", ""),
        scopes=tokens.scopes,
        secret=json.dumps(kept),
        access_token=tokens.access_token,
        expires_at=tokens.expires_at,
    )
