"""`callback list`: what needs the user, the coming two weeks as a timeline, and what is counted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.cli import columns
from service.schema import mailboxes
from tests.cli.conftest import MONDAY_EVENING, TUESDAY_EVENING
from tests.cli.papers import ONE, PANEL, make_invitation, write
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.e2e.product import Product
from tests.factories import open_test_app

NOT_RUNNING = "Nothing is running that would send. Start it:  callback run\n"
TOMORROW = (
    "Wednesday 9 December, tomorrow\n"
    "  09:10  London  f1  Marisol Duarte  Tidewater Clinic\n"
    "  09:18  London  f2  Priya Raman     Tidewater Clinic\n"
)
LEGEND = "Hours are the reader's, days and (hours) yours in London.\n"
ANY = ("--role", "Buyer", "--why", "I would like to buy what people cook with care.", "--yes")
TOKYO = (
    *("--company", "株式会社みなと物流", "--where", "Tokyo", "--starts", "2026-12-08 15:00"),
    *("--ends", "16:00", "--person", "佐藤 花子 <sato@minato.example>"),
)
SYDNEY = (
    *("--company", "Pacific Kelp", "--where", "Sydney", "--starts", "2026-12-08 15:00"),
    *("--ends", "16:00", "--person", "Bronwyn Ashcroft-Featherstonehaugh <b@kelp.example>"),
)
NEW_YORK = (
    *("--company", "Harbour Foods & Fisheries International", "--where", "New York City"),
    *("--starts", "2026-12-08 10:00", "--ends", "11:00"),
    *("--person", "Henrik Vogt <h.vogt@harbour.example>"),
)


def make_talk(day: str, company: str = "Harbour Foods") -> tuple[str, ...]:
    """Return the flags of a talk with one person on another day."""
    return (*ONE, "--starts", f"{day} 14:00", "--company", company, "--yes")


def look(shell: Shell, width: int) -> str:
    """Return what the list shows on a terminal of so many columns."""
    product = Product(shell.home)
    product.set_clock(TUESDAY_EVENING, rate=0)
    with Terminal(product, "list", columns=width) as terminal:
        return terminal.finish()


def test_a_day_is_a_heading_and_a_mail_is_a_line(panel: Shell) -> None:
    """Hour, place, id, reader and company; a mail that simply goes out has no state to tell."""
    printed = panel("list")
    assert (printed.out, printed.err) == (TOMORROW, NOT_RUNNING)


def test_today_and_yesterday_are_named_too(panel: Shell) -> None:
    """The words beside a date are those of the day on which it is read."""
    panel.wait_until(datetime(2026, 12, 9, 0, 1, tzinfo=UTC))
    assert panel("list").out.startswith("Wednesday 9 December, today\n")
    panel.wait_until(datetime(2026, 12, 10, 23, 59, tzinfo=UTC))
    assert panel("list").out.startswith("Wednesday 9 December, yesterday\n")


def test_days_are_the_users_and_hours_the_readers(shell: Shell) -> None:
    """A morning in Sydney is tonight here: it stands under today, with the reader's weekday."""
    for flags in (SYDNEY, TOKYO, NEW_YORK):
        shell("add", *flags, *ANY)
    assert shell("list").out == (
        f"{LEGEND}"
        "Tuesday 8 December, today\n"
        "  09:13 Wed  Sydney         (22:13)  f1  Bronwyn Ashcroft-Featherstonehaugh"
        "  Pacific Kelp\n"
        "Wednesday 9 December, tomorrow\n"
        "! 09:08      Tokyo          (00:08)  f2  佐藤 花子                         "
        "  株式会社みなと物流\n"
        "  09:05      New York City  (14:05)  f3  Henrik Vogt                       "
        "  Harbour Foods & Fisheries International\n"
        "! has a warning about its time:  callback show f2\n"
    )


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (
            60,
            (
                "Tuesday 8 December, today\n"
                "  09:13 Wed  Sydney    (22:13)  f1  Bronwyn Ashcr…  Pacific…\n"
                "Wednesday 9 December, tomorrow\n"
                "! 09:08      Tokyo     (00:08)  f2  佐藤 花子       株式会…\n"
                "  09:05      New Yor…  (14:05)  f3  Henrik Vogt     Harbour…\n"
                "        paused\n"
                "! has a warning about its time:  callback show f2\n"
            ),
        ),
        (
            80,
            (
                "Tuesday 8 December, today\n"
                "  09:13 Wed  Sydney        (22:13)  f1  Bronwyn Ashcroft-…  Pacific Kelp\n"
                "Wednesday 9 December, tomorrow\n"
                "! 09:08      Tokyo         (00:08)  f2  佐藤 花子           株式会社みなと物流\n"
                "  09:05      New York Ci…  (14:05)  f3  Henrik Vogt         Harbour Foo…  paused\n"
                "! has a warning about its time:  callback show f2\n"
            ),
        ),
    ],
)
def test_a_line_fits_the_terminal(shell: Shell, width: int, shown: str) -> None:
    """Long names and companies are cut, wide letters count twice, and no line is broken."""
    for flags in (SYDNEY, TOKYO, NEW_YORK):
        shell("add", *flags, *ANY)
    shell("pause", "f3")
    screen = look(shell, width)
    assert max(map(columns.measure, screen.splitlines())) <= width
    assert screen == f"{LEGEND}{shown}{NOT_RUNNING}"


