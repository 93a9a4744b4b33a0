"""The dialogues of `callback add` on a real terminal: what is asked, how often, what is kept."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import connect_gmail
from tests.cli.papers import (
    AWAKE,
    MARISOL_LINE,
    ONE,
    PANEL,
    PRIYA_LINE,
    WHY,
    make_invitation,
    write,
)
from tests.cli.terminal import Terminal
from tests.databases import list_rows
from tests.e2e.product import Product

MOST_QUESTIONS = 6
FRIDAY_EVENING = datetime(2026, 12, 11, 18, 0, tzinfo=UTC)


def _answer_invitation(terminal: Terminal, *, city: str = "London") -> None:
    """Answer what an invitation leaves open, in the order in which it is asked."""
    terminal.answer("Numbers of those")
    terminal.answer("Which role, at which company", "Ward Sister at Tidewater Clinic")
    terminal.answer("Where do they work", city)
    terminal.answer("Why:", WHY)
    terminal.answer("Marisol Duarte:", MARISOL_LINE)
    terminal.answer("Priya Raman:", PRIYA_LINE)


def _count_questions(terminal: Terminal) -> int:
    """Count what was asked before the mails were seen; the lines for each person are one."""
    lines = {"Marisol Duarte:", "Priya Raman:"}
    asked = terminal.asked_before_mails
    return len([each for each in asked if each not in lines]) + bool(lines & set(asked))


def test_a_first_time_user_reaches_mails_with_six_questions(
    new_product: Product, tmp_path: Path
) -> None:
    """From nothing: which is you, whom, role and company, city, why, lines; then the mails."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    with Terminal(new_product, "add", invitation) as terminal:
        terminal.answer("Number:", "3")
        _answer_invitation(terminal)
        terminal.answer("Store it?")
        screen = terminal.finish()
    assert _count_questions(terminal) == MOST_QUESTIONS
    assert screen.startswith(
        "None of the addresses on it is one of your mailboxes. Which of these is you?\n"
        "  1  Marisol Duarte <m.duarte@tidewater.example>\n"
        "  2  Priya Raman <p.raman@tidewater.example>\n"
        "  3  Ana Lindqvist <ana.lindqvist@example.com>\n"
        "  4  People Team <no-reply@tidewater.example>\n"
        "  5  none of them\n"
        "Number: 3\n"
        "left out: Tom Okafor, declined\n"
        "Whom did you really meet?\n"
        "  1 [x] Marisol Duarte <m.duarte@tidewater.example>\n"
        "  2 [x] Priya Raman <p.raman@tidewater.example>\n"
    )
    assert screen.count("  Ana Lindqvist\n") == 2
    new_product.call("connect", "local")
    listed = new_product.mails()
    assert [mail["to"]["name"] for mail in listed] == ["Marisol Duarte", "Priya Raman"]
    assert {mail["waiting_for"] for mail in listed} == {"mailbox"}


def test_somebody_known_is_not_asked_who_they_are(product: Product, tmp_path: Path) -> None:
    """With the invited mailbox connected five questions are left, and the mails are scheduled."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    with Terminal(product, "add", invitation) as terminal:
        _answer_invitation(terminal)
        terminal.answer("Schedule 2 mails?")
        screen = terminal.finish()
    assert _count_questions(terminal) == MOST_QUESTIONS - 1
    assert screen.count(AWAKE) == 1
    assert screen.replace(AWAKE, "").endswith(
        "i1  Tidewater Clinic: stored\n"
        "f1  to Marisol Duarte: scheduled, Wednesday 9 December 09:10 in London\n"
        "f2  to Priya Raman: scheduled, Wednesday 9 December 09:18 in London\n"
        "Nothing is running that would send. Start it:  callback run\n"
    )


def test_on_a_friday_too_the_mails_are_seen_after_six_questions(
    new_product: Product, tmp_path: Path
) -> None:
    """The rest day's question counts like any other: at most six before the mails are seen."""
    new_product.set_clock(FRIDAY_EVENING, rate=0)
    invitation = write(tmp_path, "invitation.ics", make_invitation(day="20261211"))
    with Terminal(new_product, "add", invitation) as terminal:
        terminal.answer("Number:", "3")
        _answer_invitation(terminal)
        terminal.answer("Number: [1]")
        terminal.answer("Store it?")
        terminal.finish()
    assert _count_questions(terminal) <= MOST_QUESTIONS


