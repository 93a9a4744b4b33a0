"""The product with its page, in the test's process: real storage, real server, a clock in hand."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from providers.base import Access
from service import heartbeats, outbox, visitors
from service.actions import examples, planning, submitting
from service.app import App
from service.clock import Clock, real_now
from service.config import Settings, Web
from service.records import Candidate, FollowUp, Interview
from service.web.server import Server
from tests.databases import with_storage

EVENING = datetime(2026, 12, 8, 18, 0, tzinfo=UTC)
"""When the tests take place: the evening after the interviews of `tests.factories`."""

ANA = Candidate("Ana Lindqvist", "Europe/London", signature=("020 7946 0123",))


@dataclass(frozen=True, slots=True)
class HouseClock(Clock):
    """A clock that a test sets, and that goes on from there as fast as life."""

    turns: list[tuple[datetime, datetime]] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present moment of this clock."""
        moment, since = self.turns[-1]
        return moment + (real_now() - since)


@dataclass(slots=True)
class House:
    """One installation that serves its page."""

    app: App
    server: Server
    url: str
    clock: HouseClock

    def stand(self, moment: datetime) -> None:
        """Let the clock show another moment, and go on from there."""
        self.clock.turns.append((moment, real_now()))
        self.beat()

    def get(self, mail: FollowUp) -> FollowUp:
        """Return a mail as it is stored now."""
        return self.get_by_id(mail.id)

    def get_by_id(self, mail_id: int) -> FollowUp:
        """Return the mail with this id as it is stored now."""
        with self.app.database.read() as connection:
            return outbox.get(connection, mail_id)

    def link(self) -> str:
        """Return a link that lets one browser in, as `callback open` makes it."""
        candidate = self.app.office.candidate()
        assert candidate.id is not None
        return f"{self.url}/enter?code={visitors.make_link(self.app.database, candidate.id)}"

    def connect_local(self) -> None:
        """Connect the mailbox that keeps mails on this computer."""
        candidate = self.app.office.candidate()
        assert candidate.id is not None
        begun = self.app.mailboxes.begin(candidate.id, "local", Access.DRAFTS, "")
        self.app.mailboxes.finish(candidate.id, begun.state, "", name=candidate.name)

    def submit(self, interview: Interview) -> tuple[FollowUp, ...]:
        """Submit an interview whose mails go from the local mailbox."""
        office = self.app.office
        candidate = office.candidate()
        assert candidate.id is not None
        plan = planning.draw_up(office, candidate, replace(interview, mailbox="local"))
        return submitting.submit(office, candidate, plan).follow_ups

    def submit_examples(self) -> tuple[FollowUp, ...]:
        """Submit the demo's two interviews."""
        return tuple(each for one in examples.INTERVIEWS for each in self.submit(one))

    def beat(self) -> None:
        """Say that a service is running, as the running service does."""
        self._pulse().beat()

    def fall_silent(self) -> None:
        """Say that no service is running any more, as one does that stops."""
        self._pulse().leave()

    def _pulse(self) -> heartbeats.Pulse:
        app = self.app
        return heartbeats.Pulse(app.database, app.owner(), app.clock, "test", real_now)


@contextmanager
def opened(
    folder: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    serve: Callable[[int], Web] = Web,
    candidate: Candidate = ANA,
) -> Iterator[House]:
    """Serve the page of an installation on a free port until the block ends.

    `serve` makes the settings of the page for a port.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = Settings(web=serve(port), **(settings or {}))
    clock = HouseClock(start=EVENING, since=real_now(), turns=[(EVENING, real_now())])
    app = App(with_storage(own, folder), None, folder=folder, clock=clock)
    app.prepare()
    app.office.save_candidate(candidate)
    server = Server(app)
    house = House(app, server, server.place.url.rstrip("/"), clock)
    house.beat()
    server.start()
    try:
        yield house
    finally:
        server.stop()
        app.close()
