"""Which providers there are, and what naming them costs."""

import subprocess
import sys

import pytest

from providers import registry
from providers.base import Provider
from providers.errors import Rejected


@pytest.mark.parametrize("name", registry.PROVIDERS)
def test_load_returns_the_class_of_that_name(name: str) -> None:
    """The name in the table is the name the provider gives itself."""
    provider = registry.load(name)
    assert issubclass(provider, Provider)
    assert provider.name == name
    assert provider.accesses


def test_load_names_the_providers_there_are() -> None:
    """A typing error is answered with the choice."""
    with pytest.raises(Rejected) as caught:
        registry.load("gmial")
    assert caught.value.code == "unknown-provider"
    assert "gmail, outlook, local" in caught.value.detail


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("registry", ("google", "googleapiclient", "msal", "requests", "urllib3", "httplib2")),
        ("base", ("google", "googleapiclient", "msal", "requests", "urllib3", "httplib2")),
        ("oauth", ("google", "googleapiclient", "msal", "requests", "urllib3", "httplib2")),
        ("local", ("google", "googleapiclient", "msal", "requests", "urllib3", "httplib2")),
        ("gmail", ("google", "googleapiclient", "msal", "httplib2")),
        ("outlook", ("google", "googleapiclient", "msal", "httplib2")),
    ],
)
def test_importing_loads_no_client_library(module: str, heavy: tuple[str, ...]) -> None:
    """A command that sends nothing does not wait for them."""
    script = f"import sys, providers.{module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in heavy if name in loaded] == []
    assert [name for name in loaded if name == "service" or name.startswith("service.")] == []
