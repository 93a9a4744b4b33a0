"""Whole mails, as their readers see them, and what is asked of the user when words are missing."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import pytest

from service.records import Candidate, Person, Text
from service.writing.composition import compose
from service.writing.readers import Missing, What
from tests.unit.writing_examples import (
    DUBAI,
    HANNAH,
    LONDON,
    NEW_YORK,
    TUESDAY,
    WEDNESDAY,
    interview,
    representative,
    whole,
    write,
)

MAILS = Path(__file__).parents[1] / "data" / "mails"
"""Whole mails as their readers see them: subject, blank line, body."""

MARISOL = Person("Marisol Duarte", "m.duarte@example.com", line="You showed me the ward at night.")
FEMI = Person("Femi Adebayo", "f.adebayo@example.com", line="the night shift plan")


def seen(name: str) -> str:
    """Return a mail that was read and found good."""
    return (MAILS / f"{name}.txt").read_text(encoding="utf-8").removesuffix("\n")


def test_one_person() -> None:
    """Thanks with the day and the user's line, the user's reasons, a glad close."""
    mail = write(interview(MARISOL))["Marisol Duarte"]
    assert whole(mail) == seen("one-person")
    assert mail.text.shares == (
        "You showed me the ward at night.",
        "Your team plans discharge from the first day.",
        "Parents sit in every handover, and nobody is rushed at the end of a shift.",
    )


def test_a_panel_in_the_usa() -> None:
    """Each person has their own mail with their own share of the reasons; "Ms." has its stop."""
    marisol = dataclasses.replace(MARISOL, form_of_address="Ms", family_name="Duarte")
    sender = Candidate("Hannah Whitlock", "America/New_York", signature=("RN", "+1 555 0100"))
    mails = write(interview(marisol, FEMI, place=NEW_YORK), sender)
    assert whole(mails["Marisol Duarte"]) == seen("panel-usa-marisol")
    assert whole(mails["Femi Adebayo"]) == seen("panel-usa-femi")


def test_an_understated_mail_in_the_united_kingdom() -> None:
    """The first name where the user noted it, and a close without excitement."""
    claire = Person(
        "Claire Bosman",
        "c.bosman@example.com",
        given_name="Claire",
        form_of_address="first name",
        line="for the honest notes on my tempering",
    )
    reasons = (
        "A kitchen that tells me on day one what I did wrong is where I learn most. "
        "I would love to work on your lamination."
    )
    of = interview(
        claire, company="Maison Lidell Ltd", role="Pastry Chef", place=LONDON, reasons=reasons
    )
    assert whole(write(of, Candidate("Rafi Cohen", "Europe/London"))["Claire Bosman"]) == seen(
        "understated"
    )


def test_an_agency_passes_on_one_note_for_each_interviewer() -> None:
    """The representative is thanked and asked; each note is complete and names the date."""
    steve = Person("Steve Mallon", line="You were patient with my questions about the ozone stage.")
    ann = Person("Ann Tully", line="how the control room hands over at night")
    of = interview(
        steve,
        ann,
        representative(),
        company="Calder Water",
        role="Plant Operator",
        reasons=(
            "The filter gallery is the cleanest I have seen. "
            "I would like to learn the night routine from people who have run it for years."
        ),
        place=LONDON,
        agency="Rourke Staffing",
    )
    mail = write(of, Candidate("Owen Prosser", "Europe/London", signature=("07000 000000",)))
    assert whole(mail["Nadia Rourke"]) == seen("agency")


def test_a_colleague_is_asked_below_their_own_thanks() -> None:
    """One mail for the colleague: their own, a short request, and the note to pass on."""
    lena = Person("Lena Farrow", "l.farrow@example.com", line="You brought the gripper itself.")
    tom = Person(
        "Tom Kessler", line="that technicians write the reports", passed_on_by="Lena Farrow"
    )
    of = interview(
        lena,
        tom,
        company="Fenwick Robotics",
        role="Controls Technician",
        reasons="Finding the cause was fun. I would love to spend my days on problems like it.",
    )
    assert whole(write(of, Candidate("Abdi Warsame", "UTC"))["Lena Farrow"]) == seen("colleague")


def test_somebody_who_was_not_met_is_only_asked() -> None:
    """They are not thanked for a talk they were not in."""
    mona = Person("Mona Said", "m.said@example.com", is_met=False)
    khalid = Person(
        "Khalid Al Suwaidi",
        form_of_address="Mr",
        family_name="Al Suwaidi",
        passed_on_by="Mona Said",
        line="The heat plan is better than anything I have seen.",
    )
    of = interview(
        mona,
        khalid,
        company="Al Noor Contracting",
        role="Site Safety Manager",
        reasons="I have led summer crews for nine years and never lost anybody to heat.",
        place=DUBAI,
    )
    assert whole(write(of, Candidate("Grace Mwangi", "Asia/Dubai"))["Mona Said"]) == seen("carrier")


def test_a_text_of_ones_own_is_used_as_it_is() -> None:
    """Nothing is put around it; the subject is composed unless that is the user's, too."""
    body = "Dear Marisol,\r\n\r\nThank you  for Tuesday!\r\n\r\nHannah "
    own = dataclasses.replace(MARISOL, body=body)
    text = write(interview(own))["Marisol Duarte"].text
    assert text.body == "Dear Marisol,\n\nThank you  for Tuesday!\n\nHannah "
    assert text.subject == "Our conversation on Tuesday, Ward Nurse: thank you"
    titled = dataclasses.replace(own, subject="Thanks for the ward round")
    assert write(interview(titled))["Marisol Duarte"].text.subject == "Thanks for the ward round"


