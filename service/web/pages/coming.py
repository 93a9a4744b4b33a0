"""Coming (`/`): what needs the user, what goes out and when, what went lately."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.actions import browsing, looking
from service.web import entering, rendering
from service.web.pages import mailboxes, showing, welcome
from service.web.pages.notice import read_notice

router = APIRouter()


@router.get("/")
def show(request: Request, state: str = "") -> Response:
    """Show what is coming; with a sign-in's state it is the provider's answer that arrives here."""
    if state:
        return mailboxes.answer(request, state)
    visit = entering.visit(request, entering.find_visitor(request))
    office, candidate = visit.app.office, visit.candidate
    if not candidate.name:
        return welcome.show_introduction(request, visit)
    connected = visit.app.mailboxes.list(candidate.id or 0)
    if not connected and not browsing.has_mails(office, candidate):
        return welcome.show_examples(request, visit)
    now = office.now()
    ahead = browsing.look_ahead(office, candidate)
    timeline = ahead.timeline
    needing = {each.follow_up.id for each in timeline.needs_user}
    calm = [each for each in timeline.coming if each.follow_up.id not in needing]
    return rendering.render(
        request,
        "coming.html",
        visit=visit,
        notice=read_notice(request, visit),
        needs=showing.show_rows(timeline.needs_user, candidate, now, ahead.findings),
        days=showing.show_days(calm, candidate, now, ahead.findings),
        without_time=showing.show_rows(timeline.without_time, candidate, now, ahead.findings),
        sent=showing.show_rows(timeline.sent_lately[::-1], candidate, now, {}),
        later=ahead.later,
        signed_out=[each for each in connected if each.signed_out_at is not None],
        has_mailbox=bool(connected),
        is_running=looking.is_running(office),
    )
