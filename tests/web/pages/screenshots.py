"""Makes a screenshot of every page, in both themes, wide and narrow: `make screenshots`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from service.records import Candidate
from tests.web.browser import launched
from tests.web.house import House, opened
from tests.web.pages.conftest import NARROW, WIDE
from tests.web.pages.scene import PAGES, furnish

_THEMES = ("light", "dark")


def make(folder: Path) -> int:
    """Write the screenshots into `folder`; return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="callback-pages-") as data:
        with opened(Path(data) / "furnished") as house:
            house.connect_local()
            ids = furnish(house)
            pages = {name: path.format(**ids) for name, path in PAGES.items()}
            made = _shoot(house, pages, folder)
        stranger = Candidate("", "Europe/London")
        with opened(Path(data) / "empty", candidate=stranger) as house:
            made += _shoot(house, {"first-visit": "/", "entrance": "/enter"}, folder)
    return made


def _shoot(house: House, pages: dict[str, str], folder: Path) -> int:
    made = 0
    with launched() as browser:
        for theme in _THEMES:
            for width in (NARROW, WIDE):
                context = browser.new_context(
                    viewport={"width": width, "height": 844},
                    color_scheme="dark" if theme == "dark" else "light",
                    locale="en-GB",
                )
                page = context.new_page()
                page.goto(house.link())
                page.get_by_role("button", name="Open Call Back").click()
                for name, path in pages.items():
                    page.goto(f"{house.url}{path}")
                    target = folder / f"{name}-{theme}-{width}.png"
                    page.screenshot(path=target, full_page=True)
                    made += 1
                if width == WIDE and "debrief" in pages:
                    page.goto(f"{house.url}{pages['debrief']}")
                    _shoot_cover(page, folder / f"cover-{theme}.png")
                    made += 1
                context.close()
    return made


def _shoot_cover(page: Page, target: Path) -> None:
    """Show what the README does: the evening after, while one types."""
    page.set_viewport_size({"width": WIDE, "height": 1060})
    page.get_by_label("Sabine Krüger?").fill("how you rebuilt the lock without closing the canal")
    page.get_by_label("Jonas Weil?").fill("the week you gave your apprentices to plan the crane")
    page.get_by_label("Why do you want to work there").fill(
        "You let engineers see a site through from the first sounding to the last bolt. "
        "I have run half-built jobs for others, and want to stay for the whole of one."
    )
    page.locator("#mails article").last.get_by_text("whole of one").wait_for()
    page.screenshot(path=target)


if __name__ == "__main__":
    count = make(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
    print(f"{count} screenshots")  # noqa: T201 - it is a command
