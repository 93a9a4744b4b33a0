"""Leases: one worker for a mailbox, renewed, ended, run out, or freed by the worker's death."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import leases
from service.clock import real_now
from service.database import Database
from service.leases import Owner
from service.schema import mailboxes
from tests.factories import Queue

_HOLDER = """
import sys
from pathlib import Path
from service.leases import Owner
owner = Owner(Path(sys.argv[1]))
print(owner.id, flush=True)
sys.stdin.readline()
"""

Take = Callable[[Database, Owner, int], datetime | None]
GiveBack = Callable[[Database, Owner, int], None]

KINDS: list[tuple[Take, GiveBack, timedelta]] = [
    (leases.take, leases.give_back, leases.LEASE),
    (leases.take_refresh, leases.give_back_refresh, leases.REFRESH_LEASE),
]


@pytest.fixture
def owners(tmp_path: Path) -> Path:
    """Return the folder in which owners hold their locks."""
    return tmp_path / "owners"


@pytest.fixture
def first(owners: Path) -> Iterator[Owner]:
    """Return a living owner."""
    owner = Owner(owners)
    yield owner
    owner.leave()


@pytest.fixture
def second(owners: Path) -> Iterator[Owner]:
    """Return another living owner."""
    owner = Owner(owners)
    yield owner
    owner.leave()


@pytest.fixture
def process(owners: Path) -> Iterator["subprocess.Popen[str]"]:
    """Return a process that is an owner and prints its id, until it is told to end or killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(owners)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def read_id(process: "subprocess.Popen[str]") -> str:
    """Return the id of the owner that a process is."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize(("take", "give_back", "length"), KINDS, ids=["lease", "refresh"])
def test_a_lease_is_one_owners_until_it_is_given_back(
    queue: Queue, first: Owner, second: Owner, take: Take, give_back: GiveBack, length: timedelta
) -> None:
    """The other one gets none; its own giving back changes nothing."""
    before = real_now()
    until = take(queue.database, first, queue.mailbox_id)
    assert until is not None
    assert before + length <= until <= real_now() + length
    assert take(queue.database, second, queue.mailbox_id) is None
    give_back(queue.database, second, queue.mailbox_id)
    assert take(queue.database, second, queue.mailbox_id) is None
    give_back(queue.database, first, queue.mailbox_id)
    assert take(queue.database, second, queue.mailbox_id) is not None


@pytest.mark.parametrize(("take", "give_back", "length"), KINDS, ids=["lease", "refresh"])
def test_a_lease_is_renewed_by_taking_it_again(
    queue: Queue, first: Owner, second: Owner, take: Take, give_back: GiveBack, length: timedelta
) -> None:
    """Its end moves on; it is still one lease, given back once."""
    once = take(queue.database, first, queue.mailbox_id)
    again = take(queue.database, first, queue.mailbox_id)
    assert once is not None
    assert again is not None
    assert once <= again <= real_now() + length
    give_back(queue.database, first, queue.mailbox_id)
    assert take(queue.database, second, queue.mailbox_id) is not None


@pytest.mark.parametrize("kind", ["lease", "refresh"])
def test_a_lease_that_has_run_out_is_anybodys(
    queue: Queue, first: Owner, second: Owner, kind: str
) -> None:
    """A frozen process does not keep a mailbox for ever; it has lost it when it wakes."""
    take = leases.take if kind == "lease" else leases.take_refresh
    assert take(queue.database, first, queue.mailbox_id) is not None
    with queue.database.write() as connection:
        connection.execute(sa.update(mailboxes).values({f"{kind}_until": real_now()}))
    assert take(queue.database, second, queue.mailbox_id) is not None
    assert take(queue.database, first, queue.mailbox_id) is None


def test_sending_and_refreshing_are_two_leases(queue: Queue, first: Owner, second: Owner) -> None:
    """A connect or a probe does not wait behind a mail that is being sent."""
    assert leases.take(queue.database, first, queue.mailbox_id) is not None
    assert leases.take_refresh(queue.database, second, queue.mailbox_id) is not None
    assert leases.take(queue.database, second, queue.mailbox_id) is None
    assert leases.take_refresh(queue.database, first, queue.mailbox_id) is None


def test_a_mailbox_that_is_not_there_has_no_lease(queue: Queue, first: Owner) -> None:
    """Nothing is made up for an id that is gone."""
    assert leases.take(queue.database, first, queue.mailbox_id + 1) is None


def test_of_many_at_once_one_gets_the_lease(queue: Queue, owners: Path) -> None:
    """Two claimers, one winner; here eight."""
    rivals = [Owner(owners) for _ in range(8)]
    with ThreadPoolExecutor(len(rivals)) as pool:
        taken = list(
            pool.map(lambda owner: leases.take(queue.database, owner, queue.mailbox_id), rivals)
        )
    assert sum(until is not None for until in taken) == 1
    for owner in rivals:
        owner.leave()


def test_a_living_process_is_not_dead(
    first: Owner, process: "subprocess.Popen[str]", owners: Path
) -> None:
    """However often it is asked about."""
    holder = read_id(process)
    assert [first.is_dead(holder) for _ in range(3)] == [False, False, False]
    assert not leases.is_dead(owners, holder)


def test_a_killed_process_is_dead_at_once(
    queue: Queue, first: Owner, process: "subprocess.Popen[str]", owners: Path
) -> None:
    """SIGKILL frees its leases, and its lock file is cleared away."""
    holder = read_id(process)
    with queue.database.write() as connection:
        connection.execute(
            sa.update(mailboxes).values(
                lease_owner=holder, lease_until=real_now() + timedelta(minutes=3)
            )
        )
    assert leases.take(queue.database, first, queue.mailbox_id) is None
    process.kill()
    process.wait()
    assert leases.take(queue.database, first, queue.mailbox_id) is not None
    assert not (owners / f"{holder}.lock").exists()
    assert first.is_dead(holder)


def test_a_process_that_ended_in_order_is_dead(
    first: Owner, process: "subprocess.Popen[str]"
) -> None:
    """Without a word of farewell, as after an unhandled error."""
    holder = read_id(process)
    process.communicate("\n", timeout=30)
    assert first.is_dead(holder)


def test_one_is_not_dead_to_oneself(first: Owner) -> None:
    """An owner never takes its own lock for a dead one's."""
    assert not first.is_dead(first.id)


def test_who_has_left_is_dead_to_the_others(first: Owner, owners: Path) -> None:
    """Leaving frees everything and leaves no file behind; doing it twice harms nobody."""
    other = Owner(owners)
    assert not first.is_dead(other.id)
    other.leave()
    assert first.is_dead(other.id)
    other.leave()
    assert [path.name for path in owners.iterdir()] == [f"{first.id}.lock"]


def test_without_a_folder_nobody_is_certainly_dead() -> None:
    """On PostgreSQL the others may be on other computers: only time frees a lease there."""
    assert not Owner(None).is_dead("0123456789abcdef")


def test_owners_have_ids_of_their_own(first: Owner, second: Owner) -> None:
    """Two processes are never taken for one."""
    assert first.id != second.id
