"""Many mails from many mailboxes, with faults at random and the service killed again and again.

The service is the real `callback run` under a rehearsal's clock, which makes the minutes that it
waits pass in a moment. `soak` goes on until every mail has come to rest and returns what happened;
faults and kills come from a seed, and are the same again as far as threads and processes allow.
"""

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from providers.base import Access
from service import config, slots
from service.app import App
from service.records import Candidate
from service.schema import attempts, follow_ups, mailboxes
from tests.databases import end_leases, list_chosen, with_storage
from tests.e2e.conftest import World
from tests.factories import Queue, make_slot
from tests.loopback.exchange import Request, Response
from tests.loopback.faults import Ending, Fault, Faults, When
from tests.loopback.google import answers as google_answers
from tests.loopback.microsoft import graph_answers
from tests.providers.bench import REDIRECT

START = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
_ENDINGS: tuple[Ending, ...] = ("drop", "reset", "truncate", "garbage", "hang")
_WHENS: tuple[When, ...] = ("before", "after")
_READERS = "@tidewater.example"
_HELD_SECONDS = 1.0
"""How long a request is held that hangs; it is executed late, though its caller may be dead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much, how wild and how fast. `rate` clock seconds pass in one real second."""

    mails: int
    mailboxes: int
    seed: int = 20261209
    fault_share: float = 0.2
    kill_after_seconds: tuple[float, float] = (2.0, 5.0)
    fewest_kills: int = 3
    most_kills: int = 1000
    """After so many the service is left alone to finish."""
    spread: timedelta = timedelta(minutes=60)
    """The time over which the slots of a mailbox's mails lie."""
    rate: float = 30
    """Ten clock minutes late, a mail gets another time: those must outlast a start."""
    give_up_seconds: float = 1200


@dataclass(slots=True)
class Found:
    """What a soak came to: the state of each reader's mail, and how often it was delivered."""

    plan: Plan
    states: dict[str, str]
    accesses: dict[str, str]
    delivered: Counter[str]
    kills: int
    interrupted: int
    """Attempts that a kill cut off."""
    faults: Counter[str]
    requests: int
    seconds: float

    def table(self) -> str:
        """Return it as lines to be read."""
        plan, faults = self.plan, sum(self.faults.values())
        is_astray = not set(self.delivered) <= set(self.states)
        lines = [
            f"{plan.mails} mails, {plan.mailboxes} mailboxes, seed {plan.seed}",
            f"{self.seconds:.0f} s, {self.kills} kills, {self.interrupted} attempts cut off",
            f"{faults} faults in {self.requests} requests ({faults / self.requests:.0%})",
            f"most deliveries to one reader {max(self.delivered.values())}, astray {is_astray}",
        ]
        ends = Counter(
            (self.accesses[reader], state, self.delivered[reader])
            for reader, state in self.states.items()
        )
        lines += [
            f"  {access:20} {state:12} delivered {times}: {count}"
            for (access, state, times), count in sorted(ends.items())
        ]
        lines += [f"  {name:28} {count}" for name, count in sorted(self.faults.items())]
        return "\n".join(lines)


