"""The loopback Microsoft: sign-in and Graph mail on one HTTPS server, and a test's hands on it.

`LoopbackMicrosoft(authority)` in a `with` statement serves one public client. Accounts are made
with `add_account`. What the owner of an account does in Outlook or on a device's page is a method
here; what the owner does on the consent page is set on the `Account`, how the mailbox behaves on
the `Mailbox`. `python -m tests.loopback.microsoft --help` serves it as a process of its own, with
the same hands below /_test/.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from tests.loopback import entra_answers, graph_answers
from tests.loopback.entra import CLIENT_ID, CONFIDENTIAL_ID, Entra
from tests.loopback.entra_accounts import Account
from tests.loopback.exchange import Request, Response
from tests.loopback.graph import Graph, Violation
from tests.loopback.graph_contract import BASE_PATH
from tests.loopback.graph_mailbox import Delivery, Mailbox, Message
from tests.loopback.server import Authority, LoopbackServer
from tests.loopback.standalone import serve

__all__ = [
    "CLIENT_ID",
    "Account",
    "Authority",
    "Delivery",
    "LoopbackMicrosoft",
    "Mailbox",
    "Message",
    "entra_answers",
    "graph_answers",
]

_SETS = ("unticks", "admin_consented")


class LoopbackMicrosoft(LoopbackServer):
    """Entra's sign-in and the mail part of Microsoft Graph."""

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
        self.entra = Entra(self._now)
        self.graph = Graph(self._now, self.entra.tokens.live_access)
        self.client_id = CLIENT_ID

    def handle(self, request: Request) -> Response:
        """Answer as Graph or as Entra, by path."""
        self.entra.url = self.graph.url = self.url
        if request.path.startswith(f"{BASE_PATH}/"):
            return self.graph.handle(request)
        return self.entra.handle(request)

    @property
    def graph_endpoint(self) -> str:
        """The address that stands for https://graph.microsoft.com/v1.0."""
        return f"{self.url}{BASE_PATH}"

    def authority_url(self, tenant: str = "common") -> str:
        """Return the address that stands for https://login.microsoftonline.com/{tenant}."""
        return f"{self.url}/{tenant}"

    def owner_of(self, token: str) -> str:
        """Return the address of the account whose live access token this is."""
        with self.lock:
            return self.graph.owner_of(token)

    def client_file(self, path: Path, page: str) -> Path:
        """Write the confidential client, whose sign-ins end at a page on the web; return `path`."""
        with self.lock:
            self.entra.page = page
            data = {
                "client_id": CONFIDENTIAL_ID,
                "authority": self.authority_url(),
                "client_secret": self.entra.secret,
            }
        path.write_text(json.dumps(data), "utf-8")
        return path

    def add_account(
        self,
        address: str,
        *,
        name: str = "Kim Candidate",
        is_work: bool = False,
        login: str = "",
        has_mailbox: bool = True,
    ) -> Account:
        """Make an account with an empty mailbox; the first one made is the one in the browser."""
        with self.lock:
            account = Account(address, name, is_work, login, has_mailbox)
            self.entra.accounts[address.lower()] = account
            return account

    def account(self, address: str) -> Account:
        """Return the account; change it under `lock` while clients are at work."""
        return self.entra.accounts[address.lower()]

    def mailbox(self, address: str) -> Mailbox:
        """Return the account's mailbox; change it under `lock` while clients are at work."""
        return self.graph.mailbox_of(self.account(address))

    @property
    def delivered(self) -> tuple[Delivery, ...]:
        """Every mail that left any account, in order, whatever the client was told."""
        with self.lock:
            return tuple(self.graph.delivered)

    @property
    def issued_secrets(self) -> frozenset[str]:
        """Every code and token ever handed out."""
        with self.lock:
            return frozenset(self.entra.tokens.issued)

    @property
    def contract_violations(self) -> tuple[Violation, ...]:
        """Everything that any request to Graph did against the contract."""
        with self.lock:
            return tuple(self.graph.contract_violations)

    def drafts(self, address: str) -> dict[str, Message]:
        """Return what stands in the account's Drafts, queued or not, by immutable id."""
        with self.lock:
            messages = self.mailbox(address).messages
            return {m.immutable_id: m for m in messages if m.folder == "drafts"}

    def settle(self) -> None:
        """Let every message whose sending was accepted move to Sent Items."""
        with self.lock:
            for account in self.entra.accounts.values():
                self.graph.mailbox_of(account).settle()
            self._changed.notify_all()

    def edit_draft(
        self,
        address: str,
        draft_id: str,
        *,
        subject: str | None = None,
        body: str | None = None,
        to: str | None = None,
    ) -> None:
        """Edit a draft as in Outlook on the web: its text becomes HTML."""
        with self.lock:
            message = self._draft(address, draft_id)
            self.mailbox(address).edit_by_hand(message, subject, body, to)
            self._changed.notify_all()

    def delete_draft(self, address: str, draft_id: str, *, for_good: bool = False) -> None:
        """Delete a draft as in Outlook: it is moved to Deleted Items, or removed from there too."""
        with self.lock:
            message = self._draft(address, draft_id)
            for _ in range(2 if for_good else 1):
                self.mailbox(address).delete(message)
            self._changed.notify_all()

    def send_draft_by_hand(
        self, address: str, draft_id: str, *, changes_message_id: bool = False
    ) -> None:
        """Press Send on a draft in Outlook; the classic desktop one changes the Message-ID."""
        with self.lock:
            message = self._draft(address, draft_id)
            self.mailbox(address).send_by_hand(message, changes_message_id=changes_message_id)
            self._changed.notify_all()

    def receive(self, address: str, mail: EmailMessage) -> Message:
        """Let a mail from somebody else arrive in the account's inbox."""
        with self.lock:
            return self.mailbox(address).receive(mail)

    def approve_device(self, user_code: str, address: str) -> None:
        """Type a device's code elsewhere, sign in and do as the account does on consent pages."""
        with self.lock:
            self.entra.approve_device(user_code, self.account(address))

    def revoke_grants(self, address: str) -> None:
        """End every refresh token of the account, as a new password or an administrator does."""
        with self.lock:
            self.account(address).revocations += 1

    def withdraw_consent(self, address: str) -> None:
        """Take away the app's permissions on the account's page of apps."""
        with self.lock:
            self.account(address).consented.clear()

    def set_scopes(self, address: str, scopes: Collection[str]) -> None:
        """Let the account's consent and its access tokens be for just these scopes from now on."""
        with self.lock:
            self.entra.tokens.set_scopes(self.account(address), scopes)

    def expire_access_tokens(self) -> None:
        """Let every access token of this moment be expired."""
        with self.lock:
            self.entra.tokens.expire_access_tokens()

    def advance(self, by: timedelta) -> None:
        """Put this server's clock forward: codes and tokens run out."""
        with self.lock:
            self._advanced_seconds += by.total_seconds()

    def handle_admin(self, request: Request) -> Response | None:
        """Answer the hands of a test in another process; a wrong name or value is a crash there."""
        match (request.method, *request.segments[1:]):
            case ("GET", "delivered"):
                return Response(json=[_delivery_as_json(d) for d in self.delivered])
            case ("GET", "contract-violations"):
                return Response(
                    json=[[v.method, v.path, v.problem] for v in self.contract_violations]
                )
            case ("POST", "advance"):
                self.advance(timedelta(seconds=request.json()["seconds"]))
            case ("POST", "expire-access-tokens"):
                self.expire_access_tokens()
            case ("POST", "settle"):
                self.settle()
            case ("POST", "devices", user_code):
                self.approve_device(user_code, request.json()["address"])
            case ("POST", subject, address, *rest):
                return self._change_by_hand(subject, address, rest, request)
            case _:
                return None
        return Response(json={})

    def _change_by_hand(
        self, subject: str, address: str, rest: list[str], request: Request
    ) -> Response | None:
        match (subject, *rest):
            case ("accounts",):
                if address.lower() not in self.entra.accounts:
                    self.add_account(address)
                for name, value in request.json().items():
                    known = frozenset(value) if name in _SETS else value
                    _set_known(self.account(address), name, known)
            case ("accounts", "revoke"):
                self.revoke_grants(address)
            case ("mailboxes",):
                for name, value in request.json().items():
                    _set_known(self.mailbox(address), name, value)
            case ("sign-in",):
                self.entra.signs_in = address
            case _:
                return None
        return Response(json={})

    def _draft(self, address: str, draft_id: str) -> Message:
        for message in self.mailbox(address).messages:
            if message.is_draft and draft_id in (message.immutable_id, message.folder_id):
                return message
        raise LookupError(f"{address} has no such draft")

    def _now(self) -> float:
        return self._real_now() + self._advanced_seconds


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
        "extended": dict(delivery.extended),
        "mail": delivery.mail.as_string(),
    }


def main() -> None:
    """Serve until SIGTERM; with --print-url, print url, ca_bundle and endpoints as JSON first."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--folder", type=Path, help="where the CA is kept")
    parser.add_argument("--account", action="append", default=[], help="address; may be repeated")
    parser.add_argument("--work", action="append", default=[], help="address of a work account")
    parser.add_argument("--print-url", action="store_true", help="say where it serves")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        microsoft = LoopbackMicrosoft(Authority(folder), port=options.port, has_admin=True)
        for address in options.account or ([] if options.work else ["candidate@example.com"]):
            microsoft.add_account(address)
        for address in options.work:
            microsoft.add_account(address, is_work=True)
        with microsoft:
            facts = {
                "client_id": microsoft.client_id,
                "authority": microsoft.authority_url(),
                "graph_endpoint": microsoft.graph_endpoint,
            }
            serve(microsoft, facts, prints=options.print_url)


if __name__ == "__main__":
    main()
