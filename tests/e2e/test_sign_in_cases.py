"""Every case in which a sign-in is refused or ends, by the real commands; docs/sign-ins.md says so.

Each test brings its case about at the loopback Google or Microsoft, reads what the program then
tells, and compares it with the line of the table. So the table can neither drift nor be incomplete.
"""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.clock import real_now
from service.schema import grants, mailboxes
from tests.e2e.conftest import GMAIL, OUTLOOK, World
from tests.factories import Queue
from tests.loopback.exchange import request_to
from tests.loopback.faults import Fault
from tests.loopback.google import answers
from tests.unit.test_docs import ROOT, find_table

TABLE = ROOT / "docs" / "sign-ins.md"
OTHERS = {"gmail": "ana.other@gmail.example", "outlook": "ana.other@outlook.example"}
ADDRESSES = {"gmail": GMAIL, "outlook": OUTLOOK}
COMPOSE = "https://www.googleapis.com/auth/gmail.compose"
WEEK = timedelta(days=7, minutes=1)

Told = tuple[str, str]
"""The sentence that the user reads, and the command below it."""


def _connect(world: World, provider: str, *flags: str) -> None:
    world.product.connect(provider, world.browse, *flags, name="Ana Lindqvist")


def _be_refused(
    world: World, provider: str, *flags: str, browse: Callable[[str], str] | None = None
) -> Told:
    """Try to connect; return what the command ended with, which has stored nothing."""
    before = _list_signed_in(world)
    world.product.connect(provider, browse or world.browse, *flags, name="Ana Lindqvist", expect=1)
    *_, sentence, command = world.product.printed[-1].splitlines()
    assert _list_signed_in(world) == before
    return sentence.removeprefix(f"{provider} was not connected: "), command.strip()


def _be_signed_out(world: World, provider: str) -> Told:
    """Have `doctor` find the sign-in ended; return what `mailboxes` then says of it."""
    told = world.product.call("doctor", expect=1).stdout
    (mailbox,) = json.loads(world.product.call("mailboxes", "--json").stdout)
    assert mailbox["provider"] == provider
    assert mailbox["signed_out_at"] is not None
    sentence = str(mailbox["signed_out_reason"])
    assert f"is signed out: {sentence}\n" in told
    shown = world.product.call("mailboxes").stdout
    return sentence, shown.partition(sentence)[2].strip()


def _list_signed_in(world: World) -> list[str]:
    listed = json.loads(world.product.call("mailboxes", "--json").stdout)
    return [each["address"] for each in listed if each["signed_out_at"] is None]


def _revoke(world: World, provider: str) -> None:
    if provider == "gmail":
        world.google.revoke_grants(GMAIL)
    else:
        world.microsoft.revoke_grants(OUTLOOK)


def find_a_week_in_testing(world: World, provider: str) -> Told:
    """Google ends the grant after seven days; nobody had said that the project is in Testing."""
    _connect(world, provider)
    world.google.oauth.grants.is_testing = True
    world.google.advance(WEEK)
    with world.product.opened() as app, app.database.write() as connection:
        connection.execute(sa.update(grants).values(granted_at=real_now() - WEEK))
    return _be_signed_out(world, provider)


def find_revoked(world: World, provider: str) -> Told:
    """Take the access back, as the user or an administrator does."""
    _connect(world, provider)
    _revoke(world, provider)
    return _be_signed_out(world, provider)


def find_interaction(world: World, provider: str) -> Told:
    """Refuse every refresh until the user has shown a second factor."""
    _connect(world, provider)
    world.microsoft.account(OUTLOOK).needs_interaction = True
    return _be_signed_out(world, provider)


def find_denied(world: World, provider: str) -> Told:
    """Say no on the consent page."""
    world.google.oauth.accounts[GMAIL].denies = True
    world.microsoft.account(OUTLOOK).denies = True
    return _be_refused(world, provider)


def find_unticked(world: World, provider: str) -> Told:
    """Allow signing in, and nothing of the mailbox."""
    world.google.oauth.accounts[GMAIL].unticks = frozenset({COMPOSE})
    world.microsoft.account(OUTLOOK).unticks = frozenset({"Mail.Send"})
    return _be_refused(world, provider)


def find_no_refresh_token(world: World, provider: str) -> Told:
    """Give what is good for an hour."""
    world.microsoft.account(OUTLOOK).unticks = frozenset({"offline_access"})

    def browse(url: str) -> str:
        return world.browse(url.replace("access_type=offline", "access_type=online"))

    return _be_refused(world, provider, browse=browse)


