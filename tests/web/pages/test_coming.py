"""Coming: when each mail goes out in both zones and why, and what keeps it from going."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.factories import make_met
from tests.web.house import House
from tests.web.pages.conftest import Enter
from tests.web.pages.scene import furnish


def test_a_mail_shows_its_time_in_both_zones_and_why(house: House, enter: Enter) -> None:
    """The reader's clock first, the user's beside it, the reason below; days are the user's."""
    furnish(house)
    page = enter(house)
    mail = page.locator(".mail", has_text="Omar Haddad")
    expect(mail).to_contain_text("New York")
    expect(mail).to_contain_text("for you")
    expect(mail).to_contain_text("The morning after the talk of Tuesday 8 December.")
    tomorrow = page.get_by_role("region", name="Tomorrow Wednesday 9 December")
    expect(tomorrow.locator(".mail")).to_have_count(3)
    expect(page.locator(".mail", has_text="Priya Raman")).to_contain_text("1 to check")


def test_what_needs_the_user_stands_on_top_with_one_button(house: House, enter: Enter) -> None:
    """Each with the one button that mends it, before anything that goes by itself."""
    furnish(house)
    page = enter(house)
    first = page.get_by_role("region", name="These need you")
    expect(first.locator(".mail .primary")).to_have_text(
        [
            "How did it go? for Sabine Krüger",
            "How did it go? for Jonas Weil",
            "Please check for Priya Raman",
            "How did it go? for Elin Berg",
        ]
    )
    assert page.locator("section").first.get_attribute("aria-labelledby") == "needs"


def test_a_mailbox_that_is_signed_out_is_said_on_top(house: House, enter: Enter) -> None:
    """Nothing goes out from it: the page says so and leads to the sign-in."""
    house.submit(make_met())
    candidate = house.app.office.candidate()
    (mailbox,) = house.app.mailboxes.list(candidate.id or 0)
    house.app.mailboxes.sign_out(mailbox, "the sign-in has ended")
    page = enter(house)
    expect(page.get_by_text("you@localhost is signed out.")).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_role("button", name="Sign in again").click()
    expect(page.get_by_role("status")).to_contain_text("Connected")
    page.goto(house.url)
    expect(page.get_by_text("is signed out")).to_have_count(0)


def test_that_nothing_is_running_is_said_on_top(house: House, enter: Enter) -> None:
    """A page without a service that sends must not look as if all were well."""
    house.submit(make_met())
    house.fall_silent()
    page = enter(house)
    expect(page.get_by_text("Nothing is running that would send.")).to_be_visible()


def test_a_page_left_open_says_when_the_service_is_gone(house: House, enter: Enter) -> None:
    """Whoever has it open all day learns that nothing goes out any more."""
    house.submit(make_met())
    page = enter(house)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.clock.install()
    page.reload()
    house.server.stop()
    page.clock.run_for(timedelta(seconds=20) // timedelta(milliseconds=1))
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
