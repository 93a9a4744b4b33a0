"""What follows from a provider's answer. Pure: values in, values out."""

import hashlib
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from providers.base import Access, Seen, Sight
from providers.errors import Rejected, TryLater
from providers.mime import wire_address

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
JITTER = 0.2
"""A wait is stretched by up to this share, so that many mailboxes do not come back together."""

LONGEST_ASKED_WAIT = timedelta(days=1)
"""A provider's wait is believed up to this: beyond, the number is nonsense or the day is over."""

FIRST_LOOK = timedelta(minutes=1)
LONGEST_LOOK_WAIT = timedelta(minutes=10)


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
