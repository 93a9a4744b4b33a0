"""Reads notes of the corpora: what a checker needs to judge them, and what it must then say.

A record has the form of notes-corpus.jsonl. A case is a good note with one thing changed in it: its
`base`, whole fields in `set`, exact replacements in the body, another `subject`.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from service.records import Interview, Kind, Person, Place, Talk, Text, Thread
from service.writing import checks
from service.writing.checks import Circumstances, OtherNote
from service.writing.findings import Severity
from service.writing.readers import Form, Reading

DATA = Path(__file__).parents[1] / "data"
CORPUS = Path(os.environ.get("NOTES_CORPUS") or DATA / "notes-corpus.jsonl").absolute()
"""Named from where pytest was started, which the tests themselves leave."""
LANGUAGES = ("en", "de", "fr", "es", "ja")


@dataclass(frozen=True, slots=True)
class Note:
    """One note: the mail, what is known around it, and the ids of what should be said of it."""

    id: str
    text: Text
    circumstances: Circumstances
    expected: frozenset[str]

    @property
    def near(self) -> str | None:
        """The rule that it only comes near to, for a near miss."""
        return self.id.partition("-near-")[0].partition("-")[2] if "-near-" in self.id else None

    def found(self) -> dict[str, str]:
        """Return the rules that count, each with what it says.

        Those are errors, warnings, and the hints that are expected or that it only comes near to.
        """
        return {
            finding.rule: finding.message
            for finding in checks.check(self.text, self.circumstances)
            if finding.severity is not Severity.HINT
            or finding.rule in self.expected
            or finding.rule == self.near
        }


def read_corpus() -> list[Note]:
    """Read the shared corpus, or the file that `$NOTES_CORPUS` names in its place."""
    return [read_note(record) for record in _read(CORPUS)]


def read_language(language: str) -> list[Note]:
    """Read the good notes and the cases of one language."""
    return [read_note(record) for record in read_records(language)]


def read_records(language: str) -> Iterator[dict[str, Any]]:
    """Yield the good notes of a language and its cases, each as a whole record."""
    good = _read(DATA / "notes" / f"{language}-good.jsonl")
    yield from good
    bases = {record["id"]: record for record in good}
    for case in read_cases(language):
        yield _apply(case, bases[case["base"]])


def read_cases(language: str) -> list[dict[str, Any]]:
    """Read the cases of one language as they stand."""
    return _read(DATA / "notes" / f"{language}-cases.jsonl")


def read_note(record: dict[str, Any]) -> Note:
    """Read one record."""
    starts = datetime.fromisoformat(record["interview"])
    zone = _zone(starts)
    people = tuple(_read_person(each, record) for each in record["people"])
    interview = Interview(
        company=record["company"],
        company_short=record.get("company_short"),
        role=record["role"],
        talks=(Talk(starts, starts + timedelta(hours=1), zone),),
        people=people,
        place=Place(zone),
        language=record["lang"],
        agency="The agency" if record["via"] == "agency" else None,
    )
    circumstances = Circumstances(
        interview=interview,
        reading=_read_reading(people, record),
        sender=record["sender"],
        sent_at=datetime.fromisoformat(record["send_at"]),
        others=tuple(
            OtherNote(other["to"], other["body"], is_earlier=bool(other.get("same_person")))
            for other in record.get("other_notes", ())
        ),
        other_companies=tuple(record.get("other_companies", ())),
        more_recipients=tuple(record.get("cc", ())),
    )
    text = Text(record["subject"], record["body"])
    return Note(record["id"], text, circumstances, frozenset(record["expect"]))


def _read_person(person: dict[str, Any], record: dict[str, Any]) -> Person:
    is_reader = person["name"] == record["to"]
    is_answered = bool(record.get("in_thread")) and is_reader
    is_noted = is_reader or record["via"] == "agency"
    return Person(
        person["name"],
        person.get("email"),
        kind=Kind.REPRESENTATIVE if person["kind"] == "agency" else Kind.INTERVIEWER,
        form_of_address=person.get("address"),
        title=person.get("title"),
        line=", ".join(record.get("topics", ())) if is_noted else "",
        is_direct=bool(person.get("direct")),
        thread=Thread("<a@mail.example>", subject=record["subject"]) if is_answered else None,
    )


def _read_reading(people: tuple[Person, ...], record: dict[str, Any]) -> Reading:
    reader = next(person for person in people if person.name == record["to"])
    if reader.kind is not Kind.REPRESENTATIVE:
        return Reading(reader, (reader,), Form.OWN)
    about = tuple(person for person in people if person.kind is Kind.INTERVIEWER)
    return Reading(reader, about or (reader,), Form.AGENCY)


def _apply(case: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    record = {**base, **case.get("set", {}), "id": case["id"], "expect": case["expect"]}
    if "subject" in case:
        record["subject"] = case["subject"]
    for old, new in case.get("replace", ()):
        assert record["body"].count(old) == 1, (case["id"], old)
        record["body"] = record["body"].replace(old, new)
    return record


def _zone(moment: datetime) -> str:
    """Return a zone that has the moment's offset: the sea's, or a land's where no sea has it."""
    offset = moment.utcoffset() or timedelta(0)
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest:
        lands = sorted(available_timezones())
        return next(land for land in lands if _offset_in(land, moment) == offset)
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def _offset_in(zone: str, moment: datetime) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
