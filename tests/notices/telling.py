"""Rounds of telling over real channels, with the matters that stand in a test's hand."""

import sqlalchemy as sa

from providers.base import Access
from service.actions.office import Office
from service.app import App
from service.notices import channels
from service.notices.records import Matter
from service.notices.rounds import Notifier
from service.records import Candidate, Mailbox
from service.schema import notices
from tests.delivery.installation import Installation
from tests.loopback import browser
from tests.loopback.google import LoopbackGoogle
from tests.providers.bench import REDIRECT, body_of, reader_of

SECOND = "kim.second@example.com"
"""Another address of the same person."""


class Standing:
    """What stands now, for every process that asks."""

    def __init__(self, candidate: Candidate) -> None:
        assert candidate.id is not None
        self.candidate_id = candidate.id
        self.matters: list[Matter] = []

    def put(self, *keys: str, about: str = "signed out") -> None:
        """Let these matters stand, and no others."""
        self.matters = [
            Matter(key, self.candidate_id, f"{key} is {about}", f"Mend {key}:\n  callback list")
            for key in keys
        ]

    def find(self, office: Office, candidate: Candidate) -> list[Matter]:
        """Return what stands; the signature is that of `find_matters`."""
        del office
        return [each for each in self.matters if each.candidate_id == candidate.id]


def make_teller(app: App, standing: Standing) -> Notifier:
    """Return the notifier of one process, with every channel that its settings give it."""
    return Notifier(
        app.office, standing.find, lambda candidate: channels.list_channels(app, candidate)
    )


def notes_to_self(at: Installation) -> list[tuple[str, str]]:
    """Return subject and text of every mail that reached the user, all of them to themselves."""
    mails = at.far.went()
    assert {reader_of(mail)[1] for mail in mails} <= {at.mailbox.address}
    return [(str(mail["Subject"]), body_of(mail)) for mail in mails]


def rows(at: Installation) -> dict[str, sa.RowMapping]:
    """Return the stored notices by their keys."""
    with at.app.database.read() as connection:
        found = connection.execute(sa.select(notices)).mappings()
        return {row["matter"]: row for row in found}


def connect_second(at: Installation) -> Mailbox:
    """Connect another Gmail account of the same person."""
    google = at.server.bench.server
    assert isinstance(google, LoopbackGoogle)
    google.add_account(SECOND)
    assert at.candidate.id is not None
    begun = at.app.mailboxes.begin(
        at.candidate.id, "gmail", Access.DRAFTS, REDIRECT, login_hint=SECOND
    )
    answer = browser.visit(begun.url, google.ca_bundle)
    return at.app.mailboxes.finish(at.candidate.id, begun.state, answer, name="Kim Candidate")