def test_what_needs_the_user_comes_first_with_its_one_command(panel: Shell, tmp_path: Path) -> None:
    """Mails that need the same are one line; the day still shows what is to go on it."""
    other = PANEL.replace("Tidewater Clinic", "Rourke Bakery").replace("14:00:00", "11:00:00")
    other = other.replace("15:00:00", "12:00:00").replace("tidewater.example", "rourke.example")
    panel("add", write(tmp_path, "other.toml", other.replace("line =", "# ")), "--yes")
    panel.bring(1, "unconfirmed")
    panel.bring(2, "failed")
    assert panel("list").out == (
        "Needs you\n"
        "  f1 to Marisol Duarte       did it go?        callback show f1\n"
        "  i2 Rourke Bakery, 2 mails  needs your words  callback debrief i2\n"
        "  f2 to Priya Raman          failed            callback show f2\n"
        "\n"
        "Wednesday 9 December, tomorrow\n"
        "  09:10  London  f1  Marisol Duarte  Tidewater Clinic  did it go?\n"
        "  09:17  London  f3  Marisol Duarte  Rourke Bakery     needs your words\n"
        "  09:18  London  f2  Priya Raman     Tidewater Clinic  failed\n"
        "  09:25  London  f4  Priya Raman     Rourke Bakery     needs your words\n"
    )


def test_on_a_narrow_terminal_a_command_has_its_own_line(shell: Shell) -> None:
    """What is to be typed is never cut, and neither is what is wrong."""
    shell("add", *ONE, "--mailbox", "local", "--yes")
    shell("disconnect", "local")
    assert look(shell, 60).startswith(
        "Needs you\n  f1 to Henrik Vogt  needs a mailbox  callback connect gmail\n\n"
    )
    assert look(shell, 50).startswith(
        "Needs you\n  f1 to Henrik Vogt  needs a mailbox\n      callback connect gmail\n\n"
    )


def test_what_has_passed_needs_a_new_time_and_stands_under_no_day(panel: Shell) -> None:
    """What needs the user and cannot go any more is told once, on top."""
    panel.bring(1, "unconfirmed")
    panel.wait_until(datetime(2026, 12, 14, 9, 0, tzinfo=UTC))
    assert panel("list").out == (
        "Needs you\n"
        "  f1 to Marisol Duarte  did it go?  callback show f1\n"
        "\n"
        "Wednesday 9 December\n"
        "  09:18  London  f2  Priya Raman  Tidewater Clinic  overdue\n"
    )


def test_several_interviews_that_lack_a_mailbox_need_one(shell: Shell, tmp_path: Path) -> None:
    """One sign-in mends them all: they are one line with their number."""
    panel = write(tmp_path, "panel.toml", PANEL)
    shell("add", panel, "--mailbox", "local", "--yes")
    shell("add", *ONE, "--mailbox", "local", "--yes")
    shell("disconnect", "local")
    assert shell("list").out.startswith(
        "Needs you\n  3 mails  needs a mailbox  callback connect gmail\n\n"
    )


def test_a_mailbox_that_is_signed_out_needs_the_user(panel: Shell) -> None:
    """Nothing goes from it until it is signed in again."""
    with open_test_app(panel.home) as app, app.database.write() as connection:
        connection.execute(
            sa.update(mailboxes)
            .where(mailboxes.c.provider == "gmail")
            .values(signed_out_at=MONDAY_EVENING, signed_out_reason="the grant was revoked")
        )
    assert panel("list").out == (
        "Needs you\n"
        "  ana.lindqvist@example.com  is signed out  callback connect gmail\n"
        f"\n{TOMORROW}"
    )


def test_before_the_interview_a_mail_waits_for_it(shell: Shell, tmp_path: Path) -> None:
    """Nothing is asked of the user yet; once it is over, the list asks."""
    invitation = write(tmp_path, "invitation.ics", make_invitation())
    shell.wait_until(MONDAY_EVENING)
    shell("add", invitation, "--where", "London", "--company", "Tidewater Clinic", "--yes")
    listed = shell("list").out
    assert listed.startswith("Wednesday 9 December\n")
    assert [line[-15:] for line in listed.splitlines()[1:]] == ["interview first"] * 2
    shell.wait_until(datetime(2026, 12, 8, 15, 30, tzinfo=UTC))
    needing = shell("list").out.splitlines()[:2]
    assert needing[0] == "Needs you"
    assert needing[1].startswith("  i1 Tidewater Clinic, 2 mails  ")
    assert needing[1].endswith("  callback debrief i1")