class RandomFaults(Faults):
    """Disturbs a share of all calls that draft, send, look or refresh."""

    def __init__(
        self, lock: threading.RLock, provider: str, plan: Plan, now: Callable[[], datetime]
    ) -> None:
        super().__init__(lock)
        self._provider = provider
        self._share = plan.fault_share
        self._random = random.Random(f"{plan.seed}-{provider}")  # noqa: S311 - the same again
        self._now = now
        self.counts: Counter[str] = Counter()
        self.requests = 0
        self.is_on = False

    def take(self, request: Request) -> Fault | None:
        """Return a fault for one request in so many."""
        is_token = request.path.endswith("/token")
        if not self.is_on or request.method == "HEAD":
            return None
        self.requests += 1
        if self._random.random() >= self._share:
            return None
        name, when, what = self._random.choice(
            self._token_faults() if is_token else self._mail_faults()
        )
        self.counts[name] += 1
        fault = Fault(lambda _request: True, when, what)
        if what == "hang":
            threading.Timer(_HELD_SECONDS, fault.release).start()
        return fault

    def _mail_faults(self) -> list[tuple[str, When, Response | Ending]]:
        seconds = self._random.randint(10, 120)
        throttled, refused = graph_answers.throttled(seconds), graph_answers.invalid_recipients("x")
        if self._provider == "gmail":
            until = self._now() + timedelta(seconds=seconds)
            throttled = google_answers.user_rate_limit_until(until)
            refused = google_answers.bad_request("Recipient address required")
        return [
            *((f"{when} {what}", when, what) for what in _ENDINGS for when in _WHENS),
            *(
                (f"{when} {status}", when, google_answers.backend_error(status))
                for status in (500, 502, 503, 504)
                for when in _WHENS
            ),
            ("before 429", "before", throttled),
            ("before 400", "before", refused),
        ]

    def _token_faults(self) -> list[tuple[str, When, Response | Ending]]:
        return [
            *((f"token, {when} {what}", when, what) for what in _ENDINGS for when in _WHENS),
            ("token, before 503", "before", Response(503, body=b"not now")),
        ]


def soak(world: World, folder: Path, plan: Plan) -> Found:
    """Submit the mails, run and kill the service until all are at rest, and say what happened."""
    product = world.product
    product.set_clock(START, rate=0)
    with opened(world) as app:
        accesses = _fill(world, app, plan)
    product.set_clock(START, rate=plan.rate)
    noise = [
        RandomFaults(server.lock, provider, plan, lambda: _now(world))
        for provider, server in (("gmail", world.google), ("outlook", world.microsoft))
    ]
    world.google.faults, world.microsoft.faults = noise
    for each in noise:
        each.is_on = True
    began = time.monotonic()
    kills = _run_and_kill(world, folder / "soak.log", plan)
    seconds = time.monotonic() - began
    for each in noise:
        each.is_on = False
    return Found(
        plan=plan,
        states=dict(list_chosen(product.home, _ENDS)),
        accesses=accesses,
        delivered=count_delivered(world),
        kills=kills,
        interrupted=_count(product.home, _INTERRUPTED),
        faults=noise[0].counts + noise[1].counts,
        requests=noise[0].requests + noise[1].requests,
        seconds=seconds,
    )


def count_delivered(world: World) -> Counter[str]:
    """Count what each reader got; notices to the user's own address are none of it."""
    everybody = [
        *(reader for each in world.google.delivered for reader in each.recipients),
        *(reader for each in world.microsoft.delivered for reader in each.recipients),
    ]
    return Counter(reader for reader in everybody if reader.endswith(_READERS))


_ENDS = sa.select(follow_ups.c.to_address, follow_ups.c.state)
_INTERRUPTED = (
    sa.select(sa.func.count())
    .select_from(attempts)
    .where(attempts.c.outcome.in_(("release", "disprove")) | attempts.c.ended_at.is_(None))
)
_UNRESTED = (
    sa.select(sa.func.count())
    .select_from(follow_ups)
    .where(follow_ups.c.state.not_in(("sent", "unconfirmed", "failed", "held")))
)
_NEXT_DUE = (
    sa.select(follow_ups.c.due_at, mailboxes.c.blocked_until)
    .join(mailboxes, mailboxes.c.id == follow_ups.c.mailbox_id)
    .where(follow_ups.c.state == "scheduled")
)


@contextmanager
def opened(world: World, url: str | None = None) -> Iterator[App]:
    """Open the installation in this process, set up for the loopback providers."""
    given = world.product.settings
    settings = config.Settings(
        storage=config.Storage(url=url),
        gmail=config.Gmail(
            client_file=Path(given["CALLBACK_GMAIL__CLIENT_FILE"]),
            revoke_uri=given["CALLBACK_GMAIL__REVOKE_URI"],
            api_endpoint=given["CALLBACK_GMAIL__API_ENDPOINT"],
        ),
        outlook=config.Outlook(
            client_id=given["CALLBACK_OUTLOOK__CLIENT_ID"],
            authority=given["CALLBACK_OUTLOOK__AUTHORITY"],
            graph_endpoint=given["CALLBACK_OUTLOOK__GRAPH_ENDPOINT"],
        ),
        network=config.Network(ca_bundle=world.ca_bundle),
    )
    home = world.product.home
    app = App(with_storage(settings, home), None, folder=home, clock=world.product.clock)
    try:
        app.prepare()
        yield app
    finally:
        app.close()


