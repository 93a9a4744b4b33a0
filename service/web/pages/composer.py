"""The form about an interview with its mails beside it, live: for *New* and *How did it go?*."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse

from service import interviews, timing
from service.actions import looking, planning, submitting
from service.actions.office import id_of
from service.actions.planning import Plan, PlannedMail
from service.actions.submitting import Submitted
from service.errors import BadInput
from service.records import Interview, RestDays
from service.states import State, WaitingFor
from service.timing.words import name_minute
from service.web import rendering
from service.web.entering import Visit
from service.web.pages import draft as drafts
from service.web.pages import marking, showing
from service.web.pages.draft import Draft
from service.web.pages.marking import Marked
from service.web.tags import tag_interview
from service.writing.readers import What

_WAYS = {
    RestDays.NEXT_WORKING_DAY: "the next working day",
    RestDays.SAME_DAY: "still on the day of the interview",
    RestDays.SEND: "the morning after, though it is a rest day",
}
_HELD = {
    WaitingFor.WORDS: "It waits for your words.",
    WaitingFor.INTERVIEW: "It is written out when you say how it went.",
    WaitingFor.ADDRESS: "It waits for an address.",
    WaitingFor.CORRECTION: "It waits for a correction.",
    WaitingFor.ACCEPTANCE: "It waits until you have looked at what is marked.",
    WaitingFor.APPROVAL: "It waits for your approval.",
    WaitingFor.NEW_SLOT: "Its time has passed.",
    WaitingFor.MAILBOX: "It waits until a mailbox is connected.",
    WaitingFor.USER: "It is paused.",
}
_MISSING = {
    What.ADDRESS: "an address for {name}",
    What.LINE: "one thing you talked about with {name}",
    What.REASONS: "one more reason for {name}, whose mail would read like another one",
    What.NAME: "how the greeting names {name}",
    What.LANGUAGE: "your own words in the language of {name}",
}


@dataclass(frozen=True, slots=True)
class Composing:
    """One use of the form: where it is sent, what it is about, what stands in it."""

    action: str
    draft: Draft
    base: Interview | None = None
    is_stored: bool = False
    """Whether the base is stored, rather than carried by the form."""


@dataclass(frozen=True, slots=True)
class ShownMail:
    """One mail to be, as the page shows it at the side."""

    name: str
    address: str
    passed_on: str
    when: str
    why: str
    warnings: tuple[str, ...]
    marked: Marked
    held: str
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the form comes to: the mails, or what is missing before there can be any."""

    plan: Plan | None
    problems: tuple[str, ...]
    mails: tuple[ShownMail, ...] = ()
    choices: tuple[tuple[str, str, bool], ...] = ()
    """The ways around a rest day: value, words with the real time, whether it is chosen."""
    late: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def ready(self) -> int:
        """How many mails would be scheduled."""
        return sum(mail.is_ready for mail in self.mails)


def read_form(visit: Visit, form: Mapping[str, Any], action: str) -> Composing:
    """Return the form as it was sent, with the sealed base that it carries."""
    base = drafts.unseal(form.get("base"), visit.mark)
    return Composing(action, drafts.read(form), base)


def draw(visit: Visit, composing: Composing, *, now: datetime | None = None) -> Drawn:
    """Draw up the mails that the form comes to; with `now` it must be complete."""
    try:
        interview = drafts.to_interview(composing.draft, composing.base, now)
        if composing.is_stored and interview.ends_at <= visit.app.office.now():
            interview = replace(interview, took_place=True)
        plan = planning.draw_up(visit.app.office, visit.candidate, interview)
        if composing.draft.is_agreed:
            plan = planning.agree(plan)
    except BadInput as error:
        return Drawn(None, error.problems or (error.message,))
    if plan.stored is not None and plan.interview.took_place is False:
        return Drawn(None, ("This interview was cancelled, or did not take place.",))
    problems = tuple(
        "why you want to work there, in your own words"
        if each.what is What.REASONS and each.person is None
        else _MISSING[each.what].format(name=each.person)
        for each in plan.missing
    )
    return Drawn(
        plan,
        problems,
        tuple(_show(visit, plan, mail) for mail in plan.mails),
        _list_choices(visit, plan),
        tuple(m.reader.name for m in plan.mails if m.waiting_for is WaitingFor.APPROVAL),
        plan.differences if not composing.is_stored else (),
    )


