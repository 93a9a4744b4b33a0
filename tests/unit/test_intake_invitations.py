"""Invitations as products write them: who, when and in which zone."""

import base64
from datetime import UTC, datetime

import pytest

from service.intake.invitation import CalendarKey, Invitation, Question, read_invitation
from service.records import Place
from tests.unit.intake_calendars import (
    BERLIN,
    FOLDER,
    NOW,
    OWN,
    TIMES,
    interview_of,
    make_calendar,
    make_event,
    people_of,
    read,
    read_example,
)


def _spoken(invitation: Invitation) -> tuple[str, str, str]:
    talk = interview_of(invitation).talks[0]
    return f"{talk.starts_at:%Y-%m-%dT%H:%MZ}", f"{talk.ends_at:%Y-%m-%dT%H:%MZ}", talk.zone


@pytest.mark.parametrize(
    ("name", "starts", "ends", "zone"),
    [
        ("google-twice.eml", "2026-12-08T13:00Z", "2026-12-08T14:00Z", "UTC"),
        ("exchange-teams.ics", "2026-07-14T08:00Z", "2026-07-14T09:30Z", "Europe/Berlin"),
        ("outlook-forwarded.eml", "2026-07-14T08:00Z", "2026-07-14T09:30Z", "Europe/Berlin"),
        ("exchange-comma-in-tzid.ics", "2026-10-07T04:30Z", "2026-10-07T06:00Z", "America/Denver"),
        (
            "outlook-2010-tab-folds.ics",
            "2026-11-16T17:00Z",
            "2026-11-16T18:00Z",
            "America/New_York",
        ),
        ("lotus-one-occurrence.ics", "2026-04-28T14:00Z", "2026-04-28T15:00Z", "America/New_York"),
        ("yahoo-zone-and-z.ics", "2026-07-30T14:00Z", "2026-07-30T14:30Z", "Europe/London"),
        (
            "apple-status-per-event.ics",
            "2026-07-06T16:00Z",
            "2026-07-06T17:00Z",
            "America/Vancouver",
        ),
        ("calendly-scheduled.ics", "2026-05-12T19:00Z", "2026-05-12T19:45Z", "America/Chicago"),
        ("greenhouse-panel.ics", "2026-03-10T09:30Z", "2026-03-10T12:00Z", "Europe/Dublin"),
        ("groupwise-room-only.ics", "2026-12-17T07:30Z", "2026-12-17T09:00Z", "UTC"),
        ("delegated-and-declined.ics", "2026-09-28T14:00Z", "2026-09-28T15:00Z", "Europe/Vienna"),
        ("french-duration-room.ics", "2026-01-12T09:00Z", "2026-01-12T10:30Z", "UTC"),
    ],
)
def test_invitation_gives_instants_and_zone(name: str, starts: str, ends: str, zone: str) -> None:
    """Every product's way to write a time ends in the same: two instants and an IANA zone."""
    assert _spoken(read_example(name)) == (starts, ends, zone)


def test_teams_invitation_is_read_whole() -> None:
    """A Teams invitation: people as greeted, guesses flagged, room left out, own address known."""
    invitation = read_example("exchange-teams.ics")
    interview = interview_of(invitation)
    assert (interview.company, interview.role) == ("Hafenwerk", "Bauingenieurin")
    assert interview.guesses == {"company", "role", "place"}
    assert interview.place == Place("Europe/Berlin")
    assert interview.invited_as == "jordan@avery.example"
    assert invitation.unclear == ()
    assert invitation.left_out == (("Raum Elbe", "a room or a thing"),)
    assert [(p.name, p.title, p.is_met) for p in interview.people] == [
        ("Anna Vogt", "Dr.", None),
        ("Peter Lang", None, None),
        ("Sabine Krüger", None, False),
    ]
    assert interview.talks[0].sequence == 2
    assert invitation.keys == (CalendarKey(interview.talks[0].calendar_uid or "", None, 2),)


def test_times_in_utc_ask_for_the_place() -> None:
    """UTC says nothing about where anybody is: never silently the user's own zone."""
    invitation = read_example("google-twice.eml")
    assert interview_of(invitation).place is None
    assert Question.PLACE in invitation.unclear


def test_own_calendar_entry_gives_no_place() -> None:
    """An event that the candidate made is in the candidate's zone, which is nobody else's."""
    event = make_event().replace("mailto:rosa@harborlight.example", "mailto:jordan@avery.example")
    invitation = read(make_calendar(event))
    assert interview_of(invitation).place is None
    assert Question.PLACE in invitation.unclear


