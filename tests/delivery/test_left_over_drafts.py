"""A draft that a postponement left standing is read again before it is used."""

from datetime import timedelta

import pytest

from providers.base import Access
from service import outbox
from service.actions import steering
from service.records import FollowUp, Text
from service.states import Proof, State, Step, WaitingFor
from tests import factories
from tests.delivery.conftest import DRAFTS, LOCAL, Install
from tests.delivery.installation import Installation
from tests.loopback.google import LoopbackGoogle
from tests.loopback.microsoft import LoopbackMicrosoft
from tests.loopback.server import Response
from tests.providers.bench import ADDRESS, REDIRECT

BODY = factories.BODY.format(
    name="Marisol Duarte", company="Tidewater Clinic", sender="Kim Candidate"
)
EDITED = BODY.replace("the time to talk", "so much time to talk")


@pytest.fixture
def postponed(any_drafts: Installation) -> tuple[Installation, FollowUp]:
    """Return an installation with a follow-up that waits, and whose draft stands."""
    return any_drafts, _postpone(any_drafts)


def _postpone(at: Installation, *, address: str = "m.duarte@tidewater.example") -> FollowUp:
    """Add a follow-up, and have it given back with its draft made, as when the lease was lost."""
    follow_up = at.queue.add(address=address)
    with at.app.database.write() as connection:
        follow_up = outbox.write_text(
            connection,
            follow_up.id,
            Text(follow_up.subject, BODY),
            is_edited=False,
            at=at.clock.now(),
            by="user",
        )
    at.carry(at.claim(follow_up), renew=lambda: None)
    assert at.state(follow_up) is State.SCHEDULED
    assert len(at.far.draft_ids()) == 1
    return at.queue.get(follow_up)


def _rewrite(at: Installation, follow_up: FollowUp, body: str) -> None:
    with at.app.database.write() as connection:
        outbox.write_text(
            connection,
            follow_up.id,
            Text(follow_up.subject, body),
            is_edited=True,
            at=at.clock.now(),
            by="user",
        )


def _bodies(at: Installation) -> list[str]:
    return [
        part.get_content().replace("\r\n", "\n").strip()
        for mail in at.far.went()
        if (part := mail.get_body(("plain", "html"))) is not None
    ]


def test_untouched_it_is_sent_itself(postponed: tuple[Installation, FollowUp]) -> None:
    """The same draft goes; no second one is made."""
    at, follow_up = postponed
    (left,) = at.far.draft_ids()
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert at.attempts(follow_up)[-1].draft_id == left
    assert at.far.draft_ids() == []
    assert _bodies(at) == [BODY]


def test_edited_by_the_user_their_text_goes(postponed: tuple[Installation, FollowUp]) -> None:
    """What the user wrote into the draft goes out, and Call Back knows it as the text sent."""
    at, follow_up = postponed
    (left,) = at.far.draft_ids()
    at.far.edit(left, EDITED)
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.is_edited) == (State.SENT, True)
    assert " ".join(after.body.split()) == " ".join(EDITED.split())
    (body,) = _bodies(at)
    assert "so much time to talk" in body
    assert "adopt-text" in at.events(follow_up)


def test_edited_into_an_error_it_is_held(postponed: tuple[Installation, FollowUp]) -> None:
    """A check stands between the user's edit and the reader, too."""
    at, follow_up = postponed
    (left,) = at.far.draft_ids()
    at.far.edit(left, BODY.replace("Marisol Duarte", "{name}"))
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.CORRECTION)
    assert at.far.draft_ids() == [left]
    assert at.far.went() == []


def test_deleted_by_the_user_it_is_held(postponed: tuple[Installation, FollowUp]) -> None:
    """Deleting the draft is a way to say no; the service does not make it again by itself."""
    at, follow_up = postponed
    (left,) = at.far.draft_ids()
    at.far.discard(left)
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.APPROVAL)
    assert at.far.went() == []
    assert at.far.draft_ids() == []


def test_deleted_and_approved_again_it_is_sent(postponed: tuple[Installation, FollowUp]) -> None:
    """Once the user says that it is to go after all, it goes, by a new draft."""
    at, follow_up = postponed
    (left,) = at.far.draft_ids()
    at.far.discard(left)
    at.run_until_quiet()
    steering.approve(at.office, at.candidate, at.queue.get(follow_up))
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


def test_gone_and_said_not_to_have_gone_it_is_sent(install: Install) -> None:
    """Nobody could tell, and the user said so: that is an answer, and the mail goes."""
    at = install("outlook-drafts")
    microsoft = at.server.bench.server
    assert isinstance(microsoft, LoopbackMicrosoft)
    follow_up = at.queue.add()
    at.leave_attempt(follow_up, Step.ANNOUNCED)
    microsoft.delete_draft(ADDRESS, at.far.draft_ids()[0], for_good=True)
    at.run_until_quiet()
    assert at.state(follow_up) is State.UNCONFIRMED
    steering.mark_not_sent(at.office, at.queue.get(follow_up))
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


