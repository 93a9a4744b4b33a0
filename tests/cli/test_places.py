"""Where the readers are: said for all of them or for one, asked when unclear, never guessed."""

import time
from pathlib import Path

import pytest

from tests.cli.papers import ONE, PANEL, make_invitation, write
from tests.cli.shell import Shell

WHY = "I would like to keep the same patients from the first day to the last."


def _slots(shell: Shell) -> dict[str, str]:
    return {mail["to"]["name"]: mail["zone"] for mail in shell.json("list")}


def test_a_person_who_sits_elsewhere_has_their_own_morning(shell: Shell, tmp_path: Path) -> None:
    """A panel from London with one in Singapore: preview, list and show say whose clock it is."""
    panel = write(tmp_path, "panel.toml", PANEL)
    added = shell("add", panel, "--place", "Priya: Singapore", "--yes").out
    assert "in London" in added
    assert "in Singapore (" in added
    assert _slots(shell) == {"Marisol Duarte": "Europe/London", "Priya Raman": "Asia/Singapore"}
    assert "in Singapore (" in shell("show", "f2").out
    assert "in London" in shell("show", "f1").out
    assert "Singapore" in shell("list").out


def test_a_place_of_a_person_may_stand_in_the_file(shell: Shell, tmp_path: Path) -> None:
    """The key under [[people]] says what the flag says."""
    panel = PANEL.replace('name = "Priya Raman"', 'name = "Priya Raman"\nwhere = "Singapore"')
    shell("add", write(tmp_path, "panel.toml", panel), "--yes")
    assert _slots(shell)["Priya Raman"] == "Asia/Singapore"


def test_a_place_of_a_person_may_be_said_with_flags_alone(shell: Shell) -> None:
    """One person needs no name before the place."""
    shell("add", *ONE, "--place", "Singapore", "--yes")
    assert _slots(shell) == {"Henrik Vogt": "Asia/Singapore"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Priya: Cambridge", "Cambridge, MA, US (America/New_York)"),
        ("Priya: Nowheresville", 'No city or time zone "Nowheresville" is known.'),
        ("Nobody: Singapore", '--place "Nobody" names nobody.'),
    ],
)
def test_a_place_that_is_not_clear_is_refused(
    shell: Shell, tmp_path: Path, value: str, said: str
) -> None:
    """Several are listed as they can be typed; nothing is stored."""
    panel = write(tmp_path, "panel.toml", PANEL)
    assert said in shell.refuse("add", panel, "--place", value, "--yes")
    assert shell.json("list") == []


def test_the_clock_of_the_computer_does_not_say_where_readers_are(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T01: without a city nothing is added, whatever clock the user's computer keeps."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    floating = make_invitation().replace(";TZID=Europe/London", "")
    path = write(tmp_path, "a.ics", floating)
    flags = tuple(each for each in ONE if each not in ("--where", "London"))
    try:
        assert "--where CITY says in which zone" in shell.refuse("add", path, "--yes")
        assert "--where: is missing" in shell.refuse("add", *flags, "--yes")
        shell("add", *ONE, "--yes")
        assert _slots(shell) == {"Henrik Vogt": "Europe/London"}
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_the_zone_of_an_invitation_is_asked_about(shell: Shell, tmp_path: Path) -> None:
    """A calendar tells whose clock it was written on, and nobody's place."""
    path = write(tmp_path, "a.ics", make_invitation())
    said = shell.refuse("add", path, "--met", "all", "--why", WHY, "--yes")
    assert "where the readers are is missing: --where London" in said


def test_a_country_alone_says_that_its_regions_are_not_known(shell: Shell) -> None:
    """Its holidays count, and the user learns that those of a region are missing."""
    flags = ("Germany" if each == "London" else each for each in ONE)
    shell("add", *flags, "--yes")
    (mail,) = shell.json("list")
    said = (*mail["reasons"], *mail["warnings"])
    assert "where in DE is not known: only holidays of the whole country count" in said
