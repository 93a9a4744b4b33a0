"""Submission files and flags: what is read, and every problem in one error."""

import json
from datetime import UTC, datetime

import pytest

from service.errors import BadInput
from service.intake.places import find_places
from service.intake.submission import (
    Submission,
    from_flags,
    read_person,
    read_start,
    read_submission,
    render_example,
)
from service.records import Interview, Kind, Person, Place

AFTER = datetime(2026, 12, 9, 8, tzinfo=UTC)
BEFORE = datetime(2026, 12, 1, 8, tzinfo=UTC)
WHOLE = """
company = "Tidewater Systems"
role = "Site Engineer"
starts = 2026-12-08 14:00:00
ends = 2026-12-08 15:00:00
where = "Bristol, England"
why = "I would like to build flood defences."
[[people]]
name = "Sabine Krüger"
email = "sabine@tidewater.example"
"""


def _read(text: str | bytes, now: datetime | None = AFTER, name: str = "job.toml") -> Submission:
    return read_submission(text if isinstance(text, bytes) else text.encode(), name, now)


def _problems(
    text: str | bytes, now: datetime | None = AFTER, name: str = "job.toml"
) -> tuple[str, ...]:
    with pytest.raises(BadInput) as caught:
        _read(text, now, name)
    return caught.value.problems


def test_example_is_a_submission() -> None:
    """What `render_example` prints can be added as it stands."""
    interview = _read(render_example()).interview
    assert (interview.company, interview.role) == ("Tidewater Systems", "Site Engineer")
    assert interview.place == Place("Europe/London", "Bristol", "GB", "ENG")
    assert interview.people[1].passed_on_by == "Sabine Krüger"


def test_wall_time_is_that_of_the_city() -> None:
    """14:00 in a file with a city is 14:00 there, whatever the user's own clock."""
    interview = _read(WHOLE.replace("Bristol, England", "Köln")).interview
    assert interview.starts_at == datetime(2026, 12, 8, 13, tzinfo=UTC)
    assert interview.talks[0].zone == "Europe/Berlin"


def test_offset_counts_without_a_city() -> None:
    """With an offset the instant is known, the place is not."""
    text = WHOLE.replace("14:00:00", "14:00:00-05:00").replace('where = "Bristol, England"', "")
    interview = _read(text.replace("ends = 2026-12-08 15:00:00", "")).interview
    assert interview.starts_at == datetime(2026, 12, 8, 19, tzinfo=UTC)
    assert (interview.place, interview.talks[0].zone) == (None, "Etc/GMT+5")


@pytest.mark.parametrize(
    "end", ["15:00:00", '"15:00"', '"2026-12-08 15:00"', "2026-12-08T15:00:00Z"]
)
def test_end_may_be_an_hour_alone(end: str) -> None:
    """The day of the end is that of the start where it is not given."""
    interview = _read(WHOLE.replace("ends = 2026-12-08 15:00:00", f"ends = {end}")).interview
    assert interview.ends_at == datetime(2026, 12, 8, 15, tzinfo=UTC)
    assert interview.guesses == frozenset()


def test_missing_end_is_a_guess() -> None:
    """One hour is assumed, and shown as assumed."""
    interview = _read(WHOLE.replace("ends = 2026-12-08 15:00:00", "")).interview
    assert interview.ends_at == datetime(2026, 12, 8, 15, tzinfo=UTC)
    assert interview.guesses == {"ends"}


def test_json_holds_the_same_keys() -> None:
    """JSON is TOML in other clothes; null is a key left out."""
    keys = {
        "company": "Tidewater",
        "role": "Cook",
        "starts": "2026-12-08T14:00+00:00",
        "why": "x",
        "mailbox": None,
        "people": [{"name": "Krüger, Sabine (HR)", "email": "ä@bücher.example", "met": False}],
    }
    interview = _read(json.dumps(keys), name="job.json").interview
    assert interview.people == (
        Person(
            name="Sabine Krüger",
            address="ä@bücher.example",
            is_met=False,
            given_name="Sabine",
            family_name="Krüger",
        ),
    )


