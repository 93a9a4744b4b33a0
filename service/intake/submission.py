"""A submission file (TOML or JSON) or flags -> an interview, with all that is wrong in one error.

A person without an address is kept; an address is never guessed. What the caller must still ask is
left None: the place, whether it took place, whom of those invited to come one has met.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service import timing
from service.errors import BadInput
from service.intake import kinds, readers, talks, typed, wordlists
from service.intake.submission_keys import (
    Location,
    Problems,
    SubmissionKeys,
    TimingKeys,
    label_key,
    show_example,
    validate,
)
from service.records import Interview, Overrides, Person, Place, Talk

_HINT = "Mend the file and add it again; callback add --example prints a whole one."
_FLAGS_HINT = "callback add --help says what each flag takes."
_LARGEST = 512 * 1024
_FLAGS = {
    "people": "person",
    "took_place": "took-place",
    "rest_days": "rest-days",
    "days_off": "day-off",
    "working_days": "working-day",
}
_FLAG_EXAMPLES = {
    "people": '--person "Sabine Krüger <sabine.krueger@tidewater.example>"',
    "agency": '--agency "Rourke & Hale" --representative "Ciara Rourke <ciara@rourke.example>"',
    "starts": '--starts "yesterday 14:00"',
    "ends": "--ends 15:00",
    "where": '--where "Cambridge, MA"',
    "rest_days": "--rest-days same-day",
    "days_off": "--day-off 2026-12-24",
    "working_days": "--working-day 2026-12-26",
}
_LONG_KEY = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){60}")
"""A dotted key of thousands of parts keeps tomllib busy for a minute."""
_NAME_AND_ADDRESS = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Submission:
    """What was submitted. `at` is the user's own time for the mails, aware UTC."""

    interview: Interview
    at: datetime | None = None


def read_submission(data: bytes, file_name: str, now: datetime | None) -> Submission:
    """Read a TOML or JSON file; raise `BadInput` whose `problems` are everything wrong in it.

    With `now` None, how long ago it was is not judged and reasons are not required.
    """
    raw = _parse(data, file_name)
    problems = Problems(label_key, show_example)
    submission = build(raw, problems, now)
    if problems.sentences or submission is None:
        raise _refusal(file_name, problems, _HINT)
    return submission


def from_flags(
    now: datetime,
    *,
    company: str | None = None,
    role: str | None = None,
    starts: str | None = None,
    ends: str | None = None,
    where: str | None = None,
    why: str | None = None,
    people: Sequence[str] = (),
    lines: Sequence[str] = (),
    agency: str | None = None,
    representative: str | None = None,
    language: str | None = None,
    mailbox: str | None = None,
    took_place: bool | None = None,
    at: str | None = None,
) -> Submission:
    """Build a submission from flags; `people` and `representative` as "Sabine Krüger <address>".

    `starts` and `ends` are read as people type them ("yesterday 2pm"), where the talk was. The n-th
    of `lines` is for the n-th of `people`. Raise `BadInput` as `read_submission` does.
    """
    problems = Problems(_label_flag, _show_flag)
    if len(lines) > len(people):
        problems.add(("line",), f"there are {len(lines)} lines for {len(people)} people")
    readers = [_read_flag(text) for text in people]
    for reader, line in zip(readers, lines, strict=False):
        reader["line"] = line
    raw: dict[str, Any] = {
        "company": company,
        "role": role,
        "where": where,
        "why": why,
        "language": language,
        "mailbox": mailbox,
        "took_place": took_place,
        "at": at,
        "people": readers,
    }
    if agency is not None or representative is not None:
        reader = _read_flag(representative or "")
        raw["agency"] = {"name": agency, "representative": reader["name"], "email": reader["email"]}
    submission = build(_drop_empty(raw), problems, now, typed.Times(starts, ends, now))
    if problems.sentences or submission is None:
        raise _refusal("What was given", problems, _FLAGS_HINT)
    return submission


def read_overrides(raw: Mapping[str, Any]) -> Overrides:
    """Read what flags say of the timing; raise `BadInput` as the others do."""
    problems = Problems(_label_flag, _show_flag)
    keys = validate({"timing": _drop_empty(dict(raw))}, problems)
    own = _read_overrides(keys.timing, problems)
    if problems.sentences:
        raise _refusal("What was given", problems, _FLAGS_HINT)
    return own


