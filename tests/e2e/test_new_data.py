"""New holidays and new zones: at its next start the service plans by them, and says what moved.

The packages are real ones, copied and changed, that stand before the installed ones.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import holidays
import pytest
import tzdata

from tests.cli.papers import ONE
from tests.e2e.product import Product

TUESDAY_EVENING = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)

_NEW_HOLIDAY = """
from datetime import date


def _populate_more(self, populate=UnitedKingdom._populate_public_holidays):
    populate(self)
    if self._year == 2026:
        self._add_holiday("Harbour Day", date(2026, 12, 9))


UnitedKingdom._populate_public_holidays = _populate_more
"""


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Return an installation with one mail to London, due on Wednesday 9 December after nine."""
    product = Product(tmp_path / "data")
    product.set_clock(TUESDAY_EVENING, rate=0)
    product.call("connect", "local", "--name", "Ana Lindqvist")
    product.call("add", *ONE, "--mailbox", "local", "--yes")
    assert _when(product)[:13] == "2026-12-09T09"
    return product


def test_a_new_holiday_moves_the_mail_to_the_next_working_day(
    product: Product, tmp_path: Path
) -> None:
    """Named in the reasons and in the history."""
    _upgrade(product, tmp_path, "holidays", Path(holidays.__file__).parent, "99.0")
    country = tmp_path / "site" / "holidays" / "countries" / "united_kingdom.py"
    country.write_text(country.read_text() + _NEW_HOLIDAY)
    product.call("run", "--once")
    assert _when(product)[:13] == "2026-12-10T09"
    shown = product.call("show", "f1").stdout
    assert "Wednesday 9 December is Harbour Day" in shown
    assert "the public holidays were updated; it was to go Wednesday 9 December 09:" in shown


@pytest.mark.parametrize("is_fixed", [False, True])
def test_new_rules_of_a_zone_keep_the_readers_clock(
    product: Product, tmp_path: Path, *, is_fixed: bool
) -> None:
    """The wall clock stands, the instant moves (T12); so it does where the user named the hour."""
    if is_fixed:
        product.call("move", "f1", "2026-12-09 16:20")
    before = datetime.fromisoformat(_when(product))
    _upgrade(product, tmp_path, "tzdata", Path(tzdata.__file__).parent, "2099.1")
    package = tmp_path / "site" / "tzdata"
    (package / "__init__.py").write_text('IANA_VERSION = "2099a"\n')
    shutil.copy(package / "zoneinfo" / "Europe" / "Athens", package / "zoneinfo/Europe/London")
    product.call("run", "--once")
    after = datetime.fromisoformat(_when(product))
    assert (before - after).total_seconds() == 2 * 60 * 60
    assert "the time zones were updated" in product.call("show", "f1").stdout


def _upgrade(product: Product, folder: Path, name: str, package: Path, version: str) -> None:
    """Put a copy of a package, under another version, before the installed one."""
    site = folder / "site"
    shutil.copytree(package, site / name)
    information = site / f"{name}-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    )
    product.settings = {**product.settings, "PYTHONPATH": str(site)}


def _when(product: Product) -> str:
    (mail,) = product.mails()
    return str(mail["goes_out_at"])
