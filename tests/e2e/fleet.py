"""Four services on one PostgreSQL: two are killed again and again, and the database is not spared.

Each service has a home and a door of its own to the loopback providers, so that their log says who
made which call. `run` goes on until every mail is at rest, and returns what happened.
"""

import random
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from providers.base import Access
from service import slots
from service.database import Database
from service.records import Candidate
from service.schema import attempts, follow_ups, heartbeats, mailboxes
from service.states import State
from tests.crowds import let_checks_pass, multiply
from tests.e2e import soak
from tests.e2e.conftest import World
from tests.e2e.own_postgres import OwnPostgres
from tests.e2e.product import CALLBACK
from tests.factories import Queue, make_slot
from tests.loopback.faults import Slow
from tests.loopback.graph_contract import BASE_PATH
from tests.loopback.server import Entry

START = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
SERVICES = 4
CALL_SECONDS = 0.1
"""How long a provider takes to answer: most of a mail's time, in which it may be struck."""

MORTAL = 2
"""How many of them are killed, the others must outlast everything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much and how wild."""

    mails: int
    boxes: int
    spread: timedelta
    """The time over which mails fall due."""
    kill_after_seconds: tuple[float, float]
    cut_off_seconds: float
    waits_for_leases: bool
    """Whether what a killed service held is free when three minutes are over, or at once."""
    seed: int = 20261209
    give_up_seconds: float = 1500


@dataclass(slots=True)
class Found:
    """What it came to."""

    plan: Plan
    states: Counter[str]
    delivered: Counter[str]
    kills: int
    interrupted: int
    """Attempts that a kill or the database cut off."""
    calls: Mapping[str, int]
    """How many calls each service that ever ran made to a mailbox."""
    clashes: list[str]
    """Where two services worked one mailbox at a time."""
    endings: list[int]
    """How those that were not killed ended when they were asked to."""
    seconds: float

    def table(self) -> str:
        """Return it as lines to be read."""
        return "\n".join(
            [
                f"{self.plan.mails} mails, {self.plan.boxes} mailboxes, {SERVICES} services",
                f"{self.seconds:.0f} s, {self.kills} kills, {self.interrupted} attempts cut off",
                f"states {dict(self.states)}, most to one reader {max(self.delivered.values())}",
                f"{sum(self.calls.values())} calls, {len(self.clashes)} clashes",
            ]
        )


@dataclass(slots=True)
class Service:
    """One running process; `doors` are the hosts by which its calls are known."""

    process: subprocess.Popen[bytes]
    doors: frozenset[str]
    killed_at: float | None = None


@dataclass(slots=True)
class Fleet:
    """The services, those that were killed included."""

    world: World
    database: OwnPostgres
    folder: Path
    services: list[Service] = field(default_factory=list)

    def start(self, number: int) -> Service:
        """Start a service on the computer of this number."""
        home = self.folder / f"computer-{number}"
        if not home.exists():
            home.mkdir(mode=0o700)
            shutil.copy(self.world.product.home / "vault.key", home)
        google, graph = self.world.google.open_door(), self.world.microsoft.open_door()
        environment = {
            **self.world.product.environment(),
            "CALLBACK_HOME": str(home),
            "CALLBACK_STORAGE__URL": self.database.url,
            "CALLBACK_GMAIL__API_ENDPOINT": google,
            "CALLBACK_OUTLOOK__GRAPH_ENDPOINT": graph + self._graph_path(),
            "CALLBACK_NOTIFY__MAIL": "false",
            "CALLBACK_WEB__PORT": str(_free_port()),
        }
        log = self.folder / f"service-{len(self.services)}.log"
        with log.open("ab") as stream:
            process = subprocess.Popen(
                [*CALLBACK, "run"], env=environment, cwd=home, stdout=stream, stderr=stream
            )
        doors = frozenset(address.removeprefix("https://") for address in (google, graph))
        self.services.append(Service(process, doors))
        return self.services[-1]

    def _graph_path(self) -> str:
        return self.world.microsoft.graph_endpoint.removeprefix(self.world.microsoft.url)

    def kill(self, service: Service) -> None:
        """Kill it with SIGKILL, whatever it does."""
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
        service.killed_at = time.monotonic()

    def stop(self, service: Service) -> int:
        """Ask it to end, and return how it ended."""
        service.process.send_signal(signal.SIGTERM)
        return service.process.wait(120)


