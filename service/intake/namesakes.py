"""All that has one name: cities, countries, regions; which of them is meant is decided by size.

What the size does not decide stays open: several places, the largest first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.intake import cities, countries, wordlists
from service.intake.cities import City, fold
from service.intake.zones import keep_same_clock, zones_of_abbreviation
from service.records import Place

_CLEARLY_LARGER: Final = 10
"""A city this many times larger than its namesakes is the one that is meant."""
_CLEARLY_THE_COUNTRY: Final = 100
"""A country or region this many times larger than a city of its name: the city is not meant."""
_CODE: Final = 2
"""Letters of the codes of countries and states: "IN" is India and Indiana."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A city with the name, and how it has it."""

    city: City
    is_named_so: bool
    """Its name is what was typed, and not only a name of old or of its airport."""
    begins_so: bool
    """Its name goes on after it: "Newcastle upon Tyne"."""

    @property
    def size(self) -> int:
        return self.city.population


@dataclass(frozen=True, slots=True)
class _Area:
    """A country or one of its regions, with a zone for each of its clocks."""

    country: str
    region: str | None
    size: int
    zones: tuple[str, ...]


def find_namesakes(name: str, details: Sequence[str], known: Iterable[City]) -> tuple[Place, ...]:
    """Return the places of a name that fit all of the details; `known` are the cities there are."""
    wanted, described = fold(name), tuple(fold(detail) for detail in details)
    named = _find_cities(wanted, described, known)
    areas = [area for area in _find_areas(wanted) if _fits(area, described)]
    if areas:
        largest = max(area.size for area in areas)
        standing = [n for n in named if any(_stands_for(n, area) for area in areas)]
        areas = [area for area in areas if not any(_stands_for(n, area) for n in standing)]
        named = [
            n
            for n in named
            if n in standing or (n.is_named_so and n.size * _CLEARLY_THE_COUNTRY >= largest)
        ]
    if any(_is_torn(detail) for detail in described):
        by_country = dict.fromkeys(n.city.country for n in named)
        groups = [[n for n in named if n.city.country == country] for country in by_country]
        named = [n for group in groups for n in _clearest(group)]
    elif named:
        named = _clearest(named)
    sized = [(area.size, place) for area in areas for place in _places_of(area)]
    sized += [(n.size, _place_of(n.city)) for n in named]
    return tuple(dict.fromkeys(place for _, place in sorted(sized, key=lambda each: -each[0])))


def _find_cities(wanted: str, details: tuple[str, ...], known: Iterable[City]) -> list[_Named]:
    named = [n for n in _name_cities(wanted, known) if _fit(n.city, details)]
    if any(_is_torn(detail) for detail in details) and all(n.city.country != "US" for n in named):
        # "Salem, IN" is a small town in Indiana as well as a large one in India.
        small = _name_cities(wanted, cities.find_cities([wanted], cities.ALL))
        at_home = [n for n in small if n.city.country == "US" and n.is_named_so]
        named += [n for n in at_home if _fit(n.city, details)]
    return named


def _name_cities(wanted: str, known: Iterable[City]) -> Iterator[_Named]:
    for city in known:
        own = fold(city.name)
        is_code = len(wanted) <= _CODE and wanted.isascii()
        if own == wanted or (wanted in city.names and not is_code):
            yield _Named(city, own == wanted, own.startswith(f"{wanted} "))


def _find_areas(wanted: str) -> Iterator[_Area]:
    country = countries.find_named_country(wanted)
    if country:
        zones = cities.measure_zones(country)
        yield _Area(country, None, countries.find_population(country), _tell_apart(zones))
    table: dict[str, dict[str, str]] = wordlists.read_table("subdivisions")["divisions"]
    for holder, region in countries.find_regions(wanted):
        of_it = frozenset(d for d, code in table.get(holder, {}).items() if code == region)
        zones = cities.measure_zones(holder, of_it)
        if zones:
            yield _Area(holder, region, sum(zones.values()), _tell_apart(zones))


