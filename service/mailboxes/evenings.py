"""When a sign-in is asked for: every evening of the candidate. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

EVENING = time(18, 0)
"""When a sign-in is asked for, on the candidate's clock."""

SPREAD = timedelta(minutes=30)
"""Over how long the mailboxes of an office are spread."""


def next_evening(zone: str, now: datetime, mailbox_id: int) -> datetime:
    """Return the next moment after `now` at which a mailbox is to be probed."""
    local = now.astimezone(ZoneInfo(zone))
    apart = timedelta(minutes=mailbox_id * 7 % int(SPREAD.total_seconds() // 60))
    for days in (0, 1):
        day = local.date() + timedelta(days=days)
        at = datetime.combine(day, EVENING, local.tzinfo) + apart
        if at > now:
            return at
    raise AssertionError("there is an evening after every moment")