def run(world: World, postgres: OwnPostgres, folder: Path, plan: Plan) -> Found:
    """Let all of it happen."""
    world.product.set_clock(START, rate=0)
    _fill(world, postgres, plan)
    for server in (world.google, world.microsoft):
        server.faults = Slow(server.lock, CALL_SECONDS)
    world.product.set_clock(START - timedelta(seconds=10), rate=1)
    fleet = Fleet(world, postgres, folder)
    database = Database(postgres.url)
    began = time.monotonic()
    try:
        with _all(fleet) as services:
            _let_it_happen(fleet, services, database, plan)
            endings = [fleet.stop(each) for each in services]
        seconds = time.monotonic() - began
        with database.read() as connection:
            states = Counter(connection.scalars(sa.select(follow_ups.c.state)).all())
            interrupted = len(connection.scalars(_INTERRUPTED).all())
            overlaps = _find_overlaps(connection)
    finally:
        database.close()
    entries = [*_read_calls(world)]
    return Found(
        plan=plan,
        states=states,
        delivered=soak.count_delivered(world),
        kills=sum(each.killed_at is not None for each in fleet.services),
        interrupted=interrupted,
        calls=Counter(entry.request.headers["Host"] for _owner, entry in entries),
        clashes=overlaps + _find_clashes(fleet, entries),
        endings=endings,
        seconds=seconds,
    )


_INTERRUPTED = sa.select(attempts.c.id).where(
    attempts.c.outcome.in_(("release", "disprove")) | attempts.c.ended_at.is_(None)
)
_UNRESTED = (
    sa.select(sa.func.count())
    .select_from(follow_ups)
    .where(follow_ups.c.state.in_((State.SCHEDULED, State.SENDING)))
)


@contextmanager
def _all(fleet: Fleet) -> Iterator[list[Service]]:
    """Have one service on each computer; whatever happens, none is left behind."""
    try:
        yield [fleet.start(number) for number in range(SERVICES)]
    finally:
        for each in fleet.services:
            each.process.kill()
            each.process.wait()


def _let_it_happen(fleet: Fleet, services: list[Service], database: Database, plan: Plan) -> None:
    """Kill, restart and cut off until every mail is at rest."""
    chance = random.Random(plan.seed)  # noqa: S311 - the same again
    give_up = time.monotonic() + plan.give_up_seconds
    # Then they are left alone: what is ten minutes late gets another time, maybe of another day.
    last_kill = time.monotonic() + plan.spread.total_seconds()
    ends = [time.monotonic() + chance.uniform(*plan.kill_after_seconds) for _ in range(MORTAL)]
    blows = _list_blows(fleet.database, services[-1], plan)
    while unrested := _count(database):
        assert time.monotonic() < give_up, f"{unrested} mails are left"
        if blows and unrested < blows[0][0] * plan.mails:
            blows.pop(0)[1]()
        for number in range(MORTAL):
            service = services[number]
            has_ended = service.process.poll() is not None  # it found no database at its start
            if not has_ended and not ends[number] < time.monotonic() < last_kill:
                continue
            fleet.kill(service)
            if not plan.waits_for_leases:
                _end_leases(database, service)
            services[number] = fleet.start(number)
            ends[number] = time.monotonic() + chance.uniform(*plan.kill_after_seconds)
        _let_pass(services[-1], 0.1)
    assert not blows


def _list_blows(
    postgres: OwnPostgres, survivor: Service, plan: Plan
) -> list[tuple[float, Callable[[], None]]]:
    """Return what befalls the database, each with the share of the mails that are left by then."""

    def cut_off() -> None:
        with postgres.cut_off():
            _let_pass(survivor, plan.cut_off_seconds)

    return [(0.75, postgres.restart), (0.5, cut_off), (0.25, postgres.crash)]


