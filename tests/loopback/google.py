"""The loopback Google: sign-in and Gmail on one HTTPS server, and the hands of a test on it.

`LoopbackGoogle(authority)` in a `with` statement serves one Cloud project with one Desktop client.
Accounts are made with `add_account`. What the owner of an account does in a browser is a method
here; what the owner does on the consent page is set on the `Account`, how the mailbox behaves on
the `Mailbox`. `python -m tests.loopback.google --help` serves it as a process of its own, with
the same hands below /_test/.
"""

import argparse
import json
import secrets
import tempfile
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

from tests.loopback import gmail_mime as mime
from tests.loopback import google_answers as answers
from tests.loopback.exchange import Request, Response
from tests.loopback.gmail import Gmail
from tests.loopback.gmail_contract import Contract
from tests.loopback.gmail_mailbox import Delivery, Mailbox, StoredMessage
from tests.loopback.google_answers import Refused
from tests.loopback.google_grants import Account, Client
from tests.loopback.google_oauth import GoogleOAuth
from tests.loopback.server import Authority, LoopbackServer
from tests.loopback.standalone import serve

__all__ = ["Account", "Authority", "Delivery", "LoopbackGoogle", "Mailbox", "answers"]

_PROJECT_NUMBER = "123456789012"
_PROJECT_ID = "call-back-loopback"


