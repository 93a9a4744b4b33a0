"""The keys of a submission: what each may hold, an example of each, and every problem at once.

Every key is optional to pydantic; what is needed when is said in submission.py, which sees whatever
here was sound, so that one run reports all that is wrong.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, LiteralString

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from service.errors import BadInput
from service.intake import addresses, texts
from service.records import RestDays

EXAMPLES: Mapping[str, str] = {
    "company": 'company = "Tidewater Systems"',
    "company_short": 'company_short = "Tidewater"',
    "role": 'role = "Site Engineer"',
    "starts": "starts = 2026-12-08 14:00:00",
    "ends": "ends = 2026-12-08 15:00:00",
    "talks": '[[talks]] with title = "The team", starts and ends',
    "where": 'where = "Cambridge, MA"',
    "why": 'why = "I would like to build flood defences."',
    "language": 'language = "en"',
    "mailbox": 'mailbox = "jordan@avery.example"',
    "took_place": "took_place = true",
    "at": 'at = "2026-12-09 10:15"',
    "people": '[[people]] with name = "Sabine Krüger"',
    "name": 'name = "Sabine Krüger"',
    "email": 'email = "sabine.krueger@tidewater.example"',
    "line": 'line = "The story of the lock gate stays with me."',
    "met": "met = true",
    "direct": "direct = true",
    "passed_on_by": 'passed_on_by = "Sabine Krüger"',
    "title": 'title = "Dr."',
    "form_of_address": 'form_of_address = "Ms"',
    "subject": 'subject = "Thank you"',
    "body": 'body = "Dear Sabine ..."',
    "agency": '[agency] with name = "Rourke & Hale" and representative = "Ciara Rourke"',
    "representative": 'representative = "Ciara Rourke"',
    "timing": '[timing] with rest_days = "same-day"',
    "earliest": 'earliest = "10:00"',
    "rest_days": 'rest_days = "same-day"',
    "days_off": "days_off = [2026-12-24]",
    "working_days": "working_days = [2026-12-26]",
}
_SYNONYMS: Mapping[str, str] = {
    "reasons": "why",
    "reason": "why",
    "position": "role",
    "job": "role",
    "employer": "company",
    "firm": "company",
    "city": "where",
    "place": "where",
    "zone": "where",
    "timezone": "where",
    "date": "starts",
    "begin": "starts",
    "interviewers": "people",
    "interviewer": "people",
    "persons": "people",
    "person": "people",
    "met": "people",
    "recruiter": "agency",
    "address": "email",
    "mail": "email",
    "salutation": "form_of_address",
    "note": "line",
    "send_at": "at",
}
Location = tuple[str | int, ...]
_MOST_ROUNDS = 3
_NO_MOMENT: LiteralString = (
    "is no date and time in figures, as a file needs: it may be read on another day than it was"
    " written"
)


def _check_line(text: str) -> str:
    return _check_text(" ".join(text.split(" ")).strip(), is_prose=False)


def _check_prose(text: str) -> str:
    return _check_text(text.replace("\r\n", "\n").strip(), is_prose=True)


def _check_text(text: str, *, is_prose: bool) -> str:
    problem = texts.find_problem(text, is_prose=is_prose)
    if problem:
        raise PydanticCustomError("text", "{problem}", {"problem": problem})
    return text


def _check_address(text: str) -> str:
    problem = texts.find_problem(text)
    if problem:
        raise PydanticCustomError("address", "{problem}", {"problem": problem})
    try:
        return addresses.read_address(text)
    except ValueError as error:
        raise PydanticCustomError(
            "address", "is no mail address: {problem}", {"problem": str(error)}
        ) from error


def _read_moment(value: object) -> object:
    """Take what TOML calls a date and time, or the same as text."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        raise PydanticCustomError("moment", "has a day but no hour")
    if not isinstance(value, str):
        raise PydanticCustomError("moment", "is no date and time")
    text = value.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError("moment", _NO_MOMENT) from error
    if len(text) <= len("2026-12-08"):
        raise PydanticCustomError("moment", "has a day but no hour")
    return moment