def read_start(text: str, place: Place, now: datetime) -> datetime:
    """Read when a talk began as a prompt gives it, on the clock of `place`; raise `BadInput`."""
    problems = Problems(_label_flag, lambda _: None)
    keys = typed.read_times(SubmissionKeys(), typed.Times(text, None, now), place, problems)
    found = talks.read_talks(keys, place, now, problems).talks
    if problems.sentences:
        said = tuple(each.removeprefix("--starts: ") for each in problems.sentences)
        raise BadInput("This time cannot be used:", "", said)
    return found[0].starts_at.astimezone(place.tz)


def read_talk(talk: Talk, typed_times: typed.Times, place: Place | None, now: datetime) -> Talk:
    """Return `talk` at the times that were typed; without a typed end it lasts as long as it did.

    Raise `BadInput` as the others do. Without a place the clock is that of the talk.
    """
    problems = Problems(_label_flag, _show_flag)
    where = place or Place(talk.zone)
    starts = typed_times.starts or f"{talk.starts_at.astimezone(where.tz):%Y-%m-%d %H:%M}"
    times = typed_times._replace(starts=starts)
    found = talks.read_talks(
        typed.read_times(SubmissionKeys(), times, where, problems), where, now, problems
    ).talks
    if problems.sentences:
        raise _refusal("What was given", problems, _FLAGS_HINT)
    starts_at, ends_at = found[0].starts_at, found[0].ends_at
    if typed_times.ends is None:
        ends_at = starts_at + (talk.ends_at - talk.starts_at)
    return replace(talk, starts_at=starts_at, ends_at=ends_at)


def read_person(text: str) -> Person:
    """Read one person as a flag or a prompt gives them; raise `BadInput` as the others do."""
    problems = Problems(_label_flag, _show_flag)
    keys = validate({"people": [_drop_empty(_read_flag(text))]}, problems)
    people = readers.read_readers(keys, problems)
    if problems.sentences:
        raise _refusal(f'"{text}"', problems, "Write it like Marisol Duarte <m.duarte@example.com>")
    return people[0]


def name_person(person: Person, name: str) -> Person:
    """Return `person` under another name, read as a name is read everywhere."""
    read = read_person(name)
    return replace(
        person,
        name=read.name,
        given_name=read.given_name,
        family_name=read.family_name,
        title=read.title or person.title,
    )


def render_example() -> str:
    """Return a commented example of a submission file."""
    return wordlists.read_text("example.toml")


def _refusal(what: str, problems: Problems, hint: str) -> BadInput:
    count = len(problems.sentences)
    is_one = "is one problem" if count == 1 else f"are {count} problems"
    return BadInput(f"{what} cannot be used: there {is_one}.", hint, tuple(problems.sentences))


def _label_flag(location: Location) -> str:
    """Return "--person 2 (email)" for the address of the second person."""
    names = _names(location)
    if names == ["agency", "name"]:
        return "--agency"
    if names[:1] == ["agency"] and len(names) > 1:
        return "--representative"
    number = next((f" {part + 1}" for part in location if isinstance(part, int)), "")
    first = _FLAGS.get(names[0], names[0]) if names else ""
    return f"--{first}{number}{''.join(f' ({name})' for name in names[1:])}"


def _show_flag(location: Location) -> str | None:
    names = _names(location)
    if names and names[0] in _FLAG_EXAMPLES:
        return _FLAG_EXAMPLES[names[0]]
    key, _, value = (show_example(location) or "").partition(" = ")
    return f"--{_FLAGS.get(key, key)} {value}" if value else None


def _names(location: Location) -> list[str]:
    """Return the keys of a location; those of the timing have flags of their own."""
    names = [part for part in location if isinstance(part, str)]
    return names[1:] if names[:1] == ["timing"] and len(names) > 1 else names


def _read_flag(text: str) -> dict[str, Any]:
    """Split "Sabine Krüger <address>"; an address alone has no name."""
    both = _NAME_AND_ADDRESS.fullmatch(text)
    if both:
        name, address = both["name"].strip(" \"'"), both["address"]
    else:
        name, address = ("", text.strip()) if "@" in text else (text.strip(), "")
    return {"name": name or None, "email": address or None}


