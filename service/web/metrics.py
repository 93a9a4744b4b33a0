"""Serves what Prometheus collects, for whoever holds an operator's token.

What became of mails is read from the database, whichever process did it; only the requests are
this process's own. No label holds an address, a name, an id of a row or a path with ids.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate, product
from pathlib import Path

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.actions import overseeing, tallying
from service.actions.overseeing import Health, Overview
from service.actions.tallying import Counted, Tally
from service.app import App
from service.clock import real_now
from service.states import State, WaitingFor
from service.web.operators import Operating

LIMITS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 3600.0, 14400.0, 86400.0)
"""Seconds of lateness that are told apart: a tenth is what a mail may take to be announced."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_Samples = Mapping[tuple[str, ...], float]

router = APIRouter(tags=["operator"])


@dataclass(frozen=True, slots=True)
class Told:
    """One metric that is told: a gauge or a counter, with its labels."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()

    def fill(self, samples: _Samples) -> Metric:
        """Return it with its values, by their labels."""
        kind = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        family = kind(self.name, self.help, labels=self.labels)
        for labels, value in sorted(samples.items()):
            family.add_metric(labels, value)
        return family


BUILD = Told("callback_build_info", "gauge", "The version of this service; always 1.", ("version",))
FOLLOW_UPS = Told(
    "callback_follow_ups",
    "gauge",
    "Mails by state, and by what held ones wait for.",
    ("state", "waiting_for"),
)
DUE = Told("callback_due_follow_ups", "gauge", "Mails whose time has come and that have not gone.")
OVERDUE = Told(
    "callback_overdue_seconds",
    "gauge",
    "Seconds for which the oldest mail that is due has been due; 0 when none is.",
)
MAILBOXES = Told(
    "callback_mailboxes",
    "gauge",
    "Connected mailboxes by provider and health: signed-in, blocked or signed-out.",
    ("provider", "health"),
)
ATTEMPTS = Told(
    "callback_attempts_total",
    "counter",
    "What tries to send led to, by provider, decision and the code of the provider's answer.",
    ("provider", "decision", "answer"),
)
SENDS = Told(
    "callback_sends_total",
    "counter",
    "How often a mail came to count as sent by proof of its provider.",
    ("provider",),
)
UNTOLD = Told(
    "callback_untold_notices", "gauge", "Notices to candidates that no channel has taken yet."
)
SERVICES = Told("callback_services_running", "gauge", "Services that run on this database.")
HEARTBEAT = Told(
    "callback_heartbeat_age_seconds",
    "gauge",
    "Seconds since a running service last said that it is alive; +Inf when none runs.",
)
LOOK = Told(
    "callback_look_age_seconds",
    "gauge",
    "Seconds since a running service last looked for what is due; +Inf when none runs.",
)
SIZE = Told(
    "callback_database_size_bytes", "gauge", "Size of the SQLite database with what is beside it."
)
REQUESTS = Told(
    "callback_http_requests_total",
    "counter",
    "Requests that this process answered, by method, route and status; never with an id.",
    ("method", "route", "status"),
)
LATENESS = Told(
    "callback_send_lateness_seconds",
    "histogram",
    "Seconds from a mail's time to its announcement to the provider, of those that were sent.",
)

ALL = (
    BUILD,
    FOLLOW_UPS,
    DUE,
    OVERDUE,
    MAILBOXES,
    ATTEMPTS,
    SENDS,
    LATENESS,
    UNTOLD,
    SERVICES,
    HEARTBEAT,
    LOOK,
    SIZE,
    REQUESTS,
)
"""Every metric of ours; docs/operating.md has the same table."""


class Requests:
    """Counts what this process answered. Shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, ...]] = Counter()

    def note(self, scope: Scope, status: int) -> None:
        """Count one answer, by the template of its route: a path may hold ids."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        with self._lock:
            self._counts[method, name_route(scope), str(status)] += 1

    def read(self) -> dict[tuple[str, ...], float]:
        """Return what was counted."""
        with self._lock:
            return dict(self._counts)


class Counting:
    """ASGI middleware around everything else: what is refused before any route counts as well."""

    def __init__(self, app: ASGIApp, *, requests: Requests) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the answer to a request when it begins: a stream may never end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_counted(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                self._requests.note(scope, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        except Exception:
            if not has_begun:
                self._requests.note(scope, 500)
            raise


class Installation(Collector):
    """Collects what is told, anew each time that it is asked."""

    def __init__(self, app: App, requests: Requests) -> None:
        self._app = app
        self._tally = Tally(app.database, LIMITS)
        self._requests = requests

    def collect(self) -> Iterator[Metric]:
        """Yield every metric.

        Raises:
            StorageUnusable: the database cannot be read now.

        """
        seen = overseeing.oversee(self._app.office)
        counted = self._tally.count()
        yield BUILD.fill({(version("call-back"),): 1})
        yield from _tell_mails(seen)
        yield from _tell_sending(seen, counted)
        yield from _tell_services(seen)
        yield SIZE.fill(_measure(self._app.database.file))
        yield REQUESTS.fill(self._requests.read())


def make_registry(app: App, requests: Requests) -> CollectorRegistry:
    """Return what collects everything for this application, and shares nothing with another."""
    registry = CollectorRegistry()
    registry.register(Installation(app, requests))
    ProcessCollector(registry=registry)
    return registry


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {
            "description": "In the text format of Prometheus.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
    },
)
def show_metrics(request: Request, _operator: Operating) -> Response:
    """Tell what Prometheus collects. Needs an operator's token."""
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    body = encode(request.app.state.metrics)
    return Response(body, headers={"Content-Type": content_type})


