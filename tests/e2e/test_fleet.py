"""Several services on one PostgreSQL: every mail once, whatever becomes of them and of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import World
from tests.e2e.fleet import Plan, run
from tests.e2e.own_postgres import own_postgres

SHORT = Plan(
    mails=240,
    boxes=12,
    spread=timedelta(seconds=12),
    kill_after_seconds=(3.0, 5.0),
    cut_off_seconds=3,
    waits_for_leases=False,
)
LONG = Plan(
    mails=5000,
    boxes=200,
    spread=timedelta(seconds=240),
    kill_after_seconds=(4.0, 9.0),
    cut_off_seconds=30,
    waits_for_leases=True,
)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(SHORT, id="240-mails"),
        pytest.param(LONG, id="5000-mails", marks=[pytest.mark.slow, pytest.mark.timeout(2400)]),
    ],
)
def test_four_services_deliver_each_mail_once(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], plan: Plan
) -> None:
    """Two are killed again and again; the database is restarted, cut off, and crashes."""
    with own_postgres() as postgres:
        found = run(world, postgres, tmp_path, plan)
    with capsys.disabled():
        print(f"\n{found.table()}")  # noqa: T201 - the table is what a soak is run for
    assert found.states == {"sent": plan.mails}
    assert len(found.delivered) == plan.mails
    assert set(found.delivered.values()) == {1}
    assert not found.clashes
    assert found.endings == [0] * len(found.endings)
    assert found.kills >= 4
    assert found.interrupted
    assert len(found.calls) > 4
