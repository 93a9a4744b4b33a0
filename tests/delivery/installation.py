"""One installation with one connected mailbox, run round by round under a clock in a test's hand.

Everything in it is the product's own. `run_until_quiet` does what the scheduler does, without its
threads: it works the mailbox while there is work, and else moves the clock to the next wake-up.
After every round the promises of sending once are held against what really left the mailbox.
"""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from providers.base import Access, Mail
from service import leases, outbox
from service.actions.office import Office
from service.app import App
from service.clock import Clock, real_now
from service.daemon import make_delivery
from service.delivery import Delivery
from service.delivery.attempt import Courier, Lease
from service.delivery.record import Record, make_planner
from service.outbox import Attempt
from service.records import Candidate, FollowUp, Mailbox
from service.schema import attempts, grants, mailboxes
from service.states import State, Step
from tests.databases import with_storage
from tests.delivery.far import Far, FarServer
from tests.factories import WEDNESDAY_MORNING, Queue
from tests.loopback import browser
from tests.providers.bench import REDIRECT, reader_of

MOST_ROUNDS = 60
_EVER = datetime(9000, 1, 1, tzinfo=UTC)
_MUST_NOT_HAVE_GONE = frozenset({State.HELD, State.SCHEDULED, State.FAILED, State.STOPPED})
_BROKEN = frozenset({"attempt broke off", "attempt not settled", "mailbox cannot be opened"})


@dataclass(frozen=True, slots=True)
class HandClock(Clock):
    """A clock that a test moves. What stands in `alarms` happens when it is next asked.

    An alarm returns False while its moment has not come; it is then asked again.
    """

    hand: list[datetime] = field(default_factory=lambda: [WEDNESDAY_MORNING])
    alarms: list[Callable[[], bool]] = field(default_factory=list)

    def now(self) -> datetime:
        """Return where the hand stands."""
        for alarm in tuple(self.alarms):
            self.alarms.remove(alarm)  # it may ask the clock itself
            if not alarm():
                self.alarms.append(alarm)
        return self.hand[-1]

    def move_to(self, moment: datetime) -> None:
        """Put the hand on another moment."""
        self.hand.append(moment)

    def pass_by(self, time: timedelta) -> None:
        """Let some time pass."""
        self.move_to(self.hand[-1] + time)


def make_clock() -> HandClock:
    """Return a clock that stands at the moment the mails of the tests go out."""
    return HandClock(start=WEDNESDAY_MORNING, since=real_now(), rate=0)


