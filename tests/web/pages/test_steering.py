"""Coming and a mail: stop, undo, approve, move, send now, edit, and two tabs that disagree."""

import re
import threading

import pytest
from playwright.sync_api import expect

from service.actions import steering
from service.daemon import make_delivery
from service.scheduler import Scheduler
from service.states import State
from tests.factories import make_met
from tests.web.house import House
from tests.web.pages.conftest import NARROW, Enter


def test_a_stopped_mail_is_scheduled_again_by_undo(house: House, enter: Enter) -> None:
    """Stop is one touch, and so is taking it back."""
    (mail,) = house.submit(make_met())
    page = enter(house)
    page.get_by_role("button", name="Stop the mail to Marisol Duarte").click()
    expect(page.get_by_role("status")).to_contain_text("is stopped")
    assert house.get(mail).state is State.STOPPED
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("goes out Wednesday 9 December")
    assert house.get(mail).state is State.SCHEDULED


def test_a_moved_mail_goes_back_by_undo(house: House, enter: Enter) -> None:
    """Another time, on the reader's clock, and the former one again."""
    (mail,) = house.submit(make_met())
    assert mail.slot is not None
    page = enter(house)
    page.locator("summary", has_text="More").click()
    page.get_by_label("New time").fill("2026-12-10T11:30")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_role("status")).to_contain_text("Thursday 10 December 11:30")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Wednesday 9 December")
    back = house.get(mail)
    assert back.slot is not None
    assert back.slot.at.replace(second=0) == mail.slot.at.replace(second=0)


def test_a_paused_mail_is_approved_with_one_button(house: House, enter: Enter) -> None:
    """Approve lets it go out; undo holds it again."""
    (mail,) = house.submit(make_met())
    steering.pause(house.app.office, house.get(mail))
    page = enter(house)
    page.get_by_role("button", name="Approve the mail to Marisol Duarte").click()
    expect(page.get_by_role("status")).to_contain_text("Approved")
    assert house.get(mail).state is State.SCHEDULED
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/?did=pause*")
    assert house.get(mail).state is State.HELD


def test_send_now_leaves_twenty_seconds_to_stop_it(house: House, enter: Enter) -> None:
    """It counts down in the page, and one button stops it."""
    (mail,) = house.submit(make_met())
    page = enter(house)
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.locator(f"#mail-{mail.id}")).to_contain_text(re.compile(r"Goes out in (20|1\d) s"))
    page.get_by_role("button", name="Stop it").click()
    page.wait_for_url("**/?did=stop*")
    assert house.get(mail).state is State.STOPPED


def test_a_send_is_seen_as_it_happens(house: House, enter: Enter) -> None:
    """The page shows the mail as sent without being reloaded, and then its receipt."""
    (mail,) = house.submit(make_met())
    page = enter(house)
    expect(page.locator(f"#mail-{mail.id}")).to_contain_text("Goes out by itself")
    page.evaluate("window.sameDocument = true")
    assert mail.slot is not None
    delivery = make_delivery(house.app)
    worked = threading.Event()

    def work(mailbox_id: int) -> None:
        delivery.work(mailbox_id)
        worked.set()

    scheduler = Scheduler(house.app.database, house.app.clock, work)
    house.stand(mail.slot.at)
    scheduler.start()
    try:
        assert worked.wait(20)
        expect(page.get_by_role("heading", name="Sent lately")).to_be_visible(timeout=10_000)
    finally:
        scheduler.stop()
    assert page.evaluate("window.sameDocument")
    page.get_by_role("link", name="Marisol Duarte").click()
    receipt = page.get_by_role("region", name="Receipt")
    expect(receipt).to_contain_text("the provider answered that it took the mail")
    expect(receipt.locator("code")).not_to_be_empty()
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Sending began")


def test_an_edit_shows_its_findings_before_it_is_saved(house: House, enter: Enter) -> None:
    """What a check finds stands below the text as one types; saving keeps both."""
    (mail,) = house.submit(make_met())
    page = enter(house)
    page.goto(f"{house.url}/mails/{mail.id}")
    page.locator("summary", has_text="Edit the text").click()
    body = page.get_by_role("textbox", name="Text")
    body.fill(f"{mail.body}\n\nPS: greetings to [NAME].")
    typed = page.locator("#typed")
    expect(typed.locator("mark").first).to_be_visible()
    expect(typed).to_contain_text("to check")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    assert house.get(mail).state is State.HELD
    body.fill(mail.body)
    expect(page.locator("#typed")).to_contain_text("nothing to check")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".mail-page > .state")).to_contain_text("Goes out by itself")


def test_two_tabs_cannot_overwrite_each_other(house: House, enter: Enter) -> None:
    """The second to save sees both texts, and decides."""
    (mail,) = house.submit(make_met())
    first = enter(house)
    first.goto(f"{house.url}/mails/{mail.id}#edit")
    second = first.context.new_page()
    second.goto(f"{house.url}/mails/{mail.id}#edit")
    for tab, words in ((first, "first words"), (second, "second words")):
        tab.get_by_role("textbox", name="Text").fill(f"{mail.body}\n\n{words}")
        tab.get_by_role("button", name="Save").click()
    expect(second.get_by_role("heading", name="It has changed meanwhile")).to_be_visible()
    expect(second.get_by_role("region", name="As it is now")).to_contain_text("first words")
    expect(second.get_by_role("textbox", name="Text")).to_have_value(re.compile("second words"))
    assert "first words" in house.get(mail).body
    second.get_by_role("button", name="Save mine in its place").click()
    second.wait_for_url("**?did=edit*")
    assert "second words" in house.get(mail).body


def test_a_button_of_an_older_page_does_nothing(house: House, enter: Enter) -> None:
    """Whoever approves must have seen what they approve."""
    (mail,) = house.submit(make_met())
    steering.pause(house.app.office, house.get(mail))
    page = enter(house)
    page.route("**/api/v1/events/stream", lambda route: route.abort())
    page.goto(house.url)
    steering.move(
        house.app.office, house.app.office.candidate(), house.get(mail), "2026-12-10 10:00"
    )
    page.get_by_role("button", name="Approve the mail to Marisol Duarte").click()
    expect(page.get_by_text("has changed since this page was loaded")).to_be_visible()
    assert house.get(mail).state is State.HELD


@pytest.mark.parametrize("width", [NARROW])
def test_reading_and_stopping_work_without_javascript(house: House, enter: Enter) -> None:
    """No script: the list, the mail, stop and undo."""
    (mail,) = house.submit(make_met())
    page = enter(house, has_scripts=False)
    page.get_by_role("link", name="Marisol Duarte").click()
    expect(
        page.get_by_text("I am glad").or_(page.get_by_text("Dear Marisol")).first
    ).to_be_visible()
    page.get_by_role("button", name="Stop the mail").click()
    expect(page.get_by_role("status")).to_contain_text("is stopped")
    assert house.get(mail).state is State.STOPPED


def test_sent_mails_are_found_by_company_person_and_day(house: House, enter: Enter) -> None:
    """Search takes words and days; what is found leads to the mail."""
    sent = house.submit_examples()
    for each in sent:
        steering.mark_sent(house.app.office, each)
    page = enter(house)
    page.goto(f"{house.url}/sent")
    expect(page.locator(".mail")).to_have_count(4)
    page.get_by_label("Company, person or subject").fill("harbour niamh")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".mail")).to_have_count(1)
    page.get_by_label("To", exact=True).fill("2026-12-01")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("Nothing was found")).to_be_visible()