def test_a_text_of_ones_own_takes_no_share_of_the_reasons() -> None:
    """All reasons go to those whose mails are composed, and no line is asked for."""
    own = dataclasses.replace(MARISOL, body="Dear Marisol,\n\nThank you.\n\nHannah", line="")
    alone = dataclasses.replace(FEMI, line="")
    composed = compose(interview(own, alone), HANNAH, WEDNESDAY)
    assert composed.missing == ()
    assert len(composed.mails[1].text.shares) == 2


def test_a_text_of_ones_own_to_a_colleague_keeps_the_note_to_pass_on() -> None:
    """Nobody who was met is dropped because the colleague's mail was written by hand."""
    own = dataclasses.replace(MARISOL, body="Dear Marisol,\n\nThank you for all.\n\nHannah")
    tom = Person("Tom Kessler", line="the rota", passed_on_by="Marisol Duarte")
    body = write(interview(own, tom))["Marisol Duarte"].text.body
    assert body.startswith(
        "Dear Marisol,\n\nThank you for all.\n\nHannah\n\nMay I ask one more thing?"
    )
    assert "\n\nFor Tom Kessler:\n\nDear Tom Kessler,\n\n" in body


def test_a_text_of_ones_own_inside_an_agency_mail_stands_under_its_name() -> None:
    """The interviewer's note is the user's own, the frame is composed."""
    own = dataclasses.replace(MARISOL, body="Dear Marisol,\n\nThank you for all.\n\nHannah\n")
    body = write(interview(own, representative()))["Nadia Rourke"].text.body
    assert body.endswith("\n\nFor Marisol Duarte:\n\nDear Marisol,\n\nThank you for all.\n\nHannah")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The plan convinced me.", "The plan convinced me."),
        (
            "The plan for the next five years convinced me",
            "The plan for the next five years convinced me.",
        ),
        ("You showed me the ward. It was calm.", "You showed me the ward. It was calm."),
        ("You asked what I like best.", "You asked what I like best."),
        ("You showed me the ward.", "You showed me the ward. I will remember that."),
        ("the night shift plan", "I was struck by the night shift plan."),
        ("how the team trains juniors", "I liked hearing how the team trains juniors."),
        ("for the tour of the yard", "Let me thank you especially for the tour of the yard."),
        ("showing me round the yard", "I am grateful to you, too, for showing me round the yard."),
        ("about the flood", "It was good to talk about the flood."),
        ("that nobody is rushed", "It stayed with me that nobody is rushed."),
        (
            "you explained the rota",
            "One thing stays with me from our conversation: you explained the rota.",
        ),
        ("thanks for the tour", "Above all I want to say thanks for the tour."),
        ("gauge study", "One thing stays with me from our conversation: gauge study."),
        (
            "The night shift plan",
            "One thing stays with me from our conversation: The night shift plan.",
        ),
        ("The rig.", "One thing stays with me from our conversation: The rig."),
        ("I agree.", "I agree."),
        (
            "a plan that was\n  typed on two lines",
            "I was struck by a plan that was typed on two lines.",
        ),
    ],
)
def test_a_line_stands_alone_or_in_a_carrier(line: str, expected: str) -> None:
    """A sentence stands by itself; what is none goes whole into a sentence that takes it."""
    person = dataclasses.replace(MARISOL, line=line)
    first = write(interview(person))["Marisol Duarte"].text.body.split("\n\n")[1]
    assert first.endswith(" " + expected)
    assert line.replace("\n  ", " ") in first


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (
            "You plan well.",
            "Acme is where I would like to work, and my reasons are simple. You plan well.",
        ),
        (
            "You plan well",
            "Acme is where I would like to work, and my reasons are simple. You plan well.",
        ),
        (
            "I want to learn from your nurses.",
            "I want to learn from your nurses. I believe I would be in the right place at Acme.",
        ),
        (
            "Acme plans well.",
            "Acme plans well. My wish to work with you has only grown since we spoke.",
        ),
        ("I would love to join Acme.", "I would love to join Acme."),
        ("the way you plan", "What speaks most for Acme in my eyes: the way you plan."),
        ("because you plan well", "I would be proud to work at Acme because you plan well."),
        (
            "to learn from you. I like the sea.",
            "I would be proud to work at Acme to learn from you. I like the sea.",
        ),
        (
            "i like how you plan",
            "Acme is where I would like to work, and my reasons are simple. i like how you plan.",
        ),
        (
            "Because you plan well.",
            "Acme is where I would like to work, and my reasons are simple. Because you plan well.",
        ),
    ],
)
def test_reasons_stand_beside_the_wish_for_the_job(reasons: str, expected: str) -> None:
    """What the user has said already is not said again; the company is named once."""
    of = interview(MARISOL, company="Acme", reasons=reasons)
    assert write(of)["Marisol Duarte"].text.body.split("\n\n")[2] == expected


