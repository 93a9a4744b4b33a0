"""New and How did it go?: from an invitation or a few typed words to mails that are scheduled."""

import re
from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import Page, expect

from service.records import Interview, Person
from service.states import State, WaitingFor
from tests.factories import TUESDAY, make_interview
from tests.web.house import House
from tests.web.pages.conftest import Enter
from tests.web.papers import REASONS, make_invitation

_DROP = """([text]) => {
  const held = new DataTransfer();
  held.items.add(new File([text], "invitation.ics", { type: "text/calendar" }));
  const how = { dataTransfer: held, bubbles: true, cancelable: true };
  document.dispatchEvent(new DragEvent("drop", how));
}"""


def drop(page: Page, text: str) -> None:
    """Drop an invitation onto the page."""
    expect(page.get_by_role("button", name="Read it")).to_be_hidden()
    with page.expect_navigation():
        page.evaluate(_DROP, [text])


def test_a_dropped_invitation_becomes_mails_that_are_scheduled(house: House, enter: Enter) -> None:
    """The main way: drop, untick, say why, and the mails at the side are what is scheduled."""
    page = enter(house)
    page.goto(f"{house.url}/new")
    drop(page, make_invitation())
    expect(page.get_by_label("Company")).to_have_value("Tidewater")
    page.get_by_label("Company").fill("Tidewater Clinic")
    page.get_by_label("From which mailbox?").select_option("local")
    mails = page.locator("#mails article")
    expect(mails).to_have_count(1)
    page.get_by_role("checkbox", name="Marisol Duarte").check()
    expect(mails).to_have_count(2)
    page.get_by_role("checkbox", name="Priya Raman").uncheck()
    expect(mails).to_have_count(1)
    page.get_by_label("Why do you want to work there").fill(REASONS)
    expect(mails.first).to_contain_text("the same nurses with the same patients")
    expect(mails.first).to_contain_text("Wednesday 9 December")
    expect(mails.first).to_contain_text(re.compile(r"\d+ words"))
    page.get_by_role("button", name="Schedule").click()
    page.wait_for_url("**/?did=*")
    expect(page.get_by_role("link", name="Marisol Duarte")).to_be_visible()
    expect(page.get_by_text("Priya Raman")).to_have_count(0)


def test_what_is_typed_becomes_a_mail_that_waits_for_a_mailbox(house: House, enter: Enter) -> None:
    """Without an invitation: the same form, typed, with what is missing said as one types."""
    page = enter(house)
    page.goto(f"{house.url}/new")
    page.get_by_label("Company").fill("Harbour Foods")
    expect(page.locator("#mails")).to_contain_text("Still needed")
    page.get_by_label("Role").fill("Quality Manager")
    page.get_by_label("Where do they work?").fill("New York")
    page.get_by_label("When did it start?").fill("2026-12-08T10:00")
    page.get_by_label("Name").fill("Henrik Vogt")
    page.get_by_label("Mail address").first.fill("h.vogt@harbour.example")
    page.get_by_label("Why do you want to work there").fill(REASONS)
    mail = page.locator("#mails article")
    expect(mail).to_contain_text("in New York")
    expect(mail).to_contain_text("for you")
    page.get_by_role("button", name="Schedule").click()
    page.wait_for_url("**/?did=added")
    expect(page.get_by_role("link", name="Connect a mailbox").last).to_be_visible()


def test_findings_are_marked_in_the_text_as_one_types(house: House, enter: Enter) -> None:
    """A check speaks while the words are typed, in its place and with a number."""
    page = enter(house)
    (mail,) = house.submit(make_interview(Person("Ada Lovelace", "ada@tidewater.example")))
    page.goto(f"{house.url}/interviews/{mail.interview_id}/debrief")
    page.get_by_label("Why do you want to work there").fill(
        "I want to work at [COMPANY], because the nurses stay with their patients."
    )
    expect(page.locator("#mails mark").first).to_be_visible()
    expect(page.locator("#mails .points li").first).to_be_visible()
    expect(page.locator("#mails")).to_contain_text("to check")


def test_the_debrief_writes_and_schedules_what_waited_for_words(house: House, enter: Enter) -> None:
    """How did it go?: added before the talk, told afterwards, in one form."""
    people = (
        Person("Marisol Duarte", "m.duarte@tidewater.example"),
        Person("Priya Raman", "p.raman@tidewater.example"),
    )
    untold = make_interview(*people)
    mails = house.submit(_untold(untold))
    assert {mail.waiting_for for mail in mails} == {WaitingFor.WORDS}
    page = enter(house)
    expect(page.get_by_role("heading", name="These need you")).to_be_visible()
    page.get_by_role("link", name="How did it go? for Marisol Duarte").click()
    page.get_by_label("Marisol Duarte?").fill("Your plan for quieter nights stays with me.")
    page.get_by_label("Priya Raman?").fill("How you teach every new nurse yourself.")
    page.get_by_label("Why do you want to work there").fill(REASONS)
    expect(page.locator("#mails article").first).to_contain_text("quieter nights")
    page.get_by_role("button", name="Schedule").click()
    page.wait_for_url("**/?did=scheduled")
    expect(page.get_by_role("heading", name="Tomorrow")).to_be_visible()
    expect(page.locator(".mail.calm")).to_have_count(2)


def test_words_can_be_taken_back(house: House, enter: Enter) -> None:
    """A line that was told and is emptied again stands in no mail."""
    person = Person("Marisol Duarte", "m.duarte@tidewater.example", line="Your quieter nights.")
    (mail,) = house.submit(make_interview(person))
    assert "quieter nights" in mail.body
    page = enter(house)
    page.goto(f"{house.url}/interviews/{mail.interview_id}/debrief")
    page.get_by_label("Marisol Duarte?").fill("")
    expect(page.locator("#mails article")).not_to_contain_text("quieter nights")
    page.get_by_role("button", name="Schedule").click()
    page.wait_for_url("**/?did=scheduled")
    assert "quieter nights" not in house.get(mail).body