def find_forbidden_at_google(world: World, provider: str) -> Told:
    """Have the administrator make a rule later; the sign-in itself still stands."""
    _connect(world, provider)
    refused = answers.oauth_error(400, "admin_policy_enforced", "Not allowed.")
    world.google.faults.add(Fault(request_to("POST", "/token"), "before", refused))
    told = world.product.call("doctor", expect=1).stdout.splitlines()
    (place,) = [number for number, line in enumerate(told) if " is refused: " in line]
    assert _list_signed_in(world) == [GMAIL]
    return told[place].partition(" is refused: ")[2], told[place + 1].strip()


def find_forbidden_at_microsoft(world: World, provider: str) -> Told:
    """Ask for what the organisation of a work account leaves to administrators."""
    world.microsoft.add_account("ana@work.example", is_work=True)
    world.microsoft.entra.signs_in = "ana@work.example"
    return _be_refused(world, provider, "--access", "drafts")


def find_another_account(world: World, provider: str) -> Told:
    """Signed out, and a mail waits; the browser is signed in to another account."""
    _connect(world, provider)
    with world.product.opened() as app:
        (mailbox,) = app.mailboxes.list(1)
        Queue(app.database, app.office.candidate(), mailbox.id).add()
    _revoke(world, provider)
    _be_signed_out(world, provider)
    world.google.add_account(OTHERS["gmail"])
    world.microsoft.add_account(OTHERS["outlook"])
    world.google.oauth.signs_in = OTHERS["gmail"]
    world.microsoft.entra.signs_in = OTHERS["outlook"]
    sentence, command = _be_refused(world, provider)
    with world.product.opened() as app, app.database.read() as connection:
        assert list(connection.scalars(sa.select(mailboxes.c.address))) == [ADDRESSES[provider]]
    return sentence, command.partition(",")[0]


def find_recreated(world: World, provider: str) -> Told:
    """Have the account deleted, and another one made with its address."""
    _connect(world, provider)
    del world.google.oauth.accounts[GMAIL]
    world.google.add_account(GMAIL)
    return _be_refused(world, provider)


def find_no_mailbox(world: World, provider: str) -> Told:
    """Sign in with an account that has no mailbox."""
    world.microsoft.account(OUTLOOK).has_mailbox = False
    path = "/gmail/v1/users/me/drafts"
    world.google.faults.add(Fault(request_to("GET", path), "before", answers.no_mailbox()))
    return _be_refused(world, provider, "--access", "drafts")


CASES: dict[str, Callable[[World, str], Told]] = {
    "Gmail: seven days in Testing": find_a_week_in_testing,
    "Gmail: revoked": find_revoked,
    "Outlook: revoked": find_revoked,
    "Outlook: wants to see you": find_interaction,
    "Gmail: you said no": find_denied,
    "Outlook: you said no": find_denied,
    "Gmail: a box not ticked": find_unticked,
    "Outlook: less allowed than asked": find_unticked,
    "Gmail: nothing that lasts": find_no_refresh_token,
    "Outlook: nothing that lasts": find_no_refresh_token,
    "Gmail: an administrator forbids it": find_forbidden_at_google,
    "Outlook: an administrator has to allow it": find_forbidden_at_microsoft,
    "Gmail: another account": find_another_account,
    "Outlook: another account": find_another_account,
    "Gmail: the address is another account's now": find_recreated,
    "Gmail: no mailbox": find_no_mailbox,
    "Outlook: no mailbox": find_no_mailbox,
}


def test_every_case_of_the_table_is_brought_about() -> None:
    """No line without its proof, and no case that the page leaves out."""
    assert [row[0] for row in find_table(TABLE, "case")] == list(CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_told_as_the_table_says(world: World, case: str) -> None:
    """One sentence with what to do, and the command; nothing is stored of a refused sign-in."""
    (row,) = [row for row in find_table(TABLE, "case") if row[0] == case]
    provider = case.partition(":")[0].lower()
    sentence, command = CASES[case](world, provider)
    assert (sentence, f"`{command}`") == (row[2], row[3])
    _hold_no_secret(world)


def _hold_no_secret(world: World) -> None:
    """Hold that no code and no token was printed."""
    secrets = world.google.issued_secrets | world.microsoft.issued_secrets
    printed = "\n".join(world.product.printed)
    assert not [secret for secret in secrets if secret in printed]
