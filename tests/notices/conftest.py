"""Installations as the tests of delivery have them, and an inbox for notes."""

from collections.abc import Iterator

import pytest

from tests.delivery.conftest import authority, empty_database, install
from tests.loopback.server import Authority
from tests.notices.inbox import Inbox

__all__ = ["authority", "empty_database", "install"]


@pytest.fixture(name="inbox")
def serve_inbox(authority: Authority) -> Iterator[Inbox]:
    """Serve an inbox."""
    with Inbox(authority) as inbox:
        yield inbox
