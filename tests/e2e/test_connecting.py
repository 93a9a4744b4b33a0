"""Connecting with the real command: the browser here, a browser elsewhere, a code on a device."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.e2e.conftest import GMAIL, OUTLOOK, World
from tests.e2e.product import CALLBACK

_BROWSER = """
import sys
from pathlib import Path
from tests.loopback.browser import follow
follow(sys.argv[2], Path(sys.argv[1]))
"""


def test_connecting_opens_the_browser_and_catches_its_answer(world: World, tmp_path: Path) -> None:
    """The loopback redirect: the page opens by itself, and the command ends connected."""
    script = tmp_path / "browser.py"
    script.write_text(_BROWSER)
    root = Path(__file__).parent.parent.parent
    browser = f"env PYTHONPATH={root} {sys.executable} {script} {world.ca_bundle} %s"
    world.product.settings = {**world.product.settings, "BROWSER": f"{browser} &"}
    for provider, address in (("gmail", GMAIL), ("outlook", OUTLOOK)):
        done = world.product.call("connect", provider, "--name", "Ana Lindqvist")
        assert f"Connected {address} ({provider})" in done.stdout
    assert world.product.call("doctor", expect=1).stdout.count("is signed in") == 2


def test_connecting_by_code_waits_until_the_other_device_has_allowed_it(world: World) -> None:
    """`--device`: the code is shown, typed elsewhere, and the mailbox is connected."""
    process = subprocess.Popen(
        [*CALLBACK, "connect", "outlook", "--device", "--name", "Ana Lindqvist"],
        env=world.product.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    code = re.search(r"type (\S+)", line)
    assert code is not None, line
    world.microsoft.approve_device(code[1], OUTLOOK)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert f"Connected {OUTLOOK} (outlook), access send-only." in out


def test_a_denied_consent_connects_nothing_and_says_so(world: World) -> None:
    """Denied on the page: one sentence, what to type, and no mailbox."""
    world.google.oauth.accounts[GMAIL].denies = True
    process = subprocess.Popen(
        [*CALLBACK, "connect", "gmail", "--no-browser", "--name", "Ana Lindqvist"],
        env=world.product.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    answer = world.browse(process.stdout.readline().strip())
    _out, err = process.communicate(answer + "\n", timeout=60)
    assert process.returncode == 1
    assert "gmail was not connected" in err
    assert "callback connect gmail" in err
    assert world.product.call("mailboxes").stdout == ""


def test_disconnecting_revokes_at_google_and_holds_what_was_to_go(world: World) -> None:
    """The grant ends at the provider and here; mails wait for another mailbox."""
    world.product.connect("gmail", world.browse, name="Ana Lindqvist")
    done = world.product.call("disconnect", GMAIL)
    assert "its sign-in is forgotten here" in done.stdout
    assert len(world.google.requests_to("POST", "/revoke")) == 1
    assert world.product.call("mailboxes").stdout == ""


def test_stopping_the_service_ends_it_cleanly(world: World, tmp_path: Path) -> None:
    """SIGTERM is the way to end it; its last word is that it did."""
    log = tmp_path / "service.log"
    with world.product.running(log):
        pass
    assert "service stopped" in log.read_text().splitlines()[-1]


@pytest.mark.sqlite
def test_a_second_service_on_one_file_is_refused(world: World, tmp_path: Path) -> None:
    """From any folder: one is enough, and says which database it is on."""
    with world.product.running(tmp_path / "service.log"):
        refused = world.product.call("run", "--once", expect=1)
        assert "A service already runs" in refused.stderr
        database = f"sqlite:///{world.product.home / 'callback.db'}"
        elsewhere = replace(
            world.product,
            home=tmp_path / "elsewhere",
            settings={**world.product.settings, "CALLBACK_STORAGE__URL": database},
        )
        refused = elsewhere.call("run", expect=1)
        assert "A service already runs" in refused.stderr


def test_a_google_project_in_testing_is_asked_for_once(world: World) -> None:
    """The answer is kept; the end of the sign-in is shown from then on."""
    arguments = ("connect", "gmail", "--no-browser", "--name", "Ana Lindqvist")
    with Terminal(world.product, *arguments, columns=2000) as terminal:
        terminal.answer("  line 1:")
        terminal.paste("Paste that address here:", lambda screen: _browse_from(world, screen))
        terminal.answer("Is it in Testing? [y/N]", "y")
        screen = terminal.finish()
    assert "Google Auth Platform > Audience shows its publishing status." in screen
    assert "Its sign-in ends " in screen
    with Terminal(world.product, *arguments[:3], columns=2000) as terminal:
        terminal.answer("  line 1:")
        terminal.paste("Paste that address here:", lambda screen: _browse_from(world, screen))
        assert "Is it in Testing?" not in terminal.finish()
    health = r"signed in, proved today \d\d:\d\d; ends \w+day \d+ \w+ \d\d:\d\d\n"
    assert re.search(health, _shown(world))


def test_whether_a_google_project_is_in_testing_can_be_said_beforehand(world: World) -> None:
    """By a flag, both ways; where nobody is asked and nothing is said, nothing is claimed."""
    out = world.product.connect("gmail", world.browse, name="Ana Lindqvist")
    assert "ends" not in out + _shown(world)
    assert "callback connect gmail --testing" in "".join(world.product.printed)
    out = world.product.connect("gmail", world.browse, "--testing")
    assert "Its sign-in ends " in out
    assert "; that ends " in world.product.call("doctor", expect=1).stdout
    out = world.product.connect("gmail", world.browse, "--no-testing")
    assert "ends" not in out + _shown(world)


def _browse_from(world: World, screen: str) -> str:
    """Visit the page that the terminal shows; return the address to be pasted."""
    (url,) = re.findall(r"^https://\S+$", screen, re.MULTILINE)
    return world.browse(url)


def _shown(world: World) -> str:
    return world.product.call("mailboxes").stdout
