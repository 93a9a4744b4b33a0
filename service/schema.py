"""The tables: every column in a sentence, every rule that must always hold as a constraint.

Migrations make them; a test proves that the migrations from empty equal this file. Times are
`UtcDateTime`: aware UTC on both sides, whatever the database keeps.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from service.states import State, Step, WaitingFor


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; refuses naive ones. SQLite keeps it as text that sorts by time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn an aware datetime into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn what the database keeps into an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: Any) -> sa.Table:
    # AUTOINCREMENT: an id that was shown to the user is never given to something else.
    return sa.Table(name, metadata, _id(), *items, sqlite_autoincrement=True)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _to(table: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(
        f"{table}_id",
        sa.ForeignKey(f"{_PLURALS[table]}.id", ondelete="CASCADE"),
        nullable=nullable,
        index=True,
    )


_PLURALS = {
    "candidate": "candidates",
    "interview": "interviews",
    "person": "people",
    "mailbox": "mailboxes",
    "follow_up": "follow_ups",
}


def _one_of(column: str, values: type[State] | type[WaitingFor] | type[Step]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def _where(condition: str) -> dict[str, Any]:
    """Make an index partial.

    The migrations say the same to PostgreSQL; its dialect is costly to load at every start only to
    be told so here.
    """
    return {"sqlite_where": sa.text(condition), "info": {"where": condition}}


candidates = _table(
    "candidates",
    sa.Column("name", sa.Text, nullable=False),  # as it stands in From and under the mail
    sa.Column("zone", sa.Text, nullable=False),  # the user's own IANA zone
    sa.Column("language", sa.Text, nullable=False),  # the language mails are written in
    sa.Column("signature", sa.JSON, nullable=False),  # up to three lines below the name
    sa.Column("created_at", UtcDateTime, nullable=False),
)

mailboxes = _table(
    "mailboxes",
    _to("candidate"),
    sa.Column("provider", sa.Text, nullable=False),  # a name of providers.registry
    sa.Column("address", sa.Text, nullable=False),  # as the provider spells it
    sa.Column("address_key", sa.Text, nullable=False),  # folded, for comparing
    sa.Column("name", sa.Text, nullable=False),  # the name in From
    sa.Column("access", sa.Text, nullable=False),  # drafts or send-only
    sa.Column("connected_at", UtcDateTime, nullable=False),  # the last sign-in by the user
    sa.Column("signed_out_at", UtcDateTime),  # set while the grant has ended
    sa.Column("signed_out_reason", sa.Text),  # one sentence for the user
    sa.Column("blocked_until", UtcDateTime),  # the provider asked to wait (clock time)
    sa.Column("blocked_reason", sa.Text),  # why, one sentence
    sa.Column("disconnected_at", UtcDateTime),  # set when the user disconnected it
    sa.Column("is_testing", sa.Boolean),  # Google ends the sign-in after a week; null: not asked
    sa.Column("account_id", sa.Text),  # the provider's lasting id; null: connected before 0004
    sa.Column(
        "next_probe_at", UtcDateTime, index=True
    ),  # real time before which it is not probed again
    sa.Column("lease_owner", sa.Text),  # the process that works this mailbox
    sa.Column("lease_until", UtcDateTime),  # real time after which anybody may take it
    sa.Column("refresh_owner", sa.Text),  # the process that refreshes the grant
    sa.Column("refresh_until", UtcDateTime),  # real time after which anybody may
    sa.UniqueConstraint("candidate_id", "provider", "address_key"),  # prevents two of one account
    # Whose wait ends next?
    sa.Index("ix_mailboxes_blocked", "blocked_until", **_where("blocked_until IS NOT NULL")),
)

grants = _table(
    "grants",
    sa.Column(
        "mailbox_id",
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    sa.Column("version", sa.Integer, nullable=False),  # newest wins; an older write is refused
    sa.Column("key_id", sa.Text, nullable=False),  # the vault key it is encrypted with
    sa.Column("account_id", sa.Text, nullable=False),  # the provider's lasting id of the account
    sa.Column("granted_at", UtcDateTime, nullable=False),  # when the user signed in (real time)
    sa.Column("refreshed_at", UtcDateTime, nullable=False),  # the last refresh (real time)
    sa.Column("expires_at", UtcDateTime, nullable=False),  # of the access token (real time)
    sa.Column("scopes", sa.JSON, nullable=False),  # what was granted
    sa.Column("secret", sa.LargeBinary, nullable=False),  # encrypted
    sa.Column("access_token", sa.LargeBinary, nullable=False),  # encrypted
)

sign_ins = _table(
    "sign_ins",
    _to("candidate"),
    sa.Column("state_hash", sa.Text, nullable=False, unique=True),  # prevents a replayed answer
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("flow", sa.LargeBinary, nullable=False),  # encrypted: verifier, nonce, redirect
    sa.Column("expires_at", UtcDateTime, nullable=False),  # real time
    sa.Column("used_at", UtcDateTime),
)

vault_keys = sa.Table(
    "vault_keys",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),  # a fingerprint, not the key
    sa.Column("source", sa.Text, nullable=False),  # environment, keyring or file
    sa.Column("first_used_at", UtcDateTime, nullable=False),
)

interviews = _table(
    "interviews",
    _to("candidate"),
    sa.Column("company", sa.Text, nullable=False),
    sa.Column("company_key", sa.Text, nullable=False),  # folded, for comparing
    sa.Column("company_short", sa.Text),  # what people call it, when that does not follow
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("agency", sa.Text),  # the agency's name, when one stands in between
    sa.Column("city", sa.Text),  # where the readers are; the next three follow from it
    sa.Column("zone", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("subdivision", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),  # the user's own words
    sa.Column("day", sa.Date, nullable=False),  # the reader's local day
    sa.Column("took_place", sa.Boolean),  # null while nobody has said
    sa.Column("invited_as", sa.Text),  # the candidate's address on the invitation
    sa.Column("mailbox_id", sa.ForeignKey("mailboxes.id", ondelete="SET NULL"), index=True),
    sa.Column("policy", sa.JSON(none_as_null=True)),  # what of [timing] is different here
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("candidate_id", "company_key", "day"),  # prevents the same one twice
)

talks = _table(
    "talks",
    _to("interview"),
    sa.Column("candidate_id", sa.ForeignKey("candidates.id", ondelete="CASCADE"), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),  # of the invitation or submission
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("calendar_uid", sa.Text),
    sa.Column("recurrence_id", sa.Text, nullable=False),  # empty when it is no occurrence
    sa.Column("sequence", sa.Integer, nullable=False),  # a higher one moves the talk
    sa.CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
    # prevents one invitation from becoming two talks; rows without a UID never collide
    sa.UniqueConstraint("candidate_id", "calendar_uid", "recurrence_id"),
)

people = _table(
    "people",
    _to("interview"),
    sa.Column("position", sa.Integer, nullable=False),  # the order they were given in
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("is_met", sa.Boolean),  # null while nobody has said
    sa.Column("is_direct", sa.Boolean, nullable=False),  # may be written to despite an agency
    sa.Column("passed_on_by", sa.Text),  # name of the person who passes it on
    sa.Column("line", sa.Text, nullable=False),  # the user's own line about this person
    sa.Column("reasons", sa.Text),  # reasons for this person alone
    sa.Column("given_name", sa.Text),
    sa.Column("family_name", sa.Text),
    sa.Column("form_of_address", sa.Text),  # Ms, Herr, Madame ...; never guessed
    sa.Column("title", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("city", sa.Text),  # the person's own place, where it differs
    sa.Column("zone", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("subdivision", sa.Text),
    sa.Column("subject", sa.Text),  # the user's own full text, in place of a composed one
    sa.Column("body", sa.Text),
    sa.Column("thread", sa.JSON(none_as_null=True)),  # the mail from this person that is answered
    sa.Column("note", sa.Text),  # why intake left this person unticked
    sa.UniqueConstraint("interview_id", "position"),
)

follow_ups = _table(
    "follow_ups",
    _to("candidate"),
    _to("interview"),
    _to("person"),
    sa.Column("mailbox_id", sa.ForeignKey("mailboxes.id", ondelete="SET NULL")),
    sa.Column("version", sa.Integer, nullable=False),  # counts every change
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("waiting_for", sa.Text),  # set exactly while held
    sa.Column("to_name", sa.Text, nullable=False),
    sa.Column("to_address", sa.Text),
    sa.Column("reader_key", sa.Text, nullable=False),  # folded address, or the name without one
    sa.Column("company_key", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),  # the reader's local day of the interview
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("is_edited", sa.Boolean, nullable=False),  # the user's text: never composed anew
    sa.Column("thread", sa.JSON(none_as_null=True)),  # the mail that it answers
    sa.Column("checked_key", sa.Text),  # what its findings were found in, hashed
    sa.Column("slot_at", UtcDateTime),  # when it goes out
    sa.Column("slot_until", UtcDateTime),  # until when it may still go unplanned
    sa.Column("slot_target_at", UtcDateTime),  # what the rules first asked for
    sa.Column("slot_zone", sa.Text),  # the reader's zone
    sa.Column("slot_wall", sa.Text),  # what the clock there was to show, with its offset then
    sa.Column("slot_basis", sa.Text),  # the settings and data it was planned from
    sa.Column("slot_reasons", sa.JSON, nullable=False),  # sentences, in order
    sa.Column("slot_warnings", sa.JSON, nullable=False),  # sentences that need the user's eye
    sa.Column("slot_fixed", sa.Boolean, nullable=False),  # the user named the time
    sa.Column("next_try_at", UtcDateTime),  # not before, after a postponement
    # When it is due; kept by the database so that one index answers "what is due?".
    sa.Column(
        "due_at",
        UtcDateTime,
        sa.Computed(
            "CASE WHEN next_try_at > slot_at THEN next_try_at ELSE slot_at END", persisted=True
        ),
    ),
    sa.Column("attempt_id", sa.Integer),  # the attempt that holds it while sending
    sa.Column("send_key", sa.Text, nullable=False, unique=True),  # prevents two with one mark
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text),  # why the last try did not end in sent, one sentence
    sa.Column("stop_asked_at", UtcDateTime),  # the user said stop while it was sending
    sa.Column("sent_at", UtcDateTime),
    sa.Column("proof", sa.Text),  # why it counts as sent
    sa.Column("shown_at", UtcDateTime),  # when the user was last shown its text and time
    sa.Column("shown_version", sa.Integer),  # the version they were shown
    sa.Column("approved_at", UtcDateTime),  # when the user let it go, for good or until it moved
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.CheckConstraint(_one_of("state", State), name="state_known"),
    sa.CheckConstraint(
        f"waiting_for IS NULL OR {_one_of('waiting_for', WaitingFor)}", name="waiting_for_known"
    ),
    sa.CheckConstraint(
        "(state = 'held') = (waiting_for IS NOT NULL)", name="waiting_for_exactly_while_held"
    ),
    sa.CheckConstraint(
        "state NOT IN ('scheduled', 'sending') OR "
        "(slot_at IS NOT NULL AND mailbox_id IS NOT NULL AND to_address IS NOT NULL "
        "AND subject <> '' AND body <> '')",
        name="scheduled_is_complete",
    ),
    sa.CheckConstraint("state <> 'sending' OR attempt_id IS NOT NULL", name="sending_has_attempt"),
    sa.CheckConstraint("(state = 'sent') = (proof IS NOT NULL)", name="sent_has_proof"),
    # "What is due in this mailbox?" and "when is the next?"
    sa.Index(
        "ix_follow_ups_due",
        "mailbox_id",
        "due_at",
        **_where("state = 'scheduled'"),
    ),
    sa.Index(
        "ix_follow_ups_next",
        "due_at",
        **_where("state = 'scheduled'"),
    ),
    # What was planned from other settings or data than today's?
    sa.Index("ix_follow_ups_basis", "slot_basis", **_where("state IN ('held', 'scheduled')")),
    # How many stand in each state: answered from the index alone, texts are not read.
    sa.Index("ix_follow_ups_states", "candidate_id", "state", "waiting_for"),
    sa.Index(
        "ix_follow_ups_sending",
        "mailbox_id",
        **_where("state = 'sending'"),
    ),
    # prevents a second mail to one reader about one company and day
    sa.Index(
        "uq_follow_ups_reader",
        "candidate_id",
        "reader_key",
        "company_key",
        "day",
        unique=True,
        **_where("state <> 'stopped'"),
    ),
)

findings = _table(
    "findings",
    _to("follow_up"),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("place_in", sa.Text),  # subject or body, where there is a place
    sa.Column("place_start", sa.Integer),  # offsets into it
    sa.Column("place_end", sa.Integer),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("accepted_by", sa.Text),
)

attempts = _table(
    "attempts",
    _to("follow_up"),
    sa.Column("mailbox_id", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),  # the process that made it
    sa.Column("access", sa.Text, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("step", sa.Text, nullable=False),  # the last step committed
    sa.Column("announced_at", UtcDateTime),  # from here the call may have been made
    sa.Column("draft_id", sa.Text),
    sa.Column("draft_text_hash", sa.Text),  # what we write into the draft, to notice an edit
    sa.Column("draft_is_outdated", sa.Boolean, nullable=False),  # we are taking it away
    sa.Column("draft_is_gone", sa.Boolean, nullable=False),  # it was sent, deleted or replaced
    sa.Column("message_id", sa.Text),
    sa.Column("sent_id", sa.Text),
    sa.Column("proof", sa.Text),
    sa.Column("answer", sa.Text),  # the code of the provider's last answer
    sa.Column("looks", sa.Integer, nullable=False),
    sa.Column("next_look_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("outcome", sa.Text),  # the transition that ended it
    sa.CheckConstraint(_one_of("step", Step), name="step_known"),
    sa.CheckConstraint(
        "(step = 'ended') = (ended_at IS NOT NULL)", name="ended_exactly_when_ended"
    ),
    sa.Index(
        "ix_attempts_open",
        "mailbox_id",
        **_where("ended_at IS NULL"),
    ),
    # What is looked for again, although it has ended: proof may come late.
    sa.Index(
        "ix_attempts_looking",
        "mailbox_id",
        "next_look_at",
        **_where("next_look_at IS NOT NULL"),
    ),
    # How many were sent lately, for the pace of a mailbox.
    sa.Index(
        "ix_attempts_announced",
        "mailbox_id",
        "announced_at",
        **_where("announced_at IS NOT NULL"),
    ),
)

events = _table(
    "events",
    sa.Column("at", UtcDateTime, nullable=False),
    _to("candidate"),
    _to("interview", nullable=True),
    _to("follow_up", nullable=True),
    sa.Column("mailbox_id", sa.Integer),
    sa.Column("attempt_id", sa.Integer),
    sa.Column("action", sa.Text, nullable=False),  # the transition, or what was done
    sa.Column("from_state", sa.Text),
    sa.Column("to_state", sa.Text),
    sa.Column("by", sa.Text, nullable=False),  # user, service or provider
    sa.Column("reason", sa.Text, nullable=False),  # one sentence
)

notices = _table(
    "notices",
    _to("candidate"),
    sa.Column("matter", sa.Text, nullable=False, unique=True),  # prevents telling it twice
    sa.Column("subject", sa.Text, nullable=False),  # one line, no word of a mail in it
    sa.Column("message", sa.Text, nullable=False),  # what is so, and the command that helps
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("told_at", UtcDateTime),  # when a channel took it
    sa.Column("told_by", sa.Text),  # which channels took it
    sa.Column("settled_at", UtcDateTime),  # when the matter was found to need nobody any more
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", UtcDateTime),  # not before, after no channel took it
    sa.Column("last_error", sa.Text),  # why the last try reached nobody, one sentence
    # What is still to be told.
    sa.Index(
        "ix_notices_untold",
        "candidate_id",
        **_where("told_at IS NULL AND settled_at IS NULL"),
    ),
)

api_tokens = _table(
    "api_tokens",
    _to("candidate", nullable=True),
    sa.Column("token_hash", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
)

web_links = _table(
    "web_links",
    _to("candidate"),
    sa.Column("code_hash", sa.Text, nullable=False, unique=True),
    sa.Column("expires_at", UtcDateTime, nullable=False),  # real time
)

web_sessions = _table(
    "web_sessions",
    _to("candidate"),
    sa.Column("session_hash", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

idempotency_keys = _table(
    "idempotency_keys",
    _to("candidate"),
    sa.Column("key_hash", sa.Text, nullable=False),
    sa.Column("request_hash", sa.Text, nullable=False),
    sa.Column("answer", sa.JSON(none_as_null=True)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("candidate_id", "key_hash"),
)

heartbeats = sa.Table(
    "heartbeats",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),  # one row per running service
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),  # real time
    sa.Column("beat_at", UtcDateTime, nullable=False),  # real time
    sa.Column("clock_at", UtcDateTime, nullable=False),  # the service's clock at that beat
    sa.Column("looked_at", UtcDateTime),  # when it last looked for what is due; null: before 0005
)
