"""The states of a follow-up and of an attempt, with a sentence for each. See docs/states.md."""

from enum import StrEnum


class State(StrEnum):
    """Where a follow-up stands."""

    HELD = "held"
    """Not to be sent yet; `waiting_for` says what it waits for."""
    SCHEDULED = "scheduled"
    """Will be claimed when its slot and its next try have come."""
    SENDING = "sending"
    """Claimed by one attempt, which has not ended."""
    SENT = "sent"
    """It went, with a proof; the service never sends it again."""
    UNCONFIRMED = "unconfirmed"
    """A send was announced and neither proof nor disproof can be had; a person decides."""
    FAILED = "failed"
    """The provider refused it for good, and certainly nothing was sent."""
    STOPPED = "stopped"
    """The user (or a cancelled invitation) does not want it sent."""


FINAL = frozenset({State.SENT, State.STOPPED})
"""States in which nothing is left to be done."""


class WaitingFor(StrEnum):
    """What a held follow-up waits for. Set exactly in the state `held`."""

    WORDS = "words"
    """The user's own reasons or the line for this person are missing."""
    INTERVIEW = "interview"
    """Nobody has said yet that the interview took place."""
    ADDRESS = "address"
    """The reader has no address, and nobody was named who passes it on."""
    CORRECTION = "correction"
    """A check found an error in the text."""
    ACCEPTANCE = "acceptance"
    """A check found something that the user must change or accept."""
    APPROVAL = "approval"
    """Every mail needs the user's word before it goes."""
    NEW_SLOT = "new-slot"
    """Its time has passed so far that the text may be wrong."""
    MAILBOX = "mailbox"
    """No mailbox is connected that it could go from."""
    USER = "user"
    """The user paused or restored it."""


class Step(StrEnum):
    """The last step an attempt has committed; a dead attempt is judged by it."""

    CLAIMED = "claimed"
    """The follow-up is ours; nothing was asked of the provider that sends."""
    DRAFTED = "drafted"
    """The draft exists and its id is stored."""
    ANNOUNCED = "announced"
    """The sending call may have been made at any moment after this."""
    ENDED = "ended"
    """The attempt has its outcome."""


class Proof(StrEnum):
    """Why a follow-up counts as sent."""

    ACCEPTED = "accepted"
    """The provider answered that it took the mail."""
    DRAFT_CONSUMED = "draft-consumed"
    """Our draft is gone after a send was announced on it (Gmail)."""
    SENT_COPY = "sent-copy"
    """The sent copy was seen."""
    USER = "user"
    """The user said that it went."""
