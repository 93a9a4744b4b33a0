"""What follows from a provider's answer. Pure: values in, values out."""

import hashlib
import random
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from providers.base import Access, Seen, Sight
from providers.errors import Rejected, TryLater
from providers.mime import wire_address

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
JITTER = 0.2
"""A wait is stretched by up to this share, so that many mailboxes do not come back together."""

LONGEST_ASKED_WAIT = timedelta(days=1)
"""A provider's wait is believed up to this: beyond, the number is nonsense or the day is over."""

DAY_LIMITS = frozenset({"daily-limit", "project-limit"})
"""The codes with which providers say that the mails of the day are used up."""

FIRST_LOOK = timedelta(minutes=1)
LONGEST_LOOK_WAIT = timedelta(minutes=10)


LOOKS_BACK = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 4 * 60, 12 * 60, 24 * 60))
"""How long after its announcement a mail is looked for that was accepted or lost."""

DOUBTED_AFTER = timedelta(hours=1)
"""An accepted mail whose draft stands for so long is put to the user."""

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far this computer's clock may be from the provider's before it counts as wrong."""

CLOCK_WRONG = "clock-wrong"
CLOCK_WAIT = timedelta(minutes=5)
"""How soon the provider's time is asked for again."""


class Verdict(StrEnum):
    """What a look for an announced mail comes to."""

    CONFIRM = "confirm"
    DISPROVE = "disprove"
    LOSE = "lose"
    LOOK_AGAIN = "look-again"


def judge(seen: Seen, *, announced_for: timedelta, settle_seconds: float) -> Verdict:
    """Say what a look proves, `announced_for` after the send was announced.

    A draft that still stands proves absence only once the provider's `settle_seconds` have passed:
    Graph answers before the mail has left Drafts (design, "Sending once", 6).
    """
    if seen.sight is Sight.SENT:
        return Verdict.CONFIRM
    if seen.sight is Sight.ABSENT:
        return Verdict.DISPROVE
    is_settled = announced_for.total_seconds() >= settle_seconds
    if seen.sight is Sight.STANDING:
        return Verdict.DISPROVE if is_settled else Verdict.LOOK_AGAIN
    # Neither the draft nor a copy: on its way between two folders, or gone for good.
    return Verdict.LOSE if is_settled else Verdict.LOOK_AGAIN


def can_look(access: str) -> bool:
    """Whether this access can settle a lost answer by looking."""
    return access == Access.DRAFTS


def next_try(error: TryLater, tries: int, now: datetime) -> datetime:
    """Return when to try again: what the provider asked for, else exponentially with jitter."""
    latest = now + LONGEST_ASKED_WAIT
    if error.code == CLOCK_WRONG and error.until is not None:
        return error.until  # by the right time, which may be long before our `now`
    if error.until is not None:
        return min(max(error.until, now), latest)
    if error.after_seconds is not None:
        seconds = min(error.after_seconds, LONGEST_ASKED_WAIT.total_seconds())
        return now + timedelta(seconds=max(seconds, 0))
    wait: timedelta = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(max(tries - 1, 0), 10))
    return now + wait * (1 + random.uniform(0, JITTER))  # noqa: S311 - spreads load, no secret


def next_look(looks: int, now: datetime) -> datetime:
    """Return when to look again after `looks` looks: soon at first, then ever more rarely."""
    wait: timedelta = min(LONGEST_LOOK_WAIT, FIRST_LOOK * 2 ** min(looks, 10))
    return now + wait


def next_look_back(announced_at: datetime, now: datetime) -> datetime | None:
    """Return when to look again for a mail whose attempt has ended; None when a day has passed."""
    moments = (announced_at + wait for wait in LOOKS_BACK)
    return next((moment for moment in moments if moment > now), None)


def end_with_day(error: TryLater, zone: str, now: datetime) -> TryLater:
    """Return a wait whose end is known: a day's limit that names none ends with the day there."""
    is_open = error.until is None and error.after_seconds is None
    if error.code not in DAY_LIMITS or not is_open:
        return error
    local = now.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return TryLater(error.code, error.detail, until=midnight, request_id=error.request_id)


def refuse_wrong_clock(heard_at: datetime, real_now: datetime, now: datetime) -> None:
    """Raise `TryLater` when this computer's time is not the one that the provider just told.

    It is to be tried again by the time that is right, so that a clock which was ahead and is set
    back delays nothing; a rehearsal's `now` may differ from `real_now`.
    """
    ahead = real_now - heard_at
    if abs(ahead) <= CLOCK_TOLERANCE:
        return
    raise TryLater(
        CLOCK_WRONG,
        f"This computer's clock says {real_now:%d %b %H:%M} UTC, and the provider's "
        f"{heard_at:%d %b %H:%M} UTC: nothing is sent until it is set right.",
        until=now - max(ahead, timedelta()) + CLOCK_WAIT,
    )


def hash_mail(subject: str, body: str, recipients: Iterable[str]) -> str:
    """Return what tells two mails apart, whatever a provider did to their blanks and line ends."""
    folded = [" ".join(part.split()) for part in (subject, body)]
    return hashlib.sha256("\0".join([*folded, *fold_addresses(recipients)]).encode()).hexdigest()


def fold_addresses(addresses: Iterable[str]) -> list[str]:
    """Return addresses as they are compared: in a header a domain stands in ASCII."""
    return sorted(_fold_address(address).casefold() for address in addresses if address)


def _fold_address(address: str) -> str:
    try:
        return wire_address(address)
    except Rejected:
        return address  # what no header can hold is compared as it is, and refused when drafted


LONGEST_LOOKING = timedelta(days=1)
"""A mail that could not be looked for in this time is put to the user."""