@pytest.mark.parametrize("kind", ["outlook-drafts", LOCAL])
def test_sent_by_hand_it_counts_as_sent(install: Install, kind: str) -> None:
    """The user was quicker: nothing goes a second time."""
    at = install(kind)
    follow_up = _postpone(at)
    at.far.send_by_hand(at.far.draft_ids()[0])
    at.clock.pass_by(timedelta(minutes=5))
    at.work()
    after = at.queue.get(follow_up)
    assert (after.state, after.proof) == (State.SENT, Proof.SENT_COPY)
    assert len(at.far.went()) == 1


@pytest.mark.parametrize("keeps_wrappers", [True, False])
def test_sent_by_hand_in_gmail_it_is_confirmed_or_asked_about(
    install: Install, *, keeps_wrappers: bool
) -> None:
    """Gmail often shows a sent draft as gone, like a deleted one: then the user is asked."""
    at = install("gmail-drafts")
    google = at.server.bench.server
    assert isinstance(google, LoopbackGoogle)
    google.mailbox(ADDRESS).keeps_wrappers = keeps_wrappers
    follow_up = _postpone(at)
    at.far.send_by_hand(at.far.draft_ids()[0])
    at.clock.pass_by(timedelta(minutes=5))
    at.delivery.work(at.id)
    assert at.state(follow_up) is (State.SENT if keeps_wrappers else State.HELD)
    assert at.server.bench.sends() == 0


def test_rewritten_in_call_back_the_new_text_goes(
    postponed: tuple[Installation, FollowUp],
) -> None:
    """The draft with the old text is taken away; no draft is left."""
    at, follow_up = postponed
    _rewrite(at, follow_up, EDITED)
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert _bodies(at) == [EDITED]
    assert at.far.draft_ids() == []


@pytest.mark.parametrize("kind", DRAFTS)
def test_rewritten_and_then_not_drafted_at_once_it_still_goes(install: Install, kind: str) -> None:
    """The old draft was taken away by the service itself: that is no word of the user's."""
    at = install(kind)
    follow_up = _postpone(at)
    _rewrite(at, follow_up, EDITED)
    at.server.bench.arm(at.server.creating, "before", Response(503, body=b""))
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert _bodies(at) == [EDITED]


@pytest.mark.parametrize("kind", DRAFTS)
def test_rewritten_after_a_lost_draft_the_new_text_goes(install: Install, kind: str) -> None:
    """A draft nobody noted holds our old text, and a try in between came to nothing.

    Neither makes our own old text an edit of the user's.
    """
    at = install(kind)
    follow_up = at.queue.add()
    _rewrite(at, follow_up, BODY)
    at.server.bench.arm(at.server.creating, "after", "drop")
    at.work()
    assert len(at.far.draft_ids()) == 1
    _rewrite(at, follow_up, EDITED)
    at.server.bench.arm(at.server.looking, "before", Response(503, body=b""), method="GET")
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert _bodies(at) == [EDITED]
    assert at.far.draft_ids() == []


def test_rewritten_here_and_edited_there_is_put_to_the_user(
    postponed: tuple[Installation, FollowUp],
) -> None:
    """Of two new texts the service chooses neither; with the draft gone, ours may go."""
    at, follow_up = postponed
    (left,) = at.far.draft_ids()
    at.far.edit(left, EDITED)
    _rewrite(at, follow_up, BODY.replace("always", "long"))
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.APPROVAL)
    assert at.far.went() == []


@pytest.mark.parametrize("kind", DRAFTS)
def test_a_draft_nobody_noted_changed_in_both_places_is_put_to_the_user(
    install: Install, kind: str
) -> None:
    """The same, though a try in between came to nothing and knows only the new text."""
    at = install(kind)
    follow_up = at.queue.add()
    _rewrite(at, follow_up, BODY)
    at.server.bench.arm(at.server.creating, "after", "drop")
    at.work()
    at.far.edit(at.far.draft_ids()[0], EDITED)
    _rewrite(at, follow_up, BODY.replace("always", "long"))
    at.server.bench.arm(at.server.looking, "before", Response(503, body=b""), method="GET")
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.APPROVAL)
    assert at.far.went() == []


