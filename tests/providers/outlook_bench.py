"""Outlook with the loopback Microsoft behind it."""

from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage

from providers.base import Access, Grant, Provider
from providers.outlook import Outlook, OutlookSettings
from tests.loopback import browser
from tests.loopback.microsoft import LoopbackMicrosoft, graph_answers
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, REDIRECT, ServedBench


class OutlookBench(ServedBench):
    """Outlook with one personal account."""

    server: LoopbackMicrosoft
    provider: Outlook
    mail_calls = r"/v1\.0/.*"
    token_path = "/common/oauth2/v2.0/token"

    def __init__(self, microsoft: LoopbackMicrosoft, access: Access) -> None:
        self.server = microsoft
        self.access = access
        self.settings = OutlookSettings(
            client_id=microsoft.client_id,
            authority=microsoft.authority_url(),
            graph_endpoint=microsoft.graph_endpoint,
            ca_bundle=microsoft.ca_bundle,
        )
        self.provider = Outlook(self.settings)
        self.account = microsoft.add_account(ADDRESS)
        is_drafts = access is Access.DRAFTS
        self.asked_scope = "Mail.ReadWrite" if is_drafts else "Mail.Send"
        self.asked_words = "Read and write access to your mail" if is_drafts else "Send mail as you"
        self.sending = r"/v1\.0/me/(sendMail|messages/[^/]+/send)"

    def sign_in(self) -> Grant:
        """See `Bench`."""
        flow = self.provider.begin_sign_in(self.access, REDIRECT, "the-state")
        answer = browser.visit(flow.url, self.server.ca_bundle)
        return self.provider.finish_sign_in(flow, answer, self.access)

    def distrusting(self) -> Provider:
        """See `Bench`."""
        return Outlook(replace(self.settings, ca_bundle=None))

    def mails(self) -> Sequence[EmailMessage]:
        """See `Bench`."""
        return [delivery.mail for delivery in self.server.delivered]

    def settle(self) -> None:
        """See `Bench`."""
        self.server.settle()

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
        self.server.set_scopes(ADDRESS, {"User.Read"})

    def throttled(self, seconds: int) -> Response:
        """See `Bench`."""
        return graph_answers.throttled(seconds)
