"""axe-core finds nothing on any page, in either theme, wide or narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from service.actions import steering
from service.records import Candidate
from tests.web.house import House
from tests.web.pages.conftest import NARROW, WIDE, Enter
from tests.web.pages.scene import PAGES, furnish

_EVERYTHING = {"resultTypes": ["violations"]}


@pytest.mark.parametrize(("theme", "width"), [("light", NARROW), ("dark", WIDE)])
def test_axe_finds_nothing_on_any_page(house: House, enter: Enter, theme: str) -> None:
    """Every page with something on it: contrast, names, order, landmarks."""
    mails = furnish(house)
    page = enter(house, theme=theme)
    found = {}
    for name, path in PAGES.items():
        page.goto(f"{house.url}{path.format(**mails)}")
        if violations := _run(page):
            found[name] = violations
    assert not found


def test_axe_finds_nothing_where_somebody_comes_for_the_first_time(
    house: House, enter: Enter
) -> None:
    """The entrance, who you are, and a page that is not there."""
    candidate = house.app.office.candidate()
    house.app.office.save_candidate(Candidate("", "Europe/London", id=candidate.id))
    page = enter(house)
    found = _run(page)
    for path in ("/enter", "/enter?code=abc", "/nothing"):
        page.goto(f"{house.url}{path}")
        found += _run(page)
    assert not found


def test_the_folded_parts_and_the_notice_are_accessible(house: House, enter: Enter) -> None:
    """What opens, and what is said after something was done."""
    mails = furnish(house)
    page = enter(house)
    page.get_by_role("button", name="Stop").last.click()
    page.get_by_role("status").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    found = _run(page)
    page.goto(f"{house.url}/mails/{mails['scheduled']}")
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    found += _run(page)
    steering.stop(house.app.office, house.get_by_id(mails["scheduled"]))
    page.goto(f"{house.url}/mails/{mails['scheduled']}")
    assert not found + _run(page)


def _run(page: Page) -> list[str]:
    results = Axe().run(page, options=_EVERYTHING)
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in results.response["violations"]
        for node in each["nodes"]
    ]