@pytest.mark.parametrize("kind", DRAFTS)
def test_an_old_draft_edited_before_it_could_be_taken_away_is_put_to_the_user(
    install: Install, kind: str
) -> None:
    """It was to be deleted with our old text in it; by now there is the user's."""
    at = install(kind)
    follow_up = _postpone(at)
    (left,) = at.far.draft_ids()
    _rewrite(at, follow_up, BODY.replace("always", "long"))
    at.server.bench.arm(at.server.looking, "before", Response(503, body=b""), method="DELETE")
    at.work()
    assert at.far.draft_ids() == [left]
    at.far.edit(left, EDITED)
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.APPROVAL)
    assert at.far.draft_ids() == [left]
    assert at.far.went() == []


def test_an_old_draft_sent_by_hand_before_it_could_be_taken_away_is_not_sent_again(
    install: Install,
) -> None:
    """It was to be replaced by a new text; the reader has the old one now, and gets no second."""
    at = install("outlook-drafts")
    follow_up = _postpone(at)
    (left,) = at.far.draft_ids()
    _rewrite(at, follow_up, EDITED)
    at.server.bench.arm(at.server.looking, "before", Response(503, body=b""), method="DELETE")
    at.work()
    at.far.send_by_hand(left)
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert len(at.far.went()) == 1


@pytest.mark.parametrize("to", ["somebody.else@tidewater.example", "zoë@tidewater.example"])
@pytest.mark.parametrize("kind", DRAFTS)
def test_other_recipients_in_the_draft_are_put_to_the_user(
    install: Install, kind: str, to: str
) -> None:
    """Whom a mail goes to is never changed by a draft, whatever an address looks like there."""
    at = install(kind)
    follow_up = _postpone(at)
    (left,) = at.far.draft_ids()
    at.server.redirect(left, to)
    at.run_until_quiet()
    after = at.queue.get(follow_up)
    assert (after.state, after.waiting_for) == (State.HELD, WaitingFor.APPROVAL)
    assert at.far.went() == []


def test_readdressed_in_call_back_it_goes_to_the_new_address(
    postponed: tuple[Installation, FollowUp],
) -> None:
    """A corrected address counts; the draft to the old one goes nowhere and is taken away."""
    at, follow_up = postponed
    with at.app.database.write() as connection:
        outbox.readdress(
            connection,
            follow_up.id,
            to_name=follow_up.to_name,
            to_address="marisol@tidewater.example",
            mailbox_id=at.id,
            at=at.clock.now(),
        )
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert [mail["To"].addresses[0].addr_spec for mail in at.far.went()] == [
        "marisol@tidewater.example"
    ]
    assert at.far.draft_ids() == []


def test_an_address_with_umlauts_is_recognised_in_its_draft(any_drafts: Installation) -> None:
    """In a header a domain stands in ASCII: the same reader all the same."""
    follow_up = _postpone(any_drafts, address="m.duarte@tidewäter.example")
    any_drafts.clock.pass_by(timedelta(minutes=5))
    any_drafts.delivery.work(any_drafts.id)
    assert any_drafts.state(follow_up) is State.SENT
    assert len(any_drafts.far.went()) == 1


@pytest.mark.parametrize("kind", DRAFTS)
def test_given_another_mailbox_the_mail_goes_from_there(install: Install, kind: str) -> None:
    """A draft in the old mailbox says nothing to the new one."""
    at = install(kind)
    follow_up = _postpone(at)
    assert at.candidate.id is not None
    begun = at.app.mailboxes.begin(at.candidate.id, "local", Access.DRAFTS, REDIRECT)
    local = at.app.mailboxes.finish(at.candidate.id, begun.state, "", name="Kim Candidate")
    with at.app.database.write() as connection:
        outbox.readdress(
            connection,
            follow_up.id,
            to_name=follow_up.to_name,
            to_address=follow_up.to_address,
            mailbox_id=local.id,
            at=at.clock.now(),
        )
    at.clock.pass_by(timedelta(minutes=5))
    at.delivery.work(local.id)
    assert at.state(follow_up) is State.SENT
    assert at.far.went() == []


@pytest.mark.parametrize("kind", DRAFTS)
def test_an_edit_in_a_draft_nobody_noted_is_kept(install: Install, kind: str) -> None:
    """The answer to creating it was lost; the user has edited it since: their text goes."""
    at = install(kind)
    follow_up = at.queue.add()
    _rewrite(at, follow_up, BODY)
    at.server.bench.arm(at.server.creating, "after", "drop")
    at.work()
    assert at.state(follow_up) is State.SCHEDULED
    (left,) = at.far.draft_ids()
    at.far.edit(left, EDITED)
    at.run_until_quiet()
    assert at.state(follow_up) is State.SENT
    assert at.far.draft_ids() == []
    (body,) = _bodies(at)
    assert "so much time to talk" in body