class LoopbackGoogle(LoopbackServer):
    """Google's sign-in and the Gmail API."""

    def __init__(
        self,
        authority: Authority,
        *,
        port: int = 0,
        has_admin: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(authority, port=port, has_admin=has_admin)
        self._real_now = now
        self._advanced_seconds = 0.0
        contract = Contract()
        self.oauth = GoogleOAuth(self._now, contract.scopes)
        self.gmail = Gmail(contract, self.oauth)
        self.client = self._add_client("installed", ("http://localhost",))

    def handle(self, request: Request) -> Response:
        """Answer as Google's sign-in or as the Gmail API, by path."""
        try:
            if request.path.startswith(("/gmail/", "/upload/", "/resumable/", "/batch")):
                return self.gmail.handle(request)
            return self.oauth.handle(request)
        except Refused as refusal:
            return refusal.response

    def add_account(
        self, address: str, *, name: str = "Kim Candidate", hosted_domain: str | None = None
    ) -> Account:
        """Make an account with an empty mailbox; the first one made is the one in the browser."""
        with self.lock:
            subject = f"1{secrets.randbelow(10**20):020d}"
            account = Account(address, subject, name, hosted_domain)
            self.oauth.accounts[address] = account
            self.gmail.mailboxes[address] = Mailbox(address, self._now_as_datetime)
            return account

    def mailbox(self, address: str) -> Mailbox:
        """Return the account's mailbox; use it under `lock` while clients are at work."""
        return self.gmail.mailboxes[address]

    @property
    def delivered(self) -> tuple[Delivery, ...]:
        """Every mail that left any account, in order, whatever the client was told."""
        with self.lock:
            deliveries = [d for box in self.gmail.mailboxes.values() for d in box.deliveries]
            return tuple(sorted(deliveries, key=lambda delivery: delivery.at))

    @property
    def issued_secrets(self) -> frozenset[str]:
        """Every code and token ever handed out, and the client's secret."""
        with self.lock:
            return frozenset({*self.oauth.grants.issued, self.client.secret})

    def drafts(self, address: str) -> dict[str, StoredMessage]:
        """Return the account's unsent drafts by id, oldest first."""
        with self.lock:
            mailbox = self.mailbox(address)
            return {key: mailbox.messages[value] for key, value in mailbox.drafts.items()}

    def edit_draft(
        self,
        address: str,
        draft_id: str,
        *,
        subject: str | None = None,
        body: str | None = None,
        to: str | None = None,
        keeps_custom_headers: bool = True,
    ) -> None:
        """Edit a draft as on Gmail's web page: its text becomes text and HTML.

        Whether X- headers outlive such an edit is not documented: both can be had.
        """
        with self.lock:
            mailbox = self.mailbox(address)
            mail = mailbox.standing_draft(draft_id).mail
            raw = mime.edited(mail, subject, body, to).as_bytes()
            if not keeps_custom_headers:
                raw = mime.without_custom_headers(raw)
            mailbox.replace_draft(draft_id, raw, None)
            self._changed.notify_all()

    def delete_draft(self, address: str, draft_id: str) -> None:
        """Discard a draft as on Gmail's web page."""
        with self.lock:
            self.mailbox(address).delete_draft(draft_id)

    def send_draft_by_hand(self, address: str, draft_id: str) -> None:
        """Press Send on a draft on Gmail's web page."""
        with self.lock:
            self.mailbox(address).send_draft(draft_id, "hand")
            self._changed.notify_all()

    def receive(self, address: str, mail: EmailMessage) -> StoredMessage:
        """Let a mail from somebody else arrive in the account's inbox."""
        with self.lock:
            return self.mailbox(address).receive(mail.as_bytes())

    def revoke_grants(self, address: str) -> None:
        """Take away the app's access on the account's page of connected apps."""
        with self.lock:
            for grant in self.oauth.grants.of(address):
                self.oauth.grants.end(grant, "revoked")

    def change_password(self, address: str) -> None:
        """Change the account's password, which ends grants with Gmail's scopes."""
        with self.lock:
            for grant in self.oauth.grants.of(address):
                if any("gmail" in scope or "mail.google" in scope for scope in grant.scopes):
                    self.oauth.grants.end(grant, "password changed", keeps_consent=True)

    def set_scopes(self, address: str, scopes: Collection[str]) -> None:
        """Let the account's grants and their tokens have just these scopes from now on."""
        with self.lock:
            self.oauth.grants.set_scopes(address, scopes)

    def owner_of(self, token: str) -> str:
        """Return the address of the account whose live access token this is."""
        with self.lock:
            return self.oauth.admit(token)[0].address

    def expire_access_tokens(self) -> None:
        """Let every access token of this moment be expired."""
        with self.lock:
            self.oauth.grants.expire_access_tokens()

    def advance(self, by: timedelta) -> None:
        """Put this server's clock forward: codes and tokens run out, Testing grants end."""
        with self.lock:
            self._advanced_seconds += by.total_seconds()

    def client_file(
        self,
        path: Path,
        kind: Literal["installed", "web"] = "installed",
        page: str = "https://app.example/oauth/callback",
    ) -> Path:
        """Write the client as the Google console hands it out, and return `path`.

        `page` is the redirect address of one for the web.
        """
        with self.lock:
            client = self._add_client("web", (page,)) if kind == "web" else self.client
        data: dict[str, Any] = {
            "client_id": client.id,
            "project_id": _PROJECT_ID,
            "auth_uri": f"{self.url}/o/oauth2/auth",
            "token_uri": f"{self.url}/token",
            "auth_provider_x509_cert_url": f"{self.url}/oauth2/v1/certs",
            "client_secret": client.secret,
            "redirect_uris": list(client.redirect_uris),
        }
        if kind == "web":
            data["javascript_origins"] = ["https://app.example"]
        path.write_text(json.dumps({kind: data}), "utf-8")
        return path

    def service_account_file(self, path: Path) -> Path:
        """Write the key of a service account, which is no OAuth client, and return `path`."""
        name = f"robot@{_PROJECT_ID}.iam.gserviceaccount.com"
        data = {
            "type": "service_account",
            "project_id": _PROJECT_ID,
            "private_key_id": secrets.token_hex(20),
            "private_key": self.oauth.key.private_pem(),
            "client_email": name,
            "client_id": f"1{secrets.randbelow(10**20):020d}",
            "auth_uri": f"{self.url}/o/oauth2/auth",
            "token_uri": f"{self.url}/token",
            "auth_provider_x509_cert_url": f"{self.url}/oauth2/v1/certs",
            "client_x509_cert_url": f"{self.url}/robot/v1/metadata/x509/{name}",
            "universe_domain": "googleapis.com",
        }
        path.write_text(json.dumps(data), "utf-8")
        return path

    def handle_admin(self, request: Request) -> Response | None:
        """Answer the hands of a test in another process; a wrong name or value is a crash there."""
        match (request.method, *request.segments[1:]):
            case ("GET", "delivered"):
                return Response(json=[_delivery_as_json(d) for d in self.delivered])
            case ("POST", "advance"):
                self.advance(timedelta(seconds=request.json()["seconds"]))
            case ("POST", "expire-access-tokens"):
                self.expire_access_tokens()
            case ("POST", "accounts", address):
                account = self.oauth.accounts.get(address) or self.add_account(address)
                for name, value in request.json().items():
                    _set_known(account, name, frozenset(value) if name == "unticks" else value)
            case ("POST", "mailboxes", address):
                for name, value in request.json().items():
                    _set_known(self.mailbox(address), name, value)
            case ("POST", "accounts", address, "revoke"):
                self.revoke_grants(address)
            case ("POST", "sign-in", address):
                self.oauth.signs_in = address
            case _:
                return None
        return Response(json={})

    def _add_client(self, kind: str, redirect_uris: tuple[str, ...]) -> Client:
        client_id = f"{_PROJECT_NUMBER}-{secrets.token_hex(8)}.apps.googleusercontent.com"
        client = Client(client_id, f"GOCSPX-{secrets.token_urlsafe(21)}", kind, redirect_uris)
        self.oauth.clients[client_id] = client
        return client

    def _now(self) -> float:
        return self._real_now() + self._advanced_seconds

    def _now_as_datetime(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def _set_known(thing: Account | Mailbox, name: str, value: object) -> None:
    """Change an attribute that is there already."""
    getattr(thing, name)
    setattr(thing, name, value)


def _delivery_as_json(delivery: Delivery) -> dict[str, object]:
    return {
        "account": delivery.account,
        "at": delivery.at.isoformat(),
        "from": delivery.sender,
        "to": list(delivery.recipients),
        "by": delivery.by,
        "id": delivery.id,
        "draft_id": delivery.draft_id,
        "mail": delivery.mail.as_string(),
    }


def main() -> None:
    """Serve until SIGTERM; with --print-url, print url, ca_bundle and client_file as JSON first."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--folder", type=Path, help="where the CA and the client file are kept")
    parser.add_argument("--account", action="append", default=[], help="address; may be repeated")
    parser.add_argument("--testing", action="store_true", help='publishing status "Testing"')
    parser.add_argument("--print-url", action="store_true", help="say where it serves")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        google = LoopbackGoogle(Authority(folder), port=options.port, has_admin=True)
        google.oauth.grants.is_testing = options.testing
        for address in options.account or ["candidate@example.com"]:
            google.add_account(address)
        with google:
            client_file = google.client_file(folder / "google-client.json")
            serve(google, {"client_file": str(client_file)}, prints=options.print_url)


if __name__ == "__main__":
    main()