def test_a_company_that_ends_in_a_full_stop_gets_no_second_one() -> None:
    """Its own full stop ends the sentence."""
    for company in ("Northgate Hosp.", "Acme Inc."):
        for number in range(12):
            person = Person("Ana Ruiz", f"a{number}@example.com")
            body = write(interview(person, company=company, role=""))["Ana Ruiz"].text.body
            assert ".." not in body
            assert "Inc" not in body


def test_without_a_role_the_company_stands_in_the_subject() -> None:
    """A subject is always one that can be placed."""
    text = write(interview(MARISOL, FEMI, role=""))
    assert [mail.text.subject for mail in text.values()] == [
        "Thank you for the interview on Tuesday, Northgate Hospital",
        "Northgate Hospital: many thanks for our conversation",
    ]
    assert all("role" not in mail.text.body for mail in text.values())


@pytest.mark.parametrize(
    "role", ["Ward Nurse", "Deputy Head of Mathematics", "Senior Data Engineer"]
)
def test_subjects_of_a_panel_differ_and_are_short(role: str) -> None:
    """A telephone shows about 60 characters; people who compare see different subjects."""
    people = [Person(f"Ana Ruiz {n}", f"a{n}@example.com", line="the rota") for n in range(8)]
    subjects = [mail.text.subject for mail in write(interview(*people, role=role)).values()]
    assert len(set(subjects)) == len(people)
    assert max(map(len, subjects)) <= 60
    assert all(role in subject for subject in subjects)


def test_a_long_role_gets_the_shortest_subject() -> None:
    """Where nothing fits, as little as possible is added."""
    role = "Deputy Director of Environmental Monitoring and Reporting"
    subject = write(interview(MARISOL, role=role))["Marisol Duarte"].text.subject
    assert subject == f"{role}: thank you"


def test_a_late_mail_names_the_date() -> None:
    """A weekday alone would be read as the last one."""
    of = interview(MARISOL)
    late = compose(of, HANNAH, WEDNESDAY + timedelta(days=9)).mails[0].text
    unknown = compose(of, HANNAH, None).mails[0].text
    soon = compose(of, HANNAH, WEDNESDAY).mails[0].text
    assert late == unknown
    assert late.body == soon.body.replace("Tuesday", "Tuesday 8 December")


def test_each_reader_may_have_a_day_of_sending() -> None:
    """Only the words for the day hang on it; nothing else in the panel moves."""
    of = interview(MARISOL, FEMI)
    apart = compose(of, HANNAH, {MARISOL.key: WEDNESDAY, FEMI.key: date(2026, 12, 18)})
    soon, late = compose(of, HANNAH, WEDNESDAY), compose(of, HANNAH, None)
    assert apart.mails[0] == soon.mails[0]
    assert apart.mails[1] == late.mails[1]


