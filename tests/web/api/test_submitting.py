"""Interviews come in as submissions, as invitations, and are told about afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from tests.web.api.conftest import SUBMISSION, Script, problem_of
from tests.web.house import House

WEDNESDAY_NOON = datetime(2026, 12, 9, 12, 0, tzinfo=UTC)
CALENDAR = {"Content-Type": "text/calendar"}
ME = {"me": "ana@lindqvist.example", "met": "all"}


def make_invitation(
    *,
    method: str = "REQUEST",
    sequence: int = 0,
    starts: str = "TZID=Europe/London:20261209T090000",
) -> bytes:
    """Return a calendar invitation to an hour on Wednesday 9 December."""
    ends = starts.replace("T09", "T10")
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Example//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        "UID:talk-1@tidewater.example",
        f"SEQUENCE:{sequence}",
        "DTSTAMP:20261201T090000Z",
        f"DTSTART;{starts}" if "TZID" in starts else f"DTSTART:{starts}",
        f"DTEND;{ends}" if "TZID" in ends else f"DTEND:{ends}",
        "SUMMARY:Interview Site Engineer - Tidewater Systems",
        "ORGANIZER;CN=Sabine Krüger:mailto:sabine.krueger@tidewater.example",
        "ATTENDEE;CN=Ana Lindqvist:mailto:ana@lindqvist.example",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "\r\n".join((*lines, "")).encode()


def test_a_preview_is_what_comes_and_stores_nothing(script: Script) -> None:
    """Text, time and state of the preview are those of the mail that is stored after it."""
    (draft,) = script.post("/interviews/preview", SUBMISSION)["mails"]
    assert script.get("/interviews")["items"] == []
    done = script.submit()
    mail = script.get(f"/follow-ups/{done['follow_ups'][0]['id']}")
    for name in ("subject", "body", "to", "slot", "waiting_for"):
        assert draft[name] == mail[name], name
    assert mail["state"] == "scheduled"


def test_times_are_told_before_there_is_a_word(script: Script) -> None:
    """As they come out when it is submitted."""
    bare = {key: value for key, value in SUBMISSION.items() if key != "why"}
    slots = script.post("/slots", bare)["slots"]
    mail = script.submit()["follow_ups"][0]
    assert slots == {"sabine.krueger@tidewater.example": mail["slot"]}
    assert script.get("/interviews/1/slots")["slots"] == slots


def test_everything_wrong_is_told_at_once(script: Script) -> None:
    """Each with its key, and what was meant."""
    told = {"compny": "x", "role": "y", "people": [{"name": "z", "email": "nowhere"}]}
    answer = script.ask("POST", "/interviews", json=told)
    assert problem_of(answer) == (422, "bad-input")
    problems = "\n".join(answer.json()["problems"])
    for said in ("did you mean company?", "people[1].email", "starts"):
        assert said in problems


def test_the_same_interview_again_is_one(script: Script) -> None:
    """What differs is taken over, and said; nobody gets a second mail."""
    script.submit()
    again = script.submit(why="I would like to learn how a flood is held back.")
    assert again["differences"] == ["your reasons are changed"]
    (mail,) = script.get("/follow-ups")["items"]
    assert "flood is held back" in script.get(f"/follow-ups/{mail['id']}")["body"]


def test_an_invitation_waits_for_the_interview_and_then_for_words(
    house: House, script: Script
) -> None:
    """As it came; afterwards the debrief says whom one met, and why."""
    stored = script.post(
        "/invitations",
        data=make_invitation(),
        headers=CALENDAR,
        params=ME,
    )
    interview = stored["interview"]
    assert (interview["company"], interview["took_place"]) == ("Tidewater", None)
    early = script.ask("POST", f"/interviews/{interview['id']}/debrief", json={"why": "x"})
    assert problem_of(early) == (409, "wrong-state")
    house.stand(WEDNESDAY_NOON)
    (person,) = interview["people"]
    told = {
        "why": SUBMISSION["why"],
        "people": [
            {"id": person["id"], "met": True, "line": "The lock gate stays with me."},
            {
                "name": "Noor Haddad",
                "email": "n.haddad@tidewater.example",
                "line": "So did the sluice.",
            },
        ],
    }
    drafts = script.post(f"/interviews/{interview['id']}/debrief/preview", told)["mails"]
    done = script.post(f"/interviews/{interview['id']}/debrief", told)
    assert [mail["to"]["name"] for mail in done["follow_ups"]] == ["Sabine Krüger", "Noor Haddad"]
    assert [mail["body"] for mail in drafts] == [
        script.get(f"/follow-ups/{mail['id']}")["body"] for mail in done["follow_ups"]
    ]
    wrong = script.ask(
        "POST", f"/interviews/{interview['id']}/debrief", json={"people": [{"id": 99, "met": True}]}
    )
    assert "people[1].id" in wrong.json()["problems"][0]


def test_an_invitation_without_a_zone_asks_for_the_city(script: Script) -> None:
    """It is never guessed; with the city it is taken."""
    data, me = make_invitation(starts="20261209T090000"), ME
    asked = script.ask("POST", "/invitations", data=data, headers=CALENDAR, params=me)
    assert problem_of(asked) == (422, "bad-input")
    assert "where" in asked.json()["hint"]
    where = me | {"where": "Helsinki"}
    done = script.post("/invitations", data=data, headers=CALENDAR, params=where)
    assert done["interview"]["starts_at"] == "2026-12-09T07:00:00Z"


def test_a_mail_that_carried_it_is_read_and_its_cancellation_stops(script: Script) -> None:
    """The candidate is found by name, and nothing of the one that is cancelled goes out."""
    mail = (
        b"From: sabine.krueger@tidewater.example\r\nTo: ana@lindqvist.example\r\n"
        b"Subject: Interview\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n"
    )
    headers = {"Content-Type": "message/rfc822"}
    stored = script.post(
        "/invitations", data=mail + make_invitation(), headers=headers, params={"met": "all"}
    )
    assert [each["name"] for each in stored["interview"]["people"]] == ["Sabine Krüger"]
    gone = script.post(
        "/invitations", data=make_invitation(method="CANCEL", sequence=1), headers=CALENDAR
    )
    assert gone["stopped"] == [each["id"] for each in stored["follow_ups"]]
    assert script.get("/interviews/1")["took_place"] is False


def test_what_did_not_take_place_is_thanked_for_by_nobody(script: Script) -> None:
    """Its mails are stopped."""
    script.submit()
    assert script.post("/interviews/1/cancel")["stopped"] == [1]
    assert script.get("/follow-ups/1")["state"] == "stopped"


def test_whoever_is_left_out_of_an_invitation_is_named(script: Script) -> None:
    """An organiser may be an assistant: nobody is thanked who is not said to have been there."""
    asked = script.ask("POST", "/invitations", data=make_invitation(), headers=CALENDAR)
    assert problem_of(asked) == (422, "bad-input")
    assert "met" in asked.json()["hint"]
    assert "sabine.krueger@tidewater.example" in asked.json()["problems"][0]
    assert script.get("/interviews")["items"] == []


def test_the_same_interview_at_the_same_moment_is_added_once(script: Script) -> None:
    """Two windows, two services: whoever comes second hears of it, or joins what is there."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: script.ask("POST", "/interviews", json=SUBMISSION), range(8))
        )
    assert {each.status_code for each in answers} <= {200, 201, 409}
    assert len(script.get("/interviews")["items"]) == 1
    assert len(script.get("/follow-ups")["items"]) == len(SUBMISSION["people"])
