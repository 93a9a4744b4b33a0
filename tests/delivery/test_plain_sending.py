"""A mail that nothing disturbs: sent once, with proof, and nothing left behind."""

from datetime import timedelta

import sqlalchemy as sa

from providers.base import Access
from service.schema import attempts, events
from service.states import State, Step
from tests.delivery.installation import Installation
from tests.factories import make_slot


def test_a_due_mail_is_sent_once_with_proof(any_mailbox: Installation) -> None:
    """The mail leaves once, as it is stored, and the follow-up says by what it counts as sent."""
    follow_up = any_mailbox.queue.add()
    assert any_mailbox.work() == 1
    (mail,) = any_mailbox.far.went()
    assert mail["To"].addresses[0].addr_spec == follow_up.to_address
    assert mail["Subject"] == follow_up.subject
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == follow_up.body
    after = any_mailbox.queue.get(follow_up)
    assert (after.state, after.proof, after.tries) == (State.SENT, "accepted", 1)
    assert after.sent_at == any_mailbox.clock.now()
    assert after.attempt_id is None
    assert any_mailbox.work() == 0
    any_mailbox.run_until_quiet()
    assert any_mailbox.far.draft_ids() == []


def test_a_mail_carries_its_send_key_wherever_the_access_can(any_mailbox: Installation) -> None:
    """By the key a copy is found again; only Graph's sendMail has no place for it."""
    follow_up = any_mailbox.queue.add()
    any_mailbox.work()
    (key,) = any_mailbox.far.keys_that_went()
    is_blind = (any_mailbox.provider, any_mailbox.access) == ("outlook", Access.SEND_ONLY)
    assert key == (None if is_blind else follow_up.send_key)


def test_every_step_is_written_down(any_mailbox: Installation) -> None:
    """The attempt is ended with its outcome and proof; each transition has its event and ids."""
    follow_up = any_mailbox.queue.add()
    any_mailbox.work()
    with any_mailbox.app.database.read() as connection:
        attempt = connection.execute(sa.select(attempts)).mappings().one()
        told = connection.execute(
            sa.select(events).where(events.c.action.in_(["claim", "confirm"]))
        ).mappings()
        rows = [(e["action"], e["from_state"], e["to_state"], e["by"]) for e in told]
        ids = connection.scalars(sa.select(events.c.attempt_id).where(events.c.attempt_id != 0))
        assert set(ids) == {attempt["id"]}
    assert (attempt["step"], attempt["outcome"], attempt["proof"]) == (
        Step.ENDED,
        "confirm",
        "accepted",
    )
    assert (attempt["owner"], attempt["access"]) == (
        any_mailbox.app.owner().id,
        any_mailbox.access,
    )
    assert attempt["announced_at"] == attempt["ended_at"] == any_mailbox.clock.now()
    assert (attempt["draft_id"] is not None) == (any_mailbox.access is Access.DRAFTS)
    assert rows == [
        ("claim", "scheduled", "sending", "service"),
        ("confirm", "sending", "sent", "provider"),
    ]
    assert any_mailbox.events(follow_up) == ["submit", "claim", "confirm"]


def test_what_is_not_due_stays(any_mailbox: Installation) -> None:
    """A minute before its slot a mail is not touched, and no draft of it is made."""
    any_mailbox.queue.add(slot=make_slot(any_mailbox.clock.now() + timedelta(minutes=1)))
    assert any_mailbox.work() == 0
    assert any_mailbox.far.went() == []
    assert any_mailbox.far.draft_ids() == []


def test_several_due_mails_go_in_one_round_oldest_first(any_mailbox: Installation) -> None:
    """One mail at a time, in the order of their slots."""
    now = any_mailbox.clock.now()
    for minutes, company in ((1, "Second"), (3, "First"), (0, "Third")):
        any_mailbox.queue.add(
            slot=make_slot(now - timedelta(minutes=minutes)),
            company=company,
            name=company,
            address=f"{company.lower()}@tidewater.example",
        )
    assert any_mailbox.work() == 3
    assert _confirmed(any_mailbox) == [2, 1, 3]
    assert len(any_mailbox.far.went()) == 3


def test_a_round_that_is_asked_to_stop_leaves_the_rest_due(any_mailbox: Installation) -> None:
    """SIGTERM finishes the mail in hand and begins no other."""
    for company in ("One", "Two"):
        any_mailbox.queue.add(company=company, address=f"{company.lower()}@tidewater.example")
    tried = any_mailbox.delivery.work(
        any_mailbox.id, is_stopping=lambda: len(any_mailbox.far.went()) == 1
    )
    assert tried == 1
    any_mailbox.check_promises()
    assert any_mailbox.work() == 1


def test_every_send_is_one_request(served: Installation) -> None:
    """What goes well goes over the wire once."""
    served.queue.add()
    served.work()
    assert served.server.bench.sends() == 1


def _confirmed(installation: Installation) -> list[int]:
    with installation.app.database.read() as connection:
        return list(
            connection.scalars(
                sa.select(events.c.follow_up_id)
                .where(events.c.action == "confirm")
                .order_by(events.c.id)
            )
        )
