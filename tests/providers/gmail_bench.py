"""Gmail with the loopback Google behind it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from providers.base import Access, Grant, Provider
from providers.gmail import Gmail, GmailSettings
from tests.loopback import browser
from tests.loopback.google import LoopbackGoogle, answers
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, REDIRECT, ServedBench


class GmailBench(ServedBench):
    """Gmail with one account."""

    server: LoopbackGoogle
    mail_calls = r"/gmail/.*"
    token_path = "/token"

    def __init__(self, google: LoopbackGoogle, access: Access, folder: Path) -> None:
        self.server = google
        self.access = access
        self.settings = GmailSettings(
            client_file=google.client_file(folder / "client.json"),
            revoke_uri=f"{google.url}/revoke",
            api_endpoint=f"{google.url}/",
            ca_bundle=google.ca_bundle,
        )
        self.provider = Gmail(self.settings)
        self.account = google.add_account(ADDRESS)
        is_drafts = access is Access.DRAFTS
        name = "compose" if is_drafts else "send"
        self.asked_scope = f"https://www.googleapis.com/auth/gmail.{name}"
        self.asked_words = "Manage drafts and send" if is_drafts else "Send email on your behalf"
        resource = "drafts" if is_drafts else "messages"
        self.sending = f"/gmail/v1/users/me/{resource}/send"

    def sign_in(self) -> Grant:
        """See `Bench`."""
        flow = self.provider.begin_sign_in(self.access, REDIRECT, "the-state")
        answer = browser.visit(flow.url, self.server.ca_bundle)
        return self.provider.finish_sign_in(flow, answer, self.access)

    def distrusting(self) -> Provider:
        """See `Bench`."""
        return Gmail(replace(self.settings, ca_bundle=None))

    def mails(self) -> Sequence[EmailMessage]:
        """See `Bench`."""
        return [delivery.mail for delivery in self.server.delivered]

    def edit(self, draft_id: str, body: str) -> None:
        """See `Bench`."""
        self.server.edit_draft(ADDRESS, draft_id, body=body)

    def discard(self, draft_id: str) -> None:
        """See `Bench`."""
        self.server.delete_draft(ADDRESS, draft_id)

    def send_by_hand(self, draft_id: str) -> None:
        """See `Bench`."""
        self.server.send_draft_by_hand(ADDRESS, draft_id)

    def secrets(self) -> frozenset[str]:
        """See `Bench`."""
        return self.server.issued_secrets

    def deny_consent(self) -> None:
        """See `Bench`."""
        self.account.denies = True

    def untick(self, scope: str) -> None:
        """See `Bench`."""
        self.account.unticks = frozenset({scope})

    def revoke(self) -> None:
        """See `Bench`."""
        self.server.revoke_grants(ADDRESS)

    def expire_tokens(self) -> None:
        """See `Bench`."""
        self.server.expire_access_tokens()

    def narrow(self) -> None:
        """See `Bench`."""
        self.server.set_scopes(ADDRESS, {"openid"})

    def throttled(self, seconds: int) -> Response:
        """See `Bench`."""
        return answers.user_rate_limit_until(datetime.now(UTC) + timedelta(seconds=seconds))
