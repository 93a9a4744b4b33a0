"""The note of the evening: what goes out in the next 24 hours and was not seen as it is now."""

from datetime import datetime, time, timedelta

from service.actions import looking
from service.notices.records import Matter
from service.notices.view import View, count, name
from service.outbox import Listed
from service.states import State

BEGINS, ENDS = time(18), time(23)
"""The hours on the user's clock in which it is told; who was away then is not woken at night."""

AHEAD = timedelta(hours=24)
"""How far the note looks, and how long what was shown counts as seen."""


def find_note(view: View) -> Matter | None:
    """Return tonight's note, None when it is not evening or everything was seen.

    There is one for each day on the user's clock, and it holds what is unseen when it is first
    found.
    """
    local = view.local_now
    if not BEGINS <= local.time() < ENDS:
        return None
    unseen = [
        each for each in view.listed if _goes_soon(each, view.now) and _is_new(each, view.now)
    ]
    if not unseen:
        return None
    is_one = len(unseen) == 1
    it = "it as it is" if is_one else "them as they are"
    what = f"{count(len(unseen), 'mail')} {'goes' if is_one else 'go'} out in the next 24 hours"
    lines = [f"{what}, and you have not seen {it} now."]
    for each in looking.sort_by_moment(unseen):
        mail = f"f{each.follow_up.id}"
        lines += [
            "",
            f"{name(each)}: {view.tell_time(each)}",
            f"  read it:  callback preview {mail}",
            f"  stop it:  callback stop {mail}",
        ]
    return Matter(
        key=f"evening-{view.candidate_id}-{local.date().isoformat()}",
        candidate_id=view.candidate_id,
        subject=what,
        message="\n".join(lines),
    )


def _goes_soon(listed: Listed, now: datetime) -> bool:
    moment = looking.moment_of(listed)
    is_scheduled = listed.follow_up.state is State.SCHEDULED
    return is_scheduled and moment is not None and now < moment <= now + AHEAD


def _is_new(listed: Listed, now: datetime) -> bool:
    """Whether its text or its time, as they are, were not shown within the last day."""
    follow_up = listed.follow_up
    if follow_up.shown_at is None or not follow_up.is_shown:
        return True
    return follow_up.shown_at < now - AHEAD
