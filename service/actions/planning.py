"""Draws up the mails of an interview as they would be stored: reader, text, slot, what is missing.

Nothing is written. `Plan` is what `add` and `debrief` show before they ask, and what `submitting`
stores unchanged, so that the preview is the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from service import editing, interviews, outbox, slots
from service.actions.office import Office, id_of
from service.editing import Kept
from service.errors import BadInput
from service.intake import merge
from service.records import Candidate, FollowUp, Interview, Kind, Mailbox, Person, Slot, Text
from service.states import State, WaitingFor
from service.writing import checks, composition
from service.writing.checks import OtherNote
from service.writing.readers import Missing, Reading, What


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """One mail to be. `waiting_for` is why it would be held, None when it would be scheduled."""

    reader: Person
    reading: Reading | None
    text: Text
    slot: Slot | None
    waiting_for: WaitingFor | None
    findings: tuple[Kept, ...] = ()
    standing: FollowUp | None = None
    """The mail that this reader already has about this interview."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All mails of an interview. `missing` is what only the user can give."""

    interview: Interview
    mails: tuple[PlannedMail, ...]
    missing: tuple[Missing, ...]
    mailbox: Mailbox | None
    planned: slots.Planned = field(default_factory=lambda: slots.Planned({}))
    """When its mails go, with the ways around a rest day where one can still be chosen."""
    drawn_at: datetime | None = None
    stored: Interview | None = None
    """The interview as it was stored before, when this is about the same one."""
    differences: tuple[str, ...] = ()
    """What this submission changes of it, one sentence each."""
    is_approval_required: bool = False
    """Whether its mails go only once each of them was approved."""


def recall(
    office: Office, candidate: Candidate, submitted: Interview
) -> tuple[Interview, tuple[str, ...]]:
    """Return `submitted` joined with what is stored of it, and what it changes of that.

    What is known need not be asked for again.
    """
    stored = _find_stored(office, candidate, submitted)
    return merge.merge(stored, submitted) if stored else (submitted, ())


def draw_up(
    office: Office,
    candidate: Candidate,
    submitted: Interview,
    *,
    fixed_at: datetime | None = None,
    now: datetime | None = None,
    told: tuple[str, ...] = (),
) -> Plan:
    """Draw up every mail of `submitted`, joined with what is stored of the same interview.

    `fixed_at` (aware) is a time that the user named for the mails. `now` is the moment by which the
    plan was drawn up that this one replaces, so that what was offered is what comes. `told` are the
    differences that `recall` found before the submission was completed.

    Raises:
        BadInput: there is nobody to write to, or the time named is in the past.

    """
    stored = _find_stored(office, candidate, submitted)
    interview, differences = merge.merge(stored, submitted) if stored else (submitted, ())
    now = now or office.now()
    if interview.took_place is None and interview.ends_at <= now and stored is None:
        interview = replace(interview, took_place=True)
    if interview.took_place and interview.ends_at > now:
        # It was moved: that the talk of before took place says nothing of the one to come (T13).
        interview = replace(interview, took_place=None)
    if not any(person.is_met is not False for person in interview.people):
        raise BadInput(
            "There is nobody to write to: no person met, and no representative.",
            "Name at least one: --person 'Marisol Duarte <m.duarte@example.com>'",
        )
    mailbox = find_mailbox(office, candidate, interview)
    with office.database.read() as connection:
        if fixed_at is not None:
            planned = slots.fix_all(interview, candidate, office.policy, now, fixed_at)
        else:
            planned = slots.plan(connection, interview, candidate, office.policy, now)
        earlier = editing.list_earlier(connection, candidate, interview)
    mails, missing = _write_mails(interview, candidate, planned.slots, earlier)
    if stored is not None:
        mails = _keep_what_stands(
            office,
            candidate,
            stored,
            mails,
            over_at=interview.ends_at,
            is_new_time=fixed_at is not None,
            is_on_again=stored.took_place is False and interview.took_place is not False,
        )
    if all(_is_past_changing(mail.standing) for mail in mails):
        planned = replace(planned, choices=())
    judge = _Judge(
        office, candidate, interview, mails, has_mailbox=mailbox is not None, stale=planned.stale
    )
    return Plan(
        interview=interview,
        mails=tuple(judge.judge(mail) for mail in mails),
        missing=missing,
        mailbox=mailbox,
        planned=planned,
        drawn_at=now,
        stored=stored,
        differences=tuple(dict.fromkeys((*told, *differences))),
        is_approval_required=office.is_approval_required,
    )


