"""What people type for "Where do they work? (city)" -> zone, country and region of the calendar.

`find_places` gives several when the answer is not clear, so that the caller asks, and none when
nothing is known. The region is None wherever it is not certain: a wrong holiday is worse than a
missing one. `write_place` is the way back: what it writes means that place alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from service.intake import cities, countries, texts, wordlists
from service.intake.cities import fold
from service.intake.namesakes import find_namesakes
from service.intake.zones import resolve_zone, zone_of_offset, zones_of_abbreviation
from service.records import Place

__all__ = ["find_places", "resolve_zone", "write_place"]

_MOST_SHOWN: Final = 12
_LONGEST: Final = 120
_SHORTEST_ZONE: Final = 3
"""Letters of an abbreviation that is nothing but a zone: "CT" is Connecticut, too."""
_NO_ANSWER: Final = re.compile(r"://|@|^\s*\.")
_BREAK: Final = re.compile(r"\s*[,;()\[\]/|]\s*|\s+[-\N{EN DASH}\N{EM DASH}]\s+")
_ZONE_BEHIND: Final = re.compile(r"\s*\(([A-Za-z_]+/[^()\s]+)\)$")
_WITH_OFFSET: Final = re.compile(r"\(?(?:utc|gmt)\b", re.IGNORECASE)
_POST_CODE: Final = re.compile(r"\b\d{4} ?[A-Z]{2}\b|\S*\d\S*")
"""A Dutch one has letters behind its digits; of the others the words with digits are left out."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read an answer: what is named, and what is said to tell where that is."""

    name: str
    details: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def find_places(text: str) -> tuple[Place, ...]:
    """Return the places that `text` may mean, the largest first: one when it is clear.

    Understands a city ("Köln", "Cambridge, MA", "80331 München"), a country or a region, a zone by
    its IANA or Windows name, an abbreviation ("PST") and an offset ("GMT+2"). A zone alone gives no
    country; a country or region with several clocks gives one place for each.
    """
    asked = " ".join(text.split()).strip(" ,.;")
    if not asked or len(asked) > _LONGEST or texts.find_problem(asked) or _NO_ANSWER.search(text):
        return ()
    behind = _ZONE_BEHIND.search(asked)
    zone = resolve_zone(behind[1]) if behind else None
    if behind and zone:
        places = _find(asked[: behind.start()], every=True)
        return tuple(place for place in places if place.zone == zone)
    zones = _find_zones(asked)
    if len(asked) < _SHORTEST_ZONE:
        return tuple(dict.fromkeys((*_places_of(zones), *_find(asked))))
    return _places_of(zones) or _find(asked)


def write_place(place: Place) -> str:
    """Return what, typed again, means this place: "Springfield, IL, US (America/Chicago)"."""
    parts = [part for part in (place.city, place.subdivision, place.country) if part]
    return f"{', '.join(parts)} ({place.zone})" if parts else place.zone


def _find(asked: str, *, every: bool = False) -> tuple[Place, ...]:
    called: dict[str, str] = wordlists.read_table("places")["called"]
    asked = called.get(fold(asked), asked)
    readings = _read(asked)
    found = _find_among(readings, cities.LARGE)
    if not found and readings:
        bare = _strip_around(asked)
        found = (
            _places_of(_find_named_zones(asked))
            or (find_places(bare) if bare != asked else ())
            or _find_among(readings, cities.ALL)
        )
    return found if every else found[:_MOST_SHOWN]


def _find_among(readings: Sequence[_Reading], smallest: int) -> tuple[Place, ...]:
    """Return what the first reading means that means anything, by a list of cities."""
    known = cities.find_cities((fold(reading.name) for reading in readings), smallest)
    for reading in readings:
        if found := find_namesakes(reading.name, reading.details, known):
            return found
    return ()


def _read(asked: str) -> list[_Reading]:
    """Return the ways to read an answer, the most literal first; none when it names no place.

    "Halle (Saale)" is one name, "Cambridge (MA)" two, "Portland Maine" may be either.
    """
    table: dict[str, list[str]] = wordlists.read_table("places")["nowhere"]
    pieces = [piece for piece in _BREAK.split(asked) if piece and fold(piece) not in table["words"]]
    if not pieces or fold(asked) in table["too_wide"]:
        return []
    name, *details = [part.strip() for part in asked.split(",") if part.strip()]
    readings = [_Reading(name, tuple(details))]
    bare = [" ".join(_POST_CODE.sub(" ", piece).split()) for piece in pieces]
    readings += _read_pieces([piece for piece in bare if piece])
    if bare[0] != pieces[0] and not cities.find_cities([fold(bare[0])], cities.LARGE):
        # "Musterweg 1, 80331 München"
        readings += _read_pieces([piece for piece in bare[1:] if piece])
    return list(dict.fromkeys(readings))


def _read_pieces(pieces: list[str]) -> Iterator[_Reading]:
    """Yield "Cambridge", "MA" as it stands, "Cambridge MA" and "Cambridge MA USA" taken apart."""
    pieces = sorted(pieces, key=lambda piece: bool(_find_zones(piece)))  # "PST (Los Angeles)"
    if not pieces:
        return
    yield _Reading(pieces[0], tuple(pieces[1:]))
    words = pieces[0].split()
    for count in range(len(words) - 1, 0, -1):
        tail = " ".join(words[count:])
        if _is_detail(tail) or all(_is_detail(word) for word in words[count:]):
            yield _Reading(" ".join(words[:count]), (tail, *pieces[1:]))


def _is_detail(text: str) -> bool:
    return countries.is_known(fold(text)) or bool(zones_of_abbreviation(text))


def _find_zones(asked: str) -> tuple[str, ...]:
    """Return the zones of what can be nothing else: "PST", "CET/CEST", "Europe/London", "GMT+2"."""
    parts = [zones_of_abbreviation(part.strip()) for part in asked.split("/")]
    if all(parts) and (asked.isupper() or asked.islower()):
        shared = [zone for zone in parts[0] if all(zone in part for part in parts)]
        return tuple(shared or dict.fromkeys(zone for part in parts for zone in part))
    zone = zone_of_offset(asked)
    if zone is None and ("/" in asked or _WITH_OFFSET.match(asked)):
        zone = resolve_zone(asked.replace(" /", "/").replace("/ ", "/"))
    return (zone,) if zone else ()


def _find_named_zones(asked: str) -> tuple[str, ...]:
    """Return the zones of what is no place: "pst", "Pacific Standard Time", "London time"."""
    zone = resolve_zone(asked)
    if zone is not None:
        return (zone,)
    if asked.casefold().endswith(" time"):
        found = find_places(asked[: -len(" time")])
        return tuple(dict.fromkeys(place.zone for place in found))
    return zones_of_abbreviation(asked)


def _strip_around(asked: str) -> str:
    """Leave out what is said around a city: "in Berlin", "Greater London area"."""
    around: dict[str, list[str]] = wordlists.read_table("places")["around"]
    before, after = "|".join(around["before"]), "|".join(around["after"])
    bare = re.sub(rf"^(?:(?:{before})\s+)+", "", asked, flags=re.IGNORECASE)
    return re.sub(rf"(?:\s+(?:{after}))+$", "", bare, flags=re.IGNORECASE)


def _places_of(zones: Iterable[str]) -> tuple[Place, ...]:
    return tuple(Place(zone) for zone in zones)
