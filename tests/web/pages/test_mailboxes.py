"""Mailboxes: connected in the browser through the providers' own pages, tested, disconnected."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from service.config import Gmail, Network, Outlook
from service.records import Candidate
from tests.loopback.google import LoopbackGoogle
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority
from tests.web.house import ANA, House, opened
from tests.web.pages.conftest import Enter
from tests.web.pages.test_composing import drop
from tests.web.papers import REASONS, make_invitation

GMAIL = "ana.lindqvist@gmail.example"
OUTLOOK = "ana.lindqvist@outlook.example"


@dataclass(frozen=True, slots=True)
class World:
    """A house, and the loopback Google and Microsoft that it is set up for."""

    house: House
    google: LoopbackGoogle
    microsoft: LoopbackMicrosoft


@pytest.fixture
def candidate() -> Candidate:
    """Return who lives in the house."""
    return ANA


@pytest.fixture
def world(tmp_path: Path, candidate: Candidate) -> Iterator[World]:
    """Serve both providers, and the page of an installation that nothing is connected to."""
    authority = Authority(tmp_path)
    with LoopbackGoogle(authority) as google, LoopbackMicrosoft(authority) as microsoft:
        google.add_account(GMAIL, name="Ana Lindqvist")
        microsoft.add_account(OUTLOOK, name="Ana Lindqvist")
        client_file = tmp_path / "client_secret.json"
        google.client_file(client_file)
        settings = {
            "gmail": Gmail(
                client_file=client_file,
                revoke_uri=f"{google.url}/revoke",
                api_endpoint=google.url,
            ),
            "outlook": Outlook(
                client_id=microsoft.client_id,
                authority=microsoft.authority_url(),
                graph_endpoint=microsoft.graph_endpoint,
            ),
            "network": Network(ca_bundle=authority.ca_bundle),
        }
        with opened(tmp_path / "data", settings=settings, candidate=candidate) as house:
            yield World(house, google, microsoft)


class TestFirstVisit:
    """Whoever has said nothing yet is led by hand."""

    @pytest.fixture
    def candidate(self) -> Candidate:
        """Return somebody who has not said who they are."""
        return Candidate("", "Europe/London")

    def test_leads_from_the_name_to_a_scheduled_mail(self, world: World, enter: Enter) -> None:
        """Who are you, what goes out, your mailbox, an invitation dropped in, and it is coming."""
        house = world.house
        page = enter(house)
        page.get_by_label("Your name, as it").fill("Ana Lindqvist")
        expect(page.get_by_label("Your time zone")).to_have_value("Europe/London")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("article")).to_have_count(4)
        page.get_by_role("link", name="Connect your mailbox").first.click()
        page.get_by_role("button", name="Connect Gmail").click()
        page.get_by_role("link", name="Go on to Google").click()
        page.wait_for_url("**/mailboxes?did=connected")
        expect(page.get_by_role("heading", name=GMAIL)).to_be_visible()
        page.get_by_role("link", name="New").click()
        page.wait_for_url("**/new")
        drop(page, make_invitation(GMAIL))
        page.get_by_label("Company").fill("Tidewater Clinic")
        page.get_by_label("Why do you want to work there").fill(REASONS)
        expect(page.locator("#mails article")).to_contain_text("the same nurses")
        page.get_by_role("button", name="Schedule").click()
        page.wait_for_url("**/?did=scheduled")
        expect(page.get_by_role("heading", name="Tomorrow")).to_be_visible()
        expect(page.get_by_role("link", name="Priya Raman")).to_be_visible()
        expect(page.locator(".mail")).to_contain_text("Goes out by itself")


def test_outlook_is_connected_tested_and_disconnected(world: World, enter: Enter) -> None:
    """Through Microsoft's page and back; a test mail arrives; the sign-in is forgotten."""
    page = enter(world.house)
    page.goto(f"{world.house.url}/mailboxes")
    page.get_by_role("button", name="Connect Outlook").click()
    expect(page.get_by_text("Call Back may send mail, and nothing else.")).to_be_visible()
    page.get_by_role("link", name="Go on to Microsoft").click()
    page.wait_for_url("**/mailboxes?did=connected")
    expect(page.get_by_role("heading", name=OUTLOOK)).to_be_visible()
    expect(page.get_by_text("Signed in.")).to_be_visible()
    page.get_by_role("button", name="Send me a test mail").click()
    expect(page.get_by_role("status")).to_contain_text("test mail is on its way")
    assert len(world.microsoft.requests_to("POST", "/v1.0/me/sendMail")) == 1
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("heading", name="Disconnected")).to_be_visible()
    page.get_by_role("link", name="Back to the mailboxes").click()
    expect(page.get_by_role("heading", name="Connect one")).to_be_visible()


def test_a_denied_consent_connects_nothing(world: World, enter: Enter) -> None:
    """Denied at Google: one sentence, and a way back."""
    world.google.oauth.accounts[GMAIL].denies = True
    page = enter(world.house)
    page.goto(f"{world.house.url}/mailboxes")
    page.get_by_role("button", name="Connect Gmail").click()
    page.get_by_role("link", name="Go on to Google").click()
    expect(page.get_by_text("It was not connected")).to_be_visible()
    page.goto(f"{world.house.url}/mailboxes")
    expect(page.get_by_role("heading", name="Connect one")).to_be_visible()


def test_an_answer_is_taken_once_and_only_from_the_browser_that_began(
    world: World, enter: Enter
) -> None:
    """A stolen answer is worth nothing in another browser, and nothing the second time."""
    page, thief = enter(world.house), enter(world.house)
    answers: list[str] = []
    page.on("request", lambda request: _keep(request.url, world.house.url, answers))
    page.goto(f"{world.house.url}/mailboxes")
    page.get_by_role("button", name="Connect Gmail").click()
    page.get_by_role("link", name="Go on to Google").click()
    page.wait_for_url("**/mailboxes?did=connected")
    thief.goto(answers[0])
    expect(thief.get_by_text("This browser has begun no such sign-in")).to_be_visible()
    page.goto(answers[0])
    expect(page.get_by_text("This browser has begun no such sign-in")).to_be_visible()


def _keep(url: str, own: str, answers: list[str]) -> None:
    if url.startswith(f"{own}/?") and "state=" in url:
        answers.append(url)