def test_what_did_not_take_place_sends_nothing(house: House, enter: Enter) -> None:
    """No thanks for a talk that was not."""
    (mail,) = house.submit(_untold(make_interview()))
    page = enter(house)
    page.goto(f"{house.url}/interviews/{mail.interview_id}/debrief")
    page.get_by_role("button", name="It did not take place").click()
    page.wait_for_url("**/?did=cancelled")
    assert house.get(mail).state is State.STOPPED


def test_a_rest_day_offers_its_ways_with_their_real_times(house: House, enter: Enter) -> None:
    """After a talk on Friday: when should it go? The chosen time is the one that is stored."""
    friday = TUESDAY + timedelta(days=3)
    house.stand(friday + timedelta(hours=3))
    (mail,) = house.submit(_untold(make_interview(start=friday)))
    page = enter(house)
    page.goto(f"{house.url}/interviews/{mail.interview_id}/debrief")
    page.get_by_label("Why do you want to work there").fill(REASONS)
    choices = page.get_by_role("radio")
    expect(choices).to_have_count(3)
    page.get_by_role("radio", name="though it is a rest day").check()
    expect(page.locator("#mails article")).to_contain_text("Saturday 12 December")
    page.get_by_role("button", name="Schedule").click()
    page.wait_for_url("**/?did=scheduled")
    stored = house.get(mail)
    assert stored.slot is not None
    assert stored.slot.at.date().isoformat() == "2026-12-12"


def test_the_agency_switch_writes_to_the_agency_contact(house: House, enter: Enter) -> None:
    """Through an agency one mail goes to its contact, with the thanks to be passed on."""
    page = enter(house)
    (mail,) = house.submit(_untold(make_interview(Person("Henrik Vogt"))))
    page.goto(f"{house.url}/interviews/{mail.interview_id}/debrief")
    page.get_by_role("checkbox", name="Through an agency").check()
    page.get_by_label("The agency").fill("Rourke Recruiting")
    page.get_by_label("Your contact there").fill("Niamh Rourke")
    page.get_by_label("Their mail address").fill("niamh@rourke-recruiting.example")
    page.get_by_label("Why do you want to work there").fill(REASONS)
    article = page.get_by_role("article", name="The mail to Niamh Rourke")
    expect(article).to_contain_text("To be passed on to Henrik Vogt")


def test_a_closed_tab_loses_nothing(house: House, enter: Enter) -> None:
    """What was typed is there again when the page is opened again, people added included."""
    page = enter(house)
    page.goto(f"{house.url}/new")
    page.get_by_label("Company").fill("Harbour Foods")
    page.get_by_role("button", name="Add a person").click()
    page.locator("#name-1").fill("Henrik Vogt")
    page.get_by_label("Why do you want to work there").fill(REASONS)
    again = page.context.new_page()
    page.close()
    again.goto(f"{house.url}/new")
    expect(again.get_by_text("what you wrote the last time")).to_be_visible()
    expect(again.get_by_label("Company")).to_have_value("Harbour Foods")
    expect(again.locator("#name-1")).to_have_value("Henrik Vogt")
    expect(again.get_by_label("Why do you want to work there")).to_have_value(REASONS)
    again.get_by_role("button", name="Start again").click()
    expect(again.get_by_label("Company")).to_have_value("")


def test_a_script_in_a_field_is_shown_as_text(house: House, enter: Enter) -> None:
    """Whatever is typed is text: in the form, in the mails at the side, and in the list."""
    page = enter(house)
    page.goto(f"{house.url}/new")
    evil = "<img src=x onerror=document.title='taken'>"
    page.get_by_label("Company").fill(evil)
    page.get_by_label("Role").fill("Nurse")
    page.get_by_label("Where do they work?").fill("London")
    page.get_by_label("When did it start?").fill("2026-12-08T10:00")
    page.get_by_label("Name").fill("Henrik Vogt")
    page.get_by_label("Mail address").first.fill("h.vogt@harbour.example")
    page.get_by_label("Why do you want to work there").fill(f"{REASONS} {evil}")
    expect(page.locator("#mails article")).to_contain_text("onerror")
    page.get_by_role("button", name="Schedule").click()
    page.wait_for_url("**/?did=*")
    expect(page.get_by_text(evil).first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def _untold(interview: Interview) -> Interview:
    """Return an interview of which nothing was said yet, but who was to be there."""
    return replace(interview, reasons="", took_place=None)


def test_two_tabs_say_something_of_one_interview(house: House, enter: Enter) -> None:
    """The second to schedule is told, keeps what was typed, and overwrites only knowingly."""
    (mail,) = house.submit(_untold(make_interview()))
    first = enter(house)
    second = first.context.new_page()
    address = f"{house.url}/interviews/{mail.interview_id}/debrief"
    for tab in (first, second):
        tab.goto(address)
    words = "I would like to learn from a ward that keeps its nurses."
    for tab, why in ((first, words), (second, "I would like to work where people have time.")):
        tab.get_by_label("Why do you want to work there").fill(why)
        tab.get_by_role("button", name="Schedule").click()
    expect(second.get_by_role("alert").first).to_contain_text("changed in another window")
    expect(second.get_by_label("Why do you want to work there")).to_have_value(
        re.compile("have time")
    )
    assert "keeps its nurses" in house.get(mail).body
    second.get_by_role("button", name="Schedule").click()
    second.wait_for_url("**/?did=*")
    assert "have time" in house.get(mail).body