def test_several_talks_are_one_interview() -> None:
    """A day of talks, in whatever order they are written."""
    text = WHOLE.replace("starts = 2026-12-08 14:00:00\nends = 2026-12-08 15:00:00\n", "")
    text += '[[talks]]\ntitle = "Second"\nstarts = 2026-12-08 16:00:00\nends = "17:00"\n'
    text += '[[talks]]\ntitle = "First"\nstarts = 2026-12-08 14:00:00\nends = "15:00"\n'
    assert [talk.title for talk in _read(text).interview.talks] == ["First", "Second"]


def test_agency_stands_flat_with_its_representative() -> None:
    """The representative is the last of the people, of a kind of their own."""
    text = WHOLE + (
        '[agency]\nname = "Rourke & Hale"\nrepresentative = "Rourke, Ciara"\n'
        'email = "ciara@rourke.example"\n'
    )
    interview = _read(text).interview
    assert interview.agency == "Rourke & Hale"
    assert interview.representative == Person(
        name="Ciara Rourke",
        address="ciara@rourke.example",
        kind=Kind.REPRESENTATIVE,
        given_name="Ciara",
        family_name="Rourke",
    )


def test_person_keeps_all_that_is_said() -> None:
    """Every key of a person lands in the record."""
    text = WHOLE + (
        'line = "The lock gate."\nmet = true\ndirect = true\ntitle = "Dr."\nwhere = "Köln"\n'
        'form_of_address = "Frau"\nlanguage = "de"\nsubject = "Danke"\nbody = "Liebe Frau"\n'
        '[[people]]\nname = "Tom Adeyemi"\npassed_on_by = "sabine krüger"\n'
    )
    first, second = _read(text).interview.people
    assert first == Person(
        name="Sabine Krüger",
        address="sabine@tidewater.example",
        is_met=True,
        is_direct=True,
        line="The lock gate.",
        given_name="Sabine",
        family_name="Krüger",
        form_of_address="Frau",
        title="Dr.",
        language="de",
        place=Place("Europe/Berlin", "Köln", "DE", "NW"),
        subject="Danke",
        body="Liebe Frau",
    )
    assert (second.address, second.passed_on_by) == (None, "Sabine Krüger")


def test_people_of_a_past_interview_were_met_those_of_a_coming_one_not_yet() -> None:
    """Whoever is listed afterwards was met; beforehand nobody can know."""
    assert _read(WHOLE).interview.people[0].is_met is True
    assert _read(WHOLE, BEFORE).interview.people[0].is_met is None


def test_coming_interview_needs_no_reasons() -> None:
    """The words come with the debrief."""
    text = WHOLE.replace('why = "I would like to build flood defences."', "")
    assert _read(text, BEFORE).interview.reasons == ""
    (problem,) = _problems(text)
    assert problem == (
        "why: is missing: your own reasons are what the mails are made of"
        ' (example: why = "I would like to build flood defences.")'
    )


def test_own_time_for_the_mails_is_kept() -> None:
    """`at` is on the clock of the readers' city."""
    submission = _read(WHOLE.replace("company", 'at = "2026-12-10 10:15"\ncompany', 1))
    assert submission.at == datetime(2026, 12, 10, 10, 15, tzinfo=UTC)


