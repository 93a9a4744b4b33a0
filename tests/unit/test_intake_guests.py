"""Invited is not met: who is to tick, who starts unticked, who is left out and why."""

import pytest

from service.intake.invitation import Invitation, Question, read_invitation
from tests.unit.intake_calendars import (
    NOW,
    OWN,
    TIMES,
    interview_of,
    make_calendar,
    people_of,
    read,
    read_example,
)


def _invite(*guests: str, own: frozenset[str] = OWN) -> Invitation:
    event = "\r\n".join(["BEGIN:VEVENT", "UID:u-1", *TIMES, *guests, "END:VEVENT"])
    return read_invitation(make_calendar(event), "invite.ics", own, NOW)


ME = "ATTENDEE;CN=Jordan Avery:mailto:jordan@avery.example"


def test_panel_is_sorted_with_reasons() -> None:
    """Of a whole panel: open, unticked and left out, each with the reason for people to read."""
    invitation = read_example("greenhouse-panel.ics")
    assert [(p.name, p.is_met, p.note) for p in interview_of(invitation).people] == [
        ("Nadia Okafor", None, None),
        ("Greenhouse", False, "no-reply address"),
        ("Siobhán de Búrca", None, "no address"),
        ("Talent Team", False, "organiser; shared mailbox; reads like a team or a mailbox"),
    ]
    assert invitation.left_out == (
        ("Liam O'Shea", "declined"),
        ("Data Team", "a list or a group"),
        ("Everyone in Dublin", "a list or a group"),
        ("Boardroom 3", "reads like a room"),
        ("Ciara Byrne", "only informed, not taking part"),
    )


def test_person_without_address_is_kept() -> None:
    """Apple and Exchange write principals in place of addresses; nobody is dropped for that."""
    person = people_of(read_example("greenhouse-panel.ics"))["Siobhán de Búrca"]
    assert (person.address, person.is_met) == (None, None)


def test_delegated_and_declined_are_left_out() -> None:
    """Who sent somebody else or declined was not there; who came in their place is to tick."""
    invitation = read_example("delegated-and-declined.ics")
    assert invitation.left_out == (
        ("Lena Maier", "sent somebody else instead"),
        ("Lukas Berger", "declined"),
    )
    assert [(p.name, p.is_met) for p in interview_of(invitation).people] == [
        ("Karl Huber", None),
        ("Monika Bauer", False),
    ]


def test_organiser_who_also_attends_is_one_person_unticked() -> None:
    """One mailbox is one person, however often and in whatever case it is written."""
    people = people_of(
        _invite(
            ME,
            "ATTENDEE;CN=rosa@harborlight.example:MAILTO:Rosa@Harborlight.example",
            "ORGANIZER;CN=Rosa Whitlock:mailto:rosa@harborlight.example",
        )
    )
    assert [(p.name, p.is_met, p.note) for p in people.values()] == [
        ("Rosa Whitlock", False, "organiser")
    ]


@pytest.mark.parametrize(
    "address",
    [
        "jordan@avery.example",
        "Jordan@Avery.EXAMPLE",
        "jordan+jobs@avery.example",
        "J.A@gmail.com",
        "ja+x@googlemail.com",
    ],
)
def test_candidate_is_known_by_every_spelling(address: str) -> None:
    """Case, a "+tag" and Gmail's dots do not make another mailbox."""
    invitation = _invite(f"ATTENDEE:mailto:{address}", "ORGANIZER;CN=Rosa:mailto:r@x.example")
    assert [p.name for p in interview_of(invitation).people] == ["Rosa"]
    assert Question.WHO_ARE_YOU not in invitation.unclear
    assert (interview_of(invitation).invited_as or "").casefold() == address.casefold()


def test_unknown_candidate_is_asked_for_and_nobody_left_out() -> None:
    """Without an own address on it all are kept; the likeliest is offered, not taken."""
    invitation = _invite(
        ME, "ORGANIZER;CN=Rosa:mailto:rosa@harborlight.example", own=frozenset({"x@y.example"})
    )
    assert Question.WHO_ARE_YOU in invitation.unclear
    assert sorted(people_of(invitation)) == ["Jordan Avery", "Rosa"]
    assert invitation.likely_self == "jordan@avery.example"
    assert interview_of(invitation).invited_as is None


