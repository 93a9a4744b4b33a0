"""A browser for the session, and visitors who have come in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from tests.web import browser as browsers
from tests.web.house import House

NARROW = 390
WIDE = 1100

Enter = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run one browser for all tests of this process."""
    with browsers.launched() as launched:
        yield launched


@pytest.fixture(params=[NARROW, WIDE])
def width(request: pytest.FixtureRequest) -> int:
    """Return how wide the window is: everything is done on a telephone, too."""
    return int(request.param)


@pytest.fixture
def enter(browser: Browser, width: int) -> Iterator[Enter]:
    """Return what lets a new browser profile into a house; a script that fails fails the test."""
    with ExitStack() as stack:
        failures: list[str] = []

        def come_in(house: House, *, theme: str = "light", has_scripts: bool = True) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 844},
                color_scheme="dark" if theme == "dark" else "light",
                java_script_enabled=has_scripts,
                ignore_https_errors=True,
                locale="en-GB",
                timezone_id="Europe/London",
            )
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(8000)
            page.on("pageerror", lambda error: failures.append(str(error)))
            page.goto(house.link())
            page.get_by_role("button", name="Open Call Back").click()
            page.wait_for_url(f"{house.url}/")
            return page

        yield come_in
        assert not failures