def test_what_must_be_known_is_said_before_the_question(product: Product) -> None:
    """That this computer must be awake then is said before anything is scheduled, not after."""
    with Terminal(product, "add", *ONE) as terminal:
        terminal.answer("Schedule 1 mail?")
        shown, _, _stored = terminal.finish().partition("Schedule 1 mail?")
    assert "This computer must be awake and online on Wednesday 9 December 09:" in shown


def test_a_rest_day_offers_three_real_times(product: Product) -> None:
    """Friday's interview: the next working day (chosen beforehand), the same day, the rest day."""
    product.set_clock(FRIDAY_EVENING, rate=0)
    with Terminal(product, "add", *ONE, "--starts", "2026-12-11 14:00") as terminal:
        terminal.answer("Number: [1]", "2")
        terminal.answer("Schedule 1 mail?")
        screen = terminal.finish()
    assert (
        "The morning after is no working day there. When should it go?\n"
        "  1  Monday 14 December 09:18 in London: the next working day\n"
        "  2  Friday 11 December 18:26 in London: still on the day of the interview\n"
        "  3  Saturday 12 December 09:18 in London: the morning after, though it is a rest day\n"
        "Number: [1] 2\n"
    ) in screen
    assert "f1  to Henrik Vogt: scheduled, Friday 11 December 18:26 in London\n" in screen


def test_a_wait_over_three_days_chooses_nothing_beforehand(product: Product) -> None:
    """On Christmas Eve Enter chooses nothing: the user must say which of the three it is."""
    product.set_clock(datetime(2026, 12, 24, 18, 0, tzinfo=UTC), rate=0)
    flags = ("--starts", "2026-12-24 10:00", "--ends", "11:00")
    with Terminal(product, "add", *ONE, *flags) as terminal:
        terminal.answer("Number:")
        terminal.answer("Number:", "1")
        terminal.answer("Schedule 1 mail?", "n")
        screen = terminal.finish(expect=1)
    assert "  1  Tuesday 29 December 09:16 in London: the next working day\n" in screen


def test_a_city_that_is_several_is_asked_about(product: Product, tmp_path: Path) -> None:
    """Two Cambridges are two zones: the user says which, and the slot is on its clock."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    with Terminal(product, "add", invitation) as terminal:
        terminal.answer("Numbers of those", "1")
        terminal.answer("Which role, at which company", "Ward Sister at Tidewater Clinic")
        terminal.answer("Where do they work", "Mars/Olympus")
        terminal.answer("Where do they work", "Cambridge")
        terminal.answer("Number: [1]", "3")
        terminal.answer("Why:", WHY)
        terminal.answer("Schedule 1 mail?")
        screen = terminal.finish()
    assert "No such city or time zone is known; name a larger city nearby.\n" in screen
    assert "  1  Cambridge, ENG, GB (Europe/London)\n" in screen
    assert "  3  Cambridge, MA, US (America/New_York)\n" in screen
    assert "Goes out  Wednesday 9 December 09:10 in Cambridge (14:10 for you)\n" in screen


def test_nobody_of_those_invited_may_have_been_there(product: Product, tmp_path: Path) -> None:
    """None ticked: whom then? An address that is missing is asked for, or left for later."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    with Terminal(product, "add", invitation) as terminal:
        terminal.answer("Numbers of those", "none")
        terminal.answer("Names:", "Ines Melo")
        terminal.answer("Which role, at which company", "Ward Sister at Tidewater Clinic")
        terminal.answer("Where do they work", "London")
        terminal.answer("Address of Ines Melo", "not-an-address")
        terminal.answer("Address of Ines Melo", "")
        terminal.answer("Why:", WHY)
        terminal.answer("Store it?")
        screen = terminal.finish()
    assert '"not-an-address" is neither an address nor one person here' in screen
    assert "still missing: an address for Ines Melo, or who passes it on: --address" in screen
    (held,) = product.mails()
    assert (held["to"], held["waiting_for"]) == ({"name": "Ines Melo", "address": None}, "address")