def list_late(plan: Plan) -> list[str]:
    """Return whom it would reach so late that the user is asked whether it goes all the same.

    Nobody where each mail has to be approved anyway.
    """
    if plan.is_approval_required:
        return []
    return [mail.reader.name for mail in plan.mails if mail.waiting_for is WaitingFor.APPROVAL]


def agree(plan: Plan) -> Plan:
    """Return the plan after the user's word that what is late goes all the same."""
    mails = tuple(
        replace(mail, waiting_for=None) if mail.waiting_for is WaitingFor.APPROVAL else mail
        for mail in plan.mails
    )
    return replace(plan, mails=mails)


def _keep_what_stands(
    office: Office,
    candidate: Candidate,
    stored: Interview,
    mails: tuple[PlannedMail, ...],
    *,
    over_at: datetime,
    is_new_time: bool,
    is_on_again: bool,
) -> tuple[PlannedMail, ...]:
    """Show of each mail that exists what will stay: the user's own text and time, and what went."""
    with office.database.read() as connection:
        listed = outbox.list_follow_ups(connection, id_of(candidate), interview_id=stored.id)
    # What a cancellation stopped does not stand in the way of the interview that is on again.
    known = {
        each.follow_up.person_id: each.follow_up
        for each in listed
        if each.follow_up.state is not State.STOPPED or not is_on_again
    }
    return tuple(
        _keep_one(mail, known[mail.reader.id], over_at, is_new_time=is_new_time)
        if mail.reader.id in known
        else mail
        for mail in mails
    )


def _keep_one(
    mail: PlannedMail, standing: FollowUp, over_at: datetime, *, is_new_time: bool
) -> PlannedMail:
    if _is_past_changing(standing):
        own = Text(standing.subject, standing.body)
        return replace(mail, standing=standing, text=own, slot=standing.slot, waiting_for=None)
    if standing.is_edited:
        mail = replace(mail, text=Text(standing.subject, standing.body))
    named = standing.slot if standing.slot and standing.slot.is_fixed else None
    if named is not None and mail.slot is not None and not is_new_time:
        # A time that was named for the talk as it was may lie before the end of one that moved.
        overtaken = "the time you named lies before the end of the talk now"
        is_still_after = named.at >= over_at
        planned = replace(mail.slot, reasons=(*mail.slot.reasons, overtaken))
        mail = replace(mail, slot=named if is_still_after else planned)
    return replace(mail, standing=standing)


def require_mailbox(office: Office, candidate: Candidate, named: str | None) -> None:
    """Refuse a mailbox that is named and not connected, before anything else is asked.

    Raises:
        BadInput: it is not connected.

    """
    if named is not None:
        connected = office.mailboxes.list(id_of(candidate)) if candidate.id else []
        if not _named(connected, named):
            raise BadInput(f"The mailbox {named} is not connected.", "callback mailboxes")


def _named(connected: Sequence[Mailbox], named: str) -> Mailbox | None:
    wanted = named.casefold()
    return next((m for m in connected if wanted in (m.address.casefold(), m.provider)), None)


def find_mailbox(office: Office, candidate: Candidate, interview: Interview) -> Mailbox | None:
    """Return the mailbox to send from: the one named, the one invited, else the only real one."""
    if candidate.id is None:
        return None
    connected = office.mailboxes.list(id_of(candidate))
    if interview.mailbox:
        require_mailbox(office, candidate, interview.mailbox)
        return _named(connected, interview.mailbox)
    # The local one sends to nobody: it is used when asked for by name, never by default.
    real = [mailbox for mailbox in connected if mailbox.provider != "local"]
    invited = (interview.invited_as or "").casefold()
    for mailbox in real:
        if invited and mailbox.address.casefold() == invited:
            return mailbox
    return real[0] if len(real) == 1 else None


def _find_stored(office: Office, candidate: Candidate, submitted: Interview) -> Interview | None:
    if candidate.id is None:
        return None
    with office.database.read() as connection:
        if submitted.id is not None:
            return interviews.get(connection, submitted.id, candidate_id=candidate.id)
        return interviews.find_same(connection, candidate.id, submitted)


def _write_mails(
    interview: Interview,
    candidate: Candidate,
    planned: slots.Slots,
    earlier: Mapping[str, Sequence[str]],
) -> tuple[tuple[PlannedMail, ...], tuple[Missing, ...]]:
    days = {key: slot.at.astimezone(ZoneInfo(slot.zone)).date() for key, slot in planned.items()}
    composed = composition.compose(interview, candidate, days, earlier)
    mails = (
        PlannedMail(
            mail.reader,
            mail.reading,
            mail.text,
            planned[mail.reader.key],
            WaitingFor.WORDS if mail.missing else None,
        )
        for mail in composed.mails
    )
    unreached = (
        PlannedMail(person, None, Text("", ""), None, WaitingFor.ADDRESS)
        for person in _unreached(interview, composed.missing)
    )
    return (*mails, *unreached), composed.missing


