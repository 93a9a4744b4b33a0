"""The guides on the page: all of them, whole, with links that lead somewhere."""

import re

import pytest
import requests

from service.web.pages import guides
from tests.web.house import House

NAMES = sorted(guides.find_names())


@pytest.mark.parametrize("name", NAMES)
def test_a_guide_is_shown_with_links_that_lead_somewhere(
    house: House, client: requests.Session, name: str
) -> None:
    """Every link to another guide finds it, and the heading in it; none leads into a checkout."""
    page = client.get(f"{house.url}/guides/{name}").text
    assert "<h1 id=" in page
    for target in re.findall(r'<a [^>]*href="([^"]+)"', page.partition('class="guide"')[2]):
        if re.match(r"https?://|/(introduction|examples)$", target):
            continue
        path, _, anchor = target.partition("#")
        there = client.get(f"{house.url}{path or f'/guides/{name}'}")
        assert there.ok, target
        assert not anchor or f'id="{anchor}"' in there.text, target


def test_the_guides_that_are_led_to_are_there() -> None:
    """Those that set a provider up, and that of the page itself."""
    assert {"gmail", "outlook", "page", "api", "notices"} <= set(NAMES)


@pytest.mark.parametrize("name", ["nothing", "..%2fREADME", "gmail.md", "adr"])
def test_nothing_else_is_shown(house: House, client: requests.Session, name: str) -> None:
    """No way leads out of their folder."""
    assert client.get(f"{house.url}/guides/{name}").status_code == 404
