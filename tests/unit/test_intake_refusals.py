"""Invitations that are no interview: each gets a clear answer and never a wrong time."""

import pytest

from service.errors import BadInvitation
from tests.unit.intake_calendars import (
    FOLDER,
    TIMES,
    make_calendar,
    make_event,
    read,
    read_example,
)


def _refusal(data: bytes, name: str = "invite.ics") -> str:
    with pytest.raises(BadInvitation) as caught:
        read(data, name)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "counter-truncated.ics",
            "proposes another time for a meeting, which nobody has agreed to yet (METHOD:COUNTER).",
        ),
        ("outlook-all-day.ics", "is a whole-day event on Sunday 21 June 2026"),
        ("series-of-three.ics", "is a series of meetings “Repeat talk” from Monday 16 March 2026"),
        ("exchange-series-blank-in-byday.ics", "is a series of meetings “Daily talk” from Friday"),
        ("mail-in-words.eml", "is a mail without a calendar in it; it only speaks of the time"),
        ("mail-with-winmail.eml", "is a mail without a calendar in it: Outlook wrapped it in a"),
    ],
)
def test_example_is_refused_with_its_reason(name: str, message: str) -> None:
    """The message names the file and what it is; the hint says what to do instead."""
    with pytest.raises(BadInvitation) as caught:
        read_example(name)
    assert caught.value.message.startswith(f"{name} {message}")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("REPLY", "somebody's answer"),
        ("COUNTER", "proposes another time"),
        ("DECLINECOUNTER", "declines another time"),
        ("REFRESH", "asks for an invitation"),
        ("ADD", "adds dates to a series"),
        ("PARTY", "of an unknown kind (METHOD:PARTY)"),
    ],
)
def test_method_other_than_an_invitation_is_explained(method: str, reason: str) -> None:
    """Only REQUEST and PUBLISH invite; CANCEL cancels."""
    assert reason in _refusal(make_calendar(make_event(), method=method))


@pytest.mark.parametrize(
    "lines",
    [
        ("RRULE:FREQ=WEEKLY",),
        ("RRULE:FREQ=SECONDLY",),
        ("RRULE:",),
    ],
)
def test_series_without_end_is_refused(lines: tuple[str, ...]) -> None:
    """Nothing is computed from a rule that never ends."""
    assert "without an end" in _refusal(make_calendar(make_event(*lines)))


@pytest.mark.parametrize(
    "lines",
    [
        ("RRULE:FREQ=WEEKLY;COUNT=2",),
        ("RRULE:FREQ=DAILY;COUNT=99999999999999999999",),
        ("RRULE:FREQ=YEARLY;COUNT=2",),
        ("RRULE:FREQ=MONTHLY;COUNT=5;BYMONTH=2;BYMONTHDAY=30",),
        ("RRULE:FREQ=SECONDLY;COUNT=1",),
        ("RRULE:FREQ=DAILY;COUNT=1;BYHOUR=1,2,3;BYMINUTE=1,2,3",),
        ("RRULE:FREQ=DAILY;UNTIL=never",),
        ("RRULE:FREQ=FORTNIGHTLY;COUNT=1",),
        ("RDATE;TZID=Europe/Berlin:20260715T100000",),
    ],
)
def test_series_is_refused_where_it_is_not_surely_one(lines: tuple[str, ...]) -> None:
    """Two occurrences, or a rule that cannot be counted, are a series."""
    assert "is a series of meetings" in _refusal(make_calendar(make_event(*lines)))


def test_series_with_one_moved_occurrence_is_still_a_series() -> None:
    """An override moves one of them; the others stand."""
    moved = make_event("RECURRENCE-ID:20260714T080000Z")
    data = make_calendar(make_event("RRULE:FREQ=WEEKLY;COUNT=4"), moved)
    assert "is a series of meetings" in _refusal(data)


@pytest.mark.parametrize(
    "times",
    [
        ("DTSTART;VALUE=DATE:20260714", "DTEND;VALUE=DATE:20260715"),
        ("DTSTART:20260714",),
        ("DTSTART;TZID=Europe/Berlin:20260714T000000", "DTEND;TZID=Europe/Berlin:20260715T000000"),
        ("X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", "DTSTART:20260713T220000Z", "DTEND:20260714T220000Z"),
    ],
)
def test_whole_day_event_lacks_the_hour(times: tuple[str, ...]) -> None:
    """Midnight to midnight is a day, however it is written."""
    assert "whole-day event on" in _refusal(make_calendar(make_event(times=times)))