def _read_hour(value: object) -> object:
    """Take what TOML calls a time, or the same as text; to the minute."""
    try:
        hour = time.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError("hour", "is no hour of the day") from error
    if not isinstance(hour, time):
        raise PydanticCustomError("hour", "is no hour of the day")
    return hour


def _read_day(value: object) -> object:
    """Take what TOML calls a date, or the same as text."""
    try:
        day = date.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError("day", "is no date") from error
    if not isinstance(day, date) or isinstance(day, datetime):
        raise PydanticCustomError("day", "is no date")
    return day


def _read_end(value: object) -> object:
    """Take an hour alone, too: the end on the day of the start."""
    if isinstance(value, time):
        return value
    if isinstance(value, str) and len(value.strip()) <= len("15:00:00"):
        try:
            return time.fromisoformat(value.strip())
        except ValueError as error:
            raise PydanticCustomError("moment", _NO_MOMENT) from error
    return _read_moment(value)


Line = Annotated[str, AfterValidator(_check_line)]
Prose = Annotated[str, AfterValidator(_check_prose)]
Address = Annotated[str, AfterValidator(_check_address)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Moment = Annotated[datetime, BeforeValidator(_read_moment)]
End = Annotated[datetime | time, BeforeValidator(_read_end)]
Hour = Annotated[time, BeforeValidator(_read_hour)]
Day = Annotated[date, BeforeValidator(_read_day)]
Answer = Annotated[bool, Field(strict=True)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TalkKeys(_Keys):
    """One [[talks]]."""

    title: Line = ""
    starts: Moment | None = None
    ends: End | None = None


class ReaderKeys(_Keys):
    """What a person met and an agency's representative have in common."""

    email: Address | None = None
    line: Prose = ""
    why: Prose = ""
    where: Line | None = None
    title: Line | None = None
    form_of_address: Line | None = None
    language: Language | None = None
    subject: Line | None = None
    body: Prose | None = None


class PersonKeys(ReaderKeys):
    """One [[people]]."""

    name: Line | None = None
    met: Answer | None = None
    direct: Answer = False
    passed_on_by: Line | None = None


class AgencyKeys(ReaderKeys):
    """The [agency]: its name and, flat beside it, its representative."""

    name: Line | None = None
    representative: Line | None = None


class TimingKeys(_Keys):
    """The [timing]: what of the setting of that name is different for this interview."""

    earliest: Hour | None = None
    rest_days: RestDays | None = None
    days_off: frozenset[Day] = Field(default=frozenset(), max_length=400)
    working_days: frozenset[Day] = Field(default=frozenset(), max_length=400)


class SubmissionKeys(_Keys):
    """A whole submission."""

    company: Line | None = None
    company_short: Line | None = None
    role: Line | None = None
    starts: Moment | None = None
    ends: End | None = None
    talks: list[TalkKeys] = Field(default=[], max_length=20)
    where: Line | None = None
    why: Prose = ""
    language: Language = "en"
    mailbox: Line | None = None
    took_place: Answer | None = None
    at: Moment | None = None
    people: list[PersonKeys] = Field(default=[], max_length=500)
    agency: AgencyKeys | None = None
    timing: TimingKeys = TimingKeys()


class Problems:
    """Collects what is wrong, in order, each with the key (or the flag) and an example of it."""

    def __init__(
        self, label: Callable[[Location], str], example: Callable[[Location], str | None]
    ) -> None:
        self.sentences: list[str] = []
        self._bad: set[Location] = set()
        self._label = label
        self._example = example

    def add(self, location: Location, reason: str) -> None:
        """Note that the key at `location` has a problem."""
        example = self._example(location)
        shown = f" (example: {example})" if example else ""
        self._note(location, f"{reason.rstrip('.')}{shown}")

    def refuse(self, location: Location, error: BadInput) -> None:
        """Note why what was typed there was refused; the error's hint is its example."""
        self._note(location, f"{error.message} {error.hint}")

    def show(self, *location: str | int) -> str:
        """Return an example of the key, as it is given."""
        return self._example(location) or self._label(location)

    def _note(self, location: Location, said: str) -> None:
        self._bad.add(location)
        sentence = f"{self._label(location)}: {said}"
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    def has(self, *location: str | int) -> bool:
        """Tell whether this key or the table it stands in was refused already."""
        return any(location[: n + 1] in self._bad for n in range(len(location)))


def label_key(location: Location) -> str:
    """Return "people[2].email" for the email of the second person."""
    label = ""
    for part in location:
        label += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if label else ''}{part}"
    return label or "the file"


def show_example(location: Location) -> str | None:
    """Return an example of the key at `location`, as it stands in a file."""
    names = [part for part in location if isinstance(part, str)]
    return EXAMPLES.get(names[-1]) if names else None


def validate(raw: dict[str, Any], problems: Problems) -> SubmissionKeys:
    """Return the sound keys of `raw`; what is not sound goes into `problems` and is left out."""
    for _ in range(_MOST_ROUNDS):
        try:
            return SubmissionKeys.model_validate(raw)
        except ValidationError as error:
            for details in error.errors(
                include_url=False, include_context=False, include_input=False
            ):
                location = _locate(raw, details["loc"])
                problems.add(location, _explain(details, location))
                _remove(raw, location)
    return SubmissionKeys()


def _locate(raw: Any, location: Location) -> Location:
    """Cut a location of pydantic to the part that is in the file (it names union members, too)."""
    kept: list[str | int] = []
    for part in location:
        is_key = isinstance(raw, dict) and part in raw
        is_entry = isinstance(raw, list) and isinstance(part, int) and part < len(raw)
        if not (is_key or is_entry):
            break
        raw = raw[part]
        kept.append(part)
    return tuple(kept)


def _remove(raw: Any, location: Location) -> None:
    for part in location[:-1]:
        raw = raw[part]
    if location and isinstance(raw, dict):
        raw.pop(location[-1], None)
    elif location and isinstance(raw, list) and isinstance(location[-1], int):
        raw[location[-1]] = {}


def _explain(details: ErrorDetails, location: Location) -> str:
    kind = details["type"]
    if kind == "extra_forbidden":
        return _explain_unknown(str(location[-1]), location[:-1])
    if kind in {
        "string_type",
        "bool_type",
        "list_type",
        "frozen_set_type",
        "model_type",
        "dict_type",
    }:
        wanted = {
            "string_type": "text in quotes",
            "bool_type": "true or false",
            "list_type": "a list of tables",
            "frozen_set_type": "a list of dates",
        }
        return f"must be {wanted.get(kind, 'a table of keys')}"
    if kind == "string_pattern_mismatch":
        return "must be a language code"
    if kind == "too_long":
        return "holds too many"
    return details["msg"]


def _explain_unknown(key: str, table: Location) -> str:
    models: Mapping[str, type[BaseModel]] = {
        "talks": TalkKeys,
        "people": PersonKeys,
        "agency": AgencyKeys,
        "timing": TimingKeys,
    }
    model = models.get(str(table[0]), SubmissionKeys) if table else SubmissionKeys
    known = list(model.model_fields)
    near = suggest(key, known)
    return (
        f"is no key here; did you mean {near}?"
        if near
        else f"is no key; known are {', '.join(known)}"
    )


def suggest(key: str, known: Sequence[str]) -> str | None:
    """Return which of the known keys an unknown one was meant to be, if that can be told."""
    folded = key.casefold().replace("-", "_")
    if _SYNONYMS.get(folded) in known:
        return _SYNONYMS[folded]
    return next(iter(difflib.get_close_matches(folded, known, n=1)), None)
