"""Names each broken thing, and the command that mends it."""

import os
import stat
import sys
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from providers.errors import ProviderError, Rejected, SignInAgain
from service import clock as clocks
from service import heartbeats
from service.actions import looking
from service.actions.office import id_of
from service.app import App
from service.errors import NotTold, ServiceError
from service.notices import channels, monitor
from service.notices.channels.messenger import Messenger
from service.notices.channels.own_mail import OwnMail
from service.notices.records import Note
from service.records import Candidate, Mailbox
from service.timing.words import name_day

_SET_CLOCK = {
    "linux": "sudo timedatectl set-ntp true",
    "darwin": "sudo sntp -sS time.apple.com",
    "win32": "w32tm /resync",
}
"""What has the computer's clock set by a time server; Windows asks for an administrator."""

_NOTICES = "docs/notices.md says how."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `mend` is the command that mends it."""

    is_ok: bool
    message: str
    mend: str = ""


def examine(app: App) -> list[Check]:
    """Look at everything that can be broken. Asks each provider for a fresh token."""
    checks = [
        Check(True, f"settings from {app.config_file or 'the environment and the defaults'}"),
        _look_at_folder(app),
        Check(True, f"database {app.database.url.render_as_string(hide_password=True)}"),
    ]
    candidate = app.office.find_candidate()
    checks += _look_at_clock(app, candidate)
    if candidate is None:
        checks.append(Check(False, "no mailbox was ever connected", "callback connect gmail"))
        return checks
    connected = app.mailboxes.list(id_of(candidate))
    if connected:
        # Not before: looking must not make a key.
        checks.append(_look_at_vault(app))
    if not any(mailbox.provider != "local" for mailbox in connected):
        checks.append(Check(False, "no mailbox is connected that sends", "callback connect gmail"))
    looked = {mailbox.id: _look_at_mailbox(app, mailbox, candidate.zone) for mailbox in connected}
    checks += looked.values()
    working = {mailbox_id for mailbox_id, check in looked.items() if check.is_ok}
    checks += _look_at_channels(app, candidate, working)
    checks += _look_at_queue(app, candidate)
    return checks


def send_test(app: App) -> list[Check]:
    """Tell the user something in every way there is, and call the monitor; say what took it."""
    text = "This is a test: in this way Call Back tells you when something needs you."
    note = Note("Call Back: a test", text, text)
    checks = []
    for channel in channels.list_channels(app, app.office.find_candidate()):
        try:
            channel.tell(note)
        except NotTold as error:
            message = f"{channel.name} did not take the test: {error.message}"
            checks.append(Check(False, message, error.hint or _NOTICES))
        else:
            checks.append(Check(True, f"{channel.name} took the test"))
    found = monitor.find_monitor(app)
    if found is not None:
        try:
            found.call()
        except NotTold as error:
            checks.append(Check(False, f"[notify] ping_url: {error.message}", _NOTICES))
        else:
            checks.append(Check(True, "the monitor at [notify] ping_url was called"))
    return checks


def _look_at_folder(app: App) -> Check:
    mode = app.folder.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Check(
            False, f"the data folder {app.folder} is open to others", f"chmod 700 '{app.folder}'"
        )
    return Check(True, f"the data folder {app.folder} is private")


def _look_at_vault(app: App) -> Check:
    try:
        key_id = app.vault().key_id
    except ServiceError as error:
        return Check(False, error.message, error.hint)
    return Check(True, f"the vault opens with key {key_id}")


def _look_at_clock(app: App, candidate: Candidate | None) -> list[Check]:
    checks = []
    mend = _SET_CLOCK.get(sys.platform, "")
    if not app.clock.is_real:
        message = f"${clocks.VARIABLE} is set: the service runs under another clock"
        mend = f"unset {clocks.VARIABLE}"
        checks.append(Check(False, message, mend))
    now = app.clock.now()
    with app.database.read() as connection:
        recorded_at = heartbeats.find_ahead(connection, now)
    if recorded_at is not None:
        zone = candidate.zone if candidate else "UTC"
        checks.append(Check(False, heartbeats.describe_ahead(recorded_at, now, zone), mend))
    return checks


def _look_at_mailbox(app: App, mailbox: Mailbox, zone: str) -> Check:
    name = f"{mailbox.address} ({mailbox.provider}, access {mailbox.access})"
    again = f"callback connect {mailbox.provider}"
    try:
        app.mailboxes.probe(mailbox)
    except SignInAgain as error:
        return Check(False, f"{name} is signed out: {error.detail}", again)
    except Rejected as error:
        return Check(False, f"{name} is refused: {error.detail}", again)
    except ProviderError as error:
        return Check(False, f"{name} could not be reached: {error.detail}", "callback doctor")
    except ServiceError as error:
        return Check(False, f"{name}: {error.message}", error.hint)
    ends_at = app.mailboxes.ends_at(mailbox)
    if ends_at is None:
        return Check(True, f"{name} is signed in")
    local = ends_at.astimezone(ZoneInfo(zone))
    return Check(True, f"{name} is signed in; that ends {name_day(local)} {local:%H:%M}")


def _look_at_channels(app: App, candidate: Candidate, working: Collection[int]) -> list[Check]:
    """Say what can reach the user; `working` are the mailboxes that were found to be signed in."""
    checks, names = [], []
    for channel in channels.list_channels(app, candidate):
        try:
            channel.look()
        except NotTold as error:
            if isinstance(channel, Messenger):  # the others are nobody's express wish
                message = f"{channel.name} cannot tell you anything: {error.message}"
                checks.append(Check(False, message, error.hint or _NOTICES))
            continue
        if isinstance(channel, OwnMail):
            boxes = [mailbox for mailbox in channel.list_healthy() if mailbox.id in working]
            names += [f"{channel.name} to {mailbox.address}" for mailbox in boxes[:1]]
        else:
            names.append(channel.name)
    if names:
        checks.append(Check(True, f"you are told of what needs you by {', '.join(names)}"))
    else:
        mend = f'Set [notify] urls = ["ntfy://a-topic-that-nobody-guesses"]; {_NOTICES}'
        checks.append(Check(False, "nothing can reach you when something needs you", mend))
    return checks


def _look_at_queue(app: App, candidate: Candidate) -> list[Check]:
    status = looking.status(app.office, candidate)
    checks = []
    if not status.is_running:
        checks.append(Check(False, "nothing is running that would send", "callback run"))
    else:
        checks.append(Check(True, "a service is running"))
    if status.overdue and not status.is_running:
        checks.append(
            Check(False, f"mails whose time has come: {len(status.overdue)}", "callback run")
        )
    if status.needs_user:
        checks.append(
            Check(False, f"mails that wait for you: {len(status.needs_user)}", "callback list")
        )
    return checks