def test_several_events_on_several_days_are_listed() -> None:
    """A calendar export does not say which of its events is the interview."""
    later = tuple(line.replace("20260714", "20260716") for line in TIMES)
    data = make_calendar(
        make_event("SUMMARY:First"), make_event("SUMMARY:Second", times=later, uid="u-2")
    )
    assert _refusal(data) == (
        "invite.ics holds 2 events: “First” on Tuesday 14 July 2026 at 10:00 (Europe/Berlin);"
        " “Second” on Thursday 16 July 2026 at 10:00 (Europe/Berlin)."
    )


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (("DTSTART:20240714T100000Z",), "it was on 14 July 2024, more than a year ago"),
        (("DTSTART:20290714T100000Z",), "it is on 14 July 2029, more than two years ahead"),
        (("DTSTART:20260714T100000Z", "DTEND:20260714T090000Z"), "before it begins"),
        (("DTSTART:20260714T100000Z", "DTEND:20260717T100000Z"), "longer than a day"),
        (("DTSTART:20260714T100000Z", "DURATION:-PT1H"), "before it begins"),
        (("DTSTART:00010101T000000Z",), "the year 1 cannot be"),
        (("DTSTART:99991231T235959",), "the year 9999 cannot be"),
        (("DTSTART:tomorrow at ten",), "has a time that cannot be read"),
        (("DTSTART:20260714T100000Z", "DTEND:later"), "has a time that cannot be read"),
        (("DTSTART:20260714T100000Z", "DURATION:an hour"), "has a time that cannot be read"),
        (("DTSTART:20260714T100000Z", "DTSTART:20260715T100000Z"), "names two starts"),
        ((), "has an event without a start"),
    ],
)
def test_time_that_cannot_be_is_named(times: tuple[str, ...], reason: str) -> None:
    """A wrong time is refused, never repaired."""
    assert reason in _refusal(make_calendar(make_event(times=times)))


def test_cancellation_without_uid_cannot_be_followed() -> None:
    """It does not say what it cancels, so that the user is told how to stop it."""
    event = make_event().replace("UID:u-1\r\n", "")
    assert "does not say which one" in _refusal(make_calendar(event, method="CANCEL"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "invite.ics is empty."),
        (b" \r\n\x00\x00", "invite.ics is empty."),
        (b"%PDF-1.7\n...", "invite.ics is a PDF and not an invitation."),
        (b"PK\x03\x04....", "invite.ics is a zip archive or an Office document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "invite.ics is an Outlook .msg file"),
        (b"<!DOCTYPE html><html></html>", "invite.ics is a web page"),
        (b"\x89PNG\r\n\x1a\n", "invite.ics is a picture"),
        (b'x\x9f>"\x01', "invite.ics is a winmail.dat"),
        (b"BEGIN:VCARD\r\nEND:VCARD", "invite.ics is a contact card"),
        (b"hello\x00\x01\x02 there", "invite.ics is not a text file."),
        (b"just words", "invite.ics is neither a calendar nor a mail."),
        (b'{"company": "x"}', "invite.ics is neither a calendar nor a mail."),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "invite.ics is a calendar without an event in it."),
        (make_calendar(make_event())[:200], "invite.ics is damaged"),
        (b"BEGIN:VCALENDAR\r\n" * 100, "is damaged: its parts never end"),
        (b"BEGIN:VCALENDAR\r\n" + b" " * (6 * 1024 * 1024), "is larger than 5 MB"),
        (make_calendar(make_event(*["ATTENDEE:mailto:a@b.example"] * 501)), "more than 500 people"),
        (make_calendar(*[make_event()] * 501), "holds 501 events"),
        (make_calendar("X-A:1\r\n" * 100_001), "more than 100000 lines"),
    ],
)
def test_file_that_is_no_invitation_is_named_for_what_it_is(data: bytes, reason: str) -> None:
    """The content decides, not the name; large or endless files are refused early."""
    assert reason in _refusal(data)


def test_msg_by_name_says_how_to_save_an_ics() -> None:
    """A file called .msg is explained even where it is something else."""
    with pytest.raises(BadInvitation) as caught:
        read(b"something", "talk.msg")
    assert caught.value.message == "talk.msg is named as an Outlook .msg file."
    assert "File > Save As > iCalendar Format (.ics)" in caught.value.hint


def test_event_that_is_cut_off_is_refused_though_it_could_be_read() -> None:
    """What is missing may be a RECURRENCE-ID or half of the people."""
    data = (FOLDER / "exchange-teams.ics").read_bytes()
    cut = data[: data.index(b"DTSTAMP:2026")]
    assert _refusal(cut) == "invite.ics is damaged: the end of its event is missing."


def test_mail_nested_without_end_is_refused() -> None:
    """A mail made to exhaust the reader ends in an answer."""
    boundaries = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(3000)
    )
    data = f"From: a@b.example\r\nTo: c@d.example\r\n{boundaries}".encode()
    assert _refusal(data, "deep.eml").startswith("deep.eml is ")
