"""Which providers there are, by name; each is imported when it is first used."""

from collections.abc import Mapping
from importlib import import_module

from providers.base import Provider
from providers.errors import Rejected

PROVIDERS: Mapping[str, str] = {
    "gmail": "providers.gmail:Gmail",
    "outlook": "providers.outlook:Outlook",
    "local": "providers.local:Local",
}


def load(name: str) -> type[Provider]:
    """Return the class of the provider with this name; raise `Rejected` when there is none."""
    try:
        module, _, class_name = PROVIDERS[name].partition(":")
    except KeyError as error:
        known = ", ".join(PROVIDERS)
        detail = f"There is no provider “{name}”; there are {known}."
        raise Rejected("unknown-provider", detail) from error
    provider: type[Provider] = getattr(import_module(module), class_name)
    return provider