def test_all_problems_are_reported_at_once() -> None:
    """One run names every key that is wrong, each with an example."""
    text = """
compny = "Tidewater"
role = "Site\\nEngineer"
starts = "8.12.2026"
ends = 2026-12-08
where = "Springfield"
why = 5
language = "english"
took_place = "yes"
reasons = "x"
[[people]]
email = "sabine@tidewater"
nam = "Sabine"
[[people]]
name = "Tom\\u0000"
passed_on_by = "Zoe"
[agency]
name = "Rourke"
"""
    problems = _problems(text)
    keys = [problem.split(": ")[0] for problem in problems]
    assert keys == [
        *("role", "starts", "ends", "why", "language", "took_place"),
        *("people[1].email", "people[1].nam", "people[2].name", "compny", "reasons", "company"),
        *("where", "people[1].name", "agency.representative", "people[2].passed_on_by"),
    ]
    assert problems[0] == (
        'role: has a line break; it must be one line (example: role = "Site Engineer")'
    )
    assert problems[7] == "people[1].nam: is no key here; did you mean name?"
    assert "compny: is no key here; did you mean company?" in problems
    assert "reasons: is no key here; did you mean why?" in problems
    assert all("example: " in p or "did you mean" in p for p in problems)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ends = 2026-12-08 15:00:00", 'ends = "13:00"', "ends: it ends"),
        (
            "ends = 2026-12-08",
            "ends = 2026-12-10",
            "ends: it lasts from 8 December 2026 14:00 to 10",
        ),
        ("2026-12-08", "2024-12-08", "starts: it was on 8 December 2024, more than a year ago"),
        ("2026-12-08", "2029-12-08", "starts: it is on 8 December 2029, more than two years ahead"),
        ("2026-12-08 14", "2026-03-29 01", "starts: is an hour that was left out there"),
        ("2026-12-08 14", "2026-10-25 01", "starts: is an hour that there is twice"),
        ("Bristol, England", "Nowheresville", "where: no city or time zone “Nowheresville”"),
        (
            "Bristol, England",
            "Cambridge",
            "where: “Cambridge” may be one of several: Cambridge, ENG",
        ),
        ('where = "Bristol, England"', "", "starts: has no time zone; add where"),
        ("sabine@tidewater.example", "sabine@@tidewater.example", "people[1].email: is no mail"),
        ("sabine@tidewater.example", "a@tidewater.local", "people[1].email: is no mail address"),
        ("sabine@tidewater.example", "a\\nb@x.example", "people[1].email: has a line break"),
        ("Sabine Krüger", "Sabine\\nKrüger", "people[1].name: has a line break"),
        ("Sabine Krüger", "", "people[1].name: is missing"),
        ("Tidewater Systems", "Tide\\u2028water", "company: has a line break"),
        ("Tidewater Systems", "x" * 300, "company: is 300 characters long"),
        ("Tidewater Systems", "a\\u0007b", "company: holds a control character"),
        ("flood defences", "flood\\u0000defences", "why: holds a NUL character"),
        ("[[people]]", "[[peopl]]", "peopl: is no key here; did you mean people?"),
        ("company", "took_place = true\nstarts_ = 1\ncompany", "starts_: is no key here; did you"),
    ],
)
def test_problem_names_key_and_reason(old: str, new: str, problem: str) -> None:
    """Each kind of bad input has its own sentence."""
    found = _problems(WHOLE.replace(old, new, 1))
    assert [p for p in found if p.startswith(problem)]


def test_contradictions_are_named() -> None:
    """What cannot both be is refused, not chosen between."""
    talk = "[[talks]]\nstarts = 2026-12-08 10:00:00\n"
    assert _problems(WHOLE + talk)[0].startswith("talks: stands beside starts or ends")
    assert _problems("took_place = true\n" + WHOLE, BEFORE)[0].startswith(
        "took_place: is true, but"
    )
    same = '[[people]]\nname = "Tom"\nemail = "SABINE@tidewater.example"\n'
    assert _problems(WHOLE + same)[0].startswith(
        "people[2].email: is also the address of Sabine Krüger"
    )
    own = WHOLE + 'passed_on_by = "Sabine Krüger"\n'
    assert _problems(own)[0].startswith("people[1].passed_on_by: names “Sabine Krüger”, who is not")
    nobody = WHOLE[: WHOLE.index("[[people]]")]
    assert _problems(nobody)[0].startswith("people: is missing: nobody is named to thank")
    days = "[[talks]]\nstarts = 2026-12-07 10:00:00\n[[talks]]\nstarts = 2026-12-08 10:00:00\n"
    bare = WHOLE.replace("starts = 2026-12-08 14:00:00\nends = 2026-12-08 15:00:00\n", "")
    assert _problems(bare + days)[0].startswith("talks: are on several days")


