"""Mailboxes connected at a page that other computers reach: a web client, a confidential client."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from providers.errors import Rejected
from service.config import Gmail, Network, Outlook, Web
from tests.loopback.google import LoopbackGoogle
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority
from tests.web.house import House, opened
from tests.web.pages.conftest import Enter

GMAIL = "ana.lindqvist@gmail.example"
OUTLOOK = "ana.lindqvist@outlook.example"


@dataclass(frozen=True, slots=True)
class Office:
    """A house at a public address, both providers, and the files of its clients."""

    house: House
    google: LoopbackGoogle
    microsoft: LoopbackMicrosoft
    google_file: Path
    microsoft_file: Path

    @property
    def redirect_uri(self) -> str:
        """What is registered with both providers, as the documents say."""
        return f"{self.house.url}/sign-in"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Serve both providers, and over TLS the page of an installation with clients for the web."""
    authority = Authority(tmp_path)
    certificate, key = authority.write_certificate(tmp_path)
    with LoopbackGoogle(authority) as google, LoopbackMicrosoft(authority) as microsoft:
        google.add_account(GMAIL, name="Ana Lindqvist")
        microsoft.add_account(OUTLOOK, name="Ana Lindqvist")
        files = tmp_path / "client_secret.json", tmp_path / "microsoft.json"
        settings = {
            "gmail": Gmail(files[0], f"{google.url}/revoke", google.url),
            "outlook": Outlook(client_file=files[1], graph_endpoint=microsoft.graph_endpoint),
            "network": Network(ca_bundle=authority.ca_bundle),
        }

        def serve(port: int) -> Web:
            public = f"https://localhost:{port}"
            return Web(port, "127.0.0.1", public, tls_cert=certificate, tls_key=key)

        with opened(tmp_path / "data", settings=settings, serve=serve) as house:
            office = Office(house, google, microsoft, *files)
            google.client_file(files[0], "web", office.redirect_uri)
            microsoft.client_file(files[1], office.redirect_uri)
            yield office


def _connect(page: Page, office: Office, name: str, owner: str) -> None:
    page.goto(f"{office.house.url}/mailboxes")
    page.get_by_role("button", name=f"Connect {name}").click()
    page.get_by_role("link", name=f"Go on to {owner}").click()
    page.wait_for_url("**/mailboxes?did=connected")


def test_both_are_connected_and_stay_so(office: Office, enter: Enter) -> None:
    """Through the providers' pages and back, with nothing but the page's own registrations."""
    page = enter(office.house)
    _connect(page, office, "Gmail", "Google")
    expect(page.get_by_role("heading", name=GMAIL)).to_be_visible()
    _connect(page, office, "Outlook", "Microsoft")
    expect(page.get_by_role("heading", name=OUTLOOK)).to_be_visible()
    app = office.house.app
    for mailbox in app.mailboxes.list(app.office.candidate().id or 0):
        app.mailboxes.probe(mailbox)
    (*_, refreshed) = office.microsoft.requests_to("POST", "/common/oauth2/v2.0/token")
    assert refreshed.request.form()["client_secret"] == [office.microsoft.entra.secret]


def test_a_replaced_secret_does_not_end_the_sign_in(office: Office, enter: Enter) -> None:
    """Whoever runs the page puts the new one into the file; nobody has to sign in again."""
    page = enter(office.house)
    _connect(page, office, "Outlook", "Microsoft")
    app = office.house.app
    (mailbox,) = app.mailboxes.list(app.office.candidate().id or 0)
    office.microsoft.entra.secret = "another"
    with pytest.raises(Rejected, match="was replaced, or has run out"):
        app.mailboxes.probe(mailbox)
    assert app.mailboxes.get(mailbox.id).signed_out_at is None


def test_a_desktop_client_is_refused_before_google_is(office: Office, enter: Enter) -> None:
    """Google would only speak of a mismatch; the page says which client it takes, and its address.

    The redirect address can be copied from there into Google's console.
    """
    office.google.client_file(office.google_file)
    page = enter(office.house)
    page.goto(f"{office.house.url}/mailboxes")
    page.get_by_role("button", name="Connect Gmail").click()
    expect(page.get_by_text("create one of type “Web application”")).to_be_visible()
    expect(page.get_by_text(office.redirect_uri)).to_be_visible()


def test_a_client_without_a_secret_is_refused(office: Office, enter: Enter) -> None:
    """A page on the web has to prove itself to Microsoft."""
    data = json.loads(office.microsoft_file.read_text("utf-8"))
    del data["client_secret"]
    office.microsoft_file.write_text(json.dumps(data), "utf-8")
    page = enter(office.house)
    page.goto(f"{office.house.url}/mailboxes")
    page.get_by_role("button", name="Connect Outlook").click()
    expect(page.get_by_text("the registration needs a client secret")).to_be_visible()
