"""The day of an interview, and the words for it.

A mail names the weekday or the date, never "yesterday" or "today": it may be read later than it
was written.
"""

from datetime import date

from service.records import Interview, Person, Place
from service.writing.phrases import Dates

NEAR_DAYS = 6
"""So many days after, the weekday alone still means the one that has just been."""


def place_of(interview: Interview, person: Person) -> Place | None:
    """Return where this person is, as far as anybody knows."""
    return person.place or interview.place


def interview_day(interview: Interview, reader: Person) -> date:
    """Return the day of the interview where the reader is: the local date of its start."""
    place = place_of(interview, reader)
    if place is not None:
        return interview.starts_at.astimezone(place.tz).date()
    first = min(interview.talks, key=lambda talk: talk.starts_at)
    return first.starts_at.astimezone(Place(first.zone).tz).date()


def name_day(day: date, sent_on: date | None, country: str | None, dates: Dates) -> dict[str, str]:
    """Name a day as a mail of `sent_on` does, in the phrases of the language by their names.

    None (not known) always gives the date.
    """
    is_near = sent_on is not None and 0 < (sent_on - day).days <= NEAR_DAYS
    if is_near:
        patterns = dates.near
    elif country in dates.month_first_countries:
        patterns = dates.far_month_first
    else:
        patterns = dates.far
    weekday, month = dates.weekdays[day.weekday()], dates.months[day.month - 1]
    number = dates.first_day if day.day == 1 else str(day.day)
    return {
        name: pattern.format(weekday=weekday, day=number, month=month)
        for name, pattern in patterns.items()
    }
