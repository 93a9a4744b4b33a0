"""Every fault at every step with every provider and access: what the rules say, and what happens.

A cell is one follow-up whose delivery meets one fault at one step, against a server that comes back
at once. `expect` is the rule; `run` goes through the cell with the real product and returns what
was seen. `python -m tests.delivery.matrix` goes through all of them and prints the tables.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa

from providers import wire
from providers.base import Access
from service.database import Database
from service.records import FollowUp
from service.states import State
from tests.delivery.faults import MAIL_CASES, REFRESH_CASES, Case, Kind, Outage
from tests.delivery.installation import MOST_ROUNDS, Installation
from tests.factories import make_slot
from tests.loopback.faults import Fault, When
from tests.loopback.server import Authority

TIMEOUT_SECONDS = 0.5
"""How long a call is waited for that hangs; 30 seconds in the product."""

PROVIDERS = ("gmail", "outlook")


class Place(StrEnum):
    """The call of a delivery that meets the fault."""

    DRAFT = "draft"
    SEND = "send"
    LOOK_UNSENT = "look-unsent"
    """A look for a mail whose answer was lost, and which had not gone."""
    LOOK_SENT = "look-sent"
    """The same for one that had gone."""
    REFRESH = "refresh"
    """A refresh before anything is claimed, because the token runs out soon."""
    REFRESH_DRAFT = "refresh-draft"
    """A refresh because the token was refused when the draft was to be made."""
    REFRESH_SEND = "refresh-send"
    """A refresh because the token was refused after the send was announced."""


_LOOKS = frozenset({Place.LOOK_UNSENT, Place.LOOK_SENT})
_REFRESHES = frozenset({Place.REFRESH, Place.REFRESH_DRAFT, Place.REFRESH_SEND})

PLACES = {
    Access.DRAFTS: tuple(Place),
    Access.SEND_ONLY: (Place.SEND, Place.REFRESH, Place.REFRESH_SEND),
}

NO_FAULTS = {
    ("gmail", Place.LOOK_UNSENT, "404"): "Gmail's own word that the draft is gone is its proof that"
    " the mail went (docs/sending-once.md, what is assumed): no fault, but a lie.",
}
"""Cells that there cannot be, with the reason."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one place."""

    provider: str
    access: Access
    place: Place
    case: Case

    @property
    def kind(self) -> str:
        """The name of the installation that it runs in."""
        return f"{self.provider}-{self.access}"

    @property
    def name(self) -> str:
        """Its name among all cells."""
        return f"{self.kind}/{self.place}/{self.case.name}"


@dataclass(frozen=True, slots=True)
class End:
    """Where a cell comes to rest.

    `waits_as` is the state in which it waits for a sign-in that is needed first; `delivered` counts
    the mails that the server delivered, whatever it said.
    """

    state: State
    delivered: int
    waits_as: State | None = None


def cells() -> list[Cell]:
    """Return every cell there is."""
    return [
        Cell(provider, access, place, case)
        for provider in PROVIDERS
        for access in Access
        for place in PLACES[access]
        for case in (REFRESH_CASES if place in _REFRESHES else MAIL_CASES)[provider].values()
        if (provider, place, case.name) not in NO_FAULTS
    ]


def expect(cell: Cell) -> End:
    """Say by the rules of docs/sending-once.md where a cell comes to rest."""
    kind, place = cell.case.kind, cell.place
    if kind is Kind.SCOPE:
        # Signed out: it waits, and goes once the user has signed in again.
        return End(State.SENT, 1, State.SENDING if place in _LOOKS else State.SCHEDULED)
    if kind is Kind.REFUSED and place in (Place.DRAFT, Place.SEND):
        return End(State.FAILED, 0)
    if kind is Kind.LOST and place is Place.SEND and cell.access is Access.SEND_ONLY:
        # The only place at which the user is asked. A request that hangs is executed late.
        has_gone = cell.case.when == "after" or cell.case.name.endswith("-hang")
        return End(State.UNCONFIRMED, int(has_gone))
    # Not executed: made again. Lost: settled by looking. No look that fails proves anything.
    return End(State.SENT, 1)