def read_json(text: str) -> Any:
    """Read JSON in which a key that is null is one that is not there.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deep.

    """
    return _drop_empty(json.loads(text))


def _drop_empty(value: Any) -> Any:
    """Leave out None: a key without a value is a key that is not there."""
    if isinstance(value, dict):
        return {key: _drop_empty(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_drop_empty(each) for each in value]
    return value


def _parse(data: bytes, file_name: str) -> dict[str, Any]:
    kind = kinds.tell_kind(data, file_name)
    if kind in {kinds.Kind.CALENDAR, kinds.Kind.MAIL}:
        raise BadInput(
            f"{file_name} is a {kind}, not a submission.", "callback add FILE reads both."
        )
    if len(data) > _LARGEST:
        raise BadInput(f"{file_name} is too large for a submission.", _HINT)
    text = kinds.decode_strictly(data, file_name)
    if kind is kinds.Kind.TOML and _LONG_KEY.search(text):
        raise BadInput(f"{file_name} is nested too deep.", _HINT)
    try:
        raw = read_json(text) if kind is kinds.Kind.JSON else _drop_empty(tomllib.loads(text))
    except RecursionError as error:
        raise BadInput(f"{file_name} is nested too deep.", _HINT) from error
    except ValueError as error:
        name = "JSON" if kind is kinds.Kind.JSON else "TOML"
        raise BadInput(f"{file_name} cannot be read as {name}: {error}.", _HINT) from error
    if not isinstance(raw, dict):
        raise BadInput(f"{file_name} holds no table of keys.", _HINT)
    return raw


def build(
    raw: dict[str, Any],
    problems: Problems,
    now: datetime | None,
    times: typed.Times | None = None,
) -> Submission | None:
    """Build a submission from the table of its keys; None when `problems` has some afterwards.

    `now` is as `read_submission` takes it.
    """
    keys = validate(raw, problems)
    for name in ("company", "role"):
        if not getattr(keys, name) and not problems.has(name):
            problems.add((name,), "is missing")
    place = readers.find_place(keys.where, ("where",), problems)
    if times is not None:
        keys = typed.read_times(keys, times, place, problems)
    when = talks.read_talks(keys, place, now, problems)
    at = talks.read_at(keys, place, problems)
    people = readers.read_readers(keys, problems)
    _check_whole(keys, when.talks, now, problems)
    if problems.sentences:
        return None
    is_over = now is not None and max(talk.ends_at for talk in when.talks) <= now
    interview = Interview(
        company=keys.company or "",
        company_short=keys.company_short or None,
        role=keys.role or "",
        talks=when.talks,
        people=tuple(readers.settle_met(p, is_over=is_over) for p in people),
        place=place,
        reasons=keys.why,
        language=keys.language,
        agency=keys.agency.name if keys.agency else None,
        took_place=keys.took_place,
        guesses=frozenset({"ends"}) if when.is_end_assumed else frozenset(),
        mailbox=keys.mailbox,
        overrides=_read_overrides(keys.timing, problems),
    )
    return None if problems.sentences else Submission(interview, at)


def _read_overrides(keys: TimingKeys, problems: Problems) -> Overrides:
    """Read what is different of the settings, held to the rules of a policy."""
    own = Overrides(keys.earliest, keys.rest_days, keys.days_off, keys.working_days)
    try:
        timing.Policy().override(own)
    except BadInput as error:
        for problem in error.problems:
            problems.add(("timing",), problem)
    return own


def _check_whole(
    keys: SubmissionKeys, when: tuple[Talk, ...], now: datetime | None, problems: Problems
) -> None:
    """Check what only shows when the whole submission is seen."""
    ends_at = max((talk.ends_at for talk in when), default=None)
    is_over = now is not None and ends_at is not None and ends_at <= now
    has_words = keys.why or (
        keys.people and all(person.why or person.body for person in keys.people)
    )
    if is_over and not has_words and keys.took_place is not False and not problems.has("why"):
        problems.add(("why",), "is missing: your own reasons are what the mails are made of")
    if keys.took_place and ends_at is not None and now is not None and ends_at > now:
        problems.add(("took_place",), "is true, but it has not ended yet")
    if not keys.people and not problems.has("people"):
        problems.add(("people",), "is missing: nobody is named to thank")
