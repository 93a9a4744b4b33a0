"""A house for each test, and clients that have come in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.web.house import House, opened


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Serve the page of an installation with a candidate and the local mailbox."""
    with opened(tmp_path / "data") as house:
        house.connect_local()
        yield house


@pytest.fixture
def stranger() -> Iterator[requests.Session]:
    """Return a client that nobody has let in."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def client(house: House, stranger: requests.Session) -> requests.Session:
    """Return a client that has come in as a browser does."""
    come_in(house, stranger)
    return stranger


def come_in(house: House, session: requests.Session) -> None:
    """Open a one-time link and press its button."""
    link = house.link()
    code = link.partition("code=")[2]
    answer = session.post(f"{house.url}/enter", data={"code": code}, allow_redirects=False)
    assert answer.status_code == 303, answer.text


def mark_in(page: str) -> str:
    """Return the mark that the forms of a page carry."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]
