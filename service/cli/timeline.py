"""Prints mails as a timeline: a heading a day, and under it one line a mail.

Days, and the order within them, are those of the user, who reads the list and whose computer has to
be awake; "today" would be wrong otherwise. Hours are those of the reader (T01), with the user's
beside them where the clocks differ.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from service.actions import looking
from service.cli import columns
from service.cli.printing import count_tries, say
from service.outbox import Listed
from service.records import Candidate
from service.states import State, WaitingFor
from service.timing.words import WEEKDAYS, name_day, name_zone

_NEAR = {-1: ", yesterday", 0: ", today", 1: ", tomorrow"}
_WARNED = "! "
_PLAIN = "  "

_PLACE, _TO, _COMPANY = 1, 4, 5
_LEAST = {_PLACE: 8, _TO: 14, _COMPANY: 8}
"""The cells of a line that may be shortened, and how many columns each keeps at least."""

_WAITING = {
    WaitingFor.WORDS: "needs your words",
    WaitingFor.INTERVIEW: "did it happen?",
    WaitingFor.ADDRESS: "needs an address",
    WaitingFor.CORRECTION: "needs correction",
    WaitingFor.ACCEPTANCE: "needs a decision",
    WaitingFor.APPROVAL: "needs approval",
    WaitingFor.NEW_SLOT: "needs a new time",
    WaitingFor.MAILBOX: "needs a mailbox",
    WaitingFor.USER: "paused",
}
"""Short enough that a line of 80 columns holds them beside the rest."""


def say_days(listed: Sequence[Listed], candidate: Candidate, now: datetime) -> None:
    """Print mails under their days; they come sorted by time, those without one last."""
    if not listed:
        return
    zone = ZoneInfo(candidate.zone)
    rows = [_lay_out(each, zone, now) for each in listed]
    if any(own for _hour, _place, own, *_ in rows):
        where = name_zone(candidate.zone, now)
        say(columns.wrap(f"Hours are the reader's, days and (hours) yours in {where}."))
    days = [_find_day(each, zone) for each in listed]
    by_day = groupby(zip(days, _fill_lines(rows), strict=True), key=itemgetter(0))
    for day, mails in by_day:
        say(_name_heading(day, now.astimezone(zone).date()))
        for _day, lines in mails:
            say(lines)
    warned = next((each for each in listed if _is_warned(each)), None)
    if warned is not None:
        say(f"! has a warning about its time:  callback show f{warned.follow_up.id}")


def describe_shortly(listed: Listed, now: datetime) -> str:
    """Return the state in few words; nothing for a mail that simply goes when its time comes."""
    follow_up = listed.follow_up
    if follow_up.waiting_for is not None:
        is_paused = follow_up.waiting_for is WaitingFor.USER
        is_early = not is_paused and not looking.needs_user(listed, now)
        return "interview first" if is_early else _WAITING[follow_up.waiting_for]
    if follow_up.state is State.UNCONFIRMED:
        return "did it go?"
    if follow_up.state is not State.SCHEDULED:
        return follow_up.state
    moment = looking.moment_of(listed)
    if moment is not None and moment < now:
        return "overdue"
    return f"{count_tries(follow_up)}: {follow_up.last_error}" if follow_up.last_error else ""


def _lay_out(listed: Listed, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    """Return the cells of one line: hour, place, the user's hour, id, name, company, state."""
    follow_up = listed.follow_up
    mark = _WARNED if _is_warned(listed) else _PLAIN
    when = (f"{mark}-", "", "")
    moment = looking.moment_of(listed)
    if moment is not None:
        reader_zone = follow_up.slot.zone if follow_up.slot else zone.key
        there, here = moment.astimezone(ZoneInfo(reader_zone)), moment.astimezone(zone)
        is_same_clock = there.replace(tzinfo=None) == here.replace(tzinfo=None)
        day = "" if there.date() == here.date() else f" {WEEKDAYS[there.weekday()][:3]}"
        when = (
            f"{mark}{there:%H:%M}{day}",
            listed.city or name_zone(reader_zone, moment),
            "" if is_same_clock else f"({here:%H:%M})",
        )
    state = describe_shortly(listed, now)
    return (*when, f"f{follow_up.id}", follow_up.to_name, listed.company, state)


def _fill_lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return each mail's line; its state stands below where it finds no room beside the rest."""
    width = columns.find_width()
    widths = columns.fit(rows, width, _LEAST)
    if width is None or columns.measure_row(widths) <= width:
        return columns.align(rows, widths)
    short = [row[:-1] for row in rows]
    lines = columns.align(short, columns.fit(short, width, _LEAST))
    return [
        f"{line}\n{_PLAIN * 4}{row[-1]}" if row[-1] else line
        for line, row in zip(lines, rows, strict=True)
    ]


def _find_day(listed: Listed, zone: ZoneInfo) -> date | None:
    moment = looking.moment_of(listed)
    return moment.astimezone(zone).date() if moment is not None else None


def _name_heading(day: date | None, today: date) -> str:
    if day is None:
        return "Without a time"
    year = f" {day.year}" if day.year != today.year else ""
    return f"{name_day(day)}{year}{_NEAR.get((day - today) // timedelta(days=1), '')}"


def _is_warned(listed: Listed) -> bool:
    """Whether something about a time to come needs the user's eye."""
    slot = listed.follow_up.slot
    is_done = listed.follow_up.state in (State.SENT, State.STOPPED)
    return slot is not None and bool(slot.warnings) and not is_done
