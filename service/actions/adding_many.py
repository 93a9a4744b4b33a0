"""Adds many interviews at once, each whole or not at all, and says of each what came of it.

Their mails wait for the user's approval unless it was given for all of them: nobody has looked at
each. Added again, nothing comes twice: an interview that is known is brought in line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from service.actions import inviting, planning, submitting
from service.actions.office import Office
from service.actions.planning import Plan, PlannedMail
from service.actions.submitting import Submitted
from service.errors import BadInput, ServiceError, StorageUnusable
from service.intake.bulk import Entry
from service.records import Candidate
from service.states import State, WaitingFor


@dataclass(frozen=True, slots=True)
class Added:
    """What came of one interview: refused where `plan` is None, else what it came to."""

    entry: Entry
    plan: Plan | None = None
    done: Submitted | None = None
    """What was stored; None where nothing was."""
    problems: tuple[str, ...] = ()

    def list_waiting(self) -> tuple[WaitingFor | None, ...]:
        """Return what each of its unsent mails waits for; None for what is scheduled."""
        if self.done is not None:
            return tuple(each.waiting_for for each in self.done.follow_ups)
        return tuple(mail.waiting_for for mail in self.plan.mails) if self.plan else ()


def add_all(
    office: Office,
    candidate: Candidate,
    entries: Iterable[Entry],
    *,
    is_approved: bool = False,
    mailbox: str | None = None,
    stores: bool = True,
) -> Iterator[Added]:
    """Add each interview as it is asked for; without `stores` only say what it would come to.

    `mailbox` is where mails go from whose interview names none.

    Raises:
        StorageUnusable: the database cannot be used now; what was answered before is stored.

    """
    for entry in entries:
        if entry.submitted is None:
            yield Added(entry, problems=entry.problems)
            continue
        try:
            plan = _draw_up(office, candidate, entry, mailbox, is_approved=is_approved)
            done = submitting.submit(office, candidate, plan) if stores else None
        except StorageUnusable:
            raise
        except ServiceError as error:
            yield Added(entry, problems=_explain(entry, error))
        else:
            yield Added(entry, plan, done)


def _draw_up(
    office: Office,
    candidate: Candidate,
    entry: Entry,
    mailbox: str | None,
    *,
    is_approved: bool,
) -> Plan:
    assert entry.submitted is not None  # noqa: S101 - the caller has looked
    submitted = entry.submitted.interview
    submitted = replace(submitted, mailbox=submitted.mailbox or mailbox)
    submitted = inviting.recall_place(office, candidate, submitted)
    interview, told = planning.recall(office, candidate, submitted)
    if interview.place is None:
        raise BadInput("where: is missing: the readers' city", "")
    plan = planning.draw_up(office, candidate, interview, fixed_at=entry.submitted.at, told=told)
    if plan.stored is not None and plan.interview.took_place is False:
        raise BadInput(f"i{plan.stored.id} was cancelled, or did not take place")
    change = _let_go if is_approved else _hold
    return replace(plan, mails=tuple(change(plan, mail) for mail in plan.mails))


def _hold(_plan: Plan, mail: PlannedMail) -> PlannedMail:
    """Hold what would go by itself now or later, unless it was scheduled before as it is."""
    if mail.waiting_for not in (None, WaitingFor.MAILBOX) or _stands_like_this(mail):
        return mail
    return replace(mail, waiting_for=WaitingFor.APPROVAL)


def _let_go(plan: Plan, mail: PlannedMail) -> PlannedMail:
    """Schedule what waits for nothing but the word that was given, and does not come late."""
    is_late = mail.reader.key in plan.planned.stale
    waits = mail.waiting_for is WaitingFor.APPROVAL and not is_late
    return replace(mail, waiting_for=None) if waits and not plan.is_approval_required else mail


def _stands_like_this(mail: PlannedMail) -> bool:
    standing = mail.standing
    if standing is None or standing.state is State.HELD:
        return False
    return standing.state is not State.SCHEDULED or (
        (standing.subject, standing.body, standing.to_address)
        == (mail.text.subject, mail.text.body, mail.reader.address)
    )


def _explain(entry: Entry, error: ServiceError) -> tuple[str, ...]:
    """Return each problem with the line on which its interview begins."""
    problems = error.problems if isinstance(error, BadInput) else ()
    sentences = problems or (" ".join(each for each in (error.message, error.hint) if each),)
    return tuple(f"line {entry.lines[0]}: {each}" for each in sentences)
