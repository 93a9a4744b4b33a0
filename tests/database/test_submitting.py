"""An interview about which two windows say something at once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service import interviews
from service.actions import planning, submitting
from service.actions.office import id_of
from service.app import App
from service.config import Settings
from service.errors import Conflict
from service.records import Candidate
from tests.databases import with_storage
from tests.delivery.installation import make_clock
from tests.factories import make_met


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    """Return an installation without a mailbox."""
    app = App(with_storage(Settings(), home), None, folder=home, clock=make_clock())
    app.prepare()
    yield app
    app.close()


def test_what_was_drawn_up_from_what_is_not_stored_any_more_is_refused(app: App) -> None:
    """Of two windows that drew up the same interview, the second one overwrites nothing."""
    candidate = app.office.save_candidate(Candidate("Kim Candidate", "Europe/London"))
    first = submitting.submit(
        app.office, candidate, planning.draw_up(app.office, candidate, make_met())
    )
    assert first.interview.id is not None
    here = replace(first.interview, reasons="I would like to learn from the ward I saw.")
    there = replace(first.interview, reasons="I would like to work where people have time.")
    plans = [planning.draw_up(app.office, candidate, each) for each in (here, there)]
    submitting.submit(app.office, candidate, plans[0])
    with pytest.raises(Conflict, match="changed meanwhile"):
        submitting.submit(app.office, candidate, plans[1])
    with app.database.read() as connection:
        stored = interviews.get(connection, first.interview.id, candidate_id=id_of(candidate))
    assert stored.reasons == here.reasons
    again = planning.draw_up(app.office, candidate, there)
    submitting.submit(app.office, candidate, again)
    with app.database.read() as connection:
        stored = interviews.get(connection, first.interview.id, candidate_id=id_of(candidate))
    assert stored.reasons == there.reasons