def test_without_a_file_everything_is_asked(product: Product) -> None:
    """`callback add` alone: when and where, role and company, whom, why."""
    with Terminal(product, "add") as terminal:
        terminal.answer("When and in which city was it", "2026-12-08 14:00, London")
        terminal.answer("Which role, at which company", "Quality Manager at Harbour Foods")
        terminal.answer("Whom did you meet", "Henrik Vogt <h.vogt@harbour.example>")
        terminal.answer("Why:", WHY)
        terminal.answer("Schedule 1 mail?")
        screen = terminal.finish()
    assert "guessed, not known: ends" in screen
    (scheduled,) = product.mails()
    assert scheduled["company"] == "Harbour Foods"
    assert scheduled["state"] == "scheduled"


@pytest.mark.parametrize(
    ("when", "whom"),
    [
        ("next week, London", "Henrik Vogt <h.vogt@harbour.example>"),
        ("2016-12-08 14:00, London", "Henrik Vogt <h.vogt@harbour.example>"),
        ("2026-12-08 14:00, London", "Henrik Vogt <h.vogt>"),
    ],
)
def test_an_answer_that_cannot_be_used_is_asked_for_again(
    product: Product, when: str, whom: str
) -> None:
    """A slip in one answer does not throw the others away: that question comes again."""
    with Terminal(product, "add") as terminal:
        terminal.answer("When and in which city was it", when)
        if when.startswith("2026"):
            terminal.answer("Which role, at which company", "Quality Manager at Harbour Foods")
            terminal.answer("Whom did you meet", whom)
            terminal.interrupt("Whom did you meet")
        else:
            terminal.interrupt("When and in which city was it")
        terminal.finish(expect=1)


def test_a_mailbox_that_is_not_there_is_said_before_anything_is_asked(
    product: Product, tmp_path: Path
) -> None:
    """A flag that cannot be used costs no answers: the user typed none yet."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    with Terminal(product, "add", invitation, "--mailbox", "other@example.com") as terminal:
        assert terminal.finish(expect=2) == (
            "The mailbox other@example.com is not connected.\n  callback mailboxes\n"
        )


def test_between_two_mailboxes_the_user_chooses_and_the_slot_stays(
    product: Product, tmp_path: Path
) -> None:
    """Asked which mailbox, the mails keep the time that was shown, also one of the user's own."""
    connect_gmail(product.home, "ana@second.example")
    panel = write(tmp_path, "panel.toml", PANEL)
    with Terminal(product, "add", panel, "--at", "2026-12-10 11:00") as terminal:
        terminal.answer_all({"it?": "", "mails?": "", "Number:": "2"}, 2)
        screen = terminal.finish()
    assert "  2  ana@second.example (gmail)\n" in screen
    stored = product.mails()
    assert {mail["from"] for mail in stored} == {"ana@second.example"}
    assert [mail["goes_out_at"] for mail in stored] == [
        "2026-12-10T11:00:00+00:00",
        "2026-12-10T11:05:00+00:00",
    ]


@pytest.mark.parametrize("at", ["Number:", "Numbers of those", "Why:", "Store it?"])
def test_interrupted_nothing_is_stored(new_product: Product, tmp_path: Path, at: str) -> None:
    """Ctrl-C at any question: exit code 1, one line, and not a row is written."""
    new_product.call("list")
    before = list_rows(new_product.home)
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    questions = {
        "Number:": "3",
        "Numbers of those": "",
        "Which role, at which company": "Ward Sister at Tidewater Clinic",
        "Where do they work": "London",
        "Why:": WHY,
        "Marisol Duarte:": MARISOL_LINE,
        "Priya Raman:": PRIYA_LINE,
        "Store it?": "",
    }
    with Terminal(new_product, "add", invitation) as terminal:
        for question, typed in questions.items():
            if question == at:
                break
            terminal.answer(question, typed)
        terminal.interrupt(at)
        assert terminal.finish(expect=1).endswith("\nstopped; nothing was changed\n")
    assert list_rows(new_product.home) == before


def test_bytes_that_are_no_text_are_asked_for_again(product: Product, tmp_path: Path) -> None:
    """Half a character in an answer is refused there; nothing breaks, nothing typed is lost."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    with Terminal(product, "add", invitation) as terminal:
        terminal.answer("Numbers of those")
        terminal.answer("Which role, at which company", b"Ward Sister at Tide\xffwater")
        terminal.interrupt("Which role, at which company")
        terminal.finish(expect=1)