def _let_pass(survivor: Service, seconds: float) -> None:
    """Let time pass in which a service that is not killed must not end."""
    with pytest.raises(subprocess.TimeoutExpired):
        survivor.process.wait(seconds)


def _count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.scalar(_UNRESTED) or 0)


def _end_leases(database: Database, service: Service) -> None:
    """Let what a killed process held be free, as it is three minutes later."""
    mine = sa.select(heartbeats.c.owner).where(heartbeats.c.pid == service.process.pid)
    with database.write() as connection:
        for kind in ("lease", "refresh"):
            holder = mailboxes.c[f"{kind}_owner"]
            free = {f"{kind}_owner": None, f"{kind}_until": None}
            connection.execute(sa.update(mailboxes).where(holder.in_(mine)).values(free))


def _fill(world: World, postgres: OwnPostgres, plan: Plan) -> None:
    """Connect the mailboxes, half of them Gmail's, and let the mails be due one after the other."""
    with soak.opened(world, postgres.url) as app:
        candidate = app.office.save_candidate(Candidate("Ana Lindqvist", "Europe/London"))
        ids = [
            soak.connect(world, app, ("gmail", "outlook")[number % 2], Access.DRAFTS, number)
            for number in range(plan.boxes)
        ]
        slot = replace(make_slot(START), basis=slots.find_basis(app.office.policy))
        Queue(app.database, candidate, ids[0]).add(slot=slot)
        multiply(app.database, plan.mails)
        with app.database.write() as connection:
            for number in range(1, plan.mails + 1):
                moment = START + plan.spread * number / plan.mails
                own = {"mailbox_id": ids[number % plan.boxes], "slot_at": moment}
                one = sa.update(follow_ups).where(follow_ups.c.id == number)
                connection.execute(one.values(own))
        let_checks_pass(app.database)


def _read_calls(world: World) -> Iterator[tuple[str, Entry]]:
    """Return every call to a mailbox with its account, in the order in which they arrived."""
    for server, below in ((world.google, "/gmail/"), (world.microsoft, BASE_PATH)):
        for entry in server.log:
            if entry.path.startswith(below) and entry.request.bearer:
                yield server.owner_of(entry.request.bearer), entry


def _find_clashes(fleet: Fleet, calls: Iterable[tuple[str, Entry]]) -> list[str]:
    """Find calls to a mailbox between another service's draft and its sending of it.

    A service that was killed meanwhile does not count: what it left is another's to settle.
    """
    by_door = {door: each for each in fleet.services for door in each.doors}
    drafting: dict[str, Service] = {}
    clashes = []
    for owner, entry in calls:
        host = entry.request.headers["Host"]
        if host not in by_door:
            continue  # the mailbox was connected
        caller = by_door[host]
        other = drafting.get(owner)
        if other is not None and other is not caller:
            if other.killed_at is None or other.killed_at > entry.at:
                clashes.append(f"{owner}: {entry.method} {entry.path} within another's mail")
            del drafting[owner]
        if entry.method == "POST":
            if entry.path.endswith(("/drafts", "/me/messages")):
                drafting[owner] = caller
            elif entry.path.endswith("/send"):
                drafting.pop(owner, None)
    return clashes


def _find_overlaps(connection: sa.Connection) -> list[str]:
    """Find attempts in one mailbox by two services of which one began before the other ended."""
    columns = attempts.c.mailbox_id, attempts.c.owner, attempts.c.started_at, attempts.c.ended_at
    found = []
    before: dict[int, tuple[str, datetime | None]] = {}
    for box, owner, started_at, ended_at in connection.execute(
        sa.select(*columns).order_by(attempts.c.id)
    ):
        last = before.get(box)
        if last and last[0] != owner and (last[1] is None or last[1] > started_at):
            found.append(f"mailbox {box}: an attempt of {owner} began before another's had ended")
        before[box] = owner, ended_at
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])
