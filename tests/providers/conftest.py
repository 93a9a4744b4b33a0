"""The loopback Google and Microsoft with one account each, for the tests of the providers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.base import Access
from tests.loopback.google import LoopbackGoogle
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Authority
from tests.providers.gmail_bench import GmailBench
from tests.providers.outlook_bench import OutlookBench


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return one certificate authority for all servers."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def google(authority: Authority) -> Iterator[LoopbackGoogle]:
    """Serve a Google without accounts."""
    with LoopbackGoogle(authority) as server:
        yield server


@pytest.fixture
def gmail(google: LoopbackGoogle, tmp_path: Path) -> GmailBench:
    """Give a Gmail with the access `drafts`."""
    return GmailBench(google, Access.DRAFTS, tmp_path)


@pytest.fixture
def gmail_send_only(google: LoopbackGoogle, tmp_path: Path) -> GmailBench:
    """Give a Gmail with the access `send-only`."""
    return GmailBench(google, Access.SEND_ONLY, tmp_path)


@pytest.fixture
def microsoft(authority: Authority) -> Iterator[LoopbackMicrosoft]:
    """Serve a Microsoft without accounts; nothing may be asked of it that the contract denies."""
    with LoopbackMicrosoft(authority) as server:
        yield server
    assert server.contract_violations == ()


@pytest.fixture
def outlook(microsoft: LoopbackMicrosoft) -> OutlookBench:
    """Give an Outlook with the access `drafts`."""
    return OutlookBench(microsoft, Access.DRAFTS)


@pytest.fixture
def outlook_send_only(microsoft: LoopbackMicrosoft) -> OutlookBench:
    """Give an Outlook with the access `send-only`."""
    return OutlookBench(microsoft, Access.SEND_ONLY)