def submit(visit: Visit, plan: Plan) -> Submitted:
    """Store what was drawn up; it stood beside the form, each mail whole and with its time."""
    done = submitting.submit(visit.app.office, visit.candidate, plan)
    looking.note_shown(visit.app.office, done.follow_ups)
    return done


def render(
    request: Request,
    visit: Visit,
    composing: Composing,
    *,
    problems: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    question: Mapping[str, str] | None = None,
    status: int = 200,
    is_sent: bool = False,
    seen: str = "",
) -> HTMLResponse:
    """Return the page with the form. `is_sent` says that it holds what was typed just now.

    `seen` is the version of the stored interview that it was opened with, else that of now.
    """
    base, draft = composing.base, composing.draft
    is_over = base is None or base.ends_at <= visit.app.office.now()
    drawn = Drawn(None, ()) if draft.is_blank and base is None else draw(visit, composing)
    return rendering.render(
        request,
        "compose.html",
        status,
        visit=visit,
        composing=composing,
        draft=draft,
        base=base,
        sealed=drafts.seal(base, visit.mark) if base and not composing.is_stored else "",
        seen=seen or (tag_interview(base) if base and composing.is_stored else ""),
        when=_say_when(base) if base else "",
        is_over=is_over,
        drawn=drawn,
        mailboxes=visit.app.mailboxes.list(id_of(visit.candidate)),
        problems=problems,
        notes=notes,
        question=question,
        is_sent=is_sent,
        notice=None,
    )


def render_mails(request: Request, visit: Visit, composing: Composing) -> HTMLResponse:
    """Return the side with the mails alone, as it is put into the page while one types."""
    drawn = draw(visit, composing)
    if composing.draft.is_blank and composing.base is None:
        drawn = Drawn(None, ())
    return rendering.render(request, "parts/mails.html", drawn=drawn)


def _show(visit: Visit, plan: Plan, mail: PlannedMail) -> ShownMail:
    slot, standing = mail.slot, mail.standing
    city = interviews.place_of(plan.interview, mail.reader).city
    held = _HELD[mail.waiting_for] if mail.waiting_for else ""
    if standing is not None and standing.state not in (State.HELD, State.SCHEDULED):
        held = f"It is {standing.state} already, and left as it is."
    if mail.waiting_for is WaitingFor.INTERVIEW and plan.interview.took_place is None:
        held = _HELD[WaitingFor.INTERVIEW]
    passed = mail.reading.passed_on if mail.reading else ()
    return ShownMail(
        name=mail.reader.name,
        address=mail.reader.address or "",
        passed_on=", ".join(person.name for person in passed),
        when=timing.describe(slot, user_zone=visit.candidate.zone, city=city) if slot else "",
        why=showing.tell(slot.reasons) if slot else "",
        warnings=slot.warnings if slot else (),
        marked=marking.mark(mail.text, mail.findings),
        held=held,
        is_ready=mail.waiting_for is None and not held,
    )


def _list_choices(visit: Visit, plan: Plan) -> tuple[tuple[str, str, bool], ...]:
    """Return each way around a rest day with the time of the first whom it concerns (T04)."""
    choices = plan.planned.choices
    concerned = [
        n
        for n in range(len(plan.planned.readers))
        if len({choice.slots[n].at for choice in choices}) > 1
    ]
    own = plan.interview.overrides.rest_days
    offered = []
    for choice in choices:
        first = min(concerned, key=lambda n: choice.slots[n].at)
        person = next(m.reader for m in plan.mails if m.reader.key == plan.planned.readers[first])
        city = interviews.place_of(plan.interview, person).city
        when = timing.describe(choice.slots[first], user_zone=visit.candidate.zone, city=city)
        more = f", and {len(concerned) - 1} more after that" if len(concerned) > 1 else ""
        is_chosen = choice.rest_days is own if own else choice.is_default
        offered.append(
            (choice.rest_days.value, f"{when}{more}: {_WAYS[choice.rest_days]}", is_chosen)
        )
    return tuple(offered)


def _say_when(interview: Interview) -> str:
    """Return when the talks are, on the readers' clock."""
    zone = ZoneInfo(interview.zone)
    return "; ".join(
        f"{name_minute(talk.starts_at.astimezone(zone))} to {talk.ends_at.astimezone(zone):%H:%M}"
        for talk in interview.talks
    )
