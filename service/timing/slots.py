"""Plan an interview's mails: the morning after, around rest days, a panel spread out (T01 to T11).

Whoever calls passes all readers of the interview in the order they are stored, also those whose
mail has left already: each one's minute depends on those before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from service.errors import BadInput
from service.records import RestDays, Slot
from service.timing import words
from service.timing.cautions import warn_of_day, warn_of_night
from service.timing.openings import (
    Desk,
    Opening,
    ceil_minute,
    find_opening,
    find_same_day_opening,
    measure_working_time,
    open_desk,
)
from service.timing.rules import (
    HEAD_START,
    HEAD_START_UNTIL,
    LONGEST_DEFAULT_WAIT_DAYS,
    NOTICE,
    STALE_AFTER,
    Choice,
    Policy,
    Reader,
)
from service.timing.spread import Mail, spread

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Errand:
    """One reader's mail while it is planned. `asked_at` is what the rules asked for at first."""

    reader: Reader
    desk: Desk
    day: date
    ends_at: datetime
    opening: Opening
    asked_at: datetime


def plan(
    starts_at: datetime,
    ends_at: datetime,
    readers: Sequence[Reader],
    policy: Policy,
    now: datetime,
    *,
    user_zone: str,
    taken: Collection[datetime] = (),
) -> list[Slot]:
    """Return one slot per reader, in their order.

    `starts_at` and `ends_at` are those of the last talk (T09); its day is the local date of its
    start where the reader is. The result depends on `now` only once a target is past: then the
    mail is planned from now on with ten minutes' notice (T11), unless its usual minute leaves so
    much. A talk still to come is planned like any other. `target_at` is the target before natural
    minutes; for one planned late it is the later one. `taken` are the instants of other mails that
    the same people read, from which these keep their distance. BadInput when the talk ends before
    it starts.
    """
    if ends_at < starts_at:
        raise BadInput(
            f"The talk ends ({ends_at.isoformat()}) before it starts ({starts_at.isoformat()}).",
            "Correct its start or end.",
        )
    waiting = {
        n: _open_errand(starts_at, ends_at, reader, policy) for n, reader in enumerate(readers)
    }
    slots: dict[int, Slot] = {}
    while waiting:
        group = _pick_group(waiting)
        opening = group[0][1].opening
        mails = [Mail(e.reader.key, e.desk.zone, e.day) for _, e in group]
        instants = spread(opening, mails, [*taken, *(slot.at for slot in slots.values())])
        if instants and _is_too_late(opening, instants[0], now):
            waiting |= {n: _postpone(errand, now) for n, errand in group}
            continue
        for (n, errand), at in zip(group, instants, strict=False):
            slots[n] = _make_slot(errand, at, user_zone)
            del waiting[n]
        waiting |= {n: _put_off(errand) for n, errand in group[len(instants) :]}
    return [slots[n] for n in range(len(readers))]


def choices(
    starts_at: datetime,
    ends_at: datetime,
    readers: Sequence[Reader],
    policy: Policy,
    now: datetime,
    *,
    user_zone: str,
    taken: Collection[datetime] = (),
) -> list[Choice]:
    """Return the ways around a rest day (T04), the policy's own as the default.

    Empty when the morning after is a working day for every reader, or when all ways have become
    the same. A way that has become the same as a former one is left out: the same day, once it is
    too late for it, is the next working day. No choice is the default when the policy's own would
    mean a wait of more than three days.
    """
    desks = [open_desk(reader.place, policy) for reader in readers]
    mornings = [(desk, desk.day_of(starts_at) + _DAY) for desk in desks]
    if not any(desk.calendar.is_rest(morning) for desk, morning in mornings):
        return []
    offered: dict[tuple[datetime, ...], Choice] = {}
    preferred: tuple[datetime, ...] = ()
    for way in (RestDays.NEXT_WORKING_DAY, RestDays.SAME_DAY, RestDays.SEND):
        slots = plan(
            starts_at,
            ends_at,
            readers,
            replace(policy, rest_days=way),
            now,
            user_zone=user_zone,
            taken=taken,
        )
        times = tuple(slot.at for slot in slots)
        offered.setdefault(times, Choice(way, tuple(slots), is_default=False))
        if way is policy.rest_days:
            preferred = times
    if len(offered) == 1:
        return []
    waits = [
        (desk.day_of(at) - desk.day_of(starts_at)).days
        for desk, at in zip(desks, preferred, strict=True)
    ]
    is_short = max(waits) <= LONGEST_DEFAULT_WAIT_DAYS
    return [
        replace(choice, is_default=is_short and times == preferred)
        for times, choice in offered.items()
    ]


def _open_errand(starts_at: datetime, ends_at: datetime, reader: Reader, policy: Policy) -> _Errand:
    desk = open_desk(reader.place, policy)
    day = desk.day_of(starts_at)
    opening = _find_first_opening(desk, ends_at, day)
    note = desk.calendar.region.note
    is_usual = policy.earliest == Policy().earliest
    reasons = (
        f"the morning after the talk of {words.name_day(day)}",
        *(() if is_usual else (f"not before {policy.earliest:%H:%M} there, as you set it",)),
        *((note,) if note else ()),
        *opening.reasons,
    )
    return _Errand(reader, desk, day, ends_at, replace(opening, reasons=reasons), opening.start)


