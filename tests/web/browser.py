"""The system's Chromium, driven by Playwright: it reaches nothing beyond this computer."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The loopback servers' certificates need not be known; nothing else can be reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


class NoBrowserError(Exception):
    """There is no Chromium on this computer."""


def find_chromium() -> str:
    """Return the path of the system's Chromium.

    Raises:
        NoBrowserError: there is none.

    """
    for name in _NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    raise NoBrowserError(
        "The tests of the page need Chromium, and there is none: apt-get install chromium"
    )


@contextmanager
def launched() -> Iterator[Browser]:
    """Run the browser until the block ends."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS])
        try:
            yield browser
        finally:
            browser.close()