def test_lone_surrogate_is_refused() -> None:
    """JSON can spell half a character, which no mail can carry."""
    text = '{"company": "a\\ud800", "role": "b", "starts": "2026-12-08T14:00Z", "why": "x",'
    text += '"people": [{"name": "Sabine"}]}'
    assert _problems(text, name="job.json")[0].startswith("company: holds half of a character")


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "job.toml", "job.toml is empty."),
        (b"company = ", "job.toml", "job.toml cannot be read as TOML"),
        (b'{"company"', "job.json", "job.json cannot be read as JSON"),
        (b"[1, 2]", "job.json", "job.json holds no table of keys."),
        (b"[" * 100_000, "job.json", "job.json is nested too deep."),
        (b'company = "\xff"', "job.toml", "job.toml is not UTF-8 text (line 1)."),
        (b"a = " + b"[" * 100_000, "job.toml", "job.toml is nested too deep."),
        (b'why = "' + b"x" * 600_000 + b'"', "job.toml", "job.toml is too large for a submission."),
        (b"BEGIN:VCALENDAR\r\n", "job.toml", "job.toml is a calendar, not a submission."),
    ],
)
def test_file_that_is_no_submission_is_named(data: bytes, name: str, message: str) -> None:
    """A broken file is said to be broken, with the place where it breaks."""
    with pytest.raises(BadInput) as caught:
        _read(data, name=name)
    assert caught.value.message.startswith(message)


def test_windows_notepad_files_are_read() -> None:
    """UTF-8 with a mark and UTF-16 are what editors on Windows save."""
    for data in (b"\xef\xbb\xbf" + WHOLE.encode(), WHOLE.encode("utf-16")):
        assert _read(data).interview.people[0].name == "Sabine Krüger"


def test_flags_build_the_same_interview() -> None:
    """Flags go through the same validation as a file."""
    submission = from_flags(
        AFTER,
        company="Tidewater Systems",
        role="Site Engineer",
        starts="2026-12-08 14:00",
        ends="15:00",
        where="Bristol, England",
        why="I would like to build flood defences.",
        people=["Sabine Krüger <sabine@tidewater.example>"],
    )
    assert submission == _read(WHOLE)


def test_flags_carry_lines_and_agency() -> None:
    """The n-th line is the n-th person's; the representative is named like a person."""
    interview = from_flags(
        BEFORE,
        company="T",
        role="R",
        starts="2026-12-08T14:00Z",
        people=["Sabine Krüger", "Tom Adeyemi <tom@t.example>"],
        lines=["One.", "Two."],
        agency="Rourke & Hale",
        representative="Ciara Rourke <ciara@rourke.example>",
    ).interview
    assert [(p.name, p.address, p.line) for p in interview.people] == [
        ("Sabine Krüger", None, "One."),
        ("Tom Adeyemi", "tom@t.example", "Two."),
        ("Ciara Rourke", "ciara@rourke.example", ""),
    ]


def test_problems_of_flags_name_the_flags() -> None:
    """Who typed flags reads flags, with an example to type."""
    with pytest.raises(BadInput) as caught:
        from_flags(
            AFTER,
            starts="today",
            people=["s@x.example", "Bob <bob@>"],
            lines=["a", "b", "c"],
            agency="Rourke",
            where="Springfield",
        )
    assert [problem.split(": ")[0] for problem in caught.value.problems] == [
        *("--line", "--person 2 (email)", "--company", "--role", "--where", "--starts"),
        *("--person 1 (name)", "--representative"),
    ]
    assert caught.value.problems[5] == (
        "--starts: 'today' names no hour. Write 'today 09:30', on the clock in their city."
    )
    assert caught.value.hint == "callback add --help says what each flag takes."


