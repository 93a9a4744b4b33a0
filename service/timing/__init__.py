"""Interview, readers, policy and now -> slots: when each mail goes out, and why then.

Pure: values in, values out, and `now` is always passed in; nothing here reads a clock, a file or
the database. The rules are T01 to T15 of the timing facts; each constant in `rules` names its rule.

- `rules` holds the settings, the constants and the values that come in and go out.
- `calendars` knows working days, weekends, public holidays and half days of a region.
- `openings` finds the first stretch of a day in which a mail may go.
- `spread` gives each mail its natural minute and keeps a panel's mails apart.
- `slots` plans an interview and offers the choices around a rest day.
- `named` accepts a time that the user named; `spoken` decides whether one that was typed is clear,
  of the `readings` that its grammar allows and what they may mean: for a mail (`meanings`), for a
  talk, which may be past (`talk_meanings`).
- `late` decides what becomes of a slot that was missed.
- `cautions` says what is doubtful about a slot; `words` says all of it in English.

Whatever stores a slot stores it whole: planned again from the same input it is the same while its
target lies ahead, but a missed slot is `replan`'s matter, not `plan`'s.
"""

from service.records import RestDays
from service.timing.late import is_missed, is_stale, may_send_now, reconsider, replan
from service.timing.named import fix
from service.timing.rules import Choice, Policy, Reader
from service.timing.slots import choices, plan
from service.timing.spoken import parse_end, parse_start, parse_when
from service.timing.words import describe, describe_moment, describe_talk

__all__ = [
    "Choice",
    "Policy",
    "Reader",
    "RestDays",
    "choices",
    "describe",
    "describe_moment",
    "describe_talk",
    "fix",
    "is_missed",
    "is_stale",
    "may_send_now",
    "parse_end",
    "parse_start",
    "parse_when",
    "plan",
    "reconsider",
    "replan",
]