def _find_first_opening(desk: Desk, ends_at: datetime, day: date) -> Opening:
    """Find the opening of T02 to T04."""
    morning_after = day + _DAY
    is_rest = desk.calendar.is_rest(morning_after)
    too_late: tuple[str, ...] = ()
    if is_rest and desk.policy.rest_days is RestDays.SAME_DAY:
        rest = words.tell_days([(morning_after, desk.label(morning_after))])
        if opening := find_same_day_opening(desk, ends_at, day):
            return replace(opening, reasons=(*rest, "sent on the day of the talk, as you asked"))
        too_late = (f"the talk ended too late to send on {words.name_day(day)}",)
    soonest = ceil_minute(ends_at + HEAD_START)
    rest_day = _rest_day(desk, day)
    opening = find_opening(desk, soonest, morning_after, latest=HEAD_START_UNTIL, rest_day=rest_day)
    reasons = (*too_late, *opening.reasons)
    if soonest > desk.instant(morning_after, desk.policy.earliest):
        ended = desk.read_at(ends_at)
        reasons = (f"never sooner than 3 hours after the talk ended at {ended:%H:%M}", *reasons)
    sent_on = desk.day_of(opening.start)
    if desk.calendar.is_rest(sent_on):
        rest = words.tell_days([(sent_on, desk.label(sent_on))])
        reasons = (*reasons, *rest, "sent on a rest day, as you asked")
    elif desk.calendar.is_own_working_day(sent_on):
        reasons = (*reasons, f"{words.name_day(sent_on)} is one of your working days")
    elif desk.calendar.is_made_up(sent_on):
        reasons = (*reasons, f"{words.name_day(sent_on)} is worked there to make up for a holiday")
    return replace(opening, reasons=reasons)


def _rest_day(desk: Desk, day: date) -> date | None:
    """Return the rest day on which a mail about the talk of `day` goes if it was asked for."""
    return day + _DAY if desk.policy.rest_days is RestDays.SEND else None


def _pick_group(waiting: Mapping[int, _Errand]) -> list[tuple[int, _Errand]]:
    """Pick the mails that share the first opening, in the readers' order."""

    def bounds(errand: _Errand) -> tuple[datetime, datetime]:
        return (errand.opening.start, errand.opening.close)

    first = min(map(bounds, waiting.values()))
    return [(n, waiting[n]) for n in sorted(waiting) if bounds(waiting[n]) == first]


def _is_too_late(opening: Opening, first: datetime, now: datetime) -> bool:
    """Tell whether a target is past and its first mail leaves no notice any more (T11)."""
    return now > opening.start and first < now + NOTICE


def _postpone(errand: _Errand, now: datetime) -> _Errand:
    """Plan a mail anew whose target had passed when it was submitted (T11)."""
    desk = errand.desk
    notice = ceil_minute(now + NOTICE)
    today = desk.day_of(notice)
    opening = None
    if today == errand.day:
        # Only the same-day way has a target on the talk's own day.
        same_day = find_same_day_opening(desk, errand.ends_at, today)
        if same_day and notice <= same_day.close:
            opening = replace(same_day, start=max(notice, same_day.start))
    if opening is None:
        soonest = max(notice, ceil_minute(errand.ends_at + HEAD_START))
        opening = find_opening(desk, soonest, today, rest_day=_rest_day(desk, errand.day))
    target = desk.read_at(errand.opening.start)
    reasons = (
        *errand.opening.reasons,
        f"{words.name_minute(target)} had passed when this was planned",
        *opening.reasons,
    )
    return replace(errand, opening=replace(opening, reasons=reasons))


def _put_off(errand: _Errand) -> _Errand:
    """Plan a mail for the next working morning because its own has no room left (T10)."""
    desk = errand.desk
    full = desk.day_of(errand.opening.start)
    soonest = ceil_minute(errand.ends_at + HEAD_START)
    opening = find_opening(desk, soonest, full + _DAY)
    reasons = (
        *errand.opening.reasons,
        f"{words.name_day(full)} has no room left for one more mail",
        *opening.reasons,
    )
    return replace(errand, opening=replace(opening, reasons=reasons))


def _make_slot(errand: _Errand, at: datetime, user_zone: str) -> Slot:
    desk, opening = errand.desk, errand.opening
    local = desk.read_at(at)
    reasons = opening.reasons
    is_plain = local.date() == errand.day + _DAY and opening.start == errand.asked_at
    if not is_plain:
        reasons = (*reasons, f"moved to {words.name_minute(local)}")
    return Slot(
        at=at,
        until=desk.lasts_until(at),
        target_at=opening.start,
        zone=errand.reader.place.zone,
        reasons=reasons,
        warnings=(
            *warn_of_day(desk, at),
            *_warn_of_age(errand),
            *warn_of_night(at, errand.reader.place.zone, user_zone),
        ),
    )


def _warn_of_age(errand: _Errand) -> tuple[str, ...]:
    """Warn of words that may have gone stale when it was planned long after its first target."""
    desk = errand.desk
    if errand.opening.start == errand.asked_at:
        return ()
    late = measure_working_time(desk.calendar, desk.zone, errand.asked_at, errand.opening.start)
    if late <= STALE_AFTER:
        return ()
    days = (desk.day_of(errand.opening.start) - errand.day).days
    return (f"this goes out {days} days after the talk: check that the words still fit",)