class _Judge:
    """Says of each mail what the checks find, and what it would wait for."""

    def __init__(
        self,
        office: Office,
        candidate: Candidate,
        interview: Interview,
        mails: Sequence[PlannedMail],
        *,
        has_mailbox: bool,
        stale: frozenset[str],
    ) -> None:
        self._office = office
        self._candidate = candidate
        self._interview = interview
        self._mails = mails
        self._has_mailbox = has_mailbox
        self._stale = stale

    def judge(self, mail: PlannedMail) -> PlannedMail:
        """Return the mail with its findings and with what it waits for."""
        if mail.reading is None or _is_past_changing(mail.standing):
            return mail
        if mail.waiting_for is WaitingFor.WORDS and not _is_own(mail):
            # What is not written yet is not judged.
            return mail
        kept = self._check(mail, mail.reading)
        waiting_for = self._find_obstacle(kept)
        if waiting_for is None and mail.reader.key in self._stale and not _is_agreed(mail):
            waiting_for = WaitingFor.APPROVAL
        if waiting_for is None and self._office.is_approval_required and not _is_approved(mail):
            waiting_for = WaitingFor.APPROVAL
        standing = mail.standing.waiting_for if mail.standing else None
        if standing is WaitingFor.USER or (waiting_for is None and standing is WaitingFor.APPROVAL):
            # Only the user's own word ends these, not what is submitted again.
            waiting_for = standing
        return replace(mail, waiting_for=waiting_for, findings=kept)

    def _check(self, mail: PlannedMail, reading: Reading) -> tuple[Kept, ...]:
        beside = tuple(
            OtherNote(other.reader.name, other.text.body)
            for other in self._mails
            if other is not mail and other.text.body.strip()
        )
        with self._office.database.read() as connection:
            circumstances = editing.gather(
                connection,
                self._candidate,
                self._interview,
                reading,
                sent_at=mail.slot.at if mail.slot else None,
                beside=beside,
            )
            before = editing.list_findings(connection, mail.standing.id) if mail.standing else ()
        found = checks.check(mail.text, circumstances, off=self._office.off())
        return editing.keep_accepted(before, found)

    def _find_obstacle(self, kept: Sequence[Kept]) -> WaitingFor | None:
        """Return the first thing that stands against scheduling, in the order the user meets it."""
        if self._interview.took_place is not True:
            return WaitingFor.INTERVIEW
        obstacle = editing.find_obstacle(kept)
        if obstacle is None and not self._has_mailbox:
            return WaitingFor.MAILBOX
        return obstacle


def _is_past_changing(standing: FollowUp | None) -> bool:
    return standing is not None and standing.state not in (State.HELD, State.SCHEDULED)


def _is_agreed(mail: PlannedMail) -> bool:
    """Whether the user has said that it goes, or when: then it goes however late that is."""
    is_named = mail.slot is not None and mail.slot.is_fixed
    return is_named or (mail.standing is not None and mail.standing.state is State.SCHEDULED)


def _is_approved(mail: PlannedMail) -> bool:
    """Whether the user let this very mail go: the text, the reader and, unless named, the time."""
    standing, slot = mail.standing, mail.slot
    if standing is None or standing.approved_at is None or slot is None or standing.slot is None:
        return False
    is_same_time = (slot.at, slot.zone) == (standing.slot.at, standing.slot.zone)
    is_same_mail = (mail.text.subject, mail.text.body, mail.reader.address) == (
        standing.subject,
        standing.body,
        standing.to_address,
    )
    return is_same_mail and (is_same_time or slot.is_fixed)


def _is_own(mail: PlannedMail) -> bool:
    """Whether the text is the user's own, which lacks no words whatever else was noted."""
    return mail.standing is not None and mail.standing.is_edited


def _unreached(interview: Interview, missing: tuple[Missing, ...]) -> list[Person]:
    names = {each.person for each in missing if each.what is What.ADDRESS}
    return [
        person
        for person in interview.people
        if person.name in names and not person.address and person.is_met is not False
    ] or [
        person
        for person in interview.people
        if names and person.kind is Kind.REPRESENTATIVE and not person.address
    ]
