"""`callback doctor` says what can reach the user, and tries it when asked; no address is shown."""

import logging
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from service.app import App
from service.config import Network, Notify, Settings
from service.errors import NotTold
from service.notices.monitor import find_monitor
from tests.databases import with_storage
from tests.delivery.installation import make_clock
from tests.e2e.product import Product
from tests.loopback.faults import Fault
from tests.loopback.server import Response
from tests.notices.inbox import SECRET, Inbox
from tests.notices.telling import Standing, make_teller

NOTHING = "MEND  nothing can reach you when something needs you\n"


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Return an installation whose only mailbox is local; the screen of the tests is left alone."""
    product = Product(tmp_path / "data")
    product.call("connect", "local", "--name", "Kim Candidate")
    return product


def reach(product: Product, inbox: Inbox, **changed: str) -> None:
    """Set the inbox up as a service and as the monitor."""
    product.settings = {
        **product.settings,
        "CALLBACK_NOTIFY__URLS": inbox.address,
        "CALLBACK_NOTIFY__PING_URL": f"{inbox.url}/{SECRET}",
        "CALLBACK_NETWORK__CA_BUNDLE": str(inbox.ca_bundle),
        **changed,
    }


def test_it_says_plainly_that_nothing_can_reach_the_user(product: Product) -> None:
    """A local mailbox tells nobody; the line below says what to set."""
    out = product.call("doctor", expect=1).stdout
    assert NOTHING in out
    mend = out.partition(NOTHING)[2].splitlines()[0]
    assert mend.strip() == (
        'Set [notify] urls = ["ntfy://a-topic-that-nobody-guesses"]; docs/notices.md says how.'
    )


def test_it_says_what_reaches_the_user(product: Product, inbox: Inbox) -> None:
    """By its kind alone; looking posts nothing and calls no monitor."""
    reach(product, inbox)
    out = product.call("doctor", expect=1).stdout
    assert "ok    you are told of what needs you by jsons\n" in out
    assert NOTHING not in out
    assert inbox.log == ()


def test_it_names_an_address_that_cannot_work(product: Product, inbox: Inbox) -> None:
    """What was set on purpose and does not work is to be mended, even beside one that does."""
    reach(product, inbox, CALLBACK_NOTIFY__URLS=f"{inbox.address},nonsense://{SECRET}")
    out = product.call("doctor", expect=1).stdout
    assert "MEND  nonsense cannot tell you anything: " in out
    assert "ok    you are told of what needs you by jsons\n" in out


def test_a_test_is_sent_in_every_way(product: Product, inbox: Inbox) -> None:
    """Each says whether it took it; a mailbox that is not there is one that did not."""
    reach(product, inbox)
    lines = product.call("doctor", "--send-test", expect=1).stdout.splitlines()
    assert lines[-5:-1] == [
        "MEND  mail did not take the test: No mailbox that sends is signed in and takes mail.",
        "      callback connect gmail, or callback connect outlook",
        "ok    jsons took the test",
        "ok    the monitor at [notify] ping_url was called",
    ]
    assert [title for title, _ in inbox.notes] == ["Call Back: a test"]


def test_a_test_that_is_not_taken_is_to_be_mended(product: Product, inbox: Inbox) -> None:
    """A service that is down and a monitor that answers no: each with a reason."""
    reach(product, inbox, CALLBACK_NOTIFY__MAIL="false")
    inbox.faults.add(Fault(lambda request: bool(request.path), "before", Response(503), times=None))
    lines = product.call("doctor", "--send-test", expect=1).stdout.splitlines()
    reason = "The service could not be reached, or did not take it (status 503)."
    assert [line for line in lines[-5:] if line.startswith("MEND")] == [
        f"MEND  jsons did not take the test: {reason}",
        "MEND  [notify] ping_url: The monitor refused the call (status 503).",
    ]


def test_looking_loads_no_library(product: Product, inbox: Inbox) -> None:
    """What they load may be much, and is loaded by a process that ends."""
    reach(product, inbox)
    told = subprocess.run(
        [sys.executable, "-c", _LOADED],
        env=product.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert told.splitlines()[-1] == "loaded: []"


def test_an_address_is_nowhere_to_be_found(
    product: Product, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in what commands print, in a log or error of any level, in a repr, or in the database."""
    wrong = f"jsons://localhost:1/{SECRET},tgram://{SECRET},nonsense://{SECRET}"
    reach(product, inbox)
    product.call("doctor", "--json", "--send-test", expect=1)
    reach(product, inbox, CALLBACK_NOTIFY__URLS=wrong)
    product.call("--debug", "doctor", "--send-test", expect=1)
    caplog.set_level(logging.DEBUG)
    told = [*product.printed, *fail_in_every_way(product.home, wrong, inbox)]
    told += [caplog.text, *(str(vars(record)) for record in caplog.records)]
    assert "jsons did not take the test" in "".join(told)
    assert [text for text in told if SECRET in text] == []
    stored = [path for path in product.home.rglob("*") if path.is_file()]
    assert [path for path in stored if SECRET.encode() in path.read_bytes()] == []


def fail_in_every_way(home: Path, urls: str, inbox: Inbox) -> list[str]:
    """Tell by addresses that do not work, in this process; return what is then lying about."""
    notify = Notify(urls=tuple(urls.split(",")), ping_url=f"https://localhost:1/{SECRET}")
    settings = Settings(notify=notify, network=Network(ca_bundle=inbox.ca_bundle))
    app = App(with_storage(settings, home), None, folder=home, clock=make_clock())
    standing = Standing(app.office.candidate())
    standing.put("a")
    assert make_teller(app, standing).round() == 0
    found = find_monitor(app)
    assert found is not None
    found.ping()
    app.close()
    with pytest.raises(NotTold) as caught:
        found.call()
    return [repr(settings), repr(found), "".join(traceback.format_exception(caught.value))]


_LOADED = """
import sys
from service import cli

cli.run(["doctor"])
print("loaded:", sorted({"apprise", "desktop_notifier", "dbus_fast"} & set(sys.modules)))
"""