def test_mail_headers_give_names_that_the_calendar_lacks() -> None:
    """The calendar shows an address only; the mail's Cc has the name beside it."""
    peter = people_of(read_example("outlook-forwarded.eml"))["Peter Lang"]
    assert (peter.address, peter.note) == ("peter.lang@hafenwerk.example", "optional")


def test_floating_time_asks_for_the_zone_first() -> None:
    """A time without a zone is no interview until the user has named one."""
    asked = read_example("zoom-floating-unfolded.ics")
    assert (asked.interview, asked.unclear) == (None, (Question.ZONE,))
    assert asked.zone_hint == "Europe/Berlin"
    data = (FOLDER / "zoom-floating-unfolded.ics").read_bytes()
    answered = read(data, zone="America/New_York")
    assert _spoken(answered) == ("2026-09-21T14:00Z", "2026-09-21T14:30Z", "America/New_York")


def test_empty_zone_name_is_floating() -> None:
    """An empty TZID with rules of offset zero is a lost zone, not UTC."""
    invitation = read_example("exchange-empty-tzid.ics")
    assert (invitation.interview, invitation.unclear) == (None, (Question.ZONE,))
    expected = "It speaks of a meeting on Wednesday 26 August 2026 at 09:00, but of no time zone"
    assert invitation.notes == (f"{expected} that is known.",)


def test_unknown_zone_name_without_rules_is_floating() -> None:
    """A name that nobody knows is asked about, not guessed."""
    times = ("DTSTART;TZID=Head Office:20260714T100000", "DTEND;TZID=Head Office:20260714T110000")
    assert read(make_calendar(make_event(times=times))).unclear == (Question.ZONE,)


@pytest.mark.parametrize("name", ["Head Office", "GMT +0100 (Standard) / GMT +0200 (Daylight)"])
def test_rules_of_an_odd_name_find_the_zone(name: str) -> None:
    """The clock that the file describes is looked for among the known ones."""
    times = (f'DTSTART;TZID="{name}":20260714T100000', f'DTEND;TZID="{name}":20260714T110000')
    invitation = read(make_calendar(BERLIN.format(name=name), make_event(times=times)))
    assert _spoken(invitation) == ("2026-07-14T08:00Z", "2026-07-14T09:00Z", "Europe/Berlin")
    assert invitation.notes == (f"Its time zone “{name}” keeps the clock of Europe/Berlin.",)


def test_rules_like_no_zone_keep_the_instant_and_ask() -> None:
    """A clock that no zone keeps: the offset is right, the place must be asked."""
    rules = BERLIN.format(name="Ship").replace("+0200", "+0930").replace("+0100", "+0900")
    times = ("DTSTART;TZID=Ship:20260114T100000", "DTEND;TZID=Ship:20260114T110000")
    invitation = read(make_calendar(rules, make_event(times=times)))
    assert _spoken(invitation) == ("2026-01-14T01:00Z", "2026-01-14T02:00Z", "Etc/GMT-9")
    assert Question.PLACE in invitation.unclear
    assert invitation.notes == ("Its time zone “Ship” is not a known one; the instant is right.",)


def test_two_files_with_one_zone_name_do_not_mix() -> None:
    """What one file calls "Head Office" means nothing for the next file."""
    times = ("DTSTART;TZID=Head Office:20260714T100000",)
    berlin = make_calendar(BERLIN.format(name="Head Office"), make_event(times=times))
    assert _spoken(read(berlin))[0] == "2026-07-14T08:00Z"
    other = BERLIN.format(name="Head Office").replace("+02", "-03").replace("+01", "-04")
    assert _spoken(read(make_calendar(other, make_event(times=times))))[0] == "2026-07-14T13:00Z"
    assert read(make_calendar(make_event(times=times))).unclear == (Question.ZONE,)


def test_rules_that_disagree_with_the_known_zone_are_said() -> None:
    """What the sender saw is the named zone's clock; an outdated copy of its rules is remarked."""
    rules = BERLIN.format(name="Europe/Berlin").replace("+0200", "+0100")
    invitation = read(make_calendar(rules, make_event()))
    assert _spoken(invitation)[0] == "2026-07-14T08:00Z"
    assert "Its own rules for “Europe/Berlin” are not those that are known" in invitation.notes[0]


def test_rules_of_another_place_win_over_an_ambiguous_name() -> None:
    """EST is New York's clock, and Sydney's in a file whose rules say so."""
    sydney = BERLIN.format(name="EST").replace("+0200", "+1000").replace("+0100", "+1000")
    times = ("DTSTART;TZID=EST:20260714T100000", "DTEND;TZID=EST:20260714T110000")
    invitation = read(make_calendar(sydney, make_event(times=times)))
    assert _spoken(invitation) == ("2026-07-14T00:00Z", "2026-07-14T01:00Z", "Australia/Brisbane")


