"""What every provider promises, as tests that each provider's test class inherits.

`ProviderContract` is for all, `DraftsContract` for the access `drafts`; what providers with a
server behind them promise besides is in `served_contract`.
"""

from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import AddressHeader

import pytest

from providers.base import Draft, Receipt, Sight, Trace
from providers.errors import Rejected, SignInAgain
from tests.providers.bench import (
    ADDRESS,
    KEY,
    MAIL,
    Bench,
    body_of,
    reader_of,
    send,
    with_text,
)


class ProviderContract:
    """What every provider promises with every access it offers."""

    def test_sign_in_tells_whose_mailbox_it_is(self, bench: Bench) -> None:
        """A grant names the account, so that another one on reconnecting is noticed."""
        grant = bench.sign_in()
        assert grant.address == ADDRESS
        assert grant.account_id
        assert grant.expires_at > datetime.now(UTC)
        assert bench.sign_in().account_id == grant.account_id

    def test_sign_in_offers_its_accesses_with_the_default_first(self, bench: Bench) -> None:
        """The access that is taken when none is named stands first."""
        assert bench.access in bench.provider.accesses
        assert len(set(bench.provider.accesses)) == len(bench.provider.accesses)

    def test_refresh_gives_a_token_that_works(self, bench: Bench) -> None:
        """After a refresh the mailbox can be used, and the new secret can be refreshed again."""
        first = bench.sign_in()
        second = bench.provider.refresh(bench.provider.refresh(first.secret).secret)
        assert (second.address, second.account_id) == (first.address, first.account_id)
        box = bench.provider.open(second.access_token, second.address)
        send(bench, box)
        box.close()
        assert len(bench.mails()) == 1

    def test_refresh_of_a_broken_secret_is_a_new_sign_in(self, bench: Bench) -> None:
        """A stored grant that cannot be read is never a crash."""
        for broken in ("", "{", "[]", "{}", '{"refresh_token": 1}'):
            with pytest.raises(SignInAgain) as caught:
                bench.provider.refresh(broken)
            assert caught.value.code == "grant-unreadable"

    def test_a_mail_is_sent_once(self, bench: Bench) -> None:
        """One send, one mail, to the reader that was named."""
        box = bench.open()
        send(bench, box)
        box.close()
        (mail,) = bench.mails()
        assert reader_of(mail) == ("Jo Reader", "jo@company.example")
        assert mail["Subject"] == MAIL.subject
        assert body_of(mail) == MAIL.body.strip("\n")

    def test_every_script_and_long_line_arrives_intact(self, bench: Bench) -> None:
        """Names, subject and body may hold any characters, and lines are never wrapped."""
        long_line = "Ich möchte bei Ihnen arbeiten, weil " + "Straßenbahnen 🚋 " * 80 + "Ende."
        mail = replace(
            MAIL,
            to_name="Krüger, Sabine “Bine” (HR) 🎉",
            subject="Danke für das Gespräch am Dienstag, Grüße, 感谢 🙏 und bis bald, hoffentlich",
            body=f"Łódź\n\n{long_line}\n.\nFrom here on\n-- \nありがとう",
        )
        box = bench.open()
        send(bench, box, mail)
        box.close()
        (arrived,) = bench.mails()
        assert reader_of(arrived) == (mail.to_name, mail.to_address)
        assert arrived["Subject"] == mail.subject
        assert [line.rstrip() for line in body_of(arrived).split("\n")] == [
            line.rstrip() for line in mail.body.split("\n")
        ]

    def test_a_name_with_a_comma_stays_one_reader(self, bench: Bench) -> None:
        """However long a name is, it never turns into a second address."""
        name = "Reader, Jo, evil@other.example, " + "of the department of names " * 4 + "and more"
        box = bench.open()
        send(bench, box, replace(MAIL, to_name=name))
        box.close()
        (arrived,) = bench.mails()
        header = arrived["To"]
        assert isinstance(header, AddressHeader)
        assert [address.addr_spec for address in header.addresses] == ["jo@company.example"]

    @pytest.mark.parametrize("field", ["sender_name", "to_name", "subject"])
    def test_a_line_break_in_a_header_is_refused(self, bench: Bench, field: str) -> None:
        """No text can add a header or a reader."""
        box = bench.open()
        for broken in ("a\r\nBcc: x@other.example", "a\nb", "a\rb", "a\u2028b", "a\n"):
            with pytest.raises(Rejected) as caught:
                send(bench, box, with_text(MAIL, field, broken))
            assert caught.value.code == "line-break-in-header"
        box.close()
        assert bench.mails() == []

    def test_a_reply_names_the_mail_it_answers(self, bench: Bench) -> None:
        """The reader's program shows the reply below the mail, with ids longer than a line too."""
        answered = f"<{'a' * 90}@mail.example>"
        reply = replace(MAIL, in_reply_to=answered, references=("<first@mail.example>", answered))
        box = bench.open()
        send(bench, box, reply)
        box.close()
        (arrived,) = bench.mails()
        assert arrived["In-Reply-To"] == answered
        assert str(arrived["References"]).split() == ["<first@mail.example>", answered]

    def test_look_without_a_trace_proves_nothing_wrong(self, bench: Bench) -> None:
        """A key that nothing carries is never taken for sent."""
        box = bench.open()
        assert box.look(Trace("another-key-0123456789")).sight in (Sight.UNKNOWN, Sight.ABSENT)
        box.close()

    def test_nothing_secret_shows_in_a_repr(self, bench: Bench) -> None:
        """What is logged by accident holds no token, and no word of a mail."""
        flow = bench.provider.begin_sign_in(bench.access, "http://localhost:8765", "the-state")
        grant = bench.sign_in()
        shown = repr((flow, grant, MAIL))
        held = [grant.access_token, grant.secret, flow.payload, MAIL.subject, MAIL.body]
        assert [secret for secret in held if secret and secret in shown] == []