def _fill(world: World, app: App, plan: Plan) -> dict[str, str]:
    """Connect the mailboxes and add their mails; return each reader's kind of mailbox."""
    candidate = app.office.save_candidate(Candidate("Ana Lindqvist", "Europe/London"))
    basis = slots.find_basis(app.office.policy)
    readers: dict[str, str] = {}
    for number in range(plan.mailboxes):
        provider = ("gmail", "outlook")[number % 2]
        access = (Access.DRAFTS, Access.SEND_ONLY)[number // 2 % 2]
        mailbox_id = connect(world, app, provider, access, number)
        queue = Queue(app.database, candidate, mailbox_id)
        each = plan.mails // plan.mailboxes
        for mail in range(each):
            slot = replace(make_slot(START + plan.spread * mail / each), basis=basis)
            reader = f"reader{number}-{mail}{_READERS}"
            queue.add(company=f"Company {number}-{mail}", address=reader, slot=slot)
            readers[reader] = f"{provider} {access}"
    return readers


def connect(world: World, app: App, provider: str, access: Access, number: int) -> int:
    """Connect the mailbox of another account of the candidate; return its id."""
    candidate_id = app.office.candidate().id
    assert candidate_id is not None
    address = f"ana{number}@{provider}.example"
    if provider == "gmail":
        world.google.add_account(address)
        world.google.oauth.signs_in = address
    else:
        world.microsoft.add_account(address)
        world.microsoft.entra.signs_in = address
        # Graph answers before the mail has left Drafts; it moves while it is being looked for.
        world.microsoft.mailbox(address).reads_before_settling = 2
    begun = app.mailboxes.begin(candidate_id, provider, access, REDIRECT)
    answer = world.browse(begun.url)
    mailbox = app.mailboxes.finish(candidate_id, begun.state, answer, name="Ana Lindqvist")
    return mailbox.id


def _run_and_kill(world: World, log: Path, plan: Plan) -> int:
    """Start the service and kill it, until every mail is at rest; return how often."""
    product = world.product
    chance = random.Random(plan.seed)  # noqa: S311 - the same again
    give_up = time.monotonic() + plan.give_up_seconds
    kills, stood_at = 0, product.clock.now()
    while _count(product.home, _UNRESTED) or kills < plan.fewest_kills:
        assert time.monotonic() < give_up, log.read_text()[-2000:]
        _set_clock_on(world, plan, stood_at)
        process = product.start_fully(log)
        is_last = kills == plan.most_kills - 1
        lifetime = chance.uniform(*plan.kill_after_seconds)
        ends_at = time.monotonic() + (plan.give_up_seconds if is_last else lifetime)
        try:
            while time.monotonic() < ends_at and _count(product.home, _UNRESTED):
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.2)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        end_leases(product.home)
        kills, stood_at = kills + 1, product.clock.now()
        world.google.expire_access_tokens()
        world.microsoft.expire_access_tokens()
    return kills


def _set_clock_on(world: World, plan: Plan, stood_at: datetime) -> None:
    """Let the clock go on from where it stood, or from shortly before the next mail."""
    due = list_chosen(world.product.home, _NEXT_DUE)
    moment = min((max(at, until or at) for at, until in due), default=stood_at)
    if moment - stood_at > timedelta(minutes=5):
        stood_at = moment - timedelta(minutes=1)
    world.product.set_clock(stood_at, rate=plan.rate)


def _count(home: Path, query: sa.Select[int]) -> int:
    return int(list_chosen(home, query)[0][0])


def _now(world: World) -> datetime:
    """Return the time of the service, whose clock is put forward now and then."""
    return world.product.clock.now()