def run(at: Installation, cell: Cell) -> End:
    """Go through a cell in an installation of its kind, and return where it came to rest."""
    follow_up = _add(at)
    trouble = _begin(at, cell, follow_up)
    try:
        with trouble.hooked(), _impatient(is_on=trouble.is_hang):
            _go_on(at, trouble.has_come)
    finally:
        trouble.end()
    assert trouble.has_come(), "the fault was not met"
    at.run_until_quiet()
    waits_as = None
    if at.stored_mailbox().signed_out_at is not None:
        waits_as = at.state(follow_up)
        at.connect()
        at.run_until_quiet()
    # A sign-in server that refuses the client itself is the user's to mend, and said loudly.
    said = {"mailbox cannot be opened"} if cell.place is Place.REFRESH else set()
    assert set(at.broken()) <= said
    _check_posts(at, cell)
    return End(at.state(follow_up), at.went_since(), waits_as)


@dataclass(slots=True)
class _Trouble:
    """What goes wrong in one cell: an armed fault, or an outage that begins at its place."""

    at: Installation
    what: Fault | Outage
    is_time: Callable[[], bool]
    """Whether the outage is to begin now; a fault waits for its request by itself."""
    is_out: bool = False

    @property
    def is_hang(self) -> bool:
        """Whether a call is to be given up."""
        return isinstance(self.what, Fault) and self.what.what == "hang"

    def has_come(self) -> bool:
        """Whether it has met the product."""
        return self.what.hits > 0 if isinstance(self.what, Fault) else self.is_out

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """Let an outage begin between two calls, where the product turns to its database."""
        engine = self.at.app.database._engine
        sa.event.listen(engine, "begin", self._look)
        self.at.clock.alarms.append(self._come)
        try:
            yield
        finally:
            sa.event.remove(engine, "begin", self._look)
            self.at.clock.alarms.clear()

    def end(self) -> None:
        """Have the server come back, and finish what it held back."""
        server = self.at.server.bench.server
        if self.is_hang and isinstance(self.what, Fault):
            self.what.release()
            server.wait_for(lambda: all(_is_over(entry.note, entry.status) for entry in server.log))
        if self.is_out and self.what is Outage.REFUSED:
            server.start()
        elif self.is_out:
            server.greet("tls")

    def _come(self) -> bool:
        """Begin when it is time; an alarm of the clock, which may read the database."""
        if isinstance(self.what, Fault) or self.is_out:
            return True
        if self.is_time():
            self._begin_outage()
        return self.is_out

    def _look(self, _connection: sa.Connection) -> None:
        """Begin between a refused token and its refresh, where no clock is asked."""
        server = self.at.server.bench.server
        is_outage = not isinstance(self.what, Fault) and not self.is_out
        if is_outage and server.log and server.log[-1].status == 401:
            self._begin_outage()

    def _begin_outage(self) -> None:
        server = self.at.server.bench.server
        self.is_out = True
        if self.what is Outage.REFUSED:
            server.stop()
        else:
            server.greet("untrusted" if self.what is Outage.UNTRUSTED else "hang-up")


def _is_over(note: str, status: int | None) -> bool:
    return not note.endswith("hang") or status is not None


def _begin(at: Installation, cell: Cell, follow_up: FollowUp) -> _Trouble:
    """Arm the fault of a cell, and bring about what its place needs."""
    bench, is_time = at.server.bench, at.is_announced
    path, method = bench.sending, "POST"
    if cell.place is Place.DRAFT:
        path, is_time = at.server.creating, lambda: at.state(follow_up) is State.SENDING
    elif cell.place in _LOOKS:
        when: When = "after" if cell.place is Place.LOOK_SENT else "before"
        lost = bench.arm(bench.sending, when, "drop")
        path, method, is_time = at.server.looking, "GET", lambda: lost.hits > 0
    elif cell.place in _REFRESHES:
        path, is_time = bench.token_path, lambda: cell.place is Place.REFRESH
        _spoil_token(at, cell.place)
    if cell.case.outage is not None:
        return _Trouble(at, cell.case.outage, is_time)
    what = cell.case.what(at.server, at.clock.now())
    return _Trouble(at, bench.arm(path, cell.case.when, what, method), is_time)


