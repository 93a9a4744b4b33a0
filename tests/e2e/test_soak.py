"""A long day: many mails, faults at random, and the service killed every few seconds."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import World
from tests.e2e.soak import Plan, soak

SHORT = Plan(
    mails=60,
    mailboxes=4,
    kill_after_seconds=(0.8, 2.0),
    most_kills=5,
    spread=timedelta(minutes=10),
    rate=120,
)
LONG = Plan(mails=1000, mailboxes=10, kill_after_seconds=(2.0, 7.0))


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(SHORT, id="60-mails"),
        pytest.param(LONG, id="1000-mails", marks=[pytest.mark.slow, pytest.mark.timeout(1500)]),
    ],
)
def test_no_mail_is_lost_and_none_goes_twice(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], plan: Plan
) -> None:
    """Each comes to rest: sent and delivered once, refused and never, or asked about."""
    found = soak(world, tmp_path, plan)
    with capsys.disabled():
        print(f"\n{found.table()}")  # noqa: T201 - the table is what a soak is run for
    assert len(found.states) == plan.mails
    assert max(found.delivered.values()) == 1
    assert set(found.delivered) <= set(found.states)
    assert found.kills >= plan.fewest_kills
    assert found.interrupted
    for reader, state in found.states.items():
        access, times = found.accesses[reader], found.delivered[reader]
        assert state in {"sent", "failed", "unconfirmed"}, (reader, access)
        assert times == 1 or state != "sent", (reader, access)
        assert times == 0 or state != "failed", (reader, access)
        assert state != "unconfirmed" or access.endswith("send-only"), (reader, access)