def _flag_times(starts: str, ends: str | None, where: str = "Bristol, England") -> Interview:
    """Return what flags with these times build on the day after."""
    return from_flags(
        AFTER,
        company="T",
        role="R",
        starts=starts,
        ends=ends,
        where=where,
        why="I would like to.",
        people=["Sabine Krüger"],
    ).interview


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("yesterday 14:00", "3pm"),
        ("tuesday 8 december 2pm", "15 Uhr"),
        ("gestern 14 Uhr", "eine Stunde"),
        ("hier à 14h", "15h"),
        ("ayer a las 2 de la tarde", "3"),
        ("昨日14時", "15時まで"),
        ("2026-12-08 14:00", "yesterday 15:00"),
        ("2026-12-08T14:00Z", "3pm"),
    ],
)
def test_flags_are_read_as_people_type_times(starts: str, ends: str) -> None:
    """The day is told from today, the hour is on the clock of the place."""
    interview = _flag_times(starts, ends)
    assert interview.starts_at == datetime(2026, 12, 8, 14, tzinfo=UTC)
    assert interview.ends_at == datetime(2026, 12, 8, 15, tzinfo=UTC)


def test_yesterday_is_that_of_the_place() -> None:
    """While it is Wednesday in Bristol it is still Tuesday in Honolulu."""
    interview = _flag_times("yesterday 14:00", "1 hour", "Honolulu")
    assert interview.starts_at == datetime(2026, 12, 8, tzinfo=UTC)


def test_an_end_typed_after_an_offset_is_on_its_clock() -> None:
    """Who gives the start with an offset goes on counting with it."""
    interview = _flag_times("2026-12-08T14:00-05:00", "3pm")
    assert interview.ends_at == datetime(2026, 12, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "said"),
    [
        ("25 october 01:30", "is an hour that there is twice, since the clocks go back"),
        ("29 march 2026 01:30", "is an hour that was left out there"),
    ],
)
def test_a_typed_hour_that_the_clocks_change_is_refused(starts: str, said: str) -> None:
    """Words get no more credit than figures: an hour there must be exactly once."""
    with pytest.raises(BadInput) as caught:
        _flag_times(starts, None)
    assert said in caught.value.problems[0]


def test_times_that_cannot_be_read_are_said_together_without_a_place() -> None:
    """What no city could make a time of is not kept for the next run."""
    with pytest.raises(BadInput) as caught:
        from_flags(AFTER, company="T", role="R", starts="soon", ends="later", people=["Tom"])
    assert [problem.split(" is ")[0] for problem in caught.value.problems[:2]] == [
        "--starts: 'soon'",
        "--ends: 'later'",
    ]


def test_a_file_keeps_to_figures() -> None:
    """Read the day after, its yesterday would be another day: that is said, not guessed."""
    said = _problems(WHOLE.replace("2026-12-08 14:00:00", '"yesterday 14:00"'))[0]
    assert said.startswith("starts: is no date and time in figures, as a file needs")


def test_a_time_from_a_prompt_is_read_in_its_place() -> None:
    """What is wrong with it is said without a flag, since none was typed."""
    place = find_places("Bristol, England")[0]
    assert read_start("yesterday 2pm", place, AFTER).isoformat() == "2026-12-08T14:00:00+00:00"
    with pytest.raises(BadInput) as caught:
        read_start("8 december 2020 2pm", place, AFTER)
    assert caught.value.problems == ("it was on 8 December 2020, more than a year ago",)


def test_one_person_is_read_like_a_flag() -> None:
    """A prompt takes "Name <address>", a name alone, and refuses what a file would refuse."""
    assert read_person("Krüger, Sabine <sabine@tidewater.example>") == Person(
        name="Sabine Krüger",
        address="sabine@tidewater.example",
        given_name="Sabine",
        family_name="Krüger",
    )
    assert read_person("Tom").address is None
    with pytest.raises(BadInput) as caught:
        read_person("Tom <tom@>")
    assert "file" not in caught.value.hint
    assert caught.value.problems[0].startswith("--person 1 (email): is no mail address")
