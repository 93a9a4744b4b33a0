"""The forms of an Outlook message: from MIME, to MIME, and as the JSON that Graph shows.

Works on a message's properties under their Graph names; ids and folders are left to `graph`.
"""

import html
from collections.abc import Iterable, Mapping
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import formataddr, getaddresses
from html.parser import HTMLParser
from typing import Any

READERS = {"To": "toRecipients", "Cc": "ccRecipients", "Bcc": "bccRecipients"}

_PREVIEW_LENGTH = 255


def parse_mime(content: bytes) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the properties and headers of a MIME message; its From is not looked at."""
    mime = message_from_bytes(content, policy=default)
    part = mime.get_body(("plain", "html"))
    is_html = part is not None and part.get_content_type() == "text/html"
    properties: dict[str, Any] = {
        "subject": str(mime.get("Subject", "")),
        "body": {
            "contentType": "html" if is_html else "text",
            "content": part.get_content() if part is not None else "",
        },
        "toRecipients": _recipients(mime, "To"),
        "ccRecipients": _recipients(mime, "Cc"),
        "bccRecipients": _recipients(mime, "Bcc"),
        "replyTo": _recipients(mime, "Reply-To"),
    }
    if "Message-ID" in mime:
        properties["internetMessageId"] = str(mime["Message-ID"]).strip()
    headers = [
        {"name": name, "value": str(value)}
        for name, value in mime.items()
        if name.lower().startswith("x-") or name.lower() in ("in-reply-to", "references")
    ]
    return properties, headers


def make_mail(
    properties: Mapping[str, Any], headers: Iterable[Mapping[str, str]], sent_at: datetime
) -> EmailMessage:
    """Return the mail as its readers get it, without Bcc."""
    mail = EmailMessage()
    mail["From"] = _format([properties["from"]])
    for name in ("To", "Cc"):
        if properties[READERS[name]]:
            mail[name] = _format(properties[READERS[name]])
    if properties["replyTo"]:
        mail["Reply-To"] = _format(properties["replyTo"])
    mail["Subject"] = properties["subject"] or ""
    mail["Date"] = sent_at
    mail["Message-ID"] = properties["internetMessageId"]
    for header in headers:
        mail[header["name"]] = header["value"]
    body = properties["body"] or {}
    is_html = body.get("contentType") == "html"
    text = str(body.get("content") or "").replace("\r\n", "\n")
    mail.set_content(text, subtype="html" if is_html else "plain")
    return mail


def address_of(recipient: Mapping[str, Any] | None) -> str:
    """Return the bare address of a recipient, "" when it has none."""
    return str(((recipient or {}).get("emailAddress") or {}).get("address") or "")


def sender_of(mail: EmailMessage) -> dict[str, Any]:
    """Return the mail's From as a recipient."""
    return _recipients(mail, "From")[0]


def name_of(recipient: Mapping[str, Any]) -> str:
    """Return the name of a recipient, "" when it has none."""
    return str((recipient.get("emailAddress") or {}).get("name") or "")


def show_message(properties: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Return a message's JSON without what depends on the request: id, folder, form of the body."""
    body = properties["body"] or {"contentType": "text", "content": ""}
    return {
        "@odata.context": f"{url}/v1.0/$metadata#users('me')/messages/$entity",
        "@odata.etag": f'W/"{properties["changeKey"]}"',
        "id": "",
        **properties,
        "parentFolderId": "",
        "bodyPreview": " ".join(_text_of(body).split())[:_PREVIEW_LENGTH],
        "webLink": f"{url}/owa/",
        "body": body,
    }


def show_body(body: dict[str, Any], *, as_text: bool) -> dict[str, Any]:
    """Return a body as text with CRLF, or as HTML, which is the default of the service."""
    if as_text:
        text = _text_of(body).replace("\r\n", "\n").replace("\n", "\r\n")
        return {"contentType": "text", "content": text}
    if body.get("contentType") == "html":
        return body
    lines = html.escape(_text_of(body)).replace("\r\n", "\n").replace("\n", "<br>\r\n")
    return {
        "contentType": "html",
        "content": f'<html><head>\r\n<meta charset="utf-8"></head><body>\r\n{lines}</body></html>',
    }


def _format(recipients: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(formataddr((name_of(one), address_of(one))) for one in recipients)


def _recipients(mime: EmailMessage, name: str) -> list[dict[str, Any]]:
    return [
        {"emailAddress": {"name": reader or address, "address": address}}
        for reader, address in getaddresses([str(value) for value in mime.get_all(name, [])])
    ]


def _text_of(body: dict[str, Any]) -> str:
    content = str(body.get("content") or "")
    if body.get("contentType") != "html":
        return content
    reader = _TextOfHtml()
    reader.feed(content)
    return "".join(reader.parts).strip()


class _TextOfHtml(HTMLParser):
    """Gathers the text of HTML, a line for each line break and block."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new line at a line break."""
        del attrs
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Begin a new line after a block, unless its text has ended in a line break already."""
        if tag in ("p", "div") and self.parts[-1:] != ["\n"]:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the text; line breaks in the source are blanks."""
        self.parts.append(data.replace("\r\n", "\n").replace("\n", " "))