def name_route(scope: Scope) -> str:
    """Return the template of the path that was asked for: `other` where no route has it.

    A route knows its own part alone, and not that of the routers it was put into (FastAPI 0.165,
    2026-11): what comes before is taken from the path, with a parameter there by its name.
    """
    own: str | None = getattr(scope.get("route"), "path", None)
    if own is None:
        return "other"
    if ":path}" in own:
        return own
    before = scope["path"].rsplit("/", own.count("/"))[0]
    names = {
        str(value): f"{{{name}}}"
        for name, value in scope.get("path_params", {}).items()
        if f"{{{name}}}" not in own
    }
    return "/".join(names.get(part, part) for part in before.split("/")) + own


def _tell_mails(seen: Overview) -> Iterable[Metric]:
    total, held = seen.total, str(State.HELD)
    plain = [state for state in State if state is not State.HELD]
    states: dict[tuple[str, ...], float] = {
        **{(str(state), ""): total.states.get(state, 0) for state in plain},
        **{(held, str(reason)): total.waiting.get(reason, 0) for reason in WaitingFor},
    }
    yield FOLLOW_UPS.fill(states)
    yield DUE.fill({(): seen.total.due.count})
    yield OVERDUE.fill({(): seen.total.due.overdue_seconds(seen.now)})
    yield UNTOLD.fill({(): seen.untold})


def _tell_sending(seen: Overview, counted: Counted) -> Iterable[Metric]:
    providers = {each.provider for each in seen.mailboxes}
    health = Counter((each.provider, str(each.health)) for each in seen.mailboxes)
    every: dict[tuple[str, ...], float] = {
        (each, str(how)): health[each, str(how)] for each, how in product(providers, Health)
    }
    yield MAILBOXES.fill(every)
    attempts: dict[tuple[str, ...], float] = {}
    sends: dict[tuple[str, ...], float] = {(each,): 0 for each in providers}
    for each, count in counted.attempts.items():
        attempts[each.provider, each.decision, each.answer] = count
        if each.decision == tallying.SENT:
            sends[each.provider,] = sends.get((each.provider,), 0) + count
    yield ATTEMPTS.fill(attempts)
    yield SENDS.fill(sends)
    yield _tell_lateness(counted)


def _tell_lateness(counted: Counted) -> Metric:
    family = HistogramMetricFamily(LATENESS.name, LATENESS.help)
    limits = [*map(floatToGoString, LIMITS), "+Inf"]
    counts: Sequence[float] = list(accumulate(counted.lateness))
    buckets = list(zip(limits, counts, strict=True))
    family.add_metric((), buckets, counted.lateness_seconds)
    return family


def _tell_services(seen: Overview) -> Iterable[Metric]:
    now = real_now()
    words = [each.heartbeat for each in seen.services if each.is_running]
    beats = [(now - each.beat_at).total_seconds() for each in words]
    looks = [(now - each.looked_at).total_seconds() for each in words if each.looked_at]
    yield SERVICES.fill({(): len(words)})
    yield HEARTBEAT.fill({(): min(beats, default=float("inf"))})
    yield LOOK.fill({(): min(looks, default=float("inf"))})


def _measure(file: Path | None) -> dict[tuple[str, ...], float]:
    """Return the bytes of a SQLite file and its write-ahead log; nothing for another database."""
    if file is None:
        return {}
    parts = (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm"))
    return {(): sum(part.stat().st_size for part in parts if part.exists())}
