"""The values that flow through the house: intake -> timing -> writing -> outbox -> delivery.

Frozen, without behaviour beyond reading themselves. `id` is None until the database has given one.
Datetimes are aware; those named `*_at` are UTC once stored. Texts never appear in a repr.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.states import State, WaitingFor


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is: one city gives zone, country and region of the working calendar.

    `country` is ISO 3166-1 alpha-2, `subdivision` the code that `holidays` uses for the region.
    """

    zone: str
    city: str | None = None
    country: str | None = None
    subdivision: str | None = None

    @property
    def tz(self) -> ZoneInfo:
        """The zone as a tzinfo."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The person who uses this. `signature` holds up to three lines below the name."""

    name: str
    zone: str
    language: str = "en"
    signature: tuple[str, ...] = ()
    id: int | None = None


class Kind(StrEnum):
    """What a person is to the interview."""

    INTERVIEWER = "interviewer"
    REPRESENTATIVE = "representative"


@dataclass(frozen=True, slots=True)
class Thread:
    """A mail from this person that the follow-up answers.

    `message_id` is its Message-ID with the angle brackets, `references` those of the mails before
    it, oldest first.
    """

    message_id: str
    references: tuple[str, ...] = ()
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody met, or invited, or the agency's representative.

    `name` is as the greeting may read it ("Sabine Krüger", never "Krüger, Sabine (HR)").
    `is_met` is None while nobody has said whether this person was there. `is_direct` is True when
    the user said that this person may be written to although an agency stands in between.
    `passed_on_by` names the person of the same interview who passes this person's mail on.
    `line` is the user's own line about the talk with this person; `reasons` are reasons for this
    person alone, in the person's language, in place of the interview's. `subject` and `body` are
    the user's own full text and replace what would be composed.
    """

    name: str
    address: str | None = None
    kind: Kind = Kind.INTERVIEWER
    is_met: bool | None = None
    is_direct: bool = False
    passed_on_by: str | None = None
    line: str = field(default="", repr=False)
    reasons: str = field(default="", repr=False)
    given_name: str | None = None
    family_name: str | None = None
    form_of_address: str | None = None
    title: str | None = None
    language: str | None = None
    place: Place | None = None
    subject: str | None = field(default=None, repr=False)
    body: str | None = field(default=None, repr=False)
    thread: Thread | None = None
    note: str | None = None
    """Why intake left this person unticked ("organiser"), for people to read."""
    id: int | None = None

    @property
    def key(self) -> str:
        """What tells this person from the others of the interview, before and after storing."""
        return (self.address or self.name).casefold()


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk. `calendar_uid`, `recurrence_id` and `sequence` are the invitation's."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str = ""
    calendar_uid: str | None = None
    recurrence_id: str | None = None
    sequence: int = 0
    id: int | None = None


class RestDays(StrEnum):
    """What happens when the morning after the interview is a rest day (T04)."""

    NEXT_WORKING_DAY = "next-working-day"
    SAME_DAY = "same-day"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What of the `[timing]` settings is different for one interview; what is empty is as set.

    `earliest` is the reader's wall clock. `days_off` and `working_days` come on top of those that
    are set, and win over them.
    """

    earliest: time | None = None
    rest_days: RestDays | None = None
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Interview:
    """One talk or day of talks with one company: what is submitted.

    `place` is where the readers are, None while unknown. `reasons` are the user's own words why
    they want to work there, whole sentences. `agency` is the agency's name, None without one; its
    representative is among `people`. `took_place` is None while nobody has said.
    `guesses` names the fields that intake guessed and that must be shown as guesses.
    `invited_as` is the candidate's own address on the invitation. `company_short` is what people
    call the company, None when that follows from its name.
    """

    company: str
    role: str
    talks: tuple[Talk, ...]
    people: tuple[Person, ...]
    place: Place | None = None
    reasons: str = field(default="", repr=False)
    language: str = "en"
    agency: str | None = None
    took_place: bool | None = None
    invited_as: str | None = None
    company_short: str | None = None
    guesses: frozenset[str] = frozenset()
    mailbox: str | None = None
    overrides: Overrides = Overrides()
    id: int | None = None

    @property
    def starts_at(self) -> datetime:
        """The start of its first talk."""
        return min(talk.starts_at for talk in self.talks)

    @property
    def ends_at(self) -> datetime:
        """The end of its last talk."""
        return max(talk.ends_at for talk in self.talks)

    @property
    def zone(self) -> str:
        """The zone in which its day is counted: the readers', else the first talk's."""
        return self.place.zone if self.place else self.talks[0].zone

    @property
    def day(self) -> date:
        """The readers' local date on which it started (rule T02)."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def representative(self) -> Person | None:
        """The agency's person, or None without an agency."""
        return next((p for p in self.people if p.kind is Kind.REPRESENTATIVE), None)


@dataclass(frozen=True, slots=True)
class Slot:
    """When a follow-up goes out, and why then.

    `at` is the instant (aware UTC), `zone` the reader's zone in which it is shown. It may still go
    until `until`; after that it is planned anew. `target_at` is what the rules first asked for,
    from which staleness is counted. `reasons` are sentences in order, `warnings` need the user's
    eye but do not stop. `is_fixed` is True when the user named the time. `basis` says from which
    settings and data it was planned, so that a change of them is noticed.
    """

    at: datetime
    until: datetime
    target_at: datetime
    zone: str
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    is_fixed: bool = False
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A composed mail. `shares` are the user's own sentences that it carries, in order."""

    subject: str = field(repr=False)
    body: str = field(repr=False)
    shares: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One mail to one reader about one interview: the job in the queue, as it is stored."""

    id: int
    candidate_id: int
    interview_id: int
    person_id: int
    mailbox_id: int | None
    version: int
    state: State
    waiting_for: WaitingFor | None
    to_name: str
    to_address: str | None
    subject: str = field(repr=False)
    body: str = field(repr=False)
    is_edited: bool
    slot: Slot | None
    next_try_at: datetime | None
    attempt_id: int | None
    send_key: str = field(repr=False)
    tries: int
    last_error: str | None
    stop_asked_at: datetime | None
    sent_at: datetime | None
    proof: str | None
    day: date
    """The reader's local day of the interview."""
    thread: Thread | None = None
    checked_key: str | None = None
    """What its findings were found in, hashed; None while it was never checked."""
    shown_at: datetime | None = None
    """When the user was last shown its whole text and its time."""
    shown_version: int | None = None
    """The version they were shown: another one is yet to be seen."""
    approved_at: datetime | None = None
    """When the user let it go; None once the service gave it another time."""

    @property
    def is_shown(self) -> bool:
        """Whether the user was shown it as it is now."""
        return self.shown_at is not None and self.shown_version == self.version


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A connected account as it is stored, without its grant."""

    id: int
    candidate_id: int
    provider: str
    address: str
    name: str
    access: str
    signed_out_at: datetime | None
    signed_out_reason: str | None
    blocked_until: datetime | None
    blocked_reason: str | None
    disconnected_at: datetime | None
    is_testing: bool | None = None
    """Whether Google ends the sign-in after a week; None while nobody has said."""
    account_id: str | None = None
    """The provider's lasting id of the account; kept when it is disconnected."""