def test_title_that_says_cancelled_is_remarked() -> None:
    """Some products cancel by renaming."""
    assert read(make_calendar(make_event("SUMMARY:Canceled: Interview"))).notes == (
        "Its title says that it was cancelled.",
    )


def test_vendor_prefix_of_a_zone_is_cut() -> None:
    """Programs built on libical write "/vendor/Europe/Berlin"."""
    name = "/freeassociation.example/20050126_1/Europe/Berlin"
    times = (f"DTSTART;TZID={name}:20260714T100000", f"DTEND;TZID={name}:20260714T110000")
    assert _spoken(read(make_calendar(make_event(times=times))))[2] == "Europe/Berlin"


def test_missing_end_is_one_hour_and_a_guess() -> None:
    """An event without an end is taken to last an hour, and says so."""
    invitation = read(make_calendar(make_event(times=TIMES[:1])))
    assert _spoken(invitation)[1] == "2026-07-14T09:00Z"
    assert "ends" in interview_of(invitation).guesses
    assert invitation.notes == ("It does not say when it ends; one hour is assumed.",)


def test_end_beside_duration_wins() -> None:
    """Both at once are forbidden and seen: DTEND is the one that calendars show."""
    invitation = read(make_calendar(make_event("DURATION:PT3H")))
    assert _spoken(invitation)[1] == "2026-07-14T09:00Z"


@pytest.mark.parametrize("start", ["20260714T1000", "2026-07-14T10:00:00"])
def test_time_in_iso_form_is_read(start: str) -> None:
    """Home-made calendars write times with dashes or without seconds."""
    times = (f"DTSTART;TZID=Europe/Berlin:{start}",)
    assert _spoken(read(make_calendar(make_event(times=times))))[0] == "2026-07-14T08:00Z"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\r\n", "\n").encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: text.replace("\r\n", "\r\r\n").encode(),
        lambda text: ("Some words before\r\n\r\n" + text).encode(),
    ],
)
def test_bytes_of_any_origin_are_read(encode: object) -> None:
    """UTF-8 with and without mark, UTF-16, Windows bytes, every kind of line break."""
    assert callable(encode)
    text = (FOLDER / "exchange-teams.ics").read_bytes().decode()
    assert "Sabine Krüger" in people_of(read(encode(text)))