def test_paused_is_said_and_asks_nothing(panel: Shell) -> None:
    """Who paused a mail knows it: it stands on its day, and not among what needs the user."""
    panel("pause", "f1")
    assert panel("list").out == (
        "Wednesday 9 December, tomorrow\n"
        "  09:10  London  f1  Marisol Duarte  Tidewater Clinic  paused\n"
        "  09:18  London  f2  Priya Raman     Tidewater Clinic\n"
    )


def test_what_was_put_off_stands_where_it_is_tried_again(panel: Shell) -> None:
    """The next try is the time that counts, and comes after what goes sooner."""
    panel.wait_until(datetime(2026, 12, 9, 9, 0, tzinfo=UTC))
    panel.bring(1, "postponed")
    assert panel("list").out == (
        "Wednesday 9 December, today\n"
        "  09:18  London  f2  Priya Raman     Tidewater Clinic\n"
        "  09:40  London  f1  Marisol Duarte  Tidewater Clinic  tried once: a test\n"
    )


def test_later_mails_are_counted(panel: Shell) -> None:
    """Two weeks are shown; the rest is one line that says how to see it."""
    panel.wait_until(datetime(2026, 12, 8, 18, 0, tzinfo=UTC))
    panel("add", *make_talk("2026-12-21", "Last Shown"))
    panel("add", *make_talk("2026-12-22", "First Hidden"))
    panel("add", *make_talk("2027-01-05", "Next Year"))
    listed = panel("list").out
    assert "Tuesday 22 December\n" in listed
    assert "Last Shown" in listed
    assert listed.endswith("Not shown: 2 after 22 December.  callback list --all\n")
    everything = panel("list", "--all").out
    assert "Wednesday 23 December\n" in everything
    assert "Wednesday 6 January 2027\n" in everything
    assert "Not shown" not in everything


def test_nothing_in_two_weeks_is_said(shell: Shell) -> None:
    """An empty fortnight does not look like an empty list."""
    shell("add", *make_talk("2027-01-05"))
    assert shell("list").out == (
        "Nothing goes out until 22 December.\n"
        "Not shown: 1 after 22 December.  callback list --all\n"
    )


def test_what_has_no_time_is_counted_unless_it_needs_the_user(shell: Shell) -> None:
    """Somebody without an address has no time yet; paused as well, nothing is asked."""
    shell("add", *ONE[:-1], "Henrik Vogt", "--yes")
    needing = shell("list").out
    assert needing == ("Needs you\n  f1 to Henrik Vogt  needs an address  callback debrief i1\n\n")
    shell("pause", "f1")
    assert shell("list").out == (
        "Nothing goes out until 22 December.\nNot shown: 1 without a time.  callback list --all\n"
    )
    assert shell("list", "--all").out == (
        "Without a time\n  -  f1  Henrik Vogt  Harbour Foods  paused\n"
    )


def test_what_went_lately_is_counted(panel: Shell) -> None:
    """Yesterday's mails are told until tonight; `--all` shows them with what was stopped."""
    panel("sent", "f1")
    panel("stop", "f2")
    counted = "Not shown: 1 sent since yesterday.  callback list --all\n"
    nothing = "Nothing is waiting to be sent.\n  callback add invitation.ics\n"
    panel.wait_until(datetime(2026, 12, 9, 23, 59, tzinfo=UTC))
    printed = panel("list")
    assert (printed.out, printed.err) == (counted, nothing)
    panel.wait_until(datetime(2026, 12, 10, 0, 0, tzinfo=UTC))
    printed = panel("list")
    assert (printed.out, printed.err) == ("", nothing)
    printed = panel("list", "--all")
    assert printed.err == ""
    assert printed.out == (
        "Tuesday 8 December\n"
        "  18:00  London  f1  Marisol Duarte  Tidewater Clinic  sent\n"
        "Wednesday 9 December, yesterday\n"
        "  09:18  London  f2  Priya Raman     Tidewater Clinic  stopped\n"
    )


def test_before_anything_was_added_the_list_leads_on(shell: Shell, stranger: Shell) -> None:
    """An empty list says what to type."""
    for empty in (shell, stranger):
        for flags in ((), ("--all",)):
            printed = empty("list", *flags)
            assert printed.out == ""
            assert printed.err.endswith("\n  callback add invitation.ics\n")


def test_json_is_complete_whatever_the_list_shows(panel: Shell) -> None:
    """A program gets every mail that is not done, however late it goes, and with `--all` all."""
    panel("add", *make_talk("2027-01-05"))
    panel("stop", "f1")
    assert [mail["id"] for mail in panel.json("list")] == ["f2", "f3"]
    assert [mail["id"] for mail in panel.json("list", "--all")] == ["f1", "f2", "f3"]