def _spoil_token(at: Installation, place: Place) -> None:
    if place is Place.REFRESH:
        at.age_token()
    elif place is Place.REFRESH_DRAFT:
        at.server.bench.expire_tokens()
    else:
        at.clock.alarms.append(lambda: at.is_announced() and _expire(at))


def _expire(at: Installation) -> bool:
    at.server.bench.expire_tokens()
    return True


def _add(at: Installation) -> FollowUp:
    """Add a follow-up that is due, to a reader and about a company of its own."""
    number = len(at.server.bench.server.log)
    return at.queue.add(
        company=f"Number {number}",
        address=f"reader{number}@tidewater.example",
        slot=make_slot(at.clock.now()),
    )


def _go_on(at: Installation, is_reached: Callable[[], bool]) -> None:
    """Work, and let time pass, until something has happened."""
    for _ in range(MOST_ROUNDS):
        wake = at.next_wake()
        if at.has_work():
            at.work()
        elif wake is not None:
            at.clock.move_to(wake)
        if is_reached() or (wake is None and not at.has_work()):
            return


@contextmanager
def _impatient(*, is_on: bool) -> Iterator[None]:
    """Give up a call soon, where one is to be given up."""
    with pytest.MonkeyPatch.context() as patch:
        if is_on:
            patch.setattr(wire, "TIMEOUT_SECONDS", TIMEOUT_SECONDS)
        yield


def _check_posts(at: Installation, cell: Cell) -> None:
    """Hold that nothing is asked to be sent again that may have gone."""
    is_blind = cell.access is Access.SEND_ONLY
    if cell.place is Place.SEND and cell.case.kind is Kind.LOST:
        if is_blind or cell.case.when == "after":
            assert at.sends() == 1
    elif cell.place is Place.LOOK_SENT:
        assert at.sends() == 1


# Printing


def main() -> int:
    """Go through every cell and print the tables; return 1 when a cell broke a rule."""
    from tests.delivery.conftest import set_up

    seen: dict[str, End] = {}
    broken: list[str] = []
    with TemporaryDirectory() as folder, ExitStack() as stack:
        made: dict[str, Installation] = {}
        authority = Authority(Path(folder) / "authority")
        for cell in cells():
            if cell.kind not in made:
                home = _prepare_home(Path(folder) / cell.kind)
                made[cell.kind] = set_up(stack, authority, cell.kind, home, home.parent)
            at = made[cell.kind]
            at.turn_page()
            try:
                seen[cell.name] = run(at, cell)
            except AssertionError as error:
                broken.append(f"{cell.name}: {error}")
            else:
                if seen[cell.name] != expect(cell):
                    broken.append(f"{cell.name}: {seen[cell.name]}, not {expect(cell)}")
    for provider in PROVIDERS:
        print("\n".join(_table(provider, seen)), end="\n\n")  # noqa: T201 - the table is the point
    print(f"{len(seen)} cells, {len(broken)} broke a rule.", *broken, sep="\n")  # noqa: T201
    return 1 if broken else 0


def _prepare_home(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir(parents=True, mode=0o700)
    database = Database(f"sqlite:///{home / 'callback.db'}")
    database.prepare()
    database.close()
    return home


def _table(provider: str, seen: dict[str, End]) -> list[str]:
    columns = [(access, place) for access in Access for place in PLACES[access]]
    heads = [f"{access[0]}:{place}" for access, place in columns]
    names = list(dict.fromkeys(cell.case.name for cell in cells() if cell.provider == provider))
    rows = [[provider, *heads]]
    for name in names:
        found = (seen.get(f"{provider}-{access}/{place}/{name}") for access, place in columns)
        rows.append([name, *(_show(end) for end in found)])
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _show(end: End | None) -> str:
    if end is None:
        return "-"
    return f"{end.state} {end.delivered}{' *' if end.waits_as else ''}"


if __name__ == "__main__":
    sys.exit(main())
