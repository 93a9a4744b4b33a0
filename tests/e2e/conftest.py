"""The loopback Google and Microsoft, and an installation that is set up for them."""

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.product import Product
from tests.loopback.browser import visit
from tests.loopback.google import LoopbackGoogle
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority

# A running process can be shown another clock by libfaketime alone, which is built for Linux on
# x86-64 (as in the dev dependencies). There these tests are run and fail where it is missing;
# elsewhere they are not collected.
_CAN_SET_CLOCK = sys.platform == "linux" and platform.machine() == "x86_64"
collect_ignore = [] if _CAN_SET_CLOCK else ["test_clock_set.py", "test_frozen.py"]

GMAIL = "ana.lindqvist@gmail.example"
OUTLOOK = "ana.lindqvist@outlook.example"


@dataclass(slots=True)
class World:
    """Google, Microsoft and one installation on this computer."""

    google: LoopbackGoogle
    microsoft: LoopbackMicrosoft
    product: Product
    ca_bundle: Path

    def browse(self, url: str) -> str:
        """Visit the consent page as the user's browser; return the address it ended on."""
        return visit(url, self.ca_bundle)


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Return an installation in a home of its own."""
    return Product(tmp_path / "data")


@pytest.fixture
def world(tmp_path: Path, product: Product) -> Iterator[World]:
    """Serve both loopback providers, with an account of the same person at each."""
    authority = Authority(tmp_path)
    with LoopbackGoogle(authority) as google, LoopbackMicrosoft(authority) as microsoft:
        google.add_account(GMAIL, name="Ana Lindqvist")
        microsoft.add_account(OUTLOOK, name="Ana Lindqvist")
        client_file = tmp_path / "client_secret.json"
        google.client_file(client_file)
        product.settings = {
            "CALLBACK_GMAIL__CLIENT_FILE": str(client_file),
            "CALLBACK_GMAIL__REVOKE_URI": f"{google.url}/revoke",
            "CALLBACK_GMAIL__API_ENDPOINT": google.url,
            "CALLBACK_OUTLOOK__CLIENT_ID": microsoft.client_id,
            "CALLBACK_OUTLOOK__AUTHORITY": microsoft.authority_url(),
            "CALLBACK_OUTLOOK__GRAPH_ENDPOINT": microsoft.graph_endpoint,
            "CALLBACK_NETWORK__CA_BUNDLE": str(authority.ca_bundle),
        }
        yield World(google, microsoft, product, authority.ca_bundle)
