"""When the talks of a submission were: the wall clock of the readers' city, or an offset given."""

from datetime import UTC, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.intake import zones
from service.intake.dates import ASSUMED, check_dates
from service.intake.submission_keys import Location, Problems, SubmissionKeys, TalkKeys
from service.records import Place, Talk


class When(NamedTuple):
    """The talks of a submission; none where a time had a problem."""

    talks: tuple[Talk, ...]
    is_end_assumed: bool


def read_talks(
    keys: SubmissionKeys, place: Place | None, now: datetime | None, problems: Problems
) -> When:
    """Return the talks in order of their start; note in `problems` what cannot be."""
    if keys.talks and (keys.starts or keys.ends):
        problems.add(("talks",), "stands beside starts or ends; give one or the other")
    given = [(("talks", n), talk) for n, talk in enumerate(keys.talks)]
    whole: list[tuple[Location, TalkKeys]] = [*given]
    if not whole and not problems.has("talks"):
        whole = [((), TalkKeys.model_construct(title="", starts=keys.starts, ends=keys.ends))]
    found = [_read_talk(talk, location, place, now, problems) for location, talk in whole]
    talks = sorted((t for t in found if t is not None), key=lambda t: t.starts_at)
    if len({t.starts_at.astimezone(ZoneInfo(talks[0].zone)).date() for t in talks}) > 1:
        problems.add(("talks",), "are on several days; submit each day as an interview of its own")
    return When(tuple(talks), any(talk.ends is None for _, talk in whole))


def read_at(keys: SubmissionKeys, place: Place | None, problems: Problems) -> datetime | None:
    """Return the time that the user named for the mails, in UTC."""
    if keys.at is None:
        return None
    return _settle(keys.at, ("at",), place, problems)


def _read_talk(
    talk: TalkKeys,
    location: Location,
    place: Place | None,
    now: datetime | None,
    problems: Problems,
) -> Talk | None:
    starts_key, ends_key = (*location, "starts"), (*location, "ends")
    if talk.starts is None:
        if not problems.has(*starts_key):
            problems.add(starts_key, "is missing")
        return None
    ends = talk.ends
    if isinstance(ends, time):
        ends = datetime.combine(talk.starts.date(), ends, tzinfo=ends.tzinfo or talk.starts.tzinfo)
    elif ends is not None and ends.tzinfo is None and talk.starts.tzinfo is not None:
        ends = ends.replace(tzinfo=talk.starts.tzinfo)
    starts_at = _settle(talk.starts, starts_key, place, problems)
    ends_at = _settle(ends, ends_key, place, problems) if ends else None
    if starts_at is None or (ends is not None and ends_at is None):
        return None
    ends_at = ends_at or starts_at + ASSUMED
    zone = _find_zone(talk.starts, place)
    tz = ZoneInfo(zone)
    for problem in check_dates(starts_at.astimezone(tz), ends_at.astimezone(tz), now):
        is_of_start = problem.startswith(("it was", "it is"))
        problems.add(starts_key if is_of_start else ends_key, problem)
    return Talk(starts_at, ends_at, zone, talk.title)


def _settle(
    moment: datetime, location: Location, place: Place | None, problems: Problems
) -> datetime | None:
    """Return the instant; a wall clock needs a place, and an hour that there is exactly once."""
    if moment.tzinfo is not None:
        return _as_utc(moment, location, problems)
    if place is None:
        if not problems.has("where"):
            problems.add(location, f"has no time zone; add {problems.show('where')} or an offset")
        return None
    first = moment.replace(tzinfo=place.tz)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return _as_utc(first, location, problems)
    if first.astimezone(UTC).astimezone(place.tz).replace(tzinfo=None) != moment:
        problems.add(
            location, f"is an hour that was left out there: the clocks went forward at {place.zone}"
        )
    else:
        problems.add(
            location,
            "is an hour that there is twice, since the clocks go back; write it with its offset,"
            f" as {first.isoformat(sep=' ', timespec='minutes')}",
        )
    return None


def _as_utc(moment: datetime, location: Location, problems: Problems) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        problems.add(location, f"is in the year {moment.year}, which cannot be")
        return None


def _find_zone(moment: datetime, place: Place | None) -> str:
    """Return the zone to show a talk in: the place's, else that of the offset that was given."""
    if place is not None:
        return place.zone
    offset = moment.utcoffset()
    return (zones.fixed_zone(offset) if offset is not None else None) or "UTC"