def test_on_the_very_day_the_date_is_named() -> None:
    """The weekday alone, read on that weekday, would be the week before."""
    body = compose(interview(MARISOL), HANNAH, TUESDAY).mails[0].text.body
    assert "Tuesday 8 December" in body


def test_somebody_added_at_the_end_changes_no_other_words_of_ours() -> None:
    """The mails seen before keep their sentences; only the user's reasons are dealt anew."""
    before = write(interview(MARISOL, FEMI, reasons="You plan well."))
    later = Person("Ana Ruiz", "a.ruiz@example.com", line="the rota")
    after = write(interview(MARISOL, FEMI, later, reasons="You plan well."))
    for name in before:
        assert after[name] == before[name]


def test_missing_lines_are_asked_for_by_name() -> None:
    """In a panel each person needs a line of their own; alone nobody does."""
    bare = dataclasses.replace(MARISOL, line=" ")
    composed = compose(interview(bare, FEMI), HANNAH, WEDNESDAY)
    assert composed.missing == (Missing("Marisol Duarte", What.LINE),)
    assert composed.mails[0].missing == composed.missing
    assert composed.mails[1].missing == ()
    assert compose(interview(bare), HANNAH, WEDNESDAY).missing == ()


def test_somebody_out_of_reach_is_asked_for_everything_at_once() -> None:
    """Both the address and the line, so that nobody is asked twice."""
    composed = compose(interview(FEMI, Person("Tom Kessler")), HANNAH, WEDNESDAY)
    assert composed.missing == (
        Missing("Tom Kessler", What.ADDRESS),
        Missing("Tom Kessler", What.LINE),
    )


@pytest.mark.parametrize("reasons", ["", " \n", "- \n- "])
def test_without_reasons_nothing_is_made_up(reasons: str) -> None:
    """The mail stays empty until the user has said why."""
    composed = compose(interview(MARISOL, FEMI, reasons=reasons), HANNAH, WEDNESDAY)
    assert composed.missing == (Missing(None, What.REASONS),)
    assert [mail.text.body for mail in composed.mails] == ["", ""]
    assert all(mail.text.subject for mail in composed.mails)


def test_a_language_without_phrases_needs_the_users_own_text() -> None:
    """No English is put around German words, nor words of any language into another."""
    sabine = Person("Sabine Krüger", "s.krueger@example.com", language="de")
    composed = compose(interview(sabine), HANNAH, WEDNESDAY)
    assert composed.missing == (Missing("Sabine Krüger", What.LANGUAGE),)
    assert composed.mails[0].text == Text("", "")
    dutch = compose(interview(MARISOL, language="nl"), HANNAH, WEDNESDAY)
    assert dutch.missing == (Missing("Marisol Duarte", What.LANGUAGE),)
    own = dataclasses.replace(sabine, subject="Vielen Dank", body="Guten Tag Sabine Krüger, danke.")
    written = compose(interview(own, language="de"), HANNAH, WEDNESDAY)
    assert written.missing == ()
    assert written.mails[0].text == Text("Vielen Dank", "Guten Tag Sabine Krüger, danke.")


def test_own_words_in_another_language_make_a_mail_in_it() -> None:
    """Who reads German is written to in German, once the user has given German reasons."""
    sabine = Person(
        "Sabine Krüger",
        "s.krueger@example.com",
        language="de",
        reasons="Ihre Kinder arbeiten mit echtem Werkzeug.",
        line="Sie haben mir die Werkstatt gezeigt.",
    )
    composed = compose(interview(sabine, MARISOL), HANNAH, WEDNESDAY)
    assert composed.missing == ()
    german, english = (mail.text.body for mail in composed.mails)
    assert german.startswith("Guten Tag Sabine Krüger,\n\n")
    assert "Ihre Kinder arbeiten mit echtem Werkzeug." in german
    assert english.startswith("Dear Marisol Duarte,\n\n")
    assert "Kinder" not in english


def test_a_region_of_the_language_is_the_language() -> None:
    """British English is English."""
    assert compose(interview(MARISOL, language="en-GB"), HANNAH, WEDNESDAY).missing == ()