class DraftsContract:
    """What a provider promises with the access `drafts`."""

    def test_a_draft_is_found_by_its_key(self, bench: Bench) -> None:
        """A draft whose id was lost is found again, and no other is taken for it."""
        box = bench.open()
        box.create_draft(replace(MAIL, subject="Another"), "another-key-0123456789")
        made = box.create_draft(MAIL, KEY)
        found = box.find_draft(KEY)
        assert found is not None
        assert (found.id, found.subject, found.is_standing) == (made.id, MAIL.subject, True)
        assert box.find_draft("a-key-of-nothing-0123456789") is None
        box.close()
        assert bench.mails() == []

    def test_a_reply_s_draft_is_found_by_its_key(self, bench: Bench) -> None:
        """A reply carries its key too."""
        box = bench.open()
        made = box.create_draft(replace(MAIL, in_reply_to="<first@mail.example>"), KEY)
        found = box.find_draft(KEY)
        box.close()
        assert found is not None
        assert found.id == made.id

    def test_a_draft_reads_back_as_it_was_written(self, bench: Bench) -> None:
        """An untouched draft compares equal, so that only an edit is taken for one."""
        box = bench.open()
        made = box.create_draft(MAIL, KEY)
        expected = Draft(
            made.id, True, MAIL.subject, MAIL.body.rstrip("\n"), (MAIL.to_address,), None
        )
        assert replace(made, message_id=None) == expected
        read = box.read_draft(made.id)
        assert read is not None
        assert replace(read, message_id=None) == expected
        box.close()

    def test_an_edit_by_the_owner_is_read(self, bench: Bench) -> None:
        """What the owner wrote into the draft is what goes out."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        bench.edit(draft.id, "Dear Jo,\n\nthank you & all the best.")
        read = box.read_draft(draft.id)
        assert read is not None
        assert (read.body, read.is_standing) == ("Dear Jo,\n\nthank you & all the best.", True)
        box.send_draft(draft.id)
        box.close()
        assert len(bench.mails()) == 1

    def test_a_draft_that_the_owner_deleted_is_gone(self, bench: Bench) -> None:
        """Deleting the draft is a way to say no."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        bench.discard(draft.id)
        assert box.read_draft(draft.id) is None
        assert box.find_draft(KEY) is None
        box.delete_draft(draft.id)
        box.close()

    def test_a_draft_that_the_owner_sent_counts_as_sent(self, bench: Bench) -> None:
        """Sent by hand is sent."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        bench.send_by_hand(draft.id)
        read = box.read_draft(draft.id)
        assert read is None or not read.is_standing
        assert box.look(Trace(KEY, draft.id, message_id=draft.message_id)).sight is Sight.SENT
        box.close()

    def test_a_standing_draft_is_seen_standing(self, bench: Bench) -> None:
        """What was not sent is never taken for sent."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        assert box.look(Trace(KEY, draft.id)).sight is Sight.STANDING
        box.close()

    def test_a_sent_draft_is_seen_sent(self, bench: Bench) -> None:
        """Once the server has settled, a look proves that the mail went."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        bench.settle()
        seen = box.look(Trace(KEY, draft.id, message_id=draft.message_id))
        assert seen.sight is Sight.SENT
        assert seen.proof in ("draft-consumed", "sent-copy")
        read = box.read_draft(draft.id)
        assert read is None or not read.is_standing
        assert box.find_draft(KEY) is None
        box.close()

    def test_a_second_send_of_a_draft_sends_nothing(self, bench: Bench) -> None:
        """A draft can be sent once: again is refused or harmless."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        bench.settle()
        outcome: Receipt | Rejected
        try:
            outcome = box.send_draft(draft.id)
        except Rejected as error:
            outcome = error
        box.close()
        assert isinstance(outcome, Receipt) or outcome.code in ("not-found", "bad-request")
        assert len(bench.mails()) == 1

    def test_deleting_a_draft_takes_it_away_for_good(self, bench: Bench) -> None:
        """A deleted draft is gone, and deleting it again says nothing."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        box.delete_draft(draft.id)
        assert box.read_draft(draft.id) is None
        box.delete_draft(draft.id)
        box.close()

    def test_deleting_a_sent_draft_leaves_the_sent_mail(self, bench: Bench) -> None:
        """What went out stays in the owner's mailbox."""
        box = bench.open()
        draft = box.create_draft(MAIL, KEY)
        box.send_draft(draft.id)
        bench.settle()
        box.delete_draft(draft.id)
        assert box.look(Trace(KEY, draft.id, message_id=draft.message_id)).sight is Sight.SENT
        box.close()
        assert len(bench.mails()) == 1