def test_mail_of_which_one_copy_is_harmed_is_read_by_the_other() -> None:
    """Google mails the same calendar twice; one whole copy is enough."""
    whole = base64.encodebytes(make_calendar(make_event())).decode()
    mail = (
        "From: a@harborlight.example\r\nTo: jordan@avery.example\r\nSubject: x\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026\r\n--b\r\n"
        "Content-Type: application/octet-stream; name=invite.ics\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{whole}\r\n--b--\r\n"
    )
    assert _spoken(read(mail.encode(), "m.eml"))[0] == "2026-07-14T08:00Z"


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("iso-8859-15", "Zoé Lœb"),
        ("nul\x00", "Zoé Lœb"),
        ("unicode_escape", "Zoé Lœb"),
        ("base64", "Zoé Lœb"),
    ],
)
def test_charset_of_the_mail_is_taken_where_it_is_one(charset: str, name: str) -> None:
    """UTF-8 is tried first; what is no charset of mails is read as Windows bytes."""
    written = "iso-8859-15" if charset == "iso-8859-15" else "cp1252"
    head = (
        "From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: text/calendar; charset="{charset}"\r\n'
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode()
    event = make_event(f"ATTENDEE;CN={name}:mailto:zoe@x.example")
    body = make_calendar(event).decode().encode(written)
    assert name in people_of(read(head + body, "m.eml"))


def test_method_of_the_mail_counts_for_a_calendar_without_one() -> None:
    """A reply whose calendar lacks METHOD is still a reply."""
    mail = (
        "From: a@harborlight.example\r\nTo: jordan@avery.example\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/calendar; method=CANCEL\r\n\r\n"
    )
    data = mail.encode() + make_calendar(make_event(), method=None)
    assert read(data, "m.eml").method == "CANCEL"


@pytest.mark.parametrize("before", ["From rosa Mon Jul  6 10:00:00 2026\n", "1843\n", "\r\n"])
def test_line_of_a_mailbox_file_before_the_mail_is_ignored(before: str) -> None:
    """Mailbox files and Apple Mail put a line of their own before the headers."""
    data = before.encode() + (FOLDER / "outlook-forwarded.eml").read_bytes()
    assert _spoken(read(data, "m.emlx"))[2] == "Europe/Berlin"


def test_talks_of_one_day_by_one_host_are_one_interview() -> None:
    """A day of talks comes as several events of one file."""
    second = make_event(
        "SUMMARY:The team",
        times=(
            "DTSTART;TZID=Europe/Berlin:20260714T130000",
            "DTEND;TZID=Europe/Berlin:20260714T140000",
        ),
        uid="u-2",
    )
    talks = interview_of(read(make_calendar(second, make_event()))).talks
    assert [talk.calendar_uid for talk in talks] == ["u-1", "u-2"]
    assert [talk.title for talk in talks] == ["", "The team"]


def test_higher_sequence_of_one_event_wins() -> None:
    """The last word on an event counts, wherever it stands in the file."""
    late = TIMES[0].replace("100000", "150000"), TIMES[1].replace("110000", "160000")
    data = make_calendar(make_event("SEQUENCE:3", times=late), make_event("SEQUENCE:1"))
    assert _spoken(read(data))[0] == "2026-07-14T13:00Z"


def test_update_of_one_occurrence_keeps_its_key() -> None:
    """RECURRENCE-ID is stored in UTC, so that an update in either spelling finds the talk."""
    spellings = (
        "RECURRENCE-ID:20260714T070000Z",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260714T090000",
    )
    keys = [
        interview_of(read(make_calendar(make_event(s)))).talks[0].recurrence_id for s in spellings
    ]
    assert keys == ["20260714T070000Z", "20260714T070000Z"]


def test_cancellation_names_what_to_stop() -> None:
    """A CANCEL gives the keys of what is pending and says what it is about."""
    invitation = read_example("cancel-not-encoded.eml")
    assert invitation.method == "CANCEL"
    assert invitation.interview is None
    assert invitation.keys == (CalendarKey("02e79b96", None, 1),)
    assert invitation.notes == (
        "This cancels “First talk” on Wednesday 16 September 2026 at 11:00 (UTC).",
    )


def test_cancellation_needs_no_start() -> None:
    """The standard lets a CANCEL leave out the time; one that cannot be read matters as little."""
    for times in ((), ("DTSTART:soon",)):
        invitation = read(make_calendar(make_event("SEQUENCE:4", times=times), method="CANCEL"))
        assert invitation.keys == (CalendarKey("u-1", None, 4),)


def test_cancellation_of_one_occurrence_names_it() -> None:
    """Only that occurrence may be stopped, not the series."""
    event = make_event("RECURRENCE-ID:20260714T080000Z")
    keys = read(make_calendar(event, method="CANCEL")).keys
    assert keys == (CalendarKey("u-1", "20260714T080000Z", 0),)


def test_request_of_cancelled_events_only_is_a_cancellation() -> None:
    """An exported event marked as cancelled is no interview."""
    invitation = read(make_calendar(make_event("STATUS:CANCELLED"), method="PUBLISH"))
    assert (invitation.method, invitation.interview) == ("CANCEL", None)


def test_event_without_uid_is_an_interview_without_key() -> None:
    """Identity then is company and day; nothing is lost."""
    event = make_event().replace("UID:u-1\r\n", "")
    invitation = read(make_calendar(event))
    assert invitation.keys == ()
    assert interview_of(invitation).talks[0].calendar_uid is None


@pytest.mark.parametrize(
    "rule",
    [
        ("RRULE:FREQ=WEEKLY;COUNT=1",),
        ("RRULE:FREQ=DAILY;UNTIL=20260714T080000Z",),
        ("RRULE:FREQ=DAILY;COUNT=2", "EXDATE;TZID=Europe/Berlin:20260715T100000"),
        ("RDATE;TZID=Europe/Berlin:20260714T100000",),
    ],
)
def test_series_of_one_is_that_one(rule: tuple[str, ...]) -> None:
    """A series of which exactly one occurrence is left is an interview."""
    assert _spoken(read(make_calendar(make_event(*rule))))[0] == "2026-07-14T08:00Z"


def test_series_whose_first_is_left_out_moves_to_the_one_left() -> None:
    """EXDATE on the first occurrence: the second is the one."""
    event = make_event("RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;TZID=Europe/Berlin:20260714T100000")
    assert _spoken(read(make_calendar(event)))[:2] == ("2026-07-21T08:00Z", "2026-07-21T09:00Z")


def test_reading_needs_no_now() -> None:
    """For a table of old examples the years are not judged."""
    old = make_event(times=("DTSTART:20140130T140000Z", "DTEND:20140130T150000Z"))
    invitation = read_invitation(make_calendar(old), "old.ics", OWN, None)
    assert interview_of(invitation).starts_at == datetime(2014, 1, 30, 14, tzinfo=UTC)
    assert interview_of(invitation).starts_at < NOW