def _tell_apart(zones: Iterable[str]) -> tuple[str, ...]:
    """Leave one zone of each clock, the first."""
    kept: list[str] = []
    for zone in zones:
        if not any(keep_same_clock(zone, other) for other in kept):
            kept.append(zone)
    return tuple(kept)


def _stands_for(named: _Named, area: _Area) -> bool:
    """Tell whether a city of the name says all that the area does: "Singapore", "Wien"."""
    city = named.city
    if city.country != area.country or len(area.zones) != 1 or named.begins_so:
        return False
    if not keep_same_clock(city.zone, area.zones[0]):
        return False
    is_most_of_it = 2 * named.size >= area.size
    if area.region is None and _find_subdivision(city) is not None and not is_most_of_it:
        return False
    is_within = area.region in (None, _find_division(city))
    return (named.is_named_so and is_within) or named.size * _CLEARLY_LARGER >= area.size


def _clearest(named: list[_Named]) -> list[_Named]:
    """Leave out what hardly anybody means: old names beside real ones, hamlets beside capitals."""
    largest = max((n.size for n in named if n.is_named_so), default=0)
    kept = [
        n
        for n in named
        if n.is_named_so
        or (n.begins_so and 2 * n.size >= largest)
        or n.size > _CLEARLY_LARGER * largest
    ]
    if kept[0].size >= _CLEARLY_LARGER * max((n.size for n in kept[1:]), default=0):
        return kept[:1]
    return kept


def _places_of(area: _Area) -> Iterator[Place]:
    for zone in area.zones:
        yield Place(zone, country=area.country, subdivision=area.region)


def _place_of(city: City) -> Place:
    without: list[str] = wordlists.read_table("subdivisions")["without_calendar"]["zones"]
    if city.zone in without:
        return Place(city.zone, city.name)
    return Place(city.zone, city.name, city.country, _find_subdivision(city))


def _find_subdivision(city: City) -> str | None:
    by_city: str | None = wordlists.read_table("subdivisions")["cities"].get(str(city.id))
    return by_city or _find_division(city)


def _find_division(city: City) -> str | None:
    table: dict[str, dict[str, str]] = wordlists.read_table("subdivisions")["divisions"]
    return table.get(city.country, {}).get(city.division)


def _is_torn(detail: str) -> bool:
    """Tell whether a code means a country and one of the United States."""
    is_code = len(detail) == _CODE and detail in countries.list_regions("US")
    return is_code and countries.find_country(detail) is not None


def _fits(area: _Area, details: tuple[str, ...]) -> bool:
    if area.region is None:
        return not details
    return all(countries.find_country(detail) == area.country for detail in details)


def _fit(city: City, details: tuple[str, ...]) -> bool:
    return all(_is_in(city, detail) for detail in details)


def _is_in(city: City, detail: str) -> bool:
    """Tell whether "MA", "Massachusetts", "USA", "England" or "EST" tells where the city is."""
    if countries.find_country(detail) == city.country:
        return True
    regions = countries.list_regions(city.country)
    if regions.get(detail, "") in (_find_subdivision(city), _find_division(city)):
        return True
    is_zone = len(detail) > _CODE and bool(zones_of_abbreviation(detail))
    if is_zone or countries.is_known(detail):
        return is_zone and any(
            keep_same_clock(city.zone, zone) for zone in zones_of_abbreviation(detail)
        )
    own = fold(city.name).replace("(", "").replace(")", "").split()
    words = detail.split()
    if len(words) == 1:
        return detail in own or _is_beside(city, detail)
    return all(_is_in(city, word) for word in words) or _is_beside(city, detail)


def _is_beside(city: City, detail: str) -> bool:
    """Tell whether the city of that name is larger and in the same region: "Kreuzberg, Berlin".

    The one that is meant is the largest: London in Ontario does not tell which Paris it is.
    """
    others = cities.find_cities([detail], cities.LARGE)
    return bool(others) and (
        others[0].population > city.population
        and (others[0].country, others[0].division) == (city.country, city.division)
    )