def test_addressee_of_the_mail_is_offered_among_several() -> None:
    """The mail was sent to one of those invited: probably the candidate."""
    mail = (
        b"From: Rosa <rosa@harborlight.example>\r\nTo: jordan@avery.example\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    )
    event = "\r\n".join(
        ["BEGIN:VEVENT", *TIMES, ME, "ATTENDEE;CN=Tom:mailto:t@x.example", "END:VEVENT"]
    )
    invitation = read_invitation(mail + make_calendar(event), "m.eml", frozenset(), NOW)
    assert invitation.likely_self == "jordan@avery.example"


@pytest.mark.parametrize(
    ("guest", "note"),
    [
        ("ATTENDEE;CN=Acme:mailto:no-reply@acme.example", "no-reply address"),
        ("ATTENDEE;CN=Acme:mailto:calendar-notification@google.example", "no-reply address"),
        ("ATTENDEE;CN=Acme:mailto:noreply-scheduling@acme.example", "no-reply address"),
        (
            "ATTENDEE;CN=Meeting Helper:mailto:x91-test@calendly.com",
            "a program that arranges meetings",
        ),
        ("ATTENDEE;CN=Pia:mailto:x7@meet.zoom.us", "a program that arranges meetings"),
        ("ATTENDEE;CN=Pia:mailto:hr@acme.example", "shared mailbox"),
        ("ATTENDEE;CN=Recruiting Acme:mailto:pia@acme.example", "shared mailbox"),
    ],
)
def test_address_that_nobody_reads_starts_unticked(guest: str, note: str) -> None:
    """Programs and shared mailboxes stay visible, unticked, with the reason."""
    (person,) = people_of(_invite(ME, guest)).values()
    assert person.is_met is False
    assert (person.note or "").startswith(note)


@pytest.mark.parametrize(
    "guest",
    [
        "ATTENDEE;CN=Pia Lund:mailto:pia.testperson@zoom.us",
        "ATTENDEE;CN=Marco Sala:mailto:marco.sala@acme.example",
        "ATTENDEE;CN=Ali Staffa:mailto:ali.staffa@acme.example",
        "ATTENDEE;CN=Pia Lund;PARTSTAT=TENTATIVE:mailto:pia@acme.example",
        "ATTENDEE;CN=Pia Lund;PARTSTAT=whatever:mailto:pia@acme.example",
        'ATTENDEE;CN=Pia "The" Lund;RSVP:mailto:pia@acme.example',
    ],
)
def test_person_is_to_tick(guest: str) -> None:
    """Whoever may have been there stays open, also where the line is broken."""
    invitation = _invite(ME, guest)
    assert invitation.left_out == ()
    assert [p.is_met for p in interview_of(invitation).people] == [None]


@pytest.mark.parametrize(
    ("guest", "reason"),
    [
        ("ATTENDEE;CUTYPE=ROOM;CN=Avon:mailto:avon@x.example", "a room or a thing"),
        ("ATTENDEE;CUTYPE=RESOURCE;CN=Car:mailto:car@x.example", "a room or a thing"),
        ("ATTENDEE;CN=Avon:mailto:c_1@resource.calendar.google.com", "reads like a room"),
        ("ATTENDEE;CN=Salle de réunion 2:mailto:s2@x.example", "reads like a room"),
        ("ATTENDEE;CN=Besprechungsraum 2:mailto:b2@x.example", "reads like a room"),
        ("ATTENDEE;CUTYPE=GROUP;CN=Team:mailto:team@x.example", "a list or a group"),
        ("ATTENDEE;CN=Staff:mailto:staff-bristol@x.example", "a list or a group"),
        ("ATTENDEE;CN=Eng:mailto:x0-test@googlegroups.com", "a list or a group"),
        ("ATTENDEE;CN=Eng:mailto:eng@lists.x.example", "a list or a group"),
        ("ATTENDEE;ROLE=NON-PARTICIPANT;CN=Bo Ek:mailto:bo@x.example", "only informed"),
        ("ATTENDEE;PARTSTAT=DECLINED;CN=Bo Ek:mailto:bo@x.example", "declined"),
        ("ATTENDEE:invalid:nomail", "neither a name nor an address"),
    ],
)
def test_who_was_not_there_is_left_out_and_said(guest: str, reason: str) -> None:
    """Rooms, things, lists and those who declined get no mail, and the user sees that."""
    invitation = _invite(ME, guest)
    assert interview_of(invitation).people == ()
    assert Question.PEOPLE in invitation.unclear
    assert invitation.left_out[0][1].startswith(reason)


def test_who_declined_one_talk_and_came_to_another_is_kept() -> None:
    """The answers of a day's talks are taken together."""
    talk = "BEGIN:VEVENT\r\nUID:{uid}\r\n{times}\r\n{guests}\r\nEND:VEVENT"
    guest = "ATTENDEE;CN=Bo Ek;PARTSTAT={}:mailto:bo@x.example"
    host = "ORGANIZER;CN=Rosa:mailto:r@x.example"
    later = "\r\n".join(TIMES).replace("T10", "T14").replace("T11", "T15")
    data = make_calendar(
        talk.format(
            uid=1, times="\r\n".join(TIMES), guests=f"{ME}\r\n{host}\r\n{guest.format('DECLINED')}"
        ),
        talk.format(uid=2, times=later, guests=f"{ME}\r\n{host}\r\n{guest.format('ACCEPTED')}"),
    )
    assert sorted(people_of(read(data))) == ["Bo Ek", "Rosa"]


def test_name_in_unquoted_comma_form_is_put_in_order() -> None:
    """An unquoted comma makes two values of one name."""
    invitation = _invite(ME, "ATTENDEE;CN=Krüger, Sabine:mailto:s@x.example")
    assert list(people_of(invitation)) == ["Sabine Krüger"]


def test_address_inside_exchange_is_no_address() -> None:
    """An encapsulated X.500 name looks like an address and reaches nobody."""
    odd = "IMCEAEX-_o=Example_cn=Recipients_cn=ab12-Pia@eurprd05.prod.outlook.example"
    person = people_of(_invite(ME, f"ATTENDEE;CN=Pia Lund:mailto:{odd}"))["Pia Lund"]
    assert (person.address, person.note) == (None, "no address")


def test_event_without_anybody_asks_for_people_only() -> None:
    """Where nobody is named there is nobody to be taken for the candidate."""
    invitation = _invite("SUMMARY:Interview")
    assert Question.PEOPLE in invitation.unclear
    assert Question.WHO_ARE_YOU not in invitation.unclear


def test_missing_name_shows_the_address() -> None:
    """No name is made up; the address stands for it and the note says so."""
    person = people_of(_invite(ME, "ATTENDEE:mailto:sk2@x.example"))["sk2@x.example"]
    assert (person.given_name, person.note) == (None, "no name was given")
