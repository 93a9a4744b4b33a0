"""Outlook's mailboxes against the loopback Microsoft."""

from dataclasses import replace

import pytest

from providers.base import Sight, Trace
from providers.outlook import KEY_PROPERTY
from tests.providers.bench import ADDRESS, KEY, MAIL, Bench, ServedBench
from tests.providers.contract import DraftsContract, ProviderContract
from tests.providers.outlook_bench import OutlookBench
from tests.providers.served_contract import ServedContract


class TestDrafts(ProviderContract, DraftsContract, ServedContract):
    """Outlook with the access `drafts`."""

    @pytest.fixture
    def served(self, outlook: OutlookBench) -> ServedBench:
        """Give the bench with its server."""
        return outlook

    @pytest.fixture
    def bench(self, served: ServedBench) -> Bench:
        """Give the same bench."""
        return served


class TestSendOnly(ProviderContract, ServedContract):
    """Outlook with the access `send-only`."""

    @pytest.fixture
    def served(self, outlook_send_only: OutlookBench) -> ServedBench:
        """Give the bench with its server."""
        return outlook_send_only

    @pytest.fixture
    def bench(self, served: ServedBench) -> Bench:
        """Give the same bench."""
        return served


class TestMailbox:
    """What only mailboxes behind Graph do."""

    def test_the_key_travels_in_a_property(self, outlook: OutlookBench) -> None:
        """It is not seen by readers and outlives every change of id."""
        box = outlook.open()
        box.send_draft(box.create_draft(MAIL, KEY).id)
        box.close()
        (delivery,) = outlook.server.delivered
        assert list(delivery.extended.values()) == [KEY]
        assert KEY_PROPERTY.lower() in [name.lower() for name in delivery.extended]

    def test_every_request_asks_for_lasting_ids(self, outlook: OutlookBench) -> None:
        """An id got without asking is another one."""
        box = outlook.open()
        draft = box.create_draft(MAIL, KEY)
        box.read_draft(draft.id)
        box.find_draft(KEY)
        box.send_draft(draft.id)
        box.look(Trace(KEY, draft.id, message_id=draft.message_id))
        box.close()
        asked = [entry for entry in outlook.server.log if entry.path.startswith("/v1.0/")]
        assert len(asked) > 5
        assert all('IdType="ImmutableId"' in str(e.request.headers["Prefer"]) for e in asked)
        assert len({e.request.headers["client-request-id"] for e in asked}) == len(asked)

    def test_a_mail_on_its_way_still_stands(self, outlook: OutlookBench) -> None:
        """Graph says yes before it does anything: a standing draft proves nothing at first."""
        box = outlook.open()
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        assert box.look(Trace(KEY, draft.id)).sight is Sight.STANDING
        outlook.settle()
        seen = box.look(Trace(KEY, draft.id))
        box.close()
        assert (seen.sight, seen.proof, seen.sent_id) == (Sight.SENT, "sent-copy", draft.id)
        assert outlook.provider.settle_seconds == 900

    @pytest.mark.parametrize("keeps_key", [True, False])
    def test_a_sent_copy_is_found_when_its_id_has_changed(
        self, outlook: OutlookBench, keeps_key: bool
    ) -> None:
        """By the key, and where that is lost by the Message-ID."""
        box = outlook.open()
        with outlook.server.lock:
            mailbox = outlook.server.mailbox(ADDRESS)
            mailbox.immutable_id_changes_on_send = True
            mailbox.extended_survive_send = keeps_key
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        outlook.settle()
        seen = box.look(Trace(KEY, draft.id, message_id=draft.message_id))
        box.close()
        assert (seen.sight, seen.proof) == (Sight.SENT, "sent-copy")
        assert seen.sent_id not in (None, draft.id)

    def test_a_sent_mail_is_never_deleted(self, outlook: OutlookBench) -> None:
        """It may still answer to the id that its draft had."""
        box = outlook.open()
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        outlook.settle()
        box.delete_draft(draft.id)
        box.close()
        assert outlook.server.requests_to("DELETE", ".*") == ()

    def test_a_sent_copy_outdoes_a_draft_that_stands(self, outlook: OutlookBench) -> None:
        """While both can be seen, the mail has gone."""
        box = outlook.open()
        draft = box.create_draft(MAIL, KEY)
        with outlook.server.lock:
            mailbox = outlook.server.mailbox(ADDRESS)
            key = {KEY_PROPERTY: KEY}
            copy = mailbox.create({"isDraft": False}, [], key, "sentitems")
        seen = box.look(Trace(KEY, draft.id))
        box.close()
        assert (seen.sight, seen.sent_id) == (Sight.SENT, copy.immutable_id)

    def test_a_sent_copy_is_found_without_the_draft_s_id(self, outlook: OutlookBench) -> None:
        """What the owner sent by hand can be told from what the owner deleted."""
        box = outlook.open()
        draft = box.create_draft(MAIL, KEY)
        trace = Trace(KEY, message_id=draft.message_id)
        outlook.send_by_hand(draft.id)
        assert box.look(trace).sight is Sight.SENT
        box.close()

    def test_a_draft_in_deleted_items_proves_nothing(self, outlook: OutlookBench) -> None:
        """It is a draft still, and where its owner threw it: who knows after what."""
        box = outlook.open()
        draft = box.create_draft(MAIL, KEY)
        outlook.discard(draft.id)
        trace = Trace(KEY, draft.id, message_id=draft.message_id)
        assert box.look(trace).sight is Sight.UNKNOWN
        box.close()

    def test_a_copy_that_is_nowhere_proves_nothing(self, outlook: OutlookBench) -> None:
        """Gone and not found is not the same as sent."""
        box = outlook.open()
        draft = box.create_draft(MAIL, KEY)
        outlook.server.delete_draft(ADDRESS, draft.id, for_good=True)
        trace = Trace(KEY, draft.id, message_id=draft.message_id)
        assert box.look(trace).sight is Sight.UNKNOWN
        box.close()

    def test_a_sent_only_reply_is_known_by_its_message_id(
        self, outlook_send_only: OutlookBench
    ) -> None:
        """A reply goes as MIME, whose Message-ID carries the key."""
        box = outlook_send_only.open()
        receipt = box.send(replace(MAIL, in_reply_to="<first@mail.example>"), KEY)
        box.close()
        (delivery,) = outlook_send_only.server.delivered
        assert receipt.message_id == f"<{KEY}@example.com>"
        assert delivery.mail["Message-ID"] == receipt.message_id

    def test_an_unusual_key_cannot_break_a_search(self, outlook: OutlookBench) -> None:
        """Quotes are doubled, as OData wants it."""
        box = outlook.open()
        key = "it's-a-key-0123456789"
        made = box.create_draft(MAIL, key)
        found = box.find_draft(key)
        box.close()
        assert found is not None
        assert found.id == made.id
