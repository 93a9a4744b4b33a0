"""Damaged files of every kind: the only error is `BadInput`, and nothing ever hangs."""

import json
from datetime import timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import BadInput
from service.intake.files import read_file
from service.intake.invitation import Invitation
from service.intake.names import read_name
from service.intake.submission import Submission, render_example
from tests.unit.intake_calendars import FOLDER, NOW, OWN, make_calendar, make_event

EXAMPLES = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
EXAMPLES["job.toml"] = render_example().encode()
EXAMPLES["job.json"] = (
    b'{"company": "T", "role": "R", "starts": "2026-07-08T14:00+02:00", "people": [{"name": "S"}]}'
)
LINES = [line for data in EXAMPLES.values() for line in data.splitlines() if line]
QUICK = settings(
    max_examples=200, deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.too_slow]
)


def _check(data: bytes, name: str) -> None:
    """Read `data` as `name` and hold what comes out to what was promised."""
    try:
        found = read_file(name, data, OWN, NOW)
    except BadInput:
        return  # any other error fails the test
    if isinstance(found, Submission):
        assert found.interview.talks
        return
    _check_invitation(found)


def _check_invitation(found: Invitation) -> None:
    if found.interview is None:
        assert found.method == "CANCEL" or "zone" in found.unclear
        return
    assert found.interview.talks
    for talk in found.interview.talks:
        assert talk.zone in available_timezones()
        assert timedelta(0) < talk.ends_at - talk.starts_at <= timedelta(hours=24)
    for person in found.interview.people:
        assert person.is_met is not True
        assert person.name
        assert not set(person.name) & {"\n", "\r", "\x00"}


@QUICK
@given(data=st.data())
def test_mutated_bytes_end_in_an_answer(data: st.DataObject) -> None:
    """Bytes changed, left out or put in anywhere in any example."""
    name = data.draw(st.sampled_from(sorted(EXAMPLES)))
    mutated = bytearray(EXAMPLES[name])
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, len(mutated)))
        length = data.draw(st.integers(0, 40))
        mutated[position : position + length] = data.draw(st.binary(max_size=12))
    _check(bytes(mutated), name)


@QUICK
@given(data=st.data())
def test_shuffled_lines_end_in_an_answer(data: st.DataObject) -> None:
    """Lines doubled, dropped, moved and taken from other examples."""
    name = data.draw(st.sampled_from(sorted(EXAMPLES)))
    lines = EXAMPLES[name].splitlines()
    for _ in range(data.draw(st.integers(1, 10))):
        position = data.draw(st.integers(0, len(lines)))
        lines[position : position + data.draw(st.integers(0, 3))] = data.draw(
            st.lists(st.sampled_from(LINES), max_size=3)
        )
    _check(b"\r\n".join(lines), name)


@QUICK
@given(data=st.data())
def test_any_property_value_ends_in_an_answer(data: st.DataObject) -> None:
    """Each property that is read, with any text as parameters and value."""
    names = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "UID")
    more = ("SEQUENCE", "SUMMARY", "STATUS", "ATTENDEE", "ORGANIZER", "DTSTAMP")
    text = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)
    written = "0123456789TZ:;=,/+-PTHMW FREQCOUNTUNTILBYDAY"
    value = text | st.text(st.sampled_from(written), max_size=40)
    lines = data.draw(
        st.lists(
            st.builds(
                "{}{}:{}".format,
                st.sampled_from([*names, *more]),
                st.sampled_from(["", ";VALUE=DATE", ";TZID=", ";TZID=Europe/Berlin", ";X"]) | text,
                value,
            ),
            max_size=6,
        )
    )
    _check(make_calendar(make_event(*lines)), "invite.ics")


@QUICK
@given(
    parts=st.lists(
        st.sampled_from(
            [
                *("FREQ=YEARLY", "FREQ=DAILY", "FREQ=SECONDLY", "BYMONTH=2", "BYMONTHDAY=30"),
                *("BYDAY=-1SU", "BYDAY=MO,TU", "COUNT=1", "COUNT=0", "COUNT=400000", "UNTIL=2027"),
                *("UNTIL=20270101T000000Z", "INTERVAL=0", "INTERVAL=1", "BYHOUR=2", "BYSETPOS=-1"),
                *("BYSECOND=0,1,2,3", "BYYEARDAY=366", "WKST=SU", "BYEASTER=0"),
            ]
        ),
        max_size=6,
    )
)
def test_any_rule_ends_soon(parts: list[str]) -> None:
    """Rules that could be expanded for hours, in the event and in its time zone."""
    rule = f"RRULE:{';'.join(parts)}"
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n"
        f"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n{rule}\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    )
    times = ("DTSTART;TZID=Odd:20260714T100000", "DTEND;TZID=Odd:20260714T110000")
    _check(make_calendar(zone, make_event(times=times)), "invite.ics")
    _check(make_calendar(make_event(rule)), "invite.ics")


@QUICK
@given(
    keys=st.dictionaries(
        st.sampled_from(["company", "role", "starts", "ends", "why", "at", "people", "agency"])
        | st.sampled_from(["talks", "language", "mailbox", "took_place", "name", "email", "met"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.floats()
            | st.text(max_size=8)
            | st.sampled_from(["2026-07-08T14:00Z", "15:00", "a@b.example", "Sabine Krüger"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["name", "email", "starts", "where", "met"]), inner
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_any_json_ends_in_an_answer(keys: dict[str, object]) -> None:
    """Every key with a value of any shape."""
    _check(json.dumps(keys).encode(), "job.json")


@QUICK
@given(text=st.text(max_size=60), address=st.none() | st.text(max_size=30))
def test_any_name_is_read(text: str, address: str | None) -> None:
    """A name is one line without control characters, whatever came in."""
    name = read_name(text, address)
    assert name.full == " ".join(name.full.split())
    assert not any(ch in name.full for ch in "\x00\r\n\u202e")


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 50_000,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + b"ATTENDEE" + b";CN=" * 500_000 + b"\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE:" + b"mailto:" * 500_000 + b"\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:" + b"\r\n x" * 500_000 + b"\r\n",
        b"BEGIN:VCALENDAR\r\n" + b"\r\n" * 2_000_000,
        b"From: x\r\nSubject: y\r\nTo: " + b"a@b.example," * 100_000 + b"\r\n\r\n",
        b'From: x\r\nSubject: y\r\nTo: "' + b"(" * 100_000 + b"\r\n\r\nBEGIN:VCALENDAR\r\n",
        b"a = " + b"{b = " * 50_000,
        b"a." * 50_000 + b"b = 1",
        b'{"a":' * 50_000,
    ],
)
def test_file_made_to_exhaust_ends_soon(data: bytes) -> None:
    """Depth, length and repetition have bounds."""
    _check(data, "made.ics")