class _Kept(logging.Handler):
    """Keeps every record of the product's log."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


class Installation:
    """One process of the product with one mailbox. `close` ends it."""

    def __init__(self, folder: Path, provider: str, access: Access, far: Far) -> None:
        self.folder = folder
        self.provider = provider
        self.access = access
        self.far = far
        self.clock = make_clock()
        self.app = self._open()
        self._others: list[App] = []
        self.candidate = self.app.office.save_candidate(Candidate("Kim Candidate", "Europe/London"))
        self.mailbox = self.connect()
        self.queue = Queue(self.app.database, self.candidate, self.mailbox.id)
        self.delivery = make_delivery(self.app)
        self._sent_before = self._went_before = 0
        self._drafts_before: frozenset[str] = frozenset()
        self._kept = _Kept()
        self._logger = logging.getLogger("callback")
        self._logger.addHandler(self._kept)
        self._logger.setLevel(logging.INFO)

    def turn_page(self) -> None:
        """Let nothing of before disturb, or count in `sends`, `went_since` and the like."""
        bench = self.server.bench
        bench.server.faults.clear()
        if self.stored_mailbox().signed_out_at is not None:
            self.connect()
        with self.app.database.write() as connection:
            for follow_up in self._follow_ups(connection):
                if follow_up.state is State.SCHEDULED:
                    outbox.stop(connection, follow_up.id, at=self.clock.now(), by="user")
        self._kept.records.clear()
        self._sent_before = bench.sends()
        self._went_before = len(self.far.went())
        self._drafts_before = frozenset(self.far.draft_ids())

    def sends(self) -> int:
        """Count the requests on the wire that asked to send, since the page was turned."""
        return self.server.bench.sends() - self._sent_before

    def went_since(self) -> int:
        """Count the mails that left since then."""
        return len(self.far.went()) - self._went_before

    def drafts_since(self) -> int:
        """Count the unsent drafts that were not there then."""
        return len(frozenset(self.far.draft_ids()) - self._drafts_before)

    @property
    def server(self) -> FarServer:
        """The far side, where it is a server."""
        assert isinstance(self.far, FarServer)
        return self.far

    @property
    def id(self) -> int:
        """The mailbox's id."""
        return self.mailbox.id

    @property
    def office(self) -> Office:
        """What the user's actions work with."""
        return self.app.office

    def close(self) -> None:
        """End this process and those beside it."""
        self._logger.removeHandler(self._kept)
        for app in (*self._others, self.app):
            app.close()

    def another(self) -> tuple[App, Delivery]:
        """Start another process on the same data, under the same clock."""
        app = self._open()
        self._others.append(app)
        return app, make_delivery(app)

    def connect(self, candidate: Candidate | None = None) -> Mailbox:
        """Sign in as the user does, for the first time or again; or as another candidate does."""
        candidate_id = (candidate or self.candidate).id
        assert candidate_id is not None
        begun = self.app.mailboxes.begin(
            candidate_id, self.provider, self.access, REDIRECT, login_hint=self.far.address
        )
        answer = ""
        if isinstance(self.far, FarServer):
            answer = browser.visit(begun.url, self.far.bench.server.ca_bundle)
        return self.app.mailboxes.finish(candidate_id, begun.state, answer, name="Kim Candidate")

    # Running

    def work(self) -> int:
        """Do one round, and hold the promises against what really left."""
        tried = self.delivery.work(self.id)
        self.check_promises()
        return tried

    def has_work(self) -> bool:
        """Whether the scheduler would work the mailbox now."""
        with self.app.database.read() as connection:
            return self.id in outbox.find_mailboxes_with_work(connection, self.clock.now())

    def next_wake(self) -> datetime | None:
        """Return when the scheduler would next look."""
        with self.app.database.read() as connection:
            now = self.clock.now()
            coming = outbox.list_coming(connection, now, until=_EVER, most=1)
        return coming[0].at if coming else None

    def run_until_quiet(self) -> int:
        """Work and let time pass until nothing is left to be done; return how many rounds it took.

        That it comes to this at all is a promise too: an attempt that nobody ends would be worked
        at every tick, for ever.
        """
        for rounds in range(MOST_ROUNDS):
            wake = self.next_wake()
            if self.has_work():
                self.work()
            elif wake is None:
                return rounds
            else:
                self.clock.move_to(wake)
        raise AssertionError(f"no rest after {MOST_ROUNDS} rounds: {self.logged()[-6:]}")

    def check_promises(self) -> None:
        """Sent at most once; `sent` only when it went; what went never waits to go again."""
        with self.app.database.read() as connection:
            follow_ups = self._follow_ups(connection)
        went = [reader_of(mail)[1] for mail in self.far.went()]
        for follow_up in follow_ups:
            times = went.count(follow_up.to_address or "")
            assert times <= 1, f"{follow_up.to_address} got {times} mails"
            if follow_up.state is State.SENT and follow_up.proof != "user":
                assert times == 1, f"sent by {follow_up.proof}, but nothing went"
            if times:
                assert follow_up.state not in _MUST_NOT_HAVE_GONE, f"went, but is {follow_up.state}"

    def _follow_ups(self, connection: sa.Connection) -> list[FollowUp]:
        assert self.candidate.id is not None
        listed = outbox.list_follow_ups(connection, self.candidate.id)
        return [each.follow_up for each in listed]

    # Looking

    def state(self, follow_up: FollowUp) -> State:
        """Return where the follow-up stands."""
        return self.queue.get(follow_up).state

    def attempts(self, follow_up: FollowUp) -> list[Attempt]:
        """Return its attempts, oldest first."""
        with self.app.database.read() as connection:
            return outbox.list_attempts(connection, follow_up.id)

    def events(self, follow_up: FollowUp) -> list[str]:
        """Return what happened to it, in order."""
        with self.app.database.read() as connection:
            return [event.action for event in outbox.list_events(connection, follow_up.id)]

    def stored_mailbox(self) -> Mailbox:
        """Return the mailbox as it is stored now."""
        return self.app.mailboxes.get(self.id)

    def logged(self) -> list[str]:
        """Return the sentences of the log so far."""
        return [record.getMessage() for record in self._kept.records]

    def broken(self) -> list[str]:
        """Return the sentences of the log that tell of an error nobody had thought of."""
        return [sentence for sentence in self.logged() if sentence in _BROKEN]

    def is_announced(self) -> bool:
        """Whether a send stands announced and not ended, committed."""
        with self.app.database.read() as connection:
            query = sa.select(attempts.c.id).where(attempts.c.step == Step.ANNOUNCED)
            return connection.scalar(query.limit(1)) is not None

    # The parts of a round, one by one

    def claim(self, follow_up: FollowUp, *, owner: leases.Owner | None = None) -> FollowUp:
        """Claim the follow-up as it is stored now, for this process or another one."""
        with self.app.database.write() as connection:
            return outbox.claim(
                connection,
                outbox.get(connection, follow_up.id),
                mailbox_id=self.id,
                access=self.access,
                owner=(owner or self.app.owner()).id,
                at=self.clock.now(),
            )

    def take_lease(self) -> Lease | None:
        """Take or renew the lease on the mailbox for this process."""
        until = leases.take(self.app.database, self.app.owner(), self.id)
        return Lease.taken(until) if until else None

    def carry(self, claimed: FollowUp, *, renew: Callable[[], Lease | None]) -> None:
        """Carry a claimed follow-up; `renew` is called just before the send is announced."""
        lease = self.take_lease()
        assert lease is not None
        assert claimed.attempt_id is not None
        courier = Courier(
            self.app.database,
            self.clock,
            self.app.mailboxes,
            self.record(),
            mailbox=self.mailbox,
            opened=self.app.mailboxes.open(self.mailbox),
            lease=lease,
            renew=renew,
            away=nullcontext,
            off=frozenset(),
        )
        with self.app.database.read() as connection:
            over_at = outbox.find_over_at(connection, claimed.interview_id)
        courier.run(claimed, claimed.attempt_id, over_at)
        courier.opened.mailbox.close()
        leases.give_back(self.app.database, self.app.owner(), self.id)

    def record(self) -> Record:
        """Return what writes how attempts end."""
        planner = make_planner(self.clock, self.office.policy)
        return Record(self.app.database, self.clock, planner)

    # What other processes left behind

    def leave_attempt(
        self,
        follow_up: FollowUp,
        step: Step,
        *,
        is_draft_made: bool | None = None,
        is_executed: bool = False,
    ) -> int:
        """Leave an attempt as a process leaves it that was killed after committing `step`.

        In access `drafts` a draft is made unless the step is CLAIMED or `is_draft_made` says so;
        `is_executed` says whether the sending call was made after ANNOUNCED. Returns its id.
        """
        has_draft = step is not Step.CLAIMED if is_draft_made is None else is_draft_made
        dead = leases.Owner(self.office.owners)
        assert leases.take(self.app.database, dead, self.id) is not None
        opened = self.app.mailboxes.open(self.mailbox)
        box, mail, draft_id = opened.mailbox, self._mail(follow_up), None
        attempt_id = self.claim(follow_up, owner=dead).attempt_id
        assert attempt_id is not None
        if self.access is Access.DRAFTS and has_draft:
            draft = box.create_draft(mail, follow_up.send_key)
            draft_id = draft.id
            if step is not Step.CLAIMED:
                with self.app.database.write() as connection:
                    outbox.note_draft(
                        connection,
                        attempt_id,
                        draft_id=draft.id,
                        text_hash="of a process that is gone",
                        message_id=draft.message_id,
                    )
        if step is Step.ANNOUNCED:
            with self.app.database.write() as connection:
                outbox.announce(connection, attempt_id, at=self.clock.now())
        if is_executed:
            _ = box.send_draft(draft_id) if draft_id else box.send(mail, follow_up.send_key)
        box.close()
        dead.leave()
        self.bury()
        return attempt_id

    def _mail(self, follow_up: FollowUp) -> Mail:
        assert follow_up.to_address is not None
        return Mail(
            sender_name=self.mailbox.name,
            sender_address=self.mailbox.address,
            to_name=follow_up.to_name,
            to_address=follow_up.to_address,
            subject=follow_up.subject,
            body=follow_up.body,
            date=self.clock.now(),
        )

    # Hands on what is stored

    def end_lease(self) -> None:
        """Let the leases on the mailbox have run out, as minutes after whoever held them died."""
        now = real_now()
        with self.app.database.write() as connection:
            connection.execute(sa.update(mailboxes).values(lease_until=now, refresh_until=now))

    def bury(self) -> None:
        """Let a process that was killed be found dead.

        On one computer that is seen at once; across machines nobody sees it, its leases run out.
        """
        if not self.app.database.is_sqlite:
            self.end_lease()

    def age_token(self) -> None:
        """Let the stored access token be about to end, so that it is refreshed before use."""
        with self.app.database.write() as connection:
            connection.execute(sa.update(grants).values(expires_at=real_now()))

    def _open(self) -> App:
        app = App(
            with_storage(self.far.settings(), self.folder),
            None,
            folder=self.folder,
            clock=self.clock,
        )
        app.prepare()
        return app
